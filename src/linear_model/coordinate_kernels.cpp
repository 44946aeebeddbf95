// SPDX-License-Identifier: BSD-3-Clause
#include "linear_model/coordinate_kernels.hpp"

#include <algorithm>
#include <cmath>
#include <cstring>

#include "core/instruction_set.hpp"

#define ESPALIER_INLINE [[gnu::always_inline]] inline

namespace espalier::detail {
namespace {

// The same code for three instruction sets: the compiler writes the vector code.
#if defined(__x86_64__) && defined(__GNUC__)
template <class Body>
__attribute__((target("avx2,fma"))) auto on_avx2(const Body& body) {
  return body();
}
template <class Body>
__attribute__((target("avx512f,avx512dq,avx512vl,avx2,fma"))) auto on_avx512(const Body& body) {
  return body();
}
#endif

/// Calls `body`, which must be an always_inline lambda.
template <class Body>
auto dispatch(const Body& body) {
#if defined(__x86_64__) && defined(__GNUC__)
  const InstructionSet best = best_instruction_set();
  if (best == InstructionSet::avx512) return on_avx512(body);
  if (best == InstructionSet::avx2) return on_avx2(body);
#endif
  return body();
}

#define ESPALIER_BODY [&]() __attribute__((always_inline))

/// 64 bytes of numbers.
template <class T>
struct Pack {
  typedef T Type __attribute__((vector_size(64)));
  static constexpr Count size = 64 / static_cast<Count>(sizeof(T));
};

/// Four packs at a time, whose sums are independent: enough to hide the latency of an addition.
template <class T>
ESPALIER_INLINE double dot_of(const T* x, const T* v, Count n) {
  using Numbers = typename Pack<T>::Type;
  constexpr Count width = Pack<T>::size;
  Numbers sums[4] = {};
  Count i = 0;
  for (; i + 4 * width <= n; i += 4 * width)
    for (Count k = 0; k < 4; ++k) {
      Numbers a, b;
      std::memcpy(&a, x + i + k * width, sizeof a);
      std::memcpy(&b, v + i + k * width, sizeof b);
      sums[k] += a * b;
    }
  double total = 0.0;
  for (; i < n; ++i) total += static_cast<double>(x[i]) * static_cast<double>(v[i]);
  const Numbers sum = (sums[0] + sums[1]) + (sums[2] + sums[3]);
  for (Count l = 0; l < width; ++l) total += static_cast<double>(sum[l]);
  return total;
}

template <class T>
ESPALIER_INLINE void add_scaled_of(T a, const T* __restrict x, T* __restrict y, Count n) {
  for (Count i = 0; i < n; ++i) y[i] += a * x[i];
}

/// Eight numbers of T as doubles.
template <class T>
ESPALIER_INLINE void load(const T* x, typename Pack<double>::Type& doubles) {
  typedef T Numbers __attribute__((vector_size(8 * sizeof(T))));
  Numbers numbers;
  std::memcpy(&numbers, x, sizeof numbers);
  doubles = __builtin_convertvector(numbers, typename Pack<double>::Type);
}

template <bool weighted, class T>
ESPALIER_INLINE ColumnSums column_sums_of(const T* x, const double* s, const double* v, Count n) {
  using Numbers = typename Pack<double>::Type;
  constexpr Count width = Pack<double>::size;
  const double shift = static_cast<double>(x[0]);
  Numbers first = {}, second = {}, with_v = {};
  Count i = 0;
  for (; i + width <= n; i += width) {
    Numbers d, vi;
    load(x + i, d);
    load(v + i, vi);
    d -= shift;
    Numbers sd = d;
    if constexpr (weighted) {
      Numbers si;
      load(s + i, si);
      sd *= si;
    }
    first += sd;
    second += sd * d;
    with_v += vi * d;
  }
  ColumnSums sums;
  for (; i < n; ++i) {
    const double d = static_cast<double>(x[i]) - shift;
    const double sd = weighted ? s[i] * d : d;
    sums.first += sd;
    sums.second += sd * d;
    sums.with_v += v[i] * d;
  }
  for (Count l = 0; l < width; ++l) {
    sums.first += first[l];
    sums.second += second[l];
    sums.with_v += with_v[l];
  }
  return sums;
}

template <class T>
ESPALIER_INLINE ColumnSums column_sums_of(const T* x, const double* s, const double* v, Count n) {
  return s == nullptr ? column_sums_of<false>(x, s, v, n) : column_sums_of<true>(x, s, v, n);
}

/// Takes w to its minimiser; returns the step.
ESPALIER_INLINE double take_step(double& w, double z, double h, const Penalty& penalty,
                                 Sweep& sweep) {
  const double before = w;
  w = soft_threshold(z, h, penalty);
  const double step = w - before;
  sweep.largest_step = std::max(sweep.largest_step, std::abs(step));
  sweep.largest_coef = std::max(sweep.largest_coef, std::abs(w));
  return step;
}

ESPALIER_INLINE Sweep gram_sweep_of(const double* G, Count stride, Count m, const int* order,
                                    Count steps, const Penalty& penalty, double* w, double* g) {
  Sweep sweep;
  for (Count k = 0; k < steps; ++k) {
    const Count j = order[k];
    const double* const column = G + j * stride;
    const double h = column[j];
    const double step = take_step(w[j], g[j] + h * w[j], h, penalty, sweep);
    if (step != 0.0) add_scaled_of(-step, column, g, m);
  }
  return sweep;
}

template <class T>
ESPALIER_INLINE Sweep dense_sweep_of(DenseModel<T>& model, const int* order, Count steps,
                                     const Penalty& penalty) {
  Sweep sweep;
  for (Count k = 0; k < steps; ++k) {
    const Count j = order[k], n = model.n;
    const T* __restrict const x = model.x + j * model.stride;
    const double mean = model.mean[j], h = model.norm[j];
    const double gradient = dot_of(x, model.v, n);
    const double step = take_step(model.w[j], gradient + h * model.w[j], h, penalty, sweep);
    if (step == 0.0) continue;
    const T a = static_cast<T>(step), b = static_cast<T>(step * mean);
    T* __restrict const v = model.v;
    const T* __restrict const s = model.s;
    if (s == nullptr)
      for (Count i = 0; i < n; ++i) v[i] -= a * x[i] - b;
    else
      for (Count i = 0; i < n; ++i) v[i] -= s[i] * (a * x[i] - b);
  }
  return sweep;
}

}  // namespace

double dot(const double* x, const double* v, Count n) {
  return dispatch(ESPALIER_BODY { return dot_of(x, v, n); });
}
double dot(const float* x, const float* v, Count n) {
  return dispatch(ESPALIER_BODY { return dot_of(x, v, n); });
}

void add_scaled(double a, const double* x, double* y, Count n) {
  dispatch(ESPALIER_BODY { add_scaled_of(a, x, y, n); });
}
void add_scaled(float a, const float* x, float* y, Count n) {
  dispatch(ESPALIER_BODY { add_scaled_of(a, x, y, n); });
}

ColumnSums column_sums(const double* x, const double* s, const double* v, Count n) {
  return dispatch(ESPALIER_BODY { return column_sums_of(x, s, v, n); });
}
ColumnSums column_sums(const float* x, const double* s, const double* v, Count n) {
  return dispatch(ESPALIER_BODY { return column_sums_of(x, s, v, n); });
}

Sweep gram_sweep(const double* G, Count stride, Count m, const int* order, Count steps,
                 const Penalty& penalty, double* w, double* g) {
  return dispatch(
      ESPALIER_BODY { return gram_sweep_of(G, stride, m, order, steps, penalty, w, g); });
}

template <class T>
Sweep dense_sweep(DenseModel<T>& model, const int* order, Count steps, const Penalty& penalty) {
  return dispatch(ESPALIER_BODY { return dense_sweep_of(model, order, steps, penalty); });
}
template Sweep dense_sweep(DenseModel<double>&, const int*, Count, const Penalty&);
template Sweep dense_sweep(DenseModel<float>&, const int*, Count, const Penalty&);

double sparse_dot(const double* values, const int* rows, Count nonzeros, const double* v) {
  double sums[4] = {};
  Count i = 0;
  for (; i + 4 <= nonzeros; i += 4)
    for (Count l = 0; l < 4; ++l) sums[l] += values[i + l] * v[rows[i + l]];
  for (; i < nonzeros; ++i) sums[0] += values[i] * v[rows[i]];
  return (sums[0] + sums[1]) + (sums[2] + sums[3]);
}

ColumnSums sparse_column_sums(const double* values, const int* rows, Count nonzeros,
                              const double* v_and_s) {
  typedef double Pair __attribute__((vector_size(16)));
  Pair first[2] = {};
  double second[2] = {};
  const auto add = [&](Count i, Count l) {
    Pair row;
    std::memcpy(&row, v_and_s + 2 * static_cast<Count>(rows[i]), sizeof row);
    row *= values[i];
    first[l] += row;
    second[l] += row[1] * values[i];
  };
  Count i = 0;
  for (; i + 2 <= nonzeros; i += 2) {
    add(i, 0);
    add(i + 1, 1);
  }
  if (i < nonzeros) add(i, 0);
  return {first[0][1] + first[1][1], second[0] + second[1], first[0][0] + first[1][0]};
}

ColumnSpread sparse_column_spread(const double* values, const int* rows, Count nonzeros, Count n,
                                  const double* s, Count stride, double total, bool center) {
  double sum = 0.0, square = 0.0, stored = 0.0;
  for (Count i = 0; i < nonzeros; ++i) {
    const double weight = s == nullptr ? 1.0 : s[stride * rows[i]];
    sum += weight * values[i];
    square += weight * values[i] * values[i];
    stored += weight;
  }
  ColumnSpread spread{sum / total, square};
  if (!center) return spread;
  spread.norm = nonzeros == n ? 0.0 : (total - stored) * spread.mean * spread.mean;
  for (Count i = 0; i < nonzeros; ++i) {
    const double distance = values[i] - spread.mean;
    spread.norm += (s == nullptr ? 1.0 : s[stride * rows[i]]) * distance * distance;
  }
  constexpr double rounding = 1e-26;  // what is left of a constant column, as a part of its square
  if (spread.norm <= rounding * square) spread.norm = 0.0;
  return spread;
}

Sweep sparse_sweep(SparseModel& model, const int* order, Count steps, const Penalty& penalty) {
  Sweep sweep;
  for (Count k = 0; k < steps; ++k) {
    const Count j = order[k], begin = model.starts[j], count = model.starts[j + 1] - begin;
    const double* const x = model.values + begin;
    const int* const rows = model.rows + begin;
    const double h = model.norm[j];
    const double gradient = sparse_dot(x, rows, count, model.v) - model.mean[j] * model.v_sum;
    const double step = take_step(model.w[j], gradient + h * model.w[j], h, penalty, sweep);
    if (step == 0.0) continue;
    if (model.s == nullptr)
      for (Count i = 0; i < count; ++i) model.v[rows[i]] -= step * x[i];
    else
      for (Count i = 0; i < count; ++i) model.v[rows[i]] -= step * model.s[rows[i]] * x[i];
    model.v_sum -= step * model.mean[j] * model.s_sum;
  }
  return sweep;
}

Sweep sparse_steps(SparseSteps& model, const int* order, Count steps, const Penalty& penalty) {
  Sweep sweep;
  StepRow* const row = model.row;
  for (Count k = 0; k < steps; ++k) {
    const Count j = order[k], begin = model.starts[j], count = model.starts[j + 1] - begin;
    const double* const x = model.values + begin;
    const int* const rows = model.rows + begin;
    double sums[4] = {};
    Count i = 0;
    for (; i + 4 <= count; i += 4)
      for (Count l = 0; l < 4; ++l) {
        const StepRow& at = row[rows[i + l]];
        sums[l] += x[i + l] * (at.step * at.curvature);
      }
    for (; i < count; ++i) sums[0] += x[i] * (row[rows[i]].step * row[rows[i]].curvature);
    const double product = (sums[0] + sums[1]) + (sums[2] + sums[3]) - model.mean[j] * model.sum;
    const double h = model.norm[j];
    const double z = model.gradient[j] - product + h * model.w[j];
    const double step = take_step(model.w[j], z, h, penalty, sweep);
    if (step == 0.0) continue;
    for (i = 0; i < count; ++i) row[rows[i]].step += step * x[i];
    model.sum += step * model.mean[j] * model.curvature_sum;
    sweep.fall += 0.5 * (h + penalty.l2) * step * step;
  }
  return sweep;
}

}  // namespace espalier::detail
