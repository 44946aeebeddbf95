// SPDX-License-Identifier: BSD-3-Clause
#include <espalier/datasets/make_blobs.hpp>
#include <espalier/datasets/make_classification.hpp>
#include <espalier/datasets/make_regression.hpp>

#include <gtest/gtest.h>

#include <espalier/core/errors.hpp>
#include <espalier/linear_model/ridge.hpp>
#include <espalier/metrics/classification.hpp>

#include "support/expect_error.hpp"
#include "support/near.hpp"

namespace espalier {
namespace {

using testing_support::near;
using testing_support::throws;

Labels nearest(const Matrix& X, const Matrix& centers) {
  Labels result(X.rows());
  for (Index i = 0; i < X.rows(); ++i) {
    Index best = 0;
    (centers.rowwise() - X.row(i)).rowwise().squaredNorm().minCoeff(&best);
    result[i] = static_cast<int>(best);
  }
  return result;
}

TEST(MakeBlobs, RowsLieAboutTheCentreOfTheirBlob) {
  const Blobs blobs =
      make_blobs({.n_samples = 3000, .n_features = 4, .cluster_std = 0.5, .random_state = 7});
  EXPECT_EQ(blobs.X.rows(), 3000);
  EXPECT_EQ(blobs.X.cols(), 4);
  EXPECT_EQ(nearest(blobs.X, blobs.centers), blobs.y);
  for (int k = 0; k < 3; ++k) {
    const auto member = (blobs.y.array() == k).cast<double>().matrix().eval();
    const Matrix offset = blobs.X.rowwise() - blobs.centers.row(k);
    EXPECT_LT((member.transpose() * offset / 1000.0).cwiseAbs().maxCoeff(), 0.06);
    EXPECT_NEAR(std::sqrt((member.transpose() * offset.array().square().matrix()).mean() / 1000.0),
                0.5, 0.02);
  }
}

TEST(MakeBlobs, SizesDifferByOneAtMost) {
  const Blobs blobs = make_blobs({.n_samples = 11, .centers = 4, .shuffle = false});
  EXPECT_EQ(blobs.y, (Labels{{0, 0, 0, 1, 1, 1, 2, 2, 2, 3, 3}}));
}

TEST(MakeBlobs, TheSeedDecides) {
  EXPECT_EQ(make_blobs({.random_state = 3}).X, make_blobs({.random_state = 3}).X);
  EXPECT_NE(make_blobs({.random_state = 3}).X, make_blobs({.random_state = 4}).X);
}

TEST(MakeBlobs, ShufflingChangesOnlyTheOrderOfTheRows) {
  const Blobs ordered = make_blobs({.n_samples = 60, .shuffle = false, .random_state = 1});
  const Blobs shuffled = make_blobs({.n_samples = 60, .random_state = 1});
  EXPECT_NE(ordered.y, shuffled.y);
  EXPECT_EQ(ordered.centers, shuffled.centers);
  Vector a = ordered.X.col(0), b = shuffled.X.col(0);
  std::sort(a.begin(), a.end());
  std::sort(b.begin(), b.end());
  EXPECT_EQ(a, b);
}

TEST(MakeBlobs, RefusesImpossibleOptionsByName) {
  EXPECT_TRUE(throws<InvalidParameter>([] { make_blobs({.n_samples = 0}); },
                                       {"make_blobs", "n_samples", "0"}));
  EXPECT_TRUE(throws<InvalidParameter>([] { make_blobs({.n_features = -1}); }, {"n_features"}));
  EXPECT_TRUE(throws<InvalidParameter>([] { make_blobs({.centers = 0}); }, {"centers"}));
  EXPECT_TRUE(throws<InvalidParameter>([] { make_blobs({.cluster_std = -1.0}); }, {"cluster_std"}));
  EXPECT_TRUE(throws<InvalidParameter>([] { make_blobs({.center_low = 1.0, .center_high = 0.0}); },
                                       {"center_high"}));
}

TEST(MakeRegression, IsTheLinearRelationItSays) {
  const RegressionData data = make_regression(
      {.n_samples = 50, .n_features = 8, .n_informative = 3, .n_targets = 2, .bias = 5.0});
  EXPECT_TRUE(near(data.y, ((data.X * data.coef).array() + 5.0).matrix(), 1e-12));
  EXPECT_EQ((data.coef.col(0).array() != 0.0).count(), 3);
  EXPECT_EQ((data.coef.col(0).array() != 0.0).matrix(), (data.coef.col(1).array() != 0.0).matrix());
  EXPECT_TRUE((data.coef.array() >= 0.0).all() && (data.coef.array() < 100.0).all());
}

TEST(MakeRegression, ARegressorFindsTheCoefficientsThroughTheNoise) {
  const RegressionData data =
      make_regression({.n_samples = 5000, .n_features = 5, .noise = 2.0, .random_state = 9});
  Ridge model({.alpha = 0.0});
  model.fit(data.X, data.y);
  EXPECT_LT((model.coef().transpose() - data.coef).cwiseAbs().maxCoeff(), 0.15);
  const Vector residual = data.y - data.X * data.coef;
  EXPECT_NEAR(std::sqrt(residual.squaredNorm() / 5000.0), 2.0, 0.1);
}

TEST(MakeRegression, WithoutShufflingTheInformativeFeaturesComeFirst) {
  const RegressionData data =
      make_regression({.n_features = 6, .n_informative = 2, .shuffle = false});
  EXPECT_TRUE((data.coef.topRows(2).array() > 0.0).all());
  EXPECT_TRUE(data.coef.bottomRows(4).isZero(0.0));
}

TEST(MakeRegression, RefusesImpossibleOptionsByName) {
  EXPECT_TRUE(throws<InvalidParameter>([] { make_regression({.n_samples = 0}); },
                                       {"make_regression", "n_samples"}));
  EXPECT_TRUE(throws<InvalidParameter>([] { make_regression({.n_targets = 0}); }, {"n_targets"}));
  EXPECT_TRUE(
      throws<InvalidParameter>([] { make_regression({.noise = -0.5}); }, {"noise", "-0.5"}));
}

TEST(MakeClassification, ClassesStandAtCornersOfTheCube) {
  const ClassificationData data = make_classification({.n_samples = 4000,
                                                       .n_features = 3,
                                                       .n_informative = 3,
                                                       .n_redundant = 0,
                                                       .n_classes = 4,
                                                       .n_clusters_per_class = 1,
                                                       .flip_y = 0.0,
                                                       .class_sep = 10.0,
                                                       .shuffle = false});
  for (Index k = 0; k < 4; ++k) {
    const Matrix rows = data.X.middleRows(1000 * k, 1000);
    EXPECT_TRUE((data.y.segment(1000 * k, 1000).array() == static_cast<int>(k)).all());
    EXPECT_LT((rows.colwise().mean().cwiseAbs().array() - 10.0).abs().maxCoeff(), 0.3);
  }
}

TEST(MakeClassification, RedundantFeaturesAreCombinationsOfTheInformative) {
  const ClassificationData data = make_classification(
      {.n_samples = 40, .n_features = 6, .n_informative = 2, .n_redundant = 3, .shuffle = false});
  const Matrix informative = data.X.leftCols(2);
  const Matrix gram = informative.transpose() * informative;
  const double det = gram(0, 0) * gram(1, 1) - gram(0, 1) * gram(1, 0);
  Matrix inverse(2, 2);
  inverse << gram(1, 1), -gram(0, 1), -gram(1, 0), gram(0, 0);
  const Matrix B = inverse / det * (informative.transpose() * data.X.rightCols(4));
  const Vector error = (data.X.rightCols(4) - informative * B).colwise().norm().transpose();
  EXPECT_LT(error.head(3).maxCoeff(), 1e-10);
  EXPECT_GT(error[3], 1.0);
}

TEST(MakeClassification, SharesAndFlipsAreAsAsked) {
  const ClassificationData data =
      make_classification({.n_samples = 10'000, .weights = Vector{{0.9, 0.1}}, .flip_y = 0.0});
  EXPECT_EQ(data.y.sum(), 1000);
  const ClassificationData flipped =
      make_classification({.n_samples = 10'000, .weights = Vector{{1.0, 0.0}}, .flip_y = 0.5});
  EXPECT_NEAR(flipped.y.cast<double>().mean(), 0.25, 0.02);
}

TEST(MakeClassification, ShufflingKeepsRowsTogether) {
  const ClassificationOptions options{.n_samples = 30, .flip_y = 0.0, .shuffle = false};
  ClassificationOptions shuffled = options;
  shuffled.shuffle = true;
  const ClassificationData a = make_classification(options), b = make_classification(shuffled);
  EXPECT_EQ(a.y.sum(), b.y.sum());
  Vector norms_a = a.X.rowwise().norm(), norms_b = b.X.rowwise().norm();
  std::sort(norms_a.begin(), norms_a.end());
  std::sort(norms_b.begin(), norms_b.end());
  EXPECT_TRUE(near(norms_b, norms_a, 1e-12));
}

TEST(MakeClassification, RefusesImpossibleOptionsByName) {
  const auto refused = [](const ClassificationOptions& options, std::string_view part) {
    return throws<InvalidParameter>([&] { make_classification(options); },
                                    {"make_classification", part});
  };
  EXPECT_TRUE(refused({.n_samples = 0}, "n_samples"));
  EXPECT_TRUE(refused({.n_features = 3, .n_informative = 2, .n_redundant = 2}, "n_features"));
  EXPECT_TRUE(refused({.n_informative = 2, .n_classes = 3}, "n_informative"));
  EXPECT_TRUE(refused({.weights = Vector::Ones(3)}, "3 weights for 2 classes"));
  EXPECT_TRUE(refused({.weights = Vector{{1.0, -1.0}}}, "weights"));
  EXPECT_TRUE(refused({.flip_y = 1.5}, "flip_y"));
}

}  // namespace
}  // namespace espalier
