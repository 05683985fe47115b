#include "session/review_of.h"

#include "review/review_file.h"

namespace strata {

Result<std::optional<LaidReview>> review_of(const Inspection& inspection, TaskContext& task)
{
    if (!inspection.model)
        return std::nullopt;
    STRATA_TRY(ReviewLog log,
               load_review(review_path(inspection.model_path.empty() ? inspection.path
                                                                     : inspection.model_path)));
    if (log.empty())
        return std::nullopt;
    STRATA_TRY(const NodeIdentities identities, NodeIdentities::of(*inspection.model, task));
    STRATA_TRY(ReviewOverlay overlay, apply_review(inspection, identities, log, task));
    return LaidReview{std::move(log), std::move(overlay)};
}

} // namespace strata
