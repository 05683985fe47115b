#include "ui/dashboard/dashboard_text.h"

#include <QCoreApplication>

namespace strata::ui {

namespace {

struct DashboardWords {
    Q_DECLARE_TR_FUNCTIONS(strata::ui::DashboardText)
};

} // namespace

QString orphanCauseName(OrphanCause cause)
{
    switch (cause) {
    case OrphanCause::NothingNamed:
        return DashboardWords::tr("Nothing in the file tells of modules");
    case OrphanCause::Unsupported:
        return DashboardWords::tr("Stand for unsupported operators");
    case OrphanCause::MergedWeights:
        return DashboardWords::tr("Hand on merged weights");
    case OrphanCause::SharedConstant:
        return DashboardWords::tr("Constants shared by modules");
    case OrphanCause::SizeArithmetic:
        return DashboardWords::tr("Compute sizes and indices");
    case OrphanCause::AtTheBoundary:
        return DashboardWords::tr("At inputs and outputs of the graph");
    case OrphanCause::BetweenModules:
        return DashboardWords::tr("Between modules");
    case OrphanCause::AmongOrphans:
        return DashboardWords::tr("Among other orphans");
    }
    return {};
}

QString orphanCauseFix(OrphanCause cause)
{
    switch (cause) {
    case OrphanCause::NothingNamed:
        return DashboardWords::tr("attach the source model, or export it again with Strata.");
    case OrphanCause::Unsupported:
        return DashboardWords::tr("see what helps with each operator under Problems.");
    case OrphanCause::MergedWeights:
        return DashboardWords::tr(
            "the exporter merged equal weights; export trained weights, or attach the "
            "source model.");
    case OrphanCause::SharedConstant:
        return DashboardWords::tr(
            "they belong to whoever uses them; accept them, or give them to the module "
            "around their users.");
    case OrphanCause::SizeArithmetic:
        return DashboardWords::tr("export with fixed shapes, and most of them are folded away.");
    case OrphanCause::AtTheBoundary:
        return DashboardWords::tr("mostly work of the root module: give them to it in the review.");
    case OrphanCause::BetweenModules:
        return DashboardWords::tr(
            "attach the source model, or give them to a module in the review.");
    case OrphanCause::AmongOrphans:
        return DashboardWords::tr("attach the source model: nothing near them tells of a module.");
    }
    return {};
}

QString tenthQuery(int tenth)
{
    const double from = tenth / 10.0;
    // The last bar has the whole 1.0 in it.
    return tenth >= 9 ? QStringLiteral("conf>=0.9")
                      : QStringLiteral("conf>=%1 conf<%2").arg(from).arg((tenth + 1) / 10.0);
}

QString operatorQuery(const QString& op_type)
{
    QString quoted = op_type;
    quoted.replace(QLatin1Char('\\'), QLatin1String("\\\\"))
        .replace(QLatin1Char('"'), QLatin1String("\\\""));
    return QStringLiteral("op=\"%1\"").arg(quoted);
}

} // namespace strata::ui
