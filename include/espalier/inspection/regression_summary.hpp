// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <array>
#include <iosfwd>
#include <limits>
#include <string>
#include <string_view>
#include <vector>

#include <espalier/core/features.hpp>
#include <espalier/core/target.hpp>
#include <espalier/linear_model/gamma_regressor.hpp>
#include <espalier/linear_model/linear_regression.hpp>
#include <espalier/linear_model/logistic_regression.hpp>
#include <espalier/linear_model/poisson_regressor.hpp>
#include <espalier/linear_model/tweedie_regressor.hpp>

namespace espalier {

/// The distribution of y around its mean, in a generalised linear model.
enum class GlmFamily { gaussian, binomial, poisson, gamma, inverse_gaussian, tweedie };

constexpr auto names_of(GlmFamily) {
  return std::array<std::string_view, 6>{"gaussian", "binomial",         "poisson",
                                         "gamma",    "inverse_gaussian", "tweedie"};
}

/// What of the mean is linear in the features.
enum class GlmLink { identity, log, logit };

constexpr auto names_of(GlmLink) {
  return std::array<std::string_view, 3>{"identity", "log", "logit"};
}

/// A fitted generalised linear model, by what inference needs of it:
/// link(mean of y) = x·coef + intercept. For models of one's own; ours have overloads of summary().
struct GlmFit {
  GlmFamily family = GlmFamily::gaussian;
  GlmLink link = GlmLink::identity;
  Vector coef = {};  ///< p, found without a penalty
  double intercept = 0.0;
  bool fit_intercept = true;
  double power = 1.5;  ///< of tweedie, between 1 and 2: the variance is mean^power
  std::string model = "GLM";
};

struct RegressionSummaryOptions {
  Vector sample_weight = {};  ///< those of the fit, n numbers that count rows; empty: ones
  double confidence_level = 0.95;
};

/// A coefficient and what the data say of its accuracy.
struct CoefficientSummary {
  std::string name;  ///< of the feature, or "intercept"
  double coef = 0.0;
  double std_error = 0.0;
  double statistic = 0.0;  ///< coef / std_error: t or z, see RegressionSummary::uses_t
  double p_value = 0.0;    ///< two-sided, that the coefficient is 0
  double low = 0.0;        ///< of the confidence interval
  double high = 0.0;
};

/// What summary() finds.
struct RegressionSummary {
  std::string model;
  GlmFamily family = GlmFamily::gaussian;
  GlmLink link = GlmLink::identity;
  double n_observations = 0.0;  ///< the sum of the weights
  double df_model = 0.0;        ///< features
  double df_residual = 0.0;     ///< observations − features − 1 for an intercept
  double confidence_level = 0.0;

  /// The intercept first, if there is one.
  std::vector<CoefficientSummary> coefficients;
  /// Of the estimates, in the same order.
  Matrix covariance;
  /// Whether the statistics follow Student's t with df_residual degrees of freedom, because the
  /// dispersion was estimated, or the normal distribution.
  bool uses_t = false;

  double dispersion = 1.0;  ///< Pearson's χ² / df_residual; 1 for binomial and poisson
  double log_likelihood = 0.0;
  double null_log_likelihood = 0.0;  ///< of the constant model, at the same dispersion
  double aic = 0.0;                  ///< 2·(number of coefficients) − 2·log_likelihood
  double bic = 0.0;                  ///< ln(n)·(number of coefficients) − 2·log_likelihood
  double deviance = 0.0;             ///< of least squares, the sum of squared residuals
  double null_deviance = 0.0;        ///< of the constant model
  double pearson_chi2 = 0.0;

  /// 1 − deviance / null_deviance: R² of least squares, else the share of explained deviance.
  double r2 = 0.0;
  double adjusted_r2 = std::numeric_limits<double>::quiet_NaN();  ///< of least squares only
  /// McFadden's 1 − log_likelihood / null_log_likelihood; not of least squares.
  double pseudo_r2 = std::numeric_limits<double>::quiet_NaN();

  /// That no feature matters: F with (df_model, df_residual) degrees of freedom where uses_t, else the
  /// likelihood ratio, χ² with df_model. NaN without features.
  double test_statistic = std::numeric_limits<double>::quiet_NaN();
  double test_p_value = std::numeric_limits<double>::quiet_NaN();

  /// A table for people: some lines on the model, then a line a coefficient.
  std::string to_string() const;
};

/// `summary.to_string()`.
std::ostream& operator<<(std::ostream& out, const RegressionSummary& summary);

/// Standard errors, tests and intervals of an unpenalised linear model, as a statistics package prints
/// them; scikit-learn has none.
///
///     LinearRegression model;
///     model.fit(X, y);
///     std::cout << summary(model, X, y);
///
/// X, y and the weights are those that the model was fitted on. This is checked: they must make the
/// coefficients those of greatest likelihood, within a tenth of a standard error; otherwise the model
/// has seen other rows, or a penalty, or has not converged, and the summary is refused.
///
/// The covariance of the estimates is φ·(XᵀWX)⁻¹, from the expected information, where W holds the
/// working weights of the family and φ the dispersion: for least squares the usual σ²(XᵀX)⁻¹. It holds
/// if the model is right: independent rows, the family's variance. Weights count rows: weight 2 is two
/// rows that look the same, so the degrees of freedom are Σw − p − 1. Other weights (such as inverse
/// variances) scale standard errors wrongly unless they sum to n.
///
/// The log-likelihood is that of the family with all its constants, for gaussian with the variance
/// that maximises it, for gamma, inverse_gaussian and tweedie at `dispersion`. The null model is a
/// constant, or zero for least squares without an intercept. The numbers are those of statsmodels
/// (OLS, Logit, and GLM with use_t where the dispersion is estimated).
///
/// O(np² + p³).
/// @throws NotFitted         the model has not learned anything
/// @throws InvalidParameter  confidence_level is not inside (0, 1)
/// @throws InvalidInput      X or y do not suit the model; columns depend on each other, so that the
///                           coefficients have no standard errors; no degrees of freedom are left; or
///                           the coefficients are not those of greatest likelihood
/// @throws NotSupported      the model is penalised (LogisticRegression needs C = inf, the GLMs
///                           alpha = 0), has `positive` coefficients, class weights, several
///                           outputs, more than two classes, or a Tweedie power other than 0, 1, 2,
///                           3 and those between 1 and 2
/// @see McCullagh & Nelder, Generalized Linear Models (1989); Dunn & Smyth, Statistics and Computing
///      15 (2005) 267–280, for the density of tweedie
RegressionSummary summary(const LinearRegression& model, const Features& X, const Target& y,
                          const RegressionSummaryOptions& options = {});
RegressionSummary summary(const LogisticRegression& model, const Features& X, const Target& y,
                          const RegressionSummaryOptions& options = {});
RegressionSummary summary(const PoissonRegressor& model, const Features& X, const Target& y,
                          const RegressionSummaryOptions& options = {});
RegressionSummary summary(const GammaRegressor& model, const Features& X, const Target& y,
                          const RegressionSummaryOptions& options = {});
RegressionSummary summary(const TweedieRegressor& model, const Features& X, const Target& y,
                          const RegressionSummaryOptions& options = {});
/// y of the binomial family is 0 or 1.
RegressionSummary summary(const GlmFit& model, const Features& X, const Target& y,
                          const RegressionSummaryOptions& options = {});

}  // namespace espalier
