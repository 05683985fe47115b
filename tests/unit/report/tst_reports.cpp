// The reports for people and for other programs: golden files, escaping, structure.
#include "report/figures_text.h"
#include "report/report.h"
#include "support/inspection_builder.h"

#include <QFile>
#include <QRegularExpression>
#include <QXmlStreamReader>
#include <QtTest>

#include <fstream>
#include <nlohmann/json.hpp>
#include <sstream>

using namespace strata;
using namespace strata::test;

namespace {

std::string read_text(const std::string& path)
{
    std::ifstream file(path, std::ios::binary);
    std::ostringstream text;
    text << file.rdbuf();
    return text.str();
}

/// Every name in it is an attack on one of the formats.
std::shared_ptr<const Inspection> hostile_model()
{
    InspectionBuilder b("<script>alert(1)</script>");
    const ModuleId module = b.module("a\"b", "</script><img src=x onerror=alert(1)>");
    b.input("x]]>", {1, 64});
    b.node(module, "Re,lu\"", {"x]]>"}, "</script><!--");
    b.node(no_module, "A&B", {"</script><!--"}, "caf\xc3\xa9 \xff\x01");
    b.output("caf\xc3\xa9 \xff\x01");
    b.inspection().path = "</title><script>.onnx";
    b.inspection().diagnostics.push_back({Severity::Error, "code", "<b>bold</b>", "'\""});
    return b.finish();
}

/// What stands between the tags of the HTML page, without style and scripts.
QString without_scripts(QString html)
{
    html.remove(QRegularExpression(QStringLiteral("<(script|style)[^>]*>.*?</\\1>"),
                                   QRegularExpression::DotMatchesEverythingOption));
    return html;
}

} // namespace

class TestReports : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void golden_data()
    {
        QTest::addColumn<QString>("format");
        for (const char* format : {"html", "csv", "graphml", "dot", "md"})
            QTest::newRow(format) << format;
    }
    void golden()
    {
        QFETCH(QString, format);
        auto inspection = std::make_shared<Inspection>(*small_model());
        inspection->path = "/data/models/tiny.onnx";
        inspection->content_hash = "xxh3:00000000000000000000000000000001";
        inspection->strategy = "none";
        const ReportFormat wanted = *parse_report_format(format.toStdString());
        const std::string text = render_report(*inspection, wanted, "/data");
        QCOMPARE(text, render_report(*inspection, wanted, "/data"));
        const std::string path = STRATA_TEST_DATA "/golden/small_model." + format.toStdString();
        // STRATA_UPDATE_GOLDEN=1 writes the file anew; read the difference before committing it.
        if (qEnvironmentVariableIsSet("STRATA_UPDATE_GOLDEN"))
            std::ofstream(path, std::ios::binary) << text;
        QCOMPARE(text, read_text(path));
    }

    void html_lets_nothing_through()
    {
        const QString html = QString::fromStdString(html_report(*hostile_model()));
        // Our own script, and the data of the node table.
        QCOMPARE(html.count(QStringLiteral("<script")), 2);
        QCOMPARE(html.count(QStringLiteral("</script>")), 2);
        const QString page = without_scripts(html);
        QVERIFY(!page.contains(QStringLiteral("<img")));
        QVERIFY(!page.contains(QStringLiteral("<b>bold")));
        QVERIFY(page.contains(QStringLiteral("&lt;b&gt;bold&lt;/b&gt;")));
        QVERIFY(page.contains(QStringLiteral("&lt;script&gt;alert(1)&lt;/script&gt;")));
        // The page is well formed as XML once the void elements and the doctype are set aside.
        QString xml = page;
        xml.remove(QStringLiteral("<!DOCTYPE html>"));
        xml.remove(QRegularExpression(QStringLiteral("<(meta|input)[^>]*>")));
        xml.replace(QStringLiteral("<details open>"), QStringLiteral("<details>"));
        QXmlStreamReader reader(xml);
        while (!reader.atEnd())
            reader.readNext();
        QVERIFY2(!reader.hasError(), qPrintable(reader.errorString()));
    }

    void html_shows_the_graph()
    {
        // An orphan among the rest.
        const QString hostile = QString::fromStdString(html_report(*hostile_model()));
        QCOMPARE(hostile.count(QStringLiteral("<svg class=\"graph\"")), 1);
        QVERIFY(hostile.contains(QStringLiteral("class=\"orphan\"")));
        QVERIFY(hostile.contains(QStringLiteral(">A&amp;B</text>")));
        // Of a model where all is well only the overview: its modules, inputs and outputs.
        const auto inspection = std::make_shared<Inspection>(*small_model());
        for (NodeAttribution& node : inspection->attribution)
            node.confidence = 0.95;
        const QString page = QString::fromStdString(html_report(*inspection));
        QCOMPARE(page.count(QStringLiteral("<svg class=\"graph\"")), 1);
        for (const char* name : {"stem", "layer1", "fc"})
            QVERIFY2(page.contains(QStringLiteral(">%1</text>").arg(QLatin1String(name))), name);
        const OnnxGraph& graph = inspection->model->graphs[OnnxModel::main_graph];
        QCOMPARE(page.count(QRegularExpression(QStringLiteral("<rect[^>]*class=\"end\""))),
                 static_cast<int>(graph.inputs.size() + graph.outputs.size()));
        // Where confidence is low, the module is shown opened.
        Inspection doubtful = *inspection;
        const ModuleId module = *doubtful.modules.find("layer1.0");
        for (NodeAttribution& node : doubtful.attribution)
            if (node.module == module)
                node.confidence = 0.5;
        const QString more = QString::fromStdString(html_report(doubtful));
        QCOMPARE(more.count(QStringLiteral("<svg class=\"graph\"")), 2);
        QVERIFY(more.contains(QStringLiteral("<figcaption>layer1.0</figcaption>")));
        QVERIFY(more.contains(QStringLiteral("class=\"unsure\"")));
    }

    void shapes_beside_lines_are_not_cut_off()
    {
        // A line that passes three nodes has its long shape beside them.
        test::InspectionBuilder b("Net");
        b.input("x", {1});
        b.node(root_module, "Relu", {"x"}, "wide", {100000, 200000, 300000, 400000});
        b.node(root_module, "Relu", {"wide"}, "a", {1});
        b.node(root_module, "Relu", {"a"}, "b", {1});
        b.node(root_module, "Relu", {"b"}, "c", {1});
        b.node(root_module, "Add", {"c", "wide"}, "y", {1});
        b.output("y");
        const QString page = QString::fromStdString(html_report(*b.finish()));
        const auto box =
            QRegularExpression(QStringLiteral("viewBox=\"(\\S+) \\S+ (\\S+) \\S+\"")).match(page);
        QVERIFY(box.hasMatch());
        const double left = box.captured(1).toDouble();
        const double right = left + box.captured(2).toDouble();
        auto labels =
            QRegularExpression(
                QStringLiteral("<text x=\"(\\S+)\" y=\"\\S+\" class=\"shape\"[^>]*>([^<]*)"))
                .globalMatch(page);
        QVERIFY(labels.hasNext());
        constexpr double letter = 6.5; // of 11 pixels, in common fonts
        while (labels.hasNext()) {
            const auto label = labels.next();
            const double half = static_cast<double>(label.captured(2).size()) * letter / 2;
            QVERIFY2(label.captured(1).toDouble() - half >= left, qPrintable(label.captured(2)));
            QVERIFY2(label.captured(1).toDouble() + half <= right, qPrintable(label.captured(2)));
        }
    }

    void html_names_every_module()
    {
        const QString html = QString::fromStdString(html_report(*small_model()));
        for (const char* name : {"(root)", "stem", "layer1", "0", "1", "conv", "bn", "fc"})
            QVERIFY2(html.contains(QStringLiteral("<b>%1</b>").arg(QLatin1String(name))), name);
        QVERIFY(html.contains(QStringLiteral("9 nodes · 100.0 %"))); // layer1
    }

    void html_node_table_has_every_node()
    {
        const auto inspection = hostile_model();
        const QString html = QString::fromStdString(html_report(*inspection));
        const QRegularExpression data(
            QStringLiteral("<script type=\"application/json\" id=\"nodes-data\">(.*?)</script>"),
            QRegularExpression::DotMatchesEverythingOption);
        const auto match = data.match(html);
        QVERIFY(match.hasMatch());
        QVERIFY(!match.captured(1).contains(u'<'));
        const auto json = nlohmann::json::parse(match.captured(1).toStdString());
        QCOMPARE(json["rows"].size(), std::size_t(2));
        QCOMPARE(json["rows"][0][0].get<std::string>(), std::string("/</script><!--/Re,lu\""));
        QCOMPARE(json["rows"][1][5].get<std::string>(), std::string("synthetic"));
    }

    void graphml_nests_and_parses()
    {
        for (const auto& inspection : {small_model(), hostile_model()}) {
            QXmlStreamReader reader(QString::fromStdString(graphml_report(*inspection)));
            QStringList open;
            QSet<QString> nodes;
            int operators = 0, edges = 0, deepest = 0;
            while (!reader.atEnd()) {
                reader.readNext();
                if (reader.isStartElement()) {
                    open += reader.name().toString();
                    deepest = std::max(deepest, int(open.count(QStringLiteral("graph"))));
                    const auto id = reader.attributes().value(QStringLiteral("id")).toString();
                    if (reader.name() == u"node") {
                        QVERIFY(!nodes.contains(id));
                        nodes += id;
                        operators += id.startsWith(u'n') ? 1 : 0;
                    }
                    if (reader.name() == u"edge")
                        ++edges;
                }
                if (reader.isEndElement())
                    open.removeLast();
            }
            QVERIFY2(!reader.hasError(), qPrintable(reader.errorString()));
            QCOMPARE(operators, int(inspection->model->nodes.size()));
            QVERIFY(edges > 0);
            QVERIFY(deepest >= 3); // the file's graph, the root's, a module's
        }
    }

    void csv_has_a_line_a_node()
    {
        const std::string csv = csv_report(*hostile_model());
        QVERIFY(csv.find("\"Re,lu\"\"\"") != std::string::npos);
        QCOMPARE(std::count(csv.begin(), csv.end(), '\n'), std::ptrdiff_t(3));
    }

    void escapes_data()
    {
        QTest::addColumn<QByteArray>("text");
        QTest::addColumn<QByteArray>("escaped");
        QTest::newRow("markup") << QByteArray("<a b='\"'>&")
                                << QByteArray("&lt;a b=&#39;&quot;&#39;&gt;&amp;");
        QTest::newRow("letters") << QByteArray("\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80")
                                 << QByteArray("\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80");
        QTest::newRow("stray byte") << QByteArray("a\xff"
                                                  "b")
                                    << QByteArray("a\xef\xbf\xbd"
                                                  "b");
        QTest::newRow("cut sequence")
            << QByteArray("a\xe2\x82") << QByteArray("a\xef\xbf\xbd\xef\xbf\xbd");
        QTest::newRow("overlong") << QByteArray("\xc0\xbc")
                                  << QByteArray("\xef\xbf\xbd\xef\xbf\xbd");
        QTest::newRow("control") << QByteArray("\x1b[0m") << QByteArray("\xef\xbf\xbd[0m");
    }
    void escapes()
    {
        QFETCH(QByteArray, text);
        QFETCH(QByteArray, escaped);
        QCOMPARE(QByteArray::fromStdString(escape_xml(text.toStdString())), escaped);
    }

    void without_a_model_every_report_is_there()
    {
        Inspection inspection;
        inspection.modules = ModuleTree("Net");
        for (const std::string_view format : report_formats())
            QVERIFY(!render_report(inspection, *parse_report_format(format), "/data").empty());
    }
};

QTEST_APPLESS_MAIN(TestReports)
#include "tst_reports.moc"
