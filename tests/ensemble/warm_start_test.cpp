// SPDX-License-Identifier: BSD-3-Clause
// Boosted trees that go on from the fit before; core/warm_start_test.cpp has what holds for all.
#include <stop_token>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include <espalier/compose/pipeline.hpp>
#include <espalier/core/archive.hpp>
#include <espalier/core/random.hpp>
#include <espalier/ensemble/hist_gradient_boosting_classifier.hpp>
#include <espalier/ensemble/hist_gradient_boosting_regressor.hpp>
#include <espalier/ensemble/import.hpp>
#include <espalier/preprocessing/standard_scaler.hpp>

#include "ensemble/table_data.hpp"
#include "support/expect_error.hpp"

namespace espalier {
namespace {

using testing_support::throws;
using Regressor_ = HistGradientBoostingRegressor;
using Classifier_ = HistGradientBoostingClassifier;

std::string tree_bits(const BoostedTrees& trees) {
  return Codec<BoostedTrees>::encode(trees).to_text();
}

/// fit(5), then fit(12) from there, is fit(12).
template <class Model, class Y>
void expect_seamless(typename Model::Params params, const DataFrame& X, const Y& y,
                     const FitContext& context = {}) {
  params.max_iter = 12;
  const Model at_once = Model(params).fit(X, y, context);
  params.max_iter = 5;
  params.warm_start = true;
  Model model(params);
  model.fit(X, y, context);
  EXPECT_EQ(model.n_iter(), 5);
  model.params().max_iter = 12;
  model.fit(X, y, context);
  EXPECT_EQ(model.n_iter(), 12);
  EXPECT_EQ(tree_bits(model.trees()), tree_bits(at_once.trees()));
}

TEST(WarmStartOfTrees, HasTheBitsOfOneLongFit) {
  const TableData data(3000);
  expect_seamless<Regressor_>({}, data.X, data.y);
  expect_seamless<Classifier_>({}, data.X, data.binary);
  expect_seamless<Classifier_>({.class_weight = ClassWeight::balanced()}, data.X, data.three);
  expect_seamless<Regressor_>({.loss = RegressionLoss::absolute_error}, data.X, data.y);
  expect_seamless<Regressor_>({.learning_rate = 0.37, .max_leaf_nodes = {}, .max_bins = 16}, data.X,
                              data.y, {.sample_weight = Vector::LinSpaced(3000, 0.1, 2.0)});
  expect_seamless<Regressor_>({.max_features = 0.5, .subsample = 0.6, .random_state = 4}, data.X,
                              data.y);
}

TEST(WarmStartOfTrees, KeepsTheSeedOfTheFirstFit) {
  const TableData data(1000);
  Regressor_ model({.max_iter = 4, .subsample = 0.5, .warm_start = true});  // a seed of its own
  model.fit(data.X, data.y);
  const std::int64_t seed = model.state().random_seed;
  model.params().max_iter = 9;
  model.fit(data.X, data.y);
  EXPECT_EQ(model.state().random_seed, seed);
  const Regressor_ at_once =
      Regressor_({.max_iter = 9, .subsample = 0.5, .random_state = seed}).fit(data.X, data.y);
  EXPECT_EQ(tree_bits(model.trees()), tree_bits(at_once.trees()));
}

TEST(WarmStartOfTrees, GoesOnFromAFile) {
  const TableData data(500);
  Classifier_ model({.max_iter = 3, .max_features = 0.6, .warm_start = true});
  model.fit(data.X, data.three);
  auto loaded = load<Classifier_>(to_cbor(model));
  for (Classifier_* m : {&model, &loaded}) {
    m->params().max_iter = 6;
    m->fit(data.X, data.three);
  }
  EXPECT_EQ(to_json(loaded), to_json(model));
}

TEST(WarmStartOfTrees, WithAsManyIterationsChangesNothing) {
  const TableData data(300);
  Regressor_ model({.max_iter = 4, .warm_start = true});
  model.fit(data.X, data.y);
  const std::string before = to_json(model);
  model.fit(data.X, data.y);
  EXPECT_EQ(to_json(model), before);
}

TEST(WarmStartOfTrees, IsOffByDefault) {
  const TableData data(300);
  Regressor_ model({.max_iter = 4});
  model.fit(data.X, data.y);
  model.params().max_iter = 2;
  EXPECT_EQ(model.fit(data.X, data.y).n_iter(), 2);
}

TEST(WarmStartOfTrees, GoesOnFromTheTreesThatWereKept) {
  const TableData train(600, 5, 1);
  const TableData other(600, 5, 2);
  const FitContext context{.validation = ValidationSet{other.X, other.y}};
  Regressor_ model({.learning_rate = 0.5, .max_iter = 200, .warm_start = true});
  model.fit(train.X, train.y, context);
  const Index best = model.n_iter();
  const double score = model.validation_score()[best];
  const std::string trees = tree_bits(model.trees());

  model.fit(train.X, train.y, context);
  EXPECT_EQ(model.validation_score().size(), 11) << "scores begin anew";
  EXPECT_EQ(model.validation_score()[0], score) << "with those of the trees that were there";
  EXPECT_EQ(model.n_iter(), best);
  EXPECT_EQ(tree_bits(model.trees()), trees) << "nothing better came";

  model.params().early_stopping = false;
  model.params().max_iter = static_cast<int>(best) + 3;
  model.fit(train.X, train.y);
  EXPECT_EQ(model.n_iter(), best + 3);
  EXPECT_EQ(model.train_score().size(), 0);
}

TEST(WarmStartOfTrees, SetsTheSameRowsAside) {
  const TableData data(1000);
  const auto params = [](int max_iter) {
    return HistGradientBoostingRegressorParams{.max_iter = max_iter,
                                               .warm_start = true,
                                               .early_stopping = true,
                                               .n_iter_no_change = 100,
                                               .random_state = 3};
  };
  Regressor_ model(params(5));
  model.fit(data.X, data.y);
  ASSERT_EQ(model.n_iter(), 5);
  const double last = model.validation_score()[5];
  model.params().max_iter = 10;
  model.params().random_state = 4;  // that of the first fit stays
  model.fit(data.X, data.y);
  EXPECT_EQ(model.validation_score()[0], last);
  EXPECT_EQ(tree_bits(model.trees()),
            tree_bits(Regressor_(params(10)).fit(data.X, data.y).trees()));
}

TEST(WarmStartOfTrees, LearnsFromNewDataAndTakesNewCategoriesAsMissing) {
  const TableData data(1000);
  const TableData next(1000, 5, 2);
  Regressor_ model({.max_iter = 10, .warm_start = true});
  model.fit(data.X, data.y);
  const double before = model.score(next.X, next.y);
  model.params().max_iter = 30;
  const auto with_category = [&](std::int32_t code) {
    std::vector<std::int32_t> codes(next.X["c3"].codes().begin(), next.X["c3"].codes().end());
    for (std::size_t i = 0; i < codes.size(); i += 10) codes[i] = code;
    Dictionary dictionary = next.X["c3"].dictionary();
    dictionary.push_back("never seen");
    return next.X.with(Column::categorical("c3", codes, dictionary));
  };
  Regressor_ missing = model;
  model.fit(with_category(7), next.y);
  missing.fit(with_category(-1), next.y);
  EXPECT_EQ(tree_bits(model.trees()), tree_bits(missing.trees()));
  EXPECT_EQ(model.state().categories[0].size(), 7);
  EXPECT_GT(model.score(next.X, next.y), before);
}

TEST(WarmStartOfTrees, GoesOnFromAModelThatWasTrainedElsewhere) {
  auto model = load_lightgbm<Regressor_>(ESPALIER_GOLDEN_DIR "/import/lgb_regression.txt");
  const BoostedTrees imported = model.trees();
  Random random(3);
  const Matrix X = Matrix::NullaryExpr(500, model.n_features_in(), [&](Index, Index) {
    return static_cast<double>(random.integer(100));
  });
  const Vector y = X.col(0) - X.col(5);
  const double before = model.score(X, y);
  model.params().warm_start = true;
  model.params().max_iter = static_cast<int>(model.n_iter()) + 20;
  model.fit(X, y);
  EXPECT_GT(model.score(X, y), before);
  BoostedTrees first = model.trees();
  first.truncate(imported.n_iterations());
  EXPECT_EQ(tree_bits(first), tree_bits(imported));
}

TEST(WarmStartOfTrees, AFitThatIsCancelledLeavesTheModelAsItWas) {
  const TableData data(300);
  Regressor_ model({.max_iter = 3, .warm_start = true});
  model.fit(data.X, data.y);
  const std::string trees = tree_bits(model.trees());
  std::stop_source source;
  model.params().max_iter = 50;
  EXPECT_THROW(model.fit(data.X, data.y,
                         {.callback =
                              [&](const Progress& p) {
                                EXPECT_GT(p.iteration, 3);
                                if (p.iteration == 6) source.request_stop();
                              },
                          .stop = source.get_token()}),
               Cancelled);
  EXPECT_EQ(tree_bits(model.trees()), trees);
}

TEST(WarmStartOfTrees, RefusesWhatDoesNotSuitTheTrees) {
  const TableData data(300);
  Regressor_ model({.max_iter = 10, .warm_start = true});
  model.fit(data.X, data.y);
  const auto refuses = [&](HistGradientBoostingRegressorParams params, const Features& X,
                           std::initializer_list<std::string_view> words) {
    Regressor_ changed = model;
    params.warm_start = true;
    changed.params() = params;
    const auto result = throws<Error>([&] { changed.fit(X, data.y); }, words);
    EXPECT_EQ(tree_bits(changed.trees()), tree_bits(model.trees()));
    return result;
  };
  EXPECT_TRUE(refuses({.max_iter = 9}, data.X,
                      {"'max_iter'", "HistGradientBoostingRegressor", "n_iter = 10", "9"}));
  EXPECT_TRUE(refuses({.loss = RegressionLoss::absolute_error}, data.X,
                      {"'loss'", "'squared_error'", "absolute_error"}));
  EXPECT_TRUE(refuses({.validation_folds = 3}, data.X, {"'validation_folds'", "warm_start", "3"}));
  const std::vector<std::string> c2_too{"c2", "c3"};
  EXPECT_TRUE(refuses({.categorical_features = c2_too}, data.X,
                      {"'c2'", "is categorical now", "was not at the fit"}));
  EXPECT_TRUE(refuses({}, TableData(300, 4).X, {"HistGradientBoostingRegressor", "c4"}));

  Classifier_ classifier({.max_iter = 3, .warm_start = true});
  classifier.fit(data.X, data.three);
  EXPECT_TRUE(throws<InvalidInput>([&] { classifier.fit(data.X, data.binary); },
                                   {"HistGradientBoostingClassifier", "class"}));
  EXPECT_TRUE(throws<InvalidInput>(
      [&] {
        classifier.fit(data.X, Labels(data.three.unaryExpr([](int c) { return c == 3 ? 7 : c; })));
      },
      {"HistGradientBoostingClassifier", "lacks the class 3", "warm_start"}));
}

TEST(WarmStartOfTrees, BeginsAnewInAPipelineWhichFitsCopies) {
  const TableData data(300);
  const DataFrame X = data.X.drop("c3");
  Pipeline pipeline{StandardScaler(), Regressor_({.max_iter = 5, .warm_start = true})};
  pipeline.fit(X, data.y);
  pipeline.set_param("hist_gradient_boosting_regressor__max_iter", 2);
  EXPECT_NO_THROW(pipeline.fit(X, data.y));
}

}  // namespace
}  // namespace espalier
