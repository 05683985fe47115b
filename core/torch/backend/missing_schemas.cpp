#include "missing_schemas.h"

#include "torch_compat.h"

#include <ATen/ATen.h>
#include <ATen/core/dispatch/Dispatcher.h>
#include <cmath>
#include <deque>
#include <limits>
#include <mutex>
#include <torch/csrc/jit/frontend/function_schema_parser.h>
#include <torch/library.h>

namespace strata::torch_module {
namespace {

at::Tensor scaled_dot_product_attention(const at::Tensor& query, const at::Tensor& key,
                                        const at::Tensor& value, const OptionalOf<at::Tensor>& mask,
                                        double /*dropout*/, bool is_causal,
                                        OptionalOf<double> scale, bool enable_gqa)
{
    const double factor = scale ? *scale : 1.0 / std::sqrt(static_cast<double>(query.size(-1)));
    at::Tensor keys = key;
    at::Tensor values = value;
    if (enable_gqa && query.dim() > 2 && key.size(-3) != query.size(-3)) {
        keys = key.repeat_interleave(query.size(-3) / key.size(-3), -3);
        values = value.repeat_interleave(query.size(-3) / value.size(-3), -3);
    }
    at::Tensor scores = at::matmul(query, keys.transpose(-2, -1)) * factor;
    if (is_causal) {
        const at::Tensor allowed =
            at::ones({query.size(-2), keys.size(-2)}, at::TensorOptions().dtype(at::kBool)).tril();
        scores =
            scores.masked_fill(allowed.logical_not(), -std::numeric_limits<double>::infinity());
    }
    if (mask && mask->defined())
        scores =
            mask->scalar_type() == at::kBool
                ? scores.masked_fill(mask->logical_not(), -std::numeric_limits<double>::infinity())
                : scores + *mask;
    return at::matmul(at::softmax(scores, -1), values);
}

at::Tensor rms_norm(const at::Tensor& input, at::IntArrayRef normalized_shape,
                    const OptionalOf<at::Tensor>& weight, OptionalOf<double> eps)
{
    std::vector<std::int64_t> axes;
    for (std::size_t i = 1; i <= normalized_shape.size(); ++i)
        axes.push_back(-static_cast<std::int64_t>(i));
    const double machine = input.scalar_type() == at::kDouble
                               ? std::numeric_limits<double>::epsilon()
                               : double{std::numeric_limits<float>::epsilon()};
    const at::Tensor square = input.pow(2).mean(axes, /*keepdim=*/true);
    const at::Tensor result = input * (square + eps.value_or(machine)).rsqrt();
    return weight && weight->defined() ? result * *weight : result;
}

/// Rows that are masked completely become zeros instead of NaN.
at::Tensor safe_softmax(const at::Tensor& self, std::int64_t dim, OptionalOf<at::ScalarType> dtype)
{
    const at::Tensor masked =
        self.eq(-std::numeric_limits<double>::infinity()).all(dim, /*keepdim=*/true);
    return at::softmax(self, dim, dtype).masked_fill(masked, 0);
}

/// Boxes as corners (x1, y1, x2, y2); the indices of those kept, by falling score.
at::Tensor nms(const at::Tensor& boxes, const at::Tensor& scores, double iou_threshold)
{
    const at::Tensor corners = boxes.to(at::kDouble).contiguous();
    const at::Tensor order = std::get<1>(scores.sort(/*stable=*/true, 0, /*descending=*/true));
    const auto box = corners.accessor<double, 2>();
    const auto rank = order.accessor<std::int64_t, 1>();
    const auto area = [&](std::int64_t i) {
        return (box[i][2] - box[i][0]) * (box[i][3] - box[i][1]);
    };
    const auto overlap = [&](std::int64_t a, std::int64_t b) {
        const double width = std::min(box[a][2], box[b][2]) - std::max(box[a][0], box[b][0]);
        const double height = std::min(box[a][3], box[b][3]) - std::max(box[a][1], box[b][1]);
        const double shared = std::max(0.0, width) * std::max(0.0, height);
        return shared / (area(a) + area(b) - shared);
    };
    std::vector<std::int64_t> kept;
    for (std::int64_t i = 0; i < order.size(0); ++i) {
        bool keep = true;
        for (std::size_t k = 0; keep && k < kept.size(); ++k)
            keep = overlap(kept[k], rank[i]) <= iou_threshold;
        if (keep)
            kept.push_back(rank[i]);
    }
    return at::tensor(kept, at::TensorOptions().dtype(at::kLong));
}

/// What newer versions trace, without kernels: such models are exported from their structure.
constexpr const char* newer_operators[] = {
    "_assert_async.msg(Tensor self, str assert_msg) -> ()",
    "_assert_scalar(Scalar self, str assert_msg) -> ()",
    "_batch_norm_no_update(Tensor input, Tensor? weight, Tensor? bias, Tensor? "
    "running_mean, Tensor? running_var, float momentum, float eps) -> (Tensor, "
    "Tensor, Tensor, Tensor)",
    "_batch_norm_with_update(Tensor input, Tensor? weight, Tensor? bias, Tensor "
    "running_mean, Tensor running_var, float momentum, float eps) -> (Tensor, Tensor,"
    " Tensor, Tensor)",
    "_batch_norm_with_update_functional(Tensor input, Tensor? weight, Tensor? bias, "
    "Tensor running_mean, Tensor running_var, float momentum, float eps) -> (Tensor, "
    "Tensor, Tensor, Tensor, Tensor, Tensor)",
    "_chunk_cat(Tensor[] tensors, int dim, int num_chunks) -> Tensor",
    "_functional_assert_async.msg(Tensor self, str assert_msg, Tensor dep_token) -> "
    "Tensor",
    "_functional_assert_scalar(Scalar self, str assert_msg, Tensor dep_token) -> "
    "Tensor",
    "_functional_sym_constrain_range(Scalar size, int? min, int? max, Tensor "
    "dep_token) -> Tensor",
    "_functional_sym_constrain_range_for_size(Scalar size, int? min, int? max, Tensor"
    " dep_token) -> Tensor",
    "_fused_rms_norm(Tensor input, int[] normalized_shape, Tensor? weight, float? "
    "eps) -> (Tensor, Tensor)",
    "_int_mm(Tensor self, Tensor mat2) -> Tensor",
    "_native_batch_norm_legit(Tensor input, Tensor? weight, Tensor? bias, Tensor "
    "running_mean, Tensor running_var, bool training, float momentum, float eps) -> "
    "(Tensor, Tensor, Tensor)",
    "_native_batch_norm_legit.no_stats(Tensor input, Tensor? weight, Tensor? bias, "
    "bool training, float momentum, float eps) -> (Tensor, Tensor, Tensor)",
    "_native_batch_norm_legit_functional(Tensor input, Tensor? weight, Tensor? bias, "
    "Tensor running_mean, Tensor running_var, bool training, float momentum, float "
    "eps) -> (Tensor, Tensor, Tensor, Tensor, Tensor)",
    "_native_batch_norm_legit_no_training(Tensor input, Tensor? weight, Tensor? bias,"
    " Tensor running_mean, Tensor running_var, float momentum, float eps) -> (Tensor,"
    " Tensor, Tensor)",
    "_prelu_kernel(Tensor self, Tensor weight) -> Tensor",
    "_scaled_dot_product_cudnn_attention(Tensor query, Tensor key, Tensor value, "
    "Tensor? attn_bias, bool compute_log_sumexp, float dropout_p=0.0, bool "
    "is_causal=False, bool return_debug_mask=False, *, float? scale=None) -> (Tensor,"
    " Tensor, Tensor, Tensor, int, int, Tensor, Tensor, Tensor)",
    "_scaled_dot_product_efficient_attention(Tensor query, Tensor key, Tensor value, "
    "Tensor? attn_bias, bool compute_log_sumexp, float dropout_p=0.0, bool "
    "is_causal=False, *, float? scale=None) -> (Tensor, Tensor, Tensor, Tensor)",
    "_scaled_dot_product_flash_attention(Tensor query, Tensor key, Tensor value, "
    "float dropout_p=0.0, bool is_causal=False, bool return_debug_mask=False, *, "
    "float? scale=None) -> (Tensor, Tensor, Tensor, Tensor, int, int, Tensor, Tensor,"
    " Tensor)",
    "_scaled_dot_product_flash_attention_for_cpu(Tensor query, Tensor key, Tensor "
    "value, float dropout_p=0.0, bool is_causal=False, *, Tensor? attn_mask=None, "
    "float? scale=None) -> (Tensor, Tensor)",
    "_scaled_dot_product_fused_attention_overrideable(Tensor query, Tensor key, "
    "Tensor value, Tensor? attn_bias=None, float dropout_p=0.0, bool is_causal=False,"
    " bool return_debug_mask=False, *, float? scale=None) -> (Tensor, Tensor, Tensor,"
    " Tensor, int, int, Tensor, Tensor, Tensor)",
    "_unsafe_index_put(Tensor self, Tensor?[] indices, Tensor values, bool "
    "accumulate=False) -> Tensor",
    "_unsafe_masked_index(Tensor self, Tensor mask, Tensor?[] indices, Scalar fill) "
    "-> Tensor",
    "_unsafe_masked_index_put_accumulate(Tensor self, Tensor mask, Tensor?[] indices,"
    " Tensor values) -> Tensor",
    "_weight_int8pack_mm(Tensor self, Tensor mat2, Tensor scales) -> Tensor",
    "nonzero_static(Tensor self, *, int size, int fill_value=-1) -> Tensor",
    "sym_constrain_range(Scalar size, *, int? min=None, int? max=None) -> ()",
    "sym_constrain_range_for_size(Scalar size, *, int? min=None, int? max=None) -> ()"};

/// Defines operators of one namespace that the dispatcher does not have.
class Definer {
public:
    explicit Definer(const char* domain)
        : m_domain(domain),
          m_library(torch::Library::FRAGMENT, domain, {}, __FILE__, __LINE__)
    {}

    /// `schema` without the namespace; returns whether it was missing.
    bool define(const std::string& schema)
    {
        const std::size_t end = schema.find('(');
        std::string name = schema.substr(0, end);
        std::string overload;
        if (const std::size_t dot = name.find('.'); dot != std::string::npos) {
            overload = name.substr(dot + 1);
            name.resize(dot);
        }
        if (c10::Dispatcher::singleton().findSchema({m_domain + "::" + name, overload}))
            return false;
        m_library.def(torch::schema(schema.c_str(), c10::AliasAnalysisKind::FROM_SCHEMA));
        return true;
    }
    torch::Library& library() { return m_library; }

private:
    std::string m_domain;
    torch::Library m_library;
};

void define_all()
{
    // The registrations live as long as the libraries do: as long as the process.
    static Definer aten("aten");
    static Definer vision("torchvision");
    if (aten.define("scaled_dot_product_attention(Tensor query, Tensor key, Tensor value, Tensor? "
                    "attn_mask=None, float dropout_p=0.0, bool is_causal=False, *, float? "
                    "scale=None, bool enable_gqa=False) -> Tensor"))
        aten.library().impl("scaled_dot_product_attention",
                            torch::dispatch(c10::DispatchKey::CompositeImplicitAutograd,
                                            TORCH_FN(scaled_dot_product_attention)));
    if (aten.define("rms_norm(Tensor input, int[] normalized_shape, Tensor? weight=None, float? "
                    "eps=None) -> Tensor"))
        aten.library().impl("rms_norm", torch::dispatch(c10::DispatchKey::CompositeImplicitAutograd,
                                                        TORCH_FN(rms_norm)));
    if (aten.define("_safe_softmax(Tensor self, int dim, ScalarType? dtype=None) -> Tensor"))
        aten.library().impl(
            "_safe_softmax",
            torch::dispatch(c10::DispatchKey::CompositeImplicitAutograd, TORCH_FN(safe_softmax)));
    aten.define("squeeze.dims(Tensor(a) self, int[] dim) -> Tensor(a)");
    aten.define("all.dims(Tensor self, int[]? dim=None, bool keepdim=False) -> Tensor");
    aten.define("any.dims(Tensor self, int[]? dim=None, bool keepdim=False) -> Tensor");
    aten.define("_upsample_lanczos2d_aa(Tensor input, int[2] output_size, bool align_corners, "
                "float? scales_h=None, float? scales_w=None) -> Tensor");
    aten.define("_upsample_lanczos2d_aa.vec(Tensor input, int[]? output_size, bool align_corners, "
                "float[]? scale_factors) -> Tensor");
    for (const char* schema : newer_operators)
        aten.define(schema);
    if (vision.define("nms(Tensor dets, Tensor scores, float iou_threshold) -> Tensor"))
        vision.library().impl("nms", torch::dispatch(c10::DispatchKey::CPU, TORCH_FN(nms)));
    for (const char* schema :
         {"roi_align(Tensor input, Tensor rois, float spatial_scale, int pooled_height, int "
          "pooled_width, int sampling_ratio, bool aligned) -> Tensor",
          "roi_pool(Tensor input, Tensor rois, float spatial_scale, int pooled_height, int "
          "pooled_width) -> (Tensor, Tensor)",
          "ps_roi_align(Tensor input, Tensor rois, float spatial_scale, int pooled_height, int "
          "pooled_width, int sampling_ratio) -> (Tensor, Tensor)",
          "ps_roi_pool(Tensor input, Tensor rois, float spatial_scale, int pooled_height, int "
          "pooled_width) -> (Tensor, Tensor)",
          "deform_conv2d(Tensor input, Tensor weight, Tensor offset, Tensor mask, Tensor bias, int "
          "stride_h, int stride_w, int pad_h, int pad_w, int dilation_h, int dilation_w, int "
          "groups, int offset_groups, bool use_mask) -> Tensor"})
        vision.define(schema);
}

} // namespace

void define_missing_schemas()
{
    static std::once_flag once;
    std::call_once(once, define_all);
}

} // namespace strata::torch_module
