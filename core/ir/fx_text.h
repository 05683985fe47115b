// The text form of FX graphs, which parses back, and the verifier.
#pragma once

#include "ir/fx_graph.h"

#include <string>
#include <string_view>
#include <vector>

namespace strata {

/// Deterministic. One node a line, torch.fx-like; bodies are indented blocks; frames and sources
/// are listed first:
///
///   frame 0: "" class="ResNet"
///   frame 1: "conv1" class="Conv2d" parent=0 src=0
///   source 0: "model.py":12 function="forward"
///   %x : tensor<float32>[1, 3, h, ?] = placeholder[x]()
///   %w : tensor<float32>[8, 3, 3, 3] = get_attr[conv1.weight]() {frame=1, tensor=0}
///   %y : tensor = call_function[aten::conv2d](%x, %w, None, [1, 1], groups=1) {frame=1, src=0}
///   %z : tensor = call_function[prim::If](%c)
///     block() {
///       %a : tensor = call_function[aten::relu](%y)
///       return(%a)
///     }
///     block() {
///       return(%y)
///     }
///   output[output](%z)
///
/// Grammar (blanks and line ends separate words; '#' starts a comment):
///   graph   := { frame | source } { node }
///   frame   := 'frame' INT ':' STRING [ 'class=' STRING ] [ 'call=' INT ] [ 'parent=' INT ]
///              [ 'src=' INT ]                       (the string is the module's FQN)
///   source  := 'source' INT ':' STRING ':' INT [ 'function=' STRING ] [ 'text=' STRING ]
///   node    := [ outs '=' ] KIND '[' word ']' '(' args ')' [ '{' meta '}' ] { block }
///   outs    := '%' word ':' type { ',' '%' word ':' type }
///   block   := 'block' '(' [ outs ] ')' '{' { node } 'return' '(' args ')' '}'
///   args    := [ arg { ',' arg } ];  a keyword argument is word '=' arg
///   arg     := 'None' | 'True' | 'False' | INT | REAL | STRING | '%' word | '[' args ']'
///            | 'dtype(' word ')' | 'enum(' word ')'
///   type    := '?' | 'tensor' [ '<' DTYPE '>' ] [ '[' dims ']' ] | 'int' | 'float' | 'bool'
///            | 'str' | 'none' | 'other' | ( 'list' | 'tuple' | 'dict' | 'optional' ) [ '<' types
///            '>' ]
///   meta    := ( 'frame=' | 'src=' | 'tensor=' ) INT, separated by ','
/// A word or a symbol of a dimension is written as a STRING where it holds other characters than
/// letters, digits and "_.:@".
std::string print_fx(const FxGraph& graph, const ModuleTree& modules);

/// Parses what print_fx wrote (and what tests write by hand). `modules` gets the modules the frames
/// name. Errors (CannotRead) name line and column. Structure beyond the grammar is not checked: see
/// verify_fx.
Result<FxGraph> parse_fx(std::string_view text, ModuleTree& modules);

/// Structural rules: every use is defined before it in its block or around it, parents of frames
/// come first, one Output node at the end of the main block, unique names, If/Loop have the right
/// bodies. Empty: fine.
std::vector<std::string> verify_fx(const FxGraph& graph);

} // namespace strata
