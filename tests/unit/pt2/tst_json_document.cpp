// The JSON view: what is there, what is missing, and what is refused.
#include "pt2/json_document.h"

#include <QtTest>
#include <cmath>
#include <string>

using namespace strata;
using Kind = JsonValue::Kind;

namespace {

Result<JsonDocument> parse(const std::string& text)
{
    return JsonDocument::parse(std::as_bytes(std::span(text.data(), text.size())));
}

JsonDocument parsed(const std::string& text)
{
    auto document = parse(text);
    if (!document)
        qFatal("%s", document.error().text().c_str());
    return std::move(*document);
}

} // namespace

class JsonDocuments : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void kindsAndValues();
    void whatIsNotThereAnswers();
    void unions();
    void notANumber();
    void refused_data();
    void refused();
    void depthWithinTheLimit();
    void everyPrefixOfAText();
};

void JsonDocuments::kindsAndValues()
{
    const JsonDocument document = parsed(
        R"({"n": null, "t": true, "f": false, "i": -9007199254740993, "d": 1.5e-3,)"
        R"( "s": "a\"\u00e9\n", "a": [1, [2], {"k": 3}, "x"], "big": 18446744073709551615})");
    const JsonValue root = document.root();
    QCOMPARE(root.kind(), Kind::Object);
    QCOMPARE(root.size(), std::size_t{8});
    QVERIFY(root["n"].is_null() && root["n"].is_absent() && !root["n"].is_missing());
    QCOMPARE(root["t"].as_bool(), std::optional(true));
    QCOMPARE(root["f"].as_bool(), std::optional(false));
    QCOMPARE(root["i"].as_int(), std::optional<std::int64_t>(-9007199254740993));
    QCOMPARE(root["d"].as_double(), std::optional(0.0015));
    QCOMPARE(root["s"].text(), std::string_view("a\"\xc3\xa9\n"));
    QCOMPARE(root["big"].as_int(), std::optional<std::int64_t>());
    QCOMPARE(root["big"].as_double(), std::optional(18446744073709551615.0));

    std::vector<std::string> keys;
    for (const auto& [key, value] : root.members())
        keys.emplace_back(key);
    QCOMPARE(keys, (std::vector<std::string>{"n", "t", "f", "i", "d", "s", "a", "big"}));
    std::vector<Kind> kinds;
    for (const JsonValue item : root["a"].items())
        kinds.push_back(item.kind());
    QCOMPARE(kinds, (std::vector<Kind>{Kind::Integer, Kind::Array, Kind::Object, Kind::String}));
    QCOMPARE(root["a"].size(), std::size_t{4});
}

void JsonDocuments::whatIsNotThereAnswers()
{
    const JsonDocument document = parsed(R"({"a": 1, "empty": {}, "list": []})");
    const JsonValue root = document.root();
    QVERIFY(root["b"].is_missing());
    QVERIFY(root["b"]["c"]["d"].is_missing());
    QVERIFY(root["a"]["c"].is_missing());
    QCOMPARE(root["a"].text("none"), std::string_view("none"));
    QVERIFY(root["a"].items().empty());
    QVERIFY(root["list"].items().empty());
    QVERIFY(root["empty"].members().empty());
    QVERIFY(root["list"].members().empty()); // an array has no members
    QVERIFY(!root["empty"].as_int());
    QVERIFY(JsonValue().is_missing());
    QVERIFY(JsonDocument().root().is_missing());
    QCOMPARE(JsonValue().size(), std::size_t{0});
}

void JsonDocuments::unions()
{
    const JsonDocument document = parsed(R"([{"as_int": 3}, {"a": 1, "b": 2}, {}, 5])");
    std::vector<std::optional<std::int64_t>> values;
    for (const JsonValue item : document.root().items()) {
        const auto only = item.only_member();
        values.push_back(only && only->key == "as_int" ? only->value.as_int() : std::nullopt);
    }
    QCOMPARE(values, (std::vector<std::optional<std::int64_t>>{3, {}, {}, {}}));
}

void JsonDocuments::notANumber()
{
    // As 2.6 and as 2.14 write them; texts that look alike stay what they are.
    for (const char* text :
         {R"([NaN, Infinity, -Infinity, "x NaN, -Infinity \" NaN", -1, "NaNny"])",
          R"(["NaN", "Infinity", "-Infinity", "x NaN, -Infinity \" NaN", -1, "NaNny"])"}) {
        const JsonDocument document = parsed(text);
        std::vector<JsonValue> items;
        for (const JsonValue item : document.root().items())
            items.push_back(item);
        QCOMPARE(items.size(), std::size_t{6});
        QVERIFY(std::isnan(items[0].as_double().value()));
        QCOMPARE(items[1].as_double(), std::optional(HUGE_VAL));
        QCOMPARE(items[2].as_double(), std::optional(-HUGE_VAL));
        QCOMPARE(items[3].text(), std::string_view("x NaN, -Infinity \" NaN"));
        QVERIFY(!items[3].as_double());
        QCOMPARE(items[4].as_int(), std::optional<std::int64_t>(-1));
        QVERIFY(!items[5].as_double());
    }
}

void JsonDocuments::refused_data()
{
    QTest::addColumn<QByteArray>("text");
    const auto row = [](const char* name, const std::string& text) {
        QTest::newRow(name) << QByteArray::fromStdString(text);
    };
    row("nothing", "");
    row("cut off", R"({"a": [1, 2)");
    row("two values", "{} {}");
    row("trailing comma", "[1,]");
    row("Python", "{'a': None}");
    row("bare word", "[Nan]");
    row("constant cut off", "[-Infinit");
    row("open string with a constant", "[NaN, \"abc");
    row("not UTF-8", "[\"\xff\xfe\"]");
    row("number too long", "[123456789012345678901234567890]");
    row("nested", std::string(100'000, '[') + std::string(100'000, ']'));
    row("nested and open", std::string(1'000'000, '['));
    row("nested objects", [] {
        std::string text;
        for (int i = 0; i < 10'000; ++i)
            text += R"({"a":)";
        return text + "1" + std::string(10'000, '}');
    }());
}

void JsonDocuments::refused()
{
    QFETCH(QByteArray, text);
    const auto document = parse(text.toStdString());
    QVERIFY(!document);
    QCOMPARE(document.error().code, ErrorCode::CannotRead);
}

void JsonDocuments::depthWithinTheLimit()
{
    constexpr int depth = 200; // branches in branches, far more than people write
    const JsonDocument document = parsed(std::string(depth, '[') + "7" + std::string(depth, ']'));
    JsonValue value = document.root();
    for (int i = 0; i < depth; ++i)
        value = *value.items().begin();
    QCOMPARE(value.as_int(), std::optional<std::int64_t>(7));
}

void JsonDocuments::everyPrefixOfAText()
{
    const std::string text =
        R"({"name": "aten::add", "x": [1, -2.5, NaN, {"y": null}], "z": "\u0041\\"})";
    for (std::size_t size = 0; size < text.size(); ++size)
        QVERIFY2(!parse(text.substr(0, size)), text.substr(0, size).c_str());
    QVERIFY(parse(text));
}

QTEST_APPLESS_MAIN(JsonDocuments)
#include "tst_json_document.moc"
