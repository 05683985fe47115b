// LSTM, GRU and plain recurrent layers and cells.
#include "lowering/ops/building_blocks.h"
#include "lowering/ops/families.h"
#include "lowering/ops/iterate.h"
#include "lowering/ops/op_name.h"

#include <algorithm>
#include <limits>
#include <optional>
#include <string>

namespace strata::ops {
namespace {

using Ints = std::vector<std::int64_t>;

/// One kind of recurrent network: which ONNX node it is, and in which order PyTorch's gates go into
/// ONNX's.
struct Kind {
    std::string_view op;
    std::vector<std::size_t> gate_order; ///< ONNX's gate i is PyTorch's gate gate_order[i]
    bool has_cell = false;
    std::string_view activation = {}; ///< of the plain network: "Tanh" or "Relu"
};

// PyTorch: input, forget, cell, output; ONNX: input, output, forget, cell.
const Kind& lstm_kind()
{
    static const Kind kind{"LSTM", {0, 3, 1, 2}, true};
    return kind;
}
// PyTorch: reset, update, new; ONNX: update, reset, hidden.
const Kind& gru_kind()
{
    static const Kind kind{"GRU", {1, 0, 2}};
    return kind;
}
const Kind& tanh_kind()
{
    static const Kind kind{"RNN", {0}, false, "Tanh"};
    return kind;
}
const Kind& relu_kind()
{
    static const Kind kind{"RNN", {0}, false, "Relu"};
    return kind;
}

/// The gates of a weight ([gates * hidden, n]) or bias ([gates * hidden]) in ONNX's order, with a
/// direction in front: [1, gates * hidden, ...]. Known weights are reordered here, once, rather
/// than at every run of the model.
ValueId reorder_gates(OpCall& call, ValueId weight, const Kind& kind)
{
    Emitter& e = call.e();
    const std::size_t gates = kind.gate_order.size();
    const OnnxModel& model = e.model();
    const std::uint32_t initializer = model.values[weight].initializer;
    if (initializer != no_id) {
        const Tensor& tensor = model.initializers[initializer].tensor;
        std::vector<std::byte> scratch;
        const auto bytes = tensor.contiguous_bytes(scratch);
        if (!bytes)
            call.refuse(bytes.error().text());
        const std::size_t gate_bytes = bytes->size() / gates;
        std::vector<std::byte> ordered;
        ordered.reserve(bytes->size());
        for (const std::size_t gate : kind.gate_order)
            ordered.insert(ordered.end(),
                           bytes->begin() + static_cast<std::ptrdiff_t>(gate * gate_bytes),
                           bytes->begin() + static_cast<std::ptrdiff_t>((gate + 1) * gate_bytes));
        Ints shape = tensor.shape;
        shape.insert(shape.begin(), 1);
        return e.constant(Tensor::from_bytes(tensor.dtype, std::move(shape), std::move(ordered)),
                          std::string(model.text(model.values[weight].name)) + ".gates");
    }
    const std::vector<ValueId> pieces = e.emit_many("Split", {weight}, gates, {{"axis", 0}});
    std::vector<ValueId> ordered;
    for (const std::size_t gate : kind.gate_order)
        ordered.push_back(pieces[gate]);
    return e.unsqueeze(e.concat(std::move(ordered), 0), {0});
}

/// Weights of one direction of one layer.
struct Weights {
    ValueId input = no_id;
    ValueId hidden = no_id;
    ValueId input_bias = no_id;
    ValueId hidden_bias = no_id;
    ValueId projection = no_id; ///< [projected, hidden]: of LSTMs with proj_size only
};

struct LayerResult {
    ValueId output = no_id; ///< [sequence, batch, directions * hidden]
    ValueId hidden = no_id; ///< [directions, batch, hidden]
    ValueId cell = no_id;
};

ValueId join(Emitter& e, std::vector<ValueId> parts, std::int64_t axis)
{
    return e.concat(std::move(parts), axis);
}

/// One layer over x [sequence, batch, features].
LayerResult run_layer(OpCall& call, const Kind& kind, ValueId x,
                      const std::vector<Weights>& directions, ValueId hidden, ValueId cell,
                      bool backwards = false)
{
    Emitter& e = call.e();
    const auto weight_shape = e.static_shape(directions.front().hidden);
    if (!weight_shape || weight_shape->size() != 2)
        call.refuse_for_shapes("the size of the hidden state is not known");
    const std::int64_t size = weight_shape->back();
    std::vector<ValueId> w;
    std::vector<ValueId> r;
    std::vector<ValueId> b;
    for (const Weights& weights : directions) {
        w.push_back(reorder_gates(call, weights.input, kind));
        r.push_back(reorder_gates(call, weights.hidden, kind));
        if (weights.input_bias != no_id)
            b.push_back(join(e,
                             {reorder_gates(call, weights.input_bias, kind),
                              reorder_gates(call, weights.hidden_bias, kind)},
                             1));
    }
    const bool both = directions.size() == 2;
    Attrs attrs{{"hidden_size", size},
                {"direction", both        ? "bidirectional"
                              : backwards ? "reverse"
                                          : "forward"}};
    if (kind.op == "GRU")
        attrs.emplace_back("linear_before_reset", 1);
    std::vector<ValueId> inputs{x,
                                join(e, std::move(w), 0),
                                join(e, std::move(r), 0),
                                b.empty() ? no_id : join(e, std::move(b), 0),
                                no_id,
                                hidden};
    if (kind.has_cell)
        inputs.push_back(cell);
    if (!kind.activation.empty())
        attrs.emplace_back("activations", std::vector<std::string>(directions.size(),
                                                                   std::string(kind.activation)));
    const std::size_t results = kind.has_cell ? 3 : 2;
    const std::vector<ValueId> outputs =
        e.emit_many(kind.op, std::move(inputs), results, std::move(attrs));
    // [sequence, directions, batch, hidden] as [sequence, batch, directions * hidden].
    const ValueId output = both ? e.reshape(e.transpose(outputs[0], {0, 2, 1, 3}), Ints{0, 0, -1})
                                : e.squeeze(outputs[0], {1});
    return {output, outputs[1], kind.has_cell ? outputs[2] : no_id};
}

/// x from its last step to its first.
ValueId reversed(Emitter& e, ValueId x)
{
    return e.slice(x, 0, -1, std::numeric_limits<std::int64_t>::min() + 1, -1);
}

/// The new hidden and cell state from the sum of what goes into the gates, in PyTorch's order.
struct LstmState {
    ValueId hidden = no_id;
    ValueId cell = no_id;
};
LstmState lstm_step(Emitter& e, ValueId gates, ValueId cell)
{
    const std::vector<ValueId> parts = e.emit_many("Split", {gates}, 4, {{"axis", 1}});
    const ValueId kept = e.mul(e.emit("Sigmoid", {parts[1]}), cell);
    const ValueId update = e.mul(e.emit("Sigmoid", {parts[0]}), e.emit("Tanh", {parts[2]}));
    const ValueId next = e.add(kept, update);
    return {e.mul(e.emit("Sigmoid", {parts[3]}), e.emit("Tanh", {next})), next};
}

/// One direction of an LSTM whose hidden state is projected, which ONNX's LSTM cannot state: step
/// by step. `hidden` is [1, batch, projected], `cell` [1, batch, hidden].
LayerResult run_projected(Emitter& e, ValueId x, const Weights& weights, ValueId hidden,
                          ValueId cell, bool backwards)
{
    ValueId gates = e.emit("MatMul", {x, transpose_matrix(e, weights.input)});
    if (weights.input_bias != no_id)
        gates = e.add(gates, e.add(weights.input_bias, weights.hidden_bias));
    const ValueId recurrent = transpose_matrix(e, weights.hidden);
    const ValueId projection = transpose_matrix(e, weights.projection);
    const std::vector<ValueId> found = scan(
        e, {e.squeeze(hidden, {0}), e.squeeze(cell, {0})}, backwards ? reversed(e, gates) : gates,
        [&](const std::vector<ValueId>& state, ValueId item) -> ScanStep {
            const ValueId sum = e.add(item, e.emit("MatMul", {state[0], recurrent}));
            const LstmState next = lstm_step(e, sum, state[1]);
            const ValueId projected = e.emit("MatMul", {next.hidden, projection});
            return {{projected, next.cell}, projected};
        });
    return {backwards ? reversed(e, found[2]) : found[2], e.unsqueeze(found[0], {0}),
            e.unsqueeze(found[1], {0})};
}

LayerResult run_projected_layer(Emitter& e, ValueId x, const std::vector<Weights>& directions,
                                ValueId hidden, ValueId cell)
{
    if (directions.size() == 1)
        return run_projected(e, x, directions.front(), hidden, cell, false);
    const auto of = [&](std::int64_t d) {
        return run_projected(e, x, directions[static_cast<std::size_t>(d)],
                             e.slice(hidden, 0, d, d + 1), e.slice(cell, 0, d, d + 1), d == 1);
    };
    const LayerResult forward = of(0);
    const LayerResult backward = of(1);
    return {join(e, {forward.output, backward.output}, 2),
            join(e, {forward.hidden, backward.hidden}, 0),
            join(e, {forward.cell, backward.cell}, 0)};
}

/// All layers: PyTorch's [layers * directions, batch, hidden] states are cut layer by layer.
Outputs run_network(OpCall& call, const Kind& kind)
{
    Emitter& e = call.e();
    if (call.boolean("train") && call.number("dropout") > 0)
        call.refuse("train is True: the dropout between layers is random",
                    "Call model.eval() before saving the model.");
    const std::int64_t layers = call.integer("num_layers");
    const bool biases = call.boolean("has_biases");
    const std::size_t directions = call.boolean("bidirectional") ? 2 : 1;
    const bool batch_first = call.boolean("batch_first");
    const std::vector<ValueId> params = call.tensors("params");
    const std::size_t runs =
        directions * static_cast<std::size_t>(std::max<std::int64_t>(layers, 0));
    const std::size_t unprojected = biases ? 4 : 2;
    const bool projected = kind.has_cell && params.size() == (unprojected + 1) * runs;
    const std::size_t per_direction = unprojected + (projected ? 1 : 0);
    if (params.size() != per_direction * runs)
        call.refuse("the number of weights is not that of so many layers and directions");
    ValueId x = call.tensor("input");
    const std::vector<ValueId> states =
        kind.has_cell ? call.tensors("hx") : std::vector<ValueId>{call.tensor("hx")};
    if (batch_first)
        x = e.transpose(x, {1, 0, 2});
    std::vector<ValueId> hiddens;
    std::vector<ValueId> cells;
    std::size_t next = 0;
    for (std::int64_t layer = 0; layer < layers; ++layer) {
        std::vector<Weights> weights;
        for (std::size_t d = 0; d < directions; ++d) {
            Weights own{params[next], params[next + 1]};
            if (biases) {
                own.input_bias = params[next + 2];
                own.hidden_bias = params[next + 3];
            }
            if (projected)
                own.projection = params[next + unprojected];
            weights.push_back(own);
            next += per_direction;
        }
        const auto width = static_cast<std::int64_t>(directions);
        auto of_layer = [&](ValueId state) {
            return layers == 1 ? state : e.slice(state, 0, layer * width, (layer + 1) * width);
        };
        const ValueId hidden = of_layer(states.front());
        const ValueId cell = kind.has_cell ? of_layer(states.back()) : no_id;
        const LayerResult result = projected ? run_projected_layer(e, x, weights, hidden, cell)
                                             : run_layer(call, kind, x, weights, hidden, cell);
        x = result.output;
        hiddens.push_back(result.hidden);
        if (kind.has_cell)
            cells.push_back(result.cell);
    }
    const ValueId hidden = join(e, std::move(hiddens), 0);
    const ValueId cell = kind.has_cell ? join(e, std::move(cells), 0) : no_id;
    if (batch_first)
        x = e.transpose(x, {1, 0, 2});
    return kind.has_cell ? Outputs::tensors({x, hidden, cell}) : Outputs::tensors({x, hidden});
}

Outputs lstm(OpCall& call)
{
    return run_network(call, lstm_kind());
}

/// One direction of one layer, which LSTMs decompose into on the CPU; the last result serves
/// training only.
Outputs lstm_layer(OpCall& call)
{
    constexpr std::int64_t lstm_mode = 2;
    if (call.integer("mode") != lstm_mode || call.integer("num_layers") != 1 ||
        call.boolean("bidirectional") || call.boolean("batch_first") ||
        !call.ints("batch_sizes").empty())
        call.refuse("another network than one direction of one LSTM layer");
    Weights weights{call.tensor("weight0"), call.tensor("weight1")};
    if (call.boolean("has_biases")) {
        weights.input_bias = call.tensor("weight2");
        weights.hidden_bias = call.tensor("weight3");
    }
    const LayerResult result =
        run_layer(call, lstm_kind(), call.tensor("input"), {weights}, call.tensor("hx_"),
                  call.tensor("cx_"), call.boolean("reverse"));
    return Outputs(std::vector<Lowered>{Lowered::tensor(result.output),
                                        Lowered::tensor(result.hidden),
                                        Lowered::tensor(result.cell), Lowered()});
}
Outputs gru(OpCall& call)
{
    return run_network(call, gru_kind());
}
Outputs rnn_tanh(OpCall& call)
{
    return run_network(call, tanh_kind());
}
Outputs rnn_relu(OpCall& call)
{
    return run_network(call, relu_kind());
}

Outputs refuse_packed(OpCall& call)
{
    call.refuse("packed sequences have no counterpart in ONNX",
                "Pass padded tensors instead of a PackedSequence.");
}

/// x W^T + b, for the one step of a cell.
ValueId affine(OpCall& call, ValueId x, std::string_view weight, std::string_view bias)
{
    Emitter& e = call.e();
    std::vector<ValueId> inputs{x, call.tensor(weight)};
    if (call.has(bias))
        inputs.push_back(call.tensor(bias));
    return e.emit("Gemm", std::move(inputs), {{"transB", 1}});
}

/// A cell takes [batch, features], or one vector; the latter gets a batch of one.
struct CellInputs {
    ValueId x = no_id;
    std::vector<ValueId> states;
    bool batched = true;
};

CellInputs cell_inputs(OpCall& call, bool has_cell)
{
    Emitter& e = call.e();
    CellInputs inputs{call.tensor("input"),
                      has_cell ? call.tensors("hx") : std::vector<ValueId>{call.tensor("hx")}};
    if (call.rank("input") == 1) {
        inputs.batched = false;
        inputs.x = e.unsqueeze(inputs.x, {0});
        for (ValueId& state : inputs.states)
            state = e.unsqueeze(state, {0});
    }
    return inputs;
}

Outputs lstm_cell(OpCall& call)
{
    Emitter& e = call.e();
    const CellInputs in = cell_inputs(call, true);
    const ValueId gates =
        e.add(affine(call, in.x, "w_ih", "b_ih"), affine(call, in.states[0], "w_hh", "b_hh"));
    auto [hidden, cell] = lstm_step(e, gates, in.states[1]);
    if (!in.batched) {
        hidden = e.squeeze(hidden, {0});
        cell = e.squeeze(cell, {0});
    }
    return Outputs::tensors({hidden, cell});
}

Outputs gru_cell(OpCall& call)
{
    Emitter& e = call.e();
    const CellInputs in = cell_inputs(call, false);
    const std::vector<ValueId> x =
        e.emit_many("Split", {affine(call, in.x, "w_ih", "b_ih")}, 3, {{"axis", 1}});
    const std::vector<ValueId> h =
        e.emit_many("Split", {affine(call, in.states[0], "w_hh", "b_hh")}, 3, {{"axis", 1}});
    const ValueId reset = e.emit("Sigmoid", {e.add(x[0], h[0])});
    const ValueId update = e.emit("Sigmoid", {e.add(x[1], h[1])});
    const ValueId fresh = e.emit("Tanh", {e.add(x[2], e.mul(reset, h[2]))});
    // (1 - z) n + z h, as n + z (h - n).
    const ValueId hidden = e.add(fresh, e.mul(update, e.sub(in.states[0], fresh)));
    return in.batched ? hidden : e.squeeze(hidden, {0});
}

template <Name Activation>
Outputs rnn_cell(OpCall& call)
{
    Emitter& e = call.e();
    const CellInputs in = cell_inputs(call, false);
    const ValueId sum =
        e.add(affine(call, in.x, "w_ih", "b_ih"), affine(call, in.states[0], "w_hh", "b_hh"));
    const ValueId hidden = e.emit(Activation.text, {sum});
    return in.batched ? hidden : e.squeeze(hidden, {0});
}

#define STRATA_NETWORK_ARGS                                                                        \
    "Tensor[] params, bool has_biases, int num_layers, float dropout, bool train, bool "           \
    "bidirectional, bool "                                                                         \
    "batch_first"
#define STRATA_PACKED_ARGS                                                                         \
    "Tensor[] params, bool has_biases, int num_layers, float dropout, bool train, bool "           \
    "bidirectional"
#define STRATA_CELL_ARGS "Tensor w_ih, Tensor w_hh, Tensor? b_ih=None, Tensor? b_hh=None"

constexpr OpEntry entries[] = {
    {"aten::lstm.input(Tensor input, Tensor[] hx, " STRATA_NETWORK_ARGS
     ") -> (Tensor, Tensor, Tensor)",
     lstm},
    {"aten::mkldnn_rnn_layer(Tensor input, Tensor weight0, Tensor weight1, Tensor weight2, Tensor "
     "weight3, Tensor hx_, Tensor cx_, bool reverse, int[] batch_sizes, int mode, int hidden_size, "
     "int num_layers, bool has_biases, bool bidirectional, bool batch_first, bool train) -> "
     "(Tensor, Tensor, Tensor, Tensor)",
     lstm_layer, "one direction of one LSTM layer"},
    {"aten::gru.input(Tensor input, Tensor hx, " STRATA_NETWORK_ARGS ") -> (Tensor, Tensor)", gru},
    {"aten::rnn_tanh.input(Tensor input, Tensor hx, " STRATA_NETWORK_ARGS ") -> (Tensor, Tensor)",
     rnn_tanh},
    {"aten::rnn_relu.input(Tensor input, Tensor hx, " STRATA_NETWORK_ARGS ") -> (Tensor, Tensor)",
     rnn_relu},
    {"aten::lstm.data(Tensor data, Tensor batch_sizes, Tensor[] hx, " STRATA_PACKED_ARGS
     ") -> (Tensor, Tensor, Tensor)",
     refuse_packed, "refused: packed sequences"},
    {"aten::gru.data(Tensor data, Tensor batch_sizes, Tensor hx, " STRATA_PACKED_ARGS
     ") -> (Tensor, Tensor)",
     refuse_packed, "refused: packed sequences"},
    {"aten::rnn_tanh.data(Tensor data, Tensor batch_sizes, Tensor hx, " STRATA_PACKED_ARGS
     ") -> (Tensor, Tensor)",
     refuse_packed, "refused: packed sequences"},
    {"aten::rnn_relu.data(Tensor data, Tensor batch_sizes, Tensor hx, " STRATA_PACKED_ARGS
     ") -> (Tensor, Tensor)",
     refuse_packed, "refused: packed sequences"},
    {"aten::lstm_cell(Tensor input, Tensor[] hx, " STRATA_CELL_ARGS ") -> (Tensor, Tensor)",
     lstm_cell},
    {"aten::gru_cell(Tensor input, Tensor hx, " STRATA_CELL_ARGS ") -> Tensor", gru_cell},
    {"aten::rnn_tanh_cell(Tensor input, Tensor hx, " STRATA_CELL_ARGS ") -> Tensor",
     rnn_cell<"Tanh">},
    {"aten::rnn_relu_cell(Tensor input, Tensor hx, " STRATA_CELL_ARGS ") -> Tensor",
     rnn_cell<"Relu">},
};

} // namespace

std::span<const OpEntry> recurrent_ops()
{
    return entries;
}

} // namespace strata::ops
