#include "app/cli/arguments.h"

#include "base/version.h"

#include <CLI/CLI.hpp>
#include <cstring>
#include <fmt/format.h>
#include <sstream>

namespace strata::cli {
namespace {

/// Texts as they were given, before they are checked.
struct RawExport {
    std::string strategy = "auto";
    std::vector<std::string> inputs;
    std::vector<std::string> dynamic;
    std::vector<std::string> reports;
    std::string inputs_dir;
    bool no_sidecar = false;
    bool no_fold_batch_norm = false;
};

Result<std::vector<InputSpec>> parse_input_specs(const std::vector<std::string>& texts)
{
    std::vector<InputSpec> specs;
    for (const std::string& text : texts) {
        STRATA_TRY(InputSpec spec, parse_input_spec(text));
        specs.push_back(std::move(spec));
    }
    return specs;
}

Result<std::vector<ReportRequest>> parse_reports(const std::vector<std::string>& texts)
{
    std::vector<ReportRequest> reports;
    for (const std::string& text : texts) {
        const std::size_t colon = text.find(':');
        if (colon == std::string::npos || colon + 1 == text.size())
            return failure(ErrorCode::Usage,
                           fmt::format("'{}' does not describe a report: write FORMAT:PATH, for "
                                       "example md:report.md.",
                                       text));
        STRATA_TRY(const ReportFormat format, parse_report_format(text.substr(0, colon)));
        reports.push_back({format, text.substr(colon + 1)});
    }
    return reports;
}

Status check_share(const std::optional<double>& share)
{
    if (share && !(*share >= 0.0 && *share <= 1.0))
        return failure(ErrorCode::Usage,
                       "--min-coverage wants a share between 0 and 1, for example 0.95.");
    return {};
}

void add_common(CLI::App* command, CommonArguments& common)
{
    command->add_flag("--json", common.json, "Print one JSON object on standard output");
    command->add_flag("--quiet", common.quiet, "No progress and no summary");
}

/// The parser and everything it writes into.
class Parser {
public:
    Parser()
        : m_app("Exports PyTorch models to ONNX with the module of every node, and audits ONNX "
                "files.",
                "strata-cli")
    {
        m_app.require_subcommand(1);
        m_app.set_version_flag(
            "--version", fmt::format("strata-cli {}\n{}", tool_version(), library_versions()));
        m_app.footer("'strata-cli COMMAND --help' tells more and gives examples.");
        add_export();
        add_audit();
        add_verify();
        add_compare();
        add_tree();
    }

    Result<std::variant<Arguments, std::string>> parse(int argc, const char* const* argv)
    {
        if (argc > 1 && argv[1][0] != '-' && !is_command(argv[1]))
            return failure(ErrorCode::Usage,
                           fmt::format("There is no command '{}'. There are: export, audit, "
                                       "verify, compare, tree.",
                                       argv[1]));
        try {
            m_app.parse(argc, argv);
        } catch (const CLI::ParseError& error) {
            std::ostringstream out;
            std::ostringstream errors;
            const int status = m_app.exit(error, out, errors);
            if (status == 0)
                return out.str();
            return failure(
                ErrorCode::Usage,
                fmt::format("{}. 'strata-cli --help' lists what there is.", trimmed(error.what())));
        }
        return result();
    }

private:
    bool is_command(std::string_view name) const
    {
        for (const CLI::App* command : m_app.get_subcommands([](const CLI::App*) { return true; }))
            if (command->get_name() == name)
                return true;
        return false;
    }

    static std::string trimmed(std::string text)
    {
        while (!text.empty() && (text.back() == '\n' || text.back() == '.' || text.back() == ' '))
            text.pop_back();
        return text;
    }

    void add_export()
    {
        m_export_command = m_app.add_subcommand(
            "export", "Write a PyTorch model as ONNX, with the module of every node");
        CLI::App* c = m_export_command;
        c->add_option("MODEL", m_export.model, "PyTorch model (TorchScript .pt, torch.export .pt2)")
            ->required();
        c->add_option("-o,--output", m_export.output, "ONNX file to write")->required();
        c->add_option("--strategy", m_raw.strategy,
                      "fx: from the code alone; htp: as a run of the model goes; auto: from the "
                      "code, and from a run where that is not enough")
            ->check(CLI::IsMember({"auto", "fx", "htp"}))
            ->capture_default_str();
        add_model(c, m_export.options.model);
        c->add_option("--input", m_raw.inputs, "Dtype and shape of an input: NAME:DTYPE[D,D,...]")
            ->type_name("NAME:DTYPE[D,D,...]")
            ->allow_extra_args(false);
        c->add_option("--inputs", m_raw.inputs_dir,
                      "Folder with input_0.pb, ..., NAME.pb or NAME.npy; or a .npz or .npy file")
            ->type_name("DIR");
        c->add_option("--dynamic", m_raw.dynamic, "Leave an axis open: NAME:AXIS=SYMBOL")
            ->type_name("NAME:AXIS=SYMBOL")
            ->allow_extra_args(false);
        c->add_option("--opset", m_export.options.opset,
                      fmt::format("ONNX opset, {} to {}", oldest_opset, newest_opset))
            ->capture_default_str();
        c->add_flag("--profile", m_export.options.profile,
                    "Run the model and add each operator's time and output statistics");
        c->add_flag("--compare-nodes", m_export.options.parity,
                    "Run the model in PyTorch and the export in ONNX Runtime, compare node by "
                    "node, and tell the first that differs");
        c->add_flag("--no-fold-batchnorm", m_raw.no_fold_batch_norm,
                    "Keep BatchNormalization nodes instead of making them part of the "
                    "convolutions before them");
        c->add_flag("--external-data", m_export.options.external_data,
                    "Put the weights into a file of their own");
        c->add_flag("--no-sidecar", m_raw.no_sidecar, "Do not write OUT.hierarchy.json");
        add_reports(c, m_raw.reports);
        c->add_flag("--verify", m_export.verify,
                    "Run the written file in ONNX Runtime against PyTorch");
        c->add_option("--min-coverage", m_export.min_coverage,
                      "Fail when a smaller share of the nodes (0 to 1) has a module");
        c->add_flag("--strict", m_export.options.strict,
                    "Write nothing when an operator is not supported");
        add_common(c, m_common);
        c->footer(
            "Examples:\n"
            "  strata-cli export resnet50.pt -o resnet50.onnx\n"
            "  strata-cli export m.pt -o m.onnx --input 'x:float32[1,3,224,224]' --dynamic "
            "x:0=batch\n"
            "  strata-cli export m.pt -o m.onnx --inputs vectors/ --verify --min-coverage 1.0 "
            "--json");
    }

    void add_audit()
    {
        m_audit_command = m_app.add_subcommand(
            "audit",
            "Tell which module every node of an ONNX file belongs to, and how sure that is");
        CLI::App* c = m_audit_command;
        c->add_option("FILE", m_audit.file, "ONNX file")->required();
        c->add_option("--source", m_audit.options.source, "The PyTorch model it was made from");
        add_model(c, m_audit.options.source_model);
        c->add_option("-o,--output", m_audit.options.output, "Annotated copy to write");
        add_reports(c, m_audit_reports);
        c->add_option("--min-coverage", m_audit.min_coverage,
                      "Fail when a smaller share of the nodes (0 to 1) has a module");
        add_common(c, m_common);
        c->footer("Examples:\n"
                  "  strata-cli audit model.onnx\n"
                  "  strata-cli audit model.onnx --source model.pt -o annotated.onnx --report "
                  "md:audit.md");
    }

    void add_verify()
    {
        m_verify_command = m_app.add_subcommand(
            "verify", "Run an ONNX file in ONNX Runtime and compare its outputs with PyTorch's");
        CLI::App* c = m_verify_command;
        c->add_option("FILE", m_verify.options.onnx, "ONNX file")->required();
        c->add_option("--source", m_verify.options.source,
                      "The PyTorch model; without it, output_0.pb ... of --inputs are compared");
        c->add_option("--input", m_verify_inputs,
                      "Dtype and shape of an input that gets random numbers: NAME:DTYPE[D,D,...]")
            ->type_name("NAME:DTYPE[D,D,...]")
            ->allow_extra_args(false);
        c->add_option("--inputs", m_verify.options.inputs_dir,
                      "Folder with input_0.pb, ..., NAME.pb or NAME.npy; or a .npz or .npy file")
            ->type_name("DIR");
        c->add_option("--atol", m_verify.options.atol,
                      "Absolute tolerance; of float16 outputs at least 0.002, of bfloat16 0.02")
            ->capture_default_str();
        c->add_option("--rtol", m_verify.options.rtol,
                      "Relative tolerance; of float16 outputs at least 0.01, of bfloat16 0.05")
            ->capture_default_str();
        add_common(c, m_common);
        c->footer("Examples:\n"
                  "  strata-cli verify model.onnx --source model.pt --inputs vectors/\n"
                  "  strata-cli verify model.onnx --source model.pt --input "
                  "'x:float32[4,3,224,224]'\n"
                  "  strata-cli verify model.onnx --inputs vectors/ --json");
    }

    void add_compare()
    {
        m_compare_command =
            m_app.add_subcommand("compare", "List what differs between two ONNX files");
        CLI::App* c = m_compare_command;
        c->add_option("A", m_compare.a, "First ONNX file")->required();
        c->add_option("B", m_compare.b, "Second ONNX file")->required();
        add_common(c, m_common);
        c->footer("Examples:\n"
                  "  strata-cli compare before.onnx after.onnx\n"
                  "  strata-cli compare before.onnx after.onnx --json");
    }

    void add_tree()
    {
        CLI::App* c = m_app.add_subcommand("tree", "Print the module tree of a model");
        c->add_option("MODEL", m_tree.model, "PyTorch model or ONNX file")->required();
        add_model(c, m_tree.name);
        add_common(c, m_common);
        c->footer("Examples:\n"
                  "  strata-cli tree model.pt\n"
                  "  strata-cli tree model.onnx --json");
    }

    static void add_model(CLI::App* command, std::string& name)
    {
        command->add_option("--model", name, "Which model of a .pt2 archive that holds several")
            ->type_name("NAME");
    }

    static void add_reports(CLI::App* command, std::vector<std::string>& reports)
    {
        command
            ->add_option("--report", reports,
                         "Write a report: FORMAT:PATH with FORMAT json, md, html, csv, graphml or "
                         "dot; may be given again")
            ->type_name("FORMAT:PATH")
            ->allow_extra_args(false);
    }

    Result<std::variant<Arguments, std::string>> result()
    {
        Arguments arguments;
        arguments.common = m_common;
        if (m_export_command->parsed()) {
            STRATA_CHECK(finish_export());
            arguments.command = m_export;
        } else if (m_audit_command->parsed()) {
            STRATA_TRY(m_audit.reports, parse_reports(m_audit_reports));
            STRATA_CHECK(check_share(m_audit.min_coverage));
            arguments.command = m_audit;
        } else if (m_verify_command->parsed()) {
            if (!m_verify.options.source && !m_verify.options.inputs_dir)
                return failure(ErrorCode::Usage,
                               "verify needs something to compare with: --source MODEL, or "
                               "--inputs DIR with input_*.pb and output_*.pb.");
            if (m_verify.options.inputs_dir && !m_verify_inputs.empty())
                return failure(ErrorCode::Usage, "verify takes either --input, for random numbers, "
                                                 "or --inputs, for those in files.");
            STRATA_TRY(m_verify.options.inputs, parse_input_specs(m_verify_inputs));
            arguments.command = m_verify;
        } else if (m_compare_command->parsed()) {
            arguments.command = m_compare;
        } else {
            arguments.command = m_tree;
        }
        return arguments;
    }

    Status finish_export()
    {
        ExportOptions& options = m_export.options;
        options.strategy = m_raw.strategy == "fx"    ? Strategy::Fx
                           : m_raw.strategy == "htp" ? Strategy::Htp
                                                     : Strategy::Auto;
        options.sidecar = !m_raw.no_sidecar;
        options.fold_batch_norm = !m_raw.no_fold_batch_norm;
        STRATA_TRY(options.inputs, parse_input_specs(m_raw.inputs));
        for (const std::string& text : m_raw.dynamic) {
            STRATA_TRY(DynamicAxis axis, parse_dynamic_axis(text));
            options.dynamic_axes.push_back(std::move(axis));
        }
        if (!m_raw.inputs_dir.empty())
            options.inputs_dir = m_raw.inputs_dir;
        STRATA_TRY(m_export.reports, parse_reports(m_raw.reports));
        return check_share(m_export.min_coverage);
    }

    CLI::App m_app;
    CLI::App* m_export_command = nullptr;
    CLI::App* m_audit_command = nullptr;
    CLI::App* m_verify_command = nullptr;
    CLI::App* m_compare_command = nullptr;
    CommonArguments m_common;
    ExportArguments m_export;
    AuditArguments m_audit;
    VerifyArguments m_verify;
    CompareArguments m_compare;
    TreeArguments m_tree;
    RawExport m_raw;
    std::vector<std::string> m_audit_reports;
    std::vector<std::string> m_verify_inputs;
};

} // namespace

Result<std::variant<Arguments, std::string>> parse_arguments(int argc, const char* const* argv)
{
    Parser parser;
    return parser.parse(argc, argv);
}

bool wants_json(int argc, const char* const* argv)
{
    for (int i = 1; i < argc; ++i)
        if (std::strcmp(argv[i], "--json") == 0)
            return true;
    return false;
}

} // namespace strata::cli
