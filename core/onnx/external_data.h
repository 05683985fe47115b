// Weights in files beside the model (TensorProto.external_data), mapped when somebody asks.
#pragma once

#include "ir/onnx_model.h"

#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <tuple>
#include <vector>

namespace strata {

/// What TensorProto.external_data says.
struct ExternalLocation {
    std::string location;                ///< relative to the model's folder
    std::uint64_t offset = 0;            ///< in bytes
    std::optional<std::uint64_t> length; ///< in bytes; nothing: as long as the tensor needs
};

/// The file at an external data location of `model`. Fails with CannotRead when the location is no
/// file name, is absolute, leaves the model's folder, or is a link that leads out of it. Whether
/// the file is there is not checked.
Result<std::filesystem::path> data_file_path(const std::filesystem::path& model,
                                             const std::string& location);

/// The external files of one model. Storages for the same place in the same file are the same
/// object, so that shared weights are seen as shared.
class ExternalData {
public:
    explicit ExternalData(std::filesystem::path model);
    ~ExternalData();
    ExternalData(const ExternalData&) = delete;
    ExternalData& operator=(const ExternalData&) = delete;

    /// Fails with CannotRead when the location is absolute or leaves the model's folder. The file
    /// is not touched: it is mapped when the storage's bytes are asked for.
    Result<std::shared_ptr<const TensorStorage>> storage(const ExternalLocation& where,
                                                         std::uint64_t size);
    /// Size of the file at a location; nothing when it is not there.
    std::optional<std::uint64_t> file_size(const std::string& location) const;

private:
    friend std::vector<std::filesystem::path> external_files(const OnnxModel& model);
    class File;
    class Storage;

    std::filesystem::path m_model;
    std::map<std::string, std::shared_ptr<File>> m_files;
    std::map<std::tuple<std::string, std::uint64_t, std::uint64_t>,
             std::shared_ptr<const TensorStorage>>
        m_storages;
};

/// The files beside the model that its initializers and constants lie in, sorted, each once;
/// whether they are there is not checked.
std::vector<std::filesystem::path> external_files(const OnnxModel& model);

} // namespace strata
