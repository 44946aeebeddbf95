// SPDX-License-Identifier: BSD-3-Clause
#include <espalier/ensemble/import.hpp>

#include <algorithm>
#include <cmath>
#include <limits>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include <espalier/core/data_frame.hpp>

#include "ensemble/import/float_threshold.hpp"
#include "support/expect_error.hpp"
#include "support/golden.hpp"

namespace espalier {
namespace {

using nlohmann::json;
using testing_support::golden;
using testing_support::throws;
using testing_support::to_matrix;
using testing_support::to_number;
using testing_support::to_vector;

const std::string folder = std::string(ESPALIER_GOLDEN_DIR) + "/import/";

const json& predictions() {
  static const json content = golden("import/predictions.json");
  return content;
}

Features table(const std::string& name) {
  const json& content = predictions()[name];
  if (name != "table") {
    const Matrix rows = to_matrix(content["rows"]);
    const auto names = content["names"].get<std::vector<std::string>>();
    return names.empty() ? Features(rows) : Features(DataFrame::from_matrix(rows, names));
  }
  // JSON objects are sorted by name; the model knows the order.
  std::vector<Column> columns;
  for (const char* column : {"Seniority", "Home", "Time", "Age", "Marital", "Records", "Job",
                             "Expenses", "Income", "Assets", "Debt"}) {
    const json& cells = content[column];
    if (cells.contains("numbers")) {
      const Vector v = to_vector(cells["numbers"]);
      columns.push_back(Column::numeric(column, std::vector<double>(v.begin(), v.end())));
      continue;
    }
    std::vector<std::optional<std::string>> texts;
    for (const json& cell : cells["texts"])
      texts.push_back(cell.is_null() ? std::nullopt : std::optional(cell.get<std::string>()));
    columns.push_back(Column::categorical(column, texts));
  }
  return DataFrame(columns);
}

std::unique_ptr<Estimator> load_model(const std::string& file) {
  return file.ends_with(".txt") ? load_lightgbm(folder + file) : load_xgboost(folder + file);
}

/// Probabilities, in the first column alone those of the second of two classes; or predictions.
Matrix predict(const Estimator& e, const Features& X, Index columns) {
  if (const auto* regressor = dynamic_cast<const Regressor*>(&e)) return regressor->predict(X);
  const Matrix proba = dynamic_cast<const Classifier&>(e).predict_proba(X);
  return columns == 1 ? Matrix(proba.col(1)) : proba;
}

void expect_equal(const Matrix& got, const Matrix& expected) {
  ASSERT_EQ(got.rows(), expected.rows());
  ASSERT_EQ(got.cols(), expected.cols());
  for (Index i = 0; i < got.rows(); ++i)
    for (Index j = 0; j < got.cols(); ++j)
      ASSERT_NEAR(got(i, j), expected(i, j), 1e-6 * std::max(1.0, std::abs(expected(i, j))))
          << "row " << i << ", column " << j;
}

class ImportedModels : public testing::TestWithParam<std::size_t> {
 protected:
  const json& model_case() const { return predictions()["cases"][GetParam()]; }
};

TEST_P(ImportedModels, PredictWhatTheOriginalPredicts) {
  const auto model = load_model(model_case()["file"]);
  const Matrix expected = to_matrix(model_case()["predictions"]);
  expect_equal(predict(*model, table(model_case()["table"]), expected.cols()), expected);
}

TEST_P(ImportedModels, ComeBackFromOurFormatBitForBit) {
  const auto model = load_model(model_case()["file"]);
  const Features X = table(model_case()["table"]);
  const Matrix before = predict(*model, X, 1);
  EXPECT_EQ(predict(*load_any(to_cbor(*model)), X, 1), before);
  EXPECT_EQ(predict(*from_json(to_json(*model)), X, 1), before);
}

INSTANTIATE_TEST_SUITE_P(, ImportedModels,
                         testing::Range(std::size_t{0}, predictions()["cases"].size()),
                         [](const auto& info) {
                           std::string name = predictions()["cases"][info.param]["file"];
                           std::replace(name.begin(), name.end(), '.', '_');
                           return name;
                         });

}  // namespace
}  // namespace espalier
