#include "onnx/tensor_reader.h"

#include <charconv>
#include <cstring>
#include <fmt/format.h>

namespace strata {
namespace {

using wire::Field;
using wire::Reader;

// Field numbers of TensorProto (onnx.proto).
enum : std::uint32_t {
    dims_field = 1,
    data_type_field = 2,
    float_data_field = 4,
    int32_data_field = 5,
    string_data_field = 6,
    int64_data_field = 7,
    name_field = 8,
    raw_data_field = 9,
    double_data_field = 10,
    uint64_data_field = 11,
    external_data_field = 13,
    data_location_field = 14
};

/// Which repeated field holds the elements of a type when they are not raw bytes.
std::uint32_t typed_field(DType type)
{
    switch (type) {
    case DType::Float32:
    case DType::Complex64:
        return float_data_field;
    case DType::Float64:
    case DType::Complex128:
        return double_data_field;
    case DType::Int64:
        return int64_data_field;
    case DType::UInt32:
    case DType::UInt64:
        return uint64_data_field;
    case DType::String:
        return string_data_field;
    default:
        return int32_data_field;
    }
}

/// Bytes that one number of the typed field stands for. Packed types (two or four elements a
/// byte) have one byte a number.
std::size_t bytes_per_number(DType type)
{
    switch (type) {
    case DType::Complex64:
        return 4;
    case DType::Complex128:
        return 8;
    default:
        return std::max<std::size_t>(1, bits_per_element(type) / 8);
    }
}

void read_external_entry(const Field& entry, ExternalLocation& where)
{
    std::string_view key;
    std::string_view value;
    Reader reader(entry);
    for (Field field; reader.next(field);) {
        if (field.number == 1)
            key = field.text();
        else if (field.number == 2)
            value = field.text();
    }
    if (key == "location") {
        where.location = value;
        return;
    }
    if (key != "offset" && key != "length")
        return;
    std::uint64_t number = 0;
    const auto [end, error] = std::from_chars(value.data(), value.data() + value.size(), number);
    if (error != std::errc() || end != value.data() + value.size())
        wire::fail_at(entry.offset, fmt::format("the {} of external data is not a number.", key));
    if (key == "offset")
        where.offset = number;
    else
        where.length = number;
}

std::shared_ptr<const TensorStorage> external_storage(const Field& message,
                                                      const TensorSource& source,
                                                      const ExternalLocation& where,
                                                      std::uint64_t size, std::string& no_data)
{
    if (!source.external)
        wire::fail_at(message.offset, "the tensor's data are in another file, which is not "
                                      "possible in a file that holds a single tensor.");
    if (where.length && *where.length < size)
        wire::fail_at(message.offset,
                      fmt::format("the tensor needs {} bytes, but its external data have {}.", size,
                                  *where.length));
    auto storage = source.external->storage(where, size);
    if (!storage)
        throw wire::ReadFailure(std::move(storage.error()));
    if (const auto available = source.external->file_size(where.location); !available)
        no_data =
            fmt::format("The file '{}' with its data is not beside the model.", where.location);
    else if (where.offset > *available || size > *available - where.offset)
        no_data = fmt::format("The file '{}' with its data is too short ({} bytes).",
                              where.location, *available);
    return std::move(*storage);
}

/// Decodes the typed fields; null when there are none.
std::shared_ptr<const TensorStorage> typed_storage(const Field& message, DType type,
                                                   std::uint64_t size, const TensorSource& source)
{
    const std::uint32_t wanted = typed_field(type);
    const std::size_t width = bytes_per_number(type);
    const bool fixed = wanted == float_data_field || wanted == double_data_field;
    std::vector<std::byte> bytes;
    std::span<const std::byte> in_place;
    std::size_t chunks = 0;
    auto append = [&](const void* data, std::size_t offset) {
        if (bytes.size() + width > size)
            wire::fail_at(offset, "the tensor holds more elements than its shape says.");
        const auto* first = static_cast<const std::byte*>(data);
        bytes.insert(bytes.end(), first, first + width);
    };
    Reader reader(message);
    for (Field field; reader.next(field);) {
        if (field.number != wanted)
            continue;
        ++chunks;
        if (fixed && field.type == wire::WireType::Bytes) {
            // Packed floats are little-endian and dense, so one chunk of them can stay in the file.
            if (chunks == 1) {
                in_place = field.bytes;
                continue;
            }
            bytes.insert(bytes.end(), in_place.begin(), in_place.end());
            bytes.insert(bytes.end(), field.bytes.begin(), field.bytes.end());
            in_place = {};
        } else if (fixed) {
            if (!in_place.empty()) {
                bytes.insert(bytes.end(), in_place.begin(), in_place.end());
                in_place = {};
            }
            append(&field.value, field.offset);
        } else {
            for_each_varint(field, [&](std::uint64_t value) { append(&value, field.offset); });
        }
    }
    if (!in_place.empty() && bytes.empty())
        return std::make_shared<SharedStorage>(source.owner, in_place);
    if (chunks == 0)
        return nullptr;
    return std::make_shared<MemoryStorage>(std::move(bytes));
}

void read_strings(const Field& message, Tensor& tensor, std::size_t count)
{
    Reader reader(message);
    for (Field field; reader.next(field);)
        if (field.number == string_data_field)
            tensor.strings.emplace_back(field.text());
    if (tensor.strings.size() != count)
        wire::fail_at(message.offset,
                      fmt::format("the tensor should hold {} strings, but holds {}.", count,
                                  tensor.strings.size()));
}

} // namespace

ReadTensor read_tensor(const wire::Field& message, const TensorSource& source)
{
    ReadTensor result;
    Tensor& tensor = result.tensor;
    ExternalLocation external;
    std::span<const std::byte> raw;
    bool has_raw = false;
    bool is_external = false;
    std::int64_t type_number = 0;
    Reader reader(message);
    for (Field field; reader.next(field);) {
        switch (field.number) {
        case dims_field:
            for_each_varint(field, [&](std::uint64_t dim) {
                tensor.shape.push_back(static_cast<std::int64_t>(dim));
            });
            break;
        case data_type_field:
            type_number = field.integer();
            break;
        case name_field:
            result.name = field.text();
            break;
        case raw_data_field:
            raw = field.payload();
            has_raw = true;
            break;
        case external_data_field:
            read_external_entry(field, external);
            break;
        case data_location_field:
            is_external = field.integer() == 1;
            break;
        case float_data_field:
        case int32_data_field:
        case string_data_field:
        case int64_data_field:
        case double_data_field:
        case uint64_data_field:
            break; // below, when the type is known
        default:
            keep_field(field, result.extra);
        }
    }
    tensor.dtype = type_number > 0 && type_number < 1000
                       ? dtype_from_onnx(static_cast<int>(type_number))
                       : DType::Unknown;
    if (tensor.dtype == DType::Unknown)
        wire::fail_at(message.offset,
                      fmt::format("the tensor has the unknown element type {}.", type_number));
    auto count = checked_element_count(tensor.shape);
    constexpr auto limit = std::int64_t{1} << 56; // so that sizes in bits still fit into 64 bits
    if (!count || *count > limit)
        wire::fail_at(message.offset, "the tensor's shape makes no sense.");
    if (tensor.dtype == DType::String) {
        read_strings(message, tensor, static_cast<std::size_t>(*count));
        return result;
    }
    const std::uint64_t size = tensor.byte_count();
    if (is_external) {
        tensor.storage = external_storage(message, source, external, size, result.no_data);
        return result;
    }
    if (has_raw && !(raw.empty() && size > 0))
        tensor.storage = std::make_shared<SharedStorage>(source.owner, raw);
    else
        tensor.storage = typed_storage(message, tensor.dtype, size, source);
    if (!tensor.storage && size == 0)
        tensor.storage = std::make_shared<MemoryStorage>(std::vector<std::byte>{});
    if (!tensor.storage)
        result.no_data = "The file holds no data for it.";
    else if (tensor.storage->size() != size)
        wire::fail_at(message.offset,
                      fmt::format("the tensor should have {} bytes of data, but has {}.", size,
                                  tensor.storage->size()));
    return result;
}

ReadTensor read_sparse_tensor(const wire::Field& message, const TensorSource& source)
{
    ReadTensor result;
    std::vector<std::int64_t> dims;
    Reader reader(message);
    for (Field field; reader.next(field);) {
        if (field.number == 1)
            result = read_tensor(field, source);
        else if (field.number == 3)
            for_each_varint(
                field, [&](std::uint64_t dim) { dims.push_back(static_cast<std::int64_t>(dim)); });
    }
    if (!checked_element_count(dims))
        wire::fail_at(message.offset, "the sparse tensor's shape makes no sense.");
    result.tensor.shape = std::move(dims);
    result.tensor.storage = nullptr;
    result.tensor.strings.clear();
    return result;
}

} // namespace strata
