// The inverse of a view: the base tensor after something has been written through the view.
#pragma once

#include "lowering/op_call.h"

#include <string_view>

namespace strata {

/// True for view operators whose writes can be put back into the base: select, slice, view,
/// transpose and the like. Not among them: operators that may copy (reshape, contiguous), and views
/// that overlap themselves (expand).
bool is_exact_view(std::string_view target);

/// `view` is the view's own call (its first argument the base); `written` is what the view holds
/// now, of the view's shape and the base's dtype. Returns the new base. Refuses what it cannot
/// state.
ValueId write_through_view(OpCall& view, ValueId written);

} // namespace strata
