// JSON as .pt2 archives hold it: parsed once, then only read.
#pragma once

#include "base/result.h"

#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <iterator>
#include <memory>
#include <optional>
#include <span>
#include <string_view>

namespace strata {

/// One value of a JsonDocument: a position, cheap to copy, valid as long as the document lives.
/// Every question may be asked of every value: what a value is not answers "missing", no value or
/// an empty range, so that reading a hostile file needs no checks in between.
class JsonValue {
public:
    enum class Kind : std::uint8_t { Missing, Null, Bool, Integer, Real, String, Array, Object };
    struct Member;
    template <class Step>
    class Range;
    struct ItemStep;
    struct MemberStep;

    JsonValue() = default; ///< Missing

    Kind kind() const;
    bool is_missing() const { return kind() == Kind::Missing; }
    bool is_null() const { return kind() == Kind::Null; }
    /// Missing or null: schema fields that are left out and those that are null mean the same.
    bool is_absent() const { return is_missing() || is_null(); }
    bool is_object() const { return kind() == Kind::Object; }
    bool is_array() const { return kind() == Kind::Array; }
    bool is_string() const { return kind() == Kind::String; }

    std::optional<bool> as_bool() const;
    /// Nothing for numbers with a fraction and those that do not fit.
    std::optional<std::int64_t> as_int() const;
    /// Any number, and the strings "NaN", "Infinity" and "-Infinity" (how PyTorch writes them;
    /// what older files have bare is read as these strings).
    std::optional<double> as_double() const;
    std::optional<std::string_view> as_string() const;
    /// The string, or `fallback` for anything else.
    std::string_view text(std::string_view fallback = {}) const
    {
        return as_string().value_or(fallback);
    }

    /// The member of an object; the first one when a key stands there twice. Linear in the number
    /// of members: walk members() where many are wanted.
    JsonValue operator[](std::string_view key) const;
    /// Elements of an array or members of an object; counted by walking.
    std::size_t size() const;
    Range<ItemStep> items() const;     ///< `for (JsonValue item : value.items())`
    Range<MemberStep> members() const; ///< `for (auto [key, item] : value.members())`
    /// The only member of an object that has exactly one: how the schema writes unions.
    std::optional<Member> only_member() const;

private:
    friend class JsonDocument;
    JsonValue(const std::uint64_t* tape, const std::uint8_t* strings, std::size_t at)
        : m_tape(tape),
          m_strings(strings),
          m_at(at)
    {}

    // The tape of simdjson (its doc/tape.md): 64-bit words, a tag in the highest 8 bits. A string's
    // payload is its place in the string buffer, where its 32-bit length precedes it; a
    // container's low 32 bits are the index after its end; numbers take a second word.
    char tag() const { return m_tape ? static_cast<char>(m_tape[m_at] >> 56U) : '\0'; }
    std::size_t after() const
    {
        const char what = tag();
        if (what == '{' || what == '[')
            return static_cast<std::uint32_t>(m_tape[m_at]);
        return m_at + (what == 'l' || what == 'u' || what == 'd' ? 2 : 1);
    }
    std::size_t end_of_content() const { return static_cast<std::uint32_t>(m_tape[m_at]) - 1; }
    std::string_view string_here() const
    {
        const std::uint8_t* place = m_strings + (m_tape[m_at] & 0x00ff'ffff'ffff'ffffULL);
        std::uint32_t length = 0;
        std::memcpy(&length, place, sizeof length);
        return {reinterpret_cast<const char*>(place + sizeof length), length};
    }
    JsonValue moved_to(std::size_t at) const { return {m_tape, m_strings, at}; }

    const std::uint64_t* m_tape = nullptr;
    const std::uint8_t* m_strings = nullptr;
    std::size_t m_at = 0;
};

/// What a member walk gives.
struct JsonValue::Member {
    std::string_view key;
    JsonValue value;
};

struct JsonValue::ItemStep {
    using Value = JsonValue;
    static constexpr char opening = '[';
    static Value at(const JsonValue& here) { return here; }
    static std::size_t next(const JsonValue& here) { return here.after(); }
};

struct JsonValue::MemberStep {
    using Value = JsonValue::Member;
    static constexpr char opening = '{';
    static Value at(const JsonValue& here)
    {
        return {here.string_here(), here.moved_to(here.m_at + 1)};
    }
    static std::size_t next(const JsonValue& here) { return here.moved_to(here.m_at + 1).after(); }
};

template <class Step>
class JsonValue::Range {
public:
    class Iterator {
    public:
        using value_type = typename Step::Value;
        using difference_type = std::ptrdiff_t;
        using iterator_category = std::input_iterator_tag;

        Iterator() = default;
        explicit Iterator(JsonValue here) : m_here(here) {}
        value_type operator*() const { return Step::at(m_here); }
        Iterator& operator++()
        {
            m_here.m_at = Step::next(m_here);
            return *this;
        }
        Iterator operator++(int)
        {
            Iterator before = *this;
            ++*this;
            return before;
        }
        bool operator==(const Iterator& other) const { return m_here.m_at == other.m_here.m_at; }

    private:
        JsonValue m_here;
    };

    explicit Range(const JsonValue& container)
    {
        if (container.tag() != Step::opening)
            return;
        m_begin = Iterator(container.moved_to(container.m_at + 1));
        m_end = Iterator(container.moved_to(container.end_of_content()));
    }
    Iterator begin() const { return m_begin; }
    Iterator end() const { return m_end; }
    bool empty() const { return m_begin == m_end; }

private:
    Iterator m_begin;
    Iterator m_end;
};

inline JsonValue::Range<JsonValue::ItemStep> JsonValue::items() const
{
    return Range<ItemStep>(*this);
}
inline JsonValue::Range<JsonValue::MemberStep> JsonValue::members() const
{
    return Range<MemberStep>(*this);
}

/// Owns what was parsed; the text itself is not kept. Movable.
class JsonDocument {
public:
    /// Deeper nesting is refused, so that whoever walks the document may recurse.
    static constexpr std::size_t max_depth = 512;

    /// Parses UTF-8 text. `readable_after` bytes behind the text may be read (and are ignored):
    /// with 64 of them nothing is copied. Bare NaN, Infinity and -Infinity, which PyTorch
    /// before 2.8 wrote, are accepted and become strings. Fails with CannotRead for anything else
    /// that is not JSON, for deeper nesting than max_depth and for 4 GB or more.
    static Result<JsonDocument> parse(std::span<const std::byte> text,
                                      std::size_t readable_after = 0);

    JsonDocument();
    ~JsonDocument();
    JsonDocument(JsonDocument&&) noexcept;
    JsonDocument& operator=(JsonDocument&&) noexcept;

    /// The outermost value; Missing for a document that was not parsed.
    JsonValue root() const;

private:
    struct Impl;
    std::unique_ptr<Impl> m_impl;
};

} // namespace strata
