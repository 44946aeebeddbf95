// SPDX-License-Identifier: BSD-3-Clause
#include <cmath>
#include <limits>
#include <map>
#include <numeric>
#include <stop_token>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include <espalier/core/archive.hpp>
#include <espalier/core/random.hpp>
#include <espalier/ensemble/hist_gradient_boosting_classifier.hpp>
#include <espalier/ensemble/hist_gradient_boosting_regressor.hpp>

#include "ensemble/table_data.hpp"
#include "support/expect_error.hpp"

namespace espalier {
namespace {

using testing_support::throws;
using Regressor_ = HistGradientBoostingRegressor;
using Classifier_ = HistGradientBoostingClassifier;

constexpr double nan = std::numeric_limits<double>::quiet_NaN();

Matrix numbers(Index n, Index p) {
  Random random(9);
  return Matrix::NullaryExpr(n, p, [&](Index, Index) { return random.normal(); });
}

// Determinism

template <class Model>
std::string bits(Model model, const Features& X, const Target& y, const FitContext& context) {
  model.fit(X, y, context);
  return to_json(model);
}

TEST(HistGradientBoosting, HasTheSameBitsOnAnyNumberOfThreads) {
  const TableData data(40'000, 8);
  const Vector weights =
      Vector::NullaryExpr(40'000, [](Index i) { return 0.5 + static_cast<double>(i % 3); });
  const Regressor_ regressor(
      {.max_iter = 6, .max_features = 0.6, .random_state = 3});  // early stopping, too
  const Classifier_ classifier(
      {.max_iter = 3, .min_samples_leaf = 5, .early_stopping = false, .random_state = 3});
  const std::string one =
      bits(regressor, data.X, data.y, {.sample_weight = weights, .n_threads = 1});
  const std::string three = bits(classifier, data.X, data.three, {.n_threads = 1});
  for (const int threads : {2, 4, 7}) {
    EXPECT_EQ(bits(regressor, data.X, data.y, {.sample_weight = weights, .n_threads = threads}),
              one);
    EXPECT_EQ(bits(classifier, data.X, data.three, {.n_threads = threads}), three);
  }
}

TEST(HistGradientBoosting, FollowsItsSeed) {
  const TableData data(2000);
  const auto with_seed = [&](std::int64_t seed) {
    return Regressor_({.max_iter = 5, .max_features = 0.4, .random_state = seed})
        .fit(data.X, data.y)
        .predict(data.X);
  };
  EXPECT_EQ(with_seed(1), with_seed(1));
  EXPECT_NE(with_seed(1), with_seed(2));
}

TEST(HistGradientBoosting, SubsamplesWithTheSameBitsOnAnyNumberOfThreads) {
  const TableData data(40'000, 8);
  for (const RegressionLoss loss :
       {RegressionLoss::squared_error, RegressionLoss::absolute_error}) {
    const Regressor_ regressor({.loss = loss,
                                .max_iter = 4,
                                .growth = TreeGrowth::depth_wise,
                                .max_features = 0.6,
                                .subsample = 0.3,
                                .random_state = 3});
    const std::string one = bits(regressor, data.X, data.y, {.n_threads = 1});
    for (const int threads : {2, 4, 7})
      EXPECT_EQ(bits(regressor, data.X, data.y, {.n_threads = threads}), one);
  }
}

TEST(HistGradientBoosting, DrawsOtherRowsAtEachIteration) {
  const TableData data(2000);
  const auto trees_of = [&](double subsample, std::int64_t seed) {
    Regressor_ model({.learning_rate = 1e-9,  // all iterations see the same derivatives, nearly
                      .max_iter = 3,
                      .subsample = subsample,
                      .random_state = seed});
    return model.fit(data.X, data.y).trees();
  };
  const auto root = [](const BoostedTrees& trees, Index t) {
    return trees.infos[static_cast<std::size_t>(trees.tree_begin[static_cast<std::size_t>(t)])];
  };
  const BoostedTrees all = trees_of(1.0, 1);
  const BoostedTrees some = trees_of(0.25, 1);
  EXPECT_NEAR(root(all, 0).gain, root(all, 1).gain, 1e-4 * root(all, 0).gain);
  EXPECT_EQ(root(some, 0).count, 500.0);
  EXPECT_EQ(root(some, 1).count, 500.0);
  EXPECT_GT(std::abs(root(some, 0).gain - root(some, 1).gain), 1e-3 * root(some, 0).gain);
  EXPECT_EQ(root(some, 1).gain, root(trees_of(0.25, 1), 1).gain);
  EXPECT_NE(root(some, 1).gain, root(trees_of(0.25, 2), 1).gain);
}

TEST(HistGradientBoosting, LearnsFromAShareOfTheRows) {
  const TableData data(4000);
  const TableData other(2000, 5, 77);
  const double share =
      Regressor_({.subsample = 0.2, .random_state = 0}).fit(data.X, data.y).score(other.X, other.y);
  const double all = Regressor_({.random_state = 0}).fit(data.X, data.y).score(other.X, other.y);
  EXPECT_GT(share, all - 0.03);
  const Classifier_ classifier =
      Classifier_({.subsample = 0.5, .random_state = 0}).fit(data.X, data.three);
  EXPECT_GT(classifier.score(other.X, other.three), 0.8);
}

// What is learned

TEST(HistGradientBoostingRegressor, LearnsANonlinearFunctionWithHolesAndCategories) {
  const TableData train(4000, 5, 1);
  const TableData test(1000, 5, 2);
  const Regressor_ model = Regressor_().fit(train.X, train.y);
  EXPECT_GT(model.score(test.X, test.y), 0.94);
  EXPECT_EQ(model.n_iter(), 100);
  EXPECT_FALSE(model.do_early_stopping());
  EXPECT_EQ(model.train_score().size(), 0);
}

TEST(HistGradientBoostingRegressor, OfAConstantIsThatConstant) {
  const Matrix X = numbers(100, 3);
  const Vector y = Vector::Constant(100, 3.25);
  EXPECT_EQ(Regressor_().fit(X, y).predict(X), y);
  EXPECT_EQ(Regressor_().fit(X, y).feature_importances(), Vector::Zero(3));
}

TEST(HistGradientBoostingClassifier, LearnsTwoAndThreeClasses) {
  const TableData train(4000, 5, 1);
  const TableData test(1000, 5, 2);
  const Classifier_ two = Classifier_().fit(train.X, train.binary);
  EXPECT_GT(two.score(test.X, test.binary), 0.92);
  EXPECT_EQ(two.decision_function(test.X).cols(), 1);
  EXPECT_EQ(two.trees().n_trees(), 100);
  const Classifier_ three = Classifier_({.max_iter = 50}).fit(train.X, train.three);
  EXPECT_GT(three.score(test.X, test.three), 0.83);
  EXPECT_EQ(three.decision_function(test.X).cols(), 3);
  EXPECT_EQ(three.trees().n_trees(), 150);
  EXPECT_EQ(three.n_iter(), 50);
  EXPECT_EQ(three.classes(), (Labels{{3, 7, 20}}));
}

TEST(HistGradientBoostingClassifier, ProbabilitiesSumToOneAndAgreeWithPredictions) {
  const TableData data(600);
  for (const Labels& y : {data.binary, data.three}) {
    const Classifier_ model = Classifier_({.max_iter = 10}).fit(data.X, y);
    const Matrix proba = model.predict_proba(data.X);
    const Labels predicted = model.predict(data.X);
    EXPECT_TRUE(((proba.rowwise().sum().array() - 1.0).abs() < 1e-14).all());
    for (Index i = 0; i < proba.rows(); ++i) {
      Index best = 0;
      proba.row(i).maxCoeff(&best);
      EXPECT_EQ(model.classes()[best], predicted[i]);
    }
  }
}

TEST(HistGradientBoosting, ImportancesAreSharesOfTheGain) {
  const Matrix X = numbers(1000, 4);
  const Vector y = 3.0 * X.col(2) + X.col(0);
  const Regressor_ model = Regressor_({.max_iter = 20}).fit(X, y);
  const Vector importances = model.feature_importances();
  EXPECT_NEAR(importances.sum(), 1.0, 1e-12);
  EXPECT_GT(importances[2], 0.7);
  EXPECT_GT(importances[0], 0.05);
  EXPECT_LT(importances[1] + importances[3], 0.02);
  const Index leaves = model.trees().n_trees() + static_cast<Index>(model.split_counts().sum());
  EXPECT_EQ(static_cast<Index>(model.trees().nodes.size()),
            leaves + static_cast<Index>(model.split_counts().sum()));
}

TEST(HistGradientBoosting, WeightsMultiplyTheLoss) {
  const TableData data(1500);
  Vector weights = Vector::Ones(1500);
  for (Index i = 0; i < 1500; ++i)
    if (data.y[i] > 2.0) weights[i] = 50.0;
  const Regressor_ model({.max_iter = 3, .max_leaf_nodes = 2});
  EXPECT_GT(
      Regressor_(model).fit(data.X, data.y, {.sample_weight = weights}).predict(data.X).mean(),
      Regressor_(model).fit(data.X, data.y).predict(data.X).mean() + 1.0);
}

TEST(HistGradientBoostingClassifier, ClassWeightsAreSampleWeights) {
  const TableData data(800);
  const Vector by_hand =
      data.three.unaryExpr([](int label) { return label == 7 ? 4.0 : 1.0; }).cast<double>();
  const Classifier_ weighted =
      Classifier_({.max_iter = 5, .class_weight = {{7, 4.0}}}).fit(data.X, data.three);
  const Classifier_ expected =
      Classifier_({.max_iter = 5}).fit(data.X, data.three, {.sample_weight = by_hand});
  EXPECT_EQ(weighted.predict_proba(data.X), expected.predict_proba(data.X));
}

// Missing values and categories

TEST(HistGradientBoosting, AColumnWithoutAnyValueIsNoHindrance) {
  Matrix X = numbers(200, 3);
  const Vector y = X.col(0);
  X.col(1).setConstant(nan);
  const Regressor_ model = Regressor_().fit(X, y);
  EXPECT_GT(model.score(X, y), 0.9);
  EXPECT_EQ(model.split_counts()[1], 0.0);
}

TEST(HistGradientBoosting, MatchesCategoriesByText) {
  const TableData data(1000);
  const Regressor_ model = Regressor_({.max_iter = 10}).fit(data.X, data.y);
  const Column& column = data.X["c3"];
  std::vector<std::int32_t> codes;
  for (const std::int32_t code : column.codes()) codes.push_back(code < 0 ? code : 6 - code);
  const Dictionary& from = column.dictionary();
  const DataFrame other =
      data.X.with(Column::categorical("c3", codes, Dictionary(from.rbegin(), from.rend())));
  EXPECT_EQ(model.predict(other), model.predict(data.X));
  EXPECT_EQ(Regressor_({.max_iter = 10}).fit(other, data.y).predict(data.X), model.predict(data.X))
      << "the order of the dictionary decides nothing at fit, too";
}

TEST(HistGradientBoosting, TakesUnseenCategoriesAsMissing) {
  const TableData data(1000);
  const Regressor_ model = Regressor_({.max_iter = 10}).fit(data.X, data.y);
  const auto with_category = [&](std::int32_t code) {
    const std::vector<std::int32_t> codes(1000, code);
    return model.predict(data.X.with(Column::categorical("c3", codes, Dictionary{"never seen"})));
  };
  EXPECT_EQ(with_category(0), with_category(-1));
}

TEST(HistGradientBoosting, TakesNumbersAsCategoriesWhereTold) {
  Matrix X(600, 2);
  Vector y(600);
  for (Index i = 0; i < 600; ++i) {
    X(i, 0) = static_cast<double>(i % 6) * 100.0 - 50.5;  // any numbers
    X(i, 1) = static_cast<double>(i % 17);
    y[i] = i % 2 == 0 ? 5.0 : -5.0;  // every other category
  }
  const std::vector<Index> first{0};
  const Regressor_ model =
      Regressor_({.max_iter = 1, .max_leaf_nodes = 2, .categorical_features = first}).fit(X, y);
  EXPECT_EQ(model.trees().nodes.size(), 3U) << "one split separates them";
  EXPECT_NEAR(model.predict(X.topRows(1))[0], 0.5, 1e-6);  // a tenth of the way
  EXPECT_NEAR(model.predict(X.middleRows(1, 1))[0], -0.5, 1e-6);
  EXPECT_EQ(model.state().categories[0].values.size(), 6U);
  Matrix unseen{{7.0, 1.0}};
  Matrix missing{{nan, 1.0}};
  EXPECT_EQ(model.predict(unseen), model.predict(missing));
}

TEST(HistGradientBoosting, ChoosesCategoricalColumnsByName) {
  const TableData data(500);
  const Regressor_ by_type = Regressor_({.max_iter = 3}).fit(data.X, data.y);
  const std::vector<std::string> names{"c3"};
  const Regressor_ by_name =
      Regressor_({.max_iter = 3, .categorical_features = names}).fit(data.X, data.y);
  EXPECT_EQ(by_type.predict(data.X), by_name.predict(data.X));
}

TEST(HistGradientBoosting, NamesTheColumnThatIsWrong) {
  const TableData data(500);
  const auto fit = [&](const CategoricalFeatures& chosen) {
    Regressor_({.max_iter = 1, .categorical_features = chosen}).fit(data.X, data.y);
  };
  EXPECT_TRUE(
      throws<InvalidInput>([&] { fit(std::vector<std::string>{"town"}); },
                           {"HistGradientBoostingRegressor", "categorical_features", "'town'"}));
  EXPECT_TRUE(throws<InvalidInput>(
      [&] {
        fit(std::vector<Index>{3, 5});
      },
      {"position 5", "5 columns"}));
  EXPECT_TRUE(throws<InvalidInput>([&] { fit(std::vector<Index>{-1}); }, {"position -1"}));
  EXPECT_TRUE(
      throws<InvalidInput>([&] { fit(CategoricalFeatures::none()); }, {"'c3'", "categorical"}));
  const Matrix X = numbers(50, 2);
  EXPECT_TRUE(throws<InvalidInput>(
      [&] {
        Regressor_({.categorical_features = std::vector<std::string>{"a"}})
            .fit(X, Vector(X.col(0)));
      },
      {"'a'", "no column names"}));
}

/// Shops of very different sizes, each with an effect of its own.
struct Shops {
  std::vector<std::string> names;
  std::vector<double> size;
  Vector y;

  explicit Shops(Index n) : y(n) {
    Random random(4);
    for (Index i = 0; i < n; ++i) {
      const auto shop = static_cast<int>(2'000 * std::pow(random.uniform(), 3.0));
      names.push_back("shop " + std::to_string(shop));
      size.push_back(random.normal());
      y[i] = std::sin(static_cast<double>(shop * shop)) + 0.3 * size.back() + 0.1 * random.normal();
    }
  }
  DataFrame table(std::vector<std::string> shops) const {
    return {Column::categorical("shop", std::move(shops)), Column::numeric("size", size)};
  }
};

TEST(HistGradientBoosting, TakesMoreCategoriesThanBins) {
  const Shops data(8'000);
  const Features X = data.table(data.names);
  const Regressor_ model =
      Regressor_({.max_iter = 30, .max_bins = 100, .random_state = 0}).fit(X, data.y);

  // The same as giving all categories but the 99 largest one name, the last one.
  std::map<std::string, int> rows;
  for (const std::string& name : data.names) ++rows[name];
  std::vector<std::pair<int, std::string>> by_size;
  for (const auto& [name, count] : rows) by_size.emplace_back(-count, name);
  ASSERT_GT(by_size.size(), 500U);
  std::sort(by_size.begin(), by_size.end());
  std::vector<std::string> gathered = data.names;
  for (std::string& name : gathered)
    if (std::pair(-rows[name], name) >= by_size[99]) name = "~ other";
  const Features other = data.table(gathered);
  const Regressor_ expected =
      Regressor_({.max_iter = 30, .max_bins = 100, .random_state = 0}).fit(other, data.y);
  EXPECT_EQ(model.predict(X), expected.predict(other));
  EXPECT_GT(model.score(X, data.y), 0.4);

  const DataFrame strange{Column::categorical("shop", {"a new shop", ""}),
                          Column::numeric("size", {0.1, 0.1})};
  const Vector predicted = model.predict(strange);
  EXPECT_EQ(predicted[0], predicted[1]) << "a new category is missing, not rare";

  EXPECT_EQ(load<Regressor_>(to_cbor(model)).predict(X), model.predict(X));
  EXPECT_EQ(model.predictor().predict(X), model.predict(X));
  EXPECT_EQ(model.shap_values(X).values, expected.shap_values(other).values);
}

// Early stopping

TEST(HistGradientBoosting, WatchesTheValidationSetThatIsGiven) {
  const TableData train(600, 5, 1);
  const TableData other(600, 5, 2);
  const Regressor_ model =
      Regressor_({.learning_rate = 0.5, .max_iter = 300, .n_iter_no_change = 5})
          .fit(train.X, train.y, {.validation = ValidationSet{other.X, other.y}});
  EXPECT_TRUE(model.do_early_stopping());
  EXPECT_LT(model.n_iter(), 300);
  ASSERT_EQ(model.validation_score().size(), model.n_iter() + 6) << "5 without progress";
  EXPECT_EQ(model.train_score().size(), model.n_iter() + 6);
  const double kept = -0.5 * (model.predict(other.X) - other.y).squaredNorm() / 600.0;
  EXPECT_NEAR(model.validation_score()[model.n_iter()], kept, 1e-12)
      << "minus the loss of the model as it is";
  EXPECT_NEAR(model.train_score()[0], -0.5 * (train.y.array() - train.y.mean()).square().mean(),
              1e-12);
}

TEST(HistGradientBoosting, RefusesAValidationSetWithoutEarlyStopping) {
  const TableData data(100);
  const FitContext context{.validation = ValidationSet{data.X, data.y}};
  EXPECT_TRUE(throws<InvalidParameter>(
      [&] { Regressor_({.early_stopping = false}).fit(data.X, data.y, context); },
      {"'early_stopping'", "HistGradientBoostingRegressor", "validation set", "false"}));
  EXPECT_TRUE(throws<InvalidParameter>(
      [&] {
        Classifier_({.early_stopping = false})
            .fit(data.X, data.binary, {.validation = ValidationSet{data.X, data.binary}});
      },
      {"'early_stopping'", "HistGradientBoostingClassifier"}));
}

TEST(HistGradientBoosting, SetsRowsAsideToWatch) {
  const TableData data(1000);
  const Classifier_ model =
      Classifier_(
          {.learning_rate = 0.5, .max_iter = 300, .early_stopping = true, .random_state = 0})
          .fit(data.X, data.three);
  EXPECT_LT(model.n_iter(), 300);
  EXPECT_EQ(model.validation_score().size(), model.n_iter() + 11);
  EXPECT_EQ(model.trees().infos[0].count, 900);
  const Classifier_ fifty =
      Classifier_({.max_iter = 2, .early_stopping = true, .validation_fraction = 50.0})
          .fit(data.X, data.three);
  EXPECT_EQ(fifty.trees().infos[0].count, 950);
}

TEST(HistGradientBoosting, WatchesTheTrainingRowsWithoutOthers) {
  const Matrix X = numbers(300, 2);
  const Vector y = (X.col(0).array() > 0.0).cast<double>();
  const Regressor_ model = Regressor_({.learning_rate = 0.9,
                                       .max_iter = 200,
                                       .early_stopping = true,
                                       .validation_fraction = {}})
                               .fit(X, y);
  EXPECT_LT(model.n_iter(), 50);
  EXPECT_EQ(model.validation_score().size(), 0);
  EXPECT_EQ(model.trees().infos[0].count, 300);
}

TEST(HistGradientBoosting, RefusesAValidationFractionThatIsNone) {
  const TableData data(100);
  const auto fit = [&](double fraction) {
    Regressor_({.early_stopping = true, .validation_fraction = fraction}).fit(data.X, data.y);
  };
  EXPECT_TRUE(throws<InvalidParameter>([&] { fit(1.5); }, {"validation_fraction", "1.5"}));
  EXPECT_TRUE(throws<InvalidParameter>([&] { fit(0.0); }, {"validation_fraction"}));
  EXPECT_TRUE(
      throws<InvalidInput>([&] { fit(100.0); }, {"validation_fraction = 100", "100 samples"}));
}

TEST(HistGradientBoostingClassifier, MatchesTheClassesOfTheValidationSetByText) {
  const TableData data(400);
  const auto score = [&](const Target& y) {
    return Classifier_({.max_iter = 5})
        .fit(data.X, data.texts({"no", "yes"}, false), {.validation = ValidationSet{data.X, y}})
        .validation_score();
  };
  EXPECT_EQ(score(data.texts({"no", "yes"}, false)), score(data.texts({"yes", "no"}, true)));
  EXPECT_TRUE(throws<InvalidInput>(
      [&] {
        score(data.texts({"no", "perhaps"}, false));
      },
      {"'perhaps'"}));
  EXPECT_TRUE(throws<InvalidInput>(
      [&] {
        Classifier_().fit(data.X, data.binary,
                          {.validation = ValidationSet{data.X, Labels(data.binary.array() + 1)}});
      },
      {"class 2", "does not contain"}));
}

TEST(HistGradientBoostingClassifier, NeedsTwoClasses) {
  EXPECT_TRUE(throws<InvalidInput>(
      [] { Classifier_().fit(numbers(10, 2), Labels(Labels::Constant(10, 4))); },
      {"only one class, 4"}));
}

// Long fits

TEST(HistGradientBoosting, ReportsEachIteration) {
  const TableData data(500);
  std::vector<Progress> reports;
  Regressor_({.max_iter = 7}).fit(data.X, data.y, {.callback = [&](const Progress& p) {
                                    reports.push_back(p);
                                  }});
  ASSERT_EQ(reports.size(), 7U);
  for (std::size_t i = 0; i < 7; ++i) {
    EXPECT_EQ(reports[i].iteration, static_cast<Index>(i) + 1);
    EXPECT_EQ(reports[i].total, 7);
    EXPECT_EQ(reports[i].task, "HistGradientBoostingRegressor");
    EXPECT_LT(reports[i].loss, i > 0 ? reports[i - 1].loss : 1e300);
  }
}

TEST(HistGradientBoosting, StopsWhenAsked) {
  const TableData data(500);
  std::stop_source source;
  Regressor_ model({.max_iter = 1000});
  model.fit(data.X, data.y, {.validation = ValidationSet{data.X, data.y}});
  const Vector before = model.predict(data.X);
  Index last = 0;
  const FitContext context{.callback =
                               [&](const Progress& p) {
                                 last = p.iteration;
                                 if (p.iteration == 3) source.request_stop();
                               },
                           .stop = source.get_token()};
  EXPECT_TRUE(throws<Cancelled>([&] { model.fit(data.X, data.y, context); },
                                {"HistGradientBoostingRegressor"}));
  EXPECT_EQ(last, 3);
  EXPECT_EQ(model.predict(data.X), before) << "the model is as it was";
}

// Files

TEST(HistGradientBoosting, ComesBackFromAFileWithTheSameBits) {
  const TableData data(800);
  const Classifier_ model = Classifier_({.max_iter = 5}).fit(data.X, data.three);
  for (const Classifier_& loaded :
       {load<Classifier_>(to_cbor(model)),
        std::move(*detail::as_class<Classifier_>(from_json(to_json(model))))}) {
    EXPECT_EQ(loaded.predict_proba(data.X), model.predict_proba(data.X));
    EXPECT_EQ(to_json(loaded), to_json(model));
  }
}

template <class Change>
void expect_refused(const HistGradientBoostingClassifierState& good, const Schema& schema,
                    const Change& change, std::string_view message) {
  HistGradientBoostingClassifierState state = good;
  change(state);
  EXPECT_TRUE(throws<FormatError>([&] { state.check(schema); }, {message}));
}

TEST(HistGradientBoosting, RefusesAStateThatDoesNotFitItsSchema) {
  const TableData data(800);
  const std::vector<std::string> chosen{"c2", "c3"};
  const Classifier_ model =
      Classifier_({.max_iter = 2, .categorical_features = chosen}).fit(data.X, data.three);
  const auto& state = model.state();
  const Schema& schema = model.schema();
  EXPECT_NO_THROW(state.check(schema));
  const auto refuse = [&](const auto& change, std::string_view message) {
    expect_refused(state, schema, change, message);
  };
  refuse([](auto& s) { s.classes = Labels{{1}}; }, "less than two classes");
  refuse([](auto& s) { s.classes = Labels{{1, 2}}; }, "3 raw predictions, not 1");
  refuse([](auto& s) { s.n_iter = 3; }, "n_iter");
  refuse([](auto& s) { s.train_scores = Matrix::Zero(3, 2); }, "2 metrics, but 0 names");
  refuse([](auto& s) { s.validation_scores = Matrix::Zero(3, 1); }, "1 metrics");
  refuse([](auto& s) { s.random_seed = -1; }, "random_seed");
  refuse([](auto& s) { s.trees.n_features = 6; }, "6 features");
  refuse([](auto& s) { s.categories[1].feature = 5; }, "feature 5");
  refuse([](auto& s) { s.categories[1].feature = 2; }, "not of its type");
  refuse([](auto& s) { std::swap(s.categories[0], s.categories[1]); }, "do not ascend");
  refuse([](auto& s) { s.categories[1].values = {1.0}; }, "not of its type");
  refuse([](auto& s) { s.categories[0].texts = {"a"}; }, "not of its type");
  refuse([](auto& s) { s.categories[0].values = {2.0, 1.0}; }, "do not ascend");
  refuse([](auto& s) { s.categories[0].values = {1.0, nan}; }, "do not ascend");
  refuse([](auto& s) { s.categories[1].texts = {"a", "a"}; }, "do not ascend");
  refuse([](auto& s) { s.categories.pop_back(); }, "has no categories");
}

// Parameters

TEST(HistGradientBoosting, ParametersReadAsInScikitLearn) {
  Classifier_ model;
  model.set_param("early_stopping", "auto");
  model.set_param("early_stopping", true);
  model.set_param("max_leaf_nodes", Value());
  model.set_param("class_weight", "balanced");
  model.set_param("loss", "log_loss");
  model.set_param("categorical_features", Value::List{"a", "b"});
  EXPECT_EQ(model.to_string(),
            "HistGradientBoostingClassifier(max_leaf_nodes=none, categorical_features=['a', 'b'], "
            "early_stopping=true, class_weight='balanced')");
  model.set_param("categorical_features", Value::List{0, 4});
  EXPECT_EQ(model.get_param("categorical_features"), Value(Value::Integers{0, 4}));
  model.set_param("categorical_features", Value());
  EXPECT_TRUE(model.get_param("categorical_features").is_none());
  EXPECT_TRUE(throws<InvalidParameter>([&] { model.set_param("categorical_features", "all"); },
                                       {"categorical_features", "'from_dtype'", "'all'"}));
  EXPECT_TRUE(throws<InvalidParameter>(
      [&] {
        model.set_param("categorical_features", Value::List{0, "a"});
      },
      {"categorical_features"}));
}

}  // namespace
}  // namespace espalier
