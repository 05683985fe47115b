#include "onnx/onnx_writer.h"

#include "base/atomic_file.h"
#include "onnx/graph_writer.h"
#include "onnx/onnx_reader.h"

#include <algorithm>
#include <fmt/format.h>
#include <optional>

namespace strata {
namespace {

using wire::Buffer;

// protobuf's limit for one message.
constexpr std::uint64_t message_limit = 0x7fffffff;
// The largest piece written between two polls of the task: small enough to be hashed and written
// from the cache.
constexpr std::size_t block_size = 256 << 10;

/// Writes bytes in blocks, with progress over all files.
class Output {
public:
    Output(TaskContext& task, std::uint64_t total) : m_task(task)
    {
        m_task.begin("write", static_cast<std::size_t>(total));
    }

    Status write(AtomicFile& file, std::span<const std::byte> bytes)
    {
        while (!bytes.empty()) {
            STRATA_CHECK(m_task.poll());
            const auto block = bytes.first(std::min(block_size, bytes.size()));
            STRATA_CHECK(file.write(block));
            bytes = bytes.subspan(block.size());
            m_done += block.size();
            m_task.advance(m_done);
        }
        return m_task.poll();
    }

    Status write(AtomicFile& file, const Tensor& tensor, std::uint64_t size)
    {
        if (size == 0)
            return {};
        STRATA_TRY(const std::span<const std::byte> bytes, tensor.contiguous_bytes(m_scratch));
        if (bytes.size() != size)
            return failure(
                ErrorCode::Internal,
                fmt::format("A tensor has {} bytes where {} were announced.", bytes.size(), size));
        return write(file, bytes);
    }

    Status write(AtomicFile& file, const Buffer& buffer)
    {
        const auto text = std::as_bytes(std::span(buffer.structure()));
        std::size_t position = 0;
        for (const Buffer::Payload& payload : buffer.payloads()) {
            STRATA_CHECK(write(file, text.subspan(position, payload.position - position)));
            position = payload.position;
            STRATA_CHECK(write(file, *payload.tensor, payload.size));
        }
        return write(file, text.subspan(position));
    }

private:
    TaskContext& m_task;
    std::size_t m_done = 0;
    std::vector<std::byte> m_scratch; ///< kept, so that its pages are made only once
};

/// The messages of a whole model.
struct Messages {
    Buffer head; ///< ends with the tag and the size of the graph
    Buffer graph;
    Buffer tail;

    std::uint64_t size() const { return head.size() + graph.size() + tail.size(); }
};

Messages make_messages(const OnnxModel& model, const ExternalPlan& plan)
{
    const GraphWriter writer(model, plan);
    Messages messages;
    messages.head = writer.model_head();
    messages.graph = writer.graph(OnnxModel::main_graph);
    messages.head.message_header(7, messages.graph.size());
    messages.tail = writer.model_tail();
    return messages;
}

/// Sizes are announced before the data are read, so shapes and types have to make sense first.
Status check_tensors(const OnnxModel& model)
{
    auto check = [](const Tensor& tensor) -> Status {
        if (to_onnx(tensor.dtype) == 0)
            return failure(ErrorCode::CannotWrite, fmt::format("ONNX has no element type for {}.",
                                                               to_string(tensor.dtype)));
        STRATA_TRY(const std::int64_t count, checked_element_count(tensor.shape));
        if (tensor.dtype == DType::String ? tensor.strings.size() != static_cast<std::size_t>(count)
                                          : count > 0 && !tensor.storage)
            return failure(ErrorCode::CannotWrite, "Its data are missing.");
        return {};
    };
    for (std::uint32_t i = 0; i < model.initializers.size(); ++i) {
        const Initializer& initializer = model.initializers[i];
        if (initializer.sparse || model.values[initializer.value].initializer != i)
            continue;
        if (Status status = check(initializer.tensor); !status)
            return tl::unexpected(std::move(status).error().with(
                fmt::format("initializer '{}'", model.text(model.values[initializer.value].name))));
    }
    for (NodeId id = 0; id < model.nodes.size(); ++id) {
        for (const Attribute& attribute : model.nodes[id].attributes) {
            Status status;
            if (const auto* tensor = std::get_if<Tensor>(&attribute.value))
                status = check(*tensor);
            else if (const auto* list = std::get_if<std::vector<Tensor>>(&attribute.value))
                for (const Tensor& entry : *list)
                    if (status)
                        status = check(entry);
            if (!status)
                return tl::unexpected(std::move(status).error().with(
                    fmt::format("in {} node '{}'", model.text(model.nodes[id].op_type),
                                model.text(model.nodes[id].name))));
        }
    }
    return {};
}

Status write_external(const OnnxModel& model, const ExternalPlan& plan, AtomicFile& file,
                      Output& output)
{
    const std::vector<std::byte> zeros(4096);
    for (const std::uint32_t index : plan.order()) {
        const ExternalPlan::Place& place = *plan.place(index);
        STRATA_CHECK(file.write(
            std::span(zeros).first(static_cast<std::size_t>(place.offset - file.size()))));
        const Initializer& initializer = model.initializers[index];
        if (Status status = output.write(file, initializer.tensor, place.length); !status)
            return tl::unexpected(std::move(status).error().with(fmt::format(
                "writing initializer '{}'", model.text(model.values[initializer.value].name))));
    }
    return {};
}

} // namespace

Result<OnnxWriteResult> write_onnx(const OnnxModel& model, const std::filesystem::path& path,
                                   const OnnxWriteOptions& options, TaskContext& task)
{
    STRATA_CHECK(check_tensors(model));
    STRATA_CHECK(task.poll());
    const std::filesystem::path data_name = path.filename().string() + ".data";
    ExternalPlan plan;
    if (options.external_data)
        plan = ExternalPlan(model, data_name.string(), options.external_threshold);
    Messages messages = make_messages(model, plan);
    if (messages.size() > message_limit && !options.external_data) {
        plan = ExternalPlan(model, data_name.string(), options.external_threshold);
        messages = make_messages(model, plan);
    }
    if (messages.size() > message_limit)
        return failure(ErrorCode::CannotWrite,
                       fmt::format("'{}' would have {} bytes without its weights, and ONNX files "
                                   "cannot have more than {}.",
                                   path.string(), messages.size(), message_limit));

    OnnxWriteResult result;
    Output output(task, messages.size() + plan.size());
    std::optional<AtomicFile> data;
    if (!plan.order().empty()) {
        result.external_file = path.parent_path() / data_name;
        STRATA_TRY(AtomicFile file, AtomicFile::create(result.external_file));
        data.emplace(std::move(file));
        STRATA_CHECK(write_external(model, plan, *data, output));
    }
    STRATA_TRY(AtomicFile file, AtomicFile::create(path));
    for (const Buffer* part : {&messages.head, &messages.graph, &messages.tail})
        STRATA_CHECK(output.write(file, *part));
    result.bytes = file.size();
    result.hash = file.hash();
    if (data) {
        result.bytes += data->size();
        STRATA_CHECK(data->commit());
    }
    STRATA_CHECK(file.commit());
    return result;
}

Status write_tensor_proto(const std::filesystem::path& path, const Tensor& tensor,
                          const std::string& name)
{
    if (to_onnx(tensor.dtype) == 0)
        return failure(ErrorCode::CannotWrite,
                       fmt::format("ONNX has no element type for {}.", to_string(tensor.dtype)));
    STRATA_CHECK(checked_element_count(tensor.shape));
    TaskContext task;
    const Buffer message = write_tensor(tensor, name);
    Output output(task, message.size());
    STRATA_TRY(AtomicFile file, AtomicFile::create(path));
    STRATA_CHECK(output.write(file, message));
    return file.commit();
}

} // namespace strata
