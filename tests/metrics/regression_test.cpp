// SPDX-License-Identifier: BSD-3-Clause
#include <espalier/metrics/regression.hpp>

#include <cmath>
#include <limits>
#include <string>

#include <gtest/gtest.h>

#include <espalier/core/errors.hpp>
#include "support/expect_error.hpp"
#include "support/golden.hpp"
#include "support/near.hpp"

namespace espalier {
namespace {

using namespace testing_support;
using nlohmann::json;

constexpr double infinity_ = std::numeric_limits<double>::infinity();

void check_group(const json& data, const Matrix& y, const Matrix& pred, const std::string& group) {
  const Vector w = group == "weighted" ? to_vector(data["weight"]) : Vector();
  const json& expected = data[group];
  const auto value = [&](const char* name) { return to_number(expected.at(name)); };
  EXPECT_TRUE(near(mean_squared_error(y, pred, {.sample_weight = w}), value("mean_squared_error")));
  EXPECT_TRUE(near(root_mean_squared_error(y, pred, {.sample_weight = w}),
                   value("root_mean_squared_error")));
  EXPECT_TRUE(
      near(mean_absolute_error(y, pred, {.sample_weight = w}), value("mean_absolute_error")));
  EXPECT_TRUE(near(r2_score(y, pred, {.sample_weight = w}), value("r2")));
  EXPECT_TRUE(
      near(explained_variance_score(y, pred, {.sample_weight = w}), value("explained_variance")));
}

TEST(RegressionMetrics, MatchScikitLearnOnDiabetes) {
  const json data = golden("metrics_regression.json")["diabetes"];
  const Vector y = to_vector(data["y"]);
  const Vector pred = to_vector(data["pred"]);
  check_group(data, y, pred, "unweighted");
  check_group(data, y, pred, "weighted");
}

TEST(RegressionMetrics, MatchScikitLearnOnThreeOutputs) {
  const json data = golden("metrics_regression.json")["linnerud"];
  const Matrix y = to_matrix(data["y"]);
  const Matrix pred = to_matrix(data["pred"]);
  check_group(data, y, pred, "unweighted");
  check_group(data, y, pred, "weighted");
}

TEST(RegressionMetrics, TakeVectorsExpressionsAndBlocks) {
  const Matrix both = (Matrix(3, 2) << 1, 2, 2, 2, 3, 5).finished();
  EXPECT_EQ(mean_absolute_error(both.col(0), both.col(1)), 1.0);
  EXPECT_EQ(mean_squared_error(2.0 * both.col(0), both.col(1) + both.col(1)), 20.0 / 3.0);
}

TEST(R2, OfAConstantTargetIsOneOrZero) {
  const Vector constant = Vector::Constant(10, 0.1);
  Vector other = constant;
  other[3] = 0.2;
  EXPECT_EQ(r2_score(constant, constant), 1.0);
  EXPECT_EQ(r2_score(constant, other), 0.0);
  EXPECT_TRUE(std::isnan(r2_score(constant, constant, {.force_finite = false})));
  EXPECT_EQ(r2_score(constant, other, {.force_finite = false}), -infinity_);
  EXPECT_EQ(explained_variance_score(constant, constant), 1.0);
  EXPECT_EQ(explained_variance_score(constant, other), 0.0);
}

TEST(R2, OfOneRowIsNan) { EXPECT_TRUE(std::isnan(r2_score(Vector{{1.0}}, Vector{{1.0}}))); }

TEST(R2, OfTheMeanIsZero) {
  const Vector y{{1.0, 2.0, 6.0}};
  EXPECT_EQ(r2_score(y, Vector::Constant(3, y.mean())), 0.0);
}

TEST(ExplainedVariance, ForgivesAConstantError) {
  const Vector y{{1.0, 2.0, 6.0}};
  EXPECT_EQ(explained_variance_score(y, y.array() + 3.0), 1.0);
}

TEST(RegressionMetrics, RefuseWhatDoesNotFit) {
  const Vector y{{1.0, 2.0}};
  EXPECT_TRUE(throws<InvalidInput>([&] { mean_squared_error(y, Vector::Ones(3)); },
                                   {"mean_squared_error", "2 rows", "3"}));
  EXPECT_TRUE(throws<InvalidInput>([&] { r2_score(y, Matrix::Ones(2, 2)); },
                                   {"r2_score", "1 outputs", "2"}));
  EXPECT_TRUE(throws<InvalidInput>(
      [&] {
        mean_absolute_error(y, Vector{{0.0, infinity_}});
      },
      {"mean_absolute_error", "y_pred", "inf", "row 1"}));
  EXPECT_TRUE(throws<InvalidInput>([&] { root_mean_squared_error(Vector(), Vector()); },
                                   {"root_mean_squared_error", "empty"}));
  EXPECT_TRUE(throws<InvalidInput>(
      [&] {
        r2_score(y, y, {.sample_weight = Vector{{-1.0, 1.0}}});
      },
      {"r2_score", "sample_weight", "-1"}));
}

}  // namespace
}  // namespace espalier
