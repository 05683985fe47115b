#include "layout/box_content.h"

#include <algorithm>
#include <fmt/format.h>

namespace strata {

namespace {

using M = BoxMeasures;

/// The number in a one-element parameter: "= 0.125" says more than "scalar".
std::string value_text(const Tensor& tensor)
{
    if (tensor.element_count() != 1 || tensor.dtype == DType::String)
        return {};
    if (is_integer(tensor.dtype) || tensor.dtype == DType::Bool) {
        if (const auto values = tensor.to_int64s(); values && values->size() == 1)
            return fmt::format("= {}", values->front());
    } else if (const auto values = tensor.to_doubles(); values && values->size() == 1)
        return fmt::format("= {:.6g}", values->front());
    return {};
}

std::string parameter_line(const OnnxModel& model, const OnnxValue& value)
{
    const Initializer& initializer = model.initializers[value.initializer];
    const std::string_view name = local_name(model.text(value.name));
    std::string what = value_text(initializer.tensor);
    if (what.empty()) {
        for (const std::int64_t size : initializer.tensor.shape)
            what += fmt::format("{}{}", what.empty() ? "" : "×", size);
    }
    return what.empty() ? std::string(name) : fmt::format("{}  {}", name, what);
}

double widest(double a, std::string_view text, TextStyle style, const TextMetrics& metrics)
{
    return std::max(a, metrics.width(text, style));
}

} // namespace

std::string shape_text(const OnnxModel& model, ValueId id)
{
    if (id >= model.values.size())
        return {};
    const OnnxValue& value = model.values[id];
    if (value.kind != ValueKind::Tensor)
        return std::string(model.text(value.type_text));
    std::string text;
    for (const Dim& dim : value.shape) {
        if (!text.empty())
            text += "×";
        if (dim.known())
            text += fmt::format("{}", dim.value);
        else if (dim.symbol != StringId::Empty)
            text += model.text(dim.symbol);
        else
            text += "?";
    }
    return text;
}

/// "weight" of "layer1.0.conv.weight"; "weight.T" of what was made of it: names of tensors in
/// Python begin with a small letter, and what an operation made of one is named after both.
std::string_view local_name(std::string_view name)
{
    std::size_t at = name.find_last_of("./:");
    if (at != std::string_view::npos && at > 0 && at + 1 < name.size() && name[at] == '.' &&
        name[at + 1] >= 'A' && name[at + 1] <= 'Z')
        at = name.find_last_of("./:", at - 1);
    return at == std::string_view::npos || at + 1 == name.size() ? name : name.substr(at + 1);
}

SceneBox operator_box(const Inspection& inspection, NodeId id, const TextMetrics& metrics)
{
    const OnnxModel& model = *inspection.model;
    const OnnxNode& node = model.nodes[id];
    SceneBox box;
    box.kind = BoxKind::Operator;
    box.node = id;
    if (id < inspection.attribution.size()) {
        const NodeAttribution& a = inspection.attribution[id];
        box.module = a.module;
        box.confidence = a.confidence;
        box.evidence = a.kind;
        box.synthetic = a.synthetic;
    }
    box.title = elide_middle(model.text(node.op_type), TextStyle::Title, M::max_text, metrics);
    std::size_t hidden = 0;
    for (const ValueId input : node.inputs) {
        if (input >= model.values.size() || model.values[input].initializer == no_id ||
            model.values[input].initializer >= model.initializers.size())
            continue;
        if (box.lines.size() < M::max_lines)
            box.lines.push_back(elide_middle(parameter_line(model, model.values[input]),
                                             TextStyle::Small, M::max_text, metrics));
        else
            ++hidden;
    }
    if (hidden > 0)
        box.lines.back() = fmt::format("+ {}", hidden + 1);
    double width = metrics.width(box.title, TextStyle::Title);
    for (const std::string& line : box.lines)
        width = widest(width, line, TextStyle::Small, metrics);
    box.rect.width = std::max(76.0, M::bar + 2 * M::padding + width);
    box.rect.height = M::operator_row;
    if (!box.lines.empty())
        box.rect.height +=
            static_cast<double>(box.lines.size()) * metrics.line_height(TextStyle::Small) + 4;
    return box;
}

/// "DecoderLayer ×64" when all parts are modules of one class, else "×64".
std::string range_parts(const Inspection& inspection, const DisplayTree& tree,
                        const DisplayGroup& range)
{
    std::string_view shared;
    bool same = range.nodes.empty();
    for (const GroupId child : range.children) {
        const DisplayGroup& group = tree.groups[child];
        const std::string_view name =
            group.kind == GroupKind::Module && group.module < inspection.modules.size()
                ? std::string_view(inspection.modules[group.module].class_name)
                : std::string_view();
        same = same && !name.empty() && (shared.empty() || shared == name);
        shared = name;
    }
    const std::size_t count = range.nodes.size() + range.children.size();
    return (same && !shared.empty() ? std::string(shared) + " ×" : std::string("×")) +
           std::to_string(count);
}

SceneBox group_box(const Inspection& inspection, const DisplayTree& tree, GroupId id,
                   const TextMetrics& metrics)
{
    const DisplayGroup& group = tree.groups[id];
    SceneBox box;
    box.kind = BoxKind::Group;
    box.group_kind = group.kind;
    box.group = id;
    const bool repeat = group.kind == GroupKind::Repeat;
    box.module = group.kind == GroupKind::Module || repeat ? group.module : no_module;
    box.members = group.members;
    box.node = group.node;
    box.figures = group.figures;
    box.confidence = group.figures.mean_confidence();
    box.evidence = group.weakest;
    box.synthetic = group.kind == GroupKind::Orphans;
    std::string_view title = group.label;
    std::string_view subtitle;
    if (group.kind == GroupKind::Module && group.module < inspection.modules.size()) {
        const Module& module = inspection.modules[group.module];
        if (title.empty())
            title = module.name.empty() ? module.class_name : module.name;
        subtitle = module.name.empty() ? std::string_view() : module.class_name;
    } else if (group.kind == GroupKind::ControlFlow && inspection.model) {
        title = inspection.model->text(inspection.model->nodes[group.node].op_type);
        subtitle = local_name(inspection.model->text(inspection.model->nodes[group.node].name));
        if (group.node < inspection.attribution.size()) {
            box.synthetic = inspection.attribution[group.node].synthetic;
            box.module = inspection.attribution[group.node].module;
        }
    }
    std::string parts;
    if (repeat) {
        if (group.module < inspection.modules.size())
            parts = inspection.modules[group.module].class_name + " ";
        parts += fmt::format("×{}", group.members);
        subtitle = parts;
    }
    if (group.kind == GroupKind::Range) {
        parts = range_parts(inspection, tree, group);
        subtitle = parts;
    }
    box.title = elide_middle(title, TextStyle::Title, M::max_text, metrics);
    const double left =
        M::max_text - std::min(M::max_text, metrics.width(box.title, TextStyle::Title));
    if (!subtitle.empty())
        box.subtitle = elide_middle(subtitle, TextStyle::Body,
                                    std::max(repeat ? M::max_text : 90.0, left), metrics);
    const double gap = box.subtitle.empty() ? 0.0 : 7.0;
    double width = metrics.width(box.title, TextStyle::Title) + gap +
                   metrics.width(box.subtitle, TextStyle::Body) + 8 + M::badge + 6;
    // The second row is translated and formatted by the ui: keep room for numbers like these.
    width = std::max(width, metrics.width("00000 nodes · 100.0 %", TextStyle::Small));
    box.rect.width = std::max(130.0, 2 * M::padding + width);
    box.rect.height = M::group_height;
    return box;
}

SceneBox terminal_box(const Inspection& inspection, const DisplayTerminal& terminal,
                      const TextMetrics& metrics)
{
    const OnnxModel& model = *inspection.model;
    SceneBox box;
    box.kind = terminal.input ? BoxKind::Input : BoxKind::Output;
    box.value = terminal.value;
    box.title = elide_middle(model.text(model.values[terminal.value].name), TextStyle::Body,
                             M::max_text, metrics);
    box.subtitle =
        elide_middle(shape_text(model, terminal.value), TextStyle::Small, M::max_text, metrics);
    const double gap = box.subtitle.empty() ? 0.0 : 8.0;
    box.rect.width =
        std::max(60.0, 2 * (M::padding + 4) + gap + metrics.width(box.title, TextStyle::Body) +
                           metrics.width(box.subtitle, TextStyle::Small));
    box.rect.height = 26.0;
    return box;
}

double header_width(const SceneBox& box, const TextMetrics& metrics)
{
    return 2 * M::padding + M::badge + 16 + metrics.width(box.title, TextStyle::Title) +
           metrics.width(box.subtitle, TextStyle::Body) +
           metrics.width("00000 nodes · 100 %", TextStyle::Small);
}

} // namespace strata
