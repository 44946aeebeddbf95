// SPDX-License-Identifier: BSD-3-Clause
#include <espalier/neural_network/activations.hpp>

namespace espalier::nn {

template <class T>
void ReLU<T>::forward(ConstBatch<T> x, Batch<T> y) const {
  y = x.cwiseMax(T(0));
}

template <class T>
void ReLU<T>::backward(ConstBatch<T> /*x*/, ConstBatch<T> y, ConstBatch<T> dy, Batch<T> dx) {
  dx = (y.array() > T(0)).select(dy, T(0));
}

template class ReLU<float>;
template class ReLU<double>;

}  // namespace espalier::nn
