// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <cstdint>

#include <espalier/core/fit_context.hpp>

#include "decomposition/centred_data.hpp"

namespace espalier::detail {

/// Leading singular values of X̃, descending, and its right singular vectors. Shapes: k of them, p
/// features.
struct SingularVectors {
  Vector values;      ///< k
  Matrix components;  ///< k × p, each with the sign of fix_signs
  bool converged = true;
};

/// What the iterative solvers need to know.
struct SubspaceOptions {
  std::string_view owner;  ///< whom reports name
  Index k;
  std::uint64_t seed = 0;
  double tol = 0.0;  ///< block_lanczos
  Index n_iter = 4;  ///< power iterations
  Index oversamples = 10;
};

/// All min(n, p) singular values of X̃ with the vectors of the short side: left ones of a wide X̃.
struct ShortSide {
  Vector values;
  Matrix vectors;  ///< short × as many as values
};

/// By a QR decomposition: orthogonal throughout.
template <class Scalar>
ShortSide full_svd(const CentredData<Scalar>& data);

/// The k largest by eigenvectors of the Gram matrix.
template <class Scalar>
ShortSide gram_svd(const CentredData<Scalar>& data, Index k);

/// The k first of `side`, in terms of features.
template <class Scalar>
SingularVectors leading(const CentredData<Scalar>& data, const ShortSide& side, Index k);

/// By block Lanczos.
template <class Scalar>
SingularVectors lanczos_svd(const CentredData<Scalar>& data, const SubspaceOptions& options,
                            const FitContext& context);

/// By power iterations on a random subspace, orthonormalised after each.
/// @see Halko, Martinsson & Tropp, SIAM Review 53 (2011) 217–288, algorithms 4.4 and 5.1
template <class Scalar>
SingularVectors randomized_svd(const CentredData<Scalar>& data, const SubspaceOptions& options,
                               const FitContext& context);

/// Power iterations as scikit-learn's "auto" counts them.
Index default_power_iterations(Index k, Index short_side);

}  // namespace espalier::detail
