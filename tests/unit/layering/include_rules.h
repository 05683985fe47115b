// The architecture's rules about who may include what, as a checker over source text. It knows
// nothing of the disk, so that made-up files can show that it finds what it should.
#pragma once

#include <algorithm>
#include <map>
#include <regex>
#include <set>
#include <sstream>
#include <string>
#include <string_view>
#include <vector>

namespace include_rules {

/// A source file: its path from the top of the repository ("core/ir/tensor.h") and its text.
struct SourceFile {
    std::string path;
    std::string text;
};

struct Violation {
    std::string path;
    std::size_t line = 0; ///< 0: the file as a whole
    std::string rule;     ///< "layer", "qt", "torch", "protobuf", "graphviz", "length", ...
    std::string what;

    std::string text() const
    {
        return path + ":" + std::to_string(line) + ": [" + rule + "] " + what;
    }
};

/// layer → the layers below it that it may include, indirect ones too.
using LayerTable = std::map<std::string, std::set<std::string>>;

/// How high each layer stands. An include may only point to a lower one. A new folder below core/
/// needs a place here, and that is a decision about the architecture.
inline const std::map<std::string, int>& layer_ranks()
{
    static const std::map<std::string, int> ranks{
        {"base", 0},     {"ir", 1},        {"onnx", 2},   {"torch", 2},
        {"pt2", 2},      {"query", 2},     {"review", 2}, {"strategy", 2},
        {"runtime", 2},  {"passes", 2},    {"layout", 2}, {"hierarchy", 2},
        {"lowering", 3}, {"frontends", 3}, {"report", 4}, {"session", 5}};
    return ranks;
}

/// Reads the `strata_layer(NAME DEPENDS a b ...)` lines of core/CMakeLists.txt and closes them
/// over indirect dependencies.
inline LayerTable read_layer_table(const std::string& cmake)
{
    LayerTable direct;
    static const std::regex call(R"(strata_layer\(\s*([a-z0-9_]+)([^)]*)\))");
    for (std::sregex_iterator it(cmake.begin(), cmake.end(), call), end; it != end; ++it) {
        auto& below = direct[(*it)[1]];
        std::istringstream words((*it)[2]);
        bool in_depends = false;
        for (std::string word; words >> word;) {
            if (word == "DEPENDS" || word == "LIBS" || word == "EXCLUDE")
                in_depends = word == "DEPENDS";
            else if (in_depends)
                below.insert(word);
        }
    }
    // As many rounds as there are layers reach the longest chain, cycles included.
    LayerTable closed = direct;
    for (std::size_t round = 0; round < direct.size(); ++round)
        for (auto& [layer, below] : closed)
            for (const std::string& dependency : std::set<std::string>(below))
                below.insert(closed[dependency].begin(), closed[dependency].end());
    return closed;
}

/// The declared dependencies against the ranks: cycles and upward arrows end here.
inline std::vector<Violation> check_layer_table(const LayerTable& table)
{
    std::vector<Violation> found;
    const auto& ranks = layer_ranks();
    auto complain = [&](std::string what) {
        found.push_back({"core/CMakeLists.txt", 0, "layer", std::move(what)});
    };
    for (const auto& [layer, below] : table) {
        if (!ranks.contains(layer)) {
            complain("layer '" + layer + "' has no rank");
            continue;
        }
        for (const std::string& dependency : below)
            if (!ranks.contains(dependency) || ranks.at(dependency) >= ranks.at(layer))
                complain("'" + layer + "' depends on '" + dependency + "', which is not below it");
    }
    return found;
}

struct Include {
    std::string name; ///< as written, without quotes or brackets
    bool quoted = false;
    std::size_t line = 0;
};

inline std::vector<Include> includes_of(const std::string& text)
{
    std::vector<Include> found;
    static const std::regex directive(R"(^\s*#\s*include\s*([<"])([^>"]+)[>"])");
    std::istringstream lines(text);
    std::size_t number = 0;
    for (std::string line; std::getline(lines, line);) {
        ++number;
        std::smatch match;
        if (std::regex_search(line, match, directive))
            found.push_back({match[2], match[1] == "\"", number});
    }
    return found;
}

inline bool starts_with_any(std::string_view text, std::initializer_list<std::string_view> prefixes)
{
    return std::ranges::any_of(prefixes, [&](auto prefix) { return text.starts_with(prefix); });
}

inline bool is_torch_header(const Include& include)
{
    // "torch/..." in quotes is our own layer.
    return (!include.quoted && starts_with_any(include.name, {"torch/"})) ||
           starts_with_any(include.name, {"ATen/", "c10/", "caffe2/"});
}
inline bool is_protobuf_header(const Include& include)
{
    // "onnx/..." in quotes is our own layer, except that nothing of ours is called onnx_pb or
    // *.pb.h.
    return include.name.starts_with("google/protobuf/") || include.name.ends_with(".pb.h") ||
           include.name.ends_with("onnx_pb.h") ||
           (!include.quoted && include.name.starts_with("onnx/"));
}
inline bool is_graphviz_header(const Include& include)
{
    static const std::set<std::string> names{"gvc.h", "cgraph.h", "cdt.h", "gvcext.h"};
    return include.name.starts_with("graphviz/") || include.name.starts_with("gvc/") ||
           names.contains(include.name);
}
inline bool is_qt_header(const Include& include)
{
    static const std::regex qt(R"(^(Qt[A-Z]\w*/)?(Q[A-Z]\w*|QtGlobal|q[a-z0-9]+\.h)$)");
    return !include.quoted && std::regex_match(include.name, qt);
}

/// "core/torch/backend/x.cpp" → "torch"; empty outside of core or directly in it.
inline std::string layer_of(std::string_view path)
{
    if (!path.starts_with("core/"))
        return {};
    path.remove_prefix(5);
    const auto slash = path.find('/');
    return slash == std::string_view::npos ? std::string() : std::string(path.substr(0, slash));
}

inline constexpr std::size_t max_lines = 700;

/// Checks all files. Tests are only held to the length.
inline std::vector<Violation> check(const std::vector<SourceFile>& files, const LayerTable& table)
{
    std::vector<Violation> found;
    std::set<std::string> graphviz_files;
    std::set<std::string> paths;
    for (const SourceFile& file : files)
        paths.insert(file.path);

    for (const SourceFile& file : files) {
        auto complain = [&](std::size_t line, std::string rule, std::string what) {
            found.push_back({file.path, line, std::move(rule), std::move(what)});
        };
        const auto lines = static_cast<std::size_t>(std::ranges::count(file.text, '\n'));
        if (lines > max_lines)
            complain(0, "length", std::to_string(lines) + " lines, more than 700");
        if (file.path.starts_with("tests/"))
            continue;

        const std::string layer = layer_of(file.path);
        const bool core = file.path.starts_with("core/");
        const bool cli = file.path.starts_with("app/cli/");
        if (core && !table.contains(layer))
            complain(0, "layer", "folder '" + layer + "' is not a declared layer");

        for (const Include& include : includes_of(file.text)) {
            const std::string what = "includes " + include.name;
            if ((core || cli) && is_qt_header(include))
                complain(include.line, "qt", what);
            if (is_torch_header(include) && !file.path.starts_with("core/torch/backend/"))
                complain(include.line, "torch", what);
            // Headers of that layer that speak protobuf are its own business, and say so by name.
            if (is_protobuf_header(include) &&
                !(layer == "onnx" &&
                  (file.path.ends_with(".cpp") || file.path.find("proto") != std::string::npos)))
                complain(include.line, "protobuf", what);
            if (is_graphviz_header(include)) {
                graphviz_files.insert(file.path);
                if (layer != "layout" || !file.path.ends_with(".cpp"))
                    complain(include.line, "graphviz", what);
            }
            const auto slash = include.name.find('/');
            if (!include.quoted || slash == std::string::npos)
                continue;
            const std::string target = include.name.substr(0, slash);
            if ((core && (target == "ui" || target == "app")) ||
                (file.path.starts_with("ui/") && target == "app") || (cli && target == "ui"))
                complain(include.line, "layer", what);
            if (core && table.contains(target) && target != layer && table.contains(layer) &&
                !table.at(layer).contains(target))
                complain(include.line, "layer", what);
            if (table.contains(target) && !paths.contains("core/" + include.name))
                complain(include.line, "missing", what + ", which is not in core");
        }
        static const std::regex qt_macro(R"(\bQ_[A-Z]+\b)");
        if (core && std::regex_search(file.text, qt_macro))
            complain(0, "qt", "uses a Q_ macro");
    }
    if (graphviz_files.size() > 1)
        found.push_back({*graphviz_files.rbegin(), 0, "graphviz",
                         "more than one file includes Graphviz's headers"});
    return found;
}

} // namespace include_rules
