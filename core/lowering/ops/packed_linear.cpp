// Linear and recurrent layers whose weights are quantized and whose inputs are while the model
// runs: QuantizeLinear and DequantizeLinear around the products.
#include "lowering/ops/building_blocks.h"
#include "lowering/ops/expression.h"
#include "lowering/ops/families.h"
#include "lowering/ops/iterate.h"
#include "lowering/python_value.h"

#include <limits>
#include <optional>

namespace strata::ops {
namespace {

/// The items of a tuple or list as it comes out of a packed object.
std::vector<Lowered> parts_of(OpCall& call, const Lowered& packed, std::size_t least)
{
    if (const auto* tuple = packed.as<LoweredTuple>(); tuple && tuple->items->size() >= least)
        return *tuple->items;
    if (const auto* list = packed.as<LoweredList>();
        list && !(*list)->runtime && (*list)->items.size() >= least)
        return (*list)->items;
    call.refuse("the packed weights cannot be opened",
                "Export on a machine whose LibTorch has the quantized engine of the model.");
}

ValueId tensor_or_none(Emitter& e, const Lowered& value)
{
    return value.is_none() ? no_id : as_tensor(e, value);
}

/// A packed linear layer: [outputs, inputs] as int8 numbers on a grid, or as reals.
struct PackedLinear {
    ValueId weight = no_id;
    ValueId scale = no_id; ///< rank 0, or [outputs]; no_id: reals
    ValueId zero_point = no_id;
    ValueId bias = no_id;
};

PackedLinear packed_linear(OpCall& call, const Lowered& packed)
{
    Emitter& e = call.e();
    const std::vector<Lowered> parts = parts_of(call, packed, 4);
    PackedLinear linear;
    linear.weight = as_tensor(e, parts[0]);
    linear.scale = tensor_or_none(e, parts[1]);
    linear.zero_point = tensor_or_none(e, parts[2]);
    linear.bias = tensor_or_none(e, parts[3]);
    return linear;
}

/// A tensor on the grid that its own extrema give, and back. PyTorch leaves the highest bit free
/// (`reduce_range`) where products of two could overflow in 16 bits.
ValueId dynamically_quantized(Emitter& e, ValueId input, bool reduce_range)
{
    std::vector<ValueId> grid;
    if (!reduce_range) {
        grid = e.emit_many("DynamicQuantizeLinear", {input}, 3);
    } else {
        constexpr double highest = 127;
        const Expr x(e, input);
        const Expr low = min(x.reduce("ReduceMin"), 0.0);
        const Expr high = max(x.reduce("ReduceMax"), 0.0);
        const Expr width = (high - low) / highest;
        const Expr scale = where(width == 0.0, 0.1, width);
        const Expr zero_point = (-low / scale).apply("Round").cast(DType::UInt8);
        grid = {e.emit("QuantizeLinear", {input, scale, zero_point}), scale, zero_point};
    }
    return e.emit("DequantizeLinear", grid);
}

ValueId dynamic_product(Emitter& e, ValueId input, const PackedLinear& linear, bool reduce_range)
{
    ValueId x = e.cast(input, DType::Float32);
    ValueId weight = no_id;
    if (linear.scale == no_id) { // half precision: only the weights are rounded
        weight = e.cast(linear.weight, DType::Float32);
    } else {
        Attrs attrs;
        if (e.rank(linear.scale) == 1)
            attrs.emplace_back("axis", 0);
        weight = e.emit("DequantizeLinear", {linear.weight, linear.scale, linear.zero_point},
                        std::move(attrs));
        x = dynamically_quantized(e, x, reduce_range);
    }
    // Always as a Gemm of matrices: ONNX Runtime makes one integer kernel of a MatMul between two
    // DequantizeLinear, whose results were up to one percent off.
    const bool matrix = e.rank(x) == 2;
    const auto shape = e.shape(linear.weight);
    const std::int64_t inputs = shape && shape->size() == 2 ? (*shape)[1].value : -1;
    const std::int64_t outputs = shape && shape->size() == 2 ? (*shape)[0].value : -1;
    std::vector<ValueId> operands{matrix ? x : e.reshape(x, std::vector<std::int64_t>{-1, inputs}),
                                  weight};
    if (linear.bias != no_id)
        operands.push_back(e.cast(linear.bias, DType::Float32));
    const ValueId product = e.emit("Gemm", std::move(operands), {{"transB", 1}});
    if (matrix)
        return product;
    const ValueId front = e.slice(e.shape_of(x), 0, 0, -1);
    return e.reshape(product, e.concat({front, e.constant({outputs})}, 0));
}

template <bool Relu>
Outputs linear_dynamic(OpCall& call)
{
    Emitter& e = call.e();
    const ValueId result =
        dynamic_product(e, call.tensor("X"), packed_linear(call, call.arg("W_prepack")),
                        call.boolean("reduce_range"));
    return Relu ? e.emit("Relu", {result}) : result;
}

template <bool Relu>
Outputs linear_half(OpCall& call)
{
    Emitter& e = call.e();
    const PackedLinear linear = packed_linear(call, call.arg("W_prepack"));
    if (linear.scale != no_id)
        call.refuse("the packed weights are integers where half precision is asked for");
    const ValueId result = dynamic_product(e, call.tensor("X"), linear, false);
    return Relu ? e.emit("Relu", {result}) : result;
}

/// A recurrent cell's two layers.
struct PackedCell {
    PackedLinear input;
    PackedLinear hidden;
    bool reduce_range = true;
};

PackedCell packed_cell(OpCall& call, const Lowered& packed)
{
    const std::vector<Lowered> parts = parts_of(call, packed, 3);
    PackedCell cell{packed_linear(call, parts[0]), packed_linear(call, parts[1]), true};
    if (const auto* reduce = parts[2].as<bool>())
        cell.reduce_range = *reduce;
    return cell;
}

using Values = std::vector<ValueId>;
/// The state after one step, from what the input gives to the gates; the hidden state is the first.
using CellStep = Values (*)(Emitter& e, ValueId from_input, const Values& state,
                            const PackedCell& cell);

Values gates_of(Emitter& e, ValueId joined, std::size_t count)
{
    return e.emit_many("Split", {joined}, count, {{"axis", -1}});
}

Expr sigmoid(Expr x)
{
    return x.apply("Sigmoid");
}
Expr hyperbolic_tangent(Expr x)
{
    return x.apply("Tanh");
}

Values lstm_step(Emitter& e, ValueId from_input, const Values& state, const PackedCell& cell)
{
    const ValueId sum =
        e.add(from_input, dynamic_product(e, state[0], cell.hidden, cell.reduce_range));
    const Values gate = gates_of(e, sum, 4);
    const auto part = [&](std::size_t i) { return Expr(e, gate[i]); };
    const Expr kept =
        sigmoid(part(1)) * Expr(e, state[1]) + sigmoid(part(0)) * hyperbolic_tangent(part(2));
    return {sigmoid(part(3)) * hyperbolic_tangent(kept), kept};
}

Values gru_step(Emitter& e, ValueId from_input, const Values& state, const PackedCell& cell)
{
    const Values in = gates_of(e, from_input, 3);
    const Values own = gates_of(e, dynamic_product(e, state[0], cell.hidden, cell.reduce_range), 3);
    const auto sum = [&](std::size_t i) { return Expr(e, in[i]) + Expr(e, own[i]); };
    const Expr reset = sigmoid(sum(0));
    const Expr update = sigmoid(sum(1));
    const Expr fresh = hyperbolic_tangent(Expr(e, in[2]) + Expr(e, own[2]) * reset);
    return {(Expr(e, state[0]) - fresh) * update + fresh};
}

template <bool Relu>
Values plain_step(Emitter& e, ValueId from_input, const Values& state, const PackedCell& cell)
{
    const ValueId sum =
        e.add(from_input, dynamic_product(e, state[0], cell.hidden, cell.reduce_range));
    return {e.emit(Relu ? "Relu" : "Tanh", {sum})};
}

ValueId backwards(Emitter& e, ValueId sequence)
{
    return e.slice(sequence, 0, -1, std::numeric_limits<std::int64_t>::min(), -1);
}

/// All layers and directions; `state` has one tensor [layers * directions, batch, hidden] for each
/// part of a cell's state.
Outputs recurrent(OpCall& call, const Values& state, CellStep step)
{
    Emitter& e = call.e();
    const bool batch_first = call.boolean("batch_first");
    const auto layers = call.integer("num_layers");
    const std::int64_t directions = call.boolean("bidirectional") ? 2 : 1;
    const std::vector<Lowered> packed =
        parts_of(call, call.arg("params"), static_cast<std::size_t>(layers * directions));
    ValueId sequence = e.cast(call.tensor("input"), DType::Float32);
    if (e.rank(sequence) != 3)
        call.refuse("the input is no batch of sequences");
    if (batch_first)
        sequence = e.transpose(sequence, {1, 0, 2});
    std::vector<Values> last(state.size());
    for (std::int64_t layer = 0; layer < layers; ++layer) {
        Values results;
        for (std::int64_t direction = 0; direction < directions; ++direction) {
            const std::int64_t number = layer * directions + direction;
            const PackedCell cell = packed_cell(call, packed[static_cast<std::size_t>(number)]);
            // PyTorch multiplies the whole sequence by the input's weights at once.
            ValueId from_input = dynamic_product(e, sequence, cell.input, cell.reduce_range);
            if (direction == 1)
                from_input = backwards(e, from_input);
            Values initial;
            for (const ValueId part : state)
                initial.push_back(
                    e.emit("Gather", {part, e.scalar(DType::Int64, number)}, {{"axis", 0}}));
            const Values after =
                scan(e, initial, from_input, [&](const Values& now, ValueId item) -> ScanStep {
                    const Values next = step(e, item, now, cell);
                    return {next, next[0]};
                });
            for (std::size_t i = 0; i < state.size(); ++i)
                last[i].push_back(e.unsqueeze(after[i], {0}));
            results.push_back(direction == 1 ? backwards(e, after.back()) : after.back());
        }
        sequence = e.concat(std::move(results), 2);
    }
    if (batch_first)
        sequence = e.transpose(sequence, {1, 0, 2});
    Outputs outputs(sequence);
    for (Values& part : last)
        outputs.values.push_back(Lowered::tensor(e.concat(std::move(part), 0)));
    return outputs;
}

Outputs quantized_lstm(OpCall& call)
{
    const Values state = call.tensors("hx");
    if (state.size() != 2)
        call.refuse("'hx' has not the two tensors of an LSTM's state");
    return recurrent(call, state, lstm_step);
}

Outputs quantized_gru(OpCall& call)
{
    return recurrent(call, {call.tensor("hx")}, gru_step);
}

Outputs one_step(OpCall& call, const Values& state, CellStep step)
{
    Emitter& e = call.e();
    const PackedCell cell{packed_linear(call, call.arg("w_ih")),
                          packed_linear(call, call.arg("w_hh")), true};
    const ValueId from_input =
        dynamic_product(e, call.tensor("input"), cell.input, cell.reduce_range);
    Outputs outputs;
    for (const ValueId part : step(e, from_input, state, cell))
        outputs.values.push_back(Lowered::tensor(part));
    return outputs;
}

Outputs lstm_cell(OpCall& call)
{
    return one_step(call, call.tensors("hx"), lstm_step);
}
template <CellStep S>
Outputs simple_cell(OpCall& call)
{
    return one_step(call, {call.tensor("hx")}, S);
}

#define STRATA_PACKED "__torch__.torch.classes.quantized.LinearPackedParamsBase "
#define STRATA_CELLS "__torch__.torch.classes.rnn.CellParamsBase[] "

constexpr OpEntry entries[] = {
    {"quantized::linear_dynamic(Tensor X, " STRATA_PACKED
     "W_prepack, bool reduce_range=False) -> Tensor",
     linear_dynamic<false>},
    {"quantized::linear_relu_dynamic(Tensor X, " STRATA_PACKED
     "W_prepack, bool reduce_range=False) -> Tensor",
     linear_dynamic<true>},
    {"quantized::linear_dynamic_fp16(Tensor X, " STRATA_PACKED "W_prepack) -> Tensor",
     linear_half<false>},
    {"quantized::linear_relu_dynamic_fp16(Tensor X, " STRATA_PACKED "W_prepack) -> Tensor",
     linear_half<true>},
    {"aten::quantized_lstm.input(Tensor input, Tensor[] hx, " STRATA_CELLS
     "params, bool has_biases, int num_layers, float dropout, bool train, bool bidirectional, bool "
     "batch_first, *, ScalarType? dtype=None, bool use_dynamic=False) -> (Tensor, Tensor, Tensor)",
     quantized_lstm, "no packed sequences"},
    {"aten::quantized_gru.input(Tensor input, Tensor hx, " STRATA_CELLS
     "params, bool has_biases, int num_layers, float dropout, bool train, bool bidirectional, bool "
     "batch_first) -> (Tensor, Tensor)",
     quantized_gru, "no packed sequences"},
    {"quantized::quantized_lstm_cell_dynamic(Tensor input, Tensor[] hx, " STRATA_PACKED
     "w_ih, " STRATA_PACKED "w_hh, Tensor bias_ih, Tensor bias_hh) -> (Tensor, Tensor)",
     lstm_cell},
    {"quantized::quantized_gru_cell_dynamic(Tensor input, Tensor hx, " STRATA_PACKED
     "w_ih, " STRATA_PACKED "w_hh, Tensor b_ih, Tensor b_hh) -> Tensor",
     simple_cell<gru_step>},
    {"quantized::quantized_rnn_relu_cell_dynamic(Tensor input, Tensor hx, " STRATA_PACKED
     "w_ih, " STRATA_PACKED "w_hh, Tensor b_ih, Tensor b_hh) -> Tensor",
     simple_cell<plain_step<true>>},
    {"quantized::quantized_rnn_tanh_cell_dynamic(Tensor input, Tensor hx, " STRATA_PACKED
     "w_ih, " STRATA_PACKED "w_hh, Tensor b_ih, Tensor b_hh) -> Tensor",
     simple_cell<plain_step<false>>},
};

} // namespace

std::span<const OpEntry> packed_linear_ops()
{
    return entries;
}

} // namespace strata::ops
