// JSON texts that are deterministic and pleasant to compare: sections on lines of their own, one
// list element a line.
#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <string_view>

namespace strata {

using Json = nlohmann::ordered_json;

/// One line. Bytes that are not UTF-8 (names from files may be anything) become U+FFFD.
std::string compact(const Json& json);

/// Writes an object key by key; large lists are streamed element by element.
class JsonObjectWriter {
public:
    JsonObjectWriter() : m_text("{") {}
    void value(std::string_view key, const Json& json);
    /// An object with one member a line.
    void members(std::string_view key, const Json& object);
    void begin_list(std::string_view key);
    void element(const Json& json);
    void end_list();
    /// Closes the object; the writer is spent.
    std::string finish() &&;

private:
    void begin_member(std::string_view key);

    std::string m_text;
    bool m_first = true;
    bool m_first_element = true;
};

} // namespace strata
