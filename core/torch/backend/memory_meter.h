// How much memory LibTorch's tensors take while a model is run.
#pragma once

#include <cstdint>
#include <memory>

namespace strata::torch_module {

/// Counts the memory that tensors made on this thread take, as long as it lives. An allocation
/// beyond the limit throws Stop (failures.h).
class MemoryMeter {
public:
    explicit MemoryMeter(std::uint64_t limit);
    ~MemoryMeter();
    MemoryMeter(const MemoryMeter&) = delete;
    MemoryMeter& operator=(const MemoryMeter&) = delete;

    std::uint64_t peak() const;

private:
    class Counter;
    struct State;
    std::unique_ptr<State> m_state;
};

/// Three quarters of the memory that the machine has free; a fixed amount where it does not tell.
std::uint64_t default_memory_limit();

} // namespace strata::torch_module
