// What an FX value has become while lowering: an ONNX value, or something known at export time.
#pragma once

#include "ir/fx_graph.h"
#include "ir/onnx_model.h"

#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <variant>
#include <vector>

namespace strata {

struct Lowered;
/// Python lists are mutable and shared by reference; so are these.
using LoweredList = std::shared_ptr<std::vector<Lowered>>;
using LoweredDict = std::shared_ptr<std::vector<std::pair<Lowered, Lowered>>>;

/// A tensor of the ONNX graph.
struct LoweredTensor {
    ValueId value = no_id;
};
/// A Python number that is only known when the model runs: a rank-0 int64, float64→float32 or bool
/// ONNX value. Unlike a rank-0 tensor it does not take part in type promotion with its own width.
struct LoweredScalar {
    ValueId value = no_id;
    FxType::Kind kind = FxType::Kind::Int;
};
struct LoweredNone {};
/// A tuple; lists are LoweredList.
struct LoweredTuple {
    std::shared_ptr<std::vector<Lowered>> items;
};

struct Lowered {
    std::variant<LoweredNone, LoweredTensor, LoweredScalar, bool, std::int64_t, double, std::string,
                 DType, FxEnum, LoweredTuple, LoweredList, LoweredDict>
        value;

    Lowered() = default;
    template <class T>
    requires(!std::is_same_v<std::remove_cvref_t<T>, Lowered>) Lowered(T&& v)
        : value(std::forward<T>(v))
    {}

    static Lowered tensor(ValueId id) { return Lowered(LoweredTensor{id}); }
    static Lowered scalar(ValueId id, FxType::Kind kind)
    {
        return Lowered(LoweredScalar{id, kind});
    }
    static Lowered list(std::vector<Lowered> items)
    {
        return Lowered(LoweredList(std::make_shared<std::vector<Lowered>>(std::move(items))));
    }
    static Lowered tuple(std::vector<Lowered> items)
    {
        return Lowered(LoweredTuple{std::make_shared<std::vector<Lowered>>(std::move(items))});
    }

    template <class T>
    const T* as() const
    {
        return std::get_if<T>(&value);
    }
    bool is_none() const { return std::holds_alternative<LoweredNone>(value); }
};

/// What a lowering function gives back: one Lowered per output of the FX node.
struct Outputs {
    std::vector<Lowered> values;

    Outputs() = default;
    Outputs(ValueId tensor) : values{Lowered::tensor(tensor)} {}
    Outputs(Lowered value) : values{std::move(value)} {}
    Outputs(std::vector<Lowered> many) : values(std::move(many)) {}
    /// Several tensors, as `return Outputs::tensors({y, mean})`.
    static Outputs tensors(std::initializer_list<ValueId> ids)
    {
        Outputs outputs;
        for (ValueId id : ids)
            outputs.values.push_back(Lowered::tensor(id));
        return outputs;
    }
};

} // namespace strata
