#include "support/op_parity.h"

#include "frontends/model_file.h"
#include "ir/fx_text.h"
#include "lowering/lower.h"
#include "onnx/onnx_writer.h"
#include "passes/verify_model.h"
#include "runtime/onnx_runtime.h"
#include "support/torch_fixture.h"
#include "torch/torch_backend.h"

#include <algorithm>
#include <atomic>
#include <bit>
#include <cstring>
#include <filesystem>
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <set>
#include <unistd.h>

namespace strata::test {
namespace {

/// A folder of its own that disappears with the object.
class TemporaryFolder {
public:
    TemporaryFolder()
    {
        static std::atomic<unsigned> next{0};
        m_path = std::filesystem::temp_directory_path() /
                 fmt::format("strata-parity-{}-{}", ::getpid(), next++);
        std::filesystem::create_directories(m_path);
    }
    ~TemporaryFolder()
    {
        std::error_code ignored;
        std::filesystem::remove_all(m_path, ignored);
    }
    TemporaryFolder(const TemporaryFolder&) = delete;
    TemporaryFolder& operator=(const TemporaryFolder&) = delete;
    std::filesystem::path operator/(const char* name) const { return m_path / name; }

private:
    std::filesystem::path m_path;
};

/// splitmix64: the same numbers on every machine.
class Random {
public:
    explicit Random(std::uint64_t seed) : m_state(seed) {}
    double uniform()
    {
        m_state += 0x9e3779b97f4a7c15ULL;
        std::uint64_t z = m_state;
        z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9ULL;
        z = (z ^ (z >> 27)) * 0x94d049bb133111ebULL;
        return static_cast<double>((z ^ (z >> 31)) >> 11) * 0x1p-53;
    }

private:
    std::uint64_t m_state;
};

template <class T>
void append(std::vector<std::byte>& bytes, T value)
{
    const auto raw = std::bit_cast<std::array<std::byte, sizeof(T)>>(value);
    bytes.insert(bytes.end(), raw.begin(), raw.end());
}

void append_as(std::vector<std::byte>& bytes, DType dtype, double v)
{
    switch (dtype) {
    case DType::Float32:
        append(bytes, static_cast<float>(v));
        break;
    case DType::Float64:
        append(bytes, v);
        break;
    case DType::Float16:
        append(bytes, float_to_half(static_cast<float>(v)));
        break;
    case DType::BFloat16:
        append(bytes, float_to_bfloat16(static_cast<float>(v)));
        break;
    case DType::UInt8:
        append(bytes, static_cast<std::uint8_t>(v));
        break;
    case DType::Int8:
        append(bytes, static_cast<std::int8_t>(v));
        break;
    case DType::Int16:
        append(bytes, static_cast<std::int16_t>(v));
        break;
    case DType::Int32:
        append(bytes, static_cast<std::int32_t>(v));
        break;
    case DType::Int64:
        append(bytes, static_cast<std::int64_t>(v));
        break;
    case DType::Bool:
        append(bytes, static_cast<std::uint8_t>(v != 0.0));
        break;
    default:
        std::abort(); // a row asks for a dtype that the harness cannot fill
    }
}

Tensor materialise(const ParityTensor& spec, std::size_t position)
{
    std::int64_t count = 1;
    for (const std::int64_t dim : spec.shape)
        count *= dim;
    Random random((std::uint64_t{spec.seed} << 32) + position * 7919U + 17U);
    std::vector<std::byte> bytes;
    for (std::int64_t i = 0; i < count; ++i) {
        double value = 0.0;
        if (!spec.values.empty())
            value = spec.values.at(static_cast<std::size_t>(i));
        else if (spec.dtype == DType::Bool)
            value = random.uniform() < 0.5 ? 0.0 : 1.0;
        else if (is_floating_point(spec.dtype))
            value = spec.low + (spec.high - spec.low) * random.uniform();
        else
            value = std::floor(spec.low + (spec.high - spec.low + 1.0) * random.uniform());
        append_as(bytes, spec.dtype, value);
    }
    return Tensor::from_bytes(spec.dtype, spec.shape, std::move(bytes));
}

/// One set of inputs, and what LibTorch makes of it.
struct Trial {
    std::vector<Tensor> inputs;
    std::vector<Tensor> expected;
    bool same_shapes = true; ///< as the first inputs, for which files with static shapes are made
};

std::vector<Trial> materialise_trials(const ParityRow& row)
{
    std::vector<Trial> trials;
    auto add = [&](const std::vector<ParityTensor>& inputs) {
        Trial& trial = trials.emplace_back();
        for (std::size_t i = 0; i < inputs.size(); ++i) {
            trial.inputs.push_back(materialise(inputs[i], i));
            trial.same_shapes = trial.same_shapes && inputs[i].shape == row.inputs.at(i).shape;
        }
    };
    add(row.inputs);
    for (const std::vector<ParityTensor>& inputs : row.more_inputs)
        add(inputs);
    return trials;
}

/// Operators that the installed LibTorch lacks are defined when a file is first loaded; rows may
/// name them, so a file is loaded before the first of them is compiled.
Status prepare_backend()
{
    static const Status ready = []() -> Status {
        STRATA_TRY(TorchBackend * backend, torch_backend());
        const TemporaryFolder folder;
        const std::filesystem::path path = folder / "first.pt";
        STRATA_CHECK(save_torchscript(path, "def forward(self, x):\n  return x", {}));
        TaskContext task;
        STRATA_TRY([[maybe_unused]] const auto program, backend->load_program(path, {}, task));
        return {};
    }();
    return ready;
}

Status save(const ParityRow& row, const std::string& source, const std::filesystem::path& path)
{
    std::vector<std::pair<std::string, Tensor>> parameters;
    for (std::size_t i = 0; i < row.parameters.size(); ++i)
        parameters.emplace_back(row.parameters[i].first,
                                materialise(row.parameters[i].second, 100 + i));
    return save_torchscript(path, source, parameters);
}

/// The program of a row that states its graph itself.
Result<std::shared_ptr<const Program>> program_of_text(const ParityRow& row)
{
    constexpr std::string_view names = "xyzw";
    std::string text;
    for (std::size_t i = 0; i < row.inputs.size(); ++i) {
        const ParityTensor& input = row.inputs[i];
        text += fmt::format("%{0} : tensor<{1}>[{2}] = placeholder[{0}]()\n", names.at(i),
                            to_string(input.dtype), fmt::join(input.shape, ", "));
    }
    text += row.fx_text;
    if (row.fx_text.find("output[output]") == std::string::npos)
        text += "\noutput[output](%r)\n";
    auto program = std::make_shared<Program>();
    program->format = ModelFormat::ExportedProgram;
    STRATA_TRY(program->graph, parse_fx("frame 0: \"\"\n" + text, program->modules));
    if (const auto complaints = verify_fx(program->graph); !complaints.empty())
        return failure(ErrorCode::Usage, complaints.front());
    return program;
}

/// The row's program as lowering gets it.
Result<std::shared_ptr<const Program>> load(const ParityRow& row, const std::filesystem::path& path)
{
    if (!row.fx_text.empty())
        return program_of_text(row);
    TaskContext task;
    STRATA_TRY(std::shared_ptr<const Program> program, load_program(path, task));
    if (row.renamed_targets.empty())
        return program;
    auto renamed = std::make_shared<Program>(*program);
    for (const auto& [target, alias] : row.renamed_targets) {
        bool found = false;
        for (FxNode& node : renamed->graph.nodes)
            if (node.target == target) {
                node.target = alias;
                found = true;
            }
        if (!found)
            return failure(ErrorCode::Usage, "the row has no " + target + " to rename");
    }
    return renamed;
}

/// What the export is told about its inputs.
enum class Shapes { Static, Dynamic, Unknown };

std::string_view to_string(Shapes shapes)
{
    switch (shapes) {
    case Shapes::Static:
        return "static";
    case Shapes::Dynamic:
        return "dynamic";
    default:
        return "unknown ranks";
    }
}

LoweringOptions lowering_options(const ParityRow& row, int opset, Shapes shapes)
{
    LoweringOptions options;
    options.opset = opset;
    for (const ParityTensor& input : row.inputs) {
        LoweringInput& told = options.inputs.emplace_back();
        told.dtype = input.dtype;
        if (shapes == Shapes::Unknown)
            continue;
        told.shape.emplace();
        for (const std::int64_t dim : input.shape) {
            // Sizes 0 and 1 stay numbers: a symbol promises that it does not broadcast.
            if (shapes == Shapes::Static || dim <= 1)
                told.shape->push_back(FxDim{dim, {}});
            else
                told.shape->push_back(FxDim{-1, fmt::format("n{}", dim)});
        }
    }
    return options;
}

/// Declared types of the outputs must not contradict what comes out.
void check_declared(const OnnxModel& model, const std::vector<NamedTensor>& actual,
                    std::vector<std::string>& wrong)
{
    const std::vector<ValueId>& outputs = model.graphs[OnnxModel::main_graph].outputs;
    for (std::size_t i = 0; i < std::min(outputs.size(), actual.size()); ++i) {
        const OnnxValue& value = model.values[outputs[i]];
        const Tensor& tensor = actual[i].tensor;
        bool same = value.dtype == DType::Unknown || value.dtype == tensor.dtype;
        if (value.has_shape) {
            same = same && value.shape.size() == tensor.shape.size();
            for (std::size_t d = 0; same && d < tensor.shape.size(); ++d)
                same = !value.shape[d].known() || value.shape[d].value == tensor.shape[d];
        }
        if (!same)
            wrong.push_back(fmt::format("output {} is declared as {} but is {}[{}]", i,
                                        model.type_text(outputs[i]), to_string(tensor.dtype),
                                        fmt::join(tensor.shape, ",")));
    }
}

void check_records(const LoweringResult& lowered, std::vector<std::string>& wrong)
{
    const OnnxModel& model = *lowered.model;
    if (model.provenance.size() != model.nodes.size())
        wrong.push_back("provenance is not parallel to the nodes");
    for (const OnnxGraph& graph : model.graphs)
        for (const NodeId node : graph.nodes)
            if (node >= model.provenance.size() || model.provenance[node].fx == no_index)
                wrong.push_back(fmt::format("node {} ({}) has no provenance", node,
                                            model.text(model.nodes[node].op_type)));
    for (const std::string& complaint : verify_model(model))
        wrong.push_back(complaint);
    std::set<std::string> initializers;
    for (const Initializer& initializer : model.initializers)
        initializers.emplace(model.text(model.values[initializer.value].name));
    for (const FxRecord& record : lowered.accounting.records) {
        if (record.fate == FxFate::Folded && !initializers.contains(record.initializer))
            wrong.push_back(fmt::format("there is no initializer '{}'", record.initializer));
        for (const NodeId node : record.nodes)
            if (node >= model.nodes.size())
                wrong.push_back(fmt::format("the accounting names node {}", node));
    }
    if (!lowered.accounting.closed())
        wrong.push_back(fmt::format("{} FX nodes are unaccounted for",
                                    lowered.accounting.count(FxFate::Unaccounted)));
}

std::string op_list(const OnnxModel& model)
{
    std::vector<std::string_view> ops;
    for (const NodeId node : model.graphs[OnnxModel::main_graph].nodes)
        ops.push_back(model.text(model.nodes[node].op_type));
    return fmt::format("{}", fmt::join(ops, " "));
}

void compare(const ParityRow& row, const std::vector<NamedTensor>& actual,
             const std::vector<Tensor>& expected, std::vector<std::string>& wrong)
{
    if (actual.size() != expected.size()) {
        wrong.push_back(fmt::format("{} outputs instead of {}", actual.size(), expected.size()));
        return;
    }
    for (std::size_t i = 0; i < expected.size(); ++i) {
        const auto difference = compare_tensors(actual[i].tensor, expected[i], row.atol, row.rtol);
        if (!difference)
            wrong.push_back(difference.error().text());
        else if (!difference->ok)
            wrong.push_back(fmt::format(
                "output {}: {}[{}] instead of {}[{}], max abs {:.3g}, max rel {:.3g}", i,
                to_string(actual[i].tensor.dtype), fmt::join(actual[i].tensor.shape, ","),
                to_string(expected[i].dtype), fmt::join(expected[i].shape, ","),
                difference->max_abs, difference->max_rel));
    }
}

/// One opset, one way of telling shapes.
std::string check_once(const ParityRow& row, const Program& program,
                       const std::vector<Trial>& trials, int opset, Shapes shapes,
                       const std::filesystem::path& onnx)
{
    TaskContext task;
    const auto lowered = lower_program(program, lowering_options(row, opset, shapes), task);
    if (!lowered)
        return lowered.error().text();
    std::vector<std::string> reasons;
    for (const UnsupportedOperator& op : lowered->unsupported)
        reasons.push_back(fmt::format("{} refused: {} {}", op.op, op.reason, op.help));
    if (!row.refusal_text.empty()) {
        const bool found = std::any_of(reasons.begin(), reasons.end(), [&](const std::string& r) {
            return r.find(row.refusal_text) != std::string::npos;
        });
        return found ? std::string()
                     : fmt::format("no refusal with '{}' but: {}", row.refusal_text,
                                   reasons.empty() ? "no refusal"
                                                   : fmt::format("{}", fmt::join(reasons, "; ")));
    }
    std::vector<std::string> wrong = reasons;
    check_records(*lowered, wrong);
    for (const Diagnostic& diagnostic : lowered->diagnostics)
        if (diagnostic.severity != Severity::Info && diagnostic.code != "random-operator")
            wrong.push_back(fmt::format("{}: {}", diagnostic.code, diagnostic.message));
    const std::size_t nodes = lowered->model->graphs[OnnxModel::main_graph].nodes.size();
    if (row.max_nodes >= 0 && opset == 17 && shapes == Shapes::Static &&
        nodes > static_cast<std::size_t>(row.max_nodes))
        wrong.push_back(fmt::format("{} nodes, at most {} expected", nodes, row.max_nodes));
    if (reasons.empty()) {
        const auto written = write_onnx(*lowered->model, onnx, {}, task);
        if (!written)
            return written.error().text();
        // ONNX's checker wants a rank for every graph input and output; the format does not. The
        // oldest supported ONNX library knows opset 17.
        const bool checkable = shapes != Shapes::Unknown && opset <= 17;
        const Status valid = checkable ? check_onnx(onnx) : Status();
        if (!valid)
            wrong.push_back(valid.error().text());
        const auto session = open_onnx_session(onnx);
        if (!session)
            wrong.push_back(session.error().text());
        for (std::size_t i = 0; session && i < trials.size(); ++i) {
            if (shapes == Shapes::Static && !trials[i].same_shapes)
                continue;
            const std::size_t before = wrong.size();
            if (const auto actual = (*session)->run(trials[i].inputs, task); !actual)
                wrong.push_back(actual.error().text());
            else {
                compare(row, *actual, trials[i].expected, wrong);
                check_declared(*lowered->model, *actual, wrong);
            }
            if (wrong.size() > before && trials.size() > 1)
                wrong.push_back(fmt::format("that was with inputs {}", i));
        }
    }
    if (wrong.empty())
        return {};
    return fmt::format("{}\n    nodes: {}", fmt::join(wrong, "\n    "), op_list(*lowered->model));
}

ParityTensor of(DType dtype, std::vector<std::int64_t> shape, double low, double high)
{
    ParityTensor tensor;
    tensor.dtype = dtype;
    tensor.shape = std::move(shape);
    tensor.low = low;
    tensor.high = high;
    return tensor;
}

} // namespace

ParityTensor f32(std::vector<std::int64_t> shape)
{
    return of(DType::Float32, std::move(shape), -1.0, 1.0);
}
ParityTensor f64(std::vector<std::int64_t> shape)
{
    return of(DType::Float64, std::move(shape), -1.0, 1.0);
}
ParityTensor i64(std::vector<std::int64_t> shape, std::int64_t low, std::int64_t high)
{
    return of(DType::Int64, std::move(shape), static_cast<double>(low), static_cast<double>(high));
}
ParityTensor i32(std::vector<std::int64_t> shape, std::int64_t low, std::int64_t high)
{
    return of(DType::Int32, std::move(shape), static_cast<double>(low), static_cast<double>(high));
}
ParityTensor boolean(std::vector<std::int64_t> shape)
{
    return of(DType::Bool, std::move(shape), 0.0, 1.0);
}
ParityTensor exactly(DType dtype, std::vector<std::int64_t> shape, std::vector<double> values)
{
    ParityTensor tensor = of(dtype, std::move(shape), 0.0, 0.0);
    tensor.values = std::move(values);
    return tensor;
}

ParityRow& ParityRow::input(ParityTensor tensor)
{
    inputs.push_back(std::move(tensor));
    return *this;
}
ParityRow& ParityRow::also(std::vector<ParityTensor> others)
{
    more_inputs.push_back(std::move(others));
    return *this;
}
ParityRow& ParityRow::parameter(std::string parameter_name, ParityTensor tensor)
{
    parameters.emplace_back(std::move(parameter_name), std::move(tensor));
    return *this;
}
ParityRow& ParityRow::tolerance(double absolute, double relative)
{
    atol = absolute;
    rtol = relative;
    return *this;
}
ParityRow& ParityRow::opset(int only)
{
    opsets = {only};
    return *this;
}
ParityRow& ParityRow::refuses(std::string text)
{
    refusal_text = std::move(text);
    return *this;
}
ParityRow& ParityRow::reference(std::string other_source)
{
    reference_source = std::move(other_source);
    return *this;
}
ParityRow& ParityRow::renamed(std::string target, std::string alias)
{
    renamed_targets.emplace_back(std::move(target), std::move(alias));
    return *this;
}
ParityRow& ParityRow::graph(std::string nodes)
{
    fx_text = std::move(nodes);
    return *this;
}
ParityRow& ParityRow::dynamic()
{
    with_dynamic = true;
    return *this;
}
ParityRow& ParityRow::unknown()
{
    with_unknown = true;
    return *this;
}
ParityRow& ParityRow::nodes(int at_most)
{
    max_nodes = at_most;
    return *this;
}

std::string check_parity(const ParityRow& row)
{
    TaskContext task;
    const TemporaryFolder folder;
    if (const Status ready = prepare_backend(); !ready)
        return ready.error().text();
    const auto backend = torch_backend();
    const std::filesystem::path path = folder / "row.pt";
    if (const Status saved = save(row, row.source, path); !saved)
        return "the source does not compile: " + saved.error().text();
    const auto program = load(row, path);
    if (!program)
        return program.error().text();

    std::vector<Trial> trials = materialise_trials(row);
    std::unique_ptr<RunnableModule> runnable;
    if (row.refusal_text.empty()) {
        std::filesystem::path reference = path;
        if (!row.reference_source.empty()) {
            reference = folder / "reference.pt";
            if (const Status saved = save(row, row.reference_source, reference); !saved)
                return "the reference does not compile: " + saved.error().text();
        }
        auto loaded = (*backend)->load_runnable(reference, task);
        if (!loaded)
            return loaded.error().text();
        runnable = std::move(*loaded);
        for (Trial& trial : trials) {
            auto outputs = runnable->run(trial.inputs, task);
            if (!outputs)
                return "LibTorch: " + outputs.error().text();
            trial.expected = std::move(*outputs);
        }
    }

    std::vector<Shapes> tellings{Shapes::Static};
    if (row.with_dynamic)
        tellings.push_back(Shapes::Dynamic);
    if (row.with_unknown)
        tellings.push_back(Shapes::Unknown);
    std::vector<std::string> wrong;
    for (const int opset : row.opsets)
        for (const Shapes shapes : tellings)
            if (std::string why =
                    check_once(row, **program, trials, opset, shapes, folder / "row.onnx");
                !why.empty())
                wrong.push_back(
                    fmt::format("opset {}, {} shapes: {}", opset, to_string(shapes), why));
    return fmt::format("{}", fmt::join(wrong, "\n"));
}

namespace {

/// The row's program, without running it.
Result<std::shared_ptr<const Program>> program_of(const ParityRow& row)
{
    const TemporaryFolder folder;
    const std::filesystem::path path = folder / "row.pt";
    STRATA_CHECK(prepare_backend());
    STRATA_CHECK(save(row, row.source, path));
    return load(row, path);
}

bool is_call(const FxNode& node)
{
    return node.kind == FxKind::CallFunction || node.kind == FxKind::CallMethod;
}

} // namespace

std::vector<std::string> parity_targets(const ParityRow& row, std::string* error)
{
    const auto program = program_of(row);
    if (!program) {
        *error = program.error().text();
        return {};
    }
    std::set<std::string> targets;
    for (const FxNode& node : (*program)->graph.nodes)
        if (is_call(node))
            targets.insert(node.target);
    return {targets.begin(), targets.end()};
}

std::vector<EmittedCall> emitted_calls(const ParityRow& row, int opset, std::string* error)
{
    if (!row.refusal_text.empty() || std::ranges::find(row.opsets, opset) == row.opsets.end())
        return {};
    const auto program = program_of(row);
    if (!program) {
        *error = program.error().text();
        return {};
    }
    TaskContext task;
    const auto lowered =
        lower_program(**program, lowering_options(row, opset, Shapes::Static), task);
    if (!lowered) {
        *error = lowered.error().text();
        return {};
    }
    const FxGraph& fx = (*program)->graph;
    const OnnxModel& model = *lowered->model;
    std::vector<EmittedCall> calls(fx.nodes.size());
    for (const OnnxGraph& graph : model.graphs)
        for (const NodeId node : graph.nodes)
            if (const FxNodeId origin = model.provenance.at(node).fx; origin < calls.size())
                calls[origin].ops.emplace_back(model.text(model.nodes[node].op_type));
    std::vector<EmittedCall> result;
    for (std::size_t i = 0; i < calls.size(); ++i)
        if (is_call(fx.nodes[i])) {
            calls[i].target = fx.nodes[i].target;
            result.push_back(std::move(calls[i]));
        }
    return result;
}

} // namespace strata::test
