// Programs of torch.export as small documents written by hand, and what is read of them as text.
#pragma once

#include "ir/fx_text.h"
#include "pt2/exported_program.h"

#include <algorithm>
#include <map>
#include <string>
#include <vector>

namespace strata::test {

/// JSON with ` for ".
inline std::string json(std::string text)
{
    std::replace(text.begin(), text.end(), '`', '"');
    return text;
}

inline std::string tensor(const std::string& name)
{
    return "{`as_tensor`:{`name`:`" + name + "`}}";
}
inline std::string tensors(const std::vector<std::string>& names)
{
    std::string text;
    for (const std::string& name : names)
        text += (text.empty() ? "" : ",") + ("{`name`:`" + name + "`}");
    return "{`as_tensors`:[" + text + "]}";
}
/// An argument by position; `how` 2: by keyword.
inline std::string arg(const std::string& name, const std::string& value, int how = 1)
{
    return "{`name`:`" + name + "`,`arg`:" + value + ",`kind`:" + std::to_string(how) + "}";
}
inline std::string join(const std::vector<std::string>& parts)
{
    std::string text;
    for (const std::string& part : parts)
        text += (text.empty() ? "" : ",") + part;
    return text;
}
inline std::string node(const std::string& target, const std::vector<std::string>& inputs,
                        const std::vector<std::string>& outputs, const std::string& stack = {})
{
    return "{`target`:`" + target + "`,`inputs`:[" + join(inputs) + "],`outputs`:[" +
           join(outputs) + "],`metadata`:{" +
           (stack.empty() ? "" : "`nn_module_stack`:`" + stack + "`") + "}}";
}
inline std::string meta(const std::string& name, const std::string& sizes = "{`as_int`:2}")
{
    return "`" + name + "`:{`dtype`:7,`sizes`:[" + sizes + "]}";
}
inline std::string graph(const std::vector<std::string>& inputs,
                         const std::vector<std::string>& nodes,
                         const std::vector<std::string>& outputs, const std::string& numbers = {})
{
    std::string metas;
    for (const char* name : {"x", "y", "w", "a", "b", "c", "d", "e", "i"})
        metas += (metas.empty() ? "" : ",") + meta(name);
    for (const char* name : {"p", "q", "r"}) // of rank 0
        metas += "," + meta(name, "");
    for (const char* name : {"h", "k"}) // bfloat16
        metas += ",`" + std::string(name) + "`:{`dtype`:13,`sizes`:[{`as_int`:2}]}";
    return "{`inputs`:[" + join(inputs) + "],`nodes`:[" + join(nodes) + "],`outputs`:[" +
           join(outputs) + "],`tensor_values`:{" + metas + "},`sym_int_values`:{" + numbers + "}}";
}
inline std::string subgraph(const std::string& text)
{
    return "{`as_graph`:{`name`:`g`,`graph`:" + text + "}}";
}
inline std::string user(const std::string& name)
{
    return "{`user_input`:{`arg`:" + tensor(name) + "}}";
}
inline std::string result(const std::string& name)
{
    return "{`user_output`:{`arg`:" + tensor(name) + "}}";
}

struct Parts {
    std::vector<std::string> inputs{user("x")};
    std::vector<std::string> nodes;
    std::vector<std::string> outputs;
    std::vector<std::string> modules{""};
    std::string numbers;
    std::string out_spec = "[1, {\\`type\\`: null, \\`context\\`: null, \\`children_spec\\`: []}]";
    std::vector<std::string> weights;
};

inline Result<std::shared_ptr<Program>> read(const Parts& parts)
{
    std::string calls;
    for (const std::string& fqn : parts.modules)
        calls += (calls.empty() ? "" : ",") +
                 ("{`fqn`:`" + fqn + "`,`signature`:{`out_spec`:`" + parts.out_spec + "`}}");
    const std::string text =
        json("{`graph_module`:{`graph`:" + graph({}, parts.nodes, {}, parts.numbers) +
             ",`signature`:{`input_specs`:[" + join(parts.inputs) + "],`output_specs`:[" +
             join(parts.outputs) + "]},`module_call_graph`:[" + calls +
             "]},`range_constraints`:{`s3`:{`min_val`:2,`max_val`:null}}}");
    Pt2Model model;
    auto document = JsonDocument::parse(std::as_bytes(std::span(text.data(), text.size())));
    if (!document)
        return tl::unexpected(document.error());
    model.document = std::move(*document);
    for (const std::string& name : parts.weights) {
        model.weights[name] = {static_cast<std::uint32_t>(model.tensors.size()), true, {}};
        model.tensors.push_back(Tensor::filled(DType::Float32, {2}, 1.0));
        model.tensor_names.push_back(name);
    }
    TaskContext task;
    return read_exported_program(model, task);
}

/// The graph's nodes as text, without frames and sources.
inline std::string nodes_of(const Parts& parts)
{
    const auto program = read(parts);
    if (!program)
        return program.error().text();
    for (const std::string& complaint : verify_fx((*program)->graph))
        return "broken: " + complaint;
    std::string text = print_fx((*program)->graph, (*program)->modules);
    std::string kept;
    std::size_t begin = 0;
    while (begin < text.size()) {
        const std::size_t end = text.find('\n', begin);
        const std::string line = text.substr(begin, end - begin);
        if (!line.starts_with("frame") && !line.starts_with("source"))
            kept += line + "\n";
        begin = end + 1;
    }
    return kept;
}

/// "FQN@call" of each call_function, by target.
inline std::multimap<std::string, std::string> modules_of(const Program& program)
{
    std::multimap<std::string, std::string> modules;
    for (const FxNode& fx : program.graph.nodes)
        if (fx.kind == FxKind::CallFunction || fx.kind == FxKind::CallMethod) {
            const CallFrame& frame = program.graph.frames[fx.frame];
            modules.emplace(fx.target,
                            program.modules[frame.module].fqn + "@" + std::to_string(frame.call));
        }
    return modules;
}

inline std::string op(const std::string& name)
{
    return "torch.ops.aten." + name;
}

inline std::string stack(const std::string& items)
{
    return "L__self__,,m.Net" + (items.empty() ? "" : ";" + items);
}

inline const std::string tensor_type = "tensor<float32>[2]";

/// Of an example of vmap: enters a level of two, hides a dimension of x as `a`.
inline std::vector<std::string> vmap_begin()
{
    const std::string functorch = "torch._functorch.predispatch.";
    return {node(functorch + "_vmap_increment_nesting",
                 {arg("", "{`as_int`:2}"), arg("", "{`as_string`:`error`}")}, {}),
            node(functorch + "_add_batch_dim",
                 {arg("", tensor("x")), arg("", "{`as_int`:0}"), arg("", "{`as_int`:1}")},
                 {tensor("a")})};
}

inline std::string vmap_end(const std::string& value, const std::string& name)
{
    return node("torch._functorch.predispatch._remove_batch_dim",
                {arg("", tensor(value)), arg("", "{`as_int`:1}"), arg("", "{`as_int`:2}"),
                 arg("", "{`as_int`:0}")},
                {tensor(name)});
}

} // namespace strata::test

#define COMPARE_TEXT(actual, expected)                                                             \
    QCOMPARE(QString::fromStdString(actual), QString::fromStdString(expected))
