#include "ui/sidebyside/side_by_side_panel.h"

#include "ui/panels/profile_facts.h"
#include "ui/window/icons.h"

#include <QCheckBox>
#include <QClipboard>
#include <QGuiApplication>
#include <QHBoxLayout>
#include <QHeaderView>
#include <QLabel>
#include <QStackedWidget>
#include <QStandardItemModel>
#include <QToolButton>
#include <QTreeView>

#include <algorithm>

namespace strata::ui {

namespace {

QToolButton* button(const QString& icon_name, const QString& name, const QString& tip)
{
    auto* made = new QToolButton;
    made->setObjectName(name);
    made->setIcon(icon(icon_name));
    made->setAutoRaise(true);
    made->setToolTip(tip);
    made->setAccessibleName(tip);
    return made;
}

QStandardItem* cell(const QString& text, const QString& tip = {})
{
    auto* item = new QStandardItem(text);
    item->setEditable(false);
    item->setToolTip(tip.isEmpty() ? text : tip);
    return item;
}

const Fact* factNamed(const std::vector<Fact>& facts, const QString& name)
{
    const auto it = std::find_if(facts.begin(), facts.end(),
                                 [&](const Fact& fact) { return fact.name == name; });
    return it == facts.end() || it->value.isEmpty() ? nullptr : &*it;
}

const std::vector<Fact>* groupNamed(const std::vector<FactGroup>& groups, const QString& title)
{
    for (const FactGroup& group : groups)
        if (group.title == title)
            return &group.facts;
    return nullptr;
}

} // namespace

SideBySidePanel::SideBySidePanel(QWidget* parent)
    : QWidget(parent),
      m_pages(new QStackedWidget),
      m_hint(new QLabel),
      m_left_title(new QToolButton),
      m_right_title(new QToolButton),
      m_summary(new QLabel),
      m_only(new QCheckBox(tr("Only differences"))),
      m_view(new QTreeView),
      m_model(new QStandardItemModel(0, ColumnCount, this))
{
    setObjectName(QStringLiteral("sideBySide"));
    setAccessibleName(tr("Side by side"));
    m_hint->setAlignment(Qt::AlignCenter);
    m_hint->setWordWrap(true);
    m_hint->setForegroundRole(QPalette::PlaceholderText);
    m_hint->setObjectName(QStringLiteral("sideBySideHint"));

    auto* bar = new QHBoxLayout;
    bar->setContentsMargins(8, 4, 8, 4);
    const auto title = [&](QToolButton* made, const char* name, Target SideBySidePanel::*side) {
        made->setObjectName(QString::fromLatin1(name));
        made->setAutoRaise(true);
        made->setAccessibleName(side == &SideBySidePanel::m_left ? tr("Left") : tr("Right"));
        made->setSizePolicy(QSizePolicy::Ignored, QSizePolicy::Fixed);
        connect(made, &QToolButton::clicked, this,
                [this, side] { Q_EMIT revealRequested(this->*side); });
        bar->addWidget(made, 1);
    };
    title(m_left_title, "sideBySideLeft", &SideBySidePanel::m_left);
    QToolButton* swap_button =
        button(QStringLiteral("compare"), QStringLiteral("sideBySideSwap"), tr("Swap the sides"));
    bar->addWidget(swap_button);
    title(m_right_title, "sideBySideRight", &SideBySidePanel::m_right);
    bar->addSpacing(12);
    bar->addWidget(m_summary);
    bar->addSpacing(12);
    bar->addWidget(m_only);
    QToolButton* copy_button =
        button(QStringLiteral("copy"), QStringLiteral("sideBySideCopy"), tr("Copy as text"));
    bar->addWidget(copy_button);
    QToolButton* close_button =
        button(QStringLiteral("close"), QStringLiteral("sideBySideClear"), tr("Compare nothing"));
    bar->addWidget(close_button);
    connect(swap_button, &QToolButton::clicked, this, &SideBySidePanel::swap);
    connect(copy_button, &QToolButton::clicked, this, &SideBySidePanel::copy);
    connect(close_button, &QToolButton::clicked, this, [this] {
        compare({}, {});
        Q_EMIT cleared();
    });
    m_summary->setObjectName(QStringLiteral("sideBySideSummary"));
    m_only->setObjectName(QStringLiteral("sideBySideOnly"));
    connect(m_only, &QCheckBox::toggled, this, &SideBySidePanel::hideEqual);

    m_view->setObjectName(QStringLiteral("sideBySideTable"));
    m_view->setAccessibleName(tr("Properties of the two"));
    m_view->setModel(m_model);
    m_view->setUniformRowHeights(true);
    m_view->setAlternatingRowColors(true);
    m_view->setSelectionBehavior(QAbstractItemView::SelectRows);
    m_view->setFrameShape(QFrame::NoFrame);
    m_view->setTextElideMode(Qt::ElideMiddle);
    m_view->setHeaderHidden(true); // the buttons above are the headings
    QHeaderView* header = m_view->header();
    header->setStretchLastSection(false);
    header->setMinimumSectionSize(24);
    header->setSectionResizeMode(Property, QHeaderView::ResizeToContents);
    header->setSectionResizeMode(Left, QHeaderView::Stretch);
    header->setSectionResizeMode(Mark, QHeaderView::ResizeToContents);
    header->setSectionResizeMode(Right, QHeaderView::Stretch);

    auto* page = new QWidget;
    auto* column = new QVBoxLayout(page);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(0);
    column->addLayout(bar);
    column->addWidget(m_view);
    m_pages->addWidget(m_hint);
    m_pages->addWidget(page);
    auto* outer = new QVBoxLayout(this);
    outer->setContentsMargins(0, 0, 0, 0);
    outer->addWidget(m_pages);
    refresh();
}

void SideBySidePanel::setInspection(std::shared_ptr<const Inspection> inspection)
{
    m_inspection = std::move(inspection);
    m_costs.clear();
    m_seconds.clear();
    m_measures.cancel();
    compare({}, {});
}

void SideBySidePanel::compare(Target left, Target right)
{
    m_left = left;
    m_right = right;
    refresh();
    if (m_left.isEmpty() || m_right.isEmpty() || !m_inspection || !m_costs.empty() ||
        m_measures.isRunning())
        return;
    m_measures.run([this, whole = m_inspection](TaskContext& task) -> Background::Answer {
        auto costs = moduleCosts(*whole, task);
        auto seconds = moduleSeconds(*whole, task);
        if (!costs || !seconds)
            return {};
        return [this, costs = *std::move(costs), seconds = *std::move(seconds)] {
            m_costs = costs;
            m_seconds = seconds;
            refresh();
        };
    });
}

void SideBySidePanel::refresh()
{
    m_reading.cancel();
    m_model->removeRows(0, m_model->rowCount()); // clear() would forget the columns' widths
    m_differences = 0;
    if (m_left.isEmpty() || m_right.isEmpty() || !m_inspection) {
        m_hint->setText(m_left.isEmpty()
                            ? tr("Pin a node or a module (right click, Pin for comparison), "
                                 "then select another one: both are shown here, property by "
                                 "property.")
                            : tr("%1 is pinned. Select another one to see both side by side.")
                                  .arg(subjectTitle(*m_inspection, m_left)));
        m_pages->setCurrentIndex(0);
        return;
    }
    m_pages->setCurrentIndex(1);
    showTitles();
    auto left = subjectDetails(m_inspection, m_left, m_costs, m_seconds);
    auto right = subjectDetails(m_inspection, m_right, m_costs, m_seconds);
    show(left, right);
    m_reading.run([this, left, right, a = subjectWeights(*m_inspection, m_left),
                   b = subjectWeights(*m_inspection, m_right),
                   keep = m_inspection](TaskContext& task) -> Background::Answer {
        auto facts = weightFacts(a, b, task);
        if (!facts || (facts->left.empty() && facts->right.empty()))
            return {};
        return [this, left, right, read = *std::move(facts)]() mutable {
            left.insert(left.end(), read.left.begin(), read.left.end());
            right.insert(right.end(), read.right.begin(), read.right.end());
            show(left, right);
        };
    });
}

/// Long paths lose their middle, not their ends.
void SideBySidePanel::showTitles()
{
    if (!m_inspection)
        return;
    constexpr int margins = 16;
    const auto put = [this](QToolButton* made, const Target& target) {
        const QString title = subjectTitle(*m_inspection, target);
        made->setText(
            made->fontMetrics().elidedText(title, Qt::ElideMiddle, made->width() - margins));
        made->setToolTip(tr("%1: show it in the graph").arg(title));
        made->setAccessibleName(title);
    };
    put(m_left_title, m_left);
    put(m_right_title, m_right);
}

void SideBySidePanel::resizeEvent(QResizeEvent* event)
{
    QWidget::resizeEvent(event);
    if (m_pages->currentIndex() == 1)
        QMetaObject::invokeMethod(this, &SideBySidePanel::showTitles, Qt::QueuedConnection);
}

void SideBySidePanel::show(const std::vector<FactGroup>& left, const std::vector<FactGroup>& right)
{
    m_model->removeRows(0, m_model->rowCount());
    m_differences = 0;
    m_model->setHorizontalHeaderLabels({tr("Property"), tr("Left"), QString(), tr("Right")});
    for (const FactGroup& group : left)
        addGroup(group.title, &group.facts, groupNamed(right, group.title));
    for (const FactGroup& group : right)
        if (!groupNamed(left, group.title))
            addGroup(group.title, nullptr, &group.facts);
    m_view->expandAll();
    for (int row = 0; row < m_model->rowCount(); ++row)
        m_view->setFirstColumnSpanned(row, {}, true);
    m_summary->setText(m_differences == 0 ? tr("No differences")
                                          : tr("%Ln difference(s)", nullptr, m_differences));
    hideEqual();
}

void SideBySidePanel::addGroup(const QString& title, const std::vector<Fact>* left,
                               const std::vector<Fact>* right)
{
    static const std::vector<Fact> none;
    const std::vector<Fact>& a = left ? *left : none;
    const std::vector<Fact>& b = right ? *right : none;
    auto* head = cell(title);
    QFont bold = font();
    bold.setBold(true);
    head->setFont(bold);
    const auto add = [&](const QString& name, const Fact* of_left, const Fact* of_right) {
        if (!of_left && !of_right)
            return;
        const QString left_text = of_left ? of_left->value : QStringLiteral("–");
        const QString right_text = of_right ? of_right->value : QStringLiteral("–");
        const bool differs = left_text != right_text;
        m_differences += differs ? 1 : 0;
        const QList<QStandardItem*> row{cell(name),
                                        cell(left_text, of_left ? of_left->tooltip : QString()),
                                        cell(differs ? QStringLiteral("≠") : QString(),
                                             differs ? tr("They differ") : QString()),
                                        cell(right_text, of_right ? of_right->tooltip : QString())};
        row[Mark]->setAccessibleText(differs ? tr("differs") : tr("equal"));
        if (differs)
            for (QStandardItem* item : row)
                item->setFont(bold);
        head->appendRow(row);
    };
    for (const Fact& fact : a)
        add(fact.name, fact.value.isEmpty() ? nullptr : &fact, factNamed(b, fact.name));
    for (const Fact& fact : b)
        if (!factNamed(a, fact.name))
            add(fact.name, nullptr, fact.value.isEmpty() ? nullptr : &fact);
    if (head->rowCount() > 0)
        m_model->appendRow(head);
    else
        delete head;
}

void SideBySidePanel::hideEqual()
{
    for (int group = 0; group < m_model->rowCount(); ++group) {
        const QModelIndex parent = m_model->index(group, 0);
        bool any = false;
        for (int row = 0; row < m_model->rowCount(parent); ++row) {
            const bool differs = !m_model->index(row, Mark, parent).data().toString().isEmpty();
            m_view->setRowHidden(row, parent, m_only->isChecked() && !differs);
            any = any || differs;
        }
        m_view->setRowHidden(group, {}, m_only->isChecked() && !any);
    }
}

void SideBySidePanel::swap()
{
    compare(m_right, m_left);
    Q_EMIT swapped();
}

QString SideBySidePanel::plainText() const
{
    if (!m_inspection)
        return {};
    QStringList lines{QStringList{QString(), subjectTitle(*m_inspection, m_left), QString(),
                                  subjectTitle(*m_inspection, m_right)}
                          .join(QLatin1Char('\t'))};
    for (int group = 0; group < m_model->rowCount(); ++group) {
        const QModelIndex parent = m_model->index(group, 0);
        if (m_view->isRowHidden(group, {}))
            continue;
        lines += parent.data().toString();
        for (int row = 0; row < m_model->rowCount(parent); ++row) {
            if (m_view->isRowHidden(row, parent))
                continue;
            QStringList cells;
            for (int column = 0; column < ColumnCount; ++column)
                cells += m_model->index(row, column, parent)
                             .data()
                             .toString()
                             .replace(QLatin1Char('\n'), QLatin1Char(' '));
            lines += cells.join(QLatin1Char('\t'));
        }
    }
    return lines.join(QLatin1Char('\n'));
}

void SideBySidePanel::copy()
{
    QGuiApplication::clipboard()->setText(plainText());
}

} // namespace strata::ui
