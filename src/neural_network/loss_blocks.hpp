// SPDX-License-Identifier: BSD-3-Clause
/// @file
/// What the losses share: shapes, sums over rows, and softmax. All in double.
#pragma once

#include <algorithm>
#include <array>
#include <string_view>
#include <vector>

#include <espalier/core/parallel.hpp>
#include <espalier/detail/exponential.hpp>
#include <espalier/loss/pointwise.hpp>
#include <espalier/neural_network/loss.hpp>

#include "neural_network/lane_sum.hpp"

namespace espalier::nn {

/// @throws InvalidInput  y has not the rows of z and `columns` columns, there is another number of
/// weights than rows, or dz is neither empty nor of the shape of z
template <class T>
void check_shapes(std::string_view loss, ConstBatch<T> z, ConstBatch<T> y, Index columns,
                  std::span<const T> weights, Batch<T> dz);

[[noreturn]] void refuse_target(std::string_view loss, Index row, std::string_view expected,
                                double got);

/// @throws InvalidInput  naming the first target that is not `allowed`
template <class T, class Allowed>
void check_targets(std::string_view loss, ConstBatch<T> y, std::string_view expected,
                   const Allowed& allowed) {
  for (Index i = 0; i < y.size(); ++i)
    if (!allowed(y.data()[i])) refuse_target(loss, i / y.cols(), expected, y.data()[i]);
}

/// The class number that y stands for. @throws InvalidInput  it is none of 0 … n_classes − 1
Index class_number(std::string_view loss, double y, Index n_classes, Index row);

/// @throws InvalidInput  there are weights, but not one for each output
void check_weights(std::string_view loss, Index outputs, std::size_t n_weights);
/// The same; also where there are fewer than 2 outputs.
void check_classes(std::string_view loss, Index outputs, std::size_t n_class_weights);

template <class T>
double weight_of(std::span<const T> weights, Index row) {
  return weights.empty() ? 1.0 : static_cast<double>(weights[static_cast<std::size_t>(row)]);
}

template <class T>
double sum_of_weights(std::span<const T> weights, Index rows) {
  double sum = 0.0;
  for (Index i = 0; i < rows; ++i) sum += weight_of(weights, i);
  return sum;
}

/// Rows of `columns` numbers, cut for a sum over rows in which each number costs some ten
/// operations.
inline Blocks loss_blocks(Index rows, Index columns) {
  return {rows, std::max<Index>(1, 4096 / std::max<Index>(1, columns))};
}
inline double loss_work(Index rows, Index columns) {
  return 10.0 * static_cast<double>(rows) * static_cast<double>(columns);
}

/// sum(begin, end) of all blocks of rows, in order.
template <class Sum>
double sum_rows(Index rows, Index columns, const Sum& sum) {
  return reduce_blocks(loss_blocks(rows, columns), loss_work(rows, columns), 0.0, sum,
                       [](double& total, double part) { total += part; });
}

/// Σ share(i)·f(i).loss over i in [0, n); share(i)·f(i).gradient goes to gradient[i], if it is not
/// null. A few numbers at a time, so that f becomes vector code.
template <class T, class Share, class Pointwise>
double sum_stretch(Index n, T* gradient, const Share& share, const Pointwise& f) {
  constexpr Index most = 64;
  std::array<double, most> losses, gradients;
  double total = 0.0;
  for (Index begin = 0; begin < n; begin += most) {
    const Index m = std::min(most, n - begin);
    for (Index i = 0; i < m; ++i) {
      const LossGradient at = f(begin + i);
      const double part = share(begin + i);
      losses[static_cast<std::size_t>(i)] = part * at.loss;
      gradients[static_cast<std::size_t>(i)] = part * at.gradient;
    }
    total += lane_sum(m, [&](Index i) { return losses[static_cast<std::size_t>(i)]; });
    if (gradient == nullptr) continue;
    for (Index i = 0; i < m; ++i)
      gradient[begin + i] = static_cast<T>(gradients[static_cast<std::size_t>(i)]);
  }
  return total;
}

/// The loss of outputs that count on their own: f(y, z, position) → LossGradient, where position is
/// row · columns + column.
template <class T, class Pointwise>
double evaluate_outputs(std::string_view loss, Reduction reduction, ConstBatch<T> z,
                        ConstBatch<T> y, std::span<const T> weights, Batch<T> dz,
                        const Pointwise& f) {
  const Index n = z.rows(), columns = z.cols();
  check_shapes<T>(loss, z, y, columns, weights, dz);
  const double weight = sum_of_weights(weights, n);
  if (!(weight > 0.0)) {
    dz.setZero();
    return 0.0;
  }
  const double unit =
      1.0 / (weight * (reduction == Reduction::mean ? static_cast<double>(columns) : 1.0));
  const auto stretch = [&](Index from, Index to, const auto& share) {
    const T* const y_from = y.data() + from;
    const T* const z_from = z.data() + from;
    return sum_stretch(to - from, dz.size() == 0 ? nullptr : dz.data() + from, share, [&](Index i) {
      return f(static_cast<double>(y_from[i]), static_cast<double>(z_from[i]), from + i);
    });
  };
  return sum_rows(n, columns, [&](Index begin, Index end) {
    if (weights.empty())
      return stretch(begin * columns, end * columns, [&](Index) { return unit; });
    const T* const w = weights.data();
    if (columns == 1)
      return stretch(begin, end, [&](Index i) { return unit * static_cast<double>(w[begin + i]); });
    double total = 0.0;
    for (Index i = begin; i < end; ++i) {
      const double share = unit * static_cast<double>(w[i]);
      total += stretch(i * columns, (i + 1) * columns, [&](Index) { return share; });
    }
    return total;
  });
}

/// Calls row(i, e, sum, largest) for the rows [begin, end) of z, where e are the numbers
/// exp(zₖ − largest), `largest` the largest of them and `sum` their sum.
template <class T, class Row>
void for_each_softmax(ConstBatch<T> z, Index begin, Index end, const Row& row) {
  const Index columns = z.cols(), together = std::max<Index>(1, 512 / columns);
  std::vector<double> e(static_cast<std::size_t>(together * columns));
  std::vector<double> largest(static_cast<std::size_t>(together));
  for (Index first = begin; first < end; first += together) {
    const Index n = std::min(together, end - first);
    for (Index r = 0; r < n; ++r) {
      const T* const from = z.data() + (first + r) * columns;
      const auto most = static_cast<double>(*std::max_element(from, from + columns));
      largest[static_cast<std::size_t>(r)] = most;
      double* const to = e.data() + r * columns;
      for (Index k = 0; k < columns; ++k) to[k] = static_cast<double>(from[k]) - most;
    }
    double* const all = e.data();
    for (Index i = 0; i < n * columns; ++i) all[i] = detail::exponential(all[i]);
    for (Index r = 0; r < n; ++r) {
      const double* const of_row = all + r * columns;
      double sum = 0.0;
      for (Index k = 0; k < columns; ++k) sum += of_row[k];
      row(first + r, of_row, sum, largest[static_cast<std::size_t>(r)]);
    }
  }
}

/// Softmax of every row, in place.
template <class T>
void softmax_rows(Batch<T> z);

/// 1 / (1 + e⁻ᶻ) of every number, in place.
template <class T>
void sigmoid_rows(Batch<T> z);

}  // namespace espalier::nn
