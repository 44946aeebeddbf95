// SPDX-License-Identifier: BSD-3-Clause
#include "ensemble/hist_gradient_boosting/rank_grid.hpp"

#include <algorithm>
#include <bit>
#include <cmath>
#include <limits>

namespace espalier::hgb {

RankGrid::RankGrid(std::vector<double> thresholds) : thresholds_(std::move(thresholds)) {
  if (thresholds_.size() <= most_few) {
    n_few_ = std::max(1, static_cast<int>(thresholds_.size()));
    thresholds_.resize(most_few, std::numeric_limits<double>::infinity());
    return;
  }
  double high = -std::numeric_limits<double>::infinity();
  low_ = -high;
  for (const double t : thresholds_) {
    if (!std::isfinite(t)) continue;
    low_ = std::min(low_, t);
    high = std::max(high, t);
  }
  if (!(high > low_)) low_ = high = 0.0;
  const auto set_cells = [&](int cells) {
    last_ = cells - 1;
    scale_ = high > low_ ? cells / (high - low_) : 0.0;
    return fullest_cell(cells);
  };
  // The smallest grid whose cells hold few thresholds: more cells would save a step and cost cache.
  int fullest = 0;
  for (const int cells : {64, 256, 1024}) {
    fullest = set_cells(cells);
    if (fullest <= 3) break;
  }
  const int steps = std::max(1, static_cast<int>(std::bit_width(static_cast<unsigned>(fullest))));
  first_half_ = 1 << (steps - 1);
  thresholds_.insert(thresholds_.end(), std::size_t{2} << steps,
                     std::numeric_limits<double>::infinity());
}

/// Fills start_; returns how many thresholds the fullest cell holds.
int RankGrid::fullest_cell(int cells) {
  std::vector<int> count(static_cast<std::size_t>(cells), 0);
  for (const double t : thresholds_) ++count[cell(t)];
  start_.resize(static_cast<std::size_t>(cells));
  int before = 0;
  for (std::size_t c = 0; c < count.size(); ++c) {
    start_[c] = static_cast<std::uint8_t>(before);
    before += count[c];
  }
  return *std::max_element(count.begin(), count.end());
}

template <int steps>
void RankGrid::rank_steps(const double* x, int n, std::uint8_t missing, std::uint8_t* out) const {
  constexpr int chunk = 64;
  int cells[chunk];
  const double low = low_, scale = scale_, last = last_;
  const double* const thresholds = thresholds_.data();
  const std::uint8_t* const start = start_.data();
  for (int begin = 0; begin < n; begin += chunk) {
    const int size = std::min(chunk, n - begin);
    const double* const cell_x = x + begin;
    for (int i = 0; i < size; ++i) {  // cell(), in a loop that becomes vector code
      const double at = (cell_x[i] - low) * scale;
      const double above = at > 0.0 ? at : 0.0;
      cells[i] = static_cast<int>(above < last ? above : last);
    }
    for (int i = 0; i < size; ++i) {
      const double value = cell_x[i];
      int r = start[cells[i]];
#pragma GCC unroll 8
      for (int half = 1 << (steps - 1); half > 0; half >>= 1)
        r += static_cast<int>(thresholds[r + half - 1] < value)
             << std::countr_zero(static_cast<unsigned>(half));
      out[begin + i] = value == value ? static_cast<std::uint8_t>(r + 1) : missing;
    }
  }
}

void RankGrid::rank_few(const double* x, int n, std::uint8_t missing, std::uint8_t* out) const {
  constexpr int chunk = 64;
  for (int begin = 0; begin < n; begin += chunk) {
    const int size = std::min(chunk, n - begin);
    const double* const chunk_x = x + begin;
    std::int64_t rank[chunk] = {};
    for (int k = 0; k < n_few_; ++k) {
      const double threshold = thresholds_[static_cast<std::size_t>(k)];
      for (int i = 0; i < size; ++i) rank[i] += threshold < chunk_x[i] ? 1 : 0;
    }
    for (int i = 0; i < size; ++i)
      out[begin + i] = chunk_x[i] == chunk_x[i] ? static_cast<std::uint8_t>(rank[i] + 1) : missing;
  }
}

void RankGrid::rank(const double* x, int n, std::uint8_t missing, std::uint8_t* out) const {
  if (n_few_ > 0) return rank_few(x, n, missing, out);
  switch (std::bit_width(static_cast<unsigned>(first_half_))) {
    case 1:
      return rank_steps<1>(x, n, missing, out);
    case 2:
      return rank_steps<2>(x, n, missing, out);
    case 3:
      return rank_steps<3>(x, n, missing, out);
    case 4:
      return rank_steps<4>(x, n, missing, out);
    case 5:
      return rank_steps<5>(x, n, missing, out);
    case 6:
      return rank_steps<6>(x, n, missing, out);
    case 7:
      return rank_steps<7>(x, n, missing, out);
    default:
      return rank_steps<8>(x, n, missing, out);
  }
}

}  // namespace espalier::hgb
