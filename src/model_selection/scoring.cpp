// SPDX-License-Identifier: BSD-3-Clause
#include <espalier/model_selection/scoring.hpp>

#include <fmt/format.h>

#include <algorithm>

#include <espalier/core/errors.hpp>

namespace espalier {

std::vector<std::string> Scoring::names() const {
  if (scorers_.size() == 1) return {"score"};
  std::vector<std::string> names;
  for (const Scorer& scorer : scorers_) names.push_back(scorer.name());
  return names;
}

void Scoring::validate(std::string_view owner, const Estimator& estimator) const {
  if (scorers_.empty())
    throw InvalidParameter(fmt::format("The 'scoring' parameter of {} has no scorer.", owner));
  std::vector<std::string> sorted = names();
  std::sort(sorted.begin(), sorted.end());
  const auto twice = std::adjacent_find(sorted.begin(), sorted.end());
  if (twice != sorted.end())
    throw InvalidParameter(
        fmt::format("The 'scoring' parameter of {} has '{}' twice.", owner, *twice));
  for (const Scorer& scorer : scorers_)
    if (scorer.role() != RoleKind::other && scorer.role() != estimator.role())
      throw InvalidParameter(fmt::format(
          "The 'scoring' parameter of {} has '{}', which scores a {}, but the estimator is {}.",
          owner, scorer.name(), names_of(RoleKind{})[static_cast<std::size_t>(scorer.role())],
          estimator.to_string()));
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
