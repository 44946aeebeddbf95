// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <utility>
#include <vector>

#include <espalier/model_selection/parameter_distributions.hpp>
#include <espalier/model_selection/search_cv.hpp>

namespace espalier {

/// SearchOptions, and how many candidates are drawn.
struct RandomizedSearchOptions {
  Index n_iter = 10;  ///< candidates; more find better ones and cost more
  std::optional<std::int64_t> random_state = {};  ///< ≥ 0; none: other candidates each time
  Scoring scoring = {};
  Cv cv = 5;
  Refit refit = true;
  ErrorScore error_score = ErrorScore::nan;
  bool return_train_score = false;
};

template <class Role>
struct RandomizedSearchCVParams : SearchParams<Role> {
  ParameterDistributions param_distributions;
  Index n_iter = 10;
  std::optional<std::int64_t> random_state = {};

  static constexpr auto fields() {
    using P = RandomizedSearchCVParams;
    return join_fields(
        Fields{field("param_distributions", &P::param_distributions,
                     "what to draw from, by parameter path"),
               field("n_iter", &P::n_iter, at_least(1), "how many candidates are drawn"),
               field("random_state", &P::random_state, at_least(0),
                     "seed of the draws; none: another each time")},
        SearchParams<Role>::fields());
  }
};

/// Tries random settings of some parameters by cross-validation, and becomes the best.
///
///     RandomizedSearchCV search(pipeline,
///                               {{"model__C", Distribution::log_uniform(1e-3, 1e3)},
///                                {"model__fit_intercept", {true, false}}},
///                               {.n_iter = 20, .random_state = 0, .scoring = "roc_auc"});
///
/// With more than two or three parameters it finds good settings in fewer fits than a grid, since
/// every candidate tries a new value of each. When all are lists, candidates are drawn without
/// repetition; asking for more than there are is a warning. Candidates are the same for a
/// `random_state` on every platform, but not those that scikit-learn draws.
///
/// What holds for every search is told at SearchCV (search_cv.hpp), costs and errors at
/// GridSearchCV.
///
/// @see Bergstra & Bengio, JMLR 13 (2012) 281–305
template <class Role_>
class RandomizedSearchCV
    : public SearchCV<RandomizedSearchCV<Role_>, Role_, RandomizedSearchCVParams<Role_>> {
  using Base = SearchCV<RandomizedSearchCV<Role_>, Role_, RandomizedSearchCVParams<Role_>>;
  using Mixin = Implements<RandomizedSearchCV<Role_>, Role_, RandomizedSearchCVParams<Role_>,
                           SearchState<Role_>>;
  static_assert(detail::Searchable<Role_>, "searches are for classifiers and regressors");

 public:
  using Base::Base;
  static constexpr std::string_view type_name = std::same_as<Role_, Classifier>
                                                    ? "RandomizedSearchCV<Classifier>"
                                                    : "RandomizedSearchCV<Regressor>";

  RandomizedSearchCV() = default;
  RandomizedSearchCV(const std::type_identity_t<Role_>& estimator,
                     ParameterDistributions param_distributions,
                     RandomizedSearchOptions options = {}) {
    auto& params = this->params();
    static_cast<SearchOptions&>(params) = {std::move(options.scoring), std::move(options.cv),
                                           std::move(options.refit), options.error_score,
                                           options.return_train_score};
    params.estimator = Polymorphic<Role_>(estimator);
    params.param_distributions = std::move(param_distributions);
    params.n_iter = options.n_iter;
    params.random_state = options.random_state;
  }

 private:
  friend Base;
  friend Mixin;
  std::vector<ParamList> candidates() const;
  void validate_space() const { this->params().param_distributions.validate(type_name); }
};

RandomizedSearchCV(const Classifier&, ParameterDistributions, RandomizedSearchOptions = {})
    ->RandomizedSearchCV<Classifier>;
RandomizedSearchCV(const Regressor&, ParameterDistributions, RandomizedSearchOptions = {})
    ->RandomizedSearchCV<Regressor>;

extern template class Implements<RandomizedSearchCV<Classifier>, Classifier,
                                 RandomizedSearchCVParams<Classifier>, SearchState<Classifier>>;
extern template class Implements<RandomizedSearchCV<Regressor>, Regressor,
                                 RandomizedSearchCVParams<Regressor>, SearchState<Regressor>>;
extern template class SearchCV<RandomizedSearchCV<Classifier>, Classifier,
                               RandomizedSearchCVParams<Classifier>>;
extern template class SearchCV<RandomizedSearchCV<Regressor>, Regressor,
                               RandomizedSearchCVParams<Regressor>>;
extern template class RandomizedSearchCV<Classifier>;
extern template class RandomizedSearchCV<Regressor>;

}  // namespace espalier
