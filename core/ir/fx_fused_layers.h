// Fused layers as the calls that they stand for.
//
// In inference PyTorch's TransformerEncoderLayer runs as one operator on the parameters of its
// submodules, whose forward is then never called: the module stack that was recorded ends at the
// layer. The operator's definition says which part each parameter belongs to
// (aten/src/ATen/native/transformers/transformer.cpp in PyTorch), and the module tree says whose
// parameter it is, so the parts can be told as the calls of those modules that they are.
#pragma once

#include "ir/program.h"

namespace strata {

/// Puts the parts in the place of every aten::_transformer_encoder_layer_fwd of which some
/// parameter belongs to a submodule of the module that runs it. New frames, for the calls of the
/// submodules, are added; Module::calls counts them. Layers with settings that are not constants,
/// and those that only use their own parameters, stay as they are. Linear in the graph.
void open_fused_layers(Program& program);

} // namespace strata
