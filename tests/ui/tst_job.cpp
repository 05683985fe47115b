// The job runner: progress, results, cancelling at once, nothing left behind.
#include "base/mapped_file.h"
#include "ui/jobs/cut_off_files.h"
#include "ui/jobs/job.h"

#include <QtTest>

#include <atomic>
#include <thread>

using namespace strata;
using namespace strata::ui;
using namespace std::chrono_literals;

namespace {

JobResult nothing()
{
    return std::make_shared<const Inspection>();
}

} // namespace

class TestJob : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void cleanup() { QVERIFY(JobRunner::waitForWorkers(5000)); }

    void aFileThatIsCutOffWhileItIsReadIsNoEnd()
    {
        surviveCutOffFiles();
        QTemporaryFile file;
        QVERIFY(file.open());
        const QByteArray content(1 << 20, 'x');
        QCOMPARE(file.write(content), content.size());
        QVERIFY(file.flush());
        const auto mapped = MappedFile::open(file.fileName().toStdString());
        QVERIFY(mapped);
        const auto bytes = (*mapped)->bytes();
        QCOMPARE(static_cast<char>(bytes.back()), 'x');
        QVERIFY(file.resize(5000)); // somewhere in the second page
        JobRunner runner;
        QSignalSpy finished(&runner, &JobRunner::finished);
        std::size_t left = 0;
        runner.start(
            QStringLiteral("read"),
            [&](TaskContext&) -> JobResult {
                for (const std::byte byte : bytes)
                    left += byte == std::byte{'x'} ? 1 : 0;
                STRATA_CHECK((*mapped)->check());
                return nothing();
            },
            [&](JobResult result) { QVERIFY(!result); });
        QVERIFY(finished.wait());
        QCOMPARE(left, std::size_t(5000)); // what is there, then zeros
    }

    void deliversTheResultOnTheUiThread()
    {
        JobRunner runner;
        QSignalSpy finished(&runner, &JobRunner::finished);
        auto made = std::make_shared<const Inspection>();
        InspectionPtr got;
        QThread* thread = nullptr;
        bool on_worker = false;
        runner.start(
            QStringLiteral("job"),
            [&](TaskContext&) -> JobResult {
                on_worker = QThread::currentThread() != qApp->thread();
                return made;
            },
            [&](JobResult result) {
                thread = QThread::currentThread();
                got = *result;
            });
        QVERIFY(runner.isRunning());
        QVERIFY(finished.wait());
        QCOMPARE(got, made);
        QCOMPARE(thread, qApp->thread());
        QVERIFY(on_worker);
        QVERIFY(!runner.isRunning());
    }

    void reportsProgress()
    {
        JobRunner runner;
        QStringList phases;
        connect(&runner, &JobRunner::progressed, this, [&](const Progress& progress) {
            phases += QString::fromStdString(progress.phase);
        });
        QSignalSpy finished(&runner, &JobRunner::finished);
        runner.start(
            {},
            [](TaskContext& task) {
                for (const char* phase : {"load", "lower", "write"}) {
                    task.begin(phase, 10);
                    std::this_thread::sleep_for(60ms);
                }
                return nothing();
            },
            [](JobResult) {});
        QVERIFY(finished.wait());
        QCOMPARE(phases, (QStringList{QStringLiteral("load"), QStringLiteral("lower"),
                                      QStringLiteral("write")}));
    }

    void cancelTakesEffectAtOnceEvenWhenTheWorkerDoesNotListen()
    {
        JobRunner runner;
        QSignalSpy cancelled(&runner, &JobRunner::cancelled);
        QSignalSpy finished(&runner, &JobRunner::finished);
        std::atomic<bool> running = false;
        bool delivered = false;
        runner.start(
            {},
            [&](TaskContext& task) {
                running = true;
                std::this_thread::sleep_for(400ms); // deaf
                return task.cancelled() ? JobResult(failure(ErrorCode::Cancelled, "")) : nothing();
            },
            [&](JobResult) { delivered = true; });
        QTRY_VERIFY(running);
        QElapsedTimer timer;
        timer.start();
        runner.cancel();
        QVERIFY(timer.elapsed() < 100);
        QCOMPARE(cancelled.count(), 1);
        QVERIFY(!runner.isRunning());
        QCOMPARE(JobRunner::activeWorkers(), 1);
        QTRY_COMPARE(JobRunner::activeWorkers(), 0);
        QTest::qWait(50);
        QVERIFY(!delivered);
        QCOMPARE(finished.count(), 0);
    }

    void theNewestJobWins()
    {
        JobRunner runner;
        QStringList order;
        QSignalSpy finished(&runner, &JobRunner::finished);
        runner.start(
            {},
            [](TaskContext&) {
                std::this_thread::sleep_for(150ms);
                return nothing();
            },
            [&](JobResult) { order += QStringLiteral("first"); });
        runner.start(
            {}, [](TaskContext&) { return nothing(); },
            [&](JobResult) { order += QStringLiteral("second"); });
        QVERIFY(finished.wait());
        QTRY_COMPARE(JobRunner::activeWorkers(), 0);
        QTest::qWait(50);
        QCOMPARE(order, QStringList{QStringLiteral("second")});
    }

    void destroyedWhileRunning()
    {
        bool delivered = false;
        std::atomic<bool> stopped = false;
        {
            JobRunner runner;
            std::atomic<bool> running = false;
            runner.start(
                {},
                [&running, &stopped](TaskContext& task) -> JobResult {
                    running = true;
                    while (!task.cancelled()) {
                        task.begin("load");
                        std::this_thread::sleep_for(1ms);
                    }
                    stopped = true;
                    return failure(ErrorCode::Cancelled, "");
                },
                [&](JobResult) { delivered = true; });
            QTRY_VERIFY(running);
        }
        QTRY_VERIFY(stopped);
        QTest::qWait(20);
        QVERIFY(!delivered);
    }

    void exceptionsBecomeErrors()
    {
        JobRunner runner;
        QSignalSpy finished(&runner, &JobRunner::finished);
        std::string message;
        runner.start(
            {}, [](TaskContext&) -> JobResult { throw std::runtime_error("boom"); },
            [&](JobResult result) {
                if (!result)
                    message = result.error().message;
            });
        QVERIFY(finished.wait());
        QCOMPARE(message, std::string("boom"));
    }
};

QTEST_GUILESS_MAIN(TestJob)
#include "tst_job.moc"
