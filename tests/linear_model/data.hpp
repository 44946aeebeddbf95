// SPDX-License-Identifier: BSD-3-Clause
/// @file
/// The data of the golden files linear_model_*.json.
#pragma once

#include <string>

#include <nlohmann/json.hpp>

#include <espalier/core/features.hpp>
#include <espalier/core/target.hpp>
#include <espalier/io/csv.hpp>
#include <espalier/preprocessing/standard_scaler.hpp>

#include "support/golden.hpp"

namespace espalier::testing_support {

struct LinearData {
  Matrix X;
  Target y;
};

inline LinearData example_data(const std::string& file, const std::string& target) {
  const Dataset data = read_csv_dataset(std::string(ESPALIER_EXAMPLE_DATA) + "/" + file, target);
  return {Features(data.X).to_matrix(), Target(data.y)};
}

inline LinearData cancer() { return example_data("breast_cancer.csv", "diagnosis"); }
inline LinearData iris() { return example_data("iris.csv", "species"); }
inline LinearData diabetes() { return example_data("diabetes.csv", "progression"); }

inline Matrix scaled(const Matrix& X) { return StandardScaler().fit_transform(X).to_matrix(); }

/// The weights of the golden files: 0.25 · (1 + i mod 7).
inline Vector golden_weights(Index n) {
  return Vector::NullaryExpr(n, [](Index i) { return 0.25 * static_cast<double>(1 + i % 7); });
}

/// The largest difference, as a part of the largest number.
inline double relative_difference(const Matrix& actual, const Matrix& expected) {
  return (actual - expected).cwiseAbs().maxCoeff() / expected.cwiseAbs().maxCoeff();
}

}  // namespace espalier::testing_support
