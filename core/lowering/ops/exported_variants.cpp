// Operators that newer exports state and older tracing does not: antialiased resizing by weights,
// guarded softmax, ranges between tensors, and the like.
#include "lowering/ops/building_blocks.h"
#include "lowering/ops/expression.h"
#include "lowering/ops/families.h"
#include "lowering/ops/indexing.h"
#include "lowering/ops/sizes.h"
#include "lowering/ops/type_promotion.h"
#include "lowering/size_limits.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstring>
#include <limits>

namespace strata::ops {
namespace {

using Ints = std::vector<std::int64_t>;

/// Softmax whose rows of nothing but -inf become zeros.
Outputs safe_softmax(OpCall& call)
{
    Emitter& e = call.e();
    const DType own = call.dtype_of(call.tensor("self"));
    const Expr x = Expr(e, call.tensor("self")).cast(call.dtype("dtype", own));
    const std::int64_t axis = call.normalize_axis(call.integer("dim"), call.rank("self"));
    if (call.rank("self") == 0)
        return e.emit("Softmax", {x}, {{"axis", 0}});
    const Expr softmax(e, e.emit("Softmax", {x}, {{"axis", axis}}));
    const Expr largest(e, e.reduce("ReduceMax", x, {axis}, true));
    return ValueId(where(largest == -std::numeric_limits<double>::infinity(), 0.0, softmax));
}

/// Softmax over what the mask leaves; True hides.
Outputs masked_softmax(OpCall& call)
{
    Emitter& e = call.e();
    const Expr x(e, call.tensor("self"));
    const Expr hidden(e, e.cast(call.tensor("mask"), DType::Bool));
    const std::int64_t axis = call.has("dim")
                                  ? call.normalize_axis(call.integer("dim"), call.rank("self"))
                                  : call.rank("self") - 1;
    if (call.rank_of(hidden) != call.rank("self"))
        call.refuse("a mask of another rank than the input");
    const Expr kept = where(hidden, -std::numeric_limits<double>::infinity(), x);
    return e.emit("Softmax", {kept}, {{"axis", axis}});
}

/// i1 * i2 * i3 after unsqueezing each, summed over `sumdim`.
Outputs trilinear(OpCall& call)
{
    Emitter& e = call.e();
    const auto part = [&](std::string_view name, std::string_view dims) {
        Ints axes = call.ints(dims);
        std::sort(axes.begin(), axes.end());
        return Expr(e, e.unsqueeze(call.tensor(name), std::move(axes)));
    };
    const Expr product = part("i1", "expand1") * part("i2", "expand2") * part("i3", "expand3");
    const Ints summed = call.ints("sumdim");
    return summed.empty() ? ValueId(product) : e.reduce("ReduceSum", product, summed, false);
}

/// PyTorch's antialiasing filters over distances in output pixels.
double triangle_filter(double x)
{
    return std::max(0.0, 1 - std::abs(x));
}
double cubic_filter(double x)
{
    constexpr double a = -0.5;
    x = std::abs(x);
    if (x < 1)
        return ((a + 2) * x - (a + 3)) * x * x + 1;
    return x < 2 ? (((x - 5) * x + 8) * x - 4) * a : 0.0;
}

/// Row i holds the weights of all input pixels in output pixel i: [out, in].
Tensor resize_weights(std::int64_t in, std::int64_t out, double scale, bool cubic)
{
    const double reach = (cubic ? 2.0 : 1.0) * std::max(scale, 1.0);
    const double shrink = scale >= 1 ? 1 / scale : 1.0;
    std::vector<float> weights(constant_elements(std::array{in, out}), 0.0F);
    for (std::int64_t i = 0; i < out; ++i) {
        const double center = scale * (static_cast<double>(i) + 0.5);
        const auto first =
            std::max<std::int64_t>(static_cast<std::int64_t>(center - reach + 0.5), 0);
        const auto end =
            std::min<std::int64_t>(static_cast<std::int64_t>(center + reach + 0.5), in);
        double total = 0;
        std::vector<double> row;
        for (std::int64_t j = first; j < end; ++j) {
            const double distance = (static_cast<double>(j) - center + 0.5) * shrink;
            row.push_back(cubic ? cubic_filter(distance) : triangle_filter(distance));
            total += row.back();
        }
        for (std::size_t j = 0; j < row.size(); ++j)
            weights[static_cast<std::size_t>(i * in + first) + j] =
                static_cast<float>(total != 0 ? row[j] / total : row[j]);
    }
    std::vector<std::byte> bytes(weights.size() * sizeof(float));
    std::memcpy(bytes.data(), weights.data(), bytes.size());
    return Tensor::from_bytes(DType::Float32, {out, in}, std::move(bytes));
}

/// Both axes are products with matrices of weights.
template <bool Cubic, bool Vector>
Outputs resize_antialiased(OpCall& call)
{
    Emitter& e = call.e();
    const ValueId given = call.tensor(Vector ? "input" : "self");
    if (call.rank(Vector ? "input" : "self") != 4)
        call.refuse("the input is no batch of images");
    std::array<std::int64_t, 2> from{};
    for (std::size_t i = 0; i < 2; ++i) {
        const auto size = size_if_known(e, given, static_cast<std::int64_t>(i) + 2);
        if (!size)
            call.refuse_for_shapes("the image's height or width is not known");
        from[i] = *size;
    }
    std::array<std::optional<double>, 2> factors;
    if (Vector) {
        if (call.has("scale_factors")) {
            const std::vector<double> both = call.numbers("scale_factors");
            for (std::size_t i = 0; i < 2 && i < both.size(); ++i)
                factors[i] = both[i];
        }
    } else {
        factors = {call.number_or_none("scales_h"), call.number_or_none("scales_w")};
    }
    Ints sizes;
    if (call.has("output_size"))
        sizes = call.ints("output_size");
    else
        for (std::size_t i = 0; i < 2; ++i)
            sizes.push_back(static_cast<std::int64_t>(
                std::floor(static_cast<double>(from[i]) * factors[i].value_or(1.0))));
    if (sizes.size() != 2)
        call.refuse("the output size has not two numbers");
    const bool align = call.boolean("align_corners");
    const DType own = call.dtype_of(given);
    const Expr x = Expr(e, given).cast(DType::Float32);
    const auto weights = [&](std::size_t i) {
        const std::int64_t in = from[i];
        const std::int64_t out = sizes[i];
        double scale = static_cast<double>(in) / static_cast<double>(out);
        if (align)
            scale = out > 1 ? static_cast<double>(in - 1) / static_cast<double>(out - 1) : 0.0;
        else if (factors[i] && *factors[i] > 0)
            scale = 1 / *factors[i];
        return Expr(e, e.constant(resize_weights(in, out, scale, Cubic), "weights"));
    };
    if (sizes[0] <= 0 || sizes[1] <= 0)
        call.refuse("the output has no pixels");
    const Expr rows = weights(0);
    const Expr columns(e, transpose_matrix(e, weights(1)));
    const Expr wide = x.apply("MatMul", columns);
    Expr result = rows.apply("MatMul", wide);
    if (own == DType::UInt8) // back to whole numbers in range
        result = min(max(result.apply("Round"), 0.0), 255.0);
    return ValueId(result.cast(own));
}

/// linspace and logspace between numbers that are only known when the model runs.
template <bool Exponents>
Outputs space_between(OpCall& call)
{
    Emitter& e = call.e();
    const DType dtype = call.dtype("dtype", DType::Float32);
    const DType wide =
        is_integral(dtype) || dtype == DType::Float64 ? DType::Float64 : DType::Float32;
    const std::int64_t steps = call.integer("steps");
    if (steps < 0 || steps > 1 << 20)
        call.refuse("the number of steps is out of range");
    const auto limit = [&](std::string_view name) {
        const Expr value(e, call.scalar_as(name, wide));
        return is_integral(dtype) && !Exponents ? value.cast(DType::Int64).cast(wide) : value;
    };
    const Expr start = limit("start");
    const Expr end = limit("end");
    const Ints numbers = iota(0, steps);
    const Expr place = Expr(e, e.constant(std::span<const std::int64_t>(numbers))).cast(wide);
    const Expr step = (end - start) / static_cast<double>(std::max<std::int64_t>(steps - 1, 1));
    const Expr forwards = start + step * place;
    const Expr backwards = end - step * (static_cast<double>(steps - 1) - place);
    const double middle = steps == 1 ? 1.0 : static_cast<double>(steps / 2); // NOLINT
    const Expr values = where(place < middle, forwards, backwards);
    if (!Exponents)
        return ValueId(values.cast(dtype));
    return ValueId(values.number(call.number("base")).apply("Pow", values).cast(dtype));
}

/// Adds values where the mask says so; indices may be out of range elsewhere.
Outputs masked_index_put(OpCall& call)
{
    Emitter& e = call.e();
    const ValueId x = call.tensor("self");
    const Expr mask(e, e.cast(call.tensor("mask"), DType::Bool));
    const Expr values = where(mask, Expr(e, e.cast(call.tensor("values"), call.dtype_of(x))), 0.0);
    const ValueId positions = index_tensor(call, flat_positions(e, x), clamped_indices(call, x));
    return write_at(call, x, positions, values, true);
}

/// Each tensor filled up with zeros to `num_chunks` equal parts along `dim`, the parts side by
/// side.
Outputs chunk_cat(OpCall& call)
{
    Emitter& e = call.e();
    const std::int64_t chunks = call.integer("num_chunks");
    std::vector<ValueId> parts;
    std::int64_t axis = 0;
    for (const ValueId tensor : call.tensors("tensors")) {
        const Ints shape = call.shape(tensor);
        const auto rank = static_cast<std::int64_t>(shape.size());
        axis = call.normalize_axis(call.integer("dim"), rank);
        const std::int64_t size = shape[static_cast<std::size_t>(axis)];
        const std::int64_t missing = (size + chunks - 1) / chunks * chunks - size;
        ValueId whole = tensor;
        if (missing > 0) {
            Ints pads(2 * shape.size(), 0);
            pads[shape.size() + static_cast<std::size_t>(axis)] = missing;
            whole = e.emit("Pad", {tensor, e.constant(std::span<const std::int64_t>(pads))});
        }
        Ints target(shape.begin(), shape.begin() + axis);
        target.push_back(chunks);
        target.push_back(-1);
        parts.push_back(e.reshape(whole, std::span<const std::int64_t>(target)));
    }
    if (parts.empty())
        call.refuse("an empty list of tensors");
    return e.concat(std::move(parts), axis + 1);
}

/// The extrema of everything or along an axis, as a pair.
Outputs pair_of_extrema(OpCall& call)
{
    Emitter& e = call.e();
    const Expr x(e, call.tensor("self"));
    Ints axes;
    bool keep_dims = false;
    if (call.target() == "aten::_aminmax.dim") {
        axes = {call.normalize_axis(call.integer("dim"), call.rank("self"))};
        keep_dims = call.boolean("keepdim");
    }
    const auto extreme = [&](std::string_view op) {
        const Expr value = x.reduce(op, axes, keep_dims);
        if (!is_floating_point(x.dtype()))
            return value;
        const Expr some = is_nan(x).cast(DType::Int32).reduce("ReduceMax", axes, keep_dims);
        return where(some.cast(DType::Bool), std::numeric_limits<double>::quiet_NaN(), value);
    };
    return Outputs::tensors({extreme("ReduceMin"), extreme("ReduceMax")});
}

/// Rows of a table that the indices name are shortened to the norm.
Outputs embedding_renorm(OpCall& call)
{
    Emitter& e = call.e();
    const Expr weight(e, call.tensor("self"));
    const double p = call.number("norm_type");
    const double most = call.number("max_norm");
    const ValueId indices = e.reshape(e.cast(call.tensor("indices"), DType::Int64), Ints{-1});
    const Expr magnitude = abs(weight);
    const Expr length = p == 2   ? sqrt((weight * weight).reduce("ReduceSum", {1}, true))
                        : p == 1 ? magnitude.reduce("ReduceSum", {1}, true)
                        : p == std::numeric_limits<double>::infinity()
                            ? magnitude.reduce("ReduceMax", {1}, true)
                            : pow(pow(magnitude, p).reduce("ReduceSum", {1}, true), 1 / p);
    const Expr scale = where(length > most, most * (length + 1e-7).apply("Reciprocal"), 1.0);
    // One for each named row.
    const ValueId none =
        e.expand(e.scalar(DType::Float32, 0.0), e.unsqueeze(e.size_of(weight, 0), {0}));
    const ValueId ones = e.expand(e.scalar(DType::Float32, 1.0), e.shape_of(indices));
    const Expr named(e, e.emit("ScatterElements", {none, indices, ones}, {{"axis", 0}}));
    return ValueId(where((named > 0.0).unsqueeze(1), weight * scale, weight));
}

/// Powers of a vector's elements, the highest first unless they increase.
Outputs vander(OpCall& call)
{
    Emitter& e = call.e();
    const ValueId x = call.tensor("x");
    const std::int64_t count = call.has("N") ? call.integer("N") : call.shape(x).back();
    if (count < 0)
        call.refuse("'N' is negative");
    const bool integral = is_integral(call.dtype_of(x));
    const Expr column = Expr(e, integral ? e.cast(x, DType::Int64) : x).unsqueeze(call.rank("x"));
    Ints powers = iota(0, count);
    if (!call.boolean("increasing"))
        std::reverse(powers.begin(), powers.end());
    if (count == 0)
        call.refuse("no powers at all");
    const Expr exponent =
        Expr(e, e.constant(std::span<const std::int64_t>(powers))).cast(column.dtype());
    return ValueId(column.apply("Pow", exponent));
}

Outputs activated_product(OpCall& call)
{
    Emitter& e = call.e();
    const Expr product = Expr(e, call.tensor("mat1")).apply("MatMul", Expr(e, call.tensor("mat2")));
    const double beta = call.number("beta");
    const double alpha = call.number("alpha");
    const Expr scaled = alpha == 1 ? product : product * alpha;
    const Expr self(e, call.tensor("self"));
    const Expr sum = beta == 0 ? scaled : (beta == 1 ? self : self * beta) + scaled;
    if (!call.boolean("use_gelu"))
        return e.emit("Relu", {sum});
    const Expr erf = (sum * std::sqrt(0.5)).apply("Erf");
    return ValueId(sum * (erf + 1.0) * 0.5);
}

/// Parts between positions that are only known when the model runs.
Outputs tensor_split(OpCall& call)
{
    Emitter& e = call.e();
    const ValueId places = call.tensor("tensor_indices_or_sections");
    const auto count = e.static_shape(places);
    if (!count)
        call.refuse_for_shapes("how many parts there are is not known");
    if (count->empty())
        call.refuse("the number of parts depends on data", "Give it as a Python number.");
    const ValueId self = call.tensor("self");
    const std::int64_t axis = call.normalize_axis(call.integer("dim"), call.rank("self"));
    const ValueId index = e.cast(places, DType::Int64);
    std::vector<Lowered> parts;
    for (std::int64_t i = 0; i <= count->front(); ++i) {
        const ValueId start = i == 0 ? e.constant({0}) : e.slice(index, 0, i - 1, i);
        const ValueId end = i == count->front()
                                ? e.constant({std::numeric_limits<std::int64_t>::max()})
                                : e.slice(index, 0, i, i + 1);
        parts.push_back(Lowered::tensor(e.emit("Slice", {self, start, end, e.constant({axis})})));
    }
    return Outputs(Lowered::list(std::move(parts)));
}

#define STRATA_FACTORY                                                                             \
    "*, ScalarType? dtype=None, Layout? layout=None, Device? device=None, bool? pin_memory=None) " \
    "-> Tensor"
#define STRATA_AA                                                                                  \
    "SymInt[2] output_size, bool align_corners, float? scales_h=None, float? "                     \
    "scales_w=None) -> Tensor"
#define STRATA_AA_VEC "SymInt[]? output_size, bool align_corners, float[]? scale_factors) -> Tensor"

constexpr std::string_view known_sizes = "known height and width";

constexpr OpEntry entries[] = {
    {"aten::_safe_softmax(Tensor self, int dim, ScalarType? dtype=None) -> Tensor", safe_softmax},
    {"aten::_masked_softmax(Tensor self, Tensor mask, int? dim=None, int? mask_type=None) -> "
     "Tensor",
     masked_softmax, "masks of the input's rank"},
    {"aten::_trilinear(Tensor i1, Tensor i2, Tensor i3, int[] expand1, int[] expand2, int[] "
     "expand3, int[] sumdim, int unroll_dim=1) -> Tensor",
     trilinear},
    {"aten::_upsample_bilinear2d_aa(Tensor self, " STRATA_AA, resize_antialiased<false, false>,
     known_sizes},
    {"aten::_upsample_bilinear2d_aa.vec(Tensor input, " STRATA_AA_VEC,
     resize_antialiased<false, true>, known_sizes},
    {"aten::_upsample_bicubic2d_aa(Tensor self, " STRATA_AA, resize_antialiased<true, false>,
     known_sizes},
    {"aten::_upsample_bicubic2d_aa.vec(Tensor input, " STRATA_AA_VEC,
     resize_antialiased<true, true>, known_sizes},
    {"aten::linspace.Tensor_Tensor(Tensor start, Tensor end, int steps, " STRATA_FACTORY,
     space_between<false>},
    {"aten::linspace.Tensor_Scalar(Tensor start, Scalar end, int steps, " STRATA_FACTORY,
     space_between<false>},
    {"aten::linspace.Scalar_Tensor(Scalar start, Tensor end, int steps, " STRATA_FACTORY,
     space_between<false>},
    {"aten::logspace.Tensor_Tensor(Tensor start, Tensor end, int steps, float "
     "base=10.0, " STRATA_FACTORY,
     space_between<true>},
    {"aten::logspace.Tensor_Scalar(Tensor start, Scalar end, int steps, float "
     "base=10.0, " STRATA_FACTORY,
     space_between<true>},
    {"aten::logspace.Scalar_Tensor(Scalar start, Tensor end, int steps, float "
     "base=10.0, " STRATA_FACTORY,
     space_between<true>},
    {"aten::_unsafe_masked_index_put_accumulate(Tensor self, Tensor mask, Tensor?[] indices, "
     "Tensor "
     "values) -> Tensor",
     masked_index_put},
    {"aten::_chunk_cat(Tensor[] tensors, int dim, int num_chunks) -> Tensor", chunk_cat,
     known_sizes},
    {"aten::_aminmax(Tensor self) -> (Tensor, Tensor)", pair_of_extrema},
    {"aten::_aminmax.dim(Tensor self, int dim, bool keepdim=False) -> (Tensor, Tensor)",
     pair_of_extrema},
    {"aten::embedding_renorm(Tensor self, Tensor indices, float max_norm, float norm_type) -> "
     "Tensor",
     embedding_renorm},
    {"aten::vander(Tensor x, int? N=None, bool increasing=False) -> Tensor", vander, known_sizes},
    {"aten::_addmm_activation(Tensor self, Tensor mat1, Tensor mat2, *, Scalar beta=1, Scalar "
     "alpha=1, bool use_gelu=False) -> Tensor",
     activated_product},
    {"aten::tensor_split.tensor_indices_or_sections(Tensor self, Tensor "
     "tensor_indices_or_sections, int dim=0) -> Tensor[]",
     tensor_split, "indices, not a number of sections"},
};

} // namespace

std::span<const OpEntry> exported_variant_ops()
{
    return entries;
}

} // namespace strata::ops
