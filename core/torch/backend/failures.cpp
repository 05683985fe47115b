#include "failures.h"

#include "torch_compat.h"

#include <fmt/format.h>

namespace strata::torch_module {
namespace {

std::string_view trimmed(std::string_view text)
{
    const std::size_t first = text.find_first_not_of(" \t\r\n");
    if (first == std::string_view::npos)
        return {};
    return text.substr(first, text.find_last_not_of(" \t\r\n") - first + 1);
}

/// "[enforce fail at inline_container.cc:110] . PytorchStreamReader failed ..." starts with where
/// in LibTorch it happened, which helps nobody.
std::string_view without_origin(std::string_view line)
{
    if (line.starts_with("[enforce fail at")) {
        const std::size_t end = line.find(']');
        if (end != std::string_view::npos) {
            line = line.substr(end + 1);
            line = line.substr(std::min(line.find_first_not_of(" ."), line.size()));
        }
    }
    return line;
}

} // namespace

std::string useful_line(std::string_view message)
{
    // The interpreter puts Python-like stack traces before the reason.
    constexpr std::string_view reason = "RuntimeError: ";
    if (const std::size_t at = message.rfind(reason); at != std::string_view::npos)
        message.remove_prefix(at + reason.size());
    while (!message.empty()) {
        const std::size_t end = message.find('\n');
        std::string_view line = trimmed(message.substr(0, end));
        line = trimmed(without_origin(line));
        // "expected ident but found 'eof' here:" goes on with source text that is not shown.
        for (const std::string_view tail : {" here:", ":"})
            if (line.ends_with(tail))
                line.remove_suffix(tail.size());
        // LibTorch's own consistency checks trip over damaged files.
        if (line.find("INTERNAL ASSERT FAILED") != std::string_view::npos)
            return "its parts contradict each other; it is damaged, or a newer PyTorch wrote it";
        if (!line.empty() &&
            line != "The following operation failed in the TorchScript interpreter.")
            return std::string(line);
        if (end == std::string_view::npos)
            break;
        message.remove_prefix(end + 1);
    }
    return "LibTorch gave no reason";
}

Error load_error(const std::string& subject, std::string_view message)
{
    constexpr std::string_view unknown = "Unknown builtin op: ";
    if (const std::size_t at = message.find(unknown); at != std::string_view::npos) {
        std::string_view name = message.substr(at + unknown.size());
        name = name.substr(0, name.find_first_of(" \n"));
        if (name.ends_with('.'))
            name.remove_suffix(1);
        return {ErrorCode::CannotRead,
                fmt::format("{}: it uses the operator {}, which LibTorch {} does not know. Install "
                            "the LibTorch version the model was saved with, or the extension that "
                            "defines the operator.",
                            subject, name, libtorch_version()),
                {}};
    }
    if (message.find("required keyword attribute 'value' is undefined") != std::string_view::npos)
        return {ErrorCode::CannotRead,
                fmt::format("{}: a constant of its code is not in the file. Models saved after "
                            "torch.jit.optimize_for_inference lose their weights this way; save "
                            "the model before it is optimised.",
                            subject),
                {}};
    std::string reason = useful_line(message);
    if (!reason.ends_with('.'))
        reason += '.';
    return {ErrorCode::CannotRead, fmt::format("{}: {}", subject, reason), {}};
}

void stop(ErrorCode code, std::string message)
{
    throw Stop{Error{code, std::move(message), {}}};
}

} // namespace strata::torch_module
