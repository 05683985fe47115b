#include "passes/infer/context.h"
namespace strata::infer {
std::span<const Entry> image_rules()
{
    return {};
}
} // namespace strata::infer
