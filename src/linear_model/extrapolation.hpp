// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <Eigen/Cholesky>

#include <array>
#include <cmath>

#include <espalier/core/types.hpp>

namespace espalier::detail {

/// Anderson's extrapolation of a descent: of its last iterates, the combination that would have moved
/// least. A Problem has `get(w, companion)` and `set(w, companion)` for the coefficients and a vector
/// that depends on them affinely, from which all else follows, and `primal()`, the objective.
/// @see Bertrand & Massias, AISTATS (2021): Anderson acceleration of coordinate descent
class Extrapolation {
 public:
  static constexpr int depth = 5;

  template <class Problem>
  void push(const Problem& problem) {
    Iterate& next = iterates_[static_cast<std::size_t>(count_ % (depth + 1))];
    problem.get(next.w, next.companion);
    ++count_;
  }
  bool is_full() const { return count_ == depth + 1; }

  /// Goes there where the objective is lower, and begins anew either way.
  template <class Problem>
  void attempt(Problem& problem) {
    count_ = 0;
    Matrix steps(iterates_[0].w.size(), depth);
    for (int k = 0; k < depth; ++k) steps.col(k) = at(k + 1).w - at(k).w;
    Eigen::Matrix<double, depth, depth> products = steps.transpose() * steps;
    products.diagonal().array() += 1e-14 * products.trace();
    const Eigen::LDLT<Eigen::Matrix<double, depth, depth>> ldlt(products);
    Eigen::Matrix<double, depth, 1> c = ldlt.solve(Eigen::Matrix<double, depth, 1>::Ones());
    const double sum = c.sum();
    if (!std::isfinite(sum) || sum == 0.0) return;
    c /= sum;
    Vector w = Vector::Zero(at(0).w.size()), companion = Vector::Zero(at(0).companion.size());
    for (int k = 0; k < depth; ++k) {
      w += c[k] * at(k + 1).w;
      companion += c[k] * at(k + 1).companion;
    }
    const double before = problem.primal();
    problem.set(w, companion);
    if (!(problem.primal() < before)) problem.set(at(depth).w, at(depth).companion);
  }

 private:
  struct Iterate {
    Vector w, companion;
  };
  const Iterate& at(int k) const { return iterates_[static_cast<std::size_t>(k)]; }
  std::array<Iterate, depth + 1> iterates_;
  int count_ = 0;
};

}  // namespace espalier::detail
