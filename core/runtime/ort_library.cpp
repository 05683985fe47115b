#include "runtime/ort_library.h"

#include <algorithm>
#include <charconv>
#include <cstdlib>
#include <dlfcn.h>
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <onnxruntime_c_api.h>

namespace strata {
namespace {

namespace fs = std::filesystem;

// The oldest API version that has everything ort_session.cpp calls.
constexpr std::uint32_t oldest_api = 11;

std::string environment(const char* name)
{
    const char* value = std::getenv(name);
    return value ? value : "";
}

/// The folder that packaging/fetch_onnxruntime.sh fills; empty without a home.
fs::path cache_folder()
{
    if (const std::string cache = environment("XDG_CACHE_HOME"); !cache.empty())
        return fs::path(cache) / "strata" / "onnxruntime" / "lib";
    if (const std::string home = environment("HOME"); !home.empty())
        return fs::path(home) / ".cache" / "strata" / "onnxruntime" / "lib";
    return {};
}

/// The folder of the shared library this code is in.
fs::path own_folder()
{
    Dl_info info{};
    if (::dladdr(reinterpret_cast<const void*>(&load_onnx_runtime), &info) == 0 || !info.dli_fname)
        return {};
    return fs::path(info.dli_fname).parent_path();
}

/// The API version of a library is the minor number of its version: "1.29.0" has 29.
std::uint32_t api_version_of(const std::string& version)
{
    const std::size_t dot = version.find('.');
    std::uint32_t minor = 0;
    if (dot != std::string::npos)
        std::from_chars(version.data() + dot + 1, version.data() + version.size(), minor);
    return minor;
}

/// The newest API that both the library and the header know; null when there is none.
const OrtApi* negotiate(const OrtApiBase& base, const std::string& version)
{
    // Asking for a version that the library does not have makes it print a complaint, so its own
    // number is the first to try.
    const std::uint32_t newest = std::min<std::uint32_t>(ORT_API_VERSION, api_version_of(version));
    for (std::uint32_t wanted = newest; wanted >= oldest_api; --wanted)
        if (const OrtApi* api = base.GetApi(wanted))
            return api;
    return nullptr;
}

} // namespace

std::vector<fs::path> onnx_runtime_candidates()
{
    if (const std::string chosen = environment("STRATA_ONNXRUNTIME"); !chosen.empty())
        return {chosen};
    std::vector<fs::path> candidates;
    for (const fs::path& folder : {own_folder(), cache_folder()}) {
        if (folder.empty())
            continue;
        candidates.push_back(folder / "libonnxruntime.so.1");
        candidates.push_back(folder / "libonnxruntime.so");
    }
    candidates.emplace_back("libonnxruntime.so.1");
    candidates.emplace_back(fmt::format("libonnxruntime.so.1.{}", ORT_API_VERSION));
    candidates.emplace_back("libonnxruntime.so");
    return candidates;
}

Result<OrtLibrary> load_onnx_runtime()
{
    std::vector<std::string> reasons;
    for (const fs::path& candidate : onnx_runtime_candidates()) {
        std::error_code error;
        if (candidate.is_absolute() && !fs::exists(candidate, error)) {
            reasons.push_back(fmt::format("{}: not there", candidate.string()));
            continue;
        }
        void* library = ::dlopen(candidate.c_str(), RTLD_NOW | RTLD_LOCAL);
        if (!library) {
            const char* reason = ::dlerror();
            reasons.push_back(reason ? reason : candidate.string());
            continue;
        }
        using GetApiBase = const OrtApiBase* (*)();
        const auto get_base = reinterpret_cast<GetApiBase>(::dlsym(library, "OrtGetApiBase"));
        const OrtApiBase* base = get_base ? get_base() : nullptr;
        if (!base) {
            reasons.push_back(fmt::format("{}: not ONNX Runtime", candidate.string()));
            continue;
        }
        OrtLibrary found;
        found.version = base->GetVersionString();
        found.api = negotiate(*base, found.version);
        if (found.api)
            return found;
        reasons.push_back(fmt::format("{}: version {} is too old (at least 1.{} is needed)",
                                      candidate.string(), found.version, oldest_api));
    }
    return failure(ErrorCode::MissingFeature,
                   fmt::format("ONNX Runtime was not found. Get it with "
                               "packaging/fetch_onnxruntime.sh or from your distribution, or set "
                               "STRATA_ONNXRUNTIME to its library file. Tried: {}.",
                               fmt::join(reasons, "; ")));
}

} // namespace strata
