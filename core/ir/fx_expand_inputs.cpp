#include "ir/fx_expand_inputs.h"

#include <algorithm>
#include <charconv>
#include <optional>
#include <unordered_map>

namespace strata {
namespace {

constexpr std::size_t longest_list = 4096;

bool is_container(const FxType& type)
{
    return type.kind == FxType::Kind::List || type.kind == FxType::Kind::Tuple ||
           type.kind == FxType::Kind::Dict;
}

/// What an Optional holds; the type itself otherwise.
const FxType& inner_type(const FxType& type)
{
    const FxType* inner = &type;
    while (inner->kind == FxType::Kind::Optional && !inner->elements.empty())
        inner = &inner->elements.front();
    return *inner;
}

std::optional<std::int64_t> parse_index(std::string_view text)
{
    std::int64_t value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc{} || end != text.data() + text.size())
        return std::nullopt;
    return value;
}

/// One argument, taken apart.
struct Tree {
    enum class Kind { Leaf, Tuple, List, Dict, Open };
    Kind kind = Kind::Leaf;
    FxType type;
    std::vector<FxArg> keys; ///< of a dict; parallel to items
    std::vector<Tree> items;
};

/// What the code does with containers: which indices and keys it asks for.
class Usage {
public:
    explicit Usage(const FxGraph& graph)
        : m_graph(graph),
          m_uses(graph.values.size()),
          m_escapes(graph.values.size(), false)
    {
        for (FxNodeId id = 0; id < graph.nodes.size(); ++id) {
            const FxNode& node = graph.nodes[id];
            const FxRef* first = node.args.empty() ? nullptr : node.args.front().ref();
            if (first)
                m_uses[first->value].push_back(id);
            bool passed_first = first == nullptr;
            visit_uses(node, [&](FxValueId value) {
                if (passed_first)
                    m_escapes[value] = true;
                passed_first = true;
            });
        }
        for (const FxBlock& block : graph.blocks)
            for (const FxArg& result : block.results)
                if (const FxRef* ref = result.ref())
                    m_escapes[ref->value] = true;
    }

    struct Part {
        FxArg key; ///< an index or a dict's key
        FxValueId value = no_index;
    };
    struct Parts {
        std::vector<Part> parts;
        std::optional<std::size_t> length; ///< of a list that is unpacked
        bool complete = true; ///< nothing else is done with it: no loop over it, no len()
    };

    /// Everything that is taken out of any of these values, which stand for one container.
    Parts parts_of(const std::vector<FxValueId>& values) const
    {
        Parts found;
        std::vector<FxValueId> pending = values;
        for (std::size_t i = 0; i < pending.size(); ++i) {
            found.complete = found.complete && !m_escapes[pending[i]];
            for (const FxNodeId id : m_uses[pending[i]])
                take(m_graph.nodes[id], found, pending);
        }
        return found;
    }

private:
    static void add(Parts& found, const FxArg& key, FxValueId value)
    {
        Part& part = found.parts.emplace_back();
        part.key = key;
        part.value = value;
    }

    static void take(const FxNode& node, Parts& found, std::vector<FxValueId>& pending)
    {
        if (node.target == "prim::unchecked_cast" ||
            node.target == "prim::unchecked_unwrap_optional" ||
            node.target == "aten::_unwrap_optional") {
            pending.push_back(node.outputs.front());
        } else if (node.target == "prim::ListUnpack" || node.target == "prim::TupleUnpack") {
            found.length = node.outputs.size();
            for (std::size_t i = 0; i < node.outputs.size(); ++i)
                add(found, FxArg(static_cast<std::int64_t>(i)), node.outputs[i]);
        } else if ((node.target.starts_with("aten::__getitem__") ||
                    node.target == "prim::TupleIndex") &&
                   node.args.size() > 1 && node.outputs.size() == 1) {
            add(found, node.args[1], node.outputs.front());
        } else if (!node.target.starts_with("aten::__contains__")) {
            found.complete = false;
        }
    }

    const FxGraph& m_graph;
    std::vector<std::vector<FxNodeId>> m_uses; // as first argument
    std::vector<bool> m_escapes;               // used as something else
};

class TreeBuilder {
public:
    TreeBuilder(const FxGraph& graph, const std::vector<std::string>& names)
        : m_usage(graph),
          m_names(names)
    {}

    bool is_named(const std::string& path) const
    {
        return std::any_of(m_names.begin(), m_names.end(),
                           [&](const std::string& name) { return names_input(name, path); });
    }

    Tree build(const FxType& declared, const std::string& path,
               const std::vector<FxValueId>& values) const
    {
        // An optional item that nobody gives stays a leaf, which lowering leaves out.
        const bool optional = declared.kind == FxType::Kind::Optional;
        const FxType& type = inner_type(declared);
        if (!is_container(type) || (optional && !is_named(path)))
            return closed(Tree::Kind::Leaf, declared);
        if (type.kind == FxType::Kind::Tuple)
            return tuple(type, path, values);
        if (type.elements.empty())
            return closed(Tree::Kind::Open, declared);
        return type.kind == FxType::Kind::List ? list(type, path, values)
                                               : dict(type, path, values);
    }

private:
    static Tree closed(Tree::Kind kind, const FxType& type)
    {
        Tree tree;
        tree.kind = kind;
        tree.type = type;
        return tree;
    }

    /// What follows "path." in the names that lie in it, in order.
    std::vector<std::string> rests(const std::string& path) const
    {
        std::vector<std::string> found;
        for (const std::string& name : m_names)
            if (name.size() > path.size() && names_input(name, path))
                found.push_back(name.substr(path.size() + 1));
        return found;
    }

    /// How many parts of a path an item of this type takes.
    static std::size_t depth(const FxType& declared)
    {
        const FxType& type = inner_type(declared);
        std::size_t inner = 0;
        if (!is_container(type))
            return 0;
        for (const FxType& element : type.elements)
            inner = std::max(inner, depth(element));
        return inner + 1;
    }

    static std::vector<FxValueId> taken(const Usage::Parts& parts, const FxArg& key,
                                        std::int64_t length)
    {
        std::vector<FxValueId> values;
        const auto* index = std::get_if<std::int64_t>(&key.value);
        for (const Usage::Part& part : parts.parts) {
            const auto* at = std::get_if<std::int64_t>(&part.key.value);
            const bool from_end = index && at && *at < 0 && *at + length == *index;
            if (part.key == key || from_end)
                values.push_back(part.value);
        }
        return values;
    }

    Tree tuple(const FxType& type, const std::string& path,
               const std::vector<FxValueId>& values) const
    {
        return sequence(Tree::Kind::Tuple, type, path, m_usage.parts_of(values),
                        type.elements.size());
    }

    Tree sequence(Tree::Kind kind, const FxType& type, const std::string& path,
                  const Usage::Parts& parts, std::size_t length) const
    {
        Tree tree = closed(kind, type);
        for (std::size_t i = 0; i < length; ++i) {
            const FxType& element = kind == Tree::Kind::Tuple ? type.elements[i] : type.elements[0];
            tree.items.push_back(build(element, path + "." + std::to_string(i),
                                       taken(parts, FxArg(static_cast<std::int64_t>(i)),
                                             static_cast<std::int64_t>(length))));
        }
        return tree;
    }

    Tree list(const FxType& type, const std::string& path,
              const std::vector<FxValueId>& values) const
    {
        std::size_t length = 0;
        for (const std::string& rest : rests(path)) {
            const auto index = parse_index(std::string_view(rest).substr(0, rest.find('.')));
            if (index && *index >= 0)
                length = std::max(length, static_cast<std::size_t>(*index) + 1);
        }
        const Usage::Parts parts = m_usage.parts_of(values);
        if (length == 0 && parts.length)
            length = *parts.length;
        else if (length == 0 && parts.complete)
            for (const Usage::Part& part : parts.parts)
                if (const auto* index = std::get_if<std::int64_t>(&part.key.value))
                    length = std::max(
                        length, static_cast<std::size_t>(*index < 0 ? -(*index + 1) : *index) + 1);
        if (length == 0 || length > longest_list)
            return closed(Tree::Kind::Open, type);
        return sequence(Tree::Kind::List, type, path, parts, length);
    }

    Tree dict(const FxType& type, const std::string& path,
              const std::vector<FxValueId>& values) const
    {
        const FxType& key_type = type.elements.front();
        const FxType& value_type = type.elements.back();
        std::vector<std::string> texts;
        for (const std::string& rest : rests(path))
            texts.emplace_back(key_of_path(rest, depth(value_type)));
        std::vector<FxArg> keys;
        const auto add = [&](FxArg key) {
            if (std::find(keys.begin(), keys.end(), key) == keys.end())
                keys.push_back(std::move(key));
        };
        for (const std::string& text : texts) {
            if (key_type.kind != FxType::Kind::Int)
                add(FxArg(text));
            else if (const auto number = parse_index(text))
                add(FxArg(*number));
        }
        const Usage::Parts parts = m_usage.parts_of(values);
        if (keys.empty() && parts.complete)
            for (const Usage::Part& part : parts.parts)
                if (std::holds_alternative<std::string>(part.key.value) ||
                    std::holds_alternative<std::int64_t>(part.key.value))
                    add(part.key);
        if (keys.empty() || keys.size() > longest_list)
            return closed(Tree::Kind::Open, type);
        Tree tree = closed(Tree::Kind::Dict, type);
        tree.keys = keys;
        for (const FxArg& key : keys) {
            const auto* text = std::get_if<std::string>(&key.value);
            const std::string part =
                text ? *text : std::to_string(std::get<std::int64_t>(key.value));
            tree.items.push_back(build(value_type, path + "." + part, taken(parts, key, 0)));
        }
        return tree;
    }

    Usage m_usage;
    const std::vector<std::string>& m_names;
};

/// Copies the graph with other placeholders.
class Expander {
public:
    Expander(const FxGraph& from, const std::vector<std::string>& names)
        : m_from(from),
          m_trees(from, names),
          m_values(from.values.size())
    {
        m_result.graph.frames = from.frames;
        for (const SourceLocation& source : from.sources)
            m_result.graph.add_source(source);
    }

    ExpandedInputs run()
    {
        copy_block(FxGraph::main_block, FxGraph::main_block);
        return std::move(m_result);
    }

private:
    void copy_block(FxBlockId from, FxBlockId to)
    {
        FxGraph& graph = m_result.graph;
        for (const FxValueId param : m_from.blocks[from].params) {
            const FxValue& value = m_from.values[param];
            m_values[param] = graph.add_block_param(to, value.name, value.type);
        }
        for (const FxNodeId id : m_from.blocks[from].nodes)
            if (!expand(m_from.nodes[id]))
                copy_node(id, to);
        for (const FxArg& result : m_from.blocks[from].results)
            graph.blocks[to].results.push_back(copy_arg(result));
    }

    bool expand(const FxNode& node)
    {
        if (node.kind != FxKind::Placeholder)
            return false;
        const FxValueId output = node.outputs.front();
        const FxType& type = m_from.values[output].type;
        if (!is_container(inner_type(type)))
            return false;
        if (!node.args.empty() && !m_trees.is_named(node.target))
            return false; // its default value
        const Tree tree = m_trees.build(type, node.target, {output});
        if (tree.kind == Tree::Kind::Leaf || is_open(tree)) {
            if (is_open(tree))
                m_result.open.push_back(node.target);
            return false;
        }
        m_values[output] = add_tree(tree, node.target, node);
        return true;
    }

    static bool is_open(const Tree& tree)
    {
        return tree.kind == Tree::Kind::Open ||
               std::any_of(tree.items.begin(), tree.items.end(), is_open);
    }

    FxValueId add_tree(const Tree& tree, const std::string& path, const FxNode& argument)
    {
        FxGraph& graph = m_result.graph;
        FxNode node;
        node.frame = argument.frame;
        node.source = argument.source;
        std::string name = path;
        std::replace(name.begin(), name.end(), '.', '_');
        if (tree.kind == Tree::Kind::Leaf) {
            node.kind = FxKind::Placeholder;
            node.target = path;
        } else {
            node.kind = FxKind::CallFunction;
            node.target = tree.kind == Tree::Kind::Tuple  ? "prim::TupleConstruct"
                          : tree.kind == Tree::Kind::List ? "prim::ListConstruct"
                                                          : "prim::DictConstruct";
            for (std::size_t i = 0; i < tree.items.size(); ++i) {
                std::string part = std::to_string(i);
                if (tree.kind == Tree::Kind::Dict) {
                    const FxArg& key = tree.keys[i];
                    const auto* text = std::get_if<std::string>(&key.value);
                    part = text ? *text : std::to_string(std::get<std::int64_t>(key.value));
                    node.args.push_back(key);
                }
                node.args.emplace_back(FxRef{add_tree(tree.items[i], path + "." + part, argument)});
            }
        }
        const FxNodeId id =
            graph.add_node(FxGraph::main_block, std::move(node), {std::move(name)}, {tree.type});
        return graph.nodes[id].outputs.front();
    }

    void copy_node(FxNodeId id, FxBlockId to)
    {
        FxGraph& graph = m_result.graph;
        const FxNode& node = m_from.nodes[id];
        FxNode copy = node;
        copy.blocks.clear();
        for (FxArg& arg : copy.args)
            arg = copy_arg(arg);
        for (FxKeywordArg& kwarg : copy.kwargs)
            kwarg.arg = copy_arg(kwarg.arg);
        std::vector<std::string> names;
        std::vector<FxType> types;
        for (const FxValueId output : node.outputs) {
            names.push_back(m_from.values[output].name);
            types.push_back(m_from.values[output].type);
        }
        const FxNodeId added =
            graph.add_node(to, std::move(copy), std::move(names), std::move(types));
        for (std::size_t i = 0; i < node.outputs.size(); ++i)
            m_values[node.outputs[i]] = graph.nodes[added].outputs[i];
        for (const FxBlockId body : node.blocks) {
            const FxBlockId block = graph.add_block(added);
            graph.nodes[added].blocks.push_back(block);
            copy_block(body, block);
        }
    }

    FxArg copy_arg(const FxArg& arg) const
    {
        if (const FxRef* ref = arg.ref())
            return FxRef{m_values[ref->value]};
        if (const auto* list = std::get_if<FxArg::List>(&arg.value)) {
            FxArg::List items;
            items.reserve(list->size());
            for (const FxArg& item : *list)
                items.push_back(copy_arg(item));
            return items;
        }
        return arg;
    }

    const FxGraph& m_from;
    TreeBuilder m_trees;
    ExpandedInputs m_result;
    std::vector<FxValueId> m_values; // what stands for each old value
};

} // namespace

bool names_input(std::string_view name, std::string_view input)
{
    return name.starts_with(input) && (name.size() == input.size() || name[input.size()] == '.');
}

std::string_view key_of_path(std::string_view rest, std::size_t depth)
{
    for (; depth > 0; --depth) {
        const std::size_t dot = rest.rfind('.');
        if (dot == std::string_view::npos)
            break;
        rest = rest.substr(0, dot);
    }
    return rest;
}

bool has_nested_inputs(const FxGraph& graph)
{
    const auto placeholders = graph.placeholders();
    return std::any_of(placeholders.begin(), placeholders.end(), [&](FxNodeId id) {
        return is_container(inner_type(graph.values[graph.nodes[id].outputs.front()].type));
    });
}

ExpandedInputs expand_inputs(const FxGraph& graph, const std::vector<std::string>& names)
{
    return Expander(graph, names).run();
}

} // namespace strata
