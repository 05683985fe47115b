#include "ui/window/session_keeper.h"

#include "ui/compare/compare_window.h"
#include "ui/widgets/message_bar.h"
#include "ui/window/main_window.h"
#include "ui/window/source_attachment.h"
#include "ui/window/window_list.h"

#include <QApplication>
#include <QFileInfo>
#include <QGuiApplication>
#include <QJsonArray>
#include <QJsonDocument>
#include <QSessionManager>
#include <QSettings>

#include <algorithm>
#include <utility>

namespace strata::ui {

namespace {

const QString enabled_key = QStringLiteral("session/enabled");
const QString windows_key = QStringLiteral("session/windows");
const QString opening_key = QStringLiteral("session/opening");
constexpr int save_every_ms = 15000;
constexpr std::size_t most_windows = 32;

WindowRecord recordOf(const MainWindow& window)
{
    WindowRecord record;
    record.file = window.filePath();
    record.model = QString::fromStdString(window.options().model);
    record.source = window.sourceAttachment()->source();
    record.source_model = window.sourceAttachment()->model();
    record.geometry = window.saveGeometry();
    record.view = viewOf(window);
    return record;
}

/// Comparison windows are nobody's children, and in no list.
std::vector<const CompareWindow*> comparisons()
{
    std::vector<const CompareWindow*> windows;
    const QWidgetList all = QApplication::topLevelWidgets();
    for (const QWidget* widget : all)
        if (const auto* window = qobject_cast<const CompareWindow*>(widget);
            window && window->isVisible() && !window->firstFile().isEmpty())
            windows.push_back(window);
    // Qt lists them in no order; what is stored must not change from one time to the next.
    std::sort(windows.begin(), windows.end(), [](const CompareWindow* a, const CompareWindow* b) {
        return std::pair(a->firstFile(), a->secondFile()) <
               std::pair(b->firstFile(), b->secondFile());
    });
    return windows;
}

WindowRecord recordOf(const CompareWindow& window)
{
    WindowRecord record;
    record.file = window.firstFile();
    record.compared_with = window.secondFile();
    record.geometry = window.saveGeometry();
    return record;
}

} // namespace

QJsonObject WindowRecord::toJson() const
{
    return {{QStringLiteral("file"), file},
            {QStringLiteral("model"), model},
            {QStringLiteral("source"), source},
            {QStringLiteral("source_model"), source_model},
            {QStringLiteral("compared_with"), compared_with},
            {QStringLiteral("geometry"), QString::fromLatin1(geometry.toBase64())},
            {QStringLiteral("view"), view.toJson()}};
}

WindowRecord WindowRecord::fromJson(const QJsonObject& json)
{
    WindowRecord record;
    record.file = json[QStringLiteral("file")].toString();
    record.model = json[QStringLiteral("model")].toString();
    record.source = json[QStringLiteral("source")].toString();
    record.source_model = json[QStringLiteral("source_model")].toString();
    record.compared_with = json[QStringLiteral("compared_with")].toString();
    record.geometry =
        QByteArray::fromBase64(json[QStringLiteral("geometry")].toString().toLatin1());
    record.view = ViewState::fromJson(json[QStringLiteral("view")].toObject());
    return record;
}

SessionKeeper::SessionKeeper(Services services, QObject* parent)
    : QObject(parent),
      m_services(std::move(services))
{
    WindowList* list = &WindowList::instance();
    connect(list, &WindowList::closing, this, [this, list] {
        // The last window is the session; before it, one that is closed is done with.
        if (!m_quitting && list->windows().size() == 1) {
            save();
            QSettings().setValue(opening_key, false); // ended by somebody, not by itself
        }
    });
    const auto end = [this] {
        save();
        QSettings().setValue(opening_key, false);
        m_quitting = true;
    };
    connect(list, &WindowList::aboutToQuit, this, end);
    connect(qGuiApp, &QGuiApplication::commitDataRequest, this, end);
    connect(&m_timer, &QTimer::timeout, this, [this, list] {
        if (!m_quitting && !list->windows().empty())
            save();
    });
    m_timer.start(save_every_ms);
}

bool SessionKeeper::isEnabled()
{
    return QSettings().value(enabled_key, true).toBool();
}

void SessionKeeper::setEnabled(bool enabled)
{
    QSettings settings;
    settings.setValue(enabled_key, enabled);
    if (!enabled)
        settings.remove(windows_key);
}

std::vector<WindowRecord> SessionKeeper::stored()
{
    std::vector<WindowRecord> records;
    const QJsonArray windows =
        QJsonDocument::fromJson(QSettings().value(windows_key).toByteArray()).array();
    for (const QJsonValue& window : windows) {
        WindowRecord record = WindowRecord::fromJson(window.toObject());
        if (!record.file.isEmpty() && records.size() < most_windows)
            records.push_back(std::move(record));
    }
    return records;
}

void SessionKeeper::save()
{
    if (!isEnabled())
        return;
    QJsonArray windows;
    for (const MainWindow* window : WindowList::instance().windows()) {
        // A window that is still opening would be forgotten: keep what is stored until it is done.
        if (window->isBusy() && !window->inspection())
            return;
        if (!window->filePath().isEmpty())
            windows.append(recordOf(*window).toJson());
    }
    for (const CompareWindow* window : comparisons())
        windows.append(recordOf(*window).toJson());
    QSettings settings;
    const QByteArray text = QJsonDocument(windows).toJson(QJsonDocument::Compact);
    if (settings.value(windows_key).toByteArray() != text)
        settings.setValue(windows_key, text);
}

int SessionKeeper::restore()
{
    if (!isEnabled())
        return 0;
    const std::vector<WindowRecord> records = stored();
    if (records.empty())
        return 0;
    QSettings settings;
    if (settings.value(opening_key, false).toBool()) {
        settings.setValue(opening_key, false);
        MainWindow* window = WindowList::instance().open(m_services);
        window->messageBar()->showMessage(
            {Tone::Warning,
             tr("Strata ended while it restored its windows; this time they were left closed."),
             {},
             {{tr("Restore them"), [this, window, records] {
                   window->messageBar()->dismiss();
                   openAll(records);
               }}}});
        return 1;
    }
    openAll(records);
    return static_cast<int>(records.size());
}

void SessionKeeper::openAll(const std::vector<WindowRecord>& records)
{
    QSettings settings;
    settings.setValue(opening_key, true);
    settings.sync();
    for (const WindowRecord& record : records)
        if (record.compared_with.isEmpty())
            openOne(record);
        else
            openComparison(record);
    auto* done = new QTimer(this);
    connect(done, &QTimer::timeout, this, [done] {
        for (const MainWindow* window : WindowList::instance().windows())
            if (window->isBusy())
                return;
        for (const CompareWindow* window : comparisons())
            if (window->isBusy())
                return;
        QSettings().setValue(opening_key, false);
        done->deleteLater();
    });
    constexpr int step_ms = 200;
    done->start(step_ms);
}

void SessionKeeper::openComparison(const WindowRecord& record)
{
    auto* window = new CompareWindow(m_services);
    window->setAttribute(Qt::WA_DeleteOnClose);
    if (!record.geometry.isEmpty())
        window->restoreGeometry(record.geometry);
    window->show();
    window->compareFiles(record.file, record.compared_with);
}

void SessionKeeper::openOne(const WindowRecord& record)
{
    MainWindow* window = WindowList::instance().open(m_services);
    if (!record.geometry.isEmpty())
        window->restoreGeometry(record.geometry);
    // Once: what is opened later in this window is another matter.
    connect(
        window, &MainWindow::modelOpened, window,
        [window, record] {
            if (window->filePath() != record.file)
                return;
            applyView(*window, record.view);
            if (!record.source.isEmpty() && QFileInfo::exists(record.source))
                window->sourceAttachment()->attach(record.source, record.source_model);
        },
        Qt::SingleShotConnection);
    window->openModel(record.file, record.model);
}

} // namespace strata::ui
