// LibTorch's exceptions stop here and become errors with one plain sentence.
#pragma once

#include "base/result.h"

#include <c10/util/Exception.h>
#include <exception>
#include <string>
#include <string_view>
#include <utility>

namespace strata::torch_module {

/// The part of a LibTorch message that says what is wrong: its first line with content, without
/// file names and stack traces of LibTorch's own sources.
std::string useful_line(std::string_view message);

/// States a loading failure for people: `subject` is what was tried ("'model.pt' cannot be read as
/// TorchScript").
Error load_error(const std::string& subject, std::string_view message);

/// Thrown inside the module where returning would be awkward; guarded() turns it into its error.
struct Stop {
    Error error;
};
[[noreturn]] void stop(ErrorCode code, std::string message);

/// Runs `work`, which returns a Result; exceptions become errors.
template <class Work>
auto guarded(const std::string& subject, Work&& work) -> decltype(work())
{
    try {
        return std::forward<Work>(work)();
    } catch (Stop& stopped) {
        return tl::unexpected(std::move(stopped.error));
    } catch (const c10::Error& error) {
        return tl::unexpected(load_error(subject, error.what_without_backtrace()));
    } catch (const std::exception& error) {
        return tl::unexpected(load_error(subject, error.what()));
    }
}

} // namespace strata::torch_module
