// What a TorchScript value stands for while its graph is walked.
#pragma once

#include "ir/fx_graph.h"

#include <memory>
#include <torch/script.h>
#include <unordered_map>
#include <vector>

namespace strata::torch_module {

/// A value of the TorchScript graph in terms of the program: data (an immediate or a value of the
/// FX graph), a particular object, a function, or a tuple whose elements are known.
struct Bound {
    FxArg arg;                             ///< data; None for objects and functions
    c10::ivalue::Object* object = nullptr; ///< a module or another TorchScript object
    torch::jit::Function* function = nullptr;
    std::shared_ptr<const std::vector<Bound>> elements; ///< of a tuple or constant list

    bool is_data() const { return !object && !function; }

    static Bound data(FxArg arg)
    {
        Bound bound;
        bound.arg = std::move(arg);
        return bound;
    }
    static Bound of(c10::ivalue::Object* object)
    {
        Bound bound;
        bound.object = object;
        return bound;
    }
};

/// One run through the graph of one function.
struct Activation {
    std::unordered_map<const torch::jit::Value*, Bound> values;
    FrameId frame = 0;
    const c10::ivalue::Object* self = nullptr; ///< the module whose method it is
    std::string function;                      ///< its name, for source locations
    unsigned depth = 0;                        ///< calls around it
};

} // namespace strata::torch_module
