// SPDX-License-Identifier: BSD-3-Clause
#include <espalier/linear_model/ridge_cv.hpp>

#include <fmt/format.h>

#include "core/folds.hpp"
#include "linalg/linear_predict.hpp"
#include "linear_model/ridge_search.hpp"

namespace espalier {
namespace {

constexpr std::string_view name = RidgeCV::type_name;

}  // namespace

void RidgeCVState::check(const Schema& schema) const {
  detail::check_linear_shapes(name, coef, intercept, schema);
  if ((alpha.size() != 1 && alpha.size() != coef.rows()) || alpha.size() != best_score.size())
    throw FormatError(fmt::format("{}: {} alphas and {} scores do not fit {} outputs", name,
                                  alpha.size(), best_score.size(), coef.rows()));
}

void RidgeCV::do_validate() const {
  const RidgeCVParams& p = params();
  detail::validate_ridge_search(name, p.alphas, p.scoring, p.cv, p.store_cv_results,
                                p.alpha_per_target);
}

RidgeCVState RidgeCV::do_fit(const Features& X, const Matrix& y, const FitContext& context) const {
  const RidgeCVParams& p = params();
  detail::RidgeSearch search{.owner = name,
                             .alphas = p.alphas,
                             .fit_intercept = p.fit_intercept,
                             .alpha_per_target = p.alpha_per_target,
                             .store = p.store_cv_results};
  if (p.cv && *p.cv > X.rows())
    throw InvalidInput(
        fmt::format("{}: cv={} folds are more than the {} rows.", name, *p.cv, X.rows()));
  if (p.cv) search.fold_of_row = detail::consecutive_folds(X.rows(), *p.cv);
  if (p.cv || detail::is_given(p.scoring))
    search.score = [&](const Matrix& predictions, std::span<const Index> rows, Index first) {
      const auto targets = y.middleCols(first, predictions.cols());
      Predictions answers = Predictions::of_regressor(predictions);
      return p.scoring(answers,
                       Target(rows.empty() ? Matrix(targets) : Matrix(targets(rows, Eigen::all))),
                       detail::weights_of(context.sample_weight, rows));
    };
  detail::RidgeSearchFit fit = detail::search_ridge(X, y, context.sample_weight, search, context);
  return {std::move(fit.coef), std::move(fit.intercept), std::move(fit.alpha),
          std::move(fit.best_score), std::move(fit.cv_results)};
}

Matrix RidgeCV::do_predict(const State& state, const Features& X) const {
  return detail::linear_predict(X, state.coef, state.intercept);
}

void RidgeCV::do_compile(const State& state, RowBuilder& builder) const {
  builder.set_model(detail::LinearRow(builder, state.coef, state.intercept));
}

template class Implements<RidgeCV, Regressor, RidgeCVParams, RidgeCVState>;

}  // namespace espalier
