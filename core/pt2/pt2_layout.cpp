#include "pt2/pt2_layout.h"

#include <algorithm>
#include <fmt/format.h>

namespace strata {
namespace {

constexpr std::string_view flat_program = "serialized_exported_program.json";
constexpr std::string_view format_entry = "archive_format";
constexpr std::string_view models_folder = "models/";

/// What stands before `path` when the name is "<folder>/path" or "path"; nothing otherwise.
std::optional<std::string_view> root_before(std::string_view name, std::string_view path)
{
    if (!name.ends_with(path))
        return std::nullopt;
    const std::string_view root = name.substr(0, name.size() - path.size());
    if (root.empty())
        return root;
    // PyTorch names the folder after the file; it can stand several folders deep.
    return root.ends_with('/') ? std::optional(root) : std::nullopt;
}

/// "NAME" of "<root>models/NAME.json".
std::optional<std::string_view> model_name(std::string_view name, std::string_view root)
{
    constexpr std::string_view ending = ".json";
    if (!name.starts_with(root))
        return std::nullopt;
    name.remove_prefix(root.size());
    if (!name.starts_with(models_folder) || !name.ends_with(ending))
        return std::nullopt;
    name.remove_prefix(models_folder.size());
    if (name.size() <= ending.size())
        return std::nullopt;
    name.remove_suffix(ending.size());
    return name;
}

} // namespace

bool is_pt2_entry_name(std::string_view name)
{
    if (root_before(name, flat_program) || root_before(name, format_entry))
        return true;
    const std::size_t folder = name.find(models_folder);
    return folder != std::string_view::npos && (folder == 0 || name[folder - 1] == '/') &&
           model_name(name, name.substr(0, folder)).has_value();
}

Result<Pt2Layout> find_pt2_layout(const ZipArchive& archive)
{
    Pt2Layout layout;
    bool found = false;
    for (const ZipEntry& entry : archive.entries()) {
        if (const auto root = root_before(entry.name, format_entry); root && !found) {
            layout.root = *root;
            found = true;
        }
    }
    if (!found) {
        for (const ZipEntry& entry : archive.entries()) {
            if (const auto root = root_before(entry.name, flat_program)) {
                layout.root = *root;
                layout.flat = true;
                layout.models.emplace_back("model");
                return layout;
            }
            // Made by hand or repacked: the folders tell as much as the file that names the format.
            const std::size_t folder = entry.name.find(models_folder);
            if (folder != std::string::npos && is_pt2_entry_name(entry.name)) {
                layout.root = entry.name.substr(0, folder);
                found = true;
                break;
            }
        }
    }
    if (!found)
        return failure(ErrorCode::CannotRead, "The archive was not written by torch.export.");
    for (const ZipEntry& entry : archive.entries())
        if (const auto name = model_name(entry.name, layout.root))
            layout.models.emplace_back(*name);
    layout.archive_version = archive.find(layout.root + "archive_version");
    if (layout.models.empty())
        return failure(ErrorCode::CannotRead,
                       "The archive holds no exported program. An archive of AOTInductor holds "
                       "compiled code only; open the one that torch.export.save wrote.");
    return layout;
}

Pt2ModelEntries Pt2Layout::entries_of(const ZipArchive& archive, std::string_view model) const
{
    Pt2ModelEntries entries;
    if (flat) {
        entries.program = archive.find(root + std::string(flat_program));
        entries.weights = archive.find(root + "serialized_state_dict.pt");
        entries.constants = archive.find(root + "serialized_constants.pt");
        entries.sample_inputs = archive.find(root + "serialized_example_inputs.pt");
        return entries;
    }
    entries.program = archive.find(fmt::format("{}{}{}.json", root, models_folder, model));
    entries.weights_folder = root + "data/weights/";
    entries.constants_folder = root + "data/constants/";
    entries.weights = archive.find(fmt::format("{}{}.pt", entries.weights_folder, model));
    if (!entries.weights) {
        entries.weights =
            archive.find(fmt::format("{}{}_weights_config.json", entries.weights_folder, model));
        entries.weights_by_config = true;
    }
    entries.constants = archive.find(fmt::format("{}{}.pt", entries.constants_folder, model));
    if (!entries.constants) {
        entries.constants = archive.find(
            fmt::format("{}{}_constants_config.json", entries.constants_folder, model));
        entries.constants_by_config = true;
    }
    entries.sample_inputs = archive.find(fmt::format("{}data/sample_inputs/{}.pt", root, model));
    return entries;
}

} // namespace strata
