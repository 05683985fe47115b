#include "twin_modules.h"

#include <ATen/core/Tensor.h>
#include <ATen/core/jit_type.h>
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <sstream>

namespace strata::torch_module {
namespace {

constexpr unsigned max_depth = 500; // of modules, as for reading them

/// Which memory the tensor shows, and how. Nothing for tensors without plain memory.
std::optional<std::string> view_text(const at::Tensor& tensor)
{
    if (tensor.layout() != c10::kStrided || tensor.is_mkldnn() || tensor.numel() == 0)
        return std::nullopt;
    return fmt::format("{} {} {} {} {}",
                       static_cast<const void*>(tensor.storage().unsafeGetStorageImpl()),
                       tensor.storage_offset(), fmt::join(tensor.sizes(), ","),
                       fmt::join(tensor.strides(), ","), static_cast<int>(tensor.scalar_type()));
}

bool is_plain_value(const c10::IValue& value)
{
    return value.isNone() || value.isBool() || value.isInt() || value.isDouble() ||
           value.isString() || value.isIntList() || value.isDoubleList() || value.isBoolList();
}

} // namespace

const c10::ivalue::Object* TwinModules::first_of(const c10::ivalue::Object& object)
{
    const std::optional<Signature> own = signature(object, 0);
    if (!own || own->tensors < 2)
        return nullptr;
    const auto [it, is_first] = m_first.emplace(own->id, &object);
    return is_first ? nullptr : it->second;
}

std::optional<TwinModules::Signature> TwinModules::signature(const c10::ivalue::Object& object,
                                                             unsigned depth)
{
    if (depth > max_depth)
        return std::nullopt;
    if (const auto known = m_signatures.find(&object); known != m_signatures.end())
        return known->second;
    const std::optional<Signature> made = make_signature(object, depth);
    m_signatures.emplace(&object, made);
    return made;
}

std::optional<TwinModules::Signature> TwinModules::make_signature(const c10::ivalue::Object& object,
                                                                  unsigned depth)
{
    std::size_t tensors = 0;
    std::ostringstream text;
    text << static_cast<const void*>(object.type().get());
    for (const c10::IValue& value : object.slots()) {
        text << '\n';
        if (value.isTensor() && !value.toTensor().defined()) {
            text << "undefined";
        } else if (value.isTensor()) {
            const std::optional<std::string> view = view_text(value.toTensor());
            if (!view)
                return std::nullopt;
            text << *view;
            ++tensors;
        } else if (value.isObject() && value.type()->is_module()) {
            const std::optional<Signature> child = signature(value.toObjectRef(), depth + 1);
            if (!child)
                return std::nullopt;
            text << '#' << child->id;
            tensors += child->tensors;
        } else if (is_plain_value(value)) {
            text << value;
        } else {
            return std::nullopt;
        }
    }
    return Signature{m_ids.emplace(text.str(), m_ids.size()).first->second, tensors};
}

} // namespace strata::torch_module
