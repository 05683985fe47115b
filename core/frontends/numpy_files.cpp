#include "frontends/numpy_files.h"

#include "base/mapped_file.h"
#include "frontends/zip_directory.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstring>
#include <fmt/format.h>
#include <limits>
#include <string_view>

namespace strata {
namespace {

constexpr std::string_view magic = "\x93NUMPY";
constexpr std::size_t longest_header = std::size_t{1} << 16;
constexpr std::size_t largest_rank = 64;
constexpr std::uint64_t largest_npz = std::uint64_t{4} << 30;

tl::unexpected<Error> bad(std::string message)
{
    return failure(ErrorCode::CannotRead, std::move(message));
}

/// What a header says.
struct Header {
    std::string descr;
    bool fortran = false;
    std::vector<std::int64_t> shape;
    std::size_t data = 0; ///< where the elements begin
};

/// Reads the Python dict literal that NumPy writes: three known keys, nothing else.
class HeaderParser {
public:
    explicit HeaderParser(std::string_view text) : m_text(text) {}

    bool parse(Header& header)
    {
        bool has_descr = false;
        bool has_order = false;
        bool has_shape = false;
        if (!take('{'))
            return false;
        while (!take('}')) {
            std::string key;
            if (!string(key) || !take(':'))
                return false;
            if (key == "descr") {
                if (peek() == '[') {
                    header.descr = "records";
                    return true; // refused by its type; the rest does not matter
                }
                has_descr = string(header.descr);
            } else if (key == "fortran_order") {
                has_order = word("True") ? (header.fortran = true) : word("False");
            } else if (key == "shape") {
                has_shape = shape(header.shape);
            } else {
                return false;
            }
            if (!take(',') && peek() != '}')
                return false;
        }
        return has_descr && has_order && has_shape;
    }

private:
    char peek()
    {
        while (m_at < m_text.size() && (m_text[m_at] == ' ' || m_text[m_at] == '\n'))
            ++m_at;
        return m_at < m_text.size() ? m_text[m_at] : '\0';
    }
    bool take(char c)
    {
        if (peek() != c)
            return false;
        ++m_at;
        return true;
    }
    bool word(std::string_view wanted)
    {
        peek();
        if (m_text.substr(m_at, wanted.size()) != wanted)
            return false;
        m_at += wanted.size();
        return true;
    }
    bool string(std::string& value)
    {
        const char quote = peek();
        if (quote != '\'' && quote != '"')
            return false;
        const std::size_t end = m_text.find(quote, m_at + 1);
        if (end == std::string_view::npos)
            return false;
        value = m_text.substr(m_at + 1, end - m_at - 1);
        m_at = end + 1;
        return true;
    }
    bool shape(std::vector<std::int64_t>& dims)
    {
        if (!take('('))
            return false;
        while (!take(')')) {
            peek();
            std::int64_t dim = 0;
            const char* begin = m_text.data() + m_at;
            const auto [end, error] = std::from_chars(begin, m_text.data() + m_text.size(), dim);
            if (error != std::errc{} || dim < 0 || dims.size() == largest_rank)
                return false;
            m_at += static_cast<std::size_t>(end - begin);
            if (m_at < m_text.size() && m_text[m_at] == 'L')
                ++m_at; // Python 2 wrote long integers so
            dims.push_back(dim);
            if (!take(',') && peek() != ')')
                return false;
        }
        return true;
    }

    std::string_view m_text;
    std::size_t m_at = 0;
};

Result<Header> read_header(std::span<const std::byte> bytes)
{
    const auto byte = [&](std::size_t i) { return std::to_integer<std::size_t>(bytes[i]); };
    if (bytes.size() < 10 || std::memcmp(bytes.data(), magic.data(), magic.size()) != 0)
        return bad("It does not begin as NumPy's .npy files do.");
    const std::size_t version = byte(6);
    if (version < 1 || version > 3)
        return bad(
            fmt::format("It is in version {} of the .npy format; 1 to 3 are known.", version));
    std::size_t begin = 10;
    std::size_t length = byte(8) | byte(9) << 8;
    if (version > 1) {
        if (bytes.size() < 12)
            return bad("It ends inside its header. Write it again with numpy.save().");
        begin = 12;
        length |= byte(10) << 16 | byte(11) << 24;
    }
    if (length > longest_header)
        return bad(fmt::format("Its header claims {} bytes, which no array needs.", length));
    if (bytes.size() - begin < length)
        return bad("It ends inside its header. Write it again with numpy.save().");
    Header header;
    header.data = begin + length;
    const std::string_view text(reinterpret_cast<const char*>(bytes.data()) + begin, length);
    if (!HeaderParser(text).parse(header))
        return bad("Its header does not describe an array.");
    return header;
}

struct ElementType {
    DType dtype = DType::Unknown;
    std::size_t swap = 0; ///< bytes of the units to turn round; 0: none
};

Result<ElementType> element_type(const std::string& descr)
{
    struct Row {
        std::string_view code;
        DType dtype;
        std::size_t unit;
    };
    constexpr std::array<Row, 14> known{{{"b1", DType::Bool, 1},
                                         {"i1", DType::Int8, 1},
                                         {"i2", DType::Int16, 2},
                                         {"i4", DType::Int32, 4},
                                         {"i8", DType::Int64, 8},
                                         {"u1", DType::UInt8, 1},
                                         {"u2", DType::UInt16, 2},
                                         {"u4", DType::UInt32, 4},
                                         {"u8", DType::UInt64, 8},
                                         {"f2", DType::Float16, 2},
                                         {"f4", DType::Float32, 4},
                                         {"f8", DType::Float64, 8},
                                         {"c8", DType::Complex64, 4},
                                         {"c16", DType::Complex128, 8}}};
    std::string_view code = descr;
    char order = '|';
    if (!code.empty() && std::string_view("<>=|").find(code.front()) != std::string_view::npos) {
        order = code.front();
        code.remove_prefix(1);
    }
    for (const Row& row : known)
        if (row.code == code)
            return ElementType{row.dtype, order == '>' && row.unit > 1 ? row.unit : 0};
    if (code.starts_with('O'))
        return bad("It holds Python objects, which are never loaded. Save plain numbers: "
                   "np.save(file, array.astype('float32')).");
    if (code.starts_with('V'))
        return bad(fmt::format("Its elements are raw bytes ('{}'), as NumPy writes bfloat16: the "
                               "type is lost. Save float32, or a TensorProto file.",
                               descr));
    return bad(fmt::format("Its elements are of NumPy's type '{}', which is no tensor of numbers.",
                           descr));
}

/// Elements in which each unit of `unit` bytes is turned round.
std::vector<std::byte> swapped(std::span<const std::byte> bytes, std::size_t unit)
{
    std::vector<std::byte> copy(bytes.begin(), bytes.end());
    for (std::size_t i = 0; i + unit <= copy.size(); i += unit)
        std::reverse(copy.begin() + static_cast<std::ptrdiff_t>(i),
                     copy.begin() + static_cast<std::ptrdiff_t>(i + unit));
    return copy;
}

/// The bytes that header and elements take together.
Result<std::uint64_t> whole_size(const Header& header, DType dtype)
{
    STRATA_TRY(const std::int64_t count, checked_element_count(header.shape));
    const auto elements = static_cast<std::uint64_t>(count);
    const std::uint64_t width = bits_per_element(dtype) / 8;
    if (elements > std::numeric_limits<std::int64_t>::max() / width - header.data)
        return bad("Its shape claims more bytes than any file has.");
    return header.data + elements * width;
}

} // namespace

Result<Tensor> parse_npy(std::span<const std::byte> bytes, std::shared_ptr<const ByteOwner> owner)
{
    STRATA_TRY(const Header header, read_header(bytes));
    STRATA_TRY(const ElementType type, element_type(header.descr));
    STRATA_TRY(const std::uint64_t needed, whole_size(header, type.dtype));
    if (bytes.size() < needed)
        return bad(fmt::format("It is cut off: its header promises {} bytes and it has {}. "
                               "Write it again with numpy.save().",
                               needed, bytes.size()));
    const auto data = bytes.subspan(header.data, static_cast<std::size_t>(needed) - header.data);
    Tensor tensor;
    tensor.dtype = type.dtype;
    tensor.shape = header.shape;
    if (type.swap)
        tensor.storage = std::make_shared<MemoryStorage>(swapped(data, type.swap));
    else
        tensor.storage = std::make_shared<SharedStorage>(std::move(owner), data);
    if (header.fortran && header.shape.size() > 1) {
        std::int64_t stride = 1;
        for (const std::int64_t dim : header.shape) {
            tensor.strides.push_back(stride);
            stride *= std::max<std::int64_t>(dim, 1);
        }
    }
    return tensor;
}

Result<Tensor> read_npy(const std::filesystem::path& path)
{
    STRATA_TRY(const std::shared_ptr<const MappedFile> file, MappedFile::open(path));
    return parse_npy(file->bytes(), file).map_error([&](Error error) {
        return std::move(error).with(
            fmt::format("'{}' cannot be read as an array", path.filename().string()));
    });
}

Result<std::vector<std::pair<std::string, Tensor>>> read_npz(const std::filesystem::path& path,
                                                             TaskContext& task)
{
    STRATA_TRY(const ZipDirectory archive, ZipDirectory::open(path));
    std::vector<std::pair<std::string, Tensor>> arrays;
    std::uint64_t total = 0;
    for (const std::string& entry : archive.names()) {
        STRATA_CHECK(task.poll());
        if (!entry.ends_with(".npy"))
            continue;
        const auto read = [&]() -> Result<Tensor> {
            // First the header alone: what it promises bounds what is unpacked.
            STRATA_TRY(const auto head, archive.read_head(entry, longest_header + 12));
            STRATA_TRY(const Header header, read_header(head));
            STRATA_TRY(const ElementType type, element_type(header.descr));
            STRATA_TRY(const std::uint64_t needed, whole_size(header, type.dtype));
            total += needed;
            if (needed > largest_npz || total > largest_npz)
                return bad("The arrays take more than 4 GiB; give them as .npy files in a folder.");
            STRATA_TRY(auto bytes, archive.read_head(entry, static_cast<std::size_t>(needed)));
            const auto owned = std::make_shared<const OwnedBytes>(std::move(bytes));
            return parse_npy(owned->bytes(), owned);
        };
        auto tensor = read();
        if (!tensor)
            return tl::unexpected(std::move(tensor).error().with(
                fmt::format("the array '{}' of '{}'", entry, path.filename().string())));
        arrays.emplace_back(entry.substr(0, entry.size() - 4), std::move(*tensor));
    }
    return arrays;
}

} // namespace strata
