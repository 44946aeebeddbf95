// SPDX-License-Identifier: BSD-3-Clause
#include <espalier/model_selection/scoring.hpp>

#include "metrics/scorer_checks.hpp"

namespace espalier {

std::vector<std::string> Scoring::names() const {
  if (scorers_.size() == 1) return {"score"};
  std::vector<std::string> names;
  for (const Scorer& scorer : scorers_) names.push_back(scorer.name());
  return names;
}

void Scoring::validate(std::string_view owner, const Estimator& estimator) const {
  detail::check_score_names(owner, names());
  for (const Scorer& scorer : scorers_)
    detail::check_scorer_role(owner, scorer, estimator.role(), estimator.to_string());
}

Value Codec<Scoring>::encode(const Scoring& scoring) {
  const auto& scorers = scoring.scorers();
  if (scorers.size() == 1) return Codec<Scorer>::encode(scorers.front());
  Value::List list;
  for (const Scorer& scorer : scorers) list.push_back(Codec<Scorer>::encode(scorer));
  return list;
}

Scoring Codec<Scoring>::decode(const Value& value) {
  if (value.get_if<Value::List>() == nullptr) return Codec<Scorer>::decode(value);
  std::vector<Scorer> scorers;
  for (const Value& item : detail::decode_list(value))
    scorers.push_back(Codec<Scorer>::decode(item));
  return scorers;
}

std::string Codec<Scoring>::describe() {
  return Codec<Scorer>::describe() + ", or a list of names";
}

}  // namespace espalier
