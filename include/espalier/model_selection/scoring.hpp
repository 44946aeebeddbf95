// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <array>
#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <espalier/core/codec.hpp>
#include <espalier/metrics/scorer.hpp>

namespace espalier {

/// One scorer or several, as the argument `scoring` of everything that cross-validates:
///
///     .scoring = "roc_auc"
///     .scoring = {"accuracy", "roc_auc", Scorer::from_labels("profit", profit)}
///
/// Nothing means the estimator's own score: accuracy or R².
class Scoring {
 public:
  Scoring() : scorers_(1) {}
  Scoring(Scorer scorer) : scorers_{std::move(scorer)} {}
  Scoring(const char* name) : Scoring(Scorer(name)) {}
  Scoring(const std::string& name) : Scoring(Scorer(name)) {}
  Scoring(std::initializer_list<Scorer> scorers) : scorers_(scorers) {}
  Scoring(std::vector<Scorer> scorers) : scorers_(std::move(scorers)) {}

  const std::vector<Scorer>& scorers() const { return scorers_; }

  /// What the results are called: "score" for a single scorer, else the names of the scorers.
  std::vector<std::string> names() const;

  /// @throws InvalidParameter  naming `owner`: no scorer, two of one name, or one that cannot score
  /// an estimator of this role
  void validate(std::string_view owner, const Estimator& estimator) const;

 private:
  std::vector<Scorer> scorers_;
};

/// As a parameter: none, the name of a scorer, or a list of names.
template <>
struct Codec<Scoring> {
  static Value encode(const Scoring& scoring);
  static Scoring decode(const Value& value);
  static std::string describe();
};

/// What becomes of a fit or a scoring that fails within cross-validation: its score is NaN and the
/// error is kept in the results, with a warning; or the error ends it all.
enum class ErrorScore { nan, raise };

constexpr auto names_of(ErrorScore) { return std::array<std::string_view, 2>{"nan", "raise"}; }

}  // namespace espalier
