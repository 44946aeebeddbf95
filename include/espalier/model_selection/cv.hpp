// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <concepts>
#include <memory>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include <espalier/core/codec.hpp>
#include <espalier/core/target.hpp>
#include <espalier/core/types.hpp>
#include <espalier/model_selection/split.hpp>
#include <espalier/model_selection/splitter.hpp>

namespace espalier {

/// How rows are split, as the argument `cv` of everything that cross-validates:
///
///     .cv = 10                                                  // so many folds
///     .cv = StratifiedKFold({.shuffle = true, .random_state = 0})
///     .cv = MySplitter(…)                                       // any Splitter, copied
///     .cv = std::vector<Split>{{train_rows, test_rows}}         // ready splits
///
/// A number means StratifiedKFold for a classifier and KFold for others, both without shuffling, as
/// in scikit-learn. 5 is the default there and here: with 10 the estimate is hardly better and
/// costs twice.
class Cv {
 public:
  Cv(Index n_splits = 5) : rule_(n_splits) {}
  template <std::derived_from<Splitter> S>
  Cv(const S& splitter) : rule_(std::make_shared<const S>(splitter)) {}
  Cv(std::vector<Split> splits) : rule_(std::move(splits)) {}

  bool uses_groups() const;

  /// @throws InvalidParameter  naming `owner`: fewer than two folds, or no ready split
  void validate(std::string_view owner) const;

  /// The splits of n rows. `groups` reach the splitter only if it uses them.
  /// @throws InvalidInput  naming `owner`: there is no split, a split has no training or no test
  ///                       rows or a row that does not exist; the splitter needs groups and there
  ///                       are none; or what the splitter itself throws
  std::vector<Split> split(Index n, const Target& y, const Labels& groups, bool stratify,
                           std::string_view owner) const;

 private:
  friend struct Codec<Cv>;
  using SplitterPtr = std::shared_ptr<const Splitter>;
  std::variant<Index, SplitterPtr, std::vector<Split>> rule_;
};

/// As a parameter: a number; {"splitter": "KFold", "n_splits": 5, "shuffle": true, "random_state":
/// 0}, where what is left out has its default; or a list of {"train": rows, "test": rows}. A
/// splitter of your own is saved as {"custom": name}; read back, it throws NotSupported when it is
/// asked to split.
template <>
struct Codec<Cv> {
  static Value encode(const Cv& cv);
  static Cv decode(const Value& value);
  static std::string describe();
};

}  // namespace espalier
