// Decisions of reviewers in all reports, with what they change, and nothing of it unescaped.
#include "report/report.h"
#include "review/review_file.h"
#include "review/review_session.h"
#include "session/review_of.h"
#include "support/inspection_builder.h"
#include "unit/report/json_schema_validator.h"

#include <QTemporaryDir>
#include <QtTest>

#include <fstream>

using namespace strata;

namespace {

const std::string now = "2026-03-01T12:30:00Z";

/// The orphan goes to layer1 with a hostile note; layer1.1 is accepted as a whole; a decision on a
/// node that is not there any more.
std::shared_ptr<const Inspection> reviewed_model(const std::filesystem::path& folder)
{
    auto inspection = std::make_shared<Inspection>(*test::small_model());
    inspection->path = folder / "net.onnx";
    inspection->format = ModelFormat::Onnx;
    TaskContext task;
    auto made = NodeIdentities::of(*inspection->model, task);
    ReviewSession session(inspection, std::make_shared<const NodeIdentities>(std::move(*made)), {},
                          "Ann <script>");
    NodeId orphan = 0;
    while (!inspection->attribution[orphan].synthetic)
        ++orphan;
    ReviewCommand command;
    command.action = ReviewAction::Reassign;
    command.nodes = {orphan};
    command.module = *inspection->modules.find("layer1");
    command.why = "runs there";
    bool ok = session.decide(command, now).has_value();
    command.action = ReviewAction::Note;
    command.text = "</script><script>alert(1)</script>|x";
    ok = ok && session.decide(command, now);
    ReviewCommand module;
    module.modules = {*inspection->modules.find("layer1.1")};
    ok = ok && session.decide(module, now);
    ReviewLog log = session.log();
    log.nodes["00000000000000000000000000000000"] = {"Tanh", "", "/gone/Tanh", "main/99",
                                                     "0000000000000000"};
    ReviewEvent gone;
    gone.id = "gone";
    gone.clock = 1;
    gone.who = "Bea";
    gone.when = now;
    gone.action = ReviewAction::Reject;
    gone.targets = {{ReviewTarget::Kind::Node, "00000000000000000000000000000000", "fc"}};
    log.add(gone);
    if (!ok || !save_review(log, review_path(inspection->path)))
        qFatal("no review");
    return inspection;
}

} // namespace

class TestReviewReports : public QObject {
    Q_OBJECT

    QTemporaryDir m_folder;
    std::shared_ptr<const Inspection> m_inspection;
    std::optional<LaidReview> m_review;

    std::string report(ReportFormat format) const
    {
        return render_report(*m_inspection, format, m_folder.path().toStdString(), &*m_review);
    }

private Q_SLOTS:
    void initTestCase()
    {
        m_inspection = reviewed_model(m_folder.path().toStdString());
        TaskContext task;
        auto review = review_of(*m_inspection, task);
        QVERIFY(review && *review);
        m_review = std::move(**review);
    }

    void sidecar()
    {
        const auto json = nlohmann::json::parse(report(ReportFormat::Sidecar));
        std::ifstream in(STRATA_SOURCE_DIR "/resources/schemas/hierarchy.schema.json");
        const auto schema = nlohmann::json::parse(in);
        auto errors = test::SchemaValidator(schema).validate(json);
        // The made-up model has no evidence, which is another test's business.
        std::erase_if(errors, [](const std::string& e) { return e.rfind("/review", 0) != 0; });
        QVERIFY2(errors.empty(), errors.empty() ? "" : errors.front().c_str());
        QCOMPARE(json["review"].size(), std::size_t(3));
        QCOMPARE(json["review"][0]["module"], "layer1.1");
        QCOMPARE(json["review"][0]["decision"], "accepted");
        QCOMPARE(json["review"][1]["decision"], "reassigned");
        QCOMPARE(json["review"][1]["to"], "layer1");
        QCOMPARE(json["review"][1]["why"], "runs there");
        QCOMPARE(json["review"][2]["decision"], "conflict");
        // 14 nodes, 1 orphan that has a module now; 4 nodes of layer1.1 and the orphan reviewed.
        QCOMPARE(json["review_coverage"]["before"]["orphans"], 1);
        QCOMPARE(json["review_coverage"]["after"]["orphans"], 0);
        QCOMPARE(json["review_coverage"]["reviewed"], 5);
        QCOMPARE(json["coverage"]["orphans"], 1); // the machine's own
        const auto without = nlohmann::json::parse(
            render_report(*m_inspection, ReportFormat::Sidecar, m_folder.path().toStdString()));
        QVERIFY(without["review"].empty());
        QVERIFY(!without.contains("review_coverage"));
    }

    void html()
    {
        const std::string text = report(ReportFormat::Html);
        QVERIFY(text.find("<h2>Review</h2>") != std::string::npos);
        QVERIFY(text.find("reassigned to layer1") != std::string::npos);
        QVERIFY(text.find("1 → 0") != std::string::npos);
        QVERIFY(text.find("<script>alert") == std::string::npos);
        QVERIFY(text.find("Ann <script>") == std::string::npos);
        QVERIFY(text.find("&lt;script&gt;alert(1)") != std::string::npos);
        QVERIFY(text.find("/gone/Tanh") != std::string::npos);
        QVERIFY(render_report(*m_inspection, ReportFormat::Html, {}).find("<h2>Review</h2>") ==
                std::string::npos);
    }

    void markdown()
    {
        const std::string text = report(ReportFormat::Markdown);
        QVERIFY(text.find("## Review") != std::string::npos);
        QVERIFY(text.find("| orphans | 1 | 0 |") != std::string::npos);
        QVERIFY(text.find("5 nodes reviewed: 4 accepted, 1 reassigned, 0 rejected.") !=
                std::string::npos);
        QVERIFY(text.find("<script>") == std::string::npos);
        QVERIFY(text.find("\\|x") != std::string::npos);
        QVERIFY(text.find("**conflict**") != std::string::npos);
    }

    void csv()
    {
        const QStringList lines =
            QString::fromStdString(report(ReportFormat::Csv)).split(QStringLiteral("\r\n"));
        QVERIFY(lines[0].endsWith(QLatin1String(",review,reviewed_module,note")));
        int accepted = 0, reassigned = 0;
        for (const QString& line : lines) {
            accepted += line.contains(QLatin1String(",accepted,layer1.1")) ? 1 : 0;
            reassigned += line.contains(QLatin1String(",reassigned,layer1,")) ? 1 : 0;
        }
        QCOMPARE(accepted, 4);
        QCOMPARE(reassigned, 1);
    }

    void no_review_and_damaged_ones()
    {
        auto other = std::make_shared<Inspection>(*m_inspection);
        other->path = m_inspection->path.parent_path() / "other.onnx";
        TaskContext task;
        const auto none = review_of(*other, task);
        QVERIFY(none && !*none);
        std::ofstream(review_path(other->path)) << "[]";
        const auto damaged = review_of(*other, task);
        QVERIFY(!damaged);
        QVERIFY(damaged.error().text().find("other.review.json") != std::string::npos);
    }
};

QTEST_GUILESS_MAIN(TestReviewReports)
#include "tst_review_reports.moc"
