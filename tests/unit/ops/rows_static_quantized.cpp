#include "support/parity_rows.h"

namespace strata::test {
namespace {

// The arithmetic of quantized layers, written down: numbers on the grid of scale s and zero point
// z.
const char* const on_grid = "def q(self, x, s: float, z: float):\n"
                            "  return (torch.clamp(torch.round(x / s) + z, 0.0, 255.0) - z) * s\n";

/// A call on %a, which is %x on a grid of 0.02 around 120; `expected` says it with `a`.
ParityRow& row_of(ParityRows& rows, const std::string& name, const std::string& call,
                  const std::string& expected)
{
    rows.emplace_back(name, on_grid +
                                std::string("def forward(self, x, y, z):\n"
                                            "  a = self.q(x, 0.02, 120.0)\n"
                                            "  return ") +
                                expected);
    return rows.back()
        .graph("%a : tensor = call_function[aten::quantize_per_tensor](%x, 0.02, 120, "
               "dtype(quint8))\n"
               "%s : tensor = call_function[aten::scalar_tensor](0.01)\n"
               "%o : tensor = call_function[aten::scalar_tensor](3, dtype=dtype(int8))\n"
               "%q : tensor = call_function[aten::abs](%z)\n"
               "%b : tensor = call_function[" +
               call + "\n%r : tensor = call_function[aten::dequantize.self](%b)")
        .tolerance(1e-4, 1e-3);
}

ParityTensor bytes(std::vector<std::int64_t> shape)
{
    ParityTensor tensor = i64(std::move(shape), -100, 100);
    tensor.dtype = DType::Int8;
    return tensor;
}

} // namespace

ParityRows static_quantized_rows()
{
    ParityRows rows;
    const std::string weight = "((y.float() - 3) * 0.01)";
    for (const bool relu : {false, true}) {
        const std::string suffix = relu ? "_relu" : "";
        const auto real = [&](const std::string& text) {
            return relu ? "torch.relu(" + text + ")" : text;
        };
        for (const std::vector<std::int64_t>& shape :
             {std::vector<std::int64_t>{3, 6}, std::vector<std::int64_t>{2, 3, 6}})
            row_of(rows, "quantized linear" + suffix,
                   "quantized::linear" + suffix + "](%a, [%y, %s, %o, %z], 0.05, 100)",
                   "self.q(" + real("torch.matmul(a, " + weight + ".t()) + z") + ", 0.05, 100.0)")
                .input(f32(shape))
                .input(bytes({4, 6}))
                .input(f32({4}));
        row_of(rows, "quantized conv1d" + suffix,
               "quantized::conv1d" + suffix +
                   "](%a, [%y, %s, %o, %z, [1, 2], [0, 1], [1, 1], 1, [0, 0]], 0.05, 100)",
               "self.q(" + real("torch.conv1d(a, " + weight + ".squeeze(2), z, 2, 1)") +
                   ", 0.05, 100.0)")
            .input(f32({2, 3, 9}))
            .input(bytes({4, 3, 1, 3}))
            .input(f32({4}));
        row_of(rows, "quantized conv2d" + suffix,
               "quantized::conv2d" + suffix +
                   ".new](%a, [%y, %s, %o, %z, [2, 1], [1, 0], [1, 2], 2, [0, 0]], 0.05, 100)",
               "self.q(" + real("torch.conv2d(a, " + weight + ", z, [2, 1], [1, 0], [1, 2], 2)") +
                   ", 0.05, 100.0)")
            .input(f32({2, 4, 6, 7}))
            .input(bytes({4, 2, 3, 2}))
            .input(f32({4}));
        row_of(rows, "quantized conv3d" + suffix,
               "quantized::conv3d" + suffix +
                   ".new](%a, [%y, %s, %o, %z, [1, 1, 2], [0, 0, 1], [1, 1, 1], 1, [0, 0, 0]], "
                   "0.05, 100)",
               "self.q(" + real("torch.conv3d(a, " + weight + ", z, [1, 1, 2], [0, 0, 1])") +
                   ", 0.05, 100.0)")
            .input(f32({1, 2, 3, 4, 5}))
            .input(bytes({3, 2, 2, 2, 2}))
            .input(f32({3}));
        for (const char* op : {"add", "mul"})
            row_of(rows, std::string("quantized ") + op + suffix,
                   std::string("quantized::") + op + suffix + "](%a, %a, 0.015, 100)",
                   "self.q(" + real(op[0] == 'a' ? "a + a" : "a * a") + ", 0.015, 100.0)")
                .input(f32({3, 5}))
                .input(f32({1}))
                .input(f32({1}));
    }
    for (const std::string dims : {"1", "2"}) {
        const bool image = dims == "2";
        row_of(rows, "quantized conv_transpose" + dims + "d",
               "quantized::conv_transpose" + dims + "d](%a, [%y, %s, %o, %z, " +
                   (image ? "[2, 1], [1, 0], [1, 1], 1, [1, 0]]"
                          : "[1, 2], [0, 1], [1, 1], 1, [0, 1]]") +
                   ", 0.05, 100)",
               image ? "self.q(torch.conv_transpose2d(a, " + weight +
                           ", z, [2, 1], [1, 0], [1, 0]), 0.05, 100.0)"
                     : "self.q(torch.conv_transpose1d(a, " + weight +
                           ".squeeze(2), z, 2, 1, 1), 0.05, 100.0)")
            .input(image ? f32({1, 3, 4, 5}) : f32({1, 3, 6}))
            .input(image ? bytes({3, 2, 3, 2}) : bytes({3, 2, 1, 3}))
            .input(f32({2}));
    }
    const auto one = [&rows](const std::string& call, const std::string& expected) {
        row_of(rows, call, call, expected)
            .input(f32({4, 5}).range(-3, 3))
            .input(f32({1}))
            .input(f32({1}));
    };
    const auto norm = [&rows](const std::string& call, const std::string& expected) {
        row_of(rows, call, call + ", 0.1, 0.02, 128)", "self.q(" + expected + ", 0.02, 128.0)")
            .input(f32({2, 4, 3, 5}).range(-2, 2))
            .input(f32({4}))
            .input(f32({4}));
    };
    norm("quantized::instance_norm](%a, %y, %z",
         "torch.instance_norm(a, y, z, None, None, True, 0.0, 0.1, False)");
    norm("quantized::group_norm](%a, 2, %y, %z", "torch.group_norm(a, 2, y, z, 0.1)");
    norm("quantized::group_norm](%a, 1, None, %z", "torch.group_norm(a, 1, None, z, 0.1)");
    norm("quantized::layer_norm](%a, [3, 5], None, None",
         "torch.layer_norm(a, [3, 5], None, None, 0.1)");
    for (const std::string layer : {"batch_norm", "batch_norm1d", "batch_norm2d", "batch_norm3d"}) {
        norm("quantized::" + layer + "](%a, %y, None, %z, %q",
             "torch.batch_norm(a, y, None, z, torch.abs(z), False, 0.0, 0.1, False)");
        norm("quantized::" + layer + "_relu](%a, None, %y, %z, %q",
             "torch.relu(torch.batch_norm(a, None, y, z, torch.abs(z), False, 0.0, 0.1, False))");
    }
    row_of(rows, "quantized matmul", "quantized::matmul](%a, %a, 0.1, 100)",
           "self.q(torch.matmul(a, a), 0.1, 100.0)")
        .input(f32({3, 3}))
        .input(f32({1}))
        .input(f32({1}));
    one("quantized::cat]([%a, %a], 1, 0.03, 100)", "self.q(torch.cat([a, a], 1), 0.03, 100.0)");
    one("quantized::cat]([%a, %a], 0, None, None)", "torch.cat([a, a])");
    one("quantized::sigmoid](%a, 0.004, 0)", "self.q(torch.sigmoid(a), 0.004, 0.0)");
    one("quantized::leaky_relu](%a, 0.11, False, 0.02, 60)",
        "self.q(torch.leaky_relu(a, 0.11), 0.02, 60.0)");
    one("quantized::elu](%a, 0.013, 30, 0.7)", "self.q(torch.elu(a, 0.7), 0.013, 30.0)");
    one("quantized::celu](%a, 0.013, 30, 0.7)", "self.q(torch.celu(a, 0.7), 0.013, 30.0)");
    one("quantized::hardswish](%a, 0.013, 30)", "self.q(torch.hardswish(a), 0.013, 30.0)");
    one("quantized::softmax](%a, 1, 0.0043, 0)", "self.q(torch.softmax(a, 1), 0.0043, 0.0)");
    rows.back().tolerance(4.4e-3, 0); // one step: ONNX Runtime makes one integer kernel of it
    one("quantized::relu6](%a)", "torch.clamp(a, 0.0, 6.0)");
    one("aten::relu](%a)", "torch.relu(a)");
    one("aten::sigmoid](%a)", "self.q(torch.sigmoid(a), 0.00390625, 0.0)");
    one("aten::tanh](%a)", "self.q(torch.tanh(a), 0.0078125, 128.0)");
    // Of an odd number: none lies in the middle between two points.
    one("aten::mean.dim](%a, [1])", "self.q(a.mean([1]), 0.02, 120.0)");
    one("aten::transpose.int](%a, 0, 1)", "a.t()");
    one("aten::exp](%a)", "a");
    rows.back().refuses("of a quantized tensor");
    rows.emplace_back(
            "quantized by numbers of the model",
            "def forward(self, x):\n"
            "  a = torch.quantize_per_tensor(x, torch.tensor(0.04), torch.tensor(20), 13)\n"
            "  b = torch.quantize_per_tensor(x, 0.03, -5, 12)\n"
            "  return torch.dequantize(a).mean(1), torch.dequantize(b.reshape([-1])), "
            "torch.dequantize(torch.max_pool1d(a, 2))")
        .input(f32({4, 6}).range(-2, 9));
    rows.emplace_back("quantized to 32 bits",
                      "def forward(self, x):\n"
                      "  return torch.dequantize(torch.quantize_per_tensor(x, 0.03, 0, 14))")
        .input(f32({4}))
        .refuses("quint8 and qint8");
    row_of(rows, "quantized layer of an object that cannot be opened",
           "quantized::linear](%a, [], 0.05, 100)", "a")
        .input(f32({3, 4}))
        .input(f32({1}))
        .input(f32({1}))
        .refuses("cannot be opened");
    return rows;
}

} // namespace strata::test
