#include "hierarchy/infer_modules.h"

#include "hierarchy/parameter_evidence.h"
#include "hierarchy/scope_evidence.h"

#include <algorithm>
#include <set>
#include <string>
#include <tuple>

namespace strata {
namespace {

/// A hostile file can name paths of any depth; a module tree deeper than this is none.
constexpr std::ptrdiff_t deepest_module = 256;

bool is_reasonable(std::string_view fqn)
{
    return std::count(fqn.begin(), fqn.end(), '.') < deepest_module && !fqn.starts_with('.') &&
           !fqn.ends_with('.') && fqn.find("..") == std::string_view::npos;
}

std::string short_class(std::string_view qualified)
{
    const std::size_t dot = qualified.rfind('.');
    return std::string(dot == std::string_view::npos ? qualified : qualified.substr(dot + 1));
}

void add_recorded(ModuleTree& tree, const RecordedScope& scope)
{
    for (const auto& [fqn, qualified] : scope.path) {
        if (!is_reasonable(fqn))
            continue;
        Module& module = tree.at(tree.ensure(fqn));
        module.calls = std::max(module.calls, 1U);
        if (module.qualified_class.empty() && !qualified.empty()) {
            module.qualified_class = qualified;
            module.class_name = short_class(qualified);
        }
    }
    if (const auto id = tree.find(scope.fqn()))
        tree.at(*id).calls = std::max(tree[*id].calls, scope.call + 1);
}

} // namespace

ModuleTree infer_modules(const OnnxModel& model, const RecordedScopes& scopes)
{
    ModuleTree tree;
    tree.at(root_module).inferred = true;
    for (const auto& scope : scopes)
        if (scope)
            add_recorded(tree, *scope);
    for (const Initializer& initializer : model.initializers) {
        const std::string_view name = model.text(model.values[initializer.value].name);
        if (is_parameter_name(name) && is_reasonable(parameter_module(name)))
            tree.ensure(parameter_module(name));
        else if (const auto scope = parameter_scope(name, initializer.tensor);
                 scope && is_reasonable(scope->fqn()))
            tree.ensure(scope->fqn());
    }
    for (ValueId value = 0; value < model.values.size(); ++value)
        if (is_parameter_copy(model, value) &&
            is_reasonable(parameter_module(model.text(model.values[value].name))))
            tree.ensure(parameter_module(model.text(model.values[value].name)));

    // Shorter scopes first, so that "/block_1" finds "block" and becomes its second call.
    std::set<std::tuple<std::size_t, std::vector<std::string>, bool>> names;
    for (NodeId id = 0; id < model.nodes.size(); ++id)
        if (auto scope = node_scope(model, id); scope && is_reasonable(scope->fqn()))
            names.emplace(scope->parts.size(), std::move(scope->parts), scope->numbers_calls);
    for (const auto& [depth, parts, numbers_calls] : names) {
        NameScope scope;
        scope.numbers_calls = numbers_calls;
        for (const std::string& part : parts) {
            scope.parts.push_back(part);
            ModuleId id = root_module;
            if (const auto match = match_scope(scope, tree)) {
                id = match->module;
                tree.at(id).calls = std::max(tree[id].calls, match->call + 1);
            } else {
                NameScope parent = scope;
                parent.parts.pop_back();
                const auto above = match_scope(parent, tree);
                const std::string& fqn = tree[above ? above->module : root_module].fqn;
                id = tree.ensure(fqn.empty() ? part : fqn + "." + part);
                tree.at(id).calls = 1;
            }
        }
    }
    return tree;
}

void order_by_first_node(ModuleTree& modules, const Attribution& nodes)
{
    std::vector<NodeId> first(modules.size(), no_id);
    for (NodeId id = 0; id < nodes.size(); ++id)
        if (nodes[id].module < first.size())
            first[nodes[id].module] = std::min(first[nodes[id].module], id);
    for (auto id = static_cast<ModuleId>(modules.size()); id-- > 1;) // children come after parents
        first[modules[id].parent] = std::min(first[modules[id].parent], first[id]);
    for (ModuleId id = 0; id < modules.size(); ++id)
        std::stable_sort(modules.at(id).children.begin(), modules.at(id).children.end(),
                         [&](ModuleId a, ModuleId b) { return first[a] < first[b]; });
}

} // namespace strata
