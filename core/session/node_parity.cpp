#include "session/node_parity.h"

#include "onnx/onnx_writer.h"
#include "runtime/onnx_runtime.h"
#include "session/run_inputs.h"
#include "session/staging_folder.h"
#include "session/tolerances.h"
#include "torch/torch_backend.h"

#include <algorithm>
#include <limits>
#include <optional>
#include <string>
#include <unordered_map>

namespace strata {
namespace {

/// Sums of large elements round by as much, also where they come to nearly nothing: a share of the
/// largest element is no difference anywhere.
constexpr double rounding = 1e-5;

/// An operator's output and the node that has it.
struct Pair {
    NodeId node = no_id;
    FxNodeId fx = no_index;
    std::string value;
    std::size_t round = 0; ///< which execution of the operator
    std::uint64_t bytes = 0;
};

std::uint64_t bytes_of(const FxType& type)
{
    std::uint64_t bytes = bytes_for(type.dtype, 1);
    for (const FxDim& dim : type.shape.value_or(std::vector<FxDim>{}))
        bytes *= static_cast<std::uint64_t>(std::max<std::int64_t>(dim.value, 0));
    return bytes;
}

/// The model gives out the values of all pairs as long as this lives.
class MoreOutputs {
public:
    MoreOutputs(OnnxModel& model, const std::vector<Pair>& pairs)
        : m_graph(model.graphs[OnnxModel::main_graph]),
          m_before(m_graph.outputs)
    {
        std::vector<bool> given_out(model.values.size());
        for (const ValueId output : m_before)
            if (output != no_id)
                given_out[output] = true;
        for (const Pair& pair : pairs) {
            const ValueId value = model.nodes[pair.node].outputs.front();
            if (!given_out[value])
                m_graph.outputs.push_back(value);
            given_out[value] = true;
        }
    }
    ~MoreOutputs() { m_graph.outputs = std::move(m_before); }
    MoreOutputs(const MoreOutputs&) = delete;
    MoreOutputs& operator=(const MoreOutputs&) = delete;

private:
    OnnxGraph& m_graph;
    std::vector<ValueId> m_before;
};

class Comparer {
public:
    Comparer(const ParityQuestion& question, TaskContext& task)
        : m_question(question),
          m_model(question.model),
          m_task(task),
          m_parity(question.model.nodes.size())
    {}

    Result<std::vector<NodeParity>> run()
    {
        STRATA_TRY(m_backend, torch_backend());
        find_pairs();
        if (m_pairs.empty())
            return std::move(m_parity);
        STRATA_CHECK(find_inputs());
        m_task.begin("compare nodes", m_pairs.size());
        STRATA_CHECK(open_session());
        for (std::size_t first = 0; first < m_pairs.size();) {
            std::size_t last = first;
            std::uint64_t bytes = 0;
            while (last < m_pairs.size() && (last == first || m_pairs[last].round > 0 ||
                                             bytes + m_pairs[last].bytes <= parity_portion))
                bytes += m_pairs[last++].bytes;
            STRATA_CHECK(compare(first, last));
            first = last;
            m_task.advance(first);
        }
        return std::move(m_parity);
    }

private:
    void find_pairs()
    {
        for (const NodeId id : m_model.graphs[OnnxModel::main_graph].nodes) {
            if (id >= m_model.provenance.size())
                continue;
            const FxNodeId fx = m_model.provenance[id].result;
            const auto& outputs = m_model.nodes[id].outputs;
            if (fx == no_index || outputs.empty() || outputs.front() == no_id)
                continue;
            m_pairs.push_back(
                {id, fx, std::string(m_model.text(m_model.values[outputs.front()].name)), 0});
        }
    }

    /// A run that keeps nothing: it finds inputs that the model takes, and tells how often
    /// operators run and how large their outputs are.
    Status find_inputs()
    {
        const std::size_t attempts = run_attempts(m_question.program, m_question.inputs);
        std::optional<RecordedRun> run;
        for (std::size_t attempt = 0; !run; ++attempt) {
            STRATA_TRY(m_inputs, make_run_inputs(m_question.program, m_question.inputs,
                                                 m_question.options, attempt));
            auto done = m_backend->record_run(m_question.program, m_inputs.tensors, {}, m_task);
            if (done)
                run = *std::move(done);
            else if (attempt + 1 >= attempts || done.error().code == ErrorCode::Cancelled)
                return tl::unexpected(std::move(done).error());
        }
        struct Execution {
            std::size_t count = 0;
            std::uint64_t bytes = 0;
        };
        std::unordered_map<FxNodeId, Execution> executed;
        for (const TraceRecord& record : run->trace.records) {
            Execution& execution = executed[record.node];
            ++execution.count;
            if (!record.outputs.empty() && record.outputs.front().type.kind == FxType::Kind::Tensor)
                execution.bytes = bytes_of(record.outputs.front().type);
        }
        // Nodes of a loop that was unrolled stand for its rounds in order, unless some are missing.
        std::unordered_map<FxNodeId, std::size_t> nodes;
        for (Pair& pair : m_pairs)
            pair.round = nodes[pair.fx]++;
        std::erase_if(m_pairs, [&](Pair& pair) {
            const Execution execution = executed[pair.fx];
            pair.bytes = execution.bytes;
            return execution.count == 0 || execution.count != nodes[pair.fx];
        });
        // So that what one operator keeps lies in one portion: a run keeps all of its rounds.
        std::stable_sort(m_pairs.begin(), m_pairs.end(),
                         [](const Pair& a, const Pair& b) { return a.fx < b.fx; });
        return {};
    }

    /// The model with all outputs that are compared.
    Status open_session()
    {
        const MoreOutputs more(m_model, m_pairs);
        std::error_code error;
        const std::filesystem::path temporary = std::filesystem::temp_directory_path(error);
        if (error)
            return failure(ErrorCode::CannotWrite, "There is no folder for temporary files.");
        // Removed when this returns: the weights are in ONNX Runtime's memory then.
        STRATA_TRY(const StagingFolder folder, StagingFolder::create(temporary / "compare.onnx"));
        const std::filesystem::path file = folder.path() / "compare.onnx";
        STRATA_CHECK(write_onnx(m_model, file, {}, m_task));
        STRATA_TRY(m_session, open_onnx_session(file));
        for (const auto& input : m_inputs.tensors)
            for (const Tensor& tensor : input.value_or(std::vector<Tensor>{}))
                m_flat.push_back(tensor);
        return {};
    }

    Status compare(std::size_t first, std::size_t last)
    {
        RecordOptions options;
        std::vector<std::string> wanted;
        for (std::size_t i = first; i < last; ++i) {
            if (m_pairs[i].round == 0)
                options.keep.push_back(m_pairs[i].fx);
            wanted.push_back(m_pairs[i].value);
        }
        STRATA_TRY(const RecordedRun run,
                   m_backend->record_run(m_question.program, m_inputs.tensors, options, m_task));
        STRATA_TRY(const std::vector<NamedTensor> actual, m_session->run(m_flat, wanted, m_task));
        std::unordered_map<FxNodeId, std::vector<const Tensor*>> expected;
        for (const auto& [fx, tensor] : run.kept)
            expected[fx].push_back(&tensor);
        for (std::size_t i = first; i < last; ++i) {
            STRATA_CHECK(m_task.poll());
            const auto& rounds = expected[m_pairs[i].fx];
            if (m_pairs[i].round < rounds.size())
                STRATA_CHECK(
                    compare(m_pairs[i], actual[i - first].tensor, *rounds[m_pairs[i].round]));
        }
        return {};
    }

    Status compare(const Pair& pair, const Tensor& actual, const Tensor& expected)
    {
        // Where ONNX keeps a number in another type than PyTorch, what reads it sees to it.
        if (actual.dtype != expected.dtype)
            return {};
        const VerifyOptions usual;
        const Bounds bounds = bounds_for(expected.dtype, {usual.atol, usual.rtol});
        STRATA_TRY(const TensorDifference difference,
                   compare_tensors(actual, expected, bounds.atol, bounds.rtol));
        NodeParity& parity = m_parity[pair.node];
        constexpr double infinity = std::numeric_limits<double>::infinity();
        parity.compared = true;
        parity.ok = difference.ok || (difference.same_shape && difference.same_dtype &&
                                      difference.max_abs <= rounding * difference.largest);
        parity.fx = pair.fx;
        parity.max_abs = difference.same_shape ? difference.max_abs : infinity;
        // Nothing is large against zeros: there the difference itself is told.
        parity.relative = parity.max_abs / (difference.largest > 0.0 ? difference.largest : 1.0);
        return {};
    }

    const ParityQuestion& m_question;
    OnnxModel& m_model;
    TaskContext& m_task;
    TorchBackend* m_backend = nullptr;
    std::vector<NodeParity> m_parity;
    std::vector<Pair> m_pairs;
    RunInputs m_inputs;
    std::vector<Tensor> m_flat;
    std::unique_ptr<OnnxSession> m_session;
};

} // namespace

Result<std::vector<NodeParity>> compare_nodes(const ParityQuestion& question, TaskContext& task)
{
    return Comparer(question, task).run();
}

ChosenInputs as_used(ChosenInputs chosen, const std::vector<UsedInput>& used)
{
    for (std::size_t i = 0; i < used.size() && i < chosen.inputs.size(); ++i)
        chosen.inputs[i] = {used[i].dtype, used[i].shape};
    return chosen;
}

} // namespace strata
