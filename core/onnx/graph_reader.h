// GraphProto and FunctionProto in: nodes, values, nested bodies, names resolved to values.
#pragma once

#include "base/diagnostic.h"
#include "base/task.h"
#include "ir/onnx_model.h"
#include "onnx/tensor_reader.h"
#include "onnx/wire_reader.h"

#include <map>
#include <set>
#include <string>
#include <string_view>
#include <tuple>
#include <unordered_map>
#include <vector>

namespace strata {

/// Collects diagnostics of a read; of one code only so many, as a damaged file can have millions.
class ReadNotes {
public:
    /// False when there are enough of this code; ask before making a costly message.
    bool accepts(const std::string& code);
    /// To be called when the code was accepted.
    void add(Severity severity, const std::string& code, std::string message, std::string where);
    /// Everything collected, with a line for what was left out.
    std::vector<Diagnostic> take();

private:
    Diagnostics m_diagnostics;
    std::map<std::string, std::size_t> m_counts;
};

/// StringStringEntryProto.
struct TextEntry {
    std::string_view key;
    std::string_view value;
};
TextEntry read_text_entry(const wire::Field& message);

/// What an AttributeProto holds, without its value. Files of the first IR versions state no kind:
/// the field that is there tells it.
struct AttributeOutline {
    AttributeKind kind = AttributeKind::Undefined;
    std::string_view name;
    std::string_view ref_name; ///< not empty: no value, but the name of a function's attribute
};
AttributeOutline outline_attribute(const wire::Field& message);

/// OperatorSetIdProto; the domain "ai.onnx" becomes the empty one.
OpsetImport read_opset(const wire::Field& message);

/// Reads graphs of one file into a model. Everything throws wire::ReadFailure.
class GraphReader {
public:
    GraphReader(OnnxModel& model, const TensorSource& source, TaskContext& task, ReadNotes& notes)
        : m_model(model),
          m_source(source),
          m_task(task),
          m_notes(notes)
    {}

    void read_main_graph(const wire::Field& message);
    void read_function(const wire::Field& message);

private:
    /// The names that are visible in a graph, and in those around it.
    struct Scope {
        const Scope* outer = nullptr;
        GraphId graph = no_id;
        std::unordered_map<StringId, ValueId> names;
        ValueId first_output = 0; ///< outputs of this graph's nodes are declared ahead in this
        ValueId last_output = 0;  ///< range, so that unsorted files open too
        bool unsorted = false;
    };
    /// The fields of a GraphProto or FunctionProto that hold its content.
    struct Parts {
        std::vector<wire::Field> nodes;
        std::vector<wire::Field> initializers;
        std::vector<wire::Field> sparse_initializers;
        std::vector<wire::Field> inputs;
        std::vector<wire::Field> outputs;
        std::vector<wire::Field> value_infos;
    };

    void read_graph(const wire::Field& message, GraphId graph, const Scope* outer, int depth);
    void declare_inputs(const Parts& parts, Scope& scope);
    void read_initializers(const Parts& parts, Scope& scope);
    void declare_outputs(const std::vector<wire::Field>& nodes, Scope& scope);
    void read_nodes(const std::vector<wire::Field>& nodes, Scope& scope, int depth);
    void read_node(const wire::Field& message, Scope& scope, ValueId& next_output, int depth);
    void read_value_infos(const Parts& parts, Scope& scope);
    void read_results(const Parts& parts, Scope& scope);
    void read_value_info(const wire::Field& message, ValueId value, bool override_type);

    Attribute read_attribute(const wire::Field& message, NodeId node, const Scope& scope,
                             int depth);
    Tensor read_attribute_tensor(const wire::Field& message, NodeId node);
    GraphId read_body(const wire::Field& message, NodeId node, const Scope& scope, int depth);

    ValueId declare(Scope& scope, std::string_view name, std::string_view what);
    /// `user`: the node that wants the value; null for the results of a graph.
    ValueId resolve(Scope& scope, std::string_view name, const OnnxNode* user);
    std::string label(const OnnxNode* node) const;
    std::string place(const Scope& scope) const;

    OnnxModel& m_model;
    const TensorSource& m_source;
    TaskContext& m_task;
    ReadNotes& m_notes;
    std::set<std::tuple<StringId, StringId, StringId>> m_functions; ///< domain, name, overload
};

} // namespace strata
