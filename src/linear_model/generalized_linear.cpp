// SPDX-License-Identifier: BSD-3-Clause
#include <espalier/linear_model/generalized_linear.hpp>

#include <fmt/format.h>

#include <cmath>
#include <span>
#include <utility>

#include <espalier/core/parallel.hpp>
#include <espalier/core/row_program.hpp>
#include <espalier/detail/exponential.hpp>
#include <espalier/linear_model/gamma_regressor.hpp>
#include <espalier/linear_model/poisson_regressor.hpp>
#include <espalier/linear_model/tweedie_regressor.hpp>
#include <espalier/loss/pointwise.hpp>
#include <espalier/metrics/regression.hpp>

#include "linalg/linear_predict.hpp"
#include "linear_model/linear_solver.hpp"

namespace espalier {

void GeneralizedLinearState::check(const Schema& schema) const {
  detail::check_one_output("a generalised linear model", coef, intercept, n_iter, schema);
}

namespace detail {
namespace {

std::span<const double> span_of(const Vector& v) {
  return {v.data(), static_cast<std::size_t>(v.size())};
}

void check_targets(std::string_view owner, const Vector& y, double power) {
  if (power < 1.0) return;
  const bool zero_allowed = power < 2.0;
  for (Index i = 0; i < y.size(); ++i)
    if (!(y[i] > 0.0) && !(zero_allowed && y[i] == 0.0))
      throw InvalidInput(fmt::format("{}: y must be {}, but it is {} in row {}.", owner,
                                     zero_allowed ? "0 or greater" : "greater than 0", y[i], i));
  if (!(y.array() > 0.0).any())
    throw InvalidInput(fmt::format("{}: y is 0 in every row; some must be greater.", owner));
}

void inverse_link(const TweedieModel& model, std::span<double> values) {
  if (!model.log_link) return;
  for (double& value : values) value = exponential(value);
}

LinearSolver solver_of(GeneralizedLinearSolver solver, const Features& X) {
  if (solver == GeneralizedLinearSolver::newton_cholesky) return LinearSolver::newton_cholesky;
  if (solver == GeneralizedLinearSolver::lbfgs) return LinearSolver::lbfgs;
  return choose_solver(X, 1);
}

/// The mean deviance of the constant model, about: over some of the rows, evenly spread.
double null_deviance(const Vector& y, double mean, double power) {
  const Index step = std::max<Index>(1, y.size() / 8192);
  const Vector some = y(Eigen::seq(0, y.size() - 1, step));
  return mean_tweedie_deviance(some, Vector::Constant(some.size(), mean), {.power = power});
}

class GeneralizedRow : public LinearRow {
 public:
  GeneralizedRow(RowBuilder& builder, const GeneralizedLinearState& state,
                 const TweedieModel& model)
      : LinearRow(builder, state.coef, state.intercept), model_(model) {}
  RowStatus raw(const double* registers, double* out) const noexcept override {
    const RowStatus status = LinearRow::raw(registers, out);
    if (status == RowStatus::ok) inverse_link(model_, {out, 1});
    return status;
  }

 private:
  TweedieModel model_;
};

/// The fit, beginning at `previous` unless that is null, or gives these rows means that cannot be.
GeneralizedLinearState fit_generalized(std::string_view owner, const Features& X, const Vector& y,
                                       const TweedieModel& model,
                                       const GeneralizedLinearParams& params,
                                       const FitContext& context,
                                       const GeneralizedLinearState* previous) {
  check_targets(owner, y, model.power);
  const Vector& weights = context.sample_weight;
  const double mean = weighted_mean(span_of(y), span_of(weights));
  const bool needs_positive = !model.log_link && model.power != 0.0;
  if (previous != nullptr && needs_positive &&
      !(linear_predict(X, previous->coef, previous->intercept).array() > 0.0).all())
    previous = nullptr;  // other rows: the fit begins anew
  if (previous == nullptr && needs_positive && !(params.fit_intercept && mean > 0.0))
    throw InvalidInput(fmt::format(
        "{}: with the identity link and power {} all means must be positive, and there is no such "
        "start: {}.",
        owner, model.power,
        params.fit_intercept ? "the mean of y is not" : "fit_intercept is false"));
  const double positive_mean = model.power == 0.0 && !model.log_link ? 1.0 : std::max(mean, 1e-15);
  const double baseline = model.log_link ? std::log(positive_mean) : mean;
  const double at = model.log_link && !params.fit_intercept ? 1.0 : positive_mean;
  const auto loss = half_tweedie_blocks(y, model.power, model.log_link, weights);
  const LinearProblem problem{owner,
                              X,
                              *loss,
                              weights,
                              params.alpha,
                              params.fit_intercept,
                              std::pow(at, (model.log_link ? 2.0 : 0.0) - model.power)};
  const LinearCoefficients start =
      previous != nullptr
          ? LinearCoefficients{previous->coef, previous->intercept}
          : LinearCoefficients{Matrix::Zero(1, X.cols()), Vector::Constant(1, baseline)};
  const double deviance = null_deviance(y, model.power == 0.0 ? mean : positive_mean, model.power);
  const LinearStop stop{params.tol, params.max_iter, deviance > 0.0 ? std::sqrt(deviance) : 1.0};
  LinearSolution solution =
      solve_linear(problem, solver_of(params.solver, X), start, stop, context);
  return {std::move(solution.coef), std::move(solution.intercept), solution.n_iter,
          solution.converged};
}

}  // namespace

template <class Derived, class Params>
GeneralizedLinearState GeneralizedLinearModel<Derived, Params>::do_fit(
    const Features& X, const Vector& y, const FitContext& context,
    const GeneralizedLinearState* previous) const {
  const Params& p = this->params();
  return fit_generalized(Derived::type_name, X, y, model(),
                         {p.alpha, p.fit_intercept, p.solver, p.max_iter, p.tol, p.warm_start},
                         context, previous);
}

template <class Derived, class Params>
Vector GeneralizedLinearModel<Derived, Params>::do_predict(const GeneralizedLinearState& state,
                                                           const Features& X) const {
  Matrix values = linear_predict(X, state.coef, state.intercept);
  parallel_for_blocks(
      {values.rows(), 4096}, 10.0 * static_cast<double>(values.rows()),
      [&](Index begin, Index end) {
        inverse_link(model(), {values.data() + begin, static_cast<std::size_t>(end - begin)});
      });
  return values.col(0);
}

template <class Derived, class Params>
double GeneralizedLinearModel<Derived, Params>::do_score(const GeneralizedLinearState&,
                                                         const Matrix& y, const Matrix& predicted,
                                                         const Vector& sample_weight) const {
  return d2_tweedie_score(y, predicted, {.sample_weight = sample_weight, .power = model().power});
}

template <class Derived, class Params>
void GeneralizedLinearModel<Derived, Params>::do_compile(const GeneralizedLinearState& state,
                                                         RowBuilder& builder) const {
  builder.set_model(GeneralizedRow(builder, state, model()));
}

template class GeneralizedLinearModel<PoissonRegressor, GeneralizedLinearParams>;
template class GeneralizedLinearModel<GammaRegressor, GeneralizedLinearParams>;
template class GeneralizedLinearModel<TweedieRegressor, TweedieRegressorParams>;

}  // namespace detail

template class Implements<PoissonRegressor, Regressor, GeneralizedLinearParams,
                          GeneralizedLinearState>;
template class Implements<GammaRegressor, Regressor, GeneralizedLinearParams,
                          GeneralizedLinearState>;
template class Implements<TweedieRegressor, Regressor, TweedieRegressorParams,
                          GeneralizedLinearState>;

}  // namespace espalier
