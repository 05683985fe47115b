// Second names of operators, which TorchScript's compiler replaces by the first and torch.export
// keeps.
#include "support/parity_rows.h"

namespace strata::test {

namespace {

/// A second name, the operator that LibTorch runs, and a call of that.
struct SecondName {
    const char* name;
    const char* target;
    const char* call;
};
constexpr SecondName names[] = {
    {"_cat", "cat", "torch.cat([x, x], 1)"},
    {"_conj", "alias", "torch.alias(x) * 2"},
    {"_neg_view", "neg", "torch.neg(x)"},
    {"_reshape_alias_copy", "_reshape_alias", "torch._reshape_alias(x, [4, 6], [6, 1])"},
    {"_stack", "stack", "torch.stack([x, x], 1)"},
    {"_unsafe_index.Tensor", "index.Tensor", "x[torch.tensor([1, 0])]"},
    {"absolute", "abs", "torch.abs(x)"},
    {"arccos", "acos", "torch.acos(x)"},
    {"arccosh", "acosh", "torch.acosh(x.abs() + 1)"},
    {"arcsin", "asin", "torch.asin(x)"},
    {"arcsinh", "asinh", "torch.asinh(x)"},
    {"arctan", "atan", "torch.atan(x)"},
    {"arctan2", "atan2", "torch.atan2(x, x[0])"},
    {"arctanh", "atanh", "torch.atanh(x)"},
    {"as_strided_copy", "as_strided", "torch.as_strided(x, [2, 3], [1, 2])"},
    {"clip.Tensor", "clamp.Tensor", "torch.clamp(x, x * 0.5, x[0])"},
    {"conj", "alias", "torch.alias(x) * 2"},
    {"conj_physical", "alias", "torch.alias(x) * 2"},
    {"diagonal_copy", "diagonal", "torch.diagonal(x)"},
    {"divide.Scalar", "div.Scalar", "torch.div(x, 3)"},
    {"divide.Scalar_mode", "div.Scalar_mode", "torch.div(x, 0.3, rounding_mode='floor')"},
    {"divide.Tensor_mode", "div.Tensor_mode", "torch.div(x, x[0] + 2, rounding_mode='trunc')"},
    {"expand_copy", "expand", "x.unsqueeze(0).expand([2, 2, 3, 4])"},
    {"greater.Scalar", "gt.Scalar", "torch.gt(x, 0.25)"},
    {"greater.Tensor", "gt.Tensor", "torch.gt(x, x[0])"},
    {"greater_equal.Scalar", "ge.Scalar", "torch.ge(x, 0.25)"},
    {"greater_equal.Tensor", "ge.Tensor", "torch.ge(x, x[0])"},
    {"index.Tensor_hacked_twin", "index.Tensor", "x[torch.tensor([1, 0])]"},
    {"less.Scalar", "lt.Scalar", "torch.lt(x, 0.25)"},
    {"less.Tensor", "lt.Tensor", "torch.lt(x, x[0])"},
    {"less_equal.Scalar", "le.Scalar", "torch.le(x, 0.25)"},
    {"less_equal.Tensor", "le.Tensor", "torch.le(x, x[0])"},
    {"moveaxis.intlist", "movedim.intlist", "torch.movedim(x, [0, 1], [2, 0])"},
    {"narrow_copy", "narrow", "torch.narrow(x, 1, 1, 2)"},
    {"negative", "neg", "torch.neg(x)"},
    {"not_equal.Scalar", "ne.Scalar", "torch.ne(x, 0.25)"},
    {"not_equal.Tensor", "ne.Tensor", "torch.ne(x, x[0])"},
    {"permute_copy", "permute", "torch.permute(x, [2, 0, 1])"},
    {"real", "alias", "torch.alias(x) * 2"},
    {"row_stack", "vstack", "torch.vstack([x, x])"},
    {"select_copy.int", "select.int", "torch.select(x, 1, 2)"},
    {"slice_copy.Tensor", "slice.Tensor", "torch.slice(x, 1, 1, 3)"},
    {"special_erf", "erf", "torch.erf(x)"},
    {"special_erfc", "erfc", "torch.erfc(x)"},
    {"special_exp2", "exp2", "torch.exp2(x)"},
    {"special_expit", "sigmoid", "torch.sigmoid(x)"},
    {"special_expm1", "expm1", "torch.expm1(x)"},
    {"special_log1p", "log1p", "torch.log1p(x.abs())"},
    {"special_logsumexp", "logsumexp", "torch.logsumexp(x, [1])"},
    {"special_round", "round.decimals", "torch.round(x, decimals=1)"},
    {"special_sinc", "sinc", "torch.sinc(x)"},
    {"special_xlogy", "xlogy.Tensor", "torch.xlogy(x, x.abs())"},
    {"special_xlogy.other_scalar", "xlogy.Tensor", "torch.xlogy(x, x.abs())"},
    {"special_xlogy.self_scalar", "xlogy.Tensor", "torch.xlogy(x, x.abs())"},
    {"split_copy.Tensor", "split.Tensor", "torch.split(x, 2, 1)"},
    {"split_with_sizes_copy", "split_with_sizes", "torch.split_with_sizes(x, [1, 2], 1)"},
    {"squeeze_copy", "squeeze", "torch.squeeze(x.unsqueeze(1))"},
    {"squeeze_copy.dim", "squeeze.dim", "torch.squeeze(x.unsqueeze(1), 1)"},
    {"squeeze_copy.dims", "squeeze.dim", "torch.squeeze(x.unsqueeze(1), 1)"},
    {"subtract.Scalar", "sub.Scalar", "torch.sub(x, 2, 3)"},
    {"t_copy", "t", "torch.t(x[0])"},
    {"transpose_copy.int", "transpose.int", "torch.transpose(x, 0, 2)"},
    {"unbind_copy.int", "unbind.int", "torch.unbind(x, 1)"},
    {"unfold_copy", "unfold", "x.unfold(1, 2, 1)"},
    {"unsafe_split_with_sizes", "split_with_sizes", "torch.split_with_sizes(x, [1, 2], 1)"},
    {"unsqueeze_copy", "unsqueeze", "torch.unsqueeze(x, 1)"},
    {"view_copy", "view", "x.view([4, 6])"},
    {"view_copy.dtype", "to.dtype", "torch.to(x, 6) + 1"},
    {"xlogy.Scalar_Other", "xlogy.Tensor", "torch.xlogy(x, x.abs())"},
    {"xlogy.Scalar_Self", "xlogy.Tensor", "torch.xlogy(x, x.abs())"},
};

} // namespace

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
    const auto exactly_as = [&alias](const std::string& name, const std::string& target,
                                     const std::string& arguments) -> ParityRow& {
        return alias(name, target, "torch." + target + "(" + arguments + ")");
    };
    for (const char* name : {"bitwise_and", "bitwise_or", "bitwise_xor"})
        alias(std::string(name) + ".Scalar_Tensor", std::string(name) + ".Tensor",
              "torch." + std::string(name) + "(torch.to(x * 9, 4), torch.to(x * 5, 4))");
    for (const char* name : {"bitwise_left_shift", "bitwise_right_shift"})
        alias(std::string(name) + ".Scalar_Tensor", std::string(name) + ".Tensor",
              "torch." + std::string(name) + "(torch.to(x * 9, 4), torch.to(x.abs() * 3, 4))");
    exactly_as("_logcumsumexp", "logcumsumexp", "x, 1");
    exactly_as("special_digamma", "digamma", "x + 2");
    exactly_as("special_psi", "digamma", "x + 2");
    exactly_as("special_erfinv", "erfinv", "x * 0.9");
    exactly_as("special_gammaln", "lgamma", "x + 2");
    exactly_as("special_gammainc", "igamma", "x + 2, x.abs()");
    exactly_as("special_gammaincc", "igammac", "x + 2, x.abs()");
    exactly_as("special_i0", "i0", "x");
    exactly_as("special_multigammaln", "mvlgamma", "x + 4, 2");
    exactly_as("special_polygamma", "polygamma", "1, x + 2");
    exactly_as("det", "linalg_det", "x[:, :, :3]");
    exactly_as("slogdet", "linalg_slogdet", "x[:, :, :3]");
    exactly_as("matrix_power", "linalg_matrix_power", "x[:, :, :3], 2");
    exactly_as("orgqr", "linalg_householder_product", "x[0, :, :2], x[0, 0, :2]");
    alias("adjoint", "mT", "x.mT");
    exactly_as("_lazy_clone", "clone", "x");
    for (const auto& [name, target, call] : names)
        alias(name, target, call);
    return rows;
}

} // namespace strata::test
