#include "report/sidecar.h"

#include "base/version.h"
#include "report/inputs_json.h"
#include "report/json_text.h"
#include "report/review_rows.h"
#include "report/strategy_json.h"

#include <cmath>

namespace strata {
namespace {

/// Relative to the sidecar's folder, with forward slashes; just the name where no relative path
/// exists.
std::string relative_path(const std::filesystem::path& path, const std::filesystem::path& folder)
{
    if (path.empty())
        return {};
    std::error_code error;
    const std::filesystem::path base =
        std::filesystem::weakly_canonical(folder.empty() ? "." : folder, error);
    const std::filesystem::path target = std::filesystem::weakly_canonical(path, error);
    const std::filesystem::path relative = target.lexically_relative(base);
    if (error || relative.empty())
        return path.filename().generic_string();
    return relative.generic_string();
}

/// Six decimals: sums of doubles differ in the last digits between machines.
double rounded(double value)
{
    return std::round(value * 1e6) / 1e6;
}

Json figures_json(const CoverageFigures& figures)
{
    return {{"nodes", figures.total},
            {"recorded", figures.recorded},
            {"attributed", figures.attributed},
            {"orphans", figures.orphans},
            {"recorded_coverage", rounded(figures.recorded_coverage())},
            {"coverage", rounded(figures.coverage())},
            {"mean_confidence", rounded(figures.mean_confidence())}};
}

Json review_row_json(const ReviewRow& row)
{
    Json json{{row.is_module ? "module" : "node", row.place}};
    if (!row.is_module)
        json["name"] = row.name;
    json["decision"] = row.decision;
    if (!row.to.empty())
        json["to"] = row.to;
    if (!row.note.empty())
        json["note"] = row.note;
    json["by"] = row.who;
    json["when"] = row.when;
    json["why"] = row.why;
    if (!row.conflict.empty())
        json["conflict"] = row.conflict;
    return json;
}

Json source_json(const Inspection& inspection, const std::filesystem::path& folder)
{
    Json json{{"file", relative_path(inspection.path, folder)},
              {"hash", inspection.content_hash},
              {"format", to_string(inspection.format)}};
    if (inspection.program) {
        if (inspection.format == ModelFormat::Onnx) {
            // An audit: the opened file is the ONNX file, the program was given beside it.
            json["file"] = relative_path(inspection.program->path, folder);
            json["hash"] = inspection.source_hash;
            json["format"] = to_string(inspection.program->format);
        }
        if (!inspection.program->producer.empty())
            json["producer"] = inspection.program->producer;
    } else if (inspection.format == ModelFormat::Onnx) {
        return nullptr;
    }
    return json;
}

Json model_json(const Inspection& inspection, const std::filesystem::path& folder)
{
    if (!inspection.model)
        return nullptr;
    const OnnxModel& model = *inspection.model;
    Json json;
    json["file"] = relative_path(inspection.model_path, folder);
    json["hash"] = inspection.model_hash;
    json["ir_version"] = model.ir_version;
    json["opset"] = model.opset();
    Json opsets = Json::object();
    for (const OpsetImport& import : model.opsets)
        opsets[import.domain.empty() ? "ai.onnx" : import.domain] = import.version;
    json["opsets"] = std::move(opsets);
    return json;
}

Json module_json(const Inspection& inspection, ModuleId id)
{
    const Module& module = inspection.modules[id];
    ModuleTree::TensorCount count;
    if (inspection.program)
        count = inspection.modules.count_tensors(id, inspection.program->tensors);
    Json json{{"fqn", module.fqn},
              {"tag", inspection.modules.tag(id)},
              {"class", module.class_name},
              {"qualified_class", module.qualified_class},
              {"parameters", count.parameters},
              {"bytes", count.bytes},
              {"calls", module.calls}};
    if (!module.alias_of.empty())
        json["alias_of"] = module.alias_of;
    if (module.inferred)
        json["inferred"] = true;
    if (id < inspection.coverage.own.size()) {
        json["own"] = figures_json(inspection.coverage.own[id]);
        json["with_descendants"] = figures_json(inspection.coverage.with_descendants[id]);
    }
    return json;
}

Json node_json(const Inspection& inspection, const std::string& path, NodeId id)
{
    const OnnxModel& model = *inspection.model;
    const OnnxNode& onnx = model.nodes[id];
    const NodeAttribution& node = inspection.attribution[id];
    Json json{{"path", path},
              {"name", model.text(onnx.name)},
              {"op_type", model.text(onnx.op_type)},
              {"domain", onnx.domain == StringId::Empty ? "ai.onnx" : model.text(onnx.domain)}};
    if (node.synthetic) {
        json["module"] = nullptr;
        json["tag"] = node.synthetic_path;
    } else {
        json["module"] = inspection.modules[node.module].fqn;
        json["tag"] = inspection.modules.tag(node.module);
    }
    json["call"] = node.call;
    json["confidence"] = rounded(node.confidence);
    json["kind"] = to_string(node.kind);
    json["category"] = to_string(node.category);
    json["synthetic"] = node.synthetic;
    Json chain = Json::array();
    for (const Evidence& evidence : node.evidence) {
        Json piece{{"kind", to_string(evidence.kind)},
                   {"confidence", rounded(evidence.confidence)}};
        if (evidence.module == no_module)
            piece["module"] = nullptr;
        else
            piece["module"] = inspection.modules[evidence.module].fqn;
        piece["detail"] = evidence.detail;
        chain.push_back(std::move(piece));
    }
    json["evidence"] = std::move(chain);
    json["origins"] = node.origins;
    json["source"] = node.source;
    if (id < inspection.parity.size() && inspection.parity[id].compared)
        json["parity"] = parity_json(inspection.parity[id]);
    return json;
}

Json coverage_json(const Inspection& inspection)
{
    const Coverage& coverage = inspection.coverage;
    Json json = figures_json(coverage.all);
    json["histogram"] = coverage.histogram;
    Json categories = Json::object();
    for (std::size_t i = 0; i < category_count; ++i)
        categories[std::string(to_string(static_cast<Category>(i)))] =
            figures_json(coverage.categories[i]);
    json["categories"] = std::move(categories);
    Json kinds = Json::object();
    for (std::size_t i = 0; i < evidence_kind_count; ++i)
        kinds[std::string(to_string(static_cast<EvidenceKind>(i)))] = coverage.kinds[i];
    json["kinds"] = std::move(kinds);
    Json ops = Json::object();
    for (const auto& [op, figures] : coverage.op_types)
        ops[op] = figures_json(figures);
    json["op_types"] = std::move(ops);
    Json unexecuted = Json::array();
    for (const ModuleId id : coverage.unexecuted_modules)
        unexecuted.push_back(inspection.modules[id].fqn);
    json["unexecuted_modules"] = std::move(unexecuted);
    json["unused_parameters"] = coverage.unused_parameters;
    return json;
}

void write_accounting(JsonObjectWriter& writer, const Inspection& inspection,
                      const std::vector<std::string>& paths)
{
    const bool known = inspection.program && inspection.program->graph.nodes.size() ==
                                                 inspection.accounting.records.size();
    if (!known) {
        writer.value("fx_accounting", nullptr);
        writer.begin_list("fx_nodes");
        writer.end_list();
        return;
    }
    Json counts = Json::object();
    for (const FxFate fate : {FxFate::Emitted, FxFate::Folded, FxFate::Fused, FxFate::Eliminated,
                              FxFate::Unsupported, FxFate::Unaccounted})
        counts[std::string(to_string(fate))] = inspection.accounting.count(fate);
    writer.value("fx_accounting", {{"total", inspection.accounting.records.size()},
                                   {"closed", inspection.accounting.closed()},
                                   {"counts", std::move(counts)}});
    const FxGraph& graph = inspection.program->graph;
    writer.begin_list("fx_nodes");
    for (FxNodeId id = 0; id < graph.nodes.size(); ++id) {
        const FxNode& node = graph.nodes[id];
        const FxRecord& record = inspection.accounting.records[id];
        Json json{
            {"name", node.outputs.empty() ? node.target : graph.values[node.outputs.front()].name},
            {"op", to_string(node.kind)},
            {"target", node.target},
            {"fate", to_string(record.fate)}};
        Json nodes = Json::array();
        for (const NodeId onnx : record.nodes)
            if (onnx < paths.size())
                nodes.push_back(paths[onnx]);
        json["nodes"] = std::move(nodes);
        if (!record.initializer.empty())
            json["initializer"] = record.initializer;
        if (!record.rule.empty())
            json["rule"] = record.rule;
        if (id < inspection.profile.size() && inspection.profile[id].runs > 0)
            json["profile"] = profile_json(inspection.profile[id]);
        writer.element(json);
    }
    writer.end_list();
}

Json diagnostic_json(const Diagnostic& diagnostic)
{
    return {{"severity", to_string(diagnostic.severity)},
            {"code", diagnostic.code},
            {"message", diagnostic.message},
            {"where", diagnostic.where}};
}

Json unsupported_json(const UnsupportedOperator& unsupported)
{
    return {{"op", unsupported.op},         {"reason", unsupported.reason},
            {"module", unsupported.module}, {"source", unsupported.source},
            {"help", unsupported.help},     {"cause", to_string(unsupported.cause)}};
}

} // namespace

std::string sidecar_json(const Inspection& inspection, const std::filesystem::path& folder,
                         const LaidReview* review)
{
    JsonObjectWriter writer;
    writer.value("format", "strata-hierarchy");
    writer.value("format_version", sidecar_format_version);
    Json tool{{"name", "strata"}, {"version", tool_version()}};
    if (!inspection.command.empty()) {
        tool["libraries"] = inspection.libraries;
        tool["command"] = inspection.command;
    }
    writer.value("tool", tool);
    writer.value("source", source_json(inspection, folder));
    writer.value("model", model_json(inspection, folder));
    Json strategy{{"name", inspection.strategy}, {"reason", inspection.strategy_reason}};
    if (!inspection.strategy_details.inputs.empty())
        strategy["run"] = strategy_details_json(inspection.strategy_details);
    writer.value("strategy", strategy);
    writer.value("inputs", inputs_json(inspection));
    writer.members("coverage", coverage_json(inspection));
    writer.begin_list("modules");
    for (ModuleId id = 0; id < inspection.modules.size(); ++id)
        writer.element(module_json(inspection, id));
    writer.end_list();
    std::vector<std::string> paths;
    writer.begin_list("nodes");
    if (inspection.model) {
        paths = inspection.model->node_paths();
        for (NodeId id = 0; id < inspection.attribution.size(); ++id)
            writer.element(node_json(inspection, paths[id], id));
    }
    writer.end_list();
    write_accounting(writer, inspection, paths);
    writer.begin_list("unsupported_operators");
    for (const UnsupportedOperator& unsupported : inspection.unsupported)
        writer.element(unsupported_json(unsupported));
    writer.end_list();
    writer.begin_list("diagnostics");
    for (const Diagnostic& diagnostic : inspection.diagnostics)
        writer.element(diagnostic_json(diagnostic));
    writer.end_list();
    writer.begin_list("review");
    if (review && inspection.model)
        for (const ReviewRow& row : review_rows(inspection, *review))
            writer.element(review_row_json(row));
    writer.end_list();
    if (review) {
        const ReviewFigures& figures = review->overlay.figures;
        writer.value("review_coverage", {{"reviewed", figures.reviewed},
                                         {"before", figures_json(figures.before)},
                                         {"after", figures_json(figures.after)}});
    }
    return std::move(writer).finish();
}

} // namespace strata
