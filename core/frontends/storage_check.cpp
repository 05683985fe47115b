#include "frontends/storage_check.h"

#include "frontends/pickle_outline.h"
#include "frontends/zip_directory.h"

#include <array>
#include <fmt/format.h>
#include <string>
#include <string_view>
#include <utility>

namespace strata {
namespace {

// Pickles larger than this are not followed; those of the largest known models have a few MB.
constexpr std::size_t pickle_limit = std::size_t{256} << 20;

/// Bytes of one element of "torch.FloatStorage"; 1 for classes that are not known, so that nothing
/// is refused wrongly.
std::int64_t element_size(std::string_view storage_class)
{
    static constexpr std::array<std::pair<std::string_view, std::int64_t>, 12> sizes{{
        {"torch.DoubleStorage", 8},
        {"torch.FloatStorage", 4},
        {"torch.HalfStorage", 2},
        {"torch.BFloat16Storage", 2},
        {"torch.LongStorage", 8},
        {"torch.IntStorage", 4},
        {"torch.ShortStorage", 2},
        {"torch.CharStorage", 1},
        {"torch.ByteStorage", 1},
        {"torch.BoolStorage", 1},
        {"torch.ComplexFloatStorage", 8},
        {"torch.ComplexDoubleStorage", 16},
    }};
    for (const auto& [name, size] : sizes)
        if (name == storage_class)
            return size;
    return 1;
}

Status check_pickle(const ZipDirectory& zip, const std::string& pickle, const std::string& folder,
                    const std::string& file)
{
    if (!zip.has(pickle))
        return {};
    STRATA_TRY(const std::vector<std::byte> bytes, zip.read_head(pickle, pickle_limit));
    const PickleDocument document = outline_pickle(bytes);
    if (!document.complete && bytes.size() < pickle_limit)
        return failure(ErrorCode::CannotRead,
                       fmt::format("'{}' is damaged: its entry '{}' is not a whole pickle. Copy or "
                                   "download the file again.",
                                   file, pickle));
    for (const PickleOutline* id : document.persistent_ids) {
        // ("storage", class, key, device, number of elements)
        if (id->items.size() < 5 || id->items[1]->kind != PickleOutline::Kind::Global)
            continue;
        const std::string entry = folder + "/" + id->items[2]->text;
        const std::int64_t count = id->items[4]->number;
        const std::int64_t size = element_size(id->items[1]->name);
        const auto have = static_cast<std::int64_t>(zip.size_of(entry).value_or(0));
        if (count < 0 || count > have / size)
            return failure(
                ErrorCode::CannotRead,
                fmt::format("'{}' is damaged: a tensor needs {} elements of {} bytes and "
                            "its entry '{}' has {} bytes. Copy or download the file "
                            "again.",
                            file, count, size, entry, have));
    }
    return {};
}

} // namespace

Status check_storages(const std::filesystem::path& path)
{
    const std::string file = path.filename().string();
    STRATA_TRY(const ZipDirectory zip, ZipDirectory::open(path));
    STRATA_CHECK(check_pickle(zip, "data.pkl", "data", file));
    return check_pickle(zip, "constants.pkl", "constants", file);
}

} // namespace strata
