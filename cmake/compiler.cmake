# SPDX-License-Identifier: BSD-3-Clause
# Compiler checks, and the flags that stay inside this project.
include_guard()

set(compiler "${CMAKE_CXX_COMPILER_ID} ${CMAKE_CXX_COMPILER_VERSION}")
if(NOT CMAKE_CXX_COMPILER_ID MATCHES "^(GNU|Clang|AppleClang)$"
   OR (CMAKE_CXX_COMPILER_ID STREQUAL "GNU" AND CMAKE_CXX_COMPILER_VERSION VERSION_LESS 12)
   OR (CMAKE_CXX_COMPILER_ID STREQUAL "Clang" AND CMAKE_CXX_COMPILER_VERSION VERSION_LESS 14))
  message(FATAL_ERROR "espalier needs g++ 12 or clang 14, or newer; this is ${compiler}")
endif()

if(PROJECT_IS_TOP_LEVEL AND NOT CMAKE_CXX_COMPILER_LAUNCHER)
  find_program(ESPALIER_CCACHE ccache DOC "Compiler cache; empty for none")
  if(ESPALIER_CCACHE)  # the sloppiness lets it cache files that use a precompiled header
    set(CMAKE_CXX_COMPILER_LAUNCHER ${CMAKE_COMMAND} -E env
        CCACHE_SLOPPINESS=pch_defines,time_macros ${ESPALIER_CCACHE})
  endif()
endif()

# A newer compiler warns of more; that must not stop somebody who only wants to run the tests.
set(espalier_werror "${ESPALIER_WERROR}")
if(ESPALIER_WERROR STREQUAL "tested")
  set(espalier_werror OFF)
  if(compiler MATCHES "^(GNU 12|Clang 14)\\.")
    set(espalier_werror ON)
  endif()
endif()

# g++ 12 reports these falsely where std::string, std::optional and std::variant are inlined at -O3;
# clang and the sanitizers watch over the same faults.
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
  set(espalier_false_alarms -Wno-array-bounds -Wno-maybe-uninitialized -Wno-restrict
      -Wno-stringop-overflow -Wno-stringop-overread)
endif()

# Warnings, and two relaxations of floating point that change no result: maths functions do not set
# errno (sqrt becomes one instruction) and nobody traps on exceptions (branches vectorise). Nothing
# of -ffast-math: NaN is missing data here, and sums keep their order.
function(espalier_private_options target)
  target_compile_options(${target} PRIVATE
    -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wno-sign-conversion ${espalier_false_alarms}
    $<$<BOOL:${espalier_werror}>:-Werror> -fno-math-errno -fno-trapping-math)
  set_target_properties(${target} PROPERTIES CXX_EXTENSIONS OFF)
endfunction()
