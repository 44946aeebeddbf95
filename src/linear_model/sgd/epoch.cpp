// SPDX-License-Identifier: BSD-3-Clause
#include "linear_model/sgd/epoch.hpp"

#include <algorithm>
#include <cmath>

#include <espalier/detail/exponential.hpp>

#include "linalg/vector_kernels.hpp"

namespace espalier::detail {
namespace {

/// Below this the coefficients are multiplied out, before w grows too large.
constexpr double smallest_scale = 1e-9;
/// A gradient beyond it is cut off, so that one row cannot throw the coefficients to infinity.
constexpr double largest_gradient = 1e12;
constexpr double sparse_intercept_decay = 0.01;

/// The sum of the losses. Of log(1 + e), with e ≤ 1, the logarithm is taken of products of many.
class LossSum {
 public:
  void add(double loss) { sum_ += loss; }
  void add_log_of_one_plus(double e) {
    product_ *= 1.0 + e;
    if (product_ > 0x1p900) flush();
  }
  double total() {
    flush();
    return sum_;
  }

 private:
  void flush() {
    sum_ += std::log(product_);
    product_ = 1.0;
  }
  double sum_ = 0.0;
  double product_ = 1.0;
};

/// Adds the loss to `sum` and returns its derivative by `raw`.
double loss_step(SgdLoss loss, double epsilon, double y, double raw, LossSum& sum) {
  switch (loss) {
    case SgdLoss::hinge:
    case SgdLoss::perceptron: {
      const double slack = (loss == SgdLoss::hinge ? 1.0 : 0.0) - raw * y;
      sum.add(slack >= 0.0 ? slack : 0.0);
      return slack >= 0.0 ? -y : 0.0;
    }
    case SgdLoss::log_loss: {
      const double e = exponential(-std::abs(raw));
      sum.add((raw > 0.0 ? raw : 0.0) - y * raw);
      sum.add_log_of_one_plus(e);
      const double larger = 1.0 / (1.0 + e);
      const double p = raw > 0.0 ? larger : e * larger;
      const double q = raw > 0.0 ? e * larger : larger;
      return (1.0 - y) * p - y * q;
    }
    case SgdLoss::modified_huber: {
      const double slack = std::max(0.0, 1.0 - raw * y);
      sum.add(slack <= 2.0 ? slack * slack : 4.0 * (slack - 1.0));
      return -2.0 * y * std::min(slack, 2.0);
    }
    case SgdLoss::squared_hinge: {
      const double slack = std::max(0.0, 1.0 - raw * y);
      sum.add(slack * slack);
      return -2.0 * y * slack;
    }
    case SgdLoss::squared_error: {
      const double error = raw - y;
      sum.add(0.5 * error * error);
      return error;
    }
    case SgdLoss::huber: {
      const double error = raw - y;
      const double near = std::min(std::abs(error), epsilon);
      sum.add(near * (std::abs(error) - 0.5 * near));
      return std::clamp(error, -epsilon, epsilon);
    }
    case SgdLoss::epsilon_insensitive: {
      const double error = raw - y;
      const double excess = std::abs(error) - epsilon;
      sum.add(std::max(0.0, excess));
      return excess > 0.0 ? std::copysign(1.0, error) : 0.0;
    }
    case SgdLoss::squared_epsilon_insensitive: {
      const double error = raw - y;
      const double excess = std::max(0.0, std::abs(error) - epsilon);
      sum.add(excess * excess);
      return std::copysign(2.0 * excess, error);
    }
  }
  return 0.0;
}

/// The cumulative L1 penalty on one coefficient `w` of which `taken` has been taken so far.
/// @see Tsuruoka, Tsujii & Ananiadou, ACL (2009) 477–485
void take_penalty(double due, double scale, double inverse_scale, double& w, double& taken) {
  const double before = w;
  const double lowered = std::max(0.0, before - (due + taken) * inverse_scale);
  const double raised = std::min(0.0, before + (due - taken) * inverse_scale);
  w = before > 0.0 ? lowered : before < 0.0 ? raised : before;
  taken += scale * (w - before);
}

template <class T>
class DenseRows {
 public:
  static constexpr double intercept_decay = 1.0;
  explicit DenseRows(const linalg::RowMatrixOf<T>& X)
      : X_(X), n_(static_cast<std::size_t>(X.stride())) {}

  void prefetch(Index i) const { X_.prefetch(i); }
  double dot(Index i, const double* w) const { return kernels_.dot(X_.row(i), w, n_); }
  double squared_norm(Index i) const { return kernels_.squared_norm(X_.row(i), n_); }
  /// A short row is added even where the factor is 0: that is cheaper than a branch which cannot be
  /// foreseen.
  void add(Index i, double c, SgdIterate& iterate) const {
    if (c == 0.0 && n_ > 64) return;
    iterate.squares = kernels_.add(c, X_.row(i), iterate.w.data(), n_);
  }
  void add_to_sum(Index i, double c, double* sum) const { kernels_.add(c, X_.row(i), sum, n_); }
  void take_penalties(Index, double inverse_scale, SgdIterate& iterate) const {
    double* const w = iterate.w.data();
    double* const taken = iterate.penalty_taken.data();
    const double due = iterate.penalty_due, scale = iterate.scale;
    double absolutes[8] = {};
    for (std::size_t j = 0; j < n_; j += 8)
      for (std::size_t k = 0; k < 8; ++k) {
        take_penalty(due, scale, inverse_scale, w[j + k], taken[j + k]);
        absolutes[k] += std::abs(w[j + k]);
      }
    iterate.absolutes = ((absolutes[0] + absolutes[4]) + (absolutes[2] + absolutes[6])) +
                        ((absolutes[1] + absolutes[5]) + (absolutes[3] + absolutes[7]));
    iterate.squares = linalg::vector_kernels().squared_norm(w, n_);
  }

 private:
  const linalg::RowMatrixOf<T>& X_;
  const linalg::VectorKernelsOf<T>& kernels_ = linalg::vector_kernels<T>();
  std::size_t n_;
};

class SparseRows {
 public:
  static constexpr double intercept_decay = sparse_intercept_decay;
  explicit SparseRows(const SparseMatrix& X)
      : starts_(X.outerIndexPtr()), columns_(X.innerIndexPtr()), values_(X.valuePtr()) {}

  void prefetch(Index i) const {
    __builtin_prefetch(values_ + starts_[i]);
    __builtin_prefetch(columns_ + starts_[i]);
  }
  double dot(Index i, const double* w) const {
    double sum = 0.0;
    for (auto at = starts_[i]; at < starts_[i + 1]; ++at) sum += w[columns_[at]] * values_[at];
    return sum;
  }
  double squared_norm(Index i) const {
    double sum = 0.0;
    for (auto at = starts_[i]; at < starts_[i + 1]; ++at) sum += values_[at] * values_[at];
    return sum;
  }
  void add(Index i, double c, SgdIterate& iterate) const {
    if (c == 0.0) return;
    double change = 0.0;
    for (auto at = starts_[i]; at < starts_[i + 1]; ++at) {
      double& w = iterate.w[static_cast<std::size_t>(columns_[at])];
      const double step = c * values_[at];
      change += step * (2.0 * w + step);
      w += step;
    }
    iterate.squares += change;
  }
  void add_to_sum(Index i, double c, double* sum) const {
    for (auto at = starts_[i]; at < starts_[i + 1]; ++at) sum[columns_[at]] += c * values_[at];
  }
  void take_penalties(Index i, double inverse_scale, SgdIterate& iterate) const {
    for (auto at = starts_[i]; at < starts_[i + 1]; ++at) {
      const auto j = static_cast<std::size_t>(columns_[at]);
      double& w = iterate.w[j];
      const double before = w;
      take_penalty(iterate.penalty_due, iterate.scale, inverse_scale, w, iterate.penalty_taken[j]);
      iterate.squares += (w - before) * (w + before);
      iterate.absolutes += std::abs(w) - std::abs(before);
    }
  }

 private:
  const SparseMatrix::StorageIndex* starts_;
  const SparseMatrix::StorageIndex* columns_;
  const double* values_;
};

/// 1/t^power, with square roots where they do.
double inverse_power(double t, double power) {
  if (power == 0.5) return 1.0 / std::sqrt(t);
  if (power == 0.25) return 1.0 / std::sqrt(std::sqrt(t));
  return std::pow(t, -power);
}

template <class Rows>
class Epoch {
 public:
  Epoch(const SgdRule& rule, const Rows& rows, const SgdTarget& target, SgdIterate& iterate)
      : rule_(rule),
        rows_(rows),
        target_(target),
        it_(iterate),
        first_optimal_(std::pow(rule.alpha, -0.75)),
        passive_(rule.learning_rate == SGDLearningRate::pa1 ||
                 rule.learning_rate == SGDLearningRate::pa2),
        shrinks_(rule.penalty == SGDPenalty::l2 || rule.penalty == SGDPenalty::elasticnet),
        has_l1_(rule.penalty == SGDPenalty::l1 || rule.penalty == SGDPenalty::elasticnet) {}

  double run(const std::vector<Index>& order) {
    constexpr std::size_t ahead = 12;
    for (std::size_t k = 0; k < order.size(); ++k) {
      if (k + ahead < order.size()) {
        rows_.prefetch(order[k + ahead]);
        target_.prefetch(order[k + ahead]);
      }
      step(order[k]);
    }
    return losses_.total() + penalties_;
  }

 private:
  void step(Index i) {
    const double raw = it_.scale * rows_.dot(i, it_.w.data()) + it_.intercept;
    const double y = target_.value(i);
    const double eta = step_length();
    if (rule_.needs_objective && !passive_ && rule_.penalty != SGDPenalty::none)
      penalties_ += penalty();
    double update = 0.0;
    if (passive_) {
      if (!passive_update(i, y, raw, update)) return;
    } else {
      const double gradient = loss_step(rule_.loss, rule_.epsilon, y, raw, losses_);
      update = -eta * std::clamp(gradient, -largest_gradient, largest_gradient);
    }
    update *= target_.weight(i, y);
    if (shrinks_) shrink(std::max(0.0, 1.0 - (1.0 - rule_.l1_ratio) * eta * rule_.alpha));
    const double inverse_scale = 1.0 / it_.scale;
    rows_.add(i, update * inverse_scale, it_);
    if (rule_.fit_intercept) it_.intercept += update * Rows::intercept_decay;
    if (rule_.average > 0 && static_cast<double>(rule_.average) <= it_.t)
      average(i, update * inverse_scale);
    if (has_l1_) {
      it_.penalty_due += rule_.l1_ratio * eta * rule_.alpha;
      rows_.take_penalties(i, inverse_scale, it_);
    }
    it_.t += 1.0;
  }

  double step_length() const {
    switch (rule_.learning_rate) {
      case SGDLearningRate::optimal:
        return 1.0 / (rule_.alpha * (first_optimal_ + it_.t - 1.0));
      case SGDLearningRate::invscaling:
        return rule_.eta0 * inverse_power(it_.t, rule_.power_t);
      default:
        return it_.eta;
    }
  }

  double penalty() const {
    return rule_.alpha * ((1.0 - rule_.l1_ratio) * 0.5 * it_.scale * it_.scale * it_.squares +
                          rule_.l1_ratio * it_.scale * it_.absolutes);
  }

  /// False: a row of zeros, from which `pa1` learns nothing.
  bool passive_update(Index i, double y, double raw, double& update) {
    LossSum one;
    const double gradient = loss_step(rule_.loss, rule_.epsilon, y, raw, one);
    const double loss = one.total();
    losses_.add(loss);
    const double square = rows_.squared_norm(i);
    if (rule_.learning_rate == SGDLearningRate::pa1) {
      if (square == 0.0) return false;
      update = std::min(rule_.eta0, loss / square);
    } else {
      update = loss / (square + 0.5 / rule_.eta0);
    }
    update = gradient > 0.0 ? -update : update;
    return true;
  }

  void shrink(double factor) {
    it_.scale *= factor;
    if (it_.scale < smallest_scale) it_.rescale();
  }

  void average(Index i, double c) {
    rows_.add_to_sum(i, -it_.sum_factor * c, it_.sum.data());
    const double n = it_.t - static_cast<double>(rule_.average) + 1.0;
    if (n > 1.0) it_.divisor /= 1.0 - 1.0 / n;
    it_.sum_factor += it_.divisor * it_.scale / n;
    it_.average_intercept += (it_.intercept - it_.average_intercept) / n;
  }

  const SgdRule& rule_;
  const Rows& rows_;
  const SgdTarget& target_;
  SgdIterate& it_;
  LossSum losses_;
  double penalties_ = 0.0;
  double first_optimal_;
  bool passive_, shrinks_, has_l1_;
};

}  // namespace

SgdIterate::SgdIterate(Index features, bool averages, bool has_l1)
    : n_features(features),
      w(static_cast<std::size_t>(linalg::RowMatrixOf<float>::padded(features))) {
  if (averages) sum.resize(w.size());
  if (has_l1) penalty_taken.resize(w.size());
}

void SgdIterate::rescale() {
  for (std::size_t j = 0; j < sum.size(); ++j) sum[j] = (sum[j] + sum_factor * w[j]) / divisor;
  sum_factor = 0.0;
  divisor = 1.0;
  squares = absolutes = 0.0;
  for (double& value : w) {
    value *= scale;
    squares += value * value;
    absolutes += std::abs(value);
  }
  scale = 1.0;
}

template <class T>
double sgd_epoch(const SgdRule& rule, const linalg::RowMatrixOf<T>& X,
                 const std::vector<Index>& order, const SgdTarget& target, SgdIterate& iterate) {
  return Epoch(rule, DenseRows<T>(X), target, iterate).run(order);
}

template double sgd_epoch(const SgdRule&, const linalg::RowMatrix&, const std::vector<Index>&,
                          const SgdTarget&, SgdIterate&);
template double sgd_epoch(const SgdRule&, const linalg::RowMatrixOf<float>&,
                          const std::vector<Index>&, const SgdTarget&, SgdIterate&);

double sgd_epoch(const SgdRule& rule, const SparseMatrix& X, const std::vector<Index>& order,
                 const SgdTarget& target, SgdIterate& iterate) {
  return Epoch(rule, SparseRows(X), target, iterate).run(order);
}

}  // namespace espalier::detail
