// Pickles are written out here as their opcodes; see Python's pickletools.
#include "pt2/pickle_outline.h"

#include <QtTest>

using namespace strata;
using namespace std::string_literals;
using Kind = PickleOutline::Kind;

namespace {

PickleDocument outline(const std::string& pickle)
{
    return outline_pickle(std::as_bytes(std::span(pickle.data(), pickle.size())));
}

} // namespace

class PickleOutlines : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void dict_of_scalars();
    void tensor();
    void ordered_dict();
    void object();
    void memo();
    void ends_early();
    void nothing();
    void malformed();
    void deep_nesting();
    void circles();
};

void PickleOutlines::dict_of_scalars()
{
    // {"a": 1, "b": [True, None]}
    const auto document = outline("\x80\x02}q\0(X\x01\0\0\0aq\x01K\x01X\x01\0\0\0b](\x88Neu."s);
    QVERIFY(document.top);
    QCOMPARE(document.top->kind, Kind::Dict);
    QCOMPARE(document.top->items.size(), std::size_t{4});
    QCOMPARE(document.top->items[0]->text, std::string("a"));
    QCOMPARE(document.top->items[1]->kind, Kind::Scalar);
    QCOMPARE(document.top->items[3]->kind, Kind::List);
    QCOMPARE(document.top->items[3]->items.size(), std::size_t{2});
}

void PickleOutlines::tensor()
{
    const auto document = outline("\x80\x02"
                                  "ctorch._utils\n_rebuild_tensor_v2\n(K\0K\0tR."s);
    QVERIFY(document.top);
    QCOMPARE(document.top->kind, Kind::Tensor);
}

void PickleOutlines::ordered_dict()
{
    const auto document = outline("\x80\x02"
                                  "ccollections\nOrderedDict\n)R(X\x01\0\0\0wK\x05u}b."s);
    QVERIFY(document.top);
    QCOMPARE(document.top->kind, Kind::Dict);
    QCOMPARE(document.top->items.size(), std::size_t{2});
}

void PickleOutlines::object()
{
    const auto document = outline("\x80\x02"
                                  "cmy.models\nNet\n)\x81}b."s);
    QVERIFY(document.top);
    QCOMPARE(document.top->kind, Kind::Object);
    QCOMPARE(document.top->name, std::string("my.models.Net"));
}

void PickleOutlines::memo()
{
    const auto document = outline("\x80\x04\x8c\x02hi\x94h\0h\0\x87."s);
    QVERIFY(document.top);
    QCOMPARE(document.top->kind, Kind::Tuple);
    QCOMPARE(document.top->items[2]->text, std::string("hi"));
}

void PickleOutlines::ends_early()
{
    const auto document = outline("\x80\x02}X\x01\0\0\0aK\x01sX\xff\0\0\0b"s);
    QVERIFY(document.top);
    QCOMPARE(document.top->kind, Kind::Dict);
    QCOMPARE(document.top->items.size(), std::size_t{2});
}

void PickleOutlines::nothing()
{
    QVERIFY(!outline("").top);
    QVERIFY(!outline("\x80"s).top);
    QVERIFY(!outline("((("s).top);
}

void PickleOutlines::malformed()
{
    // Nothing on the stack, missing marks, unknown memo entries, lengths beyond the end.
    for (const std::string& pickle : {"0"s,
                                      "e"s,
                                      "u"s,
                                      "t"s,
                                      "\x85"s,
                                      "a"s,
                                      "s"s,
                                      "R"s,
                                      "b"s,
                                      "h\x05"s,
                                      "q\0"s,
                                      "Q"s,
                                      "2"s,
                                      "X\xff\xff\xff\xff"s,
                                      "\x8d\xff\xff\xff\xff\xff\xff\xff\xff"s,
                                      "\x8b\xff\xff\xff\xff"s,
                                      "\x95"s,
                                      "cmodule"s,
                                      "V"s,
                                      "\xfe"s,
                                      "1"s,
                                      "\x93"s,
                                      "(e"s,
                                      "(u"s})
        QVERIFY2(!outline(pickle).top, QByteArray::fromStdString(pickle).toHex().constData());
}

void PickleOutlines::deep_nesting()
{
    // A list in a list in a list ...: taking it down must not need the stack.
    constexpr std::size_t depth = 500'000;
    const auto document = outline(std::string(depth, ']') + std::string(depth - 1, 'a') + "."s);
    QVERIFY(document.top);
    QCOMPARE(document.top->kind, Kind::List);
    QCOMPARE(document.top->items.size(), std::size_t{1});
}

void PickleOutlines::circles()
{
    const auto document = outline("]q\0h\0a."s);
    QVERIFY(document.top);
    QCOMPARE(document.top->items.at(0), document.top);
}

QTEST_APPLESS_MAIN(PickleOutlines)
#include "tst_pickle_outline.moc"
