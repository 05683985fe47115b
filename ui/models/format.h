// Words and numbers of the core as the window shows them.
#pragma once

#include "ir/inspection.h"

#include <QLocale>
#include <QString>

#include <string_view>

namespace strata::ui {

inline QString toQString(std::string_view text)
{
    return QString::fromUtf8(text.data(), static_cast<qsizetype>(text.size()));
}

/// "1,234,567" in the user's locale.
QString formatCount(std::uint64_t count);
/// "1.2 M", "25.6 K": for narrow columns. Exact below 1000.
QString formatShortCount(std::uint64_t count);
/// "97.5 MiB".
QString formatBytes(std::uint64_t bytes);
/// "12.5 µs", "3.1 ms", "2.04 s"
QString formatSeconds(double seconds);
/// A share in 0..1 as "99.9 %". Only a whole is "100 %" and only nothing is "0 %": 0.9999 is
/// "99.9 %", because a reviewer must be able to tell.
QString formatShare(double share);
/// A confidence in 0..1 with two digits: "0.85".
QString formatConfidence(double confidence);

/// Translated names of the core's enumerations.
QString evidenceName(EvidenceKind kind);
/// What a kind of evidence rests on, one sentence, for tooltips.
QString evidenceExplanation(EvidenceKind kind);
QString categoryName(Category category);
QString severityName(Severity severity);
QString formatName(ModelFormat format);
/// A phase of a job ("lower") as it is told to people ("Lowering to ONNX").
QString phaseName(std::string_view phase);

/// How a module is called in lists: local name, or the root's class.
QString moduleTitle(const ModuleTree& modules, ModuleId id);
/// FQN, "(root)" for the root.
QString modulePath(const ModuleTree& modules, ModuleId id);

/// An attribute's value for one line: long lists and tensors are elided after `limit` elements.
QString attributeText(const OnnxModel& model, const Attribute& attribute, int limit = 8);
/// "int", "floats", "tensor", ...
QString attributeKindName(AttributeKind kind);
/// Type and first elements of a tensor: "float32[2]: 0.5, 1". Elements are read only when the
/// tensor is small (at most 4096 bytes), so that nothing here touches weights on disk.
QString tensorText(const Tensor& tensor, int limit = 8);

/// "ai.onnx" is spelled out, as an empty domain tells people nothing.
QString domainName(const OnnxModel& model, const OnnxNode& node);
/// The node's name, or its operator and position when the file gives none: "Relu #12".
QString nodeTitle(const OnnxModel& model, NodeId node);

} // namespace strata::ui
