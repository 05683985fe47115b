#include "frontends/model_file.h"

#include "frontends/torchscript_check.h"
#include "pt2/exported_program.h"
#include "pt2/pt2_archive.h"
#include "torch/torch_backend.h"

#include <fmt/format.h>

namespace strata {
namespace {

constexpr std::string_view how_to_save =
    "Where the model is built in Python, save it whole instead: torch.jit.trace(model.eval(), "
    "example_inputs).save(\"model.pt\"), or torch.jit.script(model.eval()).save(\"model.pt\") when "
    "its code decides by its data.";

std::string weights_only(std::string_view name, std::string_view what)
{
    return fmt::format("'{}' holds {}: numbers, but not what the model computes with them. {}",
                       name, what, how_to_save);
}

} // namespace

std::string advice_for(FileKind kind, const std::filesystem::path& path)
{
    const std::string name = path.filename().string();
    switch (kind) {
    case FileKind::TorchScript:
    case FileKind::ExportedProgram:
    case FileKind::Onnx:
        return {};
    case FileKind::TorchStateDict:
        return weights_only(name, "a state dict, that is the weights by name");
    case FileKind::TorchTensor:
        return weights_only(name, "tensors only");
    case FileKind::Safetensors:
        return weights_only(name, "weights in the safetensors format");
    case FileKind::TorchCheckpoint:
        return weights_only(name, "a training checkpoint, that is weights beside other values");
    case FileKind::TorchPickledModule:
        return fmt::format("'{}' is a pickled Python object (torch.save(model)): it can be opened "
                           "only by a Python program that has the model's classes. {}",
                           name, how_to_save);
    case FileKind::TorchLegacySave:
        return fmt::format("'{}' was written by torch.save in the format of PyTorch before 1.6: "
                           "weights or a pickled object, not a model that can be opened without "
                           "its Python code. {}",
                           name, how_to_save);
    case FileKind::TorchLite:
        return fmt::format("'{}' is made for the mobile (lite) interpreter and holds bytecode "
                           "instead of the model's code. Open the TorchScript file it was made "
                           "from.",
                           name);
    case FileKind::Empty:
        return fmt::format("'{}' is empty. Save or copy the model again.", name);
    case FileKind::TruncatedZip:
        return fmt::format("'{}' is cut off or damaged: it begins as a zip archive and its "
                           "directory is missing or not valid. Copy or download it again.",
                           name);
    case FileKind::Text:
        return fmt::format("'{}' is a text file, not a model. A file of some 130 bytes that names "
                           "git-lfs stands for a model that was not downloaded.",
                           name);
    case FileKind::Unknown:
        break;
    }
    return fmt::format("'{}' is not a model that Strata knows: neither TorchScript nor "
                       "torch.export (.pt2) nor ONNX.",
                       name);
}

std::vector<std::string> model_names(const std::filesystem::path& path)
{
    const Result<FileKind> kind = detect_file_kind(path);
    if (!kind || *kind != FileKind::ExportedProgram)
        return {};
    return list_pt2_models(path).value_or(std::vector<std::string>{});
}

Result<std::shared_ptr<const Program>> load_program(const std::filesystem::path& path,
                                                    const LoadOptions& options, TaskContext& task)
{
    STRATA_TRY(const FileKind kind, detect_file_kind(path));
    if (kind == FileKind::Onnx)
        return failure(ErrorCode::CannotRead,
                       fmt::format("'{}' is an ONNX file where a PyTorch model is wanted.",
                                   path.filename().string()));
    if (kind == FileKind::ExportedProgram) {
        STRATA_TRY(const std::shared_ptr<const Pt2Model> model,
                   open_pt2_model(path, options.model, task));
        STRATA_TRY(std::shared_ptr<const Program> program, read_exported_program(*model, task));
        return program;
    }
    if (kind != FileKind::TorchScript)
        return failure(ErrorCode::CannotRead, advice_for(kind, path));
    if (!options.model.empty())
        return failure(ErrorCode::Usage,
                       fmt::format("'{}' is a TorchScript file, which holds one model; only .pt2 "
                                   "archives can hold several to choose from.",
                                   path.filename().string()));
    STRATA_CHECK(check_torchscript(path, task));
    STRATA_TRY(TorchBackend * backend, torch_backend());
    STRATA_TRY(std::shared_ptr<const Program> program, backend->load_program(path, {}, task));
    return program;
}

} // namespace strata
