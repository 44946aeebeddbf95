// SPDX-License-Identifier: BSD-3-Clause
#include <espalier/neural_network/batch_norm.hpp>

#include <fmt/format.h>

#include <cmath>

#include <espalier/core/errors.hpp>

#include "neural_network/column_sums.hpp"

namespace espalier::nn {

template <class T>
BatchNorm<T>::BatchNorm(Index features, BatchNormOptions options) : options_(options) {
  if (features < 1)
    throw InvalidParameter(fmt::format("BatchNorm needs at least one feature, got {}", features));
  if (!(options.epsilon > 0.0) || !std::isfinite(options.epsilon))
    throw InvalidParameter(
        fmt::format("BatchNorm: epsilon is a finite number > 0, got {}", options.epsilon));
  if (!(options.momentum >= 0.0 && options.momentum <= 1.0))
    throw InvalidParameter(
        fmt::format("BatchNorm: momentum is a number in [0, 1], got {}", options.momentum));
  weight_ = {"weight", Rows<T>::Ones(1, features)};
  bias_ = {"bias", Rows<T>::Zero(1, features)};
  running_mean_ = {"running_mean", Rows<T>::Zero(1, features)};
  running_variance_ = {"running_variance", Rows<T>::Ones(1, features)};
}

template <class T>
Index BatchNorm<T>::outputs(Index inputs) const {
  if (inputs != weight_.size())
    throw InvalidInput(
        fmt::format("BatchNorm expects rows of {} numbers, got {}", weight_.size(), inputs));
  return inputs;
}

template <class T>
void BatchNorm<T>::initialize(Random& /*random*/) {
  weight_.value.setOnes();
  bias_.value.setZero();
  running_mean_.value.setZero();
  running_variance_.value.setOnes();
}

template <class T>
std::vector<Parameter<T>*> BatchNorm<T>::parameters() {
  if (!options_.affine) return {};
  return {&weight_, &bias_};
}

template <class T>
std::vector<Parameter<T>*> BatchNorm<T>::statistics() {
  return {&running_mean_, &running_variance_};
}

template <class T>
void BatchNorm<T>::forward(ConstBatch<T> x, Batch<T> y) const {
  const Index p = x.cols();
  const T* const mean = running_mean_.value.data();
  const T* const variance = running_variance_.value.data();
  const T* const weight = weight_.value.data();
  const T* const bias = bias_.value.data();
  const auto epsilon = static_cast<T>(options_.epsilon);
  if (x.rows() == 0) return;
  // The first row of y holds the factors of the columns until its own turn, the last.
  T* const factor = y.data();
  for (Index j = 0; j < p; ++j) factor[j] = weight[j] / std::sqrt(variance[j] + epsilon);
  for (Index i = x.rows(); i-- > 0;) {
    const T* const in = x.data() + i * p;
    T* const out = y.data() + i * p;
    for (Index j = 0; j < p; ++j) out[j] = (in[j] - mean[j]) * factor[j] + bias[j];
  }
}

template <class T>
void BatchNorm<T>::forward_training(ConstBatch<T> x, Batch<T> y, Random& /*random*/) {
  const Index n = x.rows(), p = x.cols();
  if (n < 2)
    throw InvalidInput(fmt::format(
        "BatchNorm: a mini-batch of {} has no variance; choose a batch_size that does not leave a "
        "single row, or drop_last",
        n == 1 ? "one row" : "no rows"));
  const auto rows = static_cast<double>(n);
  const double share = options_.momentum;
  mean_.resize(static_cast<std::size_t>(p));
  inverse_deviation_.resize(static_cast<std::size_t>(p));
  for_each_stripe(n, p, [&](Index begin, Index end) {
    const auto row = [&](Index i) { return x.data() + i * p; };
    StripeSums mean =
        sum_rows(n, begin, end, [&](Index i) { return [in = row(i)](Index j) { return in[j]; }; });
    for (double& m : mean) m /= rows;
    const double* const centre = mean.data();
    const StripeSums squares = sum_rows(n, begin, end, [&](Index i) {
      return [in = row(i), centre, begin](Index j) {
        const double d = static_cast<double>(in[j]) - centre[j - begin];
        return d * d;
      };
    });
    const auto move = [&](Parameter<T>& running, Index j, double batch) {
      T& value = running.value(0, j);
      value = static_cast<T>((1.0 - share) * static_cast<double>(value) + share * batch);
    };
    for (Index j = begin; j < end; ++j) {
      const auto k = static_cast<std::size_t>(j - begin);
      mean_[static_cast<std::size_t>(j)] = static_cast<T>(mean[k]);
      inverse_deviation_[static_cast<std::size_t>(j)] =
          static_cast<T>(1.0 / std::sqrt(squares[k] / rows + options_.epsilon));
      move(running_mean_, j, mean[k]);
      move(running_variance_, j, squares[k] / (rows - 1.0));
    }
    const T* const m = mean_.data();
    const T* const inverse = inverse_deviation_.data();
    const T* const weight = weight_.value.data();
    const T* const bias = bias_.value.data();
    for (Index i = 0; i < n; ++i) {
      const T* const in = row(i);
      T* const out = y.data() + i * p;
      for (Index j = begin; j < end; ++j)
        out[j] = (in[j] - m[j]) * inverse[j] * weight[j] + bias[j];
    }
  });
}

/// With x̂ = (x − μ)/√(σ² + ε): dγ = Σ dy·x̂, dβ = Σ dy and
/// dx = γ/√(σ² + ε)·(dy − dβ/n − x̂·dγ/n), sums over the rows.
template <class T>
void BatchNorm<T>::backward(ConstBatch<T> x, ConstBatch<T> /*y*/, ConstBatch<T> dy, Batch<T> dx) {
  const Index n = x.rows(), p = x.cols();
  weight_.gradient.resize(1, p);
  bias_.gradient.resize(1, p);
  const T* const mean = mean_.data();
  const T* const inverse = inverse_deviation_.data();
  const T* const weight = weight_.value.data();
  for_each_stripe(n, p, [&](Index begin, Index end) {
    const StripeSums bias_sums = sum_rows(n, begin, end, [&](Index i) {
      return [back = dy.data() + i * p](Index j) { return back[j]; };
    });
    const StripeSums weight_sums = sum_rows(n, begin, end, [&](Index i) {
      return [in = x.data() + i * p, back = dy.data() + i * p, mean, inverse](Index j) {
        return back[j] * ((in[j] - mean[j]) * inverse[j]);
      };
    });
    std::array<T, stripe_width> centre, factor, offset, slope;
    for (Index j = begin; j < end; ++j) {
      const auto k = static_cast<std::size_t>(j - begin);
      bias_.gradient(0, j) = static_cast<T>(bias_sums[k]);
      weight_.gradient(0, j) = static_cast<T>(weight_sums[k]);
      centre[k] = mean[j];
      factor[k] = weight[j] * inverse[j];
      offset[k] = static_cast<T>(bias_sums[k] / static_cast<double>(n));
      slope[k] = inverse[j] * static_cast<T>(weight_sums[k] / static_cast<double>(n));
    }
    for (Index i = 0; i < n; ++i) {
      const T* const in = x.data() + i * p + begin;
      const T* const back = dy.data() + i * p + begin;
      T* const out = dx.data() + i * p + begin;
      for (std::size_t k = 0; k < static_cast<std::size_t>(end - begin); ++k)
        out[k] = factor[k] * (back[k] - offset[k] - (in[k] - centre[k]) * slope[k]);
    }
  });
}

template class BatchNorm<float>;
template class BatchNorm<double>;

}  // namespace espalier::nn
