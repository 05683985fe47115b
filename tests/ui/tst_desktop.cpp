// Manners of a desktop program: files that change, several windows, what the next start restores,
// one running program, keys, jobs, other directions of writing, screen readers.
#include "fake_core.h"
#include "sample_inspection.h"
#include "window_test.h"

#include "onnx/external_data.h"
#include "ui/canvas/graph_canvas.h"
#include "ui/compare/compare_window.h"
#include "ui/panels/module_panel.h"
#include "ui/widgets/job_strip.h"
#include "ui/widgets/message_bar.h"
#include "ui/window/file_changes.h"
#include "ui/window/main_window.h"
#include "ui/window/session_keeper.h"
#include "ui/window/shortcut_dialog.h"
#include "ui/window/shortcuts.h"
#include "ui/window/single_instance.h"
#include "ui/window/view_state.h"
#include "ui/window/window_list.h"

#include <QtTest>
#include <QtWidgets>

#include <sys/socket.h>
#include <sys/un.h>
#include <thread>
#include <unistd.h>

using namespace strata;
using namespace strata::ui;
using namespace std::chrono_literals;
using namespace strata::tests;

namespace {

void write(const QString& path, const QByteArray& content, QIODevice::OpenMode mode)
{
    QFile file(path);
    QVERIFY(file.open(mode));
    QCOMPARE(file.write(content), content.size());
}

/// The button of a message with this text; null when it has none.
QToolButton* button(const MessageBar* bar, const char* text)
{
    for (auto* candidate : bar->findChildren<QToolButton*>())
        if (candidate->text() == QLatin1String(text) && candidate->isVisible())
            return candidate;
    return nullptr;
}

void settle(const GraphCanvas* canvas)
{
    QTRY_VERIFY(canvas->scene() && !canvas->isLayoutRunning());
}

MessageBar* changes(const MainWindow& window)
{
    return window.findChild<FileChanges*>()->bar();
}

void picture(QWidget& widget, const char* name)
{
    const QString folder = qEnvironmentVariable("STRATA_TEST_PICTURES");
    if (folder.isEmpty())
        return;
    QTest::qWait(200);
    widget.grab().save(QStringLiteral("%1/%2.png").arg(folder, QString::fromLatin1(name)));
}

void drop(MainWindow& window, const QStringList& files)
{
    QMimeData data;
    QList<QUrl> urls;
    for (const QString& file : files)
        urls += QUrl::fromLocalFile(file);
    data.setUrls(urls);
    QDragEnterEvent enter(QPoint(300, 300), Qt::CopyAction, &data, Qt::LeftButton, {});
    QApplication::sendEvent(&window, &enter);
    QVERIFY(enter.isAccepted());
    QDropEvent event(QPointF(300, 300), Qt::CopyAction, &data, Qt::LeftButton, {});
    QApplication::sendEvent(&window, &event);
}

/// Visible widgets of one layout that lie over each other, or outside of their parent.
QStringList overlaps(const QWidget& root)
{
    QStringList found;
    const auto name = [](const QWidget* widget) {
        return QStringLiteral("%1 '%2'").arg(QString::fromLatin1(widget->metaObject()->className()),
                                             widget->objectName());
    };
    for (const QWidget* parent : root.findChildren<QWidget*>()) {
        const QLayout* layout = parent->layout();
        if (!layout || !parent->isVisible() || qobject_cast<const QStackedLayout*>(layout))
            continue;
        QList<const QWidget*> widgets;
        for (const QWidget* child : parent->findChildren<QWidget*>(Qt::FindDirectChildrenOnly))
            if (child->isVisible() && layout->indexOf(child) >= 0)
                widgets += child;
        for (qsizetype i = 0; i < widgets.size(); ++i) {
            if (!parent->rect().contains(widgets[i]->geometry()))
                found += name(widgets[i]) + QStringLiteral(" leaves ") + name(parent);
            for (qsizetype k = i + 1; k < widgets.size(); ++k)
                if (widgets[i]->geometry().intersects(widgets[k]->geometry()))
                    found += name(widgets[i]) + QStringLiteral(" over ") + name(widgets[k]);
        }
    }
    return found;
}

} // namespace

class TestDesktop : public QObject {
    Q_OBJECT

    QTemporaryDir m_settings;
    QTemporaryDir m_files;

    QString file(const char* name) { return makeFile(m_files, name); }

    /// Windows that were opened by windows.
    static void closeOthers()
    {
        const auto windows = WindowList::instance().windows();
        for (MainWindow* window : windows)
            window->close();
        QCoreApplication::sendPostedEvents(nullptr, QEvent::DeferredDelete);
        QTest::qWait(0);
    }

private Q_SLOTS:
    void initTestCase() { prepareApplication(m_settings, "desktop"); }
    void init() { QSettings().clear(); }
    void cleanup()
    {
        closeOthers();
        QVERIFY(WindowList::instance().windows().empty());
        QVERIFY(JobRunner::waitForWorkers(5000));
    }

    void aChangedFileIsOfferedAndReloadKeepsTheView()
    {
        FakeCore core;
        const QString path = file("net.onnx");
        const auto window = openWindow(core.services(), path, Animation::Off);
        GraphCanvas* canvas = window->canvas();
        settle(canvas);
        const ModuleId layer1 = *window->inspection()->modules.find("layer1");
        QVERIFY(window->expandModule(QStringLiteral("layer1")));
        window->modulePanel()->view()->expand(window->modulePanel()->viewIndex(layer1));
        QVERIFY(window->selectByName(QStringLiteral("/conv1/Conv")));
        settle(canvas);
        canvas->setView(0.7, QPointF(40, 50), QPointF(100, 120));
        const QPointF middle = canvas->toScene(QRectF(canvas->viewport()->rect()).center());

        QVERIFY(!changes(*window)->isVisible());
        write(path, "another model", QIODevice::WriteOnly);
        QTRY_VERIFY(changes(*window)->isVisible());
        QVERIFY(changes(*window)->text().contains(QStringLiteral("net.onnx has changed")));
        QCOMPARE(core.opened.load(), 1); // nothing by itself
        QVERIFY(window->canvas()->isVisible());
        picture(*window, "changed");
        const InspectionPtr before = window->inspection();
        QTest::mouseClick(button(changes(*window), "Reload"), Qt::LeftButton);
        QTRY_VERIFY(window->inspection() != before);
        QCOMPARE(core.opened.load(), 2);
        QVERIFY(!changes(*window)->isVisible());
        settle(canvas);
        QVERIFY(canvas->isExpanded(layer1));
        QVERIFY(
            window->modulePanel()->view()->isExpanded(window->modulePanel()->viewIndex(layer1)));
        QCOMPARE(nameOf(*window->inspection(), window->selection()->current()),
                 QStringLiteral("/conv1/Conv"));
        QTRY_COMPARE(canvas->zoom(), 0.7);
        const QPointF now = canvas->toScene(QRectF(canvas->viewport()->rect()).center());
        // The bar came and went meanwhile: the view is as high as before, or a bar lower.
        QVERIFY(std::abs(now.x() - middle.x()) < 2.0);
        QVERIFY(std::abs(now.y() - middle.y()) < 60.0);
        QTest::qWait(800);
        QVERIFY(!changes(*window)->isVisible()); // it has been read as it is now
    }

    void whatFillsTheViewStillDoesAfterReloading()
    {
        FakeCore core;
        const auto window = openWindow(core.services(), file("net.onnx"), Animation::Off);
        GraphCanvas* canvas = window->canvas();
        settle(canvas);
        QVERIFY(window->expandModule(QStringLiteral("*")));
        settle(canvas);
        canvas->fitToView();
        const double small = canvas->zoom();
        window->resize(window->width(), window->height() - 150);
        QTest::qWait(50);
        canvas->fitToView();
        QVERIFY(canvas->zoom() < small);
        const InspectionPtr before = window->inspection();
        window->reload();
        QTRY_VERIFY(window->inspection() != before);
        window->resize(window->width(), window->height() + 150);
        settle(canvas);
        QTRY_COMPARE(canvas->zoom(), small);
    }

    void whatIsGoneFromTheFileIsLetGo()
    {
        FakeCore core;
        const QString path = file("net.onnx");
        const auto window = openWindow(core.services(), path, Animation::Off);
        settle(window->canvas());
        QVERIFY(window->expandModule(QStringLiteral("layer1")));
        QVERIFY(window->selectByName(QStringLiteral("fc")));
        auto smaller = std::make_shared<Inspection>(*core.inspection);
        smaller->modules = ModuleTree("Net");
        NodeAttribution root;
        root.module = root_module;
        smaller->attribution.assign(smaller->attribution.size(), root);
        smaller->coverage =
            compute_coverage(*smaller->model, smaller->modules, smaller->attribution);
        smaller->diagnostics.clear();
        smaller->unsupported.clear();
        core.inspection = smaller;
        window->reload();
        QTRY_COMPARE(window->inspection()->modules.size(), 1U);
        QVERIFY(window->selection()->current().isEmpty());
    }

    void anIgnoredChangeIsToldOnlyOnce()
    {
        FakeCore core;
        const QString path = file("net.onnx");
        const auto window = openWindow(core.services(), path);
        write(path, "second", QIODevice::WriteOnly);
        QTRY_VERIFY(changes(*window)->isVisible());
        QTest::mouseClick(button(changes(*window), "Ignore"), Qt::LeftButton);
        QVERIFY(!changes(*window)->isVisible());
        window->findChild<FileChanges*>()->watch()->check();
        QTest::qWait(900);
        QVERIFY(!changes(*window)->isVisible());
        write(path, "the third version", QIODevice::WriteOnly);
        QTRY_VERIFY(changes(*window)->isVisible());
    }

    void aFileThatIsStillWrittenIsToldWhenItRests()
    {
        FakeCore core;
        const QString path = file("net.onnx");
        const auto window = openWindow(core.services(), path);
        auto* watch = window->findChild<FileChanges*>()->watch();
        QSignalSpy told(watch, &FileWatch::changed);
        for (int i = 0; i < 8; ++i) {
            write(path, "more", QIODevice::Append);
            QTest::qWait(200);
            QCOMPARE(told.count(), 0);
        }
        QTRY_COMPARE(told.count(), 1);
        QTest::qWait(900);
        QCOMPARE(told.count(), 1);
    }

    void replacedAndDeletedFiles()
    {
        FakeCore core;
        const QString path = file("net.onnx");
        const auto window = openWindow(core.services(), path);
        for (const char* content : {"one version", "yet another version"}) {
            // As most programs save: written beside, then renamed. The second needs the new file
            // to be watched.
            const QString beside = m_files.filePath(QStringLiteral("beside"));
            write(beside, content, QIODevice::WriteOnly);
            QCOMPARE(std::rename(qPrintable(beside), qPrintable(path)), 0);
            QTRY_VERIFY(changes(*window)->isVisible());
            QTest::mouseClick(button(changes(*window), "Ignore"), Qt::LeftButton);
        }
        QVERIFY(QFile::remove(path));
        QTRY_VERIFY(changes(*window)->isVisible());
        QCOMPARE(changes(*window)->tone(), Tone::Warning);
        QVERIFY(changes(*window)->text().contains(QStringLiteral("net.onnx is gone")));
        QVERIFY(!button(changes(*window), "Reload"));
        QVERIFY(window->inspection());
        picture(*window, "gone");
        write(path, "back again", QIODevice::WriteOnly);
        QTRY_VERIFY(button(changes(*window), "Reload"));
    }

    void aChangeWhileTheFileIsReadIsNotMissed()
    {
        FakeCore core;
        core.delay = 300ms;
        const QString path = file("net.onnx");
        MainWindow window(core.services());
        window.show();
        window.openFile(path);
        QTRY_VERIFY(core.busy);
        write(path, "while it is read", QIODevice::WriteOnly);
        QTRY_VERIFY(window.inspection());
        QTRY_VERIFY(changes(window)->isVisible());
    }

    void weightsInOtherFilesAreWatchedAndNeverReadPastTheirEnd()
    {
        QTemporaryDir folder;
        const QString model = folder.filePath(QStringLiteral("cnn_external.onnx"));
        const QString data = model + QStringLiteral(".data");
        const QString from = QStringLiteral(STRATA_TEST_DATA "/zoo/misc/cnn_external.onnx");
        QVERIFY(QFile::copy(from, model));
        QVERIFY(QFile::copy(from + QStringLiteral(".data"), data));
        const auto window = openWindow(Services::real(), model);
        const auto files = external_files(*window->inspection()->model);
        QCOMPARE(files.size(), std::size_t(1));
        QCOMPARE(QString::fromStdString(files[0].string()), data);
        const Tensor* weights = nullptr;
        for (const Initializer& initializer : window->inspection()->model->initializers)
            if (initializer.tensor.storage && initializer.tensor.storage->size() > 64)
                weights = &initializer.tensor;
        QVERIFY(weights);
        std::vector<std::byte> scratch;
        QVERIFY(weights->contiguous_bytes(scratch)); // mapped from here on
        QVERIFY(QFile::resize(data, 3));
        QVERIFY(!weights->contiguous_bytes(scratch)); // an error, not the end of the program
        QTRY_VERIFY(changes(*window)->isVisible());
        QVERIFY(changes(*window)->text().contains(QStringLiteral("cnn_external.onnx.data")));
        // The model itself, cut off under its mapping.
        QVERIFY(QFile::resize(model, 100));
        QTest::qWait(100);
        for (NodeId node = 0; node < window->inspection()->model->nodes.size(); ++node)
            window->selection()->select(Target::ofNode(node), nullptr);
        window->reload();
        QTRY_VERIFY(!window->isBusy());
        QVERIFY(window->inspection()); // what was shown stays
    }

    void eachModelHasAWindowOfItsOwn()
    {
        FakeCore core;
        const auto first = openWindow(core.services(), file("a.onnx"));
        const auto& windows = WindowList::instance().windows();
        QCOMPARE(windows.size(), std::size_t(1));
        QTest::keyClick(first.get(), Qt::Key_N, Qt::ControlModifier);
        QCOMPARE(windows.size(), std::size_t(2));
        QPointer<MainWindow> second = windows[1];
        QVERIFY(QTest::qWaitForWindowActive(second));
        QVERIFY(!second->inspection());
        // The first file takes the empty window, the other one gets its own.
        drop(*second, {file("b.onnx"), file("c.onnx")});
        QTRY_COMPARE(windows.size(), std::size_t(3));
        QPointer<MainWindow> third = windows[2];
        QTRY_VERIFY(second->inspection() && third->inspection());
        QCOMPARE(QFileInfo(second->filePath()).fileName(), QStringLiteral("b.onnx"));
        QCOMPARE(QFileInfo(third->filePath()).fileName(), QStringLiteral("c.onnx"));
        // The menu of each lists all of them.
        auto* menu = child<QMenu>(*first, "windowMenu");
        const auto titles = [menu] {
            QStringList found;
            for (const QAction* action : menu->actions())
                if (action->isCheckable())
                    found += action->text();
            return found;
        };
        QTRY_COMPARE(titles(), QStringList({QStringLiteral("a.onnx"), QStringLiteral("b.onnx"),
                                            QStringLiteral("c.onnx")}));
        WindowList::raise(first.get());
        QVERIFY(QTest::qWaitForWindowActive(first.get()));
        QTest::keyClick(first.get(), Qt::Key_F6, Qt::ControlModifier);
        QVERIFY(QTest::qWaitForWindowActive(second));
        // Closing one leaves the others alone.
        QTest::keyClick(second, Qt::Key_W, Qt::ControlModifier | Qt::ShiftModifier);
        QTRY_VERIFY(!second);
        QCOMPARE(windows.size(), std::size_t(2));
        QVERIFY(first->inspection() && third->inspection());
        QTRY_COMPARE(menu->actions().size(), 5);
        // Several files dropped onto an opened model leave it open.
        drop(*first, {file("d.onnx"), file("e.onnx")});
        QCOMPARE(QFileInfo(first->filePath()).fileName(), QStringLiteral("a.onnx"));
        QCOMPARE(windows.size(), std::size_t(4));
        // The end of the program is the end of all.
        WindowList::raise(first.get());
        QVERIFY(QTest::qWaitForWindowActive(first.get()));
        QTest::keyClick(first.get(), Qt::Key_Q, Qt::ControlModifier);
        QVERIFY(windows.empty());
    }

    void theNextStartOpensWhatWasOpen()
    {
        FakeCore core;
        const QString a = file("a.onnx");
        const QString b = file("b.onnx");
        QRect place;
        QPointF middle;
        {
            SessionKeeper keeper(core.services());
            QCOMPARE(keeper.restore(), 0); // nothing yet
            MainWindow* first = WindowList::instance().open(core.services());
            first->canvas()->setAnimated(false);
            WindowList::openFiles(first, {a, b});
            const auto& windows = WindowList::instance().windows();
            QCOMPARE(windows.size(), std::size_t(2));
            QTRY_VERIFY(windows[0]->inspection() && windows[1]->inspection());
            settle(first->canvas());
            first->setGeometry(40, 30, 1150, 700);
            QVERIFY(first->expandModule(QStringLiteral("layer1.0")));
            QVERIFY(first->selectByName(QStringLiteral("fc")));
            settle(first->canvas());
            QTest::qWait(50);
            first->canvas()->setView(0.6, QPointF(30, 60), QPointF(200, 100));
            middle = first->canvas()->toScene(QRectF(first->canvas()->viewport()->rect()).center());
            place = first->geometry();
            WindowList::instance().quit();
            QTRY_VERIFY(windows.empty());
        }
        QCOMPARE(SessionKeeper::stored().size(), std::size_t(2));
        SessionKeeper keeper(core.services());
        QCOMPARE(keeper.restore(), 2);
        const auto& windows = WindowList::instance().windows();
        QCOMPARE(windows.size(), std::size_t(2));
        MainWindow* first = windows[0];
        QTRY_VERIFY(first->inspection() && windows[1]->inspection());
        QCOMPARE(first->filePath(), a);
        QCOMPARE(windows[1]->filePath(), b);
        QCOMPARE(first->geometry(), place);
        settle(first->canvas());
        QVERIFY(first->canvas()->isExpanded(*first->inspection()->modules.find("layer1")));
        QVERIFY(first->canvas()->isExpanded(*first->inspection()->modules.find("layer1.0")));
        QCOMPARE(first->selection()->current(),
                 Target::ofModule(*first->inspection()->modules.find("fc")));
        QTRY_COMPARE(first->canvas()->zoom(), 0.6);
        const QPointF now =
            first->canvas()->toScene(QRectF(first->canvas()->viewport()->rect()).center());
        QVERIFY(QLineF(now, middle).length() < 2.0);
    }

    void sessionsCanBeSwitchedOffAndDoNotRepeatACrash()
    {
        FakeCore core;
        const QString path = file("a.onnx");
        const auto window = openWindow(core.services(), path);
        auto* toggle = child<QAction>(*window, "restoreSession");
        QVERIFY(toggle->isChecked());
        {
            SessionKeeper keeper(core.services());
            keeper.save();
            QCOMPARE(SessionKeeper::stored().size(), std::size_t(1));
            toggle->trigger();
            QVERIFY(SessionKeeper::stored().empty());
            keeper.save();
            QVERIFY(SessionKeeper::stored().empty());
            QCOMPARE(keeper.restore(), 0);
            toggle->trigger();
            keeper.save();
        }
        window->close();
        // A start that never got so far as to say that all is open.
        QSettings().setValue(QStringLiteral("session/opening"), true);
        SessionKeeper keeper(core.services());
        QCOMPARE(keeper.restore(), 1);
        MainWindow* only = WindowList::instance().windows().at(0);
        QVERIFY(!only->isBusy() && !only->inspection());
        QVERIFY(only->messageBar()->isVisible());
        QTest::mouseClick(button(only->messageBar(), "Restore them"), Qt::LeftButton);
        QTRY_COMPARE(WindowList::instance().windows().size(), std::size_t(2));
        QTRY_VERIFY(WindowList::instance().windows()[1]->inspection());
        QTRY_VERIFY(!QSettings().value(QStringLiteral("session/opening")).toBool());
        // Nonsense in the settings is no session.
        QSettings().setValue(QStringLiteral("session/windows"),
                             QByteArray("[7, {\"file\": 3}, {\"file\": \"\"}, null"));
        QVERIFY(SessionKeeper::stored().empty());
        QSettings().setValue(QStringLiteral("session/windows"),
                             QByteArray("[7, {\"file\": 3}, {\"file\": \"x\", \"view\": []}]"));
        QCOMPARE(SessionKeeper::stored().size(), std::size_t(1));
    }

    void laterStartsHandOverToTheRunningOne()
    {
        QTemporaryDir folder;
        const QString name = folder.filePath(QStringLiteral("strata.socket"));
        OpenRequest request;
        request.files = {QStringLiteral("/a b/ü.onnx"), QStringLiteral("/c\nd.pt2")};
        request.select = QStringLiteral("x");
        request.expand = {QStringLiteral("m")};
        {
            const SingleInstance nobody(name);
            QVERIFY(!nobody.send(request));
        }
        auto running = std::make_unique<SingleInstance>(name);
        QVERIFY(running->listen());
        // Nobody else gets at it.
        const auto others = QFileDevice::ReadGroup | QFileDevice::WriteGroup |
                            QFileDevice::ReadOther | QFileDevice::WriteOther;
        QVERIFY(!(QFileInfo(name).permissions() & others));
        SingleInstance second(name);
        QVERIFY(!second.listen());
        std::vector<OpenRequest> heard;
        connect(running.get(), &SingleInstance::requested, this,
                [&](const OpenRequest& wanted) { heard.push_back(wanted); });
        std::atomic<int> sent = -1;
        std::thread other([&] { sent = SingleInstance(name).send(request) ? 1 : 0; });
        QTRY_COMPARE(heard.size(), std::size_t(1));
        QTRY_COMPARE(sent.load(), 1);
        other.join();
        QCOMPARE(heard[0].files, request.files);
        QCOMPARE(heard[0].select, request.select);
        QCOMPARE(heard[0].expand, request.expand);
        // Noise is refused.
        const int noise = ::socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0);
        sockaddr_un address{};
        address.sun_family = AF_UNIX;
        qstrncpy(address.sun_path, qPrintable(name), sizeof(address.sun_path));
        QCOMPARE(::connect(noise, reinterpret_cast<const sockaddr*>(&address), sizeof(address)), 0);
        const QByteArray line = "GET / HTTP/1.1\n";
        QCOMPARE(::write(noise, line.constData(), static_cast<std::size_t>(line.size())),
                 line.size());
        char byte = 0;
        QTRY_COMPARE(::read(noise, &byte, 1), 0); // closed without an answer
        ::close(noise);
        QCOMPARE(heard.size(), std::size_t(1));
        // The next one takes the place.
        running.reset();
        QVERIFY(second.listen());
    }

    void everyActionCanBeGivenOtherKeys()
    {
        FakeCore core;
        const auto window = openWindow(core.services(), file("a.onnx"));
        QSet<QString> names;
        for (const ShortcutEntry& entry : shortcutEntries(*window)) {
            QVERIFY2(!names.contains(entry.action->objectName()),
                     qPrintable(entry.action->objectName()));
            names += entry.action->objectName();
        }
        for (const QAction* action : window->findChildren<QAction*>())
            if (!action->shortcut().isEmpty() && !action->isSeparator() &&
                action->parent()->inherits("QMenu") && !action->objectName().startsWith(u"qt_"))
                QVERIFY2(!action->objectName().isEmpty(), qPrintable(action->text()));
        // No two actions come with the same keys.
        for (const ShortcutEntry& entry : shortcutEntries(*window))
            for (const QKeySequence& keys : entry.action->shortcuts()) {
                const QAction* other = shortcutConflict(*window, entry.action, keys);
                QVERIFY2(!other,
                         qPrintable(entry.text + u' ' + (other ? other->text() : QString())));
            }

        QTest::keyClick(window.get(), Qt::Key_F1, Qt::ControlModifier);
        auto* dialog = child<ShortcutDialog>(*window, "shortcutsDialog");
        QTRY_VERIFY(dialog->isVisible());
        auto* keys = child<QKeySequenceEdit>(*dialog, "shortcutKeys");
        auto* assign = child<QPushButton>(*dialog, "shortcutAssign");
        auto* conflict = child<QLabel>(*dialog, "shortcutConflict");
        auto* reset_all = child<QPushButton>(*dialog, "shortcutResetAll");
        auto* fit = child<QAction>(*window, "zoomFit");
        auto* orphan = child<QAction>(*window, "nextOrphan");
        QVERIFY(!assign->isEnabled() && !reset_all->isEnabled());
        QVERIFY(dialog->select(QStringLiteral("zoomFit")));
        keys->setFocus();
        QTest::keyClick(keys, Qt::Key_F12);
        QTRY_VERIFY(assign->isEnabled());
        QVERIFY(conflict->text().isEmpty());
        QTest::mouseClick(assign, Qt::LeftButton);
        QCOMPARE(fit->shortcut(), QKeySequence(Qt::Key_F12));
        QVERIFY(fit->toolTip().endsWith(QStringLiteral("(F12)")));
        QVERIFY(!fit->toolTip().contains(QStringLiteral("Ctrl+0")));
        // Keys that somebody has are taken from there, and that is said before.
        keys->setKeySequence(QKeySequence(Qt::Key_F8));
        QVERIFY(conflict->text().contains(QStringLiteral("Next orphan")));
        QCOMPARE(assign->text(), QStringLiteral("Reassign"));
        picture(*dialog, "shortcuts");
        QTest::mouseClick(assign, Qt::LeftButton);
        QCOMPARE(fit->shortcut(), QKeySequence(Qt::Key_F8));
        QVERIFY(orphan->shortcuts().isEmpty());
        // Keys of bookmarks cannot be taken.
        QVERIFY(window->selectByName(QStringLiteral("fc")));
        child<QAction>(*window, "toggleBookmark")->trigger();
        keys->setKeySequence(QKeySequence(Qt::ALT | Qt::Key_1));
        QVERIFY(!assign->isEnabled());
        QVERIFY(!conflict->text().isEmpty());
        // Removed, and the default again.
        QTest::mouseClick(child<QPushButton>(*dialog, "shortcutRemove"), Qt::LeftButton);
        QVERIFY(fit->shortcuts().isEmpty());
        QTest::mouseClick(child<QPushButton>(*dialog, "shortcutDefault"), Qt::LeftButton);
        QCOMPARE(fit->shortcut(), QKeySequence(Qt::CTRL | Qt::Key_0));
        QVERIFY(!QSettings().contains(QStringLiteral("shortcuts/zoomFit")));
        // Rows are found by word and by keys.
        auto* list = child<QTreeWidget>(*dialog, "shortcutList");
        child<QLineEdit>(*dialog, "shortcutSearch")->setText(QStringLiteral("ctrl+k"));
        int shown = 0;
        for (QTreeWidgetItemIterator it(list, QTreeWidgetItemIterator::NotHidden); *it; ++it)
            shown += (*it)->childCount() == 0 ? 1 : 0;
        QCOMPARE(shown, 1);
        dialog->close();

        // Other windows and the next start know them.
        setShortcuts(QStringLiteral("zoomFit"), {QKeySequence(Qt::Key_F12)});
        const auto other = openWindow(core.services(), file("b.onnx"));
        QCOMPARE(child<QAction>(*other, "zoomFit")->shortcut(), QKeySequence(Qt::Key_F12));
        QVERIFY(child<QAction>(*other, "nextOrphan")->shortcuts().isEmpty());
        other->canvas()->setZoom(2.5);
        QTest::keyClick(other.get(), Qt::Key_F12);
        QTRY_VERIFY(other->canvas()->zoom() < 1.5);
        resetShortcuts();
        QCOMPARE(fit->shortcut(), QKeySequence(Qt::CTRL | Qt::Key_0));
        QCOMPARE(orphan->shortcut(), QKeySequence(Qt::Key_F8));
        QCOMPARE(child<QAction>(*other, "nextOrphan")->shortcut(), QKeySequence(Qt::Key_F8));
    }

    void jobsSayHowLongTheyTake()
    {
        QCOMPARE(timeLeft(500, 0.5), QString());     // too early to tell
        QCOMPARE(timeLeft(10000, 0.001), QString()); // too little to tell
        QVERIFY(timeLeft(10000, 0.5).contains(QStringLiteral("10 ")));
        QVERIFY(timeLeft(10000, 0.25).contains(QStringLiteral("30 ")));
        QVERIFY(timeLeft(60000, 0.1).contains(QStringLiteral("9 "))); // minutes
        QCOMPARE(timeLeft(60000, 0.99), QString());
        QCOMPARE(timeLeft(60000, 1.0), QString());
        JobStrip strip;
        strip.begin(QStringLiteral("Opening"));
        strip.setProgress({"lower", 1, 4});
        QTest::qWait(2100);
        strip.setProgress({"lower", 2, 8});
        QVERIFY(child<QLabel>(strip, "jobText")->text().contains(QStringLiteral(" left")));
        strip.setProgress({"write", 0, 8}); // another phase says nothing yet
        QVERIFY(!child<QLabel>(strip, "jobText")->text().contains(QStringLiteral(" left")));
    }

    void rightToLeftMirrorsTheWindow()
    {
        FakeCore core;
        const auto window = openWindow(core.services(), file("net.pt"), Animation::Off);
        settle(window->canvas());
        window->selectByName(QStringLiteral("/conv1/Conv"));
        QTest::qWait(50);
        const auto x = [&](const QWidget* widget) {
            return widget->mapTo(window.get(), QPoint(widget->width() / 2, 0)).x();
        };
        QTRY_COMPARE(overlaps(*window), QStringList()); // layouts settle a few events later
        const QWidget* open = window->toolBar()->widgetForAction(window->toolBar()->actions()[0]);
        QVERIFY(open && x(open) < window->width() / 2);
        QGuiApplication::setLayoutDirection(Qt::RightToLeft);
        QTest::qWait(100);
        const bool mirrored = x(open) > window->width() / 2;
        const bool apart = QTest::qWaitFor([&window] { return overlaps(*window).isEmpty(); }, 3000);
        const QStringList wrong = overlaps(*window);
        picture(*window, "right-to-left");
        window->canvas()->expandAll();
        settle(window->canvas());
        window->grab();
        QGuiApplication::setLayoutDirection(Qt::LeftToRight);
        QTest::qWait(50);
        QVERIFY(mirrored);
        QVERIFY2(apart, qPrintable(wrong.join(QLatin1Char('\n'))));
    }

    void screenReadersHaveANameForEverything()
    {
        FakeCore core;
        const auto window = openWindow(core.services(), file("net.pt"));
        for (QDockWidget* dock : window->findChildren<QDockWidget*>())
            dock->show();
        window->selectByName(QStringLiteral("/conv1/Conv"));
        QTest::qWait(50);
        QStringList nameless;
        for (QWidget* widget : window->findChildren<QWidget*>()) {
            // Qt's own helpers inside of controls, which are named themselves.
            if (widget->focusPolicy() == Qt::NoFocus ||
                widget->objectName().startsWith(QStringLiteral("qt_")) ||
                widget->inherits("QComboBoxListView") || qobject_cast<QTabBar*>(widget) ||
                qobject_cast<QTabBar*>(widget->parent()) ||
                qobject_cast<QLineEdit*>(widget->parent()) ||
                qobject_cast<QAbstractSpinBox*>(widget->parent()) ||
                qobject_cast<QComboBox*>(widget->parent()))
                continue;
            if (const auto* label = qobject_cast<QLabel*>(widget); label && label->text().isEmpty())
                continue; // nothing to say at the moment
            const QAccessibleInterface* spoken = QAccessible::queryAccessibleInterface(widget);
            if (!spoken || spoken->text(QAccessible::Name).trimmed().isEmpty())
                nameless += QStringLiteral("%1 '%2' in '%3'")
                                .arg(QString::fromLatin1(widget->metaObject()->className()),
                                     widget->objectName(),
                                     widget->parent() ? widget->parent()->objectName() : QString());
        }
        QVERIFY2(nameless.isEmpty(), qPrintable(nameless.join(QLatin1Char('\n'))));
    }
};

QTEST_MAIN(TestDesktop)
#include "tst_desktop.moc"
