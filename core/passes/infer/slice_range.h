// What a Slice node selects along each axis, from attributes or inputs. Internal to core/passes.
#pragma once

#include "passes/infer/context.h"

#include <string>
#include <vector>

namespace strata::infer {

struct SliceRange {
    std::size_t axis = 0;
    ShapeInt start, end, step;
};

struct SliceRanges {
    bool axes_known = false; ///< false: any dimension may change
    std::vector<SliceRange> ranges;
    std::string complaint;
};

SliceRanges slice_ranges(const Context& context, std::size_t rank);

/// How many elements the range selects of `size`; unknown where it depends on a symbol's value.
ShapeInt slice_size(const DimMath& math, const ShapeInt& size, const SliceRange& range);

} // namespace strata::infer
