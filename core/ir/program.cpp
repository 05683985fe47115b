#include "ir/program.h"

namespace strata {

std::string_view to_string(ModelFormat format)
{
    switch (format) {
    case ModelFormat::TorchScript:
        return "torchscript";
    case ModelFormat::ExportedProgram:
        return "exported-program";
    case ModelFormat::Onnx:
        break;
    }
    return "onnx";
}

} // namespace strata
