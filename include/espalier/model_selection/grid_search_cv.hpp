// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <string_view>
#include <utility>
#include <vector>

#include <espalier/model_selection/parameter_grid.hpp>
#include <espalier/model_selection/search_cv.hpp>

namespace espalier {

template <class Role>
struct GridSearchCVParams : SearchParams<Role> {
  ParameterGrid param_grid;

  static constexpr auto fields() {
    return join_fields(Fields{field("param_grid", &GridSearchCVParams::param_grid,
                                    "the values to try, by parameter path")},
                       SearchParams<Role>::fields());
  }
};

/// Tries every combination of some parameters by cross-validation, and becomes the best.
///
///     GridSearchCV search(StandardScaler() | LogisticRegression(),
///                         {{"logistic_regression__C", {0.1, 1.0, 10.0}}},
///                         {.scoring = "roc_auc", .cv = 5});
///     search.fit(X, y, {.callback = ProgressBar(std::cerr)});
///     std::cout << search.cv_results() << search.best_params().front().second.to_text();
///     Matrix p = search.predict_proba(X_new);
///
/// What holds for every search is told at SearchCV (search_cv.hpp). Costs one fit for each
/// candidate and split, and one more. Like scikit-learn's, with these differences: the error of a
/// scorer counts as a failed fit; several scorers may go with `refit = true`, which takes the
/// first; times are not saved.
///
/// @throws InvalidParameter  there is no estimator; a list of values is empty; a path is unknown
/// @throws InvalidInput      as the estimator says, or every fit failed
/// @throws Cancelled         the stop token was triggered
template <class Role_>
class GridSearchCV : public SearchCV<GridSearchCV<Role_>, Role_, GridSearchCVParams<Role_>> {
  using Base = SearchCV<GridSearchCV<Role_>, Role_, GridSearchCVParams<Role_>>;
  using Mixin =
      Implements<GridSearchCV<Role_>, Role_, GridSearchCVParams<Role_>, SearchState<Role_>>;
  static_assert(detail::Searchable<Role_>, "searches are for classifiers and regressors");

 public:
  using Base::Base;
  static constexpr std::string_view type_name =
      std::same_as<Role_, Classifier> ? "GridSearchCV<Classifier>" : "GridSearchCV<Regressor>";

  GridSearchCV() = default;
  GridSearchCV(const std::type_identity_t<Role_>& estimator, ParameterGrid param_grid,
               SearchOptions options = {}) {
    static_cast<SearchOptions&>(this->params()) = std::move(options);
    this->params().estimator = Polymorphic<Role_>(estimator);
    this->params().param_grid = std::move(param_grid);
  }

 private:
  friend Base;
  friend Mixin;
  std::vector<ParamList> candidates() const { return this->params().param_grid.candidates(); }
  void validate_space() const { this->params().param_grid.validate(type_name); }
};

GridSearchCV(const Classifier&, ParameterGrid, SearchOptions = {})->GridSearchCV<Classifier>;
GridSearchCV(const Regressor&, ParameterGrid, SearchOptions = {})->GridSearchCV<Regressor>;

extern template class Implements<GridSearchCV<Classifier>, Classifier,
                                 GridSearchCVParams<Classifier>, SearchState<Classifier>>;
extern template class Implements<GridSearchCV<Regressor>, Regressor, GridSearchCVParams<Regressor>,
                                 SearchState<Regressor>>;
extern template class SearchCV<GridSearchCV<Classifier>, Classifier,
                               GridSearchCVParams<Classifier>>;
extern template class SearchCV<GridSearchCV<Regressor>, Regressor, GridSearchCVParams<Regressor>>;
extern template class GridSearchCV<Classifier>;
extern template class GridSearchCV<Regressor>;

}  // namespace espalier
