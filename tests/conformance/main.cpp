// conformance: exports all samples below a folder and compares them in ONNX Runtime.
#include "runtime/onnx_runtime.h"
#include "sample_result.h"

#include <algorithm>
#include <cstdlib>
#include <fmt/format.h>
#include <fstream>
#include <string_view>

namespace {

using namespace strata::conformance;

constexpr std::string_view usage =
    "usage: strata-conformance SAMPLES [--json FILE] [--markdown FILE] [--jobs N] [--opset N]\n"
    "                   [--time-limit SECONDS] [--all-right]\n"
    "                   [--gaps FILE]\n"
    "--all-right: exit 1 unless every sample is right, and 77 without ONNX Runtime\n"
    "--gaps: samples that are known to fail, and have to\n";

constexpr int skipped = 77; // what CTest is told to take as skipped

struct Options {
    RunOptions run;
    std::string json;
    std::string markdown;
    std::string gaps;
    bool all_right = false;
};

bool parse(int argc, char** argv, Options& options)
{
    for (int i = 1; i < argc; ++i) {
        const std::string_view name = argv[i];
        if (name == "--all-right") {
            options.all_right = true;
            continue;
        }
        if (!name.starts_with("--")) {
            options.run.root = argv[i];
            continue;
        }
        if (++i >= argc)
            return false;
        if (name == "--json")
            options.json = argv[i];
        else if (name == "--markdown")
            options.markdown = argv[i];
        else if (name == "--gaps")
            options.gaps = argv[i];
        else if (name == "--jobs")
            options.run.jobs = static_cast<unsigned>(std::clamp(std::atoi(argv[i]), 1, 64));
        else if (name == "--opset")
            options.run.opset = std::atoi(argv[i]);
        else if (name == "--time-limit")
            options.run.time_limit = std::atof(argv[i]);
        else
            return false;
    }
    return !options.run.root.empty();
}

bool write(const std::string& path, const std::string& text)
{
    return path.empty() || (std::ofstream(path) << text).flush().good();
}

} // namespace

int main(int argc, char** argv)
{
    Options options;
    if (!parse(argc, argv, options)) {
        fmt::print(stderr, "{}", usage);
        return 2;
    }
    const auto samples = find_samples(options.run.root);
    const auto results = run_samples(samples, options.run);
    const std::string markdown = results_markdown(results, options.run.root, options.run.opset);
    if (!write(options.json, results_json(results)) || !write(options.markdown, markdown)) {
        fmt::print(stderr, "The results cannot be written.\n");
        return 2;
    }
    fmt::print("{}", markdown);
    if (!options.all_right)
        return 0;
    if (strata::onnx_runtime_version().empty())
        return skipped;
    const auto complaints = surprises(results, read_gaps(options.gaps));
    for (const std::string& complaint : complaints)
        fmt::print("{}\n", complaint);
    return complaints.empty() && !results.empty() ? 0 : 1;
}
