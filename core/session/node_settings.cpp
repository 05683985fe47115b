#include "session/node_settings.h"

#include "onnx/operator_defaults.h"

#include <algorithm>
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <map>

namespace strata {
namespace {

/// A setting in a form in which equal ones are equal.
struct Setting {
    enum class Kind { None, Numbers, Texts, Tensors, Computed };
    Kind kind = Kind::None;
    std::vector<double> numbers; ///< exact for what operators are told: sizes, axes, factors
    std::vector<std::string> texts;
    std::vector<Tensor> tensors; ///< too large for numbers, or of types without
};

Setting numbers(std::vector<double> values)
{
    return {Setting::Kind::Numbers, std::move(values), {}, {}};
}

Setting setting_of(const Tensor& tensor)
{
    constexpr std::int64_t most = 4096;
    if (tensor.element_count() <= most) {
        if (is_floating_point(tensor.dtype)) {
            if (auto values = tensor.to_doubles())
                return numbers(std::move(*values));
        } else if (auto values = tensor.to_int64s()) {
            return numbers({values->begin(), values->end()});
        }
    }
    return {Setting::Kind::Tensors, {}, {}, {tensor}};
}

/// Bodies are compared node by node like the main graph: only their number counts here.
Setting setting_of(const AttributeValue& value)
{
    if (const auto* real = std::get_if<float>(&value))
        return numbers({static_cast<double>(*real)});
    if (const auto* integer = std::get_if<std::int64_t>(&value))
        return numbers({static_cast<double>(*integer)});
    if (const auto* reals = std::get_if<std::vector<float>>(&value))
        return numbers({reals->begin(), reals->end()});
    if (const auto* integers = std::get_if<std::vector<std::int64_t>>(&value))
        return numbers({integers->begin(), integers->end()});
    if (const auto* text = std::get_if<std::string>(&value))
        return {Setting::Kind::Texts, {}, {*text}, {}};
    if (const auto* texts = std::get_if<std::vector<std::string>>(&value))
        return {Setting::Kind::Texts, {}, *texts, {}};
    if (const auto* tensor = std::get_if<Tensor>(&value))
        return setting_of(*tensor);
    if (const auto* tensors = std::get_if<std::vector<Tensor>>(&value))
        return {Setting::Kind::Tensors, {}, {}, *tensors};
    if (const auto* graphs = std::get_if<std::vector<GraphId>>(&value))
        return numbers({static_cast<double>(graphs->size())});
    return {};
}

std::string text_of(const Setting& setting)
{
    constexpr std::size_t most = 8;
    switch (setting.kind) {
    case Setting::Kind::Numbers:
        if (setting.numbers.size() == 1)
            return fmt::format("{}", setting.numbers.front());
        return setting.numbers.size() <= most
                   ? fmt::format("[{}]", fmt::join(setting.numbers, ", "))
                   : fmt::format("{} numbers", setting.numbers.size());
    case Setting::Kind::Texts:
        return setting.texts.size() == 1 ? fmt::format("'{}'", setting.texts.front())
                                         : fmt::format("['{}']", fmt::join(setting.texts, "', '"));
    case Setting::Kind::Tensors:
        return "a tensor";
    case Setting::Kind::Computed:
        return "computed";
    case Setting::Kind::None:
        break;
    }
    return "none";
}

/// "value_ints" and the like of Constant are one setting.
std::string setting_name(std::string_view op, std::string_view attribute)
{
    return op == "Constant" ? "value" : std::string(attribute);
}

std::map<std::string, Setting> settings_of(const CompareSide& side, NodeId id)
{
    const OnnxNode& node = side.node(id);
    std::map<std::string, Setting> settings;
    for (const Attribute& attribute : node.attributes) {
        Setting setting = setting_of(attribute.value);
        if (attribute.ref_name != StringId::Empty) // of the function around it
            setting = {Setting::Kind::Texts, {}, {std::string(side.text(attribute.ref_name))}, {}};
        settings.emplace(setting_name(side.op(id), side.text(attribute.name)), std::move(setting));
    }
    const auto inputs = setting_inputs(side.op(id), side.text(node.domain), side.opset(id));
    for (std::size_t i = 0; i < std::min(inputs.size(), node.inputs.size()); ++i) {
        if (inputs[i].empty() || node.inputs[i] == no_id)
            continue;
        if (const auto tensor = side.constant(node.inputs[i])) {
            if (tensor->element_count() > 0)
                settings.emplace(inputs[i], setting_of(*tensor));
        } else {
            settings.emplace(inputs[i], Setting{Setting::Kind::Computed, {}, {}, {}});
        }
    }
    return settings;
}

bool all_are(const Setting& setting, double value)
{
    return setting.kind == Setting::Kind::Numbers &&
           std::all_of(setting.numbers.begin(), setting.numbers.end(),
                       [&](double each) { return each == value; });
}

class Differ {
public:
    Differ(const CompareSide& a, NodeId left, const CompareSide& b, NodeId right)
        : m_a(a),
          m_b(b),
          m_left(left),
          m_right(right)
    {}

    std::vector<std::string> run()
    {
        auto left = settings_of(m_a, m_left);
        auto right = settings_of(m_b, m_right);
        std::vector<std::string> names;
        for (const auto* side : {&left, &right})
            for (const auto& [name, setting] : *side)
                if (std::find(names.begin(), names.end(), name) == names.end())
                    names.push_back(name);
        std::vector<std::string> found;
        for (const std::string& name : names) {
            const Setting a = complete(left, name, m_a, m_left, m_b, m_right);
            const Setting b = complete(right, name, m_b, m_right, m_a, m_left);
            if (!same(name, a, b))
                found.push_back(
                    fmt::format("attribute {} is {} against {}", name, text_of(a), text_of(b)));
        }
        return found;
    }

private:
    /// The setting, or its default; where the operator's version does not know it, the other's.
    static Setting complete(const std::map<std::string, Setting>& settings, const std::string& name,
                            const CompareSide& side, NodeId id, const CompareSide& other,
                            NodeId counterpart)
    {
        if (const auto it = settings.find(name); it != settings.end())
            return it->second;
        for (const auto& [from, node] : {std::pair(&side, id), std::pair(&other, counterpart)})
            if (const auto value = default_attribute(
                    from->op(node), from->text(from->node(node).domain), from->opset(node), name))
                return setting_of(*value);
        return {};
    }

    bool same(const std::string& name, const Setting& a, const Setting& b) const
    {
        if (a.kind == Setting::Kind::None || b.kind == Setting::Kind::None)
            return a.kind == b.kind || is_implied(name, a.kind == Setting::Kind::None ? b : a);
        if (name == "shape" && same_result_shape())
            return true; // 0 and -1 stand for the same numbers
        if (a.kind != b.kind)
            return false;
        switch (a.kind) {
        case Setting::Kind::Numbers:
            return a.numbers == b.numbers || same_axes(name, a, b);
        case Setting::Kind::Texts:
            return a.texts == b.texts;
        case Setting::Kind::Tensors:
            return std::equal(a.tensors.begin(), a.tensors.end(), b.tensors.begin(),
                              b.tensors.end(), [](const Tensor& x, const Tensor& y) {
                                  const auto equal = same_tensor(x, y);
                                  return equal && *equal;
                              });
        default:
            return true; // computed on both sides: their producers are compared
        }
    }

    /// Does the setting say what the operator does without it?
    bool is_implied(const std::string& name, const Setting& setting) const
    {
        if (name == "pads" || name == "output_padding")
            return all_are(setting, 0.0);
        if (name == "strides" || name == "dilations" || name == "steps")
            return all_are(setting, 1.0);
        if (name == "kernel_shape")
            return is_weight_shape(m_a, m_left, setting) || is_weight_shape(m_b, m_right, setting);
        const std::size_t parts = m_a.node(m_left).outputs.size();
        if (name == "split") // equal parts
            return setting.kind == Setting::Kind::Numbers && setting.numbers.size() == parts &&
                   all_are(setting, setting.numbers.front());
        if (name == "num_outputs")
            return all_are(setting, static_cast<double>(parts));
        if (name == "perm") {
            std::vector<double> reversed(setting.numbers.size());
            for (std::size_t i = 0; i < reversed.size(); ++i)
                reversed[i] = static_cast<double>(reversed.size() - 1 - i);
            return setting.kind == Setting::Kind::Numbers && setting.numbers == reversed;
        }
        if (name == "axes" && m_a.op(m_left).starts_with("Reduce"))
            return has_rank(m_a, m_left, setting.numbers.size()) ||
                   has_rank(m_b, m_right, setting.numbers.size());
        return false;
    }

    static bool has_rank(const CompareSide& side, NodeId id, std::size_t rank)
    {
        const auto& inputs = side.node(id).inputs;
        return !inputs.empty() && inputs[0] != no_id && side.typed(inputs[0]).has_shape &&
               side.typed(inputs[0]).shape.size() == rank;
    }

    bool same_result_shape() const
    {
        const auto& left = m_a.node(m_left).outputs;
        const auto& right = m_b.node(m_right).outputs;
        if (left.empty() || right.empty() || left[0] == no_id || right[0] == no_id)
            return false;
        const OnnxValue& x = m_a.typed(left[0]);
        const OnnxValue& y = m_b.typed(right[0]);
        return x.has_shape && y.has_shape &&
               std::equal(x.shape.begin(), x.shape.end(), y.shape.begin(), y.shape.end(),
                          [&](const Dim& p, const Dim& q) {
                              const std::string text = m_a.dim_text(p);
                              return !text.empty() && text == m_b.dim_text(q);
                          });
    }

    static bool is_weight_shape(const CompareSide& side, NodeId id, const Setting& setting)
    {
        constexpr std::size_t leading = 2; // outputs and inputs
        const auto& inputs = side.node(id).inputs;
        if (inputs.size() < 2 || inputs[1] == no_id || setting.kind != Setting::Kind::Numbers)
            return false;
        const OnnxValue& weight = side.typed(inputs[1]);
        return weight.has_shape && weight.shape.size() == leading + setting.numbers.size() &&
               std::equal(setting.numbers.begin(), setting.numbers.end(),
                          weight.shape.begin() + leading, [](double size, const Dim& dim) {
                              return dim.known() && static_cast<double>(dim.value) == size;
                          });
    }

    /// -1 and 3 are the same axis of four.
    bool same_axes(const std::string& name, const Setting& a, const Setting& b) const
    {
        if (name != "axis" && name != "axes")
            return false;
        const auto counted = [&](const CompareSide& side, NodeId id, const Setting& setting) {
            std::vector<double> axes = setting.numbers;
            const auto& inputs = side.node(id).inputs;
            if (inputs.empty() || inputs[0] == no_id || !side.typed(inputs[0]).has_shape)
                return axes;
            std::size_t rank = side.typed(inputs[0]).shape.size();
            if (side.op(id) == "Unsqueeze")
                rank += axes.size();
            for (double& axis : axes)
                axis += axis < 0 ? static_cast<double>(rank) : 0.0;
            if (name == "axes")
                std::sort(axes.begin(), axes.end());
            return axes;
        };
        return counted(m_a, m_left, a) == counted(m_b, m_right, b);
    }

    const CompareSide& m_a;
    const CompareSide& m_b;
    NodeId m_left;
    NodeId m_right;
};

} // namespace

std::vector<std::string> different_settings(const CompareSide& a, NodeId left, const CompareSide& b,
                                            NodeId right)
{
    return Differ(a, left, b, right).run();
}

std::vector<ValueId> data_inputs(const CompareSide& side, NodeId id)
{
    const OnnxNode& node = side.node(id);
    const auto settings = setting_inputs(side.op(id), side.text(node.domain), side.opset(id));
    std::vector<ValueId> inputs;
    for (std::size_t i = 0; i < node.inputs.size(); ++i)
        if (i >= settings.size() || settings[i].empty() ||
            (node.inputs[i] != no_id && !side.constant(node.inputs[i])))
            inputs.push_back(node.inputs[i]);
    // Optional inputs that are left out, or have nothing in them.
    const auto is_empty = [&](ValueId value) {
        if (value == no_id)
            return true;
        const auto tensor = side.constant(value);
        return tensor && tensor->shape.size() == 1 && tensor->element_count() == 0;
    };
    for (ValueId& value : inputs)
        if (is_empty(value))
            value = no_id;
    while (!inputs.empty() && inputs.back() == no_id)
        inputs.pop_back();
    return inputs;
}

} // namespace strata
