// Matrix products.
#include "lowering/ops/building_blocks.h"
#include "lowering/ops/families.h"

#include <algorithm>
#include <fmt/format.h>

namespace strata::ops {
namespace {

/// MatMul of any ranks. ONNX has it for 32 and 64 bit integers only; narrower ones are widened,
/// which is exact also where the narrow product wraps around.
ValueId product(OpCall& call, ValueId a, ValueId b)
{
    Emitter& e = call.e();
    const DType dtype = e.dtype(a);
    if (dtype == DType::Bool)
        call.refuse("matrix product of bool tensors", "Convert them to an integer type.");
    if (!is_integer(dtype) || bits_per_element(dtype) >= 32) {
        const ValueId result = e.emit("MatMul", {a, b});
        // Sums of nothing: ONNX Runtime leaves doubles as they were in memory.
        const auto left = e.static_shape(a);
        const auto shape = e.static_shape(result);
        if (left && shape && !left->empty() && left->back() == 0)
            return e.expand(e.scalar(dtype, 0.0),
                            e.constant(std::span<const std::int64_t>(*shape)));
        return result;
    }
    return e.cast(e.emit("MatMul", {e.cast(a, DType::Int32), e.cast(b, DType::Int32)}), dtype);
}

/// `value` times the number `name`; nothing is emitted for one.
ValueId scaled(OpCall& call, ValueId value, std::string_view name)
{
    if (!call.is_scalar(name) || call.number(name) != 1.0)
        return call.e().mul(value, call.scalar_as(name, call.dtype_of(value)));
    return value;
}

bool is_zero(OpCall& call, std::string_view name)
{
    return call.is_scalar(name) && call.number(name) == 0.0;
}

/// beta * self + alpha * product, as PyTorch defines it: with beta 0, NaNs of self do not count,
/// but its shape still matters when it is larger, which it never is.
ValueId accumulate(OpCall& call, ValueId matrix_product)
{
    Emitter& e = call.e();
    const ValueId right = scaled(call, matrix_product, "alpha");
    if (is_zero(call, "beta"))
        return right;
    return e.add(scaled(call, call.tensor("self"), "beta"), right);
}

/// True where Gemm exists: reals (and unknown types, which are reals in practice).
bool has_gemm(DType dtype)
{
    return !is_integral(dtype);
}

/// The operand of a Gemm: a transposition that feeds it is undone and told to Gemm instead.
struct GemmOperand {
    ValueId value = no_id;
    bool transposed = false;
    NodeId transposition = no_id; ///< the node that was undone
};

GemmOperand gemm_operand(Emitter& e, ValueId value)
{
    const OnnxModel& model = e.model();
    const NodeId producer = model.values[value].producer;
    if (producer == no_id || e.rank(value) != 2)
        return {value};
    const OnnxNode& node = model.nodes[producer];
    if (model.text(node.op_type) != "Transpose" || node.domain != StringId::Empty)
        return {value};
    return {node.inputs.front(), true, producer};
}

/// The node of `result` did the work of `absorbed` too.
void add_origins(OnnxModel& model, ValueId result, NodeId absorbed)
{
    const NodeId node = model.values[result].producer;
    if (node == no_id || absorbed == no_id)
        return;
    const std::vector<FxNodeId> origins = model.provenance[absorbed].origins;
    auto& all = model.provenance[node].origins;
    for (const FxNodeId origin : origins)
        if (std::find(all.begin(), all.end(), origin) == all.end())
            all.push_back(origin);
}

ValueId gemm(OpCall& call, const GemmOperand& a, const GemmOperand& b, ValueId c, double alpha,
             double beta)
{
    Attrs attrs;
    if (alpha != 1.0)
        attrs.push_back({"alpha", alpha});
    if (beta != 1.0 && c != no_id)
        attrs.push_back({"beta", beta});
    if (a.transposed)
        attrs.push_back({"transA", 1});
    if (b.transposed)
        attrs.push_back({"transB", 1});
    Emitter& e = call.e();
    const ValueId result = e.emit("Gemm", {a.value, b.value, c}, std::move(attrs));
    add_origins(e.model(), result, a.transposition);
    add_origins(e.model(), result, b.transposition);
    return result;
}

Outputs linear(OpCall& call)
{
    Emitter& e = call.e();
    const ValueId input = call.tensor(call.target() == "aten::mkldnn_linear" ? "self" : "input");
    const ValueId weight = call.tensor("weight");
    const ValueId bias = call.tensor_or_none("bias");
    const auto weight_rank = e.rank(weight);
    if (!weight_rank)
        call.refuse_for_shapes("the rank of 'weight' is not known");
    const auto bias_rank = bias == no_id ? std::optional<std::int64_t>(1) : e.rank(bias);
    if (e.rank(input) == 2 && *weight_rank == 2 && bias_rank && has_gemm(e.dtype(input))) {
        GemmOperand w = gemm_operand(e, weight);
        w.transposed = !w.transposed;
        return gemm(call, {input}, w, bias, 1.0, 1.0);
    }
    const ValueId right = *weight_rank == 2 ? transpose_matrix(e, weight) : weight;
    const ValueId result = product(call, input, right);
    return bias == no_id ? result : e.add(result, bias);
}

Outputs matmul(OpCall& call)
{
    const bool same_name = call.target() == "aten::mm" || call.target() == "aten::bmm";
    const std::string_view second = same_name ? "mat2" : "other";
    return product(call, call.tensor("self"), call.tensor(second));
}

Outputs mv(OpCall& call)
{
    return product(call, call.tensor("self"), call.tensor("vec"));
}

Outputs dot(OpCall& call)
{
    return product(call, call.tensor("self"),
                   call.tensor(call.target() == "aten::dot" ? "tensor" : "other"));
}

Outputs addmm(OpCall& call)
{
    Emitter& e = call.e();
    const ValueId a = call.tensor("mat1");
    const ValueId b = call.tensor("mat2");
    const DType dtype = e.dtype(a);
    // ONNX Runtime forgets a Gemm's beta where there is nothing to multiply.
    const auto shape = e.shape(a);
    const bool nothing = shape && std::ranges::find(*shape, Dim::of(0)) != shape->end();
    // Gemm keeps its factors as float32, so doubles take it only when these are exact.
    const bool known = call.is_scalar("alpha") && call.is_scalar("beta");
    if (!known || nothing || !has_gemm(dtype))
        return accumulate(call, product(call, a, b));
    const double alpha = call.number("alpha");
    const double beta = call.number("beta");
    const auto exact = [](double v) { return static_cast<double>(static_cast<float>(v)) == v; };
    if (dtype == DType::Float64 && (!exact(alpha) || !exact(beta)))
        return accumulate(call, product(call, a, b));
    const ValueId c = beta == 0.0 ? no_id : call.tensor("self");
    return gemm(call, gemm_operand(e, a), gemm_operand(e, b), c, alpha, beta);
}

Outputs baddbmm(OpCall& call)
{
    return accumulate(call, product(call, call.tensor("batch1"), call.tensor("batch2")));
}

Outputs addbmm(OpCall& call)
{
    const ValueId products = product(call, call.tensor("batch1"), call.tensor("batch2"));
    return accumulate(call, call.e().reduce("ReduceSum", products, {0}, false));
}

Outputs addmv(OpCall& call)
{
    return accumulate(call, product(call, call.tensor("mat"), call.tensor("vec")));
}

/// a[:, None] * b[None, :], in the promoted type.
ValueId outer_product(OpCall& call, ValueId a, ValueId b)
{
    Emitter& e = call.e();
    const DType dtype = promote_types(e.dtype(a), e.dtype(b));
    if (dtype == DType::Bool)
        return e.emit("And", {e.unsqueeze(a, {1}), e.unsqueeze(b, {0})});
    if (dtype != DType::Unknown) {
        a = e.cast(a, dtype);
        b = e.cast(b, dtype);
    }
    if (dtype == DType::Float32 || dtype == DType::Float64 || dtype == DType::Float16)
        return e.emit("Einsum", {a, b}, {{"equation", "i,j->ij"}});
    return e.mul(e.unsqueeze(a, {1}), e.unsqueeze(b, {0}));
}

Outputs outer(OpCall& call)
{
    return outer_product(call, call.tensor("self"), call.tensor("vec2"));
}

Outputs addr(OpCall& call)
{
    const ValueId vector = call.tensor("vec1");
    if (call.dtype_of(vector) == DType::Bool)
        call.refuse("outer product of bool tensors with an addend");
    return accumulate(call, outer_product(call, vector, call.tensor("vec2")));
}

Outputs chain_matmul(OpCall& call)
{
    const std::string_view name = call.target() == "aten::chain_matmul" ? "matrices" : "tensors";
    const std::vector<ValueId> matrices = call.tensors(name);
    if (matrices.empty())
        call.refuse(fmt::format("'{}' is empty", name));
    ValueId result = matrices.front();
    for (std::size_t i = 1; i < matrices.size(); ++i)
        result = product(call, result, matrices[i]);
    return result;
}

/// sum over the last dimensions of both.
Outputs inner(OpCall& call)
{
    Emitter& e = call.e();
    const ValueId a = call.tensor("self");
    const ValueId b = call.tensor("other");
    const std::int64_t rank_a = call.rank("self");
    const std::int64_t rank_b = call.rank("other");
    if (rank_a == 0 || rank_b == 0)
        return e.mul(a, b);
    if (rank_b == 1)
        return product(call, a, b);
    if (rank_b == 2)
        return product(call, a, e.transpose(b, {1, 0}));
    call.refuse(fmt::format("'other' of rank {} (at most 2)", rank_b));
}

/// An equation's ellipses, spelled out in letters where they stand for different numbers of
/// dimensions: ONNX Runtime wants all to stand for as many. The last ones fit each other.
std::string with_even_ellipses(OpCall& call, std::string equation,
                               const std::vector<ValueId>& operands)
{
    constexpr std::string_view dots = "...";
    std::vector<std::int64_t> covered; // by each operand's ellipsis; -1 where there is none
    std::size_t start = 0;
    for (const ValueId operand : operands) {
        const std::size_t end = equation.find_first_of(",-", start);
        const std::string term = equation.substr(start, end - start);
        start = end + 1;
        const auto rank = call.rank_of(operand);
        const bool has_dots = term.find(dots) != std::string::npos;
        if (has_dots && !rank)
            return equation;
        covered.push_back(has_dots ? *rank - (static_cast<std::int64_t>(term.size()) - 3) : -1);
    }
    std::int64_t most = -1;
    bool even = true;
    for (const std::int64_t count : covered) {
        even = even && (count < 0 || most < 0 || count == most);
        most = std::max(most, count);
    }
    if (even)
        return equation;
    std::string free;
    for (const auto& [first, last] : {std::pair('a', 'z'), std::pair('A', 'Z')})
        for (char letter = first; letter <= last; ++letter)
            if (equation.find(letter) == std::string::npos)
                free += letter;
    if (static_cast<std::int64_t>(free.size()) < most)
        call.refuse("an einsum of more dimensions than there are letters");
    const std::string letters = free.substr(0, static_cast<std::size_t>(most));
    std::size_t place = 0;
    for (const std::int64_t count : covered)
        if (count >= 0) {
            place = equation.find(dots, place);
            const std::string own = letters.substr(static_cast<std::size_t>(most - count));
            equation.replace(place, dots.size(), own);
            place += own.size();
        }
    if (place = equation.find(dots, place); place != std::string::npos)
        equation.replace(place, dots.size(), letters);
    return equation;
}

/// One Einsum node. ONNX has no integers narrower than 32 bits here either; widening is exact.
ValueId emit_einsum(OpCall& call, std::string equation, std::vector<ValueId> operands)
{
    Emitter& e = call.e();
    const DType dtype = e.dtype(operands.front());
    if (dtype == DType::Bool)
        call.refuse("einsum of bool tensors", "Convert them to an integer type.");
    const bool narrow = is_integer(dtype) && bits_per_element(dtype) < 32;
    if (narrow)
        for (ValueId& operand : operands)
            operand = e.cast(operand, DType::Int32);
    equation = with_even_ellipses(call, std::move(equation), operands);
    const ValueId result = e.emit("Einsum", std::move(operands), {{"equation", equation}});
    return narrow ? e.cast(result, dtype) : result;
}

std::string without_spaces(std::string text)
{
    std::erase(text, ' ');
    return text;
}

/// The result's subscripts when the equation leaves them out: the ellipsis, then every letter that
/// occurs once, capitals first.
std::string implicit_result(const std::string& inputs)
{
    std::string letters = inputs.find("...") == std::string::npos ? "" : "...";
    for (const auto& [first, last] : {std::pair('A', 'Z'), std::pair('a', 'z')})
        for (char letter = first; letter <= last; ++letter)
            if (std::count(inputs.begin(), inputs.end(), letter) == 1)
                letters += letter;
    return letters;
}

/// Whether a letter that only one of the operands has is missing in the result.
bool sums_one_alone(const std::string& equation)
{
    const std::size_t arrow = equation.find("->");
    const std::string result = equation.substr(arrow + 2);
    std::vector<std::string> operands(1);
    for (const char letter : equation.substr(0, arrow)) {
        if (letter == ',')
            operands.emplace_back();
        else if (letter != '.')
            operands.back() += letter;
    }
    const auto has = [](const std::string& text, char letter) {
        return text.find(letter) != std::string::npos;
    };
    return std::any_of(operands.begin(), operands.end(), [&](const std::string& operand) {
        return std::any_of(operand.begin(), operand.end(), [&](char letter) {
            return !has(result, letter) &&
                   std::count_if(operands.begin(), operands.end(),
                                 [&](const std::string& other) { return has(other, letter); }) == 1;
        });
    });
}

Outputs einsum(OpCall& call)
{
    std::string equation = without_spaces(call.string("equation"));
    if (equation.find("->") == std::string::npos)
        equation += "->" + implicit_result(equation);
    std::vector<ValueId> operands = call.tensors("tensors");
    // PyTorch sums what only one of them has before anything else, and sums of integers are int64.
    const bool widens = is_integer(call.dtype_of(operands.front())) && sums_one_alone(equation);
    if (widens)
        for (ValueId& operand : operands)
            operand = call.e().cast(operand, DType::Int64);
    return emit_einsum(call, equation, operands);
}

Outputs tensordot(OpCall& call)
{
    const std::int64_t rank_a = call.rank("self");
    const std::int64_t rank_b = call.rank("other");
    const std::vector<std::int64_t> dims_a = call.ints("dims_self");
    const std::vector<std::int64_t> dims_b = call.ints("dims_other");
    if (dims_a.size() != dims_b.size())
        call.refuse("'dims_self' and 'dims_other' differ in length");
    if (rank_a + rank_b > 26)
        call.refuse("the ranks are too large to name every dimension");
    const auto letter = [](std::int64_t i) { return static_cast<char>('a' + i); };
    std::string a;
    std::string b;
    for (std::int64_t i = 0; i < rank_a; ++i)
        a += letter(i);
    for (std::int64_t i = 0; i < rank_b; ++i)
        b += letter(rank_a + i);
    std::string summed;
    for (std::size_t i = 0; i < dims_a.size(); ++i) {
        const auto in_a = static_cast<std::size_t>(call.normalize_axis(dims_a[i], rank_a));
        const auto in_b = static_cast<std::size_t>(call.normalize_axis(dims_b[i], rank_b));
        b[in_b] = a[in_a];
        summed += a[in_a];
    }
    std::string result;
    for (const char c : a + b)
        if (summed.find(c) == std::string::npos)
            result += c;
    return emit_einsum(call, fmt::format("{},{}->{}", a, b, result),
                       {call.tensor("self"), call.tensor("other")});
}

Outputs bilinear(OpCall& call)
{
    Emitter& e = call.e();
    const std::int64_t rank = call.rank("input1");
    std::string batch;
    for (std::int64_t i = 0; i + 1 < rank; ++i)
        batch += static_cast<char>('a' + i);
    // Pairs of operands: Einsum nodes with three are slower and less widely supported.
    const ValueId first = emit_einsum(call, fmt::format("{0}x,zxy->{0}zy", batch),
                                      {call.tensor("input1"), call.tensor("weight")});
    const ValueId result =
        emit_einsum(call, fmt::format("{0}zy,{0}y->{0}z", batch), {first, call.tensor("input2")});
    const ValueId bias = call.tensor_or_none("bias");
    return bias == no_id ? result : e.add(result, bias);
}

constexpr OpEntry entries[] = {
    {"aten::linear(Tensor input, Tensor weight, Tensor? bias=None) -> Tensor", linear},
    {"aten::mkldnn_linear(Tensor self, Tensor weight, Tensor? bias=None) -> Tensor", linear},
    {"aten::matmul(Tensor self, Tensor other) -> Tensor", matmul},
    {"aten::linalg_matmul(Tensor self, Tensor other) -> Tensor", matmul},
    {"aten::mm(Tensor self, Tensor mat2) -> Tensor", matmul},
    {"aten::bmm(Tensor self, Tensor mat2) -> Tensor", matmul},
    {"aten::mv(Tensor self, Tensor vec) -> Tensor", mv},
    {"aten::dot(Tensor self, Tensor tensor) -> Tensor", dot},
    {"aten::vdot(Tensor self, Tensor other) -> Tensor", dot},
    {"aten::inner(Tensor self, Tensor other) -> Tensor", inner, "'other' of rank 2 at most"},
    {"aten::addmm(Tensor self, Tensor mat1, Tensor mat2, *, Scalar beta=1, Scalar alpha=1) -> "
     "Tensor",
     addmm},
    {"aten::addbmm(Tensor self, Tensor batch1, Tensor batch2, *, Scalar beta=1, Scalar alpha=1) "
     "-> Tensor",
     addbmm},
    {"aten::baddbmm(Tensor self, Tensor batch1, Tensor batch2, *, Scalar beta=1, Scalar alpha=1) "
     "-> Tensor",
     baddbmm},
    {"aten::addmv(Tensor self, Tensor mat, Tensor vec, *, Scalar beta=1, Scalar alpha=1) -> "
     "Tensor",
     addmv},
    {"aten::addr(Tensor self, Tensor vec1, Tensor vec2, *, Scalar beta=1, Scalar alpha=1) -> "
     "Tensor",
     addr},
    {"aten::outer(Tensor self, Tensor vec2) -> Tensor", outer},
    {"aten::ger(Tensor self, Tensor vec2) -> Tensor", outer},
    {"aten::chain_matmul(Tensor[] matrices) -> Tensor", chain_matmul},
    {"aten::linalg_multi_dot(Tensor[] tensors) -> Tensor", chain_matmul},
    {"aten::einsum(str equation, Tensor[] tensors, *, int[]? path=None) -> Tensor", einsum},
    {"aten::tensordot(Tensor self, Tensor other, int[] dims_self, int[] dims_other) -> Tensor",
     tensordot},
    {"aten::bilinear(Tensor input1, Tensor input2, Tensor weight, Tensor? bias=None) -> Tensor",
     bilinear},
};

} // namespace

std::span<const OpEntry> linear_ops()
{
    return entries;
}

} // namespace strata::ops
