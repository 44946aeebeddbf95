// SPDX-License-Identifier: BSD-3-Clause
#include <espalier/decomposition/incremental_pca.hpp>

#include <vector>

#include <gtest/gtest.h>

#include <espalier/decomposition/pca.hpp>

#include "decomposition/data.hpp"
#include "support/expect_error.hpp"
#include "support/near.hpp"

namespace espalier {
namespace {

using namespace testing_support;

void expect_golden(const std::string& name, const IncrementalPCA& model, const Features& X) {
  SCOPED_TRACE(name);
  const auto& expected = golden("decomposition.json").at(name);
  expect_learned(model, X, expected, 1e-9);
  EXPECT_LT((model.mean() - to_vector(expected["mean"])).cwiseAbs().maxCoeff(), 1e-12);
  EXPECT_TRUE(near(model.var(), to_vector(expected["var"]), 1e-9));
  EXPECT_TRUE(near(model.noise_variance(), expected["noise_variance"].get<double>(), 1e-9));
}

TEST(IncrementalPCA, MatchesScikitLearn) {
  const Matrix X = scaled_cancer();
  expect_golden("incremental", IncrementalPCA({.n_components = 6, .batch_size = 100}).fit(X), X);
  expect_golden("incremental_default", IncrementalPCA().fit(iris()), iris());
  expect_golden("incremental_whiten",
                IncrementalPCA({.n_components = 2, .whiten = true, .batch_size = 60}).fit(iris()),
                iris());
  expect_golden("incremental_sparse",
                IncrementalPCA({.n_components = 4, .batch_size = 150}).fit(sparse_cancer()),
                sparse_cancer());
}

TEST(IncrementalPCA, PartialFitMatchesScikitLearn) {
  const Matrix X = scaled_cancer();
  IncrementalPCA model({.n_components = 6});
  const std::vector<Index> cuts{0, 50, 300, 302, X.rows()};
  for (std::size_t i = 0; i + 1 < cuts.size(); ++i)
    model.partial_fit(Matrix(X.middleRows(cuts[i], cuts[i + 1] - cuts[i])));
  expect_golden("partial_fit", model, X);
  EXPECT_EQ(model.n_samples_seen(), X.rows());
}

TEST(IncrementalPCA, ComputesInDoubleOnFloats) {
  const Matrix32 floats = scaled_cancer().cast<float>();
  const IncrementalPCAParams params{.n_components = 4, .batch_size = 100};
  const auto given = IncrementalPCA(params).fit(floats);
  const auto cast = IncrementalPCA(params).fit(Matrix(floats.cast<double>()));
  EXPECT_EQ(given.components(), cast.components());
  EXPECT_EQ(given.explained_variance(), cast.explained_variance());
  EXPECT_TRUE(given.transform(floats).is_float32());
}

TEST(IncrementalPCA, WithAllComponentsItIsPCA) {
  const Matrix X = scaled_cancer();
  const auto pieces = IncrementalPCA({.batch_size = 70}).fit(X);
  const auto whole = PCA().fit(X);
  EXPECT_TRUE(near(pieces.explained_variance(), whole.explained_variance(), 1e-9));
  EXPECT_LT(relative_difference(pieces.components(), whole.components()), 1e-9);
  EXPECT_LT(relative_difference(pieces.get_precision(), whole.get_precision()), 1e-7);
  EXPECT_LT(relative_difference(pieces.get_covariance(), whole.get_covariance()), 1e-9);
}

TEST(IncrementalPCA, AFailedPieceLeavesTheModelAsItWas) {
  IncrementalPCA model({.n_components = 2});
  model.partial_fit(Matrix(iris().topRows(50)));
  const Matrix before = model.components();
  EXPECT_TRUE(throws<InvalidInput>([&] { model.partial_fit(Matrix(iris().leftCols(3))); },
                                   {"IncrementalPCA", "3", "4"}));
  model.set_param("n_components", 3);
  EXPECT_TRUE(throws<InvalidParameter>([&] { model.partial_fit(iris()); },
                                       {"n_components is 3", "2 components"}));
  EXPECT_EQ(model.components(), before);
}

TEST(IncrementalPCA, RefusesAFirstBatchThatIsTooSmall) {
  EXPECT_TRUE(throws<InvalidParameter>(
      [] { IncrementalPCA({.n_components = 4, .batch_size = 3}).fit(iris()); },
      {"IncrementalPCA", "n_components is 4", "first batch of 3"}));
  EXPECT_TRUE(throws<InvalidInput>([] { IncrementalPCA().partial_fit(Matrix(iris().topRows(1))); },
                                   {"first batch", "2"}));
}

TEST(IncrementalPCA, ReportsEachBatch) {
  std::vector<Index> iterations;
  IncrementalPCA({.batch_size = 40}).fit(iris(), {.callback = [&](const Progress& p) {
                                           iterations.push_back(p.iteration);
                                         }});
  EXPECT_EQ(iterations, (std::vector<Index>{1, 2, 3, 4}));
}

}  // namespace
}  // namespace espalier
