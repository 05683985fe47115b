#include "ui/models/format.h"

#include <QCoreApplication>

#include <array>
#include <cmath>

namespace strata::ui {

namespace {

/// The translation context of this file, in a form that lupdate understands.
struct Words {
    Q_DECLARE_TR_FUNCTIONS(strata::ui::Words)
};

template <class List, class Text>
QString listText(const List& list, int limit, const Text& text)
{
    QString result = QStringLiteral("[");
    const auto size = static_cast<int>(list.size());
    for (int i = 0; i < std::min(size, limit); ++i) {
        if (i > 0)
            result += QStringLiteral(", ");
        result += text(list[static_cast<std::size_t>(i)]);
    }
    if (size > limit)
        result += Words::tr(", … (%1 in all)").arg(formatCount(static_cast<std::uint64_t>(size)));
    return result + QLatin1Char(']');
}

QString numberText(double value)
{
    return QString::number(value, 'g', 6);
}

QString stringText(const std::string& text)
{
    constexpr qsizetype longest = 200;
    QString result = toQString(text);
    if (result.size() > longest)
        result = result.left(longest) + QStringLiteral("…");
    return QLatin1Char('"') + result + QLatin1Char('"');
}

} // namespace

QString formatCount(std::uint64_t count)
{
    return QLocale().toString(static_cast<qulonglong>(count));
}

QString formatShortCount(std::uint64_t count)
{
    if (count < 1000)
        return QString::number(count);
    static constexpr std::array units{'K', 'M', 'G', 'T'};
    double value = static_cast<double>(count);
    std::size_t unit = 0;
    value /= 1000;
    // 999.95 would be printed as 1000.0: go on to the next unit before that happens.
    while (value >= 999.95 && unit + 1 < units.size()) {
        value /= 1000;
        ++unit;
    }
    return QLocale().toString(value, 'f', 1) + QChar(0x202f) + QLatin1Char(units[unit]);
}

QString formatBytes(std::uint64_t bytes)
{
    return QLocale().formattedDataSize(static_cast<qint64>(bytes), 1);
}

QString formatSeconds(double seconds)
{
    const QLocale locale;
    if (seconds < 1e-3)
        return QStringLiteral("%1 µs").arg(locale.toString(seconds * 1e6, 'g', 3));
    if (seconds < 1.0)
        return QStringLiteral("%1 ms").arg(locale.toString(seconds * 1e3, 'g', 3));
    return QStringLiteral("%1 s").arg(locale.toString(seconds, 'f', 2));
}

QString formatShare(double share)
{
    double percent = share * 100.0;
    if (share < 1.0 && percent > 99.9)
        percent = 99.9;
    if (share > 0.0 && percent < 0.1)
        percent = 0.1;
    const int digits = share >= 1.0 || share <= 0.0 ? 0 : 1;
    return QLocale().toString(percent, 'f', digits) + QChar(0x202f) + QLatin1Char('%');
}

QString formatConfidence(double confidence)
{
    return QLocale().toString(confidence, 'f', 2);
}

QString evidenceName(EvidenceKind kind)
{
    switch (kind) {
    case EvidenceKind::Recorded:
        return Words::tr("Recorded");
    case EvidenceKind::Parameter:
        return Words::tr("Parameter");
    case EvidenceKind::ScopeName:
        return Words::tr("Scope name");
    case EvidenceKind::StructuralMatch:
        return Words::tr("Structural match");
    case EvidenceKind::Consensus:
        return Words::tr("Consensus");
    case EvidenceKind::CommonAncestor:
        return Words::tr("Common ancestor");
    case EvidenceKind::Synthetic:
        return Words::tr("Synthetic");
    }
    return {};
}

QString evidenceExplanation(EvidenceKind kind)
{
    switch (kind) {
    case EvidenceKind::Recorded:
        return Words::tr("The exporter recorded the module while it made the node.");
    case EvidenceKind::Parameter:
        return Words::tr("The node reads a parameter that belongs to exactly one module.");
    case EvidenceKind::ScopeName:
        return Words::tr("The node's name spells a module of the tree.");
    case EvidenceKind::StructuralMatch:
        return Words::tr("The operators around the node match those of the source model.");
    case EvidenceKind::Consensus:
        return Words::tr("The nodes before and after agree on the module.");
    case EvidenceKind::CommonAncestor:
        return Words::tr("The nearest module that contains the nodes around it.");
    case EvidenceKind::Synthetic:
        return Words::tr("No module is known: the path is made up so that it can be shown.");
    }
    return {};
}

QString categoryName(Category category)
{
    switch (category) {
    case Category::TorchModules:
        return Words::tr("PyTorch modules");
    case Category::CustomModules:
        return Words::tr("Own modules");
    case Category::Functions:
        return Words::tr("Functions");
    case Category::Methods:
        return Words::tr("Methods");
    case Category::Attributes:
        return Words::tr("Attributes");
    case Category::Inputs:
        return Words::tr("Inputs");
    case Category::Outputs:
        return Words::tr("Outputs");
    }
    return {};
}

QString severityName(Severity severity)
{
    switch (severity) {
    case Severity::Info:
        return Words::tr("Note");
    case Severity::Warning:
        return Words::tr("Warning");
    case Severity::Error:
        return Words::tr("Error");
    }
    return {};
}

QString formatName(ModelFormat format)
{
    switch (format) {
    case ModelFormat::TorchScript:
        return Words::tr("TorchScript");
    case ModelFormat::ExportedProgram:
        return Words::tr("torch.export program");
    case ModelFormat::Onnx:
        return Words::tr("ONNX");
    }
    return {};
}

QString phaseName(std::string_view phase)
{
    struct Name {
        std::string_view phase;
        const char* text;
    };
    static constexpr std::array names{
        Name{"load", QT_TRANSLATE_NOOP("strata::ui::Words", "Loading the model")},
        Name{"trace", QT_TRANSLATE_NOOP("strata::ui::Words", "Following the forward pass")},
        Name{"lower", QT_TRANSLATE_NOOP("strata::ui::Words", "Translating to ONNX operators")},
        Name{"passes", QT_TRANSLATE_NOOP("strata::ui::Words", "Simplifying the graph")},
        Name{"attribute", QT_TRANSLATE_NOOP("strata::ui::Words", "Finding each node's module")},
        Name{"write", QT_TRANSLATE_NOOP("strata::ui::Words", "Writing the file")},
        Name{"read", QT_TRANSLATE_NOOP("strata::ui::Words", "Reading the file")},
        Name{"hash", QT_TRANSLATE_NOOP("strata::ui::Words", "Hashing the file")},
        Name{"layout", QT_TRANSLATE_NOOP("strata::ui::Words", "Laying out the graph")},
        Name{"compare", QT_TRANSLATE_NOOP("strata::ui::Words", "Comparing the graphs")},
    };
    for (const Name& name : names)
        if (name.phase == phase)
            return QCoreApplication::translate("strata::ui::Words", name.text);
    return toQString(phase);
}

QString moduleTitle(const ModuleTree& modules, ModuleId id)
{
    const Module& module = modules[id];
    if (!module.name.empty())
        return toQString(module.name);
    return module.class_name.empty() ? Words::tr("(root)") : toQString(module.class_name);
}

QString modulePath(const ModuleTree& modules, ModuleId id)
{
    const Module& module = modules[id];
    return module.fqn.empty() ? Words::tr("(root)") : toQString(module.fqn);
}

QString attributeText(const OnnxModel& model, const Attribute& attribute, int limit)
{
    if (attribute.ref_name != StringId::Empty)
        return QStringLiteral("@") + toQString(model.text(attribute.ref_name));
    struct Visitor {
        const OnnxModel& model;
        int limit;
        QString operator()(std::monostate) const { return {}; }
        QString operator()(float value) const { return numberText(static_cast<double>(value)); }
        QString operator()(std::int64_t value) const { return QString::number(value); }
        QString operator()(const std::string& value) const { return stringText(value); }
        QString operator()(const Tensor& value) const { return tensorText(value, limit); }
        QString operator()(const std::vector<GraphId>& value) const
        {
            return listText(value, limit, [this](GraphId id) {
                const OnnxGraph& graph = model.graphs[id];
                return Words::tr("%1 (%2 nodes)")
                    .arg(toQString(model.text(graph.name)))
                    .arg(formatCount(graph.nodes.size()));
            });
        }
        QString operator()(const std::vector<float>& value) const
        {
            return listText(value, limit, [](float v) { return numberText(double(v)); });
        }
        QString operator()(const std::vector<std::int64_t>& value) const
        {
            return listText(value, limit, [](std::int64_t v) { return QString::number(v); });
        }
        QString operator()(const std::vector<std::string>& value) const
        {
            return listText(value, limit, stringText);
        }
        QString operator()(const std::vector<Tensor>& value) const
        {
            return listText(value, limit, [this](const Tensor& t) { return tensorText(t, limit); });
        }
    };
    return std::visit(Visitor{model, limit}, attribute.value);
}

QString attributeKindName(AttributeKind kind)
{
    switch (kind) {
    case AttributeKind::Float:
        return QStringLiteral("float");
    case AttributeKind::Int:
        return QStringLiteral("int");
    case AttributeKind::String:
        return QStringLiteral("string");
    case AttributeKind::Tensor:
        return QStringLiteral("tensor");
    case AttributeKind::Graph:
        return QStringLiteral("graph");
    case AttributeKind::Floats:
        return QStringLiteral("floats");
    case AttributeKind::Ints:
        return QStringLiteral("ints");
    case AttributeKind::Strings:
        return QStringLiteral("strings");
    case AttributeKind::Tensors:
        return QStringLiteral("tensors");
    case AttributeKind::Graphs:
        return QStringLiteral("graphs");
    case AttributeKind::Undefined:
    case AttributeKind::Other:
        break;
    }
    return {};
}

QString tensorText(const Tensor& tensor, int limit)
{
    QString result = toQString(to_string(tensor.dtype));
    result += QLatin1Char('[');
    for (std::size_t i = 0; i < tensor.shape.size(); ++i) {
        if (i > 0)
            result += QLatin1Char(',');
        result += QString::number(tensor.shape[i]);
    }
    result += QLatin1Char(']');
    if (tensor.dtype == DType::String)
        return result + QStringLiteral(": ") + listText(tensor.strings, limit, stringText);
    constexpr std::size_t most_bytes = 4096;
    if (!tensor.storage || tensor.byte_count() > most_bytes)
        return result;
    if (is_floating_point(tensor.dtype)) {
        if (const auto values = tensor.to_doubles())
            return result + QStringLiteral(": ") + listText(*values, limit, numberText);
    } else if (const auto values = tensor.to_int64s()) {
        const bool truth = tensor.dtype == DType::Bool;
        return result + QStringLiteral(": ") + listText(*values, limit, [truth](std::int64_t v) {
                   if (truth)
                       return v != 0 ? QStringLiteral("true") : QStringLiteral("false");
                   return QString::number(v);
               });
    }
    return result;
}

QString domainName(const OnnxModel& model, const OnnxNode& node)
{
    return node.domain == StringId::Empty ? QStringLiteral("ai.onnx")
                                          : toQString(model.text(node.domain));
}

QString nodeTitle(const OnnxModel& model, NodeId id)
{
    const OnnxNode& node = model.nodes[id];
    if (node.name != StringId::Empty)
        return toQString(model.text(node.name));
    return QStringLiteral("%1 #%2").arg(toQString(model.text(node.op_type))).arg(id);
}

} // namespace strata::ui
