#include "pt2/exported_program.h"

#include "ir/fx_fused_layers.h"
#include "pt2/graph_reader.h"
#include "pt2/module_stacks.h"
#include "pt2/read_error.h"

namespace strata {

Result<std::shared_ptr<Program>> read_exported_program(const Pt2Model& model, TaskContext& task)
{
    const auto subject = [&model] {
        return fmt::format("reading the program of '{}'", model.path.filename().string());
    };
    try {
        auto program = std::make_shared<Program>();
        program->format = ModelFormat::ExportedProgram;
        program->path = model.path;
        program->producer = model.producer;
        program->tensors = model.tensors;
        program->tensor_names = model.tensor_names;
        Diagnostics sink;
        sink.append(model.diagnostics);

        pt2::StackCache stacks;
        const pt2::ModuleAliases aliases = pt2::build_module_tree(model, *program, stacks, task);
        pt2::FrameTable frames(*program, aliases, stacks);
        pt2::GraphReader(model, *program, frames, sink, task).read();
        frames.count_calls();
        open_fused_layers(*program);
        program->diagnostics = sink.items();
        return program;
    } catch (pt2::ReadError& error) {
        if (error.error.code == ErrorCode::Cancelled)
            return tl::unexpected(std::move(error.error));
        return tl::unexpected(std::move(error.error).with(subject()));
    }
}

} // namespace strata
