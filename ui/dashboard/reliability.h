// What was measured about each kind of evidence (resources/docs/accuracy.md), applied to a model.
#pragma once

#include "base/task.h"
#include "ir/inspection.h"

#include <QByteArray>

#include <array>
#include <cstdint>
#include <vector>

namespace strata::ui {

/// A row of the table: of the nodes shown with this confidence, the share that was right.
struct MeasuredConfidence {
    EvidenceKind kind = EvidenceKind::Recorded;
    double confidence = 0.0;
    std::uint64_t nodes = 0; ///< that were measured
    double right = 0.0;
};
/// The table under "## Reliability" of that document; rows that are none are left out.
std::vector<MeasuredConfidence> parseReliability(const QByteArray& markdown);
/// The one that is part of the program.
const std::vector<MeasuredConfidence>& measuredConfidences();

/// What to expect of a model's nodes.
struct Reliability {
    struct Kind {
        std::uint64_t nodes = 0;
        double promised = 0.0; ///< mean confidence
        double right = 0.0;    ///< expected share, by measurement
    };
    std::array<Kind, evidence_kind_count> kinds{};
    std::uint64_t nodes = 0;
    double right = 0.0; ///< of all nodes
};
/// Each node counts with the measured row of its kind that is nearest to its confidence, and with
/// its own confidence where there is none.
Reliability reliabilityOf(const Inspection& inspection,
                          const std::vector<MeasuredConfidence>& table);

} // namespace strata::ui
