// SPDX-License-Identifier: BSD-3-Clause
#include "ensemble/hist_gradient_boosting/feature_table.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include <espalier/core/parallel.hpp>

namespace espalier::hgb {
namespace {

/// The texts that occur, ascending: so the model does not depend on the order of the dictionary.
std::vector<std::string> occurring_texts(const Column& column) {
  const Dictionary& dictionary = column.dictionary();
  std::vector<char> occurs(dictionary.size(), 0);
  for (const std::int32_t code : column.codes())
    if (code >= 0) occurs[static_cast<std::size_t>(code)] = 1;
  std::vector<std::string> texts;
  for (std::size_t c = 0; c < dictionary.size(); ++c)
    if (occurs[c] != 0) texts.push_back(dictionary[c]);
  std::sort(texts.begin(), texts.end());
  return texts;
}

std::vector<double> occurring_values(std::span<const double> column) {
  std::vector<double> values;
  std::copy_if(column.begin(), column.end(), std::back_inserter(values),
               [](double x) { return !std::isnan(x); });
  std::sort(values.begin(), values.end());
  values.erase(std::unique(values.begin(), values.end()), values.end());
  return values;
}

std::vector<double> encode_texts(const Column& column, const std::vector<std::string>& texts) {
  const std::vector<std::int32_t> codes = recode(column, texts);
  std::vector<double> result(codes.size());
  std::transform(codes.begin(), codes.end(), result.begin(), [](std::int32_t c) {
    return c >= 0 ? c : std::numeric_limits<double>::quiet_NaN();
  });
  return result;
}

std::vector<double> encode_values(std::span<const double> column,
                                  const std::vector<double>& values) {
  std::vector<double> result(column.size(), std::numeric_limits<double>::quiet_NaN());
  for (std::size_t i = 0; i < column.size(); ++i) {
    const auto found = std::lower_bound(values.begin(), values.end(), column[i]);
    if (found != values.end() && *found == column[i])
      result[i] = static_cast<double>(found - values.begin());
  }
  return result;
}

/// Column j of a sparse matrix with its zeros.
std::vector<double> filled_column(const SparseMatrix& X, Index j) {
  std::vector<double> column(static_cast<std::size_t>(X.rows()));
  for (Index i = 0; i < X.rows(); ++i) column[static_cast<std::size_t>(i)] = X.coeff(i, j);
  return column;
}

/// Column j of any X; of a sparse one with its zeros, which `filled` holds.
FeatureColumn column_of(const Features& X, Index j, std::vector<double>& filled) {
  if (!X.is_sparse()) return X.column(j);
  filled = filled_column(X.sparse(), j);
  return {X.has_names() ? X.names()[static_cast<std::size_t>(j)] : "x" + std::to_string(j),
          filled,
          {},
          nullptr};
}

}  // namespace

std::vector<FeatureCategories> find_categories(const Features& X, const std::vector<bool>& chosen) {
  std::vector<FeatureCategories> result;
  for (Index j = 0; j < X.cols(); ++j) {
    if (!chosen[static_cast<std::size_t>(j)]) continue;
    std::vector<double> filled;
    const FeatureColumn column = column_of(X, j, filled);
    FeatureCategories found;
    found.feature = j;
    if (column.categorical != nullptr)
      found.texts = occurring_texts(*column.categorical);
    else
      found.values = occurring_values(column.numbers);
    result.push_back(std::move(found));
  }
  return result;
}

EncodedTable encode_features(const Features& X, const std::vector<FeatureCategories>& categories) {
  EncodedTable result;
  result.table.n_rows = X.rows();
  result.table.columns.resize(static_cast<std::size_t>(X.cols()));
  result.codes.resize(categories.size());
  if (X.is_sparse())
    result.table.sparse = &X.sparse();
  else
    for (Index j = 0; j < X.cols(); ++j)
      result.table.columns[static_cast<std::size_t>(j)] = X.column(j).numbers.data();
  const double work = 5.0 * static_cast<double>(X.rows()) * static_cast<double>(categories.size());
  parallel_for(static_cast<Index>(categories.size()), work, [&](Index c) {
    const FeatureCategories& known = categories[static_cast<std::size_t>(c)];
    std::vector<double> filled;
    const FeatureColumn column = column_of(X, known.feature, filled);
    std::vector<double>& codes = result.codes[static_cast<std::size_t>(c)];
    codes = column.categorical != nullptr ? encode_texts(*column.categorical, known.texts)
                                          : encode_values(column.numbers, known.values);
    result.table.columns[static_cast<std::size_t>(known.feature)] = codes.data();
  });
  return result;
}

std::vector<int> category_counts(Index n_features,
                                 const std::vector<FeatureCategories>& categories) {
  std::vector<int> counts(static_cast<std::size_t>(n_features), -1);
  for (const FeatureCategories& known : categories)
    counts[static_cast<std::size_t>(known.feature)] = known.size();
  return counts;
}

}  // namespace espalier::hgb
