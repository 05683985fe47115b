// The body that every tst_parity_<family>.cpp shares: QtTest's data rows around parity rows.
#pragma once

#include "support/parity_rows.h"
#include "support/platform_gaps.h"

#include <QtTest>

namespace strata::test {

inline void add_parity_rows(const ParityRows& rows)
{
    QTest::addColumn<int>("row");
    for (std::size_t i = 0; i < rows.size(); ++i)
        QTest::newRow(rows[i].name.c_str()) << static_cast<int>(i);
}

inline void run_parity_row(const ParityRows& rows)
{
    QFETCH(const int, row);
    const ParityRow& tested = rows.at(static_cast<std::size_t>(row));
    if (const std::string gap = platform_gap(tested.name); !gap.empty())
        QSKIP(gap.c_str());
    const std::string wrong = check_parity(tested);
    QVERIFY2(wrong.empty(), wrong.c_str());
}

} // namespace strata::test
