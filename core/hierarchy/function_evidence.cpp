#include "hierarchy/function_evidence.h"

#include "hierarchy/confidence.h"

#include <fmt/format.h>
#include <map>
#include <set>
#include <string>
#include <tuple>
#include <unordered_map>

namespace strata {
namespace {

constexpr unsigned deepest_call = 64;
/// Bodies looked at, over all calls: a hostile file's calls multiply.
constexpr std::size_t most_bodies = 20000;

class Calls {
public:
    Calls(const OnnxModel& model, const ModuleTree& modules, const std::vector<ModuleId>& owners)
        : m_model(model),
          m_modules(modules),
          m_owners(owners)
    {
        for (std::uint32_t i = 0; i < model.functions.size(); ++i) {
            const OnnxFunction& function = model.functions[i];
            m_functions.emplace(std::tuple(function.domain, function.name, function.overload), i);
        }
    }

    std::vector<NodeEvidence> run()
    {
        if (m_functions.empty())
            return {};
        follow_all();
        // Once more, with what the calls tell of each other.
        m_places.clear();
        m_bodies = 0;
        follow_all();
        return evidence();
    }

private:
    using Given = std::unordered_map<ValueId, ModuleId>; ///< whose parameter a value is

    struct Place {
        ModuleId module = no_module;
        std::size_t instances = 0;
        bool same = true;
    };

    void follow_all()
    {
        for (NodeId id = 0; id < m_model.nodes.size(); ++id)
            if (m_model.graphs[m_model.nodes[id].graph].function == no_id)
                if (const std::uint32_t function = function_of(id); function != no_id)
                    follow(id, function, {}, no_module, 0);
    }

    /// "blocks.0" and "blocks.1" become one text.
    static std::string without_numbers(std::string_view fqn)
    {
        std::string text;
        for (const char c : fqn)
            if (c < '0' || c > '9')
                text += c;
            else if (text.empty() || text.back() != '*')
                text += '*';
        return text;
    }

    /// Of two instances of a block, one may share parameters with the other and then be given only
    /// those of a part: the function is called for the same place in both.
    ModuleId same_place(std::uint32_t function, ModuleId module)
    {
        std::set<std::string>& places = m_called_for[function];
        for (ModuleId m = module; m != no_module && m != root_module; m = m_modules[m].parent)
            if (m != module && places.contains(without_numbers(m_modules[m].fqn)))
                module = m;
        if (module != no_module)
            places.insert(without_numbers(m_modules[module].fqn));
        return module;
    }

    std::uint32_t function_of(NodeId id) const
    {
        const OnnxNode& node = m_model.nodes[id];
        const auto it = m_functions.find({node.domain, node.op_type, node.overload});
        return it == m_functions.end() ? no_id : it->second;
    }

    ModuleId owner_of(ValueId value, const Given& given) const
    {
        if (value == no_id)
            return no_module;
        if (const auto it = given.find(value); it != given.end())
            return it->second;
        const std::uint32_t initializer = m_model.values[value].initializer;
        return initializer == no_id ? no_module : m_owners[initializer];
    }

    ModuleId common(ModuleId a, ModuleId b) const
    {
        return a == no_module ? b : b == no_module ? a : m_modules.common_ancestor(a, b);
    }

    void record(NodeId id, ModuleId module)
    {
        if (module == no_module)
            return;
        Place& place = m_places[id];
        place.same = place.same && (place.instances == 0 || place.module == module);
        place.module = common(place.module, module);
        ++place.instances;
    }

    void follow(NodeId call, std::uint32_t function, const Given& given, ModuleId caller,
                unsigned depth)
    {
        const GraphId body = m_model.functions[function].body;
        if (depth > deepest_call || ++m_bodies > most_bodies || body == no_id)
            return;
        const OnnxGraph& graph = m_model.graphs[body];
        const auto& arguments = m_model.nodes[call].inputs;
        Given inside;
        ModuleId module = no_module;
        for (std::size_t i = 0; i < std::min(arguments.size(), graph.inputs.size()); ++i) {
            const ModuleId owner = owner_of(arguments[i], given);
            if (owner == no_module)
                continue;
            inside.emplace(graph.inputs[i], owner);
            module = common(module, owner);
        }
        // Without parameters of its own it works for its caller.
        module = module == no_module ? caller : same_place(function, module);
        record(call, module);
        if (module == no_module)
            return;
        for (const NodeId id : graph.nodes) {
            if (const std::uint32_t inner = function_of(id); inner != no_id)
                follow(id, inner, inside, module, depth + 1);
            else
                record(id, module);
        }
    }

    std::vector<NodeEvidence> evidence() const
    {
        std::vector<NodeEvidence> found;
        for (const auto& [node, place] : m_places) {
            const std::string& fqn = m_modules[place.module].fqn;
            if (place.same)
                found.push_back(
                    {node,
                     {EvidenceKind::Parameter, default_confidence(EvidenceKind::Parameter),
                      place.module,
                      fmt::format("in a function that is called with parameters of '{}'", fqn)},
                     0});
            else
                found.push_back(
                    {node,
                     {EvidenceKind::CommonAncestor, facts(Finding::NearCommon).confidence,
                      place.module,
                      fmt::format("in a function that {} modules share; their common one is '{}'",
                                  place.instances, fqn)},
                     0});
        }
        return found;
    }

    const OnnxModel& m_model;
    const ModuleTree& m_modules;
    const std::vector<ModuleId>& m_owners;
    std::map<std::tuple<StringId, StringId, StringId>, std::uint32_t> m_functions;
    std::unordered_map<std::uint32_t, std::set<std::string>> m_called_for;
    std::map<NodeId, Place> m_places; ///< ordered, so that equal files give equal evidence
    std::size_t m_bodies = 0;
};

} // namespace

std::vector<NodeEvidence> function_evidence(const OnnxModel& model, const ModuleTree& modules,
                                            const std::vector<ModuleId>& owners)
{
    return Calls(model, modules, owners).run();
}

} // namespace strata
