// Valid FX graphs made from a seed: nested modules, repeated calls, branches and loops.
#pragma once

#include "ir/fx_graph.h"

#include <cstdint>
#include <fmt/format.h>
#include <string>
#include <vector>

namespace strata::test {

class RandomFx {
public:
    explicit RandomFx(std::uint32_t seed) : m_state(seed * 2654435761u + 1) {}

    FxGraph graph;
    ModuleTree modules{"Net"};

    void make(int nodes)
    {
        make_modules();
        for (int i = 0; i < 2; ++i) {
            FxNode input;
            input.kind = FxKind::Placeholder;
            input.target = fmt::format("input{}", i);
            add(FxGraph::main_block, input, "x", FxType::tensor(DType::Float32));
        }
        fill(FxGraph::main_block, 0, nodes, 0);
        FxNode output;
        output.kind = FxKind::Output;
        output.target = "output";
        for (std::size_t i = 0; i < 2 && i < m_scope.size(); ++i)
            output.args.emplace_back(FxRef{m_scope[m_scope.size() - 1 - i]});
        graph.add_node(FxGraph::main_block, output, {}, {});
    }

private:
    std::uint32_t next(std::uint32_t bound)
    {
        m_state = m_state * 1664525u + 1013904223u;
        return (m_state >> 9) % bound;
    }

    void make_modules()
    {
        std::vector<ModuleId> ids{root_module};
        for (int i = 0; i < 6; ++i) {
            const ModuleId parent = ids[next(static_cast<std::uint32_t>(ids.size()))];
            ids.push_back(modules.add(parent, fmt::format("m{}", i), fmt::format("Class{}", i)));
        }
    }

    FrameId enter(FrameId frame)
    {
        // A child of the module that the frame runs, or another call of the same module.
        const auto& children = modules[graph.frames[frame].module].children;
        if (children.empty())
            return frame;
        const ModuleId module = children[next(static_cast<std::uint32_t>(children.size()))];
        const SourceId source =
            graph.add_source({"net.py", next(40) + 1, "forward", next(2) ? "y = self.m(x)" : ""});
        return graph.add_frame(module, modules.at(module).calls++, frame, source);
    }

    FxValueId any() { return m_scope[next(static_cast<std::uint32_t>(m_scope.size()))]; }

    FxArg random_arg(int depth)
    {
        switch (next(11)) {
        case 0:
            return FxNone{};
        case 1:
            return next(2) == 1;
        case 2:
            return static_cast<std::int64_t>(next(2000)) - 1000;
        case 3:
            return (static_cast<double>(next(2000)) - 1000) / 8;
        case 4:
            return std::string("a \"quoted\"\n\\text\x01") + std::to_string(next(9));
        case 5:
            return next(2) ? DType::Int64 : DType::Unknown;
        case 6:
            return FxEnum{next(2) ? "torch.contiguous_format" : "cuda 0"};
        case 7: {
            FxArg::List list;
            for (std::uint32_t i = next(3); i > 0 && depth < 3; --i)
                list.push_back(random_arg(depth + 1));
            return list;
        }
        default:
            return FxRef{any()};
        }
    }

    FxType random_type()
    {
        switch (next(6)) {
        case 0:
            return {};
        case 1:
            return FxType::of(FxType::Kind::Int);
        case 2:
            return FxType::list(FxType::tensor(DType::Float16));
        default: {
            FxType type = FxType::tensor(next(3) ? DType::Float32 : DType::Unknown);
            if (next(3)) {
                type.shape.emplace();
                for (std::uint32_t i = next(4); i > 0; --i)
                    type.shape->push_back(next(2)   ? FxDim{next(9), {}}
                                          : next(2) ? FxDim{-1, next(2) ? "s0" : "2*s0+1"}
                                                    : FxDim{});
            }
            return type;
        }
        }
    }

    void add(FxBlockId block, FxNode node, const char* name, FxType type)
    {
        const FxNodeId id = graph.add_node(block, std::move(node), {name}, {std::move(type)});
        m_scope.push_back(graph.nodes[id].outputs[0]);
    }

    void fill(FxBlockId block, FrameId frame, int count, int depth)
    {
        for (int i = 0; i < count; ++i) {
            const std::uint32_t choice = graph.nodes.size() > 120 ? 11 : next(12); // ends
            FxNode node;
            node.frame = frame;
            if (next(3) == 0)
                node.source = graph.add_source({"net.py", next(20) + 1, {}, {}});
            if (choice == 0 && depth < 3) {
                branch(block, node, depth);
            } else if (choice == 1 && depth < 3) {
                loop(block, node, depth);
            } else if (choice <= 4) {
                fill(block, enter(frame), 1 + static_cast<int>(next(4)), depth);
            } else if (choice == 5) {
                node.kind = FxKind::GetAttr;
                node.target = "m0.weight";
                node.tensor = next(5);
                add(block, node, "weight", FxType::tensor(DType::Float32));
            } else {
                node.kind = next(4) ? FxKind::CallFunction : FxKind::CallMethod;
                node.target = next(2) ? "aten::add.Tensor" : "aten::mul";
                node.args.emplace_back(FxRef{any()});
                for (std::uint32_t k = next(3); k > 0; --k)
                    node.args.push_back(random_arg(0));
                if (next(3) == 0)
                    node.kwargs.push_back({"alpha", random_arg(0)});
                add(block, node, next(2) ? "t" : "odd name.1", random_type());
            }
        }
    }

    void body(FxNodeId owner, std::size_t params, std::size_t results, int depth)
    {
        const std::size_t before = m_scope.size();
        const FxBlockId block = graph.add_block(owner);
        graph.nodes[owner].blocks.push_back(block);
        for (std::size_t i = 0; i < params; ++i)
            m_scope.push_back(graph.add_block_param(block, "p", random_type()));
        fill(block, graph.nodes[owner].frame, 1 + static_cast<int>(next(3)), depth + 1);
        for (std::size_t i = 0; i < results; ++i)
            graph.blocks[block].results.emplace_back(FxRef{any()});
        m_scope.resize(before);
    }

    void branch(FxBlockId block, FxNode node, int depth)
    {
        node.target = "prim::If";
        node.args.emplace_back(FxRef{any()});
        const FxNodeId id = graph.add_node(block, node, {"chosen"}, {random_type()});
        body(id, 0, 1, depth);
        body(id, 0, 1, depth);
        m_scope.push_back(graph.nodes[id].outputs[0]);
    }

    void loop(FxBlockId block, FxNode node, int depth)
    {
        node.target = "prim::Loop";
        node.args = {FxArg(std::int64_t{3}), FxArg(true), FxArg(FxRef{any()})};
        const FxNodeId id = graph.add_node(block, node, {"carried"}, {random_type()});
        body(id, 2, 2, depth);
        m_scope.push_back(graph.nodes[id].outputs[0]);
    }

    std::uint32_t m_state;
    std::vector<FxValueId> m_scope; ///< visible values
};

} // namespace strata::test
