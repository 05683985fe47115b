#include "jit_types.h"

#include "torch_tensors.h"

#include <ATen/core/class_type.h>

namespace strata::torch_module {
namespace {

FxType tensor_type(const c10::TensorType& type)
{
    FxType result = FxType::tensor();
    if (const auto scalar_type = type.scalarType())
        result.dtype = dtype_from_torch(static_cast<std::int64_t>(*scalar_type));
    if (const auto rank = type.dim()) {
        std::vector<FxDim> dims(*rank);
        for (std::size_t i = 0; i < *rank; ++i)
            if (const auto size = type.sizes()[i])
                dims[i].value = *size;
        result.shape = std::move(dims);
    }
    return result;
}

FxType container(FxType::Kind kind, const c10::Type& type)
{
    FxType result = FxType::of(kind);
    for (const c10::TypePtr& element : type.containedTypes())
        result.elements.push_back(fx_type(element));
    return result;
}

} // namespace

FxType fx_type(const c10::TypePtr& type)
{
    switch (type->kind()) {
    case c10::TypeKind::TensorType:
        return tensor_type(*type->castRaw<c10::TensorType>());
    case c10::TypeKind::IntType:
        return FxType::of(FxType::Kind::Int);
    case c10::TypeKind::FloatType:
        return FxType::of(FxType::Kind::Float);
    case c10::TypeKind::BoolType:
        return FxType::of(FxType::Kind::Bool);
    case c10::TypeKind::StringType:
        return FxType::of(FxType::Kind::String);
    case c10::TypeKind::NoneType:
        return FxType::of(FxType::Kind::None);
    case c10::TypeKind::ListType:
        return container(FxType::Kind::List, *type);
    case c10::TypeKind::TupleType:
        return container(FxType::Kind::Tuple, *type);
    case c10::TypeKind::DictType:
        return container(FxType::Kind::Dict, *type);
    case c10::TypeKind::OptionalType:
        return FxType{FxType::Kind::Optional,
                      DType::Unknown,
                      std::nullopt,
                      {fx_type(type->castRaw<c10::OptionalType>()->getElementType())}};
    default:
        return FxType::of(FxType::Kind::Other);
    }
}

std::string demangled_class(const c10::Type& class_type)
{
    const auto* named = class_type.castRaw<c10::NamedType>();
    if (!named || !named->name())
        return class_type.str();
    std::string result;
    for (const std::string& atom : named->name()->atoms()) {
        if (atom == "__torch__" || atom.rfind("___torch_mangle_", 0) == 0)
            continue;
        if (!result.empty())
            result += '.';
        result += atom;
    }
    return result;
}

std::string short_class(const std::string& qualified)
{
    const std::size_t dot = qualified.rfind('.');
    return dot == std::string::npos ? qualified : qualified.substr(dot + 1);
}

} // namespace strata::torch_module
