// SPDX-License-Identifier: BSD-3-Clause
#include <espalier/neural_network/dense.hpp>

#include <fmt/format.h>

#include <algorithm>

#include <espalier/core/errors.hpp>
#include <espalier/core/parallel.hpp>
#include <espalier/neural_network/activations.hpp>

#include "neural_network/row_products.hpp"

namespace espalier::nn {
namespace {

/// In the order of the rows. (Eigen's sums take another order with another alignment of memory.)
template <class T>
void sum_columns(ConstBatch<T> x, T* sums) {
  const Blocks columns{x.cols(), 128};
  parallel_for_blocks(columns, static_cast<double>(x.size()), [&](Index begin, Index end) {
    std::fill(sums + begin, sums + end, T(0));
    for (Index i = 0; i < x.rows(); ++i) {
      const T* const row = x.data() + i * x.cols();
      for (Index j = begin; j < end; ++j) sums[j] += row[j];
    }
  });
}

}  // namespace

template <class T>
Dense<T>::Dense(Index inputs, Index outputs, DenseOptions options) : options_(options) {
  if (inputs < 1 || outputs < 1)
    throw InvalidParameter(fmt::format(
        "Dense needs at least one input and one output, got {} and {}", inputs, outputs));
  weight_ = {"weight", Rows<T>::Zero(inputs, outputs), {}, true};
  bias_ = {"bias", Rows<T>::Zero(options.bias ? 1 : 0, outputs)};
}

template <class T>
Index Dense<T>::outputs(Index inputs) const {
  if (inputs != weight_.value.rows())
    throw InvalidInput(
        fmt::format("Dense expects rows of {} numbers, got {}", weight_.value.rows(), inputs));
  return weight_.value.cols();
}

template <class T>
void Dense<T>::initialize(Random& random) {
  nn::initialize(weight_.value, options_.init, random, options_.init_value);
  bias_.value.setZero();
}

template <class T>
std::vector<Parameter<T>*> Dense<T>::parameters() {
  if (!options_.bias) return {&weight_};
  return {&weight_, &bias_};
}

template <class T>
void Dense<T>::forward(ConstBatch<T> x, Batch<T> y) const {
  multiply<T>(x, view(weight_.value), options_.bias ? bias_.value.data() : nullptr, y);
}

template <class T>
bool Dense<T>::forward_and(const Layer<T>& next, ConstBatch<T> x, Batch<T> y) const {
  if (dynamic_cast<const ReLU<T>*>(&next) == nullptr) return false;
  multiply<T>(x, view(weight_.value), options_.bias ? bias_.value.data() : nullptr, y, true);
  return true;
}

template <class T>
bool Dense<T>::backward_parameters(ConstBatch<T> x, ConstBatch<T> /*y*/, ConstBatch<T> dy) {
  weight_.gradient.resize(weight_.value.rows(), weight_.value.cols());
  multiply_transposed<T>(x, dy, mutable_view(weight_.gradient), scratch_);
  if (options_.bias) {
    bias_.gradient.resize(1, dy.cols());
    sum_columns(dy, bias_.gradient.data());
  }
  return true;
}

template <class T>
void Dense<T>::backward(ConstBatch<T> x, ConstBatch<T> y, ConstBatch<T> dy, Batch<T> dx) {
  backward_parameters(x, y, dy);
  multiply_by_transposed<T>(dy, view(weight_.value), dx, scratch_);
}

template class Dense<float>;
template class Dense<double>;

}  // namespace espalier::nn
