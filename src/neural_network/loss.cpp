// SPDX-License-Identifier: BSD-3-Clause
#include <espalier/neural_network/loss.hpp>

#include <fmt/format.h>

#include <cmath>

#include <espalier/core/errors.hpp>

#include "neural_network/logistic.hpp"
#include "neural_network/loss_blocks.hpp"

namespace espalier::nn {

template <class T>
void Loss<T>::check(ConstBatch<T> y, Index outputs) const {
  if (y.cols() != outputs)
    throw InvalidInput(fmt::format("{}: the network gives {} outputs, but y has {} columns", name(),
                                   outputs, y.cols()));
}

template <class T>
void check_shapes(std::string_view loss, ConstBatch<T> z, ConstBatch<T> y, Index columns,
                  std::span<const T> weights, Batch<T> dz) {
  if (y.rows() != z.rows() || y.cols() != columns)
    throw InvalidInput(fmt::format("{}: results of {} × {} want a y of {} × {}, got {} × {}", loss,
                                   z.rows(), z.cols(), z.rows(), columns, y.rows(), y.cols()));
  if (!weights.empty() && static_cast<Index>(weights.size()) != z.rows())
    throw InvalidInput(
        fmt::format("{}: there are {} rows, but {} weights", loss, z.rows(), weights.size()));
  if (dz.size() != 0 && (dz.rows() != z.rows() || dz.cols() != z.cols()))
    throw InvalidInput(
        fmt::format("{}: results of {} × {} have a gradient of that shape, got "
                    "{} × {}",
                    loss, z.rows(), z.cols(), dz.rows(), dz.cols()));
}

void refuse_target(std::string_view loss, Index row, std::string_view expected, double got) {
  throw InvalidInput(
      fmt::format("{}: expected {} in y, got {} in row {}", loss, expected, got, row));
}

Index class_number(std::string_view loss, double y, Index n_classes, Index row) {
  if (!(y >= 0.0) || y >= static_cast<double>(n_classes) || y != std::floor(y))
    refuse_target(loss, row, fmt::format("class numbers from 0 to {}", n_classes - 1), y);
  return static_cast<Index>(y);
}

void check_weights(std::string_view loss, Index outputs, std::size_t n_weights) {
  if (n_weights != 0 && n_weights != static_cast<std::size_t>(outputs))
    throw InvalidInput(
        fmt::format("{}: its options have {} weights, but the network gives {} outputs", loss,
                    n_weights, outputs));
}

void check_classes(std::string_view loss, Index outputs, std::size_t n_class_weights) {
  if (outputs < 2)
    throw InvalidInput(
        fmt::format("{}: expected at least 2 outputs, one for each class, got {}", loss, outputs));
  check_weights(loss, outputs, n_class_weights);
}

template <class T>
void softmax_rows(Batch<T> z) {
  const Index columns = z.cols();
  parallel_for_blocks(
      loss_blocks(z.rows(), columns), loss_work(z.rows(), columns), [&](Index begin, Index end) {
        for_each_softmax<T>(view(z), begin, end,
                            [&](Index i, const double* e, double sum, double /*largest*/) {
                              T* const to = z.data() + i * columns;
                              for (Index k = 0; k < columns; ++k)
                                to[k] = static_cast<T>(e[k] / sum);
                            });
      });
}

template <class T>
void sigmoid_rows(Batch<T> z) {
  T* const to = z.data();
  parallel_for_blocks({z.size(), 4096}, loss_work(z.rows(), z.cols()), [&](Index begin, Index end) {
    for (Index i = begin; i < end; ++i)
      to[i] = static_cast<T>(logistic(static_cast<double>(to[i])).p);
  });
}

template class Loss<float>;
template class Loss<double>;
template void check_shapes(std::string_view, ConstBatch<float>, ConstBatch<float>, Index,
                           std::span<const float>, Batch<float>);
template void check_shapes(std::string_view, ConstBatch<double>, ConstBatch<double>, Index,
                           std::span<const double>, Batch<double>);
template void softmax_rows(Batch<float>);
template void softmax_rows(Batch<double>);
template void sigmoid_rows(Batch<float>);
template void sigmoid_rows(Batch<double>);

}  // namespace espalier::nn
