// Graphs, nodes and tensors out, into wire-format buffers that refer to the weights.
#pragma once

#include "ir/onnx_model.h"
#include "onnx/wire_writer.h"

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace strata {

/// Which initializers go into the file beside the model, and where in it.
class ExternalPlan {
public:
    struct Place {
        std::uint64_t offset = 0;
        std::uint64_t length = 0;
    };

    /// Everything inside.
    ExternalPlan() = default;
    /// Initializers of at least `threshold` bytes go to the file `location` beside the model.
    /// Initializers that view the same bytes get the same place. Small integers stay inside.
    ExternalPlan(const OnnxModel& model, std::string location, std::uint64_t threshold);

    /// Null when the initializer stays inside.
    const Place* place(std::uint32_t initializer) const;
    /// The initializers to write, by growing offset; of several at one place, the first.
    const std::vector<std::uint32_t>& order() const { return m_order; }
    const std::string& location() const { return m_location; }
    std::uint64_t size() const { return m_size; }

private:
    std::string m_location;
    std::map<std::uint32_t, Place> m_places;
    std::vector<std::uint32_t> m_order;
    std::uint64_t m_size = 0;
};

/// TensorProto with the data as raw bytes (or strings). The tensor must outlive the buffer.
wire::Buffer write_tensor(const Tensor& tensor, std::string_view name);

/// Turns a model into messages. The model must outlive the buffers.
class GraphWriter {
public:
    GraphWriter(const OnnxModel& model, const ExternalPlan& external);

    /// ModelProto without its graph: the fields before and those behind it.
    wire::Buffer model_head() const;
    wire::Buffer model_tail() const;
    wire::Buffer graph(GraphId id) const;

private:
    wire::Buffer node(NodeId id) const;
    wire::Buffer attribute(const Attribute& attribute) const;
    wire::Buffer initializer(std::uint32_t index) const;
    wire::Buffer value_info(ValueId id) const;
    wire::Buffer function(const OnnxFunction& function) const;
    /// value_info entries for everything typed that the graph's nodes make, and for a function's
    /// inputs and outputs, which have no other place for their types.
    void value_types(GraphId id, std::uint32_t field, wire::Buffer& out) const;

    const OnnxModel& m_model;
    const ExternalPlan& m_external;
    std::vector<std::vector<std::uint32_t>> m_initializers; ///< of each graph
};

} // namespace strata
