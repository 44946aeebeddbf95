// SPDX-License-Identifier: BSD-3-Clause
#include "linear_model/least_squares.hpp"

#include <Eigen/QR>

#include <algorithm>
#include <cmath>
#include <map>
#include <optional>
#include <utility>
#include <vector>

#include "linalg/cholesky.hpp"
#include "linalg/decompositions.hpp"
#include "linalg/eigenpairs.hpp"
#include "linalg/small_eigenvalues.hpp"

namespace espalier::detail {
namespace {

/// A pivot of the Cholesky factor that is smaller, relative to the diagonal, has lost too many
/// digits.
constexpr double smallest_pivot = 1e-7;

/// A column whose centred square is this part of its square is constant but for rounding.
constexpr double constant_column = 1e-26;

/// A column whose distance from the span of the others is this part of its length depends on them.
constexpr double dependent_column = 1e-11;

/// Singular values that solve_ridge_svd takes for zero, as scikit-learn does.
constexpr double zero_singular = 1e-15;

/// Up to this size singular values are those of the Cholesky factor, beyond it they are the roots of
/// eigenvalues, which cost less and lose up to half of the digits of the smallest.
constexpr Index accurate_singular_values = 512;
constexpr Index few_singular_values = 64;
/// Above this ratio of the smallest eigenvalue to the largest, all have 10 digits.
constexpr double safe_eigenvalue_ratio = 1e-6;

/// The lower Cholesky factor of A, of which the lower triangle counts; nothing if A is nearly
/// singular.
std::optional<Matrix> cholesky(Matrix A) {
  const Vector diagonal = A.diagonal();
  if (!linalg::factorise_cholesky(A)) return std::nullopt;
  const auto pivots = A.diagonal().array().square() / diagonal.array();
  if (!(pivots.minCoeff() > smallest_pivot)) return std::nullopt;
  return A;
}

Matrix solve(const Matrix& factor, Matrix B) {
  factor.triangularView<Eigen::Lower>().solveInPlace(B);
  factor.triangularView<Eigen::Lower>().adjoint().solveInPlace(B);
  return B;
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

bool any_constant(const CenteredData& data, const Matrix& gram) {
  for (Index j = 0; j < data.cols(); ++j)
    if (is_constant(gram(j, j), data.squares()[j])) return true;
  return false;
}

/// The targets of each distinct alpha.
std::map<double, std::vector<Index>> targets_by_alpha(const Vector& alphas) {
  std::map<double, std::vector<Index>> targets;
  for (Index c = 0; c < alphas.size(); ++c) targets[alphas[c]].push_back(c);
  return targets;
}

/// The lower Cholesky factor of X̃X̃ᵀ + `ridge`·I. With an intercept √w is an eigenvector of X̃X̃ᵀ for
/// the eigenvalue 0, and the targets are orthogonal to it: so another eigenvalue may stand there.
std::optional<Matrix> dual_factor(Matrix K, const CenteredData& data, double ridge,
                                  double eigenvalue_of_weights) {
  K.diagonal().array() += ridge;
  if (eigenvalue_of_weights > 0.0) {
    const Vector root =
        data.root_weights().size() > 0 ? data.root_weights() : Vector(Vector::Ones(data.rows()));
    K.selfadjointView<Eigen::Lower>().rankUpdate(root, eigenvalue_of_weights / root.squaredNorm());
  }
  return cholesky(std::move(K));
}

Vector singular_values_of_factor(const Matrix& factor, const Matrix& product) {
  if (factor.rows() <= few_singular_values) {
    // Roots of eigenvalues, which lose no digit that matters here, in a third of the time.
    const Vector values = linalg::small_eigenvalues(product);
    if (values[0] > safe_eigenvalue_ratio * values[values.size() - 1])
      return values.reverse().cwiseSqrt();
  }
  if (factor.rows() <= accurate_singular_values)
    return linalg::singular_value_decomposition(Matrix(factor.triangularView<Eigen::Lower>()))
        .values;
  return linalg::all_eigenpairs(product).values.cwiseMax(0.0).cwiseSqrt();
}

Index count_above(const Vector& singular, double tol) {
  if (singular.size() == 0 || singular[0] == 0.0) return 0;
  return (singular.array() > tol * singular[0]).count();
}

/// By Cholesky factors; nothing where they are unsafe or singular values are to count as zero.
std::optional<OrdinaryFit> solve_full_rank(const CenteredData& data, double tol) {
  OrdinaryFit fit;
  if (data.cols() <= data.rows()) {
    const CenteredData::Moments m = data.moments();
    if (any_constant(data, m.gram)) return std::nullopt;
    const std::optional<Matrix> factor = cholesky(m.gram);
    if (!factor) return std::nullopt;
    fit.singular = singular_values_of_factor(*factor, m.gram);
    fit.coef = solve(*factor, m.xy);
    fit.rank = data.cols();
  } else {
    const Matrix K = data.kernel();
    const std::optional<Matrix> factor =
        dual_factor(K, data, 0.0, data.centered() ? K.trace() : 0.0);
    if (!factor) return std::nullopt;
    fit.singular = singular_values_of_factor(*factor, K);
    fit.rank = data.rows();
    if (data.centered()) {
      --fit.rank;
      if (data.rows() <= accurate_singular_values)  // the first is that of √w
        std::copy(fit.singular.begin() + 1, fit.singular.end(), fit.singular.begin());
      fit.singular[fit.rank] = 0.0;
    }
    fit.coef = data.transposed_times(solve(*factor, data.targets()));
  }
  if (count_above(fit.singular, tol) < fit.rank) return std::nullopt;
  return fit;
}

}  // namespace

bool is_constant(double spread, double square) { return spread <= constant_column * square; }

Reduced::Reduced(const CenteredData& data) {
  const Index n = data.rows(), p = data.cols();
  if (p <= n) {
    const Matrix R = data.triangular();  // has at least p rows
    A_ = R.topLeftCorner(p, p);
    B_ = R.topRightCorner(p, data.outputs());
    for (Index j = 0; j < p; ++j)
      if (is_constant(A_.col(j).squaredNorm(), data.squares()[j])) A_.col(j).setZero();
    return;
  }
  // X̃ᵀ = QR: with coefficients Q·U the problem is that of Rᵀ (n × n) and U, and norms stay.
  const Eigen::HouseholderQR<Matrix> qr(data.transposed());
  A_ = Matrix(qr.matrixQR().topRows(n).triangularView<Eigen::Upper>()).transpose();
  B_ = data.targets();
  reflectors_ = qr.matrixQR();
  factors_ = qr.hCoeffs();
}

Matrix Reduced::expand(Matrix U) const {
  if (reflectors_.size() == 0) return U;
  Matrix coef = Matrix::Zero(reflectors_.rows(), U.cols());
  coef.topRows(U.rows()) = U;
  return Eigen::householderSequence(reflectors_, factors_) * coef;
}

Matrix solve_ridge(const CenteredData& data, const Vector& alphas) {
  const bool primal = data.cols() <= data.rows();
  CenteredData::Moments m;
  Matrix targets;
  if (primal)
    m = data.moments();
  else
    m.gram = data.kernel(), targets = data.targets();
  const bool constant = primal && any_constant(data, m.gram);
  std::optional<Reduced> reduced;
  Matrix coef(data.cols(), data.outputs());
  for (const auto& [alpha, which] : targets_by_alpha(alphas)) {
    std::optional<Matrix> factor;
    if (alpha > 0.0 || !constant) {
      Matrix A = m.gram;
      A.diagonal().array() += alpha;
      factor = cholesky(std::move(A));
    }
    if (factor && primal) {
      coef(Eigen::all, which) = solve(*factor, m.xy(Eigen::all, which));
    } else if (factor) {
      const Matrix d = solve(*factor, targets(Eigen::all, which));
      coef(Eigen::all, which) = data.transposed_times(d);
    } else {
      if (!reduced) reduced.emplace(data);
      // Unscaled in the dual form: a column that is all rounding (centring takes away one rank)
      // must stay small.
      const Matrix B = reduced->B()(Eigen::all, which);
      coef(Eigen::all, which) = reduced->expand(solve_orthogonal(reduced->A(), B, alpha, primal));
    }
  }
  return coef;
}

Matrix solve_ridge_svd(const CenteredData& data, const Vector& alphas) {
  const Reduced reduced(data);
  const linalg::SingularValues svd = linalg::singular_value_decomposition(reduced.A());
  const Eigen::ArrayXd s = svd.values;
  Matrix U = svd.U.transpose() * reduced.B();
  for (Index c = 0; c < U.cols(); ++c)
    U.col(c).array() *= (s > zero_singular).select(s / (s.square() + alphas[c]), 0.0);
  return reduced.expand(svd.V * U);
}

OrdinaryFit solve_ordinary(const CenteredData& data, double tol) {
  if (std::optional<OrdinaryFit> fit = solve_full_rank(data, tol)) return *std::move(fit);
  const Reduced reduced(data);
  const linalg::SingularValues svd = linalg::singular_value_decomposition(reduced.A());
  const Index rank = count_above(svd.values, tol);
  const Matrix c = svd.values.head(rank).cwiseInverse().asDiagonal() *
                   (svd.U.leftCols(rank).transpose() * reduced.B());
  return {reduced.expand(svd.V.leftCols(rank) * c), svd.values, rank};
}

}  // namespace espalier::detail
