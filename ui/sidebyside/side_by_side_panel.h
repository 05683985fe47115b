// Two nodes or two modules side by side: what is the same and what differs.
#pragma once

#include "ui/jobs/background.h"
#include "ui/sidebyside/subject_details.h"

#include <QWidget>

class QCheckBox;
class QLabel;
class QStackedWidget;
class QStandardItemModel;
class QToolButton;
class QTreeView;

namespace strata::ui {

class SideBySidePanel : public QWidget {
    Q_OBJECT
public:
    enum Column { Property, Left, Mark, Right, ColumnCount };

    explicit SideBySidePanel(QWidget* parent = nullptr);

    /// Another model: both sides are empty.
    void setInspection(std::shared_ptr<const Inspection> inspection);
    /// What is shown; either may be empty, and then the panel says what to do.
    void compare(Target left, Target right);
    const Target& left() const { return m_left; }
    const Target& right() const { return m_right; }

    /// How many properties differ.
    int differences() const { return m_differences; }
    /// The table as text, columns separated by tabs.
    QString plainText() const;

public Q_SLOTS:
    void swap();
    void copy();

Q_SIGNALS:
    /// Somebody wants to see one of the two in the graph.
    void revealRequested(const strata::ui::Target& target);
    /// Nothing is to be compared any more.
    void cleared();
    void swapped();

protected:
    void resizeEvent(QResizeEvent* event) override;

private:
    void refresh();
    void showTitles();
    void show(const std::vector<FactGroup>& left, const std::vector<FactGroup>& right);
    void addGroup(const QString& title, const std::vector<Fact>* left,
                  const std::vector<Fact>* right);
    void hideEqual();

    std::shared_ptr<const Inspection> m_inspection;
    std::vector<ModuleCost> m_costs; ///< by module; empty until the background has them
    std::vector<double> m_seconds;
    Target m_left, m_right;
    int m_differences = 0;
    Background m_measures; ///< costs and times of the model
    Background m_reading;  ///< of weights

    QStackedWidget* m_pages;
    QLabel* m_hint;
    QToolButton* m_left_title;
    QToolButton* m_right_title;
    QLabel* m_summary;
    QCheckBox* m_only;
    QTreeView* m_view;
    QStandardItemModel* m_model;
};

} // namespace strata::ui
