#!/bin/sh
# SPDX-License-Identifier: BSD-3-Clause
# sh build_and_run.sh <pkg-config> <folder of espalier.pc> <compiler> [flags...]
# Builds the consumer as a Makefile would, without CMake, and runs it.
set -eu
source=$(dirname "$0")/../consumer.cpp
program=$(mktemp)
trap 'rm -f "$program"' EXIT

flags=$(PKG_CONFIG_PATH="$2${PKG_CONFIG_PATH:+:$PKG_CONFIG_PATH}" "$1" --cflags --libs espalier)
shift 2
"$@" "$source" $flags -o "$program"
"$program"
