#include "ui/window/strategy_dialog.h"

#include "ui/models/format.h"
#include "ui/widgets/fact_grid.h"

#include <QDialogButtonBox>
#include <QHeaderView>
#include <QLabel>
#include <QTabWidget>
#include <QTreeWidget>
#include <QVBoxLayout>

#include <array>

namespace strata::ui {

namespace {

constexpr int module_role = Qt::UserRole;
constexpr std::array kinds{FxKind::Placeholder, FxKind::GetAttr,    FxKind::CallFunction,
                           FxKind::CallMethod,  FxKind::CallModule, FxKind::Output};

QString strategyName(const std::string& strategy)
{
    if (strategy == "fx")
        return StrategyDialog::tr("FX: from the code alone");
    if (strategy == "htp")
        return StrategyDialog::tr("HTP: as a run of the model went");
    if (strategy == "hybrid")
        return StrategyDialog::tr("Hybrid: from the code, some places as a run went");
    return toQString(strategy);
}

QString kindName(const std::string& kind)
{
    if (kind == "branch")
        return StrategyDialog::tr("Branch");
    if (kind == "loop")
        return StrategyDialog::tr("Loop");
    return StrategyDialog::tr("Value");
}

QString inputsFrom(const std::string& from)
{
    if (from == "given")
        return StrategyDialog::tr("given");
    if (from == "assumed")
        return StrategyDialog::tr("assumed from the weights they flow into");
    return StrategyDialog::tr("recorded in the file");
}

} // namespace

StrategyDialog::StrategyDialog(const Inspection& inspection, QWidget* parent) : QDialog(parent)
{
    setWindowTitle(tr("Export strategy"));
    setObjectName(QStringLiteral("strategyDialog"));
    const StrategyDetails& details = inspection.strategy_details;
    auto* layout = new QVBoxLayout(this);

    auto* facts = new FactGrid(this);
    QStringList inputs;
    for (const std::string& input : details.inputs)
        inputs += toQString(input);
    std::vector<Fact> rows{{tr("Strategy"), strategyName(inspection.strategy), {}, false, {}},
                           {tr("Why"), toQString(inspection.strategy_reason), {}, false, {}},
                           {tr("Run on"), inputs.join(QStringLiteral(", ")), {}, true, {}},
                           {tr("Inputs are"),
                            inputs.isEmpty() ? QString() : inputsFrom(details.inputs_from),
                            {},
                            false,
                            {}},
                           {tr("Memory of the run"),
                            inputs.isEmpty()
                                ? QString()
                                : tr("%1 beside the weights").arg(formatBytes(details.peak_bytes)),
                            {},
                            false,
                            {}}};
    facts->setFacts(rows);
    layout->addWidget(facts);

    auto* tabs = new QTabWidget(this);
    tabs->setDocumentMode(true);
    tabs->addTab(makeRegions(inspection),
                 tr("Places that follow the run (%1)").arg(formatCount(details.regions.size())));
    tabs->addTab(makeKinds(inspection), tr("FX nodes by module"));
    if (details.regions.empty())
        tabs->setCurrentIndex(1);
    layout->addWidget(tabs, 1);
    if (!details.regions.empty()) {
        auto* note = new QLabel(tr("The export holds for inputs that decide these places as those "
                                   "of the run did."),
                                this);
        note->setWordWrap(true);
        layout->addWidget(note);
    }
    auto* buttons = new QDialogButtonBox(QDialogButtonBox::Close, this);
    connect(buttons, &QDialogButtonBox::rejected, this, &QDialog::reject);
    layout->addWidget(buttons);
    resize(760, 480);
}

QString StrategyDialog::line(const Inspection& inspection)
{
    if (inspection.strategy.empty() || inspection.strategy == "none")
        return {};
    const QString name =
        inspection.strategy == "hybrid" ? tr("hybrid") : toQString(inspection.strategy).toUpper();
    const std::size_t places = inspection.strategy_details.regions.size();
    if (places == 0)
        return tr("Strategy: %1").arg(name);
    return places == 1 ? tr("Strategy: %1, one place as run").arg(name)
                       : tr("Strategy: %1, %2 places as run").arg(name, formatCount(places));
}

QTreeWidget* StrategyDialog::makeList(const QString& name, const QStringList& columns)
{
    auto* list = new QTreeWidget(this);
    list->setObjectName(name);
    list->setHeaderLabels(columns);
    list->setRootIsDecorated(false);
    list->setUniformRowHeights(true);
    list->setFrameShape(QFrame::NoFrame);
    list->setAlternatingRowColors(true);
    const auto reveal = [this](QTreeWidgetItem* item) {
        if (const QVariant module = item->data(0, module_role); module.isValid())
            Q_EMIT moduleRequested(module.toUInt());
    };
    connect(list, &QTreeWidget::itemClicked, this, reveal);
    connect(list, &QTreeWidget::itemActivated, this, reveal);
    return list;
}

QTreeWidget* StrategyDialog::makeRegions(const Inspection& inspection)
{
    QTreeWidget* list =
        makeList(QStringLiteral("regionList"), {tr("Kind"), tr("Module"), tr("Source"),
                                                tr("In the run"), tr("Times"), tr("Depends on")});
    for (const ProjectedRegion& region : inspection.strategy_details.regions) {
        const auto module = inspection.modules.find(region.module);
        auto* item = new QTreeWidgetItem(
            list,
            {kindName(region.kind), module ? modulePath(inspection.modules, *module) : QString(),
             toQString(region.source), toQString(region.detail), formatCount(region.count),
             region.depends_on_data ? tr("data") : tr("shapes")});
        if (module)
            item->setData(0, module_role, *module);
        for (int column = 0; column < list->columnCount(); ++column)
            item->setToolTip(column, item->text(column));
    }
    for (int column = 0; column < list->columnCount(); ++column)
        list->resizeColumnToContents(column);
    constexpr int widest = 220;
    for (const int column : {1, 2, 3})
        list->setColumnWidth(column, std::min(list->columnWidth(column), widest));
    return list;
}

QTreeWidget* StrategyDialog::makeKinds(const Inspection& inspection)
{
    QStringList columns{tr("Module")};
    for (const FxKind kind : kinds)
        columns += toQString(to_string(kind));
    columns += tr("all");
    QTreeWidget* list = makeList(QStringLiteral("kindList"), columns);
    // The modules get what the counts leave.
    list->header()->setStretchLastSection(false);
    for (int column = 1; column < list->columnCount(); ++column)
        list->header()->setSectionResizeMode(column, QHeaderView::ResizeToContents);
    list->header()->setSectionResizeMode(0, QHeaderView::Stretch);
    if (!inspection.program)
        return list;
    const Program& program = *inspection.program;
    std::vector<std::array<std::uint64_t, kinds.size()>> counts(program.modules.size());
    for (const FxNode& node : program.graph.nodes)
        ++counts[program.graph.frames[node.frame].module][static_cast<std::size_t>(node.kind)];
    // A call of a module is a node of the hierarchical graph, in the caller's.
    for (const CallFrame& frame : program.graph.frames)
        if (frame.parent != no_index)
            ++counts[program.graph.frames[frame.parent].module]
                    [static_cast<std::size_t>(FxKind::CallModule)];
    for (ModuleId id = 0; id < program.modules.size(); ++id) {
        std::uint64_t all = 0;
        QStringList cells{modulePath(program.modules, id)};
        for (const std::uint64_t count : counts[id]) {
            cells += count == 0 ? QString() : formatCount(count);
            all += count;
        }
        if (all == 0)
            continue;
        cells += formatCount(all);
        auto* item = new QTreeWidgetItem(list, cells);
        item->setData(0, module_role, id);
        for (int column = 1; column < list->columnCount(); ++column)
            item->setTextAlignment(column, Qt::AlignRight | Qt::AlignVCenter);
    }
    return list;
}

} // namespace strata::ui
