// SPDX-License-Identifier: BSD-3-Clause
// What the results of searches and of cross-validation look like to their reader.
#include <sstream>

#include <gtest/gtest.h>

#include <espalier/model_selection/cross_validation.hpp>
#include <espalier/model_selection/search_results.hpp>

namespace espalier {
namespace {

using Names = std::vector<std::string>;

SearchResults results(std::vector<ParamList> params, const Vector& scores) {
  SearchResults search;
  search.params = std::move(params);
  search.metrics = {"score"};
  search.test_scores = {scores};
  return search;
}

TEST(SearchResults, TheRankingHasTheBestFirstAndItsScoresBeforeItsParameters) {
  const SearchResults search = results(
      {{{"model__C", 0.1}}, {{"model__C", 1.0}}, {{"model__C", 10.0}}}, Vector{{0.7, 0.9, 0.8}});
  const DataFrame ranking = search.ranking();
  EXPECT_EQ(ranking.names(), (Names{"rank_test_score", "mean_test_score", "std_test_score", "C"}));
  EXPECT_EQ(ranking.select({"rank_test_score", "mean_test_score", "C"}).to_matrix(),
            (Matrix(3, 3) << 1, 0.9, 1, 2, 0.8, 10, 3, 0.7, 0.1).finished());
  EXPECT_EQ(search.to_table()["param_model__C"].values()[0], 0.1);  // in the order of the search
}

TEST(SearchResults, TheRankingNamesParametersByWhatTellsThemApart) {
  const auto names = [](const Names& paths) {
    ParamList params;
    for (const std::string& path : paths) params.emplace_back(path, 1.0);
    const Names columns = results({params}, Vector{{0.5}}).ranking().names();
    return Names(columns.begin() + 3, columns.end());
  };
  EXPECT_EQ(names({"prepare__numbers__simple_imputer__strategy", "model__C"}),
            (Names{"strategy", "C"}));
  EXPECT_EQ(names({"a__imputer__strategy", "b__imputer__strategy", "model__C"}),
            (Names{"a__imputer__strategy", "b__imputer__strategy", "C"}));
  EXPECT_EQ(names({"x__a__shift", "x__b__shift"}), (Names{"a__shift", "b__shift"}));
  EXPECT_EQ(names({"shift", "model__shift"}), (Names{"shift", "model__shift"}));
  EXPECT_EQ(names({"model", "model__C"}), (Names{"model", "C"}));
}

TEST(SearchResults, PrintTheBestCandidatesOnly) {
  std::ostringstream text;
  text << results({{{"model__C", 0.1}}, {{"model__C", 1.0}}}, Vector{{0.7, 0.9}}).to_string(1);
  EXPECT_EQ(text.str(),
            "rank_test_score  mean_test_score  std_test_score  C\n"
            "              1              0.9               0  1\n"
            "1 row × 4 columns\n\nthe best of 2 candidates");
}

TEST(CrossValidation, PrintsSecondsAsSuch) {
  CrossValidation result;
  result.scores = {{"score", Vector{{0.75, 0.5}}, Vector()}};
  result.fit_time = Vector{{0.000282161, 5.0485e-05}};
  result.score_time = Vector{{1.25, 0.5}};
  EXPECT_EQ(result.to_string(),
            "split  test_score  fit_time (s)  score_time (s)\n"
            "    0        0.75        0.0003            1.25\n"
            "    1        0.50        0.0001            0.50\n"
            "2 rows × 4 columns\n\ntest_score: 0.6250 ± 0.1250");
}

}  // namespace
}  // namespace espalier
