// What a TorchScript archive holds beside the model: sample inputs and who wrote it.
#pragma once

#include "base/diagnostic.h"
#include "ir/program.h"

#include <filesystem>
#include <vector>

namespace strata::torch_module {

struct ArchiveExtras {
    std::vector<SampleTensor> sample_inputs; ///< by position; of the method asked for
    std::string producer;                    ///< empty where the file does not say it
    bool has_traced_inputs = false;          ///< only tracing writes them
};

/// Never fails: what cannot be read is left out, with a diagnostic.
ArchiveExtras read_archive_extras(const std::filesystem::path& path, const std::string& method,
                                  Diagnostics& sink);

} // namespace strata::torch_module
