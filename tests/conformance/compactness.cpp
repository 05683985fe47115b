// How many nodes Strata's export of a model has, against another exporter's file of the same model.
//
//   strata-compactness ZOO [--limit X] [--opset N] [--ops MODEL]
//
// ZOO holds folders ENVIRONMENT/MODEL with MODEL.ts.pt or MODEL.script.pt, test vectors, and in one
// of the environments MODEL.dynamo.onnx. Constant nodes are not counted on either side; bodies and
// functions are. Prints a table, worst first, and exits with 1 when a ratio is over the limit
// (1.1).
// --ops prints the operators of one model instead, side by side.
#include "onnx/onnx_reader.h"
#include "session/session.h"

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fmt/format.h>
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
    OpCounts ours;
    std::string problem;

    double ratio() const { return static_cast<double>(total(ours)) / std::max(1, total(theirs)); }
};

Export measure(const fs::path& source, const std::string& model, const OpCounts& theirs, int opset)
{
    Export result{
        model, source.parent_path().parent_path().filename() / source.filename(), theirs, {}, {}};
    ExportOptions options;
    options.opset = opset;
    if (fs::exists(source.parent_path() / "input_0.pb"))
        options.inputs_dir = source.parent_path();
    TaskContext task;
    const auto opened = open_model(source, options, task);
    if (!opened) {
        result.problem = opened.error().message;
        return result;
    }
    result.ours = count_ops(*(*opened)->model);
    if (!(*opened)->unsupported.empty())
        result.problem = (*opened)->unsupported.front().op + " is not supported";
    return result;
}

std::vector<Export> measure_all(const fs::path& zoo, const std::string& only, int opset)
{
    std::vector<fs::path> environments;
    for (const auto& entry : fs::directory_iterator(zoo))
        if (entry.is_directory())
            environments.push_back(entry.path());
    std::sort(environments.begin(), environments.end());
    std::map<std::string, fs::path> references;
    for (const fs::path& environment : environments)
        for (const auto& entry : fs::directory_iterator(environment)) {
            const std::string model = entry.path().filename().string();
            const fs::path file = entry.path() / (model + ".dynamo.onnx");
            if (fs::exists(file) && (only.empty() || only == model))
                references.emplace(model, file); // the first environment has the newest exporter
        }
    std::vector<Export> exports;
    for (const auto& [model, reference] : references) {
        TaskContext task;
        const auto read = read_onnx(reference, task);
        if (!read)
            continue;
        const OpCounts theirs = count_ops(*read->model);
        for (const fs::path& environment : environments)
            for (const char* ending : {".ts.pt", ".script.pt"})
                if (const fs::path source = environment / model / (model + ending);
                    fs::exists(source))
                    exports.push_back(measure(source, model, theirs, opset));
    }
    std::stable_sort(exports.begin(), exports.end(),
                     [](const Export& a, const Export& b) { return a.ratio() > b.ratio(); });
    return exports;
}

void print_ops(const std::vector<Export>& exports)
{
    for (const Export& entry : exports) {
        fmt::print("{}: theirs {}, ours {}\n", entry.file, total(entry.theirs), total(entry.ours));
        OpCounts all = entry.theirs;
        all.insert(entry.ours.begin(), entry.ours.end());
        for (const auto& [op, unused] : all) {
            const auto theirs = entry.theirs.find(op);
            const auto ours = entry.ours.find(op);
            fmt::print("  {:24}{:6}{:6}\n", op, theirs == entry.theirs.end() ? 0 : theirs->second,
                       ours == entry.ours.end() ? 0 : ours->second);
        }
    }
}

int print_table(const std::vector<Export>& exports, double limit)
{
    int over = 0;
    fmt::print("{:56}{:>7}{:>7}{:>8}\n", "file", "theirs", "ours", "ratio");
    for (const Export& entry : exports) {
        over += entry.ratio() > limit ? 1 : 0;
        fmt::print("{:56}{:7}{:7}{:8.3f}{}{}\n", entry.file, total(entry.theirs), total(entry.ours),
                   entry.ratio(), entry.problem.empty() ? "" : "  ", entry.problem);
    }
    fmt::print("{} of {} over {}\n", over, exports.size(), limit);
    return over == 0 ? 0 : 1;
}

} // namespace

int main(int argc, char** argv)
{
    std::string zoo;
    std::string ops;
    double limit = 1.1;
    int opset = default_opset;
    for (int i = 1; i < argc; ++i) {
        const std::string_view argument = argv[i];
        if (argument == "--ops" && i + 1 < argc)
            ops = argv[++i];
        else if (argument == "--limit" && i + 1 < argc)
            limit = std::strtod(argv[++i], nullptr);
        else if (argument == "--opset" && i + 1 < argc)
            opset = static_cast<int>(std::strtol(argv[++i], nullptr, 10));
        else if (zoo.empty() && !argument.starts_with('-'))
            zoo = argument;
        else
            zoo.clear();
    }
    if (zoo.empty() || !fs::is_directory(zoo)) {
        fmt::print(stderr, "usage: strata-compactness ZOO [--limit X] [--opset N] [--ops MODEL]\n");
        return 2;
    }
    const std::vector<Export> exports = measure_all(zoo, ops, opset);
    if (!ops.empty()) {
        print_ops(exports);
        return 0;
    }
    return print_table(exports, limit);
}
