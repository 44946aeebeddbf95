#!/bin/sh
# SPDX-License-Identifier: BSD-3-Clause
# sh never_prints.sh <nm> <library> assertions|no-assertions
#
# The library never writes to the console and never ends the process: its objects refer to no
# standard stream and to no function that does either. One exception is known: std::terminate, which
# the compiler calls on its own where an exception would leave a noexcept function.
#
# `assertions` is for debug builds, where Eigen checks its own use with assert(). Such a check fails
# only on a mistake inside the library, since arguments are checked before; release builds define
# NDEBUG and have none.
set -eu

forbidden='abort|exit|_exit|_Exit|quick_exit|raise|kill'
forbidden="$forbidden|printf|vprintf|__printf_chk|__vprintf_chk|puts|putchar|perror|psignal"
forbidden="$forbidden|stdout|stderr|__stdoutp|__stderrp"
forbidden="$forbidden|_ZSt4cout|_ZSt4cerr|_ZSt4clog|_ZSt5wcout|_ZSt5wcerr|_ZSt5wclog"
forbidden="$forbidden|_ZNSt8ios_base4InitC1Ev"  # somebody includes <iostream>
if [ "$3" = no-assertions ]; then
  forbidden="$forbidden|__assert_fail|__assert_rtn|_ZSt21__glibcxx_assert_failPKciS0_S0_"
fi

"$1" "$2" 2>/dev/null | grep -q espalier_was_built_with || {
  echo "$2 is not the library"
  exit 1
}

# Undefined symbols, without the version of a shared library's symbols and macOS's underscore.
symbols=$("$1" -u "$2" | awk 'NF { name = $NF; sub(/@.*/, "", name); print name }' | sort -u)
if found=$(printf '%s\n' "$symbols" | grep -Ex "_?($forbidden)"); then
  echo "the library refers to:"
  echo "$found"
  echo "in these objects:"
  "$1" -u -A "$2" | grep -Ew "$(echo $found | tr ' ' '|')" | sort | uniq -c
  exit 1
fi
