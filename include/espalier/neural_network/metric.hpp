// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <functional>
#include <string>
#include <string_view>

#include <espalier/core/types.hpp>

namespace espalier::nn {

/// A number that is recorded beside the loss in every epoch.
///
///     .metrics = {"accuracy"}
///     .metrics = {"r2", nn::Metric("bias", [](const Matrix& predicted, const Matrix& y,
///                                             const Vector&) { return (predicted - y).mean(); })}
///
/// Known names: "accuracy" (the class of the greatest prediction, or of one above the loss's threshold
/// where there is one column; y has class numbers, and beside one column also −1 for 0),
/// "mean_absolute_error", "mean_squared_error", "root_mean_squared_error", "r2".
class Metric {
 public:
  /// Predictions as the loss makes them of the network's result (probabilities, means), and y, both
  /// rows × columns, and the weights of the rows (empty: ones).
  using Function =
      std::function<double(const Matrix& predicted, const Matrix& y, const Vector& weights)>;

  /// @throws InvalidParameter  there is no metric of this name; names those that there are
  Metric(std::string_view name);
  Metric(const char* name) : Metric(std::string_view(name)) {}
  Metric(const std::string& name) : Metric(std::string_view(name)) {}
  /// One of one's own. @throws InvalidParameter  no name, or no function
  Metric(std::string name, Function function, bool greater_is_better = false);

  const std::string& name() const { return name_; }
  bool greater_is_better() const { return greater_is_better_; }
  /// `threshold` is that of the loss. @throws InvalidInput  y does not fit, or is not what it is about
  double operator()(const Matrix& predicted, const Matrix& y, const Vector& weights = {},
                    double threshold = 0.5) const {
    return function_(predicted, y, weights, threshold);
  }

 private:
  std::string name_;
  std::function<double(const Matrix&, const Matrix&, const Vector&, double)> function_;
  bool greater_is_better_;
};

}  // namespace espalier::nn
