#include "onnx/annotated_copy.h"

#include "base/atomic_file.h"
#include "base/mapped_file.h"
#include "onnx/graph_reader.h"
#include "onnx/wire_reader.h"
#include "onnx/wire_writer.h"

#include <algorithm>
#include <deque>
#include <fmt/format.h>

namespace strata {
namespace {

using wire::Field;
using wire::Reader;

// protobuf's limit for one message.
constexpr std::uint64_t message_limit = 0x7fffffff;
// The largest piece written between two polls of the task.
constexpr std::size_t block_size = 8 << 20;

/// Bytes put together from pieces of the original and new ones; owns neither.
class Rope {
public:
    void append(std::span<const std::byte> bytes)
    {
        m_size += bytes.size();
        if (bytes.empty())
            return;
        // Neighbours in the original become one piece: what is not changed stays whole.
        if (!m_pieces.empty() && m_pieces.back().data() + m_pieces.back().size() == bytes.data())
            m_pieces.back() = {m_pieces.back().data(), m_pieces.back().size() + bytes.size()};
        else
            m_pieces.push_back(bytes);
    }
    void append(const Rope& other)
    {
        for (const auto& piece : other.m_pieces)
            append(piece);
    }
    std::uint64_t size() const { return m_size; }
    const std::vector<std::span<const std::byte>>& pieces() const { return m_pieces; }
    bool is(std::span<const std::byte> bytes) const
    {
        return m_size == bytes.size() &&
               (m_size == 0 || (m_pieces.size() == 1 && m_pieces[0].data() == bytes.data()));
    }

private:
    std::vector<std::span<const std::byte>> m_pieces;
    std::uint64_t m_size = 0;
};

/// Walks the file as GraphReader does, so that nodes get the same numbers.
class Copier {
public:
    Copier(const OnnxModel& annotated, TaskContext& task) : m_annotated(annotated), m_task(task) {}

    Rope model(std::span<const std::byte> bytes)
    {
        std::vector<Field> fields;
        Reader reader(bytes, 0);
        for (Field field; reader.next(field);)
            fields.push_back(field);
        // Functions are numbered after the main graph, wherever they stand.
        std::vector<Rope> parts(fields.size());
        for (const std::uint32_t number : {graph_field, functions_field})
            for (std::size_t i = 0; i < fields.size(); ++i)
                if (fields[i].number == number)
                    parts[i] = nodes_of(fields[i], number == graph_field ? 1 : 7);
        Rope result;
        for (std::size_t i = 0; i < fields.size(); ++i)
            if (fields[i].number == graph_field || fields[i].number == functions_field)
                put(fields[i], parts[i], result);
            else
                result.append(fields[i].whole_field);
        if (m_next != m_annotated.nodes.size())
            fail_changed(bytes.size());
        return result;
    }

    const std::vector<std::string>& data_files() const { return m_data_files; }

private:
    static constexpr std::uint32_t graph_field = 7;
    static constexpr std::uint32_t functions_field = 25;

    [[noreturn]] static void fail_changed(std::size_t offset)
    {
        wire::fail_at(offset, "the nodes are not those that were audited: the file was changed "
                              "meanwhile. Audit it again.");
    }

    std::span<const std::byte> keep(const wire::Buffer& buffer)
    {
        m_new.push_back(buffer.structure());
        return std::as_bytes(std::span(m_new.back()));
    }

    /// A message field with new content, or the field as it was when the content is the same.
    void put(const Field& field, const Rope& content, Rope& out)
    {
        if (content.is(field.bytes)) {
            out.append(field.whole_field);
            return;
        }
        wire::Buffer head;
        head.message_header(field.number, content.size());
        out.append(keep(head));
        out.append(content);
    }

    /// GraphProto (nodes are field 1) or FunctionProto (field 7).
    Rope nodes_of(const Field& message, std::uint32_t node_field)
    {
        constexpr std::uint32_t initializer_field = 5;
        constexpr std::uint32_t sparse_initializer_field = 15;
        Rope result;
        Reader reader(message);
        for (Field field; reader.next(field);) {
            if (field.number == node_field) {
                put(field, node(field), result);
                continue;
            }
            if (node_field == 1 && field.number == initializer_field)
                note_data_file(field);
            else if (node_field == 1 && field.number == sparse_initializer_field)
                note_sparse_data_files(field);
            result.append(field.whole_field);
        }
        return result;
    }

    Rope node(const Field& message)
    {
        constexpr std::uint32_t op_type_field = 4;
        constexpr std::uint32_t attribute_field = 5;
        constexpr std::uint32_t metadata_field = 9;
        if (Status status = m_task.poll(); !status)
            throw wire::ReadFailure(std::move(status.error()));
        const NodeId id = m_next++;
        if (id >= m_annotated.nodes.size())
            fail_changed(message.offset);
        const OnnxNode& wanted = m_annotated.nodes[id];
        std::vector<bool> written(wanted.metadata.size(), false);
        Rope result;
        Reader reader(message);
        for (Field field; reader.next(field);) {
            if (field.number == op_type_field && field.text() != m_annotated.text(wanted.op_type))
                fail_changed(field.offset);
            if (field.number == attribute_field)
                put(field, attribute(field), result);
            else if (field.number != metadata_field || stays(field, wanted, written))
                result.append(field.whole_field);
        }
        for (std::size_t i = 0; i < written.size(); ++i)
            if (!written[i]) {
                wire::Buffer entry;
                entry.text(1, m_annotated.text(wanted.metadata[i].first));
                entry.text(2, m_annotated.text(wanted.metadata[i].second));
                wire::Buffer field;
                field.message(metadata_field, entry);
                result.append(keep(field));
            }
        return result;
    }

    bool stays(const Field& field, const OnnxNode& wanted, std::vector<bool>& written) const
    {
        const TextEntry entry = read_text_entry(field);
        for (std::size_t i = 0; i < written.size(); ++i)
            if (!written[i] && m_annotated.text(wanted.metadata[i].first) == entry.key &&
                m_annotated.text(wanted.metadata[i].second) == entry.value) {
                written[i] = true;
                return true;
            }
        return false;
    }

    Rope attribute(const Field& message)
    {
        constexpr std::uint32_t tensor_field = 5;
        constexpr std::uint32_t graph_field_of_attribute = 6;
        constexpr std::uint32_t tensors_field = 10;
        constexpr std::uint32_t graphs_field = 11;
        const AttributeOutline outline = outline_attribute(message);
        const bool has_graphs = outline.ref_name.empty() && (outline.kind == AttributeKind::Graph ||
                                                             outline.kind == AttributeKind::Graphs);
        const std::uint32_t bodies =
            outline.kind == AttributeKind::Graph ? graph_field_of_attribute : graphs_field;
        Rope result;
        Reader reader(message);
        for (Field field; reader.next(field);) {
            if (has_graphs && field.number == bodies) {
                put(field, nodes_of(field, 1), result);
                continue;
            }
            if (field.number == tensor_field || field.number == tensors_field)
                note_data_file(field);
            result.append(field.whole_field);
        }
        return result;
    }

    /// TensorProto.
    void note_data_file(const Field& tensor)
    {
        constexpr std::uint32_t external_data_field = 13;
        if (tensor.type != wire::WireType::Bytes)
            return;
        Reader reader(tensor);
        for (Field field; reader.next(field);) {
            if (field.number != external_data_field)
                continue;
            const TextEntry entry = read_text_entry(field);
            if (entry.key == "location" && std::find(m_data_files.begin(), m_data_files.end(),
                                                     entry.value) == m_data_files.end())
                m_data_files.emplace_back(entry.value);
        }
    }

    /// SparseTensorProto: values and indices.
    void note_sparse_data_files(const Field& sparse)
    {
        Reader reader(sparse);
        for (Field field; reader.next(field);)
            if (field.number == 1 || field.number == 2)
                note_data_file(field);
    }

    const OnnxModel& m_annotated;
    TaskContext& m_task;
    std::deque<std::string> m_new; ///< bytes that the original does not have
    std::vector<std::string> m_data_files;
    NodeId m_next = 0;
};

} // namespace

struct AnnotatedCopy::Content {
    Content(std::shared_ptr<const MappedFile> mapped, const OnnxModel& annotated, TaskContext& task)
        : file(std::move(mapped)),
          copier(annotated, task),
          rope(copier.model(file->bytes()))
    {}

    std::shared_ptr<const MappedFile> file;
    Copier copier; ///< owns the new bytes
    Rope rope;
};

Result<AnnotatedCopy> AnnotatedCopy::make(const std::filesystem::path& original,
                                          const OnnxModel& annotated, TaskContext& task)
{
    STRATA_TRY(std::shared_ptr<const MappedFile> file, MappedFile::open(original));
    try {
        return AnnotatedCopy(std::make_shared<Content>(std::move(file), annotated, task));
    } catch (wire::ReadFailure& failure) {
        return tl::unexpected(
            std::move(failure.error()).with(fmt::format("copying '{}'", original.string())));
    }
}

const std::vector<std::string>& AnnotatedCopy::data_files() const
{
    return m_content->copier.data_files();
}

Result<AnnotatedCopy::Written> AnnotatedCopy::write(const std::filesystem::path& output,
                                                    TaskContext& task) const
{
    const Rope& rope = m_content->rope;
    if (rope.size() > message_limit && m_content->file->bytes().size() <= message_limit)
        return failure(ErrorCode::CannotWrite,
                       fmt::format("'{}' would have {} bytes with its metadata, and ONNX files "
                                   "cannot have more than {}. A report (--report json:PATH) "
                                   "holds the same in a file of its own.",
                                   output.string(), rope.size(), message_limit));
    STRATA_TRY(AtomicFile copy, AtomicFile::create(output));
    task.begin("write", static_cast<std::size_t>(rope.size()));
    for (std::span<const std::byte> piece : rope.pieces())
        while (!piece.empty()) {
            STRATA_CHECK(task.poll());
            const auto block = piece.first(std::min(block_size, piece.size()));
            STRATA_CHECK(copy.write(block));
            piece = piece.subspan(block.size());
            task.advance(static_cast<std::size_t>(copy.size()));
        }
    const Written written{copy.size(), copy.hash()};
    STRATA_CHECK(task.poll());
    STRATA_CHECK(copy.commit());
    return written;
}

} // namespace strata
