// "Why here?": the modules that evidence proposes for a node, and every piece of it.
#pragma once

#include "ir/inspection.h"

#include <QStringList>
#include <QWidget>

#include <vector>

class QLabel;
class QVBoxLayout;

namespace strata::ui {

/// One block for each module that something speaks for: the chosen one first, then the runners-up
/// with their confidence, those that contradict marked. Clicking a module shows it.
class EvidenceView : public QWidget {
    Q_OBJECT
public:
    explicit EvidenceView(QWidget* parent = nullptr);

    void setNode(const Inspection& inspection, NodeId node);
    void clear();
    bool isEmpty() const { return m_texts.isEmpty(); }
    /// The pieces as shown, one entry each.
    const QStringList& texts() const { return m_texts; }
    /// One line on how it was decided.
    QString summary() const;

Q_SIGNALS:
    void moduleRequested(strata::ModuleId module);

private:
    QLabel* m_summary;
    QVBoxLayout* m_column;
    std::vector<QWidget*> m_blocks;
    QStringList m_texts;
};

} // namespace strata::ui
