// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <espalier/core/features.hpp>
#include <espalier/core/parallel.hpp>

#include "linear_model/whitening.hpp"
#include "loss/block_loss.hpp"

namespace espalier::detail {

/// What a linear model with an L2 penalty minimises, over a dense or sparse X (n × p) and k
/// outputs:
///
///     F(C, b) = (1/Σw) Σᵢ wᵢ·loss(yᵢ, xᵢC + b) + ½ l2 ‖C‖²        C: p × k, b: k, unpenalised
///
/// The solver does not see C and b, but variables z in which the columns of X have mean 0 and F has
/// about the same curvature in every direction:
///
///     C = T·Z,  b = z₀/√h − Cᵀm        m the means of the columns, h the curvature of the loss
///
/// with T from Whitening. A mere change of variables: F and its minimum are the same ones, but
/// columns of any scale, offset and correlation converge alike. Half the squared gradient by z
/// estimates how far F is above its minimum. m = 0 without an intercept.
///
/// One evaluation reads X once: each block of rows goes through margin, loss and gradient while it
/// is in the cache. O(n·p·k), or O(nonzeros·k).
class LinearObjective {
 public:
  /// `curvature` h is an estimate of the second derivative of the loss by one raw value. `weights`
  /// are those bound in `loss`, or empty. X and `loss` must outlive this object.
  LinearObjective(const Features& X, const BlockLoss& loss, const Vector& weights, double l2,
                  bool fit_intercept, double curvature);

  /// Of the given C (k × p) and b (k; taken as 0 without an intercept). The variables are the
  /// columns of Z, each followed by its z₀ if there is an intercept.
  Vector variables(const Matrix& coef, const Vector& intercept) const;

  double operator()(const Vector& z, Vector& gradient) const {
    return evaluate(z, gradient, nullptr);
  }
  /// The same, and what the loss has of curvature at z: n × k, see BlockLoss.
  double evaluate(const Vector& z, Vector& gradient, Matrix* curvature) const;
  /// product = H·v, with the Hessian H where `curvature` was had.
  void multiply(const Matrix& curvature, const Vector& v, Vector& product) const;

  /// What the columns of X are divided by; not finite where their squares overflow.
  const Vector& scale() const { return whitening_.scale(); }

  Matrix coef(const Vector& z) const;       ///< k × p
  Vector intercept(const Vector& z) const;  ///< k; zero without an intercept

 private:
  /// Of some rows: the sum of the losses, and of the gradients by C and b.
  struct Sums {
    double loss = 0.0;
    Matrix coef;       // p × k
    Vector intercept;  // k
  };
  LinearObjective(const Features& X, const BlockLoss& loss, const Vector& weights,
                  const ColumnMoments& moments, double l2, bool fit_intercept, double curvature);

  Eigen::Map<const Matrix> outputs_of(const Vector& z) const;
  Vector intercept_of(const Vector& z, const Matrix& coef) const;
  /// Σ over all rows of xᵢ and 1 times what `differentiate(begin, raw)` makes of their raw values,
  /// block by block; it returns what is summed to the loss.
  template <class Differentiate>
  Sums sum_rows(const Matrix& coef, const Vector& intercept,
                const Differentiate& differentiate) const;
  template <class Differentiate>
  void add_rows(Index begin, Index end, const Matrix& coef, const Vector& intercept,
                const Differentiate& differentiate, Sums& sums) const;
  /// From the sums to the derivatives by z.
  void write_derivatives(const Sums& sums, const Matrix& coef, Vector& gradient) const;

  const Features& X_;
  const BlockLoss& loss_;
  Index p_, k_;
  bool fit_intercept_;
  double l2_;
  Blocks blocks_;
  double work_;
  double total_weight_;
  Vector mean_;  // m
  Whitening whitening_;
  double intercept_scale_;  // √h
};

}  // namespace espalier::detail
