#include "session/inputs_dir.h"

#include "frontends/numpy_files.h"
#include "ir/fx_expand_inputs.h"
#include "onnx/onnx_reader.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <fmt/format.h>
#include <fstream>
#include <limits>
#include <optional>

namespace strata {
namespace {

namespace fs = std::filesystem;

/// The number of "arr_3" or "input_3", which stand for a position.
std::optional<std::size_t> position_of(std::string_view name)
{
    for (const std::string_view prefix : {"arr_", "input_"}) {
        if (!name.starts_with(prefix))
            continue;
        const std::string_view digits = name.substr(prefix.size());
        std::size_t number = 0;
        const auto [end, error] =
            std::from_chars(digits.data(), digits.data() + digits.size(), number);
        if (error == std::errc{} && end == digits.data() + digits.size())
            return number;
    }
    return std::nullopt;
}

/// Positions in their order and without a name; then the names.
void settle_positions(std::vector<NamedTensor>& tensors)
{
    const auto rank = [](const NamedTensor& tensor) {
        return position_of(tensor.name).value_or(std::numeric_limits<std::size_t>::max());
    };
    std::stable_sort(tensors.begin(), tensors.end(),
                     [&](const auto& a, const auto& b) { return rank(a) < rank(b); });
    for (NamedTensor& tensor : tensors)
        if (position_of(tensor.name))
            tensor.name.clear();
}

Result<std::vector<NamedTensor>> read_arrays(const fs::path& folder, TaskContext& task)
{
    std::vector<fs::path> files;
    std::error_code error;
    for (const fs::directory_entry& entry : fs::directory_iterator(folder, error))
        if (entry.path().extension() == ".npy" || entry.path().extension() == ".pb")
            files.push_back(entry.path());
    std::sort(files.begin(), files.end());
    std::vector<NamedTensor> tensors;
    for (const fs::path& file : files) {
        STRATA_CHECK(task.poll());
        const std::string name = file.stem().string();
        if (name.starts_with("output_"))
            continue; // expected outputs may lie beside
        if (file.extension() == ".pb") {
            auto tensor = read_tensor_proto(file);
            if (!tensor)
                return tl::unexpected(
                    std::move(tensor).error().with(fmt::format("in '{}'", file.string())));
            tensors.push_back({name, std::move(*tensor)});
            continue;
        }
        STRATA_TRY(Tensor tensor, read_npy(file));
        tensors.push_back({name, std::move(tensor)});
    }
    settle_positions(tensors);
    return tensors;
}

Result<std::vector<NamedTensor>> read_values(const fs::path& path, TaskContext& task)
{
    std::ifstream stream(path, std::ios::binary);
    std::array<char, 6> head{};
    stream.read(head.data(), head.size());
    const std::string_view start(head.data(), static_cast<std::size_t>(stream.gcount()));
    std::vector<NamedTensor> tensors;
    if (start.starts_with("PK")) {
        STRATA_TRY(auto arrays, read_npz(path, task));
        for (auto& [name, tensor] : arrays)
            tensors.push_back({std::move(name), std::move(tensor)});
        if (tensors.empty())
            return failure(
                ErrorCode::Usage,
                fmt::format("'{}' is a zip archive without .npy arrays in it.", path.string()));
        settle_positions(tensors);
    } else if (start == "\x93NUMPY") {
        STRATA_TRY(Tensor tensor, read_npy(path));
        tensors.push_back({{}, std::move(tensor)});
    } else {
        std::string name;
        auto tensor = read_tensor_proto(path, &name);
        if (!tensor)
            return tl::unexpected(std::move(tensor).error().with(fmt::format(
                "'{}' is neither a .npy nor a .npz file nor a TensorProto", path.string())));
        tensors.push_back({std::move(name), std::move(*tensor)});
    }
    return tensors;
}

} // namespace

Result<std::vector<NamedTensor>> read_test_vectors(const std::filesystem::path& folder,
                                                   std::string_view prefix)
{
    std::error_code error;
    if (!fs::is_directory(folder, error))
        return failure(ErrorCode::Usage,
                       fmt::format("'{}' is not a folder. It should hold {}_0.pb, {}_1.pb, ... "
                                   "(ONNX TensorProto files).",
                                   folder.string(), prefix, prefix));
    std::vector<NamedTensor> tensors;
    while (true) {
        const std::string stem = fmt::format("{}_{}", prefix, tensors.size());
        const fs::path proto = folder / (stem + ".pb");
        const fs::path array = folder / (stem + ".npy");
        std::string name;
        if (fs::exists(proto, error)) {
            auto tensor = read_tensor_proto(proto, &name);
            if (!tensor)
                return tl::unexpected(
                    std::move(tensor).error().with(fmt::format("in '{}'", proto.string())));
            tensors.push_back({std::move(name), std::move(*tensor)});
        } else if (fs::exists(array, error)) {
            STRATA_TRY(Tensor tensor, read_npy(array));
            tensors.push_back({{}, std::move(tensor)});
        } else {
            return tensors;
        }
    }
}

Result<std::vector<NamedTensor>> read_inputs(const std::filesystem::path& path, TaskContext& task)
{
    std::error_code error;
    if (fs::is_directory(path, error)) {
        STRATA_TRY(auto vectors, read_test_vectors(path, "input"));
        if (!vectors.empty())
            return vectors;
        STRATA_TRY(auto arrays, read_arrays(path, task));
        if (arrays.empty())
            return failure(ErrorCode::Usage,
                           fmt::format("'{}' has no inputs in it: neither input_0.pb, input_1.pb, "
                                       "... or NAME.pb (ONNX TensorProto files) nor .npy files.",
                                       path.string()));
        return arrays;
    }
    if (!fs::is_regular_file(path, error))
        return failure(ErrorCode::Usage,
                       fmt::format("'{}' does not exist. --inputs wants a folder with input_0.pb, "
                                   "input_1.pb, ... or with .npy files, or a .npz or .npy file.",
                                   path.string()));
    return read_values(path, task);
}

void drop_foreign_names(std::vector<NamedTensor>& tensors,
                        const std::vector<std::string>& arguments)
{
    const bool named = std::all_of(tensors.begin(), tensors.end(), [&](const NamedTensor& tensor) {
        return std::any_of(arguments.begin(), arguments.end(), [&](const std::string& argument) {
            return names_input(tensor.name, argument);
        });
    });
    if (!named)
        for (NamedTensor& tensor : tensors)
            tensor.name.clear();
}

} // namespace strata
