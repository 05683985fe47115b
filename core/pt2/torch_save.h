// What torch.save wrote, as far as it is tensors in dicts, lists and tuples. Nothing is executed.
#pragma once

#include "base/result.h"
#include "ir/tensor.h"
#include "pt2/pickle_outline.h"
#include "pt2/zip_archive.h"

#include <cstddef>
#include <memory>
#include <span>
#include <string>
#include <unordered_map>

namespace strata {

/// An opened torch.save archive. Its tensors share storages as they did when they were saved.
class TorchSaveFile {
public:
    /// `owner` keeps `bytes` alive. Fails with CannotRead for what is not such an archive (the
    /// form before PyTorch 1.6, which is no zip, with advice), for big-endian ones and for
    /// pickles that are damaged.
    static Result<TorchSaveFile> open(std::shared_ptr<const ByteOwner> owner,
                                      std::span<const std::byte> bytes);

    /// What was saved; lives as long as this.
    const PickleOutline& top() const { return *m_pickle.top; }
    /// The tensor of an outline of the kind Tensor. Fails with CannotRead for kinds of tensors that
    /// are no plain ones (sparse, quantised, ...), and for storages that are missing or too small.
    Result<Tensor> tensor(const PickleOutline& outline);
    /// True for a torch.nn.Parameter.
    static bool is_parameter(const PickleOutline& outline);

private:
    explicit TorchSaveFile(ZipArchive archive) : m_archive(std::move(archive)) {}
    Result<std::shared_ptr<const TensorStorage>> storage(const PickleOutline& outline,
                                                         DType& dtype);

    ZipArchive m_archive;
    std::string m_root; // "archive/"
    PickleDocument m_pickle;
    std::unordered_map<std::string, std::shared_ptr<const TensorStorage>> m_storages;
};

} // namespace strata
