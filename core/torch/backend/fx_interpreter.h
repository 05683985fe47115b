// Runs a program's FX graph with LibTorch's operators and records the run.
#pragma once

#include "interpreter_operators.h"
#include "torch/torch_backend.h"

#include <ATen/core/ivalue.h>
#include <c10/core/Storage.h>
#include <map>
#include <optional>
#include <string>
#include <unordered_map>
#include <unordered_set>
#include <vector>

namespace strata::torch_module {

class FxInterpreter {
public:
    FxInterpreter(const Program& program, const RecordOptions& options, TaskContext& task);
    /// Throws Stop, and what LibTorch throws outside of operators.
    RecordedRun run(const std::vector<RunInput>& inputs);

private:
    // fx_interpreter.cpp
    void plan_releases();
    void run_block(FxBlockId block, TraceBlockId run);
    std::vector<c10::IValue> run_body(FxBlockId block, TraceRecordId owner);
    void run_node(FxNodeId id, TraceBlockId run);
    void run_if(const FxNode& node, TraceRecordId record);
    void run_loop(const FxNode& node, TraceRecordId record);
    void run_placeholder(const FxNode& node);
    void bind(const FxNode& node, std::vector<c10::IValue> values);
    void record_outputs(const FxNode& node, TraceRecordId record);
    std::string where(const FxNode& node) const;

    // interpreter_values.cpp
    c10::IValue evaluate(const FxArg& arg, const c10::Type* wanted);
    c10::IValue evaluate_list(const FxArg::List& items, const c10::Type* wanted);
    at::Tensor attribute(const FxNode& node);
    c10::Storage storage_of(const Tensor& tensor);
    void protect_written(const PreparedOperator& op, const torch::jit::Stack& stack);
    c10::IValue read_input(const FxType& type, const std::vector<Tensor>& tensors,
                           std::size_t& next, const std::string& name);

    // interpreter_calls.cpp
    std::vector<c10::IValue> call(const FxNode& node);
    std::vector<c10::IValue> call_operator(const PreparedOperator& op, const FxNode& node);
    /// Constructs of TorchScript that are not operators; nothing for all others.
    std::optional<std::vector<c10::IValue>> call_construct(const FxNode& node);

    const Program& m_program;
    const FxGraph& m_graph;
    const RecordOptions& m_options;
    TaskContext& m_task;
    OperatorTable m_operators;
    RecordedRun m_run;
    std::vector<c10::IValue> m_values;                  // per FX value
    std::vector<std::vector<FxValueId>> m_released;     // per node: values used for the last time
    std::vector<std::vector<FxValueId>> m_block_values; // per block: what its end releases
    std::map<const TensorStorage*, c10::Storage> m_storages;
    std::unordered_set<const void*> m_shared; // storages whose memory is the program's
    std::unordered_set<FxNodeId> m_random;
    std::unordered_set<FxNodeId> m_kept; // whose outputs are returned
    std::vector<RunInput> m_inputs;
    std::size_t m_next_input = 0;
    double m_operator_seconds = 0.0;
};

Result<RecordedRun> run_recorded(const Program& program, const std::vector<RunInput>& inputs,
                                 const RecordOptions& options, TaskContext& task);

} // namespace strata::torch_module
