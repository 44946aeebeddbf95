// SPDX-License-Identifier: BSD-3-Clause
// A saved pipeline over a mixed table, damaged in every way: an error each time, or a model that
// predicts without fault. The kit does the same for every estimator, with samples of the places.
#include <cmath>
#include <span>
#include <string>

#include <gtest/gtest.h>

#include <espalier/compose/column_transformer.hpp>
#include <espalier/compose/pipeline.hpp>
#include <espalier/core/archive.hpp>
#include <espalier/impute/simple_imputer.hpp>
#include <espalier/linear_model/logistic_regression.hpp>
#include <espalier/preprocessing/one_hot_encoder.hpp>
#include <espalier/preprocessing/standard_scaler.hpp>

namespace espalier {
namespace {

const double missing = std::nan("");
const DataFrame table{
    Column::numeric("age", {31, missing, 54, 20, 44, 38}),
    Column::categorical("town", {"Oslo", "Lyon", "Oslo", "Rome", "Lyon", "Lyon"})};
const Labels y{{0, 1, 0, 1, 1, 0}};

Pipeline<Classifier> fitted_pipeline() {
  return Pipeline(
             ColumnTransformer{{"numbers", SimpleImputer() | StandardScaler(), ColumnType::numeric},
                               {"categories", OneHotEncoder(), ColumnType::categorical}},
             LogisticRegression())
      .fit(table, y);
}

/// How many of the damaged files still gave a model.
class Damage {
 public:
  template <class Read>
  void expect_error_or_model(const Read& read) {
    try {
      const auto loaded = read();
      ++models;
      if (loaded->fitted()) dynamic_cast<const Classifier&>(*loaded).predict_proba(table);
    } catch (const Error&) {  // of loading, or of predicting when the schema was altered
    }
  }
  int models = 0;
};

TEST(SavedPipeline, EveryCutIsAnError) {
  const auto cbor = to_cbor(fitted_pipeline());
  const std::string json = to_json(fitted_pipeline());
  for (std::size_t n = 0; n < cbor.size(); ++n)
    EXPECT_THROW(load_any(std::span(cbor).first(n)), Error) << n;
  for (std::size_t n = 0; n < json.size(); ++n)
    EXPECT_THROW(from_json(json.substr(0, n)), Error) << n;
}

TEST(SavedPipeline, EveryAlteredByteIsAnErrorOrAModel) {
  auto cbor = to_cbor(fitted_pipeline());
  Damage damage;
  for (std::uint8_t& byte : cbor) {
    const std::uint8_t whole = byte;
    for (const int flip : {0x01, 0x20, 0x80, 0xff}) {
      byte = static_cast<std::uint8_t>(whole ^ flip);
      damage.expect_error_or_model([&] { return load_any(cbor); });
    }
    byte = whole;
  }
  std::string json = to_json(fitted_pipeline());
  for (char& c : json) {
    const char whole = c;
    for (const char other : {'0', '9', '"', '{', ']', '-', '\0', '\xff'}) {
      c = other;
      damage.expect_error_or_model([&] { return from_json(json); });
    }
    c = whole;
  }
  EXPECT_GT(damage.models, 100);  // a digit of a coefficient is as good as another
}

}  // namespace
}  // namespace espalier
