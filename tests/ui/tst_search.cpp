// The query box and the locator, driven with real keys.
#include "support/inspection_builder.h"
#include "ui/models/locator_model.h"
#include "ui/panels/breadcrumbs.h"
#include "ui/panels/locator_popup.h"
#include "ui/panels/search_bar.h"
#include "ui/window/language.h"

#include <QAbstractItemModelTester>
#include <QAction>
#include <QLabel>
#include <QLineEdit>
#include <QListView>
#include <QMenu>
#include <QMenuBar>
#include <QSignalSpy>
#include <QToolButton>
#include <QToolTip>
#include <QtTest>

using namespace strata;
using namespace strata::test;
using namespace strata::ui;

namespace {

bool settled(const SearchBar& bar)
{
    return QTest::qWaitFor([&] { return !bar.isSearching(); }, 5000);
}

QString text(const QWidget& widget, const char* label)
{
    return widget.findChild<QLabel*>(QString::fromLatin1(label))->text();
}

} // namespace

class TestSearch : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void initTestCase()
    {
        ui::installLanguage(QStringLiteral("en")); // its plurals
        QLocale::setDefault(QLocale::c());
    }

    void finds_while_typing_and_steps()
    {
        SearchBar bar;
        bar.setInspection(small_model()); // Convs at 0, 2 and 6
        bar.show();
        auto* edit = bar.findChild<QLineEdit*>(QStringLiteral("query"));
        QSignalSpy result(&bar, &SearchBar::resultChanged);
        QSignalSpy chosen(&bar, &SearchBar::nodeChosen);
        QTest::keyClicks(edit, QStringLiteral("op:Conv"));
        QVERIFY(settled(bar));
        QCOMPARE(bar.found(), (std::vector<NodeId>{0, 2, 6}));
        const auto nodes = result.last().at(0).value<std::shared_ptr<const std::vector<bool>>>();
        QVERIFY(nodes);
        QVERIFY((*nodes)[2] && !(*nodes)[1]);
        QCOMPARE(text(bar, "queryCount"), QStringLiteral("3 nodes"));
        for (int i = 0; i < 4; ++i)
            QTest::keyClick(edit, Qt::Key_Return);
        QTest::keyClick(edit, Qt::Key_Return, Qt::ShiftModifier);
        QList<uint> order;
        for (const auto& call : chosen)
            order += call.at(0).toUInt();
        QCOMPARE(order, (QList<uint>{0, 2, 6, 0, 6})); // round the end, and back
        QCOMPARE(text(bar, "queryCount"), QStringLiteral("3 of 3"));

        QSignalSpy listed(&bar, &SearchBar::listRequested);
        QTest::mouseClick(bar.findChild<QToolButton*>(QStringLiteral("queryList")), Qt::LeftButton);
        QCOMPARE(listed.count(), 1);

        QTest::keyClick(edit, Qt::Key_Escape);
        QVERIFY(settled(bar));
        QVERIFY(bar.found().empty());
        QVERIFY(!result.last().at(0).value<std::shared_ptr<const std::vector<bool>>>());
    }

    void a_wrong_query_says_what_is_wrong()
    {
        SearchBar bar;
        bar.setInspection(small_model());
        bar.show();
        bar.setQuery(QStringLiteral("confidenze<0.5"));
        QVERIFY(settled(bar));
        QCOMPARE(text(bar, "queryCount"), QStringLiteral("Not a query"));
        auto* edit = bar.findChild<QLineEdit*>(QStringLiteral("query"));
        QVERIFY(edit->toolTip().contains(QStringLiteral("confidenze")));
        QVERIFY(edit->accessibleDescription().contains(QStringLiteral("confidenze")));
        bar.setQuery(QStringLiteral("kind:consensus or orphan"));
        QVERIFY(settled(bar));
        QCOMPARE(bar.found().size(), std::size_t(2));
        bar.setQuery(QStringLiteral("op:Nothing"));
        QVERIFY(settled(bar));
        QCOMPARE(text(bar, "queryCount"), QStringLiteral("Nothing found"));
    }

    void what_is_wrong_is_said_below_the_query()
    {
        SearchBar bar;
        bar.setInspection(small_model());
        bar.show();
        QVERIFY(QTest::qWaitForWindowActive(&bar));
        auto* edit = bar.findChild<QLineEdit*>(QStringLiteral("query"));
        bar.focusQuery();
        QTest::keyClicks(edit, QStringLiteral("opp:Conv"));
        QVERIFY(!QToolTip::isVisible());
        QTest::keyClick(edit, Qt::Key_Return);
        QVERIFY(QToolTip::isVisible());
        QVERIFY2(QToolTip::text().contains(QStringLiteral("opp")), qPrintable(QToolTip::text()));
        // Who goes on typing does not have it in the way; who stops is told without Enter.
        QTest::keyClick(edit, Qt::Key_X);
        QTRY_VERIFY(!QToolTip::isVisible());
        QTRY_VERIFY(QToolTip::isVisible());
        bar.setQuery(QStringLiteral("op:Conv"));
        QVERIFY(settled(bar));
        QTRY_VERIFY(!QToolTip::isVisible());
    }

    void another_model_is_searched_anew()
    {
        SearchBar bar;
        bar.setInspection(small_model());
        bar.setQuery(QStringLiteral("op:MatMul"));
        QVERIFY(settled(bar));
        QVERIFY(bar.found().empty());
        bar.setInspection(transformer_model(2));
        QVERIFY(settled(bar));
        QCOMPARE(bar.found().size(), std::size_t(2 * 7));
        bar.setInspection(nullptr);
        QVERIFY(!bar.isEnabled());
    }

    void locator_goes_to_what_was_chosen()
    {
        QWidget window;
        window.resize(1000, 700);
        LocatorPopup locator(&window);
        auto model = small_model();
        locator.setInspection(model);
        window.show();
        QAction fit(QStringLiteral("&Fit the graph"));
        QSignalSpy triggered(&fit, &QAction::triggered);
        QSignalSpy module(&locator, &LocatorPopup::moduleChosen);
        QSignalSpy node(&locator, &LocatorPopup::nodeChosen);
        auto* edit = locator.findChild<QLineEdit*>(QStringLiteral("locatorEdit"));
        auto* list = locator.findChild<QListView*>(QStringLiteral("locatorList"));
        const auto type = [&](const QString& typed) {
            locator.openWith({&fit});
            QTest::keyClicks(edit, typed);
            return QTest::qWaitFor([&] { return locator.isReady(); }, 5000);
        };
        QVERIFY(type(QStringLiteral("m layer1.1.conv")));
        QTest::keyClick(edit, Qt::Key_Return);
        QCOMPARE(module.count(), 1);
        QCOMPARE(module[0][0].toUInt(), *model->modules.find("layer1.1.conv"));
        QVERIFY(!locator.isVisible());

        QVERIFY(type(QStringLiteral("n gemm")));
        QTest::keyClick(edit, Qt::Key_Return);
        QCOMPARE(node.count(), 1);
        QCOMPARE(model->model->text(model->model->nodes[node[0][0].toUInt()].op_type),
                 std::string_view("Gemm"));

        QVERIFY(type(QStringLiteral(">fit")));
        QTest::keyClick(edit, Qt::Key_Return);
        QCOMPARE(triggered.count(), 1);

        // The arrow keys choose without leaving the line.
        QVERIFY(type(QStringLiteral("n conv")));
        QVERIFY(list->model()->rowCount() >= 3);
        QTest::keyClick(edit, Qt::Key_Down);
        QTest::keyClick(edit, Qt::Key_Down);
        QTest::keyClick(edit, Qt::Key_Up);
        QCOMPARE(list->currentIndex().row(), 1);
        QTest::keyClick(edit, Qt::Key_Escape);
        QVERIFY(!locator.isVisible());
        QCOMPARE(node.count(), 1);
    }

    void locator_names_actions_by_their_menus_and_says_when_there_is_nothing()
    {
        QWidget window;
        window.resize(1000, 700);
        LocatorPopup locator(&window);
        window.show();
        QMenuBar bar;
        QMenu* view = bar.addMenu(QStringLiteral("&View"));
        QAction* fit = view->addAction(QStringLiteral("&Fit the graph"));
        fit->setShortcut(QKeySequence(Qt::CTRL | Qt::Key_0));
        QAction* dark = view->addMenu(QStringLiteral("&Theme"))->addAction(QStringLiteral("&Dark"));
        QSignalSpy triggered(dark, &QAction::triggered);
        auto* edit = locator.findChild<QLineEdit*>(QStringLiteral("locatorEdit"));
        auto* list = locator.findChild<QListView*>(QStringLiteral("locatorList"));
        auto* nothing = locator.findChild<QLabel*>(QStringLiteral("locatorNothing"));
        const auto type = [&](const QString& typed) {
            locator.openWith({fit, dark});
            QTest::keyClicks(edit, typed);
            return QTest::qWaitFor([&] { return locator.isReady(); }, 5000);
        };
        QVERIFY(type(QStringLiteral("fit")));
        QCOMPARE(list->currentIndex().data().toString(), QStringLiteral("Fit the graph"));
        QCOMPARE(list->currentIndex().data(LocatorModel::DetailRole).toString(),
                 fit->shortcut().toString(QKeySequence::NativeText));
        QVERIFY(!nothing->isVisible());
        QVERIFY(type(QStringLiteral("theme dark")));
        QCOMPARE(list->currentIndex().data().toString(), QStringLiteral("Theme: Dark"));
        QTest::keyClick(edit, Qt::Key_Return);
        QCOMPARE(triggered.count(), 1);
        QVERIFY(type(QStringLiteral("zzqq")));
        QVERIFY(nothing->isVisible());
        QCOMPARE(edit->accessibleDescription(), nothing->text());
        edit->clear();
        QTRY_VERIFY(locator.isReady());
        QVERIFY(!nothing->isVisible());
    }

    void breadcrumbs_lead_to_the_selection_and_up()
    {
        Selection selection;
        Breadcrumbs crumbs(&selection);
        const auto model = small_model();
        crumbs.setInspection(model);
        crumbs.show();
        QCOMPARE(crumbs.texts(), QStringList{QStringLiteral("TinyNet")});
        selection.select(Target::ofNode(2)); // layer1.0.conv's Conv
        QCOMPARE(crumbs.texts().join(u'/'), QStringLiteral("TinyNet/layer1/0/conv/Conv"));
        QCoreApplication::processEvents(); // new buttons are shown with the layout
        for (QToolButton* crumb : crumbs.findChildren<QToolButton*>())
            if (crumb->text() == QStringLiteral("layer1") && crumb->isVisible())
                QTest::mouseClick(crumb, Qt::LeftButton);
        QCOMPARE(selection.current(), Target::ofModule(*model->modules.find("layer1")));
        QCOMPARE(crumbs.texts().join(u'/'), QStringLiteral("TinyNet/layer1"));
        selection.select(Target::ofNode(10)); // the orphan
        QCOMPARE(crumbs.texts(), QStringList{QStringLiteral("Identity (orphan)")});
        // A deep path keeps both ends.
        crumbs.setInspection(deep_model(40));
        selection.select(Target::ofNode(0));
        QCOMPARE(crumbs.texts().first(), QStringLiteral("Deep"));
        QVERIFY(crumbs.texts().contains(QStringLiteral("…")));
        QCOMPARE(crumbs.texts().last(), QStringLiteral("Relu"));
        QVERIFY(crumbs.texts().size() <= 10);
    }

    void locator_model_is_sound()
    {
        auto inspection = small_model();
        TaskContext task;
        auto locator = std::make_shared<const Locator>(*Locator::of(*inspection, task));
        LocatorModel model;
        QAbstractItemModelTester tester(&model);
        model.setHits(inspection, locator, *locator->find("conv", 50, task));
        QVERIFY(model.rowCount() > 5);
        for (int row = 0; row < model.rowCount(); ++row) {
            const QString name = model.index(row).data().toString();
            QString letters;
            for (const QVariant& at : model.index(row).data(LocatorModel::PositionsRole).toList())
                letters += name.at(at.toInt()).toLower();
            QCOMPARE(letters, QStringLiteral("conv"));
        }
        model.setHits(nullptr, nullptr, {});
        QCOMPARE(model.rowCount(), 0);
    }
};

QTEST_MAIN(TestSearch)
#include "tst_search.moc"
