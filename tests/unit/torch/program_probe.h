// Questions that the tests of the TorchScript front end ask of a program.
#pragma once

#include "torch/torch_backend.h"

#include <QtTest>
#include <algorithm>
#include <string>
#include <vector>

namespace strata::test {

/// A program read from the test data; fails the test and returns null when it cannot be read.
inline std::shared_ptr<Program> read_program(const std::string& file)
{
    Result<TorchBackend*> backend = torch_backend();
    if (!backend) {
        QTest::qFail(backend.error().text().c_str(), __FILE__, __LINE__);
        return nullptr;
    }
    TaskContext task;
    Result<std::shared_ptr<Program>> program =
        (*backend)->load_program(std::filesystem::path(STRATA_TEST_DATA) / file, {}, task);
    if (!program) {
        QTest::qFail(program.error().text().c_str(), __FILE__, __LINE__);
        return nullptr;
    }
    return *program;
}

/// "block.norm@1": the module and the call that a node belongs to.
inline std::string place_of(const Program& program, const FxNode& node)
{
    const CallFrame& frame = program.graph.frames[node.frame];
    const std::string& fqn = program.modules[frame.module].fqn;
    return frame.call == 0 ? fqn : fqn + "@" + std::to_string(frame.call);
}

/// The places of all nodes with this target, in the order of the arena.
inline std::vector<std::string> places_of(const Program& program, std::string_view target)
{
    std::vector<std::string> places;
    for (const FxNode& node : program.graph.nodes)
        if (node.target == target)
            places.push_back(place_of(program, node));
    return places;
}

/// The first node with this target; fails the test when there is none.
inline const FxNode* find_node(const Program& program, std::string_view target)
{
    const auto it = std::find_if(program.graph.nodes.begin(), program.graph.nodes.end(),
                                 [&](const FxNode& node) { return node.target == target; });
    if (it == program.graph.nodes.end()) {
        QTest::qFail(("no node " + std::string(target)).c_str(), __FILE__, __LINE__);
        return nullptr;
    }
    return &*it;
}

/// The node that makes an argument; null for immediates and block parameters.
inline const FxNode* producer(const Program& program, const FxArg& arg)
{
    const FxRef* ref = arg.ref();
    if (!ref || program.graph.values[ref->value].node == no_index)
        return nullptr;
    return &program.graph.nodes[program.graph.values[ref->value].node];
}

inline QByteArray joined(const std::vector<std::string>& parts)
{
    QByteArray text;
    for (const std::string& part : parts)
        text += (text.isEmpty() ? "" : " ") + QByteArray::fromStdString(part.empty() ? "." : part);
    return text;
}

} // namespace strata::test
