#include "ui/tensor/tensor_feature.h"

#include "ui/panels/inspector_panel.h"
#include "ui/tensor/tensor_section.h"
#include "ui/widgets/message_bar.h"
#include "ui/window/main_window.h"

namespace strata::ui {

TensorSection* addTensorSection(MainWindow* window)
{
    auto* section = new TensorSection(window->selection());
    window->inspectorPanel()->addSection(section);
    QObject::connect(window, &MainWindow::inspectionChanged, section,
                     [window, section] { section->setInspection(window->inspection()); });
    QObject::connect(section, &TensorSection::saved, window, [window](const QString& path) {
        window->messageBar()->showMessage(
            {Tone::Success, MainWindow::tr("Values saved to %1").arg(path), {}, {}});
    });
    QObject::connect(section, &TensorSection::failed, window, [window](const QString& message) {
        window->messageBar()->showMessage({Tone::Error, message, {}, {}});
    });
    return section;
}

} // namespace strata::ui
