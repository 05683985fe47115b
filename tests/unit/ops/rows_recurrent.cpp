#include "support/parity_rows.h"

#include <fmt/format.h>

namespace strata::test {
namespace {

/// Gives the row the parameters of a network of `gates` gates, 3 features in and 4 hidden; returns
/// the list of their names as TorchScript writes it.
std::string add_weights(ParityRow& row, std::int64_t gates, int layers, int directions, bool biases,
                        std::int64_t projected = 0)
{
    const std::int64_t width = projected > 0 ? projected : 4;
    std::string list;
    for (int layer = 0; layer < layers; ++layer) {
        for (int d = 0; d < directions; ++d) {
            const std::int64_t features = layer == 0 ? 3 : width * directions;
            const auto add = [&](const char* kind, std::vector<std::int64_t> shape) {
                const std::string name = fmt::format("{}{}{}", kind, layer, d);
                ParityTensor tensor = f32(std::move(shape));
                tensor.seed = static_cast<std::uint32_t>(list.size() + 7);
                row.parameter(name, std::move(tensor));
                list += (list.empty() ? "self." : ", self.") + name;
            };
            add("wi", {gates * 4, features});
            add("wh", {gates * 4, width});
            if (biases) {
                add("bi", {gates * 4});
                add("bh", {gates * 4});
            }
            if (projected > 0)
                add("wr", {projected, 4});
        }
    }
    return list;
}

} // namespace

ParityRows recurrent_rows()
{
    ParityRows rows;
    struct Network {
        const char* op;
        std::int64_t gates;
    };
    struct Form {
        const char* name;
        int layers;
        bool biases;
        bool bidirectional;
        bool batch_first;
    };
    for (const Network& network :
         {Network{"lstm", 4}, {"gru", 3}, {"rnn_tanh", 1}, {"rnn_relu", 1}}) {
        for (const Form& form : {Form{"one layer", 1, true, false, false},
                                 {"no biases", 1, false, false, true},
                                 {"both directions", 1, true, true, true},
                                 {"two layers", 2, true, true, false}}) {
            const int directions = form.bidirectional ? 2 : 1;
            const std::string states = std::string(network.op) == "lstm" ? "[h, h * 0.5]" : "h";
            ParityRow& row = rows.emplace_back(fmt::format("{} {}", network.op, form.name), "");
            const std::string weights =
                add_weights(row, network.gates, form.layers, directions, form.biases);
            const auto flag = [](bool value) { return value ? "True" : "False"; };
            row.source = fmt::format("def forward(self, x, h):\n  return torch.{}(x, {}, [{}], {}, "
                                     "{}, 0.0, False, {}, {})",
                                     network.op, states, weights, flag(form.biases), form.layers,
                                     flag(form.bidirectional), flag(form.batch_first));
            row.input(form.batch_first ? f32({2, 5, 3}) : f32({5, 2, 3}))
                .input(f32({std::int64_t{form.layers} * directions, 2, 4}));
        }
        const bool is_lstm = std::string(network.op) == "lstm";
        ParityRow& cell = rows.emplace_back(fmt::format("{}_cell", network.op), "");
        const std::string weights = add_weights(cell, network.gates, 1, 1, true);
        cell.source = fmt::format("def forward(self, x, h):\n  return torch.{}_cell(x, {}, {})",
                                  network.op, is_lstm ? "[h, h * 0.5]" : "h", weights);
        cell.input(f32({2, 3})).input(f32({2, 4}));
        ParityRow& packed =
            rows.emplace_back(fmt::format("{} of packed sequences", network.op), "");
        const std::string packed_weights = add_weights(packed, network.gates, 1, 1, true);
        packed.source = fmt::format("def forward(self, x, sizes, h):\n  return torch.{}(x, sizes, "
                                    "{}, [{}], True, 1, 0.0, False, False)",
                                    network.op, is_lstm ? "[h, h]" : "h", packed_weights);
        packed.input(f32({3, 3}))
            .input(exactly(DType::Int64, {2}, {2, 1}))
            .input(f32({1, 2, 4}))
            .refuses("packed sequences");
    }
    // ONNX Runtime loads networks of float64 and does not run them.
    rows.emplace_back("lstm in double precision",
                      "def forward(self, x, h, w, u):\n"
                      "  return torch.lstm(x, [h, h], [w, u], False, 1, 0.0, False, False, False)")
        .input(f64({5, 2, 3}))
        .input(f64({1, 2, 4}))
        .input(f64({16, 3}))
        .input(f64({16, 4}));
    rows.emplace_back("gru in double precision",
                      "def forward(self, x, h, w, u):\n"
                      "  return torch.gru(x, h, [w, u], False, 1, 0.0, False, False, False)")
        .input(f64({5, 2, 3}))
        .input(f64({1, 2, 4}))
        .input(f64({12, 3}))
        .input(f64({12, 4}));
    for (const Form& form : {Form{"forward", 1, false, false, false},
                             {"both directions", 1, true, true, true},
                             {"two layers", 2, true, true, false}}) {
        const int directions = form.bidirectional ? 2 : 1;
        ParityRow& row = rows.emplace_back(fmt::format("lstm, projected, {}", form.name), "");
        const std::string weights = add_weights(row, 4, form.layers, directions, form.biases, 2);
        row.source =
            fmt::format("def forward(self, x, h, c):\n  return torch.lstm(x, [h, c], [{}], "
                        "{}, {}, 0.0, False, {}, {})",
                        weights, form.biases ? "True" : "False", form.layers,
                        form.bidirectional ? "True" : "False", form.batch_first ? "True" : "False");
        row.input(form.batch_first ? f32({2, 5, 3}) : f32({5, 2, 3}))
            .input(f32({std::int64_t{form.layers} * directions, 2, 2}))
            .input(f32({std::int64_t{form.layers} * directions, 2, 4}));
    }
    return rows;
}

} // namespace strata::test
