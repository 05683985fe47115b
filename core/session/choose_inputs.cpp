#include "session/choose_inputs.h"

#include "ir/fx_expand_inputs.h"
#include "session/infer_inputs.h"
#include "session/inputs_dir.h"

#include <algorithm>
#include <chrono>
#include <fmt/format.h>
#include <fmt/ranges.h>

namespace strata {
namespace {

/// For trying plausible shapes where nobody gave any. Checked between tries; each try itself ends
/// when the task is cancelled.
constexpr std::chrono::seconds trial_time{10};

constexpr std::string_view from_caller = "given";
constexpr std::string_view from_file = "recorded in the file";

bool takes_tensor(const FxType& type)
{
    return type.kind == FxType::Kind::Tensor || type.kind == FxType::Kind::Unknown;
}

/// What a caller gave for one input.
struct Given {
    std::string name;
    DType dtype = DType::Unknown;
    std::vector<std::int64_t> shape;
    /// An example: dimensions that the program has as symbols stay symbols.
    bool example = false;
    Tensor data{}; ///< storage may be null
};

class Matcher {
public:
    Matcher(const Program& program, ChosenInputs& chosen)
        : m_program(program),
          m_chosen(chosen),
          m_placeholders(program.graph.placeholders())
    {}

    /// By name where it has one; the others in order to the inputs that got none.
    Status match(const std::vector<Given>& given, std::string_view source)
    {
        std::vector<bool> taken(m_chosen.names.size(), false);
        for (const Given& item : given) {
            if (item.name.empty())
                continue;
            const auto it = std::find(m_chosen.names.begin(), m_chosen.names.end(), item.name);
            if (it == m_chosen.names.end())
                return wrong(fmt::format("The model has no input '{}'.", item.name));
            const auto index = static_cast<std::size_t>(it - m_chosen.names.begin());
            if (taken[index])
                return wrong(fmt::format("The input '{}' is given twice.", item.name));
            taken[index] = true;
            STRATA_CHECK(set(index, item, source));
        }
        std::size_t next = 0;
        for (const Given& item : given) {
            if (!item.name.empty())
                continue;
            while (next < taken.size() && taken[next])
                ++next;
            if (next == taken.size())
                return wrong(fmt::format("{} inputs are given, but the model has {}.", given.size(),
                                         taken.size()));
            taken[next] = true;
            STRATA_CHECK(set(next, item, source));
        }
        return {};
    }

    tl::unexpected<Error> wrong(std::string message) const
    {
        std::vector<std::string> texts;
        for (std::size_t i = 0; i < m_chosen.names.size(); ++i)
            texts.push_back(type_text(i));
        return failure(
            ErrorCode::Usage,
            fmt::format("{} Its inputs are: {}.", message,
                        texts.empty() ? "(none)" : fmt::format("{}", fmt::join(texts, ", "))));
    }

private:
    const FxType& type(std::size_t index) const
    {
        const FxNode& node = m_program.graph.nodes[m_placeholders[index]];
        return m_program.graph.values[node.outputs.front()].type;
    }

    std::string type_text(std::size_t index) const
    {
        const FxType& t = type(index);
        LoweringInput input{t.dtype, t.shape};
        return t.kind == FxType::Kind::Tensor && (t.shape || t.dtype != DType::Unknown)
                   ? input_text(m_chosen.names[index], input)
                   : m_chosen.names[index];
    }

    Status set(std::size_t index, const Given& item, std::string_view source)
    {
        const FxType& wanted = type(index);
        if (wanted.shape) {
            if (wanted.shape->size() != item.shape.size())
                return wrong(fmt::format("The input '{}' has rank {}, but rank {} is given.",
                                         m_chosen.names[index], wanted.shape->size(),
                                         item.shape.size()));
        }
        if (wanted.kind == FxType::Kind::Tensor && wanted.dtype != DType::Unknown &&
            item.dtype != wanted.dtype)
            return wrong(fmt::format("The input '{}' is {}, but {} is given.",
                                     m_chosen.names[index], to_string(wanted.dtype),
                                     to_string(item.dtype)));
        LoweringInput& input = m_chosen.inputs[index];
        input.dtype = item.dtype;
        input.shape.emplace();
        for (std::size_t axis = 0; axis < item.shape.size(); ++axis) {
            const bool symbolic =
                item.example && wanted.shape && !(*wanted.shape)[axis].symbol.empty();
            input.shape->push_back(symbolic ? (*wanted.shape)[axis] : FxDim{item.shape[axis], {}});
        }
        m_chosen.assumed[index] = false;
        m_chosen.sources[index] = source;
        m_chosen.data[index] = item.data;
        return {};
    }

    const Program& m_program;
    ChosenInputs& m_chosen;
    std::vector<FxNodeId> m_placeholders;
};

std::vector<std::string> argument_names(const Program& program)
{
    std::vector<std::string> names;
    for (const FxNodeId id : program.graph.placeholders())
        names.push_back(program.graph.nodes[id].target);
    return names;
}

/// The inputs of --inputs, with names that the program knows or none.
Result<std::vector<NamedTensor>> given_files(const Program& program, const ExportOptions& options,
                                             TaskContext& task)
{
    if (!options.inputs_dir)
        return std::vector<NamedTensor>{};
    std::error_code error;
    const std::vector<std::string> arguments = argument_names(program);
    if (arguments.empty() && std::filesystem::is_directory(*options.inputs_dir, error))
        return std::vector<NamedTensor>{}; // the folder is there for the outputs in it
    STRATA_TRY(auto tensors, read_inputs(*options.inputs_dir, task));
    if (std::filesystem::exists(*options.inputs_dir / "input_0.pb", error))
        drop_foreign_names(tensors, arguments);
    return tensors;
}

/// A Python number as an input has no shape to choose.
void scalar_input(const FxType& type, const FxNode& node, LoweringInput& input)
{
    const DType dtype = type.kind == FxType::Kind::Int     ? DType::Int64
                        : type.kind == FxType::Kind::Float ? DType::Float64
                        : type.kind == FxType::Kind::Bool  ? DType::Bool
                                                           : DType::Unknown;
    if (dtype == DType::Unknown || !node.args.empty())
        return;
    input.dtype = dtype;
    input.shape.emplace();
}

/// Puts the symbols of --dynamic into the shapes.
Status apply_dynamic_axes(ChosenInputs& chosen, const std::vector<DynamicAxis>& axes)
{
    for (const DynamicAxis& axis : axes) {
        auto it = std::find(chosen.names.begin(), chosen.names.end(), axis.name);
        if (axis.name.empty() && chosen.names.size() == 1)
            it = chosen.names.begin();
        if (it == chosen.names.end())
            return failure(ErrorCode::Usage,
                           fmt::format("--dynamic names the input '{}', which the model does not "
                                       "have. Its inputs are: {}.",
                                       axis.name, fmt::join(chosen.names, ", ")));
        auto& shape = chosen.inputs[static_cast<std::size_t>(it - chosen.names.begin())].shape;
        if (!shape)
            return failure(ErrorCode::Usage,
                           fmt::format("The rank of the input '{}' is not known, so axis {} cannot "
                                       "be made dynamic. Give its shape: --input "
                                       "'{}:float32[...]'.",
                                       *it, axis.axis, *it));
        const auto rank = static_cast<std::int64_t>(shape->size());
        const std::int64_t index = axis.axis < 0 ? axis.axis + rank : axis.axis;
        if (index < 0 || index >= rank)
            return failure(ErrorCode::Usage,
                           fmt::format("The input '{}' has rank {}: there is no axis {}.", *it,
                                       rank, axis.axis));
        (*shape)[static_cast<std::size_t>(index)] = {-1, axis.symbol};
    }
    return {};
}

std::size_t contradictions(const LoweringResult& result)
{
    return static_cast<std::size_t>(
        std::count_if(result.diagnostics.begin(), result.diagnostics.end(),
                      [](const Diagnostic& d) { return d.code == "shape-contradiction"; }));
}

/// A program that was exported with a size may hold it, or what follows from it, as a constant.
void warn_of_fixed_axes(const Program& program, const std::vector<DynamicAxis>& axes,
                        LoweringResult& result)
{
    for (const FxNodeId id : program.graph.placeholders()) {
        const FxNode& node = program.graph.nodes[id];
        const FxType& type = program.graph.values[node.outputs.front()].type;
        for (const DynamicAxis& axis : axes) {
            const auto rank = static_cast<std::int64_t>(type.shape ? type.shape->size() : 0);
            const std::int64_t at = axis.axis < 0 ? axis.axis + rank : axis.axis;
            if (axis.name != node.target || at < 0 || at >= rank ||
                !(*type.shape)[static_cast<std::size_t>(at)].known())
                continue;
            result.diagnostics.push_back(
                {Severity::Warning,
                 "fixed-axis",
                 fmt::format("The model was exported with {} as the size of axis {} of '{}'. It "
                             "may be a constant in the program, and '{}' then holds for this size "
                             "only: export the model from PyTorch with dynamic_shapes, or compare "
                             "at other sizes.",
                             (*type.shape)[static_cast<std::size_t>(at)].value, axis.axis,
                             node.target, axis.symbol),
                 {}});
        }
    }
}

/// " Sizes that its layers agree on: x_dim2=20, x_dim3=20."
std::string fitting_text(const ChosenInputs& chosen)
{
    std::vector<std::string> texts;
    for (const LoweringInput& input : chosen.inputs)
        for (const FxDim& dim : input.shape.value_or(std::vector<FxDim>{}))
            if (const auto it = chosen.fitting.find(dim.symbol);
                !dim.known() && it != chosen.fitting.end())
                texts.push_back(fmt::format("{}={}", it->first, it->second));
    return texts.empty()
               ? std::string{}
               : fmt::format(" Sizes that its layers agree on: {}.", fmt::join(texts, ", "));
}

void describe_assumptions(const ChosenInputs& chosen, LoweringResult& result)
{
    std::vector<std::string> texts;
    for (std::size_t i = 0; i < chosen.names.size(); ++i)
        if (chosen.assumed[i])
            texts.push_back(input_text(chosen.names[i], chosen.inputs[i]));
    if (texts.empty())
        return;
    result.diagnostics.push_back(
        {Severity::Info,
         "assumed-inputs",
         fmt::format("The file does not say which inputs it takes; assumed: {}. The command "
                     "line takes others with --input NAME:DTYPE[D,D,...] or --inputs DIR.{}",
                     fmt::join(texts, ", "), fitting_text(chosen)),
         {}});
}

} // namespace

bool ChosenInputs::any_assumed() const
{
    return std::find(assumed.begin(), assumed.end(), true) != assumed.end();
}

std::string input_text(const std::string& name, const LoweringInput& input)
{
    std::string text = fmt::format("{}:{}", name, to_string(input.dtype));
    if (!input.shape)
        return text + "[...]";
    std::vector<std::string> dims;
    for (const FxDim& dim : *input.shape)
        dims.push_back(dim.known() ? fmt::to_string(dim.value)
                                   : (dim.symbol.empty() ? "?" : dim.symbol));
    return text + fmt::format("[{}]", fmt::join(dims, ","));
}

std::vector<UsedInput> ChosenInputs::used() const
{
    std::vector<UsedInput> all;
    for (std::size_t i = 0; i < names.size(); ++i) {
        UsedInput one{names[i], inputs[i].dtype, inputs[i].shape, sources[i], assumed[i], false};
        one.left_out = one.dtype == DType::Unknown && !one.shape;
        all.push_back(std::move(one));
    }
    return all;
}

namespace {

/// The type of the input of that name, without "or None"; null where there is none.
const FxType* input_type(const FxGraph& graph, std::string_view name)
{
    for (const FxNodeId id : graph.placeholders()) {
        const FxNode& node = graph.nodes[id];
        if (node.target != name)
            continue;
        const FxType* type = &graph.values[node.outputs.front()].type;
        while (type->kind == FxType::Kind::Optional && !type->elements.empty())
            type = &type->elements.front();
        return type;
    }
    return nullptr;
}

bool is_dict(const FxGraph& graph, std::string_view name)
{
    const FxType* type = input_type(graph, name);
    return type && type->kind == FxType::Kind::Dict;
}

bool is_list_of_lists(const FxGraph& graph, std::string_view name)
{
    const FxType* type = input_type(graph, name);
    return type && type->kind == FxType::Kind::List && !type->elements.empty() &&
           type->elements.front().kind == FxType::Kind::List;
}

} // namespace

Result<std::shared_ptr<const Program>> flatten_inputs(std::shared_ptr<const Program> program,
                                                      const ExportOptions& options,
                                                      TaskContext& task)
{
    if (!has_nested_inputs(program->graph))
        return program;
    std::vector<std::string> names;
    for (const InputSpec& spec : options.inputs)
        names.push_back(spec.name);
    STRATA_TRY(const auto files, given_files(*program, options, task));
    for (const NamedTensor& file : files)
        names.push_back(file.name);
    const auto unnamed =
        static_cast<std::size_t>(std::count(names.begin(), names.end(), std::string{}));
    for (const SampleTensor& sample : program->sample_inputs)
        names.push_back(sample.name);
    ExpandedInputs expanded = expand_inputs(program->graph, names);
    if (unnamed > 0) {
        for (const std::string& open : expanded.open) {
            if (is_dict(program->graph, open)) // code asks for keys, which positions do not tell
                return failure(
                    ErrorCode::Usage,
                    fmt::format("The input '{}' is a dict, and inputs without names do not tell "
                                "its keys. Name each: --input '{}.KEY:float32[...]', or files "
                                "{}.KEY.npy in the folder of --inputs.",
                                open, open, open));
            else if (is_list_of_lists(program->graph, open))
                return failure(
                    ErrorCode::Usage,
                    fmt::format("The input '{}' is a list of lists, and inputs without names do "
                                "not tell how long each is. Name each item: --input "
                                "'{}.0.0:float32[...]', or files {}.0.0.npy or {}.0.0.pb in the "
                                "folder of --inputs.",
                                open, open, open, open));
        }
    }
    if (expanded.open.size() == 1 && unnamed > 0) {
        // One list of open length takes what the other inputs leave of those given by position.
        std::size_t others = 0;
        for (const FxNodeId id : expanded.graph.placeholders()) {
            const FxNode& node = expanded.graph.nodes[id];
            const FxType& type = expanded.graph.values[node.outputs.front()].type;
            others += node.target != expanded.open.front() && node.args.empty() &&
                      type.kind != FxType::Kind::Optional;
        }
        for (std::size_t i = 0; i + others < unnamed; ++i)
            names.push_back(fmt::format("{}.{}", expanded.open.front(), i));
        expanded = expand_inputs(program->graph, names);
    }
    auto flat = std::make_shared<Program>(*program);
    flat->graph = std::move(expanded.graph);
    return flat;
}

Result<ChosenInputs> choose_inputs(const Program& program, const ExportOptions& options,
                                   TaskContext& task)
{
    ChosenInputs chosen;
    for (const FxNodeId id : program.graph.placeholders()) {
        const FxNode& node = program.graph.nodes[id];
        const FxType& type = program.graph.values[node.outputs.front()].type;
        chosen.names.push_back(node.target);
        const bool told = type.kind == FxType::Kind::Tensor && type.dtype != DType::Unknown &&
                          type.shape.has_value();
        chosen.inputs.push_back(told ? LoweringInput{type.dtype, type.shape} : LoweringInput{});
        chosen.assumed.push_back(takes_tensor(type) && !told && node.args.empty());
        chosen.data.emplace_back();
        chosen.sources.emplace_back(told                                  ? from_file
                                    : !node.args.empty()                  ? "its default value"
                                    : type.kind == FxType::Kind::Optional ? "left out (None)"
                                                                          : "its type");
        scalar_input(type, node, chosen.inputs.back());
    }
    Matcher matcher(program, chosen);
    std::vector<Given> samples;
    for (const SampleTensor& sample : program.sample_inputs)
        samples.push_back({sample.name, sample.tensor.dtype, sample.tensor.shape, true});
    if (samples.size() <= chosen.names.size()) {
        ChosenInputs before = chosen;
        if (Status fit = matcher.match(samples, from_file); !fit) {
            if (options.inputs.empty() && !options.inputs_dir)
                return failure(ErrorCode::CannotRead,
                               fmt::format("The sample inputs that '{}' records contradict its own "
                                           "program: {} Give other inputs with --input or "
                                           "--inputs.",
                                           program.path.filename().string(), fit.error().message));
            chosen = std::move(before);
        }
    }
    std::vector<Given> files;
    STRATA_TRY(const auto tensors, given_files(program, options, task));
    for (const NamedTensor& tensor : tensors)
        files.push_back(
            {tensor.name, tensor.tensor.dtype, tensor.tensor.shape, true, tensor.tensor});
    STRATA_CHECK(matcher.match(files, from_caller));
    std::vector<Given> specs;
    for (const InputSpec& spec : options.inputs)
        specs.push_back({spec.name, spec.dtype, spec.shape, false});
    STRATA_CHECK(matcher.match(specs, from_caller));
    return chosen;
}

Result<LoweringResult> lower_with_inputs(const Program& program, ChosenInputs& chosen,
                                         const ExportOptions& export_options, TaskContext& task)
{
    const std::vector<DynamicAxis>& dynamic_axes = export_options.dynamic_axes;
    LoweringOptions options;
    options.opset = export_options.opset;
    options.fold_batch_norm = export_options.fold_batch_norm;
    std::vector<InferredInput> inferred;
    if (chosen.any_assumed()) {
        inferred = infer_inputs(program);
        for (std::size_t i = 0; i < chosen.names.size(); ++i)
            if (chosen.assumed[i]) {
                chosen.inputs[i] = symbolic_input(inferred[i], chosen.names[i]);
                chosen.sources[i] = inferred[i].because.empty()
                                        ? std::string("assumed")
                                        : fmt::format("inferred from {}", inferred[i].because);
            }
    }
    STRATA_CHECK(apply_dynamic_axes(chosen, dynamic_axes));
    options.inputs = chosen.inputs;
    STRATA_TRY(LoweringResult best, lower_program(program, options, task));
    if (chosen.any_assumed())
        chosen.fitting = fitting_sizes(*best.model, task);
    if (best.needs_shapes && chosen.any_assumed()) {
        ChosenInputs best_inputs = chosen;
        const std::vector<PlausibleChoice> choices = plausible_choices(inferred);
        std::size_t best_score = best.unsupported.size() + contradictions(best);
        const auto start = std::chrono::steady_clock::now();
        // What the weights settle comes first, then what is usual.
        const std::size_t settled = chosen.fitting.empty() ? 0 : 1;
        const std::size_t attempts = choices.size() + settled;
        for (std::size_t attempt = 0; attempt < attempts && best_score > 0; ++attempt) {
            if (std::chrono::steady_clock::now() - start > trial_time) {
                best.diagnostics.push_back(
                    {Severity::Info,
                     "input-search",
                     fmt::format("The search for input shapes ended after {} s and {} of {} tries; "
                                 "the best so far is taken.",
                                 trial_time.count(), attempt, attempts),
                     {}});
                break;
            }
            ChosenInputs tried = chosen;
            for (std::size_t i = 0; i < tried.names.size(); ++i)
                if (tried.assumed[i])
                    tried.inputs[i] =
                        attempt < settled
                            ? fitting_input(inferred[i], tried.names[i], chosen.fitting)
                            : plausible_input(inferred, i, choices[attempt - settled]);
            if (!apply_dynamic_axes(tried, dynamic_axes))
                continue; // this shape has too few axes
            options.inputs = tried.inputs;
            STRATA_TRY(LoweringResult result, lower_program(program, options, task));
            const double seconds = best.pass_seconds + result.pass_seconds;
            const std::size_t score = result.unsupported.size() + contradictions(result);
            if (score < best_score) {
                best_score = score;
                best = std::move(result);
                best_inputs = std::move(tried);
            }
            best.pass_seconds = seconds;
        }
        chosen = std::move(best_inputs);
    }
    describe_assumptions(chosen, best);
    warn_of_fixed_axes(program, dynamic_axes, best);
    return best;
}

} // namespace strata
