// SPDX-License-Identifier: BSD-3-Clause
#include <espalier/compose/pipeline.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <cctype>

#include <espalier/core/row_program.hpp>

#include "compose/fit_parts.hpp"

namespace espalier {
namespace detail {

std::string snake_case(std::string_view class_name) {
  std::string result;
  class_name = class_name.substr(0, class_name.find('<'));
  const auto is = [&](std::size_t i, auto predicate) {
    return i < class_name.size() && predicate(static_cast<unsigned char>(class_name[i])) != 0;
  };
  const auto upper = [](unsigned char c) { return std::isupper(c); };
  const auto lower = [](unsigned char c) { return std::islower(c) | std::isdigit(c); };
  for (std::size_t i = 0; i < class_name.size(); ++i) {
    // A word begins at a capital after a small letter, and at the last capital of a run: PCAModel,
    // pca_model.
    const bool begins = i > 0 && is(i, upper) && (is(i - 1, lower) || is(i + 1, lower));
    if (begins) result += '_';
    result += static_cast<char>(std::tolower(static_cast<unsigned char>(class_name[i])));
  }
  return result;
}

void append_step(std::vector<Step>& steps, std::string name, Polymorphic<Estimator> estimator) {
  const auto taken = [&](const std::string& n) {
    return std::any_of(steps.begin(), steps.end(), [&](const Step& s) { return s.name == n; });
  };
  // As scikit-learn: scaler, then both become scaler-1 and scaler-2.
  if (taken(name)) {
    for (Step& s : steps)
      if (s.name == name) s.name = name + "-1";
  }
  if (taken(name + "-1")) {
    int k = 2;
    while (taken(name + "-" + std::to_string(k))) ++k;
    name += "-" + std::to_string(k);
  }
  steps.push_back({std::move(name), std::move(estimator)});
}

}  // namespace detail

const Estimator* PipelineParams::find_part(std::string_view name) const {
  for (const Step& s : steps)
    if (s.name == name) return s.estimator.get();
  return nullptr;
}

Estimator* PipelineParams::mutable_part(std::string_view name) {
  for (Step& s : steps)
    if (s.name == name && !s.estimator.empty()) return &s.estimator.mutate();
  return nullptr;
}

bool PipelineParams::set_part(std::string_view name, const Value& value) {
  for (Step& s : steps) {
    if (s.name != name) continue;
    const auto* text = value.get_if<std::string>();
    s.estimator = text != nullptr && *text == "passthrough"
                      ? Polymorphic<Estimator>()
                      : Codec<Polymorphic<Estimator>>::decode(value);
    return true;
  }
  return false;
}

template <class Role>
void PipelineState<Role>::check(const Schema&) const {
  if (steps.empty()) throw FormatError("a fitted pipeline has no steps");
  for (std::size_t i = 0; i < steps.size(); ++i) {
    const Estimator* e = steps[i].estimator.get();
    const bool is_last = i + 1 == steps.size();
    if (e == nullptr && !(is_last && !std::same_as<Role, Transformer>)) continue;
    const bool right_role = is_last ? dynamic_cast<const Role*>(e) != nullptr
                                    : dynamic_cast<const Transformer*>(e) != nullptr;
    if (!right_role || !e->fitted())
      throw FormatError(fmt::format(
          "step '{}' of a fitted pipeline is not fitted or of the wrong role", steps[i].name));
  }
}

template <class Role>
const Estimator& Pipeline<Role>::find_fitted(std::string_view name) const {
  for (const Step& s : this->state().steps)
    if (s.name == name && !s.estimator.empty()) return *s.estimator;
  std::vector<std::string> names;
  for (const Step& s : this->state().steps) names.push_back(s.name);
  detail::refuse_unknown_param(this->to_string(), name, names);
}

template <class Role>
void Pipeline<Role>::refuse_step(std::string_view name, const Estimator& found) const {
  throw InvalidParameter(fmt::format("{}: step '{}' is a {}, not of the class asked for", type_name,
                                     name, found.class_name()));
}

template <class Role>
Tags Pipeline<Role>::do_tags() const {
  std::vector<const Estimator*> parts;
  for (const Step& s : steps())
    if (!s.estimator.empty()) parts.push_back(s.estimator.get());
  Tags tags = detail::combined_tags(parts);
  if (parts.empty()) return tags;
  const Tags first = parts.front()->get_tags();
  const Tags last = parts.back()->get_tags();
  // Missing values may come as far as the first step that takes them out.
  tags.allow_nan = tags.keeps_missing = true;
  for (const Estimator* part : parts) {
    if (tags.keeps_missing) tags.allow_nan = tags.allow_nan && part->get_tags().allow_nan;
    tags.keeps_missing = tags.keeps_missing && part->get_tags().keeps_missing;
  }
  tags.sparse = first.sparse;
  tags.float32 = true;  // each step takes it as it can
  tags.categorical = first.categorical;
  tags.selects_columns = first.selects_columns;
  tags.positive_only = first.positive_only;
  tags.validation_set = last.validation_set;
  tags.multi_output = last.multi_output;
  tags.positive_target = last.positive_target;
  tags.binary_only = last.binary_only;
  tags.poor_score = last.poor_score;
  return tags;
}

template <class Role>
void Pipeline<Role>::do_validate() const {
  std::vector<std::string> names;
  for (const Step& s : steps()) names.push_back(s.name);
  detail::check_part_names(type_name, names, {"steps"});
  if (steps().empty())
    throw InvalidParameter(fmt::format("The 'steps' parameter of {} is empty.", type_name));
  for (std::size_t i = 0; i + 1 < steps().size(); ++i) {
    const Estimator* e = steps()[i].estimator.get();
    if (e != nullptr && e->role() != RoleKind::transformer)
      throw InvalidParameter(
          fmt::format("{}: step '{}' ({}) comes before the last one and must be a transformer.",
                      type_name, steps()[i].name, e->class_name()));
  }
  if (last_prototype<Role>() == nullptr &&
      !(std::same_as<Role, Transformer> && steps().back().estimator.empty()))
    throw InvalidParameter(fmt::format(
        "{}: the last step, '{}' ({}), has another role.", type_name, steps().back().name,
        steps().back().estimator.empty() ? "passthrough"
                                         : std::string(steps().back().estimator->class_name())));
}

template <class Role>
std::vector<EstimatorPart> Pipeline<Role>::do_parts() const {
  std::vector<EstimatorPart> parts;
  for (const Step& s : steps())
    parts.push_back({s.name, s.estimator.get(), s.estimator.empty() ? "passthrough" : ""});
  return parts;
}

template <class Role>
PipelineState<Role> Pipeline<Role>::do_fit(const Features& X, const OptionalTarget& y,
                                           const FitContext& context) const {
  State state;
  Features current = X;
  std::optional<ValidationSet> validation = context.validation;
  for (std::size_t i = 0; i < steps().size(); ++i) {
    state.steps.push_back({steps()[i].name, {}});
    if (steps()[i].estimator.empty()) continue;
    const bool is_last = i + 1 == steps().size();
    auto fitted = detail::fit_part(*steps()[i].estimator, current, y, context,
                                   is_last ? validation : std::nullopt);
    if (!is_last) {
      const auto& transformer = static_cast<const Transformer&>(*fitted);
      current = transformer.transform(current);
      if (validation) validation->X = transformer.transform(validation->X);
    }
    state.steps.back().estimator = Polymorphic<Estimator>(std::move(fitted));
  }
  return state;
}

template <class Role>
void Pipeline<Role>::do_compile(const State& state, RowBuilder& builder) const {
  for (const Step& s : state.steps)
    if (!s.estimator.empty()) s.estimator->compile(builder);
}

template <class Role>
Features Pipeline<Role>::through_transformers(const State& state, const Features& X) const {
  Features current = X;
  for (std::size_t i = 0; i + 1 < state.steps.size(); ++i)
    if (!state.steps[i].estimator.empty())
      current = static_cast<const Transformer&>(*state.steps[i].estimator).transform(current);
  return current;
}

/// R is the pipeline's role; said by each caller, because clang 14 instantiates the members of all
/// roles in an explicit instantiation.
template <class Role>
template <class R>
const R& Pipeline<Role>::last(const State& state) {
  return static_cast<const R&>(*state.steps.back().estimator);
}

template <class Role>
template <class R>
const R* Pipeline<Role>::last_prototype() const {
  return steps().empty() ? nullptr : dynamic_cast<const R*>(steps().back().estimator.get());
}

template <class Role>
Features Pipeline<Role>::do_transform(
    const State& state, const Features& X) const requires std::same_as<Role, Transformer> {
  const Features current = through_transformers(state, X);
  return state.steps.back().estimator.empty() ? current
                                              : last<Transformer>(state).transform(current);
}

template <class Role>
Features Pipeline<Role>::do_inverse_transform(
    const State& state, const Features& X) const requires std::same_as<Role, Transformer> {
  Features current = X;
  for (std::size_t i = state.steps.size(); i-- > 0;)
    if (!state.steps[i].estimator.empty())
      current =
          static_cast<const Transformer&>(*state.steps[i].estimator).inverse_transform(current);
  return current;
}

template <class Role>
std::vector<std::string> Pipeline<Role>::do_feature_names_out(
    const State& state, const Schema& schema) const requires std::same_as<Role, Transformer> {
  for (std::size_t i = state.steps.size(); i-- > 0;)
    if (!state.steps[i].estimator.empty())
      return static_cast<const Transformer&>(*state.steps[i].estimator).get_feature_names_out();
  return schema.names_or_default();
}

template <class Role>
auto Pipeline<Role>::do_predict(const State& state, const Features& X) const ->
    typename Base::Prediction requires(!std::same_as<Role, Transformer>) {
  if constexpr (std::same_as<Role, Regressor>)
    return last<Regressor>(state).predict_multi(through_transformers(state, X));
  else if constexpr (std::same_as<Role, Clusterer>)
    return last<Clusterer>(state).predict(through_transformers(state, X));
  else
    return last<Classifier>(state).predict(through_transformers(state, X));
}

template <class Role>
double Pipeline<Role>::do_score(
    const State& state, const Matrix& y, const Matrix& predicted,
    const Vector& sample_weight) const requires std::same_as<Role, Regressor> {
  return last<Regressor>(state).score_of(y, predicted, sample_weight);
}

template <class Role>
Matrix Pipeline<Role>::do_predict_proba(
    const State& state, const Features& X) const requires std::same_as<Role, Classifier> {
  return last<Classifier>(state).predict_proba(through_transformers(state, X));
}

template <class Role>
Matrix Pipeline<Role>::do_decision_function(
    const State& state, const Features& X) const requires std::same_as<Role, Classifier> {
  return last<Classifier>(state).decision_function(through_transformers(state, X));
}

template <class Role>
const Labels& Pipeline<Role>::do_classes(
    const State& state) requires std::same_as<Role, Classifier> {
  return last<Classifier>(state).classes();
}

template <class Role>
const Labels& Pipeline<Role>::do_labels(const State& state) requires std::same_as<Role, Clusterer> {
  return last<Clusterer>(state).labels();
}

template <class Role>
bool Pipeline<Role>::has_probabilities() const requires std::same_as<Role, Classifier> {
  return last_prototype<Classifier>() != nullptr &&
         last_prototype<Classifier>()->has_predict_proba();
}

template <class Role>
bool Pipeline<Role>::has_decisions() const requires std::same_as<Role, Classifier> {
  return last_prototype<Classifier>() != nullptr &&
         last_prototype<Classifier>()->has_decision_function();
}

template struct PipelineState<Transformer>;
template struct PipelineState<Classifier>;
template struct PipelineState<Regressor>;
template struct PipelineState<Clusterer>;
template class Pipeline<Transformer>;
template class Pipeline<Classifier>;
template class Pipeline<Regressor>;
template class Pipeline<Clusterer>;
template class Implements<Pipeline<Transformer>, Transformer, PipelineParams,
                          PipelineState<Transformer>>;
template class Implements<Pipeline<Classifier>, Classifier, PipelineParams,
                          PipelineState<Classifier>>;
template class Implements<Pipeline<Regressor>, Regressor, PipelineParams, PipelineState<Regressor>>;
template class Implements<Pipeline<Clusterer>, Clusterer, PipelineParams, PipelineState<Clusterer>>;

}  // namespace espalier
