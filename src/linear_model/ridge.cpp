// SPDX-License-Identifier: BSD-3-Clause
#include <espalier/linear_model/ridge.hpp>

#include <fmt/format.h>

#include <Eigen/Cholesky>
#include <Eigen/Eigenvalues>

#include <espalier/core/parallel.hpp>

#include "linear_model/linear_predict.hpp"

namespace espalier {
namespace {

constexpr Index rows_per_block = 4096;

/// The problem after weighting and centring: X̃ = √w·(X − x̄), ỹ = √w·(y − ȳ). A sparse X is weighted but
/// not centred, which would fill its zeros; its mean enters the products instead.
struct Problem {
  const Features& X;
  Vector root_weights;  // n, all ones without weights
  Eigen::RowVectorXd x_mean, y_mean;
  Matrix Xc;        // n × p, weighted and centred; empty for a sparse X
  SparseMatrix Xs;  // n × p, weighted; of a sparse X
  Matrix yc;        // n × k

  Index rows() const { return X.rows(); }
  Index cols() const { return X.cols(); }
};

Eigen::RowVectorXd weighted_mean(const Features& X, const Vector& w) {
  const double total = w.sum();
  if (X.is_sparse()) return (w.transpose() * X.sparse()) / total;
  return (w.transpose() * X.dense()) / total;
}

Problem prepare(const Features& X, const Matrix& y, const FitContext& context, bool centre) {
  const Vector w = context.has_weights() ? context.sample_weight : Vector::Ones(X.rows());
  Problem problem{X, w.cwiseSqrt(), {}, {}, {}, {}, {}};
  problem.x_mean = Eigen::RowVectorXd::Zero(X.cols());
  problem.y_mean = Eigen::RowVectorXd::Zero(y.cols());
  if (centre) {
    problem.x_mean = weighted_mean(X, w);
    problem.y_mean = (w.transpose() * y) / w.sum();
  }
  problem.yc = problem.root_weights.asDiagonal() * (y.rowwise() - problem.y_mean);
  if (X.is_sparse())
    problem.Xs = problem.root_weights.asDiagonal() * X.sparse();
  else
    problem.Xc = problem.root_weights.asDiagonal() * (X.dense().rowwise() - problem.x_mean);
  return problem;
}

/// X̃ᵀX̃ and X̃ᵀỹ, summed over blocks of rows in block order.
struct Moments {
  Matrix gram;  // p × p
  Matrix xy;    // p × k
};

Moments dense_moments(const Problem& problem) {
  const Index n = problem.rows(), p = problem.cols(), k = problem.yc.cols();
  const Moments zero{Matrix::Zero(p, p), Matrix::Zero(p, k)};
  const auto part = [&](Index begin, Index end) {
    const auto Xb = problem.Xc.middleRows(begin, end - begin);
    Moments m{Matrix::Zero(p, p), Xb.transpose() * problem.yc.middleRows(begin, end - begin)};
    m.gram.selfadjointView<Eigen::Lower>().rankUpdate(Xb.transpose());
    return m;
  };
  const auto add = [](Moments& total, const Moments& m) {
    total.gram += m.gram;
    total.xy += m.xy;
  };
  const double work = static_cast<double>(n) * static_cast<double>(p) * static_cast<double>(p + k);
  Moments m = reduce_blocks({n, rows_per_block}, work, zero, part, add, 16);
  m.gram = Matrix(m.gram.selfadjointView<Eigen::Lower>());
  return m;
}

/// As dense_moments, of the centred X: X̃ᵀX̃ = XsᵀXs − s·x̄ᵀx̄ with s the sum of the weights, and X̃ᵀỹ needs
/// no correction because ỹ is centred.
Moments sparse_moments(const Problem& problem) {
  Moments m{Matrix(problem.Xs.transpose() * problem.Xs), problem.Xs.transpose() * problem.yc};
  m.gram -= problem.root_weights.squaredNorm() * problem.x_mean.transpose() * problem.x_mean;
  const Eigen::RowVectorXd y_sum = problem.root_weights.transpose() * problem.yc;
  m.xy -= problem.x_mean.transpose() * y_sum;
  return m;
}

/// K = X̃X̃ᵀ (n × n), for more columns than rows.
Matrix kernel(const Problem& problem) {
  if (!problem.X.is_sparse()) {
    Matrix K = Matrix::Zero(problem.rows(), problem.rows());
    K.selfadjointView<Eigen::Lower>().rankUpdate(problem.Xc);
    return K.selfadjointView<Eigen::Lower>();
  }
  const Vector& r = problem.root_weights;
  const Vector xm = problem.Xs * problem.x_mean.transpose();
  Matrix K = problem.Xs * problem.Xs.transpose();
  K -= xm * r.transpose() + r * xm.transpose();
  K += problem.x_mean.squaredNorm() * r * r.transpose();
  return K;
}

/// (A + αI)⁻¹B for a symmetric positive semidefinite A; the solution of least norm if that is singular.
Matrix solve_shifted(Matrix A, const Matrix& B, double alpha) {
  const double largest = A.diagonal().maxCoeff();
  A.diagonal().array() += alpha;
  const Eigen::LLT<Matrix> llt(A);
  const double smallest_allowed = static_cast<double>(A.rows()) * 1e-15 * (largest + alpha);
  if (llt.info() == Eigen::Success && llt.matrixLLT().diagonal().array().square().minCoeff() > smallest_allowed)
    return llt.solve(B);
  const Eigen::SelfAdjointEigenSolver<Matrix> eigen(A);
  const Vector inverse = eigen.eigenvalues().unaryExpr(
      [&](double v) { return v > smallest_allowed ? 1.0 / v : 0.0; });
  return eigen.eigenvectors() * inverse.asDiagonal() * (eigen.eigenvectors().transpose() * B);
}

/// p × k coefficients.
Matrix solve(const Problem& problem, double alpha) {
  if (problem.cols() <= problem.rows()) {
    const Moments m = problem.X.is_sparse() ? sparse_moments(problem) : dense_moments(problem);
    return solve_shifted(m.gram, m.xy, alpha);
  }
  const Matrix dual = solve_shifted(kernel(problem), problem.yc, alpha);
  if (!problem.X.is_sparse()) return problem.Xc.transpose() * dual;
  Matrix coef = problem.Xs.transpose() * dual;
  return coef - problem.x_mean.transpose() * (problem.root_weights.transpose() * dual);
}

}  // namespace

void RidgeState::check(const Schema& schema) const {
  detail::check_linear_shapes("Ridge", coef, intercept, schema);
}

RidgeState Ridge::do_fit(const Features& X, const Matrix& y, const FitContext& context) const {
  const Problem problem = prepare(X, y, context, params().fit_intercept);
  State state;
  state.coef = solve(problem, params().alpha).transpose();
  state.intercept = (problem.y_mean - problem.x_mean * state.coef.transpose()).transpose();
  return state;
}

Matrix Ridge::do_predict(const State& state, const Features& X) const {
  return detail::linear_predict(X, state.coef, state.intercept);
}

template class Implements<Ridge, Regressor, RidgeParams, RidgeState>;

}  // namespace espalier
