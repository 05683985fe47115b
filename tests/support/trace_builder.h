// Traces for tests, stated as text.
#pragma once

#include "ir/execution_trace.h"

#include <deque>
#include <map>
#include <sstream>
#include <stdexcept>
#include <string>
#include <utility>

namespace strata::test {

/// Walks the graph as a run would. One line per decision or value, by the name of the node's first
/// output: "z: then else" (prim::If, in order of execution), "r: 3" (prim::Loop, iterations), "n =
/// 5 6" (an integer per execution), "y # 2x3 4" (a tensor's shape per execution; "-" for rank 0).
class TraceBuilder {
public:
    static ExecutionTrace build(const FxGraph& graph, const std::string& text)
    {
        TraceBuilder builder(graph, text);
        builder.m_trace.blocks.push_back({FxGraph::main_block, {}});
        builder.run(FxGraph::main_block, 0);
        return std::move(builder.m_trace);
    }

private:
    TraceBuilder(const FxGraph& graph, const std::string& text) : m_graph(graph)
    {
        std::istringstream lines(text);
        for (std::string line; std::getline(lines, line);) {
            std::istringstream words(line);
            std::string name, sign;
            if (!(words >> name))
                continue;
            if (name.back() == ':')
                name.pop_back();
            else
                words >> sign;
            for (std::string word; words >> word;)
                m_script[name].push_back(sign + word);
        }
    }

    std::string next(const std::string& name)
    {
        std::deque<std::string>& left = m_script[name];
        if (left.empty())
            return {};
        std::string word = left.front();
        left.pop_front();
        return word;
    }

    void body(TraceRecordId owner, FxBlockId block)
    {
        const auto run_id = static_cast<TraceBlockId>(m_trace.blocks.size());
        m_trace.blocks.push_back({block, {}});
        m_trace.records[owner].bodies.push_back(run_id);
        run(block, run_id);
    }

    void run(FxBlockId block, TraceBlockId run_id)
    {
        for (const FxNodeId id : m_graph.blocks[block].nodes) {
            const FxNode& node = m_graph.nodes[id];
            if (node.kind == FxKind::GetAttr || node.kind == FxKind::Output)
                continue;
            const auto record = static_cast<TraceRecordId>(m_trace.records.size());
            m_trace.records.emplace_back();
            m_trace.records.back().node = id;
            m_trace.blocks[run_id].records.push_back(record);
            const std::string word =
                node.outputs.empty() ? "" : next(m_graph.values[node.outputs[0]].name);
            if (node.target == "prim::If") {
                const std::uint32_t branch = word == "else" ? 1 : 0;
                m_trace.records[record].branch = branch;
                body(record, node.blocks.at(branch));
            } else if (node.target == "prim::Loop") {
                for (int trips = std::stoi(word); trips > 0; --trips)
                    body(record, node.blocks.at(0));
            }
            std::vector<RecordedValue> outputs(node.outputs.size());
            if (word.starts_with('=')) {
                outputs[0].type = FxType::of(FxType::Kind::Int);
                outputs[0].value = FxArg(std::int64_t{std::stoll(word.substr(1))});
            } else if (word.starts_with('#')) {
                outputs[0].type = FxType::tensor(DType::Float32);
                outputs[0].type.shape.emplace();
                std::istringstream dims(word.substr(1));
                for (std::string dim; std::getline(dims, dim, 'x');)
                    if (dim != "-")
                        outputs[0].type.shape->push_back({std::stoll(dim), {}});
            }
            m_trace.records[record].outputs = std::move(outputs);
        }
    }

    const FxGraph& m_graph;
    std::map<std::string, std::deque<std::string>> m_script;
    ExecutionTrace m_trace;
};

} // namespace strata::test
