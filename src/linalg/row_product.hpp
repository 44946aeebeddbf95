// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <cstddef>

#include "core/instruction_set.hpp"

namespace espalier::linalg {

/// y = xW for one row x of k numbers and a row-major W, k × n: the rows of W that x does not multiply
/// by 0 are added up. No allocation, no thread. For k < 4096 the bits are those that `multiply`
/// (blocked_product.hpp) gives for a row among others, with the same instruction set.
template <class T>
void multiply_row(const T* x, std::ptrdiff_t k, const T* weight, std::ptrdiff_t n, T* y,
                  detail::InstructionSet instructions = detail::best_instruction_set());

extern template void multiply_row(const float*, std::ptrdiff_t, const float*, std::ptrdiff_t,
                                  float*, detail::InstructionSet);
extern template void multiply_row(const double*, std::ptrdiff_t, const double*, std::ptrdiff_t,
                                  double*, detail::InstructionSet);

}  // namespace espalier::linalg
