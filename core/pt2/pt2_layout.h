// Where things are in a .pt2 archive: three layouts have been written.
#pragma once

#include "base/result.h"
#include "pt2/zip_archive.h"

#include <string>
#include <string_view>
#include <vector>

namespace strata {

/// Names of the entries of one model; null: there is none.
struct Pt2ModelEntries {
    const ZipEntry* program = nullptr; ///< JSON
    const ZipEntry* weights = nullptr; ///< torch.save of the state dict, or the JSON config
    const ZipEntry* constants = nullptr;
    const ZipEntry* sample_inputs = nullptr; ///< torch.save
    bool weights_by_config = false;
    bool constants_by_config = false;
    std::string weights_folder;   ///< of what the config names, with a slash at its end
    std::string constants_folder; ///< likewise
};

/// The layout of an archive. Entries belong to the archive.
struct Pt2Layout {
    std::string root;                ///< "model/", or nothing
    std::vector<std::string> models; ///< in the archive's order
    bool flat = false;               ///< up to PyTorch 2.7: one model, entries at the top
    const ZipEntry* archive_version = nullptr;

    Pt2ModelEntries entries_of(const ZipArchive& archive, std::string_view model) const;
};

/// Fails with CannotRead for archives that are no export archive, hold compiled code only, or hold
/// no program.
Result<Pt2Layout> find_pt2_layout(const ZipArchive& archive);

/// The same from the names of the entries alone, to tell what kind of file it is.
bool is_pt2_entry_name(std::string_view name);

} // namespace strata
