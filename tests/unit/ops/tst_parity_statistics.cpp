// Operators of the statistics family: the same numbers from LibTorch and from the exported model.
#include "support/parity_test.h"

class ParityStatistics : public QObject {
    Q_OBJECT

private:
    const strata::test::ParityRows m_rows = strata::test::statistics_rows();

private Q_SLOTS:
    void same_numbers_data() { strata::test::add_parity_rows(m_rows); }
    void same_numbers() { strata::test::run_parity_row(m_rows); }
};

QTEST_APPLESS_MAIN(ParityStatistics)
#include "tst_parity_statistics.moc"
