// SPDX-License-Identifier: BSD-3-Clause
#include <espalier/neural_network/gradient_clipping.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <string_view>

#include <espalier/core/errors.hpp>
#include <espalier/core/parallel.hpp>

#include "neural_network/lane_sum.hpp"

namespace espalier::nn {
namespace {

constexpr Index numbers_per_block = 1 << 14;

void check_bound(double bound, std::string_view function, std::string_view name) {
  if (!(bound > 0.0))
    throw InvalidParameter(
        fmt::format("{}: {} must be a number above 0, got {}", function, name, bound));
}

/// change(number) for all numbers of all gradients.
template <class T, class Change>
void for_each_number(std::span<Parameter<T>* const> parameters, const Change& change) {
  for (Parameter<T>* const p : parameters) {
    const Index n = p->gradient.size();
    T* const gradient = p->gradient.data();
    parallel_for_blocks({n, numbers_per_block}, static_cast<double>(n),
                        [&](Index begin, Index end) {
                          for (Index i = begin; i < end; ++i) gradient[i] = change(gradient[i]);
                        });
  }
}

template <class T>
double sum_of_squares(const Rows<T>& gradient) {
  const T* const g = gradient.data();
  const Index n = gradient.size();
  return reduce_blocks(
      Blocks{n, numbers_per_block}, static_cast<double>(n), 0.0,
      [&](Index begin, Index end) {
        return lane_sum(end - begin, [&](Index i) {
          const auto x = static_cast<double>(g[begin + i]);
          return x * x;
        });
      },
      [](double& total, double part) { total += part; });
}

}  // namespace

template <class T>
double clip_by_norm(std::span<Parameter<T>* const> parameters, double max_norm) {
  check_bound(max_norm, "clip_by_norm", "max_norm");
  double total = 0.0;
  for (const Parameter<T>* const p : parameters) total += sum_of_squares(p->gradient);
  const double norm = std::sqrt(total);
  if (norm > max_norm && std::isfinite(norm)) {
    const auto factor = static_cast<T>(max_norm / norm);
    for_each_number(parameters, [factor](T g) { return g * factor; });
  }
  return norm;
}

template <class T>
void clip_by_value(std::span<Parameter<T>* const> parameters, double limit) {
  check_bound(limit, "clip_by_value", "limit");
  const auto high = static_cast<T>(limit);
  for_each_number(parameters, [high](T g) {
    const T low_enough = g > high ? high : g;
    return low_enough < -high ? -high : low_enough;
  });
}

template double clip_by_norm(std::span<Parameter<float>* const>, double);
template double clip_by_norm(std::span<Parameter<double>* const>, double);
template void clip_by_value(std::span<Parameter<float>* const>, double);
template void clip_by_value(std::span<Parameter<double>* const>, double);

}  // namespace espalier::nn
