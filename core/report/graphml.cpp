// GraphML with a nested graph for every module, as yEd and Gephi read it
// (http://graphml.graphdrawing.org/specification.html).
#include "report/figures_text.h"
#include "report/module_nodes.h"
#include "report/report.h"

#include <fmt/format.h>

namespace strata {
namespace {

class GraphmlWriter {
public:
    explicit GraphmlWriter(const Inspection& inspection)
        : m_inspection(inspection),
          m_nodes(nodes_by_module(inspection))
    {}

    std::string write() &&
    {
        m_text = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
                 "<graphml xmlns=\"http://graphml.graphdrawing.org/xmlns\">\n";
        for (const char* key : {"label", "kind", "operator", "class", "module", "evidence"})
            m_text += fmt::format("  <key id=\"{0}\" for=\"node\" attr.name=\"{0}\" "
                                  "attr.type=\"string\"/>\n",
                                  key);
        m_text += "  <key id=\"confidence\" for=\"node\" attr.name=\"confidence\" "
                  "attr.type=\"double\"/>\n"
                  "  <key id=\"value\" for=\"edge\" attr.name=\"value\" attr.type=\"string\"/>\n"
                  "  <key id=\"type\" for=\"edge\" attr.name=\"type\" attr.type=\"string\"/>\n"
                  "  <graph id=\"G\" edgedefault=\"directed\">\n";
        write_modules();
        for (const NodeId id : m_nodes.orphans)
            write_node(id);
        write_edges();
        m_text += "  </graph>\n</graphml>\n";
        return std::move(m_text);
    }

private:
    void data(const char* key, std::string_view value)
    {
        m_text += fmt::format("<data key=\"{}\">{}</data>", key, escape_xml(value));
    }

    void write_node(NodeId id)
    {
        const OnnxModel& model = *m_inspection.model;
        const NodeAttribution& node = m_inspection.attribution[id];
        const OnnxNode& onnx = model.nodes[id];
        m_text += fmt::format("<node id=\"n{}\">", id);
        data("label",
             onnx.name == StringId::Empty ? model.text(onnx.op_type) : model.text(onnx.name));
        data("kind", "operator");
        data("operator", model.text(onnx.op_type));
        data("module",
             node.synthetic ? node.synthetic_path : m_inspection.modules[node.module].fqn);
        data("evidence", to_string(node.kind));
        m_text += fmt::format("<data key=\"confidence\">{:.4g}</data></node>\n", node.confidence);
    }

    /// Depth first without recursion: trees from files may be deep.
    void write_modules()
    {
        struct Step {
            ModuleId module;
            bool close;
        };
        std::vector<Step> stack{{root_module, false}};
        while (!stack.empty()) {
            const Step step = stack.back();
            stack.pop_back();
            if (step.close) {
                m_text += "</graph></node>\n";
                continue;
            }
            if (!m_nodes.used[step.module])
                continue;
            const Module& module = m_inspection.modules[step.module];
            m_text += fmt::format("<node id=\"m{}\">", step.module);
            data("label", module.name.empty() ? module.class_name : module.name);
            data("kind", "module");
            data("class", module.class_name);
            data("module", module.fqn);
            m_text += fmt::format("<graph id=\"g{}\" edgedefault=\"directed\">\n", step.module);
            for (const NodeId id : m_nodes.of_module[step.module])
                write_node(id);
            stack.push_back({step.module, true});
            for (auto child = module.children.rbegin(); child != module.children.rend(); ++child)
                stack.push_back({*child, false});
        }
    }

    void write_edges()
    {
        const OnnxModel& model = *m_inspection.model;
        std::size_t edge = 0;
        for (NodeId id = 0; id < m_inspection.attribution.size(); ++id)
            for (const ValueId value : model.nodes[id].inputs) {
                if (value == no_id || model.values[value].producer == no_id)
                    continue;
                m_text += fmt::format("<edge id=\"e{}\" source=\"n{}\" target=\"n{}\">", edge++,
                                      model.values[value].producer, id);
                data("value", model.text(model.values[value].name));
                data("type", model.type_text(value));
                m_text += "</edge>\n";
            }
    }

    const Inspection& m_inspection;
    ModuleNodes m_nodes;
    std::string m_text;
};

} // namespace

std::string graphml_report(const Inspection& inspection)
{
    if (!inspection.model)
        return "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<graphml "
               "xmlns=\"http://graphml.graphdrawing.org/xmlns\"/>\n";
    return GraphmlWriter(inspection).write();
}

} // namespace strata
