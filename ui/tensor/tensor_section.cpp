#include "ui/tensor/tensor_section.h"

#include "ui/models/format.h"
#include "ui/tensor/tensor_charts.h"
#include "ui/widgets/fact_grid.h"
#include "ui/window/icons.h"

#include <QComboBox>
#include <QFileDialog>
#include <QHBoxLayout>
#include <QLabel>
#include <QPushButton>
#include <QScopedValueRollback>
#include <QSpinBox>

#include <algorithm>
#include <numeric>

namespace strata::ui {

namespace {

/// Above this, reading takes noticeable time and memory: only when somebody asks.
constexpr std::size_t large = std::size_t(128) << 20;
constexpr std::size_t most_cells = 256;

QString shapeText(const Tensor& tensor)
{
    QStringList sizes;
    for (const std::int64_t size : tensor.shape)
        sizes += QString::number(size);
    return tensor.shape.empty()
               ? QCoreApplication::translate("strata::ui::TensorSection", "one value")
               : sizes.join(QStringLiteral(" × "));
}

/// The two longest axes in their order, where most is to be seen; -1 below rank 2.
std::pair<int, int> largestAxes(const std::vector<std::int64_t>& shape)
{
    if (shape.size() < 2)
        return {-1, -1};
    std::vector<int> axes(shape.size());
    std::iota(axes.begin(), axes.end(), 0);
    std::stable_sort(axes.begin(), axes.end(), [&](int a, int b) {
        return shape[static_cast<std::size_t>(a)] > shape[static_cast<std::size_t>(b)];
    });
    return {std::min(axes[0], axes[1]), std::max(axes[0], axes[1])};
}

} // namespace

TensorSection::TensorSection(Selection* selection, QWidget* parent)
    : Section(tr("Values"), parent),
      m_selection(selection),
      m_which(new QComboBox),
      m_facts(new FactGrid),
      m_message(new QLabel),
      m_read(new QPushButton),
      m_histogram(new ValueHistogram),
      m_axes(new QWidget),
      m_rows(new QComboBox),
      m_columns(new QComboBox),
      m_fixed(new QWidget),
      m_heat(new HeatMap),
      m_save(new QPushButton(tr("Save as .npy…")))
{
    setObjectName(QStringLiteral("tensorSection"));
    m_which->setObjectName(QStringLiteral("tensorChoice"));
    m_which->setAccessibleName(tr("Which tensor of the node"));
    m_which->setSizeAdjustPolicy(QComboBox::AdjustToMinimumContentsLengthWithIcon);
    m_facts->setObjectName(QStringLiteral("tensorFacts"));
    m_message->setForegroundRole(QPalette::PlaceholderText);
    m_message->setWordWrap(true);
    m_message->setTextFormat(Qt::PlainText);
    m_read->setObjectName(QStringLiteral("tensorRead"));
    m_read->setAccessibleName(tr("Read the values"));
    m_read->setAccessibleName(tr("Read the values"));
    m_histogram->setObjectName(QStringLiteral("tensorHistogram"));
    m_heat->setObjectName(QStringLiteral("tensorHeatMap"));
    m_save->setObjectName(QStringLiteral("tensorSave"));
    m_save->setIcon(icon(QStringLiteral("save")));
    m_save->setToolTip(
        tr("For numpy. Types that numpy does not have are saved as float32 or int8."));
    m_rows->setObjectName(QStringLiteral("tensorRows"));
    m_rows->setAccessibleName(tr("Axis of the rows"));
    m_columns->setObjectName(QStringLiteral("tensorColumns"));
    m_columns->setAccessibleName(tr("Axis of the columns"));
    auto* axes = new QHBoxLayout(m_axes);
    axes->setContentsMargins(0, 4, 0, 0);
    axes->setSpacing(6);
    for (const auto& [text, box] :
         {std::pair(tr("Rows"), m_rows), std::pair(tr("Columns"), m_columns)}) {
        auto* label = new QLabel(text);
        label->setBuddy(box);
        box->setSizeAdjustPolicy(QComboBox::AdjustToMinimumContentsLengthWithIcon);
        axes->addWidget(label);
        axes->addWidget(box, 1);
    }
    auto* fixed = new QHBoxLayout(m_fixed);
    fixed->setContentsMargins(0, 0, 0, 0);
    fixed->setSpacing(6);
    for (QWidget* widget : std::initializer_list<QWidget*>{m_which, m_facts, m_message, m_read,
                                                           m_histogram, m_axes, m_fixed, m_heat})
        addWidget(widget);
    auto* bottom = new QWidget;
    auto* row = new QHBoxLayout(bottom);
    row->setContentsMargins(0, 4, 0, 0);
    row->addWidget(m_save);
    row->addStretch();
    addWidget(bottom);

    connect(m_selection, &Selection::changed, this, [this] { followSelection(); });
    connect(m_which, &QComboBox::currentIndexChanged, this, [this](int index) {
        if (!m_building)
            choose(index);
    });
    connect(m_read, &QPushButton::clicked, this, &TensorSection::readValues);
    connect(m_save, &QPushButton::clicked, this, &TensorSection::askForFile);
    for (QComboBox* box : {m_rows, m_columns})
        connect(box, &QComboBox::currentIndexChanged, this, [this, box](int index) {
            if (m_building)
                return;
            // The other axis makes room.
            QComboBox* other = box == m_rows ? m_columns : m_rows;
            if (other->currentIndex() == index) {
                const QScopedValueRollback building(m_building, true);
                other->setCurrentIndex(index == 0 ? 1 : 0);
            }
            buildSelectors();
            readSlice();
        });
    followSelection();
}

void TensorSection::setInspection(std::shared_ptr<const Inspection> inspection)
{
    m_inspection = std::move(inspection);
    followSelection();
}

const TensorSection::Entry* TensorSection::current() const
{
    const int index = m_which->currentIndex();
    return index >= 0 && index < static_cast<int>(m_entries.size())
               ? &m_entries[static_cast<std::size_t>(index)]
               : nullptr;
}

void TensorSection::followSelection()
{
    m_background.cancel();
    m_slicing.cancel();
    m_entries.clear();
    const Target target = m_selection->current();
    if (m_inspection && m_inspection->model && target.isNode() &&
        target.node < m_inspection->model->nodes.size()) {
        const OnnxModel& model = *m_inspection->model;
        const OnnxNode& node = model.nodes[target.node];
        for (const ValueId input : node.inputs) {
            if (input >= model.values.size())
                continue;
            const std::uint32_t weight = model.values[input].initializer;
            if (weight < model.initializers.size() && !model.initializers[weight].sparse)
                m_entries.push_back({toQString(model.text(model.values[input].name)),
                                     model.initializers[weight].tensor});
        }
        for (const Attribute& attribute : node.attributes)
            if (const auto* tensor = std::get_if<Tensor>(&attribute.value))
                m_entries.push_back({toQString(model.text(attribute.name)), *tensor});
    }
    const QScopedValueRollback building(m_building, true);
    m_which->clear();
    for (const Entry& entry : m_entries)
        m_which->addItem(entry.name);
    m_which->setVisible(m_entries.size() > 1);
    setVisible(!m_entries.empty());
    if (!m_entries.empty())
        choose(0);
}

void TensorSection::choose(int)
{
    m_background.cancel();
    m_slicing.cancel();
    for (QWidget* widget :
         std::initializer_list<QWidget*>{m_histogram, m_axes, m_fixed, m_heat, m_read, m_message})
        widget->hide();
    const Entry* entry = current();
    if (!entry)
        return;
    const Tensor& tensor = entry->tensor;
    m_facts->setFacts({{tr("Name"), entry->name, {}, true, {}},
                       {tr("Type"), toQString(to_string(tensor.dtype)), {}, true, {}},
                       {tr("Shape"), shapeText(tensor), {}, true, {}},
                       {tr("Size"), formatBytes(tensor.byte_count()), {}, false, {}}});
    m_save->setEnabled(!npy_dtype(tensor.dtype).empty());
    if (!has_numbers(tensor.dtype)) {
        m_message->setText(tr("Values of this type are not shown as numbers."));
        m_message->show();
    } else if (tensor.byte_count() > large) {
        m_read->setText(tr("Read %1").arg(formatBytes(tensor.byte_count())));
        m_read->show();
    } else {
        readValues();
    }
}

void TensorSection::readValues()
{
    const Entry* entry = current();
    if (!entry)
        return;
    m_read->hide();
    m_message->setText(tr("Reading …"));
    m_message->show();
    m_background.run([this, tensor = entry->tensor,
                      name = entry->name](TaskContext& task) -> Background::Answer {
        auto made = tensor_statistics(tensor, task);
        if (!made && made.error().code == ErrorCode::Cancelled)
            return {};
        return [this, made = std::move(made), tensor, name] {
            if (!made) {
                m_message->setText(toQString(made.error().text()));
                return;
            }
            const TensorStatistics& s = *made;
            std::vector<Fact> facts{{tr("Name"), name, {}, true, {}},
                                    {tr("Type"), toQString(to_string(tensor.dtype)), {}, true, {}},
                                    {tr("Shape"), shapeText(tensor), {}, true, {}},
                                    {tr("Size"), formatBytes(tensor.byte_count()), {}, false, {}}};
            if (s.finite() > 0) {
                facts.push_back({tr("Range"),
                                 tr("%1 to %2").arg(formatValue(s.min), formatValue(s.max)),
                                 {},
                                 true,
                                 {}});
                facts.push_back({tr("Mean"), formatValue(s.mean), {}, true, {}});
                facts.push_back({tr("Deviation"), formatValue(s.deviation), {}, true, {}});
                facts.push_back({tr("Zeros"),
                                 tr("%1 · %2").arg(formatCount(s.zeros),
                                                   formatShare(static_cast<double>(s.zeros) /
                                                               static_cast<double>(s.count))),
                                 {},
                                 false,
                                 {}});
            }
            if (s.nan > 0)
                facts.push_back({tr("Not a number"), formatCount(s.nan), {}, false, {}});
            if (s.infinite > 0)
                facts.push_back({tr("Infinite"), formatCount(s.infinite), {}, false, {}});
            m_facts->setFacts(facts);
            m_message->hide();
            m_histogram->setStatistics(s);
            m_histogram->setVisible(s.finite() > 1 && s.max > s.min);
            const std::size_t rank = tensor.shape.size();
            {
                const QScopedValueRollback building(m_building, true);
                m_rows->clear();
                m_columns->clear();
                for (std::size_t axis = 0; axis < rank; ++axis)
                    for (QComboBox* box : {m_rows, m_columns})
                        box->addItem(tr("%1 (%2)").arg(axis).arg(tensor.shape[axis]));
                const auto [rows, columns] = largestAxes(tensor.shape);
                m_rows->setCurrentIndex(rows);
                m_columns->setCurrentIndex(columns);
            }
            m_axes->setVisible(rank > 2);
            buildSelectors();
            if (s.count > 1)
                readSlice();
        };
    });
}

void TensorSection::buildSelectors()
{
    qDeleteAll(m_fixed->findChildren<QWidget*>(QString(), Qt::FindDirectChildrenOnly));
    m_at.clear();
    const Entry* entry = current();
    if (!entry)
        return;
    const std::vector<std::int64_t>& shape = entry->tensor.shape;
    m_at.resize(shape.size(), nullptr);
    bool any = false;
    for (std::size_t axis = 0; axis < shape.size(); ++axis) {
        const int index = static_cast<int>(axis);
        if (shape.size() < 3 || index == m_rows->currentIndex() ||
            index == m_columns->currentIndex())
            continue;
        auto* box = new QSpinBox;
        box->setObjectName(QStringLiteral("tensorAt%1").arg(index));
        box->setAccessibleName(tr("Place on axis %1").arg(index));
        box->setRange(0, static_cast<int>(std::clamp<std::int64_t>(shape[axis] - 1, 0, 1 << 30)));
        box->setPrefix(tr("axis %1: ").arg(index));
        box->setKeyboardTracking(false);
        connect(box, &QSpinBox::valueChanged, this, &TensorSection::readSlice);
        m_fixed->layout()->addWidget(box);
        m_at[axis] = box;
        any = true;
    }
    m_fixed->setVisible(any);
}

void TensorSection::readSlice()
{
    const Entry* entry = current();
    if (!entry)
        return;
    TensorPlane plane;
    plane.row_axis = static_cast<std::size_t>(std::max(0, m_rows->currentIndex()));
    plane.column_axis = static_cast<std::size_t>(std::max(0, m_columns->currentIndex()));
    plane.at.resize(entry->tensor.shape.size(), 0);
    for (std::size_t axis = 0; axis < m_at.size(); ++axis)
        if (m_at[axis])
            plane.at[axis] = m_at[axis]->value();
    m_slicing.run([this, tensor = entry->tensor, plane](TaskContext& task) -> Background::Answer {
        auto made = tensor_slice(tensor, plane, most_cells, task);
        if (!made)
            return {};
        auto slice = std::make_shared<const TensorSlice>(std::move(*made));
        return [this, slice] {
            m_heat->setSlice(slice);
            m_heat->setVisible(!slice->values.empty());
        };
    });
}

void TensorSection::askForFile()
{
    const Entry* entry = current();
    if (!entry)
        return;
    QString name = entry->name;
    for (QChar& c : name)
        if (!c.isLetterOrNumber() && c != u'.' && c != u'_' && c != u'-')
            c = u'_';
    auto* dialog =
        new QFileDialog(window(), tr("Save the values"), QString(), tr("numpy arrays (*.npy)"));
    dialog->setObjectName(QStringLiteral("tensorSaveDialog"));
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    dialog->setAcceptMode(QFileDialog::AcceptSave);
    dialog->setDefaultSuffix(QStringLiteral("npy"));
    dialog->selectFile(name + QStringLiteral(".npy"));
    connect(dialog, &QFileDialog::fileSelected, this, &TensorSection::saveTo);
    dialog->open();
}

void TensorSection::saveTo(const QString& path)
{
    const Entry* entry = current();
    if (!entry)
        return;
    m_saving.run([this, tensor = entry->tensor, path](TaskContext& task) -> Background::Answer {
        const Status status = write_npy(tensor, path.toStdString(), task);
        return [this, status, path] {
            if (status)
                Q_EMIT saved(path);
            else
                Q_EMIT failed(toQString(status.error().text()));
        };
    });
}

} // namespace strata::ui
