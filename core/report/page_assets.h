// Style and script of the HTML report, from resources/report, compiled in.
#pragma once

#include <string_view>

namespace strata {

std::string_view report_style();
std::string_view report_script();

} // namespace strata
