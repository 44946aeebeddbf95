// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include <espalier/core/codec.hpp>
#include <espalier/core/features.hpp>

namespace espalier {

/// Which features may meet on a path from the root of a tree to a leaf, and so interact in the
/// model; scikit-learn's parameter `interaction_cst`:
///
///     .interaction_cst = std::vector<std::vector<Index>>{{0, 1}, {1, 2}}          // by position
///     .interaction_cst = std::vector<std::vector<std::string>>{{"age", "sex"}}    // by name (ours)
///     .interaction_cst = InteractionConstraints::pairwise()         // any two, but not three
///     .interaction_cst = InteractionConstraints::no_interactions()  // an additive model
///
/// All features of a path are in one of the groups. Groups may overlap; the features in none of them
/// are one group more.
class InteractionConstraints {
 public:
  using Groups = std::vector<std::vector<Index>>;

  InteractionConstraints() = default;  ///< none
  InteractionConstraints(Groups groups) : choice_(std::move(groups)) {}
  InteractionConstraints(std::vector<std::vector<std::string>> groups)
      : choice_(std::move(groups)) {}

  static InteractionConstraints pairwise() { return Rule::pairwise; }
  static InteractionConstraints no_interactions() { return Rule::no_interactions; }

  bool is_none() const { return std::holds_alternative<std::monostate>(choice_); }
  bool is_pairwise() const {
    const Rule* rule = std::get_if<Rule>(&choice_);
    return rule != nullptr && *rule == Rule::pairwise;
  }

  /// The groups of columns of `X`, each ascending and without repeats, the features that were not
  /// listed at the end; empty when all may meet, and for `pairwise`, whose groups are too many to
  /// write down.
  /// @throws InvalidInput  naming `owner` and the column: there is none of that name or position
  Groups groups(const Features& X, std::string_view owner) const;

 private:
  friend struct Codec<InteractionConstraints>;
  enum class Rule { pairwise, no_interactions };
  InteractionConstraints(Rule rule) : choice_(rule) {}

  std::variant<std::monostate, Rule, Groups, std::vector<std::vector<std::string>>> choice_;
};

/// "pairwise", "no_interactions", a list of lists of positions or of names, or none.
template <>
struct Codec<InteractionConstraints> {
  static Value encode(const InteractionConstraints& v);
  static InteractionConstraints decode(const Value& v);
  static std::string describe();
};

}  // namespace espalier
