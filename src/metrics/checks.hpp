// SPDX-License-Identifier: BSD-3-Clause
/// @file
/// What every metric does first: check its arguments, in the name of the public function.
#pragma once

#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <espalier/core/types.hpp>

namespace espalier::detail::metrics {

using LabelsRef = Eigen::Ref<const Labels>;
using VectorRef = Eigen::Ref<const Vector>;
using MatrixRef = Eigen::Ref<const Matrix>;

/// @throws InvalidInput  there are no rows, or `n_other`, the rows of `other`, is not `n_true`
void check_rows(std::string_view function, Index n_true, std::string_view other, Index n_other);

/// @throws InvalidInput  an entry of `name` is NaN or infinite
void check_finite(std::string_view function, std::string_view name, const MatrixRef& values);

/// @throws InvalidInput  an entry is not finite or outside [0, 1], or a row of two and more columns
///                       does not sum to 1
void check_probabilities(std::string_view function, std::string_view name, const MatrixRef& values);

/// @throws InvalidInput  a row does not sum to 1 within 1e-5
void check_row_sums(std::string_view function, std::string_view name, const MatrixRef& values);

/// The weight of each row: 1 when none are given. Refers to the vector it was made from.
class Weights {
 public:
  /// @throws InvalidInput  the length is not n, a weight is negative or not finite, or all are zero
  Weights(std::string_view function, const Vector& sample_weight, Index n);

  double operator[](Index row) const { return data_ == nullptr ? 1.0 : data_[row]; }
  double sum() const { return sum_; }

 private:
  const double* data_;
  double sum_;
};

/// Checks numbers and their predictions, both n × outputs, and the weights of the rows.
/// @throws InvalidInput
Weights check_predictions(std::string_view function, const MatrixRef& y_true,
                          const MatrixRef& y_pred, const Vector& sample_weight);

/// Distinct labels with a position each, in a given order or sorted.
class LabelIndex {
 public:
  /// The labels that occur in any of `columns`, sorted.
  static LabelIndex of(std::initializer_list<const LabelsRef*> columns);

  /// The labels of an option, in its order.
  /// @throws InvalidInput  a label stands twice
  LabelIndex(std::string_view function, const Labels& labels);

  Index size() const { return labels_.size(); }
  const Labels& labels() const { return labels_; }
  int operator[](Index position) const { return labels_[position]; }

  /// The position of `label`, or −1.
  Index find(int label) const;

 private:
  LabelIndex() = default;

  Labels labels_;
  std::vector<int> sorted_;      // the labels, rising
  std::vector<Index> position_;  // of each of them in labels_
};

/// The classes of the columns of a matrix of scores or probabilities: `given`, which must rise, or
/// the labels of `y_true`.
/// @throws InvalidInput  they are not as many as `columns`, `given` does not rise, or `y_true` has
///                       a label that is not among them
LabelIndex column_classes(std::string_view function, const LabelsRef& y_true, const Labels& given,
                          Index columns);

/// The positive class where none needs to be named: 1, when labels are 0 and 1 or −1 and 1 (or one
/// of these alone).
/// @throws InvalidInput  they are not
int positive_label(std::string_view function, std::optional<int> pos_label,
                   const LabelIndex& present);

/// "{0, 1, 2}"; long sets are cut.
std::string describe(const Labels& labels);

}  // namespace espalier::detail::metrics
