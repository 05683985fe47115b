// Elements of shape computations, expressions in symbols, and exact constants.
#include <QtTest>

#include "passes/dim_expression.h"
#include "unit/passes/infer_harness.h"

using namespace strata;

class ShapeArithmeticTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void expressions_data();
    void expressions();
    void expressionsAgreeWithNumbers();
    void elements_data();
    void elements();
    void dynamicReshapeChain();
    void declaredTypesAreMerged();
};

void ShapeArithmeticTest::expressions_data()
{
    QTest::addColumn<QString>("text");
    QTest::addColumn<QString>("canonical");
    auto row = [](const char* text, const char* canonical) {
        QTest::newRow(text) << text << canonical;
    };
    row("h", "h");
    row("h*2", "2*h");
    row("2*h + h", "3*h");
    row("w*h", "h*w");
    row("h - h", "0");
    row("(h+1)*(h-1)", "h*h-1");
    row("s0**2", "s0*s0");
    row("(4*h+3)//2", "2*h+1");
    row("(h+2)//2", "h//2+1");
    row("(h-1)//2", "(h+1)//2-1");
    row("(h//2)//2", "h//4");
    row("((h+1)//2+1)//2", "(h+3)//4");
    row("2*(h//2)", "2*(h//2)");
    row("(4*h+5)%4", "1");
    row("(h+5)%4", "(h+1)%4");
    row("-h+3", "3-h");
    row("floor(h/2)+1", "floor(h/2)+1");
    row("onnx::Reshape_12_dim0*2", "2*onnx::Reshape_12_dim0");
    row("h + ", "h + "); // outside the grammar: one symbol
    row("a b", "a b");
    row("h/2", "h/2");
    row("((((((((((((((((((((h", "((((((((((((((((((((h");
}

void ShapeArithmeticTest::expressions()
{
    QFETCH(QString, text);
    QFETCH(QString, canonical);
    const auto expression = DimExpression::parse(text.toStdString());
    QCOMPARE(QString::fromStdString(expression.text()), canonical);
    // The text says the same again.
    QVERIFY(DimExpression::parse(expression.text()) == expression);
}

// Rewriting keeps the value: expressions are compared with plain integer arithmetic.
void ShapeArithmeticTest::expressionsAgreeWithNumbers()
{
    std::uint32_t state = 12345;
    auto next = [&state](int bound) {
        state = state * 1664525u + 1013904223u;
        return static_cast<std::int64_t>((state >> 8) % static_cast<std::uint32_t>(bound));
    };
    for (int round = 0; round < 300; ++round) {
        // Random chains of +k, *k, //k on one symbol, evaluated for several values of it.
        DimExpression expression = DimExpression::atom("h");
        std::vector<std::pair<int, std::int64_t>> steps;
        for (int i = 0; i < 5; ++i) {
            const int kind = static_cast<int>(next(3));
            const std::int64_t k = kind == 0 ? next(9) - 4 : next(4) + 1;
            const auto result = kind == 0   ? expression.plus(DimExpression::number(k))
                                : kind == 1 ? expression.times(k)
                                            : expression.floor_divided(k);
            QVERIFY(result.has_value());
            expression = *result;
            steps.emplace_back(kind, k);
        }
        for (std::int64_t h : {0, 1, 2, 3, 7, 16, 31}) {
            std::int64_t expected = h;
            for (const auto& [kind, k] : steps) {
                if (kind == 0)
                    expected += k;
                else if (kind == 1)
                    expected *= k;
                else
                    expected = expected >= 0 ? expected / k : -((-expected + k - 1) / k);
            }
            QString text = QString::fromStdString(expression.text());
            text.replace("h", QString("(%1)").arg(h));
            const auto value = DimExpression::parse(text.toStdString()).as_number();
            QVERIFY2(value.has_value(), qPrintable(text));
            QVERIFY2(*value == expected, qPrintable(QString::fromStdString(expression.text())));
        }
    }
}

void ShapeArithmeticTest::elements_data()
{
    QTest::addColumn<QString>("op");
    QTest::addColumn<QString>("inputs");
    QTest::addColumn<QString>("attributes");
    QTest::addColumn<QString>("type");
    QTest::addColumn<QString>("expected");
    auto row = [](const char* op, const char* inputs, const char* attributes, const char* type,
                  const char* expected) {
        QTest::addRow("%s(%s) %s", op, inputs, attributes)
            << op << inputs << attributes << type << expected;
    };
    row("Shape", "float32[1,3,h,w]", "", "int64[4]", "<1,3,h,w>");
    row("Shape", "float32[1,3,h,w]", "start=-2", "int64[2]", "<h,w>");
    row("Shape", "float32[1,3,h,w]", "start=1 end=-1", "int64[2]", "<3,h>");
    row("Shape", "float32[2,3]", "", "int64[2]", "<2,3>");
    row("Size", "float32[2,h]", "", "int64[]", "<2*h>");
    row("Gather", "int64<1,h,w>;int64:1", "", "int64[]", "<h>");
    row("Gather", "int64<1,h,w>;int64{-1,0}", "", "int64[2]", "<w,1>");
    row("Slice", "int64<1,3,h,w>;int64{2};int64{9223372036854775807};int64{0}", "", "int64[2]",
        "<h,w>");
    row("Slice", "int64<1,3,h,w>;int64{-1};int64{-9223372036854775807};int64{0};int64{-1}", "",
        "int64[4]", "<w,h,3,1>");
    row("Concat", "int64<n>;int64{-1,8}", "axis=0", "int64[3]", "<n,-1,8>");
    row("Unsqueeze", "int64:5;int64{0}", "", "int64[1]", "<5>");
    row("Cast", "int64<h>", "to=6", "int32[1]", "<h>");
    row("Add", "int64<h>;int64{0}", "", "int64[1]", "<h>");
    row("Add", "int64<h,w>;int64{2}", "", "int64[2]", "<h+2,w+2>");
    row("Sub", "int64<h>;int64<h>", "", "int64[1]", "<0>");
    row("Mul", "int64<h,2>;int64:2", "", "int64[2]", "<2*h,4>");
    row("Mul", "int64<h>;int64{1}", "", "int64[1]", "<h>");
    row("Div", "int64<2*h>;int64{2}", "", "int64[1]", "<h>");
    row("Div", "int64<h>;int64{2}", "", "int64[1]", "<h//2>");
    row("Div", "int64{-7};int64{2}", "", "int64[1]", "<-3>");
    row("Mod", "int64{-7};int64{3}", "", "int64[1]", "<2>");
    row("Mod", "int64{-7};int64{3}", "fmod=1", "int64[1]", "<-1>");
    row("Mod", "int64<6*h>;int64{3}", "", "int64[1]", "<0>");
    row("Neg", "int64{3}", "", "int64[1]", "<-3>");
    row("Min", "int64<h>;int64<h+1>", "", "int64[1]", "<h>");
    row("Max", "int64<h>;int64{0}", "", "int64[1]", "<h>");
    row("Max", "int64<h>;int64{2}", "", "int64[1]", "");
    row("ReduceProd", "int64<h,2,w>", "keepdims=0", "int64[]", "<2*h*w>");
    row("ReduceSum", "int64{1,2,3}", "keepdims=0", "int64[]", "<6>");
    row("Where", "bool{1,0};int64<h,h>;int64<w,w>", "", "int64[2]", "<h,w>");
    row("Where", "bool[2];int64<h,3>;int64<h,4>", "", "int64[2]", "<h,?>");
    row("Equal", "int64{1,2};int64{1,3}", "", "bool[2]", "<1,0>");
    row("Expand", "int64:7;int64{3}", "", "int64[3]", "<7,7,7>");
    row("ConstantOfShape", "int64{2}", "", "float32[2]", "");
    row("Range", "int64:1;int64:8;int64:3", "", "int64[3]", "<1,4,7>");
    row("Reshape", "int64{1,2,3,4};int64{2,2}", "", "int64[2,2]", "<1,2,3,4>");
    row("Floor", "float32{2.5}", "", "float32[1]", "");
    row("Cast", "float32{2.5,-2.5}", "to=7", "int64[2]", "<2,-2>");
    row("Cast", "int64{300}", "to=2", "uint8[1]", "<44>");
    row("Add", "int32:2147483647;int32:1", "", "int32[]", "<-2147483648>");
    row("Div", "int64{1};int64{0}", "", "int64[1]", "");
    row("And", "bool{1,1};bool{0,1}", "", "bool[2]", "<0,1>");
    row("Xor", "bool{1,1};bool{0,1}", "", "bool[2]", "<1,0>");
    row("Concat", "int64{1,2};int64{3}", "axis=0", "int64[3]", "<1,2,3>");
}

void ShapeArithmeticTest::elements()
{
    QFETCH(QString, op);
    QFETCH(QString, inputs);
    QFETCH(QString, attributes);
    QFETCH(QString, type);
    QFETCH(QString, expected);
    const auto result = test::infer_case(op, 17, inputs, attributes, 1);
    QCOMPARE(result.types, type);
    QCOMPARE(result.elements, expected);
}

// x.view(x.size(0), -1, 4) on [n, t, 8], as exporters write it.
void ShapeArithmeticTest::dynamicReshapeChain()
{
    OnnxModel model;
    model.opsets.push_back({"", 17});
    ValueFacts facts;
    const ValueId x = test::add_input(model, facts, "float32[n,t,8]", 0);
    const ValueId zero = test::add_input(model, facts, "int64:0", 1);
    const ValueId first_axis = test::add_input(model, facts, "int64{0}", 2);
    const ValueId minus_one = test::add_input(model, facts, "int64{-1}", 3);
    const ValueId four = test::add_input(model, facts, "int64{4}", 4);
    auto emit = [&](const char* op, std::vector<ValueId> inputs, const QString& attribute = {}) {
        OnnxNode node;
        node.op_type = model.intern(op);
        node.inputs = std::move(inputs);
        if (!attribute.isEmpty())
            test::add_attribute(model, node, attribute);
        const ValueId out = model.add_value(OnnxModel::main_graph, op);
        node.outputs = {out};
        const NodeId id = model.add_node(OnnxModel::main_graph, std::move(node));
        const std::string complaint = infer_node(model, id, facts);
        if (!complaint.empty())
            qWarning("%s", complaint.c_str());
        return out;
    };
    const ValueId shape = emit("Shape", {x});
    const ValueId n = emit("Gather", {shape, zero});
    const ValueId n1 = emit("Unsqueeze", {n, first_axis});
    const ValueId target = emit("Concat", {n1, minus_one, four}, "axis=0");
    const ValueId y = emit("Reshape", {x, target});
    QCOMPARE(model.type_text(y), std::string("float32[n,2*t,4]"));
}

void ShapeArithmeticTest::declaredTypesAreMerged()
{
    OnnxModel model;
    model.opsets.push_back({"", 17});
    ValueFacts facts;
    OnnxNode node;
    node.op_type = model.intern("Conv");
    node.inputs = {test::add_input(model, facts, "float32[n,3,?,8]", 0),
                   test::add_input(model, facts, "float32[4,3,1,1]", 1)};
    const ValueId out = model.add_value(OnnxModel::main_graph, "y");
    node.outputs = {out};
    model.values[out].has_shape = true;
    model.values[out].shape = test::parse_dims(model, "batch,?,height,?");
    const NodeId id = model.add_node(OnnxModel::main_graph, std::move(node));
    QCOMPARE(infer_node(model, id, facts), std::string());
    QCOMPARE(model.type_text(out), std::string("float32[batch,4,height,8]"));
    model.values[out].shape[1] = Dim::of(5);
    const std::string complaint = infer_node(model, id, facts);
    QVERIFY2(complaint.find("declared") != std::string::npos, complaint.c_str());
}

QTEST_APPLESS_MAIN(ShapeArithmeticTest)
#include "tst_shape_arithmetic.moc"
