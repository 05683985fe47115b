#include "ir/inspection.h"

namespace strata {

std::string_view to_string(RefusalCause cause)
{
    switch (cause) {
    case RefusalCause::NotStatable:
        return "not-statable";
    case RefusalCause::NoLowering:
        return "no-lowering";
    case RefusalCause::NewerOpset:
        return "newer-opset";
    case RefusalCause::NeedsShapes:
        return "needs-shapes";
    case RefusalCause::ControlFlow:
        return "control-flow";
    }
    return "not-statable";
}

} // namespace strata
