#include "lowering/graph_lowerer.h"

#include "lowering/flat_outputs.h"
#include "lowering/out_variants.h"
#include "lowering/python_ops.h"
#include "lowering/python_value.h"
#include "lowering/unneeded_attributes.h"
#include "lowering/view_scatter.h"

#include <algorithm>
#include <fmt/format.h>
#include <unordered_set>

namespace strata {
namespace {

// PyTorch's exporter writes node metadata from IR version 10 on.
constexpr std::int64_t metadata_ir_version = 10;

/// Refuses inputs that no ONNX value stands for.
void check_input_type(const FxType& type, const std::string& name)
{
    const auto is_text = [](const FxType& element) { return element.kind == FxType::Kind::String; };
    if (type.kind != FxType::Kind::Dict && !type.elements.empty() &&
        std::all_of(type.elements.begin(), type.elements.end(), is_text))
        throw Refusal{fmt::format("the input '{}' holds strings", name),
                      "ONNX models take tensors: give it a default value in forward.", false};
    switch (type.kind) {
    case FxType::Kind::List:
        throw Refusal{
            fmt::format("the input '{}' is a list and its length is not known", name),
            fmt::format(
                "Give its items: --input '{}.0:float32[...]' --input '{}.1:...', and so on.", name,
                name),
            false};
    case FxType::Kind::Dict:
        throw Refusal{
            fmt::format("the input '{}' is a dict and its keys are not known", name),
            fmt::format("Give its values: --input '{}.KEY:float32[...]' for each key.", name),
            false};
    case FxType::Kind::Tuple:
        throw Refusal{
            fmt::format("the input '{}' is a tuple that holds lists or dicts of unknown "
                        "size",
                        name),
            fmt::format("Give its items: --input '{}.0.0:float32[...]', and so on.", name), false};
    case FxType::Kind::String:
        throw Refusal{fmt::format("the input '{}' is a string", name),
                      "Give it a default value in forward; ONNX models take tensors.", false};
    default:
        break;
    }
}

/// Why an operator that is not registered cannot be: what it computes with says it, if anything.
Refusal unknown_operator(std::string_view target)
{
    const auto names = [target](std::string_view part) {
        return target.find(part) != std::string_view::npos;
    };
    if (names("fft") || names("complex") || names("polar") || names("view_as_real"))
        return {"it computes with complex numbers, which ONNX's operators do not take",
                "Keep real and imaginary parts in two tensors.", false};
    if (names("sparse") || names("to_dense"))
        return {"it computes with sparse tensors, which ONNX's operators do not take",
                "Use dense tensors.", false};
    if (names("eig") || names("svd"))
        return {
            "the vectors of this decomposition are not determined, and ONNX has none",
            "Ask for the values only (linalg.eigvalsh, linalg.svdvals), or compute it outside of "
            "the exported model.",
            false};
    if (target.starts_with("vmap::random::"))
        return {"vmap draws random numbers in a way that ONNX's operators cannot",
                "Draw them before the vmap and give them to it, or, where every sample may have "
                "its own, use randomness='different'.",
                false};
    if (names("linalg_ldl"))
        return {"which rows this decomposition exchanges depends on the numbers, and ONNX has none",
                "Use linalg.solve, linalg.cholesky or linalg.lu_factor of small matrices.", false};
    return {"the operator has no lowering", "Replace it by supported operators, or open an issue.",
            false};
}

} // namespace

GraphLowerer::GraphLowerer(const Program& program, const LoweringOptions& options,
                           const OpRegistry& registry, TaskContext& task)
    : m_program(program),
      m_fx(program.graph),
      m_options(options),
      m_registry(registry),
      m_task(task),
      m_result{std::make_shared<OnnxModel>(), {}, {}, {}, false, 0.0},
      m_emitter(*m_result.model, program.modules, program.graph, options.opset),
      m_views(program.graph),
      m_cells(1),
      m_cell_of(program.graph.values.size(), 0),
      m_initializer_of(program.tensors.size(), no_id),
      m_tensor_cell(program.tensors.size(), no_index),
      m_unneeded(unneeded_without_data(program))
{
    OnnxModel& model = *m_result.model;
    model.ir_version = metadata_ir_version;
    model.opsets.push_back({"", options.opset});
    model.producer_name = "strata";
    model.graphs[OnnxModel::main_graph].name = model.intern(
        program.modules[root_module].class_name.empty() ? "main_graph"
                                                        : program.modules[root_module].class_name);
    const auto bound = [](const std::optional<std::int64_t>& value) {
        return value ? fmt::to_string(*value) : std::string();
    };
    for (const DimRange& range : program.dim_ranges)
        model.metadata.emplace_back(
            fmt::format("strata.dim.{}", range.symbol),
            fmt::format("{}..{}", bound(range.minimum), bound(range.maximum)));
    m_result.accounting.records.resize(m_fx.nodes.size());
}

Result<LoweringResult> GraphLowerer::run()
{
    m_task.begin("lower", m_fx.nodes.size());
    STRATA_CHECK(lower_block(FxGraph::main_block));
    for (std::string& complaint : m_emitter.take_complaints())
        m_result.diagnostics.push_back(
            {Severity::Error, "shape-contradiction", std::move(complaint), {}});
    return std::move(m_result);
}

Lowered GraphLowerer::resolve(const FxArg& arg)
{
    if (const FxRef* ref = arg.ref()) {
        Lowered lowered = value(ref->value);
        if (auto* tensor = std::get_if<LoweredTensor>(&lowered.value))
            tensor->tag = {m_cell_of[ref->value], m_cells[m_cell_of[ref->value]].serial};
        return lowered;
    }
    if (const auto* items = std::get_if<FxArg::List>(&arg.value)) {
        std::vector<Lowered> values;
        values.reserve(items->size());
        for (const FxArg& item : *items)
            values.push_back(resolve(item));
        return Lowered::list(std::move(values));
    }
    return from_immediate(arg);
}

Status GraphLowerer::lower_block(FxBlockId block)
{
    for (const FxNodeId id : m_fx.blocks[block].nodes) {
        STRATA_CHECK(m_task.poll());
        m_task.advance(++m_done);
        if (m_unneeded.contains(id)) {
            m_result.accounting.records[id] = {FxFate::Eliminated, {}, {}, "dead code"};
            continue;
        }
        const FxNode& node = m_fx.nodes[id];
        m_emitter.set_origin(node.frame, id);
        const std::size_t first_node = m_result.model->nodes.size();
        const Emitter::Checkpoint checkpoint = m_emitter.checkpoint();
        const auto take_back = [&](const Refusal& refusal) {
            m_emitter.roll_back(checkpoint);
            forget_views(checkpoint.values);
            m_emitter.set_origin(node.frame, id);
            refuse(id, refusal);
        };
        try {
            lower_node(id);
            adopt_declared_types(node);
            account(id, first_node);
            tell_random(id, first_node);
            mark_result(node, id);
        } catch (const Refusal& refusal) {
            take_back(refusal);
        } catch (const std::logic_error&) { // std::out_of_range, std::length_error
            take_back({"its arguments do not fit each other", "check whether the file is damaged"});
        } catch (const std::bad_alloc&) {
            take_back({"it needs more memory than there is", "check whether the file is damaged"});
        }
        if (m_stop)
            return tl::unexpected(*m_stop);
    }
    return {};
}

void GraphLowerer::mark_result(const FxNode& node, FxNodeId id)
{
    if (node.outputs.empty() || m_cell_of[node.outputs.front()] == no_index)
        return;
    const auto* tensor = m_cells[m_cell_of[node.outputs.front()]].value.as<LoweredTensor>();
    OnnxModel& model = *m_result.model;
    const NodeId made_by = tensor ? model.values[tensor->value].producer : no_id;
    if (made_by == no_id || model.nodes[made_by].outputs.front() != tensor->value)
        return;
    // A node that an earlier operator made for itself is that one's result.
    NodeProvenance& provenance = model.provenance[made_by];
    if (provenance.fx == id)
        provenance.result = id;
}

void GraphLowerer::adopt_declared_types(const FxNode& node)
{
    for (const FxValueId output : node.outputs) {
        const FxType& type = m_fx.values[output].type;
        const auto* tensor = m_cells[m_cell_of[output]].value.as<LoweredTensor>();
        if (type.kind != FxType::Kind::Tensor || !type.shape || !tensor)
            continue;
        OnnxModel& model = *m_result.model;
        OnnxValue& value = model.values[tensor->value];
        const bool same_rank = value.has_shape && value.shape.size() == type.shape->size();
        if (value.has_shape && !same_rank)
            continue;
        value.has_shape = true;
        value.shape.resize(type.shape->size());
        for (std::size_t i = 0; i < value.shape.size(); ++i) {
            const FxDim& declared = (*type.shape)[i];
            const bool unknown =
                value.shape[i].value < 0 && value.shape[i].symbol == StringId::Empty;
            if (unknown)
                value.shape[i] = declared.known() ? Dim::of(declared.value)
                                                  : Dim{-1, model.intern(declared.symbol)};
        }
    }
}

void GraphLowerer::lower_node(FxNodeId id)
{
    const FxNode& node = m_fx.nodes[id];
    switch (node.kind) {
    case FxKind::Placeholder:
        return lower_placeholder(id);
    case FxKind::GetAttr:
        return lower_get_attr(id);
    case FxKind::Output:
        return lower_output(id);
    case FxKind::CallModule:
        throw Refusal{"call_module nodes must be flattened before lowering", {}, false};
    case FxKind::CallFunction:
    case FxKind::CallMethod:
        break;
    }
    if (node.target == "prim::RaiseException" && m_bodies > 0)
        throw BodyRaises{};
    if (node.target == "prim::If")
        return lower_if(id);
    if (node.target == "prim::Loop")
        return lower_loop(id);
    lower_call(id);
}

void GraphLowerer::lower_placeholder(FxNodeId id)
{
    const FxNode& node = m_fx.nodes[id];
    const std::size_t position = m_placeholders++;
    const LoweringInput given =
        position < m_options.inputs.size() ? m_options.inputs[position] : LoweringInput{};
    const FxType& declared = m_fx.values[node.outputs.front()].type;
    const bool optional = declared.kind == FxType::Kind::Optional;
    const FxType& type =
        optional && !declared.elements.empty() ? declared.elements.front() : declared;
    FxRecord& record = m_result.accounting.records[id];
    const bool left_out = given.dtype == DType::Unknown && !given.shape;
    if (left_out && !node.args.empty()) {
        bind(node.outputs.front(), resolve(node.args.front()));
        record = {FxFate::Eliminated, {}, {}, "input left out: its default value"};
        return;
    }
    if (left_out && optional) {
        bind(node.outputs.front(), Lowered(LoweredNone{}));
        record = {FxFate::Eliminated, {}, {}, "optional input left out"};
        return;
    }
    check_input_type(type, node.target);
    OnnxModel& model = *m_result.model;
    const ValueId input =
        model.add_value(OnnxModel::main_graph, m_emitter.unique_name(node.target));
    OnnxValue& value = model.values[input];
    value.dtype = given.dtype != DType::Unknown ? given.dtype : type.dtype;
    FxType::Kind scalar = type.kind;
    if (scalar == FxType::Kind::Int || scalar == FxType::Kind::Float ||
        scalar == FxType::Kind::Bool) {
        value.dtype = scalar == FxType::Kind::Int     ? DType::Int64
                      : scalar == FxType::Kind::Float ? DType::Float64
                                                      : DType::Bool;
        value.has_shape = true;
    } else {
        scalar = FxType::Kind::Tensor;
        const auto& shape = given.shape ? given.shape : type.shape;
        value.has_shape = shape.has_value();
        if (shape)
            for (const FxDim& dim : *shape)
                value.shape.push_back(dim.known() ? Dim::of(dim.value)
                                                  : Dim{-1, model.intern(dim.symbol)});
        if (value.dtype == DType::Unknown)
            value.dtype = DType::Float32;
    }
    model.graphs[OnnxModel::main_graph].inputs.push_back(input);
    bind(node.outputs.front(),
         scalar == FxType::Kind::Tensor ? Lowered::tensor(input) : Lowered::scalar(input, scalar));
    m_cells.back().contiguous = true; // as ONNX has no other tensors
    record.fate = FxFate::Emitted;
    record.rule = "graph input";
}

void GraphLowerer::lower_get_attr(FxNodeId id)
{
    const FxNode& node = m_fx.nodes[id];
    if (node.tensor >= m_program.tensors.size())
        throw Refusal{fmt::format("the attribute '{}' has no data", node.target), {}, false};
    if (to_onnx(m_program.tensors[node.tensor].dtype) == 0)
        throw Refusal{fmt::format("'{}' holds {} elements, which ONNX has no type for", node.target,
                                  to_string(m_program.tensors[node.tensor].dtype)),
                      {},
                      false};
    m_cell_of[node.outputs.front()] = tensor_cell(id);
    const ValueId initializer = m_initializer_of[node.tensor];
    m_result.accounting.records[id] = {
        FxFate::Folded,
        {},
        std::string(m_result.model->text(m_result.model->values[initializer].name)),
        {}};
}

std::uint32_t GraphLowerer::tensor_cell(FxNodeId get_attr)
{
    const FxNode& node = m_fx.nodes[get_attr];
    ValueId& initializer = m_initializer_of[node.tensor];
    if (initializer == no_id) {
        OnnxModel& model = *m_result.model;
        const std::string& name = m_program.tensor_names[node.tensor];
        const std::uint32_t index = model.add_initializer(
            OnnxModel::main_graph, m_emitter.unique_name(name.empty() ? node.target : name),
            m_program.tensors[node.tensor]);
        initializer = model.initializers[index].value;
    }
    // All names of a tensor share a cell: a buffer that has been written is read as it is now.
    std::uint32_t& cell = m_tensor_cell[node.tensor];
    if (cell == no_index) {
        bind(node.outputs.front(), Lowered::tensor(initializer));
        cell = m_cell_of[node.outputs.front()];
        m_cells[cell].contiguous = m_program.tensors[node.tensor].strides.empty();
    }
    return cell;
}

void GraphLowerer::lower_call(FxNodeId id)
{
    const FxNode& node = m_fx.nodes[id];
    std::vector<Lowered> args;
    args.reserve(node.args.size());
    for (const FxArg& arg : node.args)
        args.push_back(resolve(arg));
    if (node.kwargs.empty()) {
        for (Lowered& arg : args)
            tag_items(arg);
        if (auto outputs = evaluate_python_op(m_emitter, node.target, args, node.outputs.size())) {
            bind_python_outputs(node, std::move(*outputs));
            FxRecord& record = m_result.accounting.records[id];
            if (record.fate == FxFate::Unaccounted)
                record = {FxFate::Eliminated, {}, {}, "Python value"};
            return;
        }
    }
    const OpRegistry::Op* op = m_registry.find(node.target);
    const bool outs = !op && has_out_arguments(node.target);
    if (outs)
        op = without_out_arguments(m_registry, node.target);
    if (!op) {
        Refusal refusal = unknown_operator(node.target);
        refusal.unknown = true;
        throw refusal;
    }
    if (m_options.opset < op->min_opset)
        throw Refusal{fmt::format("the operator needs opset {} or newer", op->min_opset),
                      fmt::format("Export with --opset {}.", op->min_opset), false};
    if (outs) {
        FxNode functional = node;
        functional.args.resize(node.args.size() - std::min(node.args.size(), node.outputs.size()));
        Outputs outputs = call_operator(*op, functional);
        write_outs(id, outputs);
        return;
    }
    Outputs outputs = call_operator(*op, node);
    m_has_quantized = m_has_quantized || node.target.starts_with("quantized::") ||
                      node.target.starts_with("aten::quantize_per_tensor");
    if (m_has_quantized)
        keep_quantized(node, outputs);
    if (is_in_place(node.target)) {
        if (changes_form(node.target))
            change_form(id, outputs);
        else
            write_in_place(id, outputs);
        return;
    }
    bind_results(id, *op, std::move(outputs));
}

std::vector<Lowered> GraphLowerer::bind_arguments(const OpSchema& schema, const FxNode& node,
                                                  const Lowered* self)
{
    std::vector<Lowered> bound(schema.args.size());
    std::vector<bool> given(schema.args.size(), false);
    for (std::size_t i = 0; i < node.args.size(); ++i) {
        Lowered arg = i == 0 && self ? *self : resolve(node.args[i]);
        if (i >= schema.args.size()) {
            // Newer PyTorch adds arguments at the end; None and False leave the operator as it was.
            const auto* flag = arg.as<bool>();
            if (arg.is_none() || (flag && !*flag))
                continue;
            throw Refusal{fmt::format("argument {} ({}) is newer than this version of Strata", i,
                                      describe(arg)),
                          {},
                          false};
        }
        bound[i] = std::move(arg);
        given[i] = true;
    }
    for (const FxKeywordArg& kwarg : node.kwargs) {
        const auto it = std::find_if(schema.args.begin(), schema.args.end(),
                                     [&](const SchemaArg& arg) { return arg.name == kwarg.name; });
        if (it == schema.args.end()) {
            if (kwarg.arg.is_none())
                continue;
            throw Refusal{
                fmt::format("argument '{}' is newer than this version of Strata", kwarg.name),
                {},
                false};
        }
        const auto i = static_cast<std::size_t>(it - schema.args.begin());
        bound[i] = resolve(kwarg.arg);
        given[i] = true;
    }
    for (std::size_t i = 0; i < schema.args.size(); ++i) {
        if (given[i])
            continue;
        if (schema.args[i].default_value)
            bound[i] = from_immediate(*schema.args[i].default_value);
        else if (!schema.args[i].type.ends_with('?'))
            throw Refusal{fmt::format("argument '{}' is missing", schema.args[i].name), {}, false};
    }
    return bound;
}

Outputs GraphLowerer::call_operator(const OpRegistry::Op& op, const FxNode& node,
                                    const Lowered* self)
{
    OpCall call(m_emitter, op.schema, bind_arguments(op.schema, node, self));
    return op.lower(call);
}

void GraphLowerer::collect_outputs(const Lowered& lowered, std::vector<Lowered>& flat) const
{
    if (const auto* items = sequence_items(lowered)) {
        for (const Lowered& item : *items)
            collect_outputs(item, flat);
    } else if (const auto* dict = lowered.as<LoweredDict>()) {
        for (const auto& [key, item] : **dict)
            collect_outputs(item, flat);
    } else if (!lowered.is_none() && !lowered.as<LoweredUndefined>()) {
        flat.push_back(lowered);
    }
}

void GraphLowerer::add_output(ValueId value, std::string name)
{
    OnnxModel& model = *m_result.model;
    auto& outputs = model.graphs[OnnxModel::main_graph].outputs;
    // Inputs, initializers and values returned twice need a node of their own to be an output.
    if (model.values[value].producer == no_id ||
        std::find(outputs.begin(), outputs.end(), value) != outputs.end())
        value = m_emitter.copy(value); // of a constant, too: two outputs are two values
    model.values[value].name = model.intern(m_emitter.unique_name(std::move(name)));
    outputs.push_back(value);
}

void GraphLowerer::lower_output(FxNodeId id)
{
    const FxNode& node = m_fx.nodes[id];
    std::vector<Lowered> results;
    for (const FxArg& arg : node.args)
        results.push_back(resolve(arg));
    const std::vector<FlatOutput> flat =
        flatten_outputs(results.size() == 1 ? results.front() : Lowered::tuple(std::move(results)));
    // All of them, before the model has any: a refusal takes back what was emitted.
    std::vector<ValueId> outputs;
    for (std::size_t i = 0; i < flat.size(); ++i) {
        outputs.push_back(as_tensor(m_emitter, flat[i].value));
        if (outputs.back() == no_id)
            throw Refusal{fmt::format("output {} is {}, which ONNX cannot return", i,
                                      describe(flat[i].value)),
                          {},
                          false};
    }
    for (std::size_t i = 0; i < flat.size(); ++i) {
        add_output(outputs[i],
                   i < m_program.output_names.size() ? m_program.output_names[i] : flat[i].name);
    }
    std::unordered_set<std::uint32_t> returned; // cells: a tensor may be read at several places
    if (m_program.returns_written_state)
        for (const FxNodeId state : m_fx.blocks[FxGraph::main_block].nodes) {
            const FxNode& node_of = m_fx.nodes[state];
            if (node_of.kind != FxKind::Placeholder && node_of.kind != FxKind::GetAttr)
                continue;
            const Cell& cell = m_cells[m_cell_of[node_of.outputs.front()]];
            if (const auto* written = cell.value.as<LoweredTensor>();
                written && cell.version > 0 &&
                returned.insert(m_cell_of[node_of.outputs.front()]).second)
                add_output(written->value,
                           fmt::format("{}{}", node_of.target, updated_state_suffix));
        }
    FxRecord& record = m_result.accounting.records[id];
    record.fate = FxFate::Emitted;
    record.rule = "graph output";
}

void GraphLowerer::account(FxNodeId id, std::size_t first_node)
{
    // Nodes of bodies are accounted for by the body's own FX nodes, and their owner by itself.
    const FxNode& node = m_fx.nodes[id];
    FxRecord& record = m_result.accounting.records[id];
    if (node.kind == FxKind::Placeholder || node.kind == FxKind::GetAttr || !node.blocks.empty())
        return;
    const std::size_t end = m_result.model->nodes.size();
    for (std::size_t n = first_node; n < end; ++n)
        record.nodes.push_back(static_cast<NodeId>(n));
    if (end > first_node) {
        record.fate = FxFate::Emitted;
        if (node.kind != FxKind::Output)
            record.rule.clear();
        return;
    }
    if (record.fate != FxFate::Unaccounted)
        return;
    if (node.outputs.empty()) {
        record = {FxFate::Eliminated, {}, {}, "no operation in evaluation"};
        return;
    }
    const auto* tensor = value(node.outputs.front()).as<LoweredTensor>();
    const std::uint32_t initializer =
        tensor ? m_result.model->values[tensor->value].initializer : no_id;
    if (initializer != no_id) {
        record = {FxFate::Folded,
                  {},
                  std::string(m_result.model->text(m_result.model->values[tensor->value].name)),
                  {}};
        return;
    }
    record = {FxFate::Eliminated, {}, {}, tensor ? "no operation in evaluation" : "structure"};
}

void GraphLowerer::tell_random(FxNodeId id, std::size_t first_node)
{
    const OnnxModel& model = *m_result.model;
    const FxNode& node = m_fx.nodes[id];
    if (!node.blocks.empty())
        return; // its own nodes have told
    for (std::size_t n = first_node; n < model.nodes.size(); ++n) {
        const std::string_view op = model.text(model.nodes[n].op_type);
        if (!op.starts_with("Random"))
            continue;
        const std::string& module = m_program.modules[m_fx.frames[node.frame].module].fqn;
        const std::string source = source_text(id);
        Diagnostic told{Severity::Warning, "random-operator",
                        fmt::format("{} draws random numbers. The exported file draws its own with "
                                    "{}: they have the same distribution, and differ from "
                                    "PyTorch's and from run to run.",
                                    node.target, op),
                        source.empty() ? module : fmt::format("{} ({})", module, source)};
        auto& all = m_result.diagnostics;
        if (std::find(all.begin(), all.end(), told) == all.end())
            all.push_back(std::move(told));
        return;
    }
}

void GraphLowerer::eliminate_block(FxBlockId block, const std::string& rule)
{
    for (const FxNodeId id : m_fx.blocks[block].nodes) {
        FxRecord& record = m_result.accounting.records[id];
        if (record.fate == FxFate::Unaccounted)
            record = {FxFate::Eliminated, {}, {}, rule};
        for (const FxBlockId nested : m_fx.nodes[id].blocks)
            eliminate_block(nested, rule);
    }
}

std::string GraphLowerer::source_text(FxNodeId id) const
{
    const SourceId source = m_fx.nodes[id].source;
    if (source == no_index)
        return {};
    return fmt::format("{}:{}", m_fx.sources[source].file, m_fx.sources[source].line);
}

RefusalCause GraphLowerer::cause_of(const FxNode& node, const Refusal& refusal) const
{
    if (refusal.needs_shapes)
        return RefusalCause::NeedsShapes;
    if (!node.blocks.empty())
        return RefusalCause::ControlFlow;
    if (node.kind != FxKind::CallFunction && node.kind != FxKind::CallMethod)
        return RefusalCause::NotStatable;
    // Python's operators are not in the registry, and are refused for their arguments.
    if (refusal.unknown)
        return RefusalCause::NoLowering;
    const OpRegistry::Op* op = m_registry.find(node.target);
    return op && m_options.opset < op->min_opset ? RefusalCause::NewerOpset
                                                 : RefusalCause::NotStatable;
}

void GraphLowerer::refuse(FxNodeId id, Refusal refusal)
{
    const FxNode& node = m_fx.nodes[id];
    // Nothing is known of what an unsupported operator gives out: that one is at fault.
    if (const FxNodeId before = refusal.needs_shapes ? unsupported_before(node) : no_index;
        before != no_index) {
        const std::string where = source_text(before);
        refusal.reason += fmt::format(", as it comes from {}{}, which is not supported",
                                      m_fx.nodes[before].target,
                                      where.empty() ? where : fmt::format(" ({})", where));
        refusal.help = "This operator may be exported when that one is replaced.";
    }
    const std::string& module = m_program.modules[m_fx.frames[node.frame].module].fqn;
    const std::string source = source_text(id);
    m_result.unsupported.push_back(
        {node.target, refusal.reason, module, source, refusal.help, cause_of(node, refusal), id});
    m_result.needs_shapes |= refusal.needs_shapes;
    m_result.diagnostics.push_back(
        {Severity::Error, "unsupported-operator",
         fmt::format("{}: {}.{}{}", node.target, refusal.reason, refusal.help.empty() ? "" : " ",
                     refusal.help),
         source.empty() ? module : fmt::format("{} ({})", module, source)});
    for (const FxBlockId block : node.blocks)
        eliminate_block(block, "body of an unsupported operator");

    // A node in a domain of its own keeps the graph whole, so that it can be looked at.
    OnnxModel& model = *m_result.model;
    if (model.opset(unsupported_domain) == 0)
        model.opsets.push_back({std::string(unsupported_domain), 1});
    std::vector<ValueId> inputs;
    visit_uses(node, [&](FxValueId used) {
        std::vector<Lowered> flat;
        collect_outputs(value_before_refusal(used), flat);
        for (const Lowered& item : flat)
            if (is_runtime_value(item))
                inputs.push_back(as_tensor(m_emitter, item));
    });
    const std::size_t scope_end = node.target.find("::");
    std::string op =
        scope_end == std::string::npos ? node.target : node.target.substr(scope_end + 2);
    std::replace(op.begin(), op.end(), '.', '_');
    const std::size_t first_node = model.nodes.size();
    if (node.kind != FxKind::Output && !node.outputs.empty()) {
        const std::vector<ValueId> outputs =
            m_emitter.emit_many(op, std::move(inputs), node.outputs.size(), {}, unsupported_domain);
        for (std::size_t i = 0; i < outputs.size(); ++i)
            bind(node.outputs[i], Lowered::tensor(outputs[i]));
    }
    FxRecord& record = m_result.accounting.records[id];
    record = {FxFate::Unsupported, {}, {}, refusal.reason};
    for (std::size_t n = first_node; n < model.nodes.size(); ++n)
        record.nodes.push_back(static_cast<NodeId>(n));
}

} // namespace strata
