// detect_file_kind: by content, never by name.
#include "base/mapped_file.h"
#include "frontends/model_file.h"
#include "frontends/zip_directory.h"
#include "pt2/pickle_outline.h"
#include "pt2/pt2_layout.h"

#include <algorithm>
#include <array>
#include <cstring>
#include <fmt/format.h>
#include <system_error>

namespace strata {
namespace {

using Bytes = std::span<const std::byte>;

constexpr std::size_t pickle_head = std::size_t{16} << 20;

bool starts_with(Bytes bytes, std::string_view magic)
{
    return bytes.size() >= magic.size() &&
           std::memcmp(bytes.data(), magic.data(), magic.size()) == 0;
}

std::uint64_t little_endian_64(Bytes bytes)
{
    std::uint64_t value = 0;
    for (std::size_t i = 0; i < 8; ++i)
        value |= static_cast<std::uint64_t>(bytes[i]) << (8 * i);
    return value;
}

/// An 8-byte header length and a JSON object of that length.
bool is_safetensors(Bytes bytes)
{
    if (bytes.size() < 10)
        return false;
    const std::uint64_t header = little_endian_64(bytes);
    return header >= 2 && header <= bytes.size() - 8 && bytes[8] == std::byte{'{'};
}

/// Reads a protobuf varint; false at the end of the bytes.
bool read_varint(Bytes bytes, std::size_t& at, std::uint64_t& value)
{
    value = 0;
    for (unsigned shift = 0; shift < 64 && at < bytes.size(); shift += 7) {
        const auto byte = static_cast<std::uint64_t>(bytes[at++]);
        value |= (byte & 0x7f) << shift;
        if ((byte & 0x80) == 0)
            return true;
    }
    return false;
}

/// ModelProto: only its fields at the top level (onnx.proto), the graph among the first of them
/// unless the file ends before. A file that was cut off is still an ONNX file.
bool is_onnx(Bytes bytes)
{
    constexpr std::size_t fields_looked_at = 64;
    std::size_t at = 0;
    bool has_version = false;
    for (std::size_t i = 0; i < fields_looked_at && at < bytes.size(); ++i) {
        std::uint64_t tag = 0;
        std::uint64_t value = 0;
        if (!read_varint(bytes, at, tag) || !read_varint(bytes, at, value))
            return false;
        const std::uint64_t field = tag >> 3;
        const std::uint64_t wire = tag & 7;
        const bool is_number = field == 1 || field == 5;
        const bool is_message = field == 2 || field == 3 || field == 4 || field == 6 ||
                                field == 7 || field == 8 || field == 14 || field == 20 ||
                                field == 25 || field == 26;
        if (wire == 0 && is_number) {
            has_version = has_version || (field == 1 && value > 0 && value < 1000);
            continue;
        }
        if (wire != 2 || !is_message)
            return false;
        if (field == 7 && value > 0)
            return has_version || i > 0;
        if (value > bytes.size() - at)
            return has_version;
        at += static_cast<std::size_t>(value);
    }
    return has_version;
}

/// Bytes that people read: no control characters, valid UTF-8 as far as cheap to tell.
bool is_text(Bytes bytes)
{
    const Bytes head = bytes.first(std::min<std::size_t>(bytes.size(), 4096));
    return std::all_of(head.begin(), head.end(), [](std::byte byte) {
        const auto c = static_cast<unsigned char>(byte);
        return c >= 0x20 ? c != 0x7f : c == '\n' || c == '\r' || c == '\t' || c == '\f';
    });
}

bool all_tensors(const PickleOutline& container, std::size_t first, std::size_t step)
{
    bool any = false;
    for (std::size_t i = first; i < container.items.size(); i += step) {
        if (container.items[i]->kind != PickleOutline::Kind::Tensor)
            return false;
        any = true;
    }
    return any;
}

/// torch.save's archive, by what was saved.
FileKind kind_of_pickle(const PickleOutline& top)
{
    switch (top.kind) {
    case PickleOutline::Kind::Tensor:
        return FileKind::TorchTensor;
    case PickleOutline::Kind::List:
    case PickleOutline::Kind::Tuple:
        return all_tensors(top, 0, 1) ? FileKind::TorchTensor : FileKind::TorchCheckpoint;
    case PickleOutline::Kind::Dict:
        return all_tensors(top, 1, 2) ? FileKind::TorchStateDict : FileKind::TorchCheckpoint;
    case PickleOutline::Kind::Object:
        return FileKind::TorchPickledModule;
    default:
        return FileKind::Unknown;
    }
}

FileKind kind_of_zip(const ZipDirectory& zip)
{
    if (zip.has("constants.pkl") && zip.has_folder("code"))
        return FileKind::TorchScript;
    if (std::any_of(zip.names().begin(), zip.names().end(), is_pt2_entry_name))
        return FileKind::ExportedProgram;
    if (zip.has("bytecode.pkl"))
        return FileKind::TorchLite;
    if (!zip.has("data.pkl"))
        return FileKind::Unknown;
    const Result<std::vector<std::byte>> pickle = zip.read_head("data.pkl", pickle_head);
    if (!pickle)
        return FileKind::TruncatedZip;
    const PickleDocument document = outline_pickle(*pickle);
    return document.top ? kind_of_pickle(*document.top) : FileKind::Unknown;
}

} // namespace

std::string_view to_string(FileKind kind)
{
    switch (kind) {
    case FileKind::TorchScript:
        return "torchscript";
    case FileKind::ExportedProgram:
        return "exported-program";
    case FileKind::Onnx:
        return "onnx";
    case FileKind::TorchStateDict:
        return "torch-state-dict";
    case FileKind::TorchTensor:
        return "torch-tensor";
    case FileKind::TorchPickledModule:
        return "torch-pickled-module";
    case FileKind::TorchCheckpoint:
        return "torch-checkpoint";
    case FileKind::TorchLegacySave:
        return "torch-legacy-save";
    case FileKind::TorchLite:
        return "torch-lite";
    case FileKind::Safetensors:
        return "safetensors";
    case FileKind::Empty:
        return "empty";
    case FileKind::TruncatedZip:
        return "truncated-zip";
    case FileKind::Text:
        return "text";
    case FileKind::Unknown:
        break;
    }
    return "unknown";
}

Result<FileKind> detect_file_kind(const std::filesystem::path& path)
{
    // Looked at before opening: opening a pipe would wait for a writer.
    std::error_code error;
    const std::filesystem::file_status status = std::filesystem::status(path, error);
    if (status.type() == std::filesystem::file_type::not_found)
        return failure(ErrorCode::CannotRead,
                       fmt::format("The file '{}' does not exist.", path.string()));
    if (status.type() == std::filesystem::file_type::directory)
        return failure(ErrorCode::CannotRead,
                       fmt::format("'{}' is a folder, not a model file.", path.string()));
    if (status.type() != std::filesystem::file_type::regular)
        return failure(ErrorCode::CannotRead,
                       fmt::format("'{}' is not a regular file.", path.string()));
    STRATA_TRY(const std::shared_ptr<const MappedFile> file, MappedFile::open(path));
    const Bytes bytes = file->bytes();
    if (bytes.empty())
        return FileKind::Empty;
    if (starts_with(bytes, "PK\x03\x04")) {
        const Result<ZipDirectory> zip = ZipDirectory::open(path);
        return zip ? kind_of_zip(*zip) : FileKind::TruncatedZip;
    }
    // torch.save before 1.6: a pickled magic number comes first.
    if (starts_with(bytes, "\x80\x02\x8a\x0a\x6c\xfc\x9c\x46\xf9\x20\x6a\xa8\x50\x19."))
        return FileKind::TorchLegacySave;
    // The lite interpreter's flatbuffer form.
    if (bytes.size() >= 8 && starts_with(bytes.subspan(4), "PTMF"))
        return FileKind::TorchLite;
    if (is_safetensors(bytes))
        return FileKind::Safetensors;
    if (is_text(bytes))
        return FileKind::Text;
    if (is_onnx(bytes))
        return FileKind::Onnx;
    return FileKind::Unknown;
}

} // namespace strata
