// SPDX-License-Identifier: BSD-3-Clause
#include <espalier/linear_model/linear_regression.hpp>

#include <fmt/format.h>

#include <algorithm>

#include "linalg/linear_predict.hpp"
#include "linear_model/column_moments.hpp"
#include "linear_model/conjugate_gradient.hpp"
#include "linear_model/least_squares.hpp"
#include "linear_model/linear_fit.hpp"

namespace espalier {
namespace {

constexpr std::string_view name = LinearRegression::type_name;

/// Passes over a large sparse X at most.
Index most_iterations(const Features& X) { return 10 * std::min(X.rows(), X.cols()); }

}  // namespace

void LinearRegressionState::check(const Schema& schema) const {
  detail::check_linear_shapes(name, coef, intercept, schema);
  if (rank && (*rank < 0 || *rank > singular.size()))
    throw FormatError(fmt::format("{}: a rank of {} does not fit {} singular values", name, *rank,
                                  singular.size()));
}

LinearRegressionState LinearRegression::do_fit(const Features& X, const Matrix& y,
                                               const FitContext& context) const {
  const bool iterate = detail::is_large_and_sparse(X) && !params().positive;
  const bool needs_moments = params().positive || X.cols() <= X.rows();
  const detail::CenteredData data(X, y, context.sample_weight, params().fit_intercept,
                                  needs_moments);
  detail::refuse_overflow(name, X, data.squares());
  detail::OrdinaryFit found;
  State state;
  const Vector no_penalty = Vector::Zero(y.cols());
  if (params().positive) {
    found.coef = detail::solve_nonnegative_ridge(data, no_penalty);
  } else if (iterate) {
    detail::ConjugateGradientFit fit = detail::solve_conjugate_gradient(
        data, no_penalty, params().tol, most_iterations(X), context, name);
    if (!fit.converged) detail::warn_not_converged(fit, params().tol, name);
    found.coef = std::move(fit.coef);
  } else {
    found = detail::solve_ordinary(data, params().tol);
    state.rank = found.rank;
    state.singular = std::move(found.singular);
  }
  detail::LinearFit fit = detail::linear_fit(data, found.coef, name);
  state.coef = std::move(fit.coef);
  state.intercept = std::move(fit.intercept);
  return state;
}

Matrix LinearRegression::do_predict(const State& state, const Features& X) const {
  return detail::linear_predict(X, state.coef, state.intercept);
}

void LinearRegression::do_compile(const State& state, RowBuilder& builder) const {
  builder.set_model(detail::LinearRow(builder, state.coef, state.intercept));
}

template class Implements<LinearRegression, Regressor, LinearRegressionParams,
                          LinearRegressionState>;

}  // namespace espalier
