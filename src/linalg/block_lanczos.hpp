// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <cstdint>
#include <functional>

#include "linalg/products.hpp"

namespace espalier::linalg {

struct LanczosOptions {
  Index k;                                           ///< eigenvectors wanted, 1 … size
  double tol = 0.0;                                  ///< 0: what rounding allows
  std::uint64_t seed = 0;                            ///< of the first block
  Index most_products = 1000;                        ///< then it ends, converged or not
  std::function<void(Index iteration)> report = {};  ///< after every product; may throw
};

template <class Scalar>
struct LanczosResult {
  MatrixOf<Scalar> basis;  ///< size × k: orthonormal, the leading eigenvectors first
  Vector values;           ///< k: their eigenvalues, descending
  Index n_iter = 0;        ///< products with the matrix
  bool converged = false;
};

/// The eigenvectors of the k largest eigenvalues θ of a symmetric matrix that is known by its
/// products with blocks of vectors. The numbers should be such that no square of an eigenvalue
/// overflows or vanishes.
///
/// Block Lanczos with full reorthogonalisation and thick restarts: a basis of some 2k + 60 vectors
/// grows by blocks, eigenvectors are sought within it, and when it is full the best of them begin
/// the next one. An eigenvector has converged when its residual is at most tol·θ, and never less
/// than rounding makes it. The first block is random, by `seed` alone. A block finds eigenvalues that
/// are equal, up to its width, at once.
///
/// @see Golub & Underwood, Mathematical Software III (1977) 361–377;
///      Wu & Simon, SIAM J. Matrix Anal. Appl. 22 (2000) 602–616
template <class Scalar>
LanczosResult<Scalar> block_lanczos(
    Index size, const std::function<MatrixOf<Scalar>(const MatrixOf<Scalar>&)>& times,
    const LanczosOptions& options);

}  // namespace espalier::linalg
