#include "pt2/torch_save.h"

#include "pt2/tensor_view.h"

#include <algorithm>
#include <array>
#include <cstring>
#include <fmt/format.h>
#include <string_view>
#include <utility>

namespace strata {
namespace {

using Kind = PickleOutline::Kind;
using Named = std::pair<std::string_view, DType>;

constexpr std::size_t whole_strings = std::size_t{1} << 20;
constexpr int max_wrappers = 8; // a tensor in a parameter in a subclass ...
constexpr std::string_view legacy_magic =
    "\x80\x02\x8a\x0a\x6c\xfc\x9c\x46\xf9\x20\x6a\xa8\x50\x19.";

constexpr std::array<Named, 12> storage_classes{{
    {"torch.FloatStorage", DType::Float32},
    {"torch.DoubleStorage", DType::Float64},
    {"torch.HalfStorage", DType::Float16},
    {"torch.BFloat16Storage", DType::BFloat16},
    {"torch.LongStorage", DType::Int64},
    {"torch.IntStorage", DType::Int32},
    {"torch.ShortStorage", DType::Int16},
    {"torch.CharStorage", DType::Int8},
    {"torch.ByteStorage", DType::UInt8},
    {"torch.BoolStorage", DType::Bool},
    {"torch.ComplexFloatStorage", DType::Complex64},
    {"torch.ComplexDoubleStorage", DType::Complex128},
}};

constexpr std::array<Named, 21> dtypes{{
    {"torch.float32", DType::Float32},
    {"torch.float64", DType::Float64},
    {"torch.float16", DType::Float16},
    {"torch.bfloat16", DType::BFloat16},
    {"torch.float8_e4m3fn", DType::Float8E4M3FN},
    {"torch.float8_e4m3fnuz", DType::Float8E4M3FNUZ},
    {"torch.float8_e5m2", DType::Float8E5M2},
    {"torch.float8_e5m2fnuz", DType::Float8E5M2FNUZ},
    {"torch.float8_e8m0fnu", DType::Float8E8M0},
    {"torch.int64", DType::Int64},
    {"torch.int32", DType::Int32},
    {"torch.int16", DType::Int16},
    {"torch.int8", DType::Int8},
    {"torch.uint8", DType::UInt8},
    {"torch.uint16", DType::UInt16},
    {"torch.uint32", DType::UInt32},
    {"torch.uint64", DType::UInt64},
    {"torch.bool", DType::Bool},
    {"torch.complex32", DType::Complex32},
    {"torch.complex64", DType::Complex64},
    {"torch.complex128", DType::Complex128},
}};

template <std::size_t N>
DType find_dtype(const std::array<Named, N>& table, std::string_view name)
{
    for (const auto& [key, dtype] : table)
        if (key == name)
            return dtype;
    return DType::Unknown;
}

tl::unexpected<Error> damaged(std::string_view what)
{
    return failure(ErrorCode::CannotRead,
                   fmt::format("What torch.save wrote is damaged: {}.", what));
}

/// A tuple of integers, also inside of a torch.Size.
Result<std::vector<std::int64_t>> integers(const PickleOutline& outline)
{
    const PickleOutline* list = &outline;
    if (list->kind == Kind::Object && list->name == "torch.Size" && list->items.size() == 1 &&
        list->items[0]->items.size() == 1)
        list = list->items[0]->items[0];
    if (list->kind != Kind::Tuple && list->kind != Kind::List)
        return damaged("a tensor's sizes are no list of integers");
    std::vector<std::int64_t> values;
    values.reserve(list->items.size());
    for (const PickleOutline* item : list->items) {
        if (item->kind != Kind::Scalar)
            return damaged("a tensor's sizes are no list of integers");
        values.push_back(item->number);
    }
    return values;
}

/// The function and the arguments that make the plain tensor inside of parameters and subclasses.
struct Rebuild {
    std::string_view function;
    const PickleOutline* arguments = nullptr;
};
Result<Rebuild> unwrap(const PickleOutline& outline)
{
    const PickleOutline* tensor = &outline;
    for (int i = 0; i < max_wrappers; ++i) {
        if (tensor->kind != Kind::Tensor || tensor->items.size() != 1)
            return damaged("there is something else where a tensor should be");
        Rebuild rebuild{tensor->name, tensor->items[0]};
        const auto& items = rebuild.arguments->items;
        if (rebuild.function == "torch._tensor._rebuild_from_type_v2" && items.size() >= 3) {
            rebuild = {items[0]->name, items[2]};
            if (!rebuild.function.starts_with("torch._utils._rebuild_parameter"))
                return rebuild;
        }
        if (!rebuild.function.starts_with("torch._utils._rebuild_parameter"))
            return rebuild;
        if (rebuild.arguments->items.empty())
            return damaged("a parameter holds no tensor");
        tensor = rebuild.arguments->items[0];
    }
    return damaged("a tensor is wrapped in itself");
}

} // namespace

Result<TorchSaveFile> TorchSaveFile::open(std::shared_ptr<const ByteOwner> owner,
                                          std::span<const std::byte> bytes)
{
    if (bytes.size() >= legacy_magic.size() &&
        std::memcmp(bytes.data(), legacy_magic.data(), legacy_magic.size()) == 0)
        return failure(ErrorCode::CannotRead,
                       "It was written by torch.save in the format of PyTorch before 1.6, which "
                       "Strata does not read. Save it again with a newer PyTorch, without "
                       "_use_new_zipfile_serialization=False.");
    STRATA_TRY(ZipArchive archive,
               ZipArchive::open(std::move(owner), bytes, ZipArchive::Checksums::Optional));
    TorchSaveFile file(std::move(archive));
    const auto& entries = file.m_archive.entries();
    const auto pickle = std::find_if(entries.begin(), entries.end(), [](const ZipEntry& entry) {
        return entry.name == "data.pkl" ||
               (entry.name.ends_with("/data.pkl") &&
                std::count(entry.name.begin(), entry.name.end(), '/') == 1);
    });
    if (pickle == entries.end())
        return damaged("it has no entry data.pkl");
    file.m_root = pickle->name.substr(0, pickle->name.size() - std::string_view("data.pkl").size());
    if (const ZipEntry* order = file.m_archive.find(file.m_root + "byteorder")) {
        STRATA_TRY(const ZipArchive::Content content, file.m_archive.read(*order));
        if (content.bytes.size() >= 3 && std::memcmp(content.bytes.data(), "big", 3) == 0)
            return failure(ErrorCode::CannotRead,
                           "It was saved on a big-endian machine, which Strata does not read.");
    }
    STRATA_TRY(const ZipArchive::Content content, file.m_archive.read(*pickle));
    file.m_pickle = outline_pickle(content.bytes, whole_strings);
    if (!file.m_pickle.complete || !file.m_pickle.top)
        return damaged("its entry data.pkl is not a whole pickle");
    return file;
}

bool TorchSaveFile::is_parameter(const PickleOutline& outline)
{
    return outline.kind == Kind::Tensor &&
           outline.name.starts_with("torch._utils._rebuild_parameter");
}

Result<std::shared_ptr<const TensorStorage>> TorchSaveFile::storage(const PickleOutline& outline,
                                                                    DType& dtype)
{
    // ("storage", class, key, device, number of elements)
    if (outline.kind != Kind::Object || outline.name != "storage" || outline.items.size() != 1 ||
        outline.items[0]->items.size() < 5 || outline.items[0]->items[2]->kind != Kind::String)
        return damaged("a tensor has no storage");
    const auto& id = outline.items[0]->items;
    if (dtype == DType::Unknown)
        dtype = find_dtype(storage_classes, id[1]->name);
    const std::string& key = id[2]->text;
    const auto known = m_storages.find(key);
    if (known != m_storages.end())
        return known->second;
    const ZipEntry* entry = m_archive.find(m_root + "data/" + key);
    if (!entry)
        return damaged(fmt::format("it has no entry data/{}", key));
    STRATA_TRY(std::shared_ptr<const TensorStorage> made, m_archive.storage(*entry));
    m_storages.emplace(key, made);
    return made;
}

Result<Tensor> TorchSaveFile::tensor(const PickleOutline& outline)
{
    STRATA_TRY(const Rebuild rebuild, unwrap(outline));
    const auto& arguments = rebuild.arguments->items;
    DType dtype = DType::Unknown;
    // (storage, offset, sizes, strides, requires_grad, hooks[, dtype][, metadata])
    if (rebuild.function == "torch._utils._rebuild_tensor_v3" && arguments.size() >= 7)
        dtype = find_dtype(dtypes, arguments[6]->name);
    else if (rebuild.function != "torch._utils._rebuild_tensor_v2" &&
             rebuild.function != "torch._utils._rebuild_tensor")
        return failure(ErrorCode::CannotRead,
                       fmt::format("It is a kind of tensor that Strata does not read ({}).",
                                   rebuild.function));
    if (arguments.size() < 4 || arguments[1]->kind != Kind::Scalar)
        return damaged("a tensor is not whole");
    STRATA_TRY(std::shared_ptr<const TensorStorage> bytes, storage(*arguments[0], dtype));
    STRATA_TRY(std::vector<std::int64_t> shape, integers(*arguments[2]));
    STRATA_TRY(std::vector<std::int64_t> strides, integers(*arguments[3]));
    if (dtype == DType::Unknown)
        return failure(ErrorCode::CannotRead, "It has an element type that Strata does not know.");
    return make_tensor_view(dtype, std::move(shape), std::move(strides), arguments[1]->number,
                            std::move(bytes));
}

} // namespace strata
