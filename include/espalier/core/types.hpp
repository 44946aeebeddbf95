// SPDX-License-Identifier: BSD-3-Clause
/// @file
/// The numeric types that every interface speaks, and the guard that keeps their memory layout the
/// same in the library and in the program.
#pragma once

#include <Eigen/Core>
#include <Eigen/SparseCore>

namespace espalier {

using Index = Eigen::Index;      ///< signed, 64 bits on 64-bit machines
using Matrix = Eigen::MatrixXd;  ///< samples × features, column-major: one feature is contiguous
using Vector = Eigen::VectorXd;
using Labels = Eigen::VectorXi;  ///< class labels; any integers, not necessarily 0 … k−1
using SparseMatrix = Eigen::SparseMatrix<double, Eigen::RowMajor>;  ///< samples × features, CSR

/// A dense column-major matrix that somebody else owns; columns are `outerStride()` apart.
using MatrixView = Eigen::Map<const Matrix, Eigen::Unaligned, Eigen::OuterStride<>>;

using Matrix32 = Eigen::MatrixXf;  ///< X in single precision, where an estimator computes in it
using MatrixView32 = Eigen::Map<const Matrix32, Eigen::Unaligned, Eigen::OuterStride<>>;

}  // namespace espalier

// Eigen places its heap blocks by three macros that follow -march and the sanitizers. A program and
// a library that disagree on one of them free each other's blocks wrongly. So every file that
// includes this header refers to a symbol named after the three, and the library defines only the
// one it was built with: a mismatch is an undefined reference whose name says what to do.
#define ESPALIER_ABI_JOIN_(prefix, assumed, heap, malloc) prefix##assumed##_##heap##_##malloc
#define ESPALIER_ABI_JOIN(prefix, assumed, heap, malloc) \
  ESPALIER_ABI_JOIN_(prefix, assumed, heap, malloc)
#define ESPALIER_ABI_SYMBOL                                                                                                           \
  ESPALIER_ABI_JOIN(                                                                                                                  \
      espalier_was_built_with_another_march_or_sanitizer_compile_this_program_with_the_flags_of_the_CMake_target_espalier_alignment_, \
      EIGEN_MAX_ALIGN_BYTES, EIGEN_DEFAULT_ALIGN_BYTES, EIGEN_MALLOC_ALREADY_ALIGNED)

extern "C" const int ESPALIER_ABI_SYMBOL;

namespace espalier::detail {
[[gnu::used]] inline const int* const abi_guard = &ESPALIER_ABI_SYMBOL;
}  // namespace espalier::detail
