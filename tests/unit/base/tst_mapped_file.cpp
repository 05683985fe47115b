// Mapped files: what happens to them when somebody writes.
#include "base/mapped_file.h"

#include <QTemporaryDir>
#include <QtTest>
#include <fstream>
#include <string>

using namespace strata;
namespace fs = std::filesystem;

class MappedFileTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void init()
    {
        m_path = m_folder.filePath("file").toStdString();
        write(m_path, "before");
    }
    void aFileThatIsReplacedStaysAsItWas();
    void aFileThatIsWrittenToIsTold();
    void aFileThatIsGoneStaysAsItWas();
    void writingToACopyLeavesTheFile();

private:
    static void write(const fs::path& path, const std::string& text)
    {
        std::ofstream(path, std::ios::binary) << text;
    }
    static std::string text(const MappedFile& file)
    {
        return {reinterpret_cast<const char*>(file.bytes().data()), file.bytes().size()};
    }

    QTemporaryDir m_folder;
    fs::path m_path;
};

void MappedFileTest::aFileThatIsReplacedStaysAsItWas()
{
    const auto file = MappedFile::open(m_path);
    QVERIFY(file);
    const fs::path beside = m_path.string() + ".new";
    write(beside, "after, and longer");
    fs::rename(beside, m_path);
    QVERIFY((*file)->check());
    QCOMPARE(text(**file), std::string("before"));
}

void MappedFileTest::aFileThatIsWrittenToIsTold()
{
    const auto file = MappedFile::open(m_path);
    QVERIFY(file);
    QVERIFY((*file)->check());
    // The same size: only the time tells. File systems keep it in ticks.
    write(m_path, "behind");
    fs::last_write_time(m_path, fs::last_write_time(m_path) + std::chrono::seconds(1));
    const Status changed = (*file)->check();
    QVERIFY(!changed);
    QCOMPARE(changed.error().code, ErrorCode::CannotRead);
    QVERIFY(changed.error().text().find(m_path.string()) != std::string::npos);
    QVERIFY(changed.error().text().find("Open it again") != std::string::npos);

    const auto again = MappedFile::open(m_path);
    QVERIFY(again);
    write(m_path, "shorter");
    QVERIFY(!(*again)->check());
}

void MappedFileTest::aFileThatIsGoneStaysAsItWas()
{
    const auto file = MappedFile::open(m_path);
    QVERIFY(file);
    fs::remove(m_path);
    QVERIFY((*file)->check());
    QCOMPARE(text(**file), std::string("before"));
}

void MappedFileTest::writingToACopyLeavesTheFile()
{
    const auto file = MappedFile::open(m_path, MappedFile::Access::CopyOnWrite);
    QVERIFY(file);
    (*file)->private_bytes()[0] = std::byte{'B'};
    QCOMPARE(text(**file), std::string("Before"));
    QVERIFY((*file)->check());
    const auto other = MappedFile::open(m_path);
    QVERIFY(other);
    QCOMPARE(text(**other), std::string("before"));
}

QTEST_APPLESS_MAIN(MappedFileTest)
#include "tst_mapped_file.moc"
