// Names and values in two columns; values can be selected, copied and be links.
#pragma once

#include <QString>
#include <QWidget>

#include <vector>

class QGridLayout;

namespace strata::ui {

struct Fact {
    QString name;
    QString value;     ///< plain text, always
    QString link;      ///< not empty: the value is a link to it
    bool mono = false; ///< code, paths, shapes
    QString tooltip;   ///< may be empty
};

class FactGrid : public QWidget {
    Q_OBJECT
public:
    explicit FactGrid(QWidget* parent = nullptr);

    /// Facts with an empty value are left out.
    void setFacts(const std::vector<Fact>& facts);
    /// The shown value of a fact; empty when it is not shown.
    QString value(const QString& name) const;

Q_SIGNALS:
    void linkActivated(const QString& link);

private:
    QGridLayout* m_grid;
    std::vector<Fact> m_facts;
};

} // namespace strata::ui
