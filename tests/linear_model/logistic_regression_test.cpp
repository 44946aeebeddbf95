// SPDX-License-Identifier: BSD-3-Clause
#include <espalier/linear_model/logistic_regression.hpp>

#include <cmath>
#include <functional>
#include <stop_token>
#include <vector>

#include <gtest/gtest.h>

#include <espalier/core/archive.hpp>
#include <espalier/core/random.hpp>
#include <espalier/core/warnings.hpp>

#include "linear_model/data.hpp"
#include "support/expect_error.hpp"
#include "support/near.hpp"

namespace espalier {
namespace {

using namespace testing_support;
using nlohmann::json;

const json& golden_values() {
  static const json values = golden("linear_model_logistic.json");
  return values;
}

LinearData wine() {
  return {to_matrix(golden_values()["wine"]["X"]), to_labels(golden_values()["wine"]["y"])};
}

Matrix columns_of(const Matrix& X, const std::vector<Index>& columns) {
  return X(Eigen::all, columns);
}

/// Parameters for as exact a solution as doubles allow.
LogisticRegressionParams exact(LogisticRegressionParams params = {}) {
  params.tol = 1e-10;
  params.max_iter = 10'000;
  return params;
}

/// scikit-learn's solution (Newton's method to a gradient below 1e-11) to a relative 1e-6, in truth
/// some 1e-9: what a gradient of 1e-10 leaves open in the flattest direction.
void expect_golden(const std::string& name, const Features& X, const Target& y,
                   const LogisticRegressionParams& params, const FitContext& context = {}) {
  SCOPED_TRACE(name);
  const json& expected = golden_values().at(name);
  const auto model = LogisticRegression(exact(params)).fit(X, y, context);
  EXPECT_TRUE(model.converged());
  EXPECT_LT(relative_difference(model.coef(), to_matrix(expected["coef"])), 1e-6);
  EXPECT_LT((model.intercept() - to_vector(expected["intercept"])).lpNorm<Eigen::Infinity>(),
            1e-6 * std::max(1.0, to_vector(expected["intercept"]).lpNorm<Eigen::Infinity>()));
  const auto rows = expected["rows"].get<std::vector<Index>>();
  const Matrix proba = model.predict_proba(X.take(rows));
  EXPECT_LT((proba - to_matrix(expected["proba"])).cwiseAbs().maxCoeff(), 1e-7);
}

TEST(LogisticRegression, MatchesScikitLearnOnTwoClasses) {
  const auto [X, y] = cancer();
  const Matrix Z = scaled(X);
  expect_golden("cancer_scaled", Z, y, {});
  expect_golden("cancer_scaled_C_0.01", Z, y, {.C = 0.01});
  expect_golden("cancer_scaled_C_100", Z, y, {.C = 100.0});
  expect_golden("cancer_no_intercept", Z, y, {.fit_intercept = false});
}

TEST(LogisticRegression, MatchesScikitLearnOnUnscaledData) {
  const auto [X, y] = cancer();
  expect_golden("cancer_raw", X, y, {});
  const LinearData w = wine();
  expect_golden("wine_raw", w.X, w.y, {});
}

TEST(LogisticRegression, MatchesScikitLearnOnThreeClasses) {
  const auto [X, y] = iris();
  expect_golden("iris", X, y, {});
  expect_golden("iris_C_10", X, y, {.C = 10.0});
  expect_golden("iris_no_intercept", X, y, {.fit_intercept = false});
  const LinearData w = wine();
  expect_golden("wine_scaled", scaled(w.X), w.y, {});
}

TEST(LogisticRegression, MatchesScikitLearnWithWeights) {
  const auto [X, y] = cancer();
  const Matrix Z = scaled(X);
  const Vector w = golden_weights(Z.rows());
  expect_golden("cancer_weighted", Z, y, {}, {.sample_weight = w});
  expect_golden("cancer_balanced", Z, y, {.class_weight = balanced});
  expect_golden("cancer_balanced_weighted", Z, y, {.class_weight = balanced}, {.sample_weight = w});
  expect_golden("cancer_class_weight", Z, y,
                {.class_weight = {{"benign", 1.0}, {"malignant", 5.0}}});
  expect_golden("cancer_class_weight", Z, y.labels(), {.class_weight = {{0, 1.0}, {1, 5.0}}});
  const auto flowers = iris();
  expect_golden("iris_weighted", flowers.X, flowers.y, {.class_weight = balanced},
                {.sample_weight = golden_weights(flowers.X.rows())});
}

TEST(LogisticRegression, MatchesScikitLearnWithoutPenalty) {
  const auto [X, y] = cancer();
  expect_golden("cancer_no_penalty", columns_of(X, {1, 4, 8, 9}), y, {.C = infinity});
  const LinearData w = wine();
  expect_golden("wine_no_penalty", columns_of(w.X, {1, 2}), w.y, {.C = infinity});
}

TEST(LogisticRegression, FindsTheSameOptimumWithEverySolver) {
  const LinearData w = wine();
  for (const LogisticSolver solver :
       {LogisticSolver::lbfgs, LogisticSolver::newton_cholesky, LogisticSolver::newton_cg}) {
    SCOPED_TRACE(static_cast<int>(solver));
    const auto [X, y] = cancer();
    expect_golden("cancer_scaled", scaled(X), y, {.solver = solver});
    expect_golden("cancer_weighted", scaled(X), y, {.solver = solver},
                  {.sample_weight = golden_weights(X.rows())});
    expect_golden("wine_scaled", scaled(w.X), w.y, {.solver = solver});
    expect_golden("wine_no_penalty", columns_of(w.X, {1, 2}), w.y,
                  {.C = infinity, .solver = solver});
  }
}

TEST(LogisticRegression, TakesFewPassesOverManyRows) {
  Random random(9);
  const Index n = 150'000, p = 5;
  const Matrix X = Matrix::NullaryExpr(n, p, [&](Index, Index) { return random.normal(); });
  const Labels y = Labels::NullaryExpr(
      n, [&](Index i) { return X(i, 0) - 0.5 * X(i, 1) + random.normal() > 0.3 ? 1 : 0; });
  const auto quick = LogisticRegression({.solver = LogisticSolver::newton_cholesky}).fit(X, y);
  EXPECT_TRUE(quick.converged());
  EXPECT_LE(quick.n_iter(), 3) << "the first steps are taken on a sample";
  const auto slow = LogisticRegression(exact({.solver = LogisticSolver::lbfgs})).fit(X, y);
  EXPECT_LT(relative_difference(quick.coef(), slow.coef()), 1e-3);
  const auto precise =
      LogisticRegression(exact({.solver = LogisticSolver::newton_cholesky})).fit(X, y);
  EXPECT_LT(relative_difference(precise.coef(), slow.coef()), 1e-8);
}

TEST(LogisticRegression, WarmStartBeginsWhereTheFitBeforeEnded) {
  const auto [X, y] = iris();
  for (const LogisticSolver solver : {LogisticSolver::lbfgs, LogisticSolver::newton_cholesky}) {
    LogisticRegression model({.C = 100.0, .tol = 1e-6, .solver = solver, .warm_start = true});
    model.fit(X, y);
    const Matrix coef = model.coef();
    EXPECT_GT(model.n_iter(), 2);
    model.fit(X, y);
    EXPECT_LE(model.n_iter(), 1);
    EXPECT_LT(relative_difference(model.coef(), coef), 1e-5);
    const Matrix some = X.topRows(100);
    const Labels of_two = y.labels().head(100);
    EXPECT_TRUE(throws<InvalidInput>([&] { model.fit(some, of_two); },
                                     {"LogisticRegression", "warm_start", "3 classes", "2"}));
    model.params().warm_start = false;
    model.fit(X, y);
    EXPECT_GT(model.n_iter(), 2);
  }
}

TEST(LogisticRegression, ComputesInSinglePrecisionWhereXIsOfFloats) {
  for (const LinearData& data : {cancer(), iris()}) {
    const Matrix X = scaled(data.X);
    const Eigen::MatrixXf X32 = X.cast<float>();
    for (const LogisticSolver solver : {LogisticSolver::lbfgs, LogisticSolver::newton_cholesky}) {
      const auto wide = LogisticRegression({.tol = 1e-6, .solver = solver}).fit(X, data.y);
      const auto narrow = LogisticRegression({.tol = 1e-6, .solver = solver}).fit(X32, data.y);
      EXPECT_TRUE(narrow.converged());
      EXPECT_LT(relative_difference(narrow.coef(), wide.coef()), 1e-3);
      EXPECT_GT(relative_difference(narrow.coef(), wide.coef()), 1e-12) << "not in double";
      EXPECT_LT((narrow.predict_proba(X32) - wide.predict_proba(X)).cwiseAbs().maxCoeff(), 1e-4);
    }
  }
}

TEST(LogisticRegression, AnL1PenaltyLeavesCoefficientsOut) {
  const auto [X, y] = cancer();
  const Matrix Z = scaled(X);
  const auto model =
      LogisticRegression({.C = 0.1, .l1_ratio = 1.0, .tol = 1e-8, .max_iter = 1000}).fit(Z, y);
  EXPECT_TRUE(model.converged());
  const Index zeros = (model.coef().array() == 0.0).count();
  EXPECT_GT(zeros, 10);
  EXPECT_LT(zeros, 30);
  EXPECT_GT(model.score(Z, y), 0.95);
  const auto without = LogisticRegression({.C = infinity, .l1_ratio = 1.0})
                           .fit(columns_of(X, {1, 4}), y);  // no penalty, so no L1 norm
  EXPECT_TRUE((without.coef().array() != 0.0).all());
}

TEST(LogisticRegression, RefusesSolversThatDoNotDoWithThePenalty) {
  const Matrix X = Matrix::Identity(2, 2);
  const Labels y{{0, 1}};
  EXPECT_TRUE(throws<InvalidParameter>(
      [&] { LogisticRegression({.l1_ratio = 0.5, .solver = LogisticSolver::lbfgs}).fit(X, y); },
      {"'solver'", "LogisticRegression", "'coordinate-descent' or 'saga' with an L1 penalty",
       "lbfgs"}));
  EXPECT_TRUE(throws<InvalidParameter>(
      [&] { LogisticRegression({.solver = LogisticSolver::coordinate_descent}).fit(X, y); },
      {"'solver'", "without an L1 penalty", "coordinate-descent"}));
}

TEST(LogisticRegression, ConvergesOnUnscaledDataByDefault) {
  const auto [X, y] = cancer();
  const auto model = LogisticRegression().fit(X, y);
  EXPECT_TRUE(model.converged());
  EXPECT_LE(model.n_iter(), 100);
  EXPECT_EQ(model.iterations(), model.n_iter());
  const json& expected = golden_values()["cancer_raw"];
  EXPECT_LT(relative_difference(model.coef(), to_matrix(expected["coef"])), 0.02);
  EXPECT_GT(model.score(X, y), 0.95);

  const LinearData w = wine();
  EXPECT_TRUE(LogisticRegression().fit(w.X, w.y).converged());
}

TEST(LogisticRegression, DoesNotCareForUnitsWithoutPenalty) {
  const auto [X, y] = cancer();
  const Matrix some = columns_of(X, {1, 4, 8, 9});
  Matrix other = some * Eigen::Vector4d(1e6, 1e-8, 1.0, 1e3).asDiagonal();
  other.col(0).array() += 1e9;
  const auto a = LogisticRegression(exact({.C = infinity})).fit(some, y);
  const auto b = LogisticRegression({.C = infinity, .tol = 1e-8, .max_iter = 1000}).fit(other, y);
  EXPECT_TRUE(b.converged());
  EXPECT_LT((a.predict_proba(some) - b.predict_proba(other)).cwiseAbs().maxCoeff(), 1e-6);
}

TEST(LogisticRegression, GivesTheSameForSparseAndDenseInput) {
  for (const LinearData& data : {cancer(), wine(), iris()}) {
    const Matrix X = scaled(data.X).cwiseMax(0.0);  // half of it zeros
    const SparseMatrix S = X.sparseView();
    const auto dense = LogisticRegression(exact()).fit(X, data.y);
    const auto sparse = LogisticRegression(exact()).fit(S, data.y);
    EXPECT_LT(relative_difference(sparse.coef(), dense.coef()), 1e-8);
    EXPECT_LT((sparse.predict_proba(S) - dense.predict_proba(X)).cwiseAbs().maxCoeff(), 1e-9);
  }
}

TEST(LogisticRegression, WeightTwoEqualsTwoCopies) {
  const auto [X, y] = iris();
  std::vector<Index> copies;
  Vector w(X.rows());
  for (Index i = 0; i < X.rows(); ++i) {
    w[i] = static_cast<double>(i % 3);
    copies.insert(copies.end(), static_cast<std::size_t>(i % 3), i);
  }
  for (const ClassWeight& class_weight : {ClassWeight(), ClassWeight(balanced)}) {
    const auto weighted =
        LogisticRegression(exact({.class_weight = class_weight})).fit(X, y, {.sample_weight = w});
    const auto copied = LogisticRegression(exact({.class_weight = class_weight}))
                            .fit(Matrix(X(copies, Eigen::all)), y.take(copies));
    EXPECT_LT(relative_difference(weighted.coef(), copied.coef()), 1e-8);
  }
}

TEST(LogisticRegression, AStrongPenaltyLeavesTheSharesOfTheClasses) {
  const auto [X, y] = cancer();
  const auto model = LogisticRegression({.C = 1e-15, .tol = 1e-12}).fit(X, y);
  const double malignant = y.values().mean();
  EXPECT_NEAR(model.predict_proba(X)(0, 1), malignant, 1e-6);
}

TEST(LogisticRegression, GivesAConstantColumnNoCoefficient) {
  auto [X, y] = cancer();
  Matrix with_constant(X.rows(), 3);
  with_constant << X.col(1), Vector::Constant(X.rows(), 1e4), X.col(4);
  for (const double C : {1.0, infinity}) {
    const auto model = LogisticRegression(exact({.C = C})).fit(with_constant, y);
    const auto without = LogisticRegression(exact({.C = C})).fit(columns_of(X, {1, 4}), y);
    EXPECT_NEAR(model.coef()(0, 1), 0.0, 1e-8);
    EXPECT_LT((model.predict_proba(with_constant) - without.predict_proba(columns_of(X, {1, 4})))
                  .cwiseAbs()
                  .maxCoeff(),
              1e-8);
  }
}

TEST(LogisticRegression, EndsOnClassesThatAreSeparated) {
  const auto [X, y] = iris();
  const auto model = LogisticRegression({.C = infinity, .max_iter = 1000})
                         .fit(X.topRows(100), y.labels().head(100));
  EXPECT_TRUE(model.converged());
  EXPECT_TRUE(model.coef().allFinite());
  EXPECT_EQ(model.score(X.topRows(100), y.labels().head(100)), 1.0);
}

TEST(LogisticRegression, GivesTheSameBitsForAnyNumberOfThreads) {
  Random random(1);
  const Index n = 20'000, p = 12;
  const Matrix X = Matrix::NullaryExpr(n, p, [&](Index, Index) { return random.normal(); });
  for (const int n_classes : {2, 4}) {
    const Labels y = Labels::NullaryExpr(n, [&](Index i) {
      return static_cast<int>(std::floor(2.0 * std::abs(X(i, 0) + random.normal()))) % n_classes;
    });
    const SparseMatrix S = X.cwiseMax(0.0).sparseView();
    for (const Features& features : {Features(X), Features(S)}) {
      const auto one = LogisticRegression().fit(features, y, {.n_threads = 1});
      for (const int threads : {2, 4, 7}) {
        const auto several = LogisticRegression().fit(features, y, {.n_threads = threads});
        EXPECT_EQ(several.coef(), one.coef()) << threads << " threads";
        EXPECT_EQ(several.intercept(), one.intercept()) << threads << " threads";
      }
    }
  }
}

TEST(LogisticRegression, GivesTheSameBitsWhereverTheDataLie) {
  const auto [X, y] = cancer();
  const auto expected = LogisticRegression().fit(X, y);
  std::vector<double> storage(static_cast<std::size_t>(X.size() + 1));
  Eigen::Map<Matrix> shifted(storage.data() + 1, X.rows(), X.cols());
  shifted = X;
  EXPECT_EQ(LogisticRegression().fit(shifted, y).coef(), expected.coef());
  Matrix wide(X.rows() + 3, X.cols());
  wide.bottomRows(X.rows()) = X;
  EXPECT_EQ(LogisticRegression().fit(wide.bottomRows(X.rows()), y).coef(), expected.coef());
}

TEST(LogisticRegression, PredictsSingleRowsAsInTheBatch) {
  for (const LinearData& data : {cancer(), iris()}) {
    const auto model = LogisticRegression().fit(data.X, data.y);
    const Matrix proba = model.predict_proba(data.X), decision = model.decision_function(data.X);
    const Labels labels = model.predict(data.X);
    for (Index i = 0; i < data.X.rows(); ++i) {
      EXPECT_EQ(model.predict_proba(data.X.row(i)), proba.row(i));
      EXPECT_EQ(model.decision_function(data.X.row(i)), decision.row(i));
      EXPECT_EQ(model.predict(data.X.row(i))[0], labels[i]);
    }
  }
}

TEST(LogisticRegression, PredictsAnyLabelsInAscendingOrder) {
  const auto [X, y] = iris();
  const Labels other = y.labels().unaryExpr([](int k) { return k == 0 ? 42 : k == 1 ? -7 : 5; });
  const auto model = LogisticRegression().fit(X, other);
  EXPECT_EQ(model.classes(), (Labels{{-7, 5, 42}}));
  EXPECT_EQ(model.coef().rows(), 3);
  EXPECT_EQ(model.predict(X)[0], 42);
  EXPECT_NEAR(model.intercept().sum(), 0.0, 1e-12);
  EXPECT_NEAR(model.coef().colwise().sum().cwiseAbs().maxCoeff(), 0.0, 1e-12);
  const Matrix proba = model.predict_proba(X);
  EXPECT_EQ(proba.cols(), 3);
  EXPECT_NEAR((proba.rowwise().sum().array() - 1.0).abs().maxCoeff(), 0.0, 1e-15);
  const auto two = LogisticRegression().fit(X.topRows(100), other.head(100));
  EXPECT_EQ(two.decision_function(X).cols(), 1);
  EXPECT_EQ(two.predict_proba(X).cols(), 2);
}

TEST(LogisticRegression, KeepsProbabilitiesOfExtremeRowsExact) {
  auto model = LogisticRegression().fit(Matrix{{-1.0}, {1.0}}, Labels{{0, 1}});
  const double c = model.coef()(0, 0);
  const Matrix proba = model.predict_proba(Matrix{{1e5}, {-1e5}, {100.0 / c}});
  EXPECT_EQ(proba(0, 1), 1.0);
  EXPECT_EQ(proba(1, 0), 1.0);
  EXPECT_TRUE(proba.allFinite());
  EXPECT_TRUE(near(proba(2, 0), std::exp(-100.0), 1e-12)) << "the rare class keeps its digits";
}

TEST(LogisticRegression, NeedsTwoClasses) {
  EXPECT_TRUE(
      throws<InvalidInput>([] { LogisticRegression().fit(Matrix::Ones(3, 2), Labels::Zero(3)); },
                           {"LogisticRegression", "at least 2 classes", "only one class: 0"}));
  EXPECT_TRUE(throws<InvalidInput>(
      [] {
        LogisticRegression({.class_weight = {{7, 2.0}}})
            .fit(Matrix::Identity(2, 2), Labels{{0, 1}});
      },
      {"LogisticRegression", "The classes, [0, 1], are not in class_weight"}));
}

TEST(LogisticRegression, RefusesDataSoLargeThatItsSquaresOverflow) {
  const Labels y{{0, 1, 0, 1, 1}};
  const Matrix small = Matrix::Random(5, 2);
  Matrix huge = small;
  huge.col(1) << 1e200, -1e200, 1e200, -1e200, 0.0;
  for (const double l1_ratio : {0.0, 1.0})
    EXPECT_TRUE(
        throws<InvalidInput>([&] { LogisticRegression({.l1_ratio = l1_ratio}).fit(huge, y); },
                             {"LogisticRegression", "too large", "'x1'"}));
  EXPECT_TRUE(throws<InvalidInput>([&] { LogisticRegression().fit(huge.rightCols(1), y); },
                                   {"LogisticRegression", "too large", "'x0'"}));
  EXPECT_TRUE(LogisticRegression().fit(small * 1e150, y).coef().allFinite());
}

TEST(LogisticRegression, RefusesParametersOutsideTheirRangeByName) {
  const auto fit = [](const LogisticRegressionParams& params) {
    return [params] { LogisticRegression(params).fit(Matrix::Identity(2, 2), Labels{{0, 1}}); };
  };
  EXPECT_TRUE(
      throws<InvalidParameter>(fit({.C = 0.0}), {"'C'", "LogisticRegression", "(0, inf]", "0"}));
  EXPECT_TRUE(throws<InvalidParameter>(fit({.tol = -1.0}), {"'tol'", "-1"}));
  EXPECT_TRUE(throws<InvalidParameter>(fit({.max_iter = 0}), {"'max_iter'", "0"}));
}

TEST(LogisticRegression, WarnsWhenItDoesNotConverge) {
  std::vector<Warning> warnings;
  const WarningHandler before =
      set_warning_handler([&](const Warning& w) { warnings.push_back(w); });
  const auto [X, y] = cancer();
  const auto model = LogisticRegression({.max_iter = 3}).fit(X, y);
  set_warning_handler(before);
  EXPECT_FALSE(model.converged());
  EXPECT_EQ(model.n_iter(), 3);
  ASSERT_EQ(warnings.size(), 1U);
  EXPECT_EQ(warnings[0].kind, WarningKind::convergence);
  EXPECT_EQ(warnings[0].source, "LogisticRegression");
  EXPECT_NE(warnings[0].message.find("max_iter"), std::string::npos);
}

TEST(LogisticRegression, ReportsEveryIterationAndCanBeStopped) {
  const auto [X, y] = cancer();
  std::vector<Progress> reports;
  auto model = LogisticRegression();
  model.fit(X, y, {.callback = [&](const Progress& p) { reports.push_back(p); }});
  ASSERT_EQ(reports.size(), static_cast<std::size_t>(model.n_iter()));
  EXPECT_EQ(reports.back().task, "LogisticRegression");
  EXPECT_EQ(reports.back().total, 100);
  EXPECT_LT(reports.back().loss, reports.front().loss);

  const Matrix coef = model.coef();
  std::stop_source stop;
  FitContext context{.callback = [&](const Progress& p) {
    if (p.iteration == 2) stop.request_stop();
  }};
  context.stop = stop.get_token();
  EXPECT_THROW(model.fit(2.0 * X, y, context), Cancelled);
  EXPECT_EQ(model.coef(), coef) << "a cancelled fit changes nothing";
}

TEST(LogisticRegression, ComesBackFromAFileBitByBit) {
  const auto [X, y] = cancer();
  const auto model = LogisticRegression({.C = 0.3, .class_weight = {{"malignant", 3.0}}}).fit(X, y);
  const auto loaded = from_json(to_json(model));
  const auto& back = dynamic_cast<const LogisticRegression&>(*loaded);
  EXPECT_EQ(back.to_string(), model.to_string());
  EXPECT_EQ(back.predict_proba(X), model.predict_proba(X));
  EXPECT_EQ(back.n_iter(), model.n_iter());
  EXPECT_EQ(back.predict_names(X.topRows(1))[0], "malignant");
}

TEST(LogisticRegression, RefusesAStateThatDoesNotFitTogether) {
  const auto [X, y] = iris();
  const auto state = LogisticRegression().fit(X, y).state();
  const Schema schema = Schema::of(X);
  EXPECT_NO_THROW(state.check(schema));
  auto damaged = state;
  damaged.classes = Labels{{0, 1}};
  EXPECT_THROW(damaged.check(schema), FormatError);
  damaged = state;
  damaged.coef = Matrix::Zero(3, 5);
  EXPECT_THROW(damaged.check(schema), FormatError);
  damaged = state;
  damaged.intercept = Vector::Zero(1);
  EXPECT_THROW(damaged.check(schema), FormatError);
  damaged = state;
  damaged.classes = Labels{{0}};
  damaged.coef = Matrix::Zero(1, 4);
  damaged.intercept = Vector::Zero(1);
  EXPECT_THROW(damaged.check(schema), FormatError);
}

}  // namespace
}  // namespace espalier
