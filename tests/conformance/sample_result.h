// What became of one sample.
#pragma once

#include <filesystem>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace strata::conformance {

enum class Outcome {
    Right,
    RightInFloat64, ///< what PyTorch computes in float64, and not what it computes as saved
    Wrong,
    Refused,
    DoesNotLoad,
    DoesNotRun,
    Failed,
    Crashed,
    TimeOut
};
inline constexpr Outcome outcomes[] = {
    Outcome::Right,   Outcome::RightInFloat64, Outcome::Wrong,
    Outcome::Refused, Outcome::DoesNotLoad,    Outcome::DoesNotRun,
    Outcome::Failed,  Outcome::Crashed,        Outcome::TimeOut};
std::string_view to_string(Outcome outcome);
/// Either kind.
bool is_right(Outcome outcome);

struct SampleResult {
    /// Relative to the samples' folder: the folder with model.pt, or a model file.
    std::string sample;
    Outcome outcome = Outcome::Failed;
    std::string reason; ///< empty where it is_right
};

/// Exports the sample as strata-cli does, and compares with its recorded outputs in ONNX Runtime.
/// Never throws; `onnx` is written over.
SampleResult run_sample(const std::filesystem::path& root, const std::string& sample,
                        const std::filesystem::path& onnx, int opset);

struct RunOptions {
    std::filesystem::path root;
    unsigned jobs = 2;
    double time_limit = 60; ///< seconds per sample
    int opset = 20;         ///< what strata-cli exports when not told otherwise
};
/// All samples, in processes that a crash or a time-out ends without the others. In the samples'
/// order.
std::vector<SampleResult> run_samples(const std::vector<std::string>& samples,
                                      const RunOptions& options);

/// Below `root`, sorted: folders with a model.pt, and *.pt2, *.ts.pt and *.script.pt with
/// recorded outputs beside them.
std::vector<std::string> find_samples(const std::filesystem::path& root);

/// What is known not to work: lines "sample<tab>outcome<tab>why" by sample; # starts a comment.
struct Gap {
    std::string outcome;
    std::string reason; ///< a part of the reason that is given
};
std::map<std::string, Gap> read_gaps(const std::filesystem::path& file);
/// Results that are neither right nor a known gap, and known gaps that are right or fail otherwise:
/// one line each.
std::vector<std::string> surprises(const std::vector<SampleResult>& results,
                                   const std::map<std::string, Gap>& gaps);

std::string results_json(const std::vector<SampleResult>& results);
/// The table by class and the most frequent reasons, as Markdown. `root` may hold samples.json.
std::string results_markdown(const std::vector<SampleResult>& results,
                             const std::filesystem::path& root, int opset);

} // namespace strata::conformance
