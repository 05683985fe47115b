// Everything that two nodes, or two modules, are compared by.
#pragma once

#include "base/task.h"
#include "ui/models/locate.h"
#include "ui/panels/subject_facts.h"

#include <memory>
#include <optional>
#include <vector>

namespace strata::ui {

/// A headed list of facts.
struct FactGroup {
    QString title;
    std::vector<Fact> facts;
};

/// What there is to say without reading a weight: facts, types of inputs and outputs, attributes,
/// evidence, operators. Empty for an empty target.
std::vector<FactGroup> subjectDetails(const std::shared_ptr<const Inspection>& inspection,
                                      const Target& target, const std::vector<ModuleCost>& costs,
                                      const std::vector<double>& seconds);

/// "Conv · /layer1/conv1/Conv", or the module's path; empty for an empty target.
QString subjectTitle(const Inspection& inspection, const Target& target);

/// A weight that a node reads, or that a module owns.
struct NamedWeight {
    QString name; ///< tells the node's input, or is the module's local name
    Tensor tensor;
};
std::vector<NamedWeight> subjectWeights(const Inspection& inspection, const Target& target);

/// Type, range, mean and spread of each weight of both, and the largest difference between those of
/// the same name and shape. Reads the weights: for a worker.
struct WeightFacts {
    std::vector<FactGroup> left, right;
};
Result<WeightFacts> weightFacts(const std::vector<NamedWeight>& left,
                                const std::vector<NamedWeight>& right, TaskContext& task);

} // namespace strata::ui
