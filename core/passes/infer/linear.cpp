// Matrix products, Gemm, Einsum.
#include "passes/infer/context.h"

#include <algorithm>
#include <fmt/format.h>
#include <map>

namespace strata::infer {
namespace {

/// numpy.matmul's rules for inputs `a` and `b`.
std::string matmul_shape(Context& c, std::size_t a, std::size_t b)
{
    const Shape* left = c.shape(a);
    const Shape* right = c.shape(b);
    if (!left || !right)
        return {};
    if (left->empty() || right->empty())
        return "inputs must have at least one dimension";
    const Dim inner_left = left->back();
    const Dim inner_right = right->size() == 1 ? right->front() : (*right)[right->size() - 2];
    if (contradict(inner_left, inner_right))
        return fmt::format("inner dimensions {} and {} differ", inner_left.value,
                           inner_right.value);
    const Shape left_batch(
        left->begin(),
        left->end() - std::min<std::ptrdiff_t>(2, static_cast<std::ptrdiff_t>(left->size())));
    const Shape right_batch(
        right->begin(),
        right->end() - std::min<std::ptrdiff_t>(2, static_cast<std::ptrdiff_t>(right->size())));
    auto result = broadcast(c.math(), left_batch, right_batch);
    if (!result)
        return fmt::format("batch dimensions of {} and {} cannot be broadcast",
                           text(c.model(), *left), text(c.model(), *right));
    if (left->size() > 1)
        result->push_back((*left)[left->size() - 2]);
    if (right->size() > 1)
        result->push_back(right->back());
    c.set_shape(0, *result);
    return {};
}

std::string matmul(Context& c)
{
    c.set_dtype(0, c.dtype(0));
    if (auto complaint = same_types(c, 0, 1); !complaint.empty())
        return complaint;
    return matmul_shape(c, 0, 1);
}

std::string matmul_integer(Context& c)
{
    c.set_dtype(0, DType::Int32);
    return matmul_shape(c, 0, 1);
}

std::string qlinear_matmul(Context& c)
{
    c.set_dtype(0, c.dtype(7)); // the output's zero point
    return matmul_shape(c, 0, 3);
}

std::string gemm(Context& c)
{
    c.set_dtype(0, c.dtype(0));
    if (auto complaint = same_types(c, 0, 1); !complaint.empty())
        return complaint;
    const Shape* a = c.shape(0);
    const Shape* b = c.shape(1);
    if ((a && a->size() != 2) || (b && b->size() != 2))
        return "A and B must have rank 2";
    const bool trans_a = c.int_attribute("transA", 0) != 0;
    const bool trans_b = c.int_attribute("transB", 0) != 0;
    if (a && b) {
        const Dim& inner_a = (*a)[trans_a ? 0 : 1];
        const Dim& inner_b = (*b)[trans_b ? 1 : 0];
        if (contradict(inner_a, inner_b))
            return fmt::format("inner dimensions {} and {} differ", inner_a.value, inner_b.value);
    }
    c.set_shape(0, {a ? (*a)[trans_a ? 1 : 0] : Dim{}, b ? (*b)[trans_b ? 0 : 1] : Dim{}});
    return {};
}

std::string det(Context& c)
{
    c.set_dtype(0, c.dtype(0));
    const Shape* data = c.shape(0);
    if (!data)
        return {};
    if (data->size() < 2)
        return "input must have at least rank 2";
    if (contradict(data->back(), (*data)[data->size() - 2]))
        return "matrices are not square";
    c.set_shape(0, Shape(data->begin(), data->end() - 2));
    return {};
}

/// One side of an einsum equation: letters, with '.' once where "..." stands.
std::optional<std::string> einsum_labels(std::string_view term)
{
    std::string labels;
    for (std::size_t i = 0; i < term.size(); ++i) {
        const char ch = term[i];
        if (ch == ' ')
            continue;
        if (ch == '.') {
            if (term.substr(i, 3) != "..." || labels.find('.') != std::string::npos)
                return std::nullopt;
            labels += '.';
            i += 2;
        } else if ((ch >= 'a' && ch <= 'z') || (ch >= 'A' && ch <= 'Z')) {
            labels += ch;
        } else {
            return std::nullopt;
        }
    }
    return labels;
}

std::string einsum(Context& c)
{
    c.set_dtype(0, c.dtype(0));
    const std::string_view equation = c.string_attribute("equation", "");
    const std::size_t arrow = equation.find("->");
    std::string_view left = equation.substr(0, arrow);
    std::vector<std::string> terms;
    for (;;) {
        const std::size_t comma = left.find(',');
        auto labels = einsum_labels(left.substr(0, comma));
        if (!labels)
            return fmt::format("equation '{}' is not valid", equation);
        terms.push_back(std::move(*labels));
        if (comma == std::string_view::npos)
            break;
        left.remove_prefix(comma + 1);
    }
    if (terms.size() != c.input_count())
        return fmt::format("equation '{}' has {} terms for {} inputs", equation, terms.size(),
                           c.input_count());
    std::map<char, Dim> dims;
    std::map<char, int> uses;
    Shape ellipsis;
    bool complete = true;
    for (std::size_t i = 0; i < terms.size(); ++i) {
        const std::string& labels = terms[i];
        for (char label : labels)
            ++uses[label];
        const Shape* shape = c.shape(i);
        if (!shape) {
            complete = complete && labels.find('.') == std::string::npos;
            continue;
        }
        const bool dots = labels.find('.') != std::string::npos;
        const std::size_t named = labels.size() - (dots ? 1 : 0);
        if (shape->size() < named || (!dots && shape->size() != named))
            return fmt::format("term '{}' does not fit an input of rank {}", labels, shape->size());
        std::size_t at = 0;
        for (char label : labels) {
            if (label == '.') {
                const std::size_t count = shape->size() - named;
                const auto begin = shape->begin() + static_cast<std::ptrdiff_t>(at);
                auto joined = broadcast(c.math(), ellipsis,
                                        Shape(begin, begin + static_cast<std::ptrdiff_t>(count)));
                if (!joined)
                    return "the dimensions of '...' cannot be broadcast";
                ellipsis = std::move(*joined);
                at += count;
                continue;
            }
            const Dim& dim = (*shape)[at++];
            auto [it, inserted] = dims.try_emplace(label, dim);
            if (inserted)
                continue;
            // A dimension of 1 is broadcast.
            if (contradict(it->second, dim) && it->second.value != 1 && dim.value != 1)
                return fmt::format("label '{}' stands for {} and {}", label, it->second.value,
                                   dim.value);
            if (it->second == Dim::of(1))
                it->second = dim;
            else if (dim != Dim::of(1))
                it->second = merge(it->second, dim);
        }
    }
    std::string output;
    if (arrow == std::string_view::npos) {
        if (uses.count('.'))
            output = ".";
        for (const auto& [label, count] : uses) // alphabetical, as numpy does
            if (label != '.' && count == 1)
                output += label;
    } else {
        auto labels = einsum_labels(equation.substr(arrow + 2));
        if (!labels)
            return fmt::format("equation '{}' is not valid", equation);
        output = std::move(*labels);
    }
    if (!complete && output.find('.') != std::string::npos)
        return {};
    Shape result;
    for (char label : output) {
        if (label == '.') {
            result.insert(result.end(), ellipsis.begin(), ellipsis.end());
            continue;
        }
        if (!uses.count(label))
            return fmt::format("label '{}' of the result occurs in no input", label);
        const auto it = dims.find(label);
        result.push_back(it == dims.end() ? Dim{} : it->second);
    }
    c.set_shape(0, result);
    return {};
}

constexpr Entry rules[] = {
    {"MatMul", matmul},
    {"MatMulInteger", matmul_integer},
    {"QLinearMatMul", qlinear_matmul},
    {"Gemm", gemm},
    {"Det", det},
    {"Einsum", einsum},
};

} // namespace

std::span<const Entry> linear_rules()
{
    return rules;
}

} // namespace strata::infer
