# SPDX-License-Identifier: BSD-3-Clause
# What the library stands on: found on the system, else fetched. Eigen is part of the interface, the
# others are private to src/. A project that has the targets already keeps its own.
# What is found is GLOBAL, since a parent project links it through espalier.
include_guard()
include(FetchContent)

find_package(OpenMP REQUIRED COMPONENTS CXX GLOBAL)

if(NOT TARGET Eigen3::Eigen)
  FetchContent_Declare(Eigen3
    URL https://gitlab.com/libeigen/eigen/-/archive/3.4.0/eigen-3.4.0.tar.bz2
    URL_HASH SHA256=b4c198460eba6f28d34894e3a5710998818515104d6e74e5cc331ce31e46e626
    SOURCE_SUBDIR headers-only  # does not exist: Eigen's own build is not wanted
    FIND_PACKAGE_ARGS 3.4 NO_MODULE GLOBAL)
  FetchContent_MakeAvailable(Eigen3)
  if(NOT TARGET Eigen3::Eigen)
    add_library(Eigen3::Eigen INTERFACE IMPORTED GLOBAL)
    target_include_directories(Eigen3::Eigen INTERFACE ${eigen3_SOURCE_DIR})
  endif()
endif()

if(NOT TARGET fmt::fmt)
  FetchContent_Declare(fmt
    URL https://github.com/fmtlib/fmt/archive/refs/tags/10.2.1.tar.gz
    URL_HASH SHA256=1250e4cc58bf06ee631567523f48848dc4596133e163f02615c97f78bab6c811
    FIND_PACKAGE_ARGS 9 GLOBAL)
  FetchContent_MakeAvailable(fmt)
endif()

if(NOT TARGET nlohmann_json::nlohmann_json)
  FetchContent_Declare(nlohmann_json
    URL https://github.com/nlohmann/json/releases/download/v3.11.3/json.tar.xz
    URL_HASH SHA256=d6c65aca6b1ed68e7a182f4757257b107ae403032760ed6ef121c9d55e81757d
    FIND_PACKAGE_ARGS 3.10 GLOBAL)
  FetchContent_MakeAvailable(nlohmann_json)
endif()

# Compiles with the headers of `library` and links nothing, so that whoever uses `target` need not
# have `library`.
function(espalier_use_headers target library)
  target_include_directories(${target} SYSTEM PRIVATE
    $<TARGET_PROPERTY:${library},INTERFACE_INCLUDE_DIRECTORIES>)
  target_compile_definitions(${target} PRIVATE
    $<TARGET_PROPERTY:${library},INTERFACE_COMPILE_DEFINITIONS>)
endfunction()

# A fmt from the system is linked, and then a static espalier needs it in the program; a fetched one
# is compiled in.
get_target_property(espalier_links_fmt fmt::fmt IMPORTED)
function(espalier_use_private_dependencies target)
  espalier_use_headers(${target} nlohmann_json::nlohmann_json)
  if(espalier_links_fmt)
    target_link_libraries(${target} PRIVATE fmt::fmt)
  else()
    espalier_use_headers(${target} fmt::fmt-header-only)
  endif()
endfunction()
