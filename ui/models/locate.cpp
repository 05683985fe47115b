#include "ui/models/locate.h"

#include <charconv>

namespace strata::ui {

namespace {

/// The position at the end of "main/12"; the whole path is then compared, so this only narrows.
std::size_t lastNumber(std::string_view path)
{
    const std::size_t slash = path.rfind('/');
    if (slash == std::string_view::npos)
        return no_id;
    const std::string_view digits = path.substr(slash + 1);
    std::size_t position = no_id;
    const auto [end, error] =
        std::from_chars(digits.data(), digits.data() + digits.size(), position);
    return error == std::errc() && end == digits.data() + digits.size() ? position : no_id;
}

} // namespace

Target locate(const Inspection& inspection, std::string_view where)
{
    if (where.empty())
        return {};
    if (const OnnxModel* model = inspection.model.get()) {
        if (const StringId name = model->strings().find(where); name != StringId::Empty)
            for (NodeId id = 0; id < model->nodes.size(); ++id)
                if (model->nodes[id].name == name)
                    return Target::ofNode(id);
        if (const std::size_t position = lastNumber(where); position != no_id)
            for (const OnnxGraph& graph : model->graphs)
                if (position < graph.nodes.size() &&
                    model->node_path(graph.nodes[position]) == where)
                    return Target::ofNode(graph.nodes[position]);
    }
    // "layer1.0 (model.py:12)": a module, and the line of its code.
    if (const std::size_t source = where.find(" ("); where.ends_with(')') && source != where.npos)
        where = where.substr(0, source);
    if (const auto module = inspection.modules.find(where))
        return Target::ofModule(*module);
    return {};
}

Target locate(const Inspection& inspection, const UnsupportedOperator& unsupported)
{
    const auto module = inspection.modules.find(unsupported.module);
    if (const OnnxModel* model = inspection.model.get()) {
        // "aten::linalg_qr" is written as the operator linalg_qr of the domain org.pytorch.aten.
        std::string_view name = unsupported.op;
        if (const std::size_t colons = name.rfind("::"); colons != std::string_view::npos)
            name = name.substr(colons + 2);
        const std::string_view base = name.substr(0, name.find('.'));
        for (NodeId id = 0; id < model->nodes.size(); ++id) {
            const OnnxNode& node = model->nodes[id];
            const std::string_view op = model->text(node.op_type);
            if (node.domain == StringId::Empty ||
                (op != name && op != base && op != unsupported.op))
                continue;
            if (!module || id >= inspection.attribution.size() ||
                inspection.attribution[id].module == *module)
                return Target::ofNode(id);
        }
    }
    return module ? Target::ofModule(*module) : Target();
}

} // namespace strata::ui
