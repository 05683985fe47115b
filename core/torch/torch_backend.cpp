#include "torch/torch_backend.h"

#include "torch/module_abi.h"
#include "torch/resident_pages.h"

#include <atomic>
#include <cstdlib>
#include <dlfcn.h>
#include <fmt/format.h>
#include <mutex>
#include <system_error>

namespace strata {
namespace {

constexpr const char* module_file = "libstrata_torch.so";

std::atomic<bool> loaded{false};

/// The folder of the library (or program) that this function is part of.
std::filesystem::path own_folder()
{
    Dl_info info{};
    if (dladdr(reinterpret_cast<const void*>(&torch_backend_loaded), &info) == 0 || !info.dli_fname)
        return {};
    std::error_code ignored;
    const std::filesystem::path file = std::filesystem::canonical(info.dli_fname, ignored);
    return file.parent_path();
}

std::vector<std::filesystem::path> candidates()
{
    std::vector<std::filesystem::path> paths;
    if (const char* configured = std::getenv("STRATA_TORCH_MODULE"); configured && *configured)
        paths.emplace_back(configured);
    if (const std::filesystem::path folder = own_folder(); !folder.empty()) {
        paths.push_back(folder / module_file);
        paths.push_back(folder / "strata" / module_file);
        // A program of the build tree that holds the core itself: bin/ and lib/ are neighbours.
        paths.push_back(folder.parent_path() / "lib" / module_file);
    }
    return paths;
}

Result<TorchBackend*> open_module(const std::filesystem::path& path)
{
    // Never closed: LibTorch does not survive being unloaded.
    void* handle = dlopen(path.c_str(), RTLD_LAZY | RTLD_LOCAL);
    if (!handle) {
        const char* reason = dlerror();
        return failure(
            ErrorCode::MissingFeature,
            fmt::format("TorchScript files cannot be opened because LibTorch did not start: {}. "
                        "Install LibTorch 1.13 or newer (Debian: libtorch1.13 or later), or put "
                        "its folder into LD_LIBRARY_PATH.",
                        reason ? reason : path.string()));
    }
    release_clean_file_pages();
    const auto entry =
        reinterpret_cast<torch_module::EntryFunction>(dlsym(handle, torch_module::entry_name));
    TorchBackend* backend = entry ? entry(torch_module::abi_version) : nullptr;
    if (!backend)
        return failure(ErrorCode::MissingFeature,
                       fmt::format("'{}' belongs to another version of Strata. Install the one "
                                   "that came with this version.",
                                   path.string()));
    return backend;
}

Result<TorchBackend*> find_and_open()
{
    std::string searched;
    for (const std::filesystem::path& path : candidates()) {
        std::error_code ignored;
        if (std::filesystem::exists(path, ignored))
            return open_module(path);
        searched += fmt::format("{}{}", searched.empty() ? "" : ", ", path.string());
    }
    return failure(
        ErrorCode::MissingFeature,
        fmt::format("TorchScript files cannot be opened: Strata's LibTorch module ({}) is not "
                    "installed. Install it beside Strata, build Strata with STRATA_WITH_TORCH=ON, "
                    "or name it in STRATA_TORCH_MODULE. Searched: {}.",
                    module_file, searched));
}

} // namespace

Result<TorchBackend*> torch_backend()
{
    static std::mutex mutex;
    static TorchBackend* backend = nullptr;
    const std::lock_guard lock(mutex);
    if (backend)
        return backend;
    // A failure is not kept: the user may install what is missing and try again.
    Result<TorchBackend*> opened = find_and_open();
    if (opened) {
        backend = *opened;
        loaded = true;
    }
    return opened;
}

bool torch_backend_loaded()
{
    return loaded;
}

} // namespace strata
