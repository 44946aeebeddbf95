// SPDX-License-Identifier: BSD-3-Clause
// Boosted trees on a sparse X are those on the same numbers with their zeros, bit for bit.
#include <cmath>
#include <limits>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include <espalier/core/archive.hpp>
#include <espalier/core/data_frame.hpp>
#include <espalier/core/parallel.hpp>
#include <espalier/ensemble/hist_gradient_boosting_classifier.hpp>
#include <espalier/ensemble/hist_gradient_boosting_regressor.hpp>

#include "ensemble/sparse_data.hpp"
#include "support/expect_error.hpp"

namespace espalier {
namespace {

using testing_support::throws;
using Classifier_ = HistGradientBoostingClassifier;
using Regressor_ = HistGradientBoostingRegressor;

/// All that a model says of a sparse X and of the same dense one.
template <class Model>
void expect_same_reading(const Model& model, const SparseMatrix& sparse) {
  const Matrix dense = sparse;
  EXPECT_EQ(model.predict(sparse), model.predict(dense));
  EXPECT_EQ(model.apply(sparse), model.apply(dense));
  EXPECT_EQ(model.staged_predict(sparse), model.staged_predict(dense));
  const Matrix few = dense.topRows(50);
  const SparseMatrix few_sparse = sparse.topRows(50);
  EXPECT_EQ(model.shap_values(few_sparse).values, model.shap_values(few).values);
  EXPECT_EQ(model.predict(few_sparse), model.predict(few));
  EXPECT_EQ(model.predictor().predict_raw(sparse), model.predictor().predict_raw(dense));
}

void expect_same_fits(const HistGradientBoostingRegressorParams& params, const FitContext& context,
                      const SparseData& data) {
  Regressor_ on_dense(params);
  Regressor_ on_sparse(params);
  on_dense.fit(data.X, data.y, context);
  const SparseMatrix sparse = data.sparse();
  on_sparse.fit(sparse, data.y, context);
  expect_same(on_sparse.trees(), on_dense.trees());
  EXPECT_EQ(on_sparse.train_score(), on_dense.train_score());
  EXPECT_EQ(on_sparse.validation_score(), on_dense.validation_score());
  EXPECT_EQ(on_sparse.predict(sparse), on_dense.predict(data.X));
}

class SparseFit : public testing::Test {
 protected:
  SparseData data{2'000};
  HistGradientBoostingRegressorParams params{.max_iter = 12, .random_state = 3};
};

TEST_F(SparseFit, GivesTheTreesOfTheDenseMatrix) {
  expect_same_fits(params, {}, data);
  params.max_bins = 12;
  expect_same_fits(params, {}, data);
}

TEST_F(SparseFit, WithWeights) {
  data.weights[7] = data.weights[8] = 0.0;
  expect_same_fits(params, {.sample_weight = data.weights}, data);
  params.max_bins = 12;
  expect_same_fits(params, {.sample_weight = data.weights}, data);
}

TEST_F(SparseFit, WithSubsamplesOfRowsAndFeatures) {
  params.subsample = 0.5;
  params.max_features = 0.4;
  expect_same_fits(params, {}, data);
}

TEST_F(SparseFit, WithCategories) {
  params.categorical_features = std::vector<Index>{
      SparseData::indicators, SparseData::mostly_missing, SparseData::counts, SparseData::signs};
  params.min_samples_leaf = 5;
  expect_same_fits(params, {}, data);
}

TEST_F(SparseFit, WithConstraints) {
  std::vector<int> signs(SparseData::cols, 0);
  signs[SparseData::rare_values] = -1;
  signs[SparseData::counts] = 1;
  params.monotonic_cst = signs;
  params.interaction_cst = InteractionConstraints::pairwise();
  expect_same_fits(params, {}, data);
}

TEST_F(SparseFit, WithRefittedLeavesAndLevelsOfTrees) {
  params.loss = RegressionLoss::absolute_error;
  params.growth = TreeGrowth::depth_wise;
  expect_same_fits(params, {}, data);
}

TEST_F(SparseFit, WithEarlyStopping) {
  params.early_stopping = true;
  expect_same_fits(params, {}, data);
  const SparseData other(500, 2);
  const SparseMatrix other_sparse = other.sparse();
  params.early_stopping = {};
  FitContext context;
  context.validation = ValidationSet{other.X, other.y};
  Regressor_ watched_dense(params);
  watched_dense.fit(data.X, data.y, context);
  context.validation = ValidationSet{other_sparse, other.y};
  Regressor_ watched_sparse(params);
  watched_sparse.fit(data.sparse(), data.y, context);
  expect_same(watched_sparse.trees(), watched_dense.trees());
  EXPECT_EQ(watched_sparse.validation_score(), watched_dense.validation_score());
}

TEST_F(SparseFit, OfManyClasses) {
  for (const int n_classes : {2, 4}) {
    Classifier_ on_dense({.max_iter = 6, .random_state = 1});
    Classifier_ on_sparse = on_dense;
    const SparseMatrix sparse = data.sparse();
    on_dense.fit(data.X, data.classes(n_classes));
    on_sparse.fit(sparse, data.classes(n_classes));
    expect_same(on_sparse.trees(), on_dense.trees());
    EXPECT_EQ(on_sparse.predict_proba(sparse), on_dense.predict_proba(data.X));
    EXPECT_EQ(on_sparse.staged_predict_proba(sparse), on_dense.staged_predict_proba(data.X));
    expect_same_reading(on_sparse, sparse);
  }
}

TEST_F(SparseFit, HasTheSameBitsOnAnyNumberOfThreads) {
  const SparseMatrix sparse = SparseData(30'000).sparse();
  const Vector y = SparseData(30'000).y;
  Regressor_ one({.max_iter = 3, .random_state = 0});
  one.fit(sparse, y, {.n_threads = 1});
  for (const int threads : {2, 4, 7}) {
    Regressor_ more = one;
    more.fit(sparse, y, {.n_threads = threads});
    expect_same(more.trees(), one.trees());
    EXPECT_EQ(more.predict(sparse), one.predict(sparse));
  }
}

TEST(SparseRead, SaysWhatItSaysOfTheDenseMatrix) {
  const SparseData data(5'000);
  Regressor_ model(
      {.max_iter = 20, .categorical_features = std::vector<Index>{SparseData::counts}});
  model.fit(data.X, data.y);
  expect_same_reading(model, data.sparse());
  const auto again = from_json(to_json(model));
  EXPECT_EQ(dynamic_cast<const Regressor&>(*again).predict(data.sparse()), model.predict(data.X));
}

TEST(SparseRead, OfTreesThatAreLeaves) {
  const SparseData data(30);
  Regressor_ model({.max_iter = 2, .min_samples_leaf = 20});
  model.fit(data.sparse(), data.y);
  ASSERT_EQ(model.split_counts().sum(), 0.0);
  expect_same_reading(model, SparseData(100).sparse());
}

TEST(SparseRead, OfExplicitZerosIsTheSame) {
  const SparseData data(1'000);
  SparseMatrix X = data.sparse();
  for (Index i = 0; i < 1'000; i += 3) X.coeffRef(i, SparseData::empty) = i % 2 == 0 ? 0.0 : -0.0;
  X.makeCompressed();
  Regressor_ with({.max_iter = 5});
  Regressor_ without = with;
  with.fit(X, data.y);
  without.fit(data.sparse(), data.y);
  expect_same(with.trees(), without.trees());
}

TEST(SparseEdges, OneRowAndOneColumn) {
  SparseMatrix X(1, 1);
  Regressor_ model({.max_iter = 2});
  model.fit(X, Vector::Constant(1, 4.0));
  EXPECT_EQ(model.predict(X), Vector::Constant(1, 4.0));
}

TEST(SparseEdges, NothingButZerosOrMissing) {
  for (const double value : {0.0, std::numeric_limits<double>::quiet_NaN()}) {
    const SparseMatrix X = Matrix::Constant(60, 3, value).sparseView();
    Regressor_ model({.max_iter = 3});
    model.fit(X, Vector::LinSpaced(60, 0.0, 1.0));
    EXPECT_NEAR(model.predict(X)[0], 0.5, 1e-12);
  }
}

TEST(SparseEdges, InfiniteValuesAreRefusedByName) {
  const SparseData data(200);
  SparseMatrix X = data.sparse();
  X.coeffRef(17, 33) = std::numeric_limits<double>::infinity();
  EXPECT_TRUE(throws<InvalidInput>([&] { Regressor_().fit(X, data.y); },
                                   {"HistGradientBoostingRegressor", "x33", "17"}));
}

TEST(SparseEdges, MoreCategoriesThanBinsAreTaken) {
  const SparseData data(200);
  const Regressor_ model({.max_bins = 20,
                          .categorical_features = std::vector<Index>{SparseData::full},
                          .random_state = 0});
  EXPECT_EQ(Regressor_(model).fit(data.sparse(), data.y).predict(data.X),
            Regressor_(model).fit(data.X, data.y).predict(data.X));
}

}  // namespace
}  // namespace espalier
