// States one inference case as text: op, inputs, attributes, and what is expected.
//
// Inputs, separated by ';':  float32[1,3,h,?]   a value of that type   float32   rank unknown
//                            int64{2,-1}        a constant of rank 1   int64:5   one of rank 0
//                            int64<2,h,?>       elements partly known  (empty)   left out
// Attributes, separated by blanks: axis=1  perm=[1,0]  alpha=0.5f  mode:linear
#pragma once

#include "ir/onnx_model.h"
#include "passes/shape_inference.h"

#include <QRegularExpression>
#include <QString>
#include <QStringList>

#include <cstring>

namespace strata::test {

inline Shape parse_dims(OnnxModel& model, const QString& text)
{
    Shape shape;
    if (text.trimmed().isEmpty())
        return shape;
    for (const QString& part : text.split(',')) {
        bool number = false;
        const qlonglong value = part.trimmed().toLongLong(&number);
        if (number)
            shape.push_back(Dim::of(value));
        else if (part.trimmed() == "?")
            shape.push_back(Dim::unknown());
        else
            shape.push_back(Dim{-1, model.intern(part.trimmed().toStdString())});
    }
    return shape;
}

inline Tensor number_tensor(DType type, const QStringList& numbers, bool scalar)
{
    std::vector<std::byte> bytes;
    for (const QString& number : numbers) {
        const Tensor one = is_floating_point(type)
                               ? Tensor::scalar(type, number.toDouble())
                               : Tensor::scalar(type, std::int64_t{number.toLongLong()});
        std::vector<std::byte> scratch;
        const auto element = one.contiguous_bytes(scratch);
        bytes.insert(bytes.end(), element->begin(), element->end());
    }
    std::vector<std::int64_t> shape;
    if (!scalar)
        shape.push_back(numbers.size());
    return Tensor::from_bytes(type, shape, std::move(bytes));
}

inline ValueId add_input(OnnxModel& model, ValueFacts& facts, const QString& text, int index)
{
    const QString spec = text.trimmed();
    if (spec.isEmpty())
        return no_id;
    const std::string name = "in" + std::to_string(index);
    const int mark = static_cast<int>(spec.indexOf(QRegularExpression("[\\[{:<]")));
    const auto type = parse_dtype((mark < 0 ? spec : spec.left(mark)).toStdString());
    const DType dtype = type.value_or(DType::Unknown);
    const QString inside =
        mark < 0 ? QString() : spec.mid(mark + 1).remove(QRegularExpression("[\\]}>]$"));
    if (mark >= 0 && (spec[mark] == '{' || spec[mark] == ':')) {
        const QStringList numbers = inside.isEmpty() ? QStringList() : inside.split(',');
        const auto index_of = model.add_initializer(
            OnnxModel::main_graph, name, number_tensor(dtype, numbers, spec[mark] == ':'));
        return model.initializers[index_of].value;
    }
    const ValueId id = model.add_value(OnnxModel::main_graph, name);
    model.graphs[OnnxModel::main_graph].inputs.push_back(id);
    model.values[id].dtype = dtype;
    if (mark >= 0 && spec[mark] == '<') {
        const Shape elements = parse_dims(model, inside);
        model.values[id].has_shape = true;
        model.values[id].shape = {Dim::of(static_cast<std::int64_t>(elements.size()))};
        facts.at(id).elements = elements;
    } else if (mark >= 0) {
        model.values[id].has_shape = true;
        model.values[id].shape = parse_dims(model, inside);
    }
    return id;
}

inline void add_attribute(OnnxModel& model, OnnxNode& node, const QString& text)
{
    const int mark = static_cast<int>(text.indexOf(QRegularExpression("[=:]")));
    Attribute attribute;
    attribute.name = model.intern(text.left(mark).toStdString());
    const QString value = text.mid(mark + 1);
    if (text[mark] == ':') {
        attribute.kind = AttributeKind::String;
        attribute.value = value.toStdString();
    } else if (value.startsWith('[')) {
        std::vector<std::int64_t> list;
        const QString inside = value.mid(1, value.size() - 2);
        if (!inside.isEmpty())
            for (const QString& part : inside.split(','))
                list.push_back(part.toLongLong());
        attribute.kind = AttributeKind::Ints;
        attribute.value = std::move(list);
    } else if (value.endsWith('f')) {
        attribute.kind = AttributeKind::Float;
        attribute.value = value.left(value.size() - 1).toFloat();
    } else {
        attribute.kind = AttributeKind::Int;
        attribute.value = std::int64_t{value.toLongLong()};
    }
    node.attributes.push_back(std::move(attribute));
}

/// The elements that are known of a value: "<2,h,?>", or "" when nothing is.
inline QString elements_text(const OnnxModel& model, const ValueFacts& facts, ValueId id)
{
    QStringList parts;
    if (const auto numbers = known_ints(model, facts, id)) {
        for (std::int64_t number : *numbers)
            parts << QString::number(number);
    } else if (const auto elements = known_elements(model, facts, id)) {
        bool any = false;
        for (const Dim& dim : *elements) {
            any = any || dim != Dim::unknown();
            const std::string_view symbol = model.text(dim.symbol);
            parts << (dim.known()      ? QString::number(dim.value)
                      : symbol.empty() ? QString("?")
                                       : QString::fromStdString(std::string(symbol)));
        }
        if (!any)
            return {};
    } else {
        return {};
    }
    return "<" + parts.join(",") + ">";
}

struct InferResult {
    QString types; ///< of all outputs, separated by "; "; the complaint after "error: "
    QString elements;
};

/// `outputs` outputs of which none has a type yet.
inline InferResult infer_case(const QString& op, int opset, const QString& inputs,
                              const QString& attributes, int outputs)
{
    OnnxModel model;
    model.opsets.push_back({"", opset});
    ValueFacts facts;
    OnnxNode node;
    node.op_type = model.intern(op.toStdString());
    if (!inputs.isEmpty()) {
        int index = 0;
        for (const QString& input : inputs.split(';'))
            node.inputs.push_back(add_input(model, facts, input, index++));
    }
    for (const QString& attribute : attributes.split(' ', Qt::SkipEmptyParts))
        add_attribute(model, node, attribute);
    for (int i = 0; i < outputs; ++i)
        node.outputs.push_back(model.add_value(OnnxModel::main_graph, "out" + std::to_string(i)));
    const NodeId id = model.add_node(OnnxModel::main_graph, std::move(node));
    const std::string complaint = infer_node(model, id, facts);
    if (!complaint.empty())
        return {"error: " + QString::fromStdString(complaint), {}};
    QStringList types;
    for (ValueId output : model.nodes[id].outputs)
        types << QString::fromStdString(model.type_text(output));
    return {types.join("; "), elements_text(model, facts, model.nodes[id].outputs[0])};
}

} // namespace strata::test
