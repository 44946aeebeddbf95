// SPDX-License-Identifier: BSD-3-Clause
/// @file
/// Products of dense matrices at the speed of the machine, without a BLAS: packed operands, kernels
/// for AVX-512, AVX2 and neither, chosen at run time. All give the same bits for any number of
/// threads.
#pragma once

#include <espalier/core/types.hpp>

namespace espalier::linalg {

template <class Scalar>
using MatrixOf = Eigen::Matrix<Scalar, Eigen::Dynamic, Eigen::Dynamic>;

// Any column-major matrix, block or Map, without a copy.
using MatrixArg = Eigen::Ref<const Matrix, 0, Eigen::OuterStride<>>;
using MatrixArg32 = Eigen::Ref<const Matrix32, 0, Eigen::OuterStride<>>;
using MatrixOut = Eigen::Ref<Matrix, 0, Eigen::OuterStride<>>;
using MatrixOut32 = Eigen::Ref<Matrix32, 0, Eigen::OuterStride<>>;

/// C = α·A·B + β·C; A is m × k, B is k × n. C may not overlap A or B; with a β of 0 it is not read.
void multiply(const MatrixArg& A, const MatrixArg& B, MatrixOut C, double alpha = 1.0,
              double beta = 0.0);
void multiply(const MatrixArg32& A, const MatrixArg32& B, MatrixOut32 C, float alpha = 1.0F,
              float beta = 0.0F);

/// C = α·Aᵀ·B + β·C; A is k × m, B is k × n.
void multiply_transposed(const MatrixArg& A, const MatrixArg& B, MatrixOut C, double alpha = 1.0,
                         double beta = 0.0);
void multiply_transposed(const MatrixArg32& A, const MatrixArg32& B, MatrixOut32 C,
                         float alpha = 1.0F, float beta = 0.0F);

/// C = α·A·Bᵀ + β·C; A is m × k, B is n × k.
void multiply_by_transposed(const MatrixArg& A, const MatrixArg& B, MatrixOut C, double alpha = 1.0,
                            double beta = 0.0);
void multiply_by_transposed(const MatrixArg32& A, const MatrixArg32& B, MatrixOut32 C,
                            float alpha = 1.0F, float beta = 0.0F);

/// Σᵢ wᵢ (xᵢ − c)(xᵢ − c)ᵀ over the rows xᵢ of X, n × p: the full symmetric p × p matrix. `centre` (p
/// numbers) and `weights` (n) may be empty: nothing is subtracted, all weights are 1. X is not
/// copied; n·p² operations. Of floats the products are added up as floats over 512 rows at a time,
/// and these sums as doubles.
Matrix gram(const MatrixArg& X, const Vector& centre = {}, const Vector& weights = {});
Matrix gram(const MatrixArg32& X, const Vector& centre = {}, const Vector& weights = {});

/// (X − 1cᵀ)(X − 1cᵀ)ᵀ, the full symmetric n × n matrix; for X with fewer rows than columns.
Matrix gram_of_rows(const MatrixArg& X, const Vector& centre = {});
Matrix gram_of_rows(const MatrixArg32& X, const Vector& centre = {});

}  // namespace espalier::linalg
