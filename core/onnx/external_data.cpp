#include "onnx/external_data.h"

#include "base/mapped_file.h"

#include <algorithm>
#include <fmt/format.h>
#include <mutex>
#include <set>
#include <system_error>
#include <variant>

namespace strata {
namespace {

namespace fs = std::filesystem;

bool is_inside(const fs::path& folder, const fs::path& path)
{
    const auto [folder_end, ignored] =
        std::mismatch(folder.begin(), folder.end(), path.begin(), path.end());
    return folder_end == folder.end();
}

fs::path folder_of(const fs::path& file)
{
    return file.has_parent_path() ? file.parent_path() : fs::path(".");
}

/// "a/../b" stays inside, "a/../../b" does not.
bool leaves_folder(const fs::path& location)
{
    int depth = 0;
    for (const fs::path& part : location) {
        if (part == "..")
            --depth;
        else if (part != ".")
            ++depth;
        if (depth < 0)
            return true;
    }
    return false;
}

tl::unexpected<Error> refused(const std::string& location, std::string_view why)
{
    return failure(ErrorCode::CannotRead,
                   fmt::format("External data at '{}' is refused: {}. Weights must be in the "
                               "model's own folder or below it.",
                               location, why));
}

/// The location as text alone, without looking at any file.
Status check_location(const std::string& text)
{
    const fs::path location(text);
    if (text.empty())
        return refused(text, "it names no file");
    if (text.find('\0') != std::string::npos)
        return refused(text.c_str(), "it is not a file name");
    // A leading backslash or a drive letter is absolute on other systems; neither is a name that
    // an exporter writes.
    if (location.is_absolute() || text.front() == '\\' || (text.size() > 1 && text[1] == ':'))
        return refused(text, "it is an absolute path");
    if (leaves_folder(location))
        return refused(text, "it leaves the model's folder");
    return {};
}

/// A symbolic link must not lead out of the folder, except where the model itself is a link into
/// the same folder (content-addressed caches of models look like that).
Status check_links(const fs::path& model, const std::string& location)
{
    std::error_code error;
    const fs::path folder = fs::canonical(folder_of(model), error);
    if (error)
        return {}; // opening will say what is wrong
    const fs::path data = fs::canonical(folder / location, error);
    if (error || is_inside(folder, data))
        return {};
    const fs::path real_model = fs::canonical(model, error);
    if (!error && is_inside(real_model.parent_path(), data))
        return {};
    return refused(location, "it is a link that leads out of the model's folder");
}

} // namespace

Result<fs::path> data_file_path(const fs::path& model, const std::string& location)
{
    STRATA_CHECK(check_location(location));
    STRATA_CHECK(check_links(model, location));
    return folder_of(model) / location;
}

/// One data file, mapped on first use. Thread-safe, as several tensors share it.
class ExternalData::File {
public:
    File(fs::path model, std::string location)
        : m_model(std::move(model)),
          m_location(std::move(location))
    {}

    Result<std::span<const std::byte>> bytes()
    {
        const std::scoped_lock lock(m_mutex);
        if (!m_mapped) {
            STRATA_TRY(const fs::path path, data_file_path(m_model, m_location));
            STRATA_TRY(m_mapped, MappedFile::open(path));
        }
        // Pages beyond the end of a file that was cut off cannot be touched.
        STRATA_CHECK(m_mapped->check());
        return m_mapped->bytes();
    }

    fs::path path() const { return folder_of(m_model) / m_location; }

private:
    fs::path m_model;
    std::string m_location;
    std::mutex m_mutex;
    std::shared_ptr<const MappedFile> m_mapped;
};

class ExternalData::Storage final : public TensorStorage {
public:
    Storage(std::shared_ptr<File> file, std::string location, std::uint64_t offset,
            std::uint64_t size)
        : m_file(std::move(file)),
          m_location(std::move(location)),
          m_offset(offset),
          m_size(size)
    {}

    Result<std::span<const std::byte>> bytes() const override
    {
        STRATA_TRY(const std::span<const std::byte> all, m_file->bytes());
        if (m_offset > all.size() || m_size > all.size() - m_offset)
            return failure(ErrorCode::CannotRead,
                           fmt::format("External data '{}' has {} bytes, but the model wants {} "
                                       "bytes at offset {}. The data file does not belong to the "
                                       "model, or it is not complete.",
                                       m_location, all.size(), m_size, m_offset));
        return all.subspan(static_cast<std::size_t>(m_offset), static_cast<std::size_t>(m_size));
    }
    std::size_t size() const override { return static_cast<std::size_t>(m_size); }
    const std::shared_ptr<File>& file() const { return m_file; }

private:
    std::shared_ptr<File> m_file;
    std::string m_location;
    std::uint64_t m_offset;
    std::uint64_t m_size;
};

ExternalData::ExternalData(fs::path model) : m_model(std::move(model)) {}
ExternalData::~ExternalData() = default;

Result<std::shared_ptr<const TensorStorage>> ExternalData::storage(const ExternalLocation& where,
                                                                   std::uint64_t size)
{
    STRATA_CHECK(check_location(where.location));
    auto& storage = m_storages[{where.location, where.offset, size}];
    if (!storage) {
        auto& file = m_files[where.location];
        if (!file)
            file = std::make_shared<File>(m_model, where.location);
        storage = std::make_shared<Storage>(file, where.location, where.offset, size);
    }
    return storage;
}

std::optional<std::uint64_t> ExternalData::file_size(const std::string& location) const
{
    std::error_code error;
    const std::uintmax_t size = fs::file_size(folder_of(m_model) / location, error);
    if (error)
        return std::nullopt;
    return size;
}

std::vector<fs::path> external_files(const OnnxModel& model)
{
    // Thousands of tensors lie in one file: ask each file once.
    std::set<const void*> seen;
    std::set<fs::path> files;
    const auto add = [&](const Tensor& tensor) {
        const auto* storage = dynamic_cast<const ExternalData::Storage*>(tensor.storage.get());
        if (storage && seen.insert(storage->file().get()).second)
            files.insert(storage->file()->path().lexically_normal());
    };
    for (const Initializer& initializer : model.initializers)
        add(initializer.tensor);
    for (const OnnxNode& node : model.nodes)
        for (const Attribute& attribute : node.attributes)
            if (const auto* tensor = std::get_if<Tensor>(&attribute.value))
                add(*tensor);
    return {files.begin(), files.end()};
}

} // namespace strata
