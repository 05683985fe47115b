// Rewriting passes, each stated as a graph before and after.
#include "passes/passes.h"
#include "unit/passes/model_text.h"

#include <QtTest>

using namespace strata;
using test::after_pass;
using test::lines;
using test::parse_model;

namespace {

using PassFunction = bool (*)(OnnxModel&, ValueFacts&);

void row(const char* name, const char* before, const char* after)
{
    QTest::newRow(name) << QString(before) << QString(after);
}

/// "=" as the expected text: nothing changes.
void check(PassFunction pass, int opset = 17)
{
    QFETCH(QString, before);
    QFETCH(QString, after);
    auto model = parse_model(before, opset);
    const QString expected = after == "=" ? test::print_model(model->model) : lines(after);
    QCOMPARE(after_pass(*model, [&](auto& t) { return pass(t.model, t.facts); }), expected);
    // Nothing is left to do.
    ValueFacts facts;
    infer_model(model->model, facts);
    QVERIFY(!pass(model->model, facts));
}

void columns()
{
    QTest::addColumn<QString>("before");
    QTest::addColumn<QString>("after");
}

} // namespace

class RewritesTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void noOps_data();
    void noOps() { check(merge_views); }
    void views_data();
    void views() { check(merge_views); }
    void products_data();
    void products() { check(fuse_products); }
    void sorted_data();
    void sorted();
    void weights_data();
    void weights();
    void weightsAreCalledWhatTheyWere();
    void originsAreKept();
    void transposedWeightIsAView();
};

void RewritesTest::noOps_data()
{
    columns();
    row("cast to the same type", "x = float32[2]\ny = Cast(x) to=1\nz = Neg(y)\nreturn z",
        "z = Neg(x)\nreturn z");
    row("a result keeps its name", "x = float32[2]\nh = Neg(x)\ny = Cast(h) to=1\nreturn y",
        "y = Neg(x)\nreturn y");
    row("an input given out needs its node", "x = float32[2]\ny = Cast(x) to=1\nreturn y", "=");
    row("both given out", "x = float32[2]\nh = Neg(x)\ny = Cast(h) to=1\nreturn y, h", "=");
    row("other readers of the name's maker",
        "x = float32[2]\nh = Neg(x)\ny = Cast(h) to=1\nz = Abs(h)\nreturn y, z",
        "y = Neg(x)\nz = Abs(y)\nreturn y, z");
    row("reshape to the same shape",
        "x = float32[b,6]\ns = int64{0,6}\ny = Reshape(x, s)\nz = Neg(y)\nreturn z",
        "z = Neg(x)\nreturn z");
    row("reshape to another", "x = float32[2,6]\ns = int64{3,4}\ny = Reshape(x, s)\nreturn y", "=");
    row("unknown dimensions are not equal",
        "x = float32[?,6]\ns = int64{-1,6}\ny = Reshape(x, s)\nz = Neg(y)\nreturn z", "=");
    row("transpose that moves nothing",
        "x = float32[2,3]\ny = Transpose(x) perm=[0,1]\nz = Neg(y)\nreturn z",
        "z = Neg(x)\nreturn z");
    row("slice of everything",
        "x = float32[5,n]\na = int64{0}\nb = int64{9223372036854775807}\nc = int64{1}\n"
        "y = Slice(x, a, b, c)\nz = Neg(y)\nreturn z",
        "z = Neg(x)\nreturn z");
    row("slice backwards",
        "x = float32[5]\na = int64{-1}\nb = int64{-9223372036854775807}\nc = int64{0}\n"
        "d = int64{-1}\ny = Slice(x, a, b, c, d)\nz = Neg(y)\nreturn z",
        "=");
    row("pad with nothing", "x = float32[5]\np = int64{0,0}\ny = Pad(x, p)\nz = Neg(y)\nreturn z",
        "z = Neg(x)\nreturn z");
    row("expand to its own shape",
        "x = float32[2,3]\ns = int64{1,3}\ny = Expand(x, s)\nz = Neg(y)\nreturn z",
        "z = Neg(x)\nreturn z");
    row("tile once", "x = float32[n]\nr = int64{1}\ny = Tile(x, r)\nz = Neg(y)\nreturn z",
        "z = Neg(x)\nreturn z");
    row("join of one and of empty ones",
        "x = float32[2,3]\ne = float32[2,0]\ny = Concat(x, e) axis=1\nz = Neg(y)\nreturn z",
        "z = Neg(x)\nreturn z");
    row("plus 0, times 1, minus 0, by 1, to the 1",
        "x = float32[2,3]\no = float32:0\ni = float32:1\na = Add(o, x)\nb = Mul(a, i)\n"
        "c = Sub(b, o)\nd = Div(c, i)\ne = Pow(d, i)\nz = Neg(e)\nreturn z",
        "z = Neg(x)\nreturn z");
    row("0 minus, 1 by",
        "x = float32[2]\no = float32:0\ni = float32:1\na = Sub(o, x)\nb = Div(i, a)\nreturn b",
        "=");
    row("a neutral number that broadcasts",
        "x = float32[3]\no = float32[2,3]{0}\ny = Add(x, o)\nreturn y", "=");
    row("not neutral everywhere", "x = float32[2]\no = float32{0,1}\ny = Add(x, o)\nreturn y", "=");
    row("where with one answer",
        "x = float32[2]\nw = float32[2]\nc = bool{1,1}\ny = Where(c, x, w)\nz = Neg(y)\nreturn z",
        "z = Neg(x)\nreturn z");
    row("where of not",
        "c = bool[2]\nx = float32[2]\nw = float32[2]\nn = Not(c)\ny = Where(n, x, w)\nreturn y",
        "y = Where(c, w, x)\nreturn y");
    row("not not", "c = bool[2]\nn = Not(c)\nm = Not(n)\nz = Cast(m) to=1\nreturn z",
        "z = Cast(c) to=1\nreturn z");
    row("relu of relu", "x = float32[2]\ny = Relu(x)\nz = Relu(y)\nw = Neg(z)\nreturn w",
        "y = Relu(x)\nw = Neg(y)\nreturn w");
    row("relu, then clip",
        "x = float32[2]\nlow = float32:-1\nhigh = float32:6\ny = Relu(x)\nz = Clip(y, low, "
        "high)\nreturn z",
        "z = Clip(x, float32:0, float32:6)\nreturn z");
    row("clip, then relu",
        "x = float32[2]\nlow = float32:1\nhigh = float32:6\ny = Clip(x, low, high)\nz = "
        "Relu(y)\nreturn z",
        "z = Clip(x, float32:1, float32:6)\nreturn z");
    row("clip of clip",
        "x = float32[2]\na = float32:-2\nb = float32:2\nc = float32:-3\nd = float32:1\n"
        "y = Clip(x, a, b)\nz = Clip(y, c, d)\nreturn z",
        "z = Clip(x, float32:-2, float32:1)\nreturn z");
    row("clip that others read",
        "x = float32[2]\na = float32:0\nb = float32:2\ny = Clip(x, a, b)\nz = Relu(y)\nreturn z, y",
        "=");
    row("reduction of one element",
        "x = float32[2,1]\na = int64{1}\ny = ReduceSum(x, a) keepdims=1\nz = Neg(y)\nreturn z",
        "z = Neg(x)\nreturn z");
    row("window of one element",
        "x = float32[1,2,4]\ny = MaxPool(x) kernel_shape=[1] strides=[1]\nz = Neg(y)\nreturn z",
        "z = Neg(x)\nreturn z");
    row("window that moves",
        "x = float32[1,2,4]\ny = MaxPool(x) kernel_shape=[1] strides=[2]\nreturn y", "=");
    row("gather of all in order",
        "x = float32[2,3]\ni = int64{0,1,2}\ny = Gather(x, i) axis=1\nz = Neg(y)\nreturn z",
        "z = Neg(x)\nreturn z");
    row("gather in another order",
        "x = float32[2,3]\ni = int64{0,2,1}\ny = Gather(x, i) axis=1\nreturn y", "=");
}

void RewritesTest::views_data()
{
    columns();
    row("reshape of reshape",
        "x = float32[2,6]\na = int64{3,4}\nb = int64{12}\ny = Reshape(x, a)\nz = Reshape(y, "
        "b)\nreturn z",
        "z = Reshape(x, int64{12})\nreturn z");
    row("there and back",
        "x = float32[2,6]\na = int64{3,4}\nb = int64{2,6}\ny = Reshape(x, a)\nz = Reshape(y, b)\n"
        "w = Neg(z)\nreturn w",
        "w = Neg(x)\nreturn w");
    row("unsqueeze, then squeeze",
        "x = float32[n,6]\na = int64{1}\ny = Unsqueeze(x, a)\nz = Squeeze(y, a)\nw = "
        "Neg(z)\nreturn w",
        "w = Neg(x)\nreturn w");
    row("a symbol stays in its place",
        "x = float32[n,6]\na = int64{1}\nb = int64{0,2,3}\ny = Unsqueeze(x, a)\nz = Squeeze(y, a)\n"
        "w = Reshape(z, b)\nreturn w",
        "w = Reshape(x, int64{0,2,3})\nreturn w");
    row("transpose of ones is a reshape",
        "x = float32[1,6]\na = int64{6}\ny = Transpose(x) perm=[1,0]\nz = Reshape(y, a)\nreturn z",
        "z = Reshape(x, int64{6})\nreturn z");
    row("and after one",
        "x = float32[6]\na = int64{0}\ny = Unsqueeze(x, a)\nz = Transpose(y) perm=[1,0]\nreturn z",
        "z = Reshape(x, int64{6,1})\nreturn z");
    row("transpose of elements stays",
        "x = float32[2,3]\na = int64{6}\ny = Transpose(x) perm=[1,0]\nz = Reshape(y, a)\nreturn z",
        "=");
    row("transpose of transpose",
        "x = float32[2,3,4]\ny = Transpose(x) perm=[1,2,0]\nz = Transpose(y) perm=[0,2,1]\nreturn "
        "z",
        // z's axes are y's 0, 2, 1, which are x's 1, 0, 2
        "z = Transpose(x) perm=[1,0,2]\nreturn z");
    row("transpose and back",
        "x = float32[2,3]\ny = Transpose(x)\nz = Transpose(y) perm=[1,0]\nw = Neg(z)\nreturn w",
        "w = Neg(x)\nreturn w");
    row("the first one may have other readers",
        "x = float32[2,3,4]\ny = Transpose(x) perm=[1,2,0]\nz = Transpose(y) perm=[0,2,1]\nreturn "
        "z, y",
        "y = Transpose(x) perm=[1,2,0]\nz = Transpose(x) perm=[1,0,2]\nreturn z, y");
    row("mean that keeps its axes, then without them",
        "x = float32[2,3,4,5]\ns = int64{2,3}\ny = ReduceMean(x) axes=[2,-1]\nz = Reshape(y, "
        "s)\nreturn z",
        "z = ReduceMean(x) axes=[2,-1] keepdims=0\nreturn z");
    row("sum without its axis, then with it",
        "x = float32[n,3]\na = int64{1}\ny = ReduceSum(x, a) keepdims=0\nz = Unsqueeze(y, "
        "a)\nreturn z",
        "z = ReduceSum(x, int64{1}) keepdims=1\nreturn z");
    row("mean, then another shape",
        "x = float32[2,3,4,4]\ns = int64{3,2,1,1}\ny = ReduceMean(x) axes=[2,3]\nz = Reshape(y, "
        "s)\nreturn z",
        "=");
    row("slices of two axes",
        "x = float32[8,9]\na = int64{1}\nb = int64{5}\no = int64{0}\nc = int64{2}\nd = int64{8}\n"
        "i = int64{1}\ny = Slice(x, a, b, o)\nz = Slice(y, c, d, i, c)\nreturn z",
        "z = Slice(x, int64{1,2}, int64{5,8}, int64{0,1}, int64{1,2})\nreturn z");
    row("slices of one axis stay",
        "x = float32[8]\na = int64{1}\nb = int64{7}\no = int64{0}\ny = Slice(x, a, b, o)\n"
        "z = Slice(y, a, b, o)\nreturn z",
        "=");
    row("join of joins",
        "x = float32[2,3]\nw = float32[2,1]\ny = Concat(x, w) axis=1\nz = Concat(w, y, x) "
        "axis=-1\nreturn z",
        "z = Concat(w, x, w, x) axis=-1\nreturn z");
    row("join along another axis",
        "x = float32[2,2]\ny = Concat(x, x) axis=1\nz = Concat(y, y) axis=0\nreturn z", "=");
    row("split and join",
        "x = float32[4,2]\na, b = Split(x) axis=0\ny = Concat(a, b) axis=0\nz = Neg(y)\nreturn z",
        "z = Neg(x)\nreturn z");
    row("split and join the other way round",
        "x = float32[4,2]\na, b = Split(x) axis=0\ny = Concat(b, a) axis=0\nreturn y", "=");
    row("one element, axis kept",
        "x = float32[4,n]\ni = int64:-1\na = int64{0}\ny = Gather(x, i) axis=0\nz = Unsqueeze(y, "
        "a)\nreturn z",
        "z = Gather(x, int64{-1}) axis=0\nreturn z");
    row("slice of one element, axis dropped",
        "x = float32[4,n]\ns = int64{-2}\ne = int64{-1}\na = int64{0}\ny = Slice(x, s, e, a)\n"
        "z = Squeeze(y, a)\nreturn z",
        "z = Gather(x, int64:2) axis=0\nreturn z");
    row("casts that lose nothing", "x = float16[2]\ny = Cast(x) to=1\nz = Cast(y) to=11\nreturn z",
        "z = Cast(x) to=11\nreturn z");
    row("cast and back", "x = int32[2]\ny = Cast(x) to=11\nz = Cast(y) to=6\nw = Neg(z)\nreturn w",
        "w = Neg(x)\nreturn w");
    row("cast that rounds", "x = int32[2]\ny = Cast(x) to=1\nz = Cast(y) to=6\nreturn z", "=");
    row("cast to bool", "x = int32[2]\ny = Cast(x) to=9\nz = Cast(y) to=6\nreturn z", "=");
    row("expand before a sum",
        "x = float32[1,3]\nw = float32[2,3]\ns = int64{2,3}\ny = Expand(x, s)\nz = Add(y, "
        "w)\nreturn z",
        "z = Add(x, w)\nreturn z");
    row("expand that makes the shape",
        "x = float32[1,3]\nw = float32[1,3]\ns = int64{2,3}\ny = Expand(x, s)\nz = Add(y, "
        "w)\nreturn z",
        "=");
    row("expand on both sides: one is needed",
        "x = float32[1,3]\nw = float32[1,3]\ns = int64{2,3}\ny = Expand(x, s)\nv = Expand(w, s)\n"
        "z = Add(y, v)\nreturn z",
        "v = Expand(w, int64{2,3})\nz = Add(x, v)\nreturn z");
    row("expand before something else",
        "x = float32[1,3]\ns = int64{2,3}\ny = Expand(x, s)\nz = Softmax(y) axis=0\nreturn z", "=");
}

void RewritesTest::products_data()
{
    columns();
    row("product and sum",
        "x = float32[n,3]\nw = float32[3,4]\nb = float32[4]\ny = MatMul(x, w)\nz = Add(b, "
        "y)\nreturn z",
        "z = Gemm(x, w, b)\nreturn z");
    row("product of three axes stays",
        "x = float32[2,n,3]\nw = float32[3,4]\nb = float32[4]\ny = MatMul(x, w)\nz = Add(b, "
        "y)\nreturn z",
        "=");
    row("integers have no Gemm",
        "x = int32[2,3]\nw = int32[3,4]\nb = int32[4]\ny = MatMul(x, w)\nz = Add(b, y)\nreturn z",
        "=");
    row("sum that broadcasts the product",
        "x = float32[2,3]\nw = float32[3,4]\nb = float32[5,2,4]\ny = MatMul(x, w)\nz = Add(b, "
        "y)\nreturn z",
        "=");
    row("product that others read",
        "x = float32[2,3]\nw = float32[3,4]\nb = float32[4]\ny = MatMul(x, w)\nz = Add(b, "
        "y)\nreturn z, y",
        "=");
    row("transposed factors",
        "x = float32[3,2]\nw = float32[4,3]\na = Transpose(x) perm=[1,0]\nb = Transpose(w)\n"
        "y = MatMul(a, b)\nreturn y",
        "y = Gemm(x, w) transA=1 transB=1\nreturn y");
    row("a transposed factor of a Gemm",
        "x = float32[2,3]\nw = float32[3,4]\nt = Transpose(w)\ny = Gemm(x, t) transB=1\nreturn y",
        "y = Gemm(x, w) transB=0\nreturn y");
    row("a Gemm that has no third factor yet",
        "x = float32[2,3]\nw = float32[4,3]\nb = float32[2,4]\ny = Gemm(x, w) transB=1\nz = Add(y, "
        "b)\nreturn z",
        "z = Gemm(x, w, b) transB=1\nreturn z");
    row("flattened for a product",
        "x = float32[2,5,3]\nw = float32[3,4]\nf = int64{10,3}\ng = int64{2,5,4}\ny = Reshape(x, "
        "f)\n"
        "m = MatMul(y, w)\nz = Reshape(m, g)\nreturn z",
        "z = MatMul(x, w)\nreturn z");
    row("flattened for a Gemm",
        "x = float32[b,5,3]\nw = float32[3,4]\nc = float32[4]\nf = int64{-1,3}\ng = int64{-1,5,4}\n"
        "y = Reshape(x, f)\nm = Gemm(y, w, c)\nz = Reshape(m, g)\nreturn z",
        "m = MatMul(x, w)\nz = Add(m, c)\nreturn z");
    row("flattened for two products",
        "x = float32[2,5,3]\nw = float32[3,4]\nc = float32[4]\nf = int64{10,3}\ng = int64{2,5,4}\n"
        "y = Reshape(x, f)\nm = Gemm(y, w, c)\nz = Reshape(m, g)\nn = MatMul(y, w)\nv = Reshape(n, "
        "g)\n"
        "return z, v",
        "m = MatMul(x, w)\nz = Add(m, c)\nv = MatMul(x, w)\nreturn z, v");
    row("flattened and read otherwise",
        "x = float32[2,5,3]\nw = float32[3,4]\nf = int64{10,3}\ng = int64{2,5,4}\ny = Reshape(x, "
        "f)\n"
        "m = MatMul(y, w)\nz = Reshape(m, g)\nv = Neg(y)\nreturn z, v",
        "=");
    row("zeros around a convolution",
        "x = float32[1,2,8,8]\nw = float32[3,2,3,3]\np = int64{0,0,1,0,0,0,2,0}\no = float32:0\n"
        "y = Pad(x, p, o)\nz = Conv(y, w) pads=[1,1,1,1]\nreturn z",
        "z = Conv(x, w) pads=[2,1,3,1]\nreturn z");
    row("another number around it",
        "x = float32[1,2,8]\nw = float32[3,2,3]\np = int64{0,0,1,0,0,1}\no = float32:1\n"
        "y = Pad(x, p, o)\nz = Conv(y, w)\nreturn z",
        "=");
    row("channels of zeros",
        "x = float32[1,1,8]\nw = float32[3,2,3]\np = int64{0,1,0,0,0,0}\ny = Pad(x, p)\n"
        "z = Conv(y, w)\nreturn z",
        "=");
    row("reflections around it",
        "x = float32[1,2,8]\nw = float32[3,2,3]\np = int64{0,0,1,0,0,1}\ny = Pad(x, p) "
        "mode:reflect\n"
        "z = Conv(y, w)\nreturn z",
        "=");
}

void RewritesTest::sorted_data()
{
    columns();
    row("the largest is the first of the sorted ones",
        "x = float32[2,5]\nk = int64{3}\nv, i = TopK(x, k)\ns = GatherElements(x, i) axis=1\n"
        "p = ArgMax(x) axis=-1\nm = GatherND(x, p) batch_dims=1\nreturn s, m",
        "v, i = TopK(x, int64{3})\ns = GatherElements(x, i) axis=1\n"
        "m = Gather(s, int64:0) axis=1\nreturn s, m");
    row("the smallest is not",
        "x = float32[2,5]\nk = int64{3}\nv, i = TopK(x, k)\ns = GatherElements(x, i) axis=1\n"
        "p = ArgMin(x) axis=-1\nm = GatherND(x, p) batch_dims=1\nreturn s, m",
        "=");
    row("sorted along another axis",
        "x = float32[2,5]\nk = int64{2}\nv, i = TopK(x, k) axis=0\ns = GatherElements(x, i) "
        "axis=0\n"
        "p = ArgMax(x) axis=-1\nm = GatherND(x, p) batch_dims=1\nreturn s, m",
        "=");
    row("not sorted",
        "x = float32[2,5]\nk = int64{2}\nv, i = TopK(x, k) sorted=0\ns = GatherElements(x, i) "
        "axis=1\np = ArgMax(x) axis=-1\nm = GatherND(x, p) batch_dims=1\nreturn s, m",
        "=");
}

void RewritesTest::sorted()
{
    check([](OnnxModel& model, ValueFacts&) { return reuse_sorted(model); });
}

void RewritesTest::weights_data()
{
    QTest::addColumn<QString>("text");
    QTest::addColumn<QString>("name");
    QTest::addColumn<std::vector<double>>("numbers");
    auto weight = [](const char* name, const char* text, const char* initializer,
                     std::vector<double> numbers) {
        QTest::newRow(name) << QString(text) << QString(initializer) << std::move(numbers);
    };
    weight("transposed", "w = float32[2,3]{1,2,3,4,5,6}\ny = Transpose(w) perm=[1,0]", "w.T",
           {1, 4, 2, 5, 3, 6});
    weight("another shape", "w = float32[2,2]{1,2,3,4}\na = int64{4}\ny = Reshape(w, a)", "w",
           {1, 2, 3, 4});
    weight("one row", "w = float32[2,3]{1,2,3,4,5,6}\ni = int64:-1\ny = Gather(w, i) axis=0",
           "w.Gather", {4, 5, 6});
    weight("one column", "w = float32[2,3]{1,2,3,4,5,6}\ni = int64:1\ny = Gather(w, i) axis=1",
           "w.Gather", {2, 5});
    weight("joined along the last axis",
           "w = float32[2,2]{1,2,3,4}\nv = float32[2,1]{5,6}\ny = Concat(w, v) axis=-1", "w.Concat",
           {1, 2, 5, 3, 4, 6});
    weight("transposed and joined",
           "w = float32[2,2]{1,2,3,4}\nv = float32[1,2]{5,6}\nt = Transpose(w)\n"
           "y = Concat(t, v) axis=0",
           "w.T.Concat", {1, 3, 2, 4, 5, 6});
}

void RewritesTest::weights()
{
    QFETCH(QString, text);
    QFETCH(QString, name);
    QFETCH(std::vector<double>, numbers);
    auto m = parse_model(text + "\nz = Neg(y)\nreturn z");
    PassLog log;
    after_pass(*m, [&](auto& t) { return fold_weights(t.model, &log); });
    QCOMPARE(m->model.nodes.size(), std::size_t{1});
    QCOMPARE(m->model.text(m->model.values[m->model.nodes[0].inputs[0]].name), name.toStdString());
    QCOMPARE(m->numbers(name.toStdString()), numbers);
    QCOMPARE(log.folded.back().initializer, name.toStdString());
    QVERIFY(!fold_weights(m->model));
}

void RewritesTest::weightsAreCalledWhatTheyWere()
{
    // Somebody else reads the weight as it is.
    auto m = parse_model("w = float32[2,3]{1,2,3,4,5,6}\nx = float32[2,3]\ny = Transpose(w)\n"
                         "z = Neg(y)\nv = Add(x, w)\nreturn z, v");
    QCOMPARE(after_pass(*m, [](auto& t) { return fold_weights(t.model); }),
             lines("z = Neg(w.T)\nv = Add(x, w)\nreturn z, v"));
    // Too much to store twice.
    m = parse_model("w = float32[600,600]{1}\nx = float32[600,600]\ny = Transpose(w)\nz = Neg(y)\n"
                    "v = Add(x, w)\nreturn z, v");
    QVERIFY(!fold_weights(m->model));
    // What callers may override is no weight.
    m = parse_model("w = float32[2,3]\ny = Transpose(w)\nz = Neg(y)\nreturn z");
    QVERIFY(!fold_weights(m->model));
}

void RewritesTest::originsAreKept()
{
    auto m = parse_model(
        "x = float32[2,6]\na = int64{3,4}\nb = int64{12}\nh = Neg(x)\n"
        "y = Reshape(h, a)\nz = Reshape(y, b)\no = float32:0\nw = Add(z, o)\nv = Abs(w)\n"
        "return v");
    merge_views(m->model, m->facts);
    QCOMPARE(m->origins("z"), (std::vector<FxNodeId>{2, 1, 3}));
    QCOMPARE(m->origins("h"), std::vector<FxNodeId>{0});
    QCOMPARE(m->origins("v"), std::vector<FxNodeId>{4});
}

void RewritesTest::transposedWeightIsAView()
{
    auto m =
        parse_model("x = float32[2,5,3]\nnet.weight = float32[4,3]{1,2,3,4,5}\nc = float32[4]\n"
                    "f = int64{10,3}\ng = int64{2,5,4}\ny = Reshape(x, f)\n"
                    "m = Gemm(y, net.weight, c) transB=1\nz = Reshape(m, g)\nreturn z");
    QCOMPARE(after_pass(*m, [](auto& t) { return fuse_products(t.model, t.facts); }),
             lines("m = MatMul(x, net.weight.T)\nz = Add(m, c)\nreturn z"));
    QCOMPARE(m->numbers("net.weight.T"), (std::vector<double>{1, 4, 2, 5, 2, 5, 3, 1, 3, 1, 4, 2}));
    QVERIFY(m->numbers("net.weight").empty());
}

QTEST_APPLESS_MAIN(RewritesTest)
#include "tst_rewrites.moc"
