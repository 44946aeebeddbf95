// SPDX-License-Identifier: BSD-3-Clause
#include "linalg/column_moments.hpp"

#include <espalier/core/parallel.hpp>

namespace espalier::linalg {
namespace {

constexpr Index rows_per_block = 8192;

void combine(ColumnMoments& total, const ColumnMoments& part) {
  if (part.weight == 0.0) return;
  if (total.weight == 0.0) {
    total = part;
    return;
  }
  const double weight = total.weight + part.weight;
  const double distance = part.mean - total.mean;
  const double share = part.weight / weight;
  total.squares += part.squares + distance * distance * total.weight * share;
  total.mean += distance * share;
  total.weight = weight;
}

template <class T, class X>
std::vector<ColumnMoments> moments_by_blocks(const X& x, const Vector& weights) {
  const ColumnKernels<T>& kernels = column_kernels<T>();
  const Blocks blocks{x.rows(), rows_per_block};
  const double* w = weights.size() > 0 ? weights.data() : nullptr;
  const Index p = x.cols();
  std::vector<ColumnMoments> parts(static_cast<std::size_t>(blocks.count() * p));
  parallel_for(blocks.count() * p, static_cast<double>(x.size()), [&](Index task) {
    const Index begin = blocks.begin(task / p), j = task % p;
    parts[static_cast<std::size_t>(task)] =
        kernels.moments(x.data() + j * x.outerStride() + begin, w == nullptr ? w : w + begin,
                        blocks.end(task / p) - begin);
  });
  std::vector<ColumnMoments> result(static_cast<std::size_t>(p));
  for (std::size_t task = 0; task < parts.size(); ++task)
    combine(result[task % static_cast<std::size_t>(p)], parts[task]);
  return result;
}

}  // namespace

std::vector<ColumnMoments> column_moments(const MatrixArg& X, const Vector& weights) {
  return moments_by_blocks<double>(X, weights);
}

std::vector<ColumnMoments> column_moments(const MatrixArg32& X, const Vector& weights) {
  return moments_by_blocks<float>(X, weights);
}

}  // namespace espalier::linalg
