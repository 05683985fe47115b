// How the reader of exported programs stops: thrown inside, an Error at read_exported_program().
#pragma once

#include "base/result.h"

#include <fmt/format.h>
#include <string>
#include <utility>

namespace strata::pt2 {

struct ReadError {
    Error error;
};

template <class... Args>
[[noreturn]] void stop(fmt::format_string<Args...> format, Args&&... args)
{
    throw ReadError{{ErrorCode::CannotRead,
                     fmt::format(format, std::forward<Args>(args)...) +
                         " The file is damaged, or newer than this version of Strata.",
                     {}}};
}

} // namespace strata::pt2
