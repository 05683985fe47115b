// Runs passes in a fixed order.
#pragma once

#include "base/result.h"
#include "base/task.h"
#include "ir/onnx_model.h"
#include "passes/passes.h"
#include "passes/value_facts.h"

#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace strata {

struct Pass {
    std::string_view name;
    std::function<bool(OnnxModel&)> run; ///< true: it changed something
};

struct PassReport {
    std::string_view name;
    bool changed = false;
};

enum class VerifyPasses { No, Yes };

/// Runs each pass once, in order. With VerifyPasses::Yes, verify_model() runs before the first and
/// after every pass; a complaint is an Internal error that names the pass. Stops when cancelled.
Result<std::vector<PassReport>> run_passes(OnnxModel& model, std::span<const Pass> passes,
                                           TaskContext& task,
                                           VerifyPasses verify = VerifyPasses::No);

struct CleanUpOptions {
    /// Tells the weights among initializers (see share_equal_constants).
    WeightOf weight_of;
    bool fold_batch_norm = true;
};

/// The clean-up passes in the order in which they help each other. `facts` and `log` must outlive
/// the list. remove_dead_code() is not among them, as it changes ids: call it afterwards.
std::vector<Pass> clean_up_passes(ValueFacts& facts, CleanUpOptions options = {},
                                  PassLog* log = nullptr);

} // namespace strata
