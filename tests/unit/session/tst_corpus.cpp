// Every model of ONNX's own backend tests opens and audits. The files come with Debian's package
// libonnx-testdata; where they are is told by STRATA_ONNX_TESTDATA, else looked for where the
// package puts them. Skipped when they are not there.
#include "session/session.h"

#include <QTest>
#include <algorithm>
#include <filesystem>

namespace fs = std::filesystem;

class TestCorpus : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void everyModelAudits();
};

void TestCorpus::everyModelAudits()
{
    const QByteArray chosen = qgetenv("STRATA_ONNX_TESTDATA");
    const fs::path folder = chosen.isEmpty()
                                ? fs::path("/usr/lib/python3/dist-packages/onnx/backend/test/data")
                                : fs::path(chosen.toStdString());
    std::error_code error;
    if (!fs::is_directory(folder, error))
        QSKIP("ONNX's test models are not installed (Debian: libonnx-testdata); set "
              "STRATA_ONNX_TESTDATA to their folder to run this test.");
    std::vector<fs::path> models;
    for (const auto& entry : fs::recursive_directory_iterator(folder, error))
        if (entry.path().extension() == ".onnx")
            models.push_back(entry.path());
    std::sort(models.begin(), models.end());
    QVERIFY(models.size() > 100);
    strata::TaskContext task;
    std::size_t failed = 0;
    for (const fs::path& path : models) {
        const auto inspection = strata::audit_model(path, strata::AuditOptions{}, task);
        if (!inspection) {
            ++failed;
            qWarning("%s: %s", path.c_str(), inspection.error().text().c_str());
            continue;
        }
        // Every node has a decision, and the figures add up.
        const strata::Inspection& result = **inspection;
        QCOMPARE(result.attribution.size(), result.model->nodes.size());
        QCOMPARE(result.coverage.all.total, result.model->nodes.size());
        QCOMPARE(result.coverage.all.attributed + result.coverage.all.orphans,
                 result.coverage.all.total);
    }
    QCOMPARE(failed, std::size_t{0});
}

QTEST_GUILESS_MAIN(TestCorpus)
#include "tst_corpus.moc"
