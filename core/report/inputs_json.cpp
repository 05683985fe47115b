#include "report/inputs_json.h"

namespace strata {

Json inputs_json(const Inspection& inspection)
{
    Json inputs = Json::array();
    for (const UsedInput& input : inspection.inputs) {
        Json json{{"name", input.name},
                  {"source", input.source},
                  {"assumed", input.assumed},
                  {"left_out", input.left_out}};
        if (!input.left_out)
            json["dtype"] = to_string(input.dtype);
        if (input.shape) {
            json["shape"] = Json::array();
            for (const FxDim& dim : *input.shape) {
                if (dim.known())
                    json["shape"].push_back(dim.value);
                else if (!dim.symbol.empty())
                    json["shape"].push_back(dim.symbol);
                else
                    json["shape"].push_back(nullptr);
            }
        } else {
            json["shape"] = nullptr;
        }
        inputs.push_back(std::move(json));
    }
    return inputs;
}

} // namespace strata
