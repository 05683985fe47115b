#include "base/diagnostic.h"

#include <algorithm>

namespace strata {

std::string_view to_string(Severity severity)
{
    switch (severity) {
    case Severity::Info:
        return "info";
    case Severity::Warning:
        return "warning";
    case Severity::Error:
        break;
    }
    return "error";
}

void Diagnostics::add(Severity severity, std::string code, std::string message, std::string where)
{
    m_items.push_back({severity, std::move(code), std::move(message), std::move(where)});
}

void Diagnostics::info(std::string code, std::string message, std::string where)
{
    add(Severity::Info, std::move(code), std::move(message), std::move(where));
}

void Diagnostics::warning(std::string code, std::string message, std::string where)
{
    add(Severity::Warning, std::move(code), std::move(message), std::move(where));
}

void Diagnostics::error(std::string code, std::string message, std::string where)
{
    add(Severity::Error, std::move(code), std::move(message), std::move(where));
}

void Diagnostics::append(const std::vector<Diagnostic>& others)
{
    m_items.insert(m_items.end(), others.begin(), others.end());
}

bool Diagnostics::has_errors() const
{
    return std::any_of(m_items.begin(), m_items.end(),
                       [](const Diagnostic& d) { return d.severity == Severity::Error; });
}

} // namespace strata
