// SPDX-License-Identifier: BSD-3-Clause
#include <espalier/neural_network/initializer.hpp>

#include <cmath>
#include <Eigen/QR>

namespace espalier::nn {
namespace {

double variance(Init init, Index fan_in, Index fan_out) {
  const auto in = static_cast<double>(fan_in), out = static_cast<double>(fan_out);
  switch (init) {
    case Init::glorot_uniform:
    case Init::glorot_normal:
      return 2.0 / (in + out);
    case Init::he_uniform:
    case Init::he_normal:
      return 2.0 / in;
    default:
      return 1.0 / in;
  }
}

bool is_uniform(Init init) {
  return init == Init::glorot_uniform || init == Init::he_uniform || init == Init::lecun_uniform;
}

template <class T, class Draw>
void fill(Rows<T>& weights, const Draw& draw) {
  for (Index i = 0; i < weights.size(); ++i) weights.data()[i] = static_cast<T>(draw());
}

/// Q of a matrix of normal numbers, with the signs of the diagonal of R, so that all orthonormal
/// matrices are equally likely (Mezzadri, Notices of the AMS 54 (2007) 592–604).
Matrix random_orthonormal(Index rows, Index cols, Random& random) {
  Matrix normal(rows, cols);
  for (Index i = 0; i < normal.size(); ++i) normal.data()[i] = random.normal();
  const Eigen::HouseholderQR<Matrix> qr(normal);
  Matrix q = qr.householderQ() * Matrix::Identity(rows, cols);
  for (Index j = 0; j < cols; ++j)
    if (qr.matrixQR()(j, j) < 0.0) q.col(j) = -q.col(j);
  return q;
}

}  // namespace

template <class T>
void initialize(Rows<T>& weights, Init init, Random& random, double value) {
  const Index in = weights.rows(), out = weights.cols();
  if (init == Init::constant) {
    weights.setConstant(static_cast<T>(value));
  } else if (init == Init::orthogonal) {
    if (in >= out)
      weights = random_orthonormal(in, out, random).template cast<T>();
    else
      weights = random_orthonormal(out, in, random).transpose().template cast<T>();
  } else {
    const double deviation = std::sqrt(variance(init, in, out));
    const double bound = std::sqrt(3.0) * deviation;
    if (is_uniform(init))
      fill(weights, [&] { return random.uniform(-bound, bound); });
    else
      fill(weights, [&] { return deviation * random.normal(); });
  }
}

template void initialize(Rows<float>&, Init, Random&, double);
template void initialize(Rows<double>&, Init, Random&, double);

}  // namespace espalier::nn
