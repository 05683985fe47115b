// Normalisation layers.
#include "passes/infer/context.h"

#include <fmt/format.h>

namespace strata::infer {
namespace {

std::string like_input(Context& c)
{
    c.set_like(0, 0);
    return {};
}

// What per-channel statistics say about the number of channels, and whether they agree with it.
std::string check_channels(Context& c, std::initializer_list<std::size_t> inputs, Dim& channels)
{
    for (std::size_t i : inputs) {
        const Shape* shape = c.shape(i);
        if (!shape || shape->size() != 1)
            continue;
        if (contradict(channels, shape->front()))
            return fmt::format("input {} has {} elements for {} channels", i, shape->front().value,
                               channels.value);
        channels = merge(channels, shape->front());
    }
    return {};
}

std::string batch_norm(Context& c)
{
    c.set_dtype(0, c.dtype(0));
    Dim channels;
    const Shape* data = c.shape(0);
    if (data && data->size() < 2)
        return fmt::format("input of rank {} has no channels", data->size());
    if (data)
        channels = (*data)[1];
    if (auto complaint = check_channels(c, {1, 2, 3, 4}, channels); !complaint.empty())
        return complaint;
    if (data) {
        Shape result = *data;
        result[1] = channels;
        c.set_shape(0, result);
    }
    for (std::size_t i = 1; i < c.output_count(); ++i) // running statistics in training mode
        c.set(i, c.dtype(3), {channels});
    return {};
}

std::string instance_norm(Context& c)
{
    c.set_dtype(0, c.dtype(0));
    const Shape* data = c.shape(0);
    if (!data || data->size() < 2)
        return {};
    Dim channels = (*data)[1];
    if (auto complaint = check_channels(c, {1, 2}, channels); !complaint.empty())
        return complaint;
    Shape result = *data;
    result[1] = channels;
    c.set_shape(0, result);
    return {};
}

std::string layer_norm(Context& c)
{
    c.set_like(0, 0);
    // Mean and inverse standard deviation: computed in stash_type, one per normalised slice.
    const DType stash = dtype_from_onnx(static_cast<int>(c.int_attribute("stash_type", 1)));
    c.set_dtype(1, stash);
    c.set_dtype(2, stash);
    const Shape* data = c.shape(0);
    if (!data)
        return {};
    const std::int64_t wanted = c.int_attribute("axis", -1);
    const auto axis = normalize_axis(wanted, data->size());
    if (!axis)
        return fmt::format("axis {} is outside rank {}", wanted, data->size());
    Shape reduced = *data;
    for (std::size_t i = *axis; i < reduced.size(); ++i)
        reduced[i] = Dim::of(1);
    c.set_shape(1, reduced);
    c.set_shape(2, reduced);
    return {};
}

constexpr Entry rules[] = {
    {"BatchNormalization", batch_norm},
    {"InstanceNormalization", instance_norm},
    {"LayerNormalization", layer_norm},
    {"SimplifiedLayerNormalization", layer_norm},
    {"GroupNormalization", like_input},
    {"RMSNormalization", like_input},
    {"LRN", like_input},
    {"LpNormalization", like_input},
    {"MeanVarianceNormalization", like_input},
};

} // namespace

std::span<const Entry> normalization_rules()
{
    return rules;
}

} // namespace strata::infer
