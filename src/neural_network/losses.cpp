// SPDX-License-Identifier: BSD-3-Clause
#include <espalier/neural_network/losses.hpp>

#include <fmt/format.h>

#include <cmath>

#include <espalier/core/errors.hpp>

namespace espalier::nn {

template <class T>
void Loss<T>::check(ConstBatch<T> y, Index outputs) const {
  if (y.cols() != outputs)
    throw InvalidInput(fmt::format("{}: the network gives {} outputs, but y has {} columns", name(),
                                   outputs, y.cols()));
}

template <class T>
void CrossEntropy<T>::check(ConstBatch<T> y, Index outputs) const {
  if (y.cols() != 1) return Loss<T>::check(y, outputs);
  for (Index i = 0; i < y.rows(); ++i)
    if (!(y(i, 0) >= T(0)) || y(i, 0) >= static_cast<T>(outputs) || y(i, 0) != std::floor(y(i, 0)))
      throw InvalidInput(
          fmt::format("CrossEntropy: expected class numbers from 0 to {} in y, got {} in row {}",
                      outputs - 1, y(i, 0), i));
}

template <class T>
double CrossEntropy<T>::evaluate(ConstBatch<T> z, ConstBatch<T> y, std::span<const T> weights,
                                 Batch<T> dz) const {
  const Index n = z.rows();
  double total = 0.0, sum_of_weights = 0.0;
  for (Index i = 0; i < n; ++i)
    sum_of_weights += weights.empty() ? 1.0 : static_cast<double>(weights[static_cast<size_t>(i)]);
  for (Index i = 0; i < n; ++i) {
    const T largest = z.row(i).maxCoeff();
    const T sum = (z.row(i).array() - largest).exp().sum();
    const T log_sum = largest + std::log(sum);
    const T weight = weights.empty() ? T(1) : weights[static_cast<size_t>(i)];
    const T scale = weight / static_cast<T>(sum_of_weights);
    const bool is_number = y.cols() == 1 && z.cols() > 1;
    const auto k = static_cast<Index>(is_number ? y(i, 0) : T(0));
    const T fit = is_number ? z(i, k) : y.row(i).dot(z.row(i));
    total += static_cast<double>(weight) * static_cast<double>(log_sum - fit);
    if (dz.size() == 0) continue;
    dz.row(i) = scale * (z.row(i).array() - log_sum).exp().matrix();
    if (is_number)
      dz(i, k) -= scale;
    else
      dz.row(i) -= scale * y.row(i);
  }
  return total / sum_of_weights;
}

template <class T>
void CrossEntropy<T>::predict(Batch<T> z) const {
  for (Index i = 0; i < z.rows(); ++i) {
    z.row(i) = (z.row(i).array() - z.row(i).maxCoeff()).exp().matrix();
    z.row(i) /= z.row(i).sum();
  }
}

template class Loss<float>;
template class Loss<double>;
template class CrossEntropy<float>;
template class CrossEntropy<double>;

}  // namespace espalier::nn
