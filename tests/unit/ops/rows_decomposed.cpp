// Operators that only decomposed programs have.
#include "support/parity_rows.h"

namespace strata::test {

namespace {

/// softmax(x y^T / sqrt(features)) z for the graph's %x, %y, %z.
std::string attention(const std::string& mask)
{
    return "def forward(self, x, y, z):\n"
           "  s = torch.matmul(x, y.transpose(-2, -1)) / 2.0\n" +
           mask + "  return torch.matmul(torch.softmax(s, -1), z)";
}

} // namespace

ParityRows decomposed_rows()
{
    ParityRows rows;
    const auto attend = [&rows](const std::string& name, const std::string& args,
                                const std::string& mask = {}) {
        const std::string results =
            name == "efficient" ? "%r : tensor, %a : tensor, %b : tensor, %c : tensor"
                                : "%r : tensor, %a : tensor, %b : tensor, %c : tensor, %d : int, "
                                  "%e : int, %f : tensor, %g : tensor, %h : tensor";
        const std::string target =
            name == "fused" ? "fused_attention_overrideable" : name + "_attention";
        rows.emplace_back(name + " attention " + args, attention(mask))
            .graph(results + " = call_function[aten::_scaled_dot_product_" + target +
                   "](%x, %y, %z" + args + ")")
            .input(f32({2, 3, 4}))
            .input(f32({2, 3, 4}))
            .input(f32({2, 3, 4}));
    };
    const std::string causal = "  m = torch.ones([3, 3], dtype=11).tril()\n"
                               "  s = s.masked_fill(m.logical_not(), -1e30)\n";
    attend("efficient", ", None, False");
    attend("efficient", ", None, True, 0.0, True", causal);
    attend("cudnn", ", None, False");
    attend("fused", ", None, 0.0, False");
    attend("flash", "");
    attend("flash", ", 0.0, True, False, scale=0.5", causal);
    rows.emplace_back("flash attention for the CPU, both results",
                      "def forward(self, x, y, z):\n"
                      "  s = torch.matmul(x, y.transpose(-1, -2)) * 0.3\n"
                      "  m = torch.ones([3, 3], dtype=11).tril()\n"
                      "  s = s.masked_fill(m.logical_not(), -1e30)\n"
                      "  return torch.matmul(torch.softmax(s, -1), z), torch.logsumexp(s, [-1])")
        .graph("%r : tensor, %l : tensor = "
               "call_function[aten::_scaled_dot_product_flash_attention_for_cpu](%x, %y, %z, 0.0, "
               "True, attn_mask=None, scale=0.3)\noutput[output](%r, %l)")
        .input(f32({2, 2, 3, 4}))
        .input(f32({2, 2, 3, 4}))
        .input(f32({2, 2, 3, 4}));

    rows.emplace_back(
            "batch norm, functional, training",
            "def forward(self, x, y, z):\n"
            "  m = x.mean([0, 2])\n"
            "  i = torch.rsqrt(((x - m.reshape([3, 1])) ** 2).mean([0, 2]) + 1e-5)\n"
            "  r = (x - m.reshape([3, 1])) * (i * y).reshape([3, 1]) + z.reshape([3, 1])\n"
            "  v = torch.var(x, [0, 2], True)\n"
            "  return r, m, i, 0.7 * z + 0.3 * m, 0.7 * y + 0.3 * v")
        .graph("%r : tensor, %a : tensor, %b : tensor, %c : tensor, %d : tensor = "
               "call_function[aten::_native_batch_norm_legit_functional](%x, %y, %z, %z, %y, "
               "True, 0.3, 1e-05)\noutput[output](%r, %a, %b, %c, %d)")
        .input(f32({2, 3, 4}))
        .input(f32({3}).range(0.5, 2))
        .input(f32({3}));
    // Running statistics that come in as inputs: y and z, of which z is also the bias.
    const auto training = [&](const std::string& name, const std::string& returned,
                              const std::string& graph) {
        rows.emplace_back(name, "def forward(self, x, y, z):\n"
                                "  m = x.mean([0, 2])\n"
                                "  c = x - m.reshape([3, 1])\n"
                                "  i = torch.rsqrt((c ** 2).mean([0, 2]) + 1e-5)\n"
                                "  r = c * (i * y).reshape([3, 1]) + z.reshape([3, 1])\n"
                                "  v = torch.var(x, [0, 2], True)\n"
                                "  return " +
                                    returned)
            .graph(graph)
            .input(f32({2, 3, 4}))
            .input(f32({3}).range(0.5, 2))
            .input(f32({3}));
    };
    const std::string statistics = "(%x, %y, %z, %z, %y, ";
    training("batch norm with update, functional", "r, m, i, 0.7 * z + 0.3 * m, 0.7 * y + 0.3 * v",
             "%r : tensor, %a : tensor, %b : tensor, %e : tensor, %c : tensor, %d : tensor = "
             "call_function[aten::_batch_norm_with_update_functional]" +
                 statistics + "0.3, 1e-05)\noutput[output]([%r, %a, %b, %c, %d])");
    training("batch norm with update", "r, m, i",
             "%r : tensor, %a : tensor, %b : tensor, %e : tensor = "
             "call_function[aten::_batch_norm_with_update]" +
                 statistics + "0.3, 1e-05)\noutput[output]([%r, %a, %b])");
    training("batch norm of inputs in training mode", "r",
             "%r : tensor = call_function[aten::batch_norm]" + statistics +
                 "True, 0.3, 1e-05, False)");
    rows.emplace_back("instance norm of inputs in training mode",
                      "def forward(self, x, y, z):\n"
                      "  return torch.instance_norm(x, y, z, None, None, True, 0.1, 1e-5, False)")
        .graph("%r : tensor = call_function[aten::instance_norm](%x, %y, %z, %z, %y, True, 0.1, "
               "1e-05, False)")
        .input(f32({2, 3, 4}))
        .input(f32({3}).range(0.5, 2))
        .input(f32({3}));
    rows.emplace_back("batch norm, functional, training with one value",
                      "def forward(self, x, y):\n  return x")
        .graph("%r : tensor, %a : tensor, %b : tensor, %c : tensor, %d : tensor = "
               "call_function[aten::_native_batch_norm_legit_functional](%x, %y, %y, %y, %y, "
               "True, 0.1, 1e-05)")
        .input(f32({1, 3}))
        .input(f32({3}).range(0.5, 2))
        .refuses("more than one value");

    rows.emplace_back("an output that is no tensor",
                      "def forward(self, x):\n  return x * 2, x.device, x + 1")
        .input(f32({2}))
        .refuses("which ONNX cannot return");
    rows.emplace_back("gradient of softmax", "def forward(self, x, y):\n"
                                             "  return y * (x - torch.sum(x * y, [1], True))")
        .graph("%r : tensor = call_function[aten::_softmax_backward_data](%x, %y, 1, "
               "dtype(float32))")
        .input(f32({2, 3, 4}))
        .input(f32({2, 3, 4}));
    rows.emplace_back("gradient of log_softmax",
                      "def forward(self, x, y):\n"
                      "  return x - torch.exp(y) * torch.sum(x, [-1], True)")
        .graph("%r : tensor = call_function[aten::_log_softmax_backward_data](%x, %y, -1, "
               "dtype(float32))")
        .input(f32({2, 3, 4}))
        .input(f32({2, 3, 4}));
    rows.emplace_back("gradient of dropout", "def forward(self, x, y):\n  return x * y * 1.5")
        .graph("%m : tensor = call_function[aten::gt.Scalar](%y, 0)\n"
               "%r : tensor = call_function[aten::native_dropout_backward](%x, %m, 1.5)")
        .input(f32({2, 3}))
        .input(f32({2, 3}).range(1, 1));
    // Windows that overlap: a place that is the maximum of two gets both gradients.
    rows.emplace_back("gradient of max pooling",
                      "def forward(self, x, y):\n"
                      "  m, i = torch.max_pool2d_with_indices(y, [2, 2], [1, 1])\n"
                      "  z = torch.zeros([2, 3, 20])\n"
                      "  z = z.scatter_add(2, i.flatten(2), x.flatten(2))\n"
                      "  return z.reshape([2, 3, 4, 5])")
        .graph("%m : tensor, %i : tensor = call_function[aten::max_pool2d_with_indices](%y, [2, "
               "2], [1, 1], [0, 0], [1, 1], False)\n"
               "%r : tensor = call_function[aten::max_pool2d_with_indices_backward](%x, %y, [2, "
               "2], [1, 1], [0, 0], [1, 1], False, %i)")
        .input(f32({2, 3, 3, 4}))
        .input(f32({2, 3, 4, 5}));

    // The weights are made of the inputs: y is [8, 3], z is [8, 2].
    for (const bool reverse : {false, true}) {
        const std::string flip = reverse ? "torch.flip(x, [0])" : "x";
        rows.emplace_back(std::string("one LSTM layer") + (reverse ? ", backwards" : ""),
                          "def forward(self, x, y, z):\n"
                          "  h = torch.zeros([1, 4, 2])\n"
                          "  b = torch.zeros([8])\n"
                          "  o, hn, cn = torch.lstm(" +
                              flip +
                              ", [h, h], [y, z, b, b], True, 1, 0.0, False, False, False)\n"
                              "  return " +
                              (reverse ? "torch.flip(o, [0])" : "o") + ", hn, cn")
            .graph("%h : tensor = call_function[aten::zeros]([1, 4, 2])\n"
                   "%b : tensor = call_function[aten::zeros]([8])\n"
                   "%r : tensor, %n : tensor, %c : tensor, %u : tensor = "
                   "call_function[aten::mkldnn_rnn_layer](%x, %y, %z, %b, %b, %h, %h, " +
                   std::string(reverse ? "True" : "False") +
                   ", [], 2, 2, 1, True, False, False, False)\n"
                   "output[output]([%r, %n, %c])")
            .input(f32({5, 4, 3}))
            .input(f32({8, 3}))
            .input(f32({8, 2}));
    }
    rows.emplace_back("another recurrent layer", "def forward(self, x, y):\n  return x")
        .graph("%r : tensor, %n : tensor, %c : tensor, %u : tensor = "
               "call_function[aten::mkldnn_rnn_layer](%x, %y, %y, %y, %y, %x, %x, False, [], 3, "
               "2, 1, True, False, False, False)")
        .input(f32({5, 4, 3}))
        .input(f32({8, 3}))
        .refuses("another network");

    rows.emplace_back("log sigmoid with its buffer",
                      "def forward(self, x):\n  return torch.log_sigmoid(x)")
        .graph("%r : tensor, %b : tensor = call_function[aten::log_sigmoid_forward](%x)")
        .input(f32({2, 5}).range(-4, 4));
    rows.emplace_back("empty with strides", "def forward(self, x):\n  return x * 0")
        .graph("%e : tensor = call_function[aten::empty_strided]([2, 3], [1, 2])\n"
               "%r : tensor = call_function[aten::mul.Tensor](%x, %e)")
        .input(f32({2, 3}));
    rows.emplace_back("empty in an order", "def forward(self, x):\n  return x * 0")
        .graph("%e : tensor = call_function[aten::empty_permuted]([2, 3], [1, 0], "
               "dtype=dtype(float32))\n"
               "%r : tensor = call_function[aten::mul.Tensor](%x, %e)")
        .input(f32({2, 3}));
    rows.emplace_back("new empty with strides", "def forward(self, x):\n  return x * 0")
        .graph("%e : tensor = call_function[aten::new_empty_strided](%x, [2, 3], [3, 1])\n"
               "%r : tensor = call_function[aten::mul.Tensor](%x, %e)")
        .input(f64({2, 3}));
    rows.emplace_back("masked index",
                      "def forward(self, x, y, z):\n"
                      "  return torch.where(z, x[:, y.clamp(0, 2)], torch.zeros([]) + 7.0)")
        .graph("%r : tensor = call_function[aten::_unsafe_masked_index](%x, %z, [None, %y], 7.0)")
        .input(f32({2, 3}))
        .input(exactly(DType::Int64, {4}, {0, 2, 9, -4}))
        .input(exactly(DType::Bool, {4}, {1, 1, 0, 0}));
    rows.emplace_back("masked index from the end",
                      "def forward(self, x, y, z):\n"
                      "  return torch.where(z, x[:, y.clamp(-3, 2)], torch.zeros([]) + 7.0)")
        .graph("%r : tensor = call_function[aten::_unsafe_masked_index](%x, %z, [None, %y], 7.0)")
        .input(f32({2, 3}))
        .input(exactly(DType::Int64, {4}, {-1, -3, 9, -4}))
        .input(exactly(DType::Bool, {4}, {1, 1, 0, 0}));
    rows.emplace_back("non-zero, fewer than asked for",
                      "def forward(self, x):\n"
                      "  return torch.tensor([[0, 1], [1, 0], [-1, -1]])")
        .graph("%r : tensor = call_function[aten::nonzero_static](%x, size=3)")
        .input(exactly(DType::Float32, {2, 2}, {0, 5, 6, 0}));
    rows.emplace_back("non-zero, more than asked for",
                      "def forward(self, x):\n  return torch.tensor([[0], [2]])")
        .graph("%r : tensor = call_function[aten::nonzero_static](%x, size=2, fill_value=9)")
        .input(exactly(DType::Float32, {4}, {1, 0, 1, 1}));
    rows.emplace_back("places of a number that is not zero",
                      "def forward(self, x):\n  return torch.zeros([2, 0], dtype=4)")
        .graph("%r : tensor = call_function[aten::nonzero_static](%x, size=2)")
        .input(exactly(DType::Float32, {}, {3}));
    rows.emplace_back("checks with tokens", "def forward(self, x):\n  return x + 1")
        .graph("%t : tensor = call_function[aten::_make_dep_token]()\n"
               "%c : tensor = call_function[aten::gt.Scalar](%x, -9)\n"
               "%u : tensor = call_function[aten::_functional_assert_async.msg](%c, \"no\", %t)\n"
               "%v : tensor = call_function[aten::_functional_sym_constrain_range_for_size](3, 0, "
               "9, %u)\n"
               "%w : tensor = call_function[aten::_functional_sym_constrain_range](3, 0, 9, %v)\n"
               "%s : tensor = call_function[aten::_functional_assert_scalar](True, \"no\", %w)\n"
               "%r : tensor = call_function[aten::add.Tensor](%x, 1)")
        .input(f32({2}));
    rows.emplace_back("shift by a number", "def forward(self, x):\n  return x * 8")
        .graph("%r : tensor = call_function[aten::bitwise_left_shift.Tensor_Scalar](%x, 3)")
        .input(i32({4}, 0, 9));
    rows.emplace_back(
            "shift back by a number",
            "def forward(self, x):\n  return torch.bitwise_right_shift(x, torch.ones_like(x) * 2)")
        .graph("%r : tensor = call_function[aten::bitwise_right_shift.Tensor_Scalar](%x, 2)")
        .input(i32({4}, -90, 90));
    rows.emplace_back("channel shuffle",
                      "def forward(self, x):\n  return torch.channel_shuffle(x, 2)")
        .graph("%r : tensor = call_function[aten::native_channel_shuffle](%x, 2)")
        .input(f32({1, 4, 2, 2}));
    rows.emplace_back("reshape, copied", "def forward(self, x):\n  return x.reshape([3, 2])")
        .graph("%r : tensor = call_function[aten::_reshape_copy](%x, [3, 2])")
        .input(f32({2, 3}));
    // What scan() becomes.
    rows.emplace_back("scan", "def forward(self, x, y):\n"
                              "  c = torch.cumsum(x, 0) + y\n"
                              "  return c[-1], c")
        .graph("%l : list<tensor> = call_function[prim::ListConstruct]()\n"
               "%n : int = call_method[aten::size.int](%x, 0)\n"
               "%c : tensor<float32>[3] = call_function[prim::Loop](%n, True, %y)\n"
               "  block(%i : int, %k : tensor<float32>[3]) {\n"
               "    %s : tensor<float32>[3] = call_function[aten::select.int](%x, 0, %i)\n"
               "    %t : tensor<float32>[3] = call_function[aten::add.Tensor](%k, %s)\n"
               "    %a : list<tensor> = call_function[aten::append.t](%l, %t)\n"
               "    return(True, %t)\n"
               "  }\n"
               "%r : tensor = call_function[aten::stack](%l, 0)\n"
               "output[output]([%c, %r])")
        .input(f32({5, 3}))
        .input(f32({3}))
        .dynamic();
    rows.emplace_back("powers and choices of sizes", "def forward(self, x):\n  return x + 15")
        .graph("%n : int = call_function[aten::sym_size.int](%x, 0)\n"
               "%p : int = call_function[aten::pow.int_to_int](%n, 2)\n"
               "%b : bool = call_function[aten::gt.int](%n, 2)\n"
               "%i : int = call_function[torch::sym_ite](%b, %p, 100)\n"
               "%k : int = call_function[aten::sym_numel](%x)\n"
               "%s : int = call_function[torch::sym_sum]([%i, %k, %n])\n"
               "%r : tensor = call_function[aten::add.Tensor](%x, %s)")
        .input(f32({3}))
        .dynamic();
    // 5 << 2 = 20, 10 >> 1 = 5, 3 << 5 = 96; 5 & 3 = 1, 10 | 5 = 15, 15 ^ 6 = 9; -5 >> 1 = -3.
    rows.emplace_back("bits of sizes", "def forward(self, x):\n  return x + 143")
        .graph("%n : int = call_function[aten::sym_size.int](%x, 0)\n"
               "%k : int = call_function[aten::sym_numel](%x)\n"
               "%a : int = call_function[aten::__lshift__.int](%n, 2)\n"
               "%b : int = call_function[aten::__rshift__.int](%k, 1)\n"
               "%c : int = call_function[aten::__lshift__.int](3, %n)\n"
               "%d : int = call_function[aten::__and__.bool](%n, 3)\n"
               "%e : int = call_function[aten::__or__.bool](%k, %n)\n"
               "%f : int = call_function[aten::__xor__.bool](%e, 6)\n"
               "%g : int = call_function[aten::neg.int](%n)\n"
               "%h : int = call_function[aten::__rshift__.int](%g, 1)\n"
               "%s : int = call_function[torch::sym_sum]([%a, %b, %c, %d, %e, %f, %h])\n"
               "%r : tensor = call_function[aten::add.Tensor](%x, %s)")
        .input(f32({5, 2}))
        .dynamic();
    // Equal constants are outputs of their own.
    rows.emplace_back("one number given out twice",
                      "def forward(self, x):\n"
                      "  return torch.tensor(3), x + 3, torch.tensor(3)")
        .graph("%r : tensor = call_function[aten::add.Tensor](%x, 3)\noutput[output](3, %r, 3)")
        .input(f32({2}));
    return rows;
}

} // namespace strata::test
