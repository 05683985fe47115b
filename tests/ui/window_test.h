// What tests of the window share: settings of their own, files whose content does not matter, a
// window with one of them opened, and its parts by name.
#pragma once

#include "ui/canvas/graph_canvas.h"
#include "ui/window/appearance.h"
#include "ui/window/language.h"
#include "ui/window/main_window.h"

#include <QtTest>
#include <QtWidgets>

#include <memory>

namespace strata::tests {

template <class T>
T* child(QWidget& widget, const char* name)
{
    T* found = widget.findChild<T*>(QString::fromLatin1(name));
    if (!found)
        qFatal("no child called %s", name);
    return found;
}

/// Settings in a folder of the test's own, numbers as in C, light colours.
inline void prepareApplication(const QTemporaryDir& settings, const char* name)
{
    QCoreApplication::setOrganizationName(QStringLiteral("StrataTest"));
    QCoreApplication::setApplicationName(QString::fromLatin1(name));
    QSettings::setDefaultFormat(QSettings::IniFormat);
    QSettings::setPath(QSettings::IniFormat, QSettings::UserScope, settings.path());
    ui::installLanguage(QStringLiteral("en")); // its plurals
    QLocale::setDefault(QLocale::c());
    ui::initAppearance();
    ui::applyAppearance(ui::ThemeChoice::Light);
}

/// A file of that name, for services that do not look into it.
inline QString makeFile(const QTemporaryDir& folder, const char* name)
{
    const QString path = folder.filePath(QString::fromLatin1(name));
    QFile written(path);
    if (!written.open(QIODevice::WriteOnly) || written.write("model") < 0)
        qFatal("%s cannot be written", qPrintable(path));
    return path;
}

enum class Animation { On, Off };

/// A window that is shown and active, with the file opened.
inline std::unique_ptr<ui::MainWindow> openWindow(const ui::Services& services, const QString& file,
                                                  Animation animation = Animation::On)
{
    auto window = std::make_unique<ui::MainWindow>(services);
    window->canvas()->setAnimated(animation == Animation::On);
    window->show();
    if (!QTest::qWaitForWindowActive(window.get()))
        qFatal("the window does not become active");
    QSignalSpy opened(window.get(), &ui::MainWindow::modelOpened);
    window->openFile(file);
    if (!opened.wait())
        qFatal("the model was not opened");
    return window;
}

} // namespace strata::tests
