#include "base/version.h"
#include "report/figures_text.h"
#include "report/report.h"
#include "report/review_rows.h"

#include <fmt/format.h>

namespace strata {
namespace {

/// Text in a table cell: names come from files and may hold anything.
std::string cell(std::string_view text)
{
    std::string result;
    for (const char c : text) {
        if (c == '|' || c == '\\' || c == '`' || c == '*' || c == '_' || c == '<' || c == '>' ||
            c == '[' || c == ']')
            result += '\\';
        result += c == '\n' || c == '\r' ? ' ' : c;
    }
    return result;
}

void add_modules(std::string& text, const Inspection& inspection)
{
    text +=
        "\n## Modules\n\n| module | class | parameters | calls | own nodes | nodes | recorded | "
        "attributed | mean confidence |\n|---|---|---:|---:|---:|---:|---:|---:|---:|\n";
    for (ModuleId id = 0; id < inspection.modules.size(); ++id) {
        if (id >= inspection.coverage.own.size())
            break;
        const Module& module = inspection.modules[id];
        const CoverageFigures& own = inspection.coverage.own[id];
        const CoverageFigures& all = inspection.coverage.with_descendants[id];
        const std::uint64_t parameters =
            inspection.program
                ? inspection.modules.count_tensors(id, inspection.program->tensors).parameters
                : 0;
        text +=
            fmt::format("| {} | {} | {} | {} | {} | {} | {} | {} | {:.2f} |\n",
                        cell(module_text(inspection, id)), cell(module.class_name), parameters,
                        module.calls, own.total, all.total, percent_text(all.recorded_coverage()),
                        percent_text(all.coverage()), all.mean_confidence());
    }
}

void add_orphans(std::string& text, const Inspection& inspection)
{
    if (!inspection.model || inspection.coverage.all.orphans == 0)
        return;
    text += "\n## Orphans\n\n| node | operator | path made up |\n|---|---|---|\n";
    const std::vector<std::string> paths = inspection.model->node_paths();
    for (NodeId id = 0; id < inspection.attribution.size(); ++id) {
        const NodeAttribution& node = inspection.attribution[id];
        if (!node.synthetic)
            continue;
        const OnnxNode& onnx = inspection.model->nodes[id];
        text += fmt::format("| {} | {} | {} |\n", cell(node_text(inspection, id, paths[id])),
                            cell(inspection.model->text(onnx.op_type)), cell(node.synthetic_path));
    }
}

void add_review(std::string& text, const Inspection& inspection, const LaidReview& review)
{
    const ReviewFigures& figures = review.overlay.figures;
    text += fmt::format(
        "\n## Review\n\n| figure | before | after |\n|---|---:|---:|\n| attributed coverage | {} | "
        "{} "
        "|\n| orphans | {} | {} |\n| mean confidence | {:.3f} | {:.3f} |\n\n{} nodes reviewed: {} "
        "accepted, {} reassigned, {} rejected.\n",
        percent_text(figures.before.coverage()), percent_text(figures.after.coverage()),
        figures.before.orphans, figures.after.orphans, figures.before.mean_confidence(),
        figures.after.mean_confidence(), figures.reviewed, figures.accepted, figures.reassigned,
        figures.rejected);
    const std::vector<ReviewRow> rows = review_rows(inspection, review);
    if (rows.empty())
        return;
    text += "\n| of | decision | by | when | reason | note |\n|---|---|---|---|---|---|\n";
    for (const ReviewRow& row : rows)
        text +=
            fmt::format("| {} | {}{} | {} | {} | {} | {} |\n", cell(row.label()),
                        cell(row.decision), row.to.empty() ? std::string() : cell(" to " + row.to),
                        cell(row.who), cell(row.when), cell(row.why), cell(row.note));
    for (const ReviewRow& row : rows)
        if (!row.conflict.empty())
            text += fmt::format("\n- **conflict** {}", cell(row.conflict));
    text += "\n";
}

void add_inputs(std::string& text, const Inspection& inspection)
{
    if (inspection.inputs.empty())
        return;
    text += "\n## Inputs\n\n| input | dtype | shape | from |\n|---|---|---|---|\n";
    for (const UsedInput& input : inspection.inputs) {
        std::string shape = input.left_out ? "" : "any";
        if (input.shape) {
            shape.clear();
            for (const FxDim& dim : *input.shape)
                shape += (shape.empty() ? "" : " x ") + (dim.known() ? fmt::to_string(dim.value)
                                                         : dim.symbol.empty() ? "?"
                                                                              : dim.symbol);
            if (shape.empty())
                shape = "one number";
        }
        text += fmt::format("| {} | {} | {} | {}{} |\n", cell(input.name),
                            input.left_out ? "" : cell(to_string(input.dtype)), cell(shape),
                            cell(input.source), input.assumed ? " (assumed)" : "");
    }
}

} // namespace

std::string markdown_report(const Inspection& inspection, const LaidReview* review)
{
    const CoverageFigures& all = inspection.coverage.all;
    std::string text =
        fmt::format("# Hierarchy of {}\n\n", cell(inspection.path.filename().string()));
    text += fmt::format("Strata {}. Strategy: {}. {}\n\n", tool_version(), inspection.strategy,
                        cell(inspection.strategy_reason));
    if (!inspection.command.empty())
        text += fmt::format("Again: {} ({})\n\n", cell(inspection.command), inspection.libraries);
    text += "| figure | value |\n|---|---:|\n";
    text += fmt::format("| ONNX nodes | {} |\n| recorded coverage | {} |\n| attributed coverage | "
                        "{} |\n| orphans | {} |\n| mean confidence | {:.3f} |\n",
                        all.total, percent_text(all.recorded_coverage()),
                        percent_text(all.coverage()), all.orphans, all.mean_confidence());
    const FxAccounting& accounting = inspection.accounting;
    if (!accounting.records.empty())
        for (const FxFate fate : {FxFate::Emitted, FxFate::Folded, FxFate::Fused,
                                  FxFate::Eliminated, FxFate::Unsupported, FxFate::Unaccounted})
            text += fmt::format("| FX nodes {} | {} |\n", to_string(fate), accounting.count(fate));

    add_inputs(text, inspection);
    text += "\n## Evidence\n\n| kind | nodes |\n|---|---:|\n";
    for (std::size_t i = 0; i < evidence_kind_count; ++i)
        text += fmt::format("| {} | {} |\n", to_string(static_cast<EvidenceKind>(i)),
                            inspection.coverage.kinds[i]);
    if (review)
        add_review(text, inspection, *review);
    add_modules(text, inspection);
    add_orphans(text, inspection);
    if (!inspection.unsupported.empty()) {
        text += "\n## Unsupported operators\n\n| operator | module | source | reason | what helps "
                "|\n|---|---|---|---|---|\n";
        for (const UnsupportedOperator& op : inspection.unsupported)
            text += fmt::format("| {} | {} | {} | {} | {} |\n", cell(op.op), cell(op.module),
                                cell(op.source), cell(op.reason), cell(op.help));
    }
    if (!inspection.diagnostics.empty()) {
        text += "\n## Diagnostics\n\n";
        for (const Diagnostic& diagnostic : inspection.diagnostics)
            text += fmt::format("- **{}** {}: {}\n", to_string(diagnostic.severity),
                                cell(diagnostic.code), cell(diagnostic.message));
    }
    return text;
}

} // namespace strata
