// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <cstdint>
#include <vector>

namespace espalier::hgb {

/// Where a number stands among ascending thresholds: rank(x) is how many of them are below x.
///
/// A grid of equal cells over the thresholds says where to begin, and a few steps of a binary
/// search, as many as the fullest cell needs, end it; no step is a branch. A cell is found by a
/// monotone function of x, so that thresholds in lower cells are below x and those in higher cells
/// are not, however it rounds: the rank is exact. Up to 8 thresholds are compared with, all of them.
class RankGrid {
 public:
  static constexpr int most_thresholds = 253;  // ranks, and two values more, fit into a byte

  /// `thresholds` ascend without repetition; at most most_thresholds.
  explicit RankGrid(std::vector<double> thresholds);

  /// 0 when x is NaN.
  int rank(double x) const {
    if (n_few_ > 0) {
      int r = 0;
      for (int k = 0; k < most_few; ++k) r += thresholds_[static_cast<std::size_t>(k)] < x ? 1 : 0;
      return r;
    }
    int r = start_[cell(x)];
    for (int half = first_half_; half > 0; half >>= 1)
      r += thresholds_[r + half - 1] < x ? half : 0;
    return r;
  }

  /// `out[i]` = rank(x[i]) + 1, and `missing` for NaN.
  void rank(const double* x, int n, std::uint8_t missing, std::uint8_t* out) const;

 private:
  static constexpr int most_few = 8;
  template <int steps>
  void rank_steps(const double* x, int n, std::uint8_t missing, std::uint8_t* out) const;
  void rank_few(const double* x, int n, std::uint8_t missing, std::uint8_t* out) const;
  std::size_t cell(double x) const {
    const double at = (x - low_) * scale_;
    const double above = at > 0.0 ? at : 0.0;
    return static_cast<std::size_t>(static_cast<int>(above < last_ ? above : last_));
  }
  int fullest_cell(int cells);

  double low_ = 0.0;
  double scale_ = 0.0;
  double last_ = 0.0;                // the last cell
  int first_half_ = 1;               // 2^(steps − 1)
  int n_few_ = 0;                    // thresholds, if they are few
  std::vector<double> thresholds_;   // then infinities, for the search to run into
  std::vector<std::uint8_t> start_;  // thresholds in lower cells
};

}  // namespace espalier::hgb
