// LSTM, GRU and RNN.
#include "passes/infer/context.h"

#include <fmt/format.h>

namespace strata::infer {
namespace {

std::string recurrent(Context& c)
{
    const Shape* data = c.shape(0);
    const Shape* weight = c.shape(1);
    const Shape* recurrence = c.shape(2);
    for (std::size_t i = 0; i < 3; ++i)
        c.set_dtype(i, c.dtype(0));
    if (data && data->size() != 3)
        return fmt::format("input has rank {}, not 3", data->size());
    if ((weight && weight->size() != 3) || (recurrence && recurrence->size() != 3))
        return "weights must have rank 3";
    if (data && weight && contradict((*data)[2], (*weight)[2]))
        return fmt::format("input has {} features, the weight expects {}", (*data)[2].value,
                           (*weight)[2].value);
    const bool batch_first = c.int_attribute("layout", 0) != 0;
    const Dim directions =
        Dim::of(c.string_attribute("direction", "forward") == "bidirectional" ? 2 : 1);
    Dim hidden;
    if (const auto size = c.find_int("hidden_size"))
        hidden = c.math().to_dim(ShapeInt::of(*size));
    else if (recurrence)
        hidden = (*recurrence)[2];
    if (recurrence && contradict(hidden, (*recurrence)[2]))
        return fmt::format("hidden_size is {}, the weight has {}", hidden.value,
                           (*recurrence)[2].value);
    const Dim length = data ? (*data)[batch_first ? 1 : 0] : Dim{};
    const Dim batch = data ? (*data)[batch_first ? 0 : 1] : Dim{};
    const Shape state =
        batch_first ? Shape{batch, directions, hidden} : Shape{directions, batch, hidden};
    c.set_shape(0, batch_first ? Shape{batch, length, directions, hidden}
                               : Shape{length, directions, batch, hidden});
    c.set_shape(1, state);
    c.set_shape(2, state); // LSTM's cell state
    return {};
}

constexpr Entry rules[] = {
    {"GRU", recurrent},
    {"LSTM", recurrent},
    {"RNN", recurrent},
};

} // namespace

std::span<const Entry> recurrent_rules()
{
    return rules;
}

} // namespace strata::infer
