// Archives of torch.export: what is in them, made here byte by byte, and in PyTorch's own files.
#include "pt2/pt2_archive.h"
#include "support/pt2_builder.h"

#include <QTemporaryDir>
#include <QtTest>
#include <fstream>

using namespace strata;
using namespace strata::tests;
namespace pk = strata::tests::pickle;

namespace {

using Model = std::shared_ptr<const Pt2Model>;

std::vector<double> values(const Tensor& tensor)
{
    const auto doubles = tensor.to_doubles();
    if (!doubles)
        qFatal("%s", doubles.error().text().c_str());
    return *doubles;
}

} // namespace

class Pt2Archives : public QObject {
    Q_OBJECT

    QTemporaryDir m_folder;

    std::filesystem::path write(const std::string& bytes)
    {
        const auto path = std::filesystem::path(m_folder.path().toStdString()) / "made.pt2";
        // A new file: some file systems write what replaces a file to the disk at once.
        std::filesystem::remove(path);
        std::ofstream(path, std::ios::binary) << bytes;
        return path;
    }
    Result<Model> open(const std::string& bytes, std::string_view name = {})
    {
        TaskContext task;
        return open_pt2_model(write(bytes), name, task);
    }
    Model opened(const std::string& bytes, std::string_view name = {})
    {
        auto model = open(bytes, name);
        if (!model)
            qFatal("%s", model.error().text().c_str());
        return *model;
    }
    /// The message of a file that does not open, with its kind checked.
    std::string refusal(const std::string& bytes, ErrorCode code = ErrorCode::CannotRead)
    {
        const auto model = open(bytes);
        if (model)
            return "it opened";
        if (model.error().code != code)
            return "another kind of error: " + model.error().text();
        return model.error().text();
    }
    static const Tensor& tensor(const Model& model, const char* name)
    {
        const auto index = model->find_tensor(name);
        if (!index)
            qFatal("%s", index.error().text().c_str());
        return model->tensors[*index];
    }

private Q_SLOTS:
    void initTestCase() { QVERIFY(m_folder.isValid()); }
    void weightsOfTheLastLayout();
    void storedWeightsAreUsedInPlace();
    void elementTypes_data();
    void elementTypes();
    void whatCannotBeUsedIsRefusedWhenUsed();
    void pickledTensorOfASubclass();
    void firstArchiveLayoutHasTorchSaves();
    void flatLayout();
    void sampleInputs();
    void sampleInputsThatCannotBeReadDoNotMatter();
    void severalModels();
    void besideCompiledCode();
    void roots();
    void versions();
    void compressedArchives();
    void unalignedWeights();
    void archivesWith64BitSizes();
    void filesOfPyTorch();
    void hostile_data();
    void hostile();
    void wrongChecksumOfAWeightIsFoundWhenItIsRead();
    void bombsAreRefusedWhenTheyAreRead();
    void cutOffAnywhere();
    void everyByteChanged();
};

void Pt2Archives::weightsOfTheLastLayout()
{
    // b.weight is a tied a.weight, b.half its second half, t a transposed view.
    const Model model =
        opened(pt2_archive({{"data/weights/weight_0", raw({1.f, 2.f, 3.f, 4.f, 5.f, 6.f})},
                            {"data/weights/weight_1", ""},
                            {"data/weights/weight_2", raw<std::int64_t>({7})},
                            {"data/weights/model_weights_config.json",
                             config({config_line("a.weight", "weight_0", 7, {2, 3}, {3, 1}),
                                     config_line("b.weight", "weight_0", 7, {2, 3}, {3, 1}),
                                     config_line("b.half", "weight_0", 7, {3}, {1}, 3),
                                     config_line("t", "weight_0", 7, {3, 2}, {1, 3}),
                                     config_line("empty", "weight_1", 7, {0, 4}, {4, 1}),
                                     config_line("count", "weight_2", 5, {}, {}, 0, false)})},
                            {"data/constants/tensor_0", raw<std::uint16_t>({0x3fc0, 0xc000})},
                            {"data/constants/model_constants_config.json",
                             config({config_line("table", "tensor_0", 13, {2}, {1}, 0, false)})}}));
    QCOMPARE(model->name, std::string("model"));
    QCOMPARE(model->producer, std::string("PyTorch 2.14.1"));
    QCOMPARE(model->schema.minor, std::int64_t{20});
    QVERIFY(model->diagnostics.empty());
    QVERIFY(model->sample_inputs.empty());
    QCOMPARE(model->program()["graph_module"]["metadata"].kind(), JsonValue::Kind::Object);

    QCOMPARE(model->tensors.size(), std::size_t{6}); // the tied one counts once
    QCOMPARE(*model->find_tensor("a.weight"), *model->find_tensor("b.weight"));
    QCOMPARE(model->tensor_names[*model->find_tensor("b.weight")], std::string("a.weight"));
    QCOMPARE(values(tensor(model, "b.half")), (std::vector<double>{4, 5, 6}));
    QCOMPARE(values(tensor(model, "t")), (std::vector<double>{1, 4, 2, 5, 3, 6}));
    QCOMPARE(tensor(model, "t").storage, tensor(model, "a.weight").storage);
    QCOMPARE(tensor(model, "empty").shape, (std::vector<std::int64_t>{0, 4}));
    QVERIFY(values(tensor(model, "empty")).empty());
    QCOMPARE(*tensor(model, "count").to_int64s(), std::vector<std::int64_t>{7});
    QCOMPARE(tensor(model, "table").dtype, DType::BFloat16);
    QCOMPARE(values(tensor(model, "table")), (std::vector<double>{1.5, -2.0}));
    QVERIFY(model->weights.at("a.weight").is_parameter);
    QVERIFY(!model->weights.at("count").is_parameter);
    const auto missing = model->find_tensor("c.weight");
    QVERIFY(!missing && missing.error().message.find("'c.weight'") != std::string::npos);
}

void Pt2Archives::storedWeightsAreUsedInPlace()
{
    // Two views of one mapping: the same bytes at the same address, whoever asks.
    const std::string archive =
        pt2_archive({{"data/weights/weight_0", raw({1.f, 2.f})},
                     {"data/weights/weight_1", raw({3.f, 4.f})},
                     {"data/weights/model_weights_config.json",
                      config({config_line("a", "weight_0", 7, {2}, {1}),
                              config_line("b", "weight_1", 7, {2}, {1})})}});
    const Model model = opened(archive);
    std::vector<std::byte> scratch;
    const auto a = *tensor(model, "a").contiguous_bytes(scratch);
    const auto b = *tensor(model, "b").contiguous_bytes(scratch);
    QVERIFY(scratch.empty());
    // The distance in memory is the one in the file.
    QCOMPARE(std::size_t(b.data() - a.data()),
             archive.find(raw({3.f, 4.f})) - archive.find(raw({1.f, 2.f})));
}

void Pt2Archives::elementTypes_data()
{
    QTest::addColumn<int>("number");
    QTest::addColumn<QString>("name");
    QTest::addColumn<int>("bytes");
    const auto row = [](int number, const char* name, int bytes) {
        QTest::newRow(name) << number << name << bytes;
    };
    // torch/_export/serde/schema.py, class ScalarType
    row(1, "uint8", 1);
    row(2, "int8", 1);
    row(3, "int16", 2);
    row(4, "int32", 4);
    row(5, "int64", 8);
    row(6, "float16", 2);
    row(7, "float32", 4);
    row(8, "float64", 8);
    row(10, "complex64", 8);
    row(11, "complex128", 16);
    row(12, "bool", 1);
    row(13, "bfloat16", 2);
    row(28, "uint16", 2);
    row(29, "float8_e4m3fn", 1);
    row(30, "float8_e5m2", 1);
    row(31, "float8_e4m3fnuz", 1);
    row(32, "float8_e5m2fnuz", 1);
    row(34, "uint32", 4);
    row(35, "uint64", 8);
}

void Pt2Archives::elementTypes()
{
    QFETCH(int, number);
    QFETCH(QString, name);
    QFETCH(int, bytes);
    const Model model =
        opened(pt2_archive({{"data/weights/weight_0", std::string(std::size_t(bytes) * 3, '\x40')},
                            {"data/weights/model_weights_config.json",
                             config({config_line("w", "weight_0", number, {3}, {1})})}}));
    const auto type = parse_dtype(name.toStdString());
    QVERIFY2(type, qPrintable(name));
    QCOMPARE(tensor(model, "w").dtype, *type);
    QCOMPARE(tensor(model, "w").byte_count(), std::size_t(bytes) * 3);
}

void Pt2Archives::whatCannotBeUsedIsRefusedWhenUsed()
{
    const std::string script_object =
        R"("obj": {"path_name": "custom_obj_0", "is_param": false, "use_pickle": true, )"
        R"("tensor_meta": null})";
    const Model model = opened(
        pt2_archive({{"data/weights/weight_0", "1234"},
                     {"data/weights/weight_1", ""},
                     {"data/weights/model_weights_config.json",
                      config({config_line("odd", "weight_0", 77, {4}, {1}),
                              config_line("fake", "weight_1", 7, {4}, {1})})},
                     {"data/constants/custom_obj_0", "whatever"},
                     {"data/constants/model_constants_config.json", config({script_object})}}));
    for (const auto& [name, says] :
         {std::pair{"odd", "element type 77"}, std::pair{"fake", "holds no values"},
          std::pair{"obj", "class"}}) {
        const auto found = model->find_tensor(name);
        QVERIFY(!found);
        QVERIFY2(found.error().message.find(says) != std::string::npos,
                 found.error().message.c_str());
    }
}

void Pt2Archives::pickledTensorOfASubclass()
{
    std::string line = config_line("w", "weight_0", 7, {2}, {1});
    line.replace(line.find("\"use_pickle\": false"), 19, "\"use_pickle\": true");
    const std::string subclass =
        pk::global("torch._tensor", "_rebuild_from_type_v2") +
        pk::tuple(
            {pk::global("torch._utils", "_rebuild_tensor_v2"), pk::global("my.package", "Tagged"),
             pk::tuple({pk::tuple({pk::text("storage"), pk::global("torch", "FloatStorage"),
                                   pk::text("0"), pk::text("cpu"), pk::integer(2)}) +
                            "Q",
                        pk::integer(0), pk::integers({2}), pk::integers({1}), pk::no, pk::hooks}),
             "}"}) +
        "R";
    const Model model = opened(
        pt2_archive({{"data/weights/weight_0", torch_saved(subclass, {{"0", raw({8.f, 9.f})}})},
                     {"data/weights/model_weights_config.json", config({line})}}));
    QCOMPARE(values(tensor(model, "w")), (std::vector<double>{8, 9}));
}

void Pt2Archives::firstArchiveLayoutHasTorchSaves()
{
    const Model model = opened(pt2_archive(
        {{"data/weights/model.pt",
          torch_saved(
              pk::dict({{"w", pk::parameter(pk::tensor("0", {2, 2}, {1, 2}))},
                        {"same", pk::tensor("0", {2, 2}, {1, 2})},
                        {"h", pk::tensor("1", {2}, {1}, 0, "HalfStorage")},
                        {"u", pk::typed_tensor("1", {2}, {1}, "uint16")},
                        {"q", pk::global("torch._utils", "_rebuild_qtensor") + ")R"}}),
              {{"0", raw({1.f, 2.f, 3.f, 4.f})}, {"1", raw<std::uint16_t>({0x3c00, 0xc000})}})},
         {"data/constants/model.pt",
          torch_saved(pk::dict({{"obj", pk::global("my", "Thing") + ")R"}}))}}));
    QCOMPARE(values(tensor(model, "w")), (std::vector<double>{1, 3, 2, 4}));
    QVERIFY(model->weights.at("w").is_parameter);
    QVERIFY(!model->weights.at("same").is_parameter);
    QCOMPARE(*model->find_tensor("w"), *model->find_tensor("same"));
    QCOMPARE(values(tensor(model, "h")), (std::vector<double>{1, -2}));
    QCOMPARE(values(tensor(model, "u")), (std::vector<double>{0x3c00, 0xc000}));
    QVERIFY(!model->find_tensor("q"));
    QVERIFY(!model->find_tensor("obj"));
}

void Pt2Archives::flatLayout()
{
    ZipBuilder zip;
    zip.add("serialized_exported_program.json", empty_program(8, 2, "2.6.0"));
    zip.add("serialized_state_dict.pt",
            torch_saved(pk::dict({{"w", pk::tensor("0", {1}, {1})}}), {{"0", raw({2.5f})}}));
    zip.add("serialized_constants.pt", "");
    zip.add("version", "8.2");
    zip.add("extra_files/models/notes.json", "{}"); // no model
    const Model model = opened(zip.bytes());
    QCOMPARE(model->producer, std::string("PyTorch 2.6.0"));
    QCOMPARE(values(tensor(model, "w")), (std::vector<double>{2.5}));
    QCOMPARE(list_pt2_models(model->path)->size(), std::size_t{1});
}

void Pt2Archives::sampleInputs()
{
    // ((x, [y, 3]), {"mask": {"a": m}})
    const std::string arguments = pk::tuple(
        {pk::tuple(
             {pk::tensor("0", {2}, {1}), "](" + pk::tensor("1", {1}, {1}) + pk::integer(3) + "e"}),
         pk::dict({{"mask", pk::dict({{"a", pk::tensor("2", {1}, {1}, 0, "LongStorage")}})}})});
    const Model model =
        opened(pt2_archive({{"data/sample_inputs/model.pt",
                             torch_saved(arguments, {{"0", raw({1.f, 2.f})},
                                                     {"1", raw({3.f})},
                                                     {"2", raw<std::int64_t>({4})}})}}));
    QCOMPARE(model->sample_inputs.size(), std::size_t{4});
    QCOMPARE(values(*model->sample_inputs[0].tensor), (std::vector<double>{1, 2}));
    QCOMPARE(values(*model->sample_inputs[1].tensor), (std::vector<double>{3}));
    QVERIFY(!model->sample_inputs[2].tensor);
    QCOMPARE(model->sample_inputs[3].keyword, std::string("mask"));
    QCOMPARE(values(*model->sample_inputs[3].tensor), (std::vector<double>{4}));
    QVERIFY(model->sample_inputs[0].keyword.empty());
}

void Pt2Archives::sampleInputsThatCannotBeReadDoNotMatter()
{
    for (const std::string& bytes :
         {std::string("no archive"), torch_saved(pk::tuple({pk::global("my", "C") + ")R", "}"})),
          torch_saved(pk::text("?"))}) {
        const Model model = opened(pt2_archive({{"data/sample_inputs/model.pt", bytes}}));
        QVERIFY(model->sample_inputs.empty());
        QCOMPARE(model->diagnostics.size(), std::size_t{1});
        QCOMPARE(model->diagnostics[0].severity, Severity::Info);
    }
}

void Pt2Archives::severalModels()
{
    const std::string archive =
        pt2_archive({{"models/decoder.json", empty_program()},
                     {"data/weights/weight_0", raw({1.f})},
                     {"data/weights/weight_1", raw({2.f})},
                     {"data/weights/model_weights_config.json",
                      config({config_line("w", "weight_0", 7, {1}, {1})})},
                     {"data/weights/decoder_weights_config.json",
                      config({config_line("w", "weight_1", 7, {1}, {1})})}});
    const std::string message = refusal(archive, ErrorCode::Usage);
    QVERIFY2(message.find("model, decoder") != std::string::npos, message.c_str());
    QVERIFY2(message.find("--model") != std::string::npos, message.c_str());
    QCOMPARE(values(tensor(opened(archive, "model"), "w")), (std::vector<double>{1}));
    QCOMPARE(values(tensor(opened(archive, "decoder"), "w")), (std::vector<double>{2}));
    const auto unknown = open(archive, "encoder");
    QVERIFY(!unknown);
    QCOMPARE(unknown.error().code, ErrorCode::Usage);
    QVERIFY(unknown.error().message.find("model, decoder") != std::string::npos);
    QCOMPARE(*list_pt2_models(write(archive)), (std::vector<std::string>{"model", "decoder"}));
}

/// What AOTInductor packs with a program is left alone.
void Pt2Archives::besideCompiledCode()
{
    const std::string archive = pt2_archive({{"data/weights/weight_0", raw({1.f, 2.f})},
                                             {"data/weights/model_weights_config.json",
                                              config({config_line("w", "weight_0", 7, {2}, {1})})},
                                             {"data/aotinductor/model/a.wrapper.so", "\x7f"
                                                                                     "ELF"},
                                             {"data/aotinductor/model/a.wrapper.cpp", "//"},
                                             {"data/aotinductor/other/models/b.json", "{}"}});
    const Model model = opened(archive);
    QCOMPARE(model->name, std::string("model"));
    QVERIFY(model->diagnostics.empty());
    QCOMPARE(values(tensor(model, "w")), (std::vector<double>{1, 2}));
    QCOMPARE(*list_pt2_models(write(archive)), (std::vector<std::string>{"model"}));
}

void Pt2Archives::roots()
{
    for (const char* root : {"", "a/", "folder/of/folders/"})
        QCOMPARE(opened(pt2_archive({}, root))->name, std::string("model"));
}

void Pt2Archives::versions()
{
    QCOMPARE(opened(pt2_archive({{"models/model.json", empty_program(8, 3, "<=2.4")}}))->producer,
             std::string("PyTorch"));
    const Model newer = opened(pt2_archive({{"models/model.json", empty_program(8, 99)}}));
    QCOMPARE(newer->diagnostics.size(), std::size_t{1});
    QCOMPARE(newer->diagnostics[0].severity, Severity::Warning);
    QVERIFY(newer->diagnostics[0].message.find("8.99") != std::string::npos);
    const std::string too_new =
        refusal(pt2_archive({{"models/model.json", empty_program(9, 0, "3.1.0")}}));
    QVERIFY2(too_new.find("9.0") != std::string::npos, too_new.c_str());
    QVERIFY2(too_new.find("3.1.0") != std::string::npos, too_new.c_str());
    QVERIFY(refusal(pt2_archive({{"models/model.json", empty_program(3, 1)}})).find("3.1") !=
            std::string::npos);
    QCOMPARE(opened(pt2_archive({{"archive_version", "1"}}))->diagnostics.size(), std::size_t{1});
}

void Pt2Archives::compressedArchives()
{
    ZipItem weight{"data/weights/weight_0", raw({1.f, 2.f})};
    ZipItem lines{"data/weights/model_weights_config.json",
                  config({config_line("w", "weight_0", 7, {2}, {1})})};
    ZipItem program{"models/model.json", empty_program()};
    for (ZipItem* item : {&weight, &lines, &program})
        item->deflate = true;
    const Model model = opened(pt2_archive({weight, lines, program}));
    QCOMPARE(values(tensor(model, "w")), (std::vector<double>{1, 2}));
    QCOMPARE(values(tensor(model, "w")), (std::vector<double>{1, 2})); // unpacked once
}

void Pt2Archives::archivesWith64BitSizes()
{
    ZipBuilder zip;
    const std::vector<std::pair<std::string, std::string>> entries{
        {"m/archive_format", "pt2"},
        {"m/models/model.json", empty_program()},
        {"m/data/weights/weight_0", raw({1.f, 2.f})},
        {"m/data/weights/model_weights_config.json",
         config({config_line("w", "weight_0", 7, {2}, {1})})}};
    for (const auto& [name, content] : entries) {
        ZipItem item;
        item.name = name;
        item.content = content;
        item.zip64 = true;
        zip.add(item);
    }
    const std::string archive = zip.bytes64();
    QCOMPARE(values(tensor(opened(archive), "w")), (std::vector<double>{1, 2}));
    // A directory that claims to be elsewhere, or to have more entries than it has room for.
    const std::size_t record = archive.rfind("PK\x06\x06");
    for (const std::size_t field : {32, 40, 48}) {
        std::string damaged = archive;
        damaged.replace(record + field, 8, "\xff\xff\xff\xff\xff\xff\xff\x7f");
        QVERIFY(refusal(damaged).find("directory") != std::string::npos);
    }
}

void Pt2Archives::unalignedWeights()
{
    ZipBuilder zip(1); // contents wherever they fall
    zip.add("m/archive_format", "pt2");
    zip.add("m/models/model.json", empty_program());
    for (const char* name : {"1", "22", "333", "4444", "55555"})
        zip.add(std::string("m/data/weights/w") + name, raw({1.5, -2.5}));
    zip.add("m/data/weights/model_weights_config.json",
            config({config_line("a", "w1", 8, {2}, {1}), config_line("b", "w22", 8, {2}, {1}),
                    config_line("c", "w333", 8, {2}, {1}), config_line("d", "w4444", 8, {2}, {1}),
                    config_line("e", "w55555", 8, {2}, {1})}));
    const Model model = opened(zip.bytes());
    for (const char* name : {"a", "b", "c", "d", "e"}) {
        std::vector<std::byte> scratch;
        const auto bytes = *tensor(model, name).contiguous_bytes(scratch);
        QCOMPARE(reinterpret_cast<std::uintptr_t>(bytes.data()) % 8, std::uintptr_t{0});
        QCOMPARE(values(tensor(model, name)), (std::vector<double>{1.5, -2.5}));
    }
}

void Pt2Archives::filesOfPyTorch()
{
    TaskContext task;
    const std::filesystem::path zoo = std::filesystem::path(STRATA_TEST_DATA) / "zoo";
    const auto flat = open_pt2_model(zoo / "trixie/multi_io_dict/multi_io_dict.pt2", {}, task);
    QVERIFY(flat);
    QCOMPARE((*flat)->producer, std::string("PyTorch 2.6.0"));
    QCOMPARE((*flat)->schema.minor, std::int64_t{2});
    QCOMPARE(tensor(*flat, "a.weight").shape, (std::vector<std::int64_t>{8, 4}));
    QCOMPARE((*flat)->sample_inputs.size(), std::size_t{2});
    QCOMPARE((*flat)->sample_inputs[1].tensor->shape, (std::vector<std::int64_t>{2, 6}));
    const auto half = open_pt2_model(zoo / "sid/half_mlp/half_mlp.pt2", {}, task);
    QVERIFY(half);
    QCOMPARE((*half)->producer, std::string("PyTorch 2.14.1"));
    for (const Tensor& weight : (*half)->tensors)
        QCOMPARE(weight.dtype, DType::Float16);
}

void Pt2Archives::hostile()
{
    QFETCH(QByteArray, archive);
    QFETCH(QString, says);
    const std::string message = refusal(archive.toStdString());
    QVERIFY2(message.find(says.toStdString()) != std::string::npos, message.c_str());
    QVERIFY2(message.find("made.pt2") != std::string::npos, message.c_str());
}

void Pt2Archives::wrongChecksumOfAWeightIsFoundWhenItIsRead()
{
    for (const bool deflate : {false, true}) {
        ZipItem weight{"data/weights/weight_0", raw({1.f, 2.f})};
        weight.deflate = deflate;
        weight.crc = 0x12345678;
        const Model model =
            opened(pt2_archive({weight,
                                {"data/weights/model_weights_config.json",
                                 config({config_line("w", "weight_0", 7, {2}, {1})})}}));
        for (int i = 0; i < 2; ++i) {
            const auto read = tensor(model, "w").to_doubles();
            QVERIFY(!read);
            QVERIFY(read.error().message.find("checksum") != std::string::npos);
        }
    }
}

void Pt2Archives::bombsAreRefusedWhenTheyAreRead()
{
    // 100 MB of zeros, as a weight that claims to be that large.
    ZipItem weight{"data/weights/weight_0", std::string(100'000'000, '\0')};
    weight.deflate = true;
    const auto model =
        open(pt2_archive({weight,
                          {"data/weights/model_weights_config.json",
                           config({config_line("w", "weight_0", 1, {100'000'000}, {1})})}}));
    QVERIFY(!model);
    QVERIFY2(model.error().message.find("fill the memory") != std::string::npos,
             model.error().message.c_str());
}

void Pt2Archives::cutOffAnywhere()
{
    const std::string whole = pt2_archive({{"data/weights/weight_0", raw({1.f, 2.f})},
                                           {"data/weights/model_weights_config.json",
                                            config({config_line("w", "weight_0", 7, {2}, {1})})}});
    QVERIFY(open(whole));
    for (std::size_t size = 0; size < whole.size(); size += 7)
        QVERIFY(!open(whole.substr(0, size)));
}

void Pt2Archives::everyByteChanged()
{
    // Never a crash; under the sanitizers no access that is not allowed either.
    const std::string whole = pt2_archive(
        {{"models/model.json", "{\"graph_module\": {}, \"schema_version\": {\"major\": 8}}"},
         {"data/weights/weight_0", raw({1.f, 2.f})},
         {"data/weights/model.pt",
          torch_saved(pk::dict({{"w", pk::tensor("0", {2}, {1})}}), {{"0", raw({1.f, 2.f})}})}});
    for (std::size_t i = 0; i < whole.size(); ++i)
        for (const char change : {'\x01', '\x80', '\xff'}) {
            std::string damaged = whole;
            damaged[i] = static_cast<char>(damaged[i] ^ change);
            const auto model = open(damaged);
            if (model)
                for (const Tensor& weight : (*model)->tensors)
                    static_cast<void>(weight.to_doubles());
        }
}

void Pt2Archives::hostile_data()
{
    QTest::addColumn<QByteArray>("archive");
    QTest::addColumn<QString>("says");
    const auto row = [](const char* name, const std::string& archive, const char* says) {
        QTest::newRow(name) << QByteArray::fromStdString(archive) << says;
    };
    const auto zip_row = [&](const char* name, const std::vector<ZipItem>& items,
                             const char* says) { row(name, pt2_archive(items), says); };
    const auto item = [](const char* name, std::string content, auto change) {
        ZipItem made{name, std::move(content)};
        change(made);
        return made;
    };
    const std::string json = "models/model.json";
    const auto weights = [](const std::string& line) {
        return std::vector<ZipItem>{{"data/weights/weight_0", raw({1.f, 2.f, 3.f, 4.f})},
                                    {"data/weights/model_weights_config.json", config({line})}};
    };

    row("nothing", "", "no directory");
    row("head only", "PK\x03\x04", "no directory");
    zip_row("path that climbs", {{"../../escape", "x"}}, "name");
    row("path from the top", pt2_archive({}, "/"), "name");
    zip_row("path of another system", {{"a\\..\\b", "x"}}, "name");
    row("the same name twice",
        ZipBuilder().add("archive_format", "pt2").add("archive_format", "pt2").bytes(), "twice");
    zip_row("encrypted", {item("x", "y", [](ZipItem& i) { i.flags = 1; })}, "encrypted");
    zip_row("unknown packing", {item("x", "y", [](ZipItem& i) { i.method = 99; })}, "method 99");
    zip_row("sizes that contradict", {item("x", "yyyy", [](ZipItem& i) { i.size = 3; })},
            "contradict");
    zip_row("entry beyond the end",
            {item("x", "y", [](ZipItem& i) { i.header_offset = 0x7fffffff; })}, "overlaps");
    zip_row("entry over another", {item("x", "y", [](ZipItem& i) { i.header_offset = 0; })},
            "overlaps");
    zip_row("entry that is longer than there is",
            {item("x", "y", [](ZipItem& i) { i.packed_size = i.size = 0x7ffffff0; })}, "overlaps");
    zip_row("program with a wrong checksum",
            {item("models/model.json", empty_program(), [](ZipItem& i) { i.crc = 1; })},
            "checksum");
    zip_row("program that unpacks to less",
            {item("models/model.json", empty_program(),
                  [](ZipItem& i) {
                      i.deflate = true;
                      i.size = 100'000;
                  })},
            "unpack");
    zip_row("program that unpacks to more",
            {item("models/model.json", empty_program(),
                  [](ZipItem& i) {
                      i.deflate = true;
                      i.size = 10;
                  })},
            "unpack");
    zip_row("program that is a bomb",
            {item("models/model.json", std::string(100'000'000, ' '),
                  [](ZipItem& i) { i.deflate = true; })},
            "fill the memory");
    zip_row("program that is no JSON", {{json, "hello"}}, "not valid JSON");
    zip_row("program that is another JSON", {{json, "[1, 2]"}}, "not that of an exported program");
    zip_row("deep nesting", {{json, std::string(100'000, '[') + std::string(100'000, ']')}},
            "levels");
    zip_row("no version", {{json, R"({"graph_module": {}})"}}, "0.0");
    row("other archive", ZipBuilder().add("hello.txt", "x").bytes(), "not written by torch.export");
    row("compiled code only",
        ZipBuilder()
            .add("m/archive_format", "pt2")
            .add("m/data/aotinductor/model/x.so", "")
            .bytes(),
        "no exported program");

    zip_row("missing weight", weights(config_line("w", "weight_9", 7, {2}, {1})), "weight_9");
    zip_row("weight that climbs", weights(config_line("w", "../../../etc/passwd", 7, {2}, {1})),
            "no entry");
    zip_row("too large", weights(config_line("w", "weight_0", 7, {5}, {1})), "16 bytes");
    zip_row("offset outside", weights(config_line("w", "weight_0", 7, {2}, {1}, 3)), "16 bytes");
    zip_row("negative offset", weights(config_line("w", "weight_0", 7, {2}, {1}, -1)), "16 bytes");
    zip_row("stride outside", weights(config_line("w", "weight_0", 7, {2}, {4})), "16 bytes");
    zip_row("negative stride", weights(config_line("w", "weight_0", 7, {2}, {-1}, 3)), "16 bytes");
    zip_row("negative size", weights(config_line("w", "weight_0", 7, {-2}, {1})), "negative");
    zip_row("sizes that overflow",
            weights(config_line("w", "weight_0", 7, {1LL << 32, 1LL << 32}, {1, 1})), "overflow");
    zip_row("strides that overflow",
            weights(config_line("w", "weight_0", 7, {3, 3}, {INT64_MAX / 2, INT64_MAX / 2})),
            "16 bytes");
    zip_row("repeated without end", weights(config_line("w", "weight_0", 7, {1LL << 40}, {0})),
            "fill the memory");
    zip_row("fewer strides than sizes", weights(config_line("w", "weight_0", 7, {2, 2}, {1})),
            "16 bytes");

    const auto saved = [](const std::string& object) {
        return std::vector<ZipItem>{
            {"data/weights/model.pt", torch_saved(object, {{"0", raw({1.f, 2.f})}})}};
    };
    zip_row("weights of another kind", saved(pk::text("?")), "something else");
    zip_row("weights before 1.6",
            {{"data/weights/model.pt",
              std::string("\x80\x02\x8a\x0a\x6c\xfc\x9c\x46\xf9\x20\x6a\xa8\x50\x19.", 15)}},
            "before 1.6");
    zip_row("weights that are no archive", {{"data/weights/model.pt", "hello"}}, "no directory");
    zip_row("pickle that ends early",
            {{"data/weights/model.pt", ZipBuilder().add("archive/data.pkl", "\x80\x02}(").bytes()}},
            "whole pickle");
    zip_row("big-endian",
            {{"data/weights/model.pt", ZipBuilder()
                                           .add("archive/data.pkl", "\x80\x02}.")
                                           .add("archive/byteorder", "big")
                                           .bytes()}},
            "big-endian");
}

QTEST_APPLESS_MAIN(Pt2Archives)
#include "tst_pt2_archive.moc"
