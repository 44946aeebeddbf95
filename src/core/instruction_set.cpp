// SPDX-License-Identifier: BSD-3-Clause
#include "core/instruction_set.hpp"

namespace espalier::detail {

InstructionSet best_instruction_set() {
#if defined(__x86_64__) && defined(__GNUC__)
  static const InstructionSet best = [] {
    __builtin_cpu_init();
    if (__builtin_cpu_supports("avx512vbmi") && __builtin_cpu_supports("avx512bw") &&
        __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512vl"))
      return InstructionSet::avx512;
    return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma")
               ? InstructionSet::avx2
               : InstructionSet::portable;
  }();
  return best;
#else
  return InstructionSet::portable;
#endif
}

}  // namespace espalier::detail
