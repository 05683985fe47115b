#include "torch/resident_pages.h"

#include <cstdint>
#include <cstdio>
#include <fstream>
#include <string>
#include <sys/mman.h>

namespace strata {
namespace {

/// One mapping of /proc/self/smaps.
struct Mapping {
    std::uintptr_t begin = 0;
    std::uintptr_t end = 0;
    bool read_only_file = false;
    bool has_written_pages = true; // until the kernel says otherwise
};

/// Reads a mapping's first line: "7f..-7f.. r-xp 00000000 fe:00 1234   /usr/lib/libx.so".
bool parse_header(const std::string& line, Mapping& mapping)
{
    unsigned long begin = 0;
    unsigned long end = 0;
    char permissions[5] = {};
    int path = 0;
    if (std::sscanf(line.c_str(), "%lx-%lx %4s %*s %*s %*s %n", &begin, &end, permissions, &path) !=
        3)
        return false;
    mapping = {begin, end, false, true};
    mapping.read_only_file =
        permissions[0] == 'r' && permissions[1] == '-' && permissions[3] == 'p' && path > 0 &&
        static_cast<std::size_t>(path) < line.size() && line[static_cast<std::size_t>(path)] == '/';
    return true;
}

} // namespace

void release_clean_file_pages()
{
    std::ifstream smaps("/proc/self/smaps");
    Mapping mapping;
    for (std::string line; std::getline(smaps, line);) {
        if (parse_header(line, mapping))
            continue;
        // Relocated data ("relro") is read-only too, but its pages are copies that exist nowhere
        // else: they count as anonymous. Only mappings without any may be dropped.
        unsigned long anonymous = 0;
        if (std::sscanf(line.c_str(), "Anonymous: %lu kB", &anonymous) != 1)
            continue;
        mapping.has_written_pages = anonymous != 0;
        if (mapping.read_only_file && !mapping.has_written_pages)
            ::madvise(reinterpret_cast<void*>(mapping.begin), mapping.end - mapping.begin,
                      MADV_DONTNEED);
    }
}

} // namespace strata
