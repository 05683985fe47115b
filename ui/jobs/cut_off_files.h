// Files that are cut off while they are mapped.
#pragma once

namespace strata::ui {

/// From now on, reading a page of a mapped file that the file no longer has gives zeros, where the
/// system would end the program (SIGBUS). Whoever reads checks before and after whether the file is
/// still the same (ByteOwner::check(), FileWatch); this covers the moments in between. Once, at the
/// start of the program; other causes of the signal end the program as ever.
void surviveCutOffFiles();

} // namespace strata::ui
