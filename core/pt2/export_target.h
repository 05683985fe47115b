// The names of operators in exported programs.
#pragma once

#include <string>
#include <string_view>

namespace strata::pt2 {

/// What kind of thing a node calls.
enum class TargetKind {
    Operator,    ///< a torch operator or a computation on symbolic sizes
    HigherOrder, ///< takes subgraphs; the name is "cond", "while_loop", ...
    Identity,    ///< gives its first argument
    Batching,    ///< enters or leaves a level of vmap, or moves a tensor there: "_add_batch_dim"
    Nothing      ///< has no effect on what is computed (the modes of autograd)
};

struct ExportTarget {
    TargetKind kind = TargetKind::Operator;
    /// "aten::add.Tensor" for "torch.ops.aten.add.Tensor", "aten::relu" for
    /// "torch.ops.aten.relu.default", "aten::mul.int" for "_operator.mul". Names of unknown form
    /// stay readable: "my_lib::fn" for "my_lib.fn".
    std::string name;
};

/// `on_reals`: a result or an argument of a computation on sizes is no integer.
ExportTarget parse_export_target(std::string_view target, bool on_reals = false);

/// "add" for "aten::add_.Tensor": what torch.fx calls the results.
std::string result_name(std::string_view target);

} // namespace strata::pt2
