// SPDX-License-Identifier: BSD-3-Clause
/// @file
/// Data for the tests of the boosting engine.
#pragma once

#include <cmath>
#include <limits>
#include <vector>

#include <espalier/core/random.hpp>

#include "ensemble/hist_gradient_boosting/binned_matrix.hpp"
#include "ensemble/hist_gradient_boosting/histogram.hpp"
#include "ensemble/hist_gradient_boosting/table.hpp"

namespace espalier::hgb {

/// Columns 0 … p−1; column 1 has holes, column 2 few values, column 3 holds `n_categories` category
/// codes with holes. The target depends on all of them.
struct EngineData {
  static constexpr int n_categories = 7;
  std::vector<std::vector<double>> columns;
  std::vector<int> categories;  ///< as find_bins wants them
  std::vector<double> y;
  std::vector<double> weights;

  EngineData(Index n, Index p, std::uint64_t seed = 1) {
    constexpr double nan = std::numeric_limits<double>::quiet_NaN();
    for (Index f = 0; f < p; ++f) {
      Random random(seed, static_cast<std::uint64_t>(f));
      std::vector<double> column(static_cast<std::size_t>(n));
      for (double& x : column) {
        const bool hole = (f == 1 || f == 3) && random.uniform() < 0.1;
        x = f == 3 ? static_cast<double>(random.integer(n_categories)) : random.normal();
        if (f == 2) x = std::round(x);
        if (hole) x = nan;
      }
      columns.push_back(std::move(column));
      categories.push_back(f == 3 ? n_categories : -1);
    }
    Random noise(seed, 1000);
    for (Index i = 0; i < n; ++i) {
      const auto at = [&](std::size_t f) { return columns[f][static_cast<std::size_t>(i)]; };
      double sum = 2.0 * std::sin(at(0)) + (std::isnan(at(1)) ? 1.5 : at(1) * at(2));
      if (p > 3)
        sum +=
            std::isnan(at(3)) ? -1.0 : static_cast<double>(static_cast<int>(at(3)) * 3 % 7) * 0.5;
      y.push_back(sum + 0.3 * noise.normal());
      weights.push_back(0.25 + noise.uniform());
    }
  }

  Table table() const {
    Table result;
    for (const auto& column : columns) result.columns.push_back(column.data());
    result.n_rows = static_cast<Index>(y.size());
    return result;
  }

  /// Derivatives of the squared error at 0, and Hessians that vary.
  std::vector<float> gradients() const {
    std::vector<float> g;
    for (std::size_t i = 0; i < y.size(); ++i) g.push_back(static_cast<float>(-y[i] * weights[i]));
    return g;
  }
  std::vector<float> hessians() const { return {weights.begin(), weights.end()}; }
};

/// Derivatives as the engine takes them; where there are no Hessians, all are 1.
class PairedGradients {
 public:
  PairedGradients(const std::vector<float>& gradient, const std::vector<float>& hessian)
      : constant_hessian_(hessian.empty()) {
    for (std::size_t i = 0; i < gradient.size(); ++i)
      rows_.push_back({gradient[i], hessian.empty() ? 1.0F : hessian[i]});
  }
  operator Gradients() const { return {rows_, constant_hessian_}; }
  const Derivative& operator[](std::size_t row) const { return rows_[row]; }

 private:
  std::vector<Derivative> rows_;
  bool constant_hessian_;
};

}  // namespace espalier::hgb
