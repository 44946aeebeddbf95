// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include <espalier/ensemble/boosted_trees.hpp>

#include "core/aligned_array.hpp"
#include "ensemble/hist_gradient_boosting/rank_grid.hpp"
#include "ensemble/hist_gradient_boosting/scoring_kernel.hpp"
#include "ensemble/hist_gradient_boosting/table.hpp"

namespace espalier::hgb {

using detail::AlignedArray;

/// Boosted trees in the form in which they predict fastest (scoring_kernel.hpp), for many rows and
/// for one. Raw predictions have the bits that walking down the trees gives.
///
/// Trees of up to 256 leaves are compiled; with a larger one among them, `usable()` is false.
/// O(nodes · log nodes) to make; about 16 bytes a node for many rows, and 4 for one.
class CompiledTrees {
 public:
  /// `for_one_row`: `predict_row` will be called. `path` is for tests.
  CompiledTrees(const BoostedTrees& trees, bool for_one_row,
                InstructionSet path = best_instruction_set());

  /// Whether the trees are of a size that can be compiled.
  static bool fits(const BoostedTrees& trees);
  bool usable() const { return usable_; }
  /// Whether predict_row can be called: there are not too many columns or categories.
  bool scores_rows() const { return lanes_.n_groups > 0; }

  /// n × outputs. Of a sparse table only the values that it holds are looked at, row by row.
  Matrix predict(const Table& table) const;
  /// One row of features into outputs. Allocates nothing, starts no thread.
  void predict_row(const double* row, double* raw) const noexcept;

 private:
  /// What a feature becomes in a block: one column of bytes, or two.
  struct Source {
    Index feature;
    RankGrid grid;                   // kind rank
    std::int32_t missing_high = -1;  // column in which a missing value is 255
    std::int32_t missing_low = -1;   // column in which it is 0

    void write(double x, std::uint8_t* at, std::ptrdiff_t step) const noexcept;
  };
  /// Categories. Codes that all sets of the feature treat alike are one class: however many
  /// categories there are, training tells no more than 255 of them apart.
  struct SetSource {
    Index feature;
    std::int32_t column;                  // and the one after it
    std::vector<std::uint8_t> class_of;   // by code; other numbers are as good as missing
    std::vector<std::uint32_t> examples;  // a code of each class

    int class_at(double x) const noexcept {  // -1: missing
      return x >= 0.0 && x < static_cast<double>(class_of.size())
                 ? class_of[static_cast<std::size_t>(x)]
                 : -1;
    }
    void write(double x, std::uint8_t* at, std::ptrdiff_t step) const noexcept;
  };
  struct Membership {  // a set of one of too many classes: a column of 0 for left, 2 for right
    Index feature;
    std::vector<std::uint8_t> by_code;
    std::uint8_t otherwise;
    std::int32_t column;

    void write(double x, std::uint8_t* at, std::ptrdiff_t step) const noexcept;
  };
  struct Compiler;

  void encode_block(const Table& table, Index begin, Index end, std::uint8_t* columns,
                    double* values) const;
  void encode_sparse(const Table& table, Index begin, Index end,
                     std::span<const std::uint8_t> zeros, std::uint8_t* columns) const;
  void encode_row(const double* row, std::uint8_t* values) const noexcept;

  InstructionSet path_;
  bool usable_ = false;
  Vector baseline_;
  Index n_trees_ = 0;
  std::vector<Source> sources_;  // these three are ordered by feature
  std::vector<SetSource> set_sources_;
  std::vector<Membership> memberships_;
  std::vector<std::size_t> first_source_;  // of each feature, and their number
  std::int32_t n_columns_ = 0;

  std::vector<ScoringNode> nodes_;
  std::vector<ScoringTree> trees_;
  AlignedArray<double> leaves_;
  AlignedArray<std::uint8_t> sets_;

  LaneModel lanes_{};
  std::vector<std::int32_t> slot_begin_;
  AlignedArray<std::uint8_t> lane_bytes_;  // columns, bounds, first, right
  std::vector<std::size_t> set_begin_;     // bits of a set feature: for each class, then missing
  std::vector<std::uint64_t> set_bits_;
};

}  // namespace espalier::hgb
