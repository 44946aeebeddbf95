// SPDX-License-Identifier: BSD-3-Clause
// Compiled with -ffp-contract=off: every instruction set rounds a product before it is added.
#include "linalg/vector_kernels.hpp"

#if defined(__x86_64__) && defined(__GNUC__)
#include <immintrin.h>
#endif

namespace espalier::linalg {
namespace {

using detail::InstructionSet;

constexpr std::size_t lanes = 8;

/// The sum of 16 lanes: the two halves, then halves of what is left.
double sum_of(double* low, const double* high) {
  for (std::size_t k = 0; k < lanes; ++k) low[k] += high[k];
  for (std::size_t half = lanes / 2; half > 0; half /= 2)
    for (std::size_t k = 0; k < half; ++k) low[k] += low[k + half];
  return low[0];
}

template <class A, class B>
double dot_portable(const A* a, const B* b, std::size_t n) {
  const auto product = [&](std::size_t i) {
    return static_cast<double>(a[i]) * static_cast<double>(b[i]);
  };
  double low[lanes] = {}, high[lanes] = {};
  std::size_t i = 0;
  for (; i + 2 * lanes <= n; i += 2 * lanes)
    for (std::size_t k = 0; k < lanes; ++k) {
      low[k] += product(i + k);
      high[k] += product(i + lanes + k);
    }
  if (i < n)
    for (std::size_t k = 0; k < lanes; ++k) low[k] += product(i + k);
  return sum_of(low, high);
}

template <class T>
double add_portable(double c, const T* a, double* b, std::size_t n) {
  double low[lanes] = {}, high[lanes] = {};
  const auto add = [&](std::size_t i, double* squares) {
    for (std::size_t k = 0; k < lanes; ++k) {
      b[i + k] += c * static_cast<double>(a[i + k]);
      squares[k] += b[i + k] * b[i + k];
    }
  };
  std::size_t i = 0;
  for (; i + 2 * lanes <= n; i += 2 * lanes) {
    add(i, low);
    add(i + lanes, high);
  }
  if (i < n) add(i, low);
  return sum_of(low, high);
}

template <class T>
double squared_norm_portable(const T* a, std::size_t n) {
  return dot_portable(a, a, n);
}

template <class T>
constexpr VectorKernelsOf<T> portable{dot_portable<T, double>, squared_norm_portable<T>,
                                      add_portable<T>};

#if defined(__x86_64__) && defined(__GNUC__)

__attribute__((target("avx2"), always_inline)) inline __m256d load_4(const double* a) {
  return _mm256_loadu_pd(a);
}
__attribute__((target("avx2"), always_inline)) inline __m256d load_4(const float* a) {
  return _mm256_cvtps_pd(_mm_loadu_ps(a));
}

__attribute__((target("avx2"), always_inline)) inline double sum_of_4(__m256d v) {
  const __m128d pair = _mm_add_pd(_mm256_castpd256_pd128(v), _mm256_extractf128_pd(v, 1));
  return _mm_cvtsd_f64(_mm_add_sd(pair, _mm_unpackhi_pd(pair, pair)));
}

template <class A, class B>
__attribute__((target("avx2"))) double dot_avx2(const A* a, const B* b, std::size_t n) {
  __m256d s0 = _mm256_setzero_pd(), s1 = s0, s2 = s0, s3 = s0;
  std::size_t i = 0;
  for (; i + 2 * lanes <= n; i += 2 * lanes) {
    s0 = _mm256_add_pd(s0, _mm256_mul_pd(load_4(a + i), load_4(b + i)));
    s1 = _mm256_add_pd(s1, _mm256_mul_pd(load_4(a + i + 4), load_4(b + i + 4)));
    s2 = _mm256_add_pd(s2, _mm256_mul_pd(load_4(a + i + 8), load_4(b + i + 8)));
    s3 = _mm256_add_pd(s3, _mm256_mul_pd(load_4(a + i + 12), load_4(b + i + 12)));
  }
  if (i < n) {
    s0 = _mm256_add_pd(s0, _mm256_mul_pd(load_4(a + i), load_4(b + i)));
    s1 = _mm256_add_pd(s1, _mm256_mul_pd(load_4(a + i + 4), load_4(b + i + 4)));
  }
  return sum_of_4(_mm256_add_pd(_mm256_add_pd(s0, s2), _mm256_add_pd(s1, s3)));
}

template <class T>
__attribute__((target("avx2"), always_inline)) inline __m256d add_4(__m256d c, const T* a,
                                                                    double* b, __m256d squares) {
  const __m256d sum = _mm256_add_pd(_mm256_loadu_pd(b), _mm256_mul_pd(c, load_4(a)));
  _mm256_storeu_pd(b, sum);
  return _mm256_add_pd(squares, _mm256_mul_pd(sum, sum));
}

template <class T>
__attribute__((target("avx2"))) double add_avx2(double c, const T* a, double* b, std::size_t n) {
  const __m256d factor = _mm256_set1_pd(c);
  __m256d s0 = _mm256_setzero_pd(), s1 = s0, s2 = s0, s3 = s0;
  std::size_t i = 0;
  for (; i + 2 * lanes <= n; i += 2 * lanes) {
    s0 = add_4(factor, a + i, b + i, s0);
    s1 = add_4(factor, a + i + 4, b + i + 4, s1);
    s2 = add_4(factor, a + i + 8, b + i + 8, s2);
    s3 = add_4(factor, a + i + 12, b + i + 12, s3);
  }
  if (i < n) {
    s0 = add_4(factor, a + i, b + i, s0);
    s1 = add_4(factor, a + i + 4, b + i + 4, s1);
  }
  return sum_of_4(_mm256_add_pd(_mm256_add_pd(s0, s2), _mm256_add_pd(s1, s3)));
}

template <class T>
double squared_norm_avx2(const T* a, std::size_t n) {
  return dot_avx2(a, a, n);
}

template <class T>
constexpr VectorKernelsOf<T> avx2{dot_avx2<T, double>, squared_norm_avx2<T>, add_avx2<T>};

// (masked, since g++ 12 takes the plain forms for uses of an uninitialised value)
__attribute__((target("avx512f,avx2"), always_inline)) inline __m512d load_8(const double* a) {
  return _mm512_loadu_pd(a);
}
__attribute__((target("avx512f,avx2"), always_inline)) inline __m512d load_8(const float* a) {
  return _mm512_maskz_cvtps_pd(0xff, _mm256_loadu_ps(a));
}

__attribute__((target("avx512f,avx2"), always_inline)) inline double sum_of_8(__m512d v) {
  return sum_of_4(_mm256_add_pd(_mm512_maskz_extractf64x4_pd(0xf, v, 0),
                                _mm512_maskz_extractf64x4_pd(0xf, v, 1)));
}

template <class A, class B>
__attribute__((target("avx512f,avx2"))) double dot_avx512(const A* a, const B* b, std::size_t n) {
  __m512d s0 = _mm512_setzero_pd(), s1 = s0;
  std::size_t i = 0;
  for (; i + 2 * lanes <= n; i += 2 * lanes) {
    s0 = _mm512_add_pd(s0, _mm512_mul_pd(load_8(a + i), load_8(b + i)));
    s1 = _mm512_add_pd(s1, _mm512_mul_pd(load_8(a + i + 8), load_8(b + i + 8)));
  }
  if (i < n) s0 = _mm512_add_pd(s0, _mm512_mul_pd(load_8(a + i), load_8(b + i)));
  return sum_of_8(_mm512_add_pd(s0, s1));
}

template <class T>
__attribute__((target("avx512f,avx2"), always_inline)) inline __m512d add_8(__m512d c, const T* a,
                                                                            double* b,
                                                                            __m512d squares) {
  const __m512d sum = _mm512_add_pd(_mm512_loadu_pd(b), _mm512_mul_pd(c, load_8(a)));
  _mm512_storeu_pd(b, sum);
  return _mm512_add_pd(squares, _mm512_mul_pd(sum, sum));
}

template <class T>
__attribute__((target("avx512f,avx2"))) double add_avx512(double c, const T* a, double* b,
                                                          std::size_t n) {
  const __m512d factor = _mm512_set1_pd(c);
  __m512d s0 = _mm512_setzero_pd(), s1 = s0;
  std::size_t i = 0;
  for (; i + 2 * lanes <= n; i += 2 * lanes) {
    s0 = add_8(factor, a + i, b + i, s0);
    s1 = add_8(factor, a + i + 8, b + i + 8, s1);
  }
  if (i < n) s0 = add_8(factor, a + i, b + i, s0);
  return sum_of_8(_mm512_add_pd(s0, s1));
}

template <class T>
double squared_norm_avx512(const T* a, std::size_t n) {
  return dot_avx512(a, a, n);
}

template <class T>
constexpr VectorKernelsOf<T> avx512{dot_avx512<T, double>, squared_norm_avx512<T>, add_avx512<T>};

#endif

}  // namespace

template <class T>
const VectorKernelsOf<T>& vector_kernels(InstructionSet instructions) {
#if defined(__x86_64__) && defined(__GNUC__)
  if (instructions == InstructionSet::avx512) return avx512<T>;
  if (instructions == InstructionSet::avx2) return avx2<T>;
#endif
  static_cast<void>(instructions);
  return portable<T>;
}

template const VectorKernelsOf<double>& vector_kernels<double>(InstructionSet);
template const VectorKernelsOf<float>& vector_kernels<float>(InstructionSet);

}  // namespace espalier::linalg
