#include "session/choose_inputs.h"

#include "session/infer_inputs.h"
#include "session/inputs_dir.h"

#include <algorithm>
#include <fmt/format.h>
#include <fmt/ranges.h>

namespace strata {
namespace {

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
};

class Matcher {
public:
    Matcher(const Program& program, ChosenInputs& chosen)
        : m_program(program),
          m_chosen(chosen),
          m_placeholders(program.graph.placeholders())
    {}

    /// By name where it has one; the others in order to the inputs that got none.
    Status match(const std::vector<Given>& given)
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
            STRATA_CHECK(set(index, item));
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
            STRATA_CHECK(set(next, item));
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

    Status set(std::size_t index, const Given& item)
    {
        const FxType& wanted = type(index);
        if (wanted.shape) {
            if (wanted.shape->size() != item.shape.size())
                return wrong(fmt::format("The input '{}' has rank {}, but rank {} is given.",
                                         m_chosen.names[index], wanted.shape->size(),
                                         item.shape.size()));
        }
        LoweringInput& input = m_chosen.inputs[index];
        input.dtype = item.dtype;
        input.shape.emplace();
        for (std::size_t axis = 0; axis < item.shape.size(); ++axis) {
            const bool symbolic =
                item.example && wanted.shape && !(*wanted.shape)[axis].symbol.empty();
            input.shape->push_back(symbolic ? (*wanted.shape)[axis] : FxDim{item.shape[axis], {}});
        }
        m_chosen.assumed[index] = false;
        return {};
    }

    const Program& m_program;
    ChosenInputs& m_chosen;
    std::vector<FxNodeId> m_placeholders;
};

std::vector<Given> given_tensors(const std::vector<NamedTensor>& tensors,
                                 const std::vector<std::string>& names)
{
    // Test vectors made for another exporter may carry other names: then the position counts.
    const bool named = std::all_of(tensors.begin(), tensors.end(), [&](const NamedTensor& t) {
        return std::find(names.begin(), names.end(), t.name) != names.end();
    });
    std::vector<Given> given;
    for (const NamedTensor& tensor : tensors)
        given.push_back(
            {named ? tensor.name : std::string{}, tensor.tensor.dtype, tensor.tensor.shape, true});
    return given;
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
                     "line takes others with --input NAME:DTYPE[D,D,...] or --inputs DIR.",
                     fmt::join(texts, ", ")),
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

Result<ChosenInputs> choose_inputs(const Program& program, const ExportOptions& options)
{
    ChosenInputs chosen;
    for (const FxNodeId id : program.graph.placeholders()) {
        const FxNode& node = program.graph.nodes[id];
        chosen.names.push_back(node.target);
        const FxType& type = program.graph.values[node.outputs.front()].type;
        const bool told = type.kind == FxType::Kind::Tensor && type.dtype != DType::Unknown &&
                          type.shape.has_value();
        chosen.inputs.push_back(told ? LoweringInput{type.dtype, type.shape} : LoweringInput{});
        chosen.assumed.push_back(takes_tensor(type) && !told);
    }
    Matcher matcher(program, chosen);
    std::vector<Given> samples;
    for (const SampleTensor& sample : program.sample_inputs)
        samples.push_back({sample.name, sample.tensor.dtype, sample.tensor.shape, true});
    if (samples.size() <= chosen.names.size())
        STRATA_CHECK(matcher.match(samples));
    if (options.inputs_dir) {
        STRATA_TRY(const auto tensors, read_test_vectors(*options.inputs_dir, "input"));
        if (tensors.empty() && !chosen.names.empty())
            return failure(ErrorCode::Usage,
                           fmt::format("'{}' has no input_0.pb.", options.inputs_dir->string()));
        STRATA_CHECK(matcher.match(given_tensors(tensors, chosen.names)));
    }
    std::vector<Given> specs;
    for (const InputSpec& spec : options.inputs)
        specs.push_back({spec.name, spec.dtype, spec.shape, false});
    STRATA_CHECK(matcher.match(specs));
    return chosen;
}

Result<LoweringResult> lower_with_inputs(const Program& program, ChosenInputs chosen,
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
            if (chosen.assumed[i])
                chosen.inputs[i] = symbolic_input(inferred[i], chosen.names[i]);
    }
    STRATA_CHECK(apply_dynamic_axes(chosen, dynamic_axes));
    options.inputs = chosen.inputs;
    STRATA_TRY(LoweringResult best, lower_program(program, options, task));
    if (best.needs_shapes && chosen.any_assumed()) {
        ChosenInputs best_inputs = chosen;
        std::size_t best_score = best.unsupported.size() + contradictions(best);
        for (std::size_t attempt = 0; attempt < plausible_attempts && best_score > 0; ++attempt) {
            ChosenInputs tried = chosen;
            for (std::size_t i = 0; i < tried.names.size(); ++i)
                if (tried.assumed[i])
                    tried.inputs[i] = plausible_input(inferred[i], attempt);
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
    return best;
}

} // namespace strata
