// SPDX-License-Identifier: BSD-3-Clause
#include <espalier/linear_model/ridge_cv.hpp>

#include <cmath>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include <espalier/core/random.hpp>
#include <espalier/linear_model/ridge.hpp>
#include <espalier/linear_model/ridge_classifier.hpp>
#include <espalier/linear_model/ridge_classifier_cv.hpp>
#include <espalier/metrics/classification.hpp>

#include "linear_model/data.hpp"
#include "support/expect_error.hpp"
#include "support/near.hpp"

namespace espalier {
namespace {

using namespace testing_support;
using nlohmann::json;

const json& expected_of(const std::string& name) {
  return golden("linear_model_least_squares.json").at(name);
}

Matrix several_targets(const Vector& y) {
  Matrix Y(y.size(), 3);
  Y << y, y.cwiseSqrt(), y.array().log().matrix();
  return Y;
}

Matrix random_matrix(Index n, Index p, std::uint64_t seed) {
  Random random(seed);
  return Matrix::NullaryExpr(n, p, [&](Index, Index) { return random.normal(); });
}

/// 10⁻³, 10⁻²·⁵, … 10³
std::vector<double> many_alphas() {
  std::vector<double> alphas;
  for (int i = 0; i <= 12; ++i) alphas.push_back(std::pow(10.0, -3.0 + 0.5 * i));
  return alphas;
}

template <class Model>
void expect_linear_part(const Model& model, const json& expected, double tolerance = 1e-9) {
  EXPECT_LT(relative_difference(model.coef(), to_matrix(expected["coef"])), tolerance);
  const Vector intercept = to_vector(expected["intercept"]);
  EXPECT_LT((model.intercept() - intercept).cwiseAbs().maxCoeff(),
            tolerance * (1.0 + intercept.cwiseAbs().maxCoeff()));
}

void expect_golden(const std::string& name, const Features& X, const Target& y,
                   const RidgeCVParams& params, const Vector& weights = {}) {
  SCOPED_TRACE(name);
  const json& expected = expected_of(name);
  const auto model = RidgeCV(params).fit(X, y, {.sample_weight = weights});
  expect_linear_part(model, expected);
  EXPECT_TRUE(near(model.alpha(), to_vector(expected["alpha"]), 1e-12));
  EXPECT_TRUE(near(model.best_score(), to_vector(expected["best_score"]), 1e-9));
  if (!params.store_cv_results) {
    EXPECT_EQ(model.cv_results().size(), 0);
    return;
  }
  const Matrix rows = to_matrix(expected["cv_results"]);
  const Index step = std::max<Index>(1, X.rows() / 10);
  for (Index i = 0; i < rows.rows(); ++i)
    EXPECT_TRUE(near(model.cv_results().row(i * step), rows.row(i), 1e-8)) << "row " << i * step;
}

TEST(RidgeCV, MatchesScikitLearnByLeaveOneOut) {
  const auto [X, y] = diabetes();
  const Vector w = golden_weights(X.rows());
  expect_golden("cv_loo", X, y, {});
  expect_golden("cv_loo_many", X, y, {.alphas = many_alphas(), .store_cv_results = true}, w);
  expect_golden("cv_loo_no_intercept", X, y, {.alphas = many_alphas(), .fit_intercept = false});
}

TEST(RidgeCV, MatchesScikitLearnOnSeveralOutputs) {
  const auto [X, y] = diabetes();
  const Matrix Y = several_targets(y.vector());
  const Vector w = golden_weights(X.rows());
  expect_golden("cv_loo_several", X, Y, {.alphas = many_alphas(), .store_cv_results = true}, w);
  expect_golden("cv_loo_per_target", X, Y, {.alphas = many_alphas(), .alpha_per_target = true});
}

TEST(RidgeCV, MatchesScikitLearnWithAScorer) {
  const auto [X, y] = diabetes();
  const Matrix Y = several_targets(y.vector());
  const Vector w = golden_weights(X.rows());
  const std::vector<double> alphas = many_alphas();
  const Scorer mae = "neg_mean_absolute_error";
  expect_golden("cv_loo_r2", X, y, {.alphas = alphas, .scoring = "r2", .store_cv_results = true});
  expect_golden("cv_loo_mae", X, Y, {.alphas = alphas, .scoring = mae}, w);
  expect_golden("cv_loo_mae_per_target", X, Y,
                {.alphas = alphas, .scoring = mae, .alpha_per_target = true});
}

TEST(RidgeCV, MatchesScikitLearnOnMoreColumnsThanRows) {
  const auto [X, y] = diabetes();
  const Matrix X8 = X.topRows(8);
  const Vector y8 = y.vector().head(8), w = golden_weights(8);
  const std::vector<double> alphas = many_alphas();
  expect_golden("cv_loo_wide", X8, several_targets(y8),
                {.alphas = alphas, .store_cv_results = true});
  expect_golden("cv_loo_wide", SparseMatrix(X8.sparseView()), several_targets(y8),
                {.alphas = alphas, .store_cv_results = true});
  expect_golden("cv_loo_wide_weighted", X8, y8, {.alphas = alphas}, w);
  expect_golden("cv_loo_wide_no_intercept", X8, y8, {.alphas = alphas, .fit_intercept = false}, w);
}

TEST(RidgeCV, MatchesScikitLearnByFolds) {
  const auto [X, y] = diabetes();
  const std::vector<double> alphas = many_alphas();
  expect_golden("cv_folds", X, y, {.alphas = alphas, .cv = 5});
  expect_golden("cv_folds_weighted", X, several_targets(y.vector()), {.alphas = alphas, .cv = 3},
                golden_weights(X.rows()));
  expect_golden("cv_folds_mse", X, y,
                {.alphas = alphas, .scoring = "neg_mean_squared_error", .cv = 4});
  expect_golden("cv_folds_wide", X.topRows(9), y.vector().head(9), {.alphas = alphas, .cv = 3});
}

/// √w·(y − the prediction of a Ridge that has not seen the row), by a fit for each row.
Vector errors_by_fits(const Matrix& X, const Vector& y, const Vector& w, double alpha) {
  const Index n = X.rows();
  Vector errors(n);
  for (Index i = 0; i < n; ++i) {
    std::vector<Index> others;
    for (Index j = 0; j < n; ++j)
      if (j != i) others.push_back(j);
    const auto model =
        Ridge({.alpha = alpha})
            .fit(Matrix(X(others, Eigen::all)), Vector(y(others)), {.sample_weight = w(others)});
    errors[i] = std::sqrt(w[i]) * (y[i] - model.predict(X.row(i))[0]);
  }
  return errors;
}

TEST(RidgeCV, LeavesOneOutAsSeparateFitsDo) {
  for (const auto& [n, p] : std::vector<std::pair<Index, Index>>{{60, 5}, {20, 20}, {15, 40}}) {
    const Matrix X = random_matrix(n, p, 1).array() + 5.0;
    const Vector y = random_matrix(n, 1, 2), w = golden_weights(n);
    const std::vector<double> alphas{1e-4, 1.0, 50.0};
    for (const Features& features : {Features(X), Features(SparseMatrix(X.sparseView()))}) {
      const auto model = RidgeCV({.alphas = alphas, .store_cv_results = true})
                             .fit(features, y, {.sample_weight = w});
      for (std::size_t a = 0; a < alphas.size(); ++a) {
        const Vector expected = errors_by_fits(X, y, w, alphas[a]).cwiseAbs2();
        EXPECT_TRUE(near(model.cv_results().col(static_cast<Index>(a)), expected, 1e-6))
            << n << " × " << p << ", alpha " << alphas[a];
      }
    }
  }
}

TEST(RidgeCV, KeepsItsDigitsOnIllConditionedColumnsAndTinyPenalties) {
  const Index n = 200;
  const Vector x = Vector::LinSpaced(n, 0.0, 1.0);
  Matrix X(n, 7);
  for (Index j = 0; j < 7; ++j) X.col(j) = x.array().pow(static_cast<double>(j + 1));
  const Vector y = random_matrix(n, 1, 3), w = Vector::Ones(n);
  const auto model = RidgeCV({.alphas = {1e-10}, .store_cv_results = true}).fit(X, y);
  const Vector errors = errors_by_fits(X, y, w, 1e-10);
  EXPECT_LT((model.cv_results().cwiseSqrt() - errors.cwiseAbs()).cwiseAbs().maxCoeff(), 1e-7);
}

TEST(RidgeCV, GivesTheSameBitsForAnyNumberOfThreads) {
  const Matrix tall = random_matrix(20'000, 12, 3), wide = random_matrix(150, 600, 4);
  for (const Features& X : {Features(tall), Features(wide)})
    for (const std::optional<int> cv : {std::optional<int>(), std::optional<int>(3)}) {
      const Matrix Y = random_matrix(X.rows(), 2, 5);
      const auto one = RidgeCV({.cv = cv}).fit(X, Y, {.n_threads = 1});
      for (const int threads : {2, 4, 7}) {
        const auto several = RidgeCV({.cv = cv}).fit(X, Y, {.n_threads = threads});
        EXPECT_EQ(several.coef(), one.coef());
        EXPECT_EQ(several.best_score(), one.best_score());
      }
    }
}

TEST(RidgeCV, RefusesWhatExcludesEachOther) {
  const Matrix X = random_matrix(10, 2, 1);
  const Vector y = random_matrix(10, 1, 2);
  const auto refuses = [&](const RidgeCVParams& params,
                           std::initializer_list<std::string_view> words) {
    return throws<InvalidParameter>([&] { RidgeCV(params).fit(X, y); }, words);
  };
  EXPECT_TRUE(refuses({.alphas = {}}, {"RidgeCV", "alphas", "empty"}));
  EXPECT_TRUE(refuses({.alphas = {0.0, 1.0}}, {"RidgeCV", "leave-one-out", "> 0"}));
  EXPECT_TRUE(refuses({.cv = 2, .store_cv_results = true}, {"store_cv_results"}));
  EXPECT_TRUE(refuses({.cv = 2, .alpha_per_target = true}, {"alpha_per_target"}));
  const Scorer own = Scorer::from_estimator(
      "own", [](const Estimator&, const Features&, const Target&) { return 0.0; });
  EXPECT_TRUE(refuses({.scoring = own}, {"'own'", "GridSearchCV"}));
  EXPECT_TRUE(throws<InvalidInput>([&] { RidgeCV({.cv = 11}).fit(X, y); }, {"cv=11", "10 rows"}));
  EXPECT_NO_THROW(RidgeCV({.alphas = {0.0, 1.0}, .cv = 2}).fit(X, y));
}

template <class Model, class Params>
void expect_classifier(const std::string& name, const Matrix& X, const Target& y,
                       const Params& params, const Vector& weights = {}, double tolerance = 1e-9) {
  SCOPED_TRACE(name);
  const json& expected = expected_of(name);
  const auto model = Model(params).fit(X, y, {.sample_weight = weights});
  expect_linear_part(model, expected, tolerance);
  if (expected.contains("errors")) {
    EXPECT_EQ((model.predict(X).array() != y.labels().array()).count(),
              expected["errors"].get<Index>());
  }
  if constexpr (std::is_same_v<Model, RidgeClassifierCV>) {
    EXPECT_TRUE(near(model.alpha(), expected["alpha"][0], 1e-12));
    EXPECT_TRUE(near(model.best_score(), expected["best_score"][0], 1e-9));
  }
}

TEST(RidgeClassifier, MatchesScikitLearn) {
  const auto [C, diagnosis] = cancer();
  const Matrix X = scaled(C);
  const auto check = [&](const std::string& name, const Matrix& data, const Target& y,
                         const RidgeClassifierParams& params, const Vector& weights = {}) {
    expect_classifier<RidgeClassifier>(name, data, y, params, weights);
  };
  check("classifier_binary", X, diagnosis, {});
  check("classifier_binary_weighted", X, diagnosis, {.alpha = 10.0, .class_weight = balanced},
        golden_weights(X.rows()));
  check("classifier_class_weight", X, diagnosis,
        {.class_weight = {{"benign", 1.0}, {"malignant", 5.0}}});
  check("classifier_cancer_balanced", X, diagnosis, {.class_weight = balanced});
  const auto [flowers, species] = iris();
  check("classifier_iris", flowers, species, {});
  check("classifier_iris_balanced", flowers, species,
        {.fit_intercept = false, .class_weight = balanced}, golden_weights(flowers.rows()));
  expect_classifier<RidgeClassifier>("classifier_positive", flowers, species,
                                     RidgeClassifierParams{.positive = true}, {}, 1e-5);
}

TEST(RidgeClassifierCV, MatchesScikitLearn) {
  const auto [C, diagnosis] = cancer();
  const Matrix X = scaled(C);
  const auto [flowers, species] = iris();
  const std::vector<double> alphas = many_alphas();
  const auto check = [&](const std::string& name, const Matrix& data, const Target& y,
                         const RidgeClassifierCVParams& params, const Vector& weights = {}) {
    expect_classifier<RidgeClassifierCV>(name, data, y, params, weights);
  };
  check("classifier_cv", X, diagnosis, {.alphas = alphas});
  check("classifier_cv_balanced", flowers, species, {.alphas = alphas, .class_weight = balanced},
        golden_weights(flowers.rows()));
  check("classifier_cv_accuracy", flowers, species, {.alphas = alphas, .scoring = "accuracy"});
  check("classifier_cv_folds", X, diagnosis, {.alphas = alphas, .cv = 5});
  check("classifier_cv_folds_iris", flowers, species, {.alphas = alphas, .cv = 4});
}

TEST(RidgeClassifierCV, ScoresTwoClassesByTheirLeftOutDecisions) {
  const auto [C, diagnosis] = cancer();
  const Matrix X = scaled(C);
  const auto model =
      RidgeClassifierCV({.alphas = {2.0}, .scoring = "accuracy", .store_cv_results = true})
          .fit(X, diagnosis);
  const Labels predicted =
      (model.cv_results().col(0).array() > 0.0).select(Labels::Ones(X.rows()), 0);
  EXPECT_DOUBLE_EQ(model.best_score(), accuracy_score(diagnosis.labels(), predicted));
  EXPECT_GT(model.best_score(), 0.9);
}

TEST(RidgeClassifierCV, RefusesScorersThatNeedProbabilities) {
  const auto [X, y] = iris();
  EXPECT_TRUE(throws<NotSupported>(
      [&, &X = X, &y = y] { RidgeClassifierCV({.scoring = "neg_log_loss"}).fit(X, y); },
      {"probabilities"}));
}

TEST(Ridge, MatchesScikitLearnWithOnePenaltyATarget) {
  const auto [X, y] = diabetes();
  const Matrix Y = several_targets(y.vector());
  const Vector w = golden_weights(X.rows());
  const auto check = [&](const std::string& name, const Matrix& data, const Target& target,
                         const RidgeParams& params, const Vector& weights = {},
                         double tolerance = 1e-9) {
    SCOPED_TRACE(name);
    expect_linear_part(Ridge(params).fit(data, target, {.sample_weight = weights}),
                       expected_of(name), tolerance);
  };
  check("ridge_per_target", X, Y, {.alpha = {0.01, 1.0, 100.0}}, w);
  check("ridge_per_target_wide", X.topRows(7), Y.topRows(7), {.alpha = {0.01, 1.0, 0.01}});
  check("ridge_svd", X, Y, {.alpha = {0.0, 1.0, 100.0}, .solver = RidgeSolver::svd}, w);
  check("ridge_svd_wide", X.topRows(7), y.vector().head(7),
        {.alpha = 0.5, .solver = RidgeSolver::svd});
  check("ridge_positive", X, y, {.alpha = 0.1, .positive = true}, {}, 1e-5);
}

TEST(Ridge, ConjugateGradientsReachTheDirectSolution) {
  const auto [X, y] = diabetes();
  const Matrix Y = several_targets(y.vector());
  const FitContext weighted{.sample_weight = golden_weights(X.rows())};
  const Matrix Z = X.topRows(7);
  const PerTarget alpha{0.5, 2.0, 30.0};
  for (const Features& features : {Features(X), Features(SparseMatrix(X.sparseView()))}) {
    const auto direct = Ridge({.alpha = alpha}).fit(features, Y, weighted);
    const auto iterated = Ridge({.alpha = alpha, .tol = 1e-12, .solver = RidgeSolver::sparse_cg})
                              .fit(features, Y, weighted);
    EXPECT_LT(relative_difference(iterated.coef(), direct.coef()), 1e-9);
    EXPECT_GT(iterated.n_iter(), 1);
  }
  const auto wide = Ridge({.alpha = 2.0, .tol = 1e-12, .solver = RidgeSolver::sparse_cg})
                        .fit(Z, Matrix(Y.topRows(7)));
  EXPECT_LT(relative_difference(wide.coef(), Ridge({.alpha = 2.0}).fit(Z, Y.topRows(7)).coef()),
            1e-9);
}

TEST(Ridge, RefusesPenaltiesThatDoNotFitTheTargets) {
  const Matrix X = random_matrix(10, 2, 1);
  EXPECT_TRUE(throws<InvalidParameter>(
      [&] {
        Ridge({.alpha = {1.0, 2.0}}).fit(X, random_matrix(10, 3, 2));
      },
      {"'alpha'", "Ridge", "2 values", "3 targets"}));
  EXPECT_TRUE(throws<InvalidParameter>(
      [&] {
        Ridge({.solver = RidgeSolver::svd, .positive = true}).fit(X, random_matrix(10, 1, 2));
      },
      {"Ridge", "positive", "'auto'"}));
}

TEST(Ridge, TakesPenaltiesByName) {
  Ridge ridge;
  ridge.set_param("alpha", Value::Numbers{1.0, 2.5});
  EXPECT_EQ(ridge.params().alpha, (PerTarget{1.0, 2.5}));
  EXPECT_EQ(ridge.to_string(), "Ridge(alpha=[1, 2.5])");
  ridge.set_param("alpha", 3);
  EXPECT_EQ(ridge.params().alpha, PerTarget(3.0));
  EXPECT_EQ(ridge.get_param("alpha"), Value(3.0));
  EXPECT_TRUE(throws<InvalidParameter>([&] { ridge.set_param("alpha", "much"); },
                                       {"'alpha'", "Ridge", "a number, or a list of numbers"}));
}

TEST(Ridge, TakesFloatsAsTheyAre) {
  // Columns far from 0, of which floats keep four digits beside the mean.
  const Index n = 5000;
  const Eigen::MatrixXf X = (random_matrix(n, 6, 1).array() + 1000.0).cast<float>();
  const Vector y = X.cast<double>() * Vector::LinSpaced(6, -1.0, 1.0) + random_matrix(n, 1, 2);
  const Vector w = golden_weights(n);
  const Matrix wide = random_matrix(20, 50, 3);
  for (const Vector& weights : {Vector(), w}) {
    const auto single = Ridge().fit(X, y, {.sample_weight = weights});
    const auto twice = Ridge().fit(X.cast<double>(), y, {.sample_weight = weights});
    EXPECT_LT(relative_difference(single.coef(), twice.coef()), 1e-5);
    EXPECT_EQ(single.predict(X), single.predict(X.cast<double>()));
    EXPECT_EQ(Ridge().fit(X, y, {.sample_weight = weights, .n_threads = 7}).coef(), single.coef());
  }
  const Eigen::MatrixXf wide32 = wide.cast<float>();
  EXPECT_LT(relative_difference(Ridge().fit(wide32, y.head(20)).coef(),
                                Ridge().fit(wide32.cast<double>(), y.head(20)).coef()),
            1e-5);
}

}  // namespace
}  // namespace espalier
