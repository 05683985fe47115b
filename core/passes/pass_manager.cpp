#include "passes/pass_manager.h"

#include "passes/passes.h"
#include "passes/verify_model.h"

#include <fmt/format.h>

namespace strata {
namespace {

Status check(const OnnxModel& model, const std::string& when)
{
    const auto complaints = verify_model(model);
    if (complaints.empty())
        return {};
    return failure(ErrorCode::Internal, fmt::format("The ONNX graph is broken {}: {} ({} problems)",
                                                    when, complaints.front(), complaints.size()));
}

} // namespace

Result<std::vector<PassReport>> run_passes(OnnxModel& model, std::span<const Pass> passes,
                                           TaskContext& task, VerifyPasses verify)
{
    if (verify == VerifyPasses::Yes)
        STRATA_CHECK(check(model, "before the passes"));
    std::vector<PassReport> reports;
    for (const Pass& pass : passes) {
        STRATA_CHECK(task.poll());
        reports.push_back({pass.name, pass.run(model)});
        if (verify == VerifyPasses::Yes)
            STRATA_CHECK(check(model, fmt::format("after the pass '{}'", pass.name)));
    }
    return reports;
}

std::vector<Pass> clean_up_passes(ValueFacts& facts, CleanUpOptions options, PassLog* log)
{
    std::vector<Pass> passes{
        {"eliminate_identity", eliminate_identity},
        {"fold_constants",
         [&facts, log](OnnxModel& model) { return fold_constants(model, facts, log); }},
        {"fold_weights", [log](OnnxModel& model) { return fold_weights(model, log); }},
        {"merge_views", [&facts](OnnxModel& model) { return merge_views(model, facts); }},
        {"fuse_products", [&facts](OnnxModel& model) { return fuse_products(model, facts); }},
    };
    if (options.fold_batch_norm)
        passes.push_back(
            {"fold_batch_norm", [log](OnnxModel& model) { return fold_batch_norm(model, log); }});
    passes.push_back(
        {"share_equal_constants", [weight_of = std::move(options.weight_of)](OnnxModel& model) {
             return share_equal_constants(model, weight_of);
         }});
    passes.push_back({"eliminate_common_subexpressions", eliminate_common_subexpressions});
    passes.push_back({"reuse_sorted", reuse_sorted});
    return passes;
}

} // namespace strata
