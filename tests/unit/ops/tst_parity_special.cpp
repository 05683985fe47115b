// Operators of the special functions family: the same numbers from LibTorch and from the exported
// model.
#include "support/parity_test.h"

class ParitySpecial : public QObject {
    Q_OBJECT

private:
    const strata::test::ParityRows m_rows = strata::test::special_rows();

private Q_SLOTS:
    void same_numbers_data() { strata::test::add_parity_rows(m_rows); }
    void same_numbers() { strata::test::run_parity_row(m_rows); }
};

QTEST_APPLESS_MAIN(ParitySpecial)
#include "tst_parity_special.moc"
