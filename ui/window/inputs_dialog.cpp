#include "ui/window/inputs_dialog.h"

#include "session/inputs_dir.h"
#include "session/offered_inputs.h"
#include "ui/models/format.h"
#include "ui/widgets/colors.h"

#include <QApplication>
#include <QDialogButtonBox>
#include <QFileDialog>
#include <QHeaderView>
#include <QLabel>
#include <QPointer>
#include <QPushButton>
#include <QRegularExpression>
#include <QStyle>
#include <QTableWidget>
#include <QThreadPool>
#include <QVBoxLayout>
#include <algorithm>
#include <memory>
#include <optional>

namespace strata::ui {
namespace {

/// A dynamic axis needs some size where the model is run.
constexpr std::int64_t size_of_dynamic = 2;

struct Shape {
    std::vector<std::int64_t> sizes;
    std::vector<DynamicAxis> dynamic; ///< without the input's name
};

/// "batch, 3, 224": sizes and names of dynamic axes; "()" is one number. Nothing when it is wrong.
std::optional<Shape> parseShape(QString text)
{
    Shape shape;
    text = text.trimmed();
    if (text == QLatin1String("()"))
        return shape;
    static const QRegularExpression name(QStringLiteral("^[A-Za-z_][A-Za-z0-9_]*$"));
    const QStringList parts = text.split(QLatin1Char(','));
    for (const QString& part : parts) {
        const QString trimmed = part.trimmed();
        bool number = false;
        const qlonglong size = trimmed.toLongLong(&number);
        if (number && size >= 0) {
            shape.sizes.push_back(size);
        } else if (name.match(trimmed).hasMatch()) {
            shape.dynamic.push_back(
                {{}, static_cast<std::int64_t>(shape.sizes.size()), trimmed.toStdString()});
            shape.sizes.push_back(size_of_dynamic);
        } else {
            return std::nullopt;
        }
    }
    return shape;
}

QString shapeText(const UsedInput& input)
{
    if (!input.shape)
        return {};
    if (input.shape->empty())
        return QStringLiteral("()");
    QStringList parts;
    for (std::size_t axis = 0; axis < input.shape->size(); ++axis) {
        const FxDim& dim = (*input.shape)[axis];
        parts += dim.known()           ? QString::number(dim.value)
                 : !dim.symbol.empty() ? toQString(dim.symbol)
                                       : QStringLiteral("dim%1").arg(axis);
    }
    return parts.join(QStringLiteral(", "));
}

QString shapeText(const std::vector<std::int64_t>& sizes)
{
    QStringList parts;
    for (const std::int64_t size : sizes)
        parts += QString::number(size);
    return parts.isEmpty() ? QStringLiteral("()") : parts.join(QStringLiteral(", "));
}

} // namespace

InputsDialog::InputsDialog(const Inspection& inspection, const ExportOptions& options,
                           QWidget* parent)
    : QDialog(parent),
      m_options(options),
      m_table(new QTableWidget(0, ColumnCount, this)),
      m_note(new QLabel(this))
{
    setObjectName(QStringLiteral("inputsDialog"));
    setWindowTitle(tr("Inputs of the model"));
    resize(720, 380);
    m_table->setObjectName(QStringLiteral("inputsTable"));
    m_table->setAccessibleName(tr("Inputs of the model"));
    m_table->setHorizontalHeaderLabels({tr("Input"), tr("Type"), tr("Shape"), tr("From")});
    m_table->verticalHeader()->hide();
    m_table->horizontalHeader()->setSectionResizeMode(Name, QHeaderView::ResizeToContents);
    m_table->horizontalHeader()->setSectionResizeMode(Type, QHeaderView::ResizeToContents);
    m_table->horizontalHeader()->setSectionResizeMode(Shape, QHeaderView::Stretch);
    m_table->horizontalHeader()->setSectionResizeMode(Source, QHeaderView::Stretch);
    m_table->setSelectionMode(QAbstractItemView::SingleSelection);
    m_table->setEditTriggers(QAbstractItemView::DoubleClicked | QAbstractItemView::EditKeyPressed |
                             QAbstractItemView::AnyKeyPressed);

    auto* help = new QLabel(tr("A shape is written as sizes with commas: 1, 3, 224, 224. A name in "
                               "place of a size makes the axis dynamic: batch, 3, 224, 224. An "
                               "optional input without a shape is left out."),
                            this);
    help->setWordWrap(true);
    m_note->setObjectName(QStringLiteral("inputsNote"));
    m_note->setWordWrap(true);
    m_note->setAccessibleName(tr("What is wrong with the inputs"));

    auto* buttons = new QDialogButtonBox(QDialogButtonBox::Cancel, this);
    m_accept = buttons->addButton(tr("&Use these inputs"), QDialogButtonBox::AcceptRole);
    m_accept->setObjectName(QStringLiteral("inputsAccept"));
    m_accept->setProperty("primary", true);
    m_accept->style()->unpolish(m_accept);
    m_accept->style()->polish(m_accept);
    auto* file = buttons->addButton(tr("Load a &file…"), QDialogButtonBox::ActionRole);
    file->setToolTip(tr("A .npz, .npy or TensorProto file"));
    auto* folder = buttons->addButton(tr("Load a f&older…"), QDialogButtonBox::ActionRole);
    folder->setToolTip(tr("A folder with input_0.pb, input_1.pb, … or with .npy files"));
    auto* add = buttons->addButton(tr("&Add an item"), QDialogButtonBox::ActionRole);
    add->setToolTip(tr("An item of a list or dict: states.0, batch.image"));
    for (QPushButton* button : {file, folder, add})
        button->setAutoDefault(false);

    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(20, 20, 20, 16);
    column->setSpacing(12);
    column->addWidget(help);
    column->addWidget(m_table, 1);
    column->addWidget(m_note);
    column->addWidget(buttons);

    for (const UsedInput& input : inspection.inputs)
        addRow(toQString(input.name),
               input.dtype == DType::Unknown ? QString() : toQString(to_string(input.dtype)),
               shapeText(input), toQString(input.source));
    if (m_table->rowCount() > 0)
        m_table->setCurrentCell(0, Shape);

    connect(m_table, &QTableWidget::cellChanged, this, [this](int row, int column_changed) {
        if (m_filling)
            return;
        if (column_changed == Type || column_changed == Shape) {
            m_filling = true;
            m_table->item(row, Source)->setText(tr("given here"));
            m_filling = false;
        }
        refresh();
    });
    connect(file, &QPushButton::clicked, this, &InputsDialog::chooseFile);
    connect(folder, &QPushButton::clicked, this, &InputsDialog::chooseFolder);
    connect(add, &QPushButton::clicked, this, [this] {
        addRow({}, QStringLiteral("float32"), {}, tr("given here"), true);
        m_table->setCurrentCell(m_table->rowCount() - 1, Name);
        m_table->editItem(m_table->item(m_table->rowCount() - 1, Name));
        refresh();
    });
    connect(buttons, &QDialogButtonBox::accepted, this, &InputsDialog::accept);
    connect(buttons, &QDialogButtonBox::rejected, this, &InputsDialog::reject);
    refresh();
}

InputsDialog::~InputsDialog()
{
    m_offering.request_stop();
}

void InputsDialog::addRow(const QString& name, const QString& type, const QString& shape,
                          const QString& source, bool new_name)
{
    const bool filling = std::exchange(m_filling, true);
    const int row = m_table->rowCount();
    m_table->insertRow(row);
    const QStringList texts{name, type, shape, source};
    for (int column = 0; column < ColumnCount; ++column) {
        auto* item = new QTableWidgetItem(texts[column]);
        const bool editable = column == Type || column == Shape || (column == Name && new_name);
        if (!editable)
            item->setFlags(item->flags() & ~Qt::ItemIsEditable);
        item->setData(Qt::AccessibleTextRole,
                      QStringLiteral("%1, %2: %3")
                          .arg(name, m_table->horizontalHeaderItem(column)->text(),
                               texts[column].isEmpty() ? tr("empty") : texts[column]));
        m_table->setItem(row, column, item);
    }
    m_originals.push_back(new_name ? Original{} : Original{name, type, shape});
    m_filling = filling;
}

QString InputsDialog::text(int row, Column column) const
{
    const QTableWidgetItem* item = m_table->item(row, column);
    return item ? item->text().trimmed() : QString();
}

QString InputsDialog::problem(int row) const
{
    const QString name = text(row, Name);
    const QString shape = text(row, Shape);
    if (name.isEmpty())
        return shape.isEmpty() ? QString() : tr("Row %1 has no name.").arg(row + 1);
    for (int other = 0; other < row; ++other)
        if (text(other, Name) == name)
            return tr("%1 is there twice.").arg(name);
    if (shape.isEmpty())
        return {};
    if (!parse_dtype(text(row, Type).toStdString()))
        return tr("%1: '%2' is not a type; float32 and int64 are.").arg(name, text(row, Type));
    if (!parseShape(shape))
        return tr("%1: '%2' is not a shape. Write sizes or names with commas: batch, 3, 224.")
            .arg(name, shape);
    return {};
}

QString InputsDialog::problems() const
{
    QStringList all;
    if (!m_load_error.isEmpty())
        all += m_load_error;
    for (int row = 0; row < m_table->rowCount(); ++row)
        if (const QString one = problem(row); !one.isEmpty())
            all += one;
    return all.join(QLatin1Char('\n'));
}

void InputsDialog::refresh()
{
    const QString wrong = problems();
    QPalette colors = m_note->palette();
    colors.setColor(QPalette::WindowText,
                    toneColor(wrong.isEmpty() ? Tone::Info : Tone::Error, palette()));
    m_note->setPalette(colors);
    QStringList names;
    for (int row = 0; row < m_table->rowCount(); ++row)
        if (const auto shape = parseShape(text(row, Shape)))
            for (const DynamicAxis& axis : shape->dynamic)
                if (const QString symbol = toQString(axis.symbol); !names.contains(symbol))
                    names += symbol;
    QString note = names.isEmpty() ? tr("All sizes are fixed.")
                                   : tr("Dynamic axes: %1").arg(names.join(QStringLiteral(", ")));
    if (!m_offer.isEmpty())
        note += QLatin1Char('\n') + m_offer;
    m_note->setText(wrong.isEmpty() ? note : wrong);
    bool usable = true;
    for (int row = 0; row < m_table->rowCount(); ++row)
        usable = usable && problem(row).isEmpty();
    m_accept->setEnabled(usable);
}

ExportOptions InputsDialog::options() const
{
    ExportOptions options = m_options;
    options.inputs.clear();
    options.dynamic_axes.clear();
    for (int row = 0; row < m_table->rowCount(); ++row) {
        const QString name = text(row, Name);
        const auto shape = parseShape(text(row, Shape));
        const auto dtype = parse_dtype(text(row, Type).toStdString());
        if (name.isEmpty() || text(row, Shape).isEmpty() || !shape || !dtype)
            continue;
        const Original& before = m_originals[static_cast<std::size_t>(row)];
        // What a loaded file gives keeps its data.
        const bool from_file = options.inputs_dir && before.name == name &&
                               before.type == text(row, Type) && before.shape == text(row, Shape);
        std::vector<std::int64_t> sizes = shape->sizes;
        const auto seen = m_sizes.find(name);
        for (const DynamicAxis& axis : shape->dynamic)
            if (seen != m_sizes.end() && seen->second.size() == sizes.size())
                sizes[static_cast<std::size_t>(axis.axis)] =
                    seen->second[static_cast<std::size_t>(axis.axis)];
        if (!from_file)
            options.inputs.push_back({name.toStdString(), *dtype, std::move(sizes)});
        for (DynamicAxis axis : shape->dynamic) {
            axis.name = name.toStdString();
            options.dynamic_axes.push_back(std::move(axis));
        }
    }
    return options;
}

void InputsDialog::load(const QString& path)
{
    m_options.inputs_dir = path.toStdString();
    QThreadPool::globalInstance()->start([self = QPointer<InputsDialog>(this), path] {
        TaskContext task;
        auto read = std::make_shared<Result<std::vector<NamedTensor>>>(
            read_inputs(path.toStdString(), task));
        QMetaObject::invokeMethod(
            qApp,
            [self, read] {
                if (!self)
                    return;
                if (*read) {
                    self->m_load_error.clear();
                    self->fill(**read);
                } else {
                    self->m_options.inputs_dir.reset();
                    self->m_load_error = toQString(read->error().text());
                }
                self->refresh();
                Q_EMIT self->loaded();
            },
            Qt::QueuedConnection);
    });
}

void InputsDialog::offer(std::shared_ptr<const Inspection> inspection)
{
    QThreadPool::globalInstance()->start([self = QPointer<InputsDialog>(this),
                                          inspection = std::move(inspection),
                                          stop = m_offering.get_token()] {
        TaskContext task(stop);
        auto found = std::make_shared<Result<OfferedInputs>>(offer_inputs(*inspection, task));
        QMetaObject::invokeMethod(
            qApp,
            [self, found] {
                if (!self)
                    return;
                if (*found)
                    self->take(**found);
                Q_EMIT self->offered();
            },
            Qt::QueuedConnection);
    });
}

void InputsDialog::take(const OfferedInputs& offer)
{
    QStringList texts;
    const bool filling = std::exchange(m_filling, true);
    for (const OfferedInputs::Row& found : offer.rows) {
        const QString name = toQString(found.name);
        const QString shape = shapeText(found.shape);
        m_sizes[name] = found.shape;
        texts += QStringLiteral("%1: %2").arg(name, shape);
        for (int row = 0; row < m_table->rowCount(); ++row) {
            Original& before = m_originals[static_cast<std::size_t>(row)];
            const bool untouched = text(row, Name) == name && before.shape == text(row, Shape) &&
                                   before.type == text(row, Type);
            if (!untouched || !before.shape.isEmpty())
                continue;
            m_table->item(row, Type)->setText(toQString(to_string(found.dtype)));
            m_table->item(row, Shape)->setText(shape);
            before = {name, text(row, Type), shape};
        }
    }
    m_filling = filling;
    if (!texts.isEmpty())
        m_offer = (offer.ran ? tr("The model runs on %1.") : tr("Sizes to try: %1."))
                      .arg(texts.join(QStringLiteral("; ")));
    refresh();
}

void InputsDialog::fill(const std::vector<NamedTensor>& tensors)
{
    m_filling = true;
    int position = 0;
    bool named = false;
    for (const NamedTensor& tensor : tensors)
        for (int row = 0; row < m_table->rowCount(); ++row)
            named = named || text(row, Name) == toQString(tensor.name);
    for (const NamedTensor& tensor : tensors) {
        const QString name = toQString(tensor.name);
        int row = -1;
        for (int r = 0; r < m_table->rowCount(); ++r)
            if (!name.isEmpty() && text(r, Name) == name)
                row = r;
        if (row < 0 && (!named || name.isEmpty()) && position < m_table->rowCount())
            row = position; // by position, as the export takes it
        ++position;
        const QString type = toQString(to_string(tensor.tensor.dtype));
        const QString shape = shapeText(tensor.tensor.shape);
        if (row < 0) {
            addRow(name, type, shape, tr("from the file"));
            continue;
        }
        m_table->item(row, Type)->setText(type);
        m_table->item(row, Shape)->setText(shape);
        m_table->item(row, Source)->setText(tr("from the file"));
        m_originals[static_cast<std::size_t>(row)] = {text(row, Name), type, shape};
    }
    m_filling = false;
}

void InputsDialog::chooseFile()
{
    const QString path = QFileDialog::getOpenFileName(
        this, tr("Load inputs"), {}, tr("Arrays (*.npz *.npy *.pb);;All files (*)"));
    if (!path.isEmpty())
        load(path);
}

void InputsDialog::chooseFolder()
{
    const QString path = QFileDialog::getExistingDirectory(this, tr("Load inputs from a folder"));
    if (!path.isEmpty())
        load(path);
}

} // namespace strata::ui
