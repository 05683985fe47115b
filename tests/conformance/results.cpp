#include "runtime/onnx_runtime.h"
#include "sample_result.h"

#include <algorithm>
#include <fmt/format.h>
#include <fstream>
#include <map>
#include <nlohmann/json.hpp>
#include <set>

namespace strata::conformance {
namespace {

using nlohmann::json;

json read_index(const std::filesystem::path& root)
{
    std::ifstream file(root / "samples.json");
    return file ? json::parse(file, nullptr, false) : json();
}

/// Table cells: one line, no bars, not too long.
std::string cell(std::string text)
{
    for (char& c : text)
        if (c == '\n' || c == '|')
            c = ' ';
    constexpr std::size_t longest = 160;
    if (text.size() > longest)
        text = text.substr(0, longest) + "…";
    return text;
}

std::string operator_of(const std::string& sample)
{
    return sample.substr(0, sample.find('/'));
}

std::string reasons_table(const std::vector<SampleResult>& results)
{
    std::map<std::string, std::size_t> counts;
    for (const SampleResult& result : results)
        if (!is_right(result.outcome))
            ++counts[fmt::format("{} | {}", to_string(result.outcome), cell(result.reason))];
    std::vector<std::pair<std::string, std::size_t>> sorted(counts.begin(), counts.end());
    std::stable_sort(sorted.begin(), sorted.end(),
                     [](const auto& a, const auto& b) { return a.second > b.second; });
    std::string text = "| Samples | Class | Reason |\n|---:|---|---|\n";
    constexpr std::size_t most = 10;
    for (std::size_t i = 0; i < std::min(sorted.size(), most); ++i)
        text += fmt::format("| {} | {} |\n", sorted[i].second, sorted[i].first);
    return text;
}

/// Operators some of whose samples come out wrong, by what is wrong with them.
std::string wrong_table(const std::vector<SampleResult>& results)
{
    struct Count {
        std::size_t wrong = 0;
        std::size_t all = 0;
    };
    std::map<std::string, Count> counts;
    for (const SampleResult& result : results) {
        Count& count = counts[operator_of(result.sample)];
        ++count.all;
        count.wrong += result.outcome == Outcome::Wrong ? 1 : 0;
    }
    std::string text = "| Operator | Wrong | Samples |\n|---|---:|---:|\n";
    for (const auto& [name, count] : counts)
        if (count.wrong > 0)
            text += fmt::format("| `{}` | {} | {} |\n", name, count.wrong, count.all);
    return text;
}

std::string left_out_table(const json& index)
{
    std::map<std::string, std::set<std::string>> by_reason;
    if (index.is_object() && index.contains("left_out"))
        for (const json& entry : index["left_out"])
            if (const std::string name = entry.value("operator", ""); name.find('/') == name.npos)
                by_reason[entry.value("reason", "")].insert(name);
    std::string text = "| Reason | Operators |\n|---|---|\n";
    for (const auto& [reason, names] : by_reason) {
        std::string list;
        for (const std::string& name : names)
            list += (list.empty() ? "`" : ", `") + name + "`";
        text += fmt::format("| {} | {} |\n", cell(reason), list);
    }
    return text;
}

} // namespace

std::string results_json(const std::vector<SampleResult>& results)
{
    json list = json::array();
    std::map<std::string, std::size_t> counts;
    for (const SampleResult& result : results) {
        ++counts[std::string(to_string(result.outcome))];
        json entry = {{"sample", result.sample}, {"outcome", to_string(result.outcome)}};
        if (!result.reason.empty())
            entry["reason"] = result.reason;
        list.push_back(std::move(entry));
    }
    return json{{"counts", counts}, {"samples", std::move(list)}}.dump(
               1, ' ', false, json::error_handler_t::replace) +
           "\n";
}

std::string results_markdown(const std::vector<SampleResult>& results,
                             const std::filesystem::path& root, int opset)
{
    const json index = read_index(root);
    std::set<std::string> operators;
    std::map<Outcome, std::size_t> counts;
    for (const SampleResult& result : results) {
        operators.insert(operator_of(result.sample));
        ++counts[result.outcome];
    }
    std::string text = "# Conformance with PyTorch's operator database\n\n"
                       "Written by `tests/conformance/run.sh`; do not edit.\n\n";
    text += fmt::format(
        "{} samples of {} operators from PyTorch {}, exported for opset {} and compared "
        "with\nPyTorch's own outputs in ONNX Runtime {} (atol 1e-4, rtol 1e-3). \"Right in "
        "float64\" "
        "are those\nthat miss PyTorch's outputs and match what PyTorch computes in float64, where "
        "its own rounding is\nlarger than the tolerance.\n\n",
        results.size(), operators.size(),
        index.is_object() ? index.value("torch", "(unknown)") : "(unknown)", opset,
        onnx_runtime_version());
    text += "| Class | Samples | Share |\n|---|---:|---:|\n";
    for (const Outcome outcome : outcomes)
        text += fmt::format("| {} | {} | {:.1f} % |\n", to_string(outcome), counts[outcome],
                            results.empty() ? 0.0
                                            : 100.0 * static_cast<double>(counts[outcome]) /
                                                  static_cast<double>(results.size()));
    text += "\n## The most frequent reasons\n\n" + reasons_table(results);
    if (counts[Outcome::Wrong] > 0)
        text += "\n## Operators with wrong numbers\n\n" + wrong_table(results);
    text += "\n## Left out\n\n" + left_out_table(index);
    return text;
}

} // namespace strata::conformance
