// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <vector>

#include <espalier/core/params.hpp>
#include <espalier/core/types.hpp>

namespace espalier {

/// Which rows of X to learn from and which to test on, by their positions 0 … n − 1.
struct Split {
  std::vector<Index> train;
  std::vector<Index> test;

  static constexpr auto fields() {
    return Fields{field("train", &Split::train), field("test", &Split::test)};
  }
};

}  // namespace espalier
