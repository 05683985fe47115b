#include "lowering/ops/building_blocks.h"
#include "lowering/ops/families.h"

#include <cmath>
#include <string>

namespace strata::ops {
namespace {

/// interpolate() in its lowered forms: an output size, or factors, over the last `spatial` axes.
struct Resize {
    std::string mode; ///< ONNX's: nearest, linear, cubic
    bool align_corners = false;
};

/// Output size and factors as PyTorch gives them; either may be None.
ValueId resize(OpCall& call, const Resize& how, std::size_t spatial, std::string_view size_name,
               std::vector<std::string_view> factor_names)
{
    Emitter& e = call.e();
    const auto rank = static_cast<std::int64_t>(spatial) + 2;
    const ValueId x = call.tensor("input");
    const std::string coordinates = how.mode == "nearest" ? "asymmetric"
                                    : how.align_corners   ? "align_corners"
                                                          : "half_pixel";
    Attrs attrs{{"mode", how.mode}, {"coordinate_transformation_mode", coordinates}};
    if (how.mode == "nearest")
        attrs.emplace_back("nearest_mode", "floor");
    if (how.mode == "cubic")
        attrs.emplace_back("cubic_coeff_a", -0.75);

    std::vector<double> factors;
    for (std::string_view name : factor_names) {
        if (!call.has(name))
            continue;
        for (const double factor : call.numbers(name))
            factors.push_back(factor);
    }
    const bool sized = !size_name.empty() && call.has(size_name);
    if (!factors.empty() && factors.size() != spatial)
        call.refuse("the number of scale factors does not fit the dimensions");

    const auto shape = e.static_shape(x);
    if (!factors.empty() && (how.align_corners || !sized)) {
        // Coordinates follow the given factors, not the ratio of sizes, which rounding makes
        // differ. ONNX uses the ratio when sizes are given and the factors when scales are.
        std::vector<float> scales(2, 1.0F);
        for (const double factor : factors)
            scales.push_back(static_cast<float>(factor));
        std::vector<std::byte> bytes(scales.size() * sizeof(float));
        std::copy_n(reinterpret_cast<const std::byte*>(scales.data()), bytes.size(), bytes.data());
        const ValueId constant =
            e.constant(Tensor::from_bytes(DType::Float32, {rank}, std::move(bytes)));
        return e.emit("Resize", {x, no_id, constant}, std::move(attrs));
    }
    ValueId wanted = no_id;
    if (sized)
        wanted = call.int_tensor(size_name);
    else
        call.refuse("neither an output size nor scale factors are given");
    if (!factors.empty() && shape) {
        // Both given: PyTorch takes the size for the shape and the factors for the coordinates.
        // They say the same when the size is the exact multiple.
        const auto known = e.known_ints(wanted);
        for (std::size_t i = 0; known && i < spatial; ++i)
            if (std::abs(static_cast<double>((*shape)[i + 2]) * factors[i] -
                         static_cast<double>((*known)[i])) > 1e-6)
                call.refuse("the scale factor does not divide the size evenly",
                            "Use recompute_scale_factor=True.");
    }
    const ValueId front =
        shape ? e.constant({(*shape)[0], (*shape)[1]}) : e.slice(e.shape_of(x), 0, 0, 2);
    return e.emit("Resize", {x, no_id, no_id, e.concat({front, wanted}, 0)}, std::move(attrs));
}

template <std::size_t Spatial>
Outputs nearest_vec(OpCall& call)
{
    return resize(call, {"nearest"}, Spatial, "output_size", {"scale_factors"});
}
template <std::size_t Spatial>
Outputs linear_vec(OpCall& call)
{
    return resize(call, {"linear", call.boolean("align_corners")}, Spatial, "output_size",
                  {"scale_factors"});
}
Outputs cubic_vec(OpCall& call)
{
    return resize(call, {"cubic", call.boolean("align_corners")}, 2, "output_size",
                  {"scale_factors"});
}

constexpr OpEntry entries[] = {
    {"aten::upsample_nearest1d.vec(Tensor input, SymInt[]? output_size, float[]? scale_factors) -> "
     "Tensor",
     nearest_vec<1>},
    {"aten::upsample_nearest2d.vec(Tensor input, SymInt[]? output_size, float[]? scale_factors) -> "
     "Tensor",
     nearest_vec<2>},
    {"aten::upsample_nearest3d.vec(Tensor input, SymInt[]? output_size, float[]? scale_factors) -> "
     "Tensor",
     nearest_vec<3>},
    {"aten::upsample_linear1d.vec(Tensor input, SymInt[]? output_size, bool align_corners, "
     "float[]? scale_factors) -> "
     "Tensor",
     linear_vec<1>},
    {"aten::upsample_bilinear2d.vec(Tensor input, SymInt[]? output_size, bool align_corners, "
     "float[]? scale_factors) "
     "-> Tensor",
     linear_vec<2>},
    {"aten::upsample_trilinear3d.vec(Tensor input, SymInt[]? output_size, bool align_corners, "
     "float[]? scale_factors) "
     "-> Tensor",
     linear_vec<3>},
    {"aten::upsample_bicubic2d.vec(Tensor input, SymInt[]? output_size, bool align_corners, "
     "float[]? scale_factors) "
     "-> Tensor",
     cubic_vec},
};

} // namespace

std::span<const OpEntry> resize_ops()
{
    return entries;
}

} // namespace strata::ops
