// What strata-cli says, and where: results on standard output, progress and messages on standard
// error.
#pragma once

#include "base/task.h"

#include <mutex>
#include <string_view>

namespace strata::cli {

/// In JSON mode nothing but print_result() reaches standard output: whatever libraries write there
/// is sent to standard error.
class Console {
public:
    Console(bool json, bool quiet);
    ~Console();
    Console(const Console&) = delete;
    Console& operator=(const Console&) = delete;

    bool json() const { return m_json; }
    /// The result; goes to standard output, with a line end.
    void print_result(std::string_view text);
    /// A summary for people: standard output; nothing in JSON and quiet mode.
    void print_summary(std::string_view text);
    /// An error; standard error, always.
    void print_error(std::string_view text);
    /// One line that is overwritten, when standard error is a terminal. Thread-safe.
    void show_progress(const Progress& progress);

private:
    void clear_progress();

    bool m_json;
    bool m_quiet;
    bool m_is_terminal;
    int m_stdout; // the real one
    std::mutex m_mutex;
    bool m_has_progress = false;
};

} // namespace strata::cli
