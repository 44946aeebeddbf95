// SPDX-License-Identifier: BSD-3-Clause
#include "linear_model/least_squares.hpp"

#include <Eigen/Cholesky>
#include <Eigen/QR>

#include <algorithm>
#include <cmath>
#include <optional>
#include <utility>

namespace espalier::detail {
namespace {

/// A pivot of the Cholesky factor that is smaller, relative to the diagonal, has lost too many
/// digits.
constexpr double smallest_pivot = 1e-7;

/// A column whose centred square is this part of its square is constant but for rounding.
constexpr double constant_column = 1e-26;

/// A column whose distance from the span of the others is this part of its length depends on them.
constexpr double dependent_column = 1e-11;

/// A⁻¹B for a positive definite A, of which the lower triangle counts; nothing if A is nearly
/// singular.
std::optional<Matrix> solve_cholesky(Matrix A, const Matrix& B) {
  const Vector diagonal = A.diagonal();
  const Eigen::LLT<Eigen::Ref<Matrix>> llt(A);  // in place
  if (llt.info() != Eigen::Success) return std::nullopt;
  const auto pivots = A.diagonal().array().square() / diagonal.array();
  if (!(pivots.minCoeff() > smallest_pivot)) return std::nullopt;
  return llt.solve(B);
}

/// The minimiser of least norm of ‖B − AX‖² + α‖X‖². With `scaled`, whether a column of A depends on
/// others is judged after bringing each to length 1: right for columns in units of their own.
Matrix solve_orthogonal(Matrix A, Matrix B, double alpha, bool scaled) {
  const Index p = A.cols(), k = B.cols();
  if (alpha > 0.0) {
    A.conservativeResizeLike(Matrix::Zero(A.rows() + p, p));
    A.bottomRows(p).diagonal().setConstant(std::sqrt(alpha));
    B.conservativeResizeLike(Matrix::Zero(B.rows() + p, k));
  }
  Vector length = Vector::Ones(p);
  if (scaled) {
    const Vector norms = A.colwise().norm().transpose();
    length = (norms.array() > 0.0).select(norms, length);
  }
  Eigen::ColPivHouseholderQR<Matrix> qr(A * length.cwiseInverse().asDiagonal());
  qr.setThreshold(dependent_column);
  const Index rank = qr.rank();
  if (rank == 0) return Matrix::Zero(p, k);
  const Matrix c = (qr.householderQ().adjoint() * B).topRows(rank);
  const auto T = qr.matrixR().topRows(rank).triangularView<Eigen::Upper>();
  // All minimisers satisfy S·X = c with S = T·Pᵀ·diag(length); Sᵀ = QR gives the one of least norm.
  const Matrix S = Matrix(T) * qr.colsPermutation().transpose() * length.asDiagonal();
  const Eigen::HouseholderQR<Matrix> transposed(S.transpose());
  Matrix X = Matrix::Zero(p, k);
  X.topRows(rank) =
      transposed.matrixQR().topRows(rank).triangularView<Eigen::Upper>().adjoint().solve(c);
  return transposed.householderQ() * X;
}

Matrix solve_primal(const CenteredData& data, double alpha) {
  const Index p = data.cols();
  CenteredData::Moments m = data.moments();
  const Vector spread = m.gram.diagonal();
  const auto constant = [&](Index j) { return spread[j] <= constant_column * data.squares()[j]; };
  m.gram.diagonal().array() += alpha;
  bool any_constant = false;
  for (Index j = 0; j < p; ++j) any_constant = any_constant || constant(j);
  if (alpha > 0.0 || !any_constant)
    if (auto coef = solve_cholesky(std::move(m.gram), m.xy)) return *coef;
  Matrix R = data.triangular();
  for (Index j = 0; j < p; ++j)
    if (constant(j)) R.col(j).setZero();
  const Index rows = std::min(R.rows(), p);
  return solve_orthogonal(R.topLeftCorner(rows, p), R.topRightCorner(rows, data.outputs()), alpha,
                          true);
}

Matrix solve_dual(const CenteredData& data, double alpha) {
  Matrix K = data.kernel();
  K.diagonal().array() += alpha;
  if (auto dual = solve_cholesky(std::move(K), data.targets())) return data.transposed_times(*dual);
  // X̃ᵀ = QR: with C = Q·U the problem is that of Rᵀ (n × n) and U, and norms stay.
  const Eigen::HouseholderQR<Matrix> qr(data.transposed());
  const Index n = data.rows();
  const Matrix R = qr.matrixQR().topRows(n).triangularView<Eigen::Upper>();
  Matrix coef = Matrix::Zero(data.cols(), data.outputs());
  // Unscaled: a column of Rᵀ that is all rounding (centring takes away one rank) must stay small.
  coef.topRows(n) = solve_orthogonal(R.transpose(), data.targets(), alpha, false);
  return qr.householderQ() * coef;
}

}  // namespace

Matrix solve_least_squares(const CenteredData& data, double alpha) {
  return data.cols() <= data.rows() ? solve_primal(data, alpha) : solve_dual(data, alpha);
}

}  // namespace espalier::detail
