// SPDX-License-Identifier: BSD-3-Clause
/// @file
/// One pass of stochastic gradient descent over the rows of X.
#pragma once

#include <cstdint>
#include <vector>

#include <espalier/linear_model/sgd_options.hpp>

#include "linalg/row_matrix.hpp"

namespace espalier::detail {

/// The losses of a row with target y and raw value r = xw + b. Of the first five y is a class, ±1
/// (of log_loss 0 or 1), of the others a number; in the order of the public enumerations.
enum class SgdLoss : std::uint8_t {
  hinge,
  log_loss,
  modified_huber,
  squared_hinge,
  perceptron,
  squared_error,
  huber,
  epsilon_insensitive,
  squared_epsilon_insensitive
};

/// What is minimised, and how fast to go: see the public classes for the formulae.
struct SgdRule {
  SgdLoss loss;
  double epsilon;
  SGDPenalty penalty;
  double alpha;
  double l1_ratio;  ///< 0 for l2 and none, 1 for l1
  SGDLearningRate learning_rate;
  double eta0;
  double power_t;
  bool fit_intercept;
  std::int64_t average;  ///< from which step on the coefficients are averaged; 0: never
  bool needs_objective;  ///< whether the sum of the objective is wanted
};

/// The target of one linear function: numbers, or one class against the others.
struct SgdTarget {
  const double* values = nullptr;  ///< n, or null:
  const int* codes = nullptr;      ///< n; `positive` is 1, the others are `negative`
  int positive = 1;
  double negative = -1.0;
  double positive_weight = 1.0, negative_weight = 1.0;  ///< of y > 0 and of the others
  const double* sample_weight = nullptr;                ///< n, or null: ones

  double value(Index i) const {
    if (values != nullptr) return values[i];
    return codes[i] == positive ? 1.0 : negative;
  }
  /// Asks for what is known of a row, which is needed soon.
  void prefetch(Index i) const {
    if (values != nullptr)
      __builtin_prefetch(values + i);
    else
      __builtin_prefetch(codes + i);
    if (sample_weight != nullptr) __builtin_prefetch(sample_weight + i);
  }
  double weight(Index i, double y) const {
    const double w = y > 0.0 ? positive_weight : negative_weight;
    return sample_weight == nullptr ? w : w * sample_weight[i];
  }
};

/// The coefficients of one linear function on their way. They are `scale`·w, so that an L2 penalty
/// shrinks them all by one multiplication; the averaged ones are (sum + sum_factor·w)/divisor.
/// @see Bottou, Stochastic gradient descent tricks (2012) §5
struct SgdIterate {
  explicit SgdIterate(Index n_features, bool averages, bool has_l1);

  /// Sets w to the coefficients themselves, with their norms, and the averaged ones likewise.
  void rescale();

  Index n_features;
  std::vector<double> w;  ///< filled up with zeros to the length of a row
  double scale = 1.0;
  double intercept = 0.0;
  double squares = 0.0;    ///< Σw²
  double absolutes = 0.0;  ///< Σ|w|; kept for an L1 penalty only
  double t = 1.0;          ///< the number of the next step

  std::vector<double> sum;  ///< as w; empty: no averaging
  double sum_factor = 0.0, divisor = 1.0;
  double average_intercept = 0.0;

  double penalty_due = 0.0;           ///< the L1 penalty that every coefficient should have had
  std::vector<double> penalty_taken;  ///< what each has had of it, signed; empty without L1

  double eta = 0.0;  ///< the step of the schedules `constant` and `adaptive`
};

/// One pass over a dense X, of `double` or `float`, in the given order. Returns the sum over the rows of the loss before the
/// step and, but for the passive-aggressive rules, of the penalty, if the rule wants it.
template <class T>
double sgd_epoch(const SgdRule& rule, const linalg::RowMatrixOf<T>& X,
                 const std::vector<Index>& order, const SgdTarget& target, SgdIterate& iterate);

/// The same for a sparse X, in O(nonzeros). As in scikit-learn the intercept, which every row
/// moves while a coefficient waits for its column, takes steps of 1 % of the size.
double sgd_epoch(const SgdRule& rule, const SparseMatrix& X, const std::vector<Index>& order,
                 const SgdTarget& target, SgdIterate& iterate);

}  // namespace espalier::detail
