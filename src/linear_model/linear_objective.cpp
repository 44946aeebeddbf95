// SPDX-License-Identifier: BSD-3-Clause
#include "linear_model/linear_objective.hpp"

#include <algorithm>
#include <cmath>
#include <type_traits>

#include "core/dense_view.hpp"

namespace espalier::detail {
namespace {

double work_of(const Features& X, Index outputs) {
  return (numbers_in(X) + 20.0 * static_cast<double>(X.rows())) * static_cast<double>(outputs);
}

}  // namespace

LinearObjective::LinearObjective(const Features& X, const BlockLoss& loss, const Vector& weights,
                                 double l2, bool fit_intercept, double curvature)
    : LinearObjective(X, loss, weights, column_moments(X, weights), l2, fit_intercept, curvature) {}

LinearObjective::LinearObjective(const Features& X, const BlockLoss& loss, const Vector& weights,
                                 const ColumnMoments& moments, double l2, bool fit_intercept,
                                 double curvature)
    : X_(X),
      loss_(loss),
      p_(X.cols()),
      k_(loss.outputs()),
      fit_intercept_(fit_intercept),
      l2_(l2),
      blocks_(sum_blocks(X, k_)),
      work_(work_of(X, k_)),
      total_weight_(moments.total_weight),
      mean_(fit_intercept ? moments.mean : Vector::Zero(p_)),
      whitening_(X, weights, moments, fit_intercept, curvature, l2),
      intercept_scale_(std::sqrt(curvature)) {}

Eigen::Map<const Matrix> LinearObjective::outputs_of(const Vector& z) const {
  return {z.data(), p_ + (fit_intercept_ ? 1 : 0), k_};
}

Vector LinearObjective::variables(const Matrix& coef, const Vector& intercept) const {
  Matrix z(p_ + (fit_intercept_ ? 1 : 0), k_);
  z.topRows(p_) = whitening_.from_coef(coef.transpose());
  if (fit_intercept_) z.row(p_) = (intercept + coef * mean_).transpose() * intercept_scale_;
  return z.reshaped();
}

Matrix LinearObjective::coef(const Vector& z) const {
  return whitening_.to_coef(outputs_of(z).topRows(p_)).transpose();
}

Vector LinearObjective::intercept(const Vector& z) const {
  return intercept_of(z, whitening_.to_coef(outputs_of(z).topRows(p_)));
}

Vector LinearObjective::intercept_of(const Vector& z, const Matrix& coef) const {
  if (!fit_intercept_) return Vector::Zero(k_);
  return outputs_of(z).row(p_).transpose() / intercept_scale_ - coef.transpose() * mean_;
}

template <class Differentiate>
void LinearObjective::add_rows(Index begin, Index end, const Matrix& coef, const Vector& intercept,
                               const Differentiate& differentiate, Sums& sums) const {
  const Index n = end - begin;
  Matrix raw = intercept.transpose().replicate(n, 1);
  if (!X_.is_sparse()) {
    with_dense(X_, [&](const auto& X) {
      using T = typename std::decay_t<decltype(X)>::Scalar;
      const auto rows = X.middleRows(begin, n);
      raw += (rows * coef.template cast<T>()).template cast<double>();
      sums.loss += differentiate(begin, raw);
      sums.coef += (rows.transpose() * raw.template cast<T>()).template cast<double>();
    });
  } else {
    for (Index i = 0; i < n; ++i)
      for (SparseMatrix::InnerIterator it(X_.sparse(), begin + i); it; ++it)
        for (Index c = 0; c < k_; ++c) raw(i, c) += it.value() * coef(it.col(), c);
    sums.loss += differentiate(begin, raw);
    for (Index i = 0; i < n; ++i)
      for (SparseMatrix::InnerIterator it(X_.sparse(), begin + i); it; ++it)
        for (Index c = 0; c < k_; ++c) sums.coef(it.col(), c) += it.value() * raw(i, c);
  }
  sums.intercept += raw.colwise().sum();
}

template <class Differentiate>
LinearObjective::Sums LinearObjective::sum_rows(const Matrix& coef, const Vector& intercept,
                                                const Differentiate& differentiate) const {
  const Sums zero{0.0, Matrix::Zero(p_, k_), Vector::Zero(k_)};
  const Index step = cache_blocks(X_).size;
  return reduce_blocks(
      blocks_, work_, zero,
      [&](Index begin, Index end) {
        Sums sums = zero;
        for (Index i = begin; i < end; i += step)
          add_rows(i, std::min(end, i + step), coef, intercept, differentiate, sums);
        return sums;
      },
      [](Sums& total, const Sums& part) {
        total.loss += part.loss;
        total.coef += part.coef;
        total.intercept += part.intercept;
      });
}

void LinearObjective::write_derivatives(const Sums& sums, const Matrix& coef,
                                        Vector& gradient) const {
  Eigen::Map<Matrix> g(gradient.data(), p_ + (fit_intercept_ ? 1 : 0), k_);
  g.topRows(p_) = whitening_.to_gradient(
      (sums.coef - mean_ * sums.intercept.transpose()) / total_weight_ + l2_ * coef);
  if (fit_intercept_) g.row(p_) = sums.intercept.transpose() / (total_weight_ * intercept_scale_);
}

double LinearObjective::evaluate(const Vector& z, Vector& gradient, Matrix* curvature) const {
  if (curvature != nullptr) curvature->resize(X_.rows(), k_);
  const Matrix C = whitening_.to_coef(outputs_of(z).topRows(p_));
  const Sums sums = sum_rows(C, intercept_of(z, C), [&](Index begin, Matrix& raw) {
    if (curvature == nullptr) return loss_.loss_gradient(begin, raw);
    return loss_.loss_gradient_curvature(begin, raw, curvature->middleRows(begin, raw.rows()));
  });
  write_derivatives(sums, C, gradient);
  return sums.loss / total_weight_ + 0.5 * l2_ * C.squaredNorm();
}

void LinearObjective::multiply(const Matrix& curvature, const Vector& v, Vector& product) const {
  const Matrix C = whitening_.to_coef(outputs_of(v).topRows(p_));
  const Sums sums = sum_rows(C, intercept_of(v, C), [&](Index begin, Matrix& raw) {
    const auto c = curvature.middleRows(begin, raw.rows()).array();
    if (k_ > 1) {
      const Eigen::ArrayXd total = c.rowwise().sum();
      const Eigen::ArrayXd mean =
          (c * raw.array()).rowwise().sum() / (total > 0.0).select(total, 1.0);
      raw.array().colwise() -= mean;
    }
    raw.array() *= c;
    return 0.0;
  });
  write_derivatives(sums, C, product);
}

}  // namespace espalier::detail
