// Quantization as numbers beside each other. The expected numbers are written out in TorchScript.
#include "support/parity_rows.h"

namespace strata::test {

ParityRows quantization_rows()
{
    ParityRows rows;
    const std::string domain = "call_function[quantized_decomposed::";
    const auto one = [&](const std::string& name, const std::string& body,
                         const std::string& node) -> ParityRow& {
        return rows.emplace_back(name, "def forward(self, x):\n" + body)
            .graph("%r : tensor = " + node);
    };
    const std::string tie_free = "  q = torch.round(x / 0.05) ";
    one("quantize", tie_free + "+ 3\n  return q.clamp(-128, 127).to(1)",
        domain + "quantize_per_tensor](%x, 0.05, 3, -128, 127, dtype(int8))")
        .input(f32({4, 5}).range(-9, 9));
    one("quantize to a narrower range", tie_free + "+ 3\n  return q.clamp(-100, 90).to(1)",
        domain + "quantize_per_tensor](%x, 0.05, 3, -100, 90, dtype(int8))")
        .input(f32({4, 5}).range(-9, 9));
    one("quantize without sign", tie_free + "+ 120\n  return q.clamp(0, 255).to(0)",
        domain + "quantize_per_tensor](%x, 0.05, 120, 0, 255, dtype(uint8))")
        .input(f32({4, 5}).range(-9, 9));
    one("quantize to wider integers", tie_free + "- 7\n  return q.clamp(-1000, 1000).to(2)",
        domain + "quantize_per_tensor](%x, 0.05, -7, -1000, 1000, dtype(int16))")
        .input(f32({4, 5}).range(-90, 90));
    one("dequantize", "  return (x.to(6) - 3) * 0.05",
        domain + "dequantize_per_tensor](%x, 0.05, 3, -128, 127, dtype(int8))")
        .input(exactly(DType::Int8, {5}, {-128, -1, 0, 3, 127}));
    one("dequantize to doubles", "  return ((x.to(6) - 3) * 0.05).to(7)",
        domain + "dequantize_per_tensor](%x, 0.05, 3, 0, 255, dtype(uint8), "
                 "out_dtype=dtype(float64))")
        .input(exactly(DType::UInt8, {4}, {0, 3, 200, 255}));
    one("dequantize wider integers", "  return (x.to(6) - 3) * 0.05",
        domain + "dequantize_per_tensor](%x, 0.05, 3, -9999, 9999, dtype(int32))")
        .input(i32({5}, -9999, 9999));
    for (const char* overload : {"tensor", "tensor2"}) {
        const std::string bounds = overload == std::string("tensor2") ? "%l, %h" : "-128, 127";
        const std::string numbers =
            "%s : tensor = call_function[aten::scalar_tensor](0.05)\n"
            "%z : tensor = call_function[aten::scalar_tensor](3, dtype=dtype(int64))\n"
            "%l : tensor = call_function[aten::scalar_tensor](-128, dtype=dtype(int64))\n"
            "%h : tensor = call_function[aten::scalar_tensor](127, dtype=dtype(int64))\n";
        rows.emplace_back(std::string("there and back by tensors, ") + overload,
                          "def forward(self, x):\n"
                          "  q = (torch.round(x / 0.05) + 3).clamp(-128, 127)\n"
                          "  return (q - 3) * 0.05")
            .graph(numbers + "%q : tensor = " + domain + "quantize_per_tensor." + overload +
                   "](%x, %s, %z, " + bounds + ", dtype(int8))\n%r : tensor = " + domain +
                   "dequantize_per_tensor." + overload + "](%q, %s, %z, " + bounds +
                   ", dtype(int8))")
            .input(f32({4, 5}).range(-9, 9));
    }
    rows.emplace_back("per channel", "def forward(self, x, y, z):\n"
                                     "  s = y.reshape([3, 1])\n"
                                     "  o = z.reshape([3, 1])\n"
                                     "  q = (torch.round(x / s) + o).clamp(-127, 127)\n"
                                     "  return q.to(1), ((q - o) * s).to(6)")
        .graph("%q : tensor = " + domain +
               "quantize_per_channel](%x, %y, %z, 1, -127, 127, dtype(int8))\n%r : tensor = " +
               domain +
               "dequantize_per_channel](%q, %y, %z, 1, -127, 127, dtype(int8))\n"
               "output[output]([%q, %r])")
        .input(f32({2, 3, 4}).range(-9, 9))
        .input(exactly(DType::Float32, {3}, {0.05, 0.031, 0.11}))
        .input(exactly(DType::Int64, {3}, {0, 5, -6}));
    rows.emplace_back("per channel, wider",
                      "def forward(self, x, y):\n"
                      "  return torch.round(x / y).clamp(-9999, 9999).to(3) * y")
        .graph("%z : tensor = call_function[aten::zeros]([4], dtype=dtype(int64))\n"
               "%q : tensor = " +
               domain +
               "quantize_per_channel](%x, %y, %z, -1, -9999, 9999, dtype(int32))\n%r : tensor = " +
               domain + "dequantize_per_channel](%q, %y, None, 1, -9999, 9999, dtype(int32))")
        .input(f32({3, 4}).range(-9, 9))
        .input(exactly(DType::Float32, {4}, {0.05, 0.031, 0.11, 0.02}));
    rows.emplace_back("scale and zero point of a tensor",
                      "def forward(self, x):\n"
                      "  lo = torch.clamp(x.min(), max=0.0)\n"
                      "  hi = torch.clamp(x.max(), min=0.0)\n"
                      "  s = (hi - lo) / 255.0\n"
                      "  z = (-128 - torch.round(lo / s)).clamp(-128, 127)\n"
                      "  return s.reshape([1]).to(7), z.reshape([1]).to(4)")
        .graph("%r : tensor, %z : tensor = " + domain +
               "choose_qparams.tensor](%x, -128, 127, 1e-06, dtype(int8))\n"
               "output[output]([%r, %z])")
        .input(f32({4, 5}).range(-3, 9));
    rows.emplace_back("symmetric scale of a tensor",
                      "def forward(self, x):\n"
                      "  s = x.abs().max() / 127.0\n"
                      "  return s.reshape([1]).to(7), torch.tensor([0])")
        .graph("%r : tensor, %z : tensor = " + domain +
               "choose_qparams_symmetric.tensor](%x, -127, 127, 1e-06, dtype(int8))\n"
               "output[output]([%r, %z])")
        .input(f32({4, 5}).range(-3, 9));
    rows.emplace_back("scales of tokens", "def forward(self, x):\n"
                                          "  s = torch.amax(x.abs(), [-1], True) / 127.0\n"
                                          "  return s, s * 0")
        .graph("%r : tensor, %z : tensor = " + domain +
               "choose_qparams_per_token](%x, dtype(int8))\noutput[output]([%r, %z])")
        .input(f32({4, 5}).range(-3, 9));
    rows.emplace_back("tokens there and back",
                      "def forward(self, x):\n"
                      "  lo = torch.clamp(torch.amin(x, [-1], True), max=0.0)\n"
                      "  hi = torch.clamp(torch.amax(x, [-1], True), min=0.0)\n"
                      "  s = (hi - lo) / 255.0\n"
                      "  a = lo / s\n"
                      "  b = hi / s\n"
                      "  z = torch.where(a - 128 + (b + 127) > 0, -128 - a, 127 - b)\n"
                      "  z = z.clamp(-128, 127).round()\n"
                      "  q = torch.round(x * (1.0 / s) + z).clamp(-128, 127)\n"
                      "  return (q - z) * s")
        .graph("%s : tensor, %z : tensor = " + domain +
               "choose_qparams_per_token_asymmetric](%x, dtype(int8))\n%q : tensor = " + domain +
               "quantize_per_token](%x, %s, %z, -128, 127, dtype(int8))\n%r : tensor = " + domain +
               "dequantize_per_token](%q, %s, %z, -128, 127, dtype(int8), dtype(float32))")
        .input(f32({4, 5}).range(-3, 9))
        .tolerance(1e-4, 1e-4);

    const auto plain = [&rows](const std::string& name, const std::string& body) -> ParityRow& {
        return rows.emplace_back(name, "def forward(self, x, y, z):\n" + body)
            .input(f32({3, 4}).range(-9, 9))
            .input(exactly(DType::Float32, {4}, {0.05, 0.031, 0.11, 0.02}))
            .input(exactly(DType::Int32, {4}, {0, 4, -3, 2}));
    };
    plain("fake quantization",
          "  return torch.fake_quantize_per_tensor_affine(x, 0.05, 4, -128, 127)");
    plain("fake quantization by tensors",
          "  return torch.fake_quantize_per_tensor_affine(x, y[0], z[1], -128, 127)");
    plain("fake quantization with its mask",
          "  a, b = torch.fake_quantize_per_tensor_affine_cachemask(x, 0.05, 4, -100, 100)\n"
          "  return a, b");
    plain("fake quantization per channel",
          "  return torch.fake_quantize_per_channel_affine(x, y, z, 1, -128, 127)");
    plain("fake quantization per channel with its mask",
          "  a, b = torch.fake_quantize_per_channel_affine_cachemask(x, y, z, 1, -99, 99)\n"
          "  return a, b");
    rows.emplace_back("product of narrow integers", "def forward(self, x, y):\n"
                                                    "  return torch.matmul(x.to(6), "
                                                    "y.to(6)).to(3)")
        .graph("%r : tensor = call_function[aten::_int_mm](%x, %y)")
        .input(exactly(DType::Int8, {2, 3}, {1, -2, 3, 100, 127, -128}))
        .input(exactly(DType::Int8, {3, 2}, {5, 6, -7, 8, 127, -128}));
    rows.emplace_back("product with a narrow weight", "def forward(self, x, y, z):\n"
                                                      "  return torch.matmul(x, y.to(6).t()) * z")
        .graph("%r : tensor = call_function[aten::_weight_int8pack_mm](%x, %y, %z)")
        .input(f32({2, 3}))
        .input(exactly(DType::Int8, {2, 3}, {1, -2, 3, 100, 127, -128}))
        .input(f32({2}));
    // Quantized layers: the packed weights are the numbers that a file's objects hold. What PyTorch
    // itself makes of such objects is in tests/data/conformance/dynamically_quantized.
    const std::string product = "def product(self, x, y, s: float, n: float):\n"
                                "  low = torch.min(x).clamp(max=0.0)\n"
                                "  scale = (torch.max(x).clamp(min=0.0) - low) / n\n"
                                "  zero = torch.round(-low / scale)\n"
                                "  q = (torch.round(x / scale) + zero).clamp(0.0, 255.0)\n"
                                "  return torch.matmul((q - zero) * scale, y.float().t() * s)\n";
    const std::string grid =
        "%s : tensor = call_function[aten::scalar_tensor](0.02)\n"
        "%o : tensor = call_function[aten::scalar_tensor](0, dtype=dtype(int8))\n";
    for (const bool relu : {false, true})
        for (const bool reduce : {false, true}) {
            const std::string name = relu ? "linear_relu_dynamic" : "linear_dynamic";
            const std::string flag = reduce ? "True" : "False";
            rows.emplace_back(name + (reduce ? " of 7 bits" : " of 8 bits"),
                              product +
                                  "def forward(self, x, y, z):\n"
                                  "  r = self.product(x, y, 0.02, " +
                                  (reduce ? "127.0" : "255.0") + ") + z\n  return " +
                                  (relu ? "torch.relu(r)" : "r"))
                .graph(grid + "%r : tensor = call_function[quantized::" + name +
                       "](%x, [%y, %s, %o, %z], " + flag + ")")
                .input(f32({2, 3, 4}))
                .input(exactly(DType::Int8, {2, 4}, {-128, 5, 77, 127, 0, -3, 1, 40}))
                .input(f32({2}));
        }
    rows.emplace_back("linear_dynamic by channel",
                      product + "def forward(self, x, y, z):\n"
                                "  return self.product(x, y.float() * z.unsqueeze(1), 1.0, 127.0)")
        .graph(
            "%o : tensor = call_function[aten::zeros]([2], dtype=dtype(int8))\n"
            "%r : tensor = call_function[quantized::linear_dynamic](%x, [%y, %z, %o, None], True)")
        .input(f32({3, 4}))
        .input(exactly(DType::Int8, {2, 4}, {-128, 5, 77, 127, 0, -3, 1, 40}))
        .input(f32({2}).range(0.01, 0.05));
    for (const bool relu : {false, true}) {
        const std::string name = relu ? "linear_relu_dynamic_fp16" : "linear_dynamic_fp16";
        rows.emplace_back(name, std::string("def forward(self, x, y, z):\n"
                                            "  r = torch.matmul(x, y.half().float().t()) + z\n") +
                                    (relu ? "  return torch.relu(r)" : "  return r"))
            .graph("%h : tensor = call_function[aten::to.dtype](%y, dtype(float16))\n"
                   "%r : tensor = call_function[quantized::" +
                   name + "](%x, [%h, None, None, %z])")
            .input(f32({3, 4}))
            .input(f32({2, 4}))
            .input(f32({2}));
    }
    rows.emplace_back("linear_dynamic of an object that cannot be opened",
                      "def forward(self, x):\n  return x")
        .graph("%r : tensor = call_function[quantized::linear_dynamic](%x, [], True)")
        .input(f32({3, 4}))
        .refuses("cannot be opened");

    // Recurrent ones: %y are the input's weights, %z the hidden state's, without bias.
    const std::string both = "[%y, %s, %o, None], [%z, %s, %o, None]";
    const auto bytes = [](std::int64_t rows_of, std::int64_t columns) {
        ParityTensor tensor = i64({rows_of, columns}, -100, 100);
        tensor.dtype = DType::Int8;
        return tensor;
    };
    const std::string step = "  a = self.product(x, y, 0.02, 127.0)\n"
                             "  b = self.product(h, z, 0.02, 127.0)\n";
    const std::string lstm = product + "def step(self, x, y, z, h, c):\n" + step +
                             "  i, f, g, o = (a + b).chunk(4, -1)\n"
                             "  n = torch.sigmoid(f) * c + torch.sigmoid(i) * torch.tanh(g)\n"
                             "  return torch.sigmoid(o) * torch.tanh(n), n\n";
    const std::string gru = product + "def step(self, x, y, z, h):\n" + step +
                            "  i = a.chunk(3, -1)\n"
                            "  j = b.chunk(3, -1)\n"
                            "  u = torch.sigmoid(i[1] + j[1])\n"
                            "  n = torch.tanh(i[2] + j[2] * torch.sigmoid(i[0] + j[0]))\n"
                            "  return (h - n) * u + n\n";
    const auto plain_cell = [&](const std::string& function) {
        return product + "def step(self, x, y, z, h):\n" + step + "  return torch." + function +
               "(a + b)\n";
    };
    struct Cell {
        const char* name;
        std::int64_t gates;
        std::string source;
    };
    for (const Cell& cell : {Cell{"gru", 3, gru}, Cell{"rnn_relu", 1, plain_cell("relu")},
                             Cell{"rnn_tanh", 1, plain_cell("tanh")}})
        rows.emplace_back(std::string("quantized cell ") + cell.name,
                          cell.source + "def forward(self, x, y, z, w):\n"
                                        "  return self.step(x, y, z, w)")
            .graph(grid + "%r : tensor = call_function[quantized::quantized_" + cell.name +
                   "_cell_dynamic](%x, %w, " + both + ", None, None)")
            .input(f32({2, 3}))
            .input(bytes(cell.gates * 4, 3))
            .input(bytes(cell.gates * 4, 4))
            .input(f32({2, 4}));
    rows.emplace_back("quantized cell lstm", lstm + "def forward(self, x, y, z, w):\n"
                                                    "  return self.step(x, y, z, w, w * 0.5)")
        .graph(grid +
               "%v : tensor = call_function[aten::mul.Scalar](%w, 0.5)\n"
               "%h : tensor, %c : tensor = "
               "call_function[quantized::quantized_lstm_cell_dynamic](%x, [%w, %v], " +
               both + ", None, None)\noutput[output]([%h, %c])")
        .input(f32({2, 3}))
        .input(bytes(16, 3))
        .input(bytes(16, 4))
        .input(f32({2, 4}));
    rows.emplace_back("quantized lstm of one step",
                      lstm + "def forward(self, x, y, z, w):\n"
                             "  h, c = self.step(x[0], y, z, w[0], w[0])\n"
                             "  return h.unsqueeze(0), h.unsqueeze(0), c.unsqueeze(0)")
        .graph(grid +
               "%q : tensor, %h : tensor, %c : tensor = "
               "call_function[aten::quantized_lstm.input](%x, [%w, %w], [[" +
               both + ", True]], False, 1, 0.0, False, False, False)\noutput[output]([%q, %h, %c])")
        .input(f32({1, 2, 3}))
        .input(bytes(16, 3))
        .input(bytes(16, 4))
        .input(f32({1, 2, 4}));
    rows.emplace_back("quantized gru of one step", gru + "def forward(self, x, y, z, w):\n"
                                                         "  h = self.step(x[0], y, z, w[0])\n"
                                                         "  return h.unsqueeze(0), h.unsqueeze(0)")
        .graph(grid +
               "%q : tensor, %h : tensor = call_function[aten::quantized_gru.input](%x, %w, [[" +
               both + ", True]], False, 1, 0.0, False, False, False)\noutput[output]([%q, %h])")
        .input(f32({1, 2, 3}))
        .input(bytes(12, 3))
        .input(bytes(12, 4))
        .input(f32({1, 2, 4}));
    return rows;
}

} // namespace strata::test
