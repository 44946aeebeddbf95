// SPDX-License-Identifier: BSD-3-Clause
#include "linalg/sparse_columns.hpp"

#include <algorithm>

#include <espalier/core/parallel.hpp>

#include "core/huge_pages.hpp"

namespace espalier::detail {

SparseColumns sparse_columns(const SparseMatrix& X) {
  const Index n = X.rows(), p = X.cols(), nonzeros = X.nonZeros();
  const int* const starts = X.outerIndexPtr();
  const int* const columns = X.innerIndexPtr();
  const double* const values = X.valuePtr();
  // A block has enough numbers to make up for what it counts, one number a column.
  const Index parts = std::clamp<Index>(nonzeros / std::max<Index>(Index{1} << 20, 8 * p), 1, 16);
  const Blocks blocks{n, std::max<Index>(1, (n + parts - 1) / parts)};
  const auto work = 4.0 * static_cast<double>(nonzeros);

  Eigen::MatrixXi places = Eigen::MatrixXi::Zero(p, blocks.count());  // of the next number
  parallel_for(blocks.count(), work, [&](Index b) {
    int* const count = places.col(b).data();
    for (int k = starts[blocks.begin(b)]; k < starts[blocks.end(b)]; ++k) ++count[columns[k]];
  });
  SparseColumns result(n, p);
  result.resizeNonZeros(nonzeros);
  advise_huge_pages(result.valuePtr(), static_cast<std::size_t>(nonzeros) * sizeof(double));
  advise_huge_pages(result.innerIndexPtr(), static_cast<std::size_t>(nonzeros) * sizeof(int));
  int place = 0;
  for (Index j = 0; j < p; ++j) {
    result.outerIndexPtr()[j] = place;
    for (Index b = 0; b < blocks.count(); ++b) {
      const int count = places(j, b);
      places(j, b) = place;
      place += count;
    }
  }
  result.outerIndexPtr()[p] = place;

  double* const out = result.valuePtr();
  int* const rows = result.innerIndexPtr();
  parallel_for(blocks.count(), work, [&](Index b) {
    int* const next = places.col(b).data();
    for (Index i = blocks.begin(b); i < blocks.end(b); ++i)
      for (int k = starts[i]; k < starts[i + 1]; ++k) {
        const int to = next[columns[k]]++;
        out[to] = values[k];
        rows[to] = static_cast<int>(i);
      }
  });
  return result;
}

}  // namespace espalier::detail
