// SPDX-License-Identifier: BSD-3-Clause
// apply and the predictions of the first iterations.
#include <vector>

#include <gtest/gtest.h>

#include <espalier/core/parallel.hpp>
#include <espalier/datasets/make_classification.hpp>
#include <espalier/ensemble/hist_gradient_boosting_classifier.hpp>
#include <espalier/ensemble/hist_gradient_boosting_regressor.hpp>

namespace espalier {
namespace {

struct Data {
  Matrix X;
  Labels y;
};

Data three_classes() {
  const auto made = make_classification(
      {.n_samples = 600, .n_features = 8, .n_informative = 5, .n_classes = 3, .random_state = 1});
  return {made.X, made.y};
}

TEST(Apply, GivesTheLeavesWhoseValuesAddUpToThePrediction) {
  const auto [X, y] = three_classes();
  HistGradientBoostingClassifier model({.max_iter = 9, .random_state = 0});
  model.fit(X, y);
  const Eigen::MatrixXi leaves = model.apply(X);
  const BoostedTrees& trees = model.trees();
  ASSERT_EQ(leaves.rows(), X.rows());
  ASSERT_EQ(leaves.cols(), trees.n_trees());
  Matrix raw = trees.baseline.transpose().replicate(X.rows(), 1);
  for (Index t = 0; t < leaves.cols(); ++t) {
    for (Index i = 0; i < X.rows(); ++i) {
      const Index node = trees.tree_begin[static_cast<std::size_t>(t)] + leaves(i, t);
      ASSERT_TRUE(trees.nodes[static_cast<std::size_t>(node)].is_leaf());
      raw(i, t % 3) += trees.nodes[static_cast<std::size_t>(node)].value;
    }
  }
  EXPECT_EQ(raw, model.decision_function(X));
}

TEST(Apply, SendsAsManyTrainingRowsToALeafAsTrainingCounted) {
  const auto [X, y] = three_classes();
  HistGradientBoostingRegressor model({.max_iter = 4, .random_state = 0});
  model.fit(X, y.cast<double>());
  const Eigen::MatrixXi leaves = model.apply(X);
  const BoostedTrees& trees = model.trees();
  for (Index t = 0; t < trees.n_trees(); ++t) {
    const auto begin = static_cast<std::size_t>(trees.tree_begin[static_cast<std::size_t>(t)]);
    const auto end = static_cast<std::size_t>(trees.tree_begin[static_cast<std::size_t>(t) + 1]);
    for (std::size_t i = begin; i < end; ++i) {
      if (!trees.nodes[i].is_leaf()) continue;
      const int leaf = static_cast<int>(i - begin);
      EXPECT_EQ((leaves.col(t).array() == leaf).count(), trees.infos[i].count);
    }
  }
}

TEST(StagedPredict, IsWhatAModelOfFewerIterationsPredicts) {
  const auto [X, y] = three_classes();
  HistGradientBoostingRegressor model({.max_iter = 8, .random_state = 0});
  model.fit(X, y.cast<double>());
  const std::vector<Vector> stages = model.staged_predict(X);
  ASSERT_EQ(stages.size(), 8u);
  EXPECT_EQ(stages.back(), model.predict(X));
  const Vector three = HistGradientBoostingRegressor({.max_iter = 3, .random_state = 0})
                           .fit(X, y.cast<double>())
                           .predict(X);
  EXPECT_EQ(stages[2], three);
}

TEST(StagedPredict, EndsWithThePredictionsOfAClassifier) {
  const auto [X, y] = three_classes();
  for (const bool binary : {false, true}) {
    const Labels target = binary ? Labels((y.array() > 0).cast<int>() * 5 - 2) : y;
    HistGradientBoostingClassifier model({.max_iter = 6, .random_state = 0});
    model.fit(X, target);
    const auto labels = model.staged_predict(X);
    const auto proba = model.staged_predict_proba(X);
    const auto raw = model.staged_decision_function(X);
    ASSERT_EQ(labels.size(), 6u);
    ASSERT_EQ(proba.size(), 6u);
    ASSERT_EQ(raw.size(), 6u);
    EXPECT_EQ(labels.back(), model.predict(X));
    EXPECT_EQ(proba.back(), model.predict_proba(X));
    EXPECT_EQ(raw.back(), model.decision_function(X));
    EXPECT_EQ(proba.front().cols(), model.classes().size());
    EXPECT_NE(raw.front(), raw.back());
  }
}

TEST(StagedPredict, VisitsEachIterationOnceInOrderAndStopsWhenTheVisitorThrows) {
  const auto [X, y] = three_classes();
  HistGradientBoostingClassifier model({.max_iter = 6, .random_state = 0});
  model.fit(X, y);
  std::vector<Index> seen;
  struct Enough {};
  EXPECT_THROW(model.staged_predict_proba(X,
                                          [&](Index iteration, const Matrix&) {
                                            seen.push_back(iteration);
                                            if (iteration == 3) throw Enough{};
                                          }),
               Enough);
  EXPECT_EQ(seen, (std::vector<Index>{0, 1, 2, 3}));
}

TEST(StagedPredict, AndApplyRefuseWhatPredictRefuses) {
  HistGradientBoostingClassifier model;
  const Matrix X = Matrix::Zero(3, 2);
  EXPECT_THROW(model.apply(X), NotFitted);
  EXPECT_THROW(model.staged_predict(X), NotFitted);
  const auto [X_train, y] = three_classes();
  model.fit(X_train, y);
  EXPECT_THROW(model.apply(X), InvalidInput);
  EXPECT_THROW(model.staged_predict_proba(X), InvalidInput);
}

}  // namespace
}  // namespace espalier
