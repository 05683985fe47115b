// Every operator in the registry is exercised by some parity row.
#include "lowering/op_registry.h"
#include "support/parity_test.h"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <set>

class ParityCoverage : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void everyOperatorHasARow()
    {
        const auto registry = strata::build_op_registry();
        QVERIFY2(registry.has_value(), registry ? "" : registry.error().text().c_str());
        std::set<std::string> covered;
        for (const strata::test::ParityRow& row : strata::test::all_parity_rows()) {
            std::string error;
            for (const std::string& target : strata::test::parity_targets(row, &error))
                if (const auto* op = registry->find(target))
                    covered.insert(op->schema.target);
            QVERIFY2(error.empty(), (row.name + ": " + error).c_str());
        }
        std::vector<std::string> missing;
        for (const auto* op : registry->all()) {
            const std::string& target = op->schema.target;
            if (covered.contains(target) == known_gaps().contains(target))
                missing.push_back(target + (covered.contains(target) ? " (has a row now)" : ""));
        }
        QVERIFY2(missing.empty(), fmt::format("{} operators without a row: {}", missing.size(),
                                              fmt::join(missing, ", "))
                                      .c_str());
    }

private:
    /// Operators that TorchScript of the oldest supported LibTorch cannot name; they come from
    /// torch.export files.
    static const std::set<std::string>& known_gaps()
    {
        static const std::set<std::string> gaps{
            "aten::_assert_async",
            "aten::_assert_async.msg",
            "aten::_assert_scalar",
            "aten::_assert_tensor_metadata",
            "aten::_batch_norm_no_update",
            "aten::_batch_norm_with_update",
            "aten::_fused_rms_norm",
            "aten::_native_batch_norm_legit",
            "aten::_native_batch_norm_legit.no_stats",
            "aten::_native_batch_norm_legit_no_training",
            "aten::_scaled_dot_product_flash_attention_for_cpu",
            "aten::sym_constrain_range",
            "aten::sym_constrain_range_for_size",
            "torchvision::roi_align",
        };
        return gaps;
    }
};

QTEST_APPLESS_MAIN(ParityCoverage)
#include "tst_parity_coverage.moc"
