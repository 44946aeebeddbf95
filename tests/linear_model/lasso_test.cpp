// SPDX-License-Identifier: BSD-3-Clause
#include <espalier/linear_model/lasso.hpp>

#include <gtest/gtest.h>

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

}  // namespace
}  // namespace espalier
