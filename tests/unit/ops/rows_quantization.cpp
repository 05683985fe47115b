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
    return rows;
}

} // namespace strata::test
