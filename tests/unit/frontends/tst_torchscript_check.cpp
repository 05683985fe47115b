// What LibTorch would read out of bounds is refused before.
#include "frontends/torchscript_check.h"

#include <QTemporaryDir>
#include <QtTest>
#include <fstream>

using namespace strata;
using namespace std::string_literals;

namespace {

std::string bytes_of(const std::string& file)
{
    std::ifstream stream(std::string(STRATA_TEST_DATA) + "/" + file, std::ios::binary);
    return {std::istreambuf_iterator<char>(stream), {}};
}

} // namespace

class TorchScriptCheck : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void initTestCase() { QVERIFY(m_folder.isValid()); }
    void whole_files_pass_data();
    void whole_files_pass();
    void storage_shorter_than_its_tensor();
    void storage_missing();
    void debug_index_outside_of_the_table();
    void not_an_archive();

private:
    Status check(const std::string& bytes)
    {
        const auto path = std::filesystem::path(m_folder.path().toStdString()) / "model.pt";
        std::ofstream(path, std::ios::binary) << bytes;
        TaskContext task;
        return check_torchscript(path, task);
    }
    QTemporaryDir m_folder;
};

void TorchScriptCheck::whole_files_pass_data()
{
    QTest::addColumn<QString>("file");
    for (const char* file : {"torch/tied.script.pt", "torch/twins.ts.pt", "torch/methods.script.pt",
                             "zoo/sid/norms/norms.ts.pt", "zoo/sid/norms/norms.script.pt",
                             "zoo/sid/resnet_tiny/resnet_tiny.ts.pt", "zoo/misc/function.script.pt",
                             "zoo/torch113/shared_module/shared_module.script.pt",
                             "zoo/trixie/shared_module/shared_module.ts.pt"})
        QTest::newRow(file) << file;
}

void TorchScriptCheck::whole_files_pass()
{
    QFETCH(QString, file);
    const Status status = check(bytes_of(file.toStdString()));
    QVERIFY2(status, status ? "" : status.error().text().c_str());
}

void TorchScriptCheck::storage_shorter_than_its_tensor()
{
    // The buffer: a storage on the CPU with 10 elements, which become 255.
    std::string bytes = bytes_of("torch/tied.script.pt");
    const std::size_t at = bytes.find("cpuq\x06K\x0a"s);
    QVERIFY(at != std::string::npos);
    bytes[at + 6] = '\xff';
    const Status status = check(bytes);
    QVERIFY(!status);
    QCOMPARE(status.error().code, ErrorCode::CannotRead);
    QVERIFY(status.error().message.find("255 elements") != std::string::npos);
    QVERIFY(status.error().message.find("40 bytes") != std::string::npos);
}

void TorchScriptCheck::storage_missing()
{
    // The storage's entry under another name, in both places where a zip archive names it.
    std::string bytes = bytes_of("torch/tied.script.pt");
    int renamed = 0;
    for (std::size_t at = 0; (at = bytes.find("/data/0", at)) != std::string::npos; ++at, ++renamed)
        bytes[at + 6] = 'x';
    QCOMPARE(renamed, 2);
    const Status status = check(bytes);
    QVERIFY(!status);
    QVERIFY(status.error().message.find("data/0") != std::string::npos);
}

void TorchScriptCheck::debug_index_outside_of_the_table()
{
    const Status status = check(bytes_of("torch/damaged.debug_index.pt"));
    QVERIFY(!status);
    QCOMPARE(status.error().code, ErrorCode::CannotRead);
    QVERIFY(status.error().message.find(".debug_pkl") != std::string::npos);
}

void TorchScriptCheck::not_an_archive()
{
    QVERIFY(!check("PK\x03\x04 and nothing else"));
}

QTEST_APPLESS_MAIN(TorchScriptCheck)
#include "tst_torchscript_check.moc"
