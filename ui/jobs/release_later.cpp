#include "ui/jobs/release_later.h"

#include <QCoreApplication>
#include <QThreadPool>

namespace strata::ui {

void releaseLater(std::shared_ptr<const void> thing)
{
    if (!thing || !qApp)
        return;
    QMetaObject::invokeMethod(
        qApp,
        [last = std::move(thing)]() mutable {
            QThreadPool::globalInstance()->start(
                [gone = std::move(last)]() mutable { gone.reset(); });
        },
        Qt::QueuedConnection);
}

} // namespace strata::ui
