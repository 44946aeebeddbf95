// SPDX-License-Identifier: BSD-3-Clause
#include "decomposition/gaussian_model.hpp"

#include <numbers>

#include <fmt/format.h>

#include <espalier/core/errors.hpp>

#include "decomposition/projection.hpp"

namespace espalier::detail {

Vector GaussianModel::variances_or_noise() const { return variances.cwiseMax(noise); }

void GaussianModel::check_regular() const {
  const bool spans_all = components.rows() == components.cols();
  if ((spans_all || noise > 0.0) && variances_or_noise().minCoeff() > 0.0) return;
  throw InvalidInput(
      fmt::format("{}: the covariance of the {} components is singular, since what they leave out "
                  "has no variance: keep fewer components",
                  owner, components.rows()));
}

Matrix GaussianModel::covariance() const {
  const Vector excess = variances_or_noise().array() - noise;
  Matrix result = components.transpose() * excess.asDiagonal() * components;
  result.diagonal().array() += noise;
  return result;
}

Matrix GaussianModel::precision() const {
  check_regular();
  const double of_noise = components.rows() == components.cols() ? 0.0 : 1.0 / noise;
  const Vector excess = variances_or_noise().cwiseInverse().array() - of_noise;
  Matrix result = components.transpose() * excess.asDiagonal() * components;
  result.diagonal().array() += of_noise;
  return result;
}

Vector GaussianModel::log_likelihood(const Features& X) const {
  check_regular();
  const Index p = components.cols(), k = components.rows();
  const Vector used = variances_or_noise();
  const Matrix Z = project({mean, components}, X).to_matrix();
  Vector squares = Z.cwiseAbs2() * used.cwiseInverse();
  double log_determinant = used.array().log().sum();
  if (k < p) {
    log_determinant += static_cast<double>(p - k) * std::log(noise);
    Vector outside = -Z.rowwise().squaredNorm();
    for (Index j = 0; j < p; ++j) outside += (X.dense().col(j).array() - mean[j]).square().matrix();
    squares += outside.cwiseMax(0.0) / noise;
  }
  return -0.5 * (squares.array() + log_determinant +
                 static_cast<double>(p) * std::log(2.0 * std::numbers::pi));
}

}  // namespace espalier::detail
