#include "fx_interpreter.h"

#include "failures.h"
#include "memory_meter.h"
#include "missing_schemas.h"
#include "recorded_values.h"
#include "torch_tensors.h"

#include <ATen/ATen.h>
#include <ATen/CPUGeneratorImpl.h>
#include <ATen/core/grad_mode.h>
#include <chrono>
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <mutex>

namespace strata::torch_module {
namespace {

constexpr std::uint64_t random_seed = 0;

/// Random operators draw the same numbers in every run, and the program's other users of the
/// generator do not notice.
class FixedSeed {
public:
    FixedSeed() : m_generator(at::detail::getDefaultCPUGenerator())
    {
        const std::scoped_lock lock(m_generator.mutex());
        m_state = m_generator.get_state();
        m_generator.set_current_seed(random_seed);
    }
    ~FixedSeed()
    {
        const std::scoped_lock lock(m_generator.mutex());
        m_generator.set_state(m_state);
    }
    FixedSeed(const FixedSeed&) = delete;
    FixedSeed& operator=(const FixedSeed&) = delete;

private:
    at::Generator m_generator;
    at::Tensor m_state;
};

std::string input_text(const std::string& name, const RunInput& input)
{
    if (!input)
        return name + ":default";
    std::vector<std::string> texts;
    for (const Tensor& tensor : *input)
        texts.push_back(
            fmt::format("{}[{}]", to_string(tensor.dtype), fmt::join(tensor.shape, ",")));
    return fmt::format("{}:{}", name, fmt::join(texts, "+"));
}

bool as_condition(const c10::IValue& value)
{
    return value.isTensor() ? value.toTensor().item<bool>() : value.toBool();
}

} // namespace

FxInterpreter::FxInterpreter(const Program& program, const RecordOptions& options,
                             TaskContext& task)
    : m_program(program),
      m_graph(program.graph),
      m_options(options),
      m_task(task),
      m_values(program.graph.values.size())
{
    plan_releases();
    m_run.trace.has_time = options.time;
    m_run.trace.has_statistics = options.statistics;
}

std::string FxInterpreter::where(const FxNode& node) const
{
    const std::string& module = m_program.modules[m_graph.frames[node.frame].module].fqn;
    std::string text = module.empty() ? std::string("the model") : fmt::format("'{}'", module);
    if (node.source != no_index)
        text += fmt::format(" ({}:{})", m_graph.sources[node.source].file,
                            m_graph.sources[node.source].line);
    return text;
}

void FxInterpreter::plan_releases()
{
    m_released.resize(m_graph.nodes.size());
    m_block_values.resize(m_graph.blocks.size());
    constexpr FxNodeId at_end = no_index - 1;
    std::vector<FxNodeId> last(m_graph.values.size(), no_index);
    std::vector<std::uint32_t> position(m_graph.nodes.size(), 0);
    for (const FxBlock& block : m_graph.blocks)
        for (std::size_t i = 0; i < block.nodes.size(); ++i)
            position[block.nodes[i]] = static_cast<std::uint32_t>(i);
    // A use inside of a body counts where the body's owner is listed beside the value.
    const auto use = [&](FxValueId value, FxBlockId block, FxNodeId node) {
        const FxBlockId home = m_graph.values[value].block;
        while (block != home) {
            node = m_graph.blocks[block].owner;
            if (node == no_index)
                return;
            block = m_graph.nodes[node].block;
        }
        FxNodeId& known = last[value];
        if (node == no_index)
            known = at_end;
        else if (known == no_index || (known != at_end && position[node] > position[known]))
            known = node;
    };
    for (FxBlockId block = 0; block < m_graph.blocks.size(); ++block) {
        for (const FxNodeId id : m_graph.blocks[block].nodes)
            visit_uses(m_graph.nodes[id], [&](FxValueId value) { use(value, block, id); });
        for (const FxArg& result : m_graph.blocks[block].results)
            visit_arg(result, [&](const FxArg& arg) {
                if (const FxRef* ref = arg.ref())
                    use(ref->value, block, no_index);
            });
    }
    for (FxValueId value = 0; value < m_graph.values.size(); ++value) {
        const FxValue& info = m_graph.values[value];
        if (info.block == no_index)
            continue;
        if (last[value] == at_end || (last[value] == no_index && info.node == no_index))
            m_block_values[info.block].push_back(value);
        else
            m_released[last[value] == no_index ? info.node : last[value]].push_back(value);
    }
}

RecordedRun FxInterpreter::run(const std::vector<RunInput>& inputs)
{
    m_inputs = inputs;
    const std::vector<FxNodeId> placeholders = m_graph.placeholders();
    if (inputs.size() > placeholders.size())
        stop(ErrorCode::Usage, fmt::format("{} inputs are given and the model takes {}.",
                                           inputs.size(), placeholders.size()));
    m_inputs.resize(placeholders.size());
    for (std::size_t i = 0; i < placeholders.size(); ++i)
        m_run.trace.inputs.push_back(
            input_text(m_graph.nodes[placeholders[i]].target, m_inputs[i]));
    for (const FxNodeId id : m_options.keep)
        m_kept.insert(id);

    const auto start = std::chrono::steady_clock::now();
    {
        const at::NoGradGuard no_gradients;
        const FixedSeed seed;
        const MemoryMeter memory(m_options.memory_limit ? m_options.memory_limit
                                                        : default_memory_limit());
        m_run.trace.blocks.push_back({FxGraph::main_block, {}});
        run_block(FxGraph::main_block, 0);
        m_run.trace.peak_bytes = memory.peak();
    }
    m_run.trace.seconds =
        std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
    m_run.trace.random.assign(m_random.begin(), m_random.end());
    std::sort(m_run.trace.random.begin(), m_run.trace.random.end());
    return std::move(m_run);
}

void FxInterpreter::run_block(FxBlockId block, TraceBlockId run)
{
    for (const FxNodeId id : m_graph.blocks[block].nodes)
        run_node(id, run);
}

std::vector<c10::IValue> FxInterpreter::run_body(FxBlockId block, TraceRecordId owner)
{
    const auto run = static_cast<TraceBlockId>(m_run.trace.blocks.size());
    m_run.trace.blocks.push_back({block, {}});
    m_run.trace.records[owner].bodies.push_back(run);
    run_block(block, run);
    std::vector<c10::IValue> results;
    for (const FxArg& result : m_graph.blocks[block].results)
        results.push_back(evaluate(result, nullptr));
    for (const FxValueId value : m_block_values[block])
        m_values[value] = c10::IValue();
    return results;
}

void FxInterpreter::run_node(FxNodeId id, TraceBlockId run)
{
    if (const Status status = m_task.poll(); !status)
        throw Stop{status.error()};
    const FxNode& node = m_graph.nodes[id];
    if (node.kind == FxKind::Output) {
        for (const FxArg& arg : node.args)
            flatten_tensors(evaluate(arg, nullptr), m_run.outputs);
        return;
    }
    if (node.kind == FxKind::GetAttr) {
        m_values[node.outputs.at(0)] = attribute(node);
        return;
    }
    if (m_run.trace.records.size() >= m_options.record_limit)
        stop(ErrorCode::CannotExport,
             fmt::format("The run is longer than {} operations. Give smaller inputs, or export "
                         "with --strategy fx, which does not run the model.",
                         m_options.record_limit));
    const auto record = static_cast<TraceRecordId>(m_run.trace.records.size());
    m_run.trace.records.emplace_back();
    m_run.trace.records.back().node = id;
    m_run.trace.blocks[run].records.push_back(record);
    m_task.advance(record);
    m_operator_seconds = 0.0;
    try {
        if (node.kind == FxKind::Placeholder)
            run_placeholder(node);
        else if (node.target == "prim::If")
            run_if(node, record);
        else if (node.target == "prim::Loop")
            run_loop(node, record);
        else
            bind(node, call(node));
    } catch (Stop& stopped) {
        if (stopped.error.context.empty() && stopped.error.code == ErrorCode::CannotExport)
            stopped.error.context.push_back(fmt::format("{} in {}", node.target, where(node)));
        throw;
    } catch (const c10::Error& error) {
        throw Stop{Error{ErrorCode::CannotExport,
                         useful_line(error.what_without_backtrace()),
                         {fmt::format("{} in {}", node.target, where(node))}}};
    } catch (const std::exception& error) {
        throw Stop{Error{ErrorCode::CannotExport,
                         useful_line(error.what()),
                         {fmt::format("{} in {}", node.target, where(node))}}};
    }
    record_outputs(node, record);
    for (const FxValueId value : m_released[id])
        m_values[value] = c10::IValue();
}

void FxInterpreter::record_outputs(const FxNode& node, TraceRecordId id)
{
    TraceRecord& record = m_run.trace.records[id];
    for (const FxValueId output : node.outputs)
        record.outputs.push_back(record_value(m_values[output]));
    if (m_options.time && node.blocks.empty())
        record.seconds = m_operator_seconds;
    if (node.outputs.empty() || !node.blocks.empty())
        return;
    const c10::IValue& first = m_values[node.outputs[0]];
    if (m_options.statistics)
        record.statistics = value_statistics(first);
    // Copied at once: later operators may write into it.
    if (m_kept.contains(record.node) && first.isTensor() &&
        first.toTensor().layout() == at::kStrided && !first.toTensor().is_quantized())
        m_run.kept.emplace_back(record.node,
                                share_tensor(first.toTensor().clone(at::MemoryFormat::Contiguous)));
}

void FxInterpreter::bind(const FxNode& node, std::vector<c10::IValue> values)
{
    if (node.outputs.size() == 1 && values.size() > 1) {
        m_values[node.outputs[0]] = c10::ivalue::Tuple::create(std::move(values));
        return;
    }
    if (values.size() == 1 && node.outputs.size() > 1 &&
        (values[0].isTuple() || values[0].isList())) {
        // A tuple or list whose elements are outputs of their own.
        std::vector<c10::IValue> items;
        if (values[0].isTuple())
            for (const c10::IValue& item : values[0].toTupleRef().elements())
                items.push_back(item);
        else
            for (const c10::IValue& item : values[0].toListRef())
                items.push_back(item);
        values = std::move(items);
    }
    for (std::size_t i = 0; i < node.outputs.size() && i < values.size(); ++i)
        m_values[node.outputs[i]] = std::move(values[i]);
}

void FxInterpreter::run_placeholder(const FxNode& node)
{
    const RunInput& input = m_inputs.at(m_next_input++);
    c10::IValue& value = m_values[node.outputs.at(0)];
    const FxType& type = m_graph.values[node.outputs[0]].type;
    if (!input) {
        const c10::TypePtr wanted = torch_type(type);
        if (!node.args.empty())
            value = evaluate(node.args[0], wanted.get());
        else if (type.kind != FxType::Kind::Optional && type.kind != FxType::Kind::None)
            stop(ErrorCode::Usage, fmt::format("The input '{}' is not given.", node.target));
        return;
    }
    std::size_t next = 0;
    value = read_input(type, *input, next, node.target);
}

void FxInterpreter::run_if(const FxNode& node, TraceRecordId record)
{
    const bool condition = as_condition(evaluate(node.args.at(0), nullptr));
    const std::uint32_t branch = condition ? 0 : 1;
    m_run.trace.records[record].branch = branch;
    std::vector<c10::IValue> results = run_body(node.blocks.at(branch), record);
    for (std::size_t i = 0; i < node.outputs.size() && i < results.size(); ++i)
        m_values[node.outputs[i]] = std::move(results[i]);
}

void FxInterpreter::run_loop(const FxNode& node, TraceRecordId record)
{
    const std::int64_t trips = evaluate(node.args.at(0), nullptr).toInt();
    bool condition = as_condition(evaluate(node.args.at(1), nullptr));
    std::vector<c10::IValue> carried;
    for (std::size_t i = 2; i < node.args.size(); ++i)
        carried.push_back(evaluate(node.args[i], nullptr));
    const FxBlock& body = m_graph.blocks[node.blocks.at(0)];
    for (std::int64_t iteration = 0; iteration < trips && condition; ++iteration) {
        m_values[body.params.at(0)] = iteration;
        for (std::size_t i = 0; i < carried.size(); ++i)
            m_values[body.params.at(i + 1)] = std::move(carried[i]);
        std::vector<c10::IValue> results = run_body(node.blocks[0], record);
        condition = as_condition(results.at(0));
        for (std::size_t i = 0; i < carried.size(); ++i)
            carried[i] = std::move(results.at(i + 1));
    }
    for (std::size_t i = 0; i < node.outputs.size() && i < carried.size(); ++i)
        m_values[node.outputs[i]] = std::move(carried[i]);
}

Result<RecordedRun> run_recorded(const Program& program, const std::vector<RunInput>& inputs,
                                 const RecordOptions& options, TaskContext& task)
{
    return guarded("The model failed while running",
                   [&]() -> Result<RecordedRun> {
                       task.begin("trace");
                       define_missing_schemas();
                       return FxInterpreter(program, options, task).run(inputs);
                   })
        .map_error([](Error error) {
            if (error.code == ErrorCode::CannotRead)
                error.code = ErrorCode::CannotExport;
            return error;
        });
}

} // namespace strata::torch_module
