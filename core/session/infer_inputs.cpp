#include "session/infer_inputs.h"

#include <algorithm>
#include <array>
#include <fmt/format.h>
#include <string_view>

namespace strata {
namespace {

constexpr std::array<std::int64_t, plausible_attempts> sizes{224, 32, 64, 28,  299, 256,
                                                             128, 96, 16, 112, 48,  8};

/// How far to look through operators that keep the shape.
constexpr unsigned furthest_look = 16;

class Inference {
public:
    explicit Inference(const Program& program)
        : m_program(program),
          m_graph(program.graph),
          m_uses(program.graph.values.size())
    {
        for (FxNodeId id = 0; id < m_graph.nodes.size(); ++id)
            visit_uses(m_graph.nodes[id], [&](FxValueId value) {
                if (value < m_uses.size())
                    m_uses[value].push_back(id);
            });
    }

    InferredInput infer(FxNodeId placeholder) const
    {
        const FxValueId value = m_graph.nodes[placeholder].outputs.front();
        const FxType& type = m_graph.values[value].type;
        InferredInput result;
        result.dtype = type.dtype;
        if (type.shape) {
            result.dims.emplace();
            for (const FxDim& dim : *type.shape)
                result.dims->push_back(dim.value);
            return result;
        }
        follow(value, result, 0);
        return result;
    }

private:
    /// The tensor behind an argument, when it is a parameter.
    const Tensor* weight(const FxNode& node, std::size_t index) const
    {
        if (index >= node.args.size())
            return nullptr;
        const FxRef* ref = node.args[index].ref();
        if (!ref || m_graph.values[ref->value].node == no_index)
            return nullptr;
        const FxNode& maker = m_graph.nodes[m_graph.values[ref->value].node];
        if (maker.kind != FxKind::GetAttr || maker.tensor >= m_program.tensors.size())
            return nullptr;
        return &m_program.tensors[maker.tensor];
    }

    std::int64_t integer(const FxNode& node, std::size_t index, std::int64_t fallback) const
    {
        if (index >= node.args.size())
            return fallback;
        const auto* value = std::get_if<std::int64_t>(&node.args[index].value);
        return value ? *value : fallback;
    }

    static bool is_argument(const FxNode& node, std::size_t index, FxValueId value)
    {
        return index < node.args.size() && node.args[index].ref() &&
               node.args[index].ref()->value == value;
    }

    static void set_channels(InferredInput& result, std::size_t rank, std::int64_t channels)
    {
        result.dims = std::vector<std::int64_t>(rank, -1);
        if (rank > 1)
            (*result.dims)[1] = channels;
    }

    /// True when the node told something.
    bool learn(const FxNode& node, FxValueId value, InferredInput& result) const
    {
        const std::string_view op = node.target;
        if (op == "aten::embedding" && is_argument(node, 1, value)) {
            result.dtype = DType::Int64;
            result.is_index = true;
            return true;
        }
        if (!is_argument(node, 0, value))
            return false;
        const Tensor* w = weight(node, 1);
        const bool generic = op == "aten::_convolution" || op == "aten::convolution";
        const bool transposed_call = generic && node.args.size() > 6 && node.args[6] == FxArg(true);
        const bool plain = op == "aten::conv1d" || op == "aten::conv2d" || op == "aten::conv3d" ||
                           op.starts_with("aten::conv1d.") || op.starts_with("aten::conv2d.") ||
                           op.starts_with("aten::conv3d.");
        const bool transposed = op.starts_with("aten::conv_transpose") || transposed_call;
        if ((plain || generic || transposed) && w && w->shape.size() >= 3) {
            const std::int64_t groups = generic ? integer(node, 8, 1) : integer(node, 6, 1);
            set_channels(result, w->shape.size(),
                         transposed ? w->shape[0]
                                    : w->shape[1] * std::max<std::int64_t>(groups, 1));
            adopt_dtype(result, *w);
            return true;
        }
        if (op == "aten::linear" && w && w->shape.size() == 2) {
            result.features = w->shape[1];
            adopt_dtype(result, *w);
            return true;
        }
        if ((op == "aten::matmul" || op == "aten::mm") && w && w->shape.size() == 2) {
            result.features = w->shape[0];
            adopt_dtype(result, *w);
            return true;
        }
        if (op == "aten::layer_norm" && node.args.size() > 2) {
            const Tensor* scale = weight(node, 2);
            if (scale && scale->shape.size() == 1) {
                result.features = scale->shape[0];
                adopt_dtype(result, *scale);
                return true;
            }
        }
        const bool by_channel = op == "aten::batch_norm" || op == "aten::instance_norm" ||
                                op == "aten::group_norm" || op == "aten::prelu";
        if (by_channel) {
            // The scale, or the running mean where there is no scale.
            const Tensor* scale = weight(node, op == "aten::group_norm" ? 2 : 1);
            if (!scale)
                scale = weight(node, 3);
            if (scale && scale->shape.size() == 1 && scale->shape[0] > 1) {
                result.channels = scale->shape[0];
                adopt_dtype(result, *scale);
                return true;
            }
        }
        return false;
    }

    static void adopt_dtype(InferredInput& result, const Tensor& weight)
    {
        if (result.dtype == DType::Unknown && is_floating_point(weight.dtype))
            result.dtype = weight.dtype;
    }

    static bool keeps_shape(std::string_view op)
    {
        constexpr std::array<std::string_view, 12> same{
            "aten::relu",       "aten::dropout",    "aten::contiguous", "aten::clone",
            "aten::detach",     "aten::mul.Tensor", "aten::sub.Tensor", "aten::add.Tensor",
            "aten::div.Tensor", "aten::mul.Scalar", "aten::sigmoid",    "aten::tanh"};
        return std::find(same.begin(), same.end(), op) != same.end();
    }

    bool follow(FxValueId value, InferredInput& result, unsigned depth) const
    {
        for (const FxNodeId user : m_uses[value])
            if (learn(m_graph.nodes[user], value, result))
                return true;
        if (depth == furthest_look)
            return false;
        for (const FxNodeId user : m_uses[value]) {
            const FxNode& node = m_graph.nodes[user];
            if (keeps_shape(node.target) && node.outputs.size() == 1 &&
                is_argument(node, 0, value) && follow(node.outputs.front(), result, depth + 1))
                return true;
        }
        return false;
    }

    const Program& m_program;
    const FxGraph& m_graph;
    std::vector<std::vector<FxNodeId>> m_uses;
};

} // namespace

std::vector<InferredInput> infer_inputs(const Program& program)
{
    const Inference inference(program);
    std::vector<InferredInput> inputs;
    for (const FxNodeId id : program.graph.placeholders())
        inputs.push_back(inference.infer(id));
    return inputs;
}

LoweringInput symbolic_input(const InferredInput& inferred, const std::string& name)
{
    LoweringInput input;
    input.dtype = inferred.dtype == DType::Unknown ? DType::Float32 : inferred.dtype;
    if (!inferred.dims)
        return input;
    input.shape.emplace();
    for (std::size_t i = 0; i < inferred.dims->size(); ++i) {
        const std::int64_t dim = (*inferred.dims)[i];
        input.shape->push_back(dim >= 0 ? FxDim{dim, {}}
                                        : FxDim{-1, fmt::format("{}_dim{}", name, i)});
    }
    return input;
}

std::int64_t plausible_size(std::size_t attempt)
{
    return sizes[attempt % sizes.size()];
}

LoweringInput plausible_input(const InferredInput& inferred, std::size_t attempt)
{
    LoweringInput input;
    input.dtype = inferred.dtype == DType::Unknown ? DType::Float32 : inferred.dtype;
    std::vector<std::int64_t> shape;
    const std::int64_t size = plausible_size(attempt);
    if (inferred.dims) {
        shape = *inferred.dims;
        for (std::size_t i = 0; i < shape.size(); ++i)
            if (shape[i] < 0)
                shape[i] = i == 0 ? 1 : size;
    } else if (inferred.features) {
        // A batch of vectors, then a batch of sequences of vectors.
        shape = attempt % 2 == 0 ? std::vector<std::int64_t>{1, *inferred.features}
                                 : std::vector<std::int64_t>{1, 16, *inferred.features};
    } else if (inferred.channels) {
        // Images, then sequences, then vectors.
        const std::int64_t c = *inferred.channels;
        const std::array<std::vector<std::int64_t>, 4> guesses{
            {{1, c, size, size}, {1, c, size}, {1, c, size, size}, {1, c}}};
        shape = guesses[attempt % guesses.size()];
    } else if (inferred.is_index) {
        shape = attempt % 2 == 0 ? std::vector<std::int64_t>{1, 16} : std::vector<std::int64_t>{1};
    } else {
        const std::array<std::vector<std::int64_t>, 4> guesses{
            {{1, 16}, {1, 3, size, size}, {1, 16, 16}, {16}}};
        shape = guesses[attempt % guesses.size()];
    }
    input.shape.emplace();
    for (const std::int64_t dim : shape)
        input.shape->push_back({dim, {}});
    return input;
}

} // namespace strata
