# Settings that every target of the project shares, and the helper that declares a layer.

set(CMAKE_CXX_STANDARD 20)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_POSITION_INDEPENDENT_CODE ON)
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)
set(CMAKE_RUNTIME_OUTPUT_DIRECTORY "${CMAKE_BINARY_DIR}/bin")
set(CMAKE_LIBRARY_OUTPUT_DIRECTORY "${CMAKE_BINARY_DIR}/lib")
set(CMAKE_BUILD_RPATH_USE_ORIGIN ON)
set(CMAKE_INSTALL_RPATH "$ORIGIN/../${CMAKE_INSTALL_LIBDIR}/strata;$ORIGIN")

if(NOT CMAKE_BUILD_TYPE)
    set(CMAKE_BUILD_TYPE Release CACHE STRING "" FORCE)
endif()

find_program(STRATA_CCACHE ccache)
if(STRATA_CCACHE AND NOT CMAKE_CXX_COMPILER_LAUNCHER)
    set(CMAKE_CXX_COMPILER_LAUNCHER "${STRATA_CCACHE}")
endif()

# Warnings and sanitizers are carried by one interface target, linked PRIVATE by every layer.
add_library(strata_options INTERFACE)
target_compile_options(strata_options INTERFACE -Wall -Wextra -Wpedantic -Wshadow -Wnon-virtual-dtor)
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU" AND CMAKE_CXX_COMPILER_VERSION VERSION_LESS 13)
    # GCC 12 warns falsely about std::string operations (GCC bugs 105651 and 105329).
    target_compile_options(strata_options INTERFACE -Wno-restrict)
elseif(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
    # From GCC 13 on it takes the other members of a std::variant in a temporary for uninitialised (GCC bug 105562 and
    # its like), and knows the sizes of vectors wrongly; no code of ours can help that.
    target_compile_options(strata_options INTERFACE -Wno-maybe-uninitialized -Wno-array-bounds
                           -Wno-stringop-overread)
endif()
if(STRATA_WERROR)
    target_compile_options(strata_options INTERFACE -Werror)
endif()
if(STRATA_SANITIZE)
    target_compile_options(strata_options INTERFACE -fsanitize=${STRATA_SANITIZE} -fno-omit-frame-pointer)
    if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
        # GCC sees uninitialized values in instrumented standard headers that are not there.
        target_compile_options(strata_options INTERFACE -Wno-maybe-uninitialized)
    endif()
    target_link_options(strata_options INTERFACE -fsanitize=${STRATA_SANITIZE})
endif()
if(STRATA_BUILD_FUZZERS)
    # Coverage for libFuzzer everywhere; checksums, which it cannot guess, are not compared.
    target_compile_options(strata_options INTERFACE -fsanitize=fuzzer-no-link)
    target_compile_definitions(strata_options INTERFACE FUZZING_BUILD_MODE_UNSAFE_FOR_PRODUCTION)
endif()

# What the programs take memory from. Graphs are very many small objects: mimalloc spares a third of the time of a large
# export. Without it, and with sanitizers, which bring their own, the system's allocator serves.
add_library(strata_allocator INTERFACE)
if(NOT STRATA_SANITIZE)
    find_package(mimalloc QUIET)
    if(mimalloc_FOUND)
        target_link_libraries(strata_allocator INTERFACE mimalloc)
    endif()
endif()

# strata_unity(TARGET): with STRATA_UNITY, several of the target's sources are compiled at once. Their headers are
# most of the work, so a build from nothing takes a third less; a change of one source takes longer. Helpers in
# anonymous namespaces of such a target need names of their own.
function(strata_unity target)
    if(STRATA_UNITY)
        set_target_properties(${target} PROPERTIES UNITY_BUILD ON)
    endif()
endfunction()

# strata_layer(NAME [DEPENDS layer...] [LIBS target...] [EXCLUDE file...])
# One folder below core/ is one layer: an OBJECT library that sees only `core/` as include root. Its objects go
# into the one shared library strata_core, so that programs and the LibTorch module share one copy of everything.
# The include directions between the layers are checked by a test (tests/layering).
function(strata_layer name)
    cmake_parse_arguments(arg "" "" "DEPENDS;LIBS;EXCLUDE" ${ARGN})
    file(GLOB sources CONFIGURE_DEPENDS "${CMAKE_CURRENT_SOURCE_DIR}/${name}/*.cpp"
         "${CMAKE_CURRENT_SOURCE_DIR}/${name}/*/*.cpp" "${CMAKE_CURRENT_SOURCE_DIR}/${name}/*.h")
    foreach(excluded IN LISTS arg_EXCLUDE)
        list(FILTER sources EXCLUDE REGEX "${excluded}")
    endforeach()
    if(NOT sources)
        return()
    endif()
    add_library(strata_core_${name} OBJECT ${sources})
    add_library(strata::core::${name} ALIAS strata_core_${name})
    set_target_properties(strata_core_${name} PROPERTIES LINKER_LANGUAGE CXX)
    target_include_directories(strata_core_${name} PUBLIC "${CMAKE_CURRENT_SOURCE_DIR}")
    target_link_libraries(strata_core_${name} PRIVATE strata_options ${arg_LIBS})
    foreach(dependency IN LISTS arg_DEPENDS)
        if(TARGET strata_core_${dependency})
            target_link_libraries(strata_core_${name} PUBLIC strata_core_${dependency})
        endif()
    endforeach()
    set_property(GLOBAL APPEND PROPERTY STRATA_LAYERS strata_core_${name})
    set_property(GLOBAL APPEND PROPERTY STRATA_LAYER_LIBS ${arg_LIBS})
endfunction()
