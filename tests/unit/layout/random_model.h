// Models without any sense, for properties that must hold for all of them.
#pragma once

#include "support/inspection_builder.h"

#include <random>
#include <string>
#include <vector>

namespace strata::test {

/// Modules in a random tree up to 40 levels deep, some of them several times in a row, with names
/// of up to 200 characters; nodes that read anything made before them, or parameters; orphans. The
/// same for the same seed.
inline std::shared_ptr<const Inspection> random_model(unsigned seed)
{
    std::mt19937 random(seed);
    const auto below = [&](unsigned n) { return random() % n; };
    InspectionBuilder b("Random");
    std::vector<std::string> values;
    int count = 0;
    for (unsigned i = 0; i <= below(3); ++i) {
        values.push_back("in" + std::to_string(i));
        b.input(values.back(), {1, 1 + static_cast<std::int64_t>(below(1000))});
    }
    const auto add_node = [&](ModuleId module, const std::string& op) {
        std::vector<std::string> inputs;
        for (unsigned i = 0; i < below(4); ++i) {
            // Mostly what is near, now and then anything.
            const std::size_t back =
                below(5) == 0 ? values.size() : std::min<std::size_t>(4, values.size());
            inputs.push_back(values[values.size() - 1 - below(static_cast<unsigned>(back))]);
        }
        values.push_back("v" + std::to_string(count++));
        b.node(module, op, inputs, values.back(), {1, 64});
    };
    struct Open {
        std::string fqn;
        ModuleId id = root_module;
        unsigned depth = 0;
    };
    std::vector<Open> open{{"", root_module, 0}};
    const unsigned modules = 5 + below(40);
    for (unsigned i = 0; i < modules; ++i) {
        const Open parent =
            open[below(3) == 0 ? below(static_cast<unsigned>(open.size())) : open.size() - 1];
        if (parent.depth >= 40)
            continue;
        const unsigned copies = below(4) == 0 ? 2 + below(6) : 1;
        const std::string length(below(6) == 0 ? 200 : 1 + below(12), 'x');
        const std::string op = below(2) == 0 ? "Conv" : "Softmax";
        for (unsigned k = 0; k < copies; ++k) {
            const std::string fqn = (parent.fqn.empty() ? "" : parent.fqn + ".") + length +
                                    std::to_string(i) + "_" + std::to_string(k);
            const ModuleId id = b.module(fqn, "Class" + std::to_string(i % 5));
            for (unsigned n = 0; n < 1 + i % 3; ++n)
                add_node(id, op);
            if (k + 1 == copies)
                open.push_back({fqn, id, parent.depth + 1});
        }
        if (below(5) == 0)
            add_node(below(2) == 0 ? no_module : parent.id, "Identity");
    }
    b.output(values.back());
    return b.finish();
}

} // namespace strata::test
