// SPDX-License-Identifier: BSD-3-Clause
#include <espalier/ensemble/hist_gradient_boosting_state.hpp>

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include <espalier/core/errors.hpp>

namespace espalier {
namespace {

template <class T>
bool ascends(const std::vector<T>& values) {
  return std::adjacent_find(values.begin(), values.end(),
                            [](const T& a, const T& b) { return !(a < b); }) == values.end();
}

void check_categories(const FeatureCategories& known, const Schema& schema) {
  if (known.feature < 0 || known.feature >= schema.n_features)
    throw FormatError(fmt::format("categories of feature {}, which does not exist", known.feature));
  const bool is_text = schema.type(known.feature) == ColumnType::categorical;
  if (is_text ? !known.values.empty() : !known.texts.empty())
    throw FormatError(
        fmt::format("the categories of feature {} are not of its type", known.feature));
  if (std::any_of(known.values.begin(), known.values.end(),
                  [](double v) { return std::isnan(v); }) ||
      !ascends(known.values) || !ascends(known.texts))
    throw FormatError(fmt::format("the categories of feature {} do not ascend", known.feature));
}

}  // namespace

Vector HistGradientBoostingState::importances() const {
  const Vector gain = trees.gain_by_feature();
  const double total = gain.sum();
  if (!(total > 0.0)) return Vector::Zero(gain.size());
  return gain / total;
}

void HistGradientBoostingState::check(const Schema& schema, Index outputs) const {
  if (trees.n_features != schema.n_features)
    throw FormatError(fmt::format("the trees know {} features, the schema {}", trees.n_features,
                                  schema.n_features));
  if (trees.outputs() != outputs)
    throw FormatError(
        fmt::format("the trees give {} raw predictions, not {}", trees.outputs(), outputs));
  if (n_iter != trees.n_iterations())
    throw FormatError("n_iter is not the number of trees an output");
  const auto metrics = static_cast<Index>(score_names.size());
  for (const Matrix* scores : {&train_scores, &validation_scores})
    if (scores->size() > 0 && scores->cols() != metrics)
      throw FormatError(
          fmt::format("there are scores of {} metrics, but {} names", scores->cols(), metrics));
  if (random_seed < 0) throw FormatError("random_seed is negative");
  std::vector<bool> encoded(schema.types.size(), false);
  Index before = -1;
  for (const FeatureCategories& known : categories) {
    check_categories(known, schema);
    if (known.feature <= before) throw FormatError("the features with categories do not ascend");
    before = known.feature;
    if (!encoded.empty()) encoded[static_cast<std::size_t>(known.feature)] = true;
  }
  for (std::size_t j = 0; j < schema.types.size(); ++j)
    if (schema.types[j] == ColumnType::categorical && !encoded[j])
      throw FormatError(fmt::format("the categorical feature {} has no categories", j));
}

}  // namespace espalier
