// SPDX-License-Identifier: BSD-3-Clause
#include <espalier/linear_model/ridge_classifier_cv.hpp>

#include <fmt/format.h>

#include <algorithm>

#include "core/folds.hpp"
#include "linalg/linear_predict.hpp"
#include "linear_model/ridge_search.hpp"
#include "linear_model/signed_targets.hpp"

namespace espalier {
namespace {

constexpr std::string_view name = RidgeClassifierCV::type_name;

/// @throws InvalidInput  no class has so many rows
std::vector<Index> folds_of(const Labels& labels, int n_folds) {
  const auto classes = detail::rows_by_class(labels);
  const auto by_size = [](const auto& a, const auto& b) { return a.size() < b.size(); };
  const auto most = std::max_element(classes.begin(), classes.end(), by_size)->size();
  if (static_cast<std::size_t>(n_folds) > most)
    throw InvalidInput(fmt::format(
        "{}: cv={} folds are more than the {} rows of the largest class.", name, n_folds, most));
  return detail::stratified_folds(labels, n_folds);
}

}  // namespace

void RidgeClassifierCVState::check(const Schema& schema) const {
  detail::check_linear_shapes(name, coef, intercept, schema);
  detail::check_signed_outputs(name, classes, coef);
}

void RidgeClassifierCV::do_validate() const {
  const RidgeClassifierCVParams& p = params();
  detail::validate_ridge_search(name, p.alphas, p.scoring, p.cv, p.store_cv_results, false);
}

RidgeClassifierCVState RidgeClassifierCV::do_fit(const Features& X, const Target& y,
                                                 const FitContext& context) const {
  const RidgeClassifierCVParams& p = params();
  const detail::SignedTargets targets =
      detail::signed_targets(y, p.class_weight, context.sample_weight, name);
  const Labels& labels = y.labels();
  detail::RidgeSearch search{.owner = name,
                             .alphas = p.alphas,
                             .fit_intercept = p.fit_intercept,
                             .alpha_per_target = false,
                             .store = p.store_cv_results};
  if (p.cv) search.fold_of_row = folds_of(labels, *p.cv);
  if (p.cv || detail::is_given(p.scoring))
    search.score = [&](const Matrix& decisions, std::span<const Index> rows, Index) {
      Predictions answers = Predictions::of_classifier(targets.classes, decisions);
      return p.scoring(answers, rows.empty() ? Target(labels) : Target(Labels(labels(rows))),
                       detail::weights_of(targets.weights, rows));
    };
  detail::RidgeSearchFit fit = detail::search_ridge(X, targets.y, targets.weights, search, context);
  return {targets.classes, std::move(fit.coef), std::move(fit.intercept),
          fit.alpha[0],    fit.best_score[0],   std::move(fit.cv_results)};
}

Matrix RidgeClassifierCV::do_decision_function(const State& state, const Features& X) const {
  return detail::linear_predict(X, state.coef, state.intercept);
}

void RidgeClassifierCV::do_compile(const State& state, RowBuilder& builder) const {
  builder.set_model(detail::LinearRow(builder, state.coef, state.intercept));
}

template class Implements<RidgeClassifierCV, Classifier, RidgeClassifierCVParams,
                          RidgeClassifierCVState>;

}  // namespace espalier
