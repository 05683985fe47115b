// Errors as values, with context gathered on the way up.
#pragma once

#include <string>
#include <string_view>
#include <tl/expected.hpp>
#include <utility>
#include <vector>

namespace strata {

/// What kind of failure it is; the command line maps it to an exit status (see exit_status.h in
/// app).
enum class ErrorCode {
    Usage,          ///< the caller asked for something that makes no sense
    CannotRead,     ///< the file is missing, truncated, of another kind, or not valid
    CannotExport,   ///< the model cannot be stated in ONNX
    CannotWrite,    ///< an output could not be written
    Cancelled,      ///< the user asked to stop
    MissingFeature, ///< a part of Strata or of the machine that the request needs is not there
    Internal        ///< a bug in Strata
};

/// A failure: what happened, and where, outermost context first.
struct Error {
    ErrorCode code = ErrorCode::Internal;
    std::string message;              ///< one or two plain sentences: what is wrong and what to do
    std::vector<std::string> context; ///< innermost first, as gathered on the way up

    /// Adds where the error happened, for example "in initializer 'fc.weight'".
    Error&& with(std::string where) &&
    {
        context.push_back(std::move(where));
        return std::move(*this);
    }
    /// "outer: inner: message".
    std::string text() const;
};

template <class T>
using Result = tl::expected<T, Error>;
using Status = tl::expected<void, Error>;

inline tl::unexpected<Error> failure(ErrorCode code, std::string message)
{
    return tl::unexpected<Error>(Error{code, std::move(message), {}});
}

std::string_view to_string(ErrorCode code);

} // namespace strata

/// Returns the error of `expression` from the enclosing function, or binds its value to
/// `declaration`.
#define STRATA_CONCAT_(a, b) a##b
#define STRATA_CONCAT(a, b) STRATA_CONCAT_(a, b)
#define STRATA_TRY(declaration, expression)                                                        \
    auto STRATA_CONCAT(result_, __LINE__) = (expression);                                          \
    if (!STRATA_CONCAT(result_, __LINE__))                                                         \
        return tl::unexpected(std::move(STRATA_CONCAT(result_, __LINE__)).error());                \
    declaration = std::move(*STRATA_CONCAT(result_, __LINE__))
#define STRATA_CHECK(expression)                                                                   \
    if (auto status_ = (expression); !status_)                                                     \
    return tl::unexpected(std::move(status_).error())
