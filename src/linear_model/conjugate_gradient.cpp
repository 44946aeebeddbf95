// SPDX-License-Identifier: BSD-3-Clause
#include "linear_model/conjugate_gradient.hpp"

#include <fmt/format.h>

#include <chrono>
#include <string>

#include <espalier/core/errors.hpp>
#include <espalier/core/warnings.hpp>

#include "core/clock.hpp"

namespace espalier::detail {

ConjugateGradientFit solve_conjugate_gradient(const CenteredData& data, const Vector& alphas,
                                              double tol, Index max_iter, const FitContext& context,
                                              std::string_view owner) {
  const auto began = std::chrono::steady_clock::now();
  const Index k = data.outputs();
  ConjugateGradientFit fit{Matrix::Zero(data.cols(), k), Labels::Zero(k), false};
  // In units of the largest target, whose squares neither overflow nor vanish.
  Matrix residual = data.targets();
  Vector unit = residual.cwiseAbs().colwise().maxCoeff().transpose();
  unit = (unit.array() > 0.0).select(unit, 1.0);
  residual *= unit.cwiseInverse().asDiagonal();
  Matrix gradient = data.transposed_times(residual);  // downhill: X̃ᵀr − αv
  Matrix direction = gradient;
  Vector square = gradient.colwise().squaredNorm().transpose();
  if (!square.allFinite())
    throw InvalidInput(fmt::format("{}: the gradient overflows; scale the columns of X.", owner));
  const Vector goal = tol * tol * square;
  const auto is_done = [&](Index c) { return square[c] <= goal[c]; };
  for (Index iteration = 1; iteration <= max_iter; ++iteration) {
    if ((square.array() <= goal.array()).all()) break;
    const Matrix image = data.times(direction);
    for (Index c = 0; c < k; ++c) {
      if (is_done(c)) continue;
      const double curvature =
          image.col(c).squaredNorm() + alphas[c] * direction.col(c).squaredNorm();
      const double step = square[c] / curvature;
      fit.coef.col(c) += step * direction.col(c);
      residual.col(c) -= step * image.col(c);
      fit.n_iter[c] = static_cast<int>(iteration);
    }
    gradient = data.transposed_times(residual) - fit.coef * alphas.asDiagonal();
    for (Index c = 0; c < k; ++c) {
      if (is_done(c)) continue;
      const double before = square[c];
      square[c] = gradient.col(c).squaredNorm();
      direction.col(c) = gradient.col(c) + square[c] / before * direction.col(c);
    }
    const Vector losses = residual.colwise().squaredNorm().transpose() +
                          alphas.cwiseProduct(fit.coef.colwise().squaredNorm().transpose());
    const double loss = losses.dot(unit.cwiseAbs2());
    context.report({.task = owner,
                    .iteration = iteration,
                    .total = max_iter,
                    .loss = loss,
                    .elapsed = detail::seconds_since(began)});
  }
  fit.converged = (square.array() <= goal.array()).all();
  fit.coef *= unit.asDiagonal();
  return fit;
}

void warn_not_converged(const ConjugateGradientFit& fit, double tol, std::string_view owner) {
  warn(WarningKind::convergence, std::string(owner),
       fmt::format("conjugate gradients did not converge in {} iterations (tol={}). Allow more "
                   "iterations (max_iter), or scale the columns of X.",
                   fit.n_iter.maxCoeff(), tol));
}

}  // namespace espalier::detail
