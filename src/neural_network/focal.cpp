// SPDX-License-Identifier: BSD-3-Clause
#include <espalier/neural_network/focal.hpp>

#include <cmath>

#include "neural_network/logistic.hpp"
#include "neural_network/loss_blocks.hpp"

namespace espalier::nn {

template <class T>
Focal<T>::Focal(FocalOptions options) : options_(options) {
  detail::validate_fields(options_, type_name);
}

template <class T>
void Focal<T>::check(ConstBatch<T> y, Index outputs) const {
  Loss<T>::check(y, outputs);
  check_targets(type_name, y, "0 or 1", [](T t) { return t == T(0) || t == T(1); });
}

/// With u = ±z, p = 1 / (1 + e⁻ᵘ) and q = 1 − p: the loss is −q^γ·log p, and its derivative by u is
/// q^γ·(γ·p·log p − q).
template <class T>
double Focal<T>::evaluate(ConstBatch<T> z, ConstBatch<T> y, std::span<const T> weights,
                          Batch<T> dz) const {
  const double gamma = options_.gamma;
  const double of_one = options_.alpha.value_or(1.0);
  const double of_zero = options_.alpha ? 1.0 - *options_.alpha : 1.0;
  return evaluate_outputs<T>(
      type_name, options_.reduction, z, y, weights, dz,
      [=](double y_i, double z_i, Index) -> LossGradient {
        const double sign = y_i > 0.5 ? 1.0 : -1.0;
        const Logistic s = logistic(sign * z_i);
        const double hard =
            (y_i > 0.5 ? of_one : of_zero) * detail::exponential(-gamma * s.minus_log_q);
        return {hard * s.minus_log_p, sign * hard * (-gamma * s.p * s.minus_log_p - s.q)};
      });
}

template <class T>
void Focal<T>::predict(Batch<T> z) const {
  sigmoid_rows(z);
}

template <class T>
CategoricalFocal<T>::CategoricalFocal(CategoricalFocalOptions options)
    : options_(std::move(options)) {
  detail::validate_fields(options_, type_name);
}

template <class T>
void CategoricalFocal<T>::check(ConstBatch<T> y, Index outputs) const {
  check_classes(type_name, outputs, options_.class_weight.size());
  Loss<T>::check(y, 1);
  for (Index i = 0; i < y.rows(); ++i)
    class_number(type_name, static_cast<double>(y(i, 0)), outputs, i);
}

/// With p = p̂_y and r = 1 − p: the derivative of −r^γ·log p by log p is r^γ·(γ·p·log(p) / r − 1),
/// and that of log p by zⱼ is [j = y] − p̂ⱼ.
template <class T>
double CategoricalFocal<T>::evaluate(ConstBatch<T> z, ConstBatch<T> y, std::span<const T> weights,
                                     Batch<T> dz) const {
  const Index n = z.rows(), classes = z.cols();
  const std::vector<double>& c = options_.class_weight;
  check_classes(type_name, classes, c.size());
  check_shapes<T>(type_name, z, y, 1, weights, dz);
  const auto number = [&](Index i) {
    return class_number(type_name, static_cast<double>(y(i, 0)), classes, i);
  };
  const auto weight_of_row = [&](Index i, Index k) {
    return weight_of(weights, i) * (c.empty() ? 1.0 : c[static_cast<std::size_t>(k)]);
  };
  double weight = 0.0;
  for (Index i = 0; i < n; ++i) weight += weight_of_row(i, number(i));
  if (!(weight > 0.0)) {
    dz.setZero();
    return 0.0;
  }
  return sum_rows(n, classes, [&](Index begin, Index end) {
    double total = 0.0;
    for_each_softmax(z, begin, end, [&](Index i, const double* e, double sum, double largest) {
      const Index k = number(i);
      double others = 0.0;
      for (Index j = 0; j < classes; ++j) others += j == k ? 0.0 : e[j];
      const double p = e[k] / sum, r = others / sum;
      const double log_p =
          r < 0.5 ? std::log1p(-r) : static_cast<double>(z(i, k)) - largest - std::log(sum);
      const double hard = weight_of_row(i, k) / weight * std::pow(r, options_.gamma);
      total -= hard * log_p;
      if (dz.size() == 0) return;
      const double slope = hard * (options_.gamma * p * (r > 0.0 ? log_p / r : -1.0) - 1.0);
      T* const to = dz.data() + i * classes;
      for (Index j = 0; j < classes; ++j) to[j] = static_cast<T>(-slope * (e[j] / sum));
      to[k] = static_cast<T>(slope * r);
    });
    return total;
  });
}

template <class T>
void CategoricalFocal<T>::predict(Batch<T> z) const {
  softmax_rows(z);
}

template class Focal<float>;
template class Focal<double>;
template class CategoricalFocal<float>;
template class CategoricalFocal<double>;

}  // namespace espalier::nn
