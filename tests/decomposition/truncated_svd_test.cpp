// SPDX-License-Identifier: BSD-3-Clause
#include <espalier/decomposition/truncated_svd.hpp>

#include <gtest/gtest.h>

#include "decomposition/data.hpp"
#include "support/expect_error.hpp"
#include "support/near.hpp"

namespace espalier {
namespace {

using namespace testing_support;

void expect_golden(const std::string& name, const Features& X, Index k) {
  SCOPED_TRACE(name);
  const auto& expected = golden("decomposition.json").at(name);
  expect_learned(
      TruncatedSVD({.n_components = k, .algorithm = SVDAlgorithm::arpack, .random_state = 0})
          .fit(X),
      X, expected, 1e-8);
  expect_learned(TruncatedSVD({.n_components = k, .n_iter = 60, .random_state = 0}).fit(X), X,
                 expected, 1e-8);
}

TEST(TruncatedSVD, MatchesScikitLearnWithBothAlgorithms) {
  expect_golden("truncated", scaled_cancer(), 5);
  expect_golden("truncated_sparse", sparse_cancer(), 5);
  expect_golden("truncated_digits", digits(), 4);
}

TEST(TruncatedSVD, SparseAndDenseAgreeWithMoreColumnsThanRows) {
  const SparseMatrix S = SparseMatrix(sparse_cancer().transpose()).middleRows(0, 25);
  for (const SVDAlgorithm algorithm : {SVDAlgorithm::arpack, SVDAlgorithm::randomized}) {
    const TruncatedSVDParams params{
        .n_components = 3, .algorithm = algorithm, .n_iter = 60, .random_state = 0};
    const auto sparse = TruncatedSVD(params).fit(S), dense = TruncatedSVD(params).fit(Matrix(S));
    EXPECT_LT(relative_difference(sparse.components(), dense.components()), 1e-8);
    EXPECT_TRUE(near(sparse.explained_variance(), dense.explained_variance(), 1e-8));
    EXPECT_TRUE(near(sparse.explained_variance_ratio(), dense.explained_variance_ratio(), 1e-8));
  }
}

// Of a random matrix, whose spectrum decays slowly, a few power iterations find a good share.
TEST(TruncatedSVD, RandomizedIsCloseOnASlowlyDecayingSpectrum) {
  const Matrix X = random_matrix(800, 200, 3);
  const auto exact =
      TruncatedSVD({.n_components = 10, .algorithm = SVDAlgorithm::arpack, .random_state = 0})
          .fit(X);
  const auto random = TruncatedSVD({.n_components = 10, .random_state = 0}).fit(X);
  const Vector lost = exact.singular_values() - random.singular_values();
  EXPECT_GT(lost.minCoeff(), -1e-9);
  EXPECT_LT(lost.maxCoeff(), 0.02 * exact.singular_values()[9]);
}

TEST(TruncatedSVD, EveryNumberOfThreadsGivesTheSameBits) {
  const Matrix X = random_matrix(5000, 60, 4);
  const SparseMatrix S = (X.array() > 1.0).select(X, 0.0).sparseView();
  for (const SVDAlgorithm algorithm : {SVDAlgorithm::arpack, SVDAlgorithm::randomized}) {
    const TruncatedSVDParams params{.n_components = 4, .algorithm = algorithm, .random_state = 0};
    const auto one = TruncatedSVD(params).fit(S, {.n_threads = 1});
    for (const int n_threads : {2, 4, 7})
      EXPECT_EQ(TruncatedSVD(params).fit(S, {.n_threads = n_threads}).components(),
                one.components());
  }
}

TEST(TruncatedSVD, FloatsAreComputedAndReturnedAsFloats) {
  const Matrix X = scaled_cancer();
  const TruncatedSVDParams params{
      .n_components = 5, .algorithm = SVDAlgorithm::arpack, .random_state = 0};
  const auto floats = TruncatedSVD(params).fit(Eigen::MatrixXf(X.cast<float>()));
  const auto doubles = TruncatedSVD(params).fit(X);
  EXPECT_LT(relative_difference(floats.components(), doubles.components()), 1e-4);
  EXPECT_TRUE(floats.transform(Eigen::MatrixXf(X.cast<float>())).is_float32());
}

TEST(TruncatedSVD, LargeAndSmallFloatsKeepTheirDigits) {
  const Matrix X = scaled_cancer();
  for (const SVDAlgorithm algorithm : {SVDAlgorithm::arpack, SVDAlgorithm::randomized}) {
    const TruncatedSVDParams params{
        .n_components = 3, .algorithm = algorithm, .n_iter = 20, .random_state = 0};
    const auto expected = TruncatedSVD(params).fit(X);
    for (const double scale : {1e-12, 1e12}) {
      const auto model = TruncatedSVD(params).fit(Eigen::MatrixXf((scale * X).cast<float>()));
      EXPECT_LT(relative_difference(model.singular_values(), scale * expected.singular_values()),
                1e-5);
      EXPECT_LT(relative_difference(model.explained_variance_ratio(),
                                    expected.explained_variance_ratio()),
                1e-5);
    }
  }
}

TEST(TruncatedSVD, RefusesMoreComponentsThanThereAre) {
  EXPECT_TRUE(throws<InvalidParameter>([] { TruncatedSVD({.n_components = 5}).fit(iris()); },
                                       {"TruncatedSVD", "n_components is 5", "4 features"}));
}

}  // namespace
}  // namespace espalier
