// The outline of a Python pickle, without unpickling anything.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <span>
#include <string>
#include <vector>

namespace strata {

/// What a pickled object is, as far as its opcodes tell. No code is run, no class is looked up.
struct PickleOutline {
    enum class Kind { Unknown, Scalar, String, Tensor, List, Tuple, Dict, Object, Global };
    Kind kind = Kind::Unknown;
    /// Object and Global: "module.Class". Tensor: the function that rebuilds it.
    std::string name;
    /// List, Tuple: the elements. Dict: keys and values in turn. Tensor and Object: the tuple of
    /// arguments it is made with; a persistent object (name "storage"): its id.
    std::vector<const PickleOutline*> items;
    std::string text;         ///< String: the string, shortened
    std::uint64_t length = 0; ///< String: its whole length in bytes
    std::int64_t number = 0;  ///< Scalar: the integer, where it is one
};

/// Owns the outlines of one pickle. They may refer to each other in circles.
struct PickleDocument {
    std::deque<PickleOutline> objects;
    const PickleOutline* top = nullptr; ///< what the pickle is; null when nothing could be read
    std::vector<const PickleOutline*> persistent_ids; ///< in order; torch: one per storage
    bool complete = false;                            ///< the pickle's end was reached
};

/// Follows the opcodes of the first pickle in `bytes` and keeps at most `kept_text` bytes of each
/// string. A pickle that ends early or holds an opcode that is not known gives the outline of what
/// came before, and so does one that describes more objects than its length warrants.
PickleDocument outline_pickle(std::span<const std::byte> bytes, std::size_t kept_text = 64);

} // namespace strata
