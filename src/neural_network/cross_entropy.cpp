// SPDX-License-Identifier: BSD-3-Clause
#include <espalier/neural_network/cross_entropy.hpp>

#include <algorithm>
#include <cmath>

#include "neural_network/logistic.hpp"
#include "neural_network/loss_blocks.hpp"

namespace espalier::nn {
namespace {

/// The targets of CrossEntropy, row by row.
template <class T>
class Probabilities {
 public:
  Probabilities(ConstBatch<T> y, Index classes, const CrossEntropyOptions& options)
      : y_(y), classes_(classes), options_(options), q_(static_cast<std::size_t>(classes)) {}

  double class_weight(Index k) const {
    return options_.class_weight.empty() ? 1.0 : options_.class_weight[static_cast<std::size_t>(k)];
  }
  /// Σₖ cₖ·pₖ.
  double weight(Index row) const {
    if (is_number()) return class_weight(number(row));
    double sum = 0.0;
    for (Index k = 0; k < classes_; ++k) sum += class_weight(k) * static_cast<double>(y_(row, k));
    return sum;
  }
  /// cₖ·pₖ of all k, smoothed.
  const std::vector<double>& weighted(Index row) {
    const double spread = options_.label_smoothing / static_cast<double>(classes_);
    const Index own = is_number() ? number(row) : -1;
    for (Index k = 0; k < classes_; ++k) {
      const double p =
          is_number() ? static_cast<double>(k == own) : static_cast<double>(y_(row, k));
      q_[static_cast<std::size_t>(k)] =
          class_weight(k) * ((1.0 - options_.label_smoothing) * p + spread);
    }
    return q_;
  }
  /// Whether targets are single classes that nothing is spread from.
  bool is_single() const { return is_number() && options_.label_smoothing == 0.0; }
  Index number(Index row) const {
    return class_number("CrossEntropy", static_cast<double>(y_(row, 0)), classes_, row);
  }

 private:
  bool is_number() const { return y_.cols() == 1; }

  ConstBatch<T> y_;
  Index classes_;
  const CrossEntropyOptions& options_;
  std::vector<double> q_;
};

}  // namespace

template <class T>
CrossEntropy<T>::CrossEntropy(CrossEntropyOptions options) : options_(std::move(options)) {
  detail::validate_fields(options_, type_name);
}

template <class T>
void CrossEntropy<T>::check(ConstBatch<T> y, Index outputs) const {
  check_classes(type_name, outputs, options_.class_weight.size());
  if (y.cols() == 1) {
    for (Index i = 0; i < y.rows(); ++i)
      class_number(type_name, static_cast<double>(y(i, 0)), outputs, i);
  } else {
    Loss<T>::check(y, outputs);
    check_targets(type_name, y, "probabilities", [](T p) { return p >= T(0) && p <= T(1); });
  }
}

template <class T>
double CrossEntropy<T>::evaluate(ConstBatch<T> z, ConstBatch<T> y, std::span<const T> weights,
                                 Batch<T> dz) const {
  const Index n = z.rows(), classes = z.cols();
  check_classes(type_name, classes, options_.class_weight.size());
  check_shapes<T>(type_name, z, y, y.cols() == 1 ? 1 : classes, weights, dz);
  const Probabilities<T> all(y, classes, options_);
  double weight = 0.0;
  for (Index i = 0; i < n; ++i) weight += weight_of(weights, i) * all.weight(i);
  if (!(weight > 0.0)) {
    dz.setZero();
    return 0.0;
  }
  return sum_rows(n, classes, [&](Index begin, Index end) {
    Probabilities<T> targets = all;
    double total = 0.0;
    for_each_softmax(z, begin, end, [&](Index i, const double* e, double sum, double largest) {
      const double share = weight_of(weights, i) / weight;
      const double log_sum = std::log(sum);
      const T* const from = z.data() + i * classes;
      const auto minus_log_p = [&](Index k) {
        return std::min(log_sum - (static_cast<double>(from[k]) - largest), options_.max_loss);
      };
      T* const to = dz.size() == 0 ? nullptr : dz.data() + i * classes;
      if (targets.is_single()) {
        const Index k = targets.number(i);
        const double part = share * targets.class_weight(k);
        total += part * minus_log_p(k);
        if (to == nullptr) return;
        const double unit = part / sum;
        for (Index j = 0; j < classes; ++j) to[j] = static_cast<T>(unit * e[j]);
        to[k] = static_cast<T>(unit * (e[k] - sum));
        return;
      }
      const double* const q = targets.weighted(i).data();
      double sum_q = 0.0, loss = 0.0;
      for (Index k = 0; k < classes; ++k) {
        sum_q += q[k];
        loss += q[k] * minus_log_p(k);
      }
      total += share * loss;
      if (to == nullptr) return;
      for (Index k = 0; k < classes; ++k)
        to[k] = static_cast<T>(share * (sum_q * e[k] / sum - q[k]));
    });
    return total;
  });
}

template <class T>
void CrossEntropy<T>::predict(Batch<T> z) const {
  softmax_rows(z);
}

template <class T>
BinaryCrossEntropy<T>::BinaryCrossEntropy(BinaryCrossEntropyOptions options)
    : options_(std::move(options)) {
  detail::validate_fields(options_, type_name);
}

template <class T>
void BinaryCrossEntropy<T>::check(ConstBatch<T> y, Index outputs) const {
  Loss<T>::check(y, outputs);
  check_weights(type_name, outputs, options_.positive_weight.size());
  check_targets(type_name, y, "0, 1 or probabilities", [](T p) { return p >= T(0) && p <= T(1); });
}

template <class T>
double BinaryCrossEntropy<T>::evaluate(ConstBatch<T> z, ConstBatch<T> y, std::span<const T> weights,
                                       Batch<T> dz) const {
  const double keep = 1.0 - options_.label_smoothing, spread = 0.5 * options_.label_smoothing;
  const double most = options_.max_loss;
  const auto at = [keep, spread, most](double y_i, double z_i, double positive) -> LossGradient {
    const Logistic s = logistic(z_i);
    const double one = positive * (keep * y_i + spread), zero = keep * (1.0 - y_i) + spread;
    const double loss = one * std::min(s.minus_log_p, most) + zero * std::min(s.minus_log_q, most);
    return {loss, zero * s.p - one * s.q};
  };
  if (options_.positive_weight.empty())
    return evaluate_outputs<T>(type_name, options_.reduction, z, y, weights, dz,
                               [&](double y_i, double z_i, Index) { return at(y_i, z_i, 1.0); });
  check_weights(type_name, z.cols(), options_.positive_weight.size());
  const double* const positive = options_.positive_weight.data();
  const Index columns = z.cols();
  return evaluate_outputs<T>(
      type_name, options_.reduction, z, y, weights, dz,
      [&](double y_i, double z_i, Index i) { return at(y_i, z_i, positive[i % columns]); });
}

template <class T>
void BinaryCrossEntropy<T>::predict(Batch<T> z) const {
  sigmoid_rows(z);
}

template class CrossEntropy<float>;
template class CrossEntropy<double>;
template class BinaryCrossEntropy<float>;
template class BinaryCrossEntropy<double>;

}  // namespace espalier::nn
