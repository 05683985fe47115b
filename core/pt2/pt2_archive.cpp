#include "pt2/pt2_archive.h"

#include "base/mapped_file.h"
#include "pt2/pt2_layout.h"
#include "pt2/pt2_tensors.h"
#include "pt2/zip_archive.h"

#include <algorithm>
#include <charconv>
#include <fmt/format.h>
#include <fmt/ranges.h>

namespace strata {
namespace {

// What was read and compared with PyTorch's own results: 8.2 (PyTorch 2.6) to 8.20 (2.14).
constexpr std::int64_t known_major = 8;
constexpr std::int64_t known_minor = 20;
constexpr std::int64_t oldest_major = 5; // unions are written as they are now since then
constexpr std::int64_t known_archive_version = 0;

struct Opened {
    ZipArchive archive;
    Pt2Layout layout;
};

Result<Opened> open_archive(const std::filesystem::path& path)
{
    STRATA_TRY(std::shared_ptr<const MappedFile> file, MappedFile::open(path));
    const std::span<const std::byte> bytes = file->bytes();
    STRATA_TRY(ZipArchive archive, ZipArchive::open(std::move(file), bytes));
    STRATA_TRY(Pt2Layout layout, find_pt2_layout(archive));
    return Opened{std::move(archive), std::move(layout)};
}

tl::unexpected<Error> in_file(Error error, const std::filesystem::path& path)
{
    return tl::unexpected(std::move(error).with(fmt::format("'{}'", path.filename().string())));
}

Result<std::string> choose_model(const Pt2Layout& layout, std::string_view name,
                                 const std::filesystem::path& path)
{
    if (name.empty() && layout.models.size() == 1)
        return layout.models.front();
    if (std::find(layout.models.begin(), layout.models.end(), name) != layout.models.end())
        return std::string(name);
    const std::string names = fmt::format("{}", fmt::join(layout.models, ", "));
    const std::string file = path.filename().string();
    if (name.empty())
        return failure(ErrorCode::Usage,
                       fmt::format("'{}' holds {} models: {}. Choose one of them (on the command "
                                   "line with --model NAME).",
                                   file, layout.models.size(), names));
    return failure(ErrorCode::Usage,
                   fmt::format("'{}' has no model '{}'. It holds: {}.", file, name, names));
}

Status read_versions(Pt2Model& model, const Opened& opened)
{
    const JsonValue program = model.program();
    if (!program.is_object() || !program["graph_module"].is_object())
        return failure(ErrorCode::CannotRead, "The JSON text is not that of an exported program.");
    const JsonValue version = program["schema_version"];
    // Very old files have a plain number.
    model.schema.major = version["major"].as_int().value_or(version.as_int().value_or(0));
    model.schema.minor = version["minor"].as_int().value_or(0);
    const std::string_view torch = program["torch_version"].text();
    model.producer = "PyTorch";
    if (!torch.empty() && torch.front() != '<') // "<=2.4": what the schema says by default
        model.producer += fmt::format(" {}", torch.substr(0, torch.find('+')));
    const auto& [major, minor] = model.schema;
    if (major > known_major || major < oldest_major)
        return failure(
            ErrorCode::CannotRead,
            fmt::format("The file has version {}.{} of the export schema (it was written by {}); "
                        "this version of Strata reads version {}. {}",
                        major, minor, model.producer, known_major,
                        major > known_major
                            ? "Update Strata, or export the model with an older PyTorch (2.14)."
                            : "Export the model again with PyTorch 2.6 or newer."));
    if (major == known_major && minor > known_minor)
        model.diagnostics.push_back(
            {Severity::Warning,
             "newer-schema",
             fmt::format("The file has version {}.{} of the export schema; up to {}.{} is known. "
                         "What is new in it may be missing here: check the exported model.",
                         major, minor, known_major, known_minor),
             {}});
    if (major < known_major)
        model.diagnostics.push_back(
            {Severity::Warning,
             "older-schema",
             fmt::format("The file has version {}.{} of the export schema, which is older than "
                         "what Strata was tested with ({}.2 and newer). Check the exported model.",
                         major, minor, known_major),
             {}});
    if (opened.layout.archive_version) {
        STRATA_TRY(const ZipArchive::Content content,
                   opened.archive.read(*opened.layout.archive_version));
        const auto* text = reinterpret_cast<const char*>(content.bytes.data());
        std::int64_t number = 0;
        std::from_chars(text, text + content.bytes.size(), number);
        if (number > known_archive_version)
            model.diagnostics.push_back({Severity::Warning,
                                         "newer-archive",
                                         fmt::format("The archive has version {}; {} is known.",
                                                     number, known_archive_version),
                                         {}});
    }
    return {};
}

Status read_program_text(Pt2Model& model, const Opened& opened, const Pt2ModelEntries& entries)
{
    if (!entries.program)
        return failure(ErrorCode::CannotRead, "The archive does not hold the program.");
    STRATA_TRY(const ZipArchive::Content content, opened.archive.read(*entries.program));
    auto document = JsonDocument::parse(content.bytes, content.readable_after);
    if (!document)
        return tl::unexpected(std::move(document).error().with(
            fmt::format("in its entry '{}'", entries.program->name)));
    model.document = std::move(*document);
    return {};
}

Result<std::shared_ptr<const Pt2Model>> read_model(const Opened& opened, const std::string& name,
                                                   const std::filesystem::path& path,
                                                   TaskContext& task)
{
    auto model = std::make_shared<Pt2Model>();
    model->path = path;
    model->name = name;
    const Pt2ModelEntries entries = opened.layout.entries_of(opened.archive, name);
    STRATA_CHECK(read_program_text(*model, opened, entries));
    STRATA_CHECK(task.poll());
    STRATA_CHECK(read_versions(*model, opened));
    STRATA_CHECK(read_pt2_tensors(opened.archive, entries, *model, task));
    if (entries.sample_inputs && entries.sample_inputs->size > 0) {
        auto samples = read_pt2_sample_inputs(opened.archive, *entries.sample_inputs);
        if (samples)
            model->sample_inputs = std::move(*samples);
        else
            model->diagnostics.push_back(
                {Severity::Info, "sample-inputs",
                 fmt::format("The example inputs in the file are not used: {}",
                             samples.error().text()),
                 entries.sample_inputs->name});
    }
    return std::shared_ptr<const Pt2Model>(std::move(model));
}

} // namespace

Result<std::uint32_t> Pt2Model::find_tensor(std::string_view fqn) const
{
    const std::string key(fqn);
    for (const Entries* entries : {&weights, &constants}) {
        const auto it = entries->find(key);
        if (it == entries->end())
            continue;
        if (it->second.index)
            return *it->second.index;
        return failure(ErrorCode::CannotRead,
                       fmt::format("'{}' cannot be used: {}.", fqn, it->second.problem));
    }
    return failure(ErrorCode::CannotRead,
                   fmt::format("The archive holds no parameter, buffer or constant '{}', which its "
                               "program wants.",
                               fqn));
}

Result<std::vector<std::string>> list_pt2_models(const std::filesystem::path& path)
{
    auto opened = open_archive(path);
    if (!opened)
        return in_file(std::move(opened).error(), path);
    return std::move(opened->layout.models);
}

Result<std::shared_ptr<const Pt2Model>> open_pt2_model(const std::filesystem::path& path,
                                                       std::string_view name, TaskContext& task)
{
    auto opened = open_archive(path);
    if (!opened)
        return in_file(std::move(opened).error(), path);
    STRATA_TRY(const std::string chosen, choose_model(opened->layout, name, path));
    auto model = read_model(*opened, chosen, path, task);
    if (!model)
        return in_file(std::move(model).error(), path);
    return model;
}

} // namespace strata
