// SPDX-License-Identifier: BSD-3-Clause
#include "linalg/spectral_kernels.hpp"

#include "linalg/vectors.hpp"

namespace espalier::linalg {
namespace {

using Size = std::ptrdiff_t;

template <int n>
[[gnu::always_inline]] inline double sum_of(const VectorOf<double, n>& v) {
  double lanes[n];
  store<double, n>(v, lanes);
  for (int half = n / 2; half > 0; half /= 2)
    for (int i = 0; i < half; ++i) lanes[i] += lanes[i + half];
  return lanes[0];
}

/// Columns [j, j + m) from row j on: the square on the diagonal by itself, then m columns at once,
/// each number for its place and its mirror image.
template <int n, int m>
[[gnu::always_inline]] inline void add_columns(Size rows, const double* a, Size stride, Size j,
                                               const double* x, double* y) {
  const double* column = a + j * stride;
  for (int c = 0; c < m; ++c) {
    y[j + c] += column[c * stride + j + c] * x[j + c];
    for (int r = c + 1; r < m; ++r) {
      y[j + r] += column[c * stride + j + r] * x[j + c];
      y[j + c] += column[c * stride + j + r] * x[j + r];
    }
  }
  VectorOf<double, n> sum[m] = {};
  double rest[m] = {};
  Size i = j + m;
  for (; i + n <= rows; i += n) {
    VectorOf<double, n> own, xi, yi;
    load<double, n>(x + i, xi);
    load<double, n>(y + i, yi);
#pragma GCC unroll 8
    for (int c = 0; c < m; ++c) {
      load<double, n>(column + c * stride + i, own);
      sum[c] += own * xi;
      yi += own * x[j + c];
    }
    store<double, n>(yi, y + i);
  }
  for (; i < rows; ++i)
    for (int c = 0; c < m; ++c) {
      rest[c] += column[c * stride + i] * x[i];
      y[i] += column[c * stride + i] * x[j + c];
    }
  for (int c = 0; c < m; ++c) y[j + c] += sum_of<n>(sum[c]) + rest[c];
}

template <int n>
[[gnu::always_inline]] inline void symmetric_columns_of(Size rows, const double* a, Size stride,
                                                        Size begin, Size end, const double* x,
                                                        double* y) {
  constexpr int together = 4;
  Size j = begin;
  for (; j + together <= end; j += together) add_columns<n, together>(rows, a, stride, j, x, y);
  for (; j < end; ++j) add_columns<n, 1>(rows, a, stride, j, x, y);
}

template <int n>
[[gnu::always_inline]] inline PoleSums pole_sums_of(Size count, const double* pole,
                                                    const double* weight, double origin, double x) {
  VectorOf<double, n> value = {}, slope = {};
  Size i = 0;
  for (; i + n <= count; i += n) {
    VectorOf<double, n> p, w;
    load<double, n>(pole + i, p);
    load<double, n>(weight + i, w);
    const VectorOf<double, n> inverse = 1.0 / ((p - origin) - x);
    value += w * inverse;
    slope += w * inverse * inverse;
  }
  PoleSums sums{sum_of<n>(value), sum_of<n>(slope)};
  for (; i < count; ++i) {
    const double inverse = 1.0 / ((pole[i] - origin) - x);
    sums.value += weight[i] * inverse;
    sums.slope += weight[i] * inverse * inverse;
  }
  return sums;
}

#define ESPALIER_SPECTRAL_KERNELS(Name, lanes, target)                                     \
  struct Name {                                                                            \
    target static void symmetric_columns(Size n, const double* a, Size stride, Size begin, \
                                         Size end, const double* x, double* y) {           \
      symmetric_columns_of<lanes>(n, a, stride, begin, end, x, y);                         \
    }                                                                                      \
    target static PoleSums pole_sums(Size n, const double* pole, const double* weight,     \
                                     double origin, double x) {                            \
      return pole_sums_of<lanes>(n, pole, weight, origin, x);                              \
    }                                                                                      \
    static constexpr SpectralKernels kernels{&symmetric_columns, &pole_sums};              \
  };

ESPALIER_SPECTRAL_KERNELS(Portable, 2, )
#ifdef ESPALIER_LINALG_X86
ESPALIER_SPECTRAL_KERNELS(Avx2, 4, ESPALIER_LINALG_AVX2)
ESPALIER_SPECTRAL_KERNELS(Avx512, 8, ESPALIER_LINALG_AVX512)
#endif

}  // namespace

const SpectralKernels& spectral_kernels(InstructionSet instructions) {
#ifdef ESPALIER_LINALG_X86
  if (instructions == InstructionSet::avx512) return Avx512::kernels;
  if (instructions == InstructionSet::avx2) return Avx2::kernels;
#endif
  static_cast<void>(instructions);
  return Portable::kernels;
}

}  // namespace espalier::linalg
