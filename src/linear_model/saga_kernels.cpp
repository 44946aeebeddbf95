// SPDX-License-Identifier: BSD-3-Clause
#include "linear_model/saga_kernels.hpp"

#include <cstring>

namespace espalier::detail {
namespace {

typedef double Numbers __attribute__((vector_size(64)));
constexpr std::size_t width = 8;

[[gnu::always_inline]] inline void load(const double* from, Numbers& to) {
  std::memcpy(&to, from, sizeof to);
}
[[gnu::always_inline]] inline void load(const float* from, Numbers& to) {
  typedef float Singles __attribute__((vector_size(32)));
  Singles singles;
  std::memcpy(&singles, from, sizeof singles);
  to = __builtin_convertvector(singles, Numbers);
}

/// The same code for every instruction set: the compiler writes the vector code.
template <class T>
[[gnu::always_inline]] inline void step_body(const SagaStep& step, const T* x,
                                             const double* threshold, const double* shrink,
                                             double* z, double* mean, std::size_t n) {
  for (std::size_t j = 0; j < n; j += width) {
    Numbers a, m, t, s, row;
    load(z + j, a);
    load(mean + j, m);
    load(threshold + j, t);
    load(shrink + j, s);
    load(x + j, row);
    a -= step.along_row * row + step.along_mean * m;
    m += step.mean_change * row;
    const Numbers low = a < -t ? -t : a;
    a = (a - (low < t ? low : t)) * s;
    std::memcpy(z + j, &a, sizeof a);
    std::memcpy(mean + j, &m, sizeof m);
  }
}

template <class T>
void step_portable(const SagaStep& step, const T* x, const double* threshold, const double* shrink,
                   double* z, double* mean, std::size_t n) {
  step_body(step, x, threshold, shrink, z, mean, n);
}

#if defined(__x86_64__) && defined(__GNUC__)
template <class T>
__attribute__((target("avx2,fma"))) void step_avx2(const SagaStep& step, const T* x,
                                                   const double* threshold, const double* shrink,
                                                   double* z, double* mean, std::size_t n) {
  step_body(step, x, threshold, shrink, z, mean, n);
}

template <class T>
__attribute__((target("avx512f,avx512dq,avx512vl,avx2,fma"))) void step_avx512(
    const SagaStep& step, const T* x, const double* threshold, const double* shrink, double* z,
    double* mean, std::size_t n) {
  step_body(step, x, threshold, shrink, z, mean, n);
}
#endif

}  // namespace

template <class T>
SagaKernel<T> saga_kernel(InstructionSet instructions) {
#if defined(__x86_64__) && defined(__GNUC__)
  if (instructions == InstructionSet::avx512) return step_avx512<T>;
  if (instructions == InstructionSet::avx2) return step_avx2<T>;
#endif
  static_cast<void>(instructions);
  return step_portable<T>;
}

template SagaKernel<double> saga_kernel<double>(InstructionSet);
template SagaKernel<float> saga_kernel<float>(InstructionSet);

}  // namespace espalier::detail
