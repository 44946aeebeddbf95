// SPDX-License-Identifier: BSD-3-Clause
#include "linalg/column_kernels.hpp"

#include "linalg/vectors.hpp"

namespace espalier::linalg {
namespace {

using Size = std::ptrdiff_t;

constexpr int lanes = 8;
using Lanes = VectorOf<double, lanes>;

template <class T>
[[gnu::always_inline]] inline void load_as_double(const T* from, Lanes& to) {
  VectorOf<T, lanes> own;
  load<T, lanes>(from, own);
  to = __builtin_convertvector(own, Lanes);
}

template <class T>
[[gnu::always_inline]] inline void store_from_double(const Lanes& from, T* to) {
  const VectorOf<T, lanes> own = __builtin_convertvector(from, VectorOf<T, lanes>);
  store<T, lanes>(own, to);
}

/// Σw, Σw(x − shift) and Σw(x − shift)².
struct Sums {
  double weight, first, second;
};

template <bool weighted, class T>
[[gnu::always_inline]] inline Sums sums_about(double shift, const T* x, const double* weights,
                                              Size n) {
  constexpr int chains = 4;  // additions wait for each other; four at a time do not
  Lanes weight[chains] = {}, first[chains] = {}, second[chains] = {};
  Size i = 0;
  for (; i + chains * lanes <= n; i += chains * lanes) {
#pragma GCC unroll 4
    for (int c = 0; c < chains; ++c) {
      Lanes d;
      load_as_double<T>(x + i + c * lanes, d);
      d -= shift;
      if constexpr (weighted) {
        Lanes w;
        load<double, lanes>(weights + i + c * lanes, w);
        weight[c] += w;
        first[c] += w * d;
        second[c] += w * d * d;
      } else {
        first[c] += d;
        second[c] += d * d;
      }
    }
  }
  const Lanes all_weight = (weight[0] + weight[1]) + (weight[2] + weight[3]);
  const Lanes all_first = (first[0] + first[1]) + (first[2] + first[3]);
  const Lanes all_second = (second[0] + second[1]) + (second[2] + second[3]);
  Sums sums{0.0, 0.0, 0.0};
  for (int lane = 0; lane < lanes; ++lane) {
    sums.weight += all_weight[lane];
    sums.first += all_first[lane];
    sums.second += all_second[lane];
  }
  for (; i < n; ++i) {
    const double w = weighted ? weights[i] : 1.0, d = static_cast<double>(x[i]) - shift;
    if constexpr (weighted) sums.weight += w;
    sums.first += w * d;
    sums.second += w * d * d;
  }
  if constexpr (!weighted) sums.weight = static_cast<double>(n);
  return sums;
}

/// The same of the numbers that are not NaN.
template <class T>
[[gnu::always_inline]] inline Sums observed_sums_about(double shift, const T* x,
                                                       const double* weights, Size n) {
  Sums sums{0.0, 0.0, 0.0};
  for (Size i = 0; i < n; ++i) {
    const double w = x[i] != x[i] ? 0.0 : (weights != nullptr ? weights[i] : 1.0);
    const double d = x[i] != x[i] ? 0.0 : static_cast<double>(x[i]) - shift;
    sums.weight += w;
    sums.first += w * d;
    sums.second += w * d * d;
  }
  return sums;
}

template <class T>
[[gnu::always_inline]] inline ColumnMoments moments_of(const T* x, const double* weights, Size n) {
  const auto plain = [&](double shift) __attribute__((always_inline)) {
    return weights != nullptr ? sums_about<true>(shift, x, weights, n)
                              : sums_about<false>(shift, x, weights, n);
  };
  Sums rough = plain(0.0);
  const bool all_observed = rough.first == rough.first;
  if (!all_observed) rough = observed_sums_about(0.0, x, weights, n);
  if (!(rough.weight > 0.0)) return {};
  const double shift = rough.first / rough.weight;
  const Sums sums = all_observed ? plain(shift) : observed_sums_about(shift, x, weights, n);
  const double offset = sums.first / sums.weight;  // what rounding left
  const double squares = sums.second - sums.first * offset;
  return {sums.weight, shift + offset, squares < 0.0 ? 0.0 : squares};  // NaN stays
}

template <class T>
[[gnu::always_inline]] inline void standardise_all(const T* x, Size n, double mean, double scale,
                                                   T* to) {
  Size i = 0;
  for (; i + lanes <= n; i += lanes) {
    Lanes v;
    load_as_double<T>(x + i, v);
    store_from_double<T>((v - mean) / scale, to + i);
  }
  for (; i < n; ++i) to[i] = static_cast<T>((static_cast<double>(x[i]) - mean) / scale);
}

template <class T>
[[gnu::always_inline]] inline void restore_all(const T* x, Size n, double mean, double scale,
                                               T* to) {
  Size i = 0;
  for (; i + lanes <= n; i += lanes) {
    Lanes v;
    load_as_double<T>(x + i, v);
    store_from_double<T>(v * scale + mean, to + i);
  }
  for (; i < n; ++i) to[i] = static_cast<T>(static_cast<double>(x[i]) * scale + mean);
}

#define ESPALIER_COLUMN_KERNELS(Name, target)                                              \
  template <class T>                                                                       \
  struct Name {                                                                            \
    target static ColumnMoments moments(const T* x, const double* weights, Size n) {       \
      return moments_of<T>(x, weights, n);                                                 \
    }                                                                                      \
    target static void standardise(const T* x, Size n, double mean, double scale, T* to) { \
      standardise_all<T>(x, n, mean, scale, to);                                           \
    }                                                                                      \
    target static void restore(const T* x, Size n, double mean, double scale, T* to) {     \
      restore_all<T>(x, n, mean, scale, to);                                               \
    }                                                                                      \
    static constexpr ColumnKernels<T> kernels{&moments, &standardise, &restore};           \
  };

ESPALIER_COLUMN_KERNELS(Portable, )
#ifdef ESPALIER_LINALG_X86
ESPALIER_COLUMN_KERNELS(Avx2, ESPALIER_LINALG_AVX2)
ESPALIER_COLUMN_KERNELS(Avx512, ESPALIER_LINALG_AVX512)
#endif

}  // namespace

template <class T>
const ColumnKernels<T>& column_kernels(InstructionSet instructions) {
#ifdef ESPALIER_LINALG_X86
  if (instructions == InstructionSet::avx512) return Avx512<T>::kernels;
  if (instructions == InstructionSet::avx2) return Avx2<T>::kernels;
#endif
  static_cast<void>(instructions);
  return Portable<T>::kernels;
}

template const ColumnKernels<double>& column_kernels(InstructionSet);
template const ColumnKernels<float>& column_kernels(InstructionSet);

}  // namespace espalier::linalg
