// SPDX-License-Identifier: BSD-3-Clause
#include <espalier/core/target.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <set>

#include <espalier/core/errors.hpp>

namespace espalier {
namespace {

/// The values as labels if each is a whole number that an int holds, else null.
std::shared_ptr<const Labels> whole_numbers(const Matrix& values) {
  if (values.cols() != 1) return nullptr;
  Labels labels(values.rows());
  for (Index i = 0; i < values.rows(); ++i) {
    const double v = values(i, 0);
    if (!(std::abs(v) <= std::numeric_limits<int>::max()) || v != std::floor(v)) return nullptr;
    labels[i] = static_cast<int>(v);
  }
  return std::make_shared<const Labels>(std::move(labels));
}

}  // namespace

void Target::set(Labels labels) {
  labels_as_values_ = std::make_shared<const Matrix>(labels.cast<double>());
  data_ = std::make_shared<const Labels>(std::move(labels));
}

void Target::set(Matrix values) {
  values_as_labels_ = whole_numbers(values);
  data_ = std::make_shared<const Matrix>(std::move(values));
}

void Target::refuse_label(const std::string& label, Index row) {
  throw InvalidInput(
      fmt::format("y holds {} in row {}, but class labels go from {} to {}; values to fit a "
                  "regression to are y.cast<double>()",
                  label, row, std::numeric_limits<int>::min(), std::numeric_limits<int>::max()));
}

Target::Target(const Column& column) {
  if (column.is_numeric()) {
    const auto values = column.values();
    set(Matrix(Vector::Map(values.data(), static_cast<Index>(values.size()))));
    return;
  }
  const auto codes = column.codes();
  const auto missing = std::find(codes.begin(), codes.end(), Column::missing_code);
  if (missing != codes.end())
    throw InvalidInput(
        fmt::format("target column '{}' has no value in row {}; drop the rows without a target",
                    column.name(), missing - codes.begin()));
  set(Labels(Eigen::Map<const Labels>(codes.data(), static_cast<Index>(codes.size()))));
  names_ = column.shared_dictionary();
}

Target::Target(const std::vector<int>& labels) {
  set(Labels(Labels::Map(labels.data(), static_cast<Index>(labels.size()))));
}

Target::Target(const std::vector<double>& values) {
  set(Matrix(Vector::Map(values.data(), static_cast<Index>(values.size()))));
}

Target::Target(Labels labels, std::vector<std::string> class_names) {
  for (Index i = 0; i < labels.size(); ++i)
    if (labels[i] < 0 || labels[i] >= static_cast<int>(class_names.size()))
      throw InvalidInput(fmt::format("label {} in row {} has no name among the {} given", labels[i],
                                     i, class_names.size()));
  set(std::move(labels));
  names_ = std::make_shared<const std::vector<std::string>>(std::move(class_names));
}

Index Target::rows() const { return values().rows(); }

Index Target::outputs() const { return values().cols(); }

const Labels& Target::labels() const {
  if (is_labels()) return *std::get<LabelsPtr>(data_);
  if (values_as_labels_ != nullptr) return *values_as_labels_;
  if (outputs() > 1)
    throw InvalidInput(fmt::format("y has {} columns, but class labels are one column", outputs()));
  throw InvalidInput(
      "Unknown label type: continuous. y holds values that are not whole numbers: a classifier "
      "expects discrete classes, a regressor fits continuous values");
}

const Matrix& Target::values() const {
  return is_labels() ? *labels_as_values_ : *std::get<ValuesPtr>(data_);
}

Vector Target::vector() const {
  if (outputs() != 1)
    throw InvalidInput(fmt::format("y has {} columns, but one is expected", outputs()));
  return values().col(0);
}

Target Target::take(std::span<const Index> rows) const {
  for (const Index i : rows)
    if (i < 0 || i >= this->rows())
      throw InvalidInput(fmt::format("y has no row {}; it has {}", i, this->rows()));
  Target result;
  if (is_labels())
    result.set(Labels(labels()(rows)));
  else
    result.set(Matrix(values()(rows, Eigen::all)));
  result.names_ = names_;
  return result;
}

EncodedLabels encode_labels(const Eigen::Ref<const Labels>& labels) {
  // A few classes are found sooner by looking through them than in a tree.
  constexpr std::size_t few = 16;
  std::vector<int> seen;
  std::set<int> distinct;
  for (const int label : labels) {
    if (std::find(seen.begin(), seen.end(), label) != seen.end()) continue;
    if (seen.size() < few)
      seen.push_back(label);
    else
      distinct.insert(label);
  }
  distinct.insert(seen.begin(), seen.end());
  EncodedLabels result{Labels(static_cast<Index>(distinct.size())), Labels(labels.size())};
  std::copy(distinct.begin(), distinct.end(), result.classes.begin());
  for (Index i = 0; i < labels.size(); ++i)
    result.codes[i] =
        static_cast<int>(std::lower_bound(result.classes.begin(), result.classes.end(), labels[i]) -
                         result.classes.begin());
  return result;
}

}  // namespace espalier
