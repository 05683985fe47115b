#include "app/cli/exit_status.h"

namespace strata::cli {

ExitStatus exit_status(ErrorCode code)
{
    switch (code) {
    case ErrorCode::Usage:
        return ExitStatus::Usage;
    case ErrorCode::CannotRead:
    case ErrorCode::CannotWrite:
    case ErrorCode::MissingFeature:
        return ExitStatus::BadFile;
    case ErrorCode::CannotExport:
        return ExitStatus::CannotExport;
    case ErrorCode::Cancelled:
    case ErrorCode::Internal:
        break;
    }
    return ExitStatus::Internal;
}

} // namespace strata::cli
