// SPDX-License-Identifier: BSD-3-Clause
#include <espalier/metrics/ranking.hpp>

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

struct Binary {
  json file = golden("metrics_binary.json");
  Labels y = to_labels(file["y"]);
  Vector score = to_vector(file["score"]);
  Vector weights(const std::string& group) const {
    return group == "weighted" ? to_vector(file["weight"]) : Vector();
  }
};

TEST(RocCurve, MatchesScikitLearnWithTiesAndZeroWeights) {
  const Binary data;
  for (const std::string group : {"unweighted", "weighted"}) {
    for (const bool drop : {true, false}) {
      const json& expected = data.file[group][drop ? "roc_dropped" : "roc"];
      const RocCurve curve = roc_curve(
          data.y, data.score, {.sample_weight = data.weights(group), .drop_intermediate = drop});
      EXPECT_TRUE(near(curve.fpr, to_vector(expected["fpr"]))) << group << drop;
      EXPECT_TRUE(near(curve.tpr, to_vector(expected["tpr"]))) << group << drop;
      EXPECT_TRUE(near(curve.thresholds, to_vector(expected["thresholds"]))) << group << drop;
    }
  }
}

TEST(RocCurve, DropsPointsOnStraightLines) {
  const Binary data;
  EXPECT_LT(roc_curve(data.y, data.score).fpr.size(),
            roc_curve(data.y, data.score, {.drop_intermediate = false}).fpr.size());
}

TEST(RocCurve, IsNanWithoutOneOfTheClasses) {
  const RocCurve curve = roc_curve(Labels{{1, 1}}, Vector{{0.2, 0.4}});
  EXPECT_TRUE(curve.fpr.array().isNaN().all());
  EXPECT_EQ(curve.tpr[curve.tpr.size() - 1], 1.0);
}

TEST(RocCurve, NeedsAPositiveClassWhenLabelsDoNotTell) {
  const Labels y{{1, 2, 2}};
  const Vector score{{0.1, 0.2, 0.3}};
  EXPECT_TRUE(
      throws<InvalidInput>([&] { roc_curve(y, score); }, {"roc_curve", "{1, 2}", "pos_label"}));
  EXPECT_EQ(roc_curve(y, score, {.pos_label = 2}).tpr, (Vector{{0.0, 0.5, 1.0, 1.0}}));
}

TEST(PrecisionRecallCurve, MatchesScikitLearnWithTiesAndZeroWeights) {
  const Binary data;
  for (const std::string group : {"unweighted", "weighted"}) {
    for (const bool drop : {true, false}) {
      const json& expected = data.file[group][drop ? "pr_dropped" : "pr"];
      const PrecisionRecallCurve curve = precision_recall_curve(
          data.y, data.score, {.sample_weight = data.weights(group), .drop_intermediate = drop});
      EXPECT_TRUE(near(curve.precision, to_vector(expected["precision"]))) << group << drop;
      EXPECT_TRUE(near(curve.recall, to_vector(expected["recall"]))) << group << drop;
      EXPECT_TRUE(near(curve.thresholds, to_vector(expected["thresholds"]))) << group << drop;
    }
  }
}

TEST(PrecisionRecallCurve, HasRecallOneWithoutPositives) {
  const PrecisionRecallCurve curve = precision_recall_curve(Labels{{0, 0}}, Vector{{0.2, 0.4}});
  EXPECT_EQ(curve.recall, (Vector{{1.0, 1.0, 0.0}}));
  EXPECT_EQ(curve.precision, (Vector{{0.0, 0.0, 1.0}}));
}

TEST(RocAuc, MatchesScikitLearnOnTwoClasses) {
  const Binary data;
  for (const std::string group : {"unweighted", "weighted"})
    EXPECT_TRUE(near(roc_auc_score(data.y, data.score, {.sample_weight = data.weights(group)}),
                     to_number(data.file[group]["roc_auc"])));
}

TEST(RocAuc, IsTheAreaUnderTheCurve) {
  const Binary data;
  const RocCurve curve = roc_curve(data.y, data.score);
  EXPECT_TRUE(near(auc(curve.fpr, curve.tpr), roc_auc_score(data.y, data.score)));
}

TEST(RocAuc, TakesTheSecondOfTwoProbabilityColumns) {
  const Labels y{{5, 9, 9, 5}};
  const Vector p{{0.1, 0.8, 0.3, 0.4}};
  Matrix both(4, 2);
  both << 1.0 - p.array(), p.array();
  EXPECT_EQ(roc_auc_score(y, both), 0.75);
  EXPECT_EQ(roc_auc_score(y, p), 0.75);
}

TEST(RocAuc, CountsTiesHalf) {
  EXPECT_EQ(roc_auc_score(Labels{{0, 1, 0, 1}}, Vector::Constant(4, 0.3)), 0.5);
}

TEST(RocAuc, MatchesScikitLearnOnThreeClasses) {
  const json file = golden("metrics_multiclass.json");
  const Labels y = to_labels(file["y"]);
  const Matrix proba = to_matrix(file["proba"]);
  const Vector w = to_vector(file["weight"]);
  for (const Average average : {Average::micro, Average::macro, Average::weighted}) {
    const std::string name =
        "roc_auc_ovr_" + std::string(names_of(average)[static_cast<std::size_t>(average)]);
    EXPECT_TRUE(near(roc_auc_score(y, proba, {.average = average, .multi_class = MultiClass::ovr}),
                     to_number(file["unweighted"][name])));
    EXPECT_TRUE(near(
        roc_auc_score(y, proba,
                      {.average = average, .sample_weight = w, .multi_class = MultiClass::ovr}),
        to_number(file["weighted"][name])));
  }
  EXPECT_TRUE(near(roc_auc_score(y, proba, {.multi_class = MultiClass::ovo}),
                   to_number(file["unweighted"]["roc_auc_ovo_macro"])));
  EXPECT_TRUE(
      near(roc_auc_score(y, proba, {.average = Average::weighted, .multi_class = MultiClass::ovo}),
           to_number(file["unweighted"]["roc_auc_ovo_weighted"])));
}

TEST(RocAuc, WeightTwoEqualsTwoCopiesForPairsOfClasses) {
  const json file = golden("metrics_multiclass.json");
  const Labels y = to_labels(file["y"]);
  const Matrix proba = to_matrix(file["proba"]);
  const Index n = y.size();
  const Index cut = 10;  // the first rows weigh 0, the last 2
  Vector w = Vector::Ones(n);
  w.head(cut).setZero();
  w.tail(cut).setConstant(2.0);
  Labels y_copies(n);
  y_copies << y.tail(n - cut), y.tail(cut);
  Matrix proba_copies(n, 3);
  proba_copies << proba.bottomRows(n - cut), proba.bottomRows(cut);
  for (const MultiClass kind : {MultiClass::ovo, MultiClass::ovr})
    for (const Average average : {Average::macro, Average::weighted})
      EXPECT_TRUE(near(
          roc_auc_score(y, proba, {.average = average, .sample_weight = w, .multi_class = kind}),
          roc_auc_score(y_copies, proba_copies, {.average = average, .multi_class = kind})));
}

TEST(RocAuc, IsNanWithOneClass) {
  EXPECT_TRUE(std::isnan(roc_auc_score(Labels{{0, 0}}, Vector{{0.2, 0.4}})));
}

TEST(RocAuc, WeightedAverageLeavesOutAClassWithoutRows) {
  const Labels y{{0, 1, 0, 1}};
  Matrix proba(4, 3);
  proba << 0.6, 0.3, 0.1, 0.2, 0.7, 0.1, 0.3, 0.4, 0.3, 0.1, 0.9, 0.0;
  const RocAucOptions options{.multi_class = MultiClass::ovr, .labels = Labels{{0, 1, 2}}};
  EXPECT_TRUE(std::isnan(roc_auc_score(y, proba, options)));
  RocAucOptions weighted = options;
  weighted.average = Average::weighted;
  EXPECT_EQ(roc_auc_score(y, proba, weighted), 1.0);
}

TEST(RocAuc, RefusesWhatDoesNotFit) {
  const Labels three{{0, 1, 2}};
  const Matrix proba = Matrix::Constant(3, 3, 1.0 / 3.0);
  const auto call = [&](const Matrix& scores, RocAucOptions options) {
    return [&three, scores, options] { roc_auc_score(three, scores, options); };
  };
  EXPECT_TRUE(throws<InvalidInput>(call(proba, {}), {"roc_auc_score", "ovr or ovo"}));
  EXPECT_TRUE(throws<InvalidInput>(call(proba.col(0), {}), {"{0, 1, 2}", "1 columns"}));
  EXPECT_TRUE(throws<InvalidInput>(call(2.0 * proba, {.multi_class = MultiClass::ovr}),
                                   {"row 0", "sums to 2"}));
  EXPECT_TRUE(
      throws<InvalidInput>(call(Matrix::Constant(3, 4, 0.25), {.multi_class = MultiClass::ovr}),
                           {"3 labels", "4 columns"}));
  EXPECT_TRUE(throws<InvalidInput>(call(Matrix(3, 0), {}), {"0 columns"}));
  EXPECT_TRUE(throws<InvalidInput>(
      call(proba, {.multi_class = MultiClass::ovr, .labels = Labels{{0, 1, 3}}}),
      {"label 2", "{0, 1, 3}"}));
  EXPECT_TRUE(throws<InvalidInput>(
      call(proba, {.multi_class = MultiClass::ovr, .labels = Labels{{2, 1, 0}}}), {"rising"}));
  EXPECT_TRUE(throws<InvalidParameter>(
      call(proba, {.average = Average::micro, .multi_class = MultiClass::ovo}), {"micro"}));
  EXPECT_TRUE(throws<InvalidParameter>(call(proba, {.average = Average::binary}), {"binary"}));
  EXPECT_TRUE(throws<InvalidInput>(
      [] {
        roc_auc_score(Labels{{0, 1}}, Vector{{0.0, nan}});
      },
      {"roc_auc_score", "y_score", "nan", "row 1"}));
}

TEST(AveragePrecision, MatchesScikitLearn) {
  const Binary data;
  for (const std::string group : {"unweighted", "weighted"}) {
    const Vector w = data.weights(group);
    EXPECT_TRUE(near(average_precision_score(data.y, data.score, {.sample_weight = w}),
                     to_number(data.file[group]["average_precision"])));
    EXPECT_TRUE(
        near(average_precision_score(data.y, -data.score, {.pos_label = 0, .sample_weight = w}),
             to_number(data.file[group]["average_precision_of_0"])));
  }
  const json file = golden("metrics_multiclass.json");
  for (const Average average : {Average::micro, Average::macro, Average::weighted}) {
    const std::string name = std::string(names_of(average)[static_cast<std::size_t>(average)]);
    EXPECT_TRUE(near(
        average_precision_score(to_labels(file["y"]), to_matrix(file["proba"]),
                                {.average = average, .sample_weight = to_vector(file["weight"])}),
        to_number(file["weighted"]["average_precision_" + name])));
  }
}

TEST(AveragePrecision, PicksTheColumnOfThePositiveClass) {
  const Labels y{{0, 1, 1, 0}};
  const Vector p{{0.1, 0.8, 0.3, 0.4}};
  Matrix both(4, 2);
  both << 1.0 - p.array(), p.array();
  EXPECT_EQ(average_precision_score(y, both), average_precision_score(y, p));
  EXPECT_EQ(average_precision_score(y, both, {.pos_label = 0}),
            average_precision_score(y, 1.0 - p.array(), {.pos_label = 0}));
}

TEST(AveragePrecision, IsZeroWithoutPositives) {
  EXPECT_EQ(average_precision_score(Labels{{0, 0}}, Vector{{0.1, 0.2}}), 0.0);
}

TEST(AveragePrecision, RefusesAnUnknownPositive) {
  EXPECT_TRUE(throws<InvalidInput>(
      [] {
        average_precision_score(Labels{{0, 1}}, Vector{{0.1, 0.2}}, {.pos_label = 7});
      },
      {"average_precision_score", "pos_label 7", "{0, 1}"}));
}

TEST(Auc, IsPositiveForAFallingX) {
  EXPECT_EQ(auc(Vector{{1.0, 0.5, 0.0}}, Vector{{1.0, 1.0, 0.0}}), 0.75);
  EXPECT_TRUE(throws<InvalidInput>(
      [] {
        auc(Vector{{0.0, 1.0, 0.5}}, Vector{{1.0, 1.0, 0.0}});
      },
      {"auc", "rise"}));
  EXPECT_TRUE(
      throws<InvalidInput>([] { auc(Vector{{0.0}}, Vector{{1.0}}); }, {"auc", "two points", "1"}));
}

}  // namespace
}  // namespace espalier
