// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <memory>
#include <span>

#include <espalier/core/types.hpp>

namespace espalier::hgb {

/// Targets with their weights; weights may be empty.
struct Targets {
  std::span<const double> y;  ///< values, or class codes
  std::span<const double> weights;

  Index size() const { return static_cast<Index>(y.size()); }
};

/// A loss over a whole table: what boosting needs of it. Raw predictions and derivatives are
/// n × outputs, column-major.
class Objective {
 public:
  virtual ~Objective() = default;

  virtual Index outputs() const = 0;
  /// Every Hessian is 1 as long as there are no weights.
  virtual bool constant_hessian() const = 0;
  /// The raw predictions of a constant model.
  virtual Vector baseline(const Targets& targets) const = 0;
  /// Weighted derivatives by the raw predictions. `hessian` is null when nobody needs it.
  virtual void derivatives(const Targets& targets, const double* raw, float* gradient,
                           float* hessian) const = 0;
  /// The (weighted) mean of the loss.
  virtual double mean_loss(const Targets& targets, const double* raw) const = 0;
};

std::unique_ptr<Objective> make_squared_error_objective();
/// Log loss: one output for two classes, else one a class.
std::unique_ptr<Objective> make_log_loss_objective(Index n_classes);

}  // namespace espalier::hgb
