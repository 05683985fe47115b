// Parts of the window that live in classes of their own, and what connects them to it.
#include "ui/canvas/graph_canvas.h"
#include "ui/window/main_window.h"
#include "ui/window/source_attachment.h"

#include <QFileInfo>
#include <QMenu>

namespace strata::ui {

void MainWindow::buildFeatures()
{
    m_source = new SourceAttachment(this);
}

/// A file that could be meant in several ways asks which; false: it can only be opened.
bool MainWindow::offerDrop(const QString& file, const QPoint& where)
{
    if (!m_source->canAttach() || !SourceAttachment::isSourceFile(file))
        return false;
    auto* menu = new QMenu(this);
    menu->setObjectName(QStringLiteral("dropMenu"));
    menu->setAttribute(Qt::WA_DeleteOnClose);
    const QString name = QFileInfo(file).fileName();
    QAction* attach = menu->addAction(tr("Attach %1 as the source model").arg(name));
    attach->setObjectName(QStringLiteral("dropAttach"));
    connect(attach, &QAction::triggered, this, [this, file] { m_source->attach(file); });
    menu->setDefaultAction(attach);
    QAction* open = menu->addAction(tr("Open %1 instead").arg(name));
    open->setObjectName(QStringLiteral("dropOpen"));
    connect(open, &QAction::triggered, this, [this, file] { openFile(file); });
    menu->popup(where);
    return true;
}

void MainWindow::reload()
{
    if (!m_inspection)
        return;
    if (const QString source = m_source->source(); !source.isEmpty())
        m_source->attach(source, m_source->model());
    else
        openWith(QString::fromStdString(m_inspection->path.string()), m_options);
}

} // namespace strata::ui
