// What counts as a difference between two models, and what is only written otherwise.
#include "hierarchy/attribute.h"
#include "onnx/operator_defaults.h"
#include "session/difference_lines.h"

#include <QtTest>
#include <cstring>
#include <functional>
#include <map>
#include <set>

using namespace strata;

namespace {

using Changes = std::map<std::string, std::set<std::string>>; ///< change → names

/// A model built node by node; values are called what they are called here.
class Builder {
public:
    explicit Builder(std::int64_t opset) : m_model(std::make_shared<OnnxModel>())
    {
        m_model->opsets = {{"", opset}};
        m_model->ir_version = 8;
    }

    Builder& input(const char* name, std::vector<std::int64_t> shape)
    {
        const ValueId id = value(name);
        OnnxValue& value = m_model->values[id];
        value.dtype = DType::Float32;
        value.has_shape = true;
        for (const std::int64_t size : shape)
            value.shape.push_back(Dim::of(size));
        m_model->graphs[0].inputs.push_back(id);
        return *this;
    }
    Builder& output(const char* name)
    {
        m_model->graphs[0].outputs.push_back(value(name));
        return *this;
    }
    Builder& weight(const char* name, std::vector<std::int64_t> shape, float first)
    {
        std::int64_t count = 1;
        for (const std::int64_t size : shape)
            count *= size;
        std::vector<float> numbers;
        for (std::int64_t i = 0; i < count; ++i) // no two rows alike
            numbers.push_back(first + static_cast<float>((i * 37 + i * i * 11) % 101) / 50.0F);
        return tensor(name, DType::Float32, std::move(shape), numbers.data(),
                      numbers.size() * sizeof(float));
    }
    Builder& integers(const char* name, const std::vector<std::int64_t>& numbers)
    {
        return tensor(name, DType::Int64, {static_cast<std::int64_t>(numbers.size())},
                      numbers.data(), numbers.size() * sizeof(std::int64_t));
    }
    Builder& scalar(const char* name, float number)
    {
        return tensor(name, DType::Float32, {}, &number, sizeof(number));
    }
    /// "name: y = Op(a, b)".
    Builder& node(const char* name, const char* op, const std::vector<const char*>& inputs,
                  const char* output)
    {
        OnnxNode node;
        node.name = m_model->intern(name);
        node.op_type = m_model->intern(op);
        for (const char* each : inputs)
            node.inputs.push_back(*each == '\0' ? no_id : value(each));
        node.outputs = {value(output)};
        m_model->add_node(OnnxModel::main_graph, std::move(node));
        return *this;
    }
    Builder& with(const char* name, AttributeKind kind, AttributeValue value)
    {
        Attribute attribute;
        attribute.name = m_model->intern(name);
        attribute.kind = kind;
        attribute.value = std::move(value);
        m_model->nodes.back().attributes.push_back(std::move(attribute));
        return *this;
    }
    Builder& with(const char* name, std::int64_t number)
    {
        return with(name, AttributeKind::Int, number);
    }
    Builder& with(const char* name, std::vector<std::int64_t> numbers)
    {
        return with(name, AttributeKind::Ints, std::move(numbers));
    }
    Builder& with(const char* name, float number)
    {
        return with(name, AttributeKind::Float, number);
    }

    std::shared_ptr<OnnxModel> model() const { return m_model; }

private:
    ValueId value(const std::string& name)
    {
        const auto it = m_values.find(name);
        return it != m_values.end()
                   ? it->second
                   : m_values.emplace(name, m_model->add_value(OnnxModel::main_graph, name))
                         .first->second;
    }
    Builder& tensor(const char* name, DType dtype, std::vector<std::int64_t> shape,
                    const void* data, std::size_t size)
    {
        std::vector<std::byte> bytes(size);
        std::memcpy(bytes.data(), data, size);
        const auto index = m_model->add_initializer(
            OnnxModel::main_graph, name, Tensor::from_bytes(dtype, std::move(shape), bytes));
        m_values[name] = m_model->initializers[index].value;
        return *this;
    }

    std::shared_ptr<OnnxModel> m_model;
    std::map<std::string, ValueId> m_values;
};

ModelComparison compare(const Builder& a, const Builder& b)
{
    TaskContext task;
    const auto inspect = [&](const Builder& builder) {
        Inspection inspection;
        auto found = attribute_nodes(*builder.model(), nullptr, task);
        inspection.modules = found->modules;
        inspection.attribution = found->nodes;
        inspection.model = builder.model();
        return inspection;
    };
    const Inspection first = inspect(a);
    const Inspection second = inspect(b);
    return compare_inspections(first, second, task).value();
}

Changes changes(const ModelComparison& found, const char* what = nullptr)
{
    Changes changes;
    for (const ModelDifference& difference : found.differences)
        if (!what || difference.what == what)
            changes[difference.change].insert(difference.name);
    return changes;
}

/// x → two convolutions with something in between.
Builder two_convolutions(std::int64_t opset, const std::function<void(Builder&)>& between,
                         const char* result)
{
    Builder model(opset);
    model.input("x", {1, 2, 8, 8}).weight("a.weight", {4, 2, 3, 3}, 0.1F);
    model.weight("b.weight", {3, 4, 3, 3}, 0.7F);
    model.node("/a/Conv", "Conv", {"x", "a.weight"}, "h");
    between(model);
    model.node("/b/Conv", "Conv", {result, "b.weight"}, "y").output("y");
    return model;
}

} // namespace

class TestCompare : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void schemas_know_defaults();
    void defaults_are_no_change();
    void changed_settings();
    void settings_as_inputs();
    void constants_are_the_same_in_any_form();
    void what_passes_on_may_go();
    void dropped_activation_is_removed();
    void replaced_activation_is_changed();
    void exchanged_weights_are_found();
    void spelled_out_operators();
    void an_operator_without_counterpart_is_told_by_its_parts();
    void zeros_that_no_size_has();
    void one_constant_is_one_line();
    void what_follows_comes_after_its_cause();
    void fixed_and_computed_sizes_are_spelling();
};

void TestCompare::schemas_know_defaults()
{
    const auto integer = [](const char* op, std::int64_t opset, const char* name) {
        const auto value = default_attribute(op, "", opset, name);
        return value ? std::get<std::int64_t>(*value) : -99;
    };
    QCOMPARE(integer("Softmax", 11, "axis"), std::int64_t{1}); // as the specification has it
    QCOMPARE(integer("Softmax", 13, "axis"), std::int64_t{-1});
    QCOMPARE(integer("Conv", 17, "group"), std::int64_t{1});
    QCOMPARE(integer("Conv", 17, "strides"), std::int64_t{-99}); // depends on the rank
    QCOMPARE(std::get<std::string>(default_attribute("Gelu", "", 20, "approximate").value()),
             std::string("none"));
    QCOMPARE(setting_inputs("Clip", "", 13), (std::vector<std::string>{"", "min", "max"}));
    QCOMPARE(setting_inputs("Clip", "", 6), std::vector<std::string>{});
    QCOMPARE(setting_inputs("ReduceMean", "", 18), (std::vector<std::string>{"", "axes"}));
    QCOMPARE(setting_inputs("Conv", "", 17), std::vector<std::string>{});
}

void TestCompare::defaults_are_no_change()
{
    const auto plain = two_convolutions(
        13, [](Builder& m) { m.node("/s/Softmax", "Softmax", {"h"}, "s"); }, "s");
    auto written = two_convolutions(
        13,
        [](Builder& m) {
            m.with("strides", std::vector<std::int64_t>{1, 1})
                .with("pads", std::vector<std::int64_t>{0, 0, 0, 0})
                .with("kernel_shape", std::vector<std::int64_t>{3, 3})
                .with("group", std::int64_t{1});
            m.node("/s/Softmax", "Softmax", {"h"}, "s").with("axis", std::int64_t{3}); // -1 of four
        },
        "s");
    QVERIFY(compare(plain, written).differences.empty());
    QVERIFY(compare(written, plain).differences.empty());
}

void TestCompare::changed_settings()
{
    const auto plain = two_convolutions(
        13, [](Builder& m) { m.node("/s/Softmax", "Softmax", {"h"}, "s"); }, "s");
    const auto other = two_convolutions(
        13,
        [](Builder& m) {
            m.with("dilations", std::vector<std::int64_t>{2, 2});
            m.node("/s/Softmax", "Softmax", {"h"}, "s").with("axis", std::int64_t{1});
        },
        "s");
    const ModelComparison found = compare(plain, other);
    QVERIFY(!found.equal());
    const auto nodes = changes(found, "node");
    QVERIFY(nodes.at("changed").contains("/a/Conv"));
    QVERIFY(nodes.at("changed").contains("/s/Softmax"));
}

void TestCompare::settings_as_inputs()
{
    const auto attributes = two_convolutions(
        10,
        [](Builder& m) {
            m.node("/c/Clip", "Clip", {"h"}, "c").with("min", 0.0F).with("max", 6.0F);
        },
        "c");
    const auto inputs = [](float most) {
        return two_convolutions(
            13,
            [&](Builder& m) {
                m.scalar("low", 0.0F).scalar("high", most);
                m.node("/c/Clip", "Clip", {"h", "low", "high"}, "c");
            },
            "c");
    };
    QVERIFY(changes(compare(attributes, inputs(6.0F)), "node").empty());
    QCOMPARE(changes(compare(attributes, inputs(5.0F)), "node"),
             (Changes{{"changed", {"/c/Clip"}}}));
}

void TestCompare::constants_are_the_same_in_any_form()
{
    const auto by_initializer = two_convolutions(
        13,
        [](Builder& m) {
            m.scalar("const_1", 2.5F).node("/Mul", "Mul", {"h", "const_1"}, "m");
        },
        "m");
    const auto by_node = [](double number) {
        return two_convolutions(
            13,
            [&](Builder& m) {
                m.node("/Constant_7", "Constant", {}, "k")
                    .with("value", AttributeKind::Tensor, Tensor::scalar(DType::Float32, number));
                m.node("/Mul", "Mul", {"k", "h"}, "m"); // and the other way round
            },
            "m");
    };
    const ModelComparison same = compare(by_initializer, by_node(2.5));
    QVERIFY(same.equal());
    QCOMPARE(changes(same), (Changes{{"same", {"/Constant_7"}}}));
    QVERIFY(changes(compare(by_initializer, by_node(2.25)), "node").at("changed").contains("/Mul"));
}

void TestCompare::what_passes_on_may_go()
{
    const auto without = two_convolutions(
        13, [](Builder& m) { m.node("/Relu", "Relu", {"h"}, "r"); }, "r");
    const auto with = two_convolutions(
        13,
        [](Builder& m) {
            m.node("/Relu", "Relu", {"h"}, "r");
            m.node("/d/Dropout", "Dropout", {"r"}, "d");
            m.node("/i/Identity", "Identity", {"d"}, "i");
        },
        "i");
    QCOMPARE(changes(compare(with, without)),
             (Changes{{"removed", {"/d/Dropout", "/i/Identity"}}}));
    QCOMPARE(changes(compare(without, with)), (Changes{{"added", {"/d/Dropout", "/i/Identity"}}}));
}

void TestCompare::dropped_activation_is_removed()
{
    // The branch without its activation computes something else: that is no fusion.
    const auto with = two_convolutions(
        13, [](Builder& m) { m.node("/Relu", "Relu", {"h"}, "r"); }, "r");
    const auto without = two_convolutions(
        13, [](Builder&) {}, "h");
    const Changes found = changes(compare(with, without), "node");
    QCOMPARE(found.at("removed"), (std::set<std::string>{"/Relu"}));
    QVERIFY(!found.contains("fused"));
    QVERIFY(found.at("changed").contains("/b/Conv")); // it reads another value
}

void TestCompare::replaced_activation_is_changed()
{
    const auto relu = two_convolutions(
        13, [](Builder& m) { m.node("/act/Relu", "Relu", {"h"}, "r"); }, "r");
    const auto tanh = two_convolutions(
        13, [](Builder& m) { m.node("/act/Tanh", "Tanh", {"h"}, "t"); }, "t");
    const ModelComparison found = compare(relu, tanh);
    QCOMPARE(changes(found), (Changes{{"changed", {"/act/Relu"}}}));
    QCOMPARE(found.differences.front().detail, std::string("operator Relu against Tanh"));
}

void TestCompare::exchanged_weights_are_found()
{
    const auto model = [](const char* first, const char* second) {
        Builder built(13);
        built.input("x", {1, 2, 8, 8}).weight("w1", {2, 2, 1, 1}, 0.1F);
        built.weight("w2", {2, 2, 1, 1}, 5.0F);
        built.node("/a/Conv", "Conv", {"x", first}, "h");
        built.node("/Relu", "Relu", {"h"}, "r");
        built.node("/b/Conv", "Conv", {"r", second}, "y").output("y");
        return built;
    };
    QVERIFY(compare(model("w1", "w2"), model("w1", "w2")).differences.empty());
    QCOMPARE(changes(compare(model("w1", "w2"), model("w2", "w1")), "node"),
             (Changes{{"changed", {"/a/Conv", "/b/Conv"}}}));
}

void TestCompare::spelled_out_operators()
{
    // A LayerNormalization and its seven parts, as exporters write it before opset 17.
    const auto around = [](std::int64_t opset, const std::function<void(Builder&)>& norm) {
        Builder model(opset);
        model.input("x", {2, 6}).weight("in.weight", {6, 6}, 0.2F);
        model.weight("norm.weight", {6}, 1.0F).weight("norm.bias", {6}, 3.0F);
        model.weight("out.weight", {6, 4}, 0.9F);
        model.node("/in/MatMul", "MatMul", {"x", "in.weight"}, "h");
        norm(model);
        model.node("/out/MatMul", "MatMul", {"n", "out.weight"}, "y").output("y");
        return model;
    };
    const std::vector<std::int64_t> last{-1};
    const auto parts = around(13, [&](Builder& m) {
        m.scalar("two", 2.0F).scalar("epsilon", 1e-5F);
        m.node("/norm/ReduceMean", "ReduceMean", {"h"}, "mean").with("axes", last);
        m.node("/norm/Sub", "Sub", {"h", "mean"}, "d");
        m.node("/norm/Pow", "Pow", {"d", "two"}, "p");
        m.node("/norm/ReduceMean_1", "ReduceMean", {"p"}, "v").with("axes", last);
        m.node("/norm/Add", "Add", {"v", "epsilon"}, "e");
        m.node("/norm/Sqrt", "Sqrt", {"e"}, "s");
        m.node("/norm/Div", "Div", {"d", "s"}, "q");
        m.node("/norm/Mul", "Mul", {"q", "norm.weight"}, "g");
        m.node("/norm/Add_1", "Add", {"g", "norm.bias"}, "n");
    });
    const auto whole = around(17, [](Builder& m) {
        m.node("/norm/LayerNormalization", "LayerNormalization", {"h", "norm.weight", "norm.bias"},
               "n");
    });
    const Changes fused = changes(compare(parts, whole));
    QCOMPARE(fused.at("changed"), (std::set<std::string>{"ai.onnx"})); // the opset
    QCOMPARE(fused.at("fused").size(), std::size_t{11});               // nine nodes, two constants
    QVERIFY(!fused.contains("removed") && !fused.contains("added"));
    const Changes split = changes(compare(whole, parts));
    QCOMPARE(split.at("changed"), (std::set<std::string>{"ai.onnx"}));
    QVERIFY(!split.contains("removed") && !split.contains("added"));
}

void TestCompare::an_operator_without_counterpart_is_told_by_its_parts()
{
    // The first and the last of the five parts have other neighbours than the Gelu has inputs.
    const auto around = [](std::int64_t opset, const std::function<void(Builder&)>& gelu) {
        Builder model(opset);
        model.input("x", {2, 6}).weight("in.weight", {6, 6}, 0.2F);
        model.weight("out.weight", {6, 4}, 0.9F);
        model.node("/in/MatMul", "MatMul", {"x", "in.weight"}, "h");
        gelu(model);
        model.node("/out/MatMul", "MatMul", {"g", "out.weight"}, "y").output("y");
        return model;
    };
    const auto whole = around(20, [](Builder& m) { m.node("/act/Gelu", "Gelu", {"h"}, "g"); });
    const auto parts = around(17, [](Builder& m) {
        m.scalar("root", 1.4142135F).scalar("one", 1.0F).scalar("half", 0.5F);
        m.node("/act/Div", "Div", {"h", "root"}, "d");
        m.node("/act/Erf", "Erf", {"d"}, "e");
        m.node("/act/Add", "Add", {"e", "one"}, "a");
        m.node("/act/Mul", "Mul", {"h", "a"}, "m");
        m.node("/act/Mul_1", "Mul", {"m", "half"}, "g");
    });
    for (const Changes& found :
         {changes(compare(whole, parts), "node"), changes(compare(parts, whole), "node")}) {
        QVERIFY(found.contains("fused"));
        QVERIFY(!found.contains("removed"));
        QVERIFY(!found.contains("added"));
    }
}

void TestCompare::zeros_that_no_size_has()
{
    const auto model = [](std::int64_t allow) {
        Builder built(14);
        built.input("x", {2, 6}).integers("size", {3, 4});
        built.node("/Reshape", "Reshape", {"x", "size"}, "y").with("allowzero", allow);
        built.output("y");
        return built;
    };
    const ModelComparison found = compare(model(0), model(1));
    for (const ModelDifference& difference : found.differences)
        QCOMPARE(difference.rank, DifferenceRank::Spelling);
}

void TestCompare::one_constant_is_one_line()
{
    const auto model = [](double number) {
        return two_convolutions(
            13,
            [&](Builder& m) {
                m.node("/Constant_7", "Constant", {}, "k")
                    .with("value", AttributeKind::Tensor, Tensor::scalar(DType::Float32, number));
                m.node("/Mul", "Mul", {"k", "h"}, "m");
            },
            "m");
    };
    const ModelComparison found = compare(model(2.5), model(2.25));
    QVERIFY(!found.equal());
    QCOMPARE(found.differences.size(), std::size_t{1});
    QCOMPARE(found.differences.front().detail,
             std::string("attribute value is 2.5 against 2.25; read by Mul '/Mul'"));
    QVERIFY(found.differences.front().rank == DifferenceRank::Altered);
}

void TestCompare::what_follows_comes_after_its_cause()
{
    // The last convolution's strides are another fact than the size of what is behind it.
    const auto model = [](std::int64_t stride, bool relu) {
        Builder built(13);
        built.input("x", {1, 2, 8, 8}).weight("w1", {2, 2, 1, 1}, 0.1F);
        built.weight("w2", {2, 2, 1, 1}, 5.0F);
        if (relu)
            built.node("/first/Relu", "Relu", {"x"}, "r");
        built.node("/a/Conv", "Conv", {relu ? "r" : "x", "w1"}, "h");
        built.node("/b/Conv", "Conv", {"h", "w2"}, "y");
        built.with("strides", std::vector<std::int64_t>{stride, stride});
        built.node("/Tanh", "Tanh", {"y"}, "t").node("/Exp", "Exp", {"t"}, "e").output("e");
        return built;
    };
    const ModelComparison found = compare(model(1, true), model(2, false));
    std::vector<DifferenceRank> ranks;
    for (const DifferenceLine& line : difference_lines(found))
        if (line.what == "node")
            ranks.push_back(line.rank);
    QCOMPARE(ranks, (std::vector{DifferenceRank::Altered, DifferenceRank::Structure,
                                 DifferenceRank::Consequence}));
    QCOMPARE(found.differences.front().name, std::string("/b/Conv"));
    const DifferenceLine last = difference_lines(found).back();
    QVERIFY(last.text.find("'/Tanh'") != std::string::npos && last.members.size() >= 2);
}

void TestCompare::fixed_and_computed_sizes_are_spelling()
{
    const auto around = [](const std::function<void(Builder&)>& reshape) {
        Builder built(13);
        built.input("x", {2, 3, 4}).weight("w", {12, 5}, 0.3F);
        reshape(built);
        built.node("/MatMul", "MatMul", {"f", "w"}, "y").output("y");
        return built;
    };
    const auto fixed = around([](Builder& m) {
        m.integers("shape", {2, -1}).node("/Reshape", "Reshape", {"x", "shape"}, "f");
    });
    const auto computed = around([](Builder& m) {
        m.integers("zero", {0}).integers("rest", {-1});
        m.node("/Shape", "Shape", {"x"}, "s").node("/Gather", "Gather", {"s", "zero"}, "n");
        m.node("/Concat", "Concat", {"n", "rest"}, "t").with("axis", std::int64_t{0});
        m.node("/Reshape", "Reshape", {"x", "t"}, "f");
    });
    for (const ModelComparison& found : {compare(fixed, computed), compare(computed, fixed)})
        for (const ModelDifference& difference : found.differences)
            if (difference.what == "node")
                QVERIFY2(difference.rank == DifferenceRank::Spelling,
                         (difference.name + ": " + difference.detail).c_str());
}

QTEST_APPLESS_MAIN(TestCompare)
#include "tst_compare_models.moc"
