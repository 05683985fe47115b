// Output files: whole or not at all, and their hash without reading them again.
#include "base/atomic_file.h"

#include <QTemporaryDir>
#include <QtTest>

using namespace strata;

class TestAtomicFile : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void hashIsThatOfTheFile()
    {
        QTemporaryDir folder;
        const std::filesystem::path path = folder.filePath(QStringLiteral("a.bin")).toStdString();
        auto file = AtomicFile::create(path);
        QVERIFY(file.has_value());
        const std::string large(300000, 'x'); // larger than the buffer of small writes
        QVERIFY(file->write(std::string_view("head")).has_value());
        QVERIFY(file->write(large).has_value());
        QVERIFY(file->write(std::string_view("tail")).has_value());
        const ContentHash hash = file->hash();
        QVERIFY(file->commit().has_value());
        TaskContext task;
        const auto read = hash_file(path, task);
        QVERIFY(read.has_value());
        QCOMPARE(QString::fromStdString(hash.text()), QString::fromStdString(read->text()));
        QCOMPARE(std::filesystem::file_size(path), std::uintmax_t{300008});
    }

    void withoutCommitNothingIsThere()
    {
        QTemporaryDir folder;
        const std::filesystem::path path = folder.filePath(QStringLiteral("a.txt")).toStdString();
        QVERIFY(write_file(path, "before").has_value());
        {
            auto file = AtomicFile::create(path);
            QVERIFY(file.has_value());
            QVERIFY(file->write(std::string_view("half")).has_value());
        }
        QCOMPARE(std::filesystem::file_size(path), std::uintmax_t{6});
        const auto entries = std::filesystem::directory_iterator(path.parent_path());
        QCOMPARE(std::distance(begin(entries), end(entries)), std::ptrdiff_t{1});
    }
};

QTEST_APPLESS_MAIN(TestAtomicFile)
#include "tst_atomic_file.moc"
