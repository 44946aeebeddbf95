// SPDX-License-Identifier: BSD-3-Clause
/// @file
/// The data and models of model_selection.json.
#pragma once

#include <string>

#include <espalier/compose/pipeline.hpp>
#include <espalier/io/csv.hpp>
#include <espalier/linear_model/logistic_regression.hpp>
#include <espalier/linear_model/ridge.hpp>
#include <espalier/preprocessing/standard_scaler.hpp>

#include "support/golden.hpp"

namespace espalier::testing_support {

inline Dataset example(const std::string& file, const std::string& target) {
  return read_csv_dataset(std::string(ESPALIER_EXAMPLE_DATA) + "/" + file, target);
}
inline Dataset cancer() { return example("breast_cancer.csv", "diagnosis"); }
inline Dataset diabetes() { return example("diabetes.csv", "progression"); }
inline Dataset iris() { return example("iris.csv", "species"); }

/// Solved so far that only rounding separates it from scikit-learn.
inline Pipeline<Classifier> logistic() {
  return StandardScaler() | LogisticRegression({.tol = 1e-10, .max_iter = 10000});
}

inline Vector golden_weights(Index n) {
  return Vector::NullaryExpr(
      n, [](Index i) { return i % 11 == 0 ? 0.0 : 0.25 * static_cast<double>(1 + i % 7); });
}

inline const nlohmann::json& golden_file() {
  static const nlohmann::json content = golden("model_selection.json");
  return content;
}

}  // namespace espalier::testing_support
