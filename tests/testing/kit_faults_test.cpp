// SPDX-License-Identifier: BSD-3-Clause
// What the kit finds wrong with broken estimators.
#include <espalier/testing/check_estimator.hpp>

#include <string_view>
#include <vector>

#include <gtest/gtest.h>

#include "testing/kit.hpp"
#include "testing/label_samples.hpp"
#include "testing/piece_samples.hpp"
#include "testing/samples.hpp"

namespace espalier {
namespace {

using kit::finds;
using kit::finds_only;
using samples::Centres;
using samples::Centroids;
using samples::Distance;
using samples::Fault;
using samples::Linear;
using samples::PieceFault;
using samples::RunningMean;
using samples::Scale;
using samples::Several;

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

TEST(CheckEstimator, FindsWhatSurvivesFromAnEarlierFit) {
  EXPECT_TRUE((finds_only<Linear<Fault::remembers_an_earlier_fit_of_the_same_width>>(
      "second_fit_forgets_the_first", "(120 × 4)")));
  EXPECT_TRUE((finds_only<Linear<Fault::is_dirty_before_its_last_report>>(
      "a_fit_that_fails_late_changes_nothing", "last report")));
  EXPECT_TRUE((finds_only<Scale<Fault::is_dirty_when_it_refuses>>(
      "a_fit_that_fails_late_changes_nothing", "1e9")));
}

TEST(CheckEstimator, FindsWhatIsMissingFromFiles) {
  using Hides = Linear<Fault::hides_a_parameter>;
  EXPECT_TRUE(
      (finds_only<Hides>("saves_and_loads_by_bits", "fitted again", Hides({.hidden = 2.0}))));
  EXPECT_TRUE((finds_only<Linear<Fault::forgets_what_replaces_nan>>("saves_and_loads_by_bits",
                                                                    "missing values")));
}

TEST(CheckEstimator, FindsNaNThatComesOut) {
  EXPECT_TRUE((finds_only<Linear<Fault::predicts_nan_for_nan>>("missing_values_follow_the_tag",
                                                               "predict: row 0")));
  EXPECT_TRUE(
      (finds_only<Scale<Fault::leaves_nan>>("missing_values_follow_the_tag", "transform: row 0")));
}

TEST(CheckEstimator, FindsFaultsThatOnlyPiecesShow) {
  EXPECT_TRUE((finds<RunningMean<PieceFault::counts_on_a_global>>("pieces_repeat", "threads")));
  EXPECT_TRUE((finds_only<RunningMean<PieceFault::forgets_the_rows_in_files>>(
      "a_saved_model_goes_on", "saved one")));
  EXPECT_TRUE((finds<RunningMean<PieceFault::divides_by_zero>>("pieces_make_a_model", "nan")));
}

TEST(CheckEstimator, FindsThreadsThatEndAtOnce) {
  EXPECT_TRUE((finds_only<Linear<Fault::starts_a_thread>>("one_thread_starts_no_other",
                                                          "started 1 threads")));
}

TEST(CheckEstimator, FindsWhatFailsOnUnusualData) {
  EXPECT_TRUE((finds_only<Linear<Fault::divides_by_the_deviation_of_y>>("a_constant_y_does_no_harm",
                                                                        "nan")));
  EXPECT_TRUE(
      (finds_only<Centroids<Fault::invents_a_label_far_away>>("far_rows_do_no_harm", "label -99")));
  EXPECT_TRUE((finds_only<Centroids<Fault::has_no_probabilities_far_away>>(
      "far_rows_do_no_harm", "predict_proba of rows far")));
  EXPECT_TRUE((
      finds_only<Centroids<Fault::drops_rare_classes>>("a_rare_class_is_not_dropped", "class 77")));
}

TEST(CheckEstimator, FindsOutputsThatAreOnePrediction) {
  EXPECT_TRUE((finds_only<Several<Fault::copies_the_first_output>>("outputs_keep_their_places",
                                                                   "another order")));
  EXPECT_TRUE((finds_only<Several<Fault::predicts_the_mean_of_the_outputs>>(
      "outputs_keep_their_places", "same predictions")));
}

TEST(CheckEstimator, FindsClustersThatAreNotThoseOfFit) {
  EXPECT_TRUE((finds_only<Centres<Fault::finds_one_too_many>>("labels_are_consecutive",
                                                              "cluster 3 for n_clusters = 3")));
  EXPECT_TRUE((finds_only<Centres<Fault::predicts_other_labels>>("training_rows_keep_their_labels",
                                                                 "not labels()")));
}

/// A transformer that keeps every X as it is; Derived adds what is wrong with it.
template <class Derived, class Params, class State>
class Keeps : public Implements<Derived, Transformer, Params, State> {
 public:
  using Implements<Derived, Transformer, Params, State>::Implements;
  static constexpr Tags tags{.requires_y = false};

  State do_fit(const Features& X, const FitContext&) const { return {Vector::Ones(X.cols())}; }
  Features do_transform(const State&, const Features& X) const { return Matrix(X.dense()); }
};

struct MaxIterParams {
  int max_iter = 3;
  static constexpr auto fields() {
    return Fields{field("max_iter", &MaxIterParams::max_iter, at_least(1), "iterations")};
  }
};
class Silent : public Keeps<Silent, MaxIterParams, samples::ScaleState> {
 public:
  using Keeps::Keeps;
  static constexpr std::string_view type_name = "SampleSilent";
};

TEST(CheckEstimator, FindsIterationsThatNobodyCounts) {
  EXPECT_TRUE((finds_only<Silent>("counts_its_iterations", "max_iter")));
}

struct SizeParams {
  int size = 1;
  static constexpr auto fields() {
    return Fields{field("size", &SizeParams::size, "any integer, it seems")};
  }
};
class Sized : public Keeps<Sized, SizeParams, samples::ScaleState> {
 public:
  using Keeps::Keeps;
  static constexpr std::string_view type_name = "SampleSized";

  State do_fit(const Features& X, const FitContext&) const {
    return {Vector::Constant(
        X.cols(),
        std::vector<double>(static_cast<std::size_t>(params().size), 1.0).empty() ? 0.0 : 1.0)};
  }
};

TEST(CheckEstimator, FindsNumbersThatNeedARange) {
  EXPECT_TRUE((finds_only<Sized>("numbers_without_a_range_do_no_harm", "size = -1")));
}

struct UncheckedState {
  Vector scale;
  static constexpr auto fields() { return Fields{field("scale", &UncheckedState::scale)}; }
};
class Unchecked : public Keeps<Unchecked, samples::ScaleParams, UncheckedState> {
 public:
  using Keeps::Keeps;
  static constexpr std::string_view type_name = "SampleUnchecked";
};

TEST(CheckEstimator, FindsAStateWithoutACheck) {
  EXPECT_TRUE((finds_only<Unchecked>("short_arrays_are_refused", "'scale' lacks")));
}

}  // namespace
}  // namespace espalier
