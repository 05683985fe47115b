#include "app/cli/commands.h"
#include "app/cli/output.h"

#include <fmt/format.h>

namespace strata::cli {
namespace {

ModuleTree::TensorCount count(const Inspection& inspection, ModuleId id)
{
    return inspection.program ? inspection.modules.count_tensors(id, inspection.program->tensors)
                              : ModuleTree::TensorCount{};
}

Json module_json(const Inspection& inspection, ModuleId id)
{
    const Module& module = inspection.modules[id];
    const ModuleTree::TensorCount tensors = count(inspection, id);
    Json json{{"fqn", module.fqn},
              {"name", module.name},
              {"tag", inspection.modules.tag(id)},
              {"class", module.class_name},
              {"qualified_class", module.qualified_class},
              {"parameters", tensors.parameters},
              {"bytes", tensors.bytes},
              {"calls", module.calls}};
    if (!module.alias_of.empty())
        json["alias_of"] = module.alias_of;
    Json children = Json::array();
    for (const ModuleId child : module.children)
        children.push_back(inspection.modules[child].fqn);
    json["children"] = std::move(children);
    return json;
}

std::string line_text(const Inspection& inspection, ModuleId id)
{
    const Module& module = inspection.modules[id];
    std::string text = id == root_module ? std::string{} : module.name;
    if (!module.class_name.empty())
        text += fmt::format("{}{}", text.empty() ? "" : ": ", module.class_name);
    if (text.empty())
        text = "(root)";
    if (inspection.program)
        text += fmt::format("  {} parameters", count(inspection, id).parameters);
    text += fmt::format("{} {} call{}", inspection.program ? "," : " ", module.calls,
                        module.calls == 1 ? "" : "s");
    if (!module.alias_of.empty())
        text += fmt::format(" (the same as {})", module.alias_of);
    return text;
}

void add_lines(const Inspection& inspection, ModuleId id, const std::string& indent,
               std::string& text)
{
    const std::vector<ModuleId>& children = inspection.modules[id].children;
    for (std::size_t i = 0; i < children.size(); ++i) {
        const bool last = i + 1 == children.size();
        text += indent + (last ? "└─ " : "├─ ") + line_text(inspection, children[i]) + "\n";
        add_lines(inspection, children[i], indent + (last ? "   " : "│  "), text);
    }
}

} // namespace

Result<ExitStatus> run_tree(const TreeArguments& arguments, CommandContext context)
{
    STRATA_TRY(const auto inspection, load_model(arguments.model, arguments.name, context.task));
    if (context.console.json()) {
        Json json{{"file", arguments.model.filename().string()},
                  {"format", to_string(inspection->format)}};
        if (inspection->program && !inspection->program->producer.empty())
            json["producer"] = inspection->program->producer;
        json["modules"] = Json::array();
        for (ModuleId id = 0; id < inspection->modules.size(); ++id)
            json["modules"].push_back(module_json(*inspection, id));
        json["diagnostics"] = Json::array();
        for (const Diagnostic& diagnostic : inspection->diagnostics)
            json["diagnostics"].push_back({{"severity", to_string(diagnostic.severity)},
                                           {"code", diagnostic.code},
                                           {"message", diagnostic.message},
                                           {"where", diagnostic.where}});
        json["exit_status"] = 0;
        context.console.print_result(to_text(json));
    } else {
        std::string text = line_text(*inspection, root_module) + "\n";
        add_lines(*inspection, root_module, {}, text);
        context.console.print_result(text);
    }
    return ExitStatus::Done;
}

} // namespace strata::cli
