// SPDX-License-Identifier: BSD-3-Clause
// The kit itself: it accepts sound estimators of every role, and does what its options say. What it
// finds wrong with broken ones is in kit_faults_test.cpp.
#include <espalier/testing/check_estimator.hpp>

#include <set>
#include <sstream>

#include <gtest/gtest.h>

#include <espalier/core/registry.hpp>

#include "support/expect_error.hpp"
#include "testing/kit.hpp"
#include "testing/label_samples.hpp"
#include "testing/piece_samples.hpp"
#include "testing/samples.hpp"

namespace espalier {
namespace {

using kit::checked;
using kit::failures;
using kit::run;
using samples::Centres;
using samples::Centroids;
using samples::Distance;
using samples::Fault;
using samples::Linear;
using samples::Scale;
using samples::Several;

TEST(CheckEstimator, AcceptsASoundRegressor) {
  const auto results = checked<Linear<Fault::none>>();
  EXPECT_TRUE(all_passed(results)) << failures(results);
}

TEST(CheckEstimator, AcceptsASoundRegressorOfSeveralOutputs) {
  const auto results = checked<Several<Fault::none>>();
  EXPECT_TRUE(all_passed(results)) << failures(results);
}

TEST(CheckEstimator, AcceptsASoundRegressorThatLearnsInPieces) {
  const auto results = checked<samples::RunningMean<samples::PieceFault::none>>();
  EXPECT_TRUE(all_passed(results)) << failures(results);
}

TEST(CheckEstimator, AcceptsASoundTransformer) {
  const auto results = checked<Scale<Fault::none>>();
  EXPECT_TRUE(all_passed(results)) << failures(results);
}

TEST(CheckEstimator, AcceptsASoundClassifier) {
  const auto results = checked<Centroids<Fault::none>>();
  EXPECT_TRUE(all_passed(results)) << failures(results);
}

TEST(CheckEstimator, AcceptsASoundClusterer) {
  const auto results = checked<Centres<Fault::none>>();
  EXPECT_TRUE(all_passed(results)) << failures(results);
}

TEST(CheckEstimator, AcceptsASoundOutlierDetector) {
  const auto results = checked<Distance<Fault::none>>();
  EXPECT_TRUE(all_passed(results)) << failures(results);
}

/// A sound class that nobody registers.
class Stranger
    : public Implements<Stranger, Transformer, samples::ScaleParams, samples::ScaleState> {
 public:
  using Implements::Implements;
  static constexpr std::string_view type_name = "SampleStranger";
  static constexpr Tags tags{.requires_y = false};

 private:
  friend Implements;
  State do_fit(const Features& X, const FitContext&) const { return {Vector::Ones(X.cols())}; }
  Features do_transform(const State&, const Features& X) const { return X; }
};

TEST(CheckEstimator, SaysThatAClassIsNotInTheRegistry) {
  const CheckResult result = run(Stranger(), "registry_makes_it");
  EXPECT_EQ(result.status, CheckStatus::failed);
  EXPECT_NE(result.message.find("registry().add<SampleStranger>()"), std::string::npos) << result;
  EXPECT_EQ(run(Stranger(), "saves_and_loads_by_bits").status, CheckStatus::skipped);
}

TEST(CheckOptions, ExpectedFailuresAreReportedWithTheirReason) {
  const CheckOptions options{.expected_failures = {{"fit_leaves_parameters", "known since May"}}};
  const CheckResult result =
      run(Linear<Fault::writes_parameters>(), "fit_leaves_parameters", options);
  EXPECT_EQ(result.status, CheckStatus::expected_failure);
  EXPECT_TRUE(result.ok());
  EXPECT_EQ(result.message.find("known since May (fit changed the parameters"), 0u) << result;
}

TEST(CheckOptions, AnExpectedFailureThatPassesIsAFailure) {
  const CheckOptions options{.expected_failures = {{"fit_leaves_parameters", "known since May"}}};
  const CheckResult result = run(Linear<Fault::none>(), "fit_leaves_parameters", options);
  EXPECT_EQ(result.status, CheckStatus::failed);
  EXPECT_NE(result.message.find("was expected to fail: known since May"), std::string::npos)
      << result;
}

TEST(CheckOptions, SkippedChecksDoNotRun) {
  const CheckOptions options{.skip = {{"fit_leaves_parameters", "not today"}}};
  const CheckResult result =
      run(Linear<Fault::writes_parameters>(), "fit_leaves_parameters", options);
  EXPECT_EQ(result.status, CheckStatus::skipped);
  EXPECT_EQ(result.message, "not today");
}

TEST(CheckOptions, UnknownNamesAreRefused) {
  using testing_support::throws;
  const CheckOptions skip{.skip = {{"fit_leaves_paramters", ""}}};
  EXPECT_TRUE(throws<InvalidParameter>([&] { estimator_checks(Linear<Fault::none>(), skip); },
                                       {"skip", "fit_leaves_paramters"}));
  const CheckOptions expected{.expected_failures = {{"no_such_check", ""}}};
  EXPECT_TRUE(throws<InvalidParameter>([&] { estimator_checks(Linear<Fault::none>(), expected); },
                                       {"expected_failures", "no_such_check"}));
}

TEST(CheckOptions, AnySeedGivesTheSameVerdict) {
  registry().add<Linear<Fault::none>>();
  for (const std::int64_t seed : {1, 2, 3}) {
    const auto results = check_estimator(Linear<Fault::none>(), {.seed = seed});
    EXPECT_TRUE(all_passed(results)) << failures(results);
  }
}

TEST(EstimatorChecks, HaveDistinctNamesAndAPromise) {
  const Linear<Fault::none> linear;
  const Scale<Fault::none> scale;
  const Centroids<Fault::none> centroids;
  for (const Estimator* prototype :
       std::initializer_list<const Estimator*>{&linear, &scale, &centroids}) {
    std::set<std::string_view> names;
    for (const EstimatorCheck& check : estimator_checks(*prototype)) {
      EXPECT_TRUE(names.insert(check.name()).second) << check.name();
      EXPECT_FALSE(check.promise().empty()) << check.name();
      EXPECT_EQ(check.estimator(), prototype->to_string());
    }
    EXPECT_GT(names.size(), 45u);
  }
}

TEST(EstimatorChecks, OutliveTheirPrototype) {
  registry().add<Scale<Fault::none>>();
  std::vector<EstimatorCheck> checks;
  {
    const Scale<Fault::none> prototype({.enabled = false});
    checks = estimator_checks(prototype);
  }
  EXPECT_EQ(checks.front().run().estimator, "SampleScale(enabled=false)");
}

TEST(PrintResults, ListsWhatDidNotPassAndCounts) {
  const std::vector<CheckResult> results{
      {"A()", "first", CheckStatus::passed, ""},
      {"A()", "second", CheckStatus::failed, "it broke"},
      {"A()", "third", CheckStatus::expected_failure, "known"},
      {"A()", "fourth", CheckStatus::skipped, "nothing to do"},
  };
  std::ostringstream out;
  print_results(out, results);
  EXPECT_EQ(out.str(),
            "failed: second of A(): it broke\n"
            "expected failure: third of A(): known\n"
            "skipped: fourth of A(): nothing to do\n"
            "4 checks: 1 passed, 1 failed, 1 expected failure, 1 skipped\n");
  EXPECT_FALSE(all_passed(results));
  EXPECT_TRUE(all_passed({results[0], results[2], results[3]}));
}

}  // namespace
}  // namespace espalier
