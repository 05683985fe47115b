#include "ui/jobs/services.h"

namespace strata::ui {

Services Services::real()
{
    return {&open_model, &write_export, &models_in, &audit_model, &compare_inspections};
}

} // namespace strata::ui
