// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <initializer_list>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <espalier/core/codec.hpp>
#include <espalier/core/target.hpp>
#include <espalier/core/types.hpp>

namespace espalier {

/// A class as a parameter names it: by its label, or by its text when the target has class names.
struct ClassKey {
  ClassKey(int label) : text(std::to_string(label)) {}
  ClassKey(const char* name) : text(name) {}
  ClassKey(std::string name) : text(std::move(name)) {}
  std::string text;
};

/// The value of `class_weight` that gives every class the same total weight.
struct Balanced {};
inline constexpr Balanced balanced;

/// How much the classes count: the parameter `class_weight` of classifiers, as in scikit-learn.
///
///     .class_weight = balanced
///     .class_weight = {{0, 1.0}, {1, 10.0}}             // by label; classes left out count 1
///     .class_weight = {{"no", 1.0}, {"yes", 10.0}}      // by name, for a target with class names
///
/// The weight of its class multiplies the sample weight of a row. As text, on a command line:
/// `balanced`, `none`, `{"no": 1, "yes": 10}` or `[[0, 1], [1, 10]]`.
class ClassWeight {
 public:
  ClassWeight() = default;  ///< every class counts 1
  ClassWeight(Balanced) : balanced_(true) {}
  ClassWeight(std::initializer_list<std::pair<ClassKey, double>> weights);
  ClassWeight(const std::map<int, double>& weights);
  ClassWeight(std::map<std::string, double> weights) : weights_(std::move(weights)) {}

  static ClassWeight balanced() { return Balanced{}; }

  bool is_balanced() const { return balanced_; }
  bool is_none() const { return !balanced_ && weights_.empty(); }

  /// The weight of each class; balanced: n / (K · nₖ), where n and nₖ are sums of sample weights.
  /// `codes` are positions in `classes`, one a row; `sample_weight` is empty or has one weight a
  /// row, and matters only when balanced. `class_names` is empty or has one text a class.
  /// @throws InvalidInput  naming `owner`: a weight is negative or not finite, or a key is no class
  ///                       while a class has no weight (so it was probably mistaken)
  Vector of_classes(const Labels& classes, const Labels& codes, const Vector& sample_weight,
                    std::string_view owner, const std::vector<std::string>& class_names = {}) const;

 private:
  friend struct Codec<ClassWeight>;
  bool balanced_ = false;
  std::map<std::string, double> weights_;  // by name, or by label as text
};

/// The weight of every row: its sample weight (1 if `sample_weight` is empty) times that of its
/// class. Empty when both are absent, which means ones.
/// @throws InvalidInput  see ClassWeight::of_classes; or all rows together weigh nothing
Vector class_weighted(const ClassWeight& class_weight, const EncodedLabels& y,
                      const Vector& sample_weight, std::string_view owner,
                      const std::vector<std::string>& class_names = {});

/// none, "balanced", an object {name: weight}, or a list of pairs [label, weight].
template <>
struct Codec<ClassWeight> {
  static Value encode(const ClassWeight& v);
  static ClassWeight decode(const Value& v);
  static std::string describe();
};

}  // namespace espalier
