#include "mapped_weights.h"

#include <algorithm>
#include <caffe2/serialize/inline_container.h>
#include <caffe2/serialize/read_adapter_interface.h>
#include <cstdint>
#include <cstring>
#include <memory>
#include <optional>
#include <span>
#include <string_view>
#include <unordered_map>
#include <unordered_set>
#include <utility>
#include <vector>

namespace strata::torch_module {
namespace {

// Smaller records cost less to copy than to map.
constexpr std::size_t smallest_mapped = 64 * 1024;
// PyTorch's writer aligns weights; kernels may count on it.
constexpr std::uint64_t alignment = 64;

using FilePtr = std::shared_ptr<const MappedFile>;

/// A record that was asked for and not copied.
struct LeftOut {
    std::uint64_t position = 0; ///< in the file
    std::size_t size = 0;
};

/// The file as LibTorch's reader sees it. Reads of whole weights succeed without touching memory.
class WeightlessFile final : public caffe2::serialize::ReadAdapterInterface {
public:
    WeightlessFile(FilePtr file, std::unordered_set<std::uint64_t> weight_positions)
        : m_file(std::move(file)),
          m_weight_positions(std::move(weight_positions))
    {}

    std::size_t size() const override { return m_file->bytes().size(); }
    std::size_t read(std::uint64_t position, void* buffer, std::size_t count,
                     const char*) const override
    {
        const std::span<const std::byte> bytes = m_file->bytes();
        if (position >= bytes.size())
            return 0;
        const std::size_t available = std::min<std::size_t>(count, bytes.size() - position);
        if (m_left_out.count(buffer))
            m_reused = true;
        if (available == count && count >= smallest_mapped && m_weight_positions.count(position)) {
            m_left_out[buffer] = {position, count};
            return count;
        }
        std::memcpy(buffer, bytes.data() + position, available);
        return available;
    }

    /// By the memory that the data should have gone to.
    const std::unordered_map<const void*, LeftOut>& left_out() const { return m_left_out; }
    /// Such memory was given back and used again: whose data are missing can no longer be told.
    bool reused() const { return m_reused; }

private:
    FilePtr m_file;
    std::unordered_set<std::uint64_t> m_weight_positions;
    mutable bool m_reused = false;
    mutable std::unordered_map<const void*, LeftOut> m_left_out;
};

/// Where the weights lie, or nothing when loading runs code that may look at them: methods that
/// restore a module's state, and classes of C++ (packed weights), which restore their own.
std::optional<std::unordered_set<std::uint64_t>> find_weights(const std::string& path)
{
    caffe2::serialize::PyTorchStreamReader archive(path);
    std::unordered_set<std::uint64_t> positions;
    for (const std::string& record : archive.getAllRecords()) {
        const std::string_view name = record;
        if (name.substr(0, 5) == "data/") {
            if (const std::uint64_t position = archive.getRecordOffset(record);
                position % alignment == 0)
                positions.insert(position);
        } else if (name.substr(0, 5) == "code/" && name.size() > 3 &&
                   name.substr(name.size() - 3) == ".py") {
            const auto [data, size] = archive.getRecord(record);
            const std::string_view code(static_cast<const char*>(data.get()), size);
            if (code.find("__setstate__") != std::string_view::npos ||
                code.find("torch.classes") != std::string_view::npos)
                return std::nullopt;
        }
    }
    return positions;
}

void release(void* owner)
{
    delete static_cast<FilePtr*>(owner);
}

c10::DataPtr pointer_into(const FilePtr& file, std::uint64_t position)
{
    return {file->private_bytes() + position, new FilePtr(file), release,
            c10::Device(c10::DeviceType::CPU)};
}

/// Points the storages of everything in the module into the file. False when a record that was
/// left out is not found whole: then something copied what was never read.
bool attach_weights(const torch::jit::Module& module, const FilePtr& file,
                    const std::unordered_map<const void*, LeftOut>& left_out)
{
    std::unordered_set<const c10::StorageImpl*> attached;
    std::unordered_set<const c10::ivalue::Object*> seen;
    c10::IValue(module._ivalue()).visit([&](const c10::IValue& value) {
        if (value.isObject())
            return !seen.insert(&value.toObjectRef()).second; // true: do not go in again
        if (!value.isTensor() || !value.toTensor().defined() || !value.toTensor().has_storage())
            return false;
        const c10::Storage& storage = value.toTensor().storage();
        c10::StorageImpl* impl = storage.unsafeGetStorageImpl();
        if (const auto found = left_out.find(impl->data()); found != left_out.end() &&
                                                            found->second.size == impl->nbytes() &&
                                                            !attached.count(impl)) {
            impl->set_data_ptr(pointer_into(file, found->second.position));
            attached.insert(impl);
        }
        return false;
    });
    return attached.size() == left_out.size();
}

} // namespace

LoadedArchive load_with_mapped_weights(const std::filesystem::path& path)
{
    const c10::Device cpu(c10::DeviceType::CPU);
    try {
        const auto file = MappedFile::open(path, MappedFile::Access::CopyOnWrite);
        auto weights = file ? find_weights(path.string()) : std::nullopt;
        if (weights && !weights->empty()) {
            const auto adapter = std::make_shared<WeightlessFile>(*file, std::move(*weights));
            torch::jit::Module module = torch::jit::load(adapter, cpu);
            if (!adapter->reused() && attach_weights(module, *file, adapter->left_out()))
                return {std::move(module), *file};
        }
    } catch (const std::exception&) {
        // Read as LibTorch reads it: what is wrong is then said about the file itself.
    }
    return {torch::jit::load(path.string(), cpu), nullptr};
}

const MappedFile* mapped_file_of(const c10::Storage& storage)
{
    const c10::DataPtr& data = storage.data_ptr();
    return data.get_deleter() == release ? static_cast<const FilePtr*>(data.get_context())->get()
                                         : nullptr;
}

} // namespace strata::torch_module
