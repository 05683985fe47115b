// The job runner: progress, results, cancelling at once, nothing left behind.
#include "base/mapped_file.h"
#include "ui/jobs/activity.h"
#include "ui/jobs/cut_off_files.h"
#include "ui/jobs/job.h"
#include "ui/jobs/release_later.h"
#include "ui/jobs/watched_application.h"

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

    void theWatchdogNamesWhatTookLong()
    {
        WatchedApplication& watchdog = *static_cast<WatchedApplication*>(qApp);
        QStringList told;
        watchdog.setReport(30.0, [&](const Stall& stall) { told += stall.what; });
        watchdog.reset();
        QObject receiver;
        receiver.setObjectName(QStringLiteral("victim"));
        bool done = false;
        QMetaObject::invokeMethod(
            &receiver,
            [&] {
                Activity::setCommand(QStringLiteral("&Expand all"));
                const Activity activity("scene");
                std::this_thread::sleep_for(40ms);
                done = true;
            },
            Qt::QueuedConnection);
        QTRY_VERIFY(done);
        watchdog.setReport(0.0, {});
        QCOMPARE(told.size(), 1);
        for (const char* part : {"MetaCall", "QObject", "victim", "Expand all", "scene"})
            QVERIFY2(told.front().contains(QString::fromLatin1(part)), qPrintable(told.front()));
        QVERIFY(watchdog.longest().ms >= 40.0);
        QCOMPARE(watchdog.longest().what, told.front());
        // It slept: that is no work of this thread.
        QVERIFY(watchdog.busiest().cpu_ms < 30.0);
    }

    void waitingForEventsIsNoStall()
    {
        WatchedApplication& watchdog = *static_cast<WatchedApplication*>(qApp);
        watchdog.reset();
        QObject receiver;
        bool done = false;
        QMetaObject::invokeMethod(
            &receiver,
            [&] {
                QEventLoop loop; // a menu, or a dialog
                QTimer::singleShot(120, &loop, &QEventLoop::quit);
                loop.exec();
                done = true;
            },
            Qt::QueuedConnection);
        QTRY_VERIFY(done);
        QVERIFY2(watchdog.longest().ms < 100.0, qPrintable(watchdog.longest().what));
    }

    void whatIsReleasedLaterIsTakenApartElsewhere()
    {
        std::atomic<bool> gone = false;
        std::atomic<bool> here = false;
        const auto self = std::this_thread::get_id();
        std::shared_ptr<int> thing(new int(1), [&](int* number) {
            here = std::this_thread::get_id() == self;
            delete number;
            gone = true;
        });
        releaseLater(thing);
        thing.reset(); // a view lets go of it after the model did
        QTRY_VERIFY(gone);
        QVERIFY(!here);
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

int main(int argc, char** argv)
{
    WatchedApplication app(argc, argv);
    TestJob test;
    return QTest::qExec(&test, argc, argv);
}
#include "tst_job.moc"
