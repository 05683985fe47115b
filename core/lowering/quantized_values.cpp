#include "lowering/quantized_values.h"

#include "lowering/op_call.h"

#include <algorithm>
#include <array>
#include <fmt/format.h>

namespace strata {
namespace {

NodeId maker(const OnnxModel& model, ValueId value, std::string_view op)
{
    const NodeId node = value == no_id ? no_id : model.values[value].producer;
    return node != no_id && model.nodes[node].domain == StringId::Empty &&
                   model.text(model.nodes[node].op_type) == op
               ? node
               : no_id;
}

// Their results are elements of their first input.
constexpr std::array<std::string_view, 11> element_movers{
    "Reshape", "Transpose", "Squeeze", "Unsqueeze", "Flatten", "Slice",
    "Gather",  "MaxPool",   "Relu",    "Split",     "Expand"};

// Their results lie between the grid's points and are rounded to it.
constexpr std::array<std::string_view, 30> rounded{"aten::mean",
                                                   "aten::pad",
                                                   "aten::constant_pad_nd",
                                                   "aten::reflection_pad1d",
                                                   "aten::reflection_pad2d",
                                                   "aten::replication_pad2d",
                                                   "aten::pixel_shuffle",
                                                   "aten::pixel_unshuffle",
                                                   "aten::flip",
                                                   "aten::avg_pool1d",
                                                   "aten::avg_pool2d",
                                                   "aten::avg_pool3d",
                                                   "aten::adaptive_avg_pool1d",
                                                   "aten::adaptive_avg_pool2d",
                                                   "aten::cat",
                                                   "aten::adaptive_avg_pool3d",
                                                   "aten::upsample_nearest1d",
                                                   "aten::clamp",
                                                   "aten::upsample_nearest2d",
                                                   "aten::upsample_nearest3d",
                                                   "aten::clamp_",
                                                   "aten::upsample_bilinear2d",
                                                   "aten::hardtanh",
                                                   "aten::hardtanh_",
                                                   "aten::leaky_relu",
                                                   "aten::leaky_relu_",
                                                   "aten::relu6",
                                                   "aten::relu6_",
                                                   "aten::stack",
                                                   "aten::channel_shuffle"};

struct OwnGrid {
    std::string_view target;
    double scale;
    std::int64_t zero_point; ///< of unsigned numbers
};
// Functions with a known range have a grid of their own.
constexpr std::array<OwnGrid, 6> own_grids{{{"aten::sigmoid", 1.0 / 256, 0},
                                            {"aten::sigmoid_", 1.0 / 256, 0},
                                            {"aten::hardsigmoid", 1.0 / 256, 0},
                                            {"aten::hardsigmoid_", 1.0 / 256, 0},
                                            {"aten::tanh", 2.0 / 256, 128},
                                            {"aten::tanh_", 2.0 / 256, 128}}};

std::string_view without_overload(std::string_view target)
{
    return target.substr(0, target.find('.'));
}

} // namespace

ValueId put_on_grid(Emitter& e, ValueId real, const QuantizedGrid& grid)
{
    const ValueId stored = e.emit("QuantizeLinear", {real, grid.scale, grid.zero_point});
    // The copy, which a pass takes out again, tells quantized tensors from others.
    return e.copy(e.emit("DequantizeLinear", {stored, grid.scale, grid.zero_point}));
}

std::optional<QuantizedGrid> grid_of(const OnnxModel& model, ValueId value)
{
    while (value != no_id) {
        if (const NodeId copy = maker(model, value, "Identity"); copy != no_id) {
            const NodeId node = maker(model, model.nodes[copy].inputs.front(), "DequantizeLinear");
            if (node == no_id || model.nodes[node].inputs.size() != 3)
                return std::nullopt;
            return QuantizedGrid{model.nodes[node].inputs[1], model.nodes[node].inputs[2]};
        }
        const NodeId node = model.values[value].producer;
        if (node == no_id ||
            std::find(element_movers.begin(), element_movers.end(),
                      model.text(model.nodes[node].op_type)) == element_movers.end())
            return std::nullopt;
        value = model.nodes[node].inputs.front();
    }
    return std::nullopt;
}

ValueId take_off_grid(Emitter& e, ValueId value)
{
    if (const NodeId copy = maker(e.model(), value, "Identity"); copy != no_id)
        return e.model().nodes[copy].inputs.front();
    return e.copy(value);
}

void keep_on_grid(Emitter& e, std::string_view target, const QuantizedGrid& grid, Outputs& outputs)
{
    const std::string_view name = without_overload(target);
    const auto own = std::find_if(own_grids.begin(), own_grids.end(),
                                  [name](const OwnGrid& entry) { return entry.target == name; });
    const bool rounds = std::find(rounded.begin(), rounded.end(), name) != rounded.end();
    for (Lowered& output : outputs.values) {
        auto* tensor = std::get_if<LoweredTensor>(&output.value);
        if (!tensor || grid_of(e.model(), tensor->value))
            continue;
        const DType stored = e.dtype(grid.zero_point);
        if (!is_floating_point(e.dtype(tensor->value)))
            continue; // places, or comparisons
        if (own != own_grids.end()) {
            const std::int64_t zero_point = own->zero_point - (stored == DType::Int8 ? 128 : 0);
            tensor->value =
                put_on_grid(e, tensor->value,
                            {e.scalar(DType::Float32, own->scale), e.scalar(stored, zero_point)});
        } else if (rounds) {
            tensor->value = put_on_grid(e, tensor->value, grid);
        } else {
            throw Refusal{fmt::format("{} of a quantized tensor", name),
                          "Dequantize the tensor before.", false};
        }
    }
}

} // namespace strata
