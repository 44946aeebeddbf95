// SPDX-License-Identifier: BSD-3-Clause
#include <algorithm>

#include <gtest/gtest.h>

#include <espalier/cluster/kmeans.hpp>
#include <espalier/cluster/mini_batch_kmeans.hpp>
#include <espalier/core/parallel.hpp>
#include <espalier/datasets/make_blobs.hpp>

#include "cluster/data.hpp"
#include "cluster/kmeans/mini_batch.hpp"
#include "support/expect_error.hpp"
#include "support/near.hpp"

namespace espalier {
namespace {

using namespace testing_support;

Matrix blobs(Index n) {
  return make_blobs({.n_samples = n, .n_features = 4, .centers = 6, .random_state = 1}).X;
}

TEST(MiniBatchKMeans, HasTheSameBitsOnAnyNumberOfThreads) {
  const Matrix X = blobs(9000);
  const Vector weights = golden_weights(X.rows());
  std::vector<MiniBatchKMeans> models;
  for (const int n_threads : {1, 2, 4, 7})
    models.push_back(MiniBatchKMeans({.n_clusters = 9, .batch_size = 3000, .random_state = 3})
                         .fit(X, {.sample_weight = weights, .n_threads = n_threads}));
  for (const MiniBatchKMeans& model : models) {
    EXPECT_EQ(model.cluster_centers(), models[0].cluster_centers());
    EXPECT_EQ(model.labels(), models[0].labels());
    EXPECT_EQ(model.inertia(), models[0].inertia());
  }
}

TEST(MiniBatchKMeans, IsNearlyAsGoodAsKMeans) {
  const Matrix X = blobs(20'000);
  const double best = KMeans({.n_clusters = 6, .n_init = 5, .random_state = 0}).fit(X).inertia();
  const SparseMatrix sparse = X.sparseView();
  const Matrix32 single = X.cast<float>();
  for (const Features& form : {Features(X), Features(sparse), Features(single)}) {
    MiniBatchKMeans model({.n_clusters = 6, .random_state = 0});
    model.fit(form);
    EXPECT_LT(model.inertia(), 1.05 * best);
    EXPECT_GE(model.inertia(), 0.999 * best);
    EXPECT_EQ(model.predict(form), model.labels());
    EXPECT_DOUBLE_EQ(model.score(form), -model.inertia());
  }
}

/// One batch by hand: each centre becomes the mean of all that it has taken in.
TEST(MiniBatchKMeans, PartialFitKeepsTheMeansOfAllRowsSoFar) {
  Matrix init(2, 1), first(3, 1), second(2, 1);
  init << 0.0, 10.0;
  first << 1.0, 9.0, 12.0;
  second << 3.0, 30.0;
  MiniBatchKMeans model({.n_clusters = 2, .init = init, .reassignment_ratio = 0.0});
  model.partial_fit(first, {.sample_weight = Vector{{1.0, 2.0, 1.0}}});
  EXPECT_TRUE(near(model.cluster_centers(), Matrix(Vector{{1.0, 10.0}}), 1e-14));
  EXPECT_EQ(model.counts(), (Vector{{1.0, 3.0}}));
  model.partial_fit(second);
  EXPECT_TRUE(near(model.cluster_centers(), Matrix(Vector{{2.0, 15.0}}), 1e-14));
  EXPECT_EQ(model.counts(), (Vector{{2.0, 4.0}}));
  EXPECT_EQ(model.labels(), (Labels{{0, 1}}));
  EXPECT_TRUE(near(model.inertia(), 1.0 + 225.0, 1e-14));
  EXPECT_EQ(model.n_steps(), 2);
}

TEST(MiniBatchKMeans, LearnsFromBatchesThatComeOneByOne) {
  const Matrix X = blobs(8000);
  MiniBatchKMeans model({.n_clusters = 6, .random_state = 0});
  for (Index begin = 0; begin < 8000; begin += 500) model.partial_fit(X.middleRows(begin, 500));
  const double best = KMeans({.n_clusters = 6, .n_init = 5, .random_state = 0}).fit(X).inertia();
  EXPECT_LT(-model.score(X), 1.1 * best);
  EXPECT_EQ(model.n_steps(), 16);
}

TEST(MiniBatchKMeans, GoesOnWithSparseAndFloatBatchesAfterDenseOnes) {
  const Matrix X = blobs(600).cast<float>().cast<double>();
  const SparseMatrix sparse = X.bottomRows(300).sparseView();
  const Matrix32 single = X.bottomRows(300).cast<float>();
  std::vector<Matrix> centers;
  for (const Features& second : {Features(X.bottomRows(300)), Features(sparse), Features(single)}) {
    MiniBatchKMeans model({.n_clusters = 5, .random_state = 2});
    model.partial_fit(X.topRows(300)).partial_fit(second);
    centers.push_back(model.cluster_centers());
  }
  EXPECT_TRUE(near(centers[1], centers[0], 1e-9));
  EXPECT_TRUE(near(centers[2], centers[0], 1e-5));
}

TEST(MiniBatchKMeans, RowsOfWeightZeroAreNotLearnedFrom) {
  Matrix X = blobs(500);
  Vector weights = Vector::Ones(500);
  for (Index i = 0; i < 500; i += 5) {
    X.row(i).setConstant(1e4);
    weights[i] = 0.0;
  }
  MiniBatchKMeans model({.n_clusters = 6, .batch_size = 50, .random_state = 0});
  model.fit(X, {.sample_weight = weights});
  EXPECT_LT(model.cluster_centers().maxCoeff(), 100.0);
  EXPECT_EQ(model.labels().size(), 500);
  model.partial_fit(X, {.sample_weight = weights});
  EXPECT_LT(model.cluster_centers().maxCoeff(), 100.0);
}

TEST(MiniBatchKMeans, RarelyUsedCentresMove) {
  const Matrix X = uniform(400, 2, 3);
  kmeans::BatchCenters state{kmeans::CenterMatrix::Constant(3, 2, 1000.0), Vector::Zero(3)};
  state.centers.row(0).setConstant(0.25);
  state.centers.row(1).setConstant(0.75);
  Random random(0);
  const kmeans::DenseRows<double> rows(X.data(), 400, 400, Vector::Zero(2));
  kmeans::take_in(rows, {}, 0.01, random, state);
  EXPECT_LE(state.centers.maxCoeff(), 1.0);
  EXPECT_EQ(state.counts[2], std::min(state.counts[0], state.counts[1]));

  kmeans::BatchCenters kept{kmeans::CenterMatrix::Constant(2, 2, 1000.0), Vector::Zero(2)};
  kept.centers.row(0).setConstant(0.5);
  kmeans::take_in(rows, {}, 0.0, random, kept);
  EXPECT_EQ(kept.centers(1, 0), 1000.0);
}

TEST(MiniBatchKMeans, StopsWhenBatchesNoLongerImprove) {
  const Matrix X = blobs(3000);
  const auto steps = [&](MiniBatchKMeansParams params) {
    params.n_clusters = 6;
    params.batch_size = 100;
    params.random_state = 0;
    return MiniBatchKMeans(params).fit(X).n_steps();
  };
  EXPECT_LT(steps({}), 3000);
  EXPECT_LT(steps({}), steps({.max_no_improvement = 40}));
  EXPECT_EQ(steps({.max_iter = 2, .max_no_improvement = std::nullopt}), 60);
  EXPECT_LT(steps({.max_iter = 20, .tol = 0.1, .max_no_improvement = std::nullopt}), 600);
}

TEST(MiniBatchKMeans, LabelsAreLeftOutWhenNotAskedFor) {
  const Matrix X = blobs(5000);
  MiniBatchKMeans model({.n_clusters = 6, .compute_labels = false, .random_state = 0});
  model.fit(X);
  EXPECT_EQ(model.labels().size(), 0);
  EXPECT_NEAR(model.inertia(), -model.score(X), 0.3 * model.inertia());
}

TEST(MiniBatchKMeans, RefusesAnotherNumberOfClustersOnTheWay) {
  const Matrix X = blobs(100);
  MiniBatchKMeans model({.n_clusters = 3});
  model.partial_fit(X);
  model.params().n_clusters = 4;
  EXPECT_TRUE(throws<InvalidParameter>([&] { model.partial_fit(X); },
                                       {"n_clusters", "4", "3", "MiniBatchKMeans"}));
  EXPECT_TRUE(throws<InvalidInput>(
      [&] { MiniBatchKMeans({.n_clusters = 30}).partial_fit(X.topRows(20)); }, {"20", "30"}));
  EXPECT_TRUE(throws<InvalidInput>([&] { MiniBatchKMeans().partial_fit(Matrix(1e160 * X)); },
                                   {"MiniBatchKMeans", "overflows"}));
}

}  // namespace
}  // namespace espalier
