// strata-accuracy ZOO... [--level L]... [--model PART] [--misses N] [--markdown FILE] [--at-least]
//
// Measures how well the hierarchy of ONNX files is recovered. Each ZOO is a folder of model folders
// (MODEL/MODEL.ts.pt, MODEL.dynamo.onnx, MODEL.legacy.onnx, meta.json ...). See
// resources/docs/accuracy.md.
#include "accuracy/measure.h"
#include "accuracy/strip.h"
#include "accuracy/truth.h"
#include "frontends/model_file.h"
#include "onnx/onnx_reader.h"
#include "runtime/onnx_runtime.h"
#include "session/session.h"
#include "session/source_reference.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdio>
#include <fmt/format.h>
#include <fstream>
#include <unistd.h>

namespace {

using namespace accuracy;
using namespace strata;
namespace fs = std::filesystem;

constexpr std::string_view level_letters = "ABCDEFGH";

struct Options {
    std::vector<fs::path> zoos;
    std::string wanted = std::string(level_letters);
    std::string model;
    std::size_t misses = 0;
    fs::path markdown;
    bool at_least = false;
};

struct LevelResult {
    Score score;
    double pairs = 0.0; ///< level F: sum over files
    unsigned files = 0;
    double share(char level) const
    {
        if (files == 0)
            return -1.0;
        return level == 'F' ? pairs / files : score.share();
    }
};

struct ModelResult {
    std::string name;
    std::array<LevelResult, level_letters.size()> levels;
    std::string note;
};

/// A file with truth.
struct Specimen {
    std::string kind; ///< "own", "dynamo", "legacy"
    fs::path path;
    Truth truth;        ///< in the source's terms
    Truth truth_inside; ///< in the file's own terms (no source given)
    bool has_metadata = false;
    bool names_spell_scopes = false;
};

class Bench {
public:
    explicit Bench(Options options) : m_options(std::move(options))
    {
        m_folder = fs::temp_directory_path() / fmt::format("strata-accuracy-{}", ::getpid());
        fs::create_directories(m_folder);
    }
    ~Bench()
    {
        std::error_code error;
        fs::remove_all(m_folder, error);
    }
    Bench(const Bench&) = delete;
    Bench& operator=(const Bench&) = delete;

    int run()
    {
        for (const fs::path& zoo : m_options.zoos) {
            std::vector<fs::path> folders;
            for (const auto& entry : fs::directory_iterator(zoo))
                if (entry.is_directory() && fs::exists(entry.path() / "meta.json"))
                    folders.push_back(entry.path());
            std::sort(folders.begin(), folders.end());
            for (const fs::path& folder : folders) {
                const std::string name =
                    fmt::format("{}/{}", zoo.filename().string(), folder.filename().string());
                if (m_options.model.empty() || name.find(m_options.model) != std::string::npos)
                    measure(folder, name);
            }
        }
        return report();
    }

private:
    bool wants(char level) const { return m_options.wanted.find(level) != std::string::npos; }

    std::shared_ptr<OnnxModel> read(const fs::path& path)
    {
        auto result = read_onnx(path, m_task);
        if (!result) {
            fmt::print(stderr, "{}: {}\n", path.string(), result.error().text());
            return nullptr;
        }
        return result->model;
    }

    void measure(const fs::path& folder, const std::string& name)
    {
        ModelResult result;
        result.name = name;
        const std::string stem = folder.filename().string();
        const KnownModules known = read_known_modules(folder / "meta.json");
        std::shared_ptr<const Program> source;
        fs::path source_path;
        for (const char* ending : {".ts.pt", ".pt2", ".script.pt"}) {
            source_path = folder / (stem + ending);
            if (!fs::exists(source_path))
                continue;
            if (auto program = load_program(source_path, m_task); program && !(*program)->frozen) {
                source = *program;
                break;
            }
        }
        if (!source)
            result.note = "no source that loads";
        std::vector<Specimen> specimens;
        if (source)
            add_own(source_path, specimens);
        for (const char* ending : {".dynamo.onnx", ".dyn.dynamo.onnx"})
            add_file("dynamo", folder / (stem + ending), known, specimens);
        for (const char* ending : {".legacy.onnx"})
            add_file("legacy", folder / (stem + ending), known, specimens);
        for (const Specimen& specimen : specimens)
            measure(specimen, source.get(), result);
        std::string line = fmt::format("{:38}", name);
        for (std::size_t i = 0; i < level_letters.size(); ++i) {
            const double share = result.levels[i].share(level_letters[i]);
            line += share < 0 ? "      -" : fmt::format(" {:6.2f}", 100 * share);
        }
        fmt::print("{} {}\n", line, result.note);
        std::fflush(stdout);
        m_results.push_back(std::move(result));
    }

    void add_own(const fs::path& source, std::vector<Specimen>& specimens)
    {
        auto opened = open_model(source, ExportOptions{}, m_task);
        if (!opened || !(*opened)->unsupported.empty())
            return;
        Specimen specimen;
        specimen.kind = "own";
        specimen.path = m_folder / "own.onnx";
        fs::remove(specimen.path);
        if (!write_export(*opened, specimen.path, ExportOptions{}, m_task))
            return;
        const auto model = read(specimen.path);
        if (!model)
            return;
        specimen.truth = specimen.truth_inside = truth_from_metadata(*model);
        specimen.has_metadata = true;
        specimen.names_spell_scopes = true;
        specimens.push_back(std::move(specimen));
    }

    void add_file(const char* kind, const fs::path& path, const KnownModules& known,
                  std::vector<Specimen>& specimens)
    {
        if (!fs::exists(path))
            return;
        const auto model = read(path);
        if (!model)
            return;
        Specimen specimen;
        specimen.kind = kind;
        specimen.path = path;
        specimen.has_metadata = specimen.kind == "dynamo";
        specimen.names_spell_scopes = specimen.kind == "legacy";
        specimen.truth = specimen.has_metadata ? truth_from_metadata(*model)
                                               : truth_from_names(*model, known, false);
        specimen.truth_inside =
            specimen.has_metadata ? specimen.truth : truth_from_names(*model, known, true);
        if (says_something(specimen.truth) || known.fqns.size() == 1)
            specimens.push_back(std::move(specimen));
    }

    Result<AttributionResult> attribute(const OnnxModel& model, const Program* source)
    {
        const auto start = std::chrono::steady_clock::now();
        auto result = source ? attribute_with_source(model, *source, m_task)
                             : attribute_nodes(model, nullptr, m_task);
        m_seconds +=
            std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
        m_nodes += model.nodes.size();
        return result;
    }

    void measure(const Specimen& specimen, const Program* source, ModelResult& result)
    {
        if (wants('A') && specimen.has_metadata)
            level('A', specimen, specimen.path, specimen.truth_inside, {.metadata = true}, nullptr,
                  result);
        if (wants('B') && specimen.names_spell_scopes)
            level('B', specimen, specimen.path, specimen.truth_inside, {.node_names = true},
                  nullptr, result);
        if (wants('C'))
            level('C', specimen, specimen.path, specimen.truth_inside, {.initializer_names = true},
                  nullptr, result);
        if (wants('D') && source)
            level('D', specimen, specimen.path, specimen.truth, {}, source, result);
        if (wants('F'))
            level('F', specimen, specimen.path, specimen.truth_inside, {}, nullptr, result);
        if (wants('G') && specimen.names_spell_scopes)
            level('G', specimen, specimen.path, specimen.truth_inside,
                  {.node_names = true, .initializer_names = true}, nullptr, result);
        if (wants('H') && source)
            level('H', specimen, specimen.path, specimen.truth,
                  {.node_names = true, .initializer_names = true}, source, result);
        if (wants('E') && source)
            optimised(specimen, source, result);
    }

    void optimised(const Specimen& specimen, const Program* source, ModelResult& result)
    {
        const auto original = read(specimen.path);
        if (!original)
            return;
        for (const auto optimization : {GraphOptimization::Basic, GraphOptimization::Extended}) {
            const fs::path path = m_folder / "optimised.onnx";
            fs::remove(path);
            if (const auto status = optimize_onnx(specimen.path, path, optimization); !status) {
                result.note += fmt::format(" {}: ONNX Runtime cannot optimise it ({});",
                                           specimen.kind, status.error().message.substr(0, 60));
                continue;
            }
            const auto model = read(path);
            if (!model)
                continue;
            level('E', specimen, path, truth_after_optimization(*original, specimen.truth, *model),
                  {}, source, result);
        }
    }

    void level(char letter, const Specimen& specimen, const fs::path& path, const Truth& truth,
               const Keep& keep, const Program* source, ModelResult& result)
    {
        const auto model = read(path);
        // Without initializers there are no names of initializers to tell anything: that is F.
        if (!model || (letter == 'C' && model->initializers.empty()))
            return;
        strip(*model, keep);
        auto found = attribute(*model, source);
        if (!found) {
            result.note += fmt::format(" {} {}: {};", letter, specimen.kind, found.error().text());
            return;
        }
        LevelResult& sum = result.levels[level_letters.find(letter)];
        ++sum.files;
        if (letter == 'F') {
            sum.pairs += pair_agreement(*found, truth);
            return;
        }
        const std::set<std::string> named = named_modules(*model);
        const Comparison comparison =
            compare_with_truth(*model, *found, truth, letter == 'C' ? &named : nullptr);
        sum.score.add(comparison.score);
        // Every file counts equally in what confidence promises.
        for (const auto& [node, right] : comparison.verdicts) {
            const NodeAttribution& attribution = found->nodes[node];
            // The winner comes first.
            Reliability& cell = m_reliability[{
                attribution.kind,
                static_cast<int>(attribution.evidence.front().confidence * 100 + 0.5),
                support_of(attribution.evidence, 0, found->modules)}];
            cell.shown = attribution.confidence;
            ++cell.nodes;
            cell.right += right ? 1 : 0;
        }
        m_by_kind[letter][specimen.kind].add(comparison.score);
        if (m_options.misses > 0)
            print_misses(letter, specimen, *model, path, *found, comparison);
    }

    void print_misses(char letter, const Specimen& specimen, const OnnxModel& model,
                      const fs::path& path, const AttributionResult& found,
                      const Comparison& comparison)
    {
        if (comparison.misses.empty())
            return;
        fmt::print("  {} {}: {} of {} wrong\n", letter, specimen.kind, comparison.misses.size(),
                   comparison.score.counted);
        const auto named = read(path);
        for (std::size_t i = 0; i < comparison.misses.size() && i < m_options.misses; ++i) {
            const Miss& miss = comparison.misses[i];
            const NodeAttribution& node = found.nodes[miss.node];
            fmt::print("    {:5} {:18} {:44} is '{}', got '{}' by {} {:.2f} ({})\n", miss.node,
                       model.text(model.nodes[miss.node].op_type),
                       named->text(named->nodes[miss.node].name), miss.expected, miss.got,
                       to_string(node.kind), node.confidence,
                       node.evidence.empty() ? "" : node.evidence.front().detail);
        }
    }

    int report()
    {
        constexpr std::array<double, level_letters.size()> aims{1.0,  0.98, 0.90, 0.97,
                                                                0.90, -1.0, -1.0, -1.0};
        bool reached = true;
        std::string table = "| level | models | mean | lowest | aim |\n|---|---|---|---|---|\n";
        for (std::size_t i = 0; i < level_letters.size(); ++i) {
            double sum = 0.0;
            double lowest = 1.0;
            unsigned count = 0;
            std::string worst;
            for (const ModelResult& result : m_results)
                if (const double share = result.levels[i].share(level_letters[i]); share >= 0) {
                    sum += share;
                    ++count;
                    if (share < lowest) {
                        lowest = share;
                        worst = result.name;
                    }
                }
            if (count == 0)
                continue;
            const double mean = sum / count;
            if (mean < aims[i]) {
                fmt::print("level {} is below its aim\n", level_letters[i]);
                reached = false;
            }
            table += fmt::format("| {} | {} | {:.2f} % | {:.2f} % {} | {} |\n", level_letters[i],
                                 count, 100 * mean, 100 * lowest, worst,
                                 aims[i] < 0 ? "" : fmt::format("{:.0f} %", 100 * aims[i]));
        }
        std::string kinds = "| level | own exports | `.dynamo.onnx` | `.legacy.onnx` |\n"
                            "|---|---|---|---|\n";
        for (auto& [letter, scores] : m_by_kind) {
            kinds += fmt::format("| {} |", letter);
            for (const char* kind : {"own", "dynamo", "legacy"})
                kinds += scores[kind].counted == 0
                             ? std::string(" |")
                             : fmt::format(" {:.2f} % |", 100 * scores[kind].share());
            kinds += "\n";
        }
        const std::string reliability = reliability_table();
        fmt::print("\n{}\n{}\n{}\n", table, kinds, reliability);
        fmt::print("{} nodes in {:.2f} s\n", m_nodes, m_seconds);
        if (!m_options.markdown.empty())
            write_markdown(table, kinds, reliability);
        return m_options.at_least && !(promises_kept() && reached) ? 1 : 0;
    }

    std::string reliability_table() const
    {
        std::string text =
            "| evidence | its own figure | other evidence | shown | nodes | right |\n"
            "|---|---|---|---|---|---|\n";
        for (const auto& [key, cell] : m_reliability)
            text += fmt::format("| {} | {:.2f} | {} | {:.2f} | {} | {:.3f} |\n",
                                to_string(std::get<0>(key)), std::get<1>(key) / 100.0,
                                to_string(std::get<2>(key)), cell.shown, cell.nodes, cell.share());
        return text;
    }

    /// Of the nodes shown with a confidence, at least that share is right, but for 0.05; counted
    /// where there are enough to tell.
    bool promises_kept() const
    {
        constexpr std::uint64_t enough = 500;
        constexpr double tolerance = 0.05;
        bool kept = true;
        for (const auto& [key, cell] : m_reliability) {
            if (cell.nodes < enough || cell.share() >= cell.shown - tolerance)
                continue;
            fmt::print("{} ({}) promises {:.2f}, but only {:.3f} are right\n",
                       to_string(std::get<0>(key)), to_string(std::get<2>(key)), cell.shown,
                       cell.share());
            kept = false;
        }
        return kept;
    }

    void write_markdown(const std::string& table, const std::string& kinds,
                        const std::string& reliability)
    {
        std::ofstream file(m_options.markdown);
        file << "<!-- generated: strata-accuracy ZOO... --markdown FILE -->\n"
             << "## Accuracy by level\n\n"
             << table << "\nAll nodes of all files of one exporter together:\n\n"
             << kinds << "\n## Reliability\n\n"
             << reliability << "\n## Models\n\n| model | A | B | C | D | E | F | G | H |\n"
             << "|---|---|---|---|---|---|---|---|---|\n";
        for (const ModelResult& result : m_results) {
            file << "| " << result.name << " |";
            for (std::size_t i = 0; i < level_letters.size(); ++i) {
                const double share = result.levels[i].share(level_letters[i]);
                file << (share < 0 ? " |" : fmt::format(" {:.1f} |", 100 * share));
            }
            file << "\n";
        }
    }

    Options m_options;
    fs::path m_folder;
    TaskContext m_task;
    std::vector<ModelResult> m_results;
    ReliabilityTable m_reliability;
    std::map<char, std::map<std::string, Score>> m_by_kind;
    double m_seconds = 0.0;
    std::uint64_t m_nodes = 0;
};

} // namespace

int main(int argc, char** argv)
{
    Options options;
    const std::vector<std::string> arguments(argv + 1, argv + argc);
    for (std::size_t i = 0; i < arguments.size(); ++i) {
        const auto value = [&] { return i + 1 < arguments.size() ? arguments[++i] : ""; };
        if (arguments[i] == "--level")
            options.wanted = value();
        else if (arguments[i] == "--model")
            options.model = value();
        else if (arguments[i] == "--misses")
            options.misses = std::stoul(value());
        else if (arguments[i] == "--markdown")
            options.markdown = value();
        else if (arguments[i] == "--at-least")
            options.at_least = true;
        else
            options.zoos.emplace_back(arguments[i]);
    }
    if (options.zoos.empty()) {
        fmt::print(stderr, "usage: strata-accuracy ZOO... [--level ABCDEFGH] [--model PART] "
                           "[--misses N] [--markdown FILE] [--at-least]\n");
        return 2;
    }
    return Bench(std::move(options)).run();
}
