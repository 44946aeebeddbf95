// SPDX-License-Identifier: BSD-3-Clause
/// @file
/// Boosted trees that XGBoost or LightGBM trained, as fitted estimators of ours: they predict what
/// the original predicts, join pipelines, and are saved in our format. docs/import.md says more.
///
///     auto model = load_lightgbm<HistGradientBoostingClassifier>("model.txt");
///     Matrix p = model.predict_proba(table);
///     std::unique_ptr<Estimator> any = load_xgboost("model.json");   // whichever it is
///
/// A file that is cut off, altered or hostile gives an error or a model that can be used; memory
/// stays within a multiple of the file's size, plus 64 MB for sets of categories.
#pragma once

#include <filesystem>
#include <memory>
#include <string_view>
#include <utility>

#include <espalier/core/archive.hpp>
#include <espalier/ensemble/hist_gradient_boosting_classifier.hpp>
#include <espalier/ensemble/hist_gradient_boosting_regressor.hpp>

namespace espalier {

struct ImportOptions {
  /// Both libraries train on the codes of categories, 0, 1, …, and, given a pandas table, note in
  /// the file which category each code stands for. True: where it does, the model takes the
  /// categories themselves, a categorical column for texts and a numeric one for numbers, and what
  /// is none of them counts as missing. False, and where the file has no names: it takes codes,
  /// whole numbers in a numeric column.
  bool category_names = true;
};

/// Reads a model that XGBoost 2 or 3 saved with `save_model`, JSON or UBJSON (the content tells
/// which), with the boosters gbtree and dart.
///
/// | objective | gives |
/// |---|---|
/// | binary:logistic, multi:softprob, multi:softmax | a HistGradientBoostingClassifier with the classes 0, 1, … |
/// | reg:squarederror, reg:squaredlogerror, reg:absoluteerror, reg:pseudohubererror, reg:quantileerror (one quantile) | a HistGradientBoostingRegressor |
/// | count:poisson, reg:gamma, reg:tweedie | a regressor that predicts eᶠ |
/// | reg:logistic | a regressor that predicts 1/(1 + e⁻ᶠ) |
///
/// Others, the booster gblinear, trees with vectors as leaves and several targets are refused. All
/// trees take part, as in Booster.predict; XGBClassifier.predict stops at `best_iteration`, so cut
/// the model there before saving it: `booster[: best_iteration + 1]`. XGBoost rounds features to
/// float: our thresholds decide the same for every double. It adds leaves as floats, we as doubles.
/// @throws IoError      the file cannot be read
/// @throws FormatError  it is none of these models, or is damaged
std::unique_ptr<Estimator> load_xgboost(const std::filesystem::path& path,
                                        const ImportOptions& options = {});
/// The same from the content of such a file.
std::unique_ptr<Estimator> parse_xgboost(std::string_view bytes, const ImportOptions& options = {});

/// Reads a model that LightGBM 3 or 4 saved as text, with `save_model`.
///
/// | objective | gives |
/// |---|---|
/// | binary, multiclass | a HistGradientBoostingClassifier with the classes 0, 1, … |
/// | regression, regression_l1, huber, fair, quantile, mape, or none | a HistGradientBoostingRegressor |
/// | poisson, gamma, tweedie | a regressor that predicts eᶠ |
/// | cross_entropy | a regressor that predicts 1/(1 + e⁻ᶠ) |
///
/// Others, linear trees and `reg_sqrt` are refused. Random forests and dart are fine. All trees of
/// the file take part. The `sigmoid` of `binary` is folded into the leaves, so that
/// decision_function gives the log-odds, LightGBM's raw score times `sigmoid`.
/// @throws IoError      the file cannot be read
/// @throws FormatError  it is none of these models, or is damaged
std::unique_ptr<Estimator> load_lightgbm(const std::filesystem::path& path,
                                         const ImportOptions& options = {});
/// The same from the content of such a file.
std::unique_ptr<Estimator> parse_lightgbm(std::string_view text, const ImportOptions& options = {});

/// The same when the class is known.
/// @throws FormatError  also when the model is of another
template <class Model>
Model load_xgboost(const std::filesystem::path& path, const ImportOptions& options = {}) {
  return std::move(*detail::as_class<Model>(load_xgboost(path, options)));
}
template <class Model>
Model load_lightgbm(const std::filesystem::path& path, const ImportOptions& options = {}) {
  return std::move(*detail::as_class<Model>(load_lightgbm(path, options)));
}

}  // namespace espalier
