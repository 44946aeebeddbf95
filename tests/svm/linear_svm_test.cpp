// SPDX-License-Identifier: BSD-3-Clause
// LinearSVC and LinearSVR.
#include <espalier/svm/linear_svc.hpp>
#include <espalier/svm/linear_svr.hpp>

#include <gtest/gtest.h>

#include <espalier/core/random.hpp>

#include "linear_model/data.hpp"
#include "support/expect_error.hpp"

namespace espalier {
namespace {

using namespace testing_support;
using nlohmann::json;

const json& golden_values() {
  static const json values = golden("svm_linear.json");
  return values;
}

/// Columns scaled; the target of the diabetes data too.
LinearData data_of(const std::string& name) {
  LinearData data = name == "cancer" ? cancer() : name == "iris" ? iris() : diabetes();
  data.X = scaled(data.X);
  if (name == "diabetes") data.y = Target(Vector(scaled(data.y.values())));
  return data;
}

/// The optimum, from which scikit-learn's solvers and ours may be a few parts of 10⁶ away.
template <class Model>
void expect_golden(const std::string& name, const json& expected, std::optional<bool> dual) {
  SCOPED_TRACE(name);
  const LinearData data = data_of(expected["data"]);
  FitContext context;
  if (expected["weighted"].get<bool>()) context.sample_weight = golden_weights(data.X.rows());
  Model model({.tol = 1e-9, .random_state = 1, .max_iter = 100'000});
  for (const auto& [key, value] : expected["params"].items())
    model.set_param(
        key, key == "class_weight" ? Value(Value::Object{{"1", 3.0}}) : Value::parse(value.dump()));
  if (dual) model.params().dual = dual;
  // The texts of the classes are in alphabetical order.
  const Target y = data.y.is_labels() ? Target(data.y.labels()) : data.y;
  model.fit(data.X, y, context);
  EXPECT_TRUE(model.converged()) << model.n_iter();
  const Matrix coef = to_matrix(expected["coef"]);
  EXPECT_LT(relative_difference(model.coef(), coef), 1e-6);
  EXPECT_LT((model.intercept() - to_vector(expected["intercept"])).cwiseAbs().maxCoeff(),
            1e-6 * coef.cwiseAbs().maxCoeff());
}

TEST(LinearSvm, MatchesScikitLearn) {
  for (const auto& [name, expected] : golden_values().items())
    if (name.starts_with("svc"))
      expect_golden<LinearSVC>(name, expected, {});
    else
      expect_golden<LinearSVR>(name, expected, {});
}

TEST(LinearSvm, ReachesTheSameOptimumByTheDualAndByNewtonsMethod) {
  for (const bool dual : {false, true}) {
    expect_golden<LinearSVC>("svc_three_classes", golden_values()["svc_three_classes"], dual);
    expect_golden<LinearSVC>("svc_dual", golden_values()["svc_dual"], dual);
    expect_golden<LinearSVR>("svr_squared_dual", golden_values()["svr_squared_dual"], dual);
  }
}

TEST(LinearSvm, GivesTheSameForSparseAndDenseInput) {
  const LinearData data = data_of("iris");
  const Matrix X = data.X.cwiseMax(0.0);
  const SparseMatrix S = X.sparseView();
  for (const LinearSVCParams& params : {LinearSVCParams{}, LinearSVCParams{.loss = SVCLoss::hinge},
                                        LinearSVCParams{.dual = true, .C = 0.1},
                                        LinearSVCParams{.penalty = SVCPenalty::l1, .C = 0.5}}) {
    LinearSVC dense(params);
    dense.params().tol = 1e-9;
    dense.params().random_state = 3;
    dense.params().max_iter = 100'000;
    LinearSVC sparse = dense;
    dense.fit(X, data.y);
    sparse.fit(S, data.y);
    EXPECT_LT(relative_difference(sparse.coef(), dense.coef()), 1e-7) << dense;
  }
}

TEST(LinearSvm, GivesTheSameBitsForAnyNumberOfThreads) {
  Random random(5);
  const Matrix X = Matrix::NullaryExpr(4000, 20, [&](Index, Index) { return random.normal(); });
  const Labels y =
      Labels::NullaryExpr(4000, [&](Index i) { return static_cast<int>(i % 3) + (X(i, 0) > 1.0); });
  for (const LinearSVCParams& params : {LinearSVCParams{}, LinearSVCParams{.loss = SVCLoss::hinge},
                                        LinearSVCParams{.penalty = SVCPenalty::l1}}) {
    LinearSVC model(params);
    model.params().max_iter = 20;
    model.params().random_state = 0;
    const Matrix expected = model.fit(X, y, {.n_threads = 1}).coef();
    for (const int threads : {2, 4, 7})
      EXPECT_EQ(model.fit(X, y, {.n_threads = threads}).coef(), expected) << threads << " threads";
  }
}

TEST(LinearSvm, MakesCoefficientsZeroByL1) {
  const LinearData data = data_of("cancer");
  const auto model =
      LinearSVC({.penalty = SVCPenalty::l1, .C = 0.01, .max_iter = 10'000}).fit(data.X, data.y);
  EXPECT_LT((model.coef().array() != 0.0).count(), 10);
  EXPECT_GT(model.score(data.X, data.y), 0.93);
}

TEST(LinearSvm, RefusesParametersThatDoNotGoTogether) {
  const LinearData data = data_of("iris");
  const auto refused = [&](const LinearSVCParams& params,
                           std::initializer_list<std::string_view> parts) {
    return throws<InvalidParameter>([&] { LinearSVC(params).fit(data.X, data.y); }, parts);
  };
  EXPECT_TRUE(
      refused({.penalty = SVCPenalty::l1, .loss = SVCLoss::hinge}, {"'loss'", "LinearSVC"}));
  EXPECT_TRUE(refused({.loss = SVCLoss::hinge, .dual = false}, {"'dual'", "true", "hinge"}));
  EXPECT_TRUE(refused({.penalty = SVCPenalty::l1, .dual = true}, {"'dual'", "false", "l1"}));
  EXPECT_TRUE(throws<InvalidParameter>(
      [&] { LinearSVR({.dual = false}).fit(data.X, Vector(data.X.col(0))); },
      {"'dual'", "LinearSVR", "epsilon_insensitive"}));
}

TEST(LinearSvm, EndsWhereAClassHasNoWeight) {
  const LinearData data = data_of("cancer");
  const auto fitted = [&](SVCLoss loss, std::optional<bool> dual, double weight) {
    LinearSVC model({.loss = loss, .dual = dual, .tol = 1e-7, .random_state = 0});
    model.params().class_weight = {{"benign", 0.0}, {"malignant", weight}};
    return model.fit(data.X, data.y);
  };
  EXPECT_TRUE(fitted(SVCLoss::hinge, true, 0.01).converged());
  const LinearSVC dual = fitted(SVCLoss::squared_hinge, true, 0.01);
  EXPECT_TRUE(dual.converged());
  EXPECT_LT(relative_difference(dual.coef(), fitted(SVCLoss::squared_hinge, false, 0.01).coef()),
            1e-5);
  EXPECT_TRUE(throws<InvalidInput>([&] { fitted(SVCLoss::hinge, true, 0.0); },
                                   {"LinearSVC", "class_weight", "above 0"}));
}

TEST(LinearSvm, DoesNotCareForTheUnitOfYWithoutEpsilon) {
  const LinearData data = data_of("diabetes");
  LinearSVR model({.tol = 1e-8,
                   .loss = SVRLoss::squared_epsilon_insensitive,
                   .dual = true,
                   .random_state = 0,
                   .max_iter = 10'000});
  const Matrix expected = model.fit(data.X, data.y).coef();
  const double unit = 1e-20;
  model.fit(data.X, Vector(unit * data.y.vector()));
  EXPECT_TRUE(model.converged());
  EXPECT_LT(relative_difference(model.coef() / unit, expected), 1e-5);
}

TEST(LinearSvm, CountsAWeightAsCopies) {
  const LinearData data = data_of("diabetes");
  const Matrix X = data.X.topRows(60);
  const Vector y = data.y.vector().head(60);
  Matrix twice(120, X.cols());
  twice << X, X;
  Vector y_twice(120);
  y_twice << y, y;
  LinearSVR model({.epsilon = 0.1, .tol = 1e-11, .random_state = 0, .max_iter = 1'000'000});
  const Matrix copies = model.fit(twice, y_twice).coef();
  const Matrix weights = model.fit(X, y, {.sample_weight = Vector::Constant(60, 2.0)}).coef();
  EXPECT_LT(relative_difference(weights, copies), 1e-6);
}

}  // namespace
}  // namespace espalier
