#include "query/query.h"

#include <algorithm>
#include <re2/re2.h>

namespace strata {
namespace {

char lower(char c)
{
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

std::string lower(std::string text)
{
    std::transform(text.begin(), text.end(), text.begin(), [](char c) { return lower(c); });
    return text;
}

/// `pattern` is in lower case. Linear with one remembered star.
bool glob(std::string_view pattern, std::string_view text)
{
    std::size_t p = 0, t = 0, star = std::string_view::npos, resume = 0;
    while (t < text.size()) {
        if (p < pattern.size() && pattern[p] == '*') {
            star = p++;
            resume = t;
        } else if (p < pattern.size() && (pattern[p] == '?' || pattern[p] == lower(text[t]))) {
            ++p;
            ++t;
        } else if (star != std::string_view::npos) {
            p = star + 1;
            t = ++resume;
        } else {
            return false;
        }
    }
    while (p < pattern.size() && pattern[p] == '*')
        ++p;
    return p == pattern.size();
}

} // namespace

TextPattern::TextPattern(Kind kind, std::string text) : m_kind(kind), m_text(std::move(text))
{
    if (kind == Kind::Substring || kind == Kind::Glob)
        m_text = lower(std::move(m_text));
    if (kind == Kind::Regex) {
        re2::RE2::Options options;
        options.set_case_sensitive(false);
        options.set_log_errors(false);
        options.set_max_mem(1 << 22);
        m_regex = std::make_shared<re2::RE2>(m_text, options);
        if (!m_regex->ok())
            m_error = m_regex->error();
    }
}

bool TextPattern::matches(std::string_view text) const
{
    switch (m_kind) {
    case Kind::Substring:
        return std::search(text.begin(), text.end(), m_text.begin(), m_text.end(),
                           [](char a, char b) { return lower(a) == b; }) != text.end() ||
               m_text.empty();
    case Kind::Glob:
        return glob(m_text, text);
    case Kind::Exact:
        return text == m_text;
    case Kind::Regex:
        return m_error.empty() && re2::RE2::PartialMatch({text.data(), text.size()}, *m_regex);
    }
    return false;
}

} // namespace strata
