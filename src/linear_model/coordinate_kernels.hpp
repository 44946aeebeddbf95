// SPDX-License-Identifier: BSD-3-Clause
/// @file
/// The inner loops of coordinate descent, on plain pointers. Each runs on the fastest instruction
/// set that the processor has; sums are taken in a fixed order for each of these.
#pragma once

#include <cstddef>

namespace espalier::detail {

using Count = std::ptrdiff_t;

/// Σ xᵢvᵢ. In single precision the lanes are summed in single precision.
double dot(const double* x, const double* v, Count n);
double dot(const float* x, const float* v, Count n);

/// y += a·x
void add_scaled(double a, const double* x, double* y, Count n);
void add_scaled(float a, const float* x, float* y, Count n);

/// Of s·(x − x₀), s·(x − x₀)² and v·(x − x₀), with x₀ the first number of the column.
struct ColumnSums {
  double first = 0.0, second = 0.0, with_v = 0.0;
};
/// `s` may be null: ones.
ColumnSums column_sums(const double* x, const double* s, const double* v, Count n);
ColumnSums column_sums(const float* x, const double* s, const double* v, Count n);

/// Of s·x, s·x² and v·x over the nonzeros of a sparse column; `v_and_s` are v and s of each row.
ColumnSums sparse_column_sums(const double* values, const int* rows, Count nonzeros,
                              const double* v_and_s);

/// Mean and spread of a column.
struct ColumnSpread {
  double mean = 0.0;
  double norm = 0.0;  ///< Σ s·(x − mean)², or about 0 without `center`
};
/// Of a sparse column in n rows, in two passes, so that a large mean costs no digits. `s`, `stride`
/// apart, may be null: ones; `total` is their sum.
ColumnSpread sparse_column_spread(const double* values, const int* rows, Count nonzeros, Count n,
                                  const double* s, Count stride, double total, bool center);

/// l1·|w| + ½ l2·w², and w ≥ 0 if `positive`.
struct Penalty {
  double l1 = 0.0, l2 = 0.0;
  bool positive = false;
};

/// The minimiser of ½h·w² − z·w + penalty, for h + l2 > 0.
inline double soft_threshold(double z, double h, const Penalty& penalty) {
  if (z > penalty.l1) return (z - penalty.l1) / (h + penalty.l2);
  if (z < -penalty.l1 && !penalty.positive) return (z + penalty.l1) / (h + penalty.l2);
  return 0.0;
}

/// What a sweep over the coordinates changed.
struct Sweep {
  double largest_step = 0.0;
  double largest_coef = 0.0;
  double fall = 0.0;  ///< of sparse_steps(): the objective fell by this at least
};

/// Minimises ½wᵀGw − cᵀw + penalty(w) by one coordinate after the other: `order` lists `steps` of
/// the m coordinates. G is symmetric, its columns `stride` apart; coordinates with a zero on its
/// diagonal must not be listed. `g` = c − Gw is kept up to date.
Sweep gram_sweep(const double* G, Count stride, Count m, const int* order, Count steps,
                 const Penalty& penalty, double* w, double* g);

/// ½‖√s∘(Xw − t)‖² for columns of n numbers that are `stride` apart, and which are centred: `mean`
/// is weighted by s. `v` = s∘(t − X̃w), whose sum must be 0 unless the means are, is kept up to
/// date. O(n) a coordinate.
template <class T>
struct DenseModel {
  const T* x;
  Count stride, n;
  const T* s;          ///< null: ones
  const double* mean;  ///< of each column; zeros: not centred
  const double* norm;  ///< Σ s·(x − mean)² of each column
  double* w;
  T* v;
};
template <class T>
Sweep dense_sweep(DenseModel<T>& model, const int* order, Count steps, const Penalty& penalty);

/// The same for the columns of a sparse matrix, O(nonzeros) a coordinate: `v` leaves out what is
/// the same multiple of s in every row, and `v_sum` is the sum of this v.
struct SparseModel {
  const double* values;
  const int* rows;
  const int* starts;  ///< column j is at [starts[j], starts[j + 1])
  const double* s;
  double s_sum;
  const double* mean;
  const double* norm;
  double* w;
  double* v;
  double v_sum;
};
Sweep sparse_sweep(SparseModel& model, const int* order, Count steps, const Penalty& penalty);

/// A row of what sparse_steps() changes: both numbers of it are read together.
struct StepRow {
  double step, curvature;
};

/// ½ Σᵢ hᵢ (tᵢ + c)² − g₀ᵀ(w − w₀) for sparse columns and t = X(w − w₀), with the intercept's c at its
/// minimum: as SparseModel, but of steps from w₀, where the gradient is known.
struct SparseSteps {
  const double* values;
  const int* rows;
  const int* starts;
  StepRow* row;  ///< t and h
  double curvature_sum;
  const double* mean;      ///< of each column by h; zeros: no intercept
  const double* norm;      ///< Σ h·(x − mean)² of each column
  const double* gradient;  ///< g₀, of centred columns
  double* w;
  double sum;  ///< Σ h·t
};
Sweep sparse_steps(SparseSteps& model, const int* order, Count steps, const Penalty& penalty);

/// Σ xᵢvᵢ over the nonzeros of a sparse column.
double sparse_dot(const double* values, const int* rows, Count nonzeros, const double* v);

}  // namespace espalier::detail
