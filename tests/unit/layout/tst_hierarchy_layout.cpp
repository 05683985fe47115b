#include "layout/box_content.h"
#include "layout/hierarchy_layout.h"
#include "layout/node_times.h"
#include "layout/repeats.h"
#include "layout/split_levels.h"
#include "random_model.h"
#include "scene_checks.h"
#include "support/inspection_builder.h"

#include <QtTest>
#include <chrono>
#include <set>

using namespace strata;
using namespace strata::test;

namespace {

std::shared_ptr<const Scene> scene_of(HierarchyLayout& layout, const std::set<GroupId>& open,
                                      const std::set<GroupId>& folded = {})
{
    TaskContext task;
    const auto scene = layout.layout(open, task, nullptr, folded);
    return scene ? *scene : nullptr;
}

std::set<GroupId> all_groups(HierarchyLayout& layout)
{
    TaskContext task;
    std::set<GroupId> open;
    const auto tree = layout.tree(task);
    for (GroupId id = 0; tree && id < (*tree)->groups.size(); ++id)
        open.insert(id);
    return open;
}

std::set<GroupId> all_repeats(HierarchyLayout& layout)
{
    TaskContext task;
    const auto tree = layout.tree(task);
    return {(*tree)->repeats.begin(), (*tree)->repeats.end()};
}

/// A run of modules with one operator each: "blocks.0", "blocks.1", ...; `parameter` is the size
/// of the parameter of each, `between` may put a node of the root after each.
template <class Parameter, class Between>
std::shared_ptr<const Inspection> run_model(int count, const Parameter& parameter,
                                            const Between& between)
{
    InspectionBuilder b("Run");
    b.module("blocks", "ModuleList");
    b.input("x", {1, 64});
    std::string h = "x";
    for (int i = 0; i < count; ++i) {
        const std::string at = fmt::format("blocks.{}", i);
        const ModuleId block = b.module(at, "Block");
        b.parameter(at + ".weight", {parameter(i)});
        b.node(block, "Mul", {h, at + ".weight"}, at);
        h = at;
        between(b, i, h);
    }
    b.output(h);
    return b.finish();
}

std::shared_ptr<const TextMetrics> metrics()
{
    return std::make_shared<FixedTextMetrics>();
}

const SceneBox* box_of(const Scene& scene, GroupId group)
{
    const auto it = scene.box_of_group.find(group);
    return it == scene.box_of_group.end() ? nullptr : &scene.boxes[it->second];
}

} // namespace

class TestHierarchyLayout : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void top_level_shows_modules_operators_and_terminals()
    {
        const auto inspection = small_model();
        HierarchyLayout layout(inspection, metrics());
        const auto scene = scene_of(layout, {});
        QVERIFY(scene);
        std::map<BoxKind, int> kinds;
        for (const SceneBox& box : scene->boxes)
            ++kinds[box.kind];
        QCOMPARE(kinds[BoxKind::Group], 3);    // stem, layer1, fc
        QCOMPARE(kinds[BoxKind::Operator], 3); // Relu, the orphan, Flatten
        QCOMPARE(kinds[BoxKind::Input], 1);
        QCOMPARE(kinds[BoxKind::Output], 1);
        QCOMPARE(kinds[BoxKind::Container], 0);
        const SceneBox* layer = box_of(*scene, *inspection->modules.find("layer1"));
        QVERIFY(layer);
        QCOMPARE(layer->figures.total, std::uint64_t{9}); // two blocks of four, and the pool
        QCOMPARE(layer->title, std::string("layer1"));
        QCOMPARE(layer->subtitle, std::string("Sequential"));
    }

    void every_scene_keeps_the_properties_data()
    {
        QTest::addColumn<int>("model");
        QTest::newRow("small") << 0;
        QTest::newRow("transformer") << 1;
        QTest::newRow("deep") << 2;
        QTest::newRow("flat, beyond dot") << 3;
        QTest::newRow("long names") << 4;
    }
    void every_scene_keeps_the_properties()
    {
        QFETCH(int, model);
        const auto inspection = model == 0   ? small_model()
                                : model == 1 ? transformer_model(14)
                                : model == 2 ? deep_model(40)
                                : model == 3 ? flat_model(900)
                                             : deep_model(3, std::string(200, 'n'));
        HierarchyLayout layout(inspection, metrics());
        for (const auto& open : {std::set<GroupId>{}, std::set<GroupId>{1}, all_groups(layout)}) {
            const auto scene = scene_of(layout, open);
            QVERIFY(scene);
            QCOMPARE(overlapping_siblings(*scene), QString());
            QCOMPARE(outside_parent(*scene), QString());
            QCOMPARE(loose_edge_end(*scene), QString());
        }
    }

    void random_models_keep_the_properties()
    {
        std::size_t deepest = 0;
        std::size_t repeats = 0;
        for (unsigned seed = 0; seed < 60; ++seed) {
            const auto inspection = random_model(seed);
            HierarchyLayout layout(inspection, metrics());
            HierarchyLayout again(random_model(seed), metrics());
            const auto groups = all_groups(layout);
            const auto folds = all_repeats(layout);
            repeats += folds.size();
            std::set<GroupId> half_open, half_folded;
            for (const GroupId group : groups)
                if (group % 3 != seed % 3)
                    half_open.insert(group);
            for (const GroupId repeat : folds)
                if (repeat % 2 == seed % 2)
                    half_folded.insert(repeat);
            for (const auto& open : {groups, half_open})
                for (const auto& folded : {std::set<GroupId>{}, folds, half_folded}) {
                    const auto scene = scene_of(layout, open, folded);
                    QVERIFY(scene);
                    const QByteArray where = "seed " + QByteArray::number(seed);
                    QVERIFY2(overlapping_siblings(*scene).isEmpty(), where);
                    QVERIFY2(outside_parent(*scene).isEmpty(), where);
                    QVERIFY2(loose_edge_end(*scene).isEmpty(), where);
                    QVERIFY2(same_geometry(*scene, *scene_of(again, open, folded)), where);
                    for (const SceneBox& box : scene->boxes)
                        deepest = std::max<std::size_t>(deepest, box.depth);
                }
            // What is unfolded and open is there, each node once.
            const auto scene = scene_of(layout, groups);
            QCOMPARE(scene->box_of_node.size(), inspection->model->nodes.size());
        }
        QVERIFY2(deepest >= 20, qPrintable(QString::number(deepest)));
        QVERIFY(repeats > 20);
    }

    void equal_modules_in_a_row_fold_into_one_box()
    {
        const auto inspection = transformer_model(12);
        HierarchyLayout layout(inspection, metrics());
        TaskContext task;
        const auto tree = *layout.tree(task);
        const GroupId layers = *inspection->modules.find("layers");
        const GroupId first = *inspection->modules.find("layers.0");
        const GroupId repeat = repeat_of(*tree, first);
        QVERIFY(repeat != no_id);
        QCOMPARE(members_of_repeat(*tree, repeat).size(), std::size_t{12});
        // q, k and v of each layer are equal, too; up and down of the MLP have nodes between them.
        QCOMPARE(tree->repeats.size(), std::size_t{1 + 12});
        const auto folded = scene_of(layout, {layers}, {repeat});
        const SceneBox* box = box_of(*folded, repeat);
        QVERIFY(box);
        QCOMPARE(box->title, std::string("layers.0 … layers.11"));
        QCOMPARE(box->subtitle, std::string("DecoderLayer ×12"));
        QCOMPARE(box->members, 12U);
        QCOMPARE(box->figures.total, std::uint64_t{12 * 16});
        QVERIFY(!box_of(*folded, first));
        QCOMPARE(loose_edge_end(*folded), QString());
        // The values that run from layer to layer are inside of it: no edge comes back.
        for (const SceneEdge& edge : folded->edges)
            QVERIFY(!edge.backward);
        // Unfolded, it leaves no trace.
        const auto unfolded = scene_of(layout, {layers});
        QVERIFY(!box_of(*unfolded, repeat));
        for (const GroupId member : members_of_repeat(*tree, repeat)) {
            const SceneBox* one = box_of(*unfolded, member);
            QVERIFY(one);
            QCOMPARE(one->parent, unfolded->box_of_group.at(layers));
        }
    }

    void only_equal_structure_folds_data()
    {
        QTest::addColumn<int>("odd_parameter"); // the one of this block has another size
        QTest::addColumn<QString>("between");
        QTest::addColumn<QList<int>>("runs");
        QTest::newRow("all equal") << -1 << QString() << QList<int>{6};
        QTest::newRow("one differs in a parameter's shape") << 2 << QString() << QList<int>{2, 3};
        QTest::newRow("only two in a row differ") << 1 << QString() << QList<int>{4};
        QTest::newRow("operators between") << -1 << QStringLiteral("Relu") << QList<int>{};
        QTest::newRow("constants between") << -1 << QStringLiteral("Constant") << QList<int>{6};
    }
    void only_equal_structure_folds()
    {
        QFETCH(int, odd_parameter);
        QFETCH(QString, between);
        QFETCH(QList<int>, runs);
        const auto inspection = run_model(
            6, [&](int i) { return i == odd_parameter ? 32 : 64; },
            [&](InspectionBuilder& b, int i, std::string& h) {
                if (between.isEmpty())
                    return;
                const bool constant = between == QLatin1String("Constant");
                const std::string name = fmt::format("between{}", i);
                b.node(*b.inspection().modules.find("blocks"), between.toStdString(),
                       constant ? std::vector<std::string>{} : std::vector<std::string>{h}, name);
                if (!constant)
                    h = name;
            });
        HierarchyLayout layout(inspection, metrics());
        TaskContext task;
        const auto tree = *layout.tree(task);
        QList<int> found;
        for (const GroupId repeat : tree->repeats)
            found += static_cast<int>(tree->groups[repeat].members);
        QCOMPARE(found, runs);
    }

    void folding_and_ranges_go_together_data()
    {
        QTest::addColumn<int>("count");
        QTest::addColumn<int>("odd"); // every so many blocks one is another
        QTest::newRow("one long run") << 500 << 0;
        QTest::newRow("runs of a hundred") << 450 << 100;
        QTest::newRow("many short runs") << 450 << 5;
    }
    void folding_and_ranges_go_together()
    {
        QFETCH(int, count);
        QFETCH(int, odd);
        const auto inspection = run_model(
            count, [&](int i) { return odd > 0 && i % odd == 0 ? 32 : 64; },
            [](InspectionBuilder&, int, std::string&) {});
        HierarchyLayout layout(inspection, metrics());
        TaskContext task;
        const auto tree = *layout.tree(task);
        const auto groups = all_groups(layout);
        for (const auto& folded : {std::set<GroupId>{}, all_repeats(layout)}) {
            for (const auto& open :
                 {std::set<GroupId>{*inspection->modules.find("blocks")}, groups}) {
                const auto scene = scene_of(layout, open, folded);
                std::map<std::uint32_t, std::size_t> children;
                for (const SceneBox& box : scene->boxes)
                    ++children[box.parent];
                for (const auto& [parent, boxes] : children)
                    QVERIFY2(boxes <= max_level_items + 2, qPrintable(QString::number(boxes)));
                QCOMPARE(overlapping_siblings(*scene), QString());
                QCOMPARE(outside_parent(*scene), QString());
            }
        }
        QCOMPARE(scene_of(layout, groups)->box_of_node.size(), std::size_t(count));
        QCOMPARE(tree->groups[root_group].figures.total, std::uint64_t(count));
    }

    void all_open_shows_every_node_once()
    {
        const auto inspection = transformer_model(3);
        HierarchyLayout layout(inspection, metrics());
        const auto scene = scene_of(layout, all_groups(layout));
        QVERIFY(scene);
        QCOMPARE(scene->box_of_node.size(), inspection->model->nodes.size());
        QCOMPARE(std::count_if(scene->boxes.begin(), scene->boxes.end(),
                               [](const SceneBox& b) { return b.kind == BoxKind::Operator; }),
                 static_cast<std::ptrdiff_t>(inspection->model->nodes.size()));
    }

    void flow_continues_through_open_containers()
    {
        const auto inspection = small_model();
        const ModuleId layer = *inspection->modules.find("layer1");
        HierarchyLayout layout(inspection, metrics());
        const auto scene = scene_of(layout, {layer});
        const std::uint32_t container = scene->box_of_group.at(layer);
        int entering = 0;
        for (const SceneEdge& outer : scene->edges) {
            if (outer.to != container || outer.level == container)
                continue;
            QVERIFY(!outer.arrow);
            for (const SceneEdge& inner : scene->edges) {
                if (inner.from != container || inner.level != container ||
                    inner.values != outer.values)
                    continue;
                ++entering;
                QCOMPARE(inner.points.front().x, outer.points.back().x);
                QCOMPARE(inner.points.front().y, outer.points.back().y);
            }
        }
        QVERIFY(entering > 0);
    }

    void later_calls_of_a_leaf_are_boxes_of_their_own()
    {
        InspectionBuilder b("Block");
        const ModuleId conv1 = b.module("conv1", "Conv2d");
        const ModuleId conv2 = b.module("conv2", "Conv2d");
        const ModuleId relu = b.module("relu", "ReLU");
        b.module("unused", "Dropout"); // never called: no node, and no box
        b.input("x", {1, 64});
        b.node(conv1, "Conv", {"x"}, "a");
        b.node(relu, "Relu", {"a"}, "b");
        b.node(conv2, "Conv", {"b"}, "c");
        const NodeId again = b.node(relu, "Relu", {"c"}, "d");
        b.output("d");
        b.inspection().attribution[again].call = 1;
        HierarchyLayout layout(b.finish(), metrics());
        const auto scene = scene_of(layout, {});
        QVERIFY(scene);
        std::multiset<std::string> titles;
        for (const SceneBox& box : scene->boxes)
            if (box.kind == BoxKind::Group)
                titles.insert(box.title);
        QCOMPARE(titles, (std::multiset<std::string>{"conv1", "conv2", "relu", "relu@1"}));
        for (const SceneEdge& edge : scene->edges)
            QVERIFY2(!edge.backward, "a chain of calls has no way back");
        QVERIFY(scene_of(layout, all_groups(layout))); // modules without nodes open, too
    }

    void same_twice()
    {
        const auto inspection = transformer_model(4);
        HierarchyLayout a(inspection, metrics());
        HierarchyLayout b(transformer_model(4), metrics());
        const auto open = all_groups(a);
        QVERIFY(same_geometry(*scene_of(a, open), *scene_of(b, open)));
    }

    void opening_and_closing_comes_back_to_the_same_picture()
    {
        const auto inspection = small_model();
        const ModuleId layer = *inspection->modules.find("layer1");
        HierarchyLayout layout(inspection, metrics());
        const auto before = scene_of(layout, {});
        const std::size_t computed = layout.computed_levels();
        const auto opened = scene_of(layout, {layer});
        QVERIFY(!same_geometry(*before, *opened));
        QCOMPARE(layout.computed_levels(), computed + 2); // its own level and the root's
        const auto after = scene_of(layout, {});
        QVERIFY(same_geometry(*before, *after));
        QCOMPARE(layout.computed_levels(), computed + 2); // nothing new
    }

    void equal_blocks_are_laid_out_once()
    {
        const auto inspection = transformer_model(6);
        HierarchyLayout layout(inspection, metrics());
        const ModuleId first = *inspection->modules.find("layers.1.mlp");
        const ModuleId second = *inspection->modules.find("layers.2.mlp");
        const ModuleId list = *inspection->modules.find("layers");
        const std::set<GroupId> open{list, *inspection->modules.find("layers.1"),
                                     *inspection->modules.find("layers.2"), first, second};
        QVERIFY(scene_of(layout, open));
        // Root, list, one layer, one mlp: the second layer and its mlp are the same again.
        QCOMPARE(layout.computed_levels(), std::size_t{4});
    }

    void weights_have_short_names()
    {
        QCOMPARE(local_name("layer1.0.conv.weight"), std::string_view("weight"));
        QCOMPARE(local_name("layer1.0.fc.weight.T"), std::string_view("weight.T"));
        QCOMPARE(local_name("weight.T"), std::string_view("weight.T"));
        QCOMPARE(local_name("/layer1/conv/Conv"), std::string_view("Conv"));
        QCOMPARE(local_name("T"), std::string_view("T"));
        QCOMPARE(local_name("ends."), std::string_view("ends."));
    }

    void shared_values_become_marks()
    {
        const auto inspection = transformer_model(12);
        HierarchyLayout layout(inspection, metrics());
        const auto scene = scene_of(layout, {*inspection->modules.find("layers")});
        int masks = 0;
        int lines = 0;
        const auto is_mask = [&](ValueId v) {
            return inspection->model->text(inspection->model->values[v].name) == "mask";
        };
        for (const ScenePort& port : scene->ports)
            masks += is_mask(port.value) && !port.outgoing ? 1 : 0;
        for (const SceneEdge& edge : scene->edges)
            lines += is_mask(edge.values.front()) && edge.level != no_id ? 1 : 0;
        QCOMPARE(masks, 12);
        QCOMPARE(lines, 0);
    }

    void bodies_are_inside_their_node()
    {
        InspectionBuilder b;
        const ModuleId m = b.module("branch", "Branch");
        b.input("c", {});
        b.input("x", {2});
        const NodeId choice = b.node(m, "If", {"c"}, "y");
        const GraphId then_branch = b.body(choice, "then_branch");
        const NodeId inner =
            b.node(m, "Relu", {"x"}, "t", {2}, EvidenceKind::Recorded, then_branch);
        b.output("y");
        const auto inspection = b.finish();
        HierarchyLayout layout(inspection, metrics());
        TaskContext task;
        const auto tree = *layout.tree(task);
        const GroupId body = tree->control_group.at(choice);
        QCOMPARE(tree->container_of(inner), body);
        QCOMPARE(tree->container_of(choice), GroupId{m});
        const auto scene = scene_of(layout, {m, body});
        const std::uint32_t box = scene->box_of_node.at(inner);
        QCOMPARE(scene->boxes[box].parent, scene->box_of_group.at(body));
        QCOMPARE(outside_parent(*scene), QString());
        QCOMPARE(loose_edge_end(*scene), QString());
    }

    void many_orphans_are_gathered_by_path()
    {
        InspectionBuilder b;
        b.input("v0", {1});
        for (int i = 0; i < 100; ++i) {
            b.node(no_module, i % 2 == 0 ? "Identity" : "Cast", {fmt::format("v{}", i)},
                   fmt::format("v{}", i + 1));
        }
        b.output("v100");
        HierarchyLayout layout(b.finish(), metrics());
        const auto scene = scene_of(layout, {});
        int heaps = 0;
        for (const SceneBox& box : scene->boxes) {
            if (box.kind == BoxKind::Group) {
                ++heaps;
                QVERIFY(box.synthetic);
                QCOMPARE(box.figures.orphans, std::uint64_t{50});
            }
        }
        QCOMPARE(heaps, 2);
    }

    void large_models_open_quickly()
    {
        const auto inspection = transformer_model(6250); // 100 002 nodes
        HierarchyLayout layout(inspection, metrics());
        const auto begin = std::chrono::steady_clock::now();
        QVERIFY(scene_of(layout, {}));
        const std::chrono::duration<double> seconds = std::chrono::steady_clock::now() - begin;
        QVERIFY2(seconds.count() < 3.0, qPrintable(QString::number(seconds.count())));
        qInfo("top level of 100 000 nodes: %.3f s", seconds.count());
    }

    void cancelling_stops_it()
    {
        std::stop_source stop;
        stop.request_stop();
        TaskContext task(stop.get_token());
        HierarchyLayout layout(small_model(), metrics());
        const auto scene = layout.layout({}, task);
        QVERIFY(!scene);
        QCOMPARE(scene.error().code, ErrorCode::Cancelled);
        QVERIFY(scene_of(layout, {})); // and it can be asked again
    }

    void large_levels_are_split_into_ranges_data()
    {
        QTest::addColumn<int>("count");
        QTest::newRow("just small enough") << 160;
        QTest::newRow("just too large") << 161;
        QTest::newRow("once") << 5000;
        QTest::newRow("twice") << 30000;
    }
    void large_levels_are_split_into_ranges()
    {
        QFETCH(int, count);
        const auto inspection = flat_model(count);
        HierarchyLayout layout(inspection, metrics());
        TaskContext task;
        const auto tree = *layout.tree(task);
        QCOMPARE(tree->order.size(), tree->groups.size());
        std::vector<int> seen(inspection->model->nodes.size());
        for (GroupId id = 0; id < tree->groups.size(); ++id) {
            const DisplayGroup& group = tree->groups[id];
            QVERIFY(group.nodes.size() + group.children.size() <= max_level_items);
            for (const NodeId node : group.nodes) {
                ++seen[node];
                QCOMPARE(tree->group_of_node[node], id);
            }
            for (const GroupId child : group.children) {
                QCOMPARE(tree->groups[child].parent, id);
                QCOMPARE(tree->groups[child].depth, group.depth + 1);
            }
        }
        QCOMPARE(std::count(seen.begin(), seen.end(), 1), std::ptrdiff_t(seen.size()));
        QCOMPARE(tree->groups[root_group].figures.total, std::uint64_t(count));
        QCOMPARE(tree->groups.size() > 1, count > 160);
        // The first picture shows all of it, in few boxes.
        const auto scene = scene_of(layout, {});
        QVERIFY(scene->boxes.size() <= max_level_items + 2); // and the input and the output
    }

    void a_range_says_what_is_in_it()
    {
        const auto inspection = transformer_model(500);
        HierarchyLayout layout(inspection, metrics());
        const ModuleId layers = *inspection->modules.find("layers");
        const auto scene = scene_of(layout, {layers});
        QVERIFY(scene);
        QStringList titles, subtitles;
        for (const SceneBox& box : scene->boxes)
            if (box.group_kind == GroupKind::Range) {
                titles += QString::fromStdString(box.title);
                subtitles += QString::fromStdString(box.subtitle);
            }
        QCOMPARE(titles.size(), 11); // 500 / 48
        QCOMPARE(titles[0], QStringLiteral("0 – 47"));
        QCOMPARE(titles[10], QStringLiteral("480 – 499"));
        QCOMPARE(subtitles[0], QStringLiteral("DecoderLayer ×48"));
    }

    void classes_count_nodes_and_groups()
    {
        TaskContext task;
        HierarchyLayout layout(small_model(), metrics());
        const auto tree = *layout.tree(task);
        const auto by_op = *layout.classes(ColorBy::OperatorType, task);
        QVERIFY(!by_op->ordered);
        QCOMPARE(by_op->classes[0].key, std::string("Conv"));
        QCOMPARE(by_op->classes[0].count, std::uint64_t{3});
        QCOMPARE(by_op->classes[by_op->of_node[1]].key, std::string("Relu"));
        const ModuleId layer1 = *small_model()->modules.find("layer1");
        // Two of the Convs are below layer1; all of them are below the root.
        QCOMPARE(by_op->of_group[layer1][0], 2U);
        QCOMPARE(by_op->of_group[root_group][0], 3U);
        std::uint64_t sum = 0;
        for (const NodeClass& c : by_op->classes)
            sum += c.count;
        QCOMPARE(sum, std::uint64_t{by_op->of_node.size()});

        const auto by_bytes = *layout.classes(ColorBy::ParameterBytes, task);
        const auto step = [&](NodeId node) {
            const NodeClass& c = by_bytes->classes[by_bytes->of_node[node]];
            return std::pair(c.low, c.high);
        };
        // 64x3x7x7 and 64 floats are 37 888 bytes; a Relu has none; 4 x 64 floats are 1 KB.
        QCOMPARE(step(0), std::pair(32. * 1024, 1024. * 1024));
        QCOMPARE(step(1), std::pair(0., 0.));
        QCOMPARE(step(3), std::pair(1024., 32. * 1024));

        const auto by_evidence = *layout.classes(ColorBy::Confidence, task);
        QCOMPARE(by_evidence->classes.size(), evidence_kind_count);
        QCOMPARE(by_evidence->classes[static_cast<std::size_t>(EvidenceKind::Synthetic)].count,
                 std::uint64_t{1});
        QCOMPARE(layout.classes(ColorBy::OperatorType, task)->get(), by_op.get()); // kept
    }

    void times_are_shared_among_the_nodes_of_an_operator()
    {
        // linear_1 took 3 ms and became two nodes; relu_2 took 20 µs; the third node has no origin.
        InspectionBuilder b("Timed");
        b.input("x", {1, 64});
        const NodeId product = b.node(root_module, "MatMul", {"x"}, "m");
        const NodeId sum = b.node(root_module, "Add", {"m"}, "s");
        const NodeId relu = b.node(root_module, "Relu", {"s"}, "r");
        const NodeId other = b.node(root_module, "Identity", {"r"}, "y");
        b.output("y");
        auto program = std::make_shared<Program>();
        for (const auto& [name, seconds] : {std::pair{"linear_1", 3e-3}, {"relu_2", 2e-5}}) {
            FxNode node;
            node.target = std::string("aten::") + name;
            node.outputs = {program->graph.add_value(name, {})};
            program->graph.nodes.push_back(node);
            b.inspection().profile.push_back({1, seconds, std::nullopt});
        }
        for (const NodeId node : {product, sum})
            b.inspection().attribution[node].origins = {"linear_1"};
        b.inspection().attribution[relu].origins = {"relu_2"};
        const auto without = std::make_shared<Inspection>(b.inspection());
        QVERIFY(!has_times(*without)); // nobody knows what the profile is of
        b.inspection().program = program;
        const auto inspection = b.finish();
        QVERIFY(has_times(*inspection));
        TaskContext task;
        const std::vector<double> seconds = *node_seconds(*inspection, task);
        QVERIFY(std::abs(seconds[product] - 1.5e-3) < 1e-12);
        QVERIFY(std::abs(seconds[sum] - 1.5e-3) < 1e-12);
        QVERIFY(std::abs(seconds[relu] - 2e-5) < 1e-12);
        QCOMPARE(seconds[other], 0.0);
        HierarchyLayout layout(inspection, metrics());
        const auto by_time = *layout.classes(ColorBy::ExecutionTime, task);
        QVERIFY(by_time->ordered);
        const auto step = [&](NodeId node) {
            const NodeClass& c = by_time->classes[by_time->of_node[node]];
            return std::pair(c.low, c.high);
        };
        QCOMPARE(step(product), std::pair(1e-3, 1e-2));
        QCOMPARE(step(relu), std::pair(1e-5, 1e-4));
        QCOMPARE(step(other), std::pair(0.0, 0.0));
    }

    void nodes_are_classed_by_their_difference_from_pytorch()
    {
        InspectionBuilder b("Compared");
        b.input("x", {1});
        struct Case {
            NodeParity parity;
            std::pair<double, double> step;
        };
        const double infinity = std::numeric_limits<double>::infinity();
        // Within the tolerances by how far they are; all that is beyond them together.
        const std::vector<Case> cases{{{}, {0.0, 0.0}},
                                      {{true, true, 0.0, 0.0, 0}, {-1.0, 1e-12}},
                                      {{true, true, 1e-6, 3e-7, 0}, {1e-12, 1e-6}},
                                      {{true, true, 1e-3, 1e-5, 0}, {1e-5, 1e-4}},
                                      {{true, true, 1e-5, 2e-2, 0}, {1e-4, 1e300}},
                                      {{true, false, 1e-3, 1e-5, 0}, {1e300, 2e300}},
                                      {{true, false, infinity, infinity, 0}, {1e300, 2e300}}};
        for (std::size_t i = 0; i < cases.size(); ++i) {
            b.node(root_module, "Relu", {"x"}, fmt::format("y{}", i));
            b.inspection().parity.push_back(cases[i].parity);
        }
        const auto inspection = b.finish();
        TaskContext task;
        HierarchyLayout layout(inspection, metrics());
        const auto classes = *layout.classes(ColorBy::ParityError, task);
        QVERIFY(classes->ordered);
        for (std::size_t i = 0; i < cases.size(); ++i) {
            const NodeClass& c = classes->classes[classes->of_node[i]];
            QCOMPARE(std::pair(c.low, c.high), cases[i].step);
        }
        const ParitySummary summary = summarize_parity(*inspection->model, inspection->parity);
        QCOMPARE(summary.compared, std::size_t(6));
        QCOMPARE(summary.differing, std::size_t(2));
        QCOMPARE(summary.first_differing, NodeId(5));
        QCOMPARE(summary.worst, NodeId(6));
    }

    void rare_operators_share_a_class()
    {
        InspectionBuilder b("Many");
        b.input("v0", {1});
        for (int i = 0; i < 14; ++i)
            for (int k = 0; k <= i; ++k)
                b.node(root_module, fmt::format("Op{:02}", i), {"v0"}, fmt::format("o{}_{}", i, k));
        TaskContext task;
        HierarchyLayout layout(b.finish(), metrics());
        const auto classes = *layout.classes(ColorBy::OperatorType, task);
        QCOMPARE(classes->classes.size(), max_node_classes);
        QCOMPARE(classes->classes[0].key, std::string("Op13"));
        QVERIFY(classes->classes.back().key.empty());
        QCOMPARE(classes->classes.back().count, std::uint64_t{1 + 2 + 3 + 4 + 5});
    }

    void a_subset_is_counted_in_groups()
    {
        TaskContext task;
        HierarchyLayout layout(small_model(), metrics());
        const auto tree = *layout.tree(task);
        std::vector<bool> nodes(tree->group_of_node.size());
        nodes[0] = nodes[2] = true; // stem and layer1.0.conv
        const auto subset = make_subset(*tree, nodes, task);
        QCOMPARE(subset->count, std::size_t{2});
        QCOMPARE(subset->in_group[root_group], 2U);
        QCOMPARE(subset->in_group[*small_model()->modules.find("layer1")], 1U);
        QCOMPARE(subset->in_group[*small_model()->modules.find("fc")], 0U);
    }

    void no_model_is_an_error_not_a_crash()
    {
        TaskContext task;
        HierarchyLayout layout(std::make_shared<Inspection>(), metrics());
        QVERIFY(!layout.layout({}, task));
    }
};

QTEST_APPLESS_MAIN(TestHierarchyLayout)
#include "tst_hierarchy_layout.moc"
