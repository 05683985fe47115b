// Words and queries of the dashboard.
#pragma once

#include "review/orphan_causes.h"

#include <QString>

namespace strata::ui {

QString orphanCauseName(OrphanCause cause);
/// What would help, one sentence.
QString orphanCauseFix(OrphanCause cause);
/// The nodes of one bar of the histogram of confidence.
QString tenthQuery(int tenth);
QString operatorQuery(const QString& op_type);

} // namespace strata::ui
