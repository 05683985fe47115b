#include "base/result.h"

namespace strata {

std::string Error::text() const
{
    std::string text;
    for (auto it = context.rbegin(); it != context.rend(); ++it)
        text += *it + ": ";
    return text + message;
}

std::string_view to_string(ErrorCode code)
{
    switch (code) {
    case ErrorCode::Usage:
        return "usage";
    case ErrorCode::CannotRead:
        return "cannot-read";
    case ErrorCode::CannotExport:
        return "cannot-export";
    case ErrorCode::CannotWrite:
        return "cannot-write";
    case ErrorCode::Cancelled:
        return "cancelled";
    case ErrorCode::MissingFeature:
        return "missing-feature";
    case ErrorCode::Internal:
        break;
    }
    return "internal";
}

} // namespace strata
