// SPDX-License-Identifier: BSD-3-Clause
#include "decomposition/decompositions.hpp"

#include <Eigen/QR>
#include <Eigen/SVD>

namespace espalier::detail {

Svd thin_svd(const Matrix& A) {
  Eigen::BDCSVD<Matrix> svd(A, Eigen::ComputeThinU | Eigen::ComputeThinV);
  return {svd.matrixU(), svd.singularValues(), svd.matrixV()};
}

template <class M>
M orthonormalised(M A, Vector* lengths) {
  const Index rows = A.rows(), cols = A.cols();
  const Eigen::HouseholderQR<Eigen::Ref<M>> qr(A);  // in place
  if (lengths != nullptr) *lengths = A.diagonal().template cast<double>().cwiseAbs();
  M Q = qr.householderQ() * M::Identity(rows, cols);
  for (Index j = 0; j < cols; ++j)
    if (A(j, j) < 0) Q.col(j) = -Q.col(j);
  return Q;
}

template Matrix orthonormalised<Matrix>(Matrix, Vector*);
template Eigen::MatrixXf orthonormalised<Eigen::MatrixXf>(Eigen::MatrixXf, Vector*);

}  // namespace espalier::detail
