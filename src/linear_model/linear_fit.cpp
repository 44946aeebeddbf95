// SPDX-License-Identifier: BSD-3-Clause
#include "linear_model/linear_fit.hpp"

#include <fmt/format.h>

#include <algorithm>

#include <espalier/core/errors.hpp>

#include "linear_model/nonnegative.hpp"

namespace espalier::detail {

LinearFit linear_fit(const CenteredData& data, const Matrix& coef, std::string_view owner) {
  LinearFit fit{coef.transpose(), data.y_mean() - coef.transpose() * data.x_mean()};
  if (!fit.coef.allFinite() || !fit.intercept.allFinite())
    throw InvalidInput(fmt::format(
        "{}: the coefficients are not finite: y is too large beside X; scale them.", owner));
  return fit;
}

Matrix solve_nonnegative_ridge(const CenteredData& data, const Vector& alphas) {
  const CenteredData::Moments m = data.moments();
  Matrix coef(data.cols(), data.outputs());
  for (Index c = 0; c < data.outputs(); ++c) {
    Matrix A = m.gram;
    A.diagonal().array() += alphas[c];
    coef.col(c) = solve_nonnegative(A, m.xy.col(c));
  }
  return coef;
}

bool is_large_and_sparse(const Features& X) {
  return X.is_sparse() && std::min(X.rows(), X.cols()) >= 2000;
}

}  // namespace espalier::detail
