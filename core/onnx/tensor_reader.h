// TensorProto in. The weights stay where they are: in the mapped file or in files beside it.
#pragma once

#include "ir/tensor.h"
#include "onnx/external_data.h"
#include "onnx/wire_reader.h"

#include <memory>
#include <string>

namespace strata {

/// Where tensors of a file find their bytes.
struct TensorSource {
    std::shared_ptr<const ByteOwner> owner; ///< keeps the mapped file alive
    ExternalData* external = nullptr;       ///< null: external data are refused
};

/// A TensorProto as read.
struct ReadTensor {
    std::string name;
    Tensor tensor;
    std::string extra;   ///< documentation and metadata, in wire format
    std::string no_data; ///< not empty: why the tensor has no data (yet)
};

/// Reads one TensorProto message. Throws wire::ReadFailure. A tensor whose data were left out of
/// the file is no failure: its storage is null and `no_data` says so.
ReadTensor read_tensor(const wire::Field& message, const TensorSource& source);

/// The shape and element type of a SparseTensorProto; its storage is null, as there are no dense
/// data.
ReadTensor read_sparse_tensor(const wire::Field& message, const TensorSource& source);

} // namespace strata
