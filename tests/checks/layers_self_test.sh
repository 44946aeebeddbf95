#!/bin/sh
# SPDX-License-Identifier: BSD-3-Clause
# Builds a small tree with one fault of every kind and sees that layers.sh reports each, then takes
# the faults away and sees that it reports nothing.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
tree=$(mktemp -d)
trap 'rm -rf "$tree"' EXIT
cd "$tree"

file() {  # file <path> <line>...: a file with these lines
  mkdir -p "$(dirname "$1")"
  path=$1
  shift
  printf '%s\n' "$@" > "$path"
}
sound_tree() {
  rm -rf include src
  file include/espalier/core/types.hpp '#include <vector>' '#include <Eigen/Core>'
  file include/espalier/core.hpp '#include <espalier/core/types.hpp>'
  file include/espalier/ensemble/forest.hpp '#include <espalier/preprocessing/scaler.hpp>'
  file include/espalier/preprocessing/scaler.hpp '#include <espalier/core/types.hpp>'
  file src/ensemble/forest.cpp '#include "ensemble/tree.hpp"' '#include "tree.hpp"'
  file src/ensemble/tree.hpp '#include <fmt/format.h>'
  file src/builtin.cpp '#include <espalier/ensemble/forest.hpp>' '#include "ensemble/tree.hpp"'
}
expect() {  # expect <part of the message>: the tree as it stands is refused, saying so
  if output=$(sh "$here/layers.sh" . 2>&1); then
    echo "not found: $1"
    exit 1
  fi
  case $output in
    *"$1"*) sound_tree ;;
    *) printf 'expected: %s\ncame: %s\n' "$1" "$output"; exit 1 ;;
  esac
}

sound_tree
sh "$here/layers.sh" .

file include/espalier/core/a.hpp '#include <espalier/ensemble/forest.hpp>'
expect 'core/a.hpp:1: core stands below ensemble'
file include/espalier/core/a.hpp '#include <espalier/core.hpp>'
expect 'includes all of a module'
file include/espalier/core/a.hpp '' '#include <iostream>'
expect 'core/a.hpp:2: <iostream>'
file include/espalier/core/a.hpp '#include <Eigen/Dense>'
expect '<Eigen/Dense>: public headers include'
file include/espalier/core/a.hpp '#include <fmt/format.h>'
expect '<fmt/format.h>: public headers include'
file include/espalier/core/a.hpp '#include <espalier/core/b.hpp>'
expect 'there is no file espalier/core/b.hpp'
file include/espalier/ensemble/a.hpp '#include "ensemble/tree.hpp"'
expect 'a public header includes the private src/ensemble/tree.hpp'
file src/core/a.cpp '#include <omp.h>'
expect 'parallel regions are opened by core/parallel.hpp only'
file src/core/a.cpp '#include <cassert>'
expect 'the library does not abort'
file src/preprocessing/scaler.cpp '#include "ensemble/tree.hpp"'
expect 'preprocessing includes src/ensemble/tree.hpp, a detail of ensemble'
file include/espalier/preprocessing/b.hpp '#include <espalier/ensemble/forest.hpp>'
expect 'includes ensemble, which includes preprocessing again'
file include/espalier/core/types.hpp '#include <espalier/core/b.hpp>'
file include/espalier/core/b.hpp '#include <espalier/core/types.hpp>'
expect 'includes go in a circle among'
file src/gardening/a.cpp '#include <espalier/core/types.hpp>'
expect 'the folder gardening has no layer'
