// SPDX-License-Identifier: BSD-3-Clause
#include <espalier/inspection/regression_summary.hpp>

#include <Eigen/Cholesky>
#include <Eigen/QR>

#include <fmt/format.h>

#include <cmath>
#include <utility>

#include <espalier/core/errors.hpp>
#include <espalier/core/parallel.hpp>

#include "inspection/glm_family.hpp"
#include "linalg/linear_predict.hpp"
#include "linear_model/centered_data.hpp"
#include "linear_model/least_squares.hpp"
#include "stats/distributions.hpp"

namespace espalier {
namespace {

/// A column whose squared distance from the span of those before it is this part of its square depends
/// on them: standard errors would have less than four digits.
constexpr double smallest_pivot = 1e-12;

/// The largest distance of the coefficients from those of greatest likelihood, squared, in standard
/// errors.
constexpr double largest_score = 0.01;

struct Problem {
  const GlmFit& fit;
  detail::FamilyOfGlm family;
  Features X;
  Vector y;
  Vector weights;  // n
  std::vector<std::string> names;
  double total_weight;
};

[[noreturn]] void refuse(const Problem& p, const std::string& why) {
  throw InvalidInput(fmt::format("summary of {}: {}", p.fit.model, why));
}

bool is_finite(const Features& X) {
  if (X.is_sparse())
    return Eigen::Map<const Vector>(X.sparse().valuePtr(), X.sparse().nonZeros()).allFinite();
  return X.dense().allFinite();
}

Problem make_problem(const GlmFit& fit, const Features& X, Vector y, std::vector<std::string> names,
                     const RegressionSummaryOptions& options) {
  if (!inside(0.0, 1.0).contains(options.confidence_level))
    detail::refuse_param("summary", "confidence_level", "a number in the range (0, 1)",
                         options.confidence_level);
  Problem p{fit,
            detail::FamilyOfGlm(fit.family, fit.power),
            X.is_sparse() ? X : X.to_dense(),
            std::move(y),
            options.sample_weight,
            std::move(names),
            0.0};
  const Index n = p.X.rows();
  if (fit.family == GlmFamily::tweedie && !inside(1.0, 2.0).contains(fit.power))
    detail::refuse_param(fit.model, "power", "a number in the range (1, 2)", fit.power);
  if (p.X.cols() != fit.coef.size())
    refuse(p, fmt::format("X has {} columns, but there are {} coefficients.", p.X.cols(),
                          fit.coef.size()));
  if (p.y.size() != n) refuse(p, fmt::format("X has {} rows and y has {}.", n, p.y.size()));
  if (p.weights.size() == 0) p.weights = Vector::Ones(n);
  if (p.weights.size() != n)
    refuse(p, fmt::format("X has {} rows and sample_weight has {}.", n, p.weights.size()));
  if (!p.weights.allFinite() || (p.weights.array() < 0.0).any())
    refuse(p, "weights are finite and not negative.");
  if (!is_finite(p.X)) refuse(p, "X holds NaN or an infinite number.");
  for (Index i = 0; i < n; ++i)
    if (!std::isfinite(p.y[i]) || !p.family.allows(p.y[i]))
      refuse(p, fmt::format("y is {} in row {}; the {} family takes {}.", number_text(p.y[i]), i,
                            names_of(fit.family)[static_cast<std::size_t>(fit.family)],
                            p.family.range()));
  p.total_weight = p.weights.sum();
  const auto parameters = static_cast<double>(fit.coef.size() + (fit.fit_intercept ? 1 : 0));
  if (!(p.total_weight > parameters))
    refuse(p, fmt::format("{} observations leave no degrees of freedom for {} coefficients.",
                          number_text(p.total_weight), parameters));
  return p;
}

/// (X̃ᵀWX̃)⁻¹ of the centred columns. @throws InvalidInput  naming a column that depends on others
Matrix inverse_information(const Problem& p, const detail::CenteredData& data, const Matrix& gram) {
  for (Index j = 0; j < gram.rows(); ++j)
    if (detail::is_constant(gram(j, j), data.squares()[j]))
      refuse(p, fmt::format("column '{}' is constant{}, so its coefficient has no standard error; "
                            "leave the column out.",
                            p.names[static_cast<std::size_t>(j)],
                            p.fit.fit_intercept ? ", as the intercept is" : ""));
  const Vector scale = gram.diagonal().cwiseSqrt().cwiseInverse();
  const Matrix scaled = scale.asDiagonal() * gram * scale.asDiagonal();
  const Eigen::LLT<Matrix> llt(scaled);
  const Vector pivots = llt.matrixLLT().diagonal().cwiseAbs2();
  if (llt.info() != Eigen::Success || !(pivots.minCoeff() > smallest_pivot)) {
    const Eigen::ColPivHouseholderQR<Matrix> qr(scaled);  // its last column depends most
    const Index last = qr.colsPermutation().indices()[scaled.cols() - 1];
    refuse(p, fmt::format("column '{}' is a combination of other columns, or nearly so; then "
                          "coefficients have no standard errors. Leave one of them out.",
                          p.names[static_cast<std::size_t>(last)]));
  }
  const Matrix identity = Matrix::Identity(gram.rows(), gram.cols());
  return scale.asDiagonal() * llt.solve(identity) * scale.asDiagonal();
}

/// Of all estimates, at dispersion 1, the intercept first.
Matrix unscaled_covariance(const detail::CenteredData& data, const Matrix& inverse) {
  if (!data.centered()) return inverse;
  const Index p = inverse.rows();
  Matrix result(p + 1, p + 1);
  const Vector cross = -(inverse * data.x_mean());
  result.bottomRightCorner(p, p) = inverse;
  result.block(1, 0, p, 1) = cross;
  result.block(0, 1, 1, p) = cross.transpose();
  result(0, 0) = 1.0 / data.total_weight() - data.x_mean().dot(cross);
  return result;
}

/// Sums over the rows.
struct Sums {
  double deviance = 0.0, pearson = 0.0, log_likelihood = 0.0;
};

Sums operator+(const Sums& a, const Sums& b) {
  return {a.deviance + b.deviance, a.pearson + b.pearson, a.log_likelihood + b.log_likelihood};
}

/// With a dispersion of 0 the log-likelihood is left out.
template <class Mean>
Sums sums_of(const Problem& p, const Mean& mean, double dispersion) {
  return reduce_blocks(
      Blocks{p.y.size(), 4096}, 50.0 * static_cast<double>(p.y.size()), Sums{},
      [&](Index begin, Index end) {
        Sums sums;
        for (Index i = begin; i < end; ++i) {
          const double w = p.weights[i], y = p.y[i], mu = mean(i);
          if (w == 0.0) continue;
          sums.deviance += w * p.family.deviance(y, mu);
          sums.pearson += w * (y - mu) * (y - mu) / p.family.variance(mu);
          if (dispersion > 0.0) sums.log_likelihood += w * p.family.log_density(y, mu, dispersion);
        }
        return sums;
      },
      [](Sums& total, const Sums& part) { total = total + part; });
}

bool is_least_squares(const GlmFit& fit) {
  return fit.family == GlmFamily::gaussian && fit.link == GlmLink::identity;
}

/// Deviance, likelihood and what follows from them.
void judge(const Problem& p, const Vector& mu, RegressionSummary& s) {
  const bool zero_null = is_least_squares(p.fit) && !p.fit.fit_intercept;
  const double constant = zero_null ? 0.0 : p.weights.dot(p.y) / p.total_weight;
  const auto fitted = [&](Index i) { return mu[i]; };
  const auto null = [&](Index) { return constant; };
  const Sums sums = sums_of(p, fitted, 0.0), null_sums = sums_of(p, null, 0.0);
  s.deviance = sums.deviance;
  s.null_deviance = null_sums.deviance;
  s.pearson_chi2 = sums.pearson;
  s.uses_t = p.family.estimates_dispersion();
  s.dispersion = s.uses_t ? sums.pearson / s.df_residual : 1.0;
  const bool gaussian = p.fit.family == GlmFamily::gaussian;
  const double of_fit = gaussian ? sums.deviance / p.total_weight : s.dispersion;
  const double of_null = gaussian ? null_sums.deviance / p.total_weight : s.dispersion;
  s.log_likelihood = sums_of(p, fitted, of_fit).log_likelihood;
  s.null_log_likelihood = sums_of(p, null, of_null).log_likelihood;
  const double parameters = p.total_weight - s.df_residual;
  s.aic = 2.0 * (parameters - s.log_likelihood);
  s.bic = std::log(p.total_weight) * parameters - 2.0 * s.log_likelihood;
  s.r2 = 1.0 - s.deviance / s.null_deviance;
  if (is_least_squares(p.fit))
    s.adjusted_r2 =
        1.0 - (p.total_weight - (p.fit.fit_intercept ? 1.0 : 0.0)) / s.df_residual * (1.0 - s.r2);
  if (!gaussian) s.pseudo_r2 = 1.0 - s.log_likelihood / s.null_log_likelihood;
  const bool nested = p.fit.fit_intercept || zero_null;
  if (s.df_model == 0.0 || !nested) return;
  const double gain = s.null_deviance - s.deviance;
  s.test_statistic = s.uses_t ? gain / s.df_model / s.dispersion : gain;
  s.test_p_value = s.uses_t ? detail::f_sf(s.test_statistic, s.df_model, s.df_residual)
                            : detail::chi2_sf(s.test_statistic, s.df_model);
}

/// The gradient of the log-likelihood in units of its standard deviation, squared: how far, in standard
/// errors, the coefficients are from the maximum.
void check_maximum(const Problem& p, const detail::CenteredData& data, const Matrix& inverse,
                   const Vector& score, double dispersion) {
  double square = score.dot(inverse * score);
  if (data.centered()) square += data.total_weight() * data.y_mean()[0] * data.y_mean()[0];
  // A perfect fit has no dispersion but rounding errors of y.
  const double rounding = 1e-20 * p.weights.dot(p.y.cwiseAbs2()) / p.total_weight;
  const double distance = square / std::max(dispersion, rounding);
  if (!(distance <= largest_score))
    refuse(p,
           fmt::format("the coefficients are not those of greatest likelihood for these data (off "
                       "by {:.2g} standard errors; up to 0.1 is taken for rounding). Give X, y and "
                       "weights of the fit; fit without a penalty, with more iterations or a "
                       "smaller tol.",
                       std::sqrt(distance)));
}

void add_coefficients(const Problem& p, double level, RegressionSummary& s) {
  const double tail = 0.5 * (1.0 - level);
  const double width =
      s.uses_t ? detail::student_t_isf(tail, s.df_residual) : detail::normal_isf(tail);
  const Index first = p.fit.fit_intercept ? 1 : 0;
  for (Index k = 0; k < s.covariance.rows(); ++k) {
    CoefficientSummary c;
    c.name = k < first ? "intercept" : p.names[static_cast<std::size_t>(k - first)];
    c.coef = k < first ? p.fit.intercept : p.fit.coef[k - first];
    c.std_error = std::sqrt(s.covariance(k, k));
    c.statistic = c.coef / c.std_error;
    const double size = std::abs(c.statistic);
    c.p_value =
        2.0 * (s.uses_t ? detail::student_t_sf(size, s.df_residual) : detail::normal_sf(size));
    c.low = c.coef - width * c.std_error;
    c.high = c.coef + width * c.std_error;
    s.coefficients.push_back(std::move(c));
  }
}

RegressionSummary summarise(const Problem& p, double level) {
  const GlmFit& fit = p.fit;
  const Vector eta =
      detail::linear_predict(p.X, fit.coef.transpose(), Vector::Constant(1, fit.intercept));
  const Index n = eta.size();
  Vector mu(n), working_weights(n);
  Matrix working_residuals(n,
                           1);  // (y − μ) by the slope of μ: what one step of Newton regresses on X
  for (Index i = 0; i < n; ++i) {
    mu[i] = detail::inverse_link(fit.link, eta[i]);
    const double slope = detail::mean_slope(fit.link, mu[i]);
    const double weight = p.weights[i] * slope * slope / p.family.variance(mu[i]);
    const bool counts = std::isfinite(weight) && weight > 0.0;
    working_weights[i] = counts ? weight : 0.0;
    working_residuals(i, 0) = counts ? (p.y[i] - mu[i]) / slope : 0.0;
  }
  if (!mu.allFinite() || working_weights.sum() == 0.0)
    refuse(p,
           "the predictions are not finite, or all so certain that nothing can be said of their "
           "accuracy (classes that a plane separates have no finite coefficients).");
  const detail::CenteredData data(p.X, working_residuals, working_weights, fit.fit_intercept, true);
  detail::CenteredData::Moments moments = data.moments();
  moments.gram.triangularView<Eigen::StrictlyUpper>() = moments.gram.transpose();
  const Matrix inverse = inverse_information(p, data, moments.gram);
  RegressionSummary s;
  s.model = fit.model;
  s.family = fit.family;
  s.link = fit.link;
  s.n_observations = p.total_weight;
  s.confidence_level = level;
  s.df_model = static_cast<double>(fit.coef.size());
  s.df_residual = p.total_weight - s.df_model - (fit.fit_intercept ? 1.0 : 0.0);
  judge(p, mu, s);
  check_maximum(p, data, inverse, moments.xy.col(0), s.dispersion);
  s.covariance = s.dispersion * unscaled_covariance(data, inverse);
  add_coefficients(p, level, s);
  return s;
}

/// X in the order of the columns that the model knows.
Features conform(const Estimator& model, const Features& X) {
  return model.schema().conform(X, model.class_name());
}

[[noreturn]] void refuse_model(std::string_view model, std::string_view why) {
  throw NotSupported(fmt::format("summary of {}: {}", model, why));
}

/// `fit` says what the model is; its coefficients are taken from `model`.
template <class Model>
RegressionSummary summary_of(const Model& model, GlmFit fit, const Features& X, const Vector& y,
                             const RegressionSummaryOptions& options) {
  fit.coef = model.coef().row(0).transpose();
  fit.intercept = model.intercept()[0];
  fit.fit_intercept = model.params().fit_intercept;
  return summarise(make_problem(fit, X, y, model.schema().names_or_default(), options),
                   options.confidence_level);
}

template <class Model>
RegressionSummary summary_of_glm(const Model& model, GlmFit fit, const Features& X, const Target& y,
                                 const RegressionSummaryOptions& options) {
  const Features conformed = conform(model, X);
  fit.model = model.class_name();
  if (model.params().alpha > 0.0)
    refuse_model(fit.model,
                 fmt::format("it was fitted with a penalty (alpha={}), for which standard "
                             "errors do not hold; fit with alpha = 0.",
                             number_text(model.params().alpha)));
  return summary_of(model, std::move(fit), conformed, y.vector(), options);
}

/// The family of a Tweedie model; of those that are no others' the power has to be in (1, 2).
GlmFamily family_of(double power) {
  if (power == 0.0) return GlmFamily::gaussian;
  if (power == 1.0) return GlmFamily::poisson;
  if (power == 2.0) return GlmFamily::gamma;
  if (power == 3.0) return GlmFamily::inverse_gaussian;
  if (power > 1.0 && power < 2.0) return GlmFamily::tweedie;
  refuse_model(TweedieRegressor::type_name,
               fmt::format("the likelihood of power={} is not known here, but that of 0, 1, 2, 3 "
                           "and of powers between 1 and 2.",
                           number_text(power)));
}

}  // namespace

RegressionSummary summary(const GlmFit& model, const Features& X, const Target& y,
                          const RegressionSummaryOptions& options) {
  return summarise(make_problem(model, X, y.vector(), X.names_or_default(), options),
                   options.confidence_level);
}

RegressionSummary summary(const LinearRegression& model, const Features& X, const Target& y,
                          const RegressionSummaryOptions& options) {
  const Features conformed = conform(model, X);
  GlmFit fit{.model = std::string(LinearRegression::type_name)};
  if (model.params().positive)
    refuse_model(fit.model,
                 "coefficients with positive=true do not follow the usual distribution.");
  if (model.coef().rows() != 1)
    refuse_model(fit.model, "it has several outputs; fit a model for each.");
  return summary_of(model, std::move(fit), conformed, y.vector(), options);
}

RegressionSummary summary(const LogisticRegression& model, const Features& X, const Target& y,
                          const RegressionSummaryOptions& options) {
  const Features conformed = conform(model, X);
  GlmFit fit{.family = GlmFamily::binomial,
             .link = GlmLink::logit,
             .model = std::string(LogisticRegression::type_name)};
  if (!std::isinf(model.params().C))
    refuse_model(fit.model, fmt::format("it was fitted with a penalty (C={}), for which standard "
                                        "errors do not hold; fit with C = infinity.",
                                        number_text(model.params().C)));
  if (!model.params().class_weight.is_none())
    refuse_model(fit.model, "with class weights it does not maximise the likelihood of the data.");
  if (model.classes().size() != 2)
    refuse_model(fit.model, fmt::format("there are {} classes; a summary is for two.",
                                        model.classes().size()));
  const Labels labels = model.align(y);
  const Vector positive = (labels.array() == model.classes()[1]).cast<double>();
  return summary_of(model, std::move(fit), conformed, positive, options);
}

RegressionSummary summary(const PoissonRegressor& model, const Features& X, const Target& y,
                          const RegressionSummaryOptions& options) {
  return summary_of_glm(model, {.family = GlmFamily::poisson, .link = GlmLink::log}, X, y, options);
}

RegressionSummary summary(const GammaRegressor& model, const Features& X, const Target& y,
                          const RegressionSummaryOptions& options) {
  return summary_of_glm(model, {.family = GlmFamily::gamma, .link = GlmLink::log}, X, y, options);
}

RegressionSummary summary(const TweedieRegressor& model, const Features& X, const Target& y,
                          const RegressionSummaryOptions& options) {
  const TweedieRegressorParams& params = model.params();
  GlmFit fit{.family = family_of(params.power),
             .link = params.has_log_link() ? GlmLink::log : GlmLink::identity};
  if (fit.family == GlmFamily::tweedie) fit.power = params.power;
  return summary_of_glm(model, fit, X, y, options);
}

}  // namespace espalier
