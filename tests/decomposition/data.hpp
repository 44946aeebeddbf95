// SPDX-License-Identifier: BSD-3-Clause
/// @file
/// The data of decomposition.json, and what every estimator of the module is compared by.
#pragma once

#include <string>

#include <gtest/gtest.h>

#include <espalier/core/random.hpp>
#include <espalier/io/csv.hpp>
#include <espalier/preprocessing/standard_scaler.hpp>

#include "support/golden.hpp"

namespace espalier::testing_support {

inline Matrix example_matrix(const std::string& file, const std::string& target) {
  return Features(read_csv_dataset(std::string(ESPALIER_EXAMPLE_DATA) + "/" + file, target).X)
      .to_matrix();
}

inline Matrix iris() { return example_matrix("iris.csv", "species"); }
inline Matrix cancer() { return example_matrix("breast_cancer.csv", "diagnosis"); }
inline Matrix scaled_cancer() { return StandardScaler().fit_transform(cancer()).to_matrix(); }
inline SparseMatrix sparse_cancer() { return scaled_cancer().cwiseMax(0.0).sparseView(); }
inline Matrix digits() { return to_matrix(golden("decomposition.json").at("digits")); }

inline Matrix random_matrix(Index n, Index p, std::uint64_t seed) {
  Random random(seed);
  return Matrix::NullaryExpr(n, p, [&](Index, Index) { return random.normal(); });
}

/// The largest difference, as a part of the largest number.
inline double relative_difference(const Matrix& actual, const Matrix& expected) {
  EXPECT_EQ(actual.rows(), expected.rows());
  EXPECT_EQ(actual.cols(), expected.cols());
  return (actual - expected).cwiseAbs().maxCoeff() / expected.cwiseAbs().maxCoeff();
}

/// Compares with what `learned` of make_decomposition.py wrote.
template <class Model>
void expect_learned(const Model& model, const Features& X, const nlohmann::json& expected,
                    double tolerance) {
  ASSERT_EQ(model.components().rows(), expected.at("n_components").get<Index>());
  const auto near = [&](const Matrix& actual, const char* name, bool is_row = false) {
    SCOPED_TRACE(name);
    const Matrix wanted =
        is_row ? Matrix(to_vector(expected.at(name))) : to_matrix(expected.at(name));
    EXPECT_LT(relative_difference(actual, wanted), tolerance);
  };
  near(model.explained_variance(), "explained_variance", true);
  near(model.explained_variance_ratio(), "explained_variance_ratio", true);
  near(model.singular_values(), "singular_values", true);
  const Index shown = std::min<Index>(3, model.components().rows());
  near(model.components().topRows(shown), "components");
  const std::vector<Index> rows{0, 7, 20, 39};
  const Features some = X.take(rows);
  const Matrix transformed = model.transform(some).to_matrix();
  near(transformed.leftCols(shown), "transformed");
  near(model.inverse_transform(Matrix(transformed.topRows(1))).to_matrix(), "back");
}

}  // namespace espalier::testing_support
