// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <memory>
#include <span>

#include <espalier/core/types.hpp>
#include <espalier/ensemble/regression_loss.hpp>

namespace espalier::hgb {

/// What a loss or its derivatives cost, about, for a row and an output.
inline constexpr double work_per_row = 20.0;

/// Targets with their weights; weights may be empty.
struct Targets {
  std::span<const double> y;  ///< values, or class codes
  std::span<const double> weights;

  Index size() const { return static_cast<Index>(y.size()); }
};

/// A loss over a whole table: what boosting needs of it. Raw predictions are n × outputs,
/// column-major.
class Objective {
 public:
  virtual ~Objective() = default;

  virtual Index outputs() const = 0;
  /// Every Hessian is 1 as long as there are no weights.
  virtual bool constant_hessian() const = 0;
  /// The raw predictions of a constant model.
  virtual Vector baseline(const Targets& targets) const = 0;
  /// Weighted derivatives by the raw predictions of rows [begin, end), (end − begin) × outputs,
  /// column-major. `hessian` is null when nobody needs it.
  virtual void derivatives(const Targets& targets, const double* raw, Index begin, Index end,
                           float* gradient, float* hessian) const = 0;
  /// The (weighted) mean of the loss.
  virtual double mean_loss(const Targets& targets, const double* raw) const = 0;

  /// The leaves of a tree hold `leaf_value` instead of a Newton step.
  virtual bool refits_leaves() const { return false; }
  /// The best constant for the rows of a leaf, whose targets minus raw predictions are given.
  virtual double leaf_value(const Targets& /*residuals*/) const { return 0.0; }
};

struct RegressionObjectiveOptions {
  RegressionLoss loss = {};
  double quantile = 0.5;
  double huber_delta = 1.0;
  double tweedie_power = 1.5;
};

std::unique_ptr<Objective> make_regression_objective(const RegressionObjectiveOptions& options);
/// Log loss: one output for two classes, else one a class.
std::unique_ptr<Objective> make_log_loss_objective(Index n_classes);

}  // namespace espalier::hgb
