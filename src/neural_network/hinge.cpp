// SPDX-License-Identifier: BSD-3-Clause
#include <espalier/neural_network/hinge.hpp>

#include <cmath>

#include "neural_network/loss_blocks.hpp"

namespace espalier::nn {
namespace {

/// max(0, distance) or its square, and the derivative by the distance.
LossGradient hinge(double distance, bool squared) {
  const double d = distance > 0.0 ? distance : 0.0;
  if (squared) return {d * d, 2.0 * d};
  return {d, distance > 0.0 ? 1.0 : 0.0};
}

}  // namespace

template <class T>
Hinge<T>::Hinge(HingeOptions options) : options_(options) {
  detail::validate_fields(options_, type_name);
}

template <class T>
void Hinge<T>::check(ConstBatch<T> y, Index outputs) const {
  if (y.cols() == 1 && outputs > 1) {
    for (Index i = 0; i < y.rows(); ++i)
      class_number(type_name, static_cast<double>(y(i, 0)), outputs, i);
  } else {
    Loss<T>::check(y, outputs);
    check_targets(type_name, y, "1 for one class and 0 or −1 for the other",
                  [](T t) { return t == T(1) || t == T(0) || t == T(-1); });
  }
}

template <class T>
double Hinge<T>::evaluate(ConstBatch<T> z, ConstBatch<T> y, std::span<const T> weights,
                          Batch<T> dz) const {
  const double margin = options_.margin;
  const bool squared = options_.squared;
  if (y.cols() == 1 && z.cols() > 1) return evaluate_classes(z, y, weights, dz);
  return evaluate_outputs<T>(type_name, options_.reduction, z, y, weights, dz,
                             [=](double y_i, double z_i, Index) {
                               const double sign = y_i > 0.0 ? 1.0 : -1.0;
                               const LossGradient at = hinge(margin - sign * z_i, squared);
                               return LossGradient{at.loss, -sign * at.gradient};
                             });
}

template <class T>
double Hinge<T>::evaluate_classes(ConstBatch<T> z, ConstBatch<T> y, std::span<const T> weights,
                                  Batch<T> dz) const {
  const Index n = z.rows(), classes = z.cols();
  check_shapes<T>(type_name, z, y, 1, weights, dz);
  const double weight = sum_of_weights(weights, n);
  if (!(weight > 0.0)) {
    dz.setZero();
    return 0.0;
  }
  const double unit =
      1.0 / (weight * (options_.reduction == Reduction::mean ? static_cast<double>(classes) : 1.0));
  return sum_rows(n, classes, [&](Index begin, Index end) {
    double total = 0.0;
    for (Index i = begin; i < end; ++i) {
      const Index own = class_number(type_name, static_cast<double>(y(i, 0)), classes, i);
      const double share = unit * weight_of(weights, i);
      const double start = options_.margin - static_cast<double>(z(i, own));
      double sum_of_slopes = 0.0;
      for (Index k = 0; k < classes; ++k) {
        if (k == own) continue;
        const LossGradient at = hinge(start + static_cast<double>(z(i, k)), options_.squared);
        total += share * at.loss;
        sum_of_slopes += share * at.gradient;
        if (dz.size() != 0) dz(i, k) = static_cast<T>(share * at.gradient);
      }
      if (dz.size() != 0) dz(i, own) = static_cast<T>(-sum_of_slopes);
    }
    return total;
  });
}

template class Hinge<float>;
template class Hinge<double>;

}  // namespace espalier::nn
