#include "ui/window/icons.h"

#include <QFile>
#include <QGuiApplication>
#include <QIconEngine>
#include <QPainter>
#include <QPalette>
#include <QPixmapCache>
#include <QSvgRenderer>

// Resources of a static library are only linked when somebody asks for them; the macro must be
// used outside of any namespace.
static void initResources()
{
    Q_INIT_RESOURCE(resources);
}

namespace strata::ui {

namespace {

class LineIconEngine : public QIconEngine {
public:
    LineIconEngine(QString name, QByteArray svg, const QColor& color)
        : m_name(std::move(name)),
          m_svg(std::move(svg)),
          m_color(color)
    {}

    void paint(QPainter* painter, const QRect& rect, QIcon::Mode mode, QIcon::State) override
    {
        QByteArray svg = m_svg;
        svg.replace("currentColor", colorFor(mode).name(QColor::HexRgb).toLatin1());
        QSvgRenderer renderer(svg);
        painter->save();
        painter->setOpacity(painter->opacity() * colorFor(mode).alphaF());
        renderer.render(painter, QRectF(rect));
        painter->restore();
    }

    QPixmap pixmap(const QSize& size, QIcon::Mode mode, QIcon::State state) override
    {
        const QString key = QStringLiteral("strata-icon/%1/%2x%3/%4")
                                .arg(m_name)
                                .arg(size.width())
                                .arg(size.height())
                                .arg(colorFor(mode).name(QColor::HexArgb));
        QPixmap result;
        if (QPixmapCache::find(key, &result))
            return result;
        result = QPixmap(size);
        result.fill(Qt::transparent);
        QPainter painter(&result);
        paint(&painter, QRect(QPoint(), size), mode, state);
        painter.end();
        QPixmapCache::insert(key, result);
        return result;
    }

    QPixmap scaledPixmap(const QSize& size, QIcon::Mode mode, QIcon::State state, qreal) override
    {
        return pixmap(size, mode, state);
    }

    QIconEngine* clone() const override { return new LineIconEngine(m_name, m_svg, m_color); }
    bool isNull() override { return m_svg.isEmpty(); }
    QString key() const override { return QStringLiteral("strata-line"); }

private:
    QColor colorFor(QIcon::Mode mode) const
    {
        const QPalette palette = QGuiApplication::palette();
        if (mode == QIcon::Disabled)
            return palette.color(QPalette::Disabled, QPalette::WindowText);
        if (m_color.isValid())
            return m_color;
        if (mode == QIcon::Selected)
            return palette.color(QPalette::HighlightedText);
        return palette.color(QPalette::WindowText);
    }

    QString m_name;
    QByteArray m_svg;
    QColor m_color;
};

} // namespace

QIcon icon(const QString& name, const QColor& color)
{
    initResources();
    QFile file(QStringLiteral(":/icons/%1.svg").arg(name));
    if (!file.open(QIODevice::ReadOnly))
        return {};
    return QIcon(new LineIconEngine(name, file.readAll(), color));
}

QIcon applicationIcon()
{
    initResources();
    return QIcon(QStringLiteral(":/icons/strata.svg"));
}

} // namespace strata::ui
