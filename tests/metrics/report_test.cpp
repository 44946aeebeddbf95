// SPDX-License-Identifier: BSD-3-Clause
#include <espalier/metrics/report.hpp>

#include <gtest/gtest.h>

#include <espalier/core/errors.hpp>
#include "support/expect_error.hpp"
#include "support/golden.hpp"
#include "support/near.hpp"

namespace espalier {
namespace {

using namespace testing_support;
using nlohmann::json;

TEST(ClassificationReport, PrintsTheTableOfScikitLearn) {
  const json file = golden("metrics_multiclass.json");
  const ClassificationReport report =
      classification_report(to_labels(file["y"]), to_labels(file["pred"]));
  EXPECT_TRUE(report.covers_all_labels);
  EXPECT_EQ(report.to_string(), file["unweighted"]["report"].get<std::string>());
}

TEST(ClassificationReport, NamesClassesAndShowsTheMicroAverageOfSome) {
  const json file = golden("metrics_multiclass.json");
  const ClassificationReport report =
      classification_report(to_labels(file["y"]), to_labels(file["pred"]),
                            {.labels = Labels{{20, 3}}, .target_names = {"class 20", "class 3"}});
  EXPECT_FALSE(report.covers_all_labels);
  EXPECT_EQ(report.to_string(4), file["unweighted"]["report_subset"].get<std::string>());
}

TEST(ClassificationReport, AveragesAreThoseOfTheScores) {
  const json file = golden("metrics_multiclass.json");
  const Vector w = to_vector(file["weight"]);
  const ClassificationReport report =
      classification_report(to_labels(file["y"]), to_labels(file["pred"]), {.sample_weight = w});
  const json& expected = file["weighted"];
  EXPECT_TRUE(near(report.micro.f1, to_number(expected["accuracy"])));
  EXPECT_TRUE(near(report.macro.precision, to_number(expected["precision_macro"])));
  EXPECT_TRUE(near(report.weighted.recall, to_number(expected["recall_weighted"])));
  EXPECT_TRUE(near(report.weighted.support, w.sum()));
  ASSERT_EQ(report.classes.size(), 3u);
  EXPECT_EQ(report.classes[2].name, "20");
  EXPECT_TRUE(near(report.classes[2].support, to_number(expected["classes"]["support"][2])));
}

TEST(ClassificationReport, AlignsNamesThatAreNotAscii) {
  const ClassificationReport report = classification_report(
      Labels{{0, 1}}, Labels{{0, 1}}, {.target_names = {"geht für immer fort", "bleibt"}});
  const std::string text = report.to_string();
  EXPECT_NE(text.find("\ngeht für immer fort       1.00"), std::string::npos) << text;
  EXPECT_NE(text.find("\n             bleibt       1.00"), std::string::npos) << text;
}

TEST(ClassificationReport, RoundsAFractionalSupport) {
  const ClassificationReport report = classification_report(
      Labels{{0, 1}}, Labels{{0, 1}}, {.sample_weight = Vector{{0.126, 2.0}}});
  EXPECT_NE(report.to_string().find("0.13\n"), std::string::npos);
  EXPECT_NE(report.to_string().find("        2\n"), std::string::npos);
}

TEST(ClassificationReport, RefusesAWrongNumberOfNames) {
  EXPECT_TRUE(throws<InvalidInput>(
      [] {
        classification_report(Labels{{0, 1}}, Labels{{0, 1}}, {.target_names = {"only"}});
      },
      {"classification_report", "1 target_names", "2 labels"}));
}

}  // namespace
}  // namespace espalier
