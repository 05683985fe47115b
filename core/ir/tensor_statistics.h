// What is in a tensor: statistics, a histogram, and two-dimensional slices, element by element
// without copying it.
#pragma once

#include "base/task.h"
#include "ir/tensor.h"

#include <array>
#include <cstdint>
#include <filesystem>
#include <vector>

namespace strata {

/// Whether its elements can be read as numbers: real, integer and bool types, those of 4 and 8 bits
/// included.
bool has_numbers(DType dtype);

inline constexpr std::size_t histogram_bins = 64;

struct TensorStatistics {
    std::uint64_t count = 0;
    std::uint64_t zeros = 0;
    std::uint64_t nan = 0;
    std::uint64_t infinite = 0;
    // Of the finite elements; 0 where there are none.
    double min = 0.0, max = 0.0, mean = 0.0, deviation = 0.0; ///< deviation of the population
    /// Equal steps from min to max, which is in the last one.
    std::array<std::uint64_t, histogram_bins> histogram{};

    std::uint64_t finite() const { return count - nan - infinite; }
};
/// Reads the tensor twice. Fails for types without numbers, for views that leave their storage, and
/// when cancelled.
Result<TensorStatistics> tensor_statistics(const Tensor& tensor, TaskContext& task);

/// Which plane of a tensor: two axes, and where the others are fixed.
struct TensorPlane {
    std::size_t row_axis = 0;     ///< ignored below rank 2
    std::size_t column_axis = 1;  ///< ignored below rank 1
    std::vector<std::int64_t> at; ///< per axis; those of the plane are ignored
};
/// A plane reduced to at most `most` rows and columns by taking the mean of blocks. Scalars and
/// vectors are one row.
struct TensorSlice {
    std::int64_t rows = 0, columns = 0;             ///< of the tensor
    std::int64_t block_rows = 1, block_columns = 1; ///< elements that one value stands for
    std::size_t height = 0, width = 0;              ///< of `values`
    std::vector<double> values;                     ///< row by row; NaN where nothing is finite
    double min = 0.0, max = 0.0;                    ///< of the finite values
};
Result<TensorSlice> tensor_slice(const Tensor& tensor, const TensorPlane& plane, std::size_t most,
                                 TaskContext& task);

/// The numpy dtype that write_npy() uses ("<f4"); types that numpy lacks become float32 or int8.
/// Empty for strings.
std::string_view npy_dtype(DType dtype);
/// Writes a .npy file (format 1.0, C order), whole or not at all.
Status write_npy(const Tensor& tensor, const std::filesystem::path& path, TaskContext& task);

} // namespace strata
