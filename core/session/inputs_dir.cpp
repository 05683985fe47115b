#include "session/inputs_dir.h"

#include "onnx/onnx_reader.h"

#include <fmt/format.h>

namespace strata {

Result<std::vector<NamedTensor>> read_test_vectors(const std::filesystem::path& folder,
                                                   std::string_view prefix)
{
    std::error_code error;
    if (!std::filesystem::is_directory(folder, error))
        return failure(ErrorCode::Usage,
                       fmt::format("'{}' is not a folder. --inputs wants a folder with "
                                   "input_0.pb, input_1.pb, ... (ONNX TensorProto files).",
                                   folder.string()));
    std::vector<NamedTensor> tensors;
    while (true) {
        const std::filesystem::path path = folder / fmt::format("{}_{}.pb", prefix, tensors.size());
        if (!std::filesystem::exists(path, error))
            return tensors;
        std::string name;
        auto tensor = read_tensor_proto(path, &name);
        if (!tensor)
            return tl::unexpected(
                std::move(tensor).error().with(fmt::format("in '{}'", path.string())));
        tensors.push_back({std::move(name), std::move(*tensor)});
    }
}

} // namespace strata
