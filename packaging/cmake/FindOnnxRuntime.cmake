# Finds the C header of ONNX Runtime. The library itself is never linked: it is loaded at run time.
#
# Looked for in STRATA_ONNXRUNTIME_DIR (a folder with include/ and lib/), in the folder that
# packaging/fetch_onnxruntime.sh fills, and among the system's headers.
#
# Defines OnnxRuntime_FOUND, OnnxRuntime_INCLUDE_DIR, OnnxRuntime_API_VERSION and the target
# OnnxRuntime::headers.
set(STRATA_ONNXRUNTIME_DIR "" CACHE PATH "Folder with include/onnxruntime_c_api.h and lib/libonnxruntime.so.1")

if(DEFINED ENV{XDG_CACHE_HOME})
    set(_cache "$ENV{XDG_CACHE_HOME}")
else()
    set(_cache "$ENV{HOME}/.cache")
endif()
find_path(OnnxRuntime_INCLUDE_DIR onnxruntime_c_api.h
          HINTS "${STRATA_ONNXRUNTIME_DIR}/include" "${_cache}/strata/onnxruntime/include"
          PATH_SUFFIXES onnxruntime onnxruntime/core/session)
unset(_cache)

if(OnnxRuntime_INCLUDE_DIR)
    file(STRINGS "${OnnxRuntime_INCLUDE_DIR}/onnxruntime_c_api.h" _line
         REGEX "^#define ORT_API_VERSION [0-9]+" LIMIT_COUNT 1)
    string(REGEX REPLACE "[^0-9]" "" OnnxRuntime_API_VERSION "${_line}")
    unset(_line)
endif()

include(FindPackageHandleStandardArgs)
find_package_handle_standard_args(OnnxRuntime REQUIRED_VARS OnnxRuntime_INCLUDE_DIR
                                  VERSION_VAR OnnxRuntime_API_VERSION)
if(OnnxRuntime_FOUND AND NOT TARGET OnnxRuntime::headers)
    add_library(OnnxRuntime::headers INTERFACE IMPORTED)
    set_target_properties(OnnxRuntime::headers PROPERTIES
                          INTERFACE_INCLUDE_DIRECTORIES "${OnnxRuntime_INCLUDE_DIR}")
endif()
mark_as_advanced(OnnxRuntime_INCLUDE_DIR)
