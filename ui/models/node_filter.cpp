#include "ui/models/node_filter.h"

#include "query/match_query.h"
#include "query/query.h"
#include "ui/models/format.h"

#include <algorithm>

namespace strata::ui {

namespace {

/// "(kind:a or kind:b)", "kind:a", or nothing.
template <class Name>
QString oneOf(const QString& field, std::size_t count, const Name& name)
{
    QStringList terms;
    for (std::size_t i = 0; i < count; ++i)
        if (const QString value = name(i); !value.isEmpty())
            terms += field + QLatin1Char(':') + value;
    const QString text = terms.join(QStringLiteral(" or "));
    return terms.size() > 1 ? QLatin1Char('(') + text + QLatin1Char(')') : text;
}

} // namespace

QString NodeFilter::query() const
{
    QStringList parts;
    parts += oneOf(QStringLiteral("kind"), evidence_kind_count, [this](std::size_t i) {
        return kinds[i] ? toQString(to_string(static_cast<EvidenceKind>(i))) : QString();
    });
    if (low > 0)
        parts += QStringLiteral("conf>=%1").arg(low / 100.0, 0, 'f', 2);
    if (high < 100)
        parts += QStringLiteral("conf<=%1").arg(high / 100.0, 0, 'f', 2);
    parts += oneOf(QStringLiteral("category"), category_count, [this](std::size_t i) {
        return categories[i] ? toQString(to_string(static_cast<Category>(i))) : QString();
    });
    if (contradicted)
        parts += QStringLiteral("contradicted");
    parts.removeAll(QString());
    return parts.join(QLatin1Char(' '));
}

Result<FilteredNodesPtr> applyFilter(const Inspection& inspection, const NodeFilter& filter,
                                     TaskContext& task)
{
    if (filter.isEmpty() || !inspection.model)
        return nullptr;
    STRATA_TRY(const QueryTerm query, parse_query(filter.query().toStdString()));
    STRATA_TRY(const std::vector<NodeId> found, QueryMatcher(inspection, query).find_all(task));
    auto result = std::make_shared<FilteredNodes>();
    result->nodes.resize(inspection.model->nodes.size());
    result->modules.resize(inspection.modules.size());
    result->count = found.size();
    for (const NodeId node : found) {
        result->nodes[node] = true;
        if (const ModuleId module = inspection.attribution[node].module;
            module < result->modules.size())
            result->modules[module] = true;
    }
    return FilteredNodesPtr(std::move(result));
}

} // namespace strata::ui
