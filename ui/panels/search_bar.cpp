#include "ui/panels/search_bar.h"

#include "query/match_query.h"
#include "query/query.h"
#include "ui/models/format.h"
#include "ui/theme/theme.h"
#include "ui/window/icons.h"

#include <QAbstractItemView>
#include <QCompleter>
#include <QHBoxLayout>
#include <QKeyEvent>
#include <QLabel>
#include <QLineEdit>
#include <QStringListModel>
#include <QToolButton>
#include <QToolTip>

#include <algorithm>
#include <utility>

namespace strata::ui {

namespace {

// Long enough not to search for every letter of a word, short enough to feel immediate.
constexpr int delay_ms = 120;
/// Of the field where there is room, and in a narrow window.
constexpr int good_width = 320;
constexpr int least_width = 120;
// Half a query is mostly wrong: what is wrong with it is only said to who stops typing.
constexpr int explain_ms = 1000;

QString fieldsHelp()
{
    QString rows;
    for (const QueryFieldInfo& info : query_fields())
        rows += QStringLiteral("<tr><td><tt>%1</tt>&nbsp;&nbsp;</td><td>%2</td></tr>")
                    .arg(toQString(info.example).toHtmlEscaped(),
                         toQString(info.meaning).toHtmlEscaped());
    return QStringLiteral("<p>%1</p><table>%2</table>")
        .arg(SearchBar::tr("Words, and fields with values; \"or\", \"-\" and parentheses combine "
                           "them. * and ? stand for any text, /…/ is a regular expression."),
             rows);
}

QToolButton* addButton(QHBoxLayout* row, const QString& icon_name, const QString& tip,
                       const QString& name)
{
    auto* button = new QToolButton;
    button->setObjectName(name);
    button->setIcon(icon(icon_name));
    button->setToolTip(tip);
    button->setAccessibleName(tip);
    button->setAutoRaise(true);
    row->addWidget(button);
    return button;
}

} // namespace

QSize SearchBar::sizeHint() const
{
    const QSize hint = QWidget::sizeHint();
    return {hint.width() + std::max(0, good_width - m_edit->sizeHint().width()), hint.height()};
}

SearchBar::SearchBar(QWidget* parent)
    : QWidget(parent),
      m_edit(new QLineEdit),
      m_count(new QLabel),
      m_words(new QStringListModel(this))
{
    setObjectName(QStringLiteral("searchBar"));
    m_edit->setObjectName(QStringLiteral("query"));
    m_edit->setPlaceholderText(tr("Search nodes: Conv, module:layer1.*, conf<0.6 …"));
    m_edit->setAccessibleName(tr("Search nodes"));
    m_edit->setToolTip(fieldsHelp());
    m_edit->setClearButtonEnabled(true);
    m_edit->addAction(icon(QStringLiteral("search")), QLineEdit::LeadingPosition);
    m_edit->setMinimumWidth(least_width);
    m_edit->installEventFilter(this);
    m_count->setObjectName(QStringLiteral("queryCount"));
    m_count->setForegroundRole(QPalette::PlaceholderText);
    auto* row = new QHBoxLayout(this);
    row->setContentsMargins(0, 0, 4, 0);
    row->setSpacing(4);
    row->addWidget(m_count);
    row->addWidget(m_edit, 1);
    m_previous = addButton(row, QStringLiteral("previous"), tr("Previous found node"),
                           QStringLiteral("queryPrevious"));
    m_next =
        addButton(row, QStringLiteral("next"), tr("Next found node"), QStringLiteral("queryNext"));
    m_list = addButton(row, QStringLiteral("document"), tr("List the found nodes"),
                       QStringLiteral("queryList"));
    connect(m_previous, &QToolButton::clicked, this, [this] { step(-1); });
    connect(m_next, &QToolButton::clicked, this, [this] { step(1); });
    connect(m_list, &QToolButton::clicked, this,
            [this] { Q_EMIT listRequested(query(), m_found); });

    QStringList words;
    for (const QueryFieldInfo& info : query_fields())
        words += toQString(info.name) +
                 (info.kind == QueryFieldKind::Flag ? QString() : QStringLiteral(":"));
    m_words->setStringList(words);
    m_completer = new QCompleter(m_words, this);
    m_completer->setWidget(m_edit);
    m_completer->setCaseSensitivity(Qt::CaseInsensitive);
    connect(m_completer, qOverload<const QString&>(&QCompleter::activated), this,
            [this](const QString& word) {
                QString text = m_edit->text();
                const qsizetype end = m_edit->cursorPosition();
                qsizetype begin = end;
                while (begin > 0 && text[begin - 1].isLetter())
                    --begin;
                text.replace(begin, end - begin, word);
                m_edit->setText(text);
                m_edit->setCursorPosition(static_cast<int>(begin + word.size()));
            });

    m_delay.setSingleShot(true);
    m_delay.setInterval(delay_ms);
    connect(&m_delay, &QTimer::timeout, this, &SearchBar::search);
    m_explain.setSingleShot(true);
    m_explain.setInterval(explain_ms);
    connect(&m_explain, &QTimer::timeout, this, [this] {
        if (m_edit->hasFocus())
            explain();
    });
    connect(m_edit, &QLineEdit::textChanged, this, [this] {
        m_delay.start();
        m_explain.stop();
        if (std::exchange(m_explained, false))
            QToolTip::hideText();
    });
    connect(m_edit, &QLineEdit::textEdited, this, &SearchBar::complete);
    refresh();
}

void SearchBar::setInspection(std::shared_ptr<const Inspection> inspection)
{
    m_inspection = std::move(inspection);
    m_background.cancel();
    accept({});
    setEnabled(m_inspection && m_inspection->model);
    if (!query().isEmpty())
        m_delay.start();
}

void SearchBar::setReview(ReviewLookup review)
{
    m_review = std::move(review);
    if (query().contains(QLatin1String("review")) || query().contains(QLatin1String("note")))
        m_delay.start();
}

void SearchBar::setWithin(FilteredNodesPtr within)
{
    if (within == m_within)
        return;
    m_within = std::move(within);
    if (!query().isEmpty())
        search();
}

void SearchBar::setQuery(const QString& text)
{
    m_edit->setText(text);
}

QString SearchBar::query() const
{
    return m_edit->text().trimmed();
}

void SearchBar::focusQuery()
{
    m_edit->setFocus(Qt::ShortcutFocusReason);
    m_edit->selectAll();
}

/// Offers fields for the word at the cursor.
void SearchBar::complete()
{
    const QString text = m_edit->text().left(m_edit->cursorPosition());
    qsizetype begin = text.size();
    while (begin > 0 && text[begin - 1].isLetter())
        --begin;
    const QString word = text.mid(begin);
    const bool starts = begin == 0 || text[begin - 1].isSpace() || text[begin - 1] == u'(' ||
                        text[begin - 1] == u'-';
    if (word.isEmpty() || !starts) {
        m_completer->popup()->hide();
        return;
    }
    m_completer->setCompletionPrefix(word);
    if (m_completer->completionCount() == 0 ||
        (m_completer->completionCount() == 1 && m_completer->currentCompletion() == word)) {
        m_completer->popup()->hide();
        return;
    }
    QRect place = m_edit->inputMethodQuery(Qt::ImCursorRectangle).toRect();
    place.setWidth(180);
    m_completer->complete(place);
}

void SearchBar::search()
{
    if (!m_inspection || !m_inspection->model || query().isEmpty()) {
        m_background.cancel();
        m_error.clear();
        accept({});
        Q_EMIT resultChanged(nullptr);
        return;
    }
    auto parsed = parse_query(query().toStdString());
    if (!parsed) {
        m_background.cancel();
        accept({});
        showError(toQString(parsed.error().text()));
        Q_EMIT resultChanged(nullptr);
        return;
    }
    m_error.clear();
    m_background.run([this, term = std::move(*parsed), inspection = m_inspection, review = m_review,
                      within = m_within](TaskContext& task) -> Background::Answer {
        auto found = QueryMatcher(*inspection, term, review).find_all(task);
        if (!found)
            return {};
        if (within)
            std::erase_if(*found, [&](NodeId node) {
                return node >= within->nodes.size() || !within->nodes[node];
            });
        auto nodes = std::make_shared<std::vector<bool>>(inspection->model->nodes.size());
        for (const NodeId node : *found)
            (*nodes)[node] = true;
        return [this, nodes, list = std::move(*found)] {
            accept(list);
            Q_EMIT resultChanged(nodes);
        };
    });
}

void SearchBar::accept(std::vector<NodeId> found)
{
    m_found = std::move(found);
    m_at = 0;
    m_stepped = false;
    refresh();
}

void SearchBar::showError(const QString& message)
{
    m_error = message;
    refresh();
    m_explain.start();
}

/// Says below the line what is wrong with the query.
void SearchBar::explain()
{
    m_explain.stop();
    if (m_error.isEmpty())
        return;
    m_explained = true;
    QToolTip::showText(m_edit->mapToGlobal(QPoint(0, m_edit->height() - 10)),
                       m_error.toHtmlEscaped(), m_edit);
}

void SearchBar::refresh()
{
    const bool wrong = !m_error.isEmpty();
    const bool asked = !query().isEmpty() && m_inspection;
    QString text;
    if (wrong)
        text = tr("Not a query");
    else if (asked && m_found.empty())
        text = tr("Nothing found");
    else if (asked && m_stepped)
        text = tr("%1 of %2").arg(formatCount(m_at + 1), formatCount(m_found.size()));
    else if (asked)
        text = tr("%Ln node(s)", nullptr, static_cast<int>(m_found.size()));
    m_count->setText(text);
    m_count->setToolTip(m_error);
    m_edit->setToolTip(wrong ? m_error.toHtmlEscaped() : fieldsHelp());
    m_edit->setAccessibleDescription(wrong ? m_error : text);
    QPalette colors;
    if (wrong)
        colors.setColor(QPalette::PlaceholderText, Theme::fromPalette(palette()).error);
    m_count->setPalette(colors);
    for (QToolButton* button : {m_previous, m_next, m_list})
        button->setEnabled(!m_found.empty());
}

void SearchBar::step(int direction)
{
    if (m_found.empty())
        return;
    const std::size_t count = m_found.size();
    if (!m_stepped)
        m_at = direction > 0 ? 0 : count - 1;
    else
        m_at = direction > 0 ? (m_at + 1) % count : (m_at + count - 1) % count;
    m_stepped = true;
    refresh();
    Q_EMIT nodeChosen(m_found[m_at]);
}

bool SearchBar::eventFilter(QObject* watched, QEvent* event)
{
    if (watched == m_edit && event->type() == QEvent::KeyPress) {
        const auto* key = static_cast<QKeyEvent*>(event);
        if (key->key() == Qt::Key_Return || key->key() == Qt::Key_Enter) {
            // What was typed last counts, even when Enter comes before the search.
            if (m_delay.isActive()) {
                m_delay.stop();
                search();
                explain();
            } else if (!m_error.isEmpty()) {
                explain();
            } else {
                step((key->modifiers() & Qt::ShiftModifier) != 0 ? -1 : 1);
            }
            return true;
        }
        if (key->key() == Qt::Key_Escape && !m_edit->text().isEmpty()) {
            m_edit->clear();
            return true;
        }
    }
    return QWidget::eventFilter(watched, event);
}

} // namespace strata::ui
