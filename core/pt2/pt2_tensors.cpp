#include "pt2/pt2_tensors.h"

#include "pt2/pt2_dtype.h"
#include "pt2/tensor_view.h"
#include "pt2/torch_save.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace strata {
namespace {

using Kind = PickleOutline::Kind;

constexpr std::size_t max_sample_leaves = 100'000;
constexpr int max_sample_depth = 32;

/// Collects tensors, each once.
class TensorCollector {
public:
    explicit TensorCollector(Pt2Model& model) : m_model(model) {}

    std::uint32_t add(const std::string& name, Tensor tensor)
    {
        const auto index = static_cast<std::uint32_t>(m_model.tensors.size());
        const auto [known, is_new] = m_known.emplace(view_key(tensor), index);
        if (is_new) {
            m_model.tensors.push_back(std::move(tensor));
            m_model.tensor_names.push_back(name);
        }
        return known->second;
    }

private:
    /// Equal for the same elements of the same storage, seen in the same way.
    static std::string view_key(const Tensor& tensor)
    {
        return fmt::format("{}/{}/{}/{}/{}", static_cast<const void*>(tensor.storage.get()),
                           to_string(tensor.dtype), fmt::join(tensor.shape, ","),
                           fmt::join(tensor.strides, ","), tensor.storage_offset);
    }

    Pt2Model& m_model;
    std::unordered_map<std::string, std::uint32_t> m_known;
};

Pt2Model::Entry problem(std::string text)
{
    Pt2Model::Entry entry;
    entry.problem = std::move(text);
    return entry;
}

/// Sizes and strides: each a SymInt, which is a plain number in stored tensors.
Result<std::vector<std::int64_t>> integers(JsonValue list)
{
    std::vector<std::int64_t> values;
    for (const JsonValue item : list.items()) {
        const auto value = item["as_int"].as_int();
        if (!value)
            return failure(ErrorCode::CannotRead, "Its sizes are not numbers.");
        values.push_back(*value);
    }
    return values;
}

/// A payload configuration: names and where their bytes are.
class ConfigReader {
public:
    ConfigReader(const ZipArchive& archive, const std::string& folder, TensorCollector& tensors)
        : m_archive(archive),
          m_folder(folder),
          m_tensors(tensors)
    {}

    Status read(const ZipEntry& config, Pt2Model::Entries& entries, TaskContext& task)
    {
        STRATA_TRY(const ZipArchive::Content content, m_archive.read(config));
        STRATA_TRY(const JsonDocument document,
                   JsonDocument::parse(content.bytes, content.readable_after));
        for (const auto& [name, payload] : document.root()["config"].members()) {
            STRATA_CHECK(task.poll());
            auto entry = read_payload(std::string(name), payload);
            if (!entry)
                return tl::unexpected(
                    std::move(entry).error().with(fmt::format("in the tensor '{}'", name)));
            entries.emplace(std::string(name), std::move(*entry));
        }
        return {};
    }

private:
    Result<Pt2Model::Entry> read_payload(const std::string& name, JsonValue payload)
    {
        const std::string path = m_folder + std::string(payload["path_name"].text());
        const ZipEntry* stored = m_archive.find(path);
        if (!stored)
            return failure(
                ErrorCode::CannotRead,
                fmt::format("The archive has no entry '{}': the file is damaged.", path));
        const JsonValue meta = payload["tensor_meta"];
        if (!meta.is_object())
            return problem("it is an object of a Python or C++ class, not a tensor");
        const bool pickled = payload["use_pickle"].as_bool().value_or(false);
        auto tensor = pickled ? read_pickled(*stored) : read_raw(*stored, meta);
        if (!tensor && (pickled || m_unusable))
            return problem(tensor.error().text());
        if (!tensor)
            return tl::unexpected(std::move(tensor).error());
        Pt2Model::Entry entry;
        entry.index = m_tensors.add(name, std::move(*tensor));
        entry.is_parameter = payload["is_param"].as_bool().value_or(false);
        return entry;
    }

    /// Sets m_unusable when the file is sound and Strata cannot use the tensor all the same.
    Result<Tensor> read_raw(const ZipEntry& stored, JsonValue meta)
    {
        constexpr std::int64_t strided_layout = 7;
        m_unusable = true;
        const std::int64_t number = meta["dtype"].as_int().value_or(0);
        const DType dtype = dtype_from_export_schema(number);
        if (dtype == DType::Unknown)
            return failure(ErrorCode::CannotRead, fmt::format("its element type ({}) is not known",
                                                              export_schema_dtype_text(number)));
        if (meta["layout"].as_int().value_or(strided_layout) != strided_layout)
            return failure(ErrorCode::CannotRead, "it is not a dense tensor");
        STRATA_TRY(std::vector<std::int64_t> shape, integers(meta["sizes"]));
        STRATA_TRY(std::vector<std::int64_t> strides, integers(meta["strides"]));
        m_unusable = false;
        STRATA_TRY(const std::int64_t count, checked_element_count(shape));
        if (stored.size == 0 && count > 0) {
            m_unusable = true;
            return failure(ErrorCode::CannotRead,
                           "the file holds no values of it: it was exported with fake tensors");
        }
        auto& storage = m_storages[&stored];
        if (!storage) {
            STRATA_TRY(storage, m_archive.storage(stored));
        }
        return make_tensor_view(dtype, std::move(shape), std::move(strides),
                                meta["storage_offset"]["as_int"].as_int().value_or(0), storage);
    }

    /// Tensors of a subclass of torch.Tensor are pickled, each for itself.
    Result<Tensor> read_pickled(const ZipEntry& stored) const
    {
        STRATA_TRY(ZipArchive::Content content, m_archive.read_archive(stored));
        STRATA_TRY(TorchSaveFile file, TorchSaveFile::open(content.owner, content.bytes));
        return file.tensor(file.top());
    }

    const ZipArchive& m_archive;
    const std::string& m_folder;
    TensorCollector& m_tensors;
    std::unordered_map<const ZipEntry*, std::shared_ptr<const TensorStorage>> m_storages;
    bool m_unusable = false;
};

/// A dict of names to tensors that torch.save wrote.
Status read_saved_dict(const ZipArchive& archive, const ZipEntry& saved, TensorCollector& tensors,
                       Pt2Model::Entries& entries, TaskContext& task)
{
    if (saved.size == 0)
        return {}; // PyTorch writes nothing where there is nothing
    STRATA_TRY(ZipArchive::Content content, archive.read_archive(saved));
    STRATA_TRY(TorchSaveFile file, TorchSaveFile::open(content.owner, content.bytes));
    if (file.top().kind != Kind::Dict)
        return failure(ErrorCode::CannotRead, "It holds something else than tensors by name.");
    const auto& items = file.top().items;
    for (std::size_t i = 0; i + 1 < items.size(); i += 2) {
        STRATA_CHECK(task.poll());
        const PickleOutline& value = *items[i + 1];
        if (items[i]->kind != Kind::String)
            continue;
        const std::string& name = items[i]->text;
        if (value.kind != Kind::Tensor) {
            entries.emplace(name, problem("it is an object of a Python or C++ class, not a "
                                          "tensor"));
            continue;
        }
        auto tensor = file.tensor(value);
        Pt2Model::Entry entry;
        if (tensor)
            entry.index = tensors.add(name, std::move(*tensor));
        else
            entry.problem = tensor.error().text();
        entry.is_parameter = TorchSaveFile::is_parameter(value);
        entries.emplace(name, std::move(entry));
    }
    return {};
}

/// Flattens nested arguments in the order of torch.utils._pytree.
class SampleFlattener {
public:
    explicit SampleFlattener(TorchSaveFile& file) : m_file(file) {}

    Status add(const PickleOutline& value, const std::string& keyword, int depth)
    {
        if (depth > max_sample_depth || m_leaves.size() > max_sample_leaves)
            return failure(ErrorCode::CannotRead, "The example inputs are nested too deeply.");
        switch (value.kind) {
        case Kind::Tuple:
        case Kind::List:
            for (const PickleOutline* item : value.items)
                STRATA_CHECK(add(*item, keyword, depth + 1));
            return {};
        case Kind::Dict:
            for (std::size_t i = 1; i < value.items.size(); i += 2)
                STRATA_CHECK(add(*value.items[i], keyword, depth + 1));
            return {};
        case Kind::Tensor: {
            STRATA_TRY(Tensor tensor, m_file.tensor(value));
            m_leaves.push_back({keyword, std::move(tensor)});
            return {};
        }
        case Kind::Scalar:
        case Kind::String:
            m_leaves.push_back({keyword, std::nullopt});
            return {};
        default:
            return failure(
                ErrorCode::CannotRead,
                fmt::format("The example inputs hold an object of the class '{}'.", value.name));
        }
    }
    std::vector<Pt2SampleInput> take() { return std::move(m_leaves); }

private:
    TorchSaveFile& m_file;
    std::vector<Pt2SampleInput> m_leaves;
};

} // namespace

Status read_pt2_tensors(const ZipArchive& archive, const Pt2ModelEntries& entries, Pt2Model& model,
                        TaskContext& task)
{
    TensorCollector tensors(model);
    const auto read = [&](const ZipEntry* entry, bool by_config, const std::string& folder,
                          Pt2Model::Entries& into) -> Status {
        if (!entry)
            return {};
        Status status = by_config ? ConfigReader(archive, folder, tensors).read(*entry, into, task)
                                  : read_saved_dict(archive, *entry, tensors, into, task);
        if (!status)
            return tl::unexpected(
                std::move(status).error().with(fmt::format("in its entry '{}'", entry->name)));
        return {};
    };
    STRATA_CHECK(
        read(entries.weights, entries.weights_by_config, entries.weights_folder, model.weights));
    return read(entries.constants, entries.constants_by_config, entries.constants_folder,
                model.constants);
}

Result<std::vector<Pt2SampleInput>> read_pt2_sample_inputs(const ZipArchive& archive,
                                                           const ZipEntry& entry)
{
    STRATA_TRY(ZipArchive::Content content, archive.read_archive(entry));
    STRATA_TRY(TorchSaveFile file, TorchSaveFile::open(content.owner, content.bytes));
    const PickleOutline& top = file.top();
    if (top.kind != Kind::Tuple || top.items.size() != 2)
        return failure(ErrorCode::CannotRead, "They are not the arguments of a call.");
    SampleFlattener leaves(file);
    STRATA_CHECK(leaves.add(*top.items[0], {}, 0));
    const PickleOutline& keywords = *top.items[1];
    if (keywords.kind == Kind::Dict)
        for (std::size_t i = 0; i + 1 < keywords.items.size(); i += 2)
            STRATA_CHECK(leaves.add(*keywords.items[i + 1], keywords.items[i]->text, 0));
    return leaves.take();
}

} // namespace strata
