// An ONNX model without protobuf: flat arenas, interned strings, cheap to walk (100 000 nodes are
// normal).
//
// One OnnxModel owns all graphs (the main one, bodies of If/Loop/Scan, local functions), all nodes
// and all values; ids are model-wide. Names and meanings as in onnx.proto
// (https://github.com/onnx/onnx/blob/main/onnx/onnx.proto).
//
// Members called `extra` hold fields of a read file that the representation does not model
// (training information, quantisation annotations, documentation of weights, ...), in protobuf's
// wire format. The writer writes them back as they are, so that nothing is lost from a file that is
// only annotated; everybody else ignores them. Nodes and values keep theirs in the string pool:
// almost none has any, and there are many of them.
#pragma once

#include "base/dtype.h"
#include "base/string_pool.h"
#include "ir/provenance.h"
#include "ir/tensor.h"

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace strata {

using NodeId = std::uint32_t;
using ValueId = std::uint32_t;
using GraphId = std::uint32_t;
inline constexpr std::uint32_t no_id = static_cast<std::uint32_t>(-1);

/// A dimension of a tensor: a number, a symbol, or unknown.
struct Dim {
    std::int64_t value = -1;           ///< >= 0: known
    StringId symbol = StringId::Empty; ///< dim_param; Empty with value < 0: unknown

    static Dim of(std::int64_t v) { return {v, StringId::Empty}; }
    static Dim unknown() { return {}; }
    bool known() const { return value >= 0; }
    friend bool operator==(const Dim&, const Dim&) = default;
};
using Shape = std::vector<Dim>;

/// What kind of type a value has. Sequences, maps and optionals are kept as text, as nothing
/// computes with them.
enum class ValueKind : std::uint8_t { Tensor, SparseTensor, Sequence, Map, Optional, Unknown };

struct OnnxValue {
    StringId name = StringId::Empty;
    ValueKind kind = ValueKind::Tensor;
    DType dtype = DType::Unknown;
    bool has_shape = false; ///< false: rank unknown
    Shape shape;
    NodeId producer = no_id; ///< no_id: graph input, initializer, or a value nobody makes
    std::uint32_t output_index = 0;
    GraphId graph = no_id;                ///< where it is defined
    std::uint32_t initializer = no_id;    ///< index into OnnxModel::initializers when it is one
    StringId type_text = StringId::Empty; ///< kinds other than Tensor: "seq(tensor(float))"
    StringId extra = StringId::Empty;     ///< of ValueInfoProto
};

enum class AttributeKind : std::uint8_t {
    Undefined,
    Float,
    Int,
    String,
    Tensor,
    Graph,
    Floats,
    Ints,
    Strings,
    Tensors,
    Graphs,
    Other
};

struct Attribute {
    StringId name = StringId::Empty;
    AttributeKind kind = AttributeKind::Undefined;
    /// Float → float; Int → int64; String → string; Tensor → Tensor; Graph(s) → GraphIds; lists →
    /// vectors. Other (sparse tensors, types): the whole AttributeProto in wire format, as string.
    std::variant<std::monostate, float, std::int64_t, std::string, Tensor, std::vector<GraphId>,
                 std::vector<float>, std::vector<std::int64_t>, std::vector<std::string>,
                 std::vector<Tensor>>
        value;
    StringId ref_name =
        StringId::Empty; ///< in function bodies: the function attribute it stands for
};

struct OnnxNode {
    StringId op_type = StringId::Empty;
    StringId domain = StringId::Empty; ///< Empty: ai.onnx
    StringId name = StringId::Empty;
    std::vector<ValueId> inputs;  ///< no_id: optional input left out
    std::vector<ValueId> outputs; ///< no_id: optional output left out
    std::vector<Attribute> attributes;
    /// metadata_props, in file order (NodeProto field 9); keys are unique when we write them.
    std::vector<std::pair<StringId, StringId>> metadata;
    StringId doc_string = StringId::Empty;
    StringId overload = StringId::Empty;
    GraphId graph = no_id;
    StringId extra = StringId::Empty; ///< of NodeProto
};

struct Initializer {
    ValueId value = no_id;
    Tensor tensor;
    bool sparse = false; ///< the tensor has type and shape only; the data are in the graph's extra
    std::string extra;   ///< of TensorProto
};

struct OnnxGraph {
    StringId name = StringId::Empty;
    std::vector<ValueId> inputs;
    std::vector<ValueId> outputs;
    std::vector<NodeId> nodes;      ///< in file order, which is topological in valid files
    NodeId owner = no_id;           ///< the If/Loop/Scan node whose body it is
    std::uint32_t function = no_id; ///< index into functions when it is a function's body
    StringId doc_string = StringId::Empty;
    std::string extra; ///< of GraphProto (sparse initializers too)
};

struct OnnxFunction {
    StringId domain = StringId::Empty;
    StringId name = StringId::Empty;
    StringId overload = StringId::Empty;
    GraphId body = no_id;
    std::vector<StringId> attributes;
    std::vector<std::pair<StringId, std::int64_t>> opsets;
    std::vector<std::pair<StringId, StringId>> metadata;
    std::string extra; ///< of FunctionProto
};

struct OpsetImport {
    std::string domain; ///< "" for ai.onnx
    std::int64_t version = 0;
};

class OnnxModel {
public:
    OnnxModel();
    OnnxModel(const OnnxModel&) = delete;
    OnnxModel& operator=(const OnnxModel&) = delete;

    static constexpr GraphId main_graph = 0;

    std::int64_t ir_version = 0;
    std::vector<OpsetImport> opsets;
    std::string producer_name;
    std::string producer_version;
    std::string domain;
    std::int64_t model_version = 0;
    std::string doc_string;
    std::vector<std::pair<std::string, std::string>> metadata; ///< ModelProto.metadata_props
    std::string extra;                                         ///< of ModelProto

    std::vector<OnnxGraph> graphs; ///< [0] is the main graph
    std::vector<OnnxNode> nodes;
    std::vector<OnnxValue> values;
    std::vector<Initializer> initializers;
    std::vector<OnnxFunction> functions;
    /// Parallel to `nodes` in models that Strata lowered; empty in models that were read.
    std::vector<NodeProvenance> provenance;

    StringPool& strings() { return *m_strings; }
    const StringPool& strings() const { return *m_strings; }
    std::string_view text(StringId id) const { return m_strings->view(id); }
    StringId intern(std::string_view text) { return m_strings->intern(text); }

    std::int64_t opset(std::string_view domain = {}) const; ///< 0 when not imported

    GraphId add_graph(std::string_view name, NodeId owner = no_id);
    ValueId add_value(GraphId graph, std::string_view name);
    /// Appends a node to a graph and sets the producers of its outputs.
    NodeId add_node(GraphId graph, OnnxNode node);
    std::uint32_t add_initializer(GraphId graph, std::string_view name, Tensor tensor);

    const Attribute* attribute(NodeId node, std::string_view name) const;
    /// The attribute's integer, or `fallback`.
    std::int64_t int_attribute(NodeId node, std::string_view name, std::int64_t fallback) const;
    std::string_view metadata_value(NodeId node,
                                    std::string_view key) const; ///< empty when missing
    bool has_metadata(NodeId node, std::string_view key) const;
    void set_metadata(NodeId node, std::string_view key, std::string_view value);

    /// consumers()[value]: every (node, input index) that reads it, nested bodies included.
    /// O(edges) to build.
    struct Use {
        NodeId node;
        std::uint32_t input;
    };
    std::vector<std::vector<Use>> consumers() const;
    /// Bodies of a node (If/Loop/Scan), in attribute order.
    std::vector<GraphId> bodies(NodeId node) const;
    /// The node's place: "main/3:If/then_branch/0", stable for a given file; used as the key in the
    /// sidecar.
    std::string node_path(NodeId node) const;
    /// The same of every node, in one linear pass.
    std::vector<std::string> node_paths() const;
    /// "float32[1,3,h,w]"; "float32" without a shape; the type's text for other kinds.
    std::string type_text(ValueId value) const;

private:
    std::unique_ptr<StringPool> m_strings;
};

} // namespace strata
