// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <espalier/core/types.hpp>

namespace espalier::linalg {

/// Writes the transpose of a row-major `rows` × `cols` matrix to `to`, row-major too; by tiles, on
/// several threads. Allocates nothing.
template <class T>
void transpose_rows(const T* from, Index rows, Index cols, T* to);

extern template void transpose_rows(const float*, Index, Index, float*);
extern template void transpose_rows(const double*, Index, Index, double*);

}  // namespace espalier::linalg
