// Arguments and types of exported graphs.
#include "pt2/graph_reader.h"
#include "pt2/pt2_dtype.h"
#include "pt2/read_error.h"
#include "pt2/sympy_expr.h"

#include <algorithm>
#include <array>

namespace strata::pt2 {
namespace {

// torch/_export/serde/schema.py: Layout and MemoryFormat.
constexpr std::array<std::string_view, 8> layouts{
    "torch.layout(0)",  "torch.sparse_coo", "torch.sparse_csr", "torch.sparse_csc",
    "torch.sparse_bsr", "torch.sparse_bsc", "torch._mkldnn",    "torch.strided"};
constexpr std::array<std::string_view, 5> memory_formats{
    "torch.memory_format(0)", "torch.contiguous_format", "torch.channels_last",
    "torch.channels_last_3d", "torch.preserve_format"};

template <std::size_t N>
FxArg enumeration(const std::array<std::string_view, N>& names, JsonValue number,
                  std::string_view kind)
{
    const std::int64_t index = number.as_int().value_or(-1);
    if (index >= 0 && index < static_cast<std::int64_t>(N))
        return FxEnum{std::string(names[static_cast<std::size_t>(index)])};
    return FxEnum{fmt::format("torch.{}({})", kind, index)};
}

FxArg device(JsonValue value)
{
    std::string name(value["type"].text("cpu"));
    if (const auto index = value["index"].as_int())
        name += fmt::format(":{}", *index);
    return FxEnum{std::move(name)};
}

FxArg scalar_type(JsonValue value)
{
    const std::int64_t number = value.as_int().value_or(0);
    const DType type = dtype_from_export_schema(number);
    if (type == DType::Unknown)
        return FxEnum{export_schema_dtype_text(number)};
    return type;
}

std::int64_t integer(JsonValue value)
{
    if (const auto number = value.as_int())
        return *number;
    stop("An argument is not the integer that it is said to be.");
}

double real(JsonValue value)
{
    if (const auto number = value.as_double())
        return *number;
    stop("An argument is not the number that it is said to be.");
}

bool boolean(JsonValue value)
{
    if (const auto flag = value.as_bool())
        return *flag;
    stop("An argument is not the truth value that it is said to be.");
}

std::string text(JsonValue value)
{
    if (const auto string = value.as_string())
        return std::string(*string);
    stop("An argument is not the string that it is said to be.");
}

template <class Read>
FxArg plain_list(JsonValue items, const Read& read)
{
    FxArg::List list;
    for (const JsonValue item : items.items())
        list.emplace_back(read(item));
    return list;
}

} // namespace

const GraphReader::Bound& GraphReader::find_value(std::string_view name, const Scope& scope) const
{
    const auto it = scope.values.find(name);
    if (it == scope.values.end())
        stop("The program uses a value '{}' that nothing makes before.", name.substr(0, 200));
    return it->second;
}

FxArg GraphReader::lookup(std::string_view name, Scope& scope, const NodeContext& at)
{
    const Bound& bound = find_value(name, scope);
    if (const FxArg* arg = std::get_if<FxArg>(&bound))
        return *arg;
    return state_value(std::get<Slot>(bound), scope.block, at.frame);
}

FxArg GraphReader::state_value(Slot slot, FxBlockId block, FrameId frame)
{
    const State& state = m_state[slot];
    if (state.written) { // one value for all, so that all see what is written
        block = FxGraph::main_block;
        frame = 0;
    }
    const auto [it, inserted] = m_get_attrs.try_emplace({block, frame, slot}, FxArg());
    if (!inserted)
        return it->second;
    FxNode node;
    node.kind = FxKind::GetAttr;
    node.target = state.fqn;
    node.tensor = state.tensor;
    node.frame = frame;
    std::string name = state.fqn;
    std::replace(name.begin(), name.end(), '.', '_');
    const FxNodeId id = m_graph.add_node(block, std::move(node), {std::move(name)}, {state.type});
    it->second = FxRef{m_graph.nodes[id].outputs[0]};
    return it->second;
}

/// SymIntArgument and its like: {"as_name": "sym_size"} or {"as_int": 3}.
FxArg GraphReader::name_or_number(JsonValue value, Scope& scope, const NodeContext& at)
{
    const auto kind = value.only_member();
    if (!kind)
        stop("A symbolic argument has not the form {{\"as_name\": ...}}.");
    if (kind->key == "as_name")
        return lookup(text(kind->value), scope, at);
    if (kind->key == "as_int")
        return integer(kind->value);
    if (kind->key == "as_float")
        return real(kind->value);
    if (kind->key == "as_bool")
        return boolean(kind->value);
    stop("A symbolic argument of the kind '{}' is not known.", kind->key.substr(0, 80));
}

FxArg GraphReader::list_of(JsonValue items, Scope& scope, const NodeContext& at)
{
    FxArg::List list;
    for (const JsonValue item : items.items()) {
        if (item.is_array())
            list.push_back(list_of(item, scope, at));
        else if (const auto name = item["name"].as_string())
            list.push_back(lookup(*name, scope, at));
        else
            list.push_back(argument(item, scope, at));
    }
    return list;
}

bool GraphReader::is_known_argument(std::string_view tag)
{
    constexpr std::array tags{std::string_view("as_none"),
                              std::string_view("as_tensor"),
                              std::string_view("as_tensors"),
                              std::string_view("as_optional_tensor"),
                              std::string_view("as_optional_tensors"),
                              std::string_view("as_nested_tensors"),
                              std::string_view("as_custom_obj"),
                              std::string_view("as_token"),
                              std::string_view("as_int"),
                              std::string_view("as_ints"),
                              std::string_view("as_int_lists"),
                              std::string_view("as_float"),
                              std::string_view("as_floats"),
                              std::string_view("as_float_lists"),
                              std::string_view("as_bool"),
                              std::string_view("as_bools"),
                              std::string_view("as_string"),
                              std::string_view("as_strings"),
                              std::string_view("as_sym_int"),
                              std::string_view("as_sym_ints"),
                              std::string_view("as_sym_float"),
                              std::string_view("as_sym_floats"),
                              std::string_view("as_sym_bool"),
                              std::string_view("as_sym_bools"),
                              std::string_view("as_scalar_type"),
                              std::string_view("as_layout"),
                              std::string_view("as_memory_format"),
                              std::string_view("as_device"),
                              std::string_view("as_complex"),
                              std::string_view("as_operator"),
                              std::string_view("as_string_to_argument")};
    return std::find(tags.begin(), tags.end(), tag) != tags.end();
}

FxArg GraphReader::argument(JsonValue argument_value, Scope& scope, const NodeContext& at)
{
    const auto kind = argument_value.only_member();
    if (!kind)
        stop("An argument is not written as a union with one tag.");
    const std::string_view tag = kind->key;
    const JsonValue value = kind->value;
    if (tag == "as_tensor" || tag == "as_custom_obj" || tag == "as_token") {
        const auto name = value["name"].as_string();
        if (!name)
            stop("A tensor argument has no name.");
        return lookup(*name, scope, at);
    }
    if (tag == "as_none")
        return FxNone{};
    if (tag == "as_int")
        return integer(value);
    if (tag == "as_float")
        return real(value);
    if (tag == "as_bool")
        return boolean(value);
    if (tag == "as_string" || tag == "as_operator")
        return text(value);
    if (tag == "as_tensors" || tag == "as_optional_tensors" || tag == "as_nested_tensors")
        return list_of(value, scope, at);
    if (tag == "as_optional_tensor")
        return argument(value, scope, at);
    if (tag == "as_ints")
        return plain_list(value, integer);
    if (tag == "as_floats")
        return plain_list(value, real);
    if (tag == "as_bools")
        return plain_list(value, boolean);
    if (tag == "as_strings")
        return plain_list(value, text);
    if (tag == "as_int_lists")
        return plain_list(value, [](JsonValue row) { return plain_list(row, integer); });
    if (tag == "as_float_lists")
        return plain_list(value, [](JsonValue row) { return plain_list(row, real); });
    if (tag == "as_sym_int" || tag == "as_sym_float" || tag == "as_sym_bool")
        return name_or_number(value, scope, at);
    if (tag == "as_sym_ints" || tag == "as_sym_floats" || tag == "as_sym_bools") {
        FxArg::List list;
        for (const JsonValue item : value.items())
            list.push_back(name_or_number(item, scope, at));
        return list;
    }
    if (tag == "as_scalar_type")
        return scalar_type(value);
    if (tag == "as_layout")
        return enumeration(layouts, value, "layout");
    if (tag == "as_memory_format")
        return enumeration(memory_formats, value, "memory_format");
    if (tag == "as_device")
        return device(value);
    if (tag == "as_complex")
        return FxEnum{
            fmt::format("the complex number {}+{}j", real(value["real"]), real(value["imag"]))};
    if (tag == "as_string_to_argument") {
        FxArg::List pairs;
        for (const auto [key, item] : value.members()) {
            pairs.emplace_back(std::string(key));
            pairs.push_back(argument(item, scope, at));
        }
        return pairs;
    }
    // A newer schema: whoever reads the argument has to refuse.
    return FxEnum{fmt::format("an argument of the unknown kind '{}'", tag.substr(0, 80))};
}

FxType GraphReader::tensor_type(JsonValue meta) const
{
    FxType type = FxType::tensor(dtype_from_export_schema(meta["dtype"].as_int().value_or(0)));
    if (!meta["sizes"].is_array())
        return type;
    std::vector<FxDim> dims;
    for (const JsonValue size : meta["sizes"].items()) {
        const auto kind = size.only_member();
        FxDim dim;
        if (kind && kind->key == "as_int")
            dim.value = std::max<std::int64_t>(kind->value.as_int().value_or(-1), -1);
        else if (kind && kind->key == "as_expr")
            dim.symbol = dim_text_of_srepr(kind->value["expr_str"].text());
        dims.push_back(std::move(dim));
    }
    type.shape = std::move(dims);
    return type;
}

FxType GraphReader::type_of(std::string_view name, const Scope& scope) const
{
    const auto it = scope.types.find(name);
    return it == scope.types.end() ? FxType::of(FxType::Kind::Unknown) : it->second;
}

FxType GraphReader::type_of(const FxArg& arg) const
{
    if (const FxRef* ref = arg.ref())
        return m_graph.values[ref->value].type;
    if (std::holds_alternative<std::int64_t>(arg.value))
        return FxType::of(FxType::Kind::Int);
    if (std::holds_alternative<double>(arg.value))
        return FxType::of(FxType::Kind::Float);
    if (std::holds_alternative<bool>(arg.value))
        return FxType::of(FxType::Kind::Bool);
    return FxType::of(FxType::Kind::Unknown);
}

JsonValue GraphReader::subgraph(JsonValue node, std::size_t position) const
{
    std::size_t index = 0;
    for (const JsonValue input : node["inputs"].items()) {
        if (index++ != position)
            continue;
        if (const JsonValue graph = input["arg"]["as_graph"]["graph"]; graph.is_object())
            return graph;
    }
    stop("'{}' has no graph as argument {}.", node["target"].text().substr(0, 80), position);
}

} // namespace strata::pt2
