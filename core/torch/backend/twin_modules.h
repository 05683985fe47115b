// Module instances that scripting has made two of.
//
// torch.jit.script compiles every name of a module by itself: an instance that the model has under
// two names ("self.second = self.first") becomes two objects that share their tensors. Tracing and
// torch.export keep it one (https://pytorch.org/docs/stable/export.html), and so does Strata.
#pragma once

#include <ATen/core/ivalue.h>
#include <cstddef>
#include <optional>
#include <string>
#include <unordered_map>

namespace strata::torch_module {

/// Tells which objects are the same instance. Linear in the attributes: every object is looked at
/// once.
class TwinModules {
public:
    /// The object that was given here first and is the same module as this one: the same compiled
    /// class, the very same tensors and equal other attributes, submodules alike. Modules with
    /// fewer than two tensors are never taken for the same: tying one weight of two modules is
    /// common. Null when there is none.
    const c10::ivalue::Object* first_of(const c10::ivalue::Object& object);

private:
    struct Signature {
        std::size_t id = 0;
        std::size_t tensors = 0; ///< in it and below
    };
    /// Nothing for objects with attributes that cannot be compared.
    std::optional<Signature> signature(const c10::ivalue::Object& object, unsigned depth);
    std::optional<Signature> make_signature(const c10::ivalue::Object& object, unsigned depth);

    std::unordered_map<const c10::ivalue::Object*, std::optional<Signature>> m_signatures;
    std::unordered_map<std::string, std::size_t> m_ids; ///< by what the signature is made of
    std::unordered_map<std::size_t, const c10::ivalue::Object*> m_first;
};

} // namespace strata::torch_module
