// Operators of exported and decomposed programs, primitives and quantization: the same numbers from
// LibTorch and from the exported model.
#include "support/parity_test.h"

#include <iterator>

class ParityExported : public QObject {
    Q_OBJECT

private:
    static strata::test::ParityRows all()
    {
        strata::test::ParityRows rows = strata::test::decomposed_rows();
        for (strata::test::ParityRows more :
             {strata::test::prims_rows(), strata::test::quantization_rows(),
              strata::test::static_quantized_rows(), strata::test::exported_variant_rows()})
            std::move(more.begin(), more.end(), std::back_inserter(rows));
        return rows;
    }
    const strata::test::ParityRows m_rows = all();

private Q_SLOTS:
    void same_numbers_data() { strata::test::add_parity_rows(m_rows); }
    void same_numbers() { strata::test::run_parity_row(m_rows); }
};

QTEST_APPLESS_MAIN(ParityExported)
#include "tst_parity_exported.moc"
