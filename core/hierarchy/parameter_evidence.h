// Parameter evidence: a node reads an initializer that is a parameter or buffer of exactly one
// module.
#pragma once

#include "hierarchy/evidence.h"
#include "hierarchy/scope_evidence.h"
#include "ir/module_tree.h"

#include <string_view>
#include <vector>

namespace strata {

/// By name. When the tree knows its tensors (a source model), only their names count, and tensors
/// with several owners say nothing; otherwise dotted names ("layer1.0.conv1.weight") whose module
/// is in the tree. Linear in nodes and tensors.
std::vector<NodeEvidence> parameter_evidence(const OnnxModel& model, const ModuleTree& modules);

/// Is the value a copy of an initializer that is called as another parameter? Exporters keep one of
/// several equal parameters and copy it for the others.
bool is_parameter_copy(const OnnxModel& model, ValueId value);

/// Which module each initializer belongs to, by name, as above; no_module when nothing is known.
std::vector<ModuleId> initializer_owners(const OnnxModel& model, const ModuleTree& modules);

/// Is this a dotted name of identifiers, as parameters have: "layer1.0.conv1.weight"?
/// "onnx::Conv_1" and "val_3" are not.
bool is_parameter_name(std::string_view name);
struct ParameterName {
    std::string_view module; ///< "layer1.0.conv1" of "layer1.0.conv1.weight"; empty without dots
    bool derived = false;    ///< an exporter folded operators into it: "norm.scale.Unsqueeze"
    bool worked = false;     ///< and these did more than move it: "embed.weight.Gather"
    bool is_weight = false;  ///< the parameter is called "weight"
};
ParameterName parse_parameter_name(std::string_view name);
/// Of a weight that TensorFlow calls after where it is read: "model/dense/MatMul/ReadVariableOp:0"
/// and "dense/kernel:0" are the layer's; or MXNet after its layer: "stage1_unit1_conv1_weight".
/// Nothing for other names, numbers and sizes.
std::optional<NameScope> parameter_scope(std::string_view name, const Tensor& tensor);
/// "layer1.0.conv1" of "layer1.0.conv1.weight"; empty for names without dots.
std::string_view parameter_module(std::string_view name);

} // namespace strata
