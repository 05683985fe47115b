// Reviews as data: any order of decisions, undo, redo, saving, loading and merging gives the same
// state; damaged files give plain errors.
#include "review/review_file.h"
#include "review/review_session.h"
#include "support/inspection_builder.h"
#include "unit/report/json_schema_validator.h"

#include <QTemporaryDir>
#include <QtTest>

#include <fstream>
#include <random>

using namespace strata;

namespace {

std::shared_ptr<const NodeIdentities> identities_of(const Inspection& inspection)
{
    TaskContext task;
    auto result = NodeIdentities::of(*inspection.model, task);
    if (!result)
        qFatal("no identities");
    return std::make_shared<const NodeIdentities>(std::move(*result));
}

struct Fixture {
    std::shared_ptr<const Inspection> inspection = test::small_model();
    std::shared_ptr<const NodeIdentities> identities = identities_of(*inspection);

    ReviewSession session(const std::string& who = "ann", ReviewLog log = {}) const
    {
        return {inspection, identities, std::move(log), who};
    }
    ReviewOverlay overlay(const ReviewLog& log) const
    {
        TaskContext task;
        auto result = apply_review(*inspection, *identities, log, task);
        if (!result)
            qFatal("%s", result.error().message.c_str());
        return std::move(*result);
    }
    NodeId node(const std::string& name) const
    {
        for (NodeId id = 0; id < inspection->model->nodes.size(); ++id)
            if (inspection->model->text(inspection->model->nodes[id].name) == name)
                return id;
        qFatal("no node %s", name.c_str());
    }
    ModuleId module(const std::string& fqn) const { return *inspection->modules.find(fqn); }
};

const std::string now = "2026-03-01T12:30:00Z";

ReviewCommand on_node(ReviewAction action, NodeId node)
{
    ReviewCommand command;
    command.action = action;
    command.nodes = {node};
    return command;
}

/// What the state is told by: verdicts, notes and marks, whoever and whenever.
QStringList state(const Inspection& inspection, const ReviewOverlay& overlay)
{
    QStringList lines;
    for (NodeId id = 0; id < overlay.nodes.size(); ++id) {
        const ReviewedItem& item = overlay.nodes[id];
        QString line =
            QStringLiteral("%1 %2").arg(id).arg(QString::fromUtf8(to_string(item.verdict).data()));
        if (item.verdict == ReviewVerdict::Reassigned)
            line += QStringLiteral(" %1").arg(
                QString::fromStdString(inspection.modules[item.module].fqn));
        if (item.marked)
            line += QStringLiteral(" marked");
        if (const auto note = overlay.node_notes.find(id); note != overlay.node_notes.end())
            line += QStringLiteral(" \"%1\"").arg(QString::fromStdString(note->second));
        if (line != QStringLiteral("%1 none").arg(id))
            lines += line;
    }
    return lines;
}

/// A reviewer's state in the plainest way: a stack of whole states. What the log must agree with.
class Model {
public:
    struct Node {
        std::string verdict = "none";
        std::string note;
        bool marked = false;
    };
    explicit Model(std::size_t nodes) : m_states{{std::vector<Node>(nodes)}} {}

    void decide(const ReviewCommand& command, const std::string& to)
    {
        m_states.resize(m_now + 1);
        std::vector<Node> next = m_states.back();
        for (const NodeId id : command.nodes)
            switch (command.action) {
            case ReviewAction::Accept:
                next[id].verdict = "accepted";
                break;
            case ReviewAction::Reject:
                next[id].verdict = "rejected";
                break;
            case ReviewAction::Reassign:
                next[id].verdict = "reassigned " + to;
                break;
            case ReviewAction::Clear:
                next[id].verdict = "none";
                break;
            case ReviewAction::Note:
                next[id].note = command.text;
                break;
            case ReviewAction::Review:
                next[id].marked = true;
                break;
            case ReviewAction::Unreview:
                next[id].marked = false;
                break;
            case ReviewAction::Retract:
                break;
            }
        m_states.push_back(std::move(next));
        ++m_now;
    }
    bool undo() { return m_now > 0 && m_now--; }
    bool redo() { return m_now + 1 < m_states.size() && ++m_now; }

    QStringList lines() const
    {
        QStringList lines;
        for (std::size_t id = 0; id < m_states[m_now].size(); ++id) {
            const Node& node = m_states[m_now][id];
            if (node.verdict == "none" && node.note.empty() && !node.marked)
                continue;
            QString line =
                QStringLiteral("%1 %2").arg(id).arg(QString::fromStdString(node.verdict));
            if (node.marked)
                line += QStringLiteral(" marked");
            if (!node.note.empty())
                line += QStringLiteral(" \"%1\"").arg(QString::fromStdString(node.note));
            lines += line;
        }
        return lines;
    }

private:
    std::vector<std::vector<Node>> m_states;
    std::size_t m_now = 0;
};

class Random {
public:
    explicit Random(unsigned seed) : m_engine(seed) {}
    std::size_t below(std::size_t n) { return m_engine() % n; }

    ReviewCommand command(const Fixture& f)
    {
        static const ReviewAction actions[]{
            ReviewAction::Accept, ReviewAction::Reject, ReviewAction::Reassign, ReviewAction::Clear,
            ReviewAction::Note,   ReviewAction::Review, ReviewAction::Unreview};
        ReviewCommand command;
        command.action = actions[below(std::size(actions))];
        for (std::size_t i = below(3) + 1; i-- > 0;)
            command.nodes.push_back(static_cast<NodeId>(below(f.inspection->model->nodes.size())));
        if (command.action == ReviewAction::Reassign)
            command.module = static_cast<ModuleId>(below(f.inspection->modules.size()));
        if (command.action == ReviewAction::Note && below(4) > 0)
            command.text = "note \u00e4\n" + std::to_string(below(5));
        return command;
    }

private:
    std::mt19937 m_engine;
};

} // namespace

class TestReviewLog : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void decisions_are_laid_over()
    {
        const Fixture f;
        ReviewSession session = f.session();
        const NodeId orphan = f.node("/orphan/Identity");
        const NodeId gemm = f.node("/logits/Gemm");
        const NodeId relu = f.node("/layer1.1/r/Relu");
        ReviewCommand reassign = on_node(ReviewAction::Reassign, orphan);
        reassign.module = f.module("layer1");
        reassign.why = "runs between the blocks";
        QVERIFY(session.decide(reassign, now));
        QVERIFY(session.decide(on_node(ReviewAction::Accept, relu), now));
        QVERIFY(session.decide(on_node(ReviewAction::Reject, gemm), now));
        ReviewCommand note = on_node(ReviewAction::Note, gemm);
        note.text = "ask Bea";
        QVERIFY(session.decide(note, now));

        const ReviewOverlay overlay = f.overlay(session.log());
        QCOMPARE(overlay.nodes[orphan].verdict, ReviewVerdict::Reassigned);
        QCOMPARE(overlay.module_after(*f.inspection, orphan), f.module("layer1"));
        QCOMPARE(overlay.module_after(*f.inspection, gemm), no_module);
        QCOMPARE(overlay.module_after(*f.inspection, relu), f.module("layer1.1"));
        QCOMPARE(overlay.node_notes.at(gemm), std::string("ask Bea"));
        QVERIFY(overlay.conflicts.empty());
        const ReviewEvent& event = session.log().events()[overlay.nodes[orphan].event];
        QCOMPARE(event.who, std::string("ann"));
        QCOMPARE(event.when, now);
        QCOMPARE(event.why, std::string("runs between the blocks"));

        // 14 nodes, 1 orphan before; after: the orphan has a module, the Gemm has none.
        const ReviewFigures& figures = overlay.figures;
        QCOMPARE(figures.before.total, std::uint64_t(14));
        QCOMPARE(figures.before.orphans, std::uint64_t(1));
        QCOMPARE(figures.after.total, std::uint64_t(14));
        QCOMPARE(figures.after.orphans, std::uint64_t(1));
        QCOMPARE(figures.reviewed, std::uint64_t(3));
        const double gained = (1.0 - f.inspection->attribution[orphan].confidence) +
                              (1.0 - f.inspection->attribution[relu].confidence) -
                              f.inspection->attribution[gemm].confidence;
        QVERIFY(std::abs(figures.after.confidence_sum - figures.before.confidence_sum - gained) <
                1e-9);
        // Nothing of the machine's has changed.
        QVERIFY(f.inspection->attribution[orphan].synthetic);
        QCOMPARE(f.inspection->coverage.all.orphans, std::uint64_t(1));
        // layer1 has its 9 nodes and the orphan.
        QCOMPARE(figures.modules_after[f.module("layer1")].total, std::uint64_t(10));
    }

    void modules_pass_on_their_verdict()
    {
        const Fixture f;
        ReviewSession session = f.session();
        ReviewCommand accept;
        accept.action = ReviewAction::Accept;
        accept.modules = {f.module("layer1")};
        QVERIFY(session.decide(accept, now));
        ReviewCommand reject;
        reject.action = ReviewAction::Reject;
        reject.modules = {f.module("layer1.0")};
        QVERIFY(session.decide(reject, now));
        const NodeId add = f.node("/layer1.0/a/Add");
        QVERIFY(session.decide(on_node(ReviewAction::Accept, add), now));
        const ReviewOverlay overlay = f.overlay(session.log());
        QCOMPARE(overlay.nodes[f.node("/layer1.1/r/Relu")].verdict, ReviewVerdict::Accepted);
        QVERIFY(overlay.nodes[f.node("/layer1.1/r/Relu")].inherited);
        // The nearest module, and before it the node's own.
        QCOMPARE(overlay.nodes[f.node("/layer1.0/c/Conv")].verdict, ReviewVerdict::Rejected);
        QCOMPARE(overlay.nodes[add].verdict, ReviewVerdict::Accepted);
        QVERIFY(!overlay.nodes[add].inherited);
        QCOMPARE(overlay.nodes[f.node("/s/Conv")].verdict, ReviewVerdict::None);
        // 4 + 4 nodes of the blocks and the pool.
        QCOMPARE(overlay.figures.reviewed, std::uint64_t(9));
    }

    void undo_brings_back_exactly_what_was()
    {
        const Fixture f;
        ReviewSession session = f.session();
        QVERIFY(!session.undo(now));
        QVERIFY(session.decide(on_node(ReviewAction::Accept, 3), "2026-01-01T00:00:00Z"));
        const ReviewOverlay first = f.overlay(session.log());
        QVERIFY(session.decide(on_node(ReviewAction::Reject, 3), now));
        QVERIFY(session.undo(now));
        const ReviewOverlay back = f.overlay(session.log());
        QCOMPARE(back.nodes[3].verdict, ReviewVerdict::Accepted);
        QCOMPARE(session.log().events()[back.nodes[3].event].when,
                 std::string("2026-01-01T00:00:00Z"));
        QVERIFY(session.redo(now));
        QCOMPARE(f.overlay(session.log()).nodes[3].verdict, ReviewVerdict::Rejected);
        QVERIFY(!session.redo(now));
        // After a load, too; but others' decisions are not one's own to undo.
        ReviewSession later = f.session("ann", session.log());
        QVERIFY(later.undo(now));
        QCOMPARE(f.overlay(later.log()).nodes[3].verdict, ReviewVerdict::Accepted);
        ReviewSession other = f.session("bea", session.log());
        QVERIFY(!other.undo(now));
        // A new decision ends what could be redone.
        QVERIFY(later.decide(on_node(ReviewAction::Review, 5), now));
        QVERIFY(!later.redo(now));
    }

    void any_sequence_gives_the_same_state()
    {
        const Fixture f;
        const QTemporaryDir folder;
        const std::filesystem::path path =
            folder.filePath(QStringLiteral("m.review.json")).toStdString();
        for (unsigned seed = 1; seed <= 40; ++seed) {
            Random random(seed);
            ReviewSession session = f.session();
            Model model(f.inspection->model->nodes.size());
            for (int step = 0; step < 40; ++step) {
                switch (random.below(8)) {
                case 0:
                case 1:
                    QCOMPARE(session.undo(now), model.undo());
                    break;
                case 2:
                    QCOMPARE(session.redo(now), model.redo());
                    break;
                case 3: { // closed and opened again
                    QVERIFY(save_review(session.log(), path));
                    auto loaded = load_review(path);
                    QVERIFY2(loaded, loaded ? "" : loaded.error().text().c_str());
                    QVERIFY(*loaded == session.log());
                    session = f.session("ann", std::move(*loaded));
                    break;
                }
                case 4: // merged with an older copy of itself
                    session.unite(merge_reviews(session.log(), session.log()).log);
                    break;
                default: {
                    const ReviewCommand command = random.command(f);
                    QVERIFY(session.decide(command, now));
                    model.decide(command, command.module == no_module
                                              ? std::string()
                                              : f.inspection->modules[command.module].fqn);
                }
                }
                const ReviewOverlay overlay = f.overlay(session.log());
                QCOMPARE(state(*f.inspection, overlay), model.lines());
                QVERIFY(overlay.conflicts.empty());
            }
        }
    }

    void merging_is_commutative_associative_idempotent()
    {
        const Fixture f;
        for (unsigned seed = 1; seed <= 30; ++seed) {
            Random random(seed);
            // Three people start from what one of them had, and see each other's now and then.
            ReviewSession start = f.session("ann");
            for (int i = 0; i < 4; ++i)
                QVERIFY(start.decide(random.command(f), now));
            std::vector<ReviewSession> people{f.session("ann", start.log()),
                                              f.session("bea", start.log()),
                                              f.session("cem", start.log())};
            for (int step = 0; step < 30; ++step) {
                ReviewSession& who = people[random.below(3)];
                switch (random.below(6)) {
                case 0:
                    who.undo(now);
                    break;
                case 1:
                    who.redo(now);
                    break;
                case 2:
                    who.unite(people[random.below(3)].log());
                    break;
                default:
                    QVERIFY(who.decide(random.command(f), now));
                }
            }
            const ReviewLog &a = people[0].log(), &b = people[1].log(), &c = people[2].log();
            const ReviewMerge ab = merge_reviews(a, b), ba = merge_reviews(b, a);
            QVERIFY(ab.log == ba.log);
            QCOMPARE(review_json(ab.log), review_json(ba.log));
            QCOMPARE(ab.conflicts.size(), ba.conflicts.size());
            QVERIFY(merge_reviews(ab.log, a).log == ab.log);
            QVERIFY(merge_reviews(ab.log, ab.log).log == ab.log);
            QVERIFY(merge_reviews(ab.log, c).log == merge_reviews(a, merge_reviews(b, c).log).log);
            // State and conflicts depend on the set only.
            const ReviewOverlay one = f.overlay(merge_reviews(ab.log, c).log);
            const ReviewOverlay two = f.overlay(merge_reviews(c, ba.log).log);
            QCOMPARE(state(*f.inspection, one), state(*f.inspection, two));
            QVERIFY(one.conflicts == two.conflicts);
            auto again = parse_review(review_json(ab.log));
            QVERIFY(again && *again == ab.log);
        }
    }

    void disagreement_is_a_conflict_until_somebody_decides()
    {
        const Fixture f;
        ReviewSession ann = f.session("ann"), bea = f.session("bea");
        const NodeId relu = f.node("/h/Relu");
        QVERIFY(ann.decide(on_node(ReviewAction::Accept, relu), now));
        QVERIFY(bea.decide(on_node(ReviewAction::Reject, relu), now));
        QVERIFY(bea.decide(on_node(ReviewAction::Accept, 0), now));
        const ReviewMerge merged = merge_reviews(ann.log(), bea.log());
        QCOMPARE(merged.conflicts.size(), std::size_t(1));
        const ReviewOverlay overlay = f.overlay(merged.log);
        QCOMPARE(overlay.conflicts.size(), std::size_t(1));
        QCOMPARE(overlay.conflicts[0].kind, ReviewConflict::Kind::Concurrent);
        QCOMPARE(overlay.conflicts[0].node, relu);
        const std::string text = conflict_text(overlay.conflicts[0], merged.log);
        for (const char* word : {"ann", "bea", "accept", "reject", "/h/Relu"})
            QVERIFY2(text.find(word) != std::string::npos, text.c_str());
        ann.unite(bea.log());
        QVERIFY(ann.decide(on_node(ReviewAction::Reject, relu), now));
        QVERIFY(f.overlay(ann.log()).conflicts.empty());
        QCOMPARE(f.overlay(merge_reviews(bea.log(), ann.log()).log).nodes[relu].verdict,
                 ReviewVerdict::Rejected);
        // To agree is none, and neither is to have seen the other's decision.
        ReviewSession cem = f.session("cem"), dan = f.session("dan");
        QVERIFY(cem.decide(on_node(ReviewAction::Accept, relu), now));
        QVERIFY(dan.decide(on_node(ReviewAction::Accept, relu), now));
        QVERIFY(merge_reviews(cem.log(), dan.log()).conflicts.empty());
        dan.unite(cem.log());
        QVERIFY(dan.decide(on_node(ReviewAction::Reject, relu), now));
        QVERIFY(merge_reviews(cem.log(), dan.log()).conflicts.empty());
    }

    void files_are_valid_and_survive_others_writing_them()
    {
        const Fixture f;
        Random random(7);
        ReviewSession ann = f.session("ann"), bea = f.session("bea \xff");
        for (int i = 0; i < 30; ++i)
            QVERIFY(ann.decide(random.command(f), now));
        ReviewCommand module;
        module.action = ReviewAction::Accept;
        module.modules = {root_module};
        QVERIFY(ann.decide(module, now));
        ann.undo(now);
        std::ifstream in(STRATA_SOURCE_DIR "/resources/schemas/review.schema.json");
        const auto schema = nlohmann::json::parse(in);
        const auto errors =
            test::SchemaValidator(schema).validate(nlohmann::json::parse(review_json(ann.log())));
        QVERIFY2(errors.empty(), errors.empty() ? "" : errors.front().c_str());

        const QTemporaryDir folder;
        const std::filesystem::path path =
            folder.filePath(QStringLiteral("m.review.json")).toStdString();
        QVERIFY(bea.decide(on_node(ReviewAction::Reject, 2), now));
        QVERIFY(sync_review(ann.log(), path));
        const auto both = sync_review(bea.log(), path);
        QVERIFY(both);
        QCOMPARE(both->events().size(), ann.log().events().size() + 1);
        QCOMPARE(load_review(path)->events().size(), both->events().size());
        // Nothing new, nothing written.
        const auto before = std::filesystem::last_write_time(path);
        QTest::qWait(20);
        QVERIFY(sync_review(ann.log(), path));
        QCOMPARE(std::filesystem::last_write_time(path), before);
        QCOMPARE(QDir(folder.path()).entryList(QDir::Files | QDir::Hidden).size(), 1);
        QVERIFY(load_review(std::filesystem::path(folder.path().toStdString()) / "none")->empty());
    }

    void paths()
    {
        QCOMPARE(review_path("/a/net.v2.onnx").string(), std::string("/a/net.v2.review.json"));
        QCOMPARE(review_path("net.pt2").string(), std::string("net.pt2.review.json"));
    }

    void damaged_files_are_refused_with_the_place_data()
    {
        QTest::addColumn<QByteArray>("json");
        QTest::addColumn<QString>("says");
        const auto file = [](const QByteArray& nodes, const QByteArray& events) {
            return "{\"format\":\"strata-review\",\"format_version\":1,\"models\":[],\"nodes\":[" +
                   nodes + "],\"events\":[" + events + "]}";
        };
        const QByteArray node = R"({"key":"k","op_type":"Relu","name":"r","path":"p","local":"0"})";
        const auto event = [](const QByteArray& more, const QByteArray& id = "a") {
            return "{\"id\":\"" + id + "\",\"clock\":1,\"who\":\"w\",\"when\":\"t\"," + more + "}";
        };
        QTest::newRow("empty") << QByteArray() << "not JSON";
        QTest::newRow("cut") << file(node, "").chopped(5) << "not JSON";
        QTest::newRow("list") << QByteArray("[1]") << "object";
        QTest::newRow("deep") << QByteArray(200000, '[') << "not JSON";
        QTest::newRow("other format") << QByteArray(R"({"format":"x"})") << "strata-review";
        QTest::newRow("newer") << QByteArray(R"({"format":"strata-review","format_version":2})")
                               << "newer";
        QTest::newRow("version as text")
            << QByteArray(R"({"format":"strata-review","format_version":"1"})") << "format_version";
        QTest::newRow("no events") << QByteArray(R"({"format":"strata-review","format_version":1,)"
                                                 R"("models":[],"nodes":[]})")
                                   << "events";
        QTest::newRow("node twice") << file(node + "," + node, "") << "nodes[1].key";
        QTest::newRow("node as number") << file("7", "") << "nodes[0]";
        QTest::newRow("action") << file(node, event(R"("action":"burn")")) << "burn";
        QTest::newRow("unknown node")
            << file(node, event(R"("action":"accept","targets":[{"node":"z","saw":null}])"))
            << "events[0].targets[0].node";
        QTest::newRow("no targets")
            << file(node, event(R"("action":"accept","targets":[])")) << "events[0].targets";
        QTest::newRow("targets as object")
            << file(node, event(R"("action":"accept","targets":{"node":"k"})")) << "a list";
        QTest::newRow("clock") << file(node, R"({"id":"a","clock":-1,"who":"w","when":"t",)"
                                             R"("action":"retract","retracts":"b"})")
                               << "events[0].clock";
        QTest::newRow("huge clock")
            << file(node, R"({"id":"a","clock":18446744073709551615,"who":"w","when":"t",)"
                          R"("action":"retract","retracts":"b"})")
            << "events[0].clock";
        QTest::newRow("id twice") << file(node, event(R"("action":"retract","retracts":"x")") +
                                                    "," +
                                                    event(R"("action":"retract","retracts":"x")"))
                                  << "events[1].id";
        QTest::newRow("empty id") << file(node, event(R"("action":"retract","retracts":"x")", ""))
                                  << "events[0].id";
        QTest::newRow("replaces") << file(node, event(R"("action":"accept","targets":[{"node":)"
                                                      R"("k","saw":null}],"replaces":[3])"))
                                  << "replaces";
        QTest::newRow("no module")
            << file(node, event(R"("action":"reassign","targets":[{"node":"k","saw":null}])"))
            << "events[0].module";
    }
    void damaged_files_are_refused_with_the_place()
    {
        QFETCH(QByteArray, json);
        QFETCH(QString, says);
        const auto log = parse_review({json.data(), static_cast<std::size_t>(json.size())});
        QVERIFY(!log);
        QCOMPARE(log.error().code, ErrorCode::CannotRead);
        QVERIFY2(log.error().message.find(says.toStdString()) != std::string::npos,
                 log.error().message.c_str());
    }

    void hostile_logs_end()
    {
        // Retractions in a ring, of themselves and of the unknown; an event replacing itself.
        const QByteArray json =
            R"({"format":"strata-review","format_version":1,"models":[],"nodes":[)"
            R"({"key":"k","op_type":"Relu","name":"r","path":"p","local":"zz"}],"events":[)"
            R"({"id":"a","clock":1,"who":"w","when":"t","action":"retract","retracts":"b"},)"
            R"({"id":"b","clock":1,"who":"w","when":"t","action":"retract","retracts":"a"},)"
            R"({"id":"c","clock":2,"who":"w","when":"t","action":"retract","retracts":"c"},)"
            R"({"id":"d","clock":3,"who":"w","when":"t","action":"retract","retracts":"?"},)"
            R"({"id":"e","clock":4,"who":"w","when":"t","action":"accept","targets":)"
            R"([{"node":"k","saw":null},{"node":"k","saw":"x"},{"module":"m","saw":null}],)"
            R"("replaces":["e","f"]},)"
            R"({"id":"f","clock":4,"who":"w","when":"t","action":"accept","targets":)"
            R"([{"node":"k","saw":null}],"replaces":["e","f"]}]})";
        const auto log = parse_review({json.data(), static_cast<std::size_t>(json.size())});
        QVERIFY2(log, log ? "" : log.error().text().c_str());
        const Fixture f;
        const ReviewOverlay overlay = f.overlay(*log);
        QCOMPARE(overlay.figures.reviewed, std::uint64_t(0));
        for (const ReviewConflict& conflict : overlay.conflicts)
            QVERIFY(!conflict_text(conflict, *log).empty());
        QVERIFY(merge_reviews(*log, *log).log == *log);
        ReviewSession session = f.session("w", *log);
        while (session.undo(now)) {
        }
        QVERIFY(session.decide(on_node(ReviewAction::Accept, 0), now));
    }

    void mutated_files_are_read_or_refused()
    {
        const Fixture f;
        ReviewSession session = f.session();
        Random random(11);
        for (int i = 0; i < 12; ++i)
            QVERIFY(session.decide(random.command(f), now));
        session.undo(now);
        const std::string good = review_json(session.log());
        int read = 0, refused = 0;
        for (int round = 0; round < 3000; ++round) {
            std::string text = good;
            for (std::size_t i = random.below(4) + 1; i-- > 0;) {
                const std::size_t at = random.below(text.size());
                switch (random.below(4)) {
                case 0:
                    text[at] = static_cast<char>(random.below(256));
                    break;
                case 1:
                    text.erase(at, random.below(40));
                    break;
                case 2:
                    text.insert(at, text.substr(random.below(text.size()), random.below(60)));
                    break;
                default: // a digit for a digit: clocks and hashes that are not what they were
                    if (const std::size_t digit = text.find_first_of("0123456789", at);
                        digit != std::string::npos)
                        text[digit] = static_cast<char>('0' + random.below(10));
                }
            }
            const auto log = parse_review(text);
            if (!log) {
                ++refused;
                QVERIFY(!log.error().message.empty());
                continue;
            }
            ++read;
            // Whatever could be read can be laid over, merged, written and read again.
            const ReviewOverlay overlay = f.overlay(*log);
            for (const ReviewConflict& conflict : overlay.conflicts)
                QVERIFY(!conflict_text(conflict, *log).empty());
            const ReviewMerge merged = merge_reviews(*log, session.log());
            QVERIFY(merged.log == merge_reviews(session.log(), *log).log);
            const auto again = parse_review(review_json(*log));
            QVERIFY2(again, again ? "" : again.error().message.c_str());
            QVERIFY(*again == *log);
        }
        QVERIFY(read > 100 && refused > 100);
    }

    void wrong_commands_are_refused()
    {
        const Fixture f;
        ReviewSession session = f.session();
        QCOMPARE(session.decide({}, now).error().code, ErrorCode::Usage);
        QCOMPARE(session.decide(on_node(ReviewAction::Accept, 999), now).error().code,
                 ErrorCode::Usage);
        QCOMPARE(session.decide(on_node(ReviewAction::Reassign, 0), now).error().code,
                 ErrorCode::Usage);
        QVERIFY(session.log().empty());
        QVERIFY(session.log().nodes.empty());
    }
};

QTEST_GUILESS_MAIN(TestReviewLog)
#include "tst_review_log.moc"
