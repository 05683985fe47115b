// Second names of operators, which TorchScript's compiler replaces by the first and torch.export
// keeps.
#include "support/parity_rows.h"

namespace strata::test {

ParityRows alias_rows()
{
    ParityRows rows;
    const auto alias = [&rows](std::string name, std::string target,
                               std::string call) -> ParityRow& {
        return rows.emplace_back(name, "def forward(self, x):\n  return " + call)
            .renamed("aten::" + target, "aten::" + name)
            .input(f32({2, 3, 4}));
    };
    const auto two = [&alias](std::string name, std::string target,
                              std::string call) -> ParityRow& {
        ParityRow& row = alias(std::move(name), std::move(target), std::move(call));
        row.source = "def forward(self, x, y):" + row.source.substr(row.source.find('\n'));
        return row.input(f32({3, 4}).range(0.5, 2.0));
    };
    alias("clip", "clamp", "torch.clamp(x, -0.5, 0.25)");
    alias("fix", "trunc", "torch.trunc(x * 5)");
    alias("multiply.Scalar", "mul.Scalar", "torch.mul(x, 3)");
    alias("true_divide.Scalar", "div.Scalar", "torch.div(x, 3)");
    alias("concat", "cat", "torch.cat([x, x], 1)");
    alias("concatenate", "cat", "torch.cat([x, x], -1)");
    alias("moveaxis.int", "movedim.int", "torch.movedim(x, 0, 2)");
    alias("swapaxes", "transpose.int", "torch.transpose(x, 0, 2)");
    alias("swapdims", "transpose.int", "torch.transpose(x, -1, 0)");
    alias("squeeze.dims", "squeeze.dim", "torch.squeeze(x.unsqueeze(1), 1)");
    alias("special_softmax", "softmax.int", "torch.softmax(x, 1)");
    alias("special_log_softmax", "log_softmax.int", "torch.log_softmax(x, 1)");
    alias("special_logit", "logit", "torch.logit(x * 0.4 + 0.5)");
    alias("all.dims", "all.dim", "torch.all(x > -0.9, 1)");
    alias("any.dims", "any.dim", "torch.any(x > 0.9, 1)");
    alias("_prelu_kernel", "prelu", "torch.prelu(x, self.w)").parameter("w", f32({1}));
    two("multiply.Tensor", "mul.Tensor", "torch.mul(x, y)");
    two("divide.Tensor", "div.Tensor", "torch.div(x, y)");
    two("true_divide.Tensor", "div.Tensor", "torch.div(x, y)");
    two("subtract.Tensor", "sub.Tensor", "torch.sub(x, y, alpha=2)");
    two("rsub.Tensor", "sub.Tensor", "torch.sub(x, y, alpha=2)")
        .reference("def forward(self, x, y):\n  return y - x * 2");
    alias("view.dtype", "to.dtype", "torch.to(x, 6) + 1");
    return rows;
}

} // namespace strata::test
