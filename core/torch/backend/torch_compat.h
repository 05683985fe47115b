// What differs between LibTorch 1.13 and the 2.x versions, in one place.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <torch/csrc/jit/api/function_impl.h>
#include <torch/csrc/jit/frontend/source_range.h>
#include <torch/script.h>
#include <utility>

namespace strata::torch_module {

template <class Optional, class Value>
struct RebindOptional;
template <template <class> class Optional, class Old, class Value>
struct RebindOptional<Optional<Old>, Value> {
    using type = Optional<Value>;
};
/// The optional type of LibTorch's interfaces: its own in 1.13, the standard's later.
template <class Value>
using OptionalOf =
    typename RebindOptional<decltype(std::declval<const c10::Argument&>().N()), Value>::type;

/// The graph of a TorchScript function as written (nothing inlined, nothing optimised); null for
/// functions that are not TorchScript.
std::shared_ptr<torch::jit::Graph> graph_of(torch::jit::Function& function);

/// The whole text of a source.
std::string source_text(const torch::jit::Source& source);
/// The line (counted from 0 within the text) on which the range starts, without spaces around.
std::string source_line_text(const torch::jit::SourceRange& range);
std::optional<std::string> source_file(const torch::jit::SourceRange& range);
/// The line in the original file, counted from 1.
std::uint32_t source_line(const torch::jit::SourceRange& range);
/// The Python source that the archive says a range of its generated code came from.
std::optional<torch::jit::SourceRange> original_range(const torch::jit::SourceRange& range);

/// The type an argument has in the schema's text: ScalarType, Layout and MemoryFormat are ints
/// otherwise.
c10::TypePtr declared_type(const c10::Argument& argument);

/// "1.13.1".
std::string libtorch_version();

} // namespace strata::torch_module
