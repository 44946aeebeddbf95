#!/bin/sh
# SPDX-License-Identifier: BSD-3-Clause
# sh cmake/bootstrap.sh <workflow> installs what is missing, then builds and runs:
#
#   demo       the churn example: from a CSV file to a saved model and a report
#   test       all tests
#   dev        all tests, quicker to compile and with Eigen's assertions
#   asan       all tests under AddressSanitizer and UndefinedBehaviorSanitizer
#   tsan       all tests under ThreadSanitizer
#   fuzz       the fuzzers, a minute each
#   coverage   all tests, then which lines they ran
#   tidy       clang-tidy
#
# Packages come from apt-get where it exists (through sudo for whoever is not root). Elsewhere the
# commands that install them are printed. The workflows are those of CMakePresets.json and build in
# build/<preset>.
set -eu
cd "$(dirname "$0")/.."

have() { command -v "$1" >/dev/null 2>&1; }
fail() {
  printf '%s\n' "$@" >&2
  exit 1
}

workflow=${1-}
tools='g++ cmake ninja'  # also for clang, which uses the standard library of g++
libraries='libeigen3-dev libfmt-dev nlohmann-json3-dev libgtest-dev libbenchmark-dev'
case $workflow in
  demo | test | dev | asan) ;;
  tsan | fuzz) tools="$tools clang++" libraries="$libraries libomp-dev libclang-rt-dev" ;;
  tidy) tools="$tools clang++ clang-tidy" libraries="$libraries libomp-dev" ;;
  coverage) tools="$tools gcovr" ;;
  *) sed -n '3,13s/^# \{0,1\}//p' cmake/bootstrap.sh; exit 2 ;;
esac

missing_tools=''
for tool in $tools; do
  have "$tool" || missing_tools="$missing_tools $tool"
done

if have apt-get; then
  packages=$(printf '%s' "$missing_tools" | sed 's/clang++/clang/; s/ninja/ninja-build/')
  for library in $libraries; do
    dpkg-query -W -f='${Status}' "$library" 2>/dev/null | grep -q ' installed' ||
      packages="$packages $library"
  done
  if [ -n "$packages" ]; then
    as_root=''
    if [ "$(id -u)" -ne 0 ]; then
      have sudo || fail 'These packages are missing; ask an administrator for' \
        "  apt-get install$packages"
      as_root=sudo
    fi
    echo "installing$packages"
    $as_root apt-get -q update
    # Older releases have no libclang-rt-dev: there it is a part of clang.
    apt-cache show libclang-rt-dev >/dev/null 2>&1 ||
      packages=$(printf '%s' "$packages" | sed 's/ libclang-rt-dev//')
    $as_root env DEBIAN_FRONTEND=noninteractive \
      apt-get -q install -y --no-install-recommends $packages
  fi
elif [ -n "$missing_tools" ]; then
  fail "These tools are missing:$missing_tools" \
    'With the libraries that are found on the system instead of being downloaded, they come by' \
    '  dnf install gcc-c++ cmake ninja-build eigen3-devel fmt-devel json-devel gtest-devel google-benchmark-devel' \
    '  pacman -S gcc cmake ninja eigen fmt nlohmann-json gtest benchmark' \
    '  brew install gcc cmake ninja eigen fmt nlohmann-json googletest google-benchmark   # then CXX=g++-<version>' \
    'and for tsan and tidy clang, clang-tidy and the OpenMP run time of LLVM; for coverage gcovr.'
fi

cmake_version=$(cmake --version | sed -n 's/^cmake version \([0-9]*\)\.\([0-9]*\).*/\1 \2/p')
if [ "${cmake_version% *}" -lt 3 ] ||
   { [ "${cmake_version% *}" -eq 3 ] && [ "${cmake_version#* }" -lt 25 ]; }; then
  fail "CMake 3.25 or newer is needed; this is $(cmake --version | sed -n 1p)." \
    'Newer ones: https://cmake.org/download, or pip install cmake.'
fi

# One job a processor, for the build and for the tests; what is set already stays.
processors=$(getconf _NPROCESSORS_ONLN 2>/dev/null || echo 2)
export CMAKE_BUILD_PARALLEL_LEVEL="${CMAKE_BUILD_PARALLEL_LEVEL-$processors}"
export CTEST_PARALLEL_LEVEL="${CTEST_PARALLEL_LEVEL-$processors}"
if have ninja; then export CMAKE_GENERATOR="${CMAKE_GENERATOR-Ninja}"; fi
exec cmake --workflow --preset "$workflow"
