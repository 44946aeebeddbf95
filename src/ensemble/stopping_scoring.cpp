// SPDX-License-Identifier: BSD-3-Clause
#include <espalier/ensemble/stopping_scoring.hpp>

#include <algorithm>

#include <fmt/format.h>

#include <espalier/core/errors.hpp>

#include "metrics/scorer_checks.hpp"

namespace espalier {
namespace {

Value encode_metric(const StoppingMetric& metric) {
  return metric.is_loss() ? Value("loss") : Codec<Scorer>::encode(metric.scorer());
}

StoppingMetric decode_metric(const Value& value) {
  if (value == Value("loss")) return {};
  return Codec<Scorer>::decode(value);
}

}  // namespace

StoppingMetric::StoppingMetric(std::string_view name) {
  if (name != "loss") scorer_ = Scorer(name);
}

std::vector<std::string> StoppingScoring::names() const {
  std::vector<std::string> names;
  for (const StoppingMetric& metric : metrics_) names.push_back(metric.name());
  return names;
}

bool StoppingScoring::only_loss() const {
  return std::all_of(metrics_.begin(), metrics_.end(),
                     [](const StoppingMetric& metric) { return metric.is_loss(); });
}

void StoppingScoring::validate(std::string_view owner, RoleKind role) const {
  detail::check_score_names(owner, names());
  for (const StoppingMetric& metric : metrics_) {
    if (metric.is_loss()) continue;
    detail::check_scorer_role(owner, metric.scorer(), role,
                              fmt::format("a {}", names_of(role)[static_cast<std::size_t>(role)]));
    if (metric.scorer().needs_estimator())
      throw InvalidParameter(fmt::format(
          "The 'scoring' parameter of {} has '{}', which asks the fitted estimator, but there is "
          "none yet; make it with from_labels, from_probabilities or from_values.",
          owner, metric.name()));
  }
}

Value Codec<StoppingScoring>::encode(const StoppingScoring& scoring) {
  if (scoring.metrics().size() == 1) return encode_metric(scoring.metrics().front());
  Value::List list;
  for (const StoppingMetric& metric : scoring.metrics()) list.push_back(encode_metric(metric));
  return list;
}

StoppingScoring Codec<StoppingScoring>::decode(const Value& value) {
  if (value.get_if<Value::List>() == nullptr) return decode_metric(value);
  std::vector<StoppingMetric> metrics;
  for (const Value& item : detail::decode_list(value)) metrics.push_back(decode_metric(item));
  return metrics;
}

std::string Codec<StoppingScoring>::describe() {
  return "'loss', " + Codec<Scorer>::describe() + ", or a list of them";
}

}  // namespace espalier
