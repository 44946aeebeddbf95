// SPDX-License-Identifier: BSD-3-Clause
#include <espalier/linear_model/lasso.hpp>

#include <gtest/gtest.h>

#include <cmath>
#include <string>
#include <vector>

#include <espalier/core/random.hpp>
#include <espalier/core/warnings.hpp>
#include <espalier/linear_model/elastic_net.hpp>

#include "linear_model/data.hpp"
#include "support/expect_error.hpp"
#include "support/near.hpp"

namespace espalier {
namespace {

using namespace testing_support;
using nlohmann::json;

template <class Model, class Params>
void expect_golden(const std::string& name, const Features& X, const Target& y, Params params,
                   const FitContext& context = {}) {
  SCOPED_TRACE(name);
  const json& expected = golden("linear_model_lasso.json").at(name);
  params.tol = 1e-14;
  params.max_iter = 100'000;
  const auto model = Model(params).fit(X, y, context);
  const Matrix coef = to_matrix(expected["coef"]);
  EXPECT_LT((model.coef() - coef).cwiseAbs().maxCoeff(),
            1e-6 * (1e-3 + coef.cwiseAbs().maxCoeff()));
  EXPECT_TRUE(near(model.intercept(), to_vector(expected["intercept"]), 1e-6));
  EXPECT_EQ((model.coef().array() != 0.0).count(), (coef.array() != 0.0).count());
  EXPECT_TRUE(model.converged());
}

void expect_lasso(const std::string& name, const Features& X, const Target& y, LassoParams params,
                  const FitContext& context = {}) {
  expect_golden<Lasso>(name, X, y, std::move(params), context);
}

void expect_enet(const std::string& name, const Features& X, const Target& y,
                 ElasticNetParams params, const FitContext& context = {}) {
  expect_golden<ElasticNet>(name, X, y, std::move(params), context);
}

TEST(Lasso, MatchesScikitLearnOnDiabetes) {
  const auto [X, y] = diabetes();
  expect_lasso("lasso_0.1", X, y, {.alpha = 0.1});
  expect_lasso("lasso_1", X, y, {});
  expect_lasso("lasso_10", X, y, {.alpha = 10.0});
  expect_lasso("lasso_too_strong", X, y, {.alpha = 1e4});
  expect_lasso("lasso_no_intercept", X, y, {.fit_intercept = false});
  expect_lasso("lasso_positive", X, y, {.positive = true});
  expect_lasso("lasso_weighted", X, y, {}, {.sample_weight = golden_weights(X.rows())});
}
TEST(Lasso, MatchesScikitLearnOnSeveralOutputs) {
  const auto [X, y] = diabetes();
  Matrix Y(y.rows(), 2);
  Y << y.vector(), y.vector().cwiseSqrt();
  expect_lasso("lasso_outputs", X, Y, {.alpha = 0.1});
}
TEST(Lasso, MatchesScikitLearnOnSparseData) {
  const auto [X, y] = diabetes();
  const SparseMatrix S = X.cwiseMax(0.0).sparseView();
  expect_lasso("lasso_sparse", S, y, {}, {.sample_weight = golden_weights(X.rows())});
  expect_lasso("lasso_sparse_no_intercept", S, y, {.fit_intercept = false});
}
TEST(ElasticNet, MatchesScikitLearnOnDiabetes) {
  const auto [X, y] = diabetes();
  const SparseMatrix S = X.cwiseMax(0.0).sparseView();
  const FitContext weighted{.sample_weight = golden_weights(X.rows())};
  expect_enet("enet", X, y, {});
  expect_enet("enet_0.1", X, y, {.alpha = 0.1, .l1_ratio = 0.2});
  expect_enet("enet_ridge", X, y, {.alpha = 0.1, .l1_ratio = 0.0});
  expect_enet("enet_positive", X, y, {.positive = true});
  expect_enet("enet_weighted", X, y, {}, weighted);
  expect_enet("enet_sparse", S, y, {}, weighted);
}

/// A wide problem in which few columns matter, and its objective.
struct Wide {
  Index n = 120, p = 1500;
  Matrix X;
  Vector y;
  explicit Wide(std::uint64_t seed = 0) : X(n, p), y(n) {
    Random random(seed);
    X = Matrix::NullaryExpr(n, p, [&](Index, Index) { return random.normal() + 0.5; });
    Vector w = Vector::Zero(p);
    for (Index j = 0; j < p; j += 60) w[j] = random.normal();
    y = X * w + 0.3 * Vector::NullaryExpr(n, [&](Index) { return random.normal(); });
  }
  double alpha_max() const {
    const Vector centred = y.array() - y.mean();
    return ((X.rowwise() - X.colwise().mean()).transpose() * centred).cwiseAbs().maxCoeff() /
           static_cast<double>(n);
  }
  /// The largest violation of the conditions of optimality, as a part of alpha.
  template <class Model>
  double violation(const Model& model, double alpha) const {
    const Vector w = model.coef().row(0).transpose();
    const Vector residual = (y - X * w).array() - model.intercept()[0];
    const Vector g =
        (X.rowwise() - X.colwise().mean()).transpose() * residual / static_cast<double>(n);
    double worst = std::abs(residual.mean());
    for (Index j = 0; j < p; ++j)
      worst = std::max(worst, w[j] == 0.0 ? std::abs(g[j]) - alpha
                                          : std::abs(g[j] - std::copysign(alpha, w[j])));
    return worst / alpha;
  }
};

TEST(Lasso, SolvesWideProblemsByWorkingSets) {
  const Wide wide;
  for (const double part : {0.5, 0.1, 0.01}) {
    const double alpha = part * wide.alpha_max();
    const LassoParams params{.alpha = alpha, .max_iter = 10'000, .tol = 1e-13};
    const auto dense = Lasso(params).fit(wide.X, wide.y);
    const auto sparse = Lasso(params).fit(SparseMatrix(wide.X.sparseView()), wide.y);
    EXPECT_TRUE(dense.converged());
    EXPECT_LT(wide.violation(dense, alpha), 1e-5) << part;
    EXPECT_LT(wide.violation(sparse, alpha), 1e-5) << part;
  }
}

TEST(Lasso, GivesTheSameBitsForAnyNumberOfThreads) {
  const Wide wide;
  for (const Features& X : {Features(wide.X), Features(SparseMatrix(wide.X.sparseView())),
                            Features(Eigen::MatrixXf(wide.X.cast<float>()))}) {
    const Lasso lasso({.alpha = 0.02 * wide.alpha_max()});
    const auto one = Lasso(lasso).fit(X, wide.y, {.n_threads = 1});
    for (const int threads : {2, 4, 7}) {
      const auto model = Lasso(lasso).fit(X, wide.y, {.n_threads = threads});
      EXPECT_EQ(model.coef(), one.coef());
      EXPECT_EQ(model.dual_gap(), one.dual_gap());
    }
  }
}

TEST(Lasso, ReportsTheDualityGap) {
  const Wide wide;
  const double alpha = 0.1 * wide.alpha_max();
  const auto rough = Lasso({.alpha = alpha}).fit(wide.X, wide.y);
  const auto exact = Lasso({.alpha = alpha, .max_iter = 10'000, .tol = 1e-13}).fit(wide.X, wide.y);
  const auto objective = [&](const Lasso& model) {
    return 0.5 * (wide.y - model.predict(wide.X)).squaredNorm() / 120.0 +
           alpha * model.coef().lpNorm<1>();
  };
  const double above = objective(rough) - objective(exact);
  EXPECT_GE(rough.dual_gap()[0], above);
  const double tolerance = 1e-4 * (wide.y.array() - wide.y.mean()).square().mean();
  EXPECT_LE(rough.dual_gap()[0], tolerance);
  EXPECT_GT(above, -1e-12);
}

TEST(Lasso, IsZeroFromTheLargestAlphaOn) {
  const Wide wide;
  const auto model = Lasso({.alpha = 1.0001 * wide.alpha_max()}).fit(wide.X, wide.y);
  EXPECT_TRUE(model.coef().isZero());
  EXPECT_EQ(model.n_iter(), 0);
  EXPECT_NEAR(model.intercept()[0], wide.y.mean(), 1e-12);
  const auto below = Lasso({.alpha = 0.99 * wide.alpha_max(), .tol = 1e-10}).fit(wide.X, wide.y);
  EXPECT_FALSE(below.coef().isZero());
}

TEST(Lasso, ComputesWithFloatsInSinglePrecision) {
  const Wide wide;
  const LassoParams params{.alpha = 0.1 * wide.alpha_max(), .tol = 1e-6};
  const auto expected = Lasso(params).fit(wide.X, wide.y);
  const auto model = Lasso(params).fit(Eigen::MatrixXf(wide.X.cast<float>()), wide.y);
  EXPECT_TRUE(model.converged());
  EXPECT_LT(relative_difference(model.coef(), expected.coef()), 1e-2);
  const Vector a = model.predict(wide.X), b = expected.predict(wide.X);
  EXPECT_LT((a - b).norm(), 1e-2 * b.norm());
}

TEST(Lasso, WarmStartGoesOnFromTheCoefficients) {
  const Wide wide;
  Lasso model({.alpha = 0.05 * wide.alpha_max(), .warm_start = true});
  model.fit(wide.X, wide.y);
  const int cold = model.n_iter();
  model.fit(wide.X, wide.y);
  EXPECT_LE(model.n_iter(), 1);
  EXPECT_GT(cold, 5);
  Matrix two(wide.n, 2);
  two << wide.y, wide.y;
  EXPECT_TRUE(throws<InvalidInput>([&] { model.fit(wide.X, two); }, {"Lasso", "2 outputs", "1"}));
}

TEST(Lasso, RandomOrderFindsTheSameSolutionAndRepeatsItself) {
  const Wide wide;
  LassoParams params{.alpha = 0.1 * wide.alpha_max(), .max_iter = 10'000, .tol = 1e-12};
  const auto cyclic = Lasso(params).fit(wide.X, wide.y);
  params.selection = CoordinateSelection::random;
  params.random_state = 3;
  const auto random = Lasso(params).fit(wide.X, wide.y);
  EXPECT_LT(relative_difference(random.coef(), cyclic.coef()), 1e-4);
  EXPECT_EQ(Lasso(params).fit(wide.X, wide.y).coef(), random.coef());
}

TEST(Lasso, WarnsWithGapAndToleranceWhereItEndsEarly) {
  const Wide wide;
  std::string message;
  const WarningHandler before = set_warning_handler([&](const Warning& w) { message = w.message; });
  const auto model =
      Lasso({.alpha = 1e-3 * wide.alpha_max(), .max_iter = 2, .tol = 1e-10}).fit(wide.X, wide.y);
  set_warning_handler(before);
  EXPECT_FALSE(model.converged());
  EXPECT_EQ(model.n_iter(), 2);
  EXPECT_NE(message.find("gap"), std::string::npos) << message;
  EXPECT_NE(message.find("max_iter"), std::string::npos) << message;
}

TEST(ElasticNet, WithoutAnL1PenaltyReadsColumnsWhereTheirProductsAreTooLarge) {
  Wide wide;
  const ElasticNet model =
      ElasticNet({.alpha = 1.0, .l1_ratio = 0.0, .max_iter = 5'000, .tol = 1e-12})
          .fit(wide.X, wide.y);
  // (X̃ᵀX̃/n + αI)w = X̃ᵀỹ/n
  const Matrix centred = wide.X.rowwise() - wide.X.colwise().mean();
  const Vector residual = (wide.y - model.predict(wide.X));
  const Vector gradient = centred.transpose() * residual / 120.0 - model.coef().row(0).transpose();
  EXPECT_TRUE(model.converged());
  EXPECT_LT(gradient.cwiseAbs().maxCoeff(), 1e-5);
}

TEST(Lasso, DoesNotCareForTheUnitOfTheWeights) {
  const LinearData data = diabetes();
  const Matrix X = scaled(data.X);
  const Vector weights = golden_weights(X.rows());
  for (const double alpha : {0.0, 0.5}) {
    Lasso model({.alpha = alpha, .tol = 1e-10});
    const Matrix expected = model.fit(X, data.y, {.sample_weight = weights}).coef();
    for (const double unit : {1e-100, 1e100}) {
      model.fit(X, data.y, {.sample_weight = Vector(unit * weights)});
      EXPECT_TRUE(model.converged()) << unit;
      EXPECT_LT(relative_difference(model.coef(), expected), 1e-5) << alpha << ", " << unit;
    }
  }
}

TEST(Lasso, LeavesConstantColumnsAtZero) {
  Wide wide;
  wide.X.col(0).setConstant(7.0);
  wide.X.col(60).setZero();
  for (const Features& X : {Features(wide.X), Features(SparseMatrix(wide.X.sparseView()))}) {
    const auto model = Lasso({.alpha = 0.01 * wide.alpha_max()}).fit(X, wide.y);
    EXPECT_EQ(model.coef()(0, 0), 0.0);
    EXPECT_EQ(model.coef()(0, 60), 0.0);
  }
  const auto flat = Lasso().fit(wide.X, Vector(Vector::Constant(wide.n, 2.0)));
  EXPECT_TRUE(flat.coef().isZero());
  EXPECT_EQ(flat.intercept()[0], 2.0);
}

}  // namespace
}  // namespace espalier
