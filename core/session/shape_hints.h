// Hints about the shapes of values, from the weights and the code around them.
#pragma once

#include "ir/program.h"

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace strata {

/// What the operators around a value say about it. Never a proof: they are for choosing inputs to
/// try.
struct ShapeHint {
    DType dtype = DType::Unknown;
    bool is_index = false;  ///< it picks rows or elements of something
    bool is_offset = false; ///< it says where parts of something begin: from 0 on, ascending
    std::optional<std::size_t> rank;
    std::size_t min_rank = 0;
    std::map<std::size_t, std::int64_t> front; ///< sizes by axis from the front
    std::map<std::size_t, std::int64_t> back;  ///< from the back; 0 is the last
    std::string because;                       ///< "conv1.weight": what told first

    bool empty() const { return !rank && front.empty() && back.empty() && min_rank == 0; }
    /// Takes over what is not known here.
    void merge(const ShapeHint& other, bool with_dtype = true);
};

/// One hint per value of the graph. A few passes forward and back, each linear in the graph.
std::vector<ShapeHint> shape_hints(const Program& program);

} // namespace strata
