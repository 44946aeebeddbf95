// SPDX-License-Identifier: BSD-3-Clause
#include "metrics/checks.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <numeric>

#include <espalier/core/errors.hpp>

namespace espalier::detail::metrics {
namespace {

constexpr double row_sum_tolerance = 1e-5;  // probabilities that went through float pass

}  // namespace

void check_rows(std::string_view function, Index n_true, std::string_view other, Index n_other) {
  if (n_true != n_other)
    throw InvalidInput(
        fmt::format("{}: y_true has {} rows, but {} has {}", function, n_true, other, n_other));
  if (n_true == 0)
    throw InvalidInput(
        fmt::format("{}: expected at least one row, got empty y_true and {}", function, other));
}

void check_finite(std::string_view function, std::string_view name, const MatrixRef& values) {
  for (Index j = 0; j < values.cols(); ++j)
    for (Index i = 0; i < values.rows(); ++i)
      if (!std::isfinite(values(i, j)))
        throw InvalidInput(fmt::format("{}: {} has {} in row {}; expected finite numbers", function,
                                       name, values(i, j), i));
}

void check_probabilities(std::string_view function, std::string_view name,
                         const MatrixRef& values) {
  for (Index j = 0; j < values.cols(); ++j)
    for (Index i = 0; i < values.rows(); ++i)
      if (!(values(i, j) >= 0.0 && values(i, j) <= 1.0))
        throw InvalidInput(fmt::format("{}: {} has {} in row {}; expected probabilities in [0, 1]",
                                       function, name, values(i, j), i));
  if (values.cols() > 1) check_row_sums(function, name, values);
}

void check_row_sums(std::string_view function, std::string_view name, const MatrixRef& values) {
  for (Index i = 0; i < values.rows(); ++i)
    if (const double sum = values.row(i).sum(); !(std::abs(sum - 1.0) <= row_sum_tolerance))
      throw InvalidInput(
          fmt::format("{}: row {} of {} sums to {}; expected class probabilities, "
                      "which sum to 1",
                      function, i, name, sum));
}

Weights::Weights(std::string_view function, const Vector& sample_weight, Index n)
    : data_(sample_weight.size() == 0 ? nullptr : sample_weight.data()),
      sum_(static_cast<double>(n)) {
  if (data_ == nullptr) return;
  if (sample_weight.size() != n)
    throw InvalidInput(fmt::format("{}: sample_weight has {} entries, but y_true has {} rows",
                                   function, sample_weight.size(), n));
  sum_ = 0.0;
  for (Index i = 0; i < n; ++i) {
    const double w = data_[i];
    if (!(w >= 0.0 && std::isfinite(w)))
      throw InvalidInput(fmt::format(
          "{}: sample_weight is {} in row {}; expected a finite number ≥ 0", function, w, i));
    sum_ += w;
  }
  if (sum_ == 0.0)
    throw InvalidInput(
        fmt::format("{}: all sample_weight are 0; at least one must be positive", function));
}

Weights check_predictions(std::string_view function, const MatrixRef& y_true,
                          const MatrixRef& y_pred, const Vector& sample_weight) {
  check_rows(function, y_true.rows(), "y_pred", y_pred.rows());
  if (y_true.cols() != y_pred.cols() || y_true.cols() == 0)
    throw InvalidInput(fmt::format("{}: y_true has {} outputs, but y_pred has {}", function,
                                   y_true.cols(), y_pred.cols()));
  check_finite(function, "y_true", y_true);
  check_finite(function, "y_pred", y_pred);
  return {function, sample_weight, y_true.rows()};
}

LabelIndex LabelIndex::of(std::initializer_list<const LabelsRef*> columns) {
  // A label that its slot has just seen needs no second entry: with few classes the list stays
  // short.
  std::array<int, 256> seen{};
  std::array<bool, 256> used{};
  LabelIndex result;
  std::vector<int>& labels = result.sorted_;
  for (const LabelsRef* column : columns) {
    for (const int label : *column) {
      const auto slot = static_cast<std::size_t>(static_cast<unsigned>(label) % seen.size());
      if (used[slot] && seen[slot] == label) continue;
      used[slot] = true;
      seen[slot] = label;
      labels.push_back(label);
    }
  }
  std::sort(labels.begin(), labels.end());
  labels.erase(std::unique(labels.begin(), labels.end()), labels.end());
  result.labels_ = Labels::Map(labels.data(), static_cast<Index>(labels.size()));
  result.position_.resize(labels.size());
  std::iota(result.position_.begin(), result.position_.end(), Index{0});
  return result;
}

LabelIndex::LabelIndex(std::string_view function, const Labels& labels) : labels_(labels) {
  position_.resize(static_cast<std::size_t>(labels.size()));
  std::iota(position_.begin(), position_.end(), Index{0});
  std::sort(position_.begin(), position_.end(),
            [&](Index a, Index b) { return labels[a] < labels[b]; });
  for (const Index p : position_) {
    if (!sorted_.empty() && sorted_.back() == labels[p])
      throw InvalidInput(fmt::format("{}: label {} stands twice in labels", function, labels[p]));
    sorted_.push_back(labels[p]);
  }
}

Index LabelIndex::find(int label) const {
  const auto it = std::lower_bound(sorted_.begin(), sorted_.end(), label);
  if (it == sorted_.end() || *it != label) return -1;
  return position_[static_cast<std::size_t>(it - sorted_.begin())];
}

LabelIndex column_classes(std::string_view function, const LabelsRef& y_true, const Labels& given,
                          Index columns) {
  LabelIndex present = LabelIndex::of({&y_true});
  if (given.size() == 0) {
    if (present.size() != columns)
      throw InvalidInput(
          fmt::format("{}: y_true has {} labels {}, but the scores have {} columns; "
                      "name all classes in labels",
                      function, present.size(), describe(present.labels()), columns));
    return present;
  }
  LabelIndex classes(function, given);
  if (!std::is_sorted(given.begin(), given.end()))
    throw InvalidInput(
        fmt::format("{}: labels {} are not in rising order", function, describe(given)));
  if (given.size() != columns)
    throw InvalidInput(fmt::format("{}: labels names {} classes, but the scores have {} columns",
                                   function, given.size(), columns));
  for (const int label : present.labels())
    if (classes.find(label) < 0)
      throw InvalidInput(fmt::format("{}: y_true has label {}, which is not among labels {}",
                                     function, label, describe(given)));
  return classes;
}

int positive_label(std::string_view function, std::optional<int> pos_label,
                   const LabelIndex& present) {
  if (pos_label) return *pos_label;
  const bool zero_one = std::all_of(present.labels().begin(), present.labels().end(),
                                    [](int label) { return label == 0 || label == 1; });
  const bool signs = std::all_of(present.labels().begin(), present.labels().end(),
                                 [](int label) { return label == -1 || label == 1; });
  if (!zero_one && !signs)
    throw InvalidInput(
        fmt::format("{}: y_true has labels {}; expected 0 and 1 or -1 and 1, or name the "
                    "positive class in pos_label",
                    function, describe(present.labels())));
  return 1;
}

std::string describe(const Labels& labels) {
  constexpr Index shown = 10;
  std::string text = fmt::format(
      "{{{}", fmt::join(labels.data(), labels.data() + std::min(shown, labels.size()), ", "));
  if (labels.size() > shown) text += fmt::format(", … {} more", labels.size() - shown);
  return text + "}";
}

}  // namespace espalier::detail::metrics
