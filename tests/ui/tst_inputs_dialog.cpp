// The dialog of inputs: what it shows, checks and gives back.
#include "ui/window/inputs_dialog.h"

#include "ir/fx_text.h"

#include <QLabel>
#include <QPushButton>
#include <QSignalSpy>
#include <QTableWidget>
#include <QThreadPool>
#include <QtTest>
#include <fmt/format.h>

using namespace strata;
using namespace strata::ui;

namespace {

Inspection inspection()
{
    Inspection made;
    UsedInput image;
    image.name = "image";
    image.dtype = DType::Float32;
    image.shape = std::vector<FxDim>{{-1, "batch"}, {3, {}}, {8, {}}, {8, {}}};
    image.source = "inferred from conv1.weight";
    image.assumed = true;
    UsedInput mask;
    mask.name = "mask";
    mask.source = "left out (None)";
    mask.left_out = true;
    UsedInput x;
    x.name = "x";
    x.dtype = DType::Int64;
    x.shape = std::vector<FxDim>{{2, {}}, {3, {}}};
    x.source = "given";
    made.inputs = {image, mask, x};
    return made;
}

} // namespace

class TestInputsDialog : public QObject {
    Q_OBJECT

    static QTableWidget* table(InputsDialog& dialog)
    {
        return dialog.findChild<QTableWidget*>(QStringLiteral("inputsTable"));
    }
    static QPushButton* button(InputsDialog& dialog)
    {
        return dialog.findChild<QPushButton*>(QStringLiteral("inputsAccept"));
    }

private Q_SLOTS:
    void showsWhatWasUsed()
    {
        InputsDialog dialog(inspection(), {});
        QCOMPARE(table(dialog)->rowCount(), 3);
        QCOMPARE(table(dialog)->item(0, 0)->text(), QStringLiteral("image"));
        QCOMPARE(table(dialog)->item(0, 1)->text(), QStringLiteral("float32"));
        QCOMPARE(table(dialog)->item(0, 2)->text(), QStringLiteral("batch, 3, 8, 8"));
        QCOMPARE(table(dialog)->item(0, 3)->text(), QStringLiteral("inferred from conv1.weight"));
        QVERIFY(table(dialog)->item(1, 2)->text().isEmpty());
        QVERIFY(!(table(dialog)->item(0, 0)->flags() & Qt::ItemIsEditable));
        QVERIFY(!table(dialog)->accessibleName().isEmpty());
        QVERIFY(dialog.problems().isEmpty());
    }

    void givesSpecsAndDynamicAxes()
    {
        ExportOptions before;
        before.opset = 15;
        before.dynamic_axes = {{"image", 3, "old"}};
        InputsDialog dialog(inspection(), before);
        table(dialog)->item(2, 2)->setText(QStringLiteral("rows,3, cols"));
        const ExportOptions options = dialog.options();
        QCOMPARE(options.opset, 15);
        QCOMPARE(options.inputs.size(), std::size_t{2}); // the mask stays out
        QCOMPARE(options.inputs[0].name, std::string("image"));
        QCOMPARE(options.inputs[0].shape.size(), std::size_t{4});
        QCOMPARE(options.inputs[1].dtype, DType::Int64);
        QCOMPARE(options.inputs[1].shape[1], std::int64_t{3});
        QCOMPARE(options.dynamic_axes.size(), std::size_t{3});
        QCOMPARE(options.dynamic_axes[0].symbol, std::string("batch"));
        QCOMPARE(options.dynamic_axes[0].axis, std::int64_t{0});
        QCOMPARE(options.dynamic_axes[2].name, std::string("x"));
        QCOMPARE(options.dynamic_axes[2].symbol, std::string("cols"));
        QCOMPARE(options.dynamic_axes[2].axis, std::int64_t{2});
    }

    // A convolution to which everything but its channels is open, then a layer of any rank.
    void sizesThatRunAreOffered_data()
    {
        QTest::addColumn<QString>("target");
        QTest::addColumn<QList<int>>("weight");
        QTest::addColumn<QString>("shown");
        QTest::addColumn<int>("features");
        QTest::newRow("symbols stay")
            << "aten::conv2d" << QList<int>{2, 3, 1, 1} << "n, 3, h, w" << 3;
        QTest::newRow("an empty shape is filled")
            << "aten::linear" << QList<int>{4, 5} << "1, 5" << 5;
    }

    void sizesThatRunAreOffered()
    {
        QFETCH(QString, target);
        QFETCH(QList<int>, weight);
        QFETCH(QString, shown);
        QFETCH(int, features);
        auto program = std::make_shared<Program>();
        std::vector<std::int64_t> dims(weight.begin(), weight.end());
        program->tensors.push_back(Tensor::filled(DType::Float32, dims, 0.5));
        const bool conv = target == QLatin1String("aten::conv2d");
        auto graph = parse_fx(fmt::format("frame 0: \"\" class=\"Net\"\n"
                                          "%x : tensor = placeholder[x]()\n"
                                          "%w : tensor = get_attr[weight]() {{tensor=0}}\n"
                                          "%y : tensor = call_function[{}](%x, %w{})\n"
                                          "output[output](%y)\n",
                                          target.toStdString(),
                                          conv ? ", None, [1, 1], [0, 0], [1, 1], 1" : ", None"),
                              program->modules);
        QVERIFY2(graph, graph ? "" : graph.error().text().c_str());
        program->graph = *std::move(graph);
        auto made = std::make_shared<Inspection>();
        made->program = program;
        UsedInput x;
        x.name = "x";
        x.dtype = DType::Float32;
        x.assumed = true;
        x.source = "inferred from weight";
        if (conv)
            x.shape = std::vector<FxDim>{{-1, "n"}, {3, {}}, {-1, "h"}, {-1, "w"}};
        made->inputs = {x};
        InputsDialog dialog(*made, {});
        QSignalSpy offered(&dialog, &InputsDialog::offered);
        dialog.offer(made);
        QVERIFY(offered.wait(20000));
        QCOMPARE(table(dialog)->item(0, 2)->text(), shown);
        const ExportOptions options = dialog.options();
        QCOMPARE(options.inputs.size(), std::size_t{1});
        QCOMPARE(options.inputs[0].shape[1], std::int64_t{features});
        if (conv)
            QVERIFY(options.inputs[0].shape[2] > 2); // not the size of nothing in particular
        const QString note = dialog.findChild<QLabel*>(QStringLiteral("inputsNote"))->text();
        QVERIFY2(note.contains(QStringLiteral("x: ")), qPrintable(note));
    }

    void offeringEndsWithTheDialog()
    {
        auto made = std::make_shared<Inspection>(inspection());
        auto dialog = std::make_unique<InputsDialog>(*made, ExportOptions{});
        dialog->offer(made);
        dialog.reset();
        QVERIFY(QThreadPool::globalInstance()->waitForDone(20000));
        QCoreApplication::processEvents();
    }

    void typingIsCheckedAtOnce_data()
    {
        QTest::addColumn<int>("column");
        QTest::addColumn<QString>("typed");
        QTest::addColumn<bool>("good");
        QTest::newRow("sizes") << 2 << "1,2" << true;
        QTest::newRow("one number") << 2 << "()" << true;
        QTest::newRow("nothing") << 2 << "" << true;
        QTest::newRow("negative") << 2 << "-1, 3" << false;
        QTest::newRow("a gap") << 2 << "1,,3" << false;
        QTest::newRow("arithmetic") << 2 << "2*n" << false;
        QTest::newRow("name with a digit first") << 2 << "1x" << false;
        QTest::newRow("too large") << 2 << "99999999999999999999" << false;
        QTest::newRow("other type") << 1 << "half" << true;
        QTest::newRow("no type") << 1 << "float31" << false;
    }

    void typingIsCheckedAtOnce()
    {
        QFETCH(int, column);
        QFETCH(QString, typed);
        QFETCH(bool, good);
        InputsDialog dialog(inspection(), {});
        table(dialog)->item(2, column)->setText(typed);
        QCOMPARE(button(dialog)->isEnabled(), good);
        const QString note = dialog.findChild<QLabel*>(QStringLiteral("inputsNote"))->text();
        QCOMPARE(note.contains(QStringLiteral("x: '%1'").arg(typed)), !good);
    }

    void keysAreEnough()
    {
        InputsDialog dialog(inspection(), {});
        dialog.show();
        QVERIFY(QTest::qWaitForWindowExposed(&dialog));
        table(dialog)->setFocus();
        table(dialog)->setCurrentCell(0, 2);
        QTest::keyClick(table(dialog), Qt::Key_F2);
        auto* editor = table(dialog)->findChild<QWidget*>(QStringLiteral("qt_editor"));
        QWidget* typed = editor ? editor : QApplication::focusWidget();
        QVERIFY(typed);
        QTest::keyClick(typed, Qt::Key_A, Qt::ControlModifier);
        QTest::keyClicks(typed, QStringLiteral("n, 3, 16, 16"));
        QTest::keyClick(typed, Qt::Key_Return);
        QTRY_COMPARE(table(dialog)->item(0, 2)->text(), QStringLiteral("n, 3, 16, 16"));
        QCOMPARE(table(dialog)->item(0, 3)->text(), QStringLiteral("given here"));
        QCOMPARE(dialog.options().dynamic_axes.front().symbol, std::string("n"));
    }

    void filesAreLoaded()
    {
        InputsDialog dialog(inspection(), {});
        QSignalSpy loaded(&dialog, &InputsDialog::loaded);
        dialog.load(QStringLiteral(STRATA_TEST_DATA "/inputs/arrays.npz"));
        QVERIFY(loaded.wait());
        QCOMPARE(table(dialog)->item(2, 1)->text(), QStringLiteral("float32")); // by name
        QCOMPARE(table(dialog)->item(2, 2)->text(), QStringLiteral("2, 3"));
        QCOMPARE(table(dialog)->item(1, 1)->text(), QStringLiteral("int64"));
        const ExportOptions options = dialog.options();
        QVERIFY(options.inputs_dir.has_value());
        for (const InputSpec& spec : options.inputs)
            QVERIFY(spec.name != "x"); // its data come from the file
        dialog.load(QStringLiteral(STRATA_TEST_DATA "/inputs/objects.npz"));
        QVERIFY(loaded.wait());
        QVERIFY(dialog.problems().contains(QStringLiteral("Python objects")));
        QVERIFY(!dialog.options().inputs_dir.has_value());
    }
};

QTEST_MAIN(TestInputsDialog)
#include "tst_inputs_dialog.moc"
