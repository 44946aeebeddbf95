// SPDX-License-Identifier: BSD-3-Clause
#include <espalier/metrics/classification.hpp>

#include <cmath>
#include <limits>
#include <map>
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

Labels labels(std::initializer_list<int> values) {
  return Labels::Map(std::data(values), static_cast<Index>(values.size()));
}

/// Compares all label metrics with one group ("unweighted", "weighted") of a golden file.
void check_group(const json& file, const std::string& group, const Labels& subset) {
  const json& expected = file[group];
  const Labels y = to_labels(file["y"]);
  const Labels pred = to_labels(file["pred"]);
  const Vector w = group == "weighted" ? to_vector(file["weight"]) : Vector();
  const auto value = [&](const std::string& name) { return to_number(expected.at(name)); };

  EXPECT_TRUE(near(accuracy_score(y, pred, {.sample_weight = w}), value("accuracy")));
  EXPECT_TRUE(near(accuracy_score(y, pred, {.normalize = false, .sample_weight = w}),
                   value("accuracy_count")));
  EXPECT_TRUE(
      near(balanced_accuracy_score(y, pred, {.sample_weight = w}), value("balanced_accuracy")));
  EXPECT_TRUE(near(balanced_accuracy_score(y, pred, {.sample_weight = w, .adjusted = true}),
                   value("balanced_accuracy_adjusted")));

  const std::map<std::string, Normalize> divisors{{"confusion", Normalize::none},
                                                  {"confusion_true", Normalize::by_true},
                                                  {"confusion_pred", Normalize::by_pred},
                                                  {"confusion_all", Normalize::all}};
  for (const auto& [name, normalize] : divisors)
    EXPECT_TRUE(near(confusion_matrix(y, pred, {.sample_weight = w, .normalize = normalize}),
                     to_matrix(expected.at(name))))
        << name;
  EXPECT_TRUE(near(confusion_matrix(y, pred, {.labels = subset, .sample_weight = w}),
                   to_matrix(expected.at("confusion_subset"))));

  const std::map<std::string, Average> averages{
      {"micro", Average::micro}, {"macro", Average::macro}, {"weighted", Average::weighted}};
  for (const auto& [name, average] : averages) {
    const PrecisionRecallOptions options{.average = average, .sample_weight = w};
    EXPECT_TRUE(near(precision_score(y, pred, options), value("precision_" + name))) << name;
    EXPECT_TRUE(near(recall_score(y, pred, options), value("recall_" + name))) << name;
    EXPECT_TRUE(near(f1_score(y, pred, options), value("f1_" + name))) << name;
    EXPECT_TRUE(near(fbeta_score(y, pred, 2.0, options), value("fbeta2_" + name))) << name;
    EXPECT_TRUE(near(f1_score(y, pred, {.labels = subset, .average = average, .sample_weight = w}),
                     value("f1_subset_" + name)))
        << name;
  }

  const auto check_classes = [](const ClassScores& actual, const json& wanted) {
    EXPECT_TRUE(near(actual.precision, to_vector(wanted["precision"])));
    EXPECT_TRUE(near(actual.recall, to_vector(wanted["recall"])));
    EXPECT_TRUE(near(actual.fscore, to_vector(wanted["fscore"])));
    EXPECT_TRUE(near(actual.support, to_vector(wanted["support"])));
  };
  check_classes(precision_recall_fscore_support(y, pred, {.beta = 0.5, .sample_weight = w}),
                expected.at("classes"));
  const ClassScores some =
      precision_recall_fscore_support(y, pred, {.labels = subset, .sample_weight = w});
  check_classes(some, expected.at("classes_subset"));
  EXPECT_EQ(some.labels, subset);
}

TEST(ClassificationMetrics, MatchScikitLearnOnThreeClasses) {
  const json file = golden("metrics_multiclass.json");
  check_group(file, "unweighted", labels({20, 3}));
  check_group(file, "weighted", labels({20, 3}));
}

TEST(ClassificationMetrics, MatchScikitLearnOnTwoClasses) {
  const json file = golden("metrics_binary.json");
  check_group(file, "unweighted", labels({1}));
  check_group(file, "weighted", labels({1}));
}

TEST(PrecisionRecall, MatchesScikitLearnForThePositiveClass) {
  const json file = golden("metrics_binary.json");
  const Labels y = to_labels(file["y"]);
  const Labels pred = to_labels(file["pred"]);
  const Vector w = to_vector(file["weight"]);
  const json& expected = file["weighted"];
  EXPECT_TRUE(
      near(precision_score(y, pred, {.sample_weight = w}), to_number(expected["precision"])));
  EXPECT_TRUE(near(recall_score(y, pred, {.sample_weight = w}), to_number(expected["recall"])));
  EXPECT_TRUE(near(f1_score(y, pred, {.sample_weight = w}), to_number(expected["f1"])));
  const PrecisionRecallOptions of_zero{.pos_label = 0, .sample_weight = w};
  EXPECT_TRUE(near(precision_score(y, pred, of_zero), to_number(expected["precision_of_0"])));
  EXPECT_TRUE(near(recall_score(y, pred, of_zero), to_number(expected["recall_of_0"])));
  EXPECT_TRUE(near(f1_score(y, pred, of_zero), to_number(expected["f1_of_0"])));
  EXPECT_TRUE(near(f1_score(y, pred), to_number(file["unweighted"]["f1"])));
}

TEST(Accuracy, TakesExpressionsBlocksAndMaps) {
  Eigen::Matrix<int, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor> both(4, 2);
  both << 0, 0, 1, 1, 1, 0, 0, 0;
  EXPECT_EQ(accuracy_score(both.col(0), both.col(1)), 0.75);
  const int raw[] = {1, 1, 0, 0};
  EXPECT_EQ(accuracy_score(Labels::Map(raw, 4), both.col(0).array() * 2 - 1), 0.25);
}

TEST(Accuracy, WeightTwoEqualsTwoCopies) {
  const Labels y = labels({0, 1, 2, 1});
  const Labels pred = labels({0, 2, 2, 1});
  const Vector w{{2.0, 0.0, 1.0, 3.0}};
  const Labels y_copies = labels({0, 0, 2, 1, 1, 1});
  const Labels pred_copies = labels({0, 0, 2, 1, 1, 1});
  EXPECT_EQ(accuracy_score(y, pred, {.sample_weight = w}), accuracy_score(y_copies, pred_copies));
  EXPECT_EQ(balanced_accuracy_score(y, pred, {.sample_weight = w}),
            balanced_accuracy_score(y_copies, pred_copies));
}

TEST(BalancedAccuracy, LeavesOutClassesThatOnlyThePredictionHas) {
  EXPECT_EQ(balanced_accuracy_score(labels({0, 0, 1, 1}), labels({0, 5, 1, 1})), 0.75);
}

TEST(BalancedAccuracy, AdjustedIsNotDefinedForOneClass) {
  EXPECT_TRUE(
      std::isnan(balanced_accuracy_score(labels({4, 4}), labels({4, 4}), {.adjusted = true})));
}

TEST(ConfusionMatrix, CountsTrueInRowsAndPredictedInColumns) {
  const Matrix counts = confusion_matrix(labels({-1, -1, 9, 9, 9}), labels({-1, 9, 9, 9, -1}));
  EXPECT_EQ(counts, (Matrix(2, 2) << 1, 1, 1, 2).finished());
}

TEST(ConfusionMatrix, GivesZeroForZeroByZero) {
  const Matrix shares =
      confusion_matrix(labels({0, 0}), labels({0, 1}), {.normalize = Normalize::by_true});
  EXPECT_EQ(shares, (Matrix(2, 2) << 0.5, 0.5, 0, 0).finished());
}

TEST(ConfusionMatrix, RefusesLabelsThatDoNotOccurOrStandTwice) {
  const Labels y = labels({0, 1});
  EXPECT_TRUE(throws<InvalidInput>(
      [&] {
        confusion_matrix(y, y, {.labels = labels({2, 3})});
      },
      {"confusion_matrix", "{2, 3}", "y_true"}));
  EXPECT_TRUE(throws<InvalidInput>(
      [&] {
        confusion_matrix(y, y, {.labels = labels({1, 0, 1})});
      },
      {"confusion_matrix", "label 1", "twice"}));
}

TEST(PrecisionRecall, ZeroDivisionIsWhatWasAsked) {
  const Labels y = labels({1, 1, 0});
  const Labels never = labels({0, 0, 0});
  EXPECT_EQ(precision_score(y, never), 0.0);
  EXPECT_EQ(precision_score(y, never, {.zero_division = 1.0}), 1.0);
  EXPECT_TRUE(std::isnan(precision_score(y, never, {.zero_division = nan})));
  EXPECT_TRUE(throws<InvalidParameter>([&] { precision_score(y, never, {.zero_division = 0.5}); },
                                       {"precision_score", "zero_division", "0.5"}));
}

TEST(PrecisionRecall, NanClassesAreLeftOutOfAverages) {
  const Labels y = labels({0, 0, 1, 1});
  const Labels pred = labels({0, 0, 0, 0});
  EXPECT_EQ(precision_score(y, pred, {.average = Average::macro, .zero_division = nan}), 0.5);
  EXPECT_EQ(precision_score(y, pred, {.average = Average::macro}), 0.25);
}

TEST(PrecisionRecall, WeightedAverageOfClassesWithoutSupportIsPlain) {
  const double mean =
      recall_score(labels({0, 0}), labels({0, 0}),
                   {.labels = labels({5, 6}), .average = Average::weighted, .zero_division = 1.0});
  EXPECT_EQ(mean, 1.0);
}

TEST(PrecisionRecall, BinaryRefusesMoreThanTwoLabelsAndAnUnknownPositive) {
  EXPECT_TRUE(throws<InvalidInput>(
      [] {
        f1_score(labels({0, 1, 2}), labels({0, 1, 1}));
      },
      {"f1_score", "binary", "{0, 1, 2}"}));
  EXPECT_TRUE(throws<InvalidInput>(
      [] {
        recall_score(labels({3, 4}), labels({3, 4}));
      },
      {"recall_score", "pos_label 1", "{3, 4}"}));
  EXPECT_EQ(recall_score(labels({0, 0}), labels({0, 0})), 0.0);
}

TEST(FBeta, ZeroIsPrecisionAndInfinityIsRecall) {
  const Labels y = labels({1, 1, 1, 0, 0});
  const Labels pred = labels({1, 0, 0, 1, 0});
  EXPECT_EQ(fbeta_score(y, pred, 0.0), precision_score(y, pred));
  EXPECT_EQ(fbeta_score(y, pred, std::numeric_limits<double>::infinity()), recall_score(y, pred));
  EXPECT_TRUE(
      throws<InvalidParameter>([&] { fbeta_score(y, pred, -1.0); }, {"fbeta_score", "beta", "-1"}));
}

TEST(ClassificationMetrics, RefuseEmptyAndUnequalInput) {
  const Labels two = labels({0, 1});
  EXPECT_TRUE(throws<InvalidInput>(
      [&] {
        accuracy_score(two, labels({0, 1, 1}));
      },
      {"accuracy_score", "2 rows", "y_pred has 3"}));
  EXPECT_TRUE(throws<InvalidInput>([] { f1_score(Labels(), Labels()); }, {"f1_score", "empty"}));
}

TEST(ClassificationMetrics, RefuseUnusableWeights) {
  const Labels y = labels({0, 1});
  const auto with = [&](double a, double b) {
    return [=] { accuracy_score(y, y, {.sample_weight = Vector{{a, b}}}); };
  };
  EXPECT_TRUE(
      throws<InvalidInput>(with(1.0, -2.0), {"accuracy_score", "sample_weight", "-2", "row 1"}));
  EXPECT_TRUE(throws<InvalidInput>(with(nan, 1.0), {"sample_weight", "nan", "row 0"}));
  EXPECT_TRUE(throws<InvalidInput>(with(0.0, 0.0), {"all sample_weight are 0"}));
  EXPECT_TRUE(throws<InvalidInput>(
      [&] { accuracy_score(y, y, {.sample_weight = Vector::Ones(3)}); }, {"3 entries", "2 rows"}));
}

TEST(ClassificationMetrics, ManyDistinctLabelsAreCounted) {
  const Index n = 2000;
  Labels y(n);
  for (Index i = 0; i < n; ++i) y[i] = static_cast<int>((i * 7919) % 1000) * 256 - 100000;
  const ClassScores scores = precision_recall_fscore_support(y, y);
  ASSERT_EQ(scores.labels.size(), 1000);
  EXPECT_TRUE(std::is_sorted(scores.labels.begin(), scores.labels.end()));
  EXPECT_EQ(scores.support, Vector::Constant(1000, 2.0));
}

}  // namespace
}  // namespace espalier
