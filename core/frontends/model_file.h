// What kind of file is this? Decided by content, never by the name's ending.
#pragma once

#include "base/result.h"
#include "base/task.h"
#include "ir/program.h"

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

namespace strata {

enum class FileKind {
    TorchScript,
    ExportedProgram, ///< torch.export archive, any layout
    Onnx,
    TorchStateDict,     ///< torch.save of tensors by name, zip layout
    TorchTensor,        ///< torch.save of a single tensor or a list of them
    TorchPickledModule, ///< torch.save(model): a pickled nn.Module, needs the Python classes
    TorchCheckpoint,    ///< torch.save of a dict holding a state dict and other things
    TorchLegacySave,    ///< torch.save before 1.6 (no zip)
    TorchLite, ///< mobile/lite interpreter file (bytecode only; with code too: TorchScript)
    Safetensors,
    Empty,
    TruncatedZip,
    Text,
    Unknown
};
std::string_view to_string(FileKind kind);

/// Looks at the first bytes and, for zip archives, at the directory and the head of data.pkl.
/// Executes nothing.
Result<FileKind> detect_file_kind(const std::filesystem::path& path);

/// What the file is and what to do to get a model that Strata opens: one message per kind. Empty
/// for kinds that open.
std::string advice_for(FileKind kind, const std::filesystem::path& path);

/// What to open in a file.
struct LoadOptions {
    /// Of a .pt2 archive with several models the one to open; empty: the only one.
    std::string model;
};

/// Opens a PyTorch model of any kind that Strata reads. LibTorch is loaded for TorchScript only.
/// Fails with Usage when the file holds several models and none is named, or has no model of the
/// name.
Result<std::shared_ptr<const Program>> load_program(const std::filesystem::path& path,
                                                    const LoadOptions& options, TaskContext& task);
inline Result<std::shared_ptr<const Program>> load_program(const std::filesystem::path& path,
                                                           TaskContext& task)
{
    return load_program(path, {}, task);
}

/// The names of the models in a .pt2 archive; none for files of other kinds and for those that
/// cannot be read.
std::vector<std::string> model_names(const std::filesystem::path& path);

} // namespace strata
