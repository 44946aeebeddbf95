// SPDX-License-Identifier: BSD-3-Clause
#include <algorithm>
#include <numeric>
#include <set>

#include <gtest/gtest.h>

#include <espalier/cluster/kmeans.hpp>
#include <espalier/cluster/kmeans_plusplus.hpp>
#include <espalier/core/archive.hpp>
#include <espalier/core/parallel.hpp>

#include "cluster/data.hpp"
#include "cluster/kmeans/bounds.hpp"
#include "reference/kmeans_naive.hpp"
#include "support/expect_error.hpp"
#include "support/near.hpp"

namespace espalier {
namespace {

using namespace testing_support;

/// Forms of the same numbers, which are exact in single precision.
std::vector<Features> forms(const Matrix& X) {
  return {Matrix(X), SparseMatrix(X.sparseView()), Matrix32(X.cast<float>())};
}

Matrix in_single_precision(const Matrix& X) { return X.cast<float>().cast<double>(); }

TEST(KMeans, HasTheSameBitsOnAnyNumberOfThreads) {
  const Matrix X = uniform(5000, 6, 1);
  for (const Features& form : forms(in_single_precision(X))) {
    std::vector<KMeans> models;
    for (const int n_threads : {1, 2, 4, 7})
      models.push_back(KMeans({.n_clusters = 13, .n_init = 2, .max_iter = 20, .random_state = 3})
                           .fit(form, {.n_threads = n_threads}));
    for (const KMeans& model : models) {
      EXPECT_EQ(model.cluster_centers(), models[0].cluster_centers());
      EXPECT_EQ(model.labels(), models[0].labels());
      EXPECT_EQ(model.inertia(), models[0].inertia());
      EXPECT_EQ(model.n_iter(), models[0].n_iter());
    }
  }
}

TEST(KMeans, IsLloydsAlgorithm) {
  const Matrix X = in_single_precision(uniform(3000, 5, 2));
  const Matrix init = X.topRows(17);
  const Vector weights = golden_weights(X.rows());
  for (const int max_iter : {1, 7, 300}) {
    const auto expected = reference::naive_kmeans(X, weights, init, max_iter, 0.0);
    for (const Features& form : forms(X)) {
      KMeans model({.n_clusters = 17, .init = init, .max_iter = max_iter, .tol = 0.0});
      model.fit(form, {.sample_weight = weights});
      if (form.is_float32()) {  // where rounding may decide otherwise
        EXPECT_TRUE(near(model.inertia(), expected.inertia, 1e-3));
        continue;
      }
      EXPECT_EQ(model.labels(), expected.labels);
      EXPECT_EQ(model.n_iter(), expected.n_iter);
      EXPECT_TRUE(near(model.cluster_centers(), expected.centers, 1e-12));
      EXPECT_TRUE(near(model.inertia(), expected.inertia, 1e-12));
    }
  }
}

TEST(KMeans, AllAlgorithmsGiveTheSameBits) {
  const Matrix X = in_single_precision(uniform(4000, 5, 3));
  const Vector weights = golden_weights(X.rows());
  Matrix init = X.topRows(310);
  init.row(309).setConstant(100.0);  // becomes empty
  for (const Features& form : forms(X)) {
    std::vector<KMeans> models;
    for (const auto algorithm : {KMeansAlgorithm::lloyd, KMeansAlgorithm::hamerly,
                                 KMeansAlgorithm::elkan, KMeansAlgorithm::automatic})
      for (const int n_threads : {1, 3})
        models.push_back(
            KMeans({.n_clusters = 310, .init = init, .tol = 0.0, .algorithm = algorithm})
                .fit(form, {.sample_weight = weights, .n_threads = n_threads}));
    for (const KMeans& model : models) {
      EXPECT_EQ(model.labels(), models[0].labels());
      EXPECT_EQ(model.cluster_centers(), models[0].cluster_centers());
      EXPECT_EQ(model.n_iter(), models[0].n_iter());
      EXPECT_EQ(model.inertia(), models[0].inertia());
    }
    EXPECT_GT(models[0].n_iter(), 10);
  }
}

/// Where most rows keep to few centres, and equal centres and rows in between make ties.
TEST(KMeans, ElkanGivesTheBitsOfLloydOnClusteredRows) {
  Matrix X = uniform(3000, 20, 21);
  for (Index i = 0; i < X.rows(); ++i) X.row(i).array() += static_cast<double>(i * 7 % 50);
  X = in_single_precision(X);
  for (const int k : {1, 5, 98}) {
    Matrix init = X.topRows(k);
    if (k > 5) init.row(5) = init.row(2);
    for (const Features& form : forms(X)) {
      KMeans model({.n_clusters = k, .init = init, .max_iter = 25, .tol = 0.0});
      model.params().algorithm = KMeansAlgorithm::lloyd;
      const KMeans lloyd = KMeans(model).fit(form);
      model.params().algorithm = KMeansAlgorithm::elkan;
      for (const int n_threads : {1, 2, 4, 7}) {
        model.fit(form, {.n_threads = n_threads});
        EXPECT_EQ(model.labels(), lloyd.labels());
        EXPECT_EQ(model.cluster_centers(), lloyd.cluster_centers());
        EXPECT_EQ(model.inertia(), lloyd.inertia());
        EXPECT_EQ(model.n_iter(), lloyd.n_iter());
      }
    }
  }
}

TEST(KMeans, BoundsDecideOnlyWhereRoundingCannot) {
  kmeans::RowBounds bounds(1, 1e-3);
  bounds.centers_moved(Vector::Zero(3));
  bounds.set(0, 1.0, bounds.at_least(1.21, 1.0), 1.0);
  EXPECT_TRUE(bounds.move(0, 0));  // 1 and 1.1: farther apart than the error
  bounds.centers_moved(Vector{{0.02, 0.03, 0.01}});
  EXPECT_TRUE(bounds.move(0, 0));   // 1.02 and 1.07
  EXPECT_FALSE(bounds.move(0, 0));  // 1.04 and 1.04
  EXPECT_TRUE(bounds.tighten(0, 0.9));
  bounds.set(0, 1.0, bounds.at_least(1.21, 1.0), 1.0);
  bounds.centers_moved(Vector{{0.0, 0.08, 0.01}});
  EXPECT_TRUE(bounds.move(0, 1));  // the others have moved by 0.01 at most: 1.08 and 1.09
  bounds.set(0, 1.0, bounds.at_least(1.21, 100.0),
             100.0);  // far from the origin, where the same error is larger
  EXPECT_FALSE(bounds.tighten(0, 1.0));
}

TEST(KMeans, WeightTwoEqualsTwoCopies) {
  const Matrix X = uniform(500, 3, 4);
  const Vector weights = Vector::NullaryExpr(500, [](Index i) { return i % 3 == 0 ? 2.0 : 1.0; });
  std::vector<Index> copies;
  for (Index i = 0; i < 500; ++i)
    copies.insert(copies.end(), static_cast<std::size_t>(weights[i]), i);
  KMeans model({.n_clusters = 9, .init = Matrix(X.topRows(9)), .tol = 1e-2});
  const KMeans weighted = KMeans(model).fit(X, {.sample_weight = weights});
  model.fit(Matrix(X(copies, Eigen::all)));
  EXPECT_EQ(weighted.n_iter(), model.n_iter());
  EXPECT_TRUE(near(weighted.cluster_centers(), model.cluster_centers(), 1e-12));
  EXPECT_TRUE(near(weighted.inertia(), model.inertia(), 1e-12));
}

TEST(KMeans, DistancesDoNotSufferFromAnOffset) {
  const Matrix X = uniform(300, 3, 5);
  const Matrix far = X.array() + 1e7;
  KMeans near_origin({.n_clusters = 6, .init = Matrix(X.topRows(6))});
  KMeans far_away({.n_clusters = 6, .init = Matrix(far.topRows(6))});
  EXPECT_EQ(near_origin.fit(X).labels(), far_away.fit(far).labels());
  EXPECT_TRUE(near(near_origin.inertia(), far_away.inertia(), 1e-6));
}

TEST(KMeans, RandomStartsDifferAndTheBestIsKept) {
  const Matrix X = uniform(400, 2, 6);
  std::set<double> inertias;
  for (int seed = 0; seed < 6; ++seed)
    inertias.insert(
        KMeans({.n_clusters = 8, .init = KMeansStart::random, .n_init = 1, .random_state = seed})
            .fit(X)
            .inertia());
  EXPECT_GT(inertias.size(), 1u);
  // The streams of starts are those of their numbers, so more starts are not worse.
  double least = infinity;
  for (const int n_init : {1, 3, 10}) {
    const double inertia =
        KMeans({.n_clusters = 8, .n_init = n_init, .random_state = 0}).fit(X).inertia();
    EXPECT_LE(inertia, least);
    least = inertia;
  }
}

TEST(KMeans, StartsSideBySideGiveWhatTheyGiveInTurn) {
  const Matrix X = uniform(900, 4, 7);  // one block: the starts run side by side
  KMeans model({.n_clusters = 8, .n_init = 6, .random_state = 1});
  const KMeans one = KMeans(model).fit(X, {.n_threads = 1});
  const KMeans four = KMeans(model).fit(X, {.n_threads = 4});
  EXPECT_EQ(one.cluster_centers(), four.cluster_centers());
  EXPECT_EQ(one.labels(), four.labels());
}

TEST(KMeans, AutoMeansOneStartOfKMeansPlusPlusAndTenRandomOnes) {
  EXPECT_EQ(KMeansStarts().count({}, 10), 1);
  EXPECT_EQ(KMeansStarts().count(KMeansStart::random, 10), 10);
  EXPECT_EQ(KMeansStarts(5).count(KMeansStart::random, 10), 5);
  EXPECT_EQ(KMeansStarts(5).count(Matrix(Matrix::Zero(1, 1)), 10), 1);
}

TEST(KMeans, WarnsOfFewerDistinctRowsThanClusters) {
  Matrix X(60, 2);
  for (Index i = 0; i < 60; ++i) X.row(i) << static_cast<double>(i % 3), 0.1;
  for (const Features& form : forms(in_single_precision(X))) {
    const Warnings warnings;
    KMeans model({.n_clusters = 5, .random_state = 0});
    model.fit(form);
    EXPECT_NEAR(model.inertia(), 0.0, 1e-12);
    ASSERT_EQ(warnings.messages.size(), 1u);
    EXPECT_NE(warnings.messages[0].find("3 distinct clusters"), std::string::npos);
  }
}

TEST(KMeans, AnEmptyClusterTakesNoRowOfWeightZero) {
  Matrix X = uniform(100, 2, 8);
  X.row(99).setConstant(50.0);  // the farthest of all, but weightless
  Vector weights = Vector::Ones(100);
  weights[99] = 0.0;
  Matrix init = X.topRows(3);
  init.row(2).setConstant(-1000.0);
  KMeans model({.n_clusters = 3, .init = init});
  model.fit(X, {.sample_weight = weights});
  EXPECT_LE(model.cluster_centers().maxCoeff(), 1.0);
  std::vector<bool> found(3, false);
  for (Index i = 0; i < 99; ++i) found[static_cast<std::size_t>(model.labels()[i])] = true;
  EXPECT_EQ(std::count(found.begin(), found.end(), true), 3);
}

TEST(KMeans, AClusterWhoseRowsAllFillOthersLeavesNoRounding) {
  // Both rows of cluster 1, 80 and 140, fill clusters 2 and 4; their weights do not sum to 0 again
  // when they are taken off. The heaviest cluster lends it its centre.
  const Matrix X = Vector{{4, 5, 9, 26, 80, 140, 10, 11, 21, 28, 4}};
  const Vector weights{{0.8, 0.9, 0.7, 0.7, 0.8, 0.9, 0.8, 0.3, 0.4, 0.5, 0.9}};
  const Matrix init = Vector{{7, 104, 48, 36, 7}};
  KMeans model({.n_clusters = 5, .init = init, .max_iter = 1});
  model.fit(X, {.sample_weight = weights});
  const Vector expected{{7.770833333333333, 7.770833333333333, 140, 26.833333333333332, 80}};
  EXPECT_TRUE(near(Matrix(expected), model.cluster_centers(), 1e-12));
}

TEST(KMeans, FillsAnEmptyClusterHoweverFarItsCentreIs) {
  const Eigen::MatrixXf X = uniform(300, 2, 10).cast<float>();
  const auto centers = [&](double far, KMeansAlgorithm algorithm) {
    Matrix init = X.topRows(3).cast<double>();
    init.row(2).setConstant(far);
    KMeans model({.n_clusters = 3, .init = init, .max_iter = 1, .algorithm = algorithm});
    return model.fit(X).cluster_centers();
  };
  const Matrix expected = centers(10.0, KMeansAlgorithm::lloyd);
  EXPECT_NE(expected.row(2), expected.row(0));
  EXPECT_NE(expected.row(2), expected.row(1));
  for (const double far : {1e3, 1e7, 1e25})
    for (const auto algorithm :
         {KMeansAlgorithm::lloyd, KMeansAlgorithm::hamerly, KMeansAlgorithm::elkan})
      EXPECT_EQ(centers(far, algorithm), expected) << far;
}

TEST(KMeans, PredictsSparseRowsAfterAFitOnDenseOnes) {
  const Matrix X = uniform(200, 4, 9).array() + 3.0;
  KMeans model({.n_clusters = 5, .random_state = 0});
  model.fit(X);
  const SparseMatrix sparse = X.sparseView();
  EXPECT_EQ(model.predict(sparse), model.labels());
  EXPECT_TRUE(near(model.transform(sparse).to_matrix(), model.transform(X).to_matrix(), 1e-7));
}

TEST(KMeans, TransformsToNamedDistances) {
  const Matrix X = uniform(70, 3, 10);
  KMeans model({.n_clusters = 4, .random_state = 0});
  const Features distances = model.fit_transform(X);
  EXPECT_EQ(distances.names(),
            (std::vector<std::string>{"kmeans0", "kmeans1", "kmeans2", "kmeans3"}));
  for (Index i = 0; i < 70; ++i) {
    Index nearest = 0;
    const double least = distances.to_matrix().row(i).minCoeff(&nearest);
    EXPECT_EQ(nearest, model.labels()[i]);
    EXPECT_NEAR(least, (X.row(i) - model.cluster_centers().row(nearest)).norm(), 1e-14);
  }
  EXPECT_TRUE(model.transform(Matrix32(X.cast<float>())).is_float32());
}

TEST(KMeans, ScoreIsMinusTheInertia) {
  const Matrix X = uniform(90, 3, 11);
  const Vector weights = golden_weights(90);
  KMeans model({.n_clusters = 4, .random_state = 0});
  model.fit(X, {.sample_weight = weights});
  EXPECT_DOUBLE_EQ(model.score(X, weights), -model.inertia());
  EXPECT_TRUE(throws<InvalidInput>([&] { model.score(X, weights.head(5)); }, {"KMeans", "90"}));
}

TEST(KMeans, ReportsProgressAndStopsWhenTold) {
  const Matrix X = uniform(5000, 3, 12);
  std::vector<Index> iterations;
  FitContext context;
  context.callback = [&](const Progress& p) { iterations.push_back(p.iteration); };
  KMeans model({.n_clusters = 7, .max_iter = 9, .tol = 0.0, .random_state = 0});
  model.fit(X, context);
  std::vector<Index> expected(static_cast<std::size_t>(model.n_iter()));
  std::iota(expected.begin(), expected.end(), Index{1});
  EXPECT_EQ(iterations, expected);
  EXPECT_FALSE(model.converged());

  const Matrix before = model.cluster_centers();
  std::stop_source stop;
  context.callback = [&](const Progress& p) {
    if (p.iteration == 2) stop.request_stop();
  };
  context.stop = stop.get_token();
  EXPECT_TRUE(throws<Cancelled>([&] { model.fit(uniform(5000, 3, 13), context); }, {"KMeans"}));
  EXPECT_EQ(model.cluster_centers(), before);
}

TEST(KMeans, RefusesWhatDoesNotFitByName) {
  const Matrix X = uniform(6, 3, 14);
  EXPECT_TRUE(throws<InvalidInput>([&] { KMeans().fit(X); }, {"KMeans", "6 samples", "8"}));
  Vector weights = Vector::Zero(6);
  weights[2] = 1.0;
  EXPECT_TRUE(
      throws<InvalidInput>([&] { KMeans({.n_clusters = 2}).fit(X, {.sample_weight = weights}); },
                           {"1 samples of positive weight"}));
  const Matrix init = Matrix::Zero(2, 4);
  EXPECT_TRUE(throws<InvalidParameter>([&] { KMeans({.n_clusters = 2, .init = init}).fit(X); },
                                       {"init", "2 × 4", "3 features"}));
  EXPECT_TRUE(throws<InvalidParameter>([&] { KMeans({.n_clusters = 2, .n_init = 0}).fit(X); },
                                       {"n_init", "at least 1", "0"}));
  KMeans model;
  EXPECT_TRUE(throws<InvalidParameter>([&] { model.set_param("init", "k-means"); },
                                       {"init", "k-means++", "random"}));
}

TEST(KMeans, RefusesNumbersWhoseSquaresOverflow) {
  const Matrix X = uniform(50, 2, 19);
  EXPECT_TRUE(throws<InvalidInput>([&] { KMeans().fit(Matrix(1e160 * X)); }, {"KMeans", "double"}));
  const Matrix32 single = (1e25 * X).cast<float>();
  EXPECT_TRUE(throws<InvalidInput>([&] { KMeans().fit(single); }, {"KMeans", "float"}));
  EXPECT_NO_THROW(KMeans().fit(single.cast<double>().eval()));
}

TEST(KMeans, KeepsItsParametersInAFile) {
  const KMeans given({.n_clusters = 2, .init = Matrix(uniform(2, 3, 15)), .n_init = 4});
  KMeans copy;
  copy.decode_params(given.encode_params());
  EXPECT_EQ(copy.params().init.centers(), given.params().init.centers());
  EXPECT_EQ(copy.get_param("n_init"), Value(4));
  EXPECT_EQ(KMeans().get_param("n_init"), Value("auto"));
  EXPECT_EQ(KMeans().get_param("init"), Value("k-means++"));
}

TEST(KMeansPlusPlus, ChoosesRowsOfX) {
  const Matrix X = uniform(2000, 3, 16);
  for (const Features& form : forms(in_single_precision(X))) {
    const KMeansPlusPlusResult found = kmeans_plusplus(form, 12, {.random_state = 0});
    EXPECT_EQ(std::set<Index>(found.indices.begin(), found.indices.end()).size(), 12u);
    EXPECT_EQ(found.centers, form.take(found.indices).to_matrix());
  }
}

/// On a line: 0, and three points at distances 1, 2 and 3, which are drawn 1 : 4 : 9.
TEST(KMeansPlusPlus, DrawsByWeightTimesSquaredDistance) {
  const Matrix X = (Matrix(4, 1) << 0.0, 1.0, 2.0, 3.0).finished();
  Vector weights = Vector::Ones(4);
  weights[0] = 1e15;  // the first for certain
  weights[3] = 2.0;   // so 1 : 4 : 18
  std::vector<int> drawn(4, 0);
  constexpr int n = 4000;
  for (int seed = 0; seed < n; ++seed) {
    const auto found = kmeans_plusplus(
        X, 2, {.sample_weight = weights, .random_state = seed, .n_local_trials = 1});
    EXPECT_EQ(found.indices[0], 0);
    ++drawn[static_cast<std::size_t>(found.indices[1])];
  }
  EXPECT_EQ(drawn[0], 0);
  for (const auto& [row, share] : {std::pair{1, 1.0 / 23.0}, {2, 4.0 / 23.0}, {3, 18.0 / 23.0}})
    EXPECT_NEAR(drawn[static_cast<std::size_t>(row)] / double{n}, share, 0.03);
}

TEST(KMeansPlusPlus, MoreCandidatesLeaveLess) {
  const Matrix X = uniform(3000, 2, 17);
  const auto left = [&](int trials) {
    double sum = 0.0;
    for (int seed = 0; seed < 10; ++seed) {
      const auto found = kmeans_plusplus(X, 20, {.random_state = seed, .n_local_trials = trials});
      for (Index i = 0; i < X.rows(); ++i)
        sum += (found.centers.rowwise() - X.row(i)).rowwise().squaredNorm().minCoeff();
    }
    return sum;
  };
  EXPECT_LT(left(10), 0.9 * left(1));
}

TEST(KMeansPlusPlus, RefusesWhatItCannotUse) {
  Matrix X = uniform(5, 2, 18);
  EXPECT_TRUE(throws<InvalidInput>([&] { kmeans_plusplus(X, 6); }, {"kmeans_plusplus", "5", "6"}));
  EXPECT_TRUE(throws<InvalidParameter>([&] { kmeans_plusplus(X, 0); }, {"n_clusters", "0"}));
  X(2, 1) = std::numeric_limits<double>::quiet_NaN();
  EXPECT_TRUE(throws<InvalidInput>([&] { kmeans_plusplus(X, 2); }, {"kmeans_plusplus", "NaN"}));
}

}  // namespace
}  // namespace espalier
