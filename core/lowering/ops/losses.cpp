#include "lowering/ops/building_blocks.h"
#include "lowering/ops/expression.h"
#include "lowering/ops/families.h"
#include "lowering/ops/type_promotion.h"

#include <limits>

namespace strata::ops {
namespace {

/// at::Reduction.
enum Reduction : std::int64_t { no_reduction = 0, mean_reduction = 1, sum_reduction = 2 };

Expr term(OpCall& call, std::string_view name)
{
    return {call.e(), call.tensor(name)};
}

Outputs reduced(OpCall& call, Expr loss)
{
    switch (call.integer("reduction")) {
    case no_reduction:
        return loss.id();
    case mean_reduction:
        return loss.reduce("ReduceMean").id();
    case sum_reduction:
        return loss.reduce("ReduceSum").id();
    default:
        call.refuse("an unknown reduction");
    }
}

/// self and target in their common floating-point type.
struct Pair {
    Expr self;
    Expr target;
};
Pair pair(OpCall& call, std::string_view a = "self", std::string_view b = "target")
{
    const Operands o = promoted_to_float(call, a, b);
    return {{call.e(), o.a}, {call.e(), o.b}};
}

Outputs mse_loss(OpCall& call)
{
    const auto [x, target] = pair(call);
    const Expr difference = x - target;
    return reduced(call, difference * difference);
}

Outputs l1_loss(OpCall& call)
{
    const auto [x, target] = pair(call);
    return reduced(call, abs(x - target));
}

Outputs smooth_l1_loss(OpCall& call)
{
    const auto [x, target] = pair(call);
    const double beta = call.number("beta");
    const Expr distance = abs(x - target);
    if (beta == 0)
        return reduced(call, distance);
    return reduced(call,
                   where(distance < beta, 0.5 * distance * distance / beta, distance - 0.5 * beta));
}

Outputs huber_loss(OpCall& call)
{
    const auto [x, target] = pair(call);
    const double delta = call.number("delta");
    const Expr distance = abs(x - target);
    return reduced(
        call, where(distance > delta, delta * (distance - 0.5 * delta), 0.5 * distance * distance));
}

Outputs binary_cross_entropy(OpCall& call)
{
    const auto [x, target] = pair(call);
    // PyTorch bounds the logarithms so that certain and wrong predictions stay finite.
    Expr loss = (target - 1.0) * max(log(1.0 - x), -100) - target * max(log(x), -100);
    if (call.has("weight"))
        loss = loss * term(call, "weight").cast(loss.dtype());
    return reduced(call, loss);
}

/// log(1 + exp(x)) without overflow.
Expr softplus(Expr x)
{
    return max(x, 0) + log(exp(-abs(x)) + 1.0);
}

Outputs binary_cross_entropy_with_logits(OpCall& call)
{
    const auto [x, target] = pair(call);
    Expr log_part = softplus(-x);
    if (call.has("pos_weight"))
        log_part = ((term(call, "pos_weight").cast(x.dtype()) - 1.0) * target + 1.0) * log_part;
    Expr loss = (1.0 - target) * x + log_part;
    if (call.has("weight"))
        loss = loss * term(call, "weight").cast(loss.dtype());
    return reduced(call, loss);
}

Outputs kl_div(OpCall& call)
{
    const auto [x, target] = pair(call);
    if (call.boolean("log_target"))
        return reduced(call, exp(target) * (target - x));
    const Expr entropy = where(target == 0.0, target.number(0), target * log(target));
    return reduced(call, entropy - target * x);
}

Outputs soft_margin_loss(OpCall& call)
{
    const auto [x, target] = pair(call);
    return reduced(call, log(exp(-x * target) + 1.0));
}

Outputs hinge_embedding_loss(OpCall& call)
{
    const auto [x, target] = pair(call);
    const Expr zero = x.number(0);
    return reduced(call, where(target == 1.0, zero, max(call.number("margin") - x, 0)) +
                             where(target == -1.0, zero, x));
}

Outputs margin_ranking_loss(OpCall& call)
{
    // Integers stay integers, and wrap around, until the margin is added.
    const DType dtype = result_type(call, {"input1", "input2", "target"});
    const Operands inputs = promoted(call, "input1", "input2");
    const Expr difference = Expr(call.e(), inputs.a) - Expr(call.e(), inputs.b);
    const Expr product = (-term(call, "target")).cast(dtype) * difference.cast(dtype);
    return reduced(call, max(product.cast(float_result_type(call, {"input1", "input2", "target"})) +
                                 call.number("margin"),
                             0));
}

Outputs cosine_embedding_loss(OpCall& call)
{
    const Operands own = promoted(call, "input1", "input2");
    if (is_integral(own.dtype) && bits_per_element(own.dtype) < 32)
        call.refuse("the cosine of small integers, whose products wrap around",
                    "Convert the inputs to float32.");
    const auto [a, b] = pair(call, "input1", "input2");
    const Expr target = term(call, "target").cast(a.dtype());
    const std::int64_t axis = call.rank("target") == 1 ? 1 : 0;
    constexpr double epsilon = 1e-12;
    const Expr product = (a * b).reduce("ReduceSum", {axis});
    const Expr length_a = (a * a).reduce("ReduceSum", {axis}) + epsilon;
    const Expr length_b = (b * b).reduce("ReduceSum", {axis}) + epsilon;
    const Expr cosine = product / sqrt(length_a * length_b);
    return reduced(call, where(target == 1.0, 1.0 - cosine, 0) +
                             where(target == -1.0, max(cosine - call.number("margin"), 0), 0));
}

/// |x|_p over the last axis.
Expr last_axis_norm(OpCall& call, Expr x, double p)
{
    const auto rank = call.rank_of(x.id());
    if (!rank)
        call.refuse_for_shapes("the rank of an input is not known");
    const std::int64_t axis = *rank - 1;
    if (p == 2)
        return x.reduce("ReduceL2", {axis});
    if (p == 1)
        return abs(x).reduce("ReduceSum", {axis});
    if (p == std::numeric_limits<double>::infinity())
        return abs(x).reduce("ReduceMax", {axis});
    if (p <= 0)
        call.refuse("a norm whose exponent is not positive");
    return pow(pow(abs(x), p).reduce("ReduceSum", {axis}), 1 / p);
}

Outputs triplet_margin_loss(OpCall& call)
{
    const DType dtype = float_result_type(call, {"anchor", "positive", "negative"});
    // Integers are subtracted as such, and wrap around.
    const DType own = result_type(call, {"anchor", "positive", "negative"});
    const Expr anchor = term(call, "anchor").cast(own);
    const Expr positive = term(call, "positive").cast(own);
    const Expr negative = term(call, "negative").cast(own);
    const double p = call.number("p");
    const double epsilon = call.number("eps");
    const auto distance = [&](const Expr& a, const Expr& b) {
        return last_axis_norm(call, (a - b).cast(dtype) + epsilon, p);
    };
    const Expr near = distance(anchor, positive);
    Expr far = distance(anchor, negative);
    if (call.boolean("swap"))
        far = min(far, distance(positive, negative));
    return reduced(call, max(near - far + call.number("margin"), 0));
}

Outputs poisson_nll_loss(OpCall& call)
{
    const auto [x, target] = pair(call, "input", "target");
    Expr loss =
        call.boolean("log_input") ? exp(x) - target * x : x - target * log(x + call.number("eps"));
    if (call.boolean("full")) {
        constexpr double two_pi = 6.283185307179586;
        const Expr stirling = target * log(target) - target + 0.5 * log(two_pi * target);
        loss = loss + where(target > 1.0, stirling, 0);
    }
    return reduced(call, loss);
}

/// What both kinds of cross entropy need: scores [N, C, ...] and class numbers [N, ...].
struct Classes {
    Expr scores;
    Expr target;
    bool batch_added = false;
};

Classes classes(OpCall& call, std::string_view self)
{
    const std::int64_t rank = call.rank(self);
    Expr scores(call.e(), call.e().cast(call.tensor(self), float_result_type(call, {self})));
    Expr target = term(call, "target").cast(DType::Int64);
    if (rank == 0) // one score of one class
        scores = scores.unsqueeze(0);
    else if (rank != 1)
        return {scores, target, false};
    // A rank-0 target stands beside [C], and [1] is taken as well.
    target = call.rank("target") == 0 ? target.unsqueeze(0) : target;
    return {scores.unsqueeze(0), target, true};
}

struct Likelihood {
    Expr loss;   ///< [N, ...]
    Expr weight; ///< of each target; 0 where it is ignored
};

Likelihood negative_log_likelihood(OpCall& call, const Classes& c)
{
    Emitter& e = call.e();
    const Expr ignored = c.target == static_cast<double>(call.integer("ignore_index"));
    const Expr safe = where(ignored, c.target.number(0), c.target);
    const Expr picked =
        Expr(e, e.emit("GatherElements", {c.scores.id(), safe.unsqueeze(1).id()}, {{"axis", 1}}))
            .squeeze(1);
    Expr weight = (!ignored).cast(c.scores.dtype());
    Expr loss = -picked;
    if (call.has("weight")) {
        const ValueId weights = e.cast(call.tensor("weight"), c.scores.dtype());
        const Expr own(e, e.emit("Gather", {weights, safe.id()}, {{"axis", 0}}));
        weight = weight * own;
        loss = loss * own;
    }
    return {where(ignored, loss.number(0), loss), weight};
}

Outputs nll_reduced(OpCall& call, const Classes& c, const Likelihood& result)
{
    const std::int64_t reduction = call.integer("reduction");
    if (reduction == no_reduction)
        return c.batch_added && call.rank("target") == 0 ? result.loss.squeeze(0).id()
                                                         : result.loss.id();
    const Expr sum = result.loss.reduce("ReduceSum");
    return reduction == sum_reduction ? sum.id() : (sum / result.weight.reduce("ReduceSum")).id();
}

Outputs nll_loss(OpCall& call)
{
    const Classes c = classes(call, "self");
    return nll_reduced(call, c, negative_log_likelihood(call, c));
}

/// The same with the sum of the weights, which PyTorch leaves at zero when nothing is reduced.
Outputs nll_loss_forward(OpCall& call)
{
    const Classes c = classes(call, "self");
    const Likelihood result = negative_log_likelihood(call, c);
    Outputs outputs = nll_reduced(call, c, result);
    const Expr total = call.integer("reduction") == no_reduction
                           ? result.weight.number(0)
                           : result.weight.reduce("ReduceSum");
    outputs.values.push_back(Lowered::tensor(total.id()));
    return outputs;
}

/// [C] weights beside [N, C, ...].
Expr class_weights(OpCall& call, Expr scores)
{
    return {call.e(), channel_vector(call.e(), call.e().cast(call.tensor("weight"), scores.dtype()),
                                     *call.rank_of(scores.id()) - 2)};
}

/// Targets are probabilities of the classes.
Outputs soft_cross_entropy(OpCall& call, double smoothing)
{
    Emitter& e = call.e();
    const auto [x, probabilities] = pair(call);
    const std::int64_t axis = call.rank("self") == 1 ? 0 : 1;
    const Expr scores(e, e.emit("LogSoftmax", {x.id()}, {{"axis", axis}}));
    Expr target = probabilities;
    if (smoothing > 0) {
        const Expr count = Expr(e, e.size_of(x.id(), axis)).cast(x.dtype());
        target = target * (1 - smoothing) + count.number(smoothing) / count;
    }
    Expr product = scores * target;
    if (call.has("weight"))
        product = product *
                  (axis == 0 ? term(call, "weight").cast(x.dtype()) : class_weights(call, scores));
    const Expr loss = -product.reduce("ReduceSum", {axis});
    return reduced(call, loss);
}

Outputs cross_entropy_loss(OpCall& call)
{
    Emitter& e = call.e();
    const double smoothing = call.number("label_smoothing");
    if (is_floating_point(call.dtype_of(call.tensor("target"))))
        return soft_cross_entropy(call, smoothing);
    Classes c = classes(call, "self");
    c.scores = {e, e.emit("LogSoftmax", {c.scores.id()}, {{"axis", 1}})};
    const Likelihood hard = negative_log_likelihood(call, c);
    const Outputs outputs = nll_reduced(call, c, hard);
    if (smoothing == 0)
        return outputs;
    // The other part spreads over all classes alike.
    const Expr scores = c.scores;
    Expr smooth = call.has("weight") ? -(scores * class_weights(call, scores)) : -scores;
    smooth = smooth.reduce("ReduceSum", {1});
    const Expr ignored = c.target == static_cast<double>(call.integer("ignore_index"));
    const Likelihood soft{where(ignored, smooth.number(0), smooth), hard.weight};
    const Expr spread(e, std::get<LoweredTensor>(nll_reduced(call, c, soft).values[0].value).value);
    const Expr sharp(e, std::get<LoweredTensor>(outputs.values[0].value).value);
    const Expr count = Expr(e, e.size_of(scores.id(), 1)).cast(scores.dtype());
    return (sharp * (1 - smoothing) + spread * smoothing / count).id();
}

/// 0, 1, ... size - 1 of an axis.
Expr positions(Expr x, std::int64_t axis)
{
    Emitter& e = x.e();
    return {e, e.emit("Range", {e.scalar(DType::Int64, std::int64_t{0}), e.size_of(x.id(), axis),
                                e.scalar(DType::Int64, std::int64_t{1})})};
}

Outputs multi_margin_loss(OpCall& call)
{
    Emitter& e = call.e();
    const Classes c = classes(call, "self");
    const Expr target = c.target.unsqueeze(1);
    const Expr own(e, e.emit("GatherElements", {c.scores.id(), target.id()}, {{"axis", 1}}));
    Expr margin = max(c.scores - own + call.number("margin"), 0);
    if (const double p = call.number("p"); p == 2)
        margin = margin * margin;
    else if (p != 1)
        call.refuse("p is neither 1 nor 2");
    if (call.has("weight"))
        margin = margin * Expr(e, e.emit("Gather", {call.tensor("weight"), target.id()}));
    const Expr others = where(positions(c.scores, 1) == target, margin.number(0), margin);
    const Expr loss = others.reduce("ReduceMean", {1});
    if (c.batch_added && call.integer("reduction") == no_reduction && call.rank("target") == 0)
        return loss.squeeze(0).id();
    return reduced(call, loss);
}

Outputs multilabel_margin_loss(OpCall& call)
{
    Emitter& e = call.e();
    Expr x = {e, as_float(call, "self")};
    Expr target = term(call, "target");
    const bool batch_added = call.rank("self") <= 1;
    if (call.rank("self") == 0) {
        x = x.unsqueeze(0);
        target = call.rank("target") == 0 ? target.unsqueeze(0) : target;
    }
    if (batch_added) {
        x = x.unsqueeze(0);
        target = target.unsqueeze(0);
    }
    // Only the labels before the first negative one count.
    const Expr ends(e, e.emit("CumSum", {(target < 0.0).cast(DType::Int64).id(),
                                         e.scalar(DType::Int64, std::int64_t{1})}));
    const Expr counts = ends == 0.0;
    const Expr safe = where(counts, target, 0);
    const Expr own(e, e.emit("GatherElements", {x.id(), safe.id()}, {{"axis", 1}}));
    // [N, label, class]: each label against each class that is no label.
    const Expr named = (safe.unsqueeze(2) == positions(x, 1)) & counts.unsqueeze(2);
    const Expr is_label = named.cast(DType::Int32).reduce("ReduceMax", {1}, true).cast(DType::Bool);
    const Expr margin = max(x.unsqueeze(1) - own.unsqueeze(2) + 1.0, 0);
    const Expr loss =
        where(counts.unsqueeze(2) & !is_label, margin, 0).reduce("ReduceSum", {1, 2}) /
        Expr(e, e.size_of(x.id(), 1)).cast(x.dtype());
    if (batch_added && call.integer("reduction") == no_reduction)
        return loss.squeeze(0).id();
    return reduced(call, loss);
}

constexpr OpEntry entries[] = {
    {"aten::mse_loss(Tensor self, Tensor target, int reduction=1) -> Tensor", mse_loss},
    {"aten::l1_loss(Tensor self, Tensor target, int reduction=1) -> Tensor", l1_loss},
    {"aten::smooth_l1_loss(Tensor self, Tensor target, int reduction=1, float beta=1.0) -> Tensor",
     smooth_l1_loss},
    {"aten::huber_loss(Tensor self, Tensor target, int reduction=1, float delta=1.0) -> Tensor",
     huber_loss},
    {"aten::binary_cross_entropy(Tensor self, Tensor target, Tensor? weight=None, int reduction=1) "
     "-> Tensor",
     binary_cross_entropy},
    {"aten::binary_cross_entropy_with_logits(Tensor self, Tensor target, Tensor? weight=None, "
     "Tensor? pos_weight=None, int reduction=1) -> Tensor",
     binary_cross_entropy_with_logits},
    {"aten::kl_div(Tensor self, Tensor target, int reduction=1, *, bool log_target=False) -> "
     "Tensor",
     kl_div},
    {"aten::soft_margin_loss(Tensor self, Tensor target, int reduction=1) -> Tensor",
     soft_margin_loss},
    {"aten::hinge_embedding_loss(Tensor self, Tensor target, float margin=1.0, int reduction=1) -> "
     "Tensor",
     hinge_embedding_loss},
    {"aten::margin_ranking_loss(Tensor input1, Tensor input2, Tensor target, float margin=0.0, int "
     "reduction=1) -> Tensor",
     margin_ranking_loss},
    {"aten::cosine_embedding_loss(Tensor input1, Tensor input2, Tensor target, float margin=0.0, "
     "int reduction=1) -> Tensor",
     cosine_embedding_loss},
    {"aten::triplet_margin_loss(Tensor anchor, Tensor positive, Tensor negative, float margin=1.0, "
     "float p=2.0, float eps=1e-06, bool swap=False, int reduction=1) -> Tensor",
     triplet_margin_loss},
    {"aten::poisson_nll_loss(Tensor input, Tensor target, bool log_input, bool full, float eps, "
     "int "
     "reduction) -> Tensor",
     poisson_nll_loss},
    {"aten::nll_loss(Tensor self, Tensor target, Tensor? weight=None, int reduction=1, SymInt "
     "ignore_index=-100) -> Tensor",
     nll_loss},
    {"aten::nll_loss_nd(Tensor self, Tensor target, Tensor? weight=None, int reduction=1, SymInt "
     "ignore_index=-100) -> Tensor",
     nll_loss},
    {"aten::nll_loss2d(Tensor self, Tensor target, Tensor? weight=None, int reduction=1, SymInt "
     "ignore_index=-100) -> Tensor",
     nll_loss},
    {"aten::nll_loss_forward(Tensor self, Tensor target, Tensor? weight, int reduction, SymInt "
     "ignore_index) -> (Tensor output, Tensor total_weight)",
     nll_loss_forward},
    {"aten::nll_loss2d_forward(Tensor self, Tensor target, Tensor? weight, int reduction, SymInt "
     "ignore_index) -> (Tensor output, Tensor total_weight)",
     nll_loss_forward},
    {"aten::cross_entropy_loss(Tensor self, Tensor target, Tensor? weight=None, int reduction=1, "
     "SymInt ignore_index=-100, float label_smoothing=0.0) -> Tensor",
     cross_entropy_loss},
    {"aten::multi_margin_loss(Tensor self, Tensor target, Scalar p=1, Scalar margin=1, Tensor? "
     "weight=None, int reduction=1) -> Tensor",
     multi_margin_loss},
    {"aten::multilabel_margin_loss(Tensor self, Tensor target, int reduction=1) -> Tensor",
     multilabel_margin_loss},
};

} // namespace

std::span<const OpEntry> loss_ops()
{
    return entries;
}

} // namespace strata::ops
