// SPDX-License-Identifier: BSD-3-Clause
#include "linear_model/nonnegative.hpp"

#include <algorithm>
#include <cmath>
#include <vector>

namespace espalier::detail {
namespace {

/// A column whose squared distance from the span of the free ones is this part of its square
/// depends on them.
constexpr double dependent_square = 1e-13;

/// A slope this small, beside the products it is the difference of, is rounding.
constexpr double zero_slope = 1e-14;

/// The free columns, in the order in which they became free, and the Cholesky factor of their part
/// of A.
class FreeSet {
 public:
  explicit FreeSet(const Matrix& A) : A_(A), factor_(A.rows(), A.rows()) {}

  const std::vector<Index>& columns() const { return columns_; }

  /// False if column j depends on the free ones; then nothing has changed.
  bool add(Index j) {
    const auto m = static_cast<Index>(columns_.size());
    Vector row(m);
    for (Index i = 0; i < m; ++i) row[i] = element(columns_[static_cast<std::size_t>(i)], j);
    factor_.topLeftCorner(m, m).triangularView<Eigen::Lower>().solveInPlace(row);
    const double rest = A_(j, j) - row.squaredNorm();
    if (!(rest > dependent_square * A_(j, j))) return false;
    factor_.row(m).head(m) = row.transpose();
    factor_(m, m) = std::sqrt(rest);
    columns_.push_back(j);
    return true;
  }

  /// Keeps the columns that are positive in x.
  void keep_positive(const Vector& x) {
    const std::vector<Index> before = std::move(columns_);
    columns_.clear();
    for (const Index j : before)
      if (x[j] > 0.0) add(j);
  }

  /// The unconstrained minimiser over the free columns, in their order.
  Vector solve(const Vector& b) const {
    const auto m = static_cast<Index>(columns_.size());
    Vector z = b(columns_);
    const auto L = factor_.topLeftCorner(m, m).triangularView<Eigen::Lower>();
    L.solveInPlace(z);
    L.adjoint().solveInPlace(z);
    return z;
  }

 private:
  double element(Index i, Index j) const { return i > j ? A_(i, j) : A_(j, i); }

  const Matrix& A_;
  Matrix factor_;
  std::vector<Index> columns_;
};

/// Moves x towards the minimiser over the free columns until all of it is ≥ 0, freeing fewer.
void descend(FreeSet& free, const Vector& b, Vector& x) {
  while (!free.columns().empty()) {
    const Vector z = free.solve(b);
    double step = 1.0;
    for (std::size_t i = 0; i < free.columns().size(); ++i) {
      const double from = x[free.columns()[i]], to = z[static_cast<Index>(i)];
      if (to <= 0.0) step = std::min(step, from > 0.0 ? from / (from - to) : 0.0);
    }
    bool stopped = false;
    for (std::size_t i = 0; i < free.columns().size(); ++i) {
      double& value = x[free.columns()[i]];
      const double to = z[static_cast<Index>(i)];
      const bool binds = to <= 0.0 && (value <= 0.0 || value / (value - to) <= step);
      value = binds ? 0.0 : value + step * (to - value);
      stopped = stopped || binds;
    }
    if (!stopped) return;
    free.keep_positive(x);
  }
}

}  // namespace

Vector solve_nonnegative(const Matrix& A, const Vector& right) {
  const Index p = right.size();
  const double unit = right.cwiseAbs().maxCoeff();
  if (unit == 0.0) return Vector::Zero(p);
  const Vector b = right / unit;  // its squares neither overflow nor vanish
  Vector x = Vector::Zero(p);
  FreeSet free(A);
  const Vector length = A.diagonal().cwiseMax(0.0).cwiseSqrt();
  std::vector<char> refused(static_cast<std::size_t>(p), 0);
  for (;;) {
    const Vector fitted = A.selfadjointView<Eigen::Lower>() * x;
    Index best = -1;
    double steepest = 0.0;
    for (Index j = 0; j < p; ++j) {
      if (x[j] > 0.0 || refused[static_cast<std::size_t>(j)] != 0 || length[j] == 0.0) continue;
      const double slope = b[j] - fitted[j];
      const double rounding = zero_slope * (std::abs(b[j]) + length[j] * std::sqrt(x.dot(fitted)));
      if (slope > rounding && slope / length[j] > steepest) {
        steepest = slope / length[j];
        best = j;
      }
    }
    if (best < 0) return x * unit;
    if (free.add(best)) descend(free, b, x);
    // A column that is freed and comes back to 0 at once was free for rounding only.
    if (x[best] > 0.0)
      std::fill(refused.begin(), refused.end(), 0);
    else
      refused[static_cast<std::size_t>(best)] = 1;
  }
}

}  // namespace espalier::detail
