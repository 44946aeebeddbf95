// SPDX-License-Identifier: BSD-3-Clause
#include <espalier/neural_network/layer_norm.hpp>

#include <fmt/format.h>

#include <cmath>

#include <espalier/core/errors.hpp>

#include "neural_network/column_sums.hpp"

namespace espalier::nn {
namespace {

/// Σⱼ f(j), in double: eight sums, which a vector holds, added at the end.
template <class F>
double sum_columns(Index cols, const F& f) {
  constexpr Index lanes = 8;
  std::array<double, lanes> sums{};
  Index j = 0;
  for (; j + lanes <= cols; j += lanes)
    for (Index k = 0; k < lanes; ++k)
      sums[static_cast<std::size_t>(k)] += static_cast<double>(f(j + k));
  for (; j < cols; ++j) sums[static_cast<std::size_t>(j % lanes)] += static_cast<double>(f(j));
  return ((sums[0] + sums[4]) + (sums[2] + sums[6])) + ((sums[1] + sums[5]) + (sums[3] + sums[7]));
}

template <class T>
struct RowMoments {
  T mean, inverse_deviation;
};

template <class T>
RowMoments<T> moments(const T* x, Index cols, double epsilon) {
  const auto n = static_cast<double>(cols);
  const double mean = sum_columns(cols, [&](Index j) { return x[j]; }) / n;
  const double squares = sum_columns(cols, [&](Index j) {
    const double d = static_cast<double>(x[j]) - mean;
    return d * d;
  });
  return {static_cast<T>(mean), static_cast<T>(1.0 / std::sqrt(squares / n + epsilon))};
}

template <class T>
void normalise(const T* x, RowMoments<T> of_row, const Rows<T>& weight, const Rows<T>& bias, T* y) {
  const T* const w = weight.data();
  const T* const b = bias.data();
  for (Index j = 0; j < weight.size(); ++j)
    y[j] = (x[j] - of_row.mean) * of_row.inverse_deviation * w[j] + b[j];
}

constexpr Index rows_per_task = 64;
constexpr double work_per_number = 8.0;

}  // namespace

template <class T>
LayerNorm<T>::LayerNorm(Index features, LayerNormOptions options) : options_(options) {
  if (features < 1)
    throw InvalidParameter(fmt::format("LayerNorm needs at least one feature, got {}", features));
  if (!(options.epsilon > 0.0) || !std::isfinite(options.epsilon))
    throw InvalidParameter(
        fmt::format("LayerNorm: epsilon is a finite number > 0, got {}", options.epsilon));
  weight_ = {"weight", Rows<T>::Ones(1, features)};
  bias_ = {"bias", Rows<T>::Zero(1, features)};
}

template <class T>
Index LayerNorm<T>::outputs(Index inputs) const {
  if (inputs != weight_.size())
    throw InvalidInput(
        fmt::format("LayerNorm expects rows of {} numbers, got {}", weight_.size(), inputs));
  return inputs;
}

template <class T>
void LayerNorm<T>::initialize(Random& /*random*/) {
  weight_.value.setOnes();
  bias_.value.setZero();
}

template <class T>
std::vector<Parameter<T>*> LayerNorm<T>::parameters() {
  if (!options_.affine) return {};
  return {&weight_, &bias_};
}

template <class T>
void LayerNorm<T>::forward(ConstBatch<T> x, Batch<T> y) const {
  const Index p = x.cols();
  for (Index i = 0; i < x.rows(); ++i) {
    const T* const in = x.data() + i * p;
    normalise(in, moments(in, p, options_.epsilon), weight_.value, bias_.value, y.data() + i * p);
  }
}

template <class T>
void LayerNorm<T>::forward_training(ConstBatch<T> x, Batch<T> y, Random& /*random*/) {
  const Index n = x.rows(), p = x.cols();
  mean_.resize(static_cast<std::size_t>(n));
  inverse_deviation_.resize(static_cast<std::size_t>(n));
  const double work = work_per_number * static_cast<double>(x.size());
  parallel_for_blocks({n, rows_per_task}, work, [&](Index begin, Index end) {
    for (Index i = begin; i < end; ++i) {
      const T* const in = x.data() + i * p;
      const RowMoments<T> of_row = moments(in, p, options_.epsilon);
      mean_[static_cast<std::size_t>(i)] = of_row.mean;
      inverse_deviation_[static_cast<std::size_t>(i)] = of_row.inverse_deviation;
      normalise(in, of_row, weight_.value, bias_.value, y.data() + i * p);
    }
  });
}

/// With x̂ = (x − μ)/√(σ² + ε) and g = γ·dy: dγ = Σ dy·x̂ and dβ = Σ dy over the rows, and
/// dx = (g − mean(g) − x̂·mean(g·x̂)) / √(σ² + ε), means over the columns.
template <class T>
void LayerNorm<T>::backward(ConstBatch<T> x, ConstBatch<T> /*y*/, ConstBatch<T> dy, Batch<T> dx) {
  const Index n = x.rows(), p = x.cols();
  const T* const mean = mean_.data();
  const T* const inverse = inverse_deviation_.data();
  const T* const weight = weight_.value.data();
  const double work = work_per_number * static_cast<double>(x.size());
  parallel_for_blocks({n, rows_per_task}, work, [&](Index begin, Index end) {
    for (Index i = begin; i < end; ++i) {
      const T* const in = x.data() + i * p;
      const T* const back = dy.data() + i * p;
      T* const out = dx.data() + i * p;
      const T centre = mean[i], scale = inverse[i];
      const double sum = sum_columns(p, [=](Index j) { return weight[j] * back[j]; });
      const double product =
          sum_columns(p, [=](Index j) { return weight[j] * back[j] * ((in[j] - centre) * scale); });
      const auto offset = static_cast<T>(sum / static_cast<double>(p));
      const auto slope = scale * static_cast<T>(product / static_cast<double>(p));
      for (Index j = 0; j < p; ++j)
        out[j] = scale * (weight[j] * back[j] - offset - (in[j] - centre) * slope);
    }
  });
  if (!options_.affine) return;
  weight_.gradient.resize(1, p);
  bias_.gradient.resize(1, p);
  for_each_stripe(n, p, [&](Index begin, Index end) {
    const StripeSums bias_sums = sum_rows(n, begin, end, [&](Index i) {
      return [back = dy.data() + i * p](Index j) { return back[j]; };
    });
    const StripeSums weight_sums = sum_rows(n, begin, end, [&](Index i) {
      return [in = x.data() + i * p, back = dy.data() + i * p, centre = mean[i],
              scale = inverse[i]](Index j) { return back[j] * ((in[j] - centre) * scale); };
    });
    for (Index j = begin; j < end; ++j) {
      bias_.gradient(0, j) = static_cast<T>(bias_sums[static_cast<std::size_t>(j - begin)]);
      weight_.gradient(0, j) = static_cast<T>(weight_sums[static_cast<std::size_t>(j - begin)]);
    }
  });
}

template class LayerNorm<float>;
template class LayerNorm<double>;

}  // namespace espalier::nn
