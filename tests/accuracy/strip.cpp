#include "accuracy/strip.h"

namespace accuracy {

using namespace strata;

void strip(OnnxModel& model, const Keep& keep)
{
    std::size_t number = 0;
    const auto fresh = [&](const char* prefix) {
        return model.intern(prefix + std::to_string(number++));
    };
    for (OnnxNode& node : model.nodes) {
        if (!keep.metadata)
            node.metadata.clear();
        if (!keep.node_names)
            node.name = fresh("n");
        node.doc_string = StringId::Empty;
    }
    for (OnnxValue& value : model.values)
        if (value.name != StringId::Empty &&
            !(keep.initializer_names && value.initializer != no_id))
            value.name = fresh("v");
    for (OnnxGraph& graph : model.graphs)
        graph.name = fresh("g");
    if (!keep.metadata) {
        for (OnnxFunction& function : model.functions)
            function.metadata.clear();
        model.metadata.clear();
    }
    model.provenance.clear();
}

} // namespace accuracy
