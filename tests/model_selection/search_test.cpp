// SPDX-License-Identifier: BSD-3-Clause
#include <cmath>
#include <numeric>
#include <sstream>

#include <gtest/gtest.h>

#include <espalier/core/archive.hpp>
#include <espalier/core/registry.hpp>
#include <espalier/model_selection/grid_search_cv.hpp>
#include <espalier/model_selection/k_fold.hpp>
#include <espalier/model_selection/randomized_search_cv.hpp>

#include "model_selection/golden_data.hpp"
#include "model_selection/probe.hpp"
#include "support/expect_error.hpp"
#include "support/near.hpp"

namespace espalier {
namespace {

using namespace testing_support;

/// The path names of ours for those of scikit-learn's make_pipeline.
ParameterGrid logistic_grid(Value::List C) { return {{"logistic_regression__C", std::move(C)}}; }

/// Whether candidate i is so close to another that rounding decides their order.
bool is_tied(const Vector& means, Index i) {
  return ((means.array() - means[i]).abs() < 1e-5).count() > 1;
}

template <class Search>
void expect_findings(const Search& search, const nlohmann::json& expected, double tolerance) {
  const DataFrame table = search.cv_results().to_table();
  for (const auto& [name, values] : expected["results"].items()) {
    const auto actual = table[name].values();
    if (name == "rank_test_score") {
      const Vector means = search.cv_results().mean_test_score();
      for (Index i = 0; i < means.size(); ++i)
        if (!is_tied(means, i)) {
          EXPECT_EQ(actual[static_cast<std::size_t>(i)], to_vector(values)[i]) << i;
        }
      continue;
    }
    EXPECT_TRUE(near(Matrix(Vector::Map(actual.data(), static_cast<Index>(actual.size()))),
                     to_vector(values), name.starts_with("std") ? 1e3 * tolerance : tolerance))
        << name;
  }
  const auto best = expected["best_index"].get<Index>();
  if (!is_tied(search.cv_results().mean_test_score(), best)) {
    EXPECT_EQ(search.best_index(), best);
  }
  EXPECT_TRUE(near(search.best_score(), expected["best_score"].get<double>(), tolerance));
}

TEST(GridSearchCV, SearchesALogisticPipelineAsScikitLearn) {
  const Dataset data = cancer();
  GridSearchCV search(logistic(),
                      {{"standard_scaler__with_mean", {true, false}},
                       {"logistic_regression__C", {1e-3, 0.1, 10.0}}},
                      {.scoring = "neg_log_loss", .return_train_score = true});
  search.fit(data.X, data.y);
  const auto& expected = golden_file()["search_logistic"];
  ASSERT_EQ(search.cv_results().size(), 6);
  expect_findings(search, expected, 1e-5);
  // The intercept is free, so centring changes no optimum: the two candidates of each C tie but for
  // rounding, which decides between them.
  EXPECT_EQ(search.best_params().front(), (ParamList::value_type{"logistic_regression__C", 0.1}));
  EXPECT_LT((search.predict_proba(data.X.head(10)) - to_matrix(expected["predictions"]))
                .cwiseAbs()
                .maxCoeff(),
            1e-6);
}

TEST(GridSearchCV, CutsWeightsAsScikitLearn) {
  const Dataset data = cancer();
  GridSearchCV search(logistic(), logistic_grid({0.01, 1.0}),
                      {.scoring = "roc_auc", .cv = 4, .return_train_score = true});
  search.fit(data.X, data.y, {.sample_weight = golden_weights(data.y.size())});
  const auto& expected = golden_file()["search_weighted"];
  expect_findings(search, expected, 1e-6);
  EXPECT_LT((search.predict_proba(data.X.head(10)) - to_matrix(expected["predictions"]))
                .cwiseAbs()
                .maxCoeff(),
            1e-6);
}

TEST(GridSearchCV, RanksTiesAsScikitLearn) {
  const Dataset data = diabetes();
  GridSearchCV search(Ridge(), {{"alpha", {10.0, 0.01, 1.0, 0.01, 10.0}}},
                      {.scoring = "r2", .cv = 3, .return_train_score = true});
  search.fit(data.X, data.y);
  const auto& expected = golden_file()["search_ridge"];
  expect_findings(search, expected, 1e-9);
  EXPECT_EQ(search.best_params(), (ParamList{{"alpha", 0.01}}));
  EXPECT_TRUE(near(Matrix(search.predict(Features(data.X.head(10)))),
                   to_vector(expected["predictions"]), 1e-9));
}

TEST(GridSearchCV, TakesTheRoleOfItsEstimator) {
  const GridSearchCV of_pipeline(logistic(), logistic_grid({1.0}));
  const GridSearchCV of_ridge(Ridge(), {{"alpha", {1.0}}});
  const RandomizedSearchCV random(Ridge(), {{"alpha", Distribution::uniform(0.0, 1.0)}},
                                  {.n_iter = 3});
  static_assert(std::is_same_v<decltype(of_pipeline), const GridSearchCV<Classifier>>);
  static_assert(std::is_same_v<decltype(of_ridge), const GridSearchCV<Regressor>>);
  static_assert(std::is_same_v<decltype(random), const RandomizedSearchCV<Regressor>>);
  EXPECT_EQ(of_ridge.role(), RoleKind::regressor);
  EXPECT_EQ(of_pipeline.class_name(), "GridSearchCV<Classifier>");
}

/// Scores a Probe by its level: the larger the better.
const Scorer by_level =
    Scorer::from_estimator("level", [](const Estimator& e, const Features&, const Target&) {
      return dynamic_cast<const Probe&>(e).params().level;
    });

const Matrix X = numbered(12);
const Vector y = X.col(0);

TEST(GridSearchCV, BecomesTheBestCandidate) {
  GridSearchCV search(Probe({.level = 1.0}), {{"level", {2.0, 5.0, 3.0}}},
                      {.scoring = by_level, .cv = 3});
  EXPECT_FALSE(search.fitted());
  EXPECT_THROW(search.cv_results(), NotFitted);
  search.fit(X, y);
  EXPECT_EQ(search.best_index(), 1);
  EXPECT_EQ(search.best_score(), 5.0);
  EXPECT_EQ(search.predict(X), Vector::Constant(12, 5.0));
  EXPECT_EQ(search.best_estimator<Probe>().state().rows, X.col(0));
  EXPECT_EQ(search.best_estimator().class_name(), "Probe");
  EXPECT_GE(search.refit_time(), 0.0);
  EXPECT_TRUE(throws<NotSupported>([&] { search.best_estimator<Ridge>(); }, {"Probe"}));
  EXPECT_EQ(search.params().estimator->get_param("level"), Value(1.0));  // the prototype stays

  GridSearchCV copy = search;
  copy.set_param("param_grid", Value::parse(R"({"level": [7]})"));
  copy.fit(X, y);
  EXPECT_EQ(copy.best_score(), 7.0);
  EXPECT_EQ(search.best_score(), 5.0);
}

TEST(GridSearchCV, ReachesParametersByPath) {
  GridSearchCV search(logistic(), logistic_grid({1.0}));
  search.set_param("estimator__logistic_regression__tol", 0.5);
  EXPECT_EQ(search.get_param("estimator__logistic_regression__tol"), Value(0.5));
  search.set_param("cv", 3);
  search.set_param("scoring", "roc_auc");
  search.set_param("estimator", LogisticRegression());
  EXPECT_EQ(search.get_param("estimator__tol"), Value(1e-4));
  EXPECT_EQ(search.params().scoring.scorers()[0].name(), "roc_auc");
  EXPECT_TRUE(throws<InvalidParameter>([&] { search.set_param("estimator", Ridge()); },
                                       {"'estimator'", "a Classifier"}));
  EXPECT_TRUE(throws<InvalidParameter>([&] { search.set_param("scoring", "auc"); },
                                       {"'scoring'", "roc_auc"}));
  EXPECT_TRUE(
      throws<InvalidParameter>([&] { search.set_param("error_score", 0); }, {"'nan', 'raise'"}));
  EXPECT_EQ(search.parts().at(0).name, "estimator");
  EXPECT_EQ(search.part_layout(), PartLayout::wrapped);
}

TEST(GridSearchCV, TriesWholeStepsToo) {
  const Dataset data = diabetes();
  GridSearchCV search(
      Pipeline(step("scale", StandardScaler()), step("model", Probe())),
      {{"model", {Ridge({.alpha = 5.0}), Probe()}}, {"scale", {"passthrough", StandardScaler()}}},
      {.cv = 2});
  search.fit(data.X, data.y);
  EXPECT_EQ(search.best_estimator<Pipeline<Regressor>>().fitted_step<Ridge>("model").params().alpha,
            5.0);
  const DataFrame table = search.cv_results().to_table();
  EXPECT_EQ(table["param_model"].text(0), "Ridge(alpha=5)");
  EXPECT_EQ(table["param_scale"].text(0), "passthrough");
  EXPECT_EQ(table["param_scale"].text(1), "StandardScaler()");
  const auto loaded = load<GridSearchCV<Regressor>>(to_cbor(search));
  EXPECT_EQ(loaded.cv_results().to_table()["param_model"].text(0), "Ridge(alpha=5)");
  EXPECT_EQ(loaded.predict(data.X), search.predict(data.X));
  EXPECT_EQ(to_cbor(loaded), to_cbor(search));
}

TEST(GridSearchCV, HasTheSameBitsOnAnyNumberOfThreads) {
  const Dataset data = cancer();
  const auto with = [&](int n_threads) {
    GridSearchCV search(logistic(), logistic_grid({0.01, 0.1, 1.0}),
                        {.scoring = "neg_log_loss",
                         .cv = KFold({.n_splits = 3, .shuffle = true, .random_state = 1})});
    return to_cbor(search.fit(data.X, data.y, {.n_threads = n_threads}));
  };
  const auto one = with(1);
  for (const int n_threads : {2, 4, 7}) EXPECT_EQ(with(n_threads), one) << n_threads;
}

TEST(GridSearchCV, FitsOnOneThreadEachWithinTheSearch) {
  const auto threads =
      Scorer::from_estimator("threads", [](const Estimator& e, const Features&, const Target&) {
        return dynamic_cast<const Probe&>(e).state().threads;
      });
  const Matrix large = numbered(200);  // small data would stay on the calling thread
  GridSearchCV search(Probe(), {{"level", {1.0, 2.0, 3.0}}}, {.scoring = threads});
  search.fit(large, Vector(large.col(0)), {.n_threads = 3});
  EXPECT_EQ(search.cv_results().test_scores[0], Matrix::Ones(3, 5));
  EXPECT_EQ(search.best_estimator<Probe>().state().threads, 3);  // the last fit is alone
}

TEST(GridSearchCV, AFailedFitRanksLastWithOneWarning) {
  WarningCollector collector;
  GridSearchCV search(Probe({.fail_from = 4.0}), {{"level", {5.0, 1.0, 3.0, 4.0}}},
                      {.scoring = by_level, .cv = 3});
  search.fit(X, y);
  EXPECT_EQ(search.best_params(), (ParamList{{"level", 3.0}}));
  EXPECT_EQ(search.cv_results().rank_test_score(), (Labels(4) << 3, 2, 1, 3).finished());
  EXPECT_TRUE(std::isnan(search.cv_results().mean_test_score()[0]));
  EXPECT_EQ(search.cv_results().errors.at(2), "Probe: this level fails");
  EXPECT_EQ(search.cv_results().errors.at(3), "");
  ASSERT_EQ(collector.warnings.size(), 1u);
  EXPECT_EQ(collector.warnings[0].source, "GridSearchCV<Regressor>");
  EXPECT_NE(collector.warnings[0].message.find("6 of 12 fits failed"), std::string::npos);
  EXPECT_NE(collector.warnings[0].message.find("6 × Probe: this level fails"), std::string::npos);
}

TEST(GridSearchCV, AValueOutOfRangeIsAFailedFitAndAnUnknownPathIsAnError) {
  WarningCollector ignored;
  GridSearchCV search(Ridge(), {{"alpha", {-1.0, 1.0}}}, {.cv = 2});
  EXPECT_EQ(search.fit(X, y).best_params(), (ParamList{{"alpha", 1.0}}));
  EXPECT_NE(search.cv_results().errors.at(0).find("'alpha'"), std::string::npos);
  const auto refused = [](ParameterGrid grid, std::initializer_list<std::string_view> parts) {
    return throws<InvalidParameter>([&] { GridSearchCV(Ridge(), grid, {.cv = 2}).fit(X, y); },
                                    parts);
  };
  EXPECT_TRUE(refused({{"aplha", {1.0}}}, {"aplha", "alpha, fit_intercept"}));
  EXPECT_TRUE(refused({{"alpha", {"large"}}}, {"'alpha'", "'large'"}));
  EXPECT_TRUE(refused({{"alpha", {}}}, {"GridSearchCV<Regressor>", "no values for 'alpha'"}));
}

TEST(GridSearchCV, ThrowsWhenAllFailOrWhenToldTo) {
  GridSearchCV search(Probe(), {{"level", {1.0}}}, {.scoring = by_level, .cv = 3});
  search.fit(X, y);
  search.set_param("param_grid", Value::parse(R"({"level": [2, 3]})"));
  search.set_param("estimator__fail_from", 2.0);
  EXPECT_TRUE(throws<InvalidInput>(
      [&] { search.fit(X, y); },
      {"GridSearchCV<Regressor>", "all 6 fits failed", "6 × Probe: this level fails"}));
  search.set_param("error_score", "raise");
  EXPECT_TRUE(throws<InvalidInput>([&] { search.fit(X, y); }, {"Probe: this level fails"}));
  EXPECT_EQ(search.best_score(), 1.0);  // what was learned stays
}

const Scorer broken = Scorer::from_estimator(
    "broken", [](const Estimator&, const Features&, const Target&) -> double {
      throw InvalidInput("not today");
    });

TEST(GridSearchCV, AFailingScorerSparesTheOthers) {
  WarningCollector collector;
  GridSearchCV search(Probe(), {{"level", {1.0, 5.0, 3.0}}},
                      {.scoring = {broken, by_level}, .cv = 3, .refit = "level"});
  search.fit(X, y);
  EXPECT_EQ(search.best_index(), 1);
  EXPECT_TRUE(search.cv_results().mean_test_score("broken").array().isNaN().all());
  EXPECT_EQ(search.cv_results().mean_test_score("level"), (Vector(3) << 1, 5, 3).finished());
  EXPECT_EQ(search.cv_results().errors.at(8), "scorer 'broken': not today");
  ASSERT_EQ(collector.warnings.size(), 1u);
  EXPECT_NE(collector.warnings[0].message.find("9 of 18 scorings failed"), std::string::npos)
      << collector.warnings[0].message;
}

TEST(GridSearchCV, SaysThatTheFirstIsTheBestWhenTheScorerThatDecidesFails) {
  WarningCollector collector;
  GridSearchCV search(Probe(), {{"level", {1.0, 5.0}}},
                      {.scoring = {by_level, broken}, .cv = 3, .refit = "broken"});
  search.fit(X, y);
  EXPECT_EQ(search.best_index(), 0);
  EXPECT_TRUE(std::isnan(search.best_score()));
  ASSERT_EQ(collector.warnings.size(), 2u);
  EXPECT_NE(collector.warnings[1].message.find("no candidate has a mean test score by 'broken'"),
            std::string::npos);
}

TEST(GridSearchCV, RefusesAScorerOfAnotherRoleBeforeAnyFit) {
  const auto refused = [](const auto& search, std::initializer_list<std::string_view> parts) {
    return throws<InvalidParameter>([&] { search.validate_params(); }, parts);
  };
  EXPECT_TRUE(refused(GridSearchCV(Ridge(), {{"alpha", {1.0}}}, {.scoring = "roc_auc"}),
                      {"'scoring'", "GridSearchCV<Regressor>", "'roc_auc'", "Ridge()"}));
  EXPECT_TRUE(refused(GridSearchCV(logistic(), logistic_grid({1.0}), {.scoring = {"f1", "r2"}}),
                      {"'scoring'", "'r2'", "a Regressor"}));
  const Labels classes = (X.col(0).array() > 3.0).cast<int>();
  EXPECT_TRUE(throws<InvalidInput>(
      [&] {
        GridSearchCV(LogisticRegression(), {{"C", {1.0}}}, {.cv = 11}).fit(X, classes);
      },
      {"GridSearchCV<Classifier>: StratifiedKFold: n_splits=11", "the largest has 8"}));
}

TEST(GridSearchCV, ReportsEveryFitOneAtATime) {
  std::vector<Index> seen;
  const auto callback = [&](const Progress& p) {
    EXPECT_EQ(p.task, "GridSearchCV<Regressor>");
    EXPECT_EQ(p.total, 13);
    seen.push_back(p.iteration);
  };
  const Matrix large = numbered(300);
  GridSearchCV search(Probe(), {{"level", {1.0, 2.0, 3.0}}}, {.scoring = by_level, .cv = 4});
  search.fit(large, Vector(large.col(0)), {.callback = callback, .n_threads = 4});
  std::vector<Index> expected(13);
  std::iota(expected.begin(), expected.end(), Index{1});
  EXPECT_EQ(seen, expected);
}

TEST(GridSearchCV, StopsWhenToldAndStaysAsItWas) {
  GridSearchCV search(Probe(), {{"level", {1.0, 2.0}}}, {.scoring = by_level, .cv = 3});
  search.fit(X, y);
  search.set_param("param_grid", Value::parse(R"({"level": [8, 9]})"));
  for (const Index last : {1, 6}) {
    std::stop_source stop;
    Index fits = 0;
    const auto callback = [&](const Progress& p) {
      fits = p.iteration;
      if (p.iteration == last) stop.request_stop();
    };
    EXPECT_THROW(search.fit(X, y, {.callback = callback, .stop = stop.get_token()}), Cancelled);
    EXPECT_EQ(fits, last);
    EXPECT_EQ(search.best_score(), 2.0);
  }
}

TEST(GridSearchCV, PassesWhatTheEstimatorTakes) {
  GridSearchCV search(Probe(), {{"level", {1.0}}}, {.cv = 3});
  const ValidationSet validation{numbered(5), Vector(Vector::Zero(5))};
  search.fit(X, y, {.sample_weight = Vector::Constant(12, 2.0), .validation = validation});
  EXPECT_EQ(search.best_estimator<Probe>().state().weight, 24.0);
  EXPECT_EQ(search.best_estimator<Probe>().state().validation_rows, 5);
  GridSearchCV ridge(Ridge(), {{"alpha", {1.0}}}, {.cv = 3});
  EXPECT_TRUE(throws<InvalidInput>([&] { ridge.fit(X, y, {.validation = validation}); },
                                   {"GridSearchCV<Regressor>", "validation set"}));
  EXPECT_TRUE(
      throws<InvalidInput>([&] { search.fit(X, y, {.groups = Labels::Zero(12)}); }, {"groups"}));
}

TEST(GridSearchCV, ReadySplitsCountRowsOfWeightZero) {
  Vector w = Vector::Ones(12);
  w.head(3).setZero();
  const auto rows =
      Scorer::from_estimator("rows", [](const Estimator& e, const Features& X_test, const Target&) {
        return 100.0 * dynamic_cast<const Probe&>(e).state().rows[0] + X_test.dense()(0, 0);
      });
  GridSearchCV search(Probe(), {{"level", {1.0}}},
                      {.scoring = rows, .cv = std::vector<Split>{{{0, 7, 8}, {11}}}});
  search.fit(X, y, {.sample_weight = w});
  EXPECT_EQ(search.best_score(),
            711.0);  // row 0 has gone from the fit, and row 11 is still number 11
  EXPECT_EQ(search.best_estimator<Probe>().state().rows.size(), 9);
}

/// Leaves each group out in turn.
class LeaveGroupOut final : public Splitter {
 public:
  std::vector<Split> split(Index n, const Target&, const Labels& groups) const override {
    std::vector<Split> splits(static_cast<std::size_t>(groups.maxCoeff() + 1));
    for (std::size_t g = 0; g < splits.size(); ++g)
      for (Index i = 0; i < n; ++i)
        (groups[i] == static_cast<int>(g) ? splits[g].test : splits[g].train).push_back(i);
    return splits;
  }
  bool uses_groups() const override { return true; }
  std::string_view name() const override { return "LeaveGroupOut"; }
};

TEST(GridSearchCV, GroupsReachTheSplitterThroughNestedSearches) {
  const Labels groups = Labels::NullaryExpr(12, [](Index i) { return static_cast<int>(i % 3); });
  GridSearchCV inner(Probe(), {{"level", {1.0, 2.0}}}, {.cv = LeaveGroupOut()});
  EXPECT_TRUE(inner.get_tags().groups);
  inner.fit(X, y, {.groups = groups});
  EXPECT_EQ(inner.cv_results().test_scores[0].cols(), 3);
  EXPECT_EQ(inner.best_estimator<Probe>().state().groups, 0);
  EXPECT_TRUE(throws<InvalidInput>([&] { inner.fit(X, y); }, {"LeaveGroupOut", "group"}));

  GridSearchCV outer(inner, {{"estimator__level", {0.0}}, {"refit", {true}}},
                     {.cv = KFold({.n_splits = 2})});
  outer.fit(X, y, {.groups = groups});
  EXPECT_EQ(outer.best_estimator<GridSearchCV<Regressor>>().cv_results().test_scores[0].cols(), 3);
  const auto loaded = load<GridSearchCV<Regressor>>(to_cbor(inner.fit(X, y, {.groups = groups})));
  EXPECT_EQ(loaded.predict(X), inner.predict(X));
  EXPECT_TRUE(throws<NotSupported>(
      [&] {
        auto again = loaded;
        again.fit(X, y);
      },
      {"LeaveGroupOut"}));
}

TEST(GridSearchCV, WithoutRefitHasResultsOnly) {
  const Dataset data = iris();
  GridSearchCV search(logistic(), logistic_grid({0.1, 1.0}), {.cv = 2, .refit = false});
  search.fit(data.X, data.y);
  EXPECT_TRUE(search.fitted());
  EXPECT_EQ(search.best_params().size(), 1u);
  EXPECT_EQ(search.classes(), (Labels(3) << 0, 1, 2).finished());
  EXPECT_TRUE(std::isnan(search.refit_time()));
  EXPECT_TRUE(
      throws<NotFitted>([&] { search.predict(data.X); }, {"GridSearchCV<Classifier>", "refit"}));
  EXPECT_THROW(search.predict_proba(data.X), NotFitted);
  EXPECT_THROW(search.best_estimator(), NotFitted);
  const auto loaded = load<GridSearchCV<Classifier>>(to_cbor(search));
  EXPECT_EQ(loaded.best_score(), search.best_score());
  EXPECT_THROW(loaded.predict(data.X), NotFitted);
}

TEST(GridSearchCV, SeveralScorersAreAllRecordedAndOneDecides) {
  const auto backwards =
      Scorer::from_estimator("backwards", [](const Estimator& e, const Features&, const Target&) {
        return -dynamic_cast<const Probe&>(e).params().level;
      });
  const Scoring both{by_level, backwards};
  const auto with = [&](Refit refit) {
    return GridSearchCV(Probe(), {{"level", {1.0, 2.0, 3.0}}},
                        {.scoring = both, .cv = 2, .refit = refit});
  };
  EXPECT_EQ(with(true).fit(X, y).best_index(), 2);
  GridSearchCV search = with("backwards").fit(X, y);
  EXPECT_EQ(search.best_index(), 0);
  EXPECT_EQ(search.best_score(), -1.0);
  EXPECT_EQ(search.cv_results().rank_test_score("level"), (Labels(3) << 3, 2, 1).finished());
  const DataFrame table = search.cv_results().to_table();
  EXPECT_TRUE(table.contains("mean_test_level") && table.contains("split1_test_backwards") &&
              table.contains("rank_test_backwards"));
  EXPECT_TRUE(throws<InvalidParameter>([&] { with("auc").fit(X, y); },
                                       {"'refit'", "'auc'", "level, backwards"}));
  EXPECT_TRUE(throws<InvalidParameter>([&] { search.cv_results().mean_test_score("auc"); },
                                       {"'auc'", "level, backwards"}));
  GridSearchCV single(Ridge(), {{"alpha", {1.0}}}, {.scoring = "r2", .cv = 2, .refit = "r2"});
  EXPECT_EQ(single.fit(X, y).best_index(), 0);
}

TEST(GridSearchCV, ResultsReadAsATable) {
  GridSearchCV search(Probe(),
                      ParameterGrid{{"level", {1.0, 2.0}}} + ParameterGrid{{"fail_row", {99}}},
                      {.scoring = by_level, .cv = 2, .return_train_score = true});
  search.fit(X, y);
  const DataFrame table = search.cv_results().to_table();
  EXPECT_EQ(table.names(),
            (std::vector<std::string>{"param_level", "param_fail_row", "mean_test_score",
                                      "std_test_score", "rank_test_score", "split0_test_score",
                                      "split1_test_score", "mean_train_score", "std_train_score",
                                      "split0_train_score", "split1_train_score", "mean_fit_time",
                                      "std_fit_time", "mean_score_time", "std_score_time"}));
  EXPECT_EQ(table["param_level"].text(1), "2");
  EXPECT_TRUE(table["param_level"].is_missing(2) && table["param_fail_row"].is_missing(0));
  EXPECT_EQ(table["rank_test_score"].values()[1], 1.0);
  std::ostringstream text;
  text << search.cv_results();
  EXPECT_NE(text.str().find("the best of 3 candidates"), std::string::npos);
  EXPECT_EQ(text.str().find("split0"), std::string::npos);
}

TEST(GridSearchCV, LoadsAsItWasSaved) {
  const Dataset data = cancer();
  GridSearchCV search(logistic(), logistic_grid({0.1, 1.0}),
                      {.scoring = {"roc_auc", "accuracy"}, .cv = 3, .refit = "accuracy"});
  search.fit(data.X, data.y);
  const auto loaded = load<GridSearchCV<Classifier>>(to_cbor(search));
  EXPECT_EQ(loaded.predict_proba(data.X), search.predict_proba(data.X));
  EXPECT_EQ(loaded.predict_names(data.X), search.predict_names(data.X));
  EXPECT_EQ(loaded.best_params(), search.best_params());
  EXPECT_EQ(loaded.cv_results().mean_test_score("roc_auc"),
            search.cv_results().mean_test_score("roc_auc"));
  EXPECT_FALSE(loaded.cv_results().to_table().contains("mean_fit_time"));
  EXPECT_EQ(to_json(loaded), to_json(search));
  EXPECT_EQ(to_json(*from_json(to_json(search))), to_json(search));
  auto again = loaded;
  EXPECT_EQ(again.fit(data.X, data.y).best_score(), search.best_score());
}

TEST(GridSearchCV, RefusesDamagedFiles) {
  GridSearchCV search(Probe(), {{"level", {1.0, 2.0}}}, {.scoring = by_level, .cv = 3});
  const std::string good = to_json(search.fit(X, y));
  const auto refused = [&](std::string_view from, std::string_view to,
                           std::initializer_list<std::string_view> parts) {
    std::string text = good;
    const auto at = text.rfind(from);
    EXPECT_NE(at, std::string::npos) << from << " is not in " << text;
    text.replace(at, from.size(), to);
    return throws<FormatError>([&] { from_json(text); }, parts);
  };
  EXPECT_NO_THROW(from_json(good));
  EXPECT_TRUE(refused(R"("best_index":1)", R"("best_index":2)", {"best_index is 2"}));
  EXPECT_TRUE(refused(R"("best_index":1)", R"("best_index":-1)", {"best_index is -1"}));
  EXPECT_TRUE(refused(R"("metrics":["score"])", R"("metrics":["score","b"])", {"do not fit"}));
  EXPECT_TRUE(refused(R"("params":[{"level":1.0},{"level":2.0}])", R"("params":[{"level":1.0}])",
                      {"do not fit"}));
  EXPECT_TRUE(refused(R"("errors":[])", R"("errors":["a"])", {"do not fit"}));
}

TEST(GridSearchCV, PrintsItsEstimatorAndItsGrid) {
  GridSearchCV search(Ridge({.fit_intercept = false}), {{"alpha", {0.1, 1.0}}});
  const std::string text = search.to_string();
  EXPECT_EQ(
      text.rfind("GridSearchCV<Regressor>(estimator=Ridge(fit_intercept=false), param_grid=", 0),
      0U)
      << text;
  search.set_params({{"estimator__alpha", 3.0}, {"estimator", Ridge()}});
  EXPECT_NE(search.to_string().find("estimator=Ridge(alpha=3)"), std::string::npos);
}

TEST(GridSearchCV, WithoutAnEstimatorSaysSo) {
  for (const auto name : {"GridSearchCV<Classifier>", "GridSearchCV<Regressor>",
                          "RandomizedSearchCV<Classifier>", "RandomizedSearchCV<Regressor>"}) {
    auto search = registry().make(name);
    EXPECT_EQ(search->to_string(), std::string(name) + "()");
    EXPECT_TRUE(throws<InvalidParameter>([&] { search->validate_params(); },
                                         {name, "'estimator'", "Got none"}));
    EXPECT_FALSE(search->get_tags().sample_weight);
    EXPECT_EQ(search->parts().at(0).note, "none");
    search->set_param("estimator", name[name[0] == 'G' ? 13 : 19] == 'C'
                                       ? Value(LogisticRegression())
                                       : Value(Ridge()));
    EXPECT_NO_THROW(search->validate_params());
    EXPECT_TRUE(search->get_tags().sample_weight);
  }
  EXPECT_FALSE(GridSearchCV<Classifier>().has_predict_proba());
  EXPECT_TRUE(GridSearchCV(logistic(), {}).has_predict_proba());
  EXPECT_TRUE(GridSearchCV(logistic(), {}).has_decision_function());
}

TEST(RandomizedSearchCV, DrawsItsCandidatesBySeed) {
  const auto with = [](std::int64_t seed) {
    return RandomizedSearchCV(Probe(), {{"level", Distribution::uniform(0.0, 9.0)}},
                              {.n_iter = 8, .random_state = seed, .scoring = by_level, .cv = 2})
        .fit(X, y);
  };
  const auto search = with(3);
  ASSERT_EQ(search.cv_results().size(), 8);
  EXPECT_EQ(search.best_score(), search.cv_results().mean_test_score().maxCoeff());
  EXPECT_EQ(with(3).cv_results().params, search.cv_results().params);
  EXPECT_NE(with(4).cv_results().params, search.cv_results().params);
  const auto loaded = load<RandomizedSearchCV<Regressor>>(to_cbor(search));
  EXPECT_EQ(loaded.predict(X), search.predict(X));
  auto again = loaded;
  EXPECT_EQ(again.params().n_iter, 8);
  EXPECT_EQ(again.params().param_distributions.sample(8, 3), search.cv_results().params);
}

TEST(RandomizedSearchCV, WarnsWhenThereAreFewerCombinations) {
  WarningCollector collector;
  RandomizedSearchCV search(Probe(), {{"level", {1.0, 2.0, 3.0}}},
                            {.random_state = 0, .scoring = by_level, .cv = 2});
  search.fit(X, y);
  EXPECT_EQ(search.cv_results().size(), 3);
  EXPECT_EQ(search.best_score(), 3.0);
  ASSERT_EQ(collector.warnings.size(), 1u);
  EXPECT_NE(collector.warnings[0].message.find("3 combinations"), std::string::npos);
}

TEST(RandomizedSearchCV, RefusesWhatCannotBe) {
  const auto refused = [](ParameterDistributions space, RandomizedSearchOptions options,
                          std::initializer_list<std::string_view> parts) {
    return throws<InvalidParameter>([&] { RandomizedSearchCV(Probe(), space, options).fit(X, y); },
                                    parts);
  };
  EXPECT_TRUE(
      refused({{"level", {1.0}}}, {.n_iter = 0}, {"'n_iter'", "RandomizedSearchCV<Regressor>"}));
  EXPECT_TRUE(refused({{"level", {1.0}}}, {.random_state = -1}, {"'random_state'"}));
  EXPECT_TRUE(refused({{"level", Distribution::uniform(2.0, 1.0)}}, {}, {"'level'", "[2, 1)"}));
}

}  // namespace
}  // namespace espalier
