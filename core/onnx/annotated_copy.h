// A copy of an ONNX file in which nothing but the metadata of nodes differs.
#pragma once

#include "base/hash.h"
#include "base/result.h"
#include "base/task.h"
#include "ir/onnx_model.h"

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace strata {

/// Equal to the original byte for byte, except that each node has the metadata_props that it has in
/// the annotated model. Entries that stay are not moved, new ones come last. Fields that Strata
/// does not know, weights, the way numbers are packed: all stay as they are.
class AnnotatedCopy {
public:
    /// `annotated` was made by read_onnx() from the same file. Fails with CannotRead when the file
    /// is not the one that was read. The original stays mapped as long as the object lives.
    static Result<AnnotatedCopy> make(const std::filesystem::path& original,
                                      const OnnxModel& annotated, TaskContext& task);

    /// Data files that tensors of the file refer to, relative to its folder; each once, in the
    /// order of the file. write() does nothing about them: a copy in the same folder shares them.
    const std::vector<std::string>& data_files() const;

    struct Written {
        std::uint64_t bytes = 0;
        ContentHash hash;
    };
    /// Atomic; weights are streamed. Fails with CannotWrite when the metadata takes the file past
    /// the 2 GB that ONNX files may have.
    Result<Written> write(const std::filesystem::path& output, TaskContext& task) const;

private:
    struct Content;
    explicit AnnotatedCopy(std::shared_ptr<const Content> content) : m_content(std::move(content))
    {}

    std::shared_ptr<const Content> m_content;
};

} // namespace strata
