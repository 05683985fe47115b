#include "query/locator.h"

#include <algorithm>
#include <array>
#include <optional>

namespace strata {
namespace {

// Longer names are searched only this far: no name that somebody types is longer, and a hostile
// file must not make a keystroke slow.
constexpr std::size_t max_searched = 1024;

char lower(char c)
{
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

std::uint64_t letter_bit(char c)
{
    c = lower(c);
    if (c >= 'a' && c <= 'z')
        return std::uint64_t{1} << (c - 'a');
    if (c >= '0' && c <= '9')
        return std::uint64_t{1} << (26 + c - '0');
    return 0;
}

std::uint64_t letters_of(std::string_view text)
{
    std::uint64_t bits = 0;
    for (const char c : text.substr(0, max_searched))
        bits |= letter_bit(c);
    return bits;
}

bool is_upper(char c)
{
    return c >= 'A' && c <= 'Z';
}

bool is_word(char c)
{
    return letter_bit(c) != 0;
}

/// Whether a part of the name begins at `i`: after a separator, at a capital, at the first digit.
bool begins_part(std::string_view text, std::size_t i)
{
    if (i == 0 || !is_word(text[i - 1]))
        return true;
    if (is_upper(text[i]) && !is_upper(text[i - 1]))
        return true;
    const auto digit = [](char c) { return c >= '0' && c <= '9'; };
    return digit(text[i]) && !digit(text[i - 1]);
}

constexpr std::string_view separators = "/.";
constexpr int score_letter = 16;
constexpr int score_part = 24;
constexpr int score_run = 28;
constexpr int score_gap_opens = -6;
constexpr int score_gap = -2;
constexpr int score_gap_most = -24;
constexpr int score_last_part = 20;

/// No text gives a word of that many letters more.
constexpr int most_of_word(std::size_t letters)
{
    return score_letter + score_part + score_last_part +
           static_cast<int>(letters - 1) * (score_letter + score_run);
}

/// Scores one word (lower case) against a text. The first end of a match is found forwards, then
/// tightened backwards: "conv1" in "convolutions/conv1" is the second one when asked again from
/// there, so up to some later ends are tried too.
std::optional<int> score_word(std::string_view word, std::string_view text,
                              std::vector<std::uint32_t>& positions, std::vector<std::uint32_t>& at)
{
    std::optional<int> best;
    at.resize(word.size());
    std::size_t from = 0;
    const int most = most_of_word(word.size());
    const std::size_t separator = text.find_last_of(separators);
    for (int attempt = 0; attempt < 8; ++attempt) {
        std::size_t w = 0, t = from;
        for (; t < text.size() && w < word.size(); ++t)
            if (lower(text[t]) == word[w])
                ++w;
        if (w < word.size())
            break;
        std::size_t i = t;
        for (std::size_t k = word.size(); k > 0; --k) {
            do
                --i;
            while (lower(text[i]) != word[k - 1]);
            at[k - 1] = static_cast<std::uint32_t>(i);
        }
        int score = 0;
        for (std::size_t k = 0; k < at.size(); ++k) {
            score += score_letter;
            if (k > 0 && at[k] == at[k - 1] + 1)
                score += score_run;
            else if (begins_part(text, at[k]))
                score += score_part;
            if (k > 0 && at[k] > at[k - 1] + 1)
                score +=
                    score_gap_opens +
                    std::max(score_gap_most, score_gap * static_cast<int>(at[k] - at[k - 1] - 1));
        }
        if (separator != std::string_view::npos && at.front() > separator)
            score += score_last_part;
        if (!best || score > *best) {
            best = score;
            positions.assign(at.begin(), at.end());
            if (score == most)
                break;
        }
        from = at.front() + 1;
    }
    return best;
}

struct Typed {
    std::optional<LocatorKind> kind;
    std::vector<std::string> words; ///< lower case
    std::uint64_t letters = 0;
};

Typed parse(std::string_view typed)
{
    Typed result;
    std::string word;
    const auto take = [&] {
        if (!word.empty())
            result.words.push_back(std::move(word));
        word.clear();
    };
    if (!typed.empty() && typed.front() == '>') {
        result.kind = LocatorKind::Action;
        typed.remove_prefix(1);
    } else {
        for (std::size_t k = 1; k < locator_kind_count; ++k) {
            const auto prefix = locator_prefix(static_cast<LocatorKind>(k));
            if (typed.size() > prefix.size() && typed.starts_with(prefix) &&
                typed[prefix.size()] == ' ') {
                result.kind = static_cast<LocatorKind>(k);
                typed.remove_prefix(prefix.size());
                break;
            }
        }
    }
    for (const char c : typed) {
        if (c == ' ' || c == '\t')
            take();
        else
            word += lower(c);
    }
    take();
    for (const std::string& w : result.words)
        result.letters |= letters_of(w);
    return result;
}

/// Whether one of the parts of a path, between slashes and dots, is this: the "0" of
/// "/layer/0/Add", not that of "node_10".
bool has_part(std::string_view path, std::string_view part)
{
    for (std::size_t at = path.find(part); at != std::string_view::npos;
         at = path.find(part, at + 1)) {
        const std::size_t end = at + part.size();
        if ((at == 0 || path[at - 1] == '/' || path[at - 1] == '.') &&
            (end == path.size() || path[end] == '/' || path[end] == '.' || path[end] == '@'))
            return true;
    }
    return false;
}

/// What a node is found by: its name, or its operator where it has none; and its module's path
/// where the name does not speak of the module ("node_MatMul_55").
std::string text_of_node(const Inspection& inspection, NodeId id)
{
    const OnnxModel& model = *inspection.model;
    const OnnxNode& node = model.nodes[id];
    std::string text(model.text(node.name == StringId::Empty ? node.op_type : node.name));
    if (id >= inspection.attribution.size())
        return text;
    const NodeAttribution& found = inspection.attribution[id];
    if (found.synthetic || found.module >= inspection.modules.size())
        return text;
    const std::string_view path = inspection.modules[found.module].fqn;
    const std::string_view last = path.substr(path.find_last_of('.') + 1);
    if (!last.empty() && !has_part(text, last))
        text.append(locator_place_separator).append(path);
    return text;
}

} // namespace

std::string_view locator_prefix(LocatorKind kind)
{
    static constexpr std::array<std::string_view, locator_kind_count> prefixes{">", "m", "n", "i",
                                                                               "v", "o", "d"};
    return prefixes[static_cast<std::size_t>(kind)];
}

void Locator::add(LocatorKind kind, std::uint32_t id, std::string_view text)
{
    if (text.empty())
        return;
    LocatorEntry entry;
    entry.kind = kind;
    entry.id = id;
    entry.text = static_cast<std::uint32_t>(m_text.size());
    entry.length = static_cast<std::uint32_t>(text.size());
    entry.letters = letters_of(text);
    const std::string_view searched = text.substr(0, max_searched);
    const std::size_t separator = searched.find_last_of(separators);
    if (separator != std::string_view::npos)
        entry.last_letters = letters_of(searched.substr(separator + 1));
    // Offsets have 32 bits: what does not fit can still be found through the query box.
    if (m_text.size() + text.size() > std::uint32_t(-1))
        return;
    m_text += text;
    m_entries.push_back(entry);
}

Result<Locator> Locator::of(const Inspection& inspection, TaskContext& task)
{
    Locator locator;
    for (ModuleId id = 0; id < inspection.modules.size(); ++id) {
        const Module& module = inspection.modules[id];
        locator.add(LocatorKind::Module, id, id == root_module ? module.class_name : module.fqn);
    }
    if (inspection.model) {
        const OnnxModel& model = *inspection.model;
        std::vector<std::uint32_t> seen(model.strings().size(), no_id);
        for (NodeId id = 0; id < model.nodes.size(); ++id) {
            if (id % 1024 == 0)
                STRATA_CHECK(task.poll());
            const OnnxNode& node = model.nodes[id];
            locator.add(LocatorKind::Node, id, text_of_node(inspection, id));
            auto& first = seen[static_cast<std::size_t>(node.op_type)];
            if (first == no_id) {
                first = id;
                locator.add(LocatorKind::Operator, id, model.text(node.op_type));
            }
        }
        for (ValueId id = 0; id < model.values.size(); ++id) {
            if (id % 1024 == 0)
                STRATA_CHECK(task.poll());
            const OnnxValue& value = model.values[id];
            locator.add(value.initializer != no_id ? LocatorKind::Initializer : LocatorKind::Value,
                        id, model.text(value.name));
        }
    }
    for (std::size_t i = 0; i < inspection.diagnostics.size(); ++i)
        locator.add(LocatorKind::Diagnostic, static_cast<std::uint32_t>(i),
                    inspection.diagnostics[i].message);
    return locator;
}

Result<std::vector<LocatorHit>> Locator::find(std::string_view typed, std::size_t limit,
                                              TaskContext& task) const
{
    std::vector<LocatorHit> hits;
    const Typed wanted = parse(typed);
    if (wanted.words.empty() || limit == 0)
        return hits;
    // Better first; equal scores by kind (modules before nodes before values), then by place.
    const auto better = [&](const LocatorHit& a, const LocatorHit& b) {
        if (a.score != b.score)
            return a.score > b.score;
        const LocatorKind ka = m_entries[a.entry].kind, kb = m_entries[b.entry].kind;
        return ka != kb ? ka < kb : a.entry < b.entry;
    };
    std::vector<std::uint32_t> positions, word_positions, scratch;
    int most = 0;
    std::vector<std::uint64_t> first_letters;
    for (const std::string& word : wanted.words) {
        most += most_of_word(word.size());
        first_letters.push_back(letter_bit(word.front()));
    }
    for (std::uint32_t i = 0; i < m_entries.size(); ++i) {
        if (i % 4096 == 0)
            STRATA_CHECK(task.poll());
        const LocatorEntry& entry = m_entries[i];
        if ((entry.letters & wanted.letters) != wanted.letters ||
            (wanted.kind && *wanted.kind != entry.kind))
            continue;
        const std::string_view name = text(entry).substr(0, max_searched);
        int score = -static_cast<int>(name.size()) / 4;
        // What cannot get among the best is not looked at: most names, while little is typed.
        if (hits.size() == limit) {
            int bound = score + most;
            for (const std::uint64_t letter : first_letters)
                if (letter != 0 && (entry.last_letters & letter) == 0)
                    bound -= score_last_part;
            if (!better(LocatorHit{i, bound, {}}, hits.front()))
                continue;
        }
        positions.clear();
        bool all = true;
        for (const std::string& word : wanted.words) {
            const auto found = score_word(word, name, word_positions, scratch);
            if (!found) {
                all = false;
                break;
            }
            score += *found;
            positions.insert(positions.end(), word_positions.begin(), word_positions.end());
        }
        if (!all)
            continue;
        // The heap keeps the worst of the best at its front.
        LocatorHit hit{i, score, {}};
        if (hits.size() == limit) {
            if (!better(hit, hits.front()))
                continue;
            std::pop_heap(hits.begin(), hits.end(), better);
            hits.pop_back();
        }
        hit.positions = positions;
        hits.push_back(std::move(hit));
        std::push_heap(hits.begin(), hits.end(), better);
    }
    std::sort_heap(hits.begin(), hits.end(), better);
    for (LocatorHit& hit : hits) {
        std::sort(hit.positions.begin(), hit.positions.end());
        hit.positions.erase(std::unique(hit.positions.begin(), hit.positions.end()),
                            hit.positions.end());
    }
    return hits;
}

} // namespace strata
