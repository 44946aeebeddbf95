// SPDX-License-Identifier: BSD-3-Clause
#include <gtest/gtest.h>

#include <cmath>
#include <vector>

#include <espalier/core/warnings.hpp>
#include <espalier/linear_model/elastic_net_cv.hpp>
#include <espalier/linear_model/enet_path.hpp>
#include <espalier/linear_model/lasso_cv.hpp>

#include "linear_model/data.hpp"
#include "support/expect_error.hpp"
#include "support/near.hpp"

namespace espalier {
namespace {

using namespace testing_support;
using nlohmann::json;

const json& golden_values(const std::string& name) {
  return golden("linear_model_lasso.json").at(name);
}

struct Centred {
  Matrix X;
  Vector y;
};

Centred centred_diabetes() {
  const auto [X, y] = diabetes();
  return {X.rowwise() - X.colwise().mean(), y.vector().array() - y.vector().mean()};
}

void expect_path(const std::string& name, const EnetPath& path) {
  SCOPED_TRACE(name);
  const json& expected = golden_values(name);
  EXPECT_TRUE(near(path.alphas, to_vector(expected["alphas"]), 1e-12));
  const Matrix coefs = to_matrix(expected["coefs"]).transpose();
  ASSERT_EQ(path.coefs.cols(), coefs.cols());
  EXPECT_LT(relative_difference(path.coefs, coefs), 1e-6);
  EXPECT_EQ(path.n_iters.size(), static_cast<std::size_t>(coefs.cols()));
}

TEST(LassoPath, MatchesScikitLearnOnDiabetes) {
  const auto [X, y] = centred_diabetes();
  expect_path("lasso_path", lasso_path(X, y, {.alphas = 12, .max_iter = 100'000, .tol = 1e-14}));
  expect_path("lasso_path_positive",
              lasso_path(X, y, {.alphas = 5, .positive = true, .max_iter = 100'000, .tol = 1e-14}));
  expect_path("enet_path",
              enet_path(X, y, {.alphas = {3.0, 0.3, 1.0}, .max_iter = 100'000, .tol = 1e-14}));
}

TEST(LassoPath, BeginsWhereTheFirstCoefficientIsAboutToEnter) {
  const auto [X, y] = centred_diabetes();
  const EnetPath path = lasso_path(X, y, {.alphas = 30});
  EXPECT_TRUE(path.coefs.col(0).isZero());
  EXPECT_FALSE(path.coefs.col(1).isZero());
  EXPECT_NEAR(path.alphas[29] / path.alphas[0], 1e-3, 1e-15);
  const double tolerance = 1e-4 * y.squaredNorm() / static_cast<double>(y.size());
  EXPECT_LE(path.dual_gaps.maxCoeff(), tolerance);
}

TEST(LassoPath, IsThatOfADenseMatrixForASparseOne) {
  const auto [X, y] = centred_diabetes();
  const Matrix positive = X.cwiseMax(0.0);
  const LassoPathOptions options{.alphas = 8, .max_iter = 100'000, .tol = 1e-13};
  const EnetPath dense = lasso_path(positive, y, options);
  const EnetPath sparse = lasso_path(SparseMatrix(positive.sparseView()), y, options);
  EXPECT_LT(relative_difference(sparse.coefs, dense.coefs), 1e-6);
}

TEST(LassoPath, RefusesWhatItCannotUse) {
  const auto data = centred_diabetes();
  const Matrix& X = data.X;
  const Vector& y = data.y;
  EXPECT_TRUE(
      throws<InvalidParameter>([&] { lasso_path(X, y, {.eps = 0.0}); }, {"eps", "lasso_path"}));
  EXPECT_TRUE(throws<InvalidParameter>([&] { enet_path(X, y, {.l1_ratio = 0.0}); }, {"l1_ratio"}));
  EXPECT_TRUE(throws<InvalidParameter>(
      [&] {
        lasso_path(X, y, {.alphas = {1.0, -1.0}});
      },
      {"alphas"}));
  EXPECT_TRUE(throws<InvalidInput>([&] { lasso_path(X, Vector(y.head(5))); }, {"442", "5"}));
  Matrix holes = X;
  holes(3, 2) = NAN;
  EXPECT_TRUE(throws<InvalidInput>([&] { lasso_path(holes, y); }, {"NaN"}));
}

template <class Model>
void expect_search(const std::string& name, const Features& X, const Target& y,
                   typename Model::Params params, const FitContext& context = {}) {
  SCOPED_TRACE(name);
  const json& expected = golden_values(name);
  params.tol = 1e-14;
  params.max_iter = 100'000;
  const auto model = Model(params).fit(X, y, context);
  EXPECT_NEAR(model.alpha(), expected["alpha"].get<double>(), 1e-10 * model.alpha());
  const Matrix alphas = to_matrix(expected["alphas"]);
  for (Index r = 0; r < model.alphas().rows(); ++r)
    EXPECT_TRUE(
        near(Matrix(model.alphas().row(r)), alphas.row(std::min(r, alphas.rows() - 1)), 1e-10));
  Matrix mse(model.mse_path().rows(), model.mse_path().cols());
  Index row = 0;
  for (const json& mix : expected["mse_path"])
    for (const json& errors : mix) mse.row(row++) = to_vector(errors).transpose();
  ASSERT_EQ(row, mse.rows());
  EXPECT_TRUE(near(model.mse_path(), mse, 1e-6));
  EXPECT_LT(relative_difference(model.coef().transpose(), to_vector(expected["coef"])), 1e-6);
  EXPECT_TRUE(near(model.intercept()[0], expected["intercept"].get<double>(), 1e-6));
}

TEST(LassoCV, MatchesScikitLearnOnDiabetes) {
  const auto [X, y] = diabetes();
  const SparseMatrix S = X.cwiseMax(0.0).sparseView();
  expect_search<LassoCV>("lasso_cv", X, y, {.alphas = 20});
  expect_search<LassoCV>("lasso_cv_3_folds", X, y, {.alphas = 20, .fit_intercept = false, .cv = 3});
  expect_search<LassoCV>("lasso_cv_weighted", X, y, {.alphas = 10},
                         {.sample_weight = golden_weights(X.rows())});
  expect_search<LassoCV>("lasso_cv_sparse", S, y, {.alphas = 10});
}

TEST(ElasticNetCV, MatchesScikitLearnOnDiabetes) {
  const auto [X, y] = diabetes();
  expect_search<ElasticNetCV>("enet_cv", X, y, {.l1_ratio = {0.2, 0.9}, .alphas = 10});
  expect_search<ElasticNetCV>("enet_cv_alphas", X, y,
                              {.l1_ratio = {0.2, 0.9}, .alphas = {0.1, 1.0, 0.01}});
}

TEST(ElasticNetCV, KeepsTheMixThatWon) {
  const auto [X, y] = diabetes();
  const auto model = ElasticNetCV({.l1_ratio = {0.2, 0.9}, .alphas = 10}).fit(X, y);
  EXPECT_EQ(model.l1_ratio(), golden_values("enet_cv")["l1_ratio"].get<double>());
}

TEST(ElasticNetCV, GivesTheSameBitsForAnyNumberOfThreads) {
  const auto [X, y] = diabetes();
  const ElasticNetCV search({.l1_ratio = {0.2, 0.9}, .alphas = 10});
  const auto one = ElasticNetCV(search).fit(X, y, {.n_threads = 1});
  for (const int threads : {2, 4, 7}) {
    const auto model = ElasticNetCV(search).fit(X, y, {.n_threads = threads});
    EXPECT_EQ(model.mse_path(), one.mse_path());
    EXPECT_EQ(model.coef(), one.coef());
  }
}

TEST(ElasticNetCV, RefusesAGridWithoutAnL1Penalty) {
  const auto data = diabetes();
  const Matrix& X = data.X;
  const Target& y = data.y;
  EXPECT_TRUE(throws<InvalidParameter>(
      [&] {
        ElasticNetCV({.l1_ratio = {0.5, 0.0}}).fit(X, y);
      },
      {"l1_ratio", "(0, 1]"}));
  EXPECT_TRUE(
      throws<InvalidParameter>([&] { ElasticNetCV({.l1_ratio = {}}).fit(X, y); }, {"l1_ratio"}));
  EXPECT_NO_THROW(ElasticNetCV({.l1_ratio = {0.0}, .alphas = {0.1}}).fit(X, y));
  EXPECT_TRUE(throws<InvalidInput>([&] { LassoCV({.cv = 500}).fit(X, y); }, {"500", "442"}));
}

TEST(LassoCV, SaysHowManyFitsDidNotConverge) {
  const auto [X, y] = diabetes();
  std::vector<Warning> warnings;
  const WarningHandler before =
      set_warning_handler([&](const Warning& w) { warnings.push_back(w); });
  LassoCV({.alphas = 10, .max_iter = 1, .tol = 1e-10}).fit(X, y);
  set_warning_handler(before);
  ASSERT_FALSE(warnings.empty());
  EXPECT_EQ(warnings[0].kind, WarningKind::convergence);
  EXPECT_NE(warnings[0].message.find("of 50 fits"), std::string::npos) << warnings[0].message;
}

}  // namespace
}  // namespace espalier
