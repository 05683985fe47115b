#include "archive_extras.h"

#include "failures.h"
#include "torch_tensors.h"

#include <ATen/core/ivalue.h>
#include <caffe2/serialize/inline_container.h>
#include <cstring>
#include <torch/csrc/jit/serialization/unpickler.h>

namespace strata::torch_module {
namespace {

using Reader = caffe2::serialize::PyTorchStreamReader;

/// Reads a pickle of plain containers and tensors. The tensors have shapes and types but no memory:
/// nothing may look at their elements.
c10::IValue read_pickle(Reader& archive, const std::string& name)
{
    auto [data, size] = archive.getRecord(name);
    std::size_t at = 0;
    const auto read = [&, bytes = static_cast<const char*>(data.get()),
                       total = size](char* to, std::size_t count) {
        const std::size_t take = std::min(count, total - at);
        std::memcpy(to, bytes + at, take);
        at += take;
        return take;
    };
    // PyTorch writes traced inputs without their data. Whatever the records hold, only shapes are
    // taken, so no record needs to be trusted.
    const auto no_data = [](const std::string&) { return at::DataPtr(); };
    // Without a resolver there are no classes: a pickle that names one fails.
    torch::jit::Unpickler unpickler(read, nullptr, nullptr, no_data,
                                    c10::Device(c10::DeviceType::CPU));
    return unpickler.parse_ivalue();
}

void flatten(const c10::IValue& value, const std::string& path, std::vector<SampleTensor>& samples)
{
    const auto inside = [&](const std::string& part) {
        return path.empty() ? part : path + "." + part;
    };
    if (value.isTensor()) {
        const at::Tensor& tensor = value.toTensor();
        SampleTensor sample;
        sample.name = path;
        sample.tensor.dtype = dtype_from_torch(static_cast<std::int64_t>(tensor.scalar_type()));
        sample.tensor.shape = tensor.sizes().vec();
        samples.push_back(std::move(sample));
    } else if (value.isTuple()) {
        std::size_t position = 0;
        for (const c10::IValue& item : value.toTupleRef().elements())
            flatten(item, inside(std::to_string(position++)), samples);
    } else if (value.isList()) {
        std::size_t position = 0;
        for (const c10::IValue& item : value.toListRef())
            flatten(item, inside(std::to_string(position++)), samples);
    } else if (value.isGenericDict()) {
        for (const auto& entry : value.toGenericDict())
            flatten(entry.value(),
                    inside(entry.key().isString() ? entry.key().toStringRef()
                           : entry.key().isInt()  ? std::to_string(entry.key().toInt())
                                                  : "?"),
                    samples);
    }
}

} // namespace

ArchiveExtras read_archive_extras(const std::filesystem::path& path, const std::string& method,
                                  Diagnostics& sink)
{
    ArchiveExtras extras;
    try {
        Reader archive(path.string());
        if (archive.hasRecord("producer_version")) {
            auto [data, size] = archive.getRecord("producer_version");
            extras.producer = "PyTorch " + std::string(static_cast<const char*>(data.get()), size);
        }
        extras.has_traced_inputs = archive.hasRecord("traced_inputs.pkl");
        if (extras.has_traced_inputs) {
            const c10::IValue inputs = read_pickle(archive, "traced_inputs.pkl");
            if (inputs.isGenericDict())
                for (const auto& entry : inputs.toGenericDict())
                    if (entry.key().isString() && entry.key().toStringRef() == method)
                        flatten(entry.value(), {}, extras.sample_inputs);
        }
    } catch (const std::exception& error) {
        sink.info("traced-inputs", "The example inputs that the file records cannot be read: " +
                                       useful_line(error.what()));
    }
    return extras;
}

} // namespace strata::torch_module
