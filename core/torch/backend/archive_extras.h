// What a TorchScript archive holds beside the model: sample inputs and who wrote it.
#pragma once

#include "base/diagnostic.h"
#include "ir/program.h"

#include <filesystem>
#include <vector>

namespace strata::torch_module {

struct ArchiveExtras {
    /// Of the method asked for. Named by the argument's position and the path inside it ("0",
    /// "1.image", "2.0"): the archive does not hold the arguments' names.
    std::vector<SampleTensor> sample_inputs;
    std::string producer;           ///< empty where the file does not say it
    bool has_traced_inputs = false; ///< only tracing writes them
};

/// Never fails: what cannot be read is left out, with a diagnostic.
ArchiveExtras read_archive_extras(const std::filesystem::path& path, const std::string& method,
                                  Diagnostics& sink);

} // namespace strata::torch_module
