// A whole job on TorchScript source: save, export, run in ONNX Runtime, compare with LibTorch.
#pragma once

#include "session/session.h"
#include "support/torch_fixture.h"

#include <fmt/format.h>

namespace strata::test {

/// An export of TorchScript source in a folder of its own.
struct RoundTrip {
    std::filesystem::path folder;
    std::string source;
    std::vector<std::pair<std::string, Tensor>> parameters{};
    ExportOptions options{};

    std::filesystem::path model() const { return folder / "model.pt"; }
    std::filesystem::path onnx() const { return folder / "model.onnx"; }

    RoundTrip& input(std::string_view text)
    {
        options.inputs.push_back(parse_input_spec(text).value());
        return *this;
    }
    RoundTrip& dynamic(std::string_view text)
    {
        options.dynamic_axes.push_back(parse_dynamic_axis(text).value());
        return *this;
    }

    /// Writes the TorchScript file and the ONNX file.
    Result<std::shared_ptr<const Inspection>> run()
    {
        STRATA_CHECK(save_torchscript(model(), source, parameters));
        TaskContext task;
        STRATA_TRY(const auto opened, open_model(model(), options, task));
        return write_export(opened, onnx(), options, task);
    }

    /// Compares at inputs of these shapes ("x:float32[2,3]"); an empty string or what is wrong.
    std::string compare_at(const std::vector<std::string>& inputs) const
    {
        VerifyOptions verify;
        verify.onnx = onnx();
        verify.source = model();
        for (const std::string& text : inputs)
            verify.inputs.push_back(parse_input_spec(text).value());
        TaskContext task;
        const auto outputs = verify_model(verify, task);
        if (!outputs)
            return outputs.error().text();
        if (outputs->empty())
            return "no outputs";
        std::string wrong;
        for (const OutputParity& output : *outputs)
            if (!output.ok)
                wrong +=
                    fmt::format("{}: max_abs {} {}\n", output.name, output.max_abs, output.note);
        return wrong;
    }
};

} // namespace strata::test
