// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <cstdint>

namespace espalier::detail {

/// Instruction sets that kernels are written for, the later the faster: avx2 has FMA, avx512 the
/// F, BW, DQ, VL and VBMI parts. Kernels say whether all give the same bits.
enum class InstructionSet : std::uint8_t { portable, avx2, avx512 };
/// The fastest that this processor has.
InstructionSet best_instruction_set();

}  // namespace espalier::detail
