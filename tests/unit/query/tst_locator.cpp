#include "query/locator.h"
#include "query/similar_names.h"
#include "support/inspection_builder.h"

#include <QtTest>

using namespace strata;

namespace {

std::vector<std::string> found(const Locator& locator, std::string_view typed,
                               std::size_t limit = 10)
{
    TaskContext task;
    std::vector<std::string> texts;
    const auto hits = locator.find(typed, limit, task);
    for (const LocatorHit& hit : *hits)
        texts.emplace_back(locator.text(locator.entries()[hit.entry]));
    return texts;
}

} // namespace

class TestLocator : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void ranks()
    {
        Locator locator;
        locator.add(LocatorKind::Node, 0, "/layer1/0/conv1/Conv");
        locator.add(LocatorKind::Node, 1, "/layer1/0/conv10/Conv");
        locator.add(LocatorKind::Node, 2, "/convolutions/1/Relu");
        locator.add(LocatorKind::Module, 3, "layer1.0.conv1");
        locator.add(LocatorKind::Value, 4, "c_o_n_v_1");
        // The shortest name that ends in it first, the scattered letters last.
        const auto all = found(locator, "conv1");
        QCOMPARE(all.size(), std::size_t(5));
        QCOMPARE(all.front(), std::string("layer1.0.conv1"));
        QCOMPARE(all.back(), std::string("c_o_n_v_1"));
        // Words in any order; case does not matter.
        QCOMPARE(found(locator, "CONV10 layer").front(), std::string("/layer1/0/conv10/Conv"));
        // Initials of the parts.
        QCOMPARE(found(locator, "l0c1").front(), std::string("layer1.0.conv1"));
        QVERIFY(found(locator, "xyz").empty());
        QVERIFY(found(locator, "").empty());
        QVERIFY(found(locator, "   ").empty());
    }

    void prefixChoosesTheKind()
    {
        Locator locator;
        locator.add(LocatorKind::Node, 0, "/fc/Gemm");
        locator.add(LocatorKind::Module, 1, "fc");
        locator.add(LocatorKind::Initializer, 2, "fc.weight");
        locator.add(LocatorKind::Action, 3, "Fit the graph");
        QCOMPARE(found(locator, "m fc"), std::vector<std::string>{"fc"});
        QCOMPARE(found(locator, "i fc"), std::vector<std::string>{"fc.weight"});
        QCOMPARE(found(locator, ">fit"), std::vector<std::string>{"Fit the graph"});
        QCOMPARE(found(locator, "fc").size(), std::size_t(3));
    }

    void positionsAreWhereTheLettersAre()
    {
        Locator locator;
        locator.add(LocatorKind::Node, 0, "/conv/xConv");
        TaskContext task;
        const auto hits = *locator.find("conv", 1, task);
        QCOMPARE(hits.size(), std::size_t(1));
        const std::string name = "/conv/xConv";
        std::string letters;
        for (const std::uint32_t at : hits[0].positions)
            letters += static_cast<char>(std::tolower(name.at(at)));
        QCOMPARE(letters, std::string("conv"));
    }

    void limitKeepsTheBest()
    {
        Locator locator;
        for (int i = 0; i < 1000; ++i)
            locator.add(LocatorKind::Node, std::uint32_t(i), "a_long_prefix_" + std::to_string(i));
        locator.add(LocatorKind::Node, 1000, "7");
        const auto best = found(locator, "7", 3);
        QCOMPARE(best.size(), std::size_t(3));
        QCOMPARE(best.front(), std::string("7"));
        // The same three as the first three of all.
        const auto all = found(locator, "7", 5000);
        QVERIFY(all.size() > 100);
        QVERIFY(std::equal(best.begin(), best.end(), all.begin()));
    }

    void shortcutsFindTheSame()
    {
        // With few wanted, what cannot be among them is not looked at: with all wanted, everything
        // is.
        TaskContext task;
        const Locator locator = *Locator::of(*test::transformer_model(40), task);
        for (const char* typed : {"l", "layers", "layers3q", "attn", "q p", "m l", "n mul 1", "s/m",
                                  "up weight", "1", "."}) {
            const auto few = found(locator, typed, 7);
            const auto all = found(locator, typed, locator.entries().size());
            QVERIFY2(!all.empty(), typed);
            QVERIFY2(few.size() == std::min<std::size_t>(7, all.size()), typed);
            QVERIFY2(std::equal(few.begin(), few.end(), all.begin()), typed);
        }
    }

    void knowsEverythingOfAnInspection()
    {
        test::InspectionBuilder b("Net");
        const ModuleId conv = b.module("stem", "Conv2d");
        b.input("image", {1, 3, 8, 8});
        b.parameter("stem.weight", {4, 3, 3, 3});
        const NodeId node = b.node(conv, "Conv", {"image", "stem.weight"}, "features");
        b.inspection().diagnostics.push_back({Severity::Warning, "code", "odd thing", {}});
        const auto model = b.finish();
        TaskContext task;
        const Locator locator = *Locator::of(*model, task);
        const auto first = [&](std::string_view typed) {
            const auto hits = *locator.find(typed, 1, task);
            return hits.empty() ? LocatorEntry{} : locator.entries()[hits[0].entry];
        };
        QCOMPARE(first("m stem").id, conv);
        QCOMPARE(first("n features").id, node);
        QCOMPARE(first("v image").kind, LocatorKind::Value);
        QCOMPARE(first("i stem.w").kind, LocatorKind::Initializer);
        QCOMPARE(first("o conv").kind, LocatorKind::Operator);
        QCOMPARE(first("d odd").kind, LocatorKind::Diagnostic);
    }

    void namesThatMayHaveBeenMeant()
    {
        test::InspectionBuilder builder;
        builder.module("encoder", "Encoder");
        builder.module("decoder", "Decoder");
        const ModuleId stem = builder.module("stem", "Conv2d");
        builder.input("image", {1, 3, 8, 8});
        builder.node(stem, "Conv", {"image"}, "first");
        const auto inspection = builder.finish();
        const auto modules = [&](std::string_view wanted, std::size_t most = 5) {
            return similar_names(*inspection, NamesOf::Modules, wanted, most);
        };
        using Names = std::vector<std::string>;
        // One letter is missing: the one name before the other, which two letters make.
        QCOMPARE(modules("encodr"), (Names{"encoder"}));
        QCOMPARE(modules("encodera"), (Names{"encoder"}));
        QCOMPARE(modules("CODER"), (Names{"decoder", "encoder"}));
        QCOMPARE(modules("coder", 1), (Names{"decoder"}));
        QCOMPARE(modules("something else"), Names{});
        QCOMPARE(modules(""), Names{});
        // Nodes only where they can be meant.
        QCOMPARE(modules("/first/Con"), Names{});
        QCOMPARE(similar_names(*inspection, NamesOf::NodesAndModules, "/first/Con", 5),
                 (Names{"/first/Conv"}));
    }

    void nodesWithoutTellingNamesAreFoundByTheirModules()
    {
        test::InspectionBuilder b("Net");
        b.module("encoder", "Encoder");
        const ModuleId head = b.module("encoder.head", "Linear");
        b.input("image", {1, 8});
        const NodeId silent = b.node(head, "MatMul", {"image", "image"}, "node_12");
        const NodeId speaks = b.node(head, "Add", {"node_12", "image"}, "encoder/head");
        // A number in a name is no module's.
        const NodeId numbered =
            b.node(b.module("encoder.1", "Linear"), "MatMul", {"image", "image"}, "node_13");
        const auto model = b.finish();
        TaskContext task;
        const Locator locator = *Locator::of(*model, task);
        const auto hits = [&](std::string_view typed) { return *locator.find(typed, 9, task); };
        QCOMPARE(hits("n head 12").size(), std::size_t(1));
        const LocatorEntry found = locator.entries()[hits("n head 12")[0].entry];
        QCOMPARE(found.id, silent);
        QCOMPARE(locator.text(found), std::string_view("/node_12/MatMul · encoder.head"));
        QCOMPARE(hits("n encoder.1 node_13").size(), std::size_t(1));
        QCOMPARE(locator.entries()[hits("n encoder.1 node_13")[0].entry].id, numbered);
        const LocatorEntry other = locator.entries()[hits("n head/add")[0].entry];
        QCOMPARE(other.id, speaks);
        QCOMPARE(locator.text(other), std::string_view("/encoder/head/Add"));
    }

    void cancels()
    {
        Locator locator;
        locator.add(LocatorKind::Node, 0, "a");
        std::stop_source stop;
        stop.request_stop();
        TaskContext task(stop.get_token());
        QVERIFY(!locator.find("a", 1, task));
    }
};

QTEST_APPLESS_MAIN(TestLocator)
#include "tst_locator.moc"
