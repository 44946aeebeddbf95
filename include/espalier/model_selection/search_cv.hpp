// SPDX-License-Identifier: BSD-3-Clause
/// @file
/// What GridSearchCV and RandomizedSearchCV have in common.
#pragma once

#include <concepts>
#include <limits>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <espalier/core/archive.hpp>
#include <espalier/core/implements.hpp>
#include <espalier/model_selection/cv.hpp>
#include <espalier/model_selection/scoring.hpp>
#include <espalier/model_selection/search_results.hpp>

namespace espalier {

/// Whether a search fits the best candidate on all rows in the end, and, with several scorers,
/// which of them says what is best: `true` (by the first scorer), `false`, or the name of a scorer.
class Refit {
 public:
  Refit(bool on = true) : on_(on) {}
  Refit(const char* metric) : Refit(std::string(metric)) {}
  Refit(std::string metric) : metric_(std::move(metric)) {}

  bool on() const { return on_; }
  const std::string& metric() const { return metric_; }  ///< empty: the first

 private:
  bool on_ = true;
  std::string metric_;
};

template <>
struct Codec<Refit> {
  static Value encode(const Refit& refit) {
    return refit.metric().empty() ? Value(refit.on()) : refit.metric();
  }
  static Refit decode(const Value& value);
  static std::string describe() { return "true, false or the name of a scorer"; }
};

/// How a search judges candidates.
struct SearchOptions {
  Scoring scoring = {};  ///< one scorer or several; nothing: accuracy or R²
  Cv cv = 5;             ///< see Cv
  Refit refit = true;    ///< without it the search has results, but predicts nothing
  ErrorScore error_score = ErrorScore::nan;  ///< what becomes of a fit that fails
  bool return_train_score = false;           ///< also score on training rows: costs time

  static constexpr auto fields() {
    using P = SearchOptions;
    return Fields{
        field("scoring", &P::scoring, "what is maximised; several are all recorded"),
        field("cv", &P::cv, "how rows are split"),
        field("refit", &P::refit, "fit the best candidate on all rows; by which scorer it is best"),
        field("error_score", &P::error_score, "what becomes of a fit that fails"),
        field("return_train_score", &P::return_train_score, "also score on the training rows")};
  }
};

/// What every search takes: an estimator, and how candidates are judged.
template <class Role>
struct SearchParams : SearchOptions {
  Polymorphic<Role> estimator;  ///< its own parameters are the start; candidates set some of them

  static constexpr auto fields() {
    return join_fields(Fields{field("estimator", &SearchParams::estimator,
                                    "what is tuned; parameters by path reach into it")},
                       SearchOptions::fields());
  }
  const Estimator* find_part(std::string_view name) const {
    return name == "estimator" ? estimator.get() : nullptr;
  }
  Estimator* mutable_part(std::string_view name) {
    return name == "estimator" && !estimator.empty() ? &estimator.mutate() : nullptr;
  }
};

/// What a search learns.
template <class Role>
struct SearchState {
  SearchResults results;
  Index best_index = 0;
  double best_score = std::numeric_limits<double>::quiet_NaN();
  Polymorphic<Role> best_estimator;                              ///< fitted; empty without refit
  Labels classes;                                                ///< of a classifier; else empty
  double refit_time = std::numeric_limits<double>::quiet_NaN();  ///< measured, so not saved

  static constexpr auto fields() {
    using S = SearchState;
    return Fields{field("results", &S::results), field("best_index", &S::best_index),
                  field("best_score", &S::best_score), field("best_estimator", &S::best_estimator),
                  field("classes", &S::classes)};
  }
  void check(const Schema& schema) const;
};

/// The base of the searches, which say only what their candidates are (`candidates()`) and check it
/// (`validate_space()`).
///
/// `fit` fits a clone of the estimator for every candidate on the training rows of every split,
/// scores it on the test rows, ranks the candidates by their mean score and, with `refit`, fits the
/// best one on all rows. The search then is that estimator: it predicts, and is saved and loaded,
/// as such.
///
/// - Candidates × splits run at the same time on as many threads as the FitContext allows, and
///   every fit then on one thread; the final fit has all of them. Results have the same bits for
///   any number.
/// - Sample weights are cut with the rows and reach the fits and those scorers that take weights.
///   (Rows of weight 0 stay where they are, as ready splits count them.) Groups reach the splitter.
///   A validation set is passed to every fit. What the estimator does not take is an error.
/// - The callback hears of every fit that ends, with its test score; the stop token ends the
///   search, and what was learned before remains.
/// - A fit or a scoring that fails counts as NaN and ranks last; other scorers of the same fit keep
///   their scores. The errors stay in cv_results(), and one warning sums them up; with
///   ErrorScore::raise the error comes out. If errors leave no score at all, `fit` throws
///   InvalidInput with the messages; if none by the scorer that decides, the first candidate counts
///   as the best, with a warning.
/// - A scorer that is not for the role of the estimator is an InvalidParameter before anything is
///   fitted.
/// - A candidate that names a parameter that does not exist, or has a value of a wrong type, is an
///   InvalidParameter before anything is fitted; a value out of range makes its fits fail.
///
/// `score` is that of the role (accuracy, R²), whatever `scoring` says; others are given by
/// `Scorer("roc_auc")(search, X, y)`.
template <class Derived, class Role_, class Params_>
class SearchCV : public Implements<Derived, Role_, Params_, SearchState<Role_>> {
  using Base = Implements<Derived, Role_, Params_, SearchState<Role_>>;
  static constexpr bool classifies = std::same_as<Role_, Classifier>;

 public:
  using State = SearchState<Role_>;
  using Base::Base;
  static constexpr PartLayout layout = PartLayout::wrapped;

  /// All candidates with their scores. @throws NotFitted (as all below)
  const SearchResults& cv_results() const { return this->state().results; }
  Index best_index() const { return this->state().best_index; }   ///< the first one of rank 1
  double best_score() const { return this->state().best_score; }  ///< its mean test score
  const ParamList& best_params() const {
    return cv_results().params[static_cast<std::size_t>(best_index())];
  }

  /// The best candidate, fitted on all rows; as its class,
  /// `best_estimator<Pipeline<Classifier>>()`.
  /// @throws NotFitted  also without refit;  NotSupported  it is of another class
  template <std::derived_from<Role_> T = Role_>
  const T& best_estimator() const {
    const T* cast = dynamic_cast<const T*>(&best(this->state()));
    if (cast == nullptr) refuse_cast();
    return *cast;
  }
  double refit_time() const {
    return this->state().refit_time;
  }  ///< seconds; NaN without refit, or loaded

  bool has_probabilities() const requires std::same_as<Role_, Classifier>;
  bool has_decisions() const requires std::same_as<Role_, Classifier>;

 protected:
  Tags do_tags() const;
  void do_validate() const;
  std::vector<EstimatorPart> do_parts() const;
  State do_fit(const Features& X, const Target& y, const FitContext& context) const;
  typename Base::Prediction do_predict(const State& state, const Features& X) const;
  double do_score(const State& state, const Matrix& y, const Matrix& predicted,
                  const Vector& sample_weight) const requires std::same_as<Role_, Regressor>;
  Matrix do_predict_proba(const State& state,
                          const Features& X) const requires std::same_as<Role_, Classifier>;
  Matrix do_decision_function(const State& state,
                              const Features& X) const requires std::same_as<Role_, Classifier>;

 private:
  const Role_& best(const State& state) const;
  template <class R>
  const R& best_as(const State& state) const;
  template <class R>
  const R* current() const;
  [[noreturn]] void refuse_cast() const;
};

namespace detail {

template <class Role>
concept Searchable = std::same_as<Role, Classifier> || std::same_as<Role, Regressor>;

}  // namespace detail
}  // namespace espalier
