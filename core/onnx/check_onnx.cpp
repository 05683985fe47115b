#include "base/mapped_file.h"
#include "onnx/library_versions.h"
#include "onnx/onnx_writer.h"

#include <algorithm>
#include <fmt/format.h>
#include <limits>
#include <onnx/checker.h>
#include <onnx/onnx_pb.h>

namespace strata {
namespace {

Status check_opset(const std::string& domain, std::int64_t version)
{
    const auto known = newest_known_opset(domain);
    if (known && version > *known)
        return failure(ErrorCode::MissingFeature,
                       fmt::format("The installed ONNX library cannot check this file: it knows "
                                   "opset {} of '{}', and the file uses {}.",
                                   *known, domain.empty() ? "ai.onnx" : domain, version));
    return {};
}

Status check_versions(const onnx::ModelProto& model)
{
    for (const auto& opset : model.opset_import())
        STRATA_CHECK(check_opset(opset.domain(), opset.version()));
    for (const auto& function : model.functions())
        for (const auto& opset : function.opset_import())
            STRATA_CHECK(check_opset(opset.domain(), opset.version()));
    return {};
}

/// What libonnx's check_model() does, without its refusal of IR versions that it does not know:
/// what newer versions added are fields, which protobuf ignores.
void run_checker(const onnx::ModelProto& model, const std::filesystem::path& folder)
{
    namespace checker = onnx::checker;
    checker::CheckerContext context;
    context.set_model_dir(folder.string());
    context.set_ir_version(
        static_cast<int>(std::min<std::int64_t>(model.ir_version(), onnx::Version::IR_VERSION)));
    std::unordered_map<std::string, int> opsets;
    for (const auto& opset : model.opset_import())
        opsets[opset.domain()] = static_cast<int>(opset.version());
    context.set_opset_imports(std::move(opsets));
    const checker::LexicalScopeContext scope;
    checker::check_graph(model.graph(), context, scope);
    checker::check_model_local_functions(model, context, scope);
}

} // namespace

Status check_onnx(const std::filesystem::path& path)
{
    STRATA_TRY(const std::shared_ptr<const MappedFile> file, MappedFile::open(path));
    const std::span<const std::byte> bytes = file->bytes();
    if (bytes.size() > static_cast<std::size_t>(std::numeric_limits<int>::max()))
        return failure(ErrorCode::CannotRead,
                       fmt::format("'{}' is larger than 2 GB; ONNX files of that size need their "
                                   "weights in external data.",
                                   path.string()));
    auto invalid = [&](std::string_view why) {
        return failure(ErrorCode::CannotRead,
                       fmt::format("'{}' is not valid ONNX: {}", path.string(), why));
    };
    try {
        onnx::ModelProto model;
        if (!model.ParseFromArray(bytes.data(), static_cast<int>(bytes.size())))
            return invalid("protobuf cannot parse it.");
        if (model.ir_version() <= 0)
            return invalid("it has no IR version.");
        if (model.opset_import().empty() && model.ir_version() >= 3)
            return invalid("it imports no operator set.");
        if (!model.has_graph())
            return invalid("it has no graph.");
        STRATA_CHECK(check_versions(model));
        run_checker(model, path.has_parent_path() ? path.parent_path() : ".");
    } catch (const std::exception& exception) {
        return invalid(exception.what());
    }
    return {};
}

} // namespace strata
