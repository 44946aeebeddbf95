// SPDX-License-Identifier: BSD-3-Clause
#include <espalier/metrics/probability.hpp>

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

constexpr double nan = std::numeric_limits<double>::quiet_NaN();

TEST(LogLoss, MatchesScikitLearn) {
  for (const std::string name : {"metrics_binary.json", "metrics_multiclass.json"}) {
    const json file = golden(name);
    const Labels y = to_labels(file["y"]);
    const Matrix proba =
        file["proba"][0].is_array() ? to_matrix(file["proba"]) : Matrix(to_vector(file["proba"]));
    EXPECT_TRUE(near(log_loss(y, proba), to_number(file["unweighted"]["log_loss"])));
    EXPECT_TRUE(near(log_loss(y, proba, {.sample_weight = to_vector(file["weight"])}),
                     to_number(file["weighted"]["log_loss"])));
  }
}

TEST(LogLoss, SumsInsteadOfAveraging) {
  const json file = golden("metrics_binary.json");
  EXPECT_TRUE(near(log_loss(to_labels(file["y"]), to_vector(file["proba"]), {.normalize = false}),
                   to_number(file["unweighted"]["log_loss_sum"])));
}

TEST(LogLoss, OfACertainErrorIsFinite) {
  EXPECT_TRUE(near(log_loss(Labels{{0, 1}}, Vector{{1.0, 1.0}}), 52.0 * std::log(2.0) / 2.0));
}

TEST(LogLoss, NeedsLabelsWhenAClassHasNoRows) {
  const Labels y{{1, 1}};
  const Vector p{{0.5, 0.25}};
  EXPECT_TRUE(
      throws<InvalidInput>([&] { log_loss(y, p); }, {"log_loss", "1 labels {1}", "labels"}));
  EXPECT_TRUE(near(log_loss(y, p, {.labels = Labels{{0, 1}}}), 1.5 * std::log(2.0)));
}

TEST(ProbabilityMetrics, RefuseWhatIsNoProbability) {
  const Labels y{{0, 1}};
  EXPECT_TRUE(throws<InvalidInput>(
      [&] {
        log_loss(y, Vector{{0.5, 1.5}});
      },
      {"log_loss", "1.5", "row 1"}));
  EXPECT_TRUE(throws<InvalidInput>(
      [&] {
        brier_score_loss(y, Vector{{nan, 0.5}});
      },
      {"brier_score_loss", "nan", "row 0"}));
  EXPECT_TRUE(throws<InvalidInput>([&] { log_loss(y, Matrix::Constant(2, 2, 0.4)); },
                                   {"log_loss", "sums to 0.8"}));
  EXPECT_TRUE(throws<InvalidInput>(
      [&] {
        calibration_curve(y, Vector{{-0.1, 0.5}});
      },
      {"calibration_curve", "-0.1"}));
}

TEST(ProbabilityMetrics, AcceptRowsThatWentThroughFloat) {
  Matrix proba(2, 3);
  proba << 0.1, 0.2, 0.7, 0.3, 0.3, 0.4;
  proba = proba.cast<float>().cast<double>();
  EXPECT_NO_THROW(log_loss(Labels{{0, 2}}, proba, {.labels = Labels{{0, 1, 2}}}));
}

TEST(BrierScore, MatchesScikitLearn) {
  const json two = golden("metrics_binary.json");
  const json three = golden("metrics_multiclass.json");
  for (const std::string group : {"unweighted", "weighted"}) {
    const bool weighted = group == "weighted";
    const Vector w2 = weighted ? to_vector(two["weight"]) : Vector();
    const Labels y2 = to_labels(two["y"]);
    const Vector p2 = to_vector(two["proba"]);
    EXPECT_TRUE(
        near(brier_score_loss(y2, p2, {.sample_weight = w2}), to_number(two[group]["brier"])));
    EXPECT_TRUE(near(brier_score_loss(y2, p2, {.sample_weight = w2, .scale_by_half = false}),
                     to_number(two[group]["brier_unscaled"])));
    EXPECT_TRUE(near(brier_score_loss(y2, 1.0 - p2.array(), {.sample_weight = w2, .pos_label = 0}),
                     to_number(two[group]["brier_of_0"])));
    const Vector w3 = weighted ? to_vector(three["weight"]) : Vector();
    const Labels y3 = to_labels(three["y"]);
    const Matrix p3 = to_matrix(three["proba"]);
    EXPECT_TRUE(
        near(brier_score_loss(y3, p3, {.sample_weight = w3}), to_number(three[group]["brier"])));
    EXPECT_TRUE(near(brier_score_loss(y3, p3, {.sample_weight = w3, .scale_by_half = true}),
                     to_number(three[group]["brier_halved"])));
  }
}

TEST(BrierScore, OneAndTwoColumnsAgree) {
  const Labels y{{4, 8, 8}};
  const Vector p{{0.25, 0.5, 1.0}};
  Matrix both(3, 2);
  both << 1.0 - p.array(), p.array();
  EXPECT_EQ(brier_score_loss(y, p), (0.0625 + 0.25) / 3.0);
  EXPECT_EQ(brier_score_loss(y, both), brier_score_loss(y, p));
}

TEST(BrierScore, TakesOneForThePositiveAmongZeros) {
  EXPECT_EQ(brier_score_loss(Labels{{0, 0}}, Vector{{0.5, 0.0}}), 0.125);
  EXPECT_EQ(brier_score_loss(Labels{{1, 1}}, Vector{{0.5, 1.0}}), 0.125);
}

TEST(CalibrationCurve, MatchesScikitLearn) {
  const json file = golden("metrics_binary.json");
  const Labels y = to_labels(file["y"]);
  const Vector p = to_vector(file["proba"]);
  for (const BinStrategy strategy : {BinStrategy::uniform, BinStrategy::quantile}) {
    for (const int bins : {5, 10}) {
      const std::string name = std::string(names_of(strategy)[static_cast<std::size_t>(strategy)]) +
                               "_" + std::to_string(bins);
      const CalibrationCurve curve =
          calibration_curve(y, p, {.n_bins = bins, .strategy = strategy});
      EXPECT_TRUE(near(curve.prob_true, to_vector(file["calibration"][name]["prob_true"]))) << name;
      EXPECT_TRUE(near(curve.prob_pred, to_vector(file["calibration"][name]["prob_pred"]))) << name;
      EXPECT_EQ(curve.support.sum(), static_cast<double>(y.size())) << name;
    }
  }
}

TEST(CalibrationCurve, WeightTwoEqualsTwoCopiesInUniformBins) {
  const CalibrationCurve weighted = calibration_curve(Labels{{0, 1, 1}}, Vector{{0.3, 0.35, 0.9}},
                                                      {.sample_weight = Vector{{2.0, 1.0, 0.0}}});
  const CalibrationCurve copies = calibration_curve(Labels{{0, 0, 1}}, Vector{{0.3, 0.3, 0.35}});
  EXPECT_EQ(weighted.prob_true, copies.prob_true);
  EXPECT_TRUE(near(weighted.prob_pred, copies.prob_pred));
  EXPECT_EQ(weighted.support, (Vector{{3.0}}));
}

TEST(CalibrationCurve, RefusesThreeLabelsAndNoBins) {
  const Vector p{{0.1, 0.2, 0.3}};
  EXPECT_TRUE(throws<InvalidInput>(
      [&] {
        calibration_curve(Labels{{0, 1, 2}}, p, {.pos_label = 1});
      },
      {"calibration_curve", "two labels", "{0, 1, 2}"}));
  EXPECT_TRUE(throws<InvalidParameter>(
      [&] {
        calibration_curve(Labels{{0, 1, 1}}, p, {.n_bins = 0});
      },
      {"calibration_curve", "n_bins", "0"}));
}

}  // namespace
}  // namespace espalier
