// A torch.export archive (.pt2): its models, each with its program as JSON and its tensors.
#pragma once

#include "base/diagnostic.h"
#include "base/result.h"
#include "base/task.h"
#include "ir/tensor.h"
#include "pt2/json_document.h"

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace strata {

/// "8.20": the major number changes when older readers cannot read a file.
struct Pt2SchemaVersion {
    std::int64_t major = 0;
    std::int64_t minor = 0;
};

/// One leaf of the example arguments, in the order in which torch.utils._pytree flattens
/// (args, kwargs): that of the user inputs of the program's signature, unless keyword arguments
/// were given in another order than the signature has.
struct Pt2SampleInput {
    std::string keyword;          ///< the keyword argument it belongs to; empty: positional
    std::optional<Tensor> tensor; ///< nothing: a number, a string or None
};

/// One exported program. Immutable. Tensors keep the mapped file alive; their bytes are read (and
/// where they are compressed unpacked, and their checksum compared) when somebody asks.
struct Pt2Model {
    /// A tensor under its name; `index` is that into `tensors`, or nothing for what is no tensor
    /// that Strata can use: `problem` then says why.
    struct Entry {
        std::optional<std::uint32_t> index;
        bool is_parameter = false;
        std::string problem;
    };
    using Entries = std::unordered_map<std::string, Entry>;

    std::filesystem::path path;
    std::string name; ///< "model" in archives of one program
    Pt2SchemaVersion schema;
    std::string producer; ///< "PyTorch 2.6.0"; "PyTorch" where the file does not say the version

    /// The ExportedProgram object: graph_module, range_constraints, opset_version, ...
    JsonValue program() const { return document.root(); }

    std::vector<Tensor> tensors;           ///< each once, whatever the number of its owners
    std::vector<std::string> tensor_names; ///< parallel: the first name
    Entries weights;   ///< parameters and persistent buffers by FQN (the state dict)
    Entries constants; ///< tensor constants, non-persistent buffers, script objects by name
    std::vector<Pt2SampleInput> sample_inputs; ///< empty where the file has none that can be read
    std::vector<Diagnostic> diagnostics;

    /// The index into `tensors` of a parameter, buffer or constant: looked for among the weights,
    /// then the constants. Fails with CannotRead when there is none or it cannot be used; the
    /// message names it and says why.
    Result<std::uint32_t> find_tensor(std::string_view fqn) const;

    JsonDocument document;
};

/// The names of the models in an archive, in the archive's order. Fails with CannotRead when the
/// file is no export archive or is damaged.
Result<std::vector<std::string>> list_pt2_models(const std::filesystem::path& path);

/// Opens a model: the only one when `name` is empty. Fails with Usage when there are several and
/// none is named, or none has the name: the message lists them. Fails with CannotRead for damaged
/// files and for major schema versions that are not known; newer minor versions are read with a
/// warning among the diagnostics.
Result<std::shared_ptr<const Pt2Model>> open_pt2_model(const std::filesystem::path& path,
                                                       std::string_view name, TaskContext& task);

} // namespace strata
