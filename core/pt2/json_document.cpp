#include "pt2/json_document.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <fmt/format.h>
#include <limits>
#include <simdjson.h>
#include <string>
#include <sys/mman.h>
#include <vector>

namespace strata {
namespace {

constexpr std::size_t max_text = 0xffff'0000U; // simdjson counts in 32 bits
constexpr std::size_t large_text = std::size_t{16} << 20;

/// What bare NaN, Infinity and -Infinity become: strings that are as long, so that nothing moves.
struct BareConstant {
    std::string_view bare;
    std::string_view quoted; ///< with its quotes
    double value;
};
constexpr std::array<BareConstant, 3> bare_constants{
    BareConstant{"NaN", "\"N\"", std::numeric_limits<double>::quiet_NaN()},
    BareConstant{"-Infinity", "\"-Infini\"", -std::numeric_limits<double>::infinity()},
    BareConstant{"Infinity", "\"Infini\"", std::numeric_limits<double>::infinity()}};

/// Quotes bare NaN, Infinity and -Infinity where they stand; false when there are none.
bool quote_constants(std::span<char> writable)
{
    const std::string_view text(writable.data(), writable.size());
    bool any = false;
    for (std::size_t at = 0; at < text.size();) {
        const char c = text[at];
        if (c == '"') {
            // To the closing quote; a backslash hides the character after it.
            do {
                at = text.find_first_of("\"\\", at + 1);
                if (at != std::string_view::npos && text[at] == '\\')
                    ++at;
                else
                    break;
            } while (true);
            at = at == std::string_view::npos ? text.size() : at + 1;
            continue;
        }
        const BareConstant* found = nullptr;
        if (c == 'N' || c == 'I' || c == '-')
            for (const BareConstant& constant : bare_constants)
                if (text.substr(at).starts_with(constant.bare))
                    found = &constant;
        if (!found) {
            ++at;
            continue;
        }
        std::copy(found->quoted.begin(), found->quoted.end(),
                  writable.begin() + static_cast<std::ptrdiff_t>(at));
        at += found->quoted.size();
        any = true;
    }
    return any;
}

/// simdjson reserves for the worst case and touches what it needs; with large pages that costs less
/// than half of the time. Only advice: without it everything works.
void use_large_pages(void* memory, std::size_t size)
{
    constexpr std::uintptr_t page = 4096;
    const std::uintptr_t begin =
        (reinterpret_cast<std::uintptr_t>(memory) + page - 1) & ~(page - 1);
    const std::uintptr_t end = (reinterpret_cast<std::uintptr_t>(memory) + size) & ~(page - 1);
    if (begin < end)
        static_cast<void>(::madvise(reinterpret_cast<void*>(begin), end - begin, MADV_HUGEPAGE));
}

/// The pages will not be needed soon. Only advice, and their contents stay.
void leave_memory(const void* memory, std::size_t size)
{
#ifdef MADV_PAGEOUT
    constexpr std::uintptr_t page = 4096;
    const std::uintptr_t begin =
        (reinterpret_cast<std::uintptr_t>(memory) + page - 1) & ~(page - 1);
    const std::uintptr_t end = (reinterpret_cast<std::uintptr_t>(memory) + size) & ~(page - 1);
    if (begin < end)
        static_cast<void>(::madvise(reinterpret_cast<void*>(begin), end - begin, MADV_PAGEOUT));
#else
    static_cast<void>(memory);
    static_cast<void>(size);
#endif
}

simdjson::error_code parse_into(simdjson::dom::document& document, std::string_view text,
                                std::size_t readable_after)
{
    if (text.empty())
        return simdjson::EMPTY;
    // Its working memory is larger than the result, so it does not outlive the parse.
    simdjson::dom::parser parser;
    if (const auto error = parser.allocate(text.size(), JsonDocument::max_depth))
        return error;
    if (document.capacity() < text.size()) {
        if (const auto error = document.allocate(text.size()))
            return error;
    }
    if (text.size() >= large_text) {
        use_large_pages(document.tape.get(), text.size() * sizeof(std::uint64_t));
        use_large_pages(document.string_buf.get(), text.size());
        use_large_pages(parser.implementation->structural_indexes.get(),
                        text.size() * sizeof(std::uint32_t));
    }
    return parser
        .parse_into_document(document, reinterpret_cast<const std::uint8_t*>(text.data()),
                             text.size(), readable_after < simdjson::SIMDJSON_PADDING)
        .error();
}

} // namespace

struct JsonDocument::Impl {
    simdjson::dom::document document;
};

JsonDocument::JsonDocument() = default;
JsonDocument::~JsonDocument() = default;
JsonDocument::JsonDocument(JsonDocument&&) noexcept = default;
JsonDocument& JsonDocument::operator=(JsonDocument&&) noexcept = default;

Result<JsonDocument> JsonDocument::parse(std::span<const std::byte> bytes,
                                         std::size_t readable_after)
{
    const std::string_view text(reinterpret_cast<const char*>(bytes.data()), bytes.size());
    if (text.size() > max_text)
        return failure(ErrorCode::CannotRead, "The JSON text is larger than 4 GB.");
    JsonDocument parsed;
    parsed.m_impl = std::make_unique<Impl>();
    simdjson::error_code error = parse_into(parsed.m_impl->document, text, readable_after);
    if (error == simdjson::TAPE_ERROR || error == simdjson::NUMBER_ERROR ||
        error == simdjson::N_ATOM_ERROR) {
        // The copy is the only additional memory: the text itself is in a mapped file, whose pages
        // can be read again.
        std::vector<char> copy(text.size() + simdjson::SIMDJSON_PADDING, ' ');
        std::copy(text.begin(), text.end(), copy.begin());
        if (text.size() >= large_text)
            leave_memory(text.data(), text.size());
        if (quote_constants(std::span(copy).first(text.size())))
            error = parse_into(parsed.m_impl->document, {copy.data(), text.size()},
                               simdjson::SIMDJSON_PADDING);
    }
    if (error == simdjson::DEPTH_ERROR)
        return failure(ErrorCode::CannotRead,
                       fmt::format("The JSON text is nested deeper than {} levels.", max_depth));
    if (error == simdjson::MEMALLOC)
        return failure(ErrorCode::CannotRead, "There is not enough memory for the JSON text.");
    if (error)
        return failure(ErrorCode::CannotRead, fmt::format("The text is not valid JSON: {}",
                                                          simdjson::error_message(error)));
    return parsed;
}

JsonValue JsonDocument::root() const
{
    if (!m_impl || !m_impl->document.tape)
        return {};
    return {m_impl->document.tape.get(), m_impl->document.string_buf.get(), 1};
}

JsonValue::Kind JsonValue::kind() const
{
    switch (tag()) {
    case 'n':
        return Kind::Null;
    case 't':
    case 'f':
        return Kind::Bool;
    case 'l':
        return Kind::Integer;
    case 'u':
    case 'd':
        return Kind::Real;
    case '"':
        return Kind::String;
    case '[':
        return Kind::Array;
    case '{':
        return Kind::Object;
    default:
        return Kind::Missing;
    }
}

std::optional<bool> JsonValue::as_bool() const
{
    if (tag() != 't' && tag() != 'f')
        return std::nullopt;
    return tag() == 't';
}

std::optional<std::int64_t> JsonValue::as_int() const
{
    if (tag() != 'l')
        return std::nullopt;
    return static_cast<std::int64_t>(m_tape[m_at + 1]);
}

std::optional<double> JsonValue::as_double() const
{
    switch (tag()) {
    case 'l':
        return static_cast<double>(static_cast<std::int64_t>(m_tape[m_at + 1]));
    case 'u':
        return static_cast<double>(m_tape[m_at + 1]);
    case 'd':
        return std::bit_cast<double>(m_tape[m_at + 1]);
    case '"':
        for (const BareConstant& constant : bare_constants)
            if (string_here() == constant.bare ||
                string_here() == constant.quoted.substr(1, constant.quoted.size() - 2))
                return constant.value;
        return std::nullopt;
    default:
        return std::nullopt;
    }
}

std::optional<std::string_view> JsonValue::as_string() const
{
    if (tag() != '"')
        return std::nullopt;
    return string_here();
}

JsonValue JsonValue::operator[](std::string_view key) const
{
    for (const auto& [name, value] : members())
        if (name == key)
            return value;
    return {};
}

std::size_t JsonValue::size() const
{
    std::size_t count = 0;
    if (tag() == '[')
        for (auto it = items().begin(); it != items().end(); ++it)
            ++count;
    else if (tag() == '{')
        for (auto it = members().begin(); it != members().end(); ++it)
            ++count;
    return count;
}

std::optional<JsonValue::Member> JsonValue::only_member() const
{
    const auto range = members();
    auto it = range.begin();
    if (it == range.end())
        return std::nullopt;
    const Member first = *it;
    if (++it != range.end())
        return std::nullopt;
    return first;
}

} // namespace strata
