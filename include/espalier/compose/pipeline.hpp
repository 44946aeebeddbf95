// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <concepts>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <espalier/core/archive.hpp>
#include <espalier/core/implements.hpp>

namespace espalier {

/// One step of a pipeline. Without an estimator it passes its input through.
struct Step {
  std::string name;
  Polymorphic<Estimator> estimator;

  static constexpr auto fields() {
    return Fields{field("name", &Step::name), field("estimator", &Step::estimator)};
  }
};

/// An estimator with a name, for the constructor of Pipeline; see step().
template <std::derived_from<Estimator> T>
struct NamedStep {
  using Role = typename T::Role;
  std::string name;
  T estimator;
};

/// Gives a step a name of one's own:
/// `Pipeline{step("scale", StandardScaler()), step("model", Ridge())}`.
template <std::derived_from<Estimator> T>
NamedStep<T> step(std::string name, T estimator) {
  return {std::move(name), std::move(estimator)};
}

struct PipelineParams {
  std::vector<Step> steps;

  static constexpr auto fields() {
    return Fields{field("steps", &PipelineParams::steps, "names and estimators, in order")};
  }
  const Estimator* find_part(std::string_view name) const;
  Estimator* mutable_part(std::string_view name);
  bool set_part(std::string_view name, const Value& value);
  static constexpr std::string_view part_expectation = "an estimator or 'passthrough'";
};

/// The fitted steps; those of the params stay unfitted.
template <class Role>
struct PipelineState {
  std::vector<Step> steps;

  static constexpr auto fields() { return Fields{field("steps", &PipelineState::steps)}; }
  void check(const Schema& schema) const;
};

namespace detail {

template <class Role>
constexpr std::string_view pipeline_name() {
  if constexpr (std::same_as<Role, Transformer>) return "Pipeline<Transformer>";
  if constexpr (std::same_as<Role, Classifier>) return "Pipeline<Classifier>";
  if constexpr (std::same_as<Role, Regressor>) return "Pipeline<Regressor>";
  if constexpr (std::same_as<Role, Clusterer>) return "Pipeline<Clusterer>";
}

/// standard_scaler for StandardScaler.
std::string snake_case(std::string_view class_name);
/// Appends a step under a name that is not taken yet: scaler-1, scaler-2, … for several of a class.
void append_step(std::vector<Step>& steps, std::string name, Polymorphic<Estimator> estimator);

}  // namespace detail

/// Transformers one after the other, then an estimator, as one estimator: what each step learns, it
/// learns from the training rows alone, and one object is fitted, tuned, saved and served.
///
///     Pipeline model{SimpleImputer(), StandardScaler(), LogisticRegression()};
///     auto same = SimpleImputer() | StandardScaler() | LogisticRegression();
///     model.set_param("logistic_regression__C", 0.1);
///
/// The role follows from the last step: this one is a Pipeline<Classifier>, and one that ends in a
/// transformer is a transformer, one that ends in a clusterer has its labels(). A step's name is its class in snake_case (numbered when it comes
/// twice) or the one given by step(); its parameters are reached as `name__parameter`, the step as
/// `name` (set it to an estimator, or to 'passthrough').
///
/// `fit` fits clones, so the steps given stay as they are; fitted_step() gives the fitted ones.
/// Sample weights reach every step that takes them, and are an error if none does. A validation set
/// is transformed by each fitted step on its way to the last one.
///
/// @throws InvalidParameter  names are empty, double, contain "__" or are "steps"; a step before
///                           the last is no transformer; the last has another role
template <class Role_>
class Pipeline : public Implements<Pipeline<Role_>, Role_, PipelineParams, PipelineState<Role_>> {
  using Base = Implements<Pipeline<Role_>, Role_, PipelineParams, PipelineState<Role_>>;

 public:
  using State = PipelineState<Role_>;
  using Base::Base;
  static constexpr std::string_view type_name = detail::pipeline_name<Role_>();
  static constexpr PartLayout layout = PartLayout::sequence;

  /// Steps by value or as step("name", …), the last one of this role.
  template <class First, class... Rest>
  requires requires { typename First::Role; }
  explicit Pipeline(const First& first, const Rest&... rest) {
    append(first);
    (append(rest), ...);
  }

  /// Steps known at run time only. The role is checked by `fit`.
  explicit Pipeline(std::vector<Step> steps) { this->params().steps = std::move(steps); }

  const std::vector<Step>& steps() const { return this->params().steps; }

  /// A fitted step, by name: `model.fitted_step<LogisticRegression>("logistic_regression").coef()`.
  /// @throws NotFitted;  InvalidParameter  no such step, or of another class
  template <class T>
  const T& fitted_step(std::string_view name) const {
    const Estimator& found = find_fitted(name);
    const T* cast = dynamic_cast<const T*>(&found);
    if (cast == nullptr) refuse_step(name, found);
    return *cast;
  }

 private:
  friend Base;
  template <class T>
  void append(const T& estimator) {
    detail::append_step(this->params().steps, detail::snake_case(estimator.class_name()),
                        estimator);
  }
  template <class T>
  void append(const NamedStep<T>& named) {
    this->params().steps.push_back({named.name, named.estimator});
  }
  const Estimator& find_fitted(std::string_view name) const;
  [[noreturn]] void refuse_step(std::string_view name, const Estimator& found) const;

  Tags do_tags() const;
  void do_validate() const;
  std::vector<EstimatorPart> do_parts() const;
  State do_fit(const Features& X, const OptionalTarget& y, const FitContext& context) const;

  void do_compile(const State& state, RowBuilder& builder) const;
  Features through_transformers(const State& state, const Features& X) const;
  template <class R>
  static const R& last(const State& state);
  template <class R>
  const R* last_prototype() const;

  Features do_transform(const State& state,
                        const Features& X) const requires std::same_as<Role_, Transformer>;
  Features do_inverse_transform(const State& state,
                                const Features& X) const requires std::same_as<Role_, Transformer>;
  std::vector<std::string> do_feature_names_out(
      const State& state, const Schema& schema) const requires std::same_as<Role_, Transformer>;
  typename Base::Prediction do_predict(const State& state, const Features& X) const
      requires(!std::same_as<Role_, Transformer>);
  double do_score(const State& state, const Matrix& y, const Matrix& predicted,
                  const Vector& sample_weight) const requires std::same_as<Role_, Regressor>;
  Matrix do_predict_proba(const State& state,
                          const Features& X) const requires std::same_as<Role_, Classifier>;
  Matrix do_decision_function(const State& state,
                              const Features& X) const requires std::same_as<Role_, Classifier>;
  static const Labels& do_classes(const State& state) requires std::same_as<Role_, Classifier>;
  static const Labels& do_labels(const State& state) requires std::same_as<Role_, Clusterer>;
  bool has_probabilities() const requires std::same_as<Role_, Classifier>;
  bool has_decisions() const requires std::same_as<Role_, Classifier>;
};

namespace detail {

template <class T>
struct RoleOf {
  using type = typename T::Role;
};
template <class... Steps>
using LastRole =
    typename RoleOf<std::tuple_element_t<sizeof...(Steps) - 1, std::tuple<Steps...>>>::type;

inline void append_flat(std::vector<Step>& steps, const Estimator& part,
                        const std::vector<Step>* inner) {
  if (inner == nullptr) return append_step(steps, snake_case(part.class_name()), part);
  for (const Step& s : *inner) append_step(steps, s.name, s.estimator);
}
template <class T>
const std::vector<Step>* steps_within(const T& estimator) {
  if constexpr (requires { estimator.params().steps; })
    return &estimator.params().steps;
  else
    return nullptr;
}

}  // namespace detail

template <class... Steps>
requires(sizeof...(Steps) >= 1) && (requires { typename Steps::Role; } && ...) Pipeline(Steps...)
                                       ->Pipeline<detail::LastRole<Steps...>>;

/// `a | b`: a pipeline of both. Pipelines on either side are taken apart into their steps.
template <class A, class B>
requires std::derived_from<A, Transformer> && std::derived_from<B, Estimator> && requires {
  typename B::Role;
}
Pipeline<typename B::Role> operator|(const A& a, const B& b) {
  std::vector<Step> steps;
  detail::append_flat(steps, a, detail::steps_within(a));
  detail::append_flat(steps, b, detail::steps_within(b));
  return Pipeline<typename B::Role>(std::move(steps));
}

extern template class Implements<Pipeline<Transformer>, Transformer, PipelineParams,
                                 PipelineState<Transformer>>;
extern template class Implements<Pipeline<Classifier>, Classifier, PipelineParams,
                                 PipelineState<Classifier>>;
extern template class Implements<Pipeline<Regressor>, Regressor, PipelineParams,
                                 PipelineState<Regressor>>;
extern template class Implements<Pipeline<Clusterer>, Clusterer, PipelineParams,
                                 PipelineState<Clusterer>>;
extern template class Pipeline<Transformer>;
extern template class Pipeline<Classifier>;
extern template class Pipeline<Regressor>;
extern template class Pipeline<Clusterer>;

}  // namespace espalier
