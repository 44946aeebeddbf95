#!/bin/sh
# SPDX-License-Identifier: BSD-3-Clause
# install_folders.sh <cmake> <source> <build folder> <options…>: the package files of a project that
# is configured with other install folders name those.
set -eu
cmake=$1
source=$2
build=$3
shift 3

configure() {
  "$cmake" --fresh -S "$source" -B "$build" -DESPALIER_BUILD_TESTS=OFF -DESPALIER_BUILD_EXAMPLES=OFF \
    -DESPALIER_BUILD_BENCHMARKS=OFF -DCMAKE_INSTALL_PREFIX=/opt/espalier "$@" >"$build.log" 2>&1 ||
    { cat "$build.log"; exit 1; }
}
expect() {  # a line of a file
  grep -rqxF -- "$1" "$2" || { echo "no line '$1' in $2:"; cat "$build/espalier.pc"; exit 1; }
}

configure "$@" -DCMAKE_INSTALL_LIBDIR=lib/here -DCMAKE_INSTALL_INCLUDEDIR=include/there
expect 'prefix=${pcfiledir}/../../../' "$build/espalier.pc"
expect 'libdir=${prefix}/lib/here' "$build/espalier.pc"
expect 'includedir=${prefix}/include/there' "$build/espalier.pc"
expect '  INTERFACE_INCLUDE_DIRECTORIES "${_IMPORT_PREFIX}/include/there"' "$build/CMakeFiles/Export"

configure "$@" -DCMAKE_INSTALL_LIBDIR=/usr/lib/here -DCMAKE_INSTALL_INCLUDEDIR=/usr/include/there
expect 'prefix=/opt/espalier' "$build/espalier.pc"
expect 'libdir=/usr/lib/here' "$build/espalier.pc"
expect 'includedir=/usr/include/there' "$build/espalier.pc"
expect '  INTERFACE_INCLUDE_DIRECTORIES "/usr/include/there"' "$build/CMakeFiles/Export"
