#include "input_packer.h"

#include "failures.h"
#include "ir/fx_expand_inputs.h"
#include "torch_tensors.h"

#include <ATen/core/Dict.h>
#include <ATen/core/List.h>
#include <ATen/core/ivalue.h>
#include <algorithm>
#include <charconv>
#include <fmt/format.h>
#include <optional>

namespace strata::torch_module {
namespace {

constexpr std::size_t longest_list = 4096;

at::Tensor to_torch(const SampleTensor& input)
{
    Result<at::Tensor> tensor = copy_to_torch(input.tensor);
    if (!tensor)
        throw Stop{std::move(tensor).error()};
    return *std::move(tensor);
}

[[noreturn]] void refuse_type(const std::string& name, const c10::Type& type)
{
    stop(ErrorCode::Usage,
         fmt::format("The input '{}' is of type {}, which cannot be given as tensors.", name,
                     type.annotation_str()));
}

/// The value of an argument that is no container; nothing for containers.
std::optional<c10::IValue> plain(const c10::Type& type, const at::Tensor& tensor)
{
    switch (type.kind()) {
    case c10::TypeKind::TensorType:
        return c10::IValue(tensor);
    case c10::TypeKind::IntType:
        return c10::IValue(tensor.item<std::int64_t>());
    case c10::TypeKind::FloatType:
        return c10::IValue(tensor.item<double>());
    case c10::TypeKind::BoolType:
        return c10::IValue(tensor.item<bool>());
    case c10::TypeKind::NumberType:
        return c10::IValue(tensor.item());
    default:
        return std::nullopt;
    }
}

bool is_plain(const c10::Type& type)
{
    return type.kind() == c10::TypeKind::TensorType || type.kind() == c10::TypeKind::IntType ||
           type.kind() == c10::TypeKind::FloatType || type.kind() == c10::TypeKind::BoolType ||
           type.kind() == c10::TypeKind::NumberType;
}

/// Of a NamedTuple, too: forward() takes its own type only.
c10::IValue tuple_of(const c10::TypePtr& type, std::vector<c10::IValue> items)
{
    const auto tuple = type->cast<c10::TupleType>();
    if (tuple && tuple->name())
        return c10::ivalue::Tuple::createNamed(std::move(items), tuple);
    return c10::ivalue::Tuple::create(std::move(items));
}

/// Hands tensors out in their order.
class ByPosition {
public:
    explicit ByPosition(const std::vector<SampleTensor>& inputs) : m_inputs(inputs) {}

    std::size_t left() const { return m_inputs.size() - m_next; }

    c10::IValue read(const c10::TypePtr& type, const std::string& name)
    {
        if (is_plain(*type))
            return *plain(*type, next(name));
        switch (type->kind()) {
        case c10::TypeKind::OptionalType:
            if (left() == 0)
                return {};
            return read(type->castRaw<c10::OptionalType>()->getElementType(), name);
        case c10::TypeKind::TupleType: {
            std::vector<c10::IValue> items;
            for (const c10::TypePtr& element : type->containedTypes())
                items.push_back(read(element, name));
            return tuple_of(type, std::move(items));
        }
        case c10::TypeKind::ListType: {
            // A list takes all that is left: its length is not part of the signature.
            const c10::TypePtr element = type->castRaw<c10::ListType>()->getElementType();
            c10::impl::GenericList items(element);
            while (left() > 0)
                items.push_back(read(element, name));
            return items;
        }
        default:
            refuse_type(name, *type);
        }
    }

private:
    at::Tensor next(const std::string& name)
    {
        if (left() == 0)
            stop(ErrorCode::Usage,
                 fmt::format("{} inputs were given and the model wants more: '{}' has none.",
                             m_inputs.size(), name));
        return to_torch(m_inputs[m_next++]);
    }

    const std::vector<SampleTensor>& m_inputs;
    std::size_t m_next = 0;
};

/// Looks tensors up by the names of fx_expand_inputs.h.
class ByName {
public:
    explicit ByName(const std::vector<SampleTensor>& inputs)
        : m_inputs(inputs),
          m_used(inputs.size(), false)
    {}

    bool has(const std::string& path) const
    {
        return std::any_of(m_inputs.begin(), m_inputs.end(), [&](const SampleTensor& input) {
            return names_input(input.name, path);
        });
    }

    const SampleTensor* unused() const
    {
        const auto it = std::find(m_used.begin(), m_used.end(), false);
        return it == m_used.end() ? nullptr
                                  : &m_inputs[static_cast<std::size_t>(it - m_used.begin())];
    }

    c10::IValue read(const c10::TypePtr& type, const std::string& path)
    {
        if (is_plain(*type))
            return *plain(*type, find(path));
        switch (type->kind()) {
        case c10::TypeKind::OptionalType:
            if (!has(path))
                return {};
            return read(type->castRaw<c10::OptionalType>()->getElementType(), path);
        case c10::TypeKind::TupleType: {
            std::vector<c10::IValue> items;
            for (const c10::TypePtr& element : type->containedTypes())
                items.push_back(read(element, fmt::format("{}.{}", path, items.size())));
            return tuple_of(type, std::move(items));
        }
        case c10::TypeKind::ListType:
            return list(*type->castRaw<c10::ListType>(), path);
        case c10::TypeKind::DictType:
            return dict(*type->castRaw<c10::DictType>(), path);
        default:
            refuse_type(path, *type);
        }
    }

private:
    at::Tensor find(const std::string& path)
    {
        for (std::size_t i = 0; i < m_inputs.size(); ++i)
            if (m_inputs[i].name == path) {
                m_used[i] = true;
                return to_torch(m_inputs[i]);
            }
        stop(ErrorCode::Usage,
             fmt::format("The model wants the input '{}', which is not given.", path));
    }

    /// What follows "path." in the names that lie in it.
    std::vector<std::string> rests(const std::string& path) const
    {
        std::vector<std::string> found;
        for (const SampleTensor& input : m_inputs)
            if (input.name.size() > path.size() && names_input(input.name, path))
                found.push_back(input.name.substr(path.size() + 1));
        return found;
    }

    /// How many parts of a path an item of this type takes.
    static std::size_t depth(const c10::Type& type)
    {
        std::size_t inner = 0;
        for (const c10::TypePtr& element : type.containedTypes())
            inner = std::max(inner, depth(*element));
        const bool container = type.kind() == c10::TypeKind::ListType ||
                               type.kind() == c10::TypeKind::TupleType ||
                               type.kind() == c10::TypeKind::DictType;
        return container ? inner + 1 : inner;
    }

    static std::optional<std::int64_t> number(std::string_view text)
    {
        std::int64_t value = 0;
        const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
        if (error != std::errc{} || end != text.data() + text.size())
            return std::nullopt;
        return value;
    }

    c10::IValue list(const c10::ListType& type, const std::string& path)
    {
        std::size_t length = 0;
        for (const std::string& rest : rests(path))
            if (const auto index = number(std::string_view(rest).substr(0, rest.find('.')));
                index && *index >= 0)
                length = std::max(length, static_cast<std::size_t>(*index) + 1);
        if (length > longest_list)
            stop(ErrorCode::Usage,
                 fmt::format("The list '{}' has more than {} items.", path, longest_list));
        c10::impl::GenericList items(type.getElementType());
        for (std::size_t i = 0; i < length; ++i)
            items.push_back(read(type.getElementType(), fmt::format("{}.{}", path, i)));
        return items;
    }

    c10::IValue dict(const c10::DictType& type, const std::string& path)
    {
        const std::size_t value_depth = depth(*type.getValueType());
        c10::impl::GenericDict items(type.getKeyType(), type.getValueType());
        for (const std::string& rest : rests(path)) {
            const std::string part(key_of_path(rest, value_depth));
            c10::IValue key(part);
            if (type.getKeyType()->kind() == c10::TypeKind::IntType) {
                const auto value = number(part);
                if (!value)
                    stop(ErrorCode::Usage,
                         fmt::format("The keys of '{}' are integers; '{}' is none.", path, part));
                key = c10::IValue(*value);
            }
            if (!items.contains(key))
                items.insert(key, read(type.getValueType(), fmt::format("{}.{}", path, part)));
        }
        return items;
    }

    const std::vector<SampleTensor>& m_inputs;
    std::vector<bool> m_used;
};

bool all_named(const c10::FunctionSchema& schema, const std::vector<SampleTensor>& inputs)
{
    return std::all_of(inputs.begin(), inputs.end(), [&](const SampleTensor& input) {
        return std::any_of(schema.arguments().begin(), schema.arguments().end(),
                           [&](const c10::Argument& argument) {
                               return names_input(input.name, argument.name());
                           });
    });
}

} // namespace

std::vector<c10::IValue> pack_inputs(const c10::FunctionSchema& schema,
                                     const std::vector<SampleTensor>& inputs)
{
    std::vector<c10::IValue> packed;
    if (!inputs.empty() && all_named(schema, inputs)) {
        ByName reader(inputs);
        for (std::size_t i = 1; i < schema.arguments().size(); ++i) {
            const c10::Argument& argument = schema.arguments()[i];
            if (!reader.has(argument.name()) && argument.default_value())
                packed.push_back(*argument.default_value());
            else
                packed.push_back(reader.read(argument.type(), argument.name()));
        }
        if (const SampleTensor* unused = reader.unused())
            stop(ErrorCode::Usage,
                 fmt::format("The model has no place for the input '{}'.", unused->name));
        return packed;
    }
    ByPosition reader(inputs);
    for (std::size_t i = 1; i < schema.arguments().size(); ++i) {
        const c10::Argument& argument = schema.arguments()[i];
        if (reader.left() == 0 && argument.default_value())
            packed.push_back(*argument.default_value());
        else
            packed.push_back(reader.read(argument.type(), argument.name()));
    }
    if (reader.left() > 0)
        stop(ErrorCode::Usage, fmt::format("{} inputs were given and the model takes {}.",
                                           inputs.size(), inputs.size() - reader.left()));
    return packed;
}

} // namespace strata::torch_module
