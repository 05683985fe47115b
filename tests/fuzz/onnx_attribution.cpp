// ONNX files: reading and attribution without a source model.
#include "hierarchy/attribute.h"
#include "onnx/onnx_reader.h"

#include "fuzz/fuzz_file.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    using namespace strata;
    const fuzz::FuzzFile file(data, size);
    TaskContext task;
    const auto read = read_onnx(file.path(), task);
    if (!read)
        return 0;
    const auto attributed = attribute_nodes(*read->model, nullptr, task);
    if (attributed && attributed->nodes.size() != read->model->nodes.size())
        std::abort();
    return 0;
}
