#include "session/run_inputs.h"

#include "session/infer_inputs.h"
#include "session/random_tensor.h"

#include <algorithm>
#include <map>

namespace strata {
namespace {

/// More than one, so that a batch dimension is not mistaken for one that is broadcast.
constexpr std::int64_t usual_batch = 2;

/// The shape that the caller wrote or the file recorded, before axes became dynamic.
std::optional<std::vector<std::int64_t>> concrete_shape(const Program& program,
                                                        const ExportOptions& options,
                                                        const std::string& name,
                                                        std::size_t position)
{
    std::optional<std::vector<std::int64_t>> shape;
    if (program.sample_inputs.size() > position)
        shape = program.sample_inputs[position].tensor.shape;
    for (const SampleTensor& sample : program.sample_inputs)
        if (!sample.name.empty() && sample.name == name)
            shape = sample.tensor.shape;
    for (std::size_t i = 0; i < options.inputs.size(); ++i)
        if (options.inputs[i].name == name || (options.inputs[i].name.empty() && i == position))
            shape = options.inputs[i].shape;
    return shape;
}

class Maker {
public:
    Maker(const Program& program, const ChosenInputs& chosen, const ExportOptions& options,
          std::size_t attempt)
        : m_program(program),
          m_chosen(chosen),
          m_options(options),
          m_attempt(attempt),
          m_inferred(chosen.any_assumed() ? infer_inputs(program) : std::vector<InferredInput>{}),
          m_choices(plausible_choices(m_inferred))
    {}

    Result<RunInputs> make()
    {
        STRATA_CHECK(read_data());
        const std::vector<FxNodeId> placeholders = m_program.graph.placeholders();
        for (std::size_t i = 0; i < placeholders.size(); ++i)
            STRATA_CHECK(add(i, m_program.graph.nodes[placeholders[i]]));
        m_made.from = m_chosen.any_assumed()                 ? "assumed"
                      : m_options.inputs.empty() && !m_given ? "recorded in the file"
                                                             : "given";
        return std::move(m_made);
    }

private:
    Status read_data()
    {
        m_data.resize(m_chosen.names.size());
        if (m_options.inputs_dir) {
            m_data = m_chosen.data;
            m_given = true;
            return {};
        }
        if (!m_options.inputs.empty())
            return {};
        for (std::size_t i = 0; i < m_program.sample_inputs.size() && i < m_data.size(); ++i)
            m_data[i] = m_program.sample_inputs[i].tensor;
        return {};
    }

    Status add(std::size_t i, const FxNode& node)
    {
        const FxType& type = m_program.graph.values[node.outputs.front()].type;
        LoweringInput input = m_chosen.inputs[i];
        if (m_data[i].storage) {
            input.dtype = m_data[i].dtype;
            m_made.tensors.emplace_back(std::vector<Tensor>{m_data[i]});
            set_shape(input, m_data[i].shape);
            m_made.types.push_back(std::move(input));
            return {};
        }
        if (m_chosen.assumed[i])
            input = assumed_input(i);
        if (!input.shape || input.dtype == DType::Unknown) {
            if (!node.args.empty() || type.kind == FxType::Kind::Optional) {
                m_made.tensors.emplace_back();
                m_made.types.push_back(std::move(input));
                return {};
            }
            input.dtype = type.kind == FxType::Kind::Int    ? DType::Int64
                          : type.kind == FxType::Kind::Bool ? DType::Bool
                                                            : DType::Float64;
            set_shape(input, {});
        }
        const auto concrete = concrete_shape(m_program, m_options, m_chosen.names[i], i);
        std::vector<std::int64_t> shape;
        for (const FxDim& dim : input.shape.value_or(std::vector<FxDim>{}))
            shape.push_back(dim.known() ? dim.value : size_of(dim.symbol, shape.size(), concrete));
        set_shape(input, shape);
        // A Python number as an input: one that is as good as a size.
        const bool number = type.kind == FxType::Kind::Int || type.kind == FxType::Kind::Float;
        if (number) {
            m_made.tensors.emplace_back(
                std::vector<Tensor>{Tensor::scalar(input.dtype, std::int64_t{1})});
        } else {
            STRATA_TRY(Tensor tensor,
                       random_tensor(input.dtype, shape, static_cast<unsigned>(i + 1)));
            if (i < m_inferred.size() && m_inferred[i].is_offset)
                tensor = Tensor::filled(input.dtype, shape, 0.0);
            m_made.tensors.emplace_back(std::vector<Tensor>{std::move(tensor)});
        }
        m_made.types.push_back(std::move(input));
        return {};
    }

    /// Sizes that the weights settle first, if there are any, then the usual choices.
    LoweringInput assumed_input(std::size_t i) const
    {
        const std::size_t settled = m_chosen.fitting.empty() ? 0 : 1;
        if (m_attempt < settled)
            return fitting_input(m_inferred[i], m_chosen.names[i], m_chosen.fitting);
        return plausible_input(m_inferred, i,
                               m_choices.at((m_attempt - settled) % m_choices.size()));
    }

    static void set_shape(LoweringInput& input, const std::vector<std::int64_t>& shape)
    {
        input.shape.emplace();
        for (const std::int64_t size : shape)
            input.shape->push_back({size, {}});
    }

    std::int64_t size_of(const std::string& symbol, std::size_t axis,
                         const std::optional<std::vector<std::int64_t>>& concrete)
    {
        const std::int64_t size = concrete && axis < concrete->size() ? (*concrete)[axis]
                                  : axis == 0                         ? usual_batch
                                                                      : plausible_size(m_attempt);
        return symbol.empty() ? size : m_symbols.emplace(symbol, size).first->second;
    }

    const Program& m_program;
    const ChosenInputs& m_chosen;
    const ExportOptions& m_options;
    std::size_t m_attempt;
    std::vector<InferredInput> m_inferred;
    std::vector<PlausibleChoice> m_choices;
    std::vector<Tensor> m_data; // per placeholder; storage is null where there is none
    std::map<std::string, std::int64_t> m_symbols;
    bool m_given = false;
    RunInputs m_made;
};

} // namespace

std::size_t run_attempts(const Program& program, const ChosenInputs& chosen)
{
    if (!chosen.any_assumed())
        return 1;
    return plausible_choices(infer_inputs(program)).size() + (chosen.fitting.empty() ? 0 : 1);
}

Result<RunInputs> make_run_inputs(const Program& program, const ChosenInputs& chosen,
                                  const ExportOptions& options, std::size_t attempt)
{
    return Maker(program, chosen, options, attempt).make();
}

} // namespace strata
