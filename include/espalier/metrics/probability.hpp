// SPDX-License-Identifier: BSD-3-Clause
/// @file
/// Scores of predicted probabilities.
///
/// Options, weights and errors are as in classification.hpp. Probabilities are n × 1 (of the
/// positive class) or n × k, a column a class in rising order of the labels. They must be finite,
/// in [0, 1], and rows of two and more columns must sum to 1 within 1e-5, where scikit-learn only
/// warns.
#pragma once

#include <array>
#include <optional>
#include <string_view>

#include <espalier/core/types.hpp>

namespace espalier {

struct LogLossOptions {
  bool normalize = true;  ///< false: the sum over rows, not the mean
  Vector sample_weight = {};
  Labels labels = {};  ///< the classes of the columns, rising; empty: those of `y_true`
};

/// The mean of −log of the probability given to the true class, in nats (cross-entropy).
/// Probabilities are clipped to [ε, 1 − ε], ε = 2⁻⁵², so the loss of a certain error is 36.04, not
/// infinite. A single column is the probability of the greater label.
///
/// @throws InvalidInput  besides the common reasons: columns and labels disagree; `y_true` has a
///                       label that `labels` lacks, or only one label and `labels` is empty
double log_loss(const Eigen::Ref<const Labels>& y_true, const Eigen::Ref<const Matrix>& y_proba,
                const LogLossOptions& options = {});

struct BrierScoreOptions {
  Vector sample_weight = {};
  /// The class of a single column. Nothing: 1 if labels are 0 and 1 or −1 and 1, else the greater.
  std::optional<int> pos_label = {};
  Labels labels = {};  ///< the classes of several columns, rising; empty: those of `y_true`
  /// Whether to halve the sum over classes. Nothing: with one or two columns, so that the binary
  /// score is (p − y)² and lies in [0, 1].
  std::optional<bool> scale_by_half = {};
};

/// The mean of Σ_k (p_k − [y = k])²: squared error of probabilities. Throws as log_loss; a single
/// column needs two labels at most.
/// @see Brier, Monthly Weather Review 78 (1950) 1–3
double brier_score_loss(const Eigen::Ref<const Labels>& y_true,
                        const Eigen::Ref<const Matrix>& y_proba,
                        const BrierScoreOptions& options = {});

/// Where the bins of a calibration curve lie: `uniform` cuts [0, 1] into equal widths, `quantile`
/// puts about the same number of rows into each.
enum class BinStrategy { uniform, quantile };

constexpr auto names_of(BinStrategy) {
  return std::array<std::string_view, 2>{"uniform", "quantile"};
}

struct CalibrationCurveOptions {
  std::optional<int> pos_label = {};  ///< nothing: 1, if labels are 0 and 1 or −1 and 1
  int n_bins = 5;
  BinStrategy strategy = BinStrategy::uniform;
  /// Weights enter the means of each bin; the edges of `quantile` are those of the rows that weigh
  /// more than zero. (scikit-learn takes none.)
  Vector sample_weight = {};
};

/// One entry a bin that is not empty, by rising probability.
struct CalibrationCurve {
  Vector prob_true;  ///< the share of positives in the bin
  Vector prob_pred;  ///< the mean predicted probability in the bin
  Vector support;    ///< the weight of the rows in the bin
};

/// How often the positive class comes true where it was predicted with a given probability: on the
/// diagonal for a calibrated model. A probability on an edge belongs to the bin below.
///
/// @throws InvalidInput      besides the common reasons: a probability outside [0, 1]; more than
///                           two labels, or `pos_label` is needed and nothing
/// @throws InvalidParameter  `n_bins` < 1
CalibrationCurve calibration_curve(const Eigen::Ref<const Labels>& y_true,
                                   const Eigen::Ref<const Vector>& y_prob,
                                   const CalibrationCurveOptions& options = {});

}  // namespace espalier
