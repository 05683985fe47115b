// The keys of node metadata (NodeProto.metadata_props) that carry the hierarchy.
#pragma once

#include <string_view>

namespace strata::metadata {

// Strata's own.
inline constexpr std::string_view own_prefix = "strata.";
inline constexpr std::string_view module = "strata.module"; ///< FQN; present and empty for the root
inline constexpr std::string_view call = "strata.call";     ///< only when > 0
inline constexpr std::string_view tag = "strata.tag";
inline constexpr std::string_view confidence = "strata.confidence";
inline constexpr std::string_view evidence = "strata.evidence";
inline constexpr std::string_view synthetic = "strata.synthetic"; ///< "true", or absent
inline constexpr std::string_view origins = "strata.origins"; ///< FX node names, comma-separated

// PyTorch's (torch.onnx.export(dynamo=True) writes them).
inline constexpr std::string_view torch_namespace = "namespace";
inline constexpr std::string_view torch_classes = "pkg.torch.onnx.class_hierarchy";
inline constexpr std::string_view torch_scopes = "pkg.torch.onnx.name_scopes";
inline constexpr std::string_view torch_fx_node = "pkg.torch.onnx.fx_node";
inline constexpr std::string_view torch_stack_trace = "pkg.torch.onnx.stack_trace";

// Of hierarchy-preserving exporters of the Windows ML tools: "/Model/Encoder/Layer.0/Attention".
inline constexpr std::string_view winml_tag = "winml.hierarchy.tag";
inline constexpr std::string_view winml_tag_old = "hierarchy_tag";

} // namespace strata::metadata
