// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <espalier/core/codec.hpp>
#include <espalier/metrics/scorer.hpp>

namespace espalier {

/// A score that early stopping watches, the greater the better: "loss" is minus the loss that the
/// model minimises, all others are Scorers.
class StoppingMetric {
 public:
  StoppingMetric() = default;  ///< the loss
  /// @throws InvalidParameter  neither "loss" nor the name of a scorer
  StoppingMetric(std::string_view name);
  StoppingMetric(const char* name) : StoppingMetric(std::string_view(name)) {}
  StoppingMetric(const std::string& name) : StoppingMetric(std::string_view(name)) {}
  StoppingMetric(Scorer scorer) : scorer_(std::move(scorer)) {}

  bool is_loss() const { return !scorer_; }
  std::string name() const { return scorer_ ? scorer_->name() : "loss"; }
  const Scorer& scorer() const { return *scorer_; }  ///< not for the loss

 private:
  std::optional<Scorer> scorer_;  // none: the loss
};

/// What early stopping watches: one score or several, of which the first decides and the others are
/// recorded.
///
///     .scoring = "roc_auc"
///     .scoring = {"roc_auc", "loss", Scorer::from_labels("profit", profit)}
///
/// Scorers see predictions only, for there is no fitted estimator yet: one made by
/// Scorer::from_estimator is refused.
class StoppingScoring {
 public:
  StoppingScoring() : metrics_(1) {}  ///< the loss
  StoppingScoring(StoppingMetric metric) : metrics_{std::move(metric)} {}
  StoppingScoring(const char* name) : StoppingScoring(StoppingMetric(name)) {}
  StoppingScoring(const std::string& name) : StoppingScoring(StoppingMetric(name)) {}
  StoppingScoring(Scorer scorer) : StoppingScoring(StoppingMetric(std::move(scorer))) {}
  StoppingScoring(std::initializer_list<StoppingMetric> metrics) : metrics_(metrics) {}
  StoppingScoring(std::vector<StoppingMetric> metrics) : metrics_(std::move(metrics)) {}

  const std::vector<StoppingMetric>& metrics() const { return metrics_; }
  std::vector<std::string> names() const;
  bool only_loss() const;  ///< there is no Scorer among them

  /// @throws InvalidParameter  naming `owner`: no score, two of one name, or one that cannot score
  /// an estimator of this role by its predictions
  void validate(std::string_view owner, RoleKind role) const;

 private:
  std::vector<StoppingMetric> metrics_;
};

/// As a parameter: "loss", the name of a scorer, none for the estimator's own score (as
/// scikit-learn's None), or a list of them.
template <>
struct Codec<StoppingScoring> {
  static Value encode(const StoppingScoring& scoring);
  static StoppingScoring decode(const Value& value);
  static std::string describe();
};

}  // namespace espalier
