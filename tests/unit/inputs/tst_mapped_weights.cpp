// Large weights of TorchScript files stay in the file until they are looked at.
#include "support/torch_fixture.h"

#include "base/mapped_file.h"
#include "torch/torch_backend.h"

#include <QTemporaryDir>
#include <QtTest>
#include <cstring>

using namespace strata;

class MappedWeightsTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void weightsAreTheFiles();
    void writingStaysInTheProcess();
    void codeThatRunsWhileLoadingSeesTheWeights();
    void aFileThatIsWrittenToIsTold();

private:
    /// A file of the model; empty when it could not be made.
    std::filesystem::path saved(const std::string& source);

    QTemporaryDir m_folder;
};

namespace {

// 256 KiB: larger than what is copied.
constexpr std::int64_t rows = 256;
constexpr std::int64_t columns = 256;

std::vector<float> ramp(float step)
{
    std::vector<float> values(static_cast<std::size_t>(rows * columns));
    for (std::size_t i = 0; i < values.size(); ++i)
        values[i] = static_cast<float>(i) * step;
    return values;
}

Tensor tensor_of(const std::vector<float>& values)
{
    std::vector<std::byte> bytes(values.size() * sizeof(float));
    std::memcpy(bytes.data(), values.data(), bytes.size());
    return Tensor::from_bytes(DType::Float32, {rows, columns}, std::move(bytes));
}

std::vector<float> values_of(const Tensor& tensor)
{
    std::vector<float> values;
    if (const auto numbers = tensor.to_doubles())
        for (const double number : *numbers)
            values.push_back(static_cast<float>(number));
    return values;
}

} // namespace

std::filesystem::path MappedWeightsTest::saved(const std::string& source)
{
    const std::filesystem::path path = m_folder.filePath("model.pt").toStdString();
    const Status status = test::save_torchscript(path, source, {{"weight", tensor_of(ramp(0.5F))}});
    if (!status)
        qWarning("%s", status.error().text().c_str());
    return status ? path : std::filesystem::path();
}

void MappedWeightsTest::weightsAreTheFiles()
{
    const auto path = saved("def forward(self, x):\n    return x + self.weight\n");
    QVERIFY(!path.empty());
    const auto backend = torch_backend();
    QVERIFY(backend);
    TaskContext task;
    const auto program = (*backend)->load_program(path, {}, task);
    QVERIFY(program);
    QCOMPARE((*program)->tensors.size(), std::size_t(1));
    QVERIFY(values_of((*program)->tensors[0]) == ramp(0.5F));
    // The storage keeps the file's bytes, also when the name is gone.
    std::filesystem::remove(path);
    QVERIFY(values_of((*program)->tensors[0]) == ramp(0.5F));
}

void MappedWeightsTest::writingStaysInTheProcess()
{
    const auto path =
        saved("def forward(self, x):\n    self.weight.mul_(2.0)\n    return x + self.weight\n");
    QVERIFY(!path.empty());
    const auto before = MappedFile::open(path);
    QVERIFY(before);
    const std::vector<std::byte> bytes((*before)->bytes().begin(), (*before)->bytes().end());
    const auto backend = torch_backend();
    QVERIFY(backend);
    TaskContext task;
    const auto module = (*backend)->load_runnable(path, task);
    QVERIFY(module);
    const Tensor zero = tensor_of(ramp(0));
    for (const float step : {1.0F, 2.0F}) {
        const auto outputs = (*module)->run({zero}, task);
        QVERIFY(outputs);
        QVERIFY(values_of(outputs->at(0)) == ramp(step));
    }
    const auto after = MappedFile::open(path);
    QVERIFY(after);
    QVERIFY(
        std::equal(bytes.begin(), bytes.end(), (*after)->bytes().begin(), (*after)->bytes().end()));
}

void MappedWeightsTest::codeThatRunsWhileLoadingSeesTheWeights()
{
    const auto path = saved(R"(
def forward(self, x):
    return x + self.weight
def __getstate__(self):
    return self.weight
def __setstate__(self, state: Tensor):
    self.weight = state * 2.0
)");
    QVERIFY(!path.empty());
    const auto backend = torch_backend();
    QVERIFY(backend);
    TaskContext task;
    const auto program = (*backend)->load_program(path, {}, task);
    QVERIFY(program);
    QCOMPARE((*program)->tensors.size(), std::size_t(1));
    QVERIFY(values_of((*program)->tensors[0]) == ramp(1));
}

void MappedWeightsTest::aFileThatIsWrittenToIsTold()
{
    const std::string source = "def forward(self, x):\n    return x + self.weight\n";
    const auto path = saved(source);
    QVERIFY(!path.empty());
    const auto backend = torch_backend();
    QVERIFY(backend);
    TaskContext task;
    const auto program = (*backend)->load_program(path, {}, task);
    const auto module = (*backend)->load_runnable(path, task);
    QVERIFY(program && module);
    // PyTorch saves over a file in place: the weights in it are now another model's.
    QVERIFY(test::save_torchscript(path, source, {{"weight", tensor_of(ramp(3))}}));
    std::filesystem::last_write_time(path, std::filesystem::last_write_time(path) +
                                               std::chrono::seconds(1));
    std::vector<std::byte> scratch;
    const auto bytes = (*program)->tensors[0].contiguous_bytes(scratch);
    QVERIFY(!bytes);
    QVERIFY(bytes.error().text().find("Open it again") != std::string::npos);
    QVERIFY(!(*module)->run({tensor_of(ramp(0))}, task));
}

QTEST_APPLESS_MAIN(MappedWeightsTest)
#include "tst_mapped_weights.moc"
