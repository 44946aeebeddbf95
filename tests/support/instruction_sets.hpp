// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <vector>

#include "core/instruction_set.hpp"

namespace espalier::testing_support {

/// Those that this processor has.
inline std::vector<detail::InstructionSet> instruction_sets() {
  using detail::InstructionSet;
  std::vector<InstructionSet> sets;
  for (const InstructionSet set :
       {InstructionSet::portable, InstructionSet::avx2, InstructionSet::avx512})
    if (set <= detail::best_instruction_set()) sets.push_back(set);
  return sets;
}

}  // namespace espalier::testing_support
