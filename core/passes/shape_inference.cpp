#include "passes/shape_inference.h"

#include "passes/infer/context.h"
#include "passes/infer/infer_node.h"

#include <unordered_map>

namespace strata {
namespace {

using RuleTable = std::unordered_map<std::string_view, infer::Rule>;

RuleTable build_table()
{
    RuleTable table;
    for (const auto group :
         {infer::elementwise_rules(), infer::conv_pool_rules(), infer::image_rules(),
          infer::normalization_rules(), infer::shape_rules(), infer::index_rules(),
          infer::generator_rules(), infer::reduction_rules(), infer::linear_rules(),
          infer::recurrent_rules(), infer::quantization_rules(), infer::control_rules()})
        for (const infer::Entry& entry : group)
            table.emplace(entry.op, entry.rule);
    return table;
}

infer::Rule rule_of(std::string_view op)
{
    static const RuleTable table = build_table();
    const auto it = table.find(op);
    return it == table.end() ? nullptr : it->second;
}

} // namespace

std::string infer::infer_node_as(OnnxModel& model, NodeId node, ValueFacts& facts,
                                 std::int64_t opset, const OnnxNode* caller)
{
    const std::string_view domain = model.text(model.nodes[node].domain);
    if (!domain.empty() && domain != "ai.onnx")
        return {};
    const std::string_view op = model.text(model.nodes[node].op_type);
    const Rule rule = rule_of(op);
    if (!rule)
        return {};
    Context context(model, node, facts, opset, caller);
    if (context.has_open_reference())
        return {};
    std::string complaint = rule(context);
    if (complaint.empty()) {
        if (auto constant = evaluate_constant(context))
            context.set_constant(0, std::move(*constant));
        else
            infer_elements(context);
        complaint = context.complaint();
    }
    return complaint.empty() ? complaint : std::string(op) + ": " + complaint;
}

std::string infer_node(OnnxModel& model, NodeId node, ValueFacts& facts)
{
    // A model that imports no ai.onnx opset is not valid; treat it like the common one.
    const std::int64_t opset = model.opset();
    return infer::infer_node_as(model, node, facts, opset > 0 ? opset : 17);
}

} // namespace strata
