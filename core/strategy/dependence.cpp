#include "strategy/dependence.h"

#include <algorithm>
#include <array>
#include <string_view>

namespace strata {
namespace {

/// Operators that ask a tensor for its shape or type, not for its elements.
bool asks_for_shape(std::string_view target)
{
    constexpr std::array<std::string_view, 14> names{
        "size",   "dim",    "numel",  "len",   "is_floating_point", "is_complex", "dtype",
        "device", "layout", "stride", "shape", "sym_size",          "sym_numel",  "ndim"};
    const std::size_t scope = target.find("::");
    if (scope == std::string_view::npos)
        return false;
    target.remove_prefix(scope + 2);
    target = target.substr(0, target.find('.'));
    return std::find(names.begin(), names.end(), target) != names.end();
}

/// Operators whose result is as large as their argument but does not hold its elements.
bool takes_shape_only(std::string_view target)
{
    return target.starts_with("aten::") &&
           (target.find("_like") != std::string_view::npos || target.starts_with("aten::new_"));
}

class Search {
public:
    explicit Search(const FxGraph& graph)
        : m_graph(graph),
          m_found(graph.values.size(), Dependence::OnModel)
    {}

    std::vector<Dependence> run()
    {
        visit_block(FxGraph::main_block);
        return std::move(m_found);
    }

private:
    Dependence of(const FxArg& arg) const
    {
        Dependence strongest = Dependence::OnModel;
        visit_arg(arg, [&](const FxArg& item) {
            if (const FxRef* ref = item.ref())
                strongest = std::max(strongest, m_found[ref->value]);
        });
        return strongest;
    }

    /// True when something changed.
    bool raise(FxValueId value, Dependence dependence)
    {
        if (m_found[value] >= dependence)
            return false;
        m_found[value] = dependence;
        return true;
    }

    void visit_block(FxBlockId block)
    {
        for (const FxNodeId id : m_graph.blocks[block].nodes)
            visit_node(m_graph.nodes[id]);
    }

    void visit_node(const FxNode& node)
    {
        if (node.kind == FxKind::Placeholder) {
            for (const FxValueId output : node.outputs)
                raise(output, Dependence::OnData);
            return;
        }
        if (node.target == "prim::If") {
            const Dependence condition = of(node.args.front());
            for (const FxBlockId body : node.blocks) {
                visit_block(body);
                const std::vector<FxArg>& results = m_graph.blocks[body].results;
                for (std::size_t i = 0; i < node.outputs.size() && i < results.size(); ++i)
                    raise(node.outputs[i], std::max(condition, of(results[i])));
            }
            return;
        }
        if (node.target == "prim::Loop" && node.args.size() >= 2) {
            visit_loop(node);
            return;
        }
        Dependence strongest = Dependence::OnModel;
        for (const FxArg& arg : node.args)
            strongest = std::max(strongest, of(arg));
        for (const FxKeywordArg& kwarg : node.kwargs)
            strongest = std::max(strongest, of(kwarg.arg));
        if (strongest == Dependence::OnData &&
            (asks_for_shape(node.target) || takes_shape_only(node.target)))
            strongest = Dependence::OnShapes;
        for (const FxValueId output : node.outputs)
            raise(output, strongest);
        // What is written into a container or tensor is there for its other names, too.
        for (const FxArg& arg : node.args)
            if (const FxRef* ref = arg.ref(); ref && may_write(node))
                raise(ref->value, strongest);
    }

    static bool may_write(const FxNode& node)
    {
        const std::string_view name =
            std::string_view(node.target)
                .substr(0, std::min(node.target.find('.', node.target.find("::") + 1),
                                    node.target.size()));
        return name.ends_with('_') || name == "aten::append" || name == "aten::extend" ||
               name == "aten::insert";
    }

    void visit_loop(const FxNode& node)
    {
        const FxBlock& body = m_graph.blocks[node.blocks.front()];
        const Dependence trips = std::max(of(node.args[0]), of(node.args[1]));
        for (std::size_t i = 0; i < body.params.size(); ++i)
            raise(body.params[i],
                  i == 0 || i + 1 >= node.args.size() ? trips : of(node.args[i + 1]));
        // Two strengths can rise at most, through one carried value after the other.
        for (bool changed = true; changed;) {
            changed = false;
            visit_block(node.blocks.front());
            const Dependence next = body.results.empty() ? trips : of(body.results[0]);
            const Dependence ran = std::max(trips, next);
            for (std::size_t i = 1; i < body.params.size() && i < body.results.size(); ++i)
                changed = raise(body.params[i], std::max(ran, of(body.results[i]))) || changed;
        }
        for (std::size_t i = 0; i < node.outputs.size() && i + 1 < body.params.size(); ++i)
            raise(node.outputs[i], std::max(trips, m_found[body.params[i + 1]]));
    }

    const FxGraph& m_graph;
    std::vector<Dependence> m_found;
};

} // namespace

std::vector<Dependence> find_dependences(const FxGraph& graph)
{
    return Search(graph).run();
}

} // namespace strata
