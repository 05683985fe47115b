// From the JSON of an exported program to Strata's program. Whatever tensors it names are there.
#include "ir/fx_text.h"
#include "pt2/exported_program.h"

#include <cstdint>
#include <cstdlib>
#include <string>

namespace {

using namespace strata;

void add_tensors(Pt2Model& model)
{
    model.tensors.push_back(Tensor::filled(DType::Float32, {2, 3}, 0.5));
    model.tensor_names.emplace_back("tensor");
    Pt2Model::Entry entry;
    entry.index = 0;
    const JsonValue signature = model.program()["graph_module"]["signature"];
    for (const JsonValue spec : signature["input_specs"].items()) {
        const auto kind = spec.only_member();
        if (!kind)
            continue;
        for (const char* key : {"parameter_name", "buffer_name", "tensor_constant_name"})
            if (const auto name = kind->value[key].as_string())
                model.weights.emplace(std::string(*name), entry);
    }
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    auto document = JsonDocument::parse(std::as_bytes(std::span(data, size)));
    if (!document)
        return 0;
    Pt2Model model;
    model.path = "fuzz.pt2";
    model.name = "model";
    model.document = std::move(*document);
    add_tensors(model);
    TaskContext task;
    const auto program = read_exported_program(model, task);
    // What is not refused is a graph that keeps the rules of graphs.
    if (program && !verify_fx((*program)->graph).empty())
        std::abort();
    return 0;
}
