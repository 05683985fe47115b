#include "lowering/python_arithmetic.h"

#include "lowering/op_call.h"
#include "lowering/ops/bits.h"
#include "lowering/python_call.h"
#include "lowering/python_value.h"
#include "passes/dim_math.h"

#include <algorithm>
#include <cmath>
#include <fmt/format.h>
#include <string>

namespace strata {
namespace {

struct Number {
    bool is_float = false;
    std::int64_t integer = 0;
    double real = 0;

    double value() const { return is_float ? real : static_cast<double>(integer); }
};

std::optional<Number> number_of(const Lowered& value)
{
    if (const auto* flag = value.as<bool>())
        return Number{false, *flag, 0};
    if (const auto* integer = value.as<std::int64_t>())
        return Number{false, *integer, 0};
    if (const auto* real = value.as<double>())
        return Number{true, 0, *real};
    return std::nullopt;
}

std::int64_t floor_divide(std::int64_t a, std::int64_t b)
{
    const std::int64_t quotient = a / b;
    return (a % b != 0 && (a < 0) != (b < 0)) ? quotient - 1 : quotient;
}

[[noreturn]] void refuse_division_by_zero()
{
    throw Refusal{"the model divides a Python number by zero", {}, false};
}

/// Of a size, so the exponent is small; a power that does not fit is none.
std::optional<Lowered> integer_power(std::int64_t base, std::int64_t exponent)
{
    std::int64_t result = 1;
    for (std::int64_t i = 0; i < exponent; ++i) {
        if (__builtin_mul_overflow(result, base, &result))
            throw Refusal{"a power of a size is too large", {}, false};
        if (result == 0 || (result == 1 && base == 1))
            break;
    }
    if (exponent < 0)
        throw Refusal{"a size is raised to a negative power", {}, false};
    return Lowered(result);
}

/// Of a size: a power of two is multiplied with it, or divides it and leaves no rest.
Lowered shifted(bool left, std::int64_t number, std::int64_t count)
{
    constexpr std::int64_t most = 62;
    if (count < 0)
        throw Refusal{"a size is shifted by a negative number of bits", {}, false};
    if (!left)
        return Lowered(floor_divide(number, std::int64_t{1} << std::min(count, most)));
    std::int64_t result = 0;
    if (number != 0 &&
        (count > most || __builtin_mul_overflow(number, std::int64_t{1} << count, &result)))
        throw Refusal{"a size that is shifted is too large", {}, false};
    return Lowered(result);
}

std::optional<Lowered> binary(std::string_view op, const Number& a, const Number& b)
{
    const bool real = a.is_float || b.is_float;
    auto either = [&](auto on_real, auto on_integer) {
        return real ? Lowered(static_cast<double>(on_real(a.value(), b.value())))
                    : Lowered(static_cast<std::int64_t>(on_integer(a.integer, b.integer)));
    };
    if (op == "aten::add")
        return either(std::plus<>{}, std::plus<>{});
    if (op == "aten::sub")
        return either(std::minus<>{}, std::minus<>{});
    if (op == "aten::mul")
        return either(std::multiplies<>{}, std::multiplies<>{});
    if (op == "prim::min")
        return either([](auto x, auto y) { return std::min(x, y); },
                      [](auto x, auto y) { return std::min(x, y); });
    if (op == "prim::max")
        return either([](auto x, auto y) { return std::max(x, y); },
                      [](auto x, auto y) { return std::max(x, y); });
    if (op == "aten::div" || op == "aten::floordiv" || op == "aten::remainder" ||
        op == "aten::fmod") {
        if (b.value() == 0)
            refuse_division_by_zero();
        if (op == "aten::div")
            return Lowered(a.value() / b.value());
        if (op == "aten::fmod")
            return Lowered(std::fmod(a.value(), b.value()));
        if (op == "aten::floordiv")
            return either([](double x, double y) { return std::floor(x / y); }, floor_divide);
        return either([](double x, double y) { return x - y * std::floor(x / y); },
                      [](std::int64_t x, std::int64_t y) { return x - y * floor_divide(x, y); });
    }
    if (op == "aten::pow.int_to_int")
        return integer_power(a.integer, b.integer);
    if (op == "aten::pow")
        return Lowered(std::pow(a.value(), b.value())); // TorchScript: int ** int is a float
    if (op == "aten::eq")
        return Lowered(a.value() == b.value());
    if (op == "aten::ne")
        return Lowered(a.value() != b.value());
    if (op == "aten::lt")
        return Lowered(a.value() < b.value());
    if (op == "aten::le")
        return Lowered(a.value() <= b.value());
    if (op == "aten::gt")
        return Lowered(a.value() > b.value());
    if (op == "aten::ge")
        return Lowered(a.value() >= b.value());
    if (op == "aten::__and__" || op == "aten::__or__" || op == "aten::__xor__") {
        if (real)
            return std::nullopt;
        const std::int64_t bits = op == "aten::__and__"  ? a.integer & b.integer
                                  : op == "aten::__or__" ? a.integer | b.integer
                                                         : a.integer ^ b.integer;
        return Lowered(bits);
    }
    if (op == "aten::__lshift__" || op == "aten::__rshift__") {
        if (real)
            return std::nullopt;
        return shifted(op == "aten::__lshift__", a.integer, b.integer);
    }
    return std::nullopt;
}

std::optional<Lowered> unary(std::string_view op, const Number& a)
{
    if (op == "aten::neg")
        return a.is_float ? Lowered(-a.real) : Lowered(-a.integer);
    if (op == "prim::abs" || op == "aten::abs")
        return a.is_float ? Lowered(std::abs(a.real)) : Lowered(std::abs(a.integer));
    if (op == "aten::floor")
        return Lowered(static_cast<std::int64_t>(std::floor(a.value())));
    if (op == "aten::ceil")
        return Lowered(static_cast<std::int64_t>(std::ceil(a.value())));
    if (op == "aten::round")
        return Lowered(std::nearbyint(a.value()));
    if (op == "aten::sqrt")
        return Lowered(std::sqrt(a.value()));
    if (op == "aten::exp")
        return Lowered(std::exp(a.value()));
    if (op == "aten::log")
        return Lowered(std::log(a.value()));
    if (op == "aten::__not__")
        return Lowered(a.value() == 0);
    return std::nullopt;
}

bool both_are_bool(const Lowered& a, const Lowered& b)
{
    return a.as<bool>() && b.as<bool>();
}

/// Whether both are the same size whatever the symbols in them are.
bool same_size(Emitter& e, const Lowered& a, const Lowered& b)
{
    const auto element = [&](const Lowered& value) -> std::optional<Dim> {
        if (const auto* integer = value.as<std::int64_t>(); integer && *integer >= 0)
            return Dim::of(*integer);
        const auto* scalar = value.as<LoweredScalar>();
        if (!scalar || scalar->kind != FxType::Kind::Int)
            return std::nullopt;
        const auto elements = known_elements(e.model(), e.facts(), scalar->value);
        return elements && elements->size() == 1 ? std::optional(elements->front()) : std::nullopt;
    };
    const auto left = element(a);
    const auto right = element(b);
    return left && right && DimMath(e.model().strings()).equal(*left, *right);
}

/// Comparisons and arithmetic of numbers of which one at least is only known when the model runs.
std::optional<Lowered> runtime_binary(Emitter& e, std::string_view op, const Lowered& a,
                                      const Lowered& b)
{
    auto is_float = [](const Lowered& value) {
        const auto* scalar = value.as<LoweredScalar>();
        return value.as<double>() || (scalar && scalar->kind == FxType::Kind::Float);
    };
    auto is_truth = [](const Lowered& value) {
        const auto* scalar = value.as<LoweredScalar>();
        return value.as<bool>() || (scalar && scalar->kind == FxType::Kind::Bool);
    };
    const bool real = is_float(a) || is_float(b) || op == "aten::div" || op == "aten::pow";
    const DType dtype = real ? DType::Float64 : DType::Int64;
    auto operand = [&](const Lowered& value) {
        if (const auto number = number_of(value))
            return number->is_float || real ? e.scalar(dtype, number->value())
                                            : e.scalar(dtype, number->integer);
        return e.cast(as_tensor(e, value), dtype);
    };
    const FxType::Kind kind = real ? FxType::Kind::Float : FxType::Kind::Int;
    auto arithmetic = [&](std::string_view onnx) {
        return Lowered::scalar(e.emit(onnx, {operand(a), operand(b)}), kind);
    };
    auto comparison = [&](std::string_view onnx, bool negate) {
        const ValueId result = e.emit(onnx, {operand(a), operand(b)});
        return Lowered::scalar(negate ? e.emit("Not", {result}) : result, FxType::Kind::Bool);
    };
    if (op == "aten::add")
        return arithmetic("Add");
    if (op == "aten::sub")
        return arithmetic("Sub");
    if (op == "aten::mul")
        return arithmetic("Mul");
    if (op == "aten::div")
        return arithmetic("Div");
    if (op == "aten::pow" || op == "aten::pow.int_to_int")
        return arithmetic("Pow");
    if (op == "prim::min")
        return arithmetic("Min");
    if (op == "prim::max")
        return arithmetic("Max");
    if (op == "aten::floordiv" || op == "aten::remainder") {
        if (real) {
            const ValueId quotient = e.emit("Floor", {e.div(operand(a), operand(b))});
            if (op == "aten::floordiv")
                return Lowered::scalar(quotient, kind);
            return Lowered::scalar(e.sub(operand(a), e.mul(quotient, operand(b))), kind);
        }
        // ONNX's integer Mod takes the divisor's sign like Python's; Div truncates, so take the
        // rest off first.
        const ValueId rest = e.emit("Mod", {operand(a), operand(b)});
        if (op == "aten::remainder")
            return Lowered::scalar(rest, kind);
        return Lowered::scalar(e.div(e.sub(operand(a), rest), operand(b)), kind);
    }
    if (op == "aten::eq" || op == "aten::ne") {
        if (same_size(e, a, b))
            return Lowered(op == "aten::eq");
        return comparison("Equal", op == "aten::ne");
    }
    if (op == "aten::lt")
        return comparison("Less", false);
    if (op == "aten::le")
        return comparison("LessOrEqual", false);
    if (op == "aten::gt")
        return comparison("Greater", false);
    if (op == "aten::ge")
        return comparison("GreaterOrEqual", false);
    if (op == "aten::__and__" || op == "aten::__or__" || op == "aten::__xor__") {
        if (real)
            return std::nullopt;
        if (!is_truth(a) || !is_truth(b)) {
            const ops::Bitwise how = op == "aten::__and__"  ? ops::Bitwise::And
                                     : op == "aten::__or__" ? ops::Bitwise::Or
                                                            : ops::Bitwise::Xor;
            return Lowered::scalar(ops::combine_bits(e, how, operand(a), operand(b), DType::Int64),
                                   kind);
        }
        auto truth = [&](const Lowered& value) { return e.cast(as_tensor(e, value), DType::Bool); };
        return Lowered::scalar(e.emit(op == "aten::__and__"  ? "And"
                                      : op == "aten::__or__" ? "Or"
                                                             : "Xor",
                                      {truth(a), truth(b)}),
                               FxType::Kind::Bool);
    }
    if (!real && (op == "aten::__lshift__" || op == "aten::__rshift__"))
        return Lowered::scalar(
            ops::shift_bits(e, op == "aten::__lshift__", operand(a), operand(b), DType::Int64),
            kind);
    return std::nullopt;
}

std::optional<Lowered> runtime_unary(Emitter& e, std::string_view op, const LoweredScalar& a)
{
    if (op == "aten::neg")
        return Lowered::scalar(e.emit("Neg", {a.value}), a.kind);
    if (op == "aten::__not__")
        return Lowered::scalar(e.emit("Not", {e.cast(a.value, DType::Bool)}), FxType::Kind::Bool);
    if (op == "aten::floor" || op == "aten::ceil")
        return Lowered::scalar(e.cast(e.emit(op == "aten::floor" ? "Floor" : "Ceil",
                                             {e.cast(a.value, DType::Float64)}),
                                      DType::Int64),
                               FxType::Kind::Int);
    if (op == "aten::abs" || op == "prim::abs")
        return Lowered::scalar(e.emit("Abs", {a.value}), a.kind);
    if (op == "aten::round")
        return Lowered::scalar(e.emit("Round", {e.cast(a.value, DType::Float64)}),
                               FxType::Kind::Float);
    if (op == "aten::sqrt" || op == "aten::exp" || op == "aten::log")
        return Lowered::scalar(e.emit(op == "aten::sqrt"  ? "Sqrt"
                                      : op == "aten::exp" ? "Exp"
                                                          : "Log",
                                      {e.cast(a.value, DType::Float64)}),
                               FxType::Kind::Float);
    return std::nullopt;
}

/// Whether a word that is chosen when the model runs is a certain one.
std::optional<Lowered> compare_choice(Emitter& e, bool equal, const Lowered& a, const Lowered& b)
{
    const auto* choice = a.as<LoweredChoice>();
    const Lowered& word = choice ? b : a;
    if (!choice)
        choice = b.as<LoweredChoice>();
    if (!choice || !is_word(word))
        return std::nullopt;
    std::vector<std::byte> fits;
    for (const Lowered& option : *choice->options)
        fits.push_back(std::byte{identical(option, word) == equal});
    const auto count = static_cast<std::int64_t>(fits.size());
    const ValueId table = e.constant(Tensor::from_bytes(DType::Bool, {count}, std::move(fits)));
    return number_from(e, e.emit("Gather", {table, choice->index}, {{"axis", std::int64_t{0}}}),
                       FxType::Kind::Bool);
}

/// Whether lists or tuples that hold sizes only known when the model runs are equal.
std::optional<Lowered> compare_items(Emitter& e, bool equal, const Lowered& a, const Lowered& b)
{
    const auto* left = sequence_items(a);
    const auto* right = sequence_items(b);
    if (!left || !right)
        return std::nullopt;
    if (left->size() != right->size())
        return Lowered(!equal);
    Lowered all(true);
    for (std::size_t i = 0; i < left->size(); ++i) {
        const auto one = evaluate_python_arithmetic(e, "aten::eq", {(*left)[i], (*right)[i]});
        if (!one)
            return std::nullopt;
        if (const auto* known = one->as<bool>()) {
            if (!*known)
                return Lowered(!equal);
            continue;
        }
        const auto* rest = all.as<LoweredScalar>();
        const ValueId value = e.cast(as_tensor(e, *one), DType::Bool);
        all =
            Lowered::scalar(rest ? e.emit("And", {rest->value, value}) : value, FxType::Kind::Bool);
    }
    if (equal)
        return all;
    return evaluate_python_arithmetic(e, "aten::__not__", {all});
}

std::optional<Lowered> sequences(Emitter& e, std::string_view op, const std::vector<Lowered>& args)
{
    if (op == "prim::min" || op == "prim::max") {
        const auto* items = sequence_items(args[0]);
        if (!items || items->empty())
            return std::nullopt;
        Lowered best = items->front();
        for (std::size_t i = 1; i < items->size(); ++i) {
            auto next = evaluate_python_arithmetic(e, op, {best, (*items)[i]});
            if (!next)
                return std::nullopt;
            best = std::move(*next);
        }
        return best;
    }
    if (args.size() < 2)
        return std::nullopt;
    if (op == "aten::eq" || op == "aten::ne") {
        if (const auto equal = python_equal(args[0], args[1]))
            return Lowered(*equal == (op == "aten::eq"));
        if (auto compared = compare_items(e, op == "aten::eq", args[0], args[1]))
            return compared;
        return compare_choice(e, op == "aten::eq", args[0], args[1]);
    }
    const auto* a = sequence_items(args[0]);
    const auto* b = sequence_items(args[1]);
    if (op == "aten::add" && a && b) {
        std::vector<Lowered> joined = *a;
        joined.insert(joined.end(), b->begin(), b->end());
        return Lowered::list(std::move(joined));
    }
    if (op == "aten::mul" && a) {
        const auto times = as_integer(e, args[1]);
        if (!times)
            return std::nullopt;
        std::vector<Lowered> repeated;
        for (std::int64_t i = 0; i < *times; ++i)
            repeated.insert(repeated.end(), a->begin(), a->end());
        return Lowered::list(std::move(repeated));
    }
    const auto* left = args[0].as<std::string>();
    const auto* right = args[1].as<std::string>();
    if (op == "aten::add" && left && right)
        return Lowered(*left + *right);
    return std::nullopt;
}

bool is_real_number(const Lowered& value)
{
    const auto* scalar = value.as<LoweredScalar>();
    return value.as<double>() || (scalar && scalar->kind == FxType::Kind::Float);
}

/// torch.sym_ite(condition, a, b)
std::optional<Lowered> choose(Emitter& e, const std::vector<Lowered>& args)
{
    if (args.size() != 3)
        return std::nullopt;
    if (const auto condition = number_of(args[0]))
        return args[condition->value() != 0 ? 1 : 2];
    const bool real = is_real_number(args[1]) || is_real_number(args[2]);
    const DType dtype = real ? DType::Float64 : DType::Int64;
    std::vector<ValueId> inputs;
    for (std::size_t i = 0; i < args.size(); ++i) {
        const ValueId id = as_tensor(e, args[i]);
        if (id == no_id)
            return std::nullopt;
        inputs.push_back(e.cast(id, i == 0 ? DType::Bool : dtype));
    }
    return Lowered::scalar(e.emit("Where", std::move(inputs)),
                           real ? FxType::Kind::Float : FxType::Kind::Int);
}

/// torch.sym_sum([a, b, ...])
std::optional<Lowered> sum_of_list(Emitter& e, const Lowered& list)
{
    const auto* items = sequence_items(list);
    if (!items)
        return std::nullopt;
    Lowered total(std::int64_t{0});
    for (const Lowered& item : *items) {
        auto next = evaluate_python_arithmetic(e, "aten::add", {total, item});
        if (!next)
            return std::nullopt;
        total = std::move(*next);
    }
    return total;
}

} // namespace

std::optional<bool> python_equal(const Lowered& a, const Lowered& b)
{
    if (a.is_none() || b.is_none())
        return a.is_none() && b.is_none();
    const auto number_a = number_of(a);
    const auto number_b = number_of(b);
    if (number_a && number_b)
        return number_a->value() == number_b->value();
    if (const auto* text_a = a.as<std::string>()) {
        const auto* text_b = b.as<std::string>();
        return text_b && *text_a == *text_b;
    }
    const auto* enum_a = a.as<FxEnum>();
    const auto* enum_b = b.as<FxEnum>();
    if (enum_a && enum_b)
        return *enum_a == *enum_b;
    const auto* type_a = a.as<DType>();
    const auto* type_b = b.as<DType>();
    if (type_a || type_b) {
        // TorchScript states dtypes as numbers.
        const std::int64_t code_a = type_a     ? dtype_to_c10(*type_a)
                                    : number_a ? number_a->integer
                                               : -2;
        const std::int64_t code_b = type_b     ? dtype_to_c10(*type_b)
                                    : number_b ? number_b->integer
                                               : -2;
        return code_a == code_b;
    }
    const auto* items_a = sequence_items(a);
    const auto* items_b = sequence_items(b);
    if (items_a && items_b) {
        if (items_a->size() != items_b->size())
            return false;
        for (std::size_t i = 0; i < items_a->size(); ++i) {
            const auto equal = python_equal((*items_a)[i], (*items_b)[i]);
            if (!equal || !*equal)
                return equal;
        }
        return true;
    }
    if (is_runtime_value(a) || is_runtime_value(b) || a.as<LoweredChoice>() ||
        b.as<LoweredChoice>())
        return std::nullopt;
    return false;
}

std::optional<Lowered> evaluate_python_arithmetic(Emitter& emitter, std::string_view op,
                                                  const std::vector<Lowered>& args)
{
    if (args.empty())
        return std::nullopt;
    if (op == "torch::sym_ite")
        return choose(emitter, args);
    if (op == "torch::sym_sum")
        return sum_of_list(emitter, args[0]);
    const auto* scalar = args[0].as<LoweredScalar>();
    if (args.size() == 1 || op == "aten::round") {
        if (const auto a = number_of(args[0]))
            return unary(op, *a);
        if (scalar)
            return runtime_unary(emitter, op, *scalar);
        return sequences(emitter, op, args);
    }
    const auto a = number_of(args[0]);
    const auto b = number_of(args[1]);
    if (a && b) {
        auto result = binary(op, *a, *b);
        // True & False is a bool, not a number.
        if (result && result->as<std::int64_t>() && both_are_bool(args[0], args[1]) &&
            op.starts_with("aten::__"))
            return Lowered(*result->as<std::int64_t>() != 0);
        return result;
    }
    const bool numeric_a = a || scalar;
    const bool numeric_b = b || args[1].as<LoweredScalar>();
    if (numeric_a && numeric_b)
        return runtime_binary(emitter, op, args[0], args[1]);
    return sequences(emitter, op, args);
}

} // namespace strata
