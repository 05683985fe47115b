// One HTML file that needs nothing else: style and script are inside, the node table's rows are
// JSON. Everything that comes from a model goes through escape_xml() or script_json().
#include "base/version.h"
#include "report/figures_text.h"
#include "report/graph_pictures.h"
#include "report/json_text.h"
#include "report/module_nodes.h"
#include "report/page_assets.h"
#include "report/report.h"
#include "report/review_rows.h"

#include <algorithm>
#include <fmt/format.h>
#include <map>

namespace strata {
namespace {

/// JSON inside of a script element: "</script>" and "<!--" cannot occur without "<".
std::string script_json(const Json& json)
{
    std::string text = compact(json);
    std::string result;
    result.reserve(text.size());
    for (const char c : text) {
        if (c == '<')
            result += "\\u003c";
        else
            result += c;
    }
    return result;
}

class HtmlReport {
public:
    HtmlReport(const Inspection& inspection, const LaidReview* review)
        : m_inspection(inspection),
          m_review(review)
    {}

    std::string write() &&
    {
        const std::string name = escape_xml(m_inspection.path.filename().string());
        m_text = fmt::format(
            "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
            "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
            "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; "
            "style-src 'unsafe-inline'; script-src 'unsafe-inline'\">\n"
            "<title>{} – hierarchy report</title>\n<style>\n{}</style>\n</head>\n<body>\n<main>\n",
            name, report_style());
        m_text += fmt::format("<h1>{}</h1>\n<p class=\"muted\">{}</p>\n", name, lead());
        write_tiles();
        write_graph();
        write_figures();
        write_review();
        write_modules();
        write_orphans();
        write_unsupported();
        write_diagnostics();
        write_unused();
        write_nodes();
        write_footer();
        m_text += "</main>\n";
        m_text += fmt::format("<script>\n{}</script>\n</body>\n</html>\n", report_script());
        return std::move(m_text);
    }

private:
    std::string lead() const
    {
        std::string text = m_inspection.format == ModelFormat::Onnx          ? "ONNX file"
                           : m_inspection.format == ModelFormat::TorchScript ? "TorchScript"
                                                                             : "torch.export "
                                                                               "archive";
        if (m_inspection.program && !m_inspection.program->producer.empty())
            text += ", " + escape_xml(m_inspection.program->producer);
        if (!m_inspection.strategy.empty() && m_inspection.strategy != "none")
            text += fmt::format(". Strategy {}. {}", escape_xml(m_inspection.strategy),
                                escape_xml(m_inspection.strategy_reason));
        return text;
    }

    void tile(std::string_view value, std::string_view what)
    {
        m_text += fmt::format("<div class=\"tile\"><b>{}</b><span>{}</span></div>\n", value, what);
    }

    void write_tiles()
    {
        const CoverageFigures& all = m_inspection.coverage.all;
        m_text += "<div class=\"tiles\">\n";
        tile(fmt::format("{}", all.total), "ONNX nodes");
        tile(percent_text(all.recorded_coverage()), "recorded");
        tile(percent_text(all.coverage()), "with a module");
        tile(fmt::format("{}", all.orphans), all.orphans == 1 ? "orphan" : "orphans");
        tile(fmt::format("{:.2f}", all.mean_confidence()), "mean confidence");
        tile(fmt::format("{}", m_inspection.modules.size()), "modules");
        m_text += "</div>\n";
    }

    void write_graph()
    {
        const std::vector<GraphPicture> pictures = graph_pictures(m_inspection);
        for (std::size_t i = 0; i < pictures.size(); ++i) {
            if (i == 0)
                m_text += "<h2>Graph</h2>\n";
            else if (i == 1)
                m_text += "<h2>Regions to look at</h2>\n";
            m_text += "<figure class=\"card\">\n" + pictures[i].svg;
            if (i > 0)
                m_text +=
                    fmt::format("<figcaption>{}</figcaption>\n", escape_xml(pictures[i].title));
            m_text += "</figure>\n";
        }
    }

    /// The core's identifiers as words: "custom_modules" becomes "custom modules".
    static std::string words(std::string_view identifier)
    {
        std::string text(identifier);
        std::replace(text.begin(), text.end(), '_', ' ');
        std::replace(text.begin(), text.end(), '-', ' ');
        return text;
    }

    void bar(std::string_view name, std::uint64_t count, std::uint64_t most)
    {
        const double share =
            most == 0 ? 0.0 : 100.0 * static_cast<double>(count) / static_cast<double>(most);
        m_text += fmt::format("<div class=\"bar\"><span>{}</span><i><i "
                              "style=\"width:{:.1f}%\"></i></i><span>{}</span></div>\n",
                              escape_xml(name), share, count);
    }

    void write_figures()
    {
        const Coverage& coverage = m_inspection.coverage;
        m_text += "<h2>Coverage</h2>\n<div class=\"columns\">\n<div class=\"card\"><h3>Evidence</"
                  "h3>\n";
        for (std::size_t i = 0; i < evidence_kind_count; ++i)
            bar(words(to_string(static_cast<EvidenceKind>(i))), coverage.kinds[i],
                coverage.all.total);
        m_text += "</div>\n<div class=\"card\"><h3>Confidence</h3>\n";
        for (std::size_t i = coverage.histogram.size(); i-- > 0;)
            bar(fmt::format("{:.1f} to {:.1f}", static_cast<double>(i) / 10,
                            static_cast<double>(i + 1) / 10),
                coverage.histogram[i], coverage.all.total);
        m_text += "</div>\n<div class=\"card\"><h3>Categories</h3>\n";
        for (std::size_t i = 0; i < category_count; ++i)
            bar(words(to_string(static_cast<Category>(i))), coverage.categories[i].total,
                coverage.all.total);
        m_text += "</div>\n<div class=\"card\"><h3>Operators</h3>\n";
        auto ops = coverage.op_types;
        std::stable_sort(ops.begin(), ops.end(), [](const auto& a, const auto& b) {
            return a.second.total > b.second.total;
        });
        for (std::size_t i = 0; i < std::min<std::size_t>(ops.size(), 12); ++i)
            bar(ops[i].first, ops[i].second.total, ops.front().second.total);
        m_text += "</div>\n</div>\n";
    }

    void write_modules()
    {
        m_text += "<h2>Modules</h2>\n<div class=\"card tree\">\n";
        struct Step {
            ModuleId module;
            bool close;
        };
        std::vector<Step> stack{{root_module, false}};
        while (!stack.empty()) {
            const Step step = stack.back();
            stack.pop_back();
            if (step.close) {
                m_text += "</details>\n";
                continue;
            }
            const Module& module = m_inspection.modules[step.module];
            const bool leaf = module.children.empty();
            const std::string line = module_line(step.module);
            if (leaf) {
                m_text += fmt::format("<div class=\"leaf\">{}</div>\n", line);
                continue;
            }
            m_text += fmt::format("<details{}><summary>{}</summary>\n",
                                  m_inspection.modules.depth(step.module) < 2 ? " open" : "", line);
            stack.push_back({step.module, true});
            for (auto child = module.children.rbegin(); child != module.children.rend(); ++child)
                stack.push_back({*child, false});
        }
        m_text += "</div>\n";
    }

    std::string module_line(ModuleId id) const
    {
        const Module& module = m_inspection.modules[id];
        std::string figures;
        if (id < m_inspection.coverage.with_descendants.size()) {
            const CoverageFigures& all = m_inspection.coverage.with_descendants[id];
            figures = all.total == 0
                          ? std::string("no nodes")
                          : fmt::format("{} {} · {} · {:.2f}", all.total,
                                        all.total == 1 ? "node" : "nodes",
                                        percent_text(all.coverage()), all.mean_confidence());
        }
        const std::string name = module.name.empty() ? std::string("(root)") : module.name;
        return fmt::format("<b>{}</b><span class=\"muted\">{}</span><span class=\"figures\">{}"
                           "</span>",
                           escape_xml(name), escape_xml(module.class_name), figures);
    }

    void table(std::initializer_list<std::string_view> headers,
               const std::vector<std::vector<std::string>>& rows)
    {
        m_text += "<table><thead><tr>";
        for (const std::string_view header : headers)
            m_text += fmt::format("<th>{}</th>", header);
        m_text += "</tr></thead><tbody>\n";
        for (const auto& row : rows) {
            m_text += "<tr>";
            for (const std::string& cell : row)
                m_text += fmt::format("<td>{}</td>", escape_xml(cell));
            m_text += "</tr>\n";
        }
        m_text += "</tbody></table>\n";
    }

    void write_review()
    {
        if (!m_review)
            return;
        const ReviewFigures& figures = m_review->overlay.figures;
        m_text += "<h2>Review</h2>\n<p class=\"muted\">What reviewers decided, laid over what the "
                  "machine found; its evidence stays as it is.</p>\n<div class=\"tiles\">\n";
        const auto change = [](const std::string& before, const std::string& after) {
            return before == after ? before : before + " → " + after;
        };
        tile(fmt::format("{}", figures.reviewed), "nodes reviewed");
        tile(
            change(percent_text(figures.before.coverage()), percent_text(figures.after.coverage())),
            "with a module");
        tile(change(fmt::format("{}", figures.before.orphans),
                    fmt::format("{}", figures.after.orphans)),
             "orphans");
        tile(change(fmt::format("{:.2f}", figures.before.mean_confidence()),
                    fmt::format("{:.2f}", figures.after.mean_confidence())),
             "mean confidence");
        m_text += "</div>\n";
        const std::vector<ReviewRow> decided = review_rows(m_inspection, *m_review);
        std::vector<std::vector<std::string>> rows, conflicts;
        for (const ReviewRow& row : decided) {
            rows.push_back({row.label(),
                            row.to.empty() ? row.decision : row.decision + " to " + row.to,
                            row.note, row.why, row.who, row.when});
            if (!row.conflict.empty())
                conflicts.push_back({row.label(), row.conflict});
        }
        if (!rows.empty())
            table({"Of", "Decision", "Note", "Reason", "By", "When"}, rows);
        if (!conflicts.empty()) {
            m_text += "<h3>Conflicts</h3>\n";
            table({"Of", "What happened"}, conflicts);
        }
    }

    /// By made-up path, which says what they have in common.
    void write_orphans()
    {
        std::map<std::string, std::uint64_t> paths;
        for (const NodeAttribution& node : m_inspection.attribution)
            if (node.synthetic)
                ++paths[node.synthetic_path];
        if (paths.empty())
            return;
        std::vector<std::vector<std::string>> rows;
        for (const auto& [path, count] : paths)
            rows.push_back({path, fmt::format("{}", count)});
        m_text += "<h2>Orphans</h2>\n<p class=\"muted\">Nodes of which no module is known, by the "
                  "path that was made up for them.</p>\n";
        table({"Path", "Nodes"}, rows);
    }

    void write_unsupported()
    {
        if (m_inspection.unsupported.empty())
            return;
        std::vector<std::vector<std::string>> rows;
        for (const UnsupportedOperator& op : m_inspection.unsupported)
            rows.push_back({op.op, op.module, op.source, op.reason, op.help});
        m_text += "<h2>Unsupported operators</h2>\n";
        table({"Operator", "Module", "Source", "Reason", "What helps"}, rows);
    }

    void write_diagnostics()
    {
        if (m_inspection.diagnostics.empty())
            return;
        m_text += "<h2>Diagnostics</h2>\n<table><thead><tr><th>Severity</th><th>Message</th>"
                  "<th>Where</th><th>Code</th></tr></thead><tbody>\n";
        for (const Diagnostic& d : m_inspection.diagnostics)
            m_text += fmt::format("<tr><td class=\"severity-{0}\">{0}</td><td>{1}</td><td>{2}</td>"
                                  "<td><code>{3}</code></td></tr>\n",
                                  to_string(d.severity), escape_xml(d.message), escape_xml(d.where),
                                  escape_xml(d.code));
        m_text += "</tbody></table>\n";
    }

    void write_unused()
    {
        const Coverage& coverage = m_inspection.coverage;
        if (coverage.unexecuted_modules.empty() && coverage.unused_parameters.empty())
            return;
        std::vector<std::vector<std::string>> rows;
        for (const ModuleId id : coverage.unexecuted_modules)
            rows.push_back({"module that never ran", module_text(m_inspection, id)});
        for (const std::string& parameter : coverage.unused_parameters)
            rows.push_back({"parameter that nothing reads", parameter});
        m_text += "<h2>Unused</h2>\n";
        table({"What", "Which"}, rows);
    }

    void write_nodes()
    {
        m_text += "<h2>Nodes</h2>\n<div class=\"controls\"><input type=\"search\" "
                  "id=\"nodes-filter\" placeholder=\"Filter\" aria-label=\"Filter the nodes\">"
                  "<span class=\"muted\" id=\"nodes-shown\"></span><button id=\"nodes-previous\">"
                  "Previous</button><button id=\"nodes-next\">Next</button></div>\n"
                  "<table id=\"nodes\"><thead><tr>";
        for (const char* header :
             {"Name", "Operator", "Module", "Evidence rests on", "Confidence", "Evidence"})
            m_text += fmt::format("<th><button>{}</button></th>", header);
        m_text += "</tr></thead><tbody></tbody></table>\n";
        Json rows = Json::array();
        const std::vector<std::string> paths =
            m_inspection.model ? m_inspection.model->node_paths() : std::vector<std::string>();
        for (NodeId id = 0; m_inspection.model && id < m_inspection.attribution.size(); ++id) {
            const NodeAttribution& node = m_inspection.attribution[id];
            const OnnxNode& onnx = m_inspection.model->nodes[id];
            rows.push_back({node_text(m_inspection, id, paths[id]),
                            m_inspection.model->text(onnx.op_type), place_text(m_inspection, id),
                            node.evidence.empty() ? std::string() : node.evidence.front().detail,
                            node.confidence, to_string(node.kind)});
        }
        m_text += fmt::format("<script type=\"application/json\" id=\"nodes-data\">{}</script>\n",
                              script_json({{"rows", rows}}));
    }

    void fact(std::string_view name, std::string_view value)
    {
        if (!value.empty())
            m_text +=
                fmt::format("<dt>{}</dt><dd class=\"mono\">{}</dd>\n", name, escape_xml(value));
    }

    void write_footer()
    {
        m_text += "<footer><dl>\n";
        fact("Strata", tool_version());
        fact("Libraries", m_inspection.libraries);
        fact("Command", m_inspection.command);
        fact("File", m_inspection.path.filename().string());
        fact("Hash", m_inspection.content_hash);
        if (m_inspection.program && m_inspection.format == ModelFormat::Onnx) {
            fact("Source model", m_inspection.program->path.filename().string());
            fact("Its hash", m_inspection.source_hash);
        }
        fact("ONNX file", m_inspection.model_path.filename().string());
        fact("Its hash", m_inspection.model_hash);
        m_text += "</dl></footer>\n";
    }

    const Inspection& m_inspection;
    const LaidReview* m_review;
    std::string m_text;
};

} // namespace

std::string html_report(const Inspection& inspection, const LaidReview* review)
{
    return HtmlReport(inspection, review).write();
}

} // namespace strata
