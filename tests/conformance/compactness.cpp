// How many nodes Strata's exports of models have, against another exporter's files of the same
// models.
//
//   strata-compactness ZOO [--limit X] [--opset N]... [--markdown FILE] [--ops MODEL]
//
// ZOO holds folders ENVIRONMENT/MODEL with MODEL.ts.pt or MODEL.script.pt, test vectors, and in one
// of the environments MODEL.dynamo.onnx. Constant nodes are not counted on either side; bodies and
// functions are. Prints a table, worst first, with a column per opset (the other file's own, which
// is 20, and 17), and exits with 1 when a ratio at the first of them is over the limit (1.1).
// Files that do not load in ONNX Runtime are no measure: they are listed, and not counted.
// --markdown writes the table to a file, as COMPACTNESS.md has it.
// --ops prints the operators of one model instead, side by side.
#include "onnx/onnx_reader.h"
#include "runtime/onnx_runtime.h"
#include "session/session.h"

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fmt/format.h>
#include <fstream>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace {

using namespace strata;
namespace fs = std::filesystem;

using OpCounts = std::map<std::string, int>;

OpCounts count_ops(const OnnxModel& model)
{
    OpCounts counts;
    for (const OnnxNode& node : model.nodes)
        if (model.text(node.op_type) != "Constant")
            ++counts[std::string(model.text(node.op_type))];
    return counts;
}

int total(const OpCounts& counts)
{
    int sum = 0;
    for (const auto& [op, count] : counts)
        sum += count;
    return sum;
}

struct Export {
    std::string model;
    std::string file;
    OpCounts theirs;
    std::vector<OpCounts> ours; ///< per opset
    std::string problem;
    bool is_measure = true; ///< the other file loads

    double ratio(std::size_t opset = 0) const
    {
        return static_cast<double>(total(ours[opset])) / std::max(1, total(theirs));
    }
};

/// Another exporter's file.
struct Reference {
    OpCounts ops;
    bool loads = true;
};

Export measure(const fs::path& source, const std::string& model, const Reference& reference,
               const std::vector<int>& opsets)
{
    Export result{model,
                  source.parent_path().parent_path().filename() / source.filename(),
                  reference.ops,
                  std::vector<OpCounts>(opsets.size()),
                  {},
                  reference.loads};
    if (!reference.loads)
        result.problem = "the other file does not load in ONNX Runtime";
    for (std::size_t i = 0; i < opsets.size(); ++i) {
        ExportOptions options;
        options.opset = opsets[i];
        if (fs::exists(source.parent_path() / "input_0.pb"))
            options.inputs_dir = source.parent_path();
        TaskContext task;
        const auto opened = open_model(source, options, task);
        if (!opened) {
            result.problem = opened.error().message;
            return result;
        }
        result.ours[i] = count_ops(*(*opened)->model);
        if (!(*opened)->unsupported.empty())
            result.problem = (*opened)->unsupported.front().op + " is not supported";
    }
    return result;
}

bool loads_in_onnx_runtime(const fs::path& file)
{
    return onnx_runtime_version().empty() || open_onnx_session(file).has_value();
}

std::vector<fs::path> folders_of(const fs::path& parent)
{
    std::vector<fs::path> folders;
    for (const auto& entry : fs::directory_iterator(parent))
        if (entry.is_directory())
            folders.push_back(entry.path());
    std::sort(folders.begin(), folders.end());
    return folders;
}

std::vector<Export> measure_all(const fs::path& zoo, const std::string& only,
                                const std::vector<int>& opsets)
{
    const std::vector<fs::path> environments = folders_of(zoo);
    std::map<std::string, fs::path> references;
    for (const fs::path& environment : environments)
        for (const fs::path& folder : folders_of(environment)) {
            const std::string model = folder.filename().string();
            const fs::path file = folder / (model + ".dynamo.onnx");
            if (fs::exists(file) && (only.empty() || only == model))
                references.emplace(model, file); // the first environment has the newest exporter
        }
    std::vector<Export> exports;
    for (const auto& [model, file] : references) {
        TaskContext task;
        const auto read = read_onnx(file, task);
        if (!read)
            continue;
        const Reference reference{count_ops(*read->model), loads_in_onnx_runtime(file)};
        for (const fs::path& environment : environments)
            for (const char* ending : {".ts.pt", ".script.pt"})
                if (const fs::path source = environment / model / (model + ending);
                    fs::exists(source))
                    exports.push_back(measure(source, model, reference, opsets));
    }
    std::stable_sort(exports.begin(), exports.end(),
                     [](const Export& a, const Export& b) { return a.ratio() > b.ratio(); });
    return exports;
}

int count_of(const OpCounts& counts, const std::string& op)
{
    const auto found = counts.find(op);
    return found == counts.end() ? 0 : found->second;
}

void print_ops(const std::vector<Export>& exports)
{
    for (const Export& entry : exports) {
        fmt::print("{}: theirs {}, ours", entry.file, total(entry.theirs));
        OpCounts all = entry.theirs;
        for (const OpCounts& ours : entry.ours) {
            fmt::print(" {}", total(ours));
            all.insert(ours.begin(), ours.end());
        }
        fmt::print("\n");
        for (const auto& [op, unused] : all) {
            fmt::print("  {:24}{:6}", op, count_of(entry.theirs, op));
            for (const OpCounts& ours : entry.ours)
                fmt::print("{:6}", count_of(ours, op));
            fmt::print("\n");
        }
    }
}

/// How many ratios at the opset are over the limit, and of how many.
std::pair<int, int> over_limit(const std::vector<Export>& exports, std::size_t opset, double limit)
{
    int over = 0;
    int measures = 0;
    for (const Export& entry : exports) {
        measures += entry.is_measure ? 1 : 0;
        over += entry.is_measure && entry.ratio(opset) > limit ? 1 : 0;
    }
    return {over, measures};
}

int print_table(const std::vector<Export>& exports, const std::vector<int>& opsets, double limit)
{
    fmt::print("{:56}{:>7}", "file", "theirs");
    for (const int opset : opsets)
        fmt::print("{:>11}{:>8}", fmt::format("opset {}", opset), "ratio");
    fmt::print("\n");
    for (const Export& entry : exports) {
        fmt::print("{:56}{:7}", entry.file, total(entry.theirs));
        for (std::size_t i = 0; i < opsets.size(); ++i)
            fmt::print("{:11}{:8.3f}", total(entry.ours[i]), entry.ratio(i));
        fmt::print("{}{}\n", entry.problem.empty() ? "" : "  ", entry.problem);
    }
    for (std::size_t i = 0; i < opsets.size(); ++i) {
        const auto [over, measures] = over_limit(exports, i, limit);
        fmt::print("opset {}: {} of {} over {}\n", opsets[i], over, measures, limit);
    }
    return over_limit(exports, 0, limit).first == 0 ? 0 : 1;
}

std::string markdown(const std::vector<Export>& exports, const std::vector<int>& opsets,
                     double limit)
{
    std::string text =
        "# Node counts against PyTorch's own exporter\n\n"
        "Written by `strata-compactness ZOO --markdown FILE`; do not edit.\n\n"
        "`torch.onnx.export(..., dynamo=True)` of PyTorch 2.14 writes opset 20. Before opset 20 "
        "there is no Gelu: we\nspell it as the five nodes that ONNX Runtime knows and makes one "
        "of when it loads the file. Constants\nare not counted; bodies and functions are.\n\n"
        "| File | PyTorch |";
    for (const int opset : opsets)
        text += fmt::format(" Opset {} | Ratio |", opset);
    text += " |\n|---|---:|";
    for (std::size_t i = 0; i < opsets.size(); ++i)
        text += "---:|---:|";
    text += "---|\n";
    for (const Export& entry : exports) {
        text += fmt::format("| {} | {} |", entry.file, total(entry.theirs));
        for (std::size_t i = 0; i < opsets.size(); ++i)
            text += fmt::format(" {} | {:.3f} |", total(entry.ours[i]), entry.ratio(i));
        text += fmt::format(" {} |\n", entry.problem);
    }
    text += "\n";
    for (std::size_t i = 0; i < opsets.size(); ++i) {
        const auto [over, measures] = over_limit(exports, i, limit);
        text += fmt::format("Opset {}: {} of {} over {}.{}\n", opsets[i], over, measures, limit,
                            i + 1 < opsets.size() ? "\\" : "");
    }
    return text;
}

} // namespace

int main(int argc, char** argv)
{
    std::string zoo;
    std::string ops;
    double limit = 1.1;
    std::vector<int> opsets;
    std::string markdown_file;
    for (int i = 1; i < argc; ++i) {
        const std::string_view argument = argv[i];
        if (argument == "--ops" && i + 1 < argc)
            ops = argv[++i];
        else if (argument == "--limit" && i + 1 < argc)
            limit = std::strtod(argv[++i], nullptr);
        else if (argument == "--opset" && i + 1 < argc)
            opsets.push_back(static_cast<int>(std::strtol(argv[++i], nullptr, 10)));
        else if (argument == "--markdown" && i + 1 < argc)
            markdown_file = argv[++i];
        else if (zoo.empty() && !argument.starts_with('-'))
            zoo = argument;
        else
            zoo.clear();
    }
    if (zoo.empty() || !fs::is_directory(zoo)) {
        fmt::print(stderr, "usage: strata-compactness ZOO [--limit X] [--opset N]... "
                           "[--markdown FILE] [--ops MODEL]\n");
        return 2;
    }
    if (opsets.empty())
        opsets = {20, default_opset};
    const std::vector<Export> exports = measure_all(zoo, ops, opsets);
    if (!ops.empty()) {
        print_ops(exports);
        return 0;
    }
    if (!markdown_file.empty())
        std::ofstream(markdown_file) << markdown(exports, opsets, limit);
    return print_table(exports, opsets, limit);
}
