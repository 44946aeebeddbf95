# SPDX-License-Identifier: BSD-3-Clause
# The instruction set. Eigen's memory layout follows it, so the flag is exported with the target and
# a program always agrees with the library.
include_guard()
include(CheckCXXCompilerFlag)
include(CheckCXXSourceRuns)

set(ESPALIER_ARCH "" CACHE STRING "Instruction set: empty for portable code; auto for x86-64-v3 \
(AVX2, FMA) on an x86 that has it and native on other processors; or any value of -march")

set(espalier_arch_name "${ESPALIER_ARCH}")
if(ESPALIER_ARCH STREQUAL "auto")
  set(espalier_arch_name "")
  if(CMAKE_CROSSCOMPILING)
    message(STATUS "ESPALIER_ARCH=auto gives portable code when cross-compiling")
  elseif(CMAKE_SYSTEM_PROCESSOR MATCHES "x86_64|AMD64|amd64")
    check_cxx_source_runs("
      int main() {
        return __builtin_cpu_supports(\"avx2\") && __builtin_cpu_supports(\"fma\") &&
               __builtin_cpu_supports(\"bmi2\") ? 0 : 1;
      }" ESPALIER_CPU_HAS_AVX2)
    if(ESPALIER_CPU_HAS_AVX2)
      set(espalier_arch_name x86-64-v3)
    endif()
  else()
    check_cxx_compiler_flag(-march=native ESPALIER_COMPILER_KNOWS_NATIVE)
    if(ESPALIER_COMPILER_KNOWS_NATIVE)
      set(espalier_arch_name native)
    endif()
  endif()
endif()

if(espalier_arch_name)
  set(espalier_arch_flags $<$<COMPILE_LANGUAGE:CXX>:-march=${espalier_arch_name}>)
  set(espalier_arch_pkg_config -march=${espalier_arch_name})
else()
  set(espalier_arch_flags "")
  set(espalier_arch_pkg_config "")
  set(espalier_arch_name portable)
endif()
message(STATUS "espalier ${PROJECT_VERSION}, instruction set: ${espalier_arch_name}")
