// Arguments of FX nodes as LibTorch's values.
#include "failures.h"
#include "fx_interpreter.h"
#include "recorded_values.h"
#include "torch_tensors.h"

#include <ATen/ATen.h>
#include <c10/core/ScalarType.h>
#include <cstring>
#include <fmt/format.h>

namespace strata::torch_module {
namespace {

const c10::Type* element_of_optional(const c10::Type* type)
{
    while (type && type->kind() == c10::TypeKind::OptionalType)
        type = type->castRaw<c10::OptionalType>()->getElementType().get();
    return type;
}

/// Enumerations are numbers in TorchScript, devices are values.
c10::IValue enumeration(const std::string& name)
{
    static const std::map<std::string, std::int64_t> numbers{
        {"torch.contiguous_format", 0}, {"torch.preserve_format", 1}, {"torch.channels_last", 2},
        {"torch.channels_last_3d", 3},  {"torch.strided", 0},         {"torch.sparse_coo", 1}};
    if (const auto it = numbers.find(name); it != numbers.end())
        return it->second;
    // Everything runs on the CPU, whatever device the model was saved on.
    return c10::Device(c10::kCPU);
}

/// A number where a tensor is wanted takes no part in type promotion with its own width.
at::Tensor wrapped_number(const c10::Scalar& number)
{
    at::Tensor tensor = at::scalar_tensor(number, number.isFloatingPoint() ? at::kDouble
                                                  : number.isBoolean()     ? at::kBool
                                                                           : at::kLong);
    tensor.unsafeGetTensorImpl()->set_wrapped_number(true);
    return tensor;
}

} // namespace

c10::IValue FxInterpreter::evaluate(const FxArg& arg, const c10::Type* wanted)
{
    const c10::Type* type = element_of_optional(wanted);
    const auto kind = type ? type->kind() : c10::TypeKind::AnyType;
    if (const FxRef* ref = arg.ref()) {
        const c10::IValue& value = m_values.at(ref->value);
        if (kind == c10::TypeKind::TensorType && value.isScalar())
            return wrapped_number(value.toScalar());
        if (kind == c10::TypeKind::FloatType && value.isInt())
            return static_cast<double>(value.toInt());
        return value;
    }
    if (const auto* items = std::get_if<FxArg::List>(&arg.value))
        return evaluate_list(*items, type);
    if (arg.is_none())
        return {};
    if (const auto* flag = std::get_if<bool>(&arg.value))
        return kind == c10::TypeKind::TensorType ? c10::IValue(wrapped_number(*flag))
                                                 : c10::IValue(*flag);
    if (const auto* number = std::get_if<std::int64_t>(&arg.value)) {
        if (kind == c10::TypeKind::FloatType)
            return static_cast<double>(*number);
        if (kind == c10::TypeKind::TensorType)
            return wrapped_number(*number);
        if (kind == c10::TypeKind::BoolType)
            return *number != 0;
        return *number;
    }
    if (const auto* number = std::get_if<double>(&arg.value))
        return kind == c10::TypeKind::TensorType ? c10::IValue(wrapped_number(*number))
                                                 : c10::IValue(*number);
    if (const auto* text = std::get_if<std::string>(&arg.value))
        return *text;
    if (const auto* name = std::get_if<FxEnum>(&arg.value)) {
        if (kind == c10::TypeKind::StringType)
            return name->name;
        return enumeration(name->name);
    }
    if (const auto* dtype = std::get_if<DType>(&arg.value)) {
        const auto torch_dtype = dtype_to_torch(*dtype);
        if (!torch_dtype)
            stop(ErrorCode::CannotExport,
                 fmt::format("This LibTorch has no element type {}.", to_string(*dtype)));
        return static_cast<std::int64_t>(*torch_dtype);
    }
    return {};
}

c10::IValue FxInterpreter::evaluate_list(const FxArg::List& items, const c10::Type* wanted)
{
    if (wanted && wanted->kind() == c10::TypeKind::TupleType) {
        const auto& types = wanted->castRaw<c10::TupleType>()->elements();
        std::vector<c10::IValue> values;
        for (std::size_t i = 0; i < items.size(); ++i)
            values.push_back(evaluate(items[i], i < types.size() ? types[i].get() : nullptr));
        return c10::ivalue::Tuple::create(std::move(values));
    }
    c10::TypePtr element;
    if (wanted && wanted->kind() == c10::TypeKind::ListType)
        element = wanted->castRaw<c10::ListType>()->getElementType();
    if (element && (element->hasFreeVariables() || element->kind() == c10::TypeKind::AnyType))
        element = nullptr;
    std::vector<c10::IValue> values;
    bool same = true;
    for (const FxArg& item : items) {
        values.push_back(evaluate(item, element.get()));
        same = same && *type_of_value(values.back()) == *type_of_value(values.front());
    }
    if (!element) {
        // Lists have one element type; what has several was a tuple.
        if (!same)
            return c10::ivalue::Tuple::create(std::move(values));
        element =
            values.empty() ? c10::TypePtr(c10::TensorType::get()) : type_of_value(values.front());
    }
    c10::impl::GenericList list(element);
    list.reserve(values.size());
    for (c10::IValue& value : values)
        list.push_back(std::move(value));
    return list;
}

c10::Storage FxInterpreter::storage_of(const Tensor& tensor)
{
    const auto known = m_storages.find(tensor.storage.get());
    if (known != m_storages.end())
        return known->second;
    const auto bytes = tensor.storage->bytes();
    if (!bytes)
        throw Stop{bytes.error()};
    constexpr std::uintptr_t alignment = 16;
    c10::DataPtr data;
    if (reinterpret_cast<std::uintptr_t>(bytes->data()) % alignment != 0) {
        data = c10::GetAllocator(c10::kCPU)->allocate(bytes->size());
        std::memcpy(data.get(), bytes->data(), bytes->size());
    } else {
        // The program keeps the memory; protect_written() sees to it that nobody writes there.
        data = c10::DataPtr(const_cast<std::byte*>(bytes->data()), c10::kCPU);
    }
    const bool shared = data.get() == bytes->data();
    c10::Storage storage(c10::Storage::use_byte_size_t(), bytes->size(), std::move(data),
                         c10::GetAllocator(c10::kCPU), /*resizable=*/false);
    if (shared)
        m_shared.insert(storage.unsafeGetStorageImpl());
    m_storages.emplace(tensor.storage.get(), storage);
    return storage;
}

at::Tensor FxInterpreter::attribute(const FxNode& node)
{
    if (node.tensor >= m_program.tensors.size() || !m_program.tensors[node.tensor].storage)
        stop(ErrorCode::CannotExport, fmt::format("The attribute '{}' has no data.", node.target));
    const Tensor& tensor = m_program.tensors[node.tensor];
    const auto dtype = dtype_to_torch(tensor.dtype);
    if (!dtype || is_quantized(tensor.dtype))
        stop(ErrorCode::CannotExport,
             fmt::format("'{}' holds {} elements, which LibTorch cannot compute with here.",
                         node.target, to_string(tensor.dtype)));
    const c10::Storage storage = storage_of(tensor);
    std::vector<std::int64_t> strides = tensor.strides;
    if (strides.empty()) {
        strides.resize(tensor.shape.size());
        std::int64_t step = 1;
        for (std::size_t i = strides.size(); i-- > 0;) {
            strides[i] = step;
            step *= std::max<std::int64_t>(tensor.shape[i], 1);
        }
    }
    // LibTorch would grow a storage that is too small: check the view's end first.
    std::int64_t last = tensor.storage_offset;
    bool empty = false;
    for (std::size_t i = 0; i < tensor.shape.size(); ++i) {
        empty = empty || tensor.shape[i] == 0;
        last += (tensor.shape[i] - 1) * strides[i];
    }
    const auto end = static_cast<std::uint64_t>(last + 1) * c10::elementSize(*dtype);
    if (tensor.storage_offset < 0 || (!empty && (last < 0 || end > storage.nbytes())))
        stop(ErrorCode::CannotRead, fmt::format("'{}' is larger than its data.", node.target));
    return at::empty({0}, at::TensorOptions().dtype(*dtype))
        .set_(storage, tensor.storage_offset, tensor.shape, strides);
}

void FxInterpreter::protect_written(const PreparedOperator& op, const torch::jit::Stack& stack)
{
    const auto& arguments = op.schema->arguments();
    const auto protect = [&](const at::Tensor& tensor) {
        if (!tensor.defined() || !tensor.has_storage())
            return;
        const c10::Storage& storage = tensor.storage();
        if (m_shared.erase(storage.unsafeGetStorageImpl()) == 0)
            return;
        // All views of the tensor share the storage object: they move to the copy together.
        c10::DataPtr copy = c10::GetAllocator(c10::kCPU)->allocate(storage.nbytes());
        std::memcpy(copy.get(), tensor.storage().unsafeGetStorageImpl()->data(), storage.nbytes());
        storage.set_data_ptr_noswap(std::move(copy));
    };
    for (std::size_t i = 0; i < arguments.size() && i < stack.size(); ++i) {
        if (!arguments[i].alias_info() || !arguments[i].alias_info()->isWrite())
            continue;
        if (stack[i].isTensor())
            protect(stack[i].toTensor());
        else if (stack[i].isTensorList())
            for (const at::Tensor& tensor : stack[i].toTensorVector())
                protect(tensor);
    }
}

c10::IValue FxInterpreter::read_input(const FxType& type, const std::vector<Tensor>& tensors,
                                      std::size_t& next, const std::string& name)
{
    const auto take = [&]() -> at::Tensor {
        if (next >= tensors.size())
            stop(ErrorCode::Usage, fmt::format("The input '{}' wants more tensors than the {} "
                                               "that are given.",
                                               name, tensors.size()));
        Result<at::Tensor> tensor = copy_to_torch(tensors[next++]);
        if (!tensor)
            throw Stop{std::move(tensor).error()};
        return *std::move(tensor);
    };
    switch (type.kind) {
    case FxType::Kind::Optional:
        return next >= tensors.size() || type.elements.empty()
                   ? c10::IValue()
                   : read_input(type.elements[0], tensors, next, name);
    case FxType::Kind::Tuple: {
        std::vector<c10::IValue> items;
        for (const FxType& element : type.elements)
            items.push_back(read_input(element, tensors, next, name));
        return c10::ivalue::Tuple::create(std::move(items));
    }
    case FxType::Kind::List: {
        const FxType element = type.elements.empty() ? FxType::tensor() : type.elements[0];
        c10::impl::GenericList items(torch_type(element));
        while (next < tensors.size())
            items.push_back(read_input(element, tensors, next, name));
        return items;
    }
    case FxType::Kind::Int:
        return take().item<std::int64_t>();
    case FxType::Kind::Float:
        return take().item<double>();
    case FxType::Kind::Bool:
        return take().item<bool>();
    case FxType::Kind::Tensor:
    case FxType::Kind::Unknown:
        return take();
    default:
        stop(ErrorCode::Usage,
             fmt::format("The input '{}' is of a type that cannot be given as tensors.", name));
    }
}

} // namespace strata::torch_module
