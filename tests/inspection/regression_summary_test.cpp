// SPDX-License-Identifier: BSD-3-Clause
#include <espalier/inspection/regression_summary.hpp>

#include <cmath>
#include <sstream>
#include <string>

#include <gtest/gtest.h>

#include <espalier/core/parallel.hpp>
#include <espalier/core/random.hpp>

#include "linear_model/data.hpp"
#include "support/expect_error.hpp"
#include "support/near.hpp"

namespace espalier {
namespace {

using namespace testing_support;
using nlohmann::json;

const json& expected_of(const std::string& name) {
  return golden("inspection_summary.json").at(name);
}

/// The weights of the golden file.
Vector counts(Index n) {
  return Vector::NullaryExpr(n, [](Index i) { return static_cast<double>(1 + i % 3); });
}

Matrix random_matrix(Index n, Index p, std::uint64_t seed) {
  Random random(seed);
  return Matrix::NullaryExpr(n, p, [&](Index, Index) { return random.normal(); });
}

/// Every number that the golden file knows of, to `tolerance`.
void expect_golden(const std::string& name, const RegressionSummary& actual,
                   double tolerance = 1e-8) {
  SCOPED_TRACE(name);
  const json& expected = expected_of(name);
  const auto check = [&](const char* key, double value) {
    if (!expected.contains(key)) return;
    EXPECT_TRUE(near(value, expected[key], tolerance)) << key;
  };
  check("log_likelihood", actual.log_likelihood);
  check("null_log_likelihood", actual.null_log_likelihood);
  check("df_residual", actual.df_residual);
  check("aic", actual.aic);
  check("bic", actual.bic);
  check("r2", actual.r2);
  check("adjusted_r2", actual.adjusted_r2);
  check("pseudo_r2", actual.pseudo_r2);
  check("test_statistic", actual.test_statistic);
  check("test_p_value", actual.test_p_value);
  check("dispersion", actual.dispersion);
  check("deviance", actual.deviance);
  check("null_deviance", actual.null_deviance);
  check("pearson_chi2", actual.pearson_chi2);
  ASSERT_EQ(actual.coefficients.size(), expected["coef"].size());
  for (std::size_t k = 0; k < actual.coefficients.size(); ++k) {
    const CoefficientSummary& c = actual.coefficients[k];
    const double size = std::abs(c.coef) + c.std_error;
    EXPECT_NEAR(c.coef, expected["coef"][k], tolerance * size) << c.name;
    EXPECT_NEAR(c.low, expected["low"][k], tolerance * size) << c.name;
    EXPECT_NEAR(c.high, expected["high"][k], tolerance * size) << c.name;
    EXPECT_TRUE(near(c.std_error, expected["std_error"][k], tolerance)) << c.name;
    EXPECT_NEAR(c.statistic, expected["statistic"][k], tolerance * (1.0 + std::abs(c.statistic)));
    // A p-value moves with the statistic t by some t·dt of itself.
    const double p_tolerance = tolerance * (1.0 + c.statistic * c.statistic);
    EXPECT_TRUE(near(c.p_value, expected["p_value"][k], p_tolerance)) << c.name;
  }
  const Matrix covariance = to_matrix(expected["covariance"]);
  EXPECT_LT(relative_difference(actual.covariance, covariance), tolerance);
}

constexpr double level = 0.9;  // of the golden file

TEST(RegressionSummary, OfLeastSquaresMatchesStatsmodels) {
  const auto [X, y] = diabetes();
  const auto model = LinearRegression({.tol = 1e-12}).fit(X, y);
  expect_golden("ols", summary(model, X, y, {.confidence_level = level}));
  const auto through_origin = LinearRegression({.fit_intercept = false}).fit(X, y);
  expect_golden("ols_no_intercept", summary(through_origin, X, y, {.confidence_level = level}));
  const Vector w = counts(X.rows());
  const auto weighted = LinearRegression().fit(X, y, {.sample_weight = w});
  expect_golden("ols_weighted",
                summary(weighted, X, y, {.sample_weight = w, .confidence_level = level}));
}

TEST(RegressionSummary, IsTheSameOfSparseFloatAndTabularData) {
  const auto [X, y] = diabetes();
  const auto model = LinearRegression().fit(X, y);
  const RegressionSummary dense = summary(model, X, y);
  const RegressionSummary sparse = summary(model, SparseMatrix(X.sparseView()), y);
  EXPECT_LT(relative_difference(sparse.covariance, dense.covariance), 1e-9);
  const Dataset data =
      read_csv_dataset(std::string(ESPALIER_EXAMPLE_DATA) + "/diabetes.csv", "progression");
  LinearRegression of_table;
  of_table.fit(data.X, data.y);
  const RegressionSummary table = summary(of_table, data.X, data.y);
  EXPECT_LT(relative_difference(table.covariance, dense.covariance), 1e-12);
  EXPECT_EQ(table.coefficients[0].name, "intercept");
  EXPECT_EQ(table.coefficients[1].name, data.X.names()[0]);
  EXPECT_EQ(dense.coefficients[1].name, "x0");
}

TEST(RegressionSummary, OfLogisticRegressionMatchesStatsmodels) {
  const auto [C, y] = cancer();
  const Matrix X = C(Eigen::all, std::vector<Index>{1, 4, 8, 9});
  LogisticRegression model({.C = infinity, .tol = 1e-10, .max_iter = 1000});
  model.fit(X, y);
  expect_golden("logit", summary(model, X, y, {.confidence_level = level}), 1e-5);
  const Vector w = counts(X.rows());
  model.fit(X, y, {.sample_weight = w});
  expect_golden("binomial_weighted",
                summary(model, X, y, {.sample_weight = w, .confidence_level = level}), 1e-5);
  // With the tolerance that is the default, accurate enough for what it is used for.
  const auto quick = LogisticRegression({.C = infinity, .max_iter = 1000}).fit(X, y);
  const RegressionSummary of_quick = summary(quick, X, y);
  for (std::size_t k = 0; k < of_quick.coefficients.size(); ++k)
    EXPECT_TRUE(
        near(of_quick.coefficients[k].std_error, expected_of("logit")["std_error"][k], 0.01));
}

/// The model of the golden file, with its coefficients.
GlmFit golden_fit(const std::string& name, GlmFamily family, GlmLink link, bool intercept = true) {
  const Vector coef = to_vector(expected_of(name)["coef"]);
  GlmFit fit{.family = family, .link = link, .fit_intercept = intercept};
  fit.coef = intercept ? Vector(coef.tail(coef.size() - 1)) : coef;
  fit.intercept = intercept ? coef[0] : 0.0;
  return fit;
}

/// Four columns of the diabetes data, scaled to deviation 1.
Matrix few_columns() { return scaled(diabetes().X(Eigen::all, std::vector<Index>{0, 2, 3, 8})); }

TEST(RegressionSummary, OfGeneralisedLinearModelsMatchesStatsmodels) {
  const Matrix X = few_columns();
  const Vector y = diabetes().y.vector(), w = counts(X.rows());
  const auto check = [&](const std::string& name, GlmFamily family, const Vector& target,
                         const Vector& weights) {
    const GlmFit fit = golden_fit(name, family, GlmLink::log);
    expect_golden(name,
                  summary(fit, X, target, {.sample_weight = weights, .confidence_level = level}));
  };
  check("poisson", GlmFamily::poisson, y, {});
  check("poisson_weighted", GlmFamily::poisson, y, w);
  check("gamma", GlmFamily::gamma, y, {});
  check("gamma_weighted", GlmFamily::gamma, y, w);
  check("inverse_gaussian", GlmFamily::inverse_gaussian, y, {});
  check("tweedie", GlmFamily::tweedie, (y.array() - 100.0).cwiseMax(0.0), {});
  const auto [C, diagnosis] = cancer();
  const Matrix some = C(Eigen::all, std::vector<Index>{1, 4, 8, 9});
  expect_golden(
      "binomial_no_intercept",
      summary(golden_fit("binomial_no_intercept", GlmFamily::binomial, GlmLink::logit, false), some,
              diagnosis, {.confidence_level = level}));
}

TEST(RegressionSummary, OfOurGeneralisedLinearModelsMatchesStatsmodels) {
  const Matrix X = few_columns();
  const Vector y = diabetes().y.vector(), w = counts(X.rows());
  const RegressionSummaryOptions plain{.confidence_level = level};
  const RegressionSummaryOptions weighted{.sample_weight = w, .confidence_level = level};
  const GeneralizedLinearParams exact{.alpha = 0.0, .max_iter = 1000, .tol = 1e-12};
  expect_golden("poisson", summary(PoissonRegressor(exact).fit(X, y), X, y, plain));
  expect_golden("poisson_weighted",
                summary(PoissonRegressor(exact).fit(X, y, {.sample_weight = w}), X, y, weighted));
  expect_golden("gamma", summary(GammaRegressor(exact).fit(X, y), X, y, plain));
  const auto tweedie = [&](double power, const Vector& target) {
    const TweedieRegressorParams params{
        .power = power, .alpha = 0.0, .max_iter = 1000, .tol = 1e-12};
    return summary(TweedieRegressor(params).fit(X, target), X, target, plain);
  };
  expect_golden("gamma", tweedie(2.0, y));
  expect_golden("inverse_gaussian", tweedie(3.0, y));
  expect_golden("tweedie", tweedie(1.5, (y.array() - 100.0).cwiseMax(0.0)));
  EXPECT_NEAR(tweedie(0.0, y).log_likelihood,
              summary(LinearRegression().fit(X, y), X, y).log_likelihood, 1e-6);
  EXPECT_TRUE(throws<NotSupported>([&] { tweedie(2.5, y); }, {"TweedieRegressor", "power=2.5"}));
  EXPECT_TRUE(throws<NotSupported>([&] { summary(PoissonRegressor().fit(X, y), X, y); },
                                   {"PoissonRegressor", "alpha=1", "alpha = 0"}));
}

TEST(RegressionSummary, CoversTheTruthAsOftenAsItSays) {
  // 400 samples of 30 rows: 90% intervals miss about 40 times, within four deviations of a binomial.
  const Vector truth{{1.0, -0.5}};
  int misses = 0;
  for (std::uint64_t seed = 0; seed < 400; ++seed) {
    const Matrix X = random_matrix(30, 2, 2 * seed);
    const Vector y = X * truth + 2.0 * random_matrix(30, 1, 2 * seed + 1);
    const RegressionSummary s =
        summary(LinearRegression().fit(X, y), X, y, {.confidence_level = 0.9});
    const CoefficientSummary& c = s.coefficients[1];
    misses += c.low > truth[0] || c.high < truth[0] ? 1 : 0;
  }
  EXPECT_GT(misses, 40 - 24);
  EXPECT_LT(misses, 40 + 24);
}

TEST(RegressionSummary, WeightTwoEqualsTwoCopies) {
  const Matrix X = few_columns();
  const Vector y = diabetes().y.vector();
  std::vector<Index> copies;
  Vector w(X.rows());
  for (Index i = 0; i < X.rows(); ++i) {
    w[i] = static_cast<double>(i % 3);
    copies.insert(copies.end(), static_cast<std::size_t>(i % 3), i);
  }
  const Matrix copied_X = X(copies, Eigen::all);
  const Vector copied_y = y(copies);
  const auto weighted =
      summary(LinearRegression().fit(X, y, {.sample_weight = w}), X, y, {.sample_weight = w});
  const auto copied = summary(LinearRegression().fit(copied_X, copied_y), copied_X, copied_y);
  EXPECT_LT(relative_difference(weighted.covariance, copied.covariance), 1e-10);
  EXPECT_TRUE(near(weighted.aic, copied.aic, 1e-12));
  EXPECT_TRUE(near(weighted.test_p_value, copied.test_p_value, 1e-9));
}

TEST(RegressionSummary, PrintsATable) {
  const auto [X, y] = diabetes();
  const auto model = LinearRegression().fit(
      Features(X).with_names({"age", "sex", "bmi", "bp", "s1", "s2", "s3", "s4", "s5", "größe"}),
      y);
  std::ostringstream out;
  out << summary(model, X, y);
  const std::string text = out.str();
  EXPECT_NE(text.find("LinearRegression: gaussian family, identity link"), std::string::npos);
  EXPECT_NE(text.find("observations"), std::string::npos);
  EXPECT_NE(text.find("adjusted R²"), std::string::npos);
  EXPECT_NE(text.find("low 95%"), std::string::npos);
  EXPECT_NE(text.find("\nbmi "), std::string::npos);
  EXPECT_NE(text.find("\nintercept "), std::string::npos);
  EXPECT_EQ(text.find("nan"), std::string::npos);
}

TEST(RegressionSummary, OfAPerfectFitHasNoStandardErrors) {
  const Matrix X = random_matrix(50, 2, 1);
  const Vector y = (X * Vector{{1.0, 2.0}}).array() + 3.0;
  const RegressionSummary s = summary(LinearRegression().fit(X, y), X, y);
  EXPECT_LT(s.coefficients[1].std_error, 1e-12);
  EXPECT_NEAR(s.r2, 1.0, 1e-14);
}

TEST(RegressionSummary, RefusesPenalisedModels) {
  const auto [C, y] = cancer();
  const Matrix X = C(Eigen::all, std::vector<Index>{1, 4, 8, 9});
  const auto penalised = LogisticRegression({.max_iter = 1000}).fit(X, y);
  EXPECT_TRUE(throws<NotSupported>([&, &y = y] { summary(penalised, X, y); },
                                   {"LogisticRegression", "C=1", "infinity"}));
  const auto balanced_model =
      LogisticRegression({.C = infinity, .class_weight = balanced, .max_iter = 1000}).fit(X, y);
  EXPECT_TRUE(
      throws<NotSupported>([&, &y = y] { summary(balanced_model, X, y); }, {"class weights"}));
  const auto [flowers, species] = iris();
  LogisticRegression three({.C = infinity, .max_iter = 20});
  three.fit(flowers, species);
  EXPECT_TRUE(throws<NotSupported>(
      [&, &flowers = flowers, &species = species] { summary(three, flowers, species); },
      {"3 classes"}));
  const auto positive = LinearRegression({.positive = true}).fit(X, y.values());
  EXPECT_TRUE(
      throws<NotSupported>([&, &y = y] { summary(positive, X, y.values()); }, {"positive"}));
}

TEST(RegressionSummary, RefusesDataThatTheModelHasNotSeen) {
  const auto [X, y] = diabetes();
  const auto model = LinearRegression().fit(X.topRows(200), y.vector().head(200));
  EXPECT_TRUE(throws<InvalidInput>([&, &X = X, &y = y] { summary(model, X, y); },
                                   {"LinearRegression", "greatest likelihood"}));
  EXPECT_TRUE(throws<InvalidInput>(
      [&, &X = X, &y = y] {
        summary(LinearRegression().fit(X, y), X, y, {.sample_weight = counts(X.rows())});
      },
      {"greatest likelihood", "weights"}));
  EXPECT_TRUE(throws<InvalidInput>([&, &X = X, &y = y] { summary(model, X.leftCols(3), y); },
                                   {"LinearRegression"}));
}

TEST(RegressionSummary, RefusesDataWithoutStandardErrors) {
  Matrix X = random_matrix(40, 4, 1);
  const Vector y = random_matrix(40, 1, 2);
  X.col(2) = X.col(0) - 2.0 * X.col(1);
  EXPECT_TRUE(throws<InvalidInput>([&] { summary(LinearRegression().fit(X, y), X, y); },
                                   {"'x", "combination"}));
  X.col(2).setConstant(0.1);
  EXPECT_TRUE(throws<InvalidInput>([&] { summary(LinearRegression().fit(X, y), X, y); },
                                   {"'x2'", "constant"}));
  const Matrix few = random_matrix(3, 2, 3);
  EXPECT_TRUE(
      throws<InvalidInput>([&] { summary(LinearRegression().fit(few, y.head(3)), few, y.head(3)); },
                           {"degrees of freedom"}));
}

TEST(RegressionSummary, RefusesValuesOutsideTheFamilyByRow) {
  const Matrix X = random_matrix(5, 1, 1);
  Vector y{{1.0, 2.0, 0.0, 1.0, 1.0}};
  GlmFit fit{.family = GlmFamily::gamma, .link = GlmLink::log, .coef = Vector::Zero(1)};
  EXPECT_TRUE(throws<InvalidInput>([&] { summary(fit, X, y); }, {"row 2", "gamma", "above 0"}));
  EXPECT_TRUE(throws<InvalidParameter>([&] { summary(fit, X, y, {.confidence_level = 1.0}); },
                                       {"confidence_level", "(0, 1)"}));
  fit.family = GlmFamily::tweedie;
  fit.power = 3.0;
  EXPECT_TRUE(throws<InvalidParameter>([&] { summary(fit, X, y); }, {"power", "(1, 2)", "3"}));
}

TEST(RegressionSummary, GivesTheSameBitsForAnyNumberOfThreads) {
  const Matrix X = random_matrix(20'000, 5, 1);
  const Vector y = random_matrix(20'000, 1, 2);
  const auto model = LinearRegression().fit(X, y);
  const auto in_threads = [&](int n) {
    const ThreadLimit limit(n);
    return summary(model, X, y);
  };
  const RegressionSummary one = in_threads(1);
  for (const int threads : {2, 4, 7}) {
    EXPECT_EQ(in_threads(threads).covariance, one.covariance);
    EXPECT_EQ(in_threads(threads).log_likelihood, one.log_likelihood);
  }
}

}  // namespace
}  // namespace espalier
