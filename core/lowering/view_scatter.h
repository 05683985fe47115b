// The inverse of a view: the base tensor after something has been written through the view.
#pragma once

#include "lowering/op_call.h"

#include <string_view>
#include <vector>

namespace strata {

/// True for view operators whose writes can be put back into the base: select, slice, view,
/// transpose and the like. Not among them: operators that may copy (reshape, contiguous).
bool is_exact_view(std::string_view target);
/// True for operators that give several views, none of which shares memory with another: chunk,
/// split, unbind and the like.
bool is_split_view(std::string_view target);

/// `view` is the view's own call (its first argument the base); `written` is what the view holds
/// now, of the view's shape and the base's dtype. Returns the new base. Refuses what it cannot
/// state.
ValueId write_through_view(OpCall& view, ValueId written);

/// The same for one of the views that `view` gives, `item`; `pieces` is what it gives now.
ValueId write_through_split(OpCall& view, const std::vector<ValueId>& pieces, std::size_t item,
                            ValueId written);

/// Puts `part` into `base` along an axis, at the positions [start, end) with a step; bounds are as
/// in Python, with the largest integer for the end of the axis. `view` is the call that does so.
ValueId write_range(OpCall& view, ValueId base, ValueId part, std::int64_t axis, std::int64_t start,
                    std::int64_t end, std::int64_t step);

} // namespace strata
