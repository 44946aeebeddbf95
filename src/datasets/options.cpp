// SPDX-License-Identifier: BSD-3-Clause
#include "datasets/options.hpp"

#include <fmt/format.h>

#include <espalier/core/errors.hpp>

namespace espalier::detail {

void require_at_least(std::string_view function, std::string_view option, Index least,
                      Index value) {
  if (value < least)
    throw InvalidParameter(
        fmt::format("{}: {} must be at least {}. Got {} instead.", function, option, least, value));
}

void require_option(std::string_view function, std::string_view option, bool holds,
                    std::string_view expected, double got) {
  if (!holds)
    throw InvalidParameter(
        fmt::format("{}: {} must be {}. Got {} instead.", function, option, expected, got));
}

Matrix random_normal(Random& random, Index rows, Index cols) {
  Matrix result(rows, cols);
  for (double& x : result.reshaped()) x = random.normal();
  return result;
}

std::vector<Index> row_order(Random& random, Index n, bool shuffle) {
  if (shuffle) return random.permutation(n);
  std::vector<Index> order(static_cast<std::size_t>(n));
  std::iota(order.begin(), order.end(), Index{0});
  return order;
}

}  // namespace espalier::detail
