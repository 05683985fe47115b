#include "ui/models/dot_text.h"

#include <set>
#include <tuple>

namespace strata::ui {

namespace {

std::string dotQuoted(std::string_view text)
{
    std::string result = "\"";
    for (const char c : text) {
        if (c == '"' || c == '\\')
            result += '\\';
        if (c == '\n')
            result += "\\n";
        else
            result += c;
    }
    return result + '"';
}

} // namespace

Result<std::string> dotText(const Inspection& inspection, const DisplayTree& tree,
                            const std::vector<bool>& nodes, TaskContext& task)
{
    const OnnxModel& model = *inspection.model;
    std::string text = "digraph {\n  node [shape=box, style=rounded];\n";
    for (NodeId id = 0; id < nodes.size(); ++id) {
        if (!nodes[id])
            continue;
        STRATA_CHECK(task.poll());
        const OnnxNode& node = model.nodes[id];
        const NodeAttribution& found = inspection.attribution[id];
        text += "  n" + std::to_string(id) + " [label=" +
                dotQuoted(std::string(model.text(node.op_type)) + "\n" +
                          std::string(model.text(node.name))) +
                ", tooltip=" +
                dotQuoted(found.synthetic ? found.synthetic_path
                                          : inspection.modules[found.module].fqn) +
                "];\n";
    }
    std::set<std::tuple<NodeId, NodeId, ValueId>> told;
    for (const Flow& flow : tree.flows)
        if (!flow.from.terminal && !flow.to.terminal && nodes[flow.from.id] && nodes[flow.to.id] &&
            told.emplace(flow.from.id, flow.to.id, flow.value).second) {
            STRATA_CHECK(task.poll());
            text += "  n" + std::to_string(flow.from.id) + " -> n" + std::to_string(flow.to.id) +
                    " [label=" + dotQuoted(model.type_text(flow.value)) + "];\n";
        }
    return text + "}\n";
}

} // namespace strata::ui
