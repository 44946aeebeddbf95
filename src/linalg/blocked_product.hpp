// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "linalg/micro_kernel.hpp"

namespace espalier::linalg {

/// C = α · left · right + β · C, where left is m × k, right k × n and C column-major, m × n, its
/// columns `stride` apart. With a β of 0, C is not read.
template <class T, class C>
struct Product {
  std::ptrdiff_t m, n, k;
  Operand<T> left, right;
  C alpha, beta;
  C* c;
  std::ptrdiff_t stride;
  /// Only the numbers on and below the diagonal of C are wanted; those above may be changed too.
  bool lower_triangle = false;
};

/// Computes the product in tiles of C that are cut by the sizes alone, in parallel: the same bits
/// for any number of threads. (Another instruction set rounds differently.) Of a small C with a
/// long k, k is cut too, and the parts are added up in order.
///
/// @throws std::bad_alloc  no memory for packed operands (some 2 MiB a thread) or for the parts (at
///                         most 64 MiB)
template <class T, class C>
void multiply(const Product<T, C>& product, InstructionSet instructions = best_instruction_set());

extern template void multiply(const Product<double, double>&, InstructionSet);
extern template void multiply(const Product<float, float>&, InstructionSet);
extern template void multiply(const Product<float, double>&, InstructionSet);

}  // namespace espalier::linalg
