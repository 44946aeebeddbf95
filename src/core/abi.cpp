// SPDX-License-Identifier: BSD-3-Clause
#include <espalier/core/types.hpp>

// The only definition of the symbol that every file of a program refers to through types.hpp. Its
// name is made of the alignments that this library was compiled with.
extern "C" const int ESPALIER_ABI_SYMBOL = 1;
