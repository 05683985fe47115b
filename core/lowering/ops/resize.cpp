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
    bool exact = false; ///< nearest from the middles of pixels, as "nearest-exact"
    std::string_view input = "input";
};

/// True when the known output sizes are what the factors give, so that these say everything.
bool sizes_follow(OpCall& call, ValueId x, std::string_view size_name,
                  const std::vector<double>& factors)
{
    Emitter& e = call.e();
    const auto shape = e.static_shape(x);
    const auto sizes = e.known_ints(call.int_tensor(size_name));
    if (!shape || !sizes || sizes->size() != factors.size())
        return false;
    for (std::size_t i = 0; i < factors.size(); ++i) {
        // ONNX keeps factors in float32 and multiplies in that.
        const auto size = static_cast<float>((*shape)[i + 2]) * static_cast<float>(factors[i]);
        if (static_cast<std::int64_t>(std::floor(size)) != (*sizes)[i])
            return false;
    }
    return true;
}

/// Output size and factors as PyTorch gives them; either may be None.
ValueId resize(OpCall& call, const Resize& how, std::size_t spatial, std::string_view size_name,
               std::vector<std::string_view> factor_names)
{
    Emitter& e = call.e();
    const auto rank = static_cast<std::int64_t>(spatial) + 2;
    const ValueId x = call.tensor(how.input);
    const std::string coordinates = how.mode == "nearest" && !how.exact ? "asymmetric"
                                    : how.align_corners                 ? "align_corners"
                                                                        : "half_pixel";
    Attrs attrs{{"mode", how.mode}, {"coordinate_transformation_mode", coordinates}};
    if (how.mode == "nearest")
        attrs.emplace_back("nearest_mode", how.exact ? "round_prefer_ceil" : "floor");
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
    if (!factors.empty() &&
        (how.align_corners || !sized || sizes_follow(call, x, size_name, factors))) {
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
Outputs exact_vec(OpCall& call)
{
    return resize(call, {"nearest", false, true}, Spatial, "output_size", {"scale_factors"});
}
/// The names of the factors of overloads that take one each.
template <std::size_t Spatial>
std::vector<std::string_view> factor_names()
{
    if constexpr (Spatial == 1)
        return {"scales"};
    else if constexpr (Spatial == 2)
        return {"scales_h", "scales_w"};
    else
        return {"scales_d", "scales_h", "scales_w"};
}
template <std::size_t Spatial, bool Exact>
Outputs nearest(OpCall& call)
{
    return resize(call, {"nearest", false, Exact, "self"}, Spatial, "output_size",
                  factor_names<Spatial>());
}
template <std::size_t Spatial, bool Cubic = false>
Outputs smooth(OpCall& call)
{
    return resize(call, {Cubic ? "cubic" : "linear", call.boolean("align_corners"), false, "self"},
                  Spatial, "output_size", factor_names<Spatial>());
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
    {"aten::upsample_nearest1d(Tensor self, SymInt[1] output_size, float? scales=None) -> Tensor",
     nearest<1, false>},
    {"aten::_upsample_nearest_exact1d(Tensor self, SymInt[1] output_size, float? scales=None) -> "
     "Tensor",
     nearest<1, true>},
    {"aten::_upsample_nearest_exact1d.vec(Tensor input, SymInt[]? output_size, float[]? "
     "scale_factors) -> Tensor",
     exact_vec<1>},
    {"aten::upsample_linear1d(Tensor self, SymInt[1] output_size, bool align_corners, float? "
     "scales=None) -> Tensor",
     smooth<1>},
    {"aten::upsample_nearest2d(Tensor self, SymInt[2] output_size, float? scales_h=None, float? "
     "scales_w=None) -> Tensor",
     nearest<2, false>},
    {"aten::_upsample_nearest_exact2d(Tensor self, SymInt[2] output_size, float? scales_h=None, "
     "float? scales_w=None) -> Tensor",
     nearest<2, true>},
    {"aten::_upsample_nearest_exact2d.vec(Tensor input, SymInt[]? output_size, float[]? "
     "scale_factors) -> Tensor",
     exact_vec<2>},
    {"aten::upsample_bilinear2d(Tensor self, SymInt[2] output_size, bool align_corners, float? "
     "scales_h=None, float? scales_w=None) -> Tensor",
     smooth<2>},
    {"aten::upsample_nearest3d(Tensor self, SymInt[3] output_size, float? scales_d=None, float? "
     "scales_h=None, float? scales_w=None) -> Tensor",
     nearest<3, false>},
    {"aten::_upsample_nearest_exact3d(Tensor self, SymInt[3] output_size, float? scales_d=None, "
     "float? scales_h=None, float? scales_w=None) -> Tensor",
     nearest<3, true>},
    {"aten::_upsample_nearest_exact3d.vec(Tensor input, SymInt[]? output_size, float[]? "
     "scale_factors) -> Tensor",
     exact_vec<3>},
    {"aten::upsample_trilinear3d(Tensor self, SymInt[3] output_size, bool align_corners, float? "
     "scales_d=None, float? scales_h=None, float? scales_w=None) -> Tensor",
     smooth<3>},
    {"aten::upsample_bicubic2d(Tensor self, SymInt[2] output_size, bool align_corners, float? "
     "scales_h=None, float? scales_w=None) -> Tensor",
     smooth<2, true>},
};

} // namespace

std::span<const OpEntry> resize_ops()
{
    return entries;
}

} // namespace strata::ops
