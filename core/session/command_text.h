// The command line that repeats what was done: reports end with it.
#pragma once

#include "session/session.h"

#include <filesystem>
#include <string>

namespace strata {

/// "strata-cli export m.pt -o m.onnx --opset 17 --strategy auto": every option that changes the
/// graph or its report, quoted for a POSIX shell.
std::string export_command(const std::filesystem::path& model, const ExportOptions& options);
/// "strata-cli audit m.onnx --source m.pt".
std::string audit_command(const std::filesystem::path& model, const AuditOptions& options);

/// The libraries that had a part in reading a model of this format, with their versions.
std::string libraries_of(ModelFormat format);

} // namespace strata
