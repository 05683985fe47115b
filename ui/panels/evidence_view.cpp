#include "ui/panels/evidence_view.h"

#include "ui/models/evidence_candidates.h"
#include "ui/models/format.h"
#include "ui/widgets/bars.h"
#include "ui/widgets/colors.h"
#include "ui/widgets/value_label.h"
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
        return EvidenceView::tr("Chosen");
    case Relation::Coarser:
        return EvidenceView::tr("Coarser: contains the chosen module");
    case Relation::Finer:
        return EvidenceView::tr("Finer: inside the chosen module");
    case Relation::Contradicts:
        return EvidenceView::tr("Contradicts what was chosen");
    case Relation::Made:
        break;
    }
    return EvidenceView::tr("Made-up path");
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
        sign->setContentsMargins(0, 4, 0, 0);
        auto* bar = new BarRow;
        bar->setValue(path, formatConfidence(candidate.confidence), candidate.confidence,
                      confidenceColor(candidate.confidence, palette()), !known);
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
        head->addWidget(bar, 1);

        auto* pieces = new QVBoxLayout;
        pieces->setContentsMargins(sign_size + 10, 0, 0, 0);
        pieces->setSpacing(1);
        const auto write = [&](const QString& words, bool quiet, QFont::Weight weight) {
            auto* label = new ValueLabel(words);
            label->setTextFormat(Qt::PlainText);
            label->setText(breakable(words));
            label->setTextInteractionFlags(Qt::TextSelectableByMouse |
                                           Qt::TextSelectableByKeyboard);
            label->setFont(scaled(font(), quiet ? 0.92 : 1.0, weight));
            if (quiet)
                label->setForegroundRole(QPalette::PlaceholderText);
            pieces->addWidget(label);
            return label;
        };
        if (candidate.relation != Relation::Decided) {
            QLabel* label = write(relation, true, QFont::DemiBold);
            label->setToolTip(relationExplanation(candidate.relation));
            QPalette colors = label->palette();
            colors.setColor(QPalette::PlaceholderText, signColor(candidate.relation, palette()));
            label->setPalette(colors);
        }
        for (const std::size_t i : candidate.pieces) {
            const Evidence& piece = found.evidence[i];
            QString detail = toQString(piece.detail);
            if (detail.isEmpty())
                detail = evidenceExplanation(piece.kind);
            const QString name =
                tr("%1  %2").arg(formatConfidence(piece.confidence), evidenceName(piece.kind));
            write(name, true, QFont::Normal)->setToolTip(evidenceExplanation(piece.kind));
            write(detail, false, QFont::Normal);
            // A piece that speaks for another module than the winner is what a reviewer looks for.
            m_texts += candidate.relation == Relation::Decided || !known
                           ? name + QStringLiteral(": ") + detail
                           : name + QStringLiteral(": ") + detail + QLatin1Char('\n') +
                                 tr("speaks for %1").arg(path);
        }
        auto* block = new QWidget;
        auto* column = new QVBoxLayout(block);
        column->setContentsMargins(0, 4, 0, 6);
        column->setSpacing(1);
        column->addLayout(head);
        column->addLayout(pieces);
        m_column->addWidget(block);
        m_blocks.push_back(block);
    }
}

} // namespace strata::ui
