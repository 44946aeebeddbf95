// SPDX-License-Identifier: BSD-3-Clause
#include <espalier/neural_network/penalty.hpp>

#include <fmt/format.h>

#include <cmath>

#include <espalier/core/errors.hpp>
#include <espalier/core/parallel.hpp>

#include "neural_network/lane_sum.hpp"

namespace espalier::nn {
namespace {

constexpr Index numbers_per_block = 1 << 14;

template <class T>
void check(std::span<Parameter<T>* const> parameters, double l1, double l2) {
  if (!(l1 >= 0.0) || !(l2 >= 0.0) || !std::isfinite(l1) || !std::isfinite(l2))
    throw InvalidParameter(
        fmt::format("add_penalty: l1 and l2 must be numbers ≥ 0, got {} and {}", l1, l2));
  for (const Parameter<T>* const p : parameters)
    if (p->penalised && p->gradient.size() != p->size())
      throw InvalidInput(fmt::format("add_penalty: {} has {} values, but a gradient of {}", p->name,
                                     p->size(), p->gradient.size()));
}

/// Of the numbers w and their gradients g.
template <class T>
double add_to_stretch(const T* w, T* g, Index n, double l1, double l2) {
  double penalty = 0.0;
  if (l1 > 0.0) {
    const auto slope = static_cast<T>(l1);
    for (Index i = 0; i < n; ++i) g[i] += w[i] > T(0) ? slope : (w[i] < T(0) ? -slope : T(0));
    penalty += l1 * lane_sum(n, [w](Index i) { return std::abs(static_cast<double>(w[i])); });
  }
  if (l2 > 0.0) {
    const auto curvature = static_cast<T>(l2);
    for (Index i = 0; i < n; ++i) g[i] += curvature * w[i];
    penalty += 0.5 * l2 * lane_sum(n, [w](Index i) {
                 const auto x = static_cast<double>(w[i]);
                 return x * x;
               });
  }
  return penalty;
}

}  // namespace

template <class T>
double add_penalty(std::span<Parameter<T>* const> parameters, double l1, double l2) {
  check(parameters, l1, l2);
  if (l1 == 0.0 && l2 == 0.0) return 0.0;
  double total = 0.0;
  for (Parameter<T>* const p : parameters) {
    if (!p->penalised) continue;
    const T* const w = p->value.data();
    T* const g = p->gradient.data();
    total = reduce_blocks(
        Blocks{p->size(), numbers_per_block}, 2.0 * static_cast<double>(p->size()), total,
        [&](Index begin, Index end) {
          return add_to_stretch(w + begin, g + begin, end - begin, l1, l2);
        },
        [](double& sum, double part) { sum += part; });
  }
  return total;
}

template double add_penalty(std::span<Parameter<float>* const>, double, double);
template double add_penalty(std::span<Parameter<double>* const>, double, double);

}  // namespace espalier::nn
