// SPDX-License-Identifier: BSD-3-Clause
/// @file
/// Scores of how well a number for each row (a probability, a decision value) ranks the classes.
///
/// Options, weights and errors are as in classification.hpp; scores must also be finite. Rows of
/// weight zero do not count. Time O(n log n) for n rows, k times that for k classes.
#pragma once

#include <array>
#include <optional>
#include <string_view>

#include <espalier/core/types.hpp>
#include <espalier/metrics/average.hpp>

namespace espalier {

/// One point a threshold, by falling threshold. All vectors have the same length.
struct RocCurve {
  Vector fpr;         ///< share of the negatives with score ≥ threshold; NaN without negatives
  Vector tpr;         ///< share of the positives with score ≥ threshold; NaN without positives
  Vector thresholds;  ///< the first is +infinity: nothing is predicted positive, the point (0, 0)
};

struct RocCurveOptions {
  /// The positive class, all others being negative. Nothing: 1, if labels are 0 and 1 or −1 and 1.
  std::optional<int> pos_label = {};
  Vector sample_weight = {};
  bool drop_intermediate = true;  ///< leave out points on a straight line between their neighbours
};

/// The receiver operating characteristic: the true positive rate against the false positive rate as
/// the threshold falls through the distinct scores.
///
/// @throws InvalidInput  besides the common reasons: `pos_label` is nothing and the labels are not
///                       0 and 1 or −1 and 1
RocCurve roc_curve(const Eigen::Ref<const Labels>& y_true, const Eigen::Ref<const Vector>& y_score,
                   const RocCurveOptions& options = {});

/// One point a distinct score, by rising threshold, then the point (recall 0, precision 1), which
/// has no threshold: `thresholds` is one shorter than the others.
struct PrecisionRecallCurve {
  Vector precision;  ///< share of positives among the rows with score ≥ threshold
  Vector recall;     ///< share of the positives with score ≥ threshold; 1 without positives
  Vector thresholds;
};

struct PrecisionRecallCurveOptions {
  std::optional<int> pos_label = {};  ///< see RocCurveOptions
  Vector sample_weight = {};
  bool drop_intermediate = false;  ///< keep only the first and last point of each recall
};

/// Precision against recall as the threshold rises. Throws as roc_curve.
PrecisionRecallCurve precision_recall_curve(const Eigen::Ref<const Labels>& y_true,
                                            const Eigen::Ref<const Vector>& y_score,
                                            const PrecisionRecallCurveOptions& options = {});

/// The area under a curve by the trapezoidal rule; x rises or falls throughout.
/// @throws InvalidInput  fewer than two points, lengths differ, x turns round
double auc(const Eigen::Ref<const Vector>& x, const Eigen::Ref<const Vector>& y);

/// How the area under the ROC curve is extended to more than two classes.
///
/// `raise`: it is not. `ovr`: each class against the rest; feels how common classes are, even when
/// averaged by `macro`. `ovo`: the mean over all pairs of classes, each on its rows alone; with
/// `macro` it does not feel how common classes are.
/// @see Provost & Domingos, CeDER IS-00-04 (2000); Hand & Till, Machine Learning 45 (2001) 171–186
enum class MultiClass { raise, ovr, ovo };

constexpr auto names_of(MultiClass) {
  return std::array<std::string_view, 3>{"raise", "ovr", "ovo"};
}

struct RocAucOptions {
  /// Over classes (`ovr`: macro, weighted, micro) or pairs (`ovo`: macro, weighted by the pair's
  /// share of the rows); of no effect on two classes.
  Average average = Average::macro;
  Vector sample_weight = {};
  MultiClass multi_class = MultiClass::raise;
  Labels labels = {};  ///< the classes of the columns, rising; empty: those of `y_true`
};

/// The area under the ROC curve: the probability that a positive row scores above a negative one,
/// ties counting one half.
///
/// `y_score` is n × 1 for two classes, the greater label being positive; or n × k probabilities, a
/// column a class in the order of the labels, rows summing to 1 within 1e-5. Two columns stand for
/// two classes; then the second is used (scikit-learn refuses this). Sample weights are also taken
/// by `ovo`, where scikit-learn refuses them: a pair's curve is weighted, and so is its share.
///
/// With one class in `y_true` the area is not defined and the result is NaN; so is a mean over
/// classes of which one has no rows, except that `weighted` leaves such a class out.
///
/// @throws InvalidInput      besides the common reasons: more than two classes and
/// MultiClass::raise;
///                           columns, labels and `y_true` disagree; rows do not sum to 1
/// @throws InvalidParameter  the average is `binary`, or `micro` with `ovo`
double roc_auc_score(const Eigen::Ref<const Labels>& y_true,
                     const Eigen::Ref<const Matrix>& y_score, const RocAucOptions& options = {});

struct AveragePrecisionOptions {
  Average average = Average::macro;  ///< over classes: macro, weighted or micro
  int pos_label = 1;                 ///< the positive class of two; fixed to 1 for more
  Vector sample_weight = {};
};

/// The area under the precision–recall curve as a step function, Σ (Rₙ − Rₙ₋₁) Pₙ: no
/// interpolation, which would be too optimistic.
///
/// `y_score` is n × 1 for two classes (larger means `pos_label`), or n × k with a column a class of
/// `y_true` in rising order, each taken against the rest. Two columns stand for two classes, and
/// that of `pos_label` is used.
///
/// @throws InvalidInput      besides the common reasons: two labels of which none is `pos_label`;
///                           columns and labels disagree; `pos_label` is given for more than two
///                           classes
/// @throws InvalidParameter  the average is `binary`
double average_precision_score(const Eigen::Ref<const Labels>& y_true,
                               const Eigen::Ref<const Matrix>& y_score,
                               const AveragePrecisionOptions& options = {});

}  // namespace espalier
