// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <string_view>
#include <utility>
#include <vector>

#include <espalier/model_selection/k_fold.hpp>
#include <espalier/model_selection/splitter.hpp>

namespace espalier {

/// Cuts the rows into k folds in which the classes have the shares that they have in all rows, up
/// to rounding: class sizes in two folds differ by one row at most, and so do fold sizes.
///
/// The allocation is scikit-learn's: with the labels sorted (classes in order of first appearance)
/// and dealt to the folds one by one like cards, fold i receives so many of each class; within a
/// class its rows go to the folds in the order of the data. Without shuffling the splits are
/// scikit-learn's, row by row. With it the rows of each class are dealt in random order: the same
/// for the same `random_state` on every platform, but not scikit-learn's. Indices are ascending.
/// O(n k + n log n).
///
/// A class with fewer rows than folds is missing from some of them, which is a warning.
class StratifiedKFold final : public Splitter {
 public:
  StratifiedKFold() = default;
  explicit StratifiedKFold(KFoldOptions options) : options_(std::move(options)) {}

  const KFoldOptions& options() const { return options_; }

  /// @throws InvalidParameter  n_splits < 2, or a random_state that is negative or without shuffle
  /// @throws InvalidInput      y is continuous, or every class has fewer rows than there are folds
  std::vector<Split> split(const Target& y) const;
  std::vector<Split> split(Index n, const Target& y, const Labels& groups) const override;
  std::string_view name() const override { return "StratifiedKFold"; }

 private:
  KFoldOptions options_;
};

}  // namespace espalier
