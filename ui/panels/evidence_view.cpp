#include "ui/panels/evidence_view.h"

#include "ui/models/evidence_candidates.h"
#include "ui/models/format.h"
#include "ui/widgets/bars.h"
#include "ui/widgets/colors.h"
#include "ui/widgets/fact_grid.h"
#include "ui/window/icons.h"

#include <QHBoxLayout>
#include <QLabel>
#include <QVBoxLayout>

#include <algorithm>

namespace strata::ui {

namespace {

using Relation = EvidenceCandidate::Relation;

constexpr int sign_size = 16;

QString relationName(Relation relation)
{
    switch (relation) {
    case Relation::Decided:
        return EvidenceView::tr("chosen");
    case Relation::Coarser:
        return EvidenceView::tr("coarser");
    case Relation::Finer:
        return EvidenceView::tr("finer");
    case Relation::Contradicts:
        return EvidenceView::tr("contradicts");
    case Relation::Made:
        break;
    }
    return EvidenceView::tr("made up");
}

QString relationExplanation(Relation relation)
{
    switch (relation) {
    case Relation::Decided:
        return EvidenceView::tr("The node counts as part of this module.");
    case Relation::Coarser:
        return EvidenceView::tr("This module contains the chosen one: it says the same, less "
                                "exactly.");
    case Relation::Finer:
        return EvidenceView::tr("This module lies inside the chosen one.");
    case Relation::Contradicts:
        return EvidenceView::tr("This is another module: weaker evidence that contradicts what was "
                                "chosen.");
    case Relation::Made:
        break;
    }
    return EvidenceView::tr("No module is known; the path only groups nodes that are alike.");
}

QString signName(Relation relation)
{
    switch (relation) {
    case Relation::Decided:
        return QStringLiteral("success");
    case Relation::Contradicts:
        return QStringLiteral("warning");
    case Relation::Made:
        return QStringLiteral("orphan");
    case Relation::Coarser:
    case Relation::Finer:
        break;
    }
    return QStringLiteral("module");
}

QColor signColor(Relation relation, const QPalette& palette)
{
    switch (relation) {
    case Relation::Decided:
        return toneColor(Tone::Success, palette);
    case Relation::Contradicts:
        return toneColor(Tone::Warning, palette);
    default:
        return mutedText(palette);
    }
}

} // namespace

EvidenceView::EvidenceView(QWidget* parent)
    : QWidget(parent),
      m_summary(new QLabel),
      m_column(new QVBoxLayout(this))
{
    setObjectName(QStringLiteral("evidenceView"));
    setAccessibleName(tr("Why here?"));
    m_summary->setObjectName(QStringLiteral("evidenceSummary"));
    m_summary->setWordWrap(true);
    m_summary->setTextFormat(Qt::PlainText);
    m_summary->setForegroundRole(QPalette::PlaceholderText);
    m_column->setContentsMargins(0, 0, 0, 0);
    m_column->setSpacing(2);
    m_column->addWidget(m_summary);
}

QString EvidenceView::summary() const
{
    return m_summary->text();
}

void EvidenceView::clear()
{
    qDeleteAll(m_blocks);
    m_blocks.clear();
    m_texts.clear();
    m_summary->clear();
}

void EvidenceView::setNode(const Inspection& inspection, NodeId node)
{
    clear();
    const NodeAttribution& found = inspection.attribution[node];
    const auto candidates = evidenceCandidates(found, inspection.modules);
    const auto against =
        std::count_if(candidates.begin(), candidates.end(), [](const EvidenceCandidate& c) {
            return c.relation == Relation::Contradicts;
        });
    QString text =
        found.synthetic
            ? tr("Nothing says which module this node belongs to.")
            : tr("Chosen by the strongest kind found: %1.").arg(evidenceName(found.kind));
    if (against > 0)
        text += QLatin1Char(' ') +
                (against == 1 ? tr("One other module is proposed by weaker evidence.")
                              : tr("%1 other modules are proposed by weaker evidence.")
                                    .arg(formatCount(static_cast<std::uint64_t>(against))));
    m_summary->setText(text);

    for (const EvidenceCandidate& candidate : candidates) {
        const bool known = candidate.module < inspection.modules.size();
        const QString path = known ? modulePath(inspection.modules, candidate.module)
                                   : toQString(found.synthetic_path);
        const QString relation = relationName(candidate.relation);
        auto* sign = new QLabel;
        sign->setPixmap(icon(signName(candidate.relation), signColor(candidate.relation, palette()))
                            .pixmap(QSize(sign_size, sign_size), devicePixelRatioF()));
        sign->setToolTip(relationExplanation(candidate.relation));
        sign->setAccessibleName(relation);
        auto* bar = new BarRow;
        bar->setValue(
            path, QStringLiteral("%1 · %2").arg(formatConfidence(candidate.confidence), relation),
            candidate.confidence, confidenceColor(candidate.confidence, palette()), !known);
        bar->setToolTip(
            QStringLiteral("%1\n%2").arg(path, relationExplanation(candidate.relation)));
        if (known && candidate.relation != Relation::Decided) {
            bar->setInteractive(true);
            connect(bar, &BarRow::activated, this,
                    [this, module = candidate.module] { Q_EMIT moduleRequested(module); });
        }
        auto* head = new QHBoxLayout;
        head->setContentsMargins(0, 0, 0, 0);
        head->setSpacing(4);
        head->addWidget(sign, 0, Qt::AlignTop);
        sign->setContentsMargins(0, 4, 0, 0);
        head->addWidget(bar, 1);

        std::vector<Fact> facts;
        for (const std::size_t i : candidate.pieces) {
            const Evidence& piece = found.evidence[i];
            QString detail = toQString(piece.detail);
            if (detail.isEmpty())
                detail = evidenceExplanation(piece.kind);
            const QString name =
                tr("%1  %2").arg(formatConfidence(piece.confidence), evidenceName(piece.kind));
            facts.push_back({name, detail, {}, false, evidenceExplanation(piece.kind)});
            // A piece that speaks for another module than the winner is what a reviewer looks for.
            m_texts += candidate.relation == Relation::Decided || !known
                           ? name + QStringLiteral(": ") + detail
                           : name + QStringLiteral(": ") + detail + QLatin1Char('\n') +
                                 tr("speaks for %1").arg(path);
        }
        auto* grid = new FactGrid;
        grid->setFacts(facts);
        grid->setContentsMargins(sign_size + 10, 0, 0, 0);
        auto* block = new QWidget;
        auto* column = new QVBoxLayout(block);
        column->setContentsMargins(0, 4, 0, 4);
        column->setSpacing(1);
        column->addLayout(head);
        column->addWidget(grid);
        m_column->addWidget(block);
        m_blocks.push_back(block);
    }
}

} // namespace strata::ui
