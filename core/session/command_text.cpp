#include "session/command_text.h"

#include "base/version.h"
#include "torch/torch_backend.h"

#include <algorithm>
#include <fmt/format.h>
#include <fmt/ranges.h>

namespace strata {
namespace {

/// A word of a shell command. Characters that no shell looks at need no quotes.
std::string shell_word(const std::string& text)
{
    const auto plain = [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
               std::string_view("_-./:=,+@%").find(c) != std::string_view::npos;
    };
    if (!text.empty() && std::all_of(text.begin(), text.end(), plain))
        return text;
    std::string quoted = "'";
    for (const char c : text)
        quoted += c == '\'' ? std::string("'\\''") : std::string(1, c);
    return quoted + "'";
}

void add_option(std::string& command, std::string_view option, const std::string& value)
{
    command += fmt::format(" {} {}", option, shell_word(value));
}

} // namespace

std::string export_command(const std::filesystem::path& model, const ExportOptions& options)
{
    std::string command = "strata-cli export " + shell_word(model.string());
    add_option(command, "-o", model.stem().string() + ".onnx");
    if (!options.model.empty())
        add_option(command, "--model", options.model);
    add_option(command, "--strategy", std::string(to_string(options.strategy)));
    add_option(command, "--opset", fmt::to_string(options.opset));
    for (const InputSpec& input : options.inputs)
        add_option(command, "--input",
                   fmt::format("{}:{}[{}]", input.name, to_string(input.dtype),
                               fmt::join(input.shape, ",")));
    if (options.inputs_dir)
        add_option(command, "--inputs", options.inputs_dir->string());
    for (const DynamicAxis& axis : options.dynamic_axes)
        add_option(command, "--dynamic",
                   fmt::format("{}:{}={}", axis.name, axis.axis, axis.symbol));
    if (!options.fold_batch_norm)
        command += " --no-fold-batchnorm";
    if (options.external_data)
        command += " --external-data";
    if (options.profile)
        command += " --profile";
    if (options.parity)
        command += " --compare-nodes";
    return command;
}

std::string audit_command(const std::filesystem::path& model, const AuditOptions& options)
{
    std::string command = "strata-cli audit " + shell_word(model.string());
    if (options.source)
        add_option(command, "--source", options.source->string());
    if (!options.source_model.empty())
        add_option(command, "--model", options.source_model);
    if (options.output)
        add_option(command, "-o", options.output->string());
    return command;
}

std::string libraries_of(ModelFormat format)
{
    std::string text(library_versions());
    if (format == ModelFormat::TorchScript && torch_backend_loaded())
        if (const auto torch = torch_backend())
            text += ", LibTorch " + (*torch)->version();
    return text;
}

} // namespace strata
