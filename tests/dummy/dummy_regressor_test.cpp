// SPDX-License-Identifier: BSD-3-Clause
#include <espalier/dummy/dummy_regressor.hpp>

#include <gtest/gtest.h>

#include <espalier/core/archive.hpp>

#include "support/expect_error.hpp"
#include "support/golden.hpp"
#include "support/near.hpp"

namespace espalier {
namespace {

using namespace testing_support;
using Strategy = DummyRegressorStrategy;

Matrix outputs(const nlohmann::json& y) {
  return y[0].is_array() ? to_matrix(y) : Matrix(to_vector(y));
}

TEST(DummyRegressor, MatchesScikitLearnOnDiabetesAndLinnerud) {
  const nlohmann::json content = golden("preprocessing_dummies.json")["regressor"];
  for (const std::string data : {"diabetes", "linnerud"}) {
    const Matrix y = outputs(content[data]["y"]);
    const Matrix X = Matrix::Zero(y.rows(), 1);
    for (const std::string key : {"unweighted", "weighted"}) {
      FitContext context;
      if (key == "weighted") context.sample_weight = to_vector(content[data]["weight"]);
      for (const auto& [name, expected] : content[data][key].items()) {
        SCOPED_TRACE(data + " " + key + " " + name);
        DummyRegressorParams params{.strategy = name == "mean" ? Strategy::mean : Strategy::median};
        if (name.starts_with("quantile_"))
          params = {.strategy = Strategy::quantile, .quantile = std::stod(name.substr(9))};
        const DummyRegressor model = DummyRegressor(params).fit(X, y, context);
        EXPECT_TRUE(near(model.constant(), to_vector(expected)));
        EXPECT_TRUE(
            near(model.predict_multi(X.topRows(2)), model.constant().transpose().replicate(2, 1)));
      }
    }
  }
}

TEST(DummyRegressor, TheMeanHasAnR2OfZero) {
  const Vector y = Vector::LinSpaced(50, -3, 8).array().square();
  const Matrix X = Matrix::Zero(50, 2);
  EXPECT_NEAR(DummyRegressor().fit(X, y).score(X, y), 0.0, 1e-12);
}

TEST(DummyRegressor, EqualWeightsChangeNoQuantile) {
  const Vector y = (Vector(4) << 4, 1, 2, 3).finished();
  const Matrix X = Matrix::Zero(4, 1);
  DummyRegressor model({.strategy = Strategy::median});
  EXPECT_EQ(model.fit(X, y, {.sample_weight = Vector::Constant(4, 3.0)}).constant()[0], 2.5);
}

TEST(DummyRegressor, PredictsGivenConstants) {
  const Matrix X = Matrix::Zero(3, 1), y = Matrix::Random(3, 2);
  const DummyRegressor model =
      DummyRegressor({.strategy = Strategy::constant, .constant = {1.5, -2}}).fit(X, y);
  EXPECT_EQ(model.predict_multi(X), (Matrix(3, 2) << 1.5, -2, 1.5, -2, 1.5, -2).finished());
}

TEST(DummyRegressor, RefusesMissingOrWrongParameters) {
  const Matrix X = Matrix::Zero(3, 1), y = Matrix::Random(3, 2);
  const auto refuses = [&](DummyRegressorParams params,
                           std::initializer_list<std::string_view> parts) {
    return throws<InvalidParameter>([&] { DummyRegressor(params).fit(X, y); }, parts);
  };
  EXPECT_TRUE(refuses({.strategy = Strategy::quantile}, {"quantile", "DummyRegressor"}));
  EXPECT_TRUE(refuses({.quantile = 1.5}, {"quantile", "1.5"}));
  EXPECT_TRUE(refuses({.strategy = Strategy::constant}, {"constant", "2"}));
  EXPECT_TRUE(refuses({.strategy = Strategy::constant, .constant = {1}}, {"constant", "2"}));
  EXPECT_TRUE(refuses({.constant = {infinity}}, {"constant"}));
}

TEST(DummyRegressor, ALoadedModelPredictsTheSame) {
  const Vector y = Vector::Random(20);
  const Matrix X = Matrix::Zero(20, 1);
  const DummyRegressor model = DummyRegressor().fit(X, y);
  EXPECT_EQ(load<DummyRegressor>(std::span<const std::uint8_t>(to_cbor(model))).predict(X),
            model.predict(X));
}

}  // namespace
}  // namespace espalier
