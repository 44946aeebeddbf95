// SPDX-License-Identifier: BSD-3-Clause
#include <espalier/model_selection/search_cv.hpp>

#include <fmt/format.h>

#include <espalier/core/errors.hpp>
#include <espalier/core/warnings.hpp>
#include <espalier/model_selection/grid_search_cv.hpp>
#include <espalier/model_selection/randomized_search_cv.hpp>

#include "core/seed.hpp"
#include "model_selection/search.hpp"

namespace espalier {

Refit Codec<Refit>::decode(const Value& value) {
  if (const bool* on = value.get_if<bool>()) return *on;
  const auto* metric = value.get_if<std::string>();
  if (metric == nullptr || metric->empty()) detail::refuse_value(value, describe());
  return *metric;
}

template <class Role>
void SearchState<Role>::check(const Schema& schema) const {
  results.check();
  if (best_index < 0 || best_index >= results.size())
    throw FormatError(
        fmt::format("best_index is {}, but there are {} candidates", best_index, results.size()));
  if (best_estimator.empty()) return;
  if (!best_estimator->fitted() || best_estimator->n_features_in() != schema.n_features)
    throw FormatError("the best estimator of a search is not fitted, or on other features");
  if constexpr (std::same_as<Role, Classifier>) {
    if (best_estimator->classes().size() != classes.size() || best_estimator->classes() != classes)
      throw FormatError("the best estimator of a search has other classes");
  }
}

template <class Derived, class Role, class Params>
const Role& SearchCV<Derived, Role, Params>::best(const State& state) const {
  if (state.best_estimator.empty()) detail::refuse_without_refit(Derived::type_name);
  return *state.best_estimator;
}

/// R is the search's role; said by each caller, because clang 14 instantiates the members of both
/// roles in an explicit instantiation.
template <class Derived, class Role, class Params>
template <class R>
const R& SearchCV<Derived, Role, Params>::best_as(const State& state) const {
  return static_cast<const R&>(static_cast<const Estimator&>(best(state)));
}

/// The best estimator if there is one, else the one that is tuned, which may be missing too.
template <class Derived, class Role, class Params>
template <class R>
const R* SearchCV<Derived, Role, Params>::current() const {
  const Estimator* found = this->fitted() && !this->state().best_estimator.empty()
                               ? this->state().best_estimator.get()
                               : this->params().estimator.get();
  return static_cast<const R*>(found);
}

template <class Derived, class Role, class Params>
void SearchCV<Derived, Role, Params>::refuse_cast() const {
  throw NotSupported(fmt::format("{}: the best estimator is a {}, not of the class asked for",
                                 Derived::type_name, best(this->state()).class_name()));
}

template <class Derived, class Role, class Params>
bool SearchCV<Derived, Role, Params>::has_probabilities()
    const requires std::same_as<Role, Classifier> {
  return current<Classifier>() != nullptr && current<Classifier>()->has_predict_proba();
}

template <class Derived, class Role, class Params>
bool SearchCV<Derived, Role, Params>::has_decisions()
    const requires std::same_as<Role, Classifier> {
  return current<Classifier>() != nullptr && current<Classifier>()->has_decision_function();
}

template <class Derived, class Role, class Params>
Tags SearchCV<Derived, Role, Params>::do_tags() const {
  const auto& params = this->params();
  Tags tags = params.estimator.empty() ? Tags{} : params.estimator->get_tags();
  tags.float32 = true;  // the estimator takes it as it can
  tags.groups = tags.groups || params.cv.uses_groups();
  tags.weights_are_copies = false;  // copies of a row may come into different folds
  tags.keeps_zero_weights = true;   // ready splits count all rows
  return tags;
}

template <class Derived, class Role, class Params>
void SearchCV<Derived, Role, Params>::do_validate() const {
  if (this->params().estimator.empty())
    detail::refuse_param(Derived::type_name, "estimator", Codec<Polymorphic<Role>>::describe(),
                         Value());
  detail::check_search_options(Derived::type_name, *this->params().estimator, this->params());
  static_cast<const Derived&>(*this).validate_space();
}

template <class Derived, class Role, class Params>
std::vector<EstimatorPart> SearchCV<Derived, Role, Params>::do_parts() const {
  const Estimator* estimator = this->params().estimator.get();
  return {{"estimator", estimator, estimator == nullptr ? "none" : ""}};
}

template <class Derived, class Role, class Params>
SearchState<Role> SearchCV<Derived, Role, Params>::do_fit(const Features& X, const Target& y,
                                                          const FitContext& context) const {
  const auto& params = this->params();
  auto found =
      detail::search(Derived::type_name, *params.estimator,
                     static_cast<const Derived&>(*this).candidates(), params, X, y, context);
  State state;
  state.results = std::move(found.results);
  state.best_index = found.best_index;
  state.best_score = found.best_score;
  state.best_estimator = Polymorphic<Role>(std::dynamic_pointer_cast<Role>(found.best_estimator));
  state.refit_time = found.refit_time;
  if constexpr (classifies)
    state.classes = state.best_estimator.empty() ? encode_labels(y.labels()).classes
                                                 : state.best_estimator->classes();
  return state;
}

template <class Derived, class Role, class Params>
auto SearchCV<Derived, Role, Params>::do_predict(const State& state, const Features& X) const ->
    typename Base::Prediction {
  if constexpr (classifies)
    return best(state).predict(X);
  else
    return best(state).predict_multi(X);
}

template <class Derived, class Role, class Params>
Matrix SearchCV<Derived, Role, Params>::do_predict_proba(
    const State& state, const Features& X) const requires std::same_as<Role, Classifier> {
  return best_as<Classifier>(state).predict_proba(X);
}

template <class Derived, class Role, class Params>
Matrix SearchCV<Derived, Role, Params>::do_decision_function(
    const State& state, const Features& X) const requires std::same_as<Role, Classifier> {
  return best_as<Classifier>(state).decision_function(X);
}

template <class Role>
std::vector<ParamList> RandomizedSearchCV<Role>::candidates() const {
  const auto& params = this->params();
  auto drawn = params.param_distributions.sample(params.n_iter,
                                                 detail::seed_of(params.random_state, type_name));
  if (static_cast<Index>(drawn.size()) < params.n_iter)
    warn(WarningKind::data, std::string(type_name),
         fmt::format(
             "there are {} combinations of the parameters, fewer than n_iter={}; all are tried.",
             drawn.size(), params.n_iter));
  return drawn;
}

template struct SearchState<Classifier>;
template struct SearchState<Regressor>;

template class GridSearchCV<Classifier>;
template class GridSearchCV<Regressor>;
template class SearchCV<GridSearchCV<Classifier>, Classifier, GridSearchCVParams<Classifier>>;
template class SearchCV<GridSearchCV<Regressor>, Regressor, GridSearchCVParams<Regressor>>;
template class Implements<GridSearchCV<Classifier>, Classifier, GridSearchCVParams<Classifier>,
                          SearchState<Classifier>>;
template class Implements<GridSearchCV<Regressor>, Regressor, GridSearchCVParams<Regressor>,
                          SearchState<Regressor>>;

template class RandomizedSearchCV<Classifier>;
template class RandomizedSearchCV<Regressor>;
template class SearchCV<RandomizedSearchCV<Classifier>, Classifier,
                        RandomizedSearchCVParams<Classifier>>;
template class SearchCV<RandomizedSearchCV<Regressor>, Regressor,
                        RandomizedSearchCVParams<Regressor>>;
template class Implements<RandomizedSearchCV<Classifier>, Classifier,
                          RandomizedSearchCVParams<Classifier>, SearchState<Classifier>>;
template class Implements<RandomizedSearchCV<Regressor>, Regressor,
                          RandomizedSearchCVParams<Regressor>, SearchState<Regressor>>;

}  // namespace espalier
