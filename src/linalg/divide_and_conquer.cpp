// SPDX-License-Identifier: BSD-3-Clause
#include "linalg/divide_and_conquer.hpp"

#include <Eigen/Eigenvalues>

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <vector>

#include <espalier/core/parallel.hpp>

#include "linalg/secular.hpp"

namespace espalier::linalg {
namespace {

constexpr double eps = std::numeric_limits<double>::epsilon();

constexpr Index smallest_problem = 32;  // and below: by QL iterations
constexpr Index serial_problem = 256;   // solved by one task

using Columns = std::vector<Index>;

/// Which rows of an eigenvector of the two halves are not zero.
enum Rows : unsigned char { upper = 1, lower = 2, both = 3 };

/// Two solved halves side by side and the ρ·z·zᵀ that joins them.
struct Joint {
  Vector& d;
  Vector z;
  double rho;
  Eigen::Ref<Matrix> Q;  // block diagonal
  std::vector<Rows> rows;
};

/// Takes out the pairs that the join does not change, beyond rounding: where z is 0, or made 0 by
/// turning two columns of equal d. The rest, ascending in d, is `left`.
struct Deflation {
  Columns left, settled;
};

Deflation deflate(Joint& joint) {
  const Index n = joint.d.size();
  Columns order(static_cast<std::size_t>(n));
  std::iota(order.begin(), order.end(), Index{0});
  std::stable_sort(order.begin(), order.end(),
                   [&](Index a, Index b) { return joint.d[a] < joint.d[b]; });
  const double tolerance =
      8.0 * eps * std::max(joint.d.cwiseAbs().maxCoeff(), joint.z.cwiseAbs().maxCoeff());
  Deflation result;
  for (const Index next : order) {
    if (joint.rho * std::abs(joint.z[next]) <= tolerance) {
      result.settled.push_back(next);
      continue;
    }
    if (!result.left.empty()) {
      const Index last = result.left.back();
      const double length = std::hypot(joint.z[last], joint.z[next]);
      const double c = joint.z[next] / length, s = joint.z[last] / length;
      if (std::abs((joint.d[next] - joint.d[last]) * c * s) <= tolerance) {
        joint.z[next] = length;
        joint.z[last] = 0.0;
        const Vector old = joint.Q.col(last);
        joint.Q.col(last) = c * old - s * joint.Q.col(next);
        joint.Q.col(next) = s * old + c * joint.Q.col(next);
        const double d_last = joint.d[last], d_next = joint.d[next];
        joint.d[last] = c * c * d_last + s * s * d_next;
        joint.d[next] = s * s * d_last + c * c * d_next;
        const auto rows = static_cast<Rows>(joint.rows[static_cast<std::size_t>(last)] |
                                            joint.rows[static_cast<std::size_t>(next)]);
        joint.rows[static_cast<std::size_t>(last)] = joint.rows[static_cast<std::size_t>(next)] =
            rows;
        result.left.back() = next;
        result.settled.push_back(last);
        continue;
      }
    }
    result.left.push_back(next);
  }
  return result;
}

/// rows [begin, begin + n) of `result` = those of Q's columns `from`, that have such rows, times the
/// matching rows of S.
void multiply_half(const Joint& joint, const Columns& from, Rows half, Index begin, Index n,
                   const Matrix& S, Eigen::Ref<Matrix> result) {
  Columns places;
  for (std::size_t i = 0; i < from.size(); ++i)
    if ((joint.rows[static_cast<std::size_t>(from[i])] & half) != 0)
      places.push_back(static_cast<Index>(i));
  const auto count = static_cast<Index>(places.size());
  Matrix Q(n, count), own(count, S.cols());
  for (Index i = 0; i < count; ++i)
    Q.col(i) = joint.Q.col(from[static_cast<std::size_t>(places[static_cast<std::size_t>(i)])])
                   .segment(begin, n);
  parallel_for(S.cols(), static_cast<double>(own.size()) / 4.0, [&](Index j) {
    for (Index i = 0; i < count; ++i) own(i, j) = S(places[static_cast<std::size_t>(i)], j);
  });
  multiply(Q, own, result.middleRows(begin, n));
}

/// The `wanted` largest pairs of the whole, ascending, from those of its halves; Q keeps them in its
/// first columns.
void join(Joint& joint, Index split, Index wanted) {
  const Index n = joint.d.size();
  const Deflation parts = deflate(joint);
  const auto count = static_cast<Index>(parts.left.size());
  RankOneUpdate update;
  if (count > 0) {
    Vector d(count), z(count);
    for (Index i = 0; i < count; ++i) {
      d[i] = joint.d[parts.left[static_cast<std::size_t>(i)]];
      z[i] = joint.z[parts.left[static_cast<std::size_t>(i)]];
    }
    update = update_rank_one(d, z, joint.rho);
  }
  // Roots are numbered first, then what was settled.
  Vector values(n);
  values.head(count) = update.values;
  for (Index i = count; i < n; ++i)
    values[i] = joint.d[parts.settled[static_cast<std::size_t>(i - count)]];
  Columns order(static_cast<std::size_t>(n));
  std::iota(order.begin(), order.end(), Index{0});
  std::stable_sort(order.begin(), order.end(),
                   [&](Index a, Index b) { return values[a] < values[b]; });
  order.erase(order.begin(), order.end() - wanted);

  Columns roots;
  for (const Index i : order)
    if (i < count) roots.push_back(i);
  const auto n_roots = static_cast<Index>(roots.size());
  Matrix S(count, n_roots), joined(n, n_roots);
  parallel_for(n_roots, static_cast<double>(S.size()) / 2.0, [&](Index j) {
    const Index root = roots[static_cast<std::size_t>(j)];
    S.col(j) = update.z.cwiseQuotient(update.differences.col(root)).normalized();
  });
  update.differences.resize(0, 0);
  if (n_roots > 0) {
    multiply_half(joint, parts.left, Rows::upper, 0, split, S, joined);
    multiply_half(joint, parts.left, Rows::lower, split, n - split, S, joined);
  }
  const Matrix before = joint.Q;
  Index next_root = 0;
  for (Index i = 0; i < wanted; ++i) {
    const Index from = order[static_cast<std::size_t>(i)];
    joint.d[i] = values[from];
    if (from < count)
      joint.Q.col(i) = joined.col(next_root++);
    else
      joint.Q.col(i) = before.col(parts.settled[static_cast<std::size_t>(from - count)]);
  }
}

class Solver {
 public:
  Solver(const Vector& diagonal, const Vector& off_diagonal)
      : e_(off_diagonal), d_(diagonal), Q_(Matrix::Zero(diagonal.size(), diagonal.size())) {}

  Eigenpairs solve(Index wanted) {
    const Index n = d_.size();
    std::vector<Range> serial;
    cut({0, n}, serial);
    parallel_for(static_cast<Index>(serial.size()),
                 static_cast<double>(n) * static_cast<double>(serial_problem * serial_problem),
                 [&](Index i) {
                   const Range range = serial[static_cast<std::size_t>(i)];
                   solve(range, range.size() == n ? wanted : range.size());
                 });
    solve_above({0, n}, wanted);
    const Index first = n <= smallest_problem ? n - wanted : 0;  // a leaf has them all
    return {d_.segment(first, wanted).reverse(), Q_.middleCols(first, wanted).rowwise().reverse()};
  }

 private:
  struct Range {
    Index begin, end;
    Index size() const { return end - begin; }
    Index middle() const { return begin + size() / 2; }
  };

  /// Takes the off-diagonal number at the middle of every problem out of the diagonal numbers beside
  /// it, and lists the largest problems that one task solves.
  void cut(Range range, std::vector<Range>& serial) {
    if (range.size() <= serial_problem) {
      serial.push_back(range);
      return cut_to_leaves(range);
    }
    take_out(range.middle());
    cut({range.begin, range.middle()}, serial);
    cut({range.middle(), range.end}, serial);
  }
  void cut_to_leaves(Range range) {
    if (range.size() <= smallest_problem) return;
    take_out(range.middle());
    cut_to_leaves({range.begin, range.middle()});
    cut_to_leaves({range.middle(), range.end});
  }
  void take_out(Index middle) {
    d_[middle - 1] -= std::abs(e_[middle - 1]);
    d_[middle] -= std::abs(e_[middle - 1]);
  }

  void solve(Range range, Index wanted) {
    if (range.size() <= smallest_problem) return solve_leaf(range);
    solve({range.begin, range.middle()}, range.middle() - range.begin);
    solve({range.middle(), range.end}, range.end - range.middle());
    join_halves(range, wanted);
  }

  void solve_above(Range range, Index wanted) {
    if (range.size() <= serial_problem) return;
    solve_above({range.begin, range.middle()}, range.middle() - range.begin);
    solve_above({range.middle(), range.end}, range.end - range.middle());
    join_halves(range, wanted);
  }

  void solve_leaf(Range range) {
    const Index n = range.size();
    Eigen::SelfAdjointEigenSolver<Matrix> solver;
    const Vector e = e_.segment(range.begin, n - 1);
    solver.computeFromTridiagonal(d_.segment(range.begin, n), e);
    d_.segment(range.begin, n) = solver.eigenvalues();
    Q_.block(range.begin, range.begin, n, n) = solver.eigenvectors();
  }

  void join_halves(Range range, Index wanted) {
    const Index n = range.size(), split = range.middle() - range.begin;
    auto Q = Q_.block(range.begin, range.begin, n, n);
    Vector d = d_.segment(range.begin, n);
    const double e = e_[range.middle() - 1];
    Joint joint{d, Vector(n), 2.0 * std::abs(e), Q, std::vector<Rows>(static_cast<std::size_t>(n))};
    joint.z.head(split) = Q.row(split - 1).head(split);
    joint.z.tail(n - split) = std::copysign(1.0, e) * Q.row(split).tail(n - split);
    joint.z *= std::sqrt(0.5);
    std::fill_n(joint.rows.begin(), split, Rows::upper);
    std::fill(joint.rows.begin() + split, joint.rows.end(), Rows::lower);
    join(joint, split, wanted);
    d_.segment(range.begin, n) = d;
  }

  const Vector& e_;
  Vector d_;
  Matrix Q_;
};

}  // namespace

Eigenpairs tridiagonal_eigenpairs(const Vector& diagonal, const Vector& off_diagonal, Index k) {
  if (diagonal.size() == 0) return {Vector(0), Matrix(0, 0)};
  return Solver(diagonal, off_diagonal).solve(k);
}

}  // namespace espalier::linalg
