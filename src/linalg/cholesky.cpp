// SPDX-License-Identifier: BSD-3-Clause
#include "linalg/cholesky.hpp"

#include <Eigen/Cholesky>

#include <algorithm>

#include <espalier/core/parallel.hpp>

#include "linalg/blocked_product.hpp"

namespace espalier::linalg {
namespace {

constexpr Index panel_columns = 128;
constexpr Index rows_per_task = 128;

using Block = Eigen::Ref<Matrix, 0, Eigen::OuterStride<>>;

/// A −= P·Pᵀ on the lower triangle.
void subtract_square(const Block& P, Block A) {
  const Operand<double> panel{P.data(), P.outerStride(), false};
  multiply(Product<double, double>{A.rows(), A.rows(), P.cols(), panel, panel, -1.0, 1.0, A.data(),
                                   A.outerStride(), true});
}

}  // namespace

bool factorise_cholesky(MatrixOut A) {
  const Index n = A.rows();
  for (Index begin = 0; begin < n; begin += panel_columns) {
    const Index k = std::min(panel_columns, n - begin), rest = n - begin - k;
    Block square = A.block(begin, begin, k, k);
    const Eigen::LLT<Block> llt(square);  // in place
    // Eigen goes on past a NaN.
    if (llt.info() != Eigen::Success || !(square.diagonal().array() > 0.0).all()) return false;
    if (rest == 0) break;
    parallel_for_blocks(
        Blocks{rest, rows_per_task}, static_cast<double>(rest * k * k) / 4.0,
        [&](Index first, Index end) {
          auto rows = A.block(begin + k + first, begin, end - first, k);
          square.triangularView<Eigen::Lower>().adjoint().solveInPlace<Eigen::OnTheRight>(rows);
        });
    subtract_square(A.block(begin + k, begin, rest, k), A.bottomRightCorner(rest, rest));
  }
  return true;
}

}  // namespace espalier::linalg
