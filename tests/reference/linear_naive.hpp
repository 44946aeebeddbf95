// SPDX-License-Identifier: BSD-3-Clause
/// @file
/// The objective of the linear models as the documentation defines it, row by row, and a problem to
/// evaluate it on.
#pragma once

#include <cmath>

#include <espalier/core/random.hpp>
#include <espalier/core/types.hpp>
#include <espalier/loss/half_binomial.hpp>
#include <espalier/loss/half_multinomial.hpp>

#include "loss/block_loss.hpp"

namespace espalier::testing_support {

/// Classes and columns of different scale and offset, some of them zeros.
struct ClassProblem {
  Matrix X;
  Labels codes;
  Vector weights;  // may be empty
  Index n_classes;

  std::unique_ptr<detail::BlockLoss> loss() const {
    return n_classes == 2 ? detail::half_binomial_blocks(codes, weights)
                          : detail::half_multinomial_blocks(codes, n_classes, weights);
  }
  Index outputs() const { return n_classes == 2 ? 1 : n_classes; }
  double weight(Index i) const { return weights.size() > 0 ? weights[i] : 1.0; }
};

inline ClassProblem class_problem(Index n, Index p, Index n_classes, bool weighted) {
  Random random(7);
  ClassProblem problem{Matrix(n, p), Labels(n), Vector(weighted ? n : 0), n_classes};
  for (Index j = 0; j < p; ++j)
    for (Index i = 0; i < n; ++i)
      problem.X(i, j) =
          random.uniform() < 0.3 ? 0.0 : (random.normal() + 2.0) * std::pow(10.0, j % 5 - 2);
  for (Index i = 0; i < n; ++i) {
    problem.codes[i] = static_cast<int>(i % n_classes);
    if (weighted) problem.weights[i] = 0.1 + random.uniform();
  }
  return problem;
}

struct NaiveObjective {
  double value = 0.0;
  Matrix by_coef;       // k × p
  Vector by_intercept;  // k
  Matrix hessian;       // by the coefficients and the intercept of output after output
};

/// (1/Σw) Σᵢ wᵢ·loss(yᵢ, C xᵢ + b) + ½ l2 ‖C‖² with its derivatives; coef k × p, intercept k.
inline NaiveObjective naive_objective(const ClassProblem& problem, double l2, const Matrix& coef,
                                      const Vector& intercept) {
  const Index k = coef.rows(), p = coef.cols(), m = k * (p + 1);
  NaiveObjective sums{0.0, Matrix::Zero(k, p), Vector::Zero(k), Matrix::Zero(m, m)};
  double total = 0.0;
  for (Index i = 0; i < problem.X.rows(); ++i) {
    const double w = problem.weight(i);
    total += w;
    const Vector raw = coef * problem.X.row(i).transpose() + intercept;
    Vector gradient(k);
    Matrix curvature(k, k);
    if (k == 1) {
      const auto d = HalfBinomial::gradient_hessian(problem.codes[i], raw[0]);
      sums.value += w * HalfBinomial::loss(problem.codes[i], raw[0]);
      gradient[0] = d.gradient;
      curvature(0, 0) = d.hessian;
    } else {
      const std::span<const double> values(raw.data(), static_cast<std::size_t>(k));
      Vector proba(k);
      HalfMultinomial::inverse_link(values, {proba.data(), static_cast<std::size_t>(k)});
      sums.value += w * HalfMultinomial::loss(problem.codes[i], values);
      gradient = proba;
      gradient[problem.codes[i]] -= 1.0;
      curvature = Matrix(proba.asDiagonal()) - proba * proba.transpose();
    }
    sums.by_coef += w * gradient * problem.X.row(i);
    sums.by_intercept += w * gradient;
    Vector x(p + 1);
    x << problem.X.row(i).transpose(), 1.0;
    for (Index a = 0; a < k; ++a)
      for (Index b = 0; b < k; ++b)
        sums.hessian.block(a * (p + 1), b * (p + 1), p + 1, p + 1) +=
            w * curvature(a, b) * x * x.transpose();
  }
  sums.value = sums.value / total + 0.5 * l2 * coef.squaredNorm();
  sums.by_coef = sums.by_coef / total + l2 * coef;
  sums.by_intercept /= total;
  sums.hessian /= total;
  for (Index a = 0; a < k; ++a) sums.hessian.diagonal().segment(a * (p + 1), p).array() += l2;
  return sums;
}

}  // namespace espalier::testing_support
