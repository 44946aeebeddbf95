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

/// Labels of any distance.
EncodedLabels encode_scattered(const Eigen::Ref<const Labels>& labels) {
  const std::set<int> distinct(labels.begin(), labels.end());
  EncodedLabels result{Labels(static_cast<Index>(distinct.size())), Labels(labels.size())};
  std::copy(distinct.begin(), distinct.end(), result.classes.begin());
  for (Index i = 0; i < labels.size(); ++i)
    result.codes[i] =
        static_cast<int>(std::lower_bound(result.classes.begin(), result.classes.end(), labels[i]) -
                         result.classes.begin());
  return result;
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
  if (labels.size() == 0) return {};
  const int lowest = labels.minCoeff();
  const std::int64_t width = std::int64_t{labels.maxCoeff()} - lowest + 1;
  if (width > std::max<std::int64_t>(labels.size(), 1024)) return encode_scattered(labels);
  // Labels close together are numbered in a table.
  std::vector<int> code_of(static_cast<std::size_t>(width));
  const auto code = [&](int label) -> int& {
    return code_of[static_cast<std::size_t>(std::int64_t{label} - lowest)];
  };
  for (const int label : labels) code(label) = 1;
  EncodedLabels result;
  result.classes.resize(std::count(code_of.begin(), code_of.end(), 1));
  Index k = 0;
  for (std::size_t at = 0; at < code_of.size(); ++at) {
    if (code_of[at] == 0) continue;
    result.classes[k] = static_cast<int>(lowest + static_cast<std::int64_t>(at));
    code_of[at] = static_cast<int>(k++);
  }
  result.codes = labels.unaryExpr(code);
  return result;
}

}  // namespace espalier
