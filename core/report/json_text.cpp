#include "report/json_text.h"

namespace strata {

std::string compact(const Json& json)
{
    return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

void JsonObjectWriter::begin_member(std::string_view key)
{
    m_text += m_first ? "\n  " : ",\n  ";
    m_first = false;
    m_text += compact(Json(std::string(key)));
    m_text += ": ";
}

void JsonObjectWriter::value(std::string_view key, const Json& json)
{
    begin_member(key);
    m_text += compact(json);
}

void JsonObjectWriter::members(std::string_view key, const Json& object)
{
    begin_member(key);
    m_text += '{';
    bool first = true;
    for (const auto& [name, json] : object.items()) {
        m_text += first ? "\n    " : ",\n    ";
        first = false;
        m_text += compact(Json(name)) + ": " + compact(json);
    }
    m_text += first ? "}" : "\n  }";
}

void JsonObjectWriter::begin_list(std::string_view key)
{
    begin_member(key);
    m_text += '[';
    m_first_element = true;
}

void JsonObjectWriter::element(const Json& json)
{
    m_text += m_first_element ? "\n    " : ",\n    ";
    m_first_element = false;
    m_text += compact(json);
}

void JsonObjectWriter::end_list()
{
    m_text += m_first_element ? "]" : "\n  ]";
}

std::string JsonObjectWriter::finish() &&
{
    m_text += "\n}\n";
    return std::move(m_text);
}

} // namespace strata
