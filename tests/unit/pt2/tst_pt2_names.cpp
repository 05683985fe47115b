// The small languages inside exported programs: symbolic sizes, module paths, stack traces, names
// of operators, tree specs.
#include "pt2/export_target.h"
#include "pt2/module_path.h"
#include "pt2/stack_trace.h"
#include "pt2/sympy_expr.h"
#include "pt2/treespec.h"

#include <QtTest>
#include <algorithm>

using namespace strata;

class Pt2Names : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void symbolic_sizes_data();
    void symbolic_sizes();
    void broken_symbolic_sizes();
    void module_paths_data();
    void module_paths();
    void module_stacks();
    void stack_traces();
    void operators_data();
    void operators();
    void tree_specs();
};

void Pt2Names::symbolic_sizes_data()
{
    QTest::addColumn<QString>("srepr");
    QTest::addColumn<QString>("text");
    const QString s = "Symbol('s27', positive=True, integer=True)";
    const QString t = "Symbol('s3', integer=True)";
    QTest::newRow("symbol") << s << "s27";
    QTest::newRow("number") << "Integer(-4)"
                            << "-4";
    QTest::newRow("product") << "Mul(Integer(2), " + s + ")"
                             << "2*s27";
    QTest::newRow("square") << "Mul(Integer(4), Pow(" + s + ", Integer(2)))"
                            << "4*s27*s27";
    QTest::newRow("sum") << "Add(Integer(-1), " + s + ")"
                         << "s27-1";
    QTest::newRow("difference") << "Add(" + s + ", Mul(Integer(-1), " + t + "))"
                                << "s27-s3";
    QTest::newRow("product of a sum") << "Mul(Integer(3), Add(" + s + ", Integer(1)))"
                                      << "3*(s27+1)";
    QTest::newRow("floor division") << "FloorDiv(Add(" + s + ", Integer(1)), Integer(2))"
                                    << "(s27+1)//2";
    // Without brackets Python would multiply first.
    QTest::newRow("product of a quotient") << "Mul(Integer(2), FloorDiv(" + s + ", Integer(2)))"
                                           << "2*(s27//2)";
    QTest::newRow("modulo") << "Mod(" + s + ", Integer(8))"
                            << "s27%8";
    QTest::newRow("minimum") << "Min(Integer(8), Mul(Integer(24), " + s + "))"
                             << "min(8,24*s27)";
    QTest::newRow("maximum") << "Max(" + s + ", " + t + ")"
                             << "max(s27,s3)";
    QTest::newRow("rounded up") << "CeilToInt(IntTrueDiv(" + s + ", Integer(2)))"
                                << "ceil(truediv(s27,2))";
    QTest::newRow("ceiling division") << "CeilDiv(" + s + ", Integer(4))"
                                      << "(s27+4-1)//4";
    QTest::newRow("high power") << "PowByNatural(" + s + ", Integer(9))"
                                << "pow(s27,9)";
    QTest::newRow("negative power") << "Pow(" + s + ", Integer(-1))"
                                    << "pow(s27,-1)";
    QTest::newRow("unknown function") << "ModularIndexing(" + s + ", Integer(2), Integer(4))"
                                      << "ModularIndexing(s27,2,4)";
    QTest::newRow("other quotes") << "Symbol(\"u0\", integer=True)"
                                  << "u0";
    QTest::newRow("plain formula of old files") << "s0 + 2*s1"
                                                << "s0+2*s1";
    QTest::newRow("plain symbol of old files") << "s0"
                                               << "s0";
}

void Pt2Names::symbolic_sizes()
{
    QFETCH(QString, srepr);
    QFETCH(QString, text);
    QCOMPARE(QString::fromStdString(dim_text_of_srepr(srepr.toStdString())), text);
}

void Pt2Names::broken_symbolic_sizes()
{
    for (const char* text : {"", "Mul(", "Mul(Integer(2)", "Symbol('s27", "Mul(Integer(2),,)",
                             "Integer(99999999999999999999)", "Add(Integer(1)) x", "Mul(3 4)"}) {
        const auto parsed = parse_srepr(text);
        QVERIFY2(!parsed, text);
        QCOMPARE(parsed.error().code, ErrorCode::CannotRead);
    }
    std::string deep;
    for (int i = 0; i < 100'000; ++i)
        deep += "Add(";
    QVERIFY(!parse_srepr(deep));
}

void Pt2Names::module_paths_data()
{
    QTest::addColumn<QString>("path");
    QTest::addColumn<QString>("fqn");
    QTest::newRow("root") << ""
                          << "";
    QTest::newRow("as it is") << "blocks.0.fc"
                              << "blocks.0.fc";
    QTest::newRow("strict root") << "L['self']"
                                 << "";
    QTest::newRow("strict") << "L['self'].blocks[0].fc"
                            << "blocks.0.fc";
    QTest::newRow("other name of self") << "L['s'].fc"
                                        << "fc";
    QTest::newRow("string index") << "L['s'].heads['left'].fc"
                                  << "heads.left.fc";
    QTest::newRow("double quotes") << "L[\"s\"].heads[\"left\"]"
                                   << "heads.left";
    QTest::newRow("getattr") << "getattr(L['s'].seq, '0')"
                             << "seq.0";
    QTest::newRow("nested getattr") << "getattr(getattr(L['self'].layer1, '0').downsample, '1')"
                                    << "layer1.0.downsample.1";
    QTest::newRow("member of getattr") << "getattr(L['s'].seq, '0').fc"
                                       << "seq.0.fc";
    QTest::newRow("dict of modules") << "L['self']._modules['a']._modules['0']"
                                     << "a.0";
    QTest::newRow("wrapper") << "_export_root"
                             << "";
    QTest::newRow("in the wrapper") << "_export_root.a.b"
                                    << "a.b";
    QTest::newRow("wrapper in strict") << "L['self']._export_root.a"
                                       << "a";
}

void Pt2Names::module_paths()
{
    QFETCH(QString, path);
    QFETCH(QString, fqn);
    QCOMPARE(QString::fromStdString(normalized_module_path(path.toStdString())), fqn);
}

void Pt2Names::module_stacks()
{
    using Stack = std::vector<StackedModule>;
    QCOMPARE(parse_module_stack(""), Stack{});
    QCOMPARE(parse_module_stack("_empty_nn_module_stack_from_metadata_hook,"
                                "_empty_nn_module_stack_from_metadata_hook,"
                                "_empty_nn_module_stack_from_metadata_hook"),
             Stack{});
    QCOMPARE(parse_module_stack("L__self__,,__main__.Net;L__self__block@2,block,pkg.Block;"
                                "L__self__block.fc@2,block.fc,torch.nn.modules.linear.Linear"),
             (Stack{{"", "__main__.Net", 0},
                    {"block", "pkg.Block", 2},
                    {"block.fc", "torch.nn.modules.linear.Linear", 2}}));
    // Commas inside of a path.
    QCOMPARE(parse_module_stack("K,L['s'],<class 'm.Net'>;K2,getattr(L['s'].seq, '0'),m.Relu"),
             (Stack{{"", "m.Net", 0}, {"seq.0", "m.Relu", 0}}));
    // A branch in strict mode goes through the root once more.
    QCOMPARE(parse_module_stack("L__self__,,N;7,_export_root,N;8,_export_root.a,Linear"),
             (Stack{{"", "N", 0}, {"a", "Linear", 0}}));
    // A stack that does not begin at the root.
    QCOMPARE(parse_module_stack("k,a.b,C"), (Stack{{"", "", 0}, {"a.b", "C", 0}}));
    QCOMPARE(QString::fromStdString(short_class_name("torch.nn.modules.linear.Linear")), "Linear");
    QCOMPARE(QString::fromStdString(short_class_name("pkg.Box[pkg.Item]")), "Box[pkg.Item]");
}

void Pt2Names::stack_traces()
{
    const auto calls = parse_stack_trace(
        "  File \"/lib/torch/_dynamo/functional_export.py\", line 243, in forward\n"
        "    res = self._export_root(*args, **kwargs)\n"
        "  File \"/home/a/model.py\", line 357, in forward\n"
        "    for _ in range(3): x = self.block(x)\n"
        "                           ~~~~~~~~~~^^^\n"
        "  File \"/home/a/b c.py\", line 9, in <lambda>\n");
    QCOMPARE(calls.size(), std::size_t{2});
    QCOMPARE(calls[0].file, std::string("/home/a/model.py"));
    QCOMPARE(calls[0].line, 357U);
    QCOMPARE(calls[0].function, std::string("forward"));
    QCOMPARE(calls[0].text, std::string("for _ in range(3): x = self.block(x)"));
    QCOMPARE(calls[1].file, std::string("/home/a/b c.py"));
    QCOMPARE(calls[1].function, std::string("<lambda>"));
    QVERIFY(calls[1].text.empty());
    QVERIFY(parse_stack_trace("File \"no end, line x").empty());
}

void Pt2Names::operators_data()
{
    QTest::addColumn<QString>("written");
    QTest::addColumn<bool>("on_reals");
    QTest::addColumn<QString>("name");
    QTest::newRow("default") << "torch.ops.aten.relu.default" << false << "aten::relu";
    QTest::newRow("overload") << "torch.ops.aten.add_.Tensor" << false << "aten::add_.Tensor";
    QTest::newRow("dunder") << "torch.ops.aten.__and__.Tensor" << false << "aten::__and__.Tensor";
    QTest::newRow("other library")
        << "torch.ops.torchvision.nms.default" << false << "torchvision::nms";
    QTest::newRow("sizes") << "_operator.mul" << false << "aten::mul.int";
    QTest::newRow("reals") << "_operator.mul" << true << "aten::mul.float";
    QTest::newRow("power of sizes") << "_operator.pow" << false << "aten::pow.int_to_int";
    QTest::newRow("power of reals") << "_operator.pow" << true << "aten::pow.float";
    QTest::newRow("quotient") << "_operator.floordiv" << false << "aten::floordiv.int";
    QTest::newRow("shift") << "_operator.lshift" << false << "aten::__lshift__.int";
    QTest::newRow("shift back") << "_operator.rshift" << false << "aten::__rshift__.int";
    QTest::newRow("maximum") << "torch.sym_max" << false << "prim::max.int";
    QTest::newRow("negation") << "torch.sym_not" << false << "aten::__not__";
    QTest::newRow("other system") << "#mylib:my_op" << false << "mylib::my_op";
    QTest::newRow("function") << "my.lib.fn" << false << "my.lib::fn";
}

void Pt2Names::operators()
{
    QFETCH(QString, written);
    QFETCH(bool, on_reals);
    QFETCH(QString, name);
    const auto target = pt2::parse_export_target(written.toStdString(), on_reals);
    QCOMPARE(target.kind, pt2::TargetKind::Operator);
    QCOMPARE(QString::fromStdString(target.name), name);
    QCOMPARE(pt2::parse_export_target("torch.ops.higher_order.cond").kind,
             pt2::TargetKind::HigherOrder);
    QCOMPARE(pt2::parse_export_target("torch._C._set_grad_enabled").kind, pt2::TargetKind::Nothing);
    QCOMPARE(pt2::parse_export_target("_operator.pos").kind, pt2::TargetKind::Identity);
}

void Pt2Names::tree_specs()
{
    using Names = std::vector<std::string>;
    const auto names_of = [](std::string text) {
        std::replace(text.begin(), text.end(), '`', '"');
        return pt2::treespec_leaf_names(text);
    };
    const std::string leaf = "{`type`: null, `context`: null, `children_spec`: []}";
    const std::string pair = "{`type`: `builtins.tuple`, `context`: `null`, `children_spec`: [" +
                             leaf + "," + leaf + "]}";
    QCOMPARE(names_of("[1, " + leaf + "]"), Names{});
    QCOMPARE(names_of("[1, " + pair + "]"), Names{});
    QCOMPARE(names_of("[1, {`type`: `builtins.dict`, `context`: `[\\`sum\\`, \\`parts\\`]`, "
                      "`children_spec`: [" +
                      leaf + ", " + pair + "]}]"),
             (Names{"sum", "parts.0", "parts.1"}));
    QCOMPARE(names_of("not json"), Names{});
}

QTEST_APPLESS_MAIN(Pt2Names)
#include "tst_pt2_names.moc"
