#include "support/torch_fixture.h"

#include <torch/script.h>

namespace strata::test {
namespace {

at::ScalarType to_torch(DType type)
{
    switch (type) {
    case DType::Float64:
        return at::kDouble;
    case DType::Float16:
        return at::kHalf;
    case DType::BFloat16:
        return at::kBFloat16;
    case DType::UInt8:
        return at::kByte;
    case DType::Int8:
        return at::kChar;
    case DType::Int16:
        return at::kShort;
    case DType::Int32:
        return at::kInt;
    case DType::Int64:
        return at::kLong;
    case DType::Bool:
        return at::kBool;
    default:
        return at::kFloat;
    }
}

} // namespace

Status save_torchscript(const std::filesystem::path& path, const std::string& source,
                        const std::vector<std::pair<std::string, Tensor>>& parameters)
{
    try {
        torch::jit::Module module("__torch__.ParityModule");
        for (const auto& [name, tensor] : parameters) {
            std::vector<std::byte> scratch;
            STRATA_TRY(const std::span<const std::byte> bytes, tensor.contiguous_bytes(scratch));
            at::Tensor copy = at::empty(tensor.shape, at::TensorOptions(to_torch(tensor.dtype)));
            std::copy(bytes.begin(), bytes.end(), static_cast<std::byte*>(copy.data_ptr()));
            if (is_floating_point(tensor.dtype))
                module.register_parameter(name, copy, false);
            else
                module.register_buffer(name, copy);
        }
        module.define(source + "\n");
        module.eval();
        module.save(path.string());
    } catch (const std::exception& error) {
        return failure(ErrorCode::CannotRead, error.what());
    }
    return {};
}

} // namespace strata::test
