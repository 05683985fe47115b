#include "frontends/torchscript_check.h"

#include "frontends/zip_directory.h"
#include "pt2/pickle_outline.h"

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

/// True for a record of a "code/….py.debug_pkl" whose numbers stay inside of the table of lines:
/// (offset, ((lines, file, line number), start, end), tag), where lines and file are indices.
bool is_sound_record(const PickleOutline& record, const PickleOutline& table)
{
    using Kind = PickleOutline::Kind;
    if (record.kind != Kind::Tuple || record.items.size() < 2)
        return false;
    const PickleOutline& range = *record.items[1];
    if (range.kind != Kind::Tuple || range.items.size() != 3 || range.items[0]->items.size() != 3)
        return false;
    const PickleOutline& source = *range.items[0];
    const auto entry = [&](const PickleOutline& index) -> const PickleOutline* {
        const auto size = static_cast<std::int64_t>(table.items.size());
        if (index.kind != Kind::Scalar || index.number < 0 || index.number >= size)
            return nullptr;
        return table.items[static_cast<std::size_t>(index.number)];
    };
    if (!entry(*source.items[1]))
        return false;
    std::int64_t length = 0;
    for (const PickleOutline* line : source.items[0]->items) {
        const PickleOutline* text = entry(*line);
        if (!text)
            return false;
        length += static_cast<std::int64_t>(text->length);
    }
    const std::int64_t start = range.items[1]->number;
    const std::int64_t end = range.items[2]->number;
    // Code that the compiler made up has the range 0 to 1 of an empty text.
    return start >= 0 && start <= end && start <= length;
}

/// The debug records of one source file, in the form that has a table of lines (since 1.11).
Status check_debug_records(const ZipDirectory& zip, const std::string& entry,
                           const std::string& file)
{
    STRATA_TRY(const std::vector<std::byte> bytes, zip.read_head(entry, pickle_limit));
    const PickleDocument document = outline_pickle(bytes);
    const PickleOutline* top = document.top;
    bool sound = document.complete && top && top->kind == PickleOutline::Kind::Tuple;
    if (sound && top->items.size() == 3 && top->items[0]->text == "FORMAT_WITH_STRING_TABLE") {
        const PickleOutline& table = *top->items[1];
        for (const PickleOutline* line : table.items)
            sound = sound && line->kind == PickleOutline::Kind::String;
        for (const PickleOutline* record : top->items[2]->items)
            sound = sound && is_sound_record(*record, table);
    }
    if (!sound)
        return failure(
            ErrorCode::CannotRead,
            fmt::format("'{}' is damaged: the source lines recorded in its entry '{}' do "
                        "not fit together. Copy or download the file again.",
                        file, entry));
    return {};
}

} // namespace

Status check_torchscript(const std::filesystem::path& path, TaskContext& task)
{
    const std::string file = path.filename().string();
    STRATA_TRY(const ZipDirectory zip, ZipDirectory::open(path));
    STRATA_CHECK(check_pickle(zip, "data.pkl", "data", file));
    STRATA_CHECK(check_pickle(zip, "constants.pkl", "constants", file));
    for (const std::string& name : zip.names()) {
        STRATA_CHECK(task.poll());
        if (name.ends_with(".debug_pkl"))
            STRATA_CHECK(check_debug_records(zip, name, file));
    }
    return {};
}

} // namespace strata
