// SPDX-License-Identifier: BSD-3-Clause
// It calls nothing: to include a header that speaks of matrices is enough.
#include <espalier/core/types.hpp>

int main() { return 0; }
