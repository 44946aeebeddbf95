// SPDX-License-Identifier: BSD-3-Clause
// The kit itself: it accepts sound estimators of every role and finds what is wrong with broken
// ones.
#include <espalier/testing/check_estimator.hpp>

#include <algorithm>
#include <set>
#include <sstream>

#include <gtest/gtest.h>

#include <espalier/core/registry.hpp>

#include "support/expect_error.hpp"
#include "testing/samples.hpp"

namespace espalier {
namespace {

using samples::Centres;
using samples::Centroids;
using samples::Distance;
using samples::Fault;
using samples::Linear;
using samples::Scale;

std::string failures(const std::vector<CheckResult>& results) {
  std::ostringstream text;
  for (const CheckResult& result : results)
    if (!result.ok()) text << result << '\n';
  return text.str();
}

template <class T>
std::vector<CheckResult> checked() {
  registry().add<T>();
  return check_estimator(T());
}

TEST(CheckEstimator, AcceptsASoundRegressor) {
  const auto results = checked<Linear<Fault::none>>();
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

CheckResult run(const Estimator& prototype, std::string_view name,
                const CheckOptions& options = {}) {
  for (const EstimatorCheck& check : estimator_checks(prototype, options))
    if (check.name() == name) return check.run();
  return {"", std::string(name), CheckStatus::skipped, "does not apply"};
}

/// The check fails, and its message has `part`.
template <class T>
testing::AssertionResult finds(std::string_view check, std::string_view part) {
  registry().add<T>();
  const CheckResult result = run(T(), check);
  if (result.status != CheckStatus::failed)
    return testing::AssertionFailure() << "not found: " << result;
  if (result.message.find(part) == std::string::npos)
    return testing::AssertionFailure() << "'" << part << "' is not in: " << result;
  return testing::AssertionSuccess();
}

TEST(CheckEstimator, FindsWhatChangesItsParameters) {
  EXPECT_TRUE((finds<Linear<Fault::writes_parameters>>("fit_leaves_parameters", "alpha")));
}

TEST(CheckEstimator, FindsHiddenCaches) {
  EXPECT_TRUE((finds<Linear<Fault::counts_calls>>("predictions_repeat", "again")));
  EXPECT_TRUE((finds<Linear<Fault::counts_calls>>("concurrent_predictions_agree", "four threads")));
  EXPECT_TRUE((finds<Linear<Fault::keeps_the_training_data>>("training_data_may_change_after_fit",
                                                             "overwritten")));
}

TEST(CheckEstimator, FindsResultsThatDependOnThreads) {
  EXPECT_TRUE((finds<Linear<Fault::depends_on_threads>>("any_number_of_threads_gives_the_same_bits",
                                                        "2 threads")));
}

TEST(CheckEstimator, FindsIgnoredWeights) {
  EXPECT_TRUE((finds<Linear<Fault::ignores_weights>>("weights_have_an_effect", "ignored")));
  EXPECT_TRUE((finds<Linear<Fault::ignores_weights>>("weight_k_is_k_copies", "k copies")));
}

TEST(CheckEstimator, FindsUncheckedFiles) {
  EXPECT_TRUE(
      (finds<Linear<Fault::trusts_files>>("damaged_files_do_no_harm", "no espalier::Error")));
}

TEST(CheckEstimator, FindsRowsThatDependOnTheirNeighbours) {
  EXPECT_TRUE((finds<Linear<Fault::centres_batches>>("single_rows_agree_with_the_batch", "alone")));
}

TEST(CheckEstimator, FindsModifiedInput) {
  EXPECT_TRUE((finds<Linear<Fault::writes_input>>("input_is_never_modified", "fit changed X")));
}

TEST(CheckEstimator, FindsFitsThatRememberOrDrawWithoutSeed) {
  EXPECT_TRUE((finds<Linear<Fault::remembers_an_earlier_fit>>("second_fit_forgets_the_first",
                                                              "other data")));
  EXPECT_TRUE((finds<Linear<Fault::draws_without_seed>>("fit_repeats", "second fit")));
}

TEST(CheckEstimator, FindsForeignErrors) {
  EXPECT_TRUE(
      (finds<Linear<Fault::throws_foreign_errors>>("one_row_works_or_says_why", "one row")));
}

TEST(CheckEstimator, FindsWhatCannotBeWatchedOrStopped) {
  EXPECT_TRUE((finds<Linear<Fault::never_reports>>("reports_its_progress", "does not report")));
  EXPECT_TRUE((finds<Linear<Fault::ignores_the_stop_token>>(
      "a_fit_stopped_on_the_way_changes_nothing", "Cancelled")));
  EXPECT_TRUE((finds<Linear<Fault::swallows_callback_errors>>(
      "an_exception_in_the_callback_comes_out", "swallowed")));
}

TEST(CheckEstimator, FindsTagsThatAreNotKept) {
  EXPECT_TRUE((
      finds<Linear<Fault::refuses_negative_values>>("negative_values_follow_the_tag", "negative")));
  EXPECT_TRUE((finds<Linear<Fault::refuses_negative_targets>>("negative_targets_follow_the_tag",
                                                              "negative")));
  EXPECT_TRUE((finds<Linear<Fault::differs_for_sparse>>("sparse_input_follows_the_tag", "sparse")));
  EXPECT_TRUE(
      (finds<Linear<Fault::claims_multi_output>>("several_outputs_are_predicted", "column")));
  EXPECT_TRUE((finds<Linear<Fault::accepts_any_validation_set>>("validation_set_follows_the_tag",
                                                                "another width")));
}

TEST(CheckEstimator, FindsUndocumentedParameters) {
  EXPECT_TRUE((finds<Linear<Fault::undocumented_parameter>>("parameters_are_documented", "alpha")));
}

TEST(CheckEstimator, FindsFaultsOfTransformers) {
  EXPECT_TRUE(
      (finds<Scale<Fault::too_few_names>>("output_columns_have_names", "3 names for 4 columns")));
  EXPECT_TRUE((finds<Scale<Fault::names_twice>>("output_columns_have_names", "twice")));
  EXPECT_TRUE((finds<Scale<Fault::drops_rows>>("rows_are_kept", "119 rows for 120")));
  EXPECT_TRUE((finds<Scale<Fault::wrong_inverse>>("inverse_transform_undoes_transform", "row 0")));
}

TEST(CheckEstimator, FindsFaultsOfClassifiers) {
  EXPECT_TRUE((finds<Centroids<Fault::probabilities_do_not_sum_to_one>>(
      "probabilities_are_probabilities", "sum")));
  EXPECT_TRUE(
      (finds<Centroids<Fault::predicts_codes>>("labels_may_be_any_integers", "other predictions")));
  EXPECT_TRUE((finds<Centroids<Fault::predicts_the_least_probable>>("learns_blobs", "accuracy")));
  EXPECT_TRUE((finds<Centroids<Fault::predicts_the_least_probable>>(
      "probabilities_are_probabilities", "probable")));
  EXPECT_TRUE((finds<Centroids<Fault::two_decision_columns>>("decisions_agree_with_predictions",
                                                             "120 × 2")));
  EXPECT_TRUE(
      (finds<Centroids<Fault::ignores_class_weight>>("class_weight_has_its_effect", "class 0")));
}

TEST(CheckEstimator, FindsFaultsOfClusterersAndOutlierDetectors) {
  EXPECT_TRUE((finds<Centres<Fault::skips_a_label>>("labels_are_consecutive", "no cluster 1")));
  EXPECT_TRUE((finds<Centres<Fault::finds_nothing>>("finds_blobs", "Rand")));
  EXPECT_TRUE(
      (finds<Distance<Fault::everything_is_an_outlier>>("outliers_are_minus_one", "outliers")));
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
