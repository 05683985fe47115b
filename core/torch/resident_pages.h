// Keeping the resident memory of a process small after a large library has been loaded.
#pragma once

namespace strata {

/// Starting LibTorch reads the symbol tables and relocations of some hundred libraries once and
/// never again; these pages stay resident although they are mere copies of files. This unmaps them:
/// read-only pages of files, none of which has been written to. What is needed again comes back
/// from the page cache by itself. Does nothing where the kernel does not tell which pages those
/// are.
void release_clean_file_pages();

} // namespace strata
