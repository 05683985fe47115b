// The module tree's panel by itself.
#include "support/inspection_builder.h"
#include "ui/models/module_tree_model.h"
#include "ui/panels/module_panel.h"

#include <QTreeView>
#include <QtTest>

using namespace strata;
using namespace strata::ui;

class TestModulePanel : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void namesKeepTheirRoomInANarrowPanel()
    {
        Selection selection;
        ModulePanel panel(&selection);
        panel.setInspection(strata::test::small_model());
        panel.resize(900, 400);
        panel.show();
        QVERIFY(!panel.view()->isColumnHidden(ModuleTreeModel::Class));
        QVERIFY(!panel.view()->isColumnHidden(ModuleTreeModel::Confidence));
        panel.resize(320, 400);
        QVERIFY(panel.view()->isColumnHidden(ModuleTreeModel::Class));
        QVERIFY(!panel.view()->isColumnHidden(ModuleTreeModel::CoverageShare));
        const int letter = panel.fontMetrics().horizontalAdvance(QLatin1Char('n'));
        QVERIFY(panel.view()->columnWidth(ModuleTreeModel::Name) >= 8 * letter);
        panel.resize(900, 400);
        QVERIFY(!panel.view()->isColumnHidden(ModuleTreeModel::Class));
    }
};

QTEST_MAIN(TestModulePanel)
#include "tst_module_panel.moc"
