// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <string_view>

#include <espalier/core/features.hpp>

namespace espalier::detail {

/// The Gaussian that principal components stand for: covariance V·diag(λ − σ²)·Vᵀ + σ²·I over the
/// components whose variance λ exceeds the noise σ².
/// @see Tipping & Bishop, J. R. Statist. Soc. B 61 (1999) 611–622
struct GaussianModel {
  std::string_view owner;    ///< whom errors name
  const Vector& mean;        ///< p
  const Matrix& components;  ///< k × p, orthonormal rows
  const Vector& variances;   ///< k
  double noise;              ///< σ²

  Matrix covariance() const;
  /// @throws InvalidInput  the covariance is singular
  Matrix precision() const;
  /// Of each row of X. @throws InvalidInput  the covariance is singular
  Vector log_likelihood(const Features& X) const;

 private:
  Vector variances_or_noise() const;
  void check_regular() const;
};

}  // namespace espalier::detail
