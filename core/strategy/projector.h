// One attempt at projecting a run onto its graph.
#pragma once

#include "strategy/dependence.h"
#include "strategy/project_trace.h"

#include <map>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

namespace strata {

class Projector {
public:
    Projector(const Program& program, const ExecutionTrace& trace, const ProjectionPlan& plan,
              const std::vector<Dependence>& dependences, TaskContext& task);

    /// Nothing when more has to be flattened: `missing()` says what.
    Result<std::optional<Projection>> run();
    /// A prim::If or prim::Loop that the plan must flatten as well.
    FxNodeId missing() const { return m_missing; }

private:
    using Executions = std::vector<TraceRecordId>;
    using Runs = std::vector<TraceBlockId>;
    /// Frames made while one copy of a piece of the graph is written.
    struct Scope {
        FrameId owner = 0; ///< of the original: where the piece stands
        std::unordered_map<FrameId, FrameId> frames;
    };
    struct Stop {
        Error error;
    };
    struct Retry {};

    // projector.cpp
    void copy_block(FxBlockId from, FxBlockId to, const Runs& runs);
    void copy_node(FxNodeId id, FxBlockId to, const Executions& executions);
    void copy_plain(FxNodeId id, FxBlockId to, const Executions& executions);
    void copy_bodies(const FxNode& node, FxNodeId copy, const Executions& executions);
    void flatten_if(FxNodeId id, FxBlockId to, const Executions& executions);
    void flatten_loop(FxNodeId id, FxBlockId to, const Executions& executions);
    Executions executions_of(FxNodeId id, std::size_t slot, const Runs& runs) const;
    [[noreturn]] void need_more(FxNodeId id);
    FxArg copy_arg(const FxArg& arg) const;
    FxArg fix_arg(const FxArg& arg, const FxNode& user, FxBlockId to);
    FxArg constant_tensor(const FxType& type, const FxArg::List& elements, const FxNode& user,
                          FxBlockId to);
    FrameId map_frame(FrameId frame);
    bool is_around(FrameId outer, FrameId inner) const;

    // projection_notes.cpp
    void count_calls();
    void note(std::string kind, FxNodeId id, std::string detail, Dependence dependence,
              std::size_t count);
    void describe();

    const Program& m_program;
    const FxGraph& m_from;
    const ExecutionTrace& m_trace;
    const ProjectionPlan& m_plan;
    const std::vector<Dependence>& m_dependences;
    TaskContext& m_task;
    Projection m_result;
    std::vector<FxArg> m_values;                     // what stands for each old value
    std::vector<std::optional<FxArg>> m_known;       // per old value: what it was in the run
    std::vector<std::optional<FxType>> m_known_type; // per old value: tensors' types in the run
    std::vector<Scope> m_scopes;
    std::map<std::string, std::size_t> m_region_of; // place in the code to region
    FxNodeId m_missing = no_index;
};

} // namespace strata
