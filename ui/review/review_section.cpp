#include "ui/review/review_section.h"

#include "ui/models/format.h"
#include "ui/review/review_text.h"
#include "ui/widgets/fact_grid.h"

namespace strata::ui {

ReviewSection::ReviewSection(ReviewController* review, Selection* selection, QWidget* parent)
    : Section(tr("Review"), parent),
      m_review(review),
      m_selection(selection),
      m_facts(new FactGrid)
{
    setObjectName(QStringLiteral("reviewSection"));
    m_facts->setObjectName(QStringLiteral("reviewFacts"));
    addWidget(m_facts);
    connect(m_review, &ReviewController::changed, this, &ReviewSection::refresh);
    connect(m_selection, &Selection::changed, this, [this] { refresh(); });
    refresh();
}

void ReviewSection::refresh()
{
    const ReviewSnapshotPtr review = m_review->snapshot();
    const Target target = m_selection->current();
    const bool node = review && target.isNode() && target.node < review->overlay.nodes.size();
    const bool module =
        review && !target.isNode() && target.module < review->overlay.modules.size();
    std::vector<Fact> facts;
    if (node || module) {
        const ReviewOverlay& overlay = review->overlay;
        const ReviewedItem& item =
            node ? overlay.nodes[target.node] : overlay.modules[target.module];
        if (item.reviewed()) {
            facts.push_back({tr("Decision"),
                             reviewName(item),
                             {},
                             false,
                             item.inherited ? tr("Decided for its module.") : QString()});
            if (item.verdict == ReviewVerdict::Reassigned &&
                item.module < review->inspection->modules.size())
                facts.push_back({tr("Belongs to"),
                                 modulePath(review->inspection->modules, item.module),
                                 {},
                                 true,
                                 {}});
        }
        std::uint32_t told = item.event; // of a note alone, who wrote it
        const auto& notes = node ? overlay.node_note_events : overlay.module_note_events;
        if (const auto note = notes.find(node ? target.node : target.module);
            told == no_event && note != notes.end())
            told = note->second;
        if (told < review->log->events().size()) {
            const ReviewEvent& event = review->log->events()[told];
            facts.push_back({tr("By"), toQString(event.who), {}, false, {}});
            facts.push_back({tr("When"), formatReviewTime(event.when), {}, false, {}});
            facts.push_back({tr("Reason"), toQString(event.why), {}, false, {}});
        }
        if (node) {
            if (const auto note = overlay.node_notes.find(target.node);
                note != overlay.node_notes.end())
                facts.push_back({tr("Note"), toQString(note->second), {}, false, {}});
        } else {
            if (const auto note = overlay.module_notes.find(target.module);
                note != overlay.module_notes.end())
                facts.push_back({tr("Note"), toQString(note->second), {}, false, {}});
            const auto& all = review->inspection->coverage.with_descendants;
            if (target.module < all.size() && review->reviewed[target.module] > 0) {
                facts.push_back({tr("Reviewed"),
                                 tr("%1 of %2 nodes")
                                     .arg(formatCount(review->reviewed[target.module]),
                                          formatCount(all[target.module].total)),
                                 {},
                                 false,
                                 {}});
                const CoverageFigures& after = overlay.figures.modules_after[target.module];
                facts.push_back(
                    {tr("Confidence after"),
                     tr("%1 → %2").arg(formatConfidence(all[target.module].mean_confidence()),
                                       formatConfidence(after.mean_confidence())),
                     {},
                     false,
                     tr("Mean confidence of its nodes, with the decisions of this "
                        "review.")});
            }
        }
        for (const ReviewConflict& conflict : overlay.conflicts)
            if (node ? conflict.node == target.node
                     : conflict.node == no_id && conflict.module == target.module)
                facts.push_back({tr("Conflict"),
                                 toQString(conflict_text(conflict, *review->log)),
                                 {},
                                 false,
                                 {}});
    }
    m_facts->setFacts(facts);
    setVisible(!facts.empty());
}

} // namespace strata::ui
