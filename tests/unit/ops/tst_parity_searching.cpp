// Operators of the searching and counting family: the same numbers from LibTorch and from the
// exported model.
#include "support/parity_test.h"

class ParitySearching : public QObject {
    Q_OBJECT

private:
    const strata::test::ParityRows m_rows = strata::test::searching_rows();

private Q_SLOTS:
    void same_numbers_data() { strata::test::add_parity_rows(m_rows); }
    void same_numbers() { strata::test::run_parity_row(m_rows); }
};

QTEST_APPLESS_MAIN(ParitySearching)
#include "tst_parity_searching.moc"
