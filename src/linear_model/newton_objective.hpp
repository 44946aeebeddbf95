// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <vector>

#include <espalier/core/features.hpp>
#include <espalier/core/parallel.hpp>

#include "loss/block_loss.hpp"

namespace espalier::detail {

/// The objective of LinearObjective with its whole Hessian, for Newton's method:
///
///     F(C, b) = (1/Σw) Σᵢ wᵢ·loss(yᵢ, xᵢC + b) + ½ l2 ‖C‖²        C: p × k, b: k, unpenalised
///
/// The variables are C and the intercepts at a centre m of the data, b + Cᵀm, in which large means
/// of the columns cost no digits; output after output, each p numbers and then the intercept if
/// there is one. m is the mean of some rows; 0 without an intercept.
///
/// An evaluation reads X once: each block of rows goes through centring, margin, loss, gradient and
/// weighted Gram matrix while it is in the cache. O(n·p²·k²/4). With K ≥ 3 outputs, which are the
/// classes, adding the same to all of them changes no loss, so along those directions a curvature
/// of their mean is put in: it makes the Hessian regular and moves no step.
class NewtonObjective {
 public:
  /// `weights` are those bound in `loss`, or empty. X and `loss` must outlive this object.
  NewtonObjective(const Features& X, const BlockLoss& loss, const Vector& weights, double l2,
                  bool fit_intercept);

  /// Only one of `every` blocks of rows counts from here on; 1: all.
  void thin_out(Index every);
  /// How many blocks there are.
  Index blocks() const { return tasks_.count(); }

  double operator()(const Vector& x, Vector& gradient, Matrix& hessian) const;

  /// Of coefficients (k × p) and intercepts (k); and back.
  Vector variables(const Matrix& coef, const Vector& intercept) const;
  Matrix coef(const Vector& x) const;
  Vector intercept(const Vector& x) const;

 private:
  /// Of some rows: the sums of losses, gradients and Hessians (lower triangle).
  struct Sums {
    double loss = 0.0;
    Vector gradient;
    Matrix hessian;
  };
  template <class T>
  class BlockWorker;

  Index width() const { return p_ + (fit_intercept_ ? 1 : 0); }
  Eigen::Map<const Matrix> outputs_of(const Vector& x) const { return {x.data(), width(), k_}; }
  Sums sums_of_rows(Index begin, Index end, const Vector& x) const;
  /// Of several outputs: mirrors the blocks beside the diagonal, of which the lower triangles are
  /// there, and puts in the curvature along equal changes of all outputs.
  void complete(Matrix& hessian) const;

  const Features& X_;
  const BlockLoss& loss_;
  const Vector& weights_;
  Index p_, k_;
  bool fit_intercept_;
  double l2_;
  Blocks tasks_;
  Index every_ = 1;
  double total_weight_ = 0.0;
  Vector center_;  // m
};

}  // namespace espalier::detail
