// The program of a torch.export archive as Strata's own: module tree and FX graph.
//
// What the FX graph looks like is what the TorchScript front end makes of the same model, so that
// nothing after it needs to know where a program came from:
// - parameters, buffers and constants are get_attr nodes where they are used;
// - operators keep PyTorch's names ("aten::add.Tensor"), computations on symbolic sizes are the
//   operators that TorchScript has for Python numbers ("aten::mul.int");
// - cond, while_loop, scan and map are prim::If and prim::Loop; subgraphs that run exactly once
//   (no_grad regions, autocast, checkpoints) are part of the graph around them;
// - frames come from the nodes' nn_module_stack. Nodes without one, as those in branches of
//   non-strict exports, belong to the module that owns their parameters, else to the module whose
//   forward has the branch.
#pragma once

#include "base/task.h"
#include "ir/program.h"
#include "pt2/pt2_archive.h"

#include <memory>

namespace strata {

/// Reads the program of an opened archive. Buffers and inputs that the program changes are outputs
/// after the model's own, named "<buffer or input>.updated". Symbols keep PyTorch's names (files do
/// not hold the names that users gave with Dim); their ranges are in Program::dim_ranges.
/// Fails with CannotRead when the JSON does not have the schema's form: references to values that
/// no node makes, missing fields. What cannot be stated in a graph of operators becomes a node
/// that lowering refuses, and a diagnostic.
Result<std::shared_ptr<Program>> read_exported_program(const Pt2Model& model, TaskContext& task);

} // namespace strata
