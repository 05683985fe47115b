#include "hierarchy/tensor_match.h"

#include "base/hash.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <cstring>
#include <map>
#include <optional>
#include <unordered_map>

namespace strata {
namespace {

using Bytes = std::span<const std::byte>;

/// Equal tensors beyond this number of owners tell nothing.
constexpr std::size_t most_equals = 64;
/// Parts are looked up by rows; shorter ones occur by chance.
constexpr std::size_t shortest_row = 16;
constexpr std::size_t sampled_rows = 8;
constexpr std::size_t samples_per_row = 16;
constexpr double least_correlation = 0.98;
/// Rows of two or three numbers are looked at without shifting them, which would make any two
/// alike.
constexpr std::size_t narrow_row = 4;
constexpr double least_narrow_correlation = 0.9999;

std::uint64_t fold(const ContentHash& hash)
{
    return hash.high ^ (hash.low * 0x9e3779b97f4a7c15ULL);
}

/// A tensor's elements as a matrix: first dimension by the rest.
struct Matrix {
    std::size_t rows = 0;
    std::size_t columns = 0;
};

Matrix matrix_of(const Tensor& tensor)
{
    if (tensor.shape.empty())
        return {1, 1};
    const auto rows = static_cast<std::size_t>(tensor.shape.front());
    const auto count = static_cast<std::size_t>(tensor.element_count());
    return {rows, rows == 0 ? 0 : count / rows};
}

std::vector<std::byte> transposed(Bytes bytes, Matrix matrix, std::size_t width)
{
    std::vector<std::byte> result(bytes.size());
    constexpr std::size_t block = 32; // both sides stay in the cache
    for (std::size_t r0 = 0; r0 < matrix.rows; r0 += block)
        for (std::size_t c0 = 0; c0 < matrix.columns; c0 += block)
            for (std::size_t r = r0; r < std::min(r0 + block, matrix.rows); ++r)
                for (std::size_t c = c0; c < std::min(c0 + block, matrix.columns); ++c)
                    std::memcpy(&result[(c * matrix.rows + r) * width],
                                &bytes[(r * matrix.columns + c) * width], width);
    return result;
}

float element(Bytes bytes, DType dtype, std::size_t index)
{
    const auto load = [&]<class T>(T value) {
        std::memcpy(&value, &bytes[index * sizeof(T)], sizeof(T));
        return value;
    };
    switch (dtype) {
    case DType::Float32:
        return load(0.0F);
    case DType::Float64:
        return static_cast<float>(load(0.0));
    case DType::Float16:
        return half_to_float(load(std::uint16_t{0}));
    case DType::BFloat16:
        return bfloat16_to_float(load(std::uint16_t{0}));
    case DType::Int8:
        return static_cast<float>(load(std::int8_t{0}));
    case DType::UInt8:
        return static_cast<float>(load(std::uint8_t{0}));
    case DType::Int16:
        return static_cast<float>(load(std::int16_t{0}));
    case DType::UInt16:
        return static_cast<float>(load(std::uint16_t{0}));
    default:
        return 0.0F;
    }
}

bool is_sampled(DType dtype)
{
    return is_floating_point(dtype) || dtype == DType::Int8 || dtype == DType::UInt8 ||
           dtype == DType::Int16 || dtype == DType::UInt16;
}

/// In half precision, as a conversion rounds.
std::vector<std::byte> as_half(Bytes bytes, DType from, DType to, std::size_t count)
{
    std::vector<std::byte> result(count * 2);
    for (std::size_t i = 0; i < count; ++i) {
        const float value = element(bytes, from, i);
        const std::uint16_t half =
            to == DType::Float16 ? float_to_half(value) : float_to_bfloat16(value);
        std::memcpy(&result[i * 2], &half, 2);
    }
    return result;
}

/// Samples of some rows, each brought to mean 0 and length 1, so that scaling and shifting a row
/// changes nothing.
using Sketch = std::vector<float>;

std::optional<Sketch> sketch_of(Bytes bytes, DType dtype, Matrix matrix, bool by_columns)
{
    const std::size_t rows = by_columns ? matrix.columns : matrix.rows;
    const std::size_t columns = by_columns ? matrix.rows : matrix.columns;
    if (columns < 2 || rows == 0 || (columns < narrow_row && rows < narrow_row))
        return std::nullopt;
    const std::size_t used_rows = std::min(rows, sampled_rows);
    const std::size_t used = std::min(columns, samples_per_row);
    Sketch sketch;
    sketch.reserve(used_rows * used);
    double weight = 0.0;
    for (std::size_t i = 0; i < used_rows; ++i) {
        const std::size_t row = i * rows / used_rows;
        std::array<double, samples_per_row> values{};
        double mean = 0.0;
        for (std::size_t j = 0; j < used; ++j) {
            const std::size_t column = j * columns / used;
            const std::size_t at =
                by_columns ? column * matrix.columns + row : row * matrix.columns + column;
            values[j] = static_cast<double>(element(bytes, dtype, at));
            mean += values[j] / static_cast<double>(used);
        }
        if (columns < narrow_row)
            mean = 0.0;
        double length = 0.0;
        for (std::size_t j = 0; j < used; ++j) {
            values[j] -= mean;
            length += values[j] * values[j];
        }
        length = std::sqrt(length);
        weight += length;
        for (std::size_t j = 0; j < used; ++j)
            sketch.push_back(length > 0 ? static_cast<float>(values[j] / length) : 0.0F);
    }
    if (!(weight > 0.0) || !std::isfinite(weight))
        return std::nullopt; // constant rows: nothing to recognise
    return sketch;
}

/// 1 when every row is a scaled and shifted copy.
double correlation(const Sketch& a, const Sketch& b, std::size_t row)
{
    double sum = 0.0;
    std::size_t rows = 0;
    for (std::size_t start = 0; start < a.size(); start += row, ++rows) {
        double product = 0.0;
        for (std::size_t i = start; i < start + row; ++i)
            product += static_cast<double>(a[i]) * static_cast<double>(b[i]);
        sum += std::abs(product);
    }
    return rows == 0 ? 0.0 : sum / static_cast<double>(rows);
}

/// How far a number may be from a scaled and shifted one: what rounding explains.
double rounding(DType dtype, double largest)
{
    switch (dtype) {
    case DType::Float16:
        return 4e-3 * largest;
    case DType::BFloat16:
        return 3e-2 * largest;
    case DType::Float32:
    case DType::Float64:
        return 1e-3 * largest;
    default:
        return 1.01; // one step of a quantised number
    }
}

/// Is every row (or column) of `bytes` a scaled and shifted row of the source, but for rounding?
bool is_scaled_copy(Bytes bytes, DType dtype, Matrix matrix, bool by_columns, Bytes source,
                    DType source_dtype)
{
    const std::size_t rows = by_columns ? matrix.columns : matrix.rows;
    const std::size_t columns = by_columns ? matrix.rows : matrix.columns;
    for (std::size_t r = 0; r < rows; ++r) {
        const auto x = [&](std::size_t c) {
            return static_cast<double>(element(source, source_dtype, r * columns + c));
        };
        const auto y = [&](std::size_t c) {
            return static_cast<double>(
                element(bytes, dtype, by_columns ? c * matrix.columns + r : r * columns + c));
        };
        double sum_x = 0.0;
        double sum_y = 0.0;
        double largest = 0.0;
        for (std::size_t c = 0; c < columns; ++c) {
            sum_x += x(c);
            sum_y += y(c);
            largest = std::max(largest, std::abs(y(c)));
        }
        const double mean_x = sum_x / static_cast<double>(columns);
        const double mean_y = sum_y / static_cast<double>(columns);
        double xx = 0.0;
        double xy = 0.0;
        for (std::size_t c = 0; c < columns; ++c) {
            xx += (x(c) - mean_x) * (x(c) - mean_x);
            xy += (x(c) - mean_x) * (y(c) - mean_y);
        }
        const double scale = xx > 0.0 ? xy / xx : 0.0;
        const double most = rounding(dtype, largest);
        for (std::size_t c = 0; c < columns; ++c)
            if (!(std::abs(y(c) - mean_y - scale * (x(c) - mean_x)) <= most))
                return false;
    }
    return true;
}

class Matcher {
public:
    Matcher(std::span<const Tensor* const> tensors, std::span<const Tensor> source,
            TaskContext& task)
        : m_tensors(tensors),
          m_source(source),
          m_task(task),
          m_found(tensors.size())
    {}

    Result<std::vector<std::vector<TensorMatch>>> run()
    {
        STRATA_CHECK(find_exact());
        STRATA_CHECK(find_halves(DType::Float16));
        STRATA_CHECK(find_halves(DType::BFloat16));
        STRATA_CHECK(find_parts());
        STRATA_CHECK(find_scaled());
        return std::move(m_found);
    }

private:
    using Index = std::unordered_map<std::uint64_t, std::vector<std::uint32_t>>;

    static std::optional<Bytes> read(const Tensor& tensor, std::vector<std::byte>& scratch)
    {
        if (!tensor.storage || tensor.dtype == DType::String)
            return std::nullopt;
        auto bytes = tensor.contiguous_bytes(scratch);
        if (!bytes || bytes->size() != tensor.byte_count())
            return std::nullopt;
        return *bytes;
    }

    static std::uint64_t key(Bytes bytes, DType dtype)
    {
        return fold(hash_bytes(bytes)) ^ (static_cast<std::uint64_t>(dtype) << 56);
    }

    bool take(std::size_t at, const Index& index, std::uint64_t hash, TensorChange change)
    {
        const auto it = index.find(hash);
        if (it == index.end() || it->second.size() > most_equals)
            return false;
        for (const std::uint32_t source : it->second) {
            m_found[at].push_back({source, change, true});
        }
        return true;
    }

    Status find_exact()
    {
        Index index;
        std::vector<std::byte> scratch;
        for (std::uint32_t i = 0; i < m_source.size(); ++i) {
            STRATA_CHECK(m_task.poll());
            if (const auto bytes = read(m_source[i], scratch); bytes && !bytes->empty())
                index[key(*bytes, m_source[i].dtype)].push_back(i);
        }
        for (std::size_t i = 0; i < m_tensors.size(); ++i) {
            STRATA_CHECK(m_task.poll());
            const Tensor& tensor = *m_tensors[i];
            const auto bytes = read(tensor, scratch);
            if (!bytes || bytes->empty() ||
                take(i, index, key(*bytes, tensor.dtype), TensorChange::Same))
                continue;
            if (const auto turned = turn(tensor, *bytes))
                take(i, index, key(*turned, tensor.dtype), TensorChange::Transposed);
        }
        return {};
    }

    static std::optional<std::vector<std::byte>> turn(const Tensor& tensor, Bytes bytes)
    {
        const std::size_t bits = bits_per_element(tensor.dtype);
        if (tensor.shape.size() != 2 || bits % 8 != 0)
            return std::nullopt;
        return transposed(bytes, matrix_of(tensor), bits / 8);
    }

    Status find_halves(DType half)
    {
        std::vector<std::size_t> open;
        for (std::size_t i = 0; i < m_tensors.size(); ++i)
            if (m_found[i].empty() && m_tensors[i]->dtype == half)
                open.push_back(i);
        if (open.empty())
            return {};
        Index index;
        std::vector<std::byte> scratch;
        for (std::uint32_t i = 0; i < m_source.size(); ++i) {
            STRATA_CHECK(m_task.poll());
            const Tensor& source = m_source[i];
            if (source.dtype != DType::Float32 && source.dtype != DType::Float64)
                continue;
            if (const auto bytes = read(source, scratch); bytes && !bytes->empty())
                index[key(as_half(*bytes, source.dtype, half,
                                  static_cast<std::size_t>(source.element_count())),
                          half)]
                    .push_back(i);
        }
        for (const std::size_t i : open) {
            STRATA_CHECK(m_task.poll());
            const auto bytes = read(*m_tensors[i], scratch);
            if (!bytes || bytes->empty() || take(i, index, key(*bytes, half), TensorChange::Cast))
                continue;
            if (const auto turned = turn(*m_tensors[i], *bytes))
                take(i, index, key(*turned, half), TensorChange::Cast);
        }
        return {};
    }

    /// Rows of the source's tensors, and their columns; vectors by their first elements.
    struct RowIndex {
        Index rows;
        Index vectors; ///< by the hash of their first `shortest_row` bytes
    };

    Status find_parts()
    {
        std::vector<std::size_t> open;
        for (std::size_t i = 0; i < m_tensors.size(); ++i)
            if (m_found[i].empty() && is_floating_point(m_tensors[i]->dtype) &&
                m_tensors[i]->byte_count() >= 2 * shortest_row && !m_tensors[i]->shape.empty())
                open.push_back(i);
        if (open.empty())
            return {};
        RowIndex index;
        std::vector<std::byte> scratch;
        for (std::uint32_t i = 0; i < m_source.size(); ++i) {
            STRATA_CHECK(m_task.poll());
            const auto bytes = read(m_source[i], scratch);
            if (!bytes || !is_floating_point(m_source[i].dtype) || bytes->empty())
                continue;
            if (m_source[i].shape.size() == 1) {
                if (bytes->size() >= shortest_row)
                    add(index.vectors, key(bytes->first(shortest_row), m_source[i].dtype), i);
                continue;
            }
            each_row(m_source[i], *bytes,
                     [&](Bytes row) { add(index.rows, key(row, m_source[i].dtype), i); });
        }
        for (const std::size_t i : open) {
            STRATA_CHECK(m_task.poll());
            const auto bytes = read(*m_tensors[i], scratch);
            if (!bytes)
                continue;
            if (m_tensors[i]->shape.size() == 1)
                find_vector_parts(i, *bytes, index.vectors);
            else
                find_row_parts(i, *bytes, index.rows);
        }
        return {};
    }

    static void add(Index& index, std::uint64_t hash, std::uint32_t source)
    {
        std::vector<std::uint32_t>& sources = index[hash];
        if (sources.size() <= most_equals && (sources.empty() || sources.back() != source))
            sources.push_back(source);
    }

    template <class Visit>
    static void each_row(const Tensor& tensor, Bytes bytes, Visit visit)
    {
        const Matrix matrix = matrix_of(tensor);
        const std::size_t length = matrix.rows == 0 ? 0 : bytes.size() / matrix.rows;
        if (length < shortest_row || bytes.size() % matrix.rows != 0)
            return;
        for (std::size_t r = 0; r < matrix.rows; ++r)
            visit(bytes.subspan(r * length, length));
    }

    /// Most rows of the tensor, or of its transpose, are rows of few source tensors.
    void find_row_parts(std::size_t at, Bytes bytes, const Index& rows)
    {
        const Tensor& tensor = *m_tensors[at];
        std::vector<std::uint32_t> sources;
        std::size_t total = 0;
        std::size_t known = 0;
        std::size_t strange = 0;
        const auto count = [&](Bytes row) {
            ++total;
            const auto it = rows.find(key(row, tensor.dtype));
            if (it == rows.end())
                ++strange;
            if (it == rows.end() || it->second.size() != 1)
                return;
            ++known;
            if (std::find(sources.begin(), sources.end(), it->second.front()) == sources.end() &&
                sources.size() <= most_equals)
                sources.push_back(it->second.front());
        };
        each_row(tensor, bytes, count);
        if (2 * known < total || total == 0) {
            sources.clear();
            total = known = strange = 0;
            if (const auto turned = turn(tensor, bytes)) {
                Tensor other = tensor;
                std::swap(other.shape[0], other.shape[1]);
                each_row(other, *turned, count);
            }
        }
        if (total == 0 || 2 * known < total)
            return;
        std::int64_t elements = 0;
        for (const std::uint32_t source : sources)
            elements += m_source[source].element_count();
        // Rows that are nowhere, though there is room for no others.
        const bool exact = strange == 0 || elements != tensor.element_count();
        // Scaled by factors of nearly one, of which some round to the same numbers.
        if (!exact && sources.size() == 1 && is_sampled(tensor.dtype) &&
            is_scaled_from(at, bytes, sources.front())) {
            m_found[at].push_back({sources.front(), TensorChange::Scaled, true});
            return;
        }
        for (const std::uint32_t source : sources)
            m_found[at].push_back({source, TensorChange::Parts, exact});
    }

    /// The same for the tensor at `at` and a source tensor, whose rows may be its columns.
    bool is_scaled_from(std::size_t at, Bytes bytes, std::uint32_t source) const
    {
        std::vector<std::byte> scratch;
        const auto original = read(m_source[source], scratch);
        const Matrix matrix = matrix_of(*m_tensors[at]);
        const Matrix other = matrix_of(m_source[source]);
        const auto copies = [&](bool by_columns) {
            return is_scaled_copy(bytes, m_tensors[at]->dtype, matrix, by_columns, *original,
                                  m_source[source].dtype);
        };
        return original &&
               ((matrix.rows == other.rows && matrix.columns == other.columns && copies(false)) ||
                (matrix.rows == other.columns && matrix.columns == other.rows && copies(true)));
    }

    void find_vector_parts(std::size_t at, Bytes bytes, const Index& vectors)
    {
        const DType dtype = m_tensors[at]->dtype;
        const std::size_t width = bits_per_element(dtype) / 8;
        std::vector<std::byte> scratch;
        for (std::size_t start = 0; start + shortest_row <= bytes.size();) {
            const auto it = vectors.find(key(bytes.subspan(start, shortest_row), dtype));
            std::size_t step = width;
            if (it != vectors.end() && it->second.size() <= most_equals)
                for (const std::uint32_t source : it->second) {
                    const auto whole = read(m_source[source], scratch);
                    if (!whole || whole->size() > bytes.size() - start ||
                        !std::equal(whole->begin(), whole->end(),
                                    bytes.begin() + static_cast<std::ptrdiff_t>(start)))
                        continue;
                    m_found[at].push_back({source, TensorChange::Parts, true});
                    step = whole->size();
                    break;
                }
            start += step;
        }
    }

    struct Sketched {
        std::uint32_t source;
        Sketch sketch;
    };

    Status find_scaled()
    {
        std::vector<std::size_t> open;
        for (std::size_t i = 0; i < m_tensors.size(); ++i)
            if (m_found[i].empty() && is_sampled(m_tensors[i]->dtype) &&
                m_tensors[i]->shape.size() >= 2)
                open.push_back(i);
        if (open.empty())
            return {};
        std::map<std::pair<std::size_t, std::size_t>, std::vector<Sketched>> index;
        std::vector<std::byte> scratch;
        for (std::uint32_t i = 0; i < m_source.size(); ++i) {
            STRATA_CHECK(m_task.poll());
            if (m_source[i].shape.size() < 2 || !is_sampled(m_source[i].dtype))
                continue;
            const Matrix matrix = matrix_of(m_source[i]);
            if (const auto bytes = read(m_source[i], scratch))
                if (auto sketch = sketch_of(*bytes, m_source[i].dtype, matrix, false))
                    index[{matrix.rows, matrix.columns}].push_back({i, std::move(*sketch)});
        }
        for (const std::size_t i : open) {
            STRATA_CHECK(m_task.poll());
            const Matrix matrix = matrix_of(*m_tensors[i]);
            const auto bytes = read(*m_tensors[i], scratch);
            if (!bytes)
                continue;
            double best = least_correlation;
            std::optional<std::uint32_t> source;
            bool turned = false;
            for (const bool by_columns : {false, true}) {
                if (by_columns && m_tensors[i]->shape.size() != 2)
                    continue;
                const std::size_t columns = by_columns ? matrix.rows : matrix.columns;
                const auto it = index.find({by_columns ? matrix.columns : matrix.rows, columns});
                const auto sketch =
                    it == index.end() ? std::nullopt
                                      : sketch_of(*bytes, m_tensors[i]->dtype, matrix, by_columns);
                if (!sketch)
                    continue;
                const double least = columns < narrow_row ? least_narrow_correlation : 0.0;
                for (const Sketched& other : it->second)
                    if (const double match =
                            correlation(*sketch, other.sketch, std::min(columns, samples_per_row));
                        match > best && match > least) {
                        best = match;
                        source = other.source;
                        turned = by_columns;
                    }
            }
            if (!source)
                continue;
            std::vector<std::byte> source_scratch;
            const auto original = read(m_source[*source], source_scratch);
            const bool exact =
                original && is_scaled_copy(*bytes, m_tensors[i]->dtype, matrix, turned, *original,
                                           m_source[*source].dtype);
            m_found[i].push_back({*source, TensorChange::Scaled, exact});
        }
        return {};
    }

    std::span<const Tensor* const> m_tensors;
    std::span<const Tensor> m_source;
    TaskContext& m_task;
    std::vector<std::vector<TensorMatch>> m_found;
};

} // namespace

std::string_view to_string(TensorChange change)
{
    switch (change) {
    case TensorChange::Same:
        return "same";
    case TensorChange::Transposed:
        return "transposed";
    case TensorChange::Cast:
        return "cast";
    case TensorChange::Parts:
        return "parts";
    case TensorChange::Scaled:
        return "scaled";
    }
    return {};
}

Result<std::vector<std::vector<TensorMatch>>> match_tensors(std::span<const Tensor* const> tensors,
                                                            std::span<const Tensor> source,
                                                            TaskContext& task)
{
    return Matcher(tensors, source, task).run();
}

} // namespace strata
