// Graphviz's language, with a cluster for every module.
#include "report/figures_text.h"
#include "report/module_nodes.h"
#include "report/report.h"

#include <fmt/format.h>

namespace strata {
namespace {

/// In double quotes only the quote and a backslash at the end of a name need care; backslashes are
/// doubled so that "\n" in a name stays what it is.
std::string dot_string(std::string_view text)
{
    std::string result = "\"";
    for (const char c : text) {
        if (c == '"' || c == '\\')
            result += '\\';
        result += static_cast<unsigned char>(c) < 0x20 ? ' ' : c;
    }
    return result + '"';
}

class DotWriter {
public:
    explicit DotWriter(const Inspection& inspection)
        : m_inspection(inspection),
          m_nodes(nodes_by_module(inspection))
    {}

    std::string write() &&
    {
        m_text = "digraph model {\n  node [shape=box, style=rounded, fontname=\"sans-serif\"];\n"
                 "  graph [fontname=\"sans-serif\", style=rounded];\n";
        write_modules();
        for (const NodeId id : m_nodes.orphans)
            write_node(id, 1);
        const OnnxModel& model = *m_inspection.model;
        for (NodeId id = 0; id < m_inspection.attribution.size(); ++id)
            for (const ValueId value : model.nodes[id].inputs)
                if (value != no_id && model.values[value].producer != no_id)
                    m_text += fmt::format("  n{} -> n{};\n", model.values[value].producer, id);
        return std::move(m_text) + "}\n";
    }

private:
    void write_node(NodeId id, std::size_t depth)
    {
        const OnnxModel& model = *m_inspection.model;
        const NodeAttribution& node = m_inspection.attribution[id];
        m_text +=
            fmt::format("{:{}}n{} [label={}, tooltip={}{}];\n", "", 2 * depth, id,
                        dot_string(model.text(model.nodes[id].op_type)),
                        dot_string(model.text(model.nodes[id].name)),
                        node.synthetic ? ", style=\"rounded,dashed\", color=\"#c2410c\"" : "");
    }

    void write_modules()
    {
        struct Step {
            ModuleId module;
            std::size_t depth;
            bool close;
        };
        std::vector<Step> stack{{root_module, 1, false}};
        while (!stack.empty()) {
            const Step step = stack.back();
            stack.pop_back();
            // Indentation is for people; deep trees would make it most of the file.
            const std::size_t indent = 2 * std::min<std::size_t>(step.depth, 20);
            if (step.close) {
                m_text += fmt::format("{:{}}}}\n", "", indent);
                continue;
            }
            if (!m_nodes.used[step.module])
                continue;
            const Module& module = m_inspection.modules[step.module];
            const std::string label = module.name.empty()
                                          ? module.class_name
                                          : fmt::format("{} {}", module.name, module.class_name);
            m_text += fmt::format("{:{}}subgraph cluster_{} {{ label={};\n", "", indent,
                                  step.module, dot_string(label));
            for (const NodeId id : m_nodes.of_module[step.module])
                write_node(id, std::min<std::size_t>(step.depth + 1, 20));
            stack.push_back({step.module, step.depth, true});
            for (auto child = module.children.rbegin(); child != module.children.rend(); ++child)
                stack.push_back({*child, step.depth + 1, false});
        }
    }

    const Inspection& m_inspection;
    ModuleNodes m_nodes;
    std::string m_text;
};

} // namespace

std::string dot_report(const Inspection& inspection)
{
    if (!inspection.model)
        return "digraph model {\n}\n";
    return DotWriter(inspection).write();
}

} // namespace strata
