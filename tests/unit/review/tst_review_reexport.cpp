// A review laid over another export of the model: nodes are found again by structure; what does
// not fit is listed.
#include "review/review_session.h"
#include "support/inspection_builder.h"

#include <QtTest>

#include <chrono>

using namespace strata;

namespace {

/// Two blocks and a head, in variants that exports of one model come in.
struct Variant {
    std::string prefix{};               ///< of all names of nodes and values
    bool shuffled = false;              ///< independent branches in another order
    bool cast_in_front = false;         ///< one more node before everything
    bool without_tanh = false;          ///< one node of the second block is gone
    ModuleId branch_module = no_module; ///< another attribution of the branches
    bool renamed_block = false;         ///< b1 is called c1
    std::int64_t width = 8;             ///< of the weights
};

std::shared_ptr<const Inspection> model(const Variant& v = {})
{
    test::InspectionBuilder b("Net");
    const auto name = [&](const std::string& text) { return v.prefix + text; };
    b.input(name("x"), {1, v.width});
    std::string h = name("x");
    if (v.cast_in_front) {
        b.node(root_module, "Cast", {h}, name("cast"));
        h = name("cast");
    }
    for (int i = 0; i < 2; ++i) {
        const std::string fqn = i == 1 && v.renamed_block ? "c1" : fmt::format("b{}", i);
        const ModuleId block = b.module(fqn, "Block");
        const ModuleId linear = b.module(fqn + ".fc", "Linear");
        const std::string at = name(fmt::format("b{}", i));
        b.parameter(at + ".w", {v.width, v.width});
        b.node(linear, "MatMul", {h, at + ".w"}, at + "/m");
        const ModuleId side = v.branch_module == no_module ? block : v.branch_module;
        const auto branch = [&](const char* op) {
            b.node(side, op, {at + "/m"}, at + "/" + op, {1, 8}, EvidenceKind::Consensus);
        };
        if (v.shuffled) {
            branch("Sigmoid");
            branch("Relu");
        } else {
            branch("Relu");
            branch("Sigmoid");
        }
        b.node(block, "Mul", {at + "/Relu", at + "/Sigmoid"}, at + "/mul");
        h = at + "/mul";
        if (!(i == 1 && v.without_tanh)) {
            b.node(block, "Tanh", {h}, at + "/tanh");
            h = at + "/tanh";
        }
        b.node(no_module, "Identity", {h}, at + "/id");
        h = at + "/id";
    }
    b.node(root_module, "Softmax", {h}, name("y"));
    b.output(name("y"));
    return b.finish();
}

NodeIdentities identities(const Inspection& inspection)
{
    TaskContext task;
    return std::move(*NodeIdentities::of(*inspection.model, task));
}

NodeId find(const Inspection& inspection, const std::string& name)
{
    for (NodeId id = 0; id < inspection.model->nodes.size(); ++id)
        if (inspection.model->text(inspection.model->nodes[id].name) == name)
            return id;
    return no_id;
}

ReviewSession session_on(const std::shared_ptr<const Inspection>& inspection, ReviewLog log = {})
{
    return {inspection, std::make_shared<const NodeIdentities>(identities(*inspection)),
            std::move(log), "ann"};
}

ReviewOverlay lay(const Inspection& inspection, const ReviewLog& log)
{
    TaskContext task;
    return std::move(*apply_review(inspection, identities(inspection), log, task));
}

const std::string now = "2026-03-01T12:30:00Z";

/// Accepts the Relu of b0, rejects the Sigmoid of b1, gives the Identity of b1 to b1, and looks at
/// the Tanh of b1.
ReviewLog decided()
{
    const auto inspection = model();
    ReviewSession session = session_on(inspection);
    const auto decide = [&](ReviewAction action, const std::string& node,
                            const std::string& to = {}) {
        ReviewCommand command;
        command.action = action;
        command.nodes = {find(*inspection, node)};
        if (!to.empty())
            command.module = *inspection->modules.find(to);
        if (!session.decide(command, now))
            qFatal("not decided: %s", node.c_str());
    };
    decide(ReviewAction::Accept, "/b0/Relu/Relu");
    decide(ReviewAction::Reject, "/b1/Sigmoid/Sigmoid");
    decide(ReviewAction::Reassign, "/b1/id/Identity", "b1");
    decide(ReviewAction::Review, "/b1/tanh/Tanh");
    return session.log();
}

QStringList verdicts(const Inspection& inspection, const ReviewOverlay& overlay)
{
    QStringList lines;
    for (NodeId id = 0; id < overlay.nodes.size(); ++id)
        if (overlay.nodes[id].reviewed())
            lines += QStringLiteral("%1 %2")
                         .arg(QString::fromUtf8(
                             inspection.model->text(inspection.model->nodes[id].op_type).data()))
                         .arg(QString::fromUtf8(to_string(overlay.nodes[id].verdict).data()));
    lines.sort();
    return lines;
}

QStringList conflicts(const ReviewOverlay& overlay)
{
    QStringList lines;
    for (const ReviewConflict& conflict : overlay.conflicts)
        lines += QStringLiteral("%1 %2")
                     .arg(QString::fromStdString(conflict.record.op_type))
                     .arg(QString::fromUtf8(to_string(conflict.kind).data()));
    lines.sort();
    return lines;
}

const QStringList all_applied{"Identity reassigned", "Relu accepted", "Sigmoid rejected",
                              "Tanh none"};

} // namespace

class TestReviewReexport : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void keys_are_unique_and_say_what_is_computed()
    {
        const auto a = model();
        const NodeIdentities ids = identities(*a);
        QSet<QString> keys;
        for (NodeId id = 0; id < a->model->nodes.size(); ++id)
            keys.insert(QString::fromStdString(ids.key(id)));
        QCOMPARE(keys.size(), qsizetype(a->model->nodes.size()));
        // Other names and another order give the same keys; other weights' sizes do not.
        const auto b = model({.prefix = "zz_", .shuffled = true});
        const NodeIdentities other = identities(*b);
        QCOMPARE(other.key(find(*b, "/zz_b1/Sigmoid/Sigmoid")),
                 ids.key(find(*a, "/b1/Sigmoid/Sigmoid")));
        const auto wide = model({.width = 16});
        QVERIFY(identities(*wide).key(find(*wide, "/b1/Sigmoid/Sigmoid")) !=
                ids.key(find(*a, "/b1/Sigmoid/Sigmoid")));
    }

    void applies_to_other_names_and_orders()
    {
        const ReviewLog log = decided();
        for (const Variant& v :
             {Variant{}, Variant{.prefix = "onnx::"}, Variant{.prefix = "n", .shuffled = true}}) {
            const auto inspection = model(v);
            const ReviewOverlay overlay = lay(*inspection, log);
            QCOMPARE(verdicts(*inspection, overlay), all_applied);
            QCOMPARE(conflicts(overlay), QStringList());
            const NodeId identity = find(*inspection, "/" + v.prefix + "b1/id/Identity");
            QCOMPARE(overlay.nodes[identity].verdict, ReviewVerdict::Reassigned);
            QVERIFY(overlay.nodes[find(*inspection, "/" + v.prefix + "b0/Relu/Relu")].verdict ==
                    ReviewVerdict::Accepted);
        }
    }

    void applies_when_something_far_away_is_new()
    {
        // One more node in front changes every key behind it; surroundings and names remain.
        const ReviewLog log = decided();
        const auto inspection = model({.cast_in_front = true});
        const ReviewOverlay overlay = lay(*inspection, log);
        QCOMPARE(verdicts(*inspection, overlay), all_applied);
        // The Relu of b0 is two steps behind the new Cast: found by name, and told.
        QCOMPARE(conflicts(overlay), QStringList{"Relu changed"});
    }

    void a_node_that_is_gone_is_a_conflict()
    {
        const ReviewLog log = decided();
        const auto inspection = model({.without_tanh = true});
        const ReviewOverlay overlay = lay(*inspection, log);
        QVERIFY(conflicts(overlay).contains("Tanh gone"));
        QVERIFY(!verdicts(*inspection, overlay).contains("Tanh none"));
        // Taking the decision back settles it.
        ReviewSession session = session_on(inspection, log);
        QVERIFY(session.undo(now));
        QVERIFY(!conflicts(lay(*inspection, session.log())).contains("Tanh gone"));
    }

    void a_judgement_holds_for_what_was_judged()
    {
        const ReviewLog log = decided();
        const auto inspection = model({.branch_module = root_module});
        const ReviewOverlay overlay = lay(*inspection, log);
        // Acceptance and rejection were about another module; the assignment was not.
        QCOMPARE(conflicts(overlay),
                 (QStringList{"Relu machine-changed", "Sigmoid machine-changed"}));
        QCOMPARE(verdicts(*inspection, overlay), (QStringList{"Identity reassigned", "Tanh none"}));
        // Deciding again settles it.
        ReviewSession session = session_on(inspection, log);
        ReviewCommand accept;
        accept.nodes = {find(*inspection, "/b0/Relu/Relu")};
        QVERIFY(session.decide(accept, now));
        QCOMPARE(conflicts(lay(*inspection, session.log())),
                 QStringList{"Sigmoid machine-changed"});
    }

    void a_module_that_is_gone_is_a_conflict()
    {
        const auto inspection = model({.renamed_block = true});
        const ReviewOverlay overlay = lay(*inspection, decided());
        QCOMPARE(conflicts(overlay),
                 (QStringList{"Identity module-gone", "Sigmoid machine-changed"}));
    }

    void decisions_on_modules_hold_for_their_content()
    {
        const auto before = model();
        ReviewSession session = session_on(before);
        ReviewCommand accept;
        accept.modules = {*before->modules.find("b0"), *before->modules.find("b1")};
        QVERIFY(session.decide(accept, now));
        const auto renamed = model({.prefix = "q", .shuffled = true, .cast_in_front = true});
        QCOMPARE(lay(*renamed, session.log()).figures.accepted, std::uint64_t(10));
        QVERIFY(lay(*renamed, session.log()).conflicts.empty());
        const auto smaller = model({.without_tanh = true});
        const ReviewOverlay overlay = lay(*smaller, session.log());
        QCOMPARE(overlay.figures.accepted, std::uint64_t(5));
        QCOMPARE(overlay.conflicts.size(), std::size_t(1));
        QCOMPARE(overlay.conflicts[0].kind, ReviewConflict::Kind::MachineChanged);
        QCOMPARE(overlay.conflicts[0].module, *smaller->modules.find("b1"));
    }

    void deciding_again_after_an_export_leaves_one_decision()
    {
        // The node has another key now; both decisions are about it, and the later one counts.
        ReviewLog log = decided();
        const auto inspection = model({.cast_in_front = true});
        ReviewSession session = session_on(inspection, log);
        ReviewCommand reject;
        reject.action = ReviewAction::Reject;
        reject.nodes = {find(*inspection, "/b0/Relu/Relu")};
        QVERIFY(session.decide(reject, now));
        const ReviewOverlay overlay = lay(*inspection, session.log());
        QCOMPARE(overlay.nodes[reject.nodes[0]].verdict, ReviewVerdict::Rejected);
        QCOMPARE(conflicts(overlay), QStringList());
        QVERIFY(session.undo(now));
        QCOMPARE(lay(*inspection, session.log()).nodes[reject.nodes[0]].verdict,
                 ReviewVerdict::Accepted);
    }

    void bodies_and_twins_have_identities()
    {
        test::InspectionBuilder b("Net");
        b.input("c", {1});
        b.input("x", {1});
        const NodeId branch = b.node(root_module, "If", {"c"}, "y");
        for (const char* name : {"then_branch", "else_branch"}) {
            const GraphId body = b.body(branch, name);
            b.node(root_module, "Relu", {"x"}, std::string(name) + "/r", {1},
                   EvidenceKind::Recorded, body);
        }
        // Nobody reads them: they are alike in everything.
        b.node(root_module, "Neg", {"x"}, "n0");
        b.node(root_module, "Neg", {"x"}, "n1");
        b.output("y");
        const auto inspection = b.finish();
        const NodeIdentities ids = identities(*inspection);
        QSet<QString> keys;
        for (NodeId id = 0; id < inspection->model->nodes.size(); ++id) {
            const std::string key = ids.key(id);
            keys.insert(QString::fromStdString(key));
            QCOMPARE(ids.find(key, ids.record(id)).node, id);
            QCOMPARE(ids.find(key, {}).node, id); // without names, by order
        }
        QCOMPARE(keys.size(), 5);
        QCOMPARE(ids.find("nonsense", {}).match, NodeIdentities::Match::Gone);
        QCOMPARE(ids.find(ids.key(4) + "99999999999999999999", {}).match,
                 NodeIdentities::Match::Gone);
    }

    void the_queue_has_the_most_doubtful_first()
    {
        const auto inspection = test::small_model();
        const auto queue = review_queue(*inspection, 0.9);
        QVERIFY(!queue.empty());
        QVERIFY(inspection->attribution[queue.front()].synthetic);
        for (std::size_t i = 2; i < queue.size(); ++i)
            QVERIFY(inspection->attribution[queue[i - 1]].confidence <=
                    inspection->attribution[queue[i]].confidence);
        for (const NodeId id : queue)
            QVERIFY(inspection->attribution[id].confidence < 0.9);
        std::size_t doubtful = 0;
        for (const NodeAttribution& a : inspection->attribution)
            doubtful += a.confidence < 0.9 ? 1 : 0;
        QCOMPARE(queue.size(), doubtful);
    }

    void large_models_are_quick()
    {
        const auto inspection = test::transformer_model(625); // 10 000 nodes
        const auto start = std::chrono::steady_clock::now();
        ReviewSession session = session_on(inspection);
        ReviewCommand all;
        for (NodeId id = 0; id < inspection->model->nodes.size(); ++id)
            all.nodes.push_back(id);
        QVERIFY(session.decide(all, now));
        QCOMPARE(lay(*inspection, session.log()).figures.accepted,
                 std::uint64_t(inspection->model->nodes.size()));
        const double seconds =
            std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
        qInfo("10 000 nodes: %.3f s", seconds);
        QVERIFY(seconds < 10.0); // generous: sanitizers, loaded machines
    }
};

QTEST_GUILESS_MAIN(TestReviewReexport)
#include "tst_review_reexport.moc"
