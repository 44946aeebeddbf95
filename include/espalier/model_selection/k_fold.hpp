// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <utility>
#include <vector>

#include <espalier/model_selection/splitter.hpp>

namespace espalier {

/// How KFold and StratifiedKFold cut.
struct KFoldOptions {
  Index n_splits =
      5;  ///< folds; 2 at least. Each is the test set once, so so many models are fitted
  bool shuffle =
      false;  ///< before cutting; set it when rows are sorted, and never for a time series
  std::optional<std::int64_t> random_state =
      {};  ///< ≥ 0, with shuffle only; none: another each time

  static constexpr auto fields() {
    return Fields{field("n_splits", &KFoldOptions::n_splits),
                  field("shuffle", &KFoldOptions::shuffle),
                  field("random_state", &KFoldOptions::random_state)};
  }
};

/// Cuts the rows into k folds of equal size (the first n mod k are one row larger), each of which
/// is tested on once while the others are learned from.
///
/// Without shuffling a fold is a run of neighbouring rows, exactly as in scikit-learn. With it the
/// rows are permuted first: the same rows for the same `random_state` on every platform, but not
/// those that scikit-learn draws. Indices are ascending either way. O(n k).
class KFold final : public Splitter {
 public:
  KFold() = default;
  explicit KFold(KFoldOptions options) : options_(std::move(options)) {}

  const KFoldOptions& options() const { return options_; }

  /// @throws InvalidParameter  n_splits < 2, or a random_state that is negative or without shuffle
  /// @throws InvalidInput      fewer rows than folds
  std::vector<Split> split(Index n) const;
  std::vector<Split> split(Index n, const Target& y, const Labels& groups) const override;
  std::string_view name() const override { return "KFold"; }

 private:
  KFoldOptions options_;
};

}  // namespace espalier
