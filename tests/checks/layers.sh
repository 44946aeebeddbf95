#!/bin/sh
# SPDX-License-Identifier: BSD-3-Clause
# sh layers.sh [folder]    checks the includes of the project, or of another tree of the same shape
set -eu
rules=$(cd "$(dirname "$0")" && pwd)/layers.awk
cd "${1-.}"
find include src -name '*.hpp' -o -name '*.cpp' | sort | xargs awk -f "$rules"
