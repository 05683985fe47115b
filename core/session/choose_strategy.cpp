#include "session/choose_strategy.h"

#include "lowering/view_writes.h"
#include "session/run_inputs.h"
#include "strategy/dependence.h"
#include "strategy/project_trace.h"

#include <algorithm>
#include <chrono>
#include <fmt/format.h>
#include <fmt/ranges.h>

namespace strata {
namespace {

/// Rounds of "project, lower, look at what is still refused". Each one adds to the plan; nested
/// refusals need one round per level.
constexpr std::size_t max_rounds = 12;
/// For finding inputs that a model runs on, when nobody gave any.
constexpr std::chrono::seconds run_time_limit{20};

struct Candidate {
    std::shared_ptr<const Program> program;
    LoweringResult lowered;
    std::vector<UsedInput> inputs;
    Projection projection; ///< without a program: the structural candidate
    std::size_t refused() const { return lowered.unsupported.size(); }
};

class Search {
public:
    Search(const std::shared_ptr<const Program>& program, ChosenInputs chosen,
           const ExportOptions& options, TaskContext& task)
        : m_program(program),
          m_chosen(std::move(chosen)),
          m_options(options),
          m_task(task)
    {}

    Result<StrategyResult> run()
    {
        if (m_options.strategy == Strategy::Htp)
            return run_htp();
        STRATA_TRY(Candidate structural, lower(m_program, m_chosen));
        const std::size_t refused = structural.refused();
        if (m_options.strategy == Strategy::Fx || refused == 0 || !may_help(structural)) {
            const char* reason =
                m_options.strategy == Strategy::Fx ? "asked for"
                : refused == 0
                    ? "the graph tells the module of every operation, and ONNX can state all of it"
                    : "running the model would not help with the operators that are refused";
            StrategyResult result = finish("fx", reason, std::move(structural));
            if (m_options.profile)
                STRATA_CHECK(add_profile(result));
            return result;
        }
        if (const Status recorded = record(); !recorded) {
            if (recorded.error().code == ErrorCode::Cancelled)
                return tl::unexpected(recorded.error());
            StrategyResult result =
                finish("fx", "the model cannot be run, which the refused operators would need",
                       std::move(structural));
            result.lowered.diagnostics.push_back(
                {Severity::Warning,
                 "run-failed",
                 "The model was to be run to see what its code does not tell, and failed: " +
                     recorded.error().text(),
                 {}});
            return result;
        }
        return choose(std::move(structural));
    }

private:
    Result<StrategyResult> run_htp()
    {
        if (m_chosen.any_assumed()) {
            // For the sizes that the weights settle.
            STRATA_TRY([[maybe_unused]] const Candidate structural, lower(m_program, m_chosen));
        }
        STRATA_CHECK(record());
        m_dependences = find_dependences(m_program->graph);
        fix_inputs();
        ProjectionPlan plan;
        plan.all_control_flow = true;
        STRATA_TRY(Candidate whole, refine(plan, m_concrete));
        return finish("htp", "asked for", std::move(whole));
    }

    Result<StrategyResult> choose(Candidate structural)
    {
        const std::size_t refused = structural.refused();
        m_dependences = find_dependences(m_program->graph);
        fix_inputs();
        ProjectionPlan plan;
        extend(plan, structural);
        // Shapes that the model has run with are better than guessed ones.
        const bool guessed = structural.lowered.needs_shapes && m_chosen.any_assumed();
        auto hybrid = refine(plan, guessed ? m_concrete : m_chosen);
        if (!hybrid && hybrid.error().code == ErrorCode::Cancelled)
            return tl::unexpected(hybrid.error());
        if (hybrid && hybrid->refused() == 0)
            return finish_hybrid(std::move(*hybrid), refused);
        plan = {};
        plan.all_control_flow = true;
        auto whole = refine(plan, m_concrete);
        if (!whole && whole.error().code == ErrorCode::Cancelled)
            return tl::unexpected(whole.error());
        const std::size_t left = hybrid ? hybrid->refused() : refused;
        if (whole && whole->refused() < std::min(left, refused)) {
            std::string reason =
                fmt::format("{} operator(s) are refused by the code alone, {} where only the "
                            "refused places follow a run, {} where all of it does",
                            refused, left, whole->refused());
            return finish("htp", std::move(reason), std::move(*whole), refused);
        }
        if (hybrid && left < refused)
            return finish_hybrid(std::move(*hybrid), refused);
        return finish("fx", "a run of the model does not help with the operators that are refused",
                      std::move(structural), refused);
    }

    StrategyResult finish_hybrid(Candidate candidate, std::size_t refused)
    {
        std::string reason = describe_hybrid(candidate, refused);
        return finish("hybrid", std::move(reason), std::move(candidate), refused);
    }

    static std::string describe_hybrid(const Candidate& candidate, std::size_t refused)
    {
        std::vector<std::string> modules;
        for (const ProjectedRegion& region : candidate.projection.regions) {
            std::string name = region.module.empty() ? "the root module" : region.module;
            if (std::find(modules.begin(), modules.end(), name) == modules.end())
                modules.push_back(std::move(name));
        }
        constexpr std::size_t most = 5;
        const std::size_t more = modules.size() > most ? modules.size() - most : 0;
        modules.resize(modules.size() - more);
        return fmt::format(
            "the code alone leaves {} operator(s) that ONNX cannot state; those places follow a "
            "run of the model{}{}",
            refused, modules.empty() ? "" : fmt::format(": {}", fmt::join(modules, ", ")),
            more > 0 ? fmt::format(" and {} more", more) : "");
    }

    Result<Candidate> lower(std::shared_ptr<const Program> program, ChosenInputs chosen)
    {
        Candidate candidate;
        candidate.program = std::move(program);
        STRATA_TRY(candidate.lowered,
                   lower_with_inputs(*candidate.program, chosen, m_options, m_task));
        candidate.inputs = chosen.used();
        if (m_chosen.fitting.empty())
            m_chosen.fitting = std::move(chosen.fitting);
        m_pass_seconds += candidate.lowered.pass_seconds;
        return candidate;
    }

    /// Whether a run could change anything about a refusal: not where the operator itself is
    /// unknown, runs always, and works on data.
    bool may_help(const Candidate& candidate) const
    {
        const FxGraph& graph = candidate.program->graph;
        return std::any_of(candidate.lowered.unsupported.begin(),
                           candidate.lowered.unsupported.end(), [&](const auto& refused) {
                               if (refused.node == no_index ||
                                   graph.nodes[refused.node].kind == FxKind::Output)
                                   return false;
                               if (graph.nodes[refused.node].block != FxGraph::main_block)
                                   return true;
                               return refused.cause == RefusalCause::NeedsShapes ||
                                      refused.cause == RefusalCause::ControlFlow ||
                                      refused.cause == RefusalCause::NotStatable;
                           });
    }

    /// Runs the model on what was given, or on plausible inputs until one is accepted.
    Status record()
    {
        STRATA_TRY(TorchBackend* const backend, torch_backend());
        const auto start = std::chrono::steady_clock::now();
        const std::size_t attempts = run_attempts(*m_program, m_chosen);
        std::optional<Error> first;
        for (std::size_t attempt = 0; attempt < attempts; ++attempt) {
            STRATA_TRY(m_inputs, make_run_inputs(*m_program, m_chosen, m_options, attempt));
            RecordOptions options;
            options.time = m_options.profile;
            options.statistics = m_options.profile;
            auto run = backend->record_run(*m_program, m_inputs.tensors, options, m_task);
            const auto spent = std::chrono::steady_clock::now() - start;
            m_run_seconds = std::chrono::duration<double>(spent).count();
            if (run) {
                m_trace = std::move(run->trace);
                return {};
            }
            if (run.error().code == ErrorCode::Cancelled)
                return tl::unexpected(std::move(run).error());
            if (!first)
                first = std::move(run).error();
            if (spent > run_time_limit)
                break;
        }
        return tl::unexpected(with_advice(*std::move(first)));
    }

    /// What nobody gave may be why a run fails.
    Error with_advice(Error error) const
    {
        std::vector<std::string> names;
        for (std::size_t i = 0; i < m_chosen.names.size(); ++i)
            if (m_chosen.assumed[i])
                names.push_back(m_chosen.names[i]);
        if (names.empty())
            return error;
        error.message += fmt::format(
            "{} No plausible sizes were accepted for what is not given: {}. Give it with --input "
            "'{}:{}[...]' or with --inputs.",
            error.message.ends_with('.') ? "" : ".", fmt::join(names, ", "), names.front(),
            to_string(type_of_run(names.front())));
        return error;
    }

    DType type_of_run(const std::string& name) const
    {
        const auto it = std::find(m_chosen.names.begin(), m_chosen.names.end(), name);
        const auto at = static_cast<std::size_t>(it - m_chosen.names.begin());
        return at < m_inputs.types.size() ? m_inputs.types[at].dtype : DType::Float32;
    }

    /// The inputs of the run become the inputs of the export; dynamic axes stay dynamic.
    void fix_inputs()
    {
        m_concrete = m_chosen;
        for (std::size_t i = 0; i < m_concrete.inputs.size(); ++i)
            if (m_concrete.assumed[i]) {
                m_concrete.inputs[i] = m_inputs.types[i];
                m_concrete.assumed[i] = false;
                m_concrete.sources[i] = "assumed; the model ran on it";
            }
    }

    /// Projects and lowers; what is still refused follows the run, too. The best of all rounds.
    Result<Candidate> refine(ProjectionPlan plan, const ChosenInputs& chosen)
    {
        std::optional<Candidate> best;
        for (std::size_t round = 0; round < max_rounds; ++round) {
            STRATA_TRY(Projection projection, project_trace(*m_program, m_trace, plan, m_task));
            STRATA_TRY(Candidate candidate, lower(projection.program, chosen));
            candidate.projection = std::move(projection);
            const ProjectionPlan before = plan;
            extend(plan, candidate);
            const bool done = candidate.refused() == 0;
            if (!best || candidate.refused() < best->refused())
                best = std::move(candidate);
            if (done || plan == before)
                break;
        }
        return *std::move(best);
    }

    /// Adds to the plan what could help with the refusals of a candidate.
    void extend(ProjectionPlan& plan, const Candidate& candidate) const
    {
        const FxGraph& graph = m_program->graph;
        bool changed = false;
        bool needs_shapes = false;
        for (const UnsupportedOperator& refused : candidate.lowered.unsupported) {
            if (refused.node == no_index)
                continue;
            const FxNodeId node = candidate.projection.program
                                      ? candidate.projection.origins.at(refused.node)
                                      : refused.node;
            if (node == no_index)
                continue;
            needs_shapes = needs_shapes || refused.cause == RefusalCause::NeedsShapes;
            if (!graph.nodes[node].blocks.empty()) {
                changed = plan.control_flow.insert(node).second || changed;
                continue;
            }
            if (graph.nodes[node].kind == FxKind::Output)
                continue;
            // Ranks first: they cost nothing for other inputs, and values do.
            if (refused.cause == RefusalCause::NeedsShapes && !plan.ranks)
                continue;
            const bool unknown = refused.cause == RefusalCause::NoLowering ||
                                 refused.cause == RefusalCause::NewerOpset;
            // Sizes next: data change with every run.
            if (!unknown && !plan.values.contains(node) && takes_sizes(graph.nodes[node]) &&
                plan.sizes.insert(node).second) {
                changed = true;
                continue;
            }
            if (!unknown && plan.values.insert(node).second) {
                choose_written_items(plan, node);
                changed = true;
                continue;
            }
            // What its values do not help with may be a branch that the run does not take.
            FxBlockId block = graph.nodes[node].block;
            while (block != no_index && graph.blocks[block].owner != no_index) {
                const FxNodeId owner = graph.blocks[block].owner;
                if (!plan.all_control_flow && plan.control_flow.insert(owner).second) {
                    changed = true;
                    break;
                }
                block = graph.nodes[owner].block;
            }
        }
        if (needs_shapes && !plan.ranks) {
            plan.ranks = true;
            changed = true;
        }
        if (needs_shapes && !changed)
            plan.shapes = true;
    }

    /// Whether some argument follows from the sizes of the inputs and from nothing else.
    bool takes_sizes(const FxNode& node) const
    {
        bool found = false;
        visit_uses(node, [&](FxValueId value) {
            found = found || m_dependences[value] == Dependence::OnShapes;
        });
        return found;
    }

    /// Which item of a list a write goes to is decided where the item is taken.
    void choose_written_items(ProjectionPlan& plan, FxNodeId write) const
    {
        const FxGraph& graph = m_program->graph;
        FxNodeId node = write;
        while (is_in_place(graph.nodes[node].target) || is_view(graph.nodes[node].target) ||
               graph.nodes[node].target.starts_with("aten::__getitem__")) {
            if (node != write)
                plan.values.insert(node);
            const FxRef* self =
                graph.nodes[node].args.empty() ? nullptr : graph.nodes[node].args.front().ref();
            const FxNodeId maker = self ? graph.values[self->value].node : no_index;
            if (maker == no_index || maker >= node)
                break;
            node = maker;
        }
    }

    Status add_profile(StrategyResult& result)
    {
        STRATA_CHECK(record());
        result.profile = profile_nodes(m_trace, m_program->graph.nodes.size());
        result.details.inputs = m_trace.inputs;
        result.details.inputs_from = m_inputs.from;
        result.details.peak_bytes = m_trace.peak_bytes;
        result.run_seconds = m_run_seconds;
        return {};
    }

    StrategyResult finish(std::string strategy, std::string reason, Candidate candidate,
                          std::size_t refused = 0)
    {
        StrategyResult result;
        result.program = std::move(candidate.program);
        result.lowered = std::move(candidate.lowered);
        result.inputs = std::move(candidate.inputs);
        result.lowered.pass_seconds = m_pass_seconds;
        result.strategy = std::move(strategy);
        result.reason = std::move(reason);
        result.run_seconds = m_run_seconds;
        result.details.refused_fx = refused;
        const Projection& projection = candidate.projection;
        if (!projection.program)
            return result;
        result.details.inputs = m_trace.inputs;
        result.details.inputs_from = m_inputs.from;
        result.details.peak_bytes = m_trace.peak_bytes;
        result.details.regions = projection.regions;
        std::vector<Diagnostic>& diagnostics = result.lowered.diagnostics;
        diagnostics.push_back({Severity::Info,
                               "model-run",
                               fmt::format("The model was run on {} ({}).",
                                           fmt::join(m_trace.inputs, ", "), m_inputs.from),
                               {}});
        diagnostics.insert(diagnostics.end(), projection.diagnostics.begin(),
                           projection.diagnostics.end());
        const std::vector<std::string> symbols = open_sizes(result.inputs);
        if (!symbols.empty() && !projection.regions.empty())
            diagnostics.push_back(fixed_by_the_run(symbols, projection.regions));
        const FxGraph& graph = m_program->graph;
        for (const FxNodeId id : m_trace.random)
            diagnostics.push_back(
                {Severity::Warning, "random-operator",
                 fmt::format("{} draws random numbers; the run used a fixed seed.",
                             graph.nodes[id].target),
                 m_program->modules[graph.frames[graph.nodes[id].frame].module].fqn});
        if (m_options.profile)
            add_projected_profile(result, projection);
        return result;
    }

    /// The names of the inputs' sizes that --dynamic or the file itself leaves open, quoted.
    static std::vector<std::string> open_sizes(const std::vector<UsedInput>& inputs)
    {
        std::vector<std::string> symbols;
        for (const UsedInput& input : inputs)
            for (const FxDim& dim : input.shape.value_or(std::vector<FxDim>{}))
                if (std::string symbol = fmt::format("'{}'", dim.symbol);
                    !dim.symbol.empty() && !std::count(symbols.begin(), symbols.end(), symbol))
                    symbols.push_back(std::move(symbol));
        return symbols;
    }

    /// Open axes and a run of one size go together only as far as the run decided nothing by it.
    static Diagnostic fixed_by_the_run(const std::vector<std::string>& symbols,
                                       const std::vector<ProjectedRegion>& regions)
    {
        const ProjectedRegion& first = regions.front();
        return {Severity::Warning,
                "fixed-axis",
                fmt::format("{} may take other sizes, but {} place(s) of the code go as in the run "
                            "whatever the size, first: {}, {}{}{}. Compare at other sizes, or "
                            "export with --strategy fx.",
                            fmt::join(symbols, ", "), regions.size(), first.kind, first.detail,
                            first.source.empty() ? "" : " at ", first.source),
                {}};
    }

    /// Copies of a node have the figures of their own execution; nodes in bodies that stayed have
    /// those of all.
    void add_projected_profile(StrategyResult& result, const Projection& projection) const
    {
        const std::vector<NodeProfile> whole =
            profile_nodes(m_trace, m_program->graph.nodes.size());
        std::vector<std::size_t> copies(m_program->graph.nodes.size(), 0);
        for (const FxNodeId origin : projection.origins)
            if (origin != no_index)
                ++copies[origin];
        result.profile.resize(projection.origins.size());
        for (std::size_t i = 0; i < projection.origins.size(); ++i) {
            const FxNodeId origin = projection.origins[i];
            if (origin == no_index)
                continue;
            if (copies[origin] == 1) {
                result.profile[i] = whole[origin];
            } else if (projection.records[i] != no_index) {
                const TraceRecord& record = m_trace.records[projection.records[i]];
                result.profile[i] = {1, record.seconds, record.statistics};
            }
        }
    }

    std::shared_ptr<const Program> m_program;
    ChosenInputs m_chosen;
    ChosenInputs m_concrete; // the inputs of the run
    const ExportOptions& m_options;
    TaskContext& m_task;
    RunInputs m_inputs;
    ExecutionTrace m_trace;
    std::vector<Dependence> m_dependences; // per value of the program, once a run is recorded
    double m_run_seconds = 0.0;
    double m_pass_seconds = 0.0;
};

} // namespace

Result<StrategyResult> lower_with_strategy(const std::shared_ptr<const Program>& program,
                                           ChosenInputs chosen, const ExportOptions& options,
                                           TaskContext& task)
{
    return Search(program, std::move(chosen), options, task).run();
}

} // namespace strata
