// Archives of torch.export: zip, layouts, configurations, pickles, the bytes of all tensors.
#include "pt2/pt2_archive.h"

#include "fuzz/fuzz_file.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    using namespace strata;
    const fuzz::FuzzFile file(data, size);
    const auto names = list_pt2_models(file.path());
    if (!names)
        return 0;
    TaskContext task;
    for (const std::string& name : *names) {
        const auto model = open_pt2_model(file.path(), name, task);
        if (!model)
            continue;
        for (const Tensor& tensor : (*model)->tensors) {
            std::vector<std::byte> scratch;
            const auto bytes = tensor.contiguous_bytes(scratch);
            if (bytes && bytes->size() != tensor.byte_count())
                std::abort();
        }
        for (const auto& [fqn, entry] : (*model)->weights)
            static_cast<void>((*model)->find_tensor(fqn));
    }
    return 0;
}
