// States a small ONNX model as text, and prints one, for tests of passes.
//
//   x = float32[1,3,h,8]              an input of the graph
//   w = float32[2,3]{1,2}             an initializer; the numbers repeat until it is full
//   s = int64{2,-1}    n = int64:5    initializers of rank 1 and 0
//   y = Conv(x, w, _) pads=[1,1] @2   a node: `_` is left out, `@2` is its frame (0 otherwise)
//   a, b = Split(x) axis=0            several outputs
//   return y, a
//
// Node i of the text comes from FX node i. Printed models have the same form: nodes in order;
// small constants of rank 0 and 1 stand where they are read.
#pragma once

#include "passes/dead_code.h"
#include "passes/verify_model.h"
#include "unit/passes/infer_harness.h"

#include <QString>
#include <QStringList>

#include <functional>
#include <map>
#include <memory>
#include <stdexcept>

namespace strata::test {

struct TextModel {
    OnnxModel model;
    ValueFacts facts;
    std::map<QString, ValueId> names;

    ValueId value(const char* name) const { return names.at(QString::fromUtf8(name)); }
    /// The numbers of an initializer, by its name in the model.
    std::vector<double> numbers(std::string_view name) const
    {
        for (const Initializer& initializer : model.initializers)
            if (model.text(model.values[initializer.value].name) == name)
                return initializer.tensor.to_doubles().value();
        return {};
    }
    /// The origins of the node that makes the value with that name.
    std::vector<FxNodeId> origins(std::string_view name) const
    {
        for (const OnnxValue& made : model.values)
            if (model.text(made.name) == name && made.producer != no_id)
                return model.provenance.at(made.producer).origins;
        return {};
    }
};

/// "float32[2,3]{1,2}" → a tensor.
inline Tensor parse_tensor(const QString& spec)
{
    const int bracket = static_cast<int>(spec.indexOf('['));
    const int brace = static_cast<int>(spec.indexOf('{'));
    const DType type = parse_dtype(spec.left(bracket).toStdString()).value();
    std::vector<std::int64_t> shape;
    const QString dims = spec.mid(bracket + 1, brace - bracket - 2);
    std::int64_t count = 1;
    if (!dims.isEmpty())
        for (const QString& dim : dims.split(',')) {
            shape.push_back(dim.toLongLong());
            count *= shape.back();
        }
    const QStringList given = spec.mid(brace + 1, spec.size() - brace - 2).split(',');
    QStringList numbers;
    for (std::int64_t i = 0; i < count; ++i)
        numbers << given[static_cast<int>(i % given.size())];
    Tensor tensor = number_tensor(type, numbers, false);
    tensor.shape = std::move(shape);
    return tensor;
}

inline std::unique_ptr<TextModel> parse_model(const QString& text, int opset = 17)
{
    auto parsed = std::make_unique<TextModel>();
    OnnxModel& model = parsed->model;
    model.opsets.push_back({"", opset});
    auto named = [&](const QString& name) {
        if (name == "_")
            return no_id;
        if (!parsed->names.count(name))
            throw std::runtime_error("no value " + name.toStdString());
        return parsed->names.at(name);
    };
    for (QString line : text.split('\n')) {
        line = line.trimmed();
        if (line.isEmpty())
            continue;
        if (line.startsWith("return ")) {
            for (const QString& name : line.mid(7).split(','))
                model.graphs[0].outputs.push_back(named(name.trimmed()));
            continue;
        }
        const int equals = static_cast<int>(line.indexOf('='));
        const QString left = line.left(equals).trimmed();
        const QString right = line.mid(equals + 1).trimmed();
        static const QRegularExpression call("^(\\w+)\\(([^)]*)\\)(.*)$");
        const auto match = call.match(right);
        if (!match.hasMatch()) {
            ValueId id = no_id;
            if (right.contains('[') && right.contains('{'))
                id = model
                         .initializers[model.add_initializer(0, left.toStdString(),
                                                             parse_tensor(right))]
                         .value;
            else
                id = add_input(model, parsed->facts, right, 0);
            model.values[id].name = model.intern(left.toStdString());
            parsed->names[left] = id;
            continue;
        }
        OnnxNode node;
        node.op_type = model.intern(match.captured(1).toStdString());
        node.name = model.intern("node" + std::to_string(model.nodes.size()));
        for (const QString& input : match.captured(2).split(',', Qt::SkipEmptyParts))
            node.inputs.push_back(named(input.trimmed()));
        FrameId frame = 0;
        for (const QString& part : match.captured(3).split(' ', Qt::SkipEmptyParts))
            if (part.startsWith('@'))
                frame = part.mid(1).toUInt();
            else
                add_attribute(model, node, part);
        for (const QString& output : left.split(',')) {
            const QString name = output.trimmed();
            parsed->names[name] = model.add_value(0, name.toStdString());
            node.outputs.push_back(parsed->names[name]);
        }
        const NodeId id = model.add_node(0, std::move(node));
        model.provenance.push_back({frame, id, {id}});
    }
    infer_model(model, parsed->facts);
    return parsed;
}

inline QString print_attribute(const OnnxModel& model, const Attribute& attribute)
{
    const QString name = QString::fromStdString(std::string(model.text(attribute.name)));
    if (const auto* number = std::get_if<std::int64_t>(&attribute.value))
        return name + "=" + QString::number(*number);
    if (const auto* real = std::get_if<float>(&attribute.value))
        return name + "=" + QString::number(static_cast<double>(*real)) + "f";
    if (const auto* text = std::get_if<std::string>(&attribute.value))
        return name + ":" + QString::fromStdString(*text);
    if (const auto* list = std::get_if<std::vector<std::int64_t>>(&attribute.value)) {
        QStringList parts;
        for (const std::int64_t item : *list)
            parts << QString::number(item);
        return name + "=[" + parts.join(",") + "]";
    }
    return name + "=?";
}

inline QString print_value(const OnnxModel& model, ValueId id)
{
    if (id == no_id)
        return "_";
    const OnnxValue& value = model.values[id];
    if (value.initializer != no_id) {
        const Tensor& tensor = model.initializers[value.initializer].tensor;
        if (tensor.shape.size() <= 1 && tensor.element_count() <= 8)
            if (const auto numbers = tensor.to_doubles()) {
                QStringList parts;
                for (const double number : *numbers)
                    parts << QString::number(number);
                const QString type = QString::fromStdString(std::string(to_string(tensor.dtype)));
                return tensor.shape.empty() ? type + ":" + parts.join(",")
                                            : type + "{" + parts.join(",") + "}";
            }
    }
    return QString::fromStdString(std::string(model.text(value.name)));
}

/// The nodes and what is returned, a line each; attributes in order of their names.
inline QString print_model(const OnnxModel& model)
{
    QStringList lines;
    for (const NodeId id : model.graphs[0].nodes) {
        const OnnxNode& node = model.nodes[id];
        QStringList outputs;
        for (const ValueId output : node.outputs)
            outputs << print_value(model, output);
        QStringList inputs;
        for (const ValueId input : node.inputs)
            inputs << print_value(model, input);
        QStringList attributes;
        for (const Attribute& attribute : node.attributes)
            attributes << print_attribute(model, attribute);
        attributes.sort();
        lines << (outputs.join(", ") + " = " +
                  QString::fromStdString(std::string(model.text(node.op_type))) + "(" +
                  inputs.join(", ") + ") " + attributes.join(" "))
                     .trimmed();
    }
    QStringList results;
    for (const ValueId output : model.graphs[0].outputs)
        results << print_value(model, output);
    lines << "return " + results.join(", ");
    return lines.join("\n");
}

/// Runs a pass, checks the model, takes out what is dead, checks it again, and prints it.
inline QString after_pass(TextModel& text, const std::function<bool(TextModel&)>& pass)
{
    pass(text);
    for (const std::string& complaint : verify_model(text.model))
        return "broken: " + QString::fromStdString(complaint);
    remove_dead_code(text.model);
    for (const std::string& complaint : verify_model(text.model))
        return "broken after dead code: " + QString::fromStdString(complaint);
    return print_model(text.model);
}

/// Text with each line trimmed and empty lines left out, to compare with.
inline QString lines(const QString& text)
{
    QStringList kept;
    for (const QString& line : text.split('\n'))
        if (!line.trimmed().isEmpty())
            kept << line.trimmed();
    return kept.join("\n");
}

} // namespace strata::test
