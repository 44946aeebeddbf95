// SPDX-License-Identifier: BSD-3-Clause
#include <espalier/core/estimator.hpp>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <map>
#include <ostream>

#include <espalier/core/parallel.hpp>

#include "core/input_checks.hpp"
#include "core/labels_of.hpp"

namespace espalier {
namespace {

/// Splits "model__clf__C" into "model" and "clf__C".
std::pair<std::string_view, std::string_view> split_path(std::string_view path) {
  const auto at = path.find("__");
  if (at == std::string_view::npos) return {path, {}};
  return {path.substr(0, at), path.substr(at + 2)};
}

}  // namespace

std::vector<std::string> Estimator::own_param_names() const {
  std::vector<std::string> names;
  for (const ParamInfo& info : param_infos()) names.push_back(info.name);
  for (const EstimatorPart& part : parts())
    if (std::find(names.begin(), names.end(), part.name) == names.end()) names.push_back(part.name);
  std::sort(names.begin(), names.end());
  return names;
}

void Estimator::refuse_path(std::string_view path) const {
  const auto [head, tail] = split_path(path);
  const std::vector<std::string> names = own_param_names();
  if (!tail.empty() && std::find(names.begin(), names.end(), head) != names.end())
    throw InvalidParameter(
        fmt::format("Invalid parameter '{}' for estimator {}: '{}' of {} has no parameters of its "
                    "own.",
                    path, to_string(), head, class_name()));
  detail::refuse_unknown_param(to_string(), path, names);
}

Value Estimator::get_param(std::string_view path) const {
  Value result;
  if (get_own_param(path, result)) return result;
  const auto [head, tail] = split_path(path);
  const Estimator* part = tail.empty() ? nullptr : find_part(head);
  if (part == nullptr) refuse_path(path);
  return part->get_param(tail);
}

ParamList Estimator::get_params(bool deep) const {
  ParamList result;
  for (const ParamInfo& info : param_infos()) result.emplace_back(info.name, get_param(info.name));
  if (!deep) return result;
  for (const EstimatorPart& part : parts()) {
    if (find_part(part.name) == nullptr) continue;
    const bool listed = std::any_of(result.begin(), result.end(),
                                    [&](const auto& p) { return p.first == part.name; });
    if (!listed) result.emplace_back(part.name, get_param(part.name));
    for (auto& [name, value] : find_part(part.name)->get_params(true))
      result.emplace_back(part.name + "__" + name, std::move(value));
  }
  return result;
}

void Estimator::set_param(std::string_view path, const Value& value) {
  if (set_own_param(path, value)) return;
  const auto [head, tail] = split_path(path);
  Estimator* part = tail.empty() ? nullptr : mutable_part(head);
  if (part == nullptr) refuse_path(path);
  part->set_param(tail, value);
}

void Estimator::set_params(const ParamList& params) {
  const auto before = clone();
  const std::vector<ParamInfo> infos = param_infos();
  const auto is_own = [&](const std::string& path) {
    return std::any_of(infos.begin(), infos.end(), [&](const auto& i) { return i.name == path; });
  };
  try {
    // Own parameters (a list of steps among them) before whole parts before parameters of parts: so
    // that {"model", Ridge()} and {"model__alpha", 2} together set alpha on the new model. Those of
    // a part are set by the part, which does the same with what lies deeper.
    for (const auto& [path, value] : params)
      if (is_own(path)) set_param(path, value);
    std::map<std::string_view, ParamList> of_parts;
    for (const auto& [path, value] : params) {
      if (is_own(path)) continue;
      const auto [head, tail] = split_path(path);
      if (tail.empty())
        set_param(path, value);
      else
        of_parts[head].emplace_back(tail, value);
    }
    for (const auto& [head, list] : of_parts) {
      Estimator* part = mutable_part(head);
      if (part == nullptr) refuse_path(fmt::format("{}__{}", head, list.front().first));
      part->set_params(list);
    }
  } catch (...) {
    restore_params(*before);
    throw;
  }
}

std::ostream& operator<<(std::ostream& out, const Estimator& estimator) {
  return out << estimator.to_string();
}

std::string Estimator::to_string() const {
  // A composition names its parts; the list that holds them would only say the same once more.
  const PartLayout layout = part_layout();
  const bool has_list = layout == PartLayout::sequence || layout == PartLayout::side_by_side;
  std::vector<std::string> items;
  for (const EstimatorPart& part : parts()) {
    if (part.estimator != nullptr)
      items.push_back(fmt::format("{}={}", part.name, part.estimator->to_string()));
    else if (has_list)
      items.push_back(fmt::format("{}={}", part.name, part.note));
  }
  for (const ParamInfo& info : param_infos()) {
    Value value;
    const bool is_list_of_parts = has_list && info.default_value == Value(Value::List{});
    if (is_list_of_parts || find_part(info.name) != nullptr || !get_own_param(info.name, value))
      continue;
    if (value != info.default_value)
      items.push_back(fmt::format("{}={}", info.name, value.to_text()));
  }
  return fmt::format("{}({})", class_name(), fmt::join(items, ", "));
}

const Schema& Estimator::schema() const {
  const FittedInfo* info = fitted_info();
  if (info == nullptr) throw_not_fitted();
  return info->schema;
}

void Estimator::throw_not_fitted() const {
  throw NotFitted(
      fmt::format("This {} instance is not fitted yet. Call 'fit' before using it.", class_name()));
}

void Estimator::throw_not_supported(std::string_view method, std::string_view advice) const {
  throw NotSupported(
      fmt::format("{} has no {}.{}{}", class_name(), method, advice.empty() ? "" : " ", advice));
}

void Estimator::fit_checked(const Features& X, const OptionalTarget& y, const FitContext& context) {
  validate_params();
  context.check_stop(class_name());
  const ThreadLimit limit(context.n_threads);
  const detail::FitInput input = detail::check_fit_input(*this, X, y, context);
  fit_impl(input.X, input.y, *input.context, Schema::of(input.X));
}

void Estimator::partial_fit_checked(const Features& X, const OptionalTarget& y,
                                    const OptionalTarget& classes, const FitContext& context) {
  if (!has_partial_fit()) throw_not_supported("partial_fit", "Call fit with all rows.");
  validate_params();
  context.check_stop(class_name());
  const ThreadLimit limit(context.n_threads);
  const detail::FitInput input = detail::check_fit_input(*this, X, y, context);
  partial_fit_impl(input.X, input.y, classes, *input.context);
}

void Estimator::partial_fit_impl(const Features&, const OptionalTarget&, const OptionalTarget&,
                                 const FitContext&) {
  throw_not_supported("partial_fit");
}

Features Estimator::check_input(const Features& X) const {
  return detail::check_predict_input(*this, X);
}

// Transformer

Transformer& Transformer::fit(const Features& X, const FitContext& context) {
  fit_checked(X, std::nullopt, context);
  return *this;
}

Transformer& Transformer::partial_fit(const Features& X, const FitContext& context) {
  partial_fit_checked(X, std::nullopt, std::nullopt, context);
  return *this;
}

Transformer& Transformer::fit(const Features& X, const Target& y, const FitContext& context) {
  fit_checked(X, y, context);
  return *this;
}

Transformer& Transformer::partial_fit(const Features& X, const Target& y,
                                      const FitContext& context) {
  partial_fit_checked(X, y, std::nullopt, context);
  return *this;
}

Features Transformer::transform(const Features& X) const {
  const Features checked = check_input(X);
  Features result = transform_impl(checked);
  const auto& names = fitted_info()->names_out;
  return static_cast<Index>(names->size()) == result.cols() ? result.with_names(names) : result;
}

Features Transformer::fit_transform(const Features& X, const FitContext& context) {
  return fit(X, context).transform(X);
}

Features Transformer::fit_transform(const Features& X, const Target& y, const FitContext& context) {
  return fit(X, y, context).transform(X);
}

Features Transformer::inverse_transform(const Features& X) const {
  const auto& names = get_feature_names_out();
  detail::check_width(*this, X, static_cast<Index>(names.size()), "transformed features");
  return inverse_transform_impl(detail::in_taken_precision(get_tags(), X))
      .with_names(schema().names);
}

const std::vector<std::string>& Transformer::get_feature_names_out() const {
  if (!fitted()) throw_not_fitted();
  return *fitted_info()->names_out;
}

// Classifier

Classifier& Classifier::fit(const Features& X, const Target& y, const FitContext& context) {
  fit_checked(X, y, context);
  return *this;
}

Classifier& Classifier::partial_fit(const Features& X, const Target& y, const FitContext& context) {
  partial_fit_checked(X, y, std::nullopt, context);
  return *this;
}

Classifier& Classifier::partial_fit(const Features& X, const Target& y, const Target& classes,
                                    const FitContext& context) {
  partial_fit_checked(X, y, classes, context);
  return *this;
}

Labels Classifier::predict(const Features& X) const { return predict_impl(check_input(X)); }

std::vector<std::string> Classifier::predict_names(const Features& X) const {
  const Labels predicted = predict(X);
  const Labels& all = classes();
  const auto& names = class_names();
  std::vector<std::string> result;
  result.reserve(static_cast<std::size_t>(predicted.size()));
  for (const int label : predicted) {
    const auto k =
        static_cast<std::size_t>(std::lower_bound(all.begin(), all.end(), label) - all.begin());
    result.push_back(names.empty() ? std::to_string(label) : names[k]);
  }
  return result;
}

Matrix Classifier::predict_proba(const Features& X) const {
  if (!has_predict_proba())
    throw_not_supported("predict_proba",
                        has_decision_function() ? "It has a decision_function." : "");
  return predict_proba_impl(check_input(X));
}

Matrix Classifier::predict_log_proba(const Features& X) const {
  return predict_proba(X).array().log();
}

Matrix Classifier::decision_function(const Features& X) const {
  if (!has_decision_function())
    throw_not_supported("decision_function", has_predict_proba() ? "It has predict_proba." : "");
  return decision_function_impl(check_input(X));
}

const std::vector<std::string>& Classifier::class_names() const {
  if (!fitted()) throw_not_fitted();
  return fitted_info()->class_names;
}

Labels Classifier::align(const Target& y) const {
  return detail::align_labels(y, classes(), class_names(), class_name());
}

// Regressor

Regressor& Regressor::fit(const Features& X, const Target& y, const FitContext& context) {
  fit_checked(X, y, context);
  return *this;
}

Regressor& Regressor::partial_fit(const Features& X, const Target& y, const FitContext& context) {
  partial_fit_checked(X, y, std::nullopt, context);
  return *this;
}

Vector Regressor::predict(const Features& X) const {
  const Matrix predicted = predict_impl(check_input(X));
  if (predicted.cols() != 1)
    throw NotSupported(fmt::format(
        "{} was fitted on {} outputs: predict_multi gives them as a matrix, predict one "
        "output as a vector",
        class_name(), predicted.cols()));
  return predicted.col(0);
}

Matrix Regressor::predict_multi(const Features& X) const { return predict_impl(check_input(X)); }

// Clusterer

Clusterer& Clusterer::fit(const Features& X, const FitContext& context) {
  fit_checked(X, std::nullopt, context);
  return *this;
}

Clusterer& Clusterer::partial_fit(const Features& X, const FitContext& context) {
  partial_fit_checked(X, std::nullopt, std::nullopt, context);
  return *this;
}

Labels Clusterer::fit_predict(const Features& X, const FitContext& context) {
  return fit(X, context).labels();
}

Labels Clusterer::predict(const Features& X) const { return predict_impl(check_input(X)); }

// OutlierDetector

OutlierDetector& OutlierDetector::fit(const Features& X, const FitContext& context) {
  fit_checked(X, std::nullopt, context);
  return *this;
}

OutlierDetector& OutlierDetector::partial_fit(const Features& X, const FitContext& context) {
  partial_fit_checked(X, std::nullopt, std::nullopt, context);
  return *this;
}

Labels OutlierDetector::fit_predict(const Features& X, const FitContext& context) {
  return fit(X, context).predict(X);
}

Labels OutlierDetector::predict(const Features& X) const {
  return decision_function(X).unaryExpr([](double d) { return d >= 0.0 ? 1 : -1; });
}

Vector OutlierDetector::decision_function(const Features& X) const {
  return decision_function_impl(check_input(X));
}

}  // namespace espalier
