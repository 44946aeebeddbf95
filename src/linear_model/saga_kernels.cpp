// SPDX-License-Identifier: BSD-3-Clause
#include "linear_model/saga_kernels.hpp"

#include <cstring>

namespace espalier::detail {
namespace {

typedef double Numbers __attribute__((vector_size(64)));
constexpr std::size_t width = 8;

/// The same code for every instruction set: the compiler writes the vector code.
[[gnu::always_inline]] inline void step_body(const SagaStep& step, const double* x,
                                             const double* threshold, const double* shrink,
                                             double* z, double* mean, std::size_t n) {
  for (std::size_t j = 0; j < n; j += width) {
    Numbers a, m, t, s, row;
    std::memcpy(&a, z + j, sizeof a);
    std::memcpy(&m, mean + j, sizeof m);
    std::memcpy(&t, threshold + j, sizeof t);
    std::memcpy(&s, shrink + j, sizeof s);
    std::memcpy(&row, x + j, sizeof row);
    a -= step.along_row * row + step.along_mean * m;
    m += step.mean_change * row;
    const Numbers low = a < -t ? -t : a;
    a = (a - (low < t ? low : t)) * s;
    std::memcpy(z + j, &a, sizeof a);
    std::memcpy(mean + j, &m, sizeof m);
  }
}

void step_portable(const SagaStep& step, const double* x, const double* threshold,
                   const double* shrink, double* z, double* mean, std::size_t n) {
  step_body(step, x, threshold, shrink, z, mean, n);
}

#if defined(__x86_64__) && defined(__GNUC__)
__attribute__((target("avx2,fma"))) void step_avx2(const SagaStep& step, const double* x,
                                                   const double* threshold, const double* shrink,
                                                   double* z, double* mean, std::size_t n) {
  step_body(step, x, threshold, shrink, z, mean, n);
}

__attribute__((target("avx512f,avx512dq,avx512vl,avx2,fma"))) void step_avx512(
    const SagaStep& step, const double* x, const double* threshold, const double* shrink, double* z,
    double* mean, std::size_t n) {
  step_body(step, x, threshold, shrink, z, mean, n);
}
#endif

}  // namespace

SagaKernel saga_kernel(InstructionSet instructions) {
#if defined(__x86_64__) && defined(__GNUC__)
  if (instructions == InstructionSet::avx512) return step_avx512;
  if (instructions == InstructionSet::avx2) return step_avx2;
#endif
  static_cast<void>(instructions);
  return step_portable;
}

}  // namespace espalier::detail
