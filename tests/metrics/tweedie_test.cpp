// SPDX-License-Identifier: BSD-3-Clause
#include <gtest/gtest.h>

#include <espalier/core/errors.hpp>
#include <espalier/metrics/regression.hpp>

#include "support/expect_error.hpp"
#include "support/golden.hpp"
#include "support/near.hpp"

namespace espalier {
namespace {

using namespace testing_support;

const Vector y{{1.0, 2.5, 0.5, 4.0}}, predicted{{1.5, 2.0, 0.25, 5.0}}, w{{0.25, 0.5, 0.75, 1.0}};

TEST(Tweedie, DevianceAndD2MatchScikitLearn) {
  for (const auto& c : golden("linear_model_glm.json")["deviances"]) {
    const double power = c["power"].get<double>();
    SCOPED_TRACE(power);
    EXPECT_TRUE(
        near(mean_tweedie_deviance(y, predicted, {.power = power}), to_number(c["deviance"])));
    EXPECT_TRUE(near(mean_tweedie_deviance(y, predicted, {.sample_weight = w, .power = power}),
                     to_number(c["weighted"])));
    EXPECT_TRUE(near(d2_tweedie_score(y, predicted, {.sample_weight = w, .power = power}),
                     to_number(c["d2"])));
  }
}

TEST(Tweedie, PowerZeroIsSquaredErrorAndR2) {
  EXPECT_TRUE(near(mean_tweedie_deviance(y, predicted), mean_squared_error(y, predicted)));
  EXPECT_TRUE(near(d2_tweedie_score(y, predicted), r2_score(y, predicted)));
}

TEST(Tweedie, RefusesWhatIsOutsideTheDistribution) {
  EXPECT_TRUE(throws<InvalidParameter>([] { mean_tweedie_deviance(y, predicted, {.power = 0.5}); },
                                       {"mean_tweedie_deviance", "power", "0.5"}));
  EXPECT_TRUE(throws<InvalidInput>([] { d2_tweedie_score(y, -predicted, {.power = 1.0}); },
                                   {"d2_tweedie_score", "y_pred", "greater than 0", "row 0"}));
  const Vector with_zero{{1.0, 0.0, 2.0, 3.0}};
  EXPECT_NO_THROW(mean_tweedie_deviance(with_zero, predicted, {.power = 1.5}));
  EXPECT_TRUE(
      throws<InvalidInput>([&] { mean_tweedie_deviance(with_zero, predicted, {.power = 2.0}); },
                           {"mean_tweedie_deviance", "y_true", "greater than 0", "row 1"}));
}

}  // namespace
}  // namespace espalier
