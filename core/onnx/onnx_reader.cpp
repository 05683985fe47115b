#include "onnx/onnx_reader.h"

#include "base/mapped_file.h"
#include "onnx/graph_reader.h"
#include "onnx/library_versions.h"

#include <algorithm>
#include <fmt/format.h>
#include <optional>

namespace strata {
namespace {

using wire::Field;
using wire::Reader;

/// The newest IR version whose additions this reader was written with.
constexpr std::int64_t newest_ir_version = 13;

bool starts_with(std::span<const std::byte> bytes, std::string_view prefix)
{
    return bytes.size() >= prefix.size() &&
           std::equal(prefix.begin(), prefix.end(), bytes.begin(),
                      [](char a, std::byte b) { return static_cast<std::byte>(a) == b; });
}

bool is_text(std::span<const std::byte> bytes)
{
    const auto head = bytes.first(std::min<std::size_t>(bytes.size(), 512));
    return std::all_of(head.begin(), head.end(), [](std::byte byte) {
        const auto c = std::to_integer<unsigned>(byte);
        return (c >= 0x20 && c != 0x7f) || c == '\t' || c == '\n' || c == '\r';
    });
}

/// What a file that is not ONNX is instead; empty when that is not known.
std::string other_kind(std::span<const std::byte> bytes)
{
    if (starts_with(bytes, "PK\x03\x04"))
        return "It is a zip archive; PyTorch saves models as such. Open it as a PyTorch model, or "
               "unpack it.";
    if (starts_with(bytes, "\x80\x02") || starts_with(bytes, "\x80\x04"))
        return "It is a Python pickle; PyTorch used to save weights as such.";
    if (starts_with(bytes, "\x89HDF"))
        return "It is an HDF5 file; Keras saves models as such.";
    if (starts_with(bytes, "\x1f\x8b"))
        return "It is compressed with gzip. Unpack it first.";
    if (starts_with(bytes, "ORTM") || (bytes.size() > 8 && starts_with(bytes.subspan(4), "ORTM")))
        return "It is in ONNX Runtime's own format (.ort). Open the .onnx file that it was made "
               "from.";
    if (starts_with(bytes, "version https://git-lfs"))
        return "It is a Git LFS pointer: the model itself was not downloaded. Run 'git lfs pull'.";
    if (is_text(bytes))
        return "It is a text file.";
    return {};
}

tl::unexpected<Error> not_onnx(const std::filesystem::path& path, std::span<const std::byte> bytes,
                               Error error)
{
    if (error.code == ErrorCode::Cancelled)
        return tl::unexpected(std::move(error));
    if (const std::string kind = other_kind(bytes); !kind.empty())
        error = Error{ErrorCode::CannotRead, "This is not an ONNX file. " + kind, {}};
    return tl::unexpected(std::move(error).with(fmt::format("reading '{}'", path.string())));
}

void note_newer_versions(const OnnxModel& model, ReadNotes& notes)
{
    if (model.ir_version > newest_ir_version && notes.accepts("newer-ir-version"))
        notes.add(
            Severity::Info, "newer-ir-version",
            fmt::format("The file has IR version {}; the newest that Strata knows is {}. What "
                        "it does not know is kept, but not shown.",
                        model.ir_version, newest_ir_version),
            {});
    for (const OpsetImport& opset : model.opsets) {
        const std::optional<std::int64_t> known = newest_known_opset(opset.domain);
        if (known && opset.version > *known && notes.accepts("newer-opset"))
            notes.add(
                Severity::Info, "newer-opset",
                fmt::format("The file uses opset {} of '{}'; the installed ONNX library knows "
                            "up to {}. The file can be inspected, but shapes cannot be "
                            "inferred from its operator schemas.",
                            opset.version, opset.domain.empty() ? "ai.onnx" : opset.domain, *known),
                {});
    }
}

void read_model(std::span<const std::byte> bytes, OnnxModel& model, GraphReader& graphs)
{
    std::optional<Field> graph;
    std::vector<Field> functions;
    std::vector<OpsetImport> opsets;
    Reader reader(bytes, 0);
    for (Field field; reader.next(field);) {
        switch (field.number) {
        case 1:
            model.ir_version = field.integer();
            break;
        case 2:
            model.producer_name = field.text();
            break;
        case 3:
            model.producer_version = field.text();
            break;
        case 4:
            model.domain = field.text();
            break;
        case 5:
            model.model_version = field.integer();
            break;
        case 6:
            model.doc_string = field.text();
            break;
        case 7:
            if (graph)
                wire::fail_at(field.offset, "the file holds a second graph.");
            graph = field;
            break;
        case 8:
            model.opsets.push_back(read_opset(field));
            break;
        case 14: {
            const TextEntry entry = read_text_entry(field);
            model.metadata.emplace_back(entry.key, entry.value);
            break;
        }
        case 25:
            functions.push_back(field);
            break;
        default:
            keep_field(field, model.extra);
        }
    }
    if (!graph)
        wire::fail_at(bytes.size(), "the file ends, and there was no graph in it. It is not an "
                                    "ONNX model, or it was cut off.");
    // Since IR version 3 there must be operator set imports; they stand behind the graph.
    if (model.opsets.empty() && model.ir_version >= 3)
        wire::fail_at(bytes.size(), "the file ends, and it names no operator set. It was cut off, "
                                    "or it is not an ONNX model.");
    if (model.opsets.empty())
        model.opsets.push_back({"", 1});
    graphs.read_main_graph(*graph);
    for (const Field& function : functions)
        graphs.read_function(function);
}

} // namespace

Result<OnnxReadResult> read_onnx(const std::filesystem::path& path, TaskContext& task)
{
    STRATA_TRY(const std::shared_ptr<const MappedFile> file, MappedFile::open(path));
    if (file->bytes().empty())
        return failure(ErrorCode::CannotRead,
                       fmt::format("'{}' is empty: it is not an ONNX file.", path.string()));
    OnnxReadResult result;
    result.model = std::make_shared<OnnxModel>();
    ExternalData external(path);
    const TensorSource source{file, &external};
    ReadNotes notes;
    GraphReader graphs(*result.model, source, task, notes);
    try {
        read_model(file->bytes(), *result.model, graphs);
    } catch (wire::ReadFailure& failure) {
        return not_onnx(path, file->bytes(), std::move(failure.error()));
    }
    note_newer_versions(*result.model, notes);
    result.diagnostics = notes.take();
    return result;
}

Result<Tensor> read_tensor_proto(const std::filesystem::path& path, std::string* name)
{
    STRATA_TRY(const std::shared_ptr<const MappedFile> file, MappedFile::open(path));
    if (file->bytes().empty())
        return failure(ErrorCode::CannotRead,
                       fmt::format("'{}' is empty: it is not a tensor file.", path.string()));
    Field message;
    message.type = wire::WireType::Bytes;
    message.bytes = file->bytes();
    try {
        ReadTensor read = read_tensor(message, TensorSource{file, nullptr});
        if (!read.no_data.empty())
            return failure(ErrorCode::CannotRead,
                           fmt::format("'{}' holds a tensor without data.", path.string()));
        if (name)
            *name = std::move(read.name);
        return std::move(read.tensor);
    } catch (wire::ReadFailure& failure) {
        return tl::unexpected(
            std::move(failure.error()).with(fmt::format("reading the tensor '{}'", path.string())));
    }
}

} // namespace strata
