// Files are told apart by their content, whatever they are called.
#include "frontends/model_file.h"

#include <QTemporaryDir>
#include <QtTest>
#include <fstream>
#include <set>
#include <sys/stat.h>

using namespace strata;

namespace {

std::filesystem::path data(const std::string& file)
{
    return std::filesystem::path(STRATA_TEST_DATA) / "zoo" / file;
}

std::string bytes_of(const std::filesystem::path& path)
{
    std::ifstream file(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), {}};
}

} // namespace

class FileKinds : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void initTestCase() { QVERIFY(m_folder.isValid()); }
    void kinds_data();
    void kinds();
    void made_up_data();
    void made_up();
    void cut_off_anywhere();
    void not_files();
    void advice();

private:
    std::filesystem::path write(const std::string& name, const std::string& bytes)
    {
        const auto path = std::filesystem::path(m_folder.path().toStdString()) / name;
        std::ofstream(path, std::ios::binary) << bytes;
        return path;
    }
    QTemporaryDir m_folder;
};

void FileKinds::kinds_data()
{
    QTest::addColumn<QString>("file");
    QTest::addColumn<QString>("kind");
    QTest::newRow("traced") << "sid/simple_cnn/simple_cnn.ts.pt"
                            << "torchscript";
    QTest::newRow("scripted") << "torch113/shared_module/shared_module.script.pt"
                              << "torchscript";
    QTest::newRow("function") << "misc/function.script.pt"
                              << "torchscript";
    QTest::newRow("state dict") << "misc/all_dtypes.pt"
                                << "torch-state-dict";
    QTest::newRow("views") << "misc/views_shared_storage.pt"
                           << "torch-state-dict";
    QTest::newRow("tensor") << "misc/single_tensor.pt"
                            << "torch-tensor";
    QTest::newRow("checkpoint") << "misc/checkpoint_dict.pt"
                                << "torch-checkpoint";
    QTest::newRow("module") << "misc/whole_module_pickle.pt"
                            << "torch-pickled-module";
    QTest::newRow("legacy") << "misc/legacy_nonzip.pth"
                            << "torch-legacy-save";
    QTest::newRow("empty") << "misc/empty.pt"
                           << "empty";
    QTest::newRow("text") << "misc/notes_text.pt"
                          << "text";
    QTest::newRow("truncated") << "misc/truncated.pt2"
                               << "truncated-zip";
    QTest::newRow("tensor proto") << "sid/simple_cnn/input_0.pb"
                                  << "unknown";
}

void FileKinds::kinds()
{
    QFETCH(QString, file);
    QFETCH(QString, kind);
    // A copy without a name that could help.
    const auto copy = write("some.file", bytes_of(data(file.toStdString())));
    const Result<FileKind> found = detect_file_kind(copy);
    QVERIFY(found);
    QCOMPARE(std::string(to_string(*found)), kind.toStdString());
}

void FileKinds::made_up_data()
{
    using namespace std::string_literals;
    QTest::addColumn<QByteArray>("bytes");
    QTest::addColumn<QString>("kind");
    const auto row = [](const char* name, const std::string& bytes, const char* kind) {
        QTest::newRow(name) << QByteArray::fromStdString(bytes) << kind;
    };
    row("safetensors", "\x10\0\0\0\0\0\0\0{\"a\":1}         "s, "safetensors");
    row("safetensors header too long", "\xff\xff\xff\xff\xff\xff\xff\x7f{\"a\":1}"s, "unknown");
    row("onnx", "\x08\x08\x12\x07pytorch\x3a\x02\x0a\x00"s, "onnx");
    row("onnx without producer", "\x08\x0a\x3a\x02\x0a\x00\x42\x02\x10\x11"s, "onnx");
    row("onnx cut off in the graph", "\x08\x08\x3a\xff\xff\x7f\x0a"s, "onnx");
    row("number only", "\x08\x08\x10\x08"s, "unknown");
    row("lite flatbuffer", "\x18\0\0\0PTMF\0\0\0\0"s, "torch-lite");
    row("zip head only", "PK\x03\x04"s, "truncated-zip");
    row("one zero byte", "\0"s, "unknown");
    row("utf-8", "na\xc3\xafve\n"s, "text");
    row("git-lfs", "version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 1\n"s, "text");
}

void FileKinds::made_up()
{
    QFETCH(QByteArray, bytes);
    QFETCH(QString, kind);
    const Result<FileKind> found = detect_file_kind(write("made_up", bytes.toStdString()));
    QVERIFY(found);
    QCOMPARE(std::string(to_string(*found)), kind.toStdString());
}

void FileKinds::cut_off_anywhere()
{
    // Never a crash, never taken for a whole model.
    const std::string whole = bytes_of(data("misc/function.script.pt"));
    for (std::size_t size = 4; size + 1 < whole.size(); size += 37) {
        const Result<FileKind> found = detect_file_kind(write("cut", whole.substr(0, size)));
        QVERIFY(found);
        QCOMPARE(*found, FileKind::TruncatedZip);
    }
}

void FileKinds::not_files()
{
    const std::filesystem::path folder = m_folder.path().toStdString();
    const auto missing = detect_file_kind(folder / "missing.pt");
    QVERIFY(!missing);
    QCOMPARE(missing.error().code, ErrorCode::CannotRead);
    QVERIFY(missing.error().message.find("missing.pt") != std::string::npos);
    const auto directory = detect_file_kind(folder);
    QVERIFY(!directory);
    QVERIFY(directory.error().message.find("folder") != std::string::npos);
    // A pipe that nobody writes to must not be waited for.
    const std::filesystem::path pipe = folder / "pipe";
    QCOMPARE(mkfifo(pipe.c_str(), 0600), 0);
    const auto waiting = detect_file_kind(pipe);
    QVERIFY(!waiting);
    QCOMPARE(waiting.error().code, ErrorCode::CannotRead);
}

void FileKinds::advice()
{
    QVERIFY(advice_for(FileKind::TorchScript, "a.pt").empty());
    QVERIFY(advice_for(FileKind::Onnx, "a.onnx").empty());
    QVERIFY(advice_for(FileKind::ExportedProgram, "a.pt2").empty());
    std::set<std::string> messages;
    for (FileKind kind :
         {FileKind::TorchStateDict, FileKind::TorchTensor, FileKind::TorchPickledModule,
          FileKind::TorchCheckpoint, FileKind::TorchLegacySave, FileKind::TorchLite,
          FileKind::Safetensors, FileKind::Empty, FileKind::TruncatedZip, FileKind::Text,
          FileKind::Unknown}) {
        const std::string message = advice_for(kind, "folder/model.bin");
        QVERIFY2(message.starts_with("'model.bin' "), message.c_str());
        QVERIFY2(messages.insert(message).second, message.c_str());
    }
}

QTEST_APPLESS_MAIN(FileKinds)
#include "tst_file_kind.moc"
