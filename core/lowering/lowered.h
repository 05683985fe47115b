// What an FX value has become while lowering: an ONNX value, or something known at export time.
#pragma once

#include "ir/fx_graph.h"
#include "ir/onnx_model.h"

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

namespace strata {

struct Lowered;
struct PythonList;
/// Python lists are mutable and shared by reference; so are these.
using LoweredList = std::shared_ptr<PythonList>;
using LoweredDict = std::shared_ptr<std::vector<std::pair<Lowered, Lowered>>>;

/// Which variable a tensor in a list, tuple or dict is, so that writing into one reaches the other.
struct CellTag {
    std::uint32_t cell = no_index; ///< of the GraphLowerer
    std::uint32_t serial = 0;      ///< of that cell: numbers of cells are used again
};
/// A tensor of the ONNX graph.
struct LoweredTensor {
    ValueId value = no_id;
    CellTag tag{};
};
/// A Python number that is only known when the model runs: a rank-0 int64, float64→float32 or bool
/// ONNX value. Unlike a rank-0 tensor it does not take part in type promotion with its own width.
struct LoweredScalar {
    ValueId value = no_id;
    FxType::Kind kind = FxType::Kind::Int;
};
struct LoweredNone {};
/// What nobody reads: a result that an early return leaves open.
struct LoweredUndefined {};
/// Something or None; which of them is only known when the model runs.
struct LoweredOptional {
    ValueId present = no_id; ///< rank-0 bool: not None
    std::shared_ptr<Lowered> value;
};
/// One of some strings or enumerators; which of them is only known when the model runs.
struct LoweredChoice {
    ValueId index = no_id; ///< rank-0 int64: the place in `options`
    std::shared_ptr<const std::vector<Lowered>> options;
};
/// A tuple; lists are LoweredList.
struct LoweredTuple {
    std::shared_ptr<std::vector<Lowered>> items;
};

struct Lowered {
    std::variant<LoweredNone, LoweredTensor, LoweredScalar, bool, std::int64_t, double, std::string,
                 DType, FxEnum, LoweredTuple, LoweredList, LoweredDict, LoweredUndefined,
                 LoweredOptional, LoweredChoice>
        value;

    Lowered() = default;
    template <class T>
    requires(!std::is_same_v<std::remove_cvref_t<T>, Lowered>) Lowered(T&& v)
        : value(std::forward<T>(v))
    {}

    static Lowered tensor(ValueId id) { return Lowered(LoweredTensor{id, {}}); }
    static Lowered scalar(ValueId id, FxType::Kind kind)
    {
        return Lowered(LoweredScalar{id, kind});
    }
    static Lowered list(std::vector<Lowered> items);
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

/// The items of a list whose number is only known when the model runs: an ONNX sequence, or one
/// tensor whose first axis counts them. Numbers are rank-0 tensors in it.
struct RuntimeItems {
    ValueId sequence = no_id;
    ValueId stacked = no_id;                  ///< when there is no sequence
    FxType::Kind kind = FxType::Kind::Tensor; ///< of an item: Tensor, Int, Float or Bool
    DType dtype = DType::Unknown;             ///< of an item
    std::optional<Shape> shape;               ///< of an item, as far as all have it in common
};

/// A Python list. It can turn into one of run-time length while others refer to it.
struct PythonList {
    std::vector<Lowered> items;          ///< when the length is known
    std::optional<RuntimeItems> runtime; ///< when it is not
};

inline Lowered Lowered::list(std::vector<Lowered> items)
{
    return Lowered(std::make_shared<PythonList>(PythonList{std::move(items), {}}));
}

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
