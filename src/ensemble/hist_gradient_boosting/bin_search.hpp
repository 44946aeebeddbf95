// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <limits>
#include <span>

#include "ensemble/hist_gradient_boosting/binning.hpp"

namespace espalier::hgb {

/// Finds the bins of many values at once. The thresholds are filled up to 255 with +∞, so every
/// search takes the same 8 steps without a branch, and the searches of several values overlap.
class BinSearch {
 public:
  explicit BinSearch(const FeatureBins& feature)
      : missing_(static_cast<Bin>(feature.missing_bin())),
        categorical_(feature.is_categorical),
        bin_of_category_(feature.bin_of_category) {
    thresholds_.fill(std::numeric_limits<double>::infinity());
    std::copy(feature.thresholds.begin(), feature.thresholds.end(), thresholds_.begin());
    while (steps_ < 8 && (std::size_t{1} << steps_) <= feature.thresholds.size()) ++steps_;
  }

  bool find(const double* values, Index n, Bin* bins) const {
    return find(values, n, bins, bins, 1);
  }

  /// bins[i] and spread[i · step] ← the bin of values[i]; whether one is missing.
  bool find(const double* values, Index n, Bin* bins, Bin* spread, Index step) const {
    bool any_missing = false;
    for (Index begin = 0; begin < n; begin += lanes) {
      std::array<double, lanes> x;
      std::array<std::uint64_t, lanes> bin{};
      const Index m = std::min<Index>(lanes, n - begin);
      x.fill(0.0);
      std::copy_n(values + begin, m, x.begin());
      if (categorical_) {
        for (std::size_t k = 0; k < lanes; ++k) bin[k] = category_bin(x[k]);
      } else {
        for (std::uint64_t half = (std::uint64_t{1} << steps_) / 2; half > 0; half /= 2)
          for (std::size_t k = 0; k < lanes; ++k)
            bin[k] += thresholds_[bin[k] + half - 1] < x[k] ? half : 0;
      }
      for (Index k = 0; k < m; ++k) {
        const bool missing = std::isnan(x[static_cast<std::size_t>(k)]);
        any_missing |= missing;
        const auto found = missing ? missing_ : static_cast<Bin>(bin[static_cast<std::size_t>(k)]);
        bins[begin + k] = found;
        spread[(begin + k) * step] = found;
      }
    }
    return any_missing;
  }

 private:
  std::uint64_t category_bin(double code) const {
    const auto category = static_cast<std::size_t>(std::isnan(code) ? 0.0 : code);
    return bin_of_category_.empty() ? category : bin_of_category_[category];
  }

  static constexpr std::size_t lanes = 8;
  std::array<double, 256> thresholds_;
  int steps_ = 0;
  Bin missing_;
  bool categorical_;
  std::span<const Bin> bin_of_category_;
};

}  // namespace espalier::hgb
