// Things worth telling that do not stop the work: partial success is normal here.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace strata {

enum class Severity { Info, Warning, Error };

/// One finding. `code` is stable and machine-readable (kebab-case: "unsupported-operator"); `where`
/// names the place in the model (an FQN, a graph path, a file and line), possibly empty.
struct Diagnostic {
    Severity severity = Severity::Info;
    std::string code;
    std::string message;
    std::string where;

    friend bool operator==(const Diagnostic&, const Diagnostic&) = default;
};

std::string_view to_string(Severity severity);

/// Collects diagnostics of one piece of work. Not thread-safe: one sink per job.
class Diagnostics {
public:
    void add(Severity severity, std::string code, std::string message, std::string where = {});
    void info(std::string code, std::string message, std::string where = {});
    void warning(std::string code, std::string message, std::string where = {});
    void error(std::string code, std::string message, std::string where = {});
    void append(const std::vector<Diagnostic>& others);

    const std::vector<Diagnostic>& items() const { return m_items; }
    bool has_errors() const;

private:
    std::vector<Diagnostic> m_items;
};

} // namespace strata
