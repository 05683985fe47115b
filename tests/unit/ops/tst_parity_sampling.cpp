// Operators of the sampling and detection family and of random numbers: the same numbers, or the
// same distribution, from LibTorch and from the exported model.
#include "support/parity_test.h"

#include <iterator>

class ParitySampling : public QObject {
    Q_OBJECT

private:
    static strata::test::ParityRows all()
    {
        strata::test::ParityRows rows = strata::test::sampling_rows();
        strata::test::ParityRows more = strata::test::random_rows();
        std::move(more.begin(), more.end(), std::back_inserter(rows));
        return rows;
    }
    const strata::test::ParityRows m_rows = all();

private Q_SLOTS:
    void same_numbers_data() { strata::test::add_parity_rows(m_rows); }
    void same_numbers() { strata::test::run_parity_row(m_rows); }
};

QTEST_APPLESS_MAIN(ParitySampling)
#include "tst_parity_sampling.moc"
