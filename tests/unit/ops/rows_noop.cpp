#include "support/parity_rows.h"

namespace strata::test {

ParityRows noop_rows()
{
    ParityRows rows;
    // An addition makes the output a value of its own, so that the no-op shows as no node.
    const auto row = [&rows](std::string name, std::string call,
                             std::string arguments = "x") -> ParityRow& {
        return rows.emplace_back(std::move(name), "def forward(self, " + arguments +
                                                      "):\n  return " + call + " + 1");
    };
    for (const char* op :
         {"dropout", "feature_dropout", "alpha_dropout", "feature_alpha_dropout"}) {
        row(op, std::string("torch.") + op + "(x, 0.5, False)").input(f32({2, 3})).nodes(1);
        row(std::string(op) + " training", std::string("torch.") + op + "(x, 0.5, True)")
            .input(f32({2, 3}))
            .refuses("model.eval()");
    }
    row("dropout with nothing to drop", "torch.dropout(x, 0.0, True)").input(f32({2, 3})).nodes(1);
    row("native_dropout", "torch.native_dropout(x, 0.5, False)[0]").input(f32({2, 3}));
    for (const char* op : {"contiguous", "detach", "detach_copy", "clone", "alias", "alias_copy",
                           "lift", "lift_fresh", "lift_fresh_copy", "data", "positive",
                           "resolve_conj", "resolve_neg", "cpu"})
        row(op, std::string("torch.") + op + "(x)").input(f32({2, 3})).nodes(1);
    for (const char* op : {"cuda", "pin_memory"})
        row(op, std::string("torch.") + op + "(x)")
            .input(f32({2, 3}))
            .reference("def forward(self, x):\n  return x + 1")
            .nodes(1);
    row("requires_grad_", "torch.mul(x, 2).requires_grad_(False)").input(f32({2, 3}));
    row("_autocast_to_full_precision", "torch._autocast_to_full_precision(x, False, False)")
        .input(f32({2, 3}));
    row("to.dtype", "x.to(6)").input(i64({2, 3})).nodes(2);
    row("to.dtype, nothing to do", "x.to(6)").input(f32({2, 3})).nodes(1);
    row("to.dtype truncates", "x.to(4)").input(f32({2, 3}).range(-9.0, 9.0));
    row("to.dtype of bool", "x.to(11).to(3)").input(exactly(DType::Float32, {4}, {0, 0.25, -1, 2}));
    row("to.dtype_layout",
        "torch.to(x, dtype=7, layout=0, device=torch.device(\"cpu\"), pin_memory=False)")
        .input(f32({2, 3}));
    row("to.device", "torch.to(x, torch.device(\"cpu\"), 7)").input(f32({2, 3}));
    row("to.prim_Device", "x.to(torch.device(\"cpu\"))").input(f32({2, 3})).nodes(1);
    row("to.prim_dtype", "torch.to(x, 7, False, False)")
        .input(f32({2, 3}))
        .renamed("aten::to.dtype", "aten::to.prim_dtype");
    row("to.prim_other", "torch.detach(x)")
        .input(f32({2, 3}))
        .renamed("aten::detach", "aten::to.prim_other")
        .nodes(1);
    row("to.other", "x.to(y)", "x, y").input(i64({2, 3})).input(f32({1})).nodes(2);
    row("_to_copy", "torch._to_copy(x, dtype=3)").input(f32({2, 3}));
    row("type_as", "torch.type_as(x, y)", "x, y").input(f32({2, 3})).input(i32({1}));
    for (const char* op : {"Byte", "Char", "Short", "Int", "Long", "Half", "Float", "Double"})
        row(std::string("_cast_") + op, std::string("torch._cast_") + op + "(x)")
            .input(i64({2, 3}, 0, 50));
    rows.emplace_back("set_grad_enabled", "def forward(self, x):\n"
                                          "  torch.set_grad_enabled(False)\n"
                                          "  return x + 1")
        .input(f32({2, 3}))
        .nodes(1);
    return rows;
}

} // namespace strata::test
