// Operators of the sampling and detection family: the same numbers from LibTorch and from the
// exported model.
#include "support/parity_test.h"

class ParitySampling : public QObject {
    Q_OBJECT

private:
    const strata::test::ParityRows m_rows = strata::test::sampling_rows();

private Q_SLOTS:
    void same_numbers_data() { strata::test::add_parity_rows(m_rows); }
    void same_numbers() { strata::test::run_parity_row(m_rows); }
};

QTEST_APPLESS_MAIN(ParitySampling)
#include "tst_parity_sampling.moc"
