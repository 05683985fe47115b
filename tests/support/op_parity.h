// The parity harness: PyTorch source in, the same numbers from LibTorch and from ONNX Runtime out.
//
// A row states one call of an operator as TorchScript source. The harness compiles it with
// LibTorch, loads the saved file as any other model, lowers it, writes ONNX, checks the file, runs
// both and compares. How to add rows: one function in rows_<family>.cpp, declared in parity_rows.h.
#pragma once

#include "ir/tensor.h"

#include <cstdint>
#include <string>
#include <vector>

namespace strata::test {

/// A tensor of a row: an input or a parameter. Without `values` it is filled with pseudo-random
/// numbers that depend only on `seed`, its position and its shape: reals uniform in [low, high),
/// integers uniform in [low, high], bools fair.
struct ParityTensor {
    DType dtype = DType::Float32;
    std::vector<std::int64_t> shape;
    std::vector<double> values; ///< row-major; empty: pseudo-random
    double low = -1.0;
    double high = 1.0;
    std::uint32_t seed = 1;

    /// "f32 of that shape between low and high".
    ParityTensor&& range(double from, double to) &&
    {
        low = from;
        high = to;
        return std::move(*this);
    }
};

/// float32[shape], uniform in [-1, 1).
ParityTensor f32(std::vector<std::int64_t> shape);
ParityTensor f64(std::vector<std::int64_t> shape);
/// int64[shape], uniform in [low, high].
ParityTensor i64(std::vector<std::int64_t> shape, std::int64_t low = -5, std::int64_t high = 5);
ParityTensor i32(std::vector<std::int64_t> shape, std::int64_t low = -5, std::int64_t high = 5);
ParityTensor boolean(std::vector<std::int64_t> shape);
/// Any dtype with explicit elements, row-major.
ParityTensor exactly(DType dtype, std::vector<std::int64_t> shape, std::vector<double> values);

/// One case. Build it as
///   ParityRow("conv2d stride", "def forward(self, x):\n  return torch.conv2d(x, self.w, None, 2)")
///       .input(f32({1, 3, 8, 8})).parameter("w", f32({4, 3, 3, 3}))
struct ParityRow {
    std::string name;
    std::string source; ///< TorchScript of `def forward(self, ...)`; `torch.f` is any aten operator
    std::vector<ParityTensor> inputs;
    /// Other inputs for the same exported file: other branches, other trip counts. With static
    /// shapes, only those of the first inputs' shapes are run.
    std::vector<std::vector<ParityTensor>> more_inputs;
    std::vector<std::pair<std::string, ParityTensor>> parameters; ///< read as self.NAME
    std::vector<int> opsets = {20, 17, 13};
    double atol = 1e-5;
    double rtol = 1e-4;
    std::string refusal_text; ///< not empty: lowering must refuse with a reason that contains it
    std::string reference_source; ///< not empty: the expected outputs come from this source
    /// Not empty: these targets are replaced in the loaded graph. TorchScript's compiler spells
    /// aliases out ("aten::concat" as "aten::cat"); other front ends do not.
    std::vector<std::pair<std::string, std::string>> renamed_targets;
    /// Not empty: what is lowered is this FX text instead of the source, which only says what comes
    /// out. For operators that TorchScript cannot state.
    std::string fx_text;
    bool with_dynamic = false; ///< also with all input dimensions as symbols
    bool with_unknown = false; ///< also with input ranks unknown
    int max_nodes = -1;        ///< >= 0: more ONNX nodes than that at opset 17 are a failure

    ParityRow(std::string row_name, std::string row_source)
        : name(std::move(row_name)),
          source(std::move(row_source))
    {}

    ParityRow& input(ParityTensor tensor);
    ParityRow& also(std::vector<ParityTensor> others);
    ParityRow& parameter(std::string parameter_name, ParityTensor tensor);
    ParityRow& tolerance(double absolute, double relative);
    ParityRow& opset(int only);
    /// The reason of the refusal must contain this text.
    ParityRow& refuses(std::string text);
    /// For operators that the installed LibTorch cannot run: other source with the same meaning.
    ParityRow& reference(std::string other_source);
    /// Lowers `target` as `alias`, an operator of the same arguments.
    ParityRow& renamed(std::string target, std::string alias);
    /// Lowers nodes in FX text. The inputs are %x, %y, %z, %w; the result is %r, or what an
    /// `output[output](...)` of the text says.
    ParityRow& graph(std::string nodes);
    ParityRow& dynamic();
    ParityRow& unknown();
    ParityRow& nodes(int at_most);
};
using ParityRows = std::vector<ParityRow>;

/// Runs one row; returns an empty string, or everything that is wrong with it.
std::string check_parity(const ParityRow& row);

/// The targets ("aten::conv2d") of all call_function nodes that the row's source loads as.
std::vector<std::string> parity_targets(const ParityRow& row, std::string* error);

/// What one call of an operator became in the exported model.
struct EmittedCall {
    std::string target;           ///< "aten::gelu"
    std::vector<std::string> ops; ///< operators of its nodes, in order, bodies included
};

/// Every call of an operator in the row, exported with known shapes; nothing for rows that are
/// refused.
std::vector<EmittedCall> emitted_calls(const ParityRow& row, int opset, std::string* error);

} // namespace strata::test
