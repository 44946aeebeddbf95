// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <concepts>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <espalier/core/estimator.hpp>
#include <espalier/core/polymorphic.hpp>

namespace espalier {

namespace detail {

// The type that do_fit takes as y; void when it takes none.
template <class S, class C, class Y>
Y target_type_of(S (C::*)(const Features&, const Y&, const FitContext&) const);
template <class S, class C>
void target_type_of(S (C::*)(const Features&, const FitContext&) const);
template <class S, class C, class Y>
Y target_type_of(S (C::*)(const Features&, const Y&, const FitContext&, const S*) const);
template <class S, class C>
void target_type_of(S (C::*)(const Features&, const FitContext&, const S*) const);
template <class S, class C, class Y>
Y target_type_of(S (C::*)(const Features&, const Y&, const Labels&, const FitContext&, const S*)
                     const);

// Whether do_fit takes the state before.
template <class S, class C, class... Arguments>
std::bool_constant<(std::same_as<Arguments, const S*> || ...)> goes_on_type_of(
    S (C::*)(Arguments...) const);

/// The classes of a model that learns in pieces: labels, ascending, and their names, maybe none.
struct ClassList {
  Labels labels;
  std::vector<std::string> names;
};
/// Those learned before, or else announced by `classes` or the names of y.
/// @throws InvalidInput  they are not announced, or differ from those learned before
ClassList known_classes(const Classifier& model, const Target& y, const OptionalTarget& classes);
/// y in terms of the classes known before. @throws InvalidInput  it has another one, which was not
/// there `where` says
Target align_to_go_on(const ClassList& known, const Target& y, std::string_view owner,
                      std::string_view where);

void check_classes(const Labels& classes);
std::vector<std::string> names_of_classes(const Labels& classes,
                                          const std::vector<std::string>& names);
Labels largest_column(const Matrix& scores, const Labels& classes);

}  // namespace detail

// The functions of one role override and those of the others do not, so none says `override`.
#ifdef __clang__
#pragma clang diagnostic push
#pragma clang diagnostic ignored "-Winconsistent-missing-override"
#endif

/// The mixin that turns parameters, a state and a few functions into an estimator.
///
///     class NearestCentroid
///         : public Implements<NearestCentroid, Classifier, NearestCentroidParams,
///                             NearestCentroidState> {
///      public:
///       using Implements::Implements;
///       static constexpr std::string_view type_name = "NearestCentroid";
///       static constexpr Tags tags{.sample_weight = true};
///      private:
///       friend Implements;
///       State do_fit(const Features& X, const Labels& y, const FitContext& context) const;
///       Matrix do_predict_proba(const State& state, const Features& X) const;
///     };
///
/// `Params` and `State` are structs with a table of fields (params.hpp). `do_fit` is a pure
/// function: parameters and data in, a new state out; so a failed fit changes nothing.
/// What a class writes:
///
/// - all: `do_fit(X, [y,] context[, previous])`, y as Labels, Vector, Matrix or Target; if need be
///   `do_tags()` and `do_validate()`, and `do_compile(state, builder)` for a predictor()
///   (row_program.hpp);
/// - Transformer: `do_transform(state, X)`; if it can, `do_inverse_transform(state, X)`, and
///   `do_feature_names_out(state, schema)`;
/// - Classifier: `State::classes` and one or more of `do_predict_proba(state, X)`,
///   `do_decision_function(state, X)`, `do_predict(state, X)`;
/// - Regressor: `do_predict(state, X)` → Vector or Matrix; if its score is not R²,
///   `do_score(state, y, predicted, sample_weight)`;
/// - Clusterer: `State::labels`; if it can, `do_predict(state, X)`;
/// - OutlierDetector: `do_decision_function(state, X)` → Vector.
///
/// **Going on.** A `do_fit` that takes a last argument `const State* previous` can go on from what
/// was learned before, as long as that is a value to read: the new state is returned as ever. It is
/// null, and the fit begins anew, unless the estimator is fitted and `Params::warm_start` is true.
/// Before the call X has been brought to the schema of the first fit, whose names, types and
/// categories stay, and the labels of a classifier to its labels, by text where both have class
/// names; another width, name or type is an InvalidInput, and so is a class that was not there.
/// Whether less than all classes will do, and the parameters fit what is there, is for `do_fit` to
/// say.
///
/// **In pieces.** A class with `do_partial_fit(X, [y,] context, previous)`, of a classifier
/// `do_partial_fit(X, y, classes, context, previous)`, has the public `partial_fit`. `previous` is
/// null in the first call and else what `fit` or `partial_fit` learned; X and y have been brought to
/// it as above. `classes` are all labels there will be, ascending; y need not have all of them.
///
/// X arrives checked: dense, or sparse or a table if the tags say so; finite unless `allow_nan`;
/// rows of weight 0 have been taken out. A transformer whose output columns are its input columns
/// needs no `do_feature_names_out`. A State with shapes or indices has `void check(const Schema&)
/// const`, called after loading, which throws FormatError when they do not fit together. With
/// `n_iter` in the State, the class has `iterations()`.
template <class Derived, class Role_, class Params_, class State_>
class Implements : public Role_ {
  static constexpr bool fits_without_target =
      !std::same_as<Role_, Classifier> && !std::same_as<Role_, Regressor>;
  static constexpr bool takes_target =
      !std::same_as<Role_, Clusterer> && !std::same_as<Role_, OutlierDetector>;
  static constexpr bool defines_partial_fit() {
    return requires { &Derived::do_partial_fit; };
  }

 public:
  using Role = Role_;
  using Params = Params_;
  using State = State_;

  Implements() = default;
  Implements(Params params) : params_(std::move(params)) {}

  const Params& params() const { return params_; }
  /// For setting several at once: `model.params().alpha = 2`. What was learned stays.
  Params& params() { return params_; }

  /// What was learned. @throws NotFitted
  const State& state() const {
    if (!fitted_) this->throw_not_fitted();
    return fitted_->state;
  }

  /// As the role's `fit`; returns the object itself, so that calls can be chained.
  /// (clang 14 instantiates these explicitly even where `requires` fails; hence `if constexpr`.)
  Derived& fit(const Features& X, const Target& y, const FitContext& context = {}) & requires
      takes_target {
    if constexpr (takes_target) Role::fit(X, y, context);
    return self();
  }
  Derived fit(const Features& X, const Target& y, const FitContext& context = {}) && requires
      takes_target {
    if constexpr (takes_target) Role::fit(X, y, context);
    return std::move(self());
  }
  Derived& fit(const Features& X, const FitContext& context = {}) & requires fits_without_target {
    if constexpr (fits_without_target) Role::fit(X, context);
    return self();
  }
  Derived fit(const Features& X, const FitContext& context = {}) && requires fits_without_target {
    if constexpr (fits_without_target) Role::fit(X, context);
    return std::move(self());
  }

  /// As the role's `partial_fit`, for classes that have `do_partial_fit`.
  // (clang-format 14 takes these constraints for expressions.)
  // clang-format off
  Derived& partial_fit(const Features& X, const Target& y, const FitContext& context = {})
      requires (takes_target && defines_partial_fit()) {
    if constexpr (takes_target) Role::partial_fit(X, y, context);
    return self();
  }
  Derived& partial_fit(const Features& X, const Target& y, const Target& classes,
                       const FitContext& context = {})
      requires (std::same_as<Role_, Classifier> && defines_partial_fit()) {
    if constexpr (std::same_as<Role_, Classifier>) Role::partial_fit(X, y, classes, context);
    return self();
  }
  Derived& partial_fit(const Features& X, const FitContext& context = {})
      requires (fits_without_target && defines_partial_fit()) {
    if constexpr (fits_without_target) Role::partial_fit(X, context);
    return self();
  }
  // clang-format on

  std::string_view class_name() const override { return Derived::type_name; }
  std::unique_ptr<Estimator> copy() const override { return std::make_unique<Derived>(self()); }
  std::unique_ptr<Estimator> clone() const override {
    auto result = std::make_unique<Derived>();
    static_cast<Implements&>(*result).params_ = params_;
    return result;
  }
  Tags get_tags() const override {
    if constexpr (requires(const Derived& d) { d.do_tags(); })
      return self().do_tags();
    else if constexpr (requires { Derived::tags.sparse; })
      return Derived::tags;
    else
      return Tags{};
  }

  std::vector<ParamInfo> param_infos() const override { return detail::field_infos<Params>(); }
  void validate_params() const override {
    detail::validate_fields(params_, Derived::type_name);
    if constexpr (requires(const Derived& d) { d.do_validate(); }) self().do_validate();
  }

  const FittedInfo* fitted_info() const override { return fitted_ ? &fitted_->info : nullptr; }
  std::optional<Index> iterations() const override {
    if constexpr (requires(const State& s) { static_cast<Index>(s.n_iter); })
      if (fitted_) return static_cast<Index>(fitted_->state.n_iter);
    return std::nullopt;
  }

  bool has_partial_fit() const override { return defines_partial_fit(); }

  std::vector<EstimatorPart> parts() const override {
    if constexpr (requires(const Derived& d) { d.do_parts(); })
      return self().do_parts();
    else
      return {};
  }
  PartLayout part_layout() const override {
    if constexpr (requires { Derived::layout == PartLayout::none; })
      return Derived::layout;
    else
      return PartLayout::none;
  }

  Value encode_params() const override { return detail::encode_fields(params_); }
  void decode_params(const Value& value) override {
    Params decoded{};
    detail::decode_fields(value, decoded, false, Derived::type_name);
    params_ = std::move(decoded);
  }
  Value encode_fitted() const override {
    if (!fitted_) return {};
    return Value::Object{
        {"schema", detail::encode_fields(fitted_->info.schema)},
        {"class_names", Codec<std::vector<std::string>>::encode(fitted_->info.class_names)},
        {"state", detail::encode_fields(fitted_->state)}};
  }
  void decode_fitted(const Value& value) override {
    if (value.is_none()) return fitted_.reset();
    detail::check_keys(value, {"schema", "class_names", "state"}, true, Derived::type_name);
    Fitted fitted{};
    detail::decode_fields(*value.find("schema"), fitted.info.schema, true, "schema");
    fitted.info.schema.check();
    fitted.info.class_names = Codec<std::vector<std::string>>::decode(*value.find("class_names"));
    detail::decode_fields(*value.find("state"), fitted.state, true, Derived::type_name);
    if constexpr (requires(const State& s, const Schema& schema) { s.check(schema); })
      fitted.state.check(fitted.info.schema);
    if constexpr (std::same_as<Role, Classifier>) {
      detail::check_classes(classes_of(fitted.state));
      if (!fitted.info.class_names.empty() &&
          static_cast<Index>(fitted.info.class_names.size()) != classes_of(fitted.state).size())
        throw FormatError(std::string(Derived::type_name) +
                          ": class_names and classes differ in length");
    }
    complete(fitted);
    fitted_ = std::move(fitted);
  }

  // The functions of all roles: those that the role declares override its virtual functions, and
  // the others are inert. Public code reaches them through the role, which checks X first.

  const Labels& classes() const { return classes_of(state()); }
  const Labels& labels() const { return labels_of(state()); }
  bool has_predict_proba() const {
    if constexpr (requires(const Derived& d) { d.has_probabilities(); })
      return self().has_probabilities();
    else
      return defines_proba();
  }
  bool has_decision_function() const {
    if constexpr (requires(const Derived& d) { d.has_decisions(); })
      return self().has_decisions();
    else
      return defines_decision();
  }

 protected:
  using Prediction = std::conditional_t<std::same_as<Role, Regressor>, Matrix, Labels>;
  using Decision = std::conditional_t<std::same_as<Role, OutlierDetector>, Vector, Matrix>;

  void fit_impl(const Features& X, const OptionalTarget& y, const FitContext& context,
                Schema schema) override {
    if (is_to_go_on()) return go_on(X, y, context);
    State learned =
        run_fit(X, y, context, nullptr);  // by itself: g++ 12 destroys a half-built aggregate twice
    Fitted fitted{{std::move(schema), {}, {}}, std::move(learned)};
    if constexpr (std::same_as<Role, Classifier>)
      fitted.info.class_names =
          detail::names_of_classes(classes_of(fitted.state), y->class_names());
    complete(fitted);
    fitted_ = std::move(fitted);
  }

  void partial_fit_impl(const Features& X, const OptionalTarget& y, const OptionalTarget& classes,
                        const FitContext& context) override {
    if constexpr (defines_partial_fit()) {
      FittedInfo info = fitted_ ? fitted_->info : FittedInfo{Schema::of(X), {}, {}};
      const Features conformed = info.schema.conform(X, Derived::type_name);
      State learned = [&] {
        if constexpr (std::same_as<Role, Classifier>) {
          detail::ClassList known = detail::known_classes(*this, *y, classes);
          const OptionalTarget aligned = detail::align_to_go_on(
              known, *y, Derived::type_name, "among the classes of the first partial_fit");
          info.class_names = std::move(known.names);
          return run_partial_fit(conformed, aligned, known.labels, context);
        } else {
          return run_partial_fit(conformed, y, {}, context);
        }
      }();
      Fitted fitted{std::move(info), std::move(learned)};
      complete(fitted);
      fitted_ = std::move(fitted);
    } else {
      Role::partial_fit_impl(X, y, classes, context);
    }
  }

  void compile_impl(RowBuilder& builder) const override {
    if constexpr (requires(const Derived& d, const State& s) { d.do_compile(s, builder); })
      self().do_compile(state(), builder);
    else
      Role::compile_impl(builder);
  }
  Features transform_impl(const Features& X) const {
    if constexpr (requires(const Derived& d, const State& s) { d.do_transform(s, X); })
      return self().do_transform(state(), X);
    else
      this->throw_not_supported("transform");
  }
  Features inverse_transform_impl(const Features& X) const {
    if constexpr (requires(const Derived& d, const State& s) { d.do_inverse_transform(s, X); })
      return self().do_inverse_transform(state(), X);
    else
      this->throw_not_supported("inverse_transform");
  }
  Prediction predict_impl(const Features& X) const {
    if constexpr (requires(const Derived& d, const State& s) { d.do_predict(s, X); })
      return self().do_predict(state(), X);
    else if constexpr (defines_decision() && std::same_as<Role, Classifier>)
      return detail::largest_column(self().do_decision_function(state(), X), classes());
    else if constexpr (defines_proba())
      return detail::largest_column(self().do_predict_proba(state(), X), classes());
    else
      this->throw_not_supported("predict");
  }
  double score_impl(const Matrix& y, const Matrix& predicted, const Vector& sample_weight) const {
    if constexpr (requires(const Derived& d, const State& s) {
                    d.do_score(s, y, predicted, sample_weight);
                  })
      return self().do_score(state(), y, predicted, sample_weight);
    else if constexpr (std::same_as<Role, Regressor>)
      return Role::score_impl(y, predicted, sample_weight);
    else
      this->throw_not_supported("score");
  }
  Matrix predict_proba_impl(const Features& X) const {
    if constexpr (defines_proba())
      return self().do_predict_proba(state(), X);
    else
      this->throw_not_supported("predict_proba");
  }
  Decision decision_function_impl(const Features& X) const {
    if constexpr (defines_decision())
      return self().do_decision_function(state(), X);
    else
      this->throw_not_supported("decision_function");
  }

  bool get_own_param(std::string_view name, Value& result) const override {
    if (detail::get_field(params_, name, result)) return true;
    const Estimator* part = find_part(name);
    if (part != nullptr) result = Value(Value::EstimatorPtr(part->copy()));
    return part != nullptr;
  }
  bool set_own_param(std::string_view name, const Value& value) override {
    if (detail::set_field(params_, name, value, Derived::type_name)) return true;
    if constexpr (requires(Params & p) { p.set_part(name, value); }) {
      try {
        return params_.set_part(name, value);
      } catch (const FormatError&) {
        detail::refuse_param(Derived::type_name, name, std::string(Params::part_expectation),
                             value);
      }
    } else {
      return false;
    }
  }
  Estimator* mutable_part(std::string_view name) override {
    if constexpr (requires(Params & p) { p.mutable_part(name); })
      return params_.mutable_part(name);
    else
      return nullptr;
  }
  const Estimator* find_part(std::string_view name) const override {
    if constexpr (requires(const Params& p) { p.find_part(name); })
      return params_.find_part(name);
    else
      return nullptr;
  }
  void restore_params(const Estimator& other) override {
    params_ = static_cast<const Implements&>(other).params_;
  }

 private:
  struct Fitted {
    FittedInfo info;
    State state;
  };

  Derived& self() { return static_cast<Derived&>(*this); }
  const Derived& self() const { return static_cast<const Derived&>(*this); }

  static constexpr bool defines_proba() {
    return requires(const Derived& d, const State& s, const Features& X) {
      d.do_predict_proba(s, X);
    };
  }
  static constexpr bool defines_decision() {
    return requires(const Derived& d, const State& s, const Features& X) {
      d.do_decision_function(s, X);
    };
  }

  static const Labels& classes_of(const State& s) {
    if constexpr (requires { Derived::do_classes(s); })
      return Derived::do_classes(s);
    else if constexpr (std::same_as<Role, Classifier>)
      return s.classes;
    else
      throw NotSupported("only classifiers have classes()");
  }
  static const Labels& labels_of(const State& s) {
    if constexpr (requires { Derived::do_labels(s); })
      return Derived::do_labels(s);
    else if constexpr (std::same_as<Role, Clusterer>)
      return s.labels;
    else
      throw NotSupported("only clusterers have labels()");
  }

  bool is_to_go_on() const {
    if constexpr (goes_on() && requires { static_cast<bool>(params_.warm_start); })
      return params_.warm_start && fitted_;
    else
      return false;
  }

  /// A fit that goes on from the one before: its schema and class names stay.
  void go_on(const Features& X, const OptionalTarget& y, const FitContext& context) {
    const Features conformed = fitted_->info.schema.conform(X, Derived::type_name);
    State learned = [&] {
      if constexpr (std::same_as<Role, Classifier>) {
        const OptionalTarget aligned =
            detail::align_to_go_on({classes(), fitted_->info.class_names}, *y, Derived::type_name,
                                   "at the fit that warm_start goes on from");
        return run_fit(conformed, aligned, context, &fitted_->state);
      } else {
        return run_fit(conformed, y, context, &fitted_->state);
      }
    }();
    Fitted fitted{fitted_->info, std::move(learned)};
    complete(fitted);
    fitted_ = std::move(fitted);
  }

  static constexpr bool goes_on() {
    return decltype(detail::goes_on_type_of(&Derived::do_fit))::value;
  }

  State run_fit(const Features& X, const OptionalTarget& y, const FitContext& context,
                const State* previous) const {
    using Y = decltype(detail::target_type_of(&Derived::do_fit));
    const auto fit = [&](const auto&... arguments) -> State {
      if constexpr (goes_on())
        return self().do_fit(X, arguments..., context, previous);
      else
        return self().do_fit(X, arguments..., context);
    };
    return with_target<Y>(y, fit);
  }

  // A template, so that an explicit instantiation leaves it alone where there is no such function.
  template <class D = Derived>
  State run_partial_fit(const Features& X, const OptionalTarget& y, const Labels& classes,
                        const FitContext& context) const {
    using Y = decltype(detail::target_type_of(&D::do_partial_fit));
    const State* previous = fitted_ ? &fitted_->state : nullptr;
    return with_target<Y>(y, [&](const auto&... arguments) -> State {
      if constexpr (std::same_as<Role, Classifier>)
        return self().do_partial_fit(X, arguments..., classes, context, previous);
      else
        return self().do_partial_fit(X, arguments..., context, previous);
    });
  }

  /// Calls `fit` with y in the form Y; without it if Y is void.
  template <class Y, class Fit>
  static State with_target(const OptionalTarget& y, const Fit& fit) {
    if constexpr (std::is_void_v<Y>)
      return fit();
    else if constexpr (std::same_as<Y, OptionalTarget>)
      return fit(y);
    else if constexpr (std::same_as<Y, Target>)
      return fit(*y);
    else if constexpr (std::same_as<Y, Labels>)
      return fit(y->labels());
    else if constexpr (std::same_as<Y, Matrix>)
      return fit(y->values());
    else
      return fit(y->vector());
  }

  /// Derives what is not stored: the names of a transformer's output.
  void complete(Fitted& fitted) const {
    if constexpr (std::same_as<Role, Transformer>) {
      std::vector<std::string> names;
      if constexpr (requires(const Derived& d) {
                      d.do_feature_names_out(fitted.state, fitted.info.schema);
                    })
        names = self().do_feature_names_out(fitted.state, fitted.info.schema);
      else
        names = fitted.info.schema.names_or_default();
      fitted.info.names_out = std::make_shared<const std::vector<std::string>>(std::move(names));
    }
  }

  Params params_{};
  std::optional<Fitted> fitted_;
};

#ifdef __clang__
#pragma clang diagnostic pop
#endif

}  // namespace espalier
