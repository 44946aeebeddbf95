// SPDX-License-Identifier: BSD-3-Clause
#include <espalier/neural_network/residual.hpp>

#include <fmt/format.h>

#include <espalier/core/errors.hpp>

namespace espalier::nn {

template <class T>
Residual<T>::Residual(Sequential<T> inner) : inner_(std::move(inner)) {
  if (inner_.size() == 0) throw InvalidParameter("Residual: there are no inner layers");
}

template <class T>
Index Residual<T>::outputs(Index inputs) const {
  Index result = 0;
  try {
    result = inner_.outputs(inputs);
  } catch (const InvalidInput& error) {
    throw InvalidInput(fmt::format("Residual, {}", error.what()));
  }
  if (result != inputs)
    throw InvalidInput(fmt::format(
        "Residual: x has {} columns, and the inner layers must give as many to be added to it, "
        "but give {}",
        inputs, result));
  return result;
}

template <class T>
void Residual<T>::initialize(Random& random) {
  inner_.initialize(random());
}

template <class T>
Index Residual<T>::scratch_size(Index rows, Index inputs) const {
  return inner_.scratch_size(rows, inputs);
}

template <class T>
void Residual<T>::forward(ConstBatch<T> x, Batch<T> y) const {
  std::vector<T> scratch(static_cast<std::size_t>(scratch_size(x.rows(), x.cols())));
  forward_with(x, y, scratch.data());
}

template <class T>
void Residual<T>::forward_with(ConstBatch<T> x, Batch<T> y, T* scratch) const {
  inner_.predict(x, y, scratch);
  y += x;
}

template <class T>
void Residual<T>::forward_training(ConstBatch<T> x, Batch<T> y, Random& random) {
  y = x + inner_.forward(x, random());
}

template <class T>
void Residual<T>::backward(ConstBatch<T> /*x*/, ConstBatch<T> /*y*/, ConstBatch<T> dy,
                           Batch<T> dx) {
  inner_.backward(dy, dx);
  dx += dy;
}

template class Residual<float>;
template class Residual<double>;

}  // namespace espalier::nn
