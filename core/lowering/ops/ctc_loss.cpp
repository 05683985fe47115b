// Connectionist temporal classification: the forward algorithm as a Loop over time.
#include "lowering/ops/building_blocks.h"
#include "lowering/ops/expression.h"
#include "lowering/ops/families.h"
#include "lowering/ops/iterate.h"

#include <algorithm>
#include <limits>

namespace strata::ops {
namespace {

constexpr double nothing = -std::numeric_limits<double>::infinity(); // log(0)

/// One int64 for each sequence.
Expr lengths(OpCall& call, std::string_view name)
{
    Emitter& e = call.e();
    if (!call.arg(name).as<LoweredTensor>())
        return {e, call.int_tensor(name)};
    const ValueId value = e.cast(call.tensor(name), DType::Int64);
    return {e, e.rank(value) == 1 ? value : e.reshape(value, std::vector<std::int64_t>{-1})};
}

/// log(exp(a) + exp(b) + ...) where all may be log(0).
Expr log_of_sum(const std::vector<Expr>& terms)
{
    Expr largest = terms[0];
    for (std::size_t i = 1; i < terms.size(); ++i)
        largest = max(largest, terms[i]);
    const Expr base = where(largest == nothing, 0.0, largest);
    Expr sum = exp(terms[0] - base);
    for (std::size_t i = 1; i < terms.size(); ++i)
        sum = sum + exp(terms[i] - base);
    return log(sum) + base;
}

/// The labels as [N, S], S at least 1; what stands beyond a sequence's length is never read.
Expr labels_of(OpCall& call, Expr wanted)
{
    Emitter& e = call.e();
    const Expr targets(e, e.cast(call.tensor("targets"), DType::Int64));
    const std::vector<std::int64_t> shape = call.shape(targets);
    if (shape.empty() || shape.size() > 2 || shape.back() == 0)
        call.refuse("'targets' has no labels");
    if (shape.size() == 2)
        return targets;
    // One sequence after the other.
    std::int64_t longest = shape[0];
    if (const auto known = e.known_ints(wanted); known && !known->empty())
        longest = std::max<std::int64_t>(*std::max_element(known->begin(), known->end()), 1);
    const ValueId starts =
        e.emit("CumSum", {wanted, e.scalar(DType::Int64, std::int64_t{0})}, {{"exclusive", 1}});
    const Expr places = Expr(e, starts).unsqueeze(1) + Expr(e, e.constant(iota(0, longest)));
    const Expr within = min(places, static_cast<double>(shape[0] - 1));
    return {e, e.emit("Gather", {targets, within})};
}

/// [N, 2 S + 1]: the labels with blanks between, before and after them.
Expr with_blanks(Expr labels, std::int64_t blank, std::int64_t count)
{
    Emitter& e = labels.e();
    const Expr blanks = labels * 0.0 + static_cast<double>(blank);
    const ValueId pairs = e.concat({blanks.unsqueeze(2), labels.unsqueeze(2)}, 2);
    const std::vector<std::int64_t> flat{-1, 2 * count};
    return {e, e.concat({e.reshape(pairs, flat), e.slice(blanks, 1, 0, 1)}, 1)};
}

Outputs ctc_loss(OpCall& call)
{
    Emitter& e = call.e();
    Expr scores(e, call.tensor("log_probs"));
    const std::int64_t rank = call.rank("log_probs");
    if (rank != 2 && rank != 3)
        call.refuse("'log_probs' is neither [T, N, C] nor [T, C]");
    if (rank == 2)
        scores = scores.unsqueeze(1);
    const Expr steps = lengths(call, "input_lengths");
    const Expr wanted = lengths(call, "target_lengths");
    const DType dtype = scores.dtype();

    const auto classes = e.shape(scores)->back();
    if (!classes.known())
        call.refuse_for_shapes("the number of classes is not known");
    // Padding may be any number; it only must not lead out of the table.
    const Expr labels =
        min(max(labels_of(call, wanted), 0.0), static_cast<double>(classes.value - 1));
    const std::int64_t count = call.shape(labels)[1];
    const std::int64_t states = 2 * count + 1;
    const Expr path = with_blanks(labels, call.integer("blank"), count);
    // From the last label but one, over a blank, but not between equal labels.
    const Expr same(
        e, e.emit("Equal", {e.slice(path, 1, 2, states), e.slice(path, 1, 0, states - 2)}));
    const Expr skip = where(same, nothing, Expr(e, e.scalar(dtype, 0.0)));
    const ValueId skipping =
        e.emit("Pad", {skip, e.constant({0, 2, 0, 0}), e.scalar(dtype, nothing)});

    // Before the first step everything is in the first blank.
    const ValueId start = e.emit("Pad", {e.constant(Tensor::filled(dtype, {1}, 0.0)),
                                         e.constant({0, states - 1}), e.scalar(dtype, nothing)});
    const ValueId batch = e.unsqueeze(e.size_of(scores, 1), {0});
    const ValueId initial = e.expand(start, e.concat({batch, e.constant({states})}, 0));

    const LoopBody advance = [&](ValueId time, const std::vector<ValueId>& carried) -> Step {
        const Expr now(e, carried[0]);
        const ValueId row = e.emit("Gather", {scores, time}, {{"axis", 0}});
        const Expr emission(e, e.emit("GatherElements", {row, path}, {{"axis", 1}}));
        const ValueId shifted =
            e.emit("Pad", {now, e.constant({0, 2, 0, 0}), e.scalar(dtype, nothing)});
        const Expr one(e, e.slice(shifted, 1, 1, states + 1));
        const Expr two(e, e.slice(shifted, 1, 0, states));
        const Expr next = log_of_sum({now, one, two + Expr(e, skipping)}) + emission;
        return {{where((Expr(e, time) < steps).unsqueeze(1), next, now)}, no_id};
    };
    const Expr last(e, loop(e, e.size_of(scores, 0), {initial}, advance)[0]);

    // A path may end in the last label or in the blank after it.
    const auto at = [&](Expr place) {
        return Expr(e, e.emit("GatherElements", {last, place.unsqueeze(1)}, {{"axis", 1}}))
            .squeeze(1);
    };
    const Expr in_label = where(wanted > 0.0, at(max(wanted * 2.0 - 1.0, 0.0)), nothing);
    Expr loss = -log_of_sum({at(wanted * 2.0), in_label});
    if (call.boolean("zero_infinity"))
        loss = where(loss == -nothing, 0.0, loss);
    switch (call.integer("reduction")) {
    case 0:
        return rank == 2 ? loss.squeeze(0).id() : loss.id();
    case 1:
        return (loss / max(wanted, 1.0).cast(dtype)).reduce("ReduceMean").id();
    case 2:
        return loss.reduce("ReduceSum").id();
    default:
        call.refuse("an unknown reduction");
    }
}

constexpr std::string_view known = "number of classes and labels known at export";

constexpr OpEntry entries[] = {
    {"aten::ctc_loss.IntList(Tensor log_probs, Tensor targets, int[] input_lengths, int[] "
     "target_lengths, int blank=0, int reduction=1, bool zero_infinity=False) -> Tensor",
     ctc_loss, known},
    {"aten::ctc_loss.Tensor(Tensor log_probs, Tensor targets, Tensor input_lengths, Tensor "
     "target_lengths, int blank=0, int reduction=1, bool zero_infinity=False) -> Tensor",
     ctc_loss, known},
};

} // namespace

std::span<const OpEntry> ctc_ops()
{
    return entries;
}

} // namespace strata::ops
