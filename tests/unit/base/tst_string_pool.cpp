// Interned strings: one id each, views that stay.
#include "base/string_pool.h"

#include <QtTest>
#include <cstring>
#include <string>
#include <vector>

using namespace strata;

class StringPoolTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void emptyIsThereFromTheStart();
    void manyTextsKeepTheirIdsAndPlaces();
    void appendedTextsAreNotLookedUp();
    void anyBytes();
};

void StringPoolTest::emptyIsThereFromTheStart()
{
    StringPool pool;
    QCOMPARE(pool.intern(""), StringId::Empty);
    QCOMPARE(pool.find(""), StringId::Empty);
    QCOMPARE(pool.find("x"), StringId::Empty);
    QCOMPARE(pool.size(), std::size_t(1));
    QVERIFY(pool.view(StringId::Empty).empty());
}

void StringPoolTest::manyTextsKeepTheirIdsAndPlaces()
{
    StringPool pool;
    // Short ones fill blocks, long ones get their own: both kinds, and enough to grow many times.
    const auto text = [](int i) {
        return "node" + std::to_string(i) +
               std::string(i % 1000 == 0 ? 100'000U : static_cast<unsigned>(i % 50), 'x');
    };
    std::vector<std::string_view> views;
    for (int i = 0; i < 20'000; ++i) {
        const StringId id = pool.intern(text(i));
        QCOMPARE(static_cast<int>(id), i + 1);
        views.push_back(pool.view(id));
    }
    for (int i = 0; i < 20'000; ++i) {
        const auto index = static_cast<std::size_t>(i);
        QCOMPARE(static_cast<int>(pool.find(text(i))), i + 1);
        QCOMPARE(static_cast<int>(pool.intern(text(i))), i + 1);
        QVERIFY(views[index] == text(i));
        QVERIFY(pool.view(static_cast<StringId>(i + 1)).data() == views[index].data());
        QCOMPARE(std::strlen(views[index].data()), views[index].size());
    }
    QCOMPARE(pool.size(), std::size_t(20'001));
    QCOMPARE(pool.find("node20000"), StringId::Empty);
}

void StringPoolTest::appendedTextsAreNotLookedUp()
{
    StringPool pool;
    const StringId own = pool.append("a text");
    const StringId other = pool.append("a text");
    QVERIFY(own != other);
    QVERIFY(pool.append("") == StringId::Empty);
    QVERIFY(pool.find("a text") == StringId::Empty);
    const StringId shared = pool.intern("a text");
    QVERIFY(shared != own && shared != other);
    QVERIFY(pool.intern("a text") == shared && pool.find("a text") == shared);
    // Interned and appended texts in turn, past several growths of the table.
    std::vector<StringId> ids;
    for (int i = 0; i < 1000; ++i) {
        ids.push_back(pool.intern(std::to_string(i)));
        ids.push_back(pool.append(std::to_string(i)));
    }
    for (int i = 0; i < 1000; ++i) {
        QVERIFY(pool.find(std::to_string(i)) == ids[std::size_t(i) * 2]);
        QCOMPARE(std::string(pool.view(ids[std::size_t(i) * 2 + 1])), std::to_string(i));
    }
}

void StringPoolTest::anyBytes()
{
    StringPool pool;
    const StringId with_zero = pool.intern(std::string_view("a\0b", 3));
    const StringId shorter = pool.intern("a");
    QVERIFY(with_zero != shorter);
    QCOMPARE(pool.view(with_zero).size(), std::size_t(3));
    QCOMPARE(pool.find("a"), shorter);
}

QTEST_APPLESS_MAIN(StringPoolTest)
#include "tst_string_pool.moc"
