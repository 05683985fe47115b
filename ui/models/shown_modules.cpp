#include "ui/models/shown_modules.h"

#include "ui/models/format.h"

#include <QStringList>

#include <algorithm>

namespace strata::ui {

ModuleOperators moduleOperators(const Inspection& inspection)
{
    ModuleOperators operators(inspection.modules.size());
    const OnnxModel* model = inspection.model.get();
    const std::size_t nodes =
        model ? std::min(model->nodes.size(), inspection.attribution.size()) : 0;
    for (std::size_t node = 0; node < nodes; ++node) {
        const ModuleId module = inspection.attribution[node].module;
        if (module >= operators.size())
            continue;
        auto& found = operators[module];
        const StringId op = model->nodes[node].op_type;
        if (std::find(found.begin(), found.end(), op) == found.end())
            found.push_back(op);
    }
    return operators;
}

Result<ShownModulesPtr> shownModules(const Inspection& inspection, const ModuleFilter& filter,
                                     const ModuleOperators& operators, TaskContext& task)
{
    const ModuleTree& modules = inspection.modules;
    const QStringList words = filter.text.split(QLatin1Char(' '), Qt::SkipEmptyParts);
    const auto matches = [&](ModuleId id) {
        if (filter.kept && (id >= filter.kept->modules.size() || !filter.kept->modules[id]))
            return false;
        if (words.isEmpty())
            return true;
        const QString fqn = toQString(modules[id].fqn);
        const QString class_name = toQString(modules[id].class_name);
        return std::all_of(words.begin(), words.end(), [&](const QString& word) {
            return fqn.contains(word, Qt::CaseInsensitive) ||
                   class_name.contains(word, Qt::CaseInsensitive) ||
                   std::any_of(operators[id].begin(), operators[id].end(), [&](StringId op) {
                       return toQString(inspection.model->text(op))
                           .contains(word, Qt::CaseInsensitive);
                   });
        });
    };
    std::vector<bool> shown(modules.size());
    // Parents come before their children.
    for (auto id = static_cast<ModuleId>(modules.size()); id-- > 0;) {
        if (id % 1024 == 0)
            STRATA_CHECK(task.poll());
        shown[id] = shown[id] || matches(id);
        if (const ModuleId parent = modules[id].parent; shown[id] && parent < id)
            shown[parent] = true;
    }
    auto result = std::make_shared<ShownModules>();
    result->row.assign(modules.size(), -1);
    std::vector<std::size_t> depth(modules.size(), 0);
    for (ModuleId id = 0; id < modules.size(); ++id) {
        result->first.push_back(result->children.size());
        if (!shown[id])
            continue;
        if (id == root_module)
            result->row[id] = 0;
        if (depth[id] >= result->levels.size())
            result->levels.resize(depth[id] + 1);
        ++result->levels[depth[id]];
        int row = 0;
        for (const ModuleId child : modules[id].children)
            if (shown[child]) {
                result->row[child] = row++;
                depth[child] = depth[id] + 1;
                result->children.push_back(child);
            }
    }
    result->first.push_back(result->children.size());
    return ShownModulesPtr(std::move(result));
}

} // namespace strata::ui
