#include "ui/window/export_dialog.h"

#include "ui/widgets/colors.h"
#include "ui/window/icons.h"

#include <QCheckBox>
#include <QComboBox>
#include <QDialogButtonBox>
#include <QFileDialog>
#include <QFileInfo>
#include <QFormLayout>
#include <QHBoxLayout>
#include <QLabel>
#include <QLineEdit>
#include <QPushButton>
#include <QSettings>
#include <QStyle>
#include <QToolButton>
#include <QVBoxLayout>

namespace strata::ui {

namespace {

QString strategyExplanation(Strategy strategy)
{
    switch (strategy) {
    case Strategy::Auto:
        return ExportDialog::tr("From the code where ONNX can state it; only what it cannot state "
                                "follows a run of the model.");
    case Strategy::Fx:
        return ExportDialog::tr("From the code alone: holds for all inputs, branches and loops "
                                "included. Nothing is run.");
    case Strategy::Htp:
        break;
    }
    return ExportDialog::tr("From a run of the model on its inputs: holds for inputs that take the "
                            "same branches.");
}

} // namespace

ExportDialog::ExportDialog(const QString& suggested, const ExportOptions& opened,
                           const QString& used, QWidget* parent)
    : QDialog(parent),
      m_path(new QLineEdit(suggested, this)),
      m_note(new QLabel(this)),
      m_opened(opened),
      m_strategy(new QComboBox(this)),
      m_strategy_note(new QLabel(this)),
      m_used(used),
      m_opset(new QComboBox(this)),
      m_external(new QCheckBox(tr("Weights in a file of their own"), this)),
      m_sidecar(new QCheckBox(tr("Write the hierarchy file beside it (.hierarchy.json)"), this))
{
    setObjectName(QStringLiteral("exportDialog"));
    setWindowTitle(tr("Export to ONNX"));
    setMinimumWidth(520);
    m_path->setObjectName(QStringLiteral("exportPath"));
    m_path->setAccessibleName(tr("File to write"));
    auto* browse_button = new QToolButton(this);
    browse_button->setIcon(icon(QStringLiteral("folder")));
    browse_button->setToolTip(tr("Choose a file"));
    browse_button->setAccessibleName(tr("Choose a file"));
    browse_button->setFocusPolicy(Qt::StrongFocus);
    auto* path_row = new QHBoxLayout;
    path_row->setSpacing(4);
    path_row->addWidget(m_path, 1);
    path_row->addWidget(browse_button);

    m_strategy->setObjectName(QStringLiteral("exportStrategy"));
    m_strategy->setAccessibleName(tr("Strategy"));
    m_strategy->addItem(tr("Automatic (recommended)"), static_cast<int>(Strategy::Auto));
    m_strategy->addItem(tr("FX: from the code"), static_cast<int>(Strategy::Fx));
    m_strategy->addItem(tr("HTP: from a run"), static_cast<int>(Strategy::Htp));
    for (int i = 0; i < m_strategy->count(); ++i)
        m_strategy->setItemData(
            i, strategyExplanation(static_cast<Strategy>(m_strategy->itemData(i).toInt())),
            Qt::ToolTipRole);
    m_strategy->setCurrentIndex(m_strategy->findData(static_cast<int>(opened.strategy)));
    m_strategy_note->setObjectName(QStringLiteral("exportStrategyNote"));
    m_strategy_note->setWordWrap(true);
    m_strategy_note->setFont(scaled(font(), 0.92));
    m_strategy_note->setForegroundRole(QPalette::PlaceholderText);
    m_opset->setObjectName(QStringLiteral("exportOpset"));
    for (int opset = newest_opset; opset >= oldest_opset; --opset)
        m_opset->addItem(opset == default_opset ? tr("%1 (recommended)").arg(opset)
                                                : QString::number(opset),
                         opset);
    m_external->setToolTip(tr("Always so when the model is larger than 2 GB"));
    m_note->setWordWrap(true);
    m_note->setFont(scaled(font(), 0.92));

    QSettings settings;
    m_opset->setCurrentIndex(std::max(
        0, m_opset->findData(settings.value(QStringLiteral("export/opset"), default_opset))));
    m_external->setChecked(settings.value(QStringLiteral("export/externalData"), false).toBool());
    m_sidecar->setChecked(settings.value(QStringLiteral("export/sidecar"), true).toBool());

    auto* form = new QFormLayout;
    form->setHorizontalSpacing(12);
    form->setVerticalSpacing(8);
    auto* path_label = new QLabel(tr("&File:"), this);
    path_label->setBuddy(m_path);
    form->addRow(path_label, path_row);
    form->addRow(QString(), m_note);
    form->addRow(tr("&Strategy:"), m_strategy);
    form->addRow(QString(), m_strategy_note);
    form->addRow(tr("&Operator set:"), m_opset);
    form->addRow(QString(), m_external);
    form->addRow(QString(), m_sidecar);
    auto* buttons = new QDialogButtonBox(QDialogButtonBox::Cancel, this);
    m_export = buttons->addButton(tr("&Export"), QDialogButtonBox::AcceptRole);
    m_export->setDefault(true);
    m_export->setProperty("primary", true);
    // The box has polished the button already.
    m_export->style()->unpolish(m_export);
    m_export->style()->polish(m_export);
    m_export->setObjectName(QStringLiteral("exportAccept"));
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(20, 20, 20, 16);
    column->setSpacing(16);
    column->addLayout(form);
    column->addWidget(buttons);

    connect(browse_button, &QToolButton::clicked, this, &ExportDialog::browse);
    connect(m_path, &QLineEdit::textChanged, this, &ExportDialog::refresh);
    connect(m_strategy, &QComboBox::currentIndexChanged, this, &ExportDialog::refresh);
    connect(m_opset, &QComboBox::currentIndexChanged, this, &ExportDialog::refresh);
    connect(buttons, &QDialogButtonBox::accepted, this, &ExportDialog::accept);
    connect(buttons, &QDialogButtonBox::rejected, this, &ExportDialog::reject);
    refresh();
}

QString ExportDialog::path() const
{
    QString path = m_path->text().trimmed();
    if (!path.isEmpty() && QFileInfo(path).suffix().isEmpty())
        path += QStringLiteral(".onnx");
    return path;
}

ExportOptions ExportDialog::options() const
{
    ExportOptions options = m_opened;
    options.strategy = static_cast<Strategy>(m_strategy->currentData().toInt());
    options.opset = m_opset->currentData().toInt();
    options.external_data = m_external->isChecked();
    options.sidecar = m_sidecar->isChecked();
    return options;
}

void ExportDialog::accept()
{
    QSettings settings;
    settings.setValue(QStringLiteral("export/opset"), m_opset->currentData());
    settings.setValue(QStringLiteral("export/externalData"), m_external->isChecked());
    settings.setValue(QStringLiteral("export/sidecar"), m_sidecar->isChecked());
    QDialog::accept();
}

void ExportDialog::browse()
{
    const QString chosen = QFileDialog::getSaveFileName(this, tr("Export to ONNX"), path(),
                                                        tr("ONNX models (*.onnx);;All files (*)"));
    if (!chosen.isEmpty())
        m_path->setText(chosen);
}

void ExportDialog::refresh()
{
    const QFileInfo file(path());
    const bool folder_there = QFileInfo(file.absolutePath()).isDir();
    QString note;
    Tone tone = Tone::Info;
    if (path().isEmpty()) {
        note = tr("Say where the file goes.");
    } else if (!folder_there) {
        note = tr("The folder %1 does not exist.").arg(file.absolutePath());
        tone = Tone::Error;
    } else if (file.exists()) {
        note = tr("This file exists and will be replaced.");
        tone = Tone::Warning;
    }
    QPalette colors = m_note->palette();
    colors.setColor(QPalette::WindowText, toneColor(tone, palette()));
    m_note->setPalette(colors);
    m_note->setText(note);
    m_note->setVisible(!note.isEmpty());
    m_export->setEnabled(!path().isEmpty() && folder_there);
    const ExportOptions chosen = options();
    QString about = strategyExplanation(chosen.strategy);
    if (chosen.strategy != m_opened.strategy || chosen.opset != m_opened.opset)
        about += QLatin1Char(' ') + tr("The model is translated again before it is written.");
    else if (chosen.strategy == Strategy::Auto && !m_used.isEmpty())
        about += QLatin1Char(' ') + tr("For this model it chose %1.").arg(m_used.toUpper());
    m_strategy_note->setText(about);
}

} // namespace strata::ui
