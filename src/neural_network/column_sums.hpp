// SPDX-License-Identifier: BSD-3-Clause
/// @file
/// Sums over the rows of a mini-batch. A task takes all rows of a stripe of columns, so that each sum
/// has one order, whatever the number of threads.
#pragma once

#include <array>

#include <espalier/core/parallel.hpp>
#include <espalier/neural_network/batch.hpp>

namespace espalier::nn {

inline constexpr Index stripe_width = 64;

using StripeSums = std::array<double, static_cast<std::size_t>(stripe_width)>;

/// Calls `body(begin, end)` for stripes of columns.
template <class Body>
void for_each_stripe(Index rows, Index cols, const Body& body) {
  constexpr double work_per_number = 8.0;
  parallel_for_blocks({cols, stripe_width},
                      work_per_number * static_cast<double>(rows) * static_cast<double>(cols),
                      body);
}

/// Σᵢ f(i)(j) over all rows, for the columns j of a stripe, in double; f(i) is a function of the
/// columns of a row, by value, so that the compiler sees what it needs for vectors.
template <class F>
StripeSums sum_rows(Index rows, Index begin, Index end, const F& f) {
  StripeSums sums{};
  for (Index i = 0; i < rows; ++i) {
    const auto of_row = f(i);
    for (Index j = begin; j < end; ++j)
      sums[static_cast<std::size_t>(j - begin)] += static_cast<double>(of_row(j));
  }
  return sums;
}

}  // namespace espalier::nn
