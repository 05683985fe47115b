// Exit statuses of strata-cli: scripts depend on them.
#pragma once

#include "base/result.h"

namespace strata::cli {

enum class ExitStatus {
    Done = 0,
    GateFailed = 1, ///< done, but something that was asked for does not hold
    Usage = 2,      ///< wrong usage
    BadFile = 3,    ///< a file cannot be read, written or is not valid, or what it needs is missing
    CannotExport = 4, ///< not, or not completely
    Internal = 5
};

ExitStatus exit_status(ErrorCode code);

} // namespace strata::cli
