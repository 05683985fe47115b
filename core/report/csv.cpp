// One line a node, for spreadsheets and scripts (RFC 4180).
#include "report/figures_text.h"
#include "report/report.h"
#include "report/review_rows.h"

#include <fmt/format.h>

namespace strata {
namespace {

std::string field(std::string_view text)
{
    if (text.find_first_of(",\"\r\n") == std::string_view::npos)
        return std::string(text);
    std::string quoted = "\"";
    for (const char c : text) {
        if (c == '"')
            quoted += '"';
        quoted += c;
    }
    return quoted + '"';
}

} // namespace

std::string csv_report(const Inspection& inspection, const LaidReview* review)
{
    std::string text = "path,name,operator,domain,module,class,call,tag,confidence,evidence,"
                       "category,synthetic,origins,source,review,reviewed_module,note\r\n";
    if (!inspection.model)
        return text;
    const OnnxModel& model = *inspection.model;
    const std::vector<std::string> paths = model.node_paths();
    for (NodeId id = 0; id < inspection.attribution.size(); ++id) {
        const NodeAttribution& node = inspection.attribution[id];
        const OnnxNode& onnx = model.nodes[id];
        std::string origins;
        for (const std::string& origin : node.origins)
            origins += (origins.empty() ? "" : " ") + origin;
        const Module* module = node.synthetic ? nullptr : &inspection.modules[node.module];
        const ReviewedNode reviewed = reviewed_node(inspection, review, id);
        text += fmt::format(
            "{},{},{},{},{},{},{},{},{:.4g},{},{},{},{},{},{},{},{}\r\n", field(paths[id]),
            field(model.text(onnx.name)), field(model.text(onnx.op_type)),
            field(model.text(onnx.domain)), field(module ? module->fqn : ""),
            field(module ? module->class_name : ""), node.call, field(place_text(inspection, id)),
            node.confidence, to_string(node.kind), to_string(node.category),
            node.synthetic ? "true" : "false", field(origins), field(node.source),
            reviewed.decision, field(reviewed.module), field(reviewed.note));
    }
    return text;
}

} // namespace strata
