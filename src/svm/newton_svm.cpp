// SPDX-License-Identifier: BSD-3-Clause
#include <Eigen/Cholesky>

#include <cmath>

#include <espalier/core/parallel.hpp>

#include "svm/linear_svm.hpp"

namespace espalier::detail {
namespace {

/// Some rows of X with the constant column, dense.
Matrix block_of(const Features& X, const std::vector<Index>& rows, double constant) {
  Matrix block(static_cast<Index>(rows.size()), X.cols() + 1);
  if (X.is_sparse()) {
    block.setZero();
    for (std::size_t r = 0; r < rows.size(); ++r)
      for (SparseMatrix::InnerIterator it(X.sparse(), rows[r]); it; ++it)
        block(static_cast<Index>(r), it.col()) = it.value();
  } else {
    const MatrixView dense = X.dense();
    for (Index j = 0; j < X.cols(); ++j)
      for (std::size_t r = 0; r < rows.size(); ++r)
        block(static_cast<Index>(r), j) = dense(rows[r], j);
  }
  block.rightCols(1).setConstant(constant);
  return block;
}

/// Newton's method for the squared losses, whose curvature is that of the rows with a slack: once
/// these stay the same, the next step is exact. Halves a step until the objective falls.
class NewtonSvm : public SvmRun {
 public:
  NewtonSvm(const Features& X, const SvmTask& task, const SvmOptions& options)
      : X_(X), task_(task), tol_(options.tol), w_(Vector::Zero(X.cols() + 1)) {
    sums_ = sums_at(w_, true);
    first_ = sums_.gradient.norm();
  }

  double pass() override {
    // A constant of 0 has no curvature but the penalty's, and no gradient.
    const Vector direction =
        sums_.hessian.selfadjointView<Eigen::Lower>().llt().solve(sums_.gradient);
    const double slope = sums_.gradient.dot(direction);
    double length = 1.0;
    Vector next;
    for (int halvings = 0;; ++halvings, length *= 0.5) {
      next = w_ - length * direction;
      const double value = sums_at(next, false).value;
      if (value <= sums_.value - 1e-4 * length * slope || halvings == 40) break;
    }
    w_ = next;
    const double before = sums_.value;
    sums_ = sums_at(w_, true);
    const double allowed = 1e-4 * tol_ * first_;
    const double gradient = sums_.gradient.norm();
    // Where rounding stops the descent, nothing more is to be had.
    if (gradient <= allowed || sums_.value >= before) return 0.0;
    return gradient / allowed;
  }

  SvmSolution solution() const override {
    return {w_.head(X_.cols()), w_[X_.cols()] * task_.constant};
  }

 private:
  struct Sums {
    double value = 0.0;
    Vector gradient;
    Matrix hessian;  // lower triangle
  };

  Sums sums_at(const Vector& w, bool with_derivatives) const {
    const Index p = w.size();
    Sums start;
    start.value = 0.5 * w.squaredNorm();
    start.gradient = w;
    if (with_derivatives) start.hessian = Matrix::Identity(p, p);
    return reduce_blocks(
        Blocks{X_.rows(), 1024}, static_cast<double>(X_.rows() * p * (with_derivatives ? p : 2)),
        std::move(start),
        [&](Index begin, Index end) { return block_sums(w, begin, end, with_derivatives); },
        [](Sums& total, const Sums& part) {
          total.value += part.value;
          if (part.gradient.size() > 0) total.gradient += part.gradient;
          if (part.hessian.size() > 0) total.hessian += part.hessian;
        },
        16);
  }

  Sums block_sums(const Vector& w, Index begin, Index end, bool with_derivatives) const {
    const Vector f = X_.is_sparse()
                         ? Vector(X_.sparse().middleRows(begin, end - begin) * w.head(X_.cols()))
                         : Vector(X_.dense().middleRows(begin, end - begin) * w.head(X_.cols()));
    Sums sums;
    std::vector<Index> rows;
    std::vector<double> slack, cost;
    for (Index i = begin; i < end; ++i) {
      const double s = task_.signed_slack(i, f[i - begin] + w[X_.cols()] * task_.constant);
      sums.value += task_.cost[i] * s * s;
      if (s == 0.0) continue;
      rows.push_back(i);
      slack.push_back(s);
      cost.push_back(task_.cost[i]);
    }
    if (!with_derivatives || rows.empty()) return sums;
    Matrix block = block_of(X_, rows, task_.constant);
    const auto size = static_cast<Index>(rows.size());
    const Eigen::Map<const Vector> s(slack.data(), size), c(cost.data(), size);
    sums.gradient = -2.0 * (block.transpose() * c.cwiseProduct(s));
    block.array().colwise() *= (2.0 * c.array()).sqrt();
    sums.hessian = Matrix::Zero(w.size(), w.size());
    sums.hessian.selfadjointView<Eigen::Lower>().rankUpdate(block.transpose());
    return sums;
  }

  const Features& X_;
  const SvmTask& task_;
  double tol_, first_ = 0.0;
  Vector w_;  // with v at the end
  Sums sums_;
};

}  // namespace

std::unique_ptr<SvmRun> newton_svm(const Features& X, const SvmTask& task,
                                   const SvmOptions& options) {
  return std::make_unique<NewtonSvm>(X, task, options);
}

}  // namespace espalier::detail
