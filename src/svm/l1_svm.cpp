// SPDX-License-Identifier: BSD-3-Clause
#include <algorithm>
#include <cmath>
#include <numeric>

#include <espalier/core/random.hpp>

#include "svm/linear_svm.hpp"

namespace espalier::detail {
namespace {

/// Coordinate descent for an L1 penalty and squared hinge: one Newton step a coefficient, halved
/// until the objective falls enough.
class L1Svm : public SvmRun {
 public:
  L1Svm(const Features& X, const SvmTask& task, const SvmOptions& options)
      : X_(X),
        task_(task),
        tol_(options.tol),
        random_(options.seed),
        w_(Vector::Zero(X.cols() + (task.constant != 0.0 ? 1 : 0))),
        f_(Vector::Zero(X.rows())),
        order_(static_cast<std::size_t>(w_.size())) {
    if (X.is_sparse()) columns_ = X.sparse();
    std::iota(order_.begin(), order_.end(), Index{0});
  }

  double pass() override {
    random_.shuffle(std::span(order_));
    double violations = 0.0;
    for (const Index j : order_) violations += update(j);
    if (first_ < 0.0) first_ = violations;
    const double allowed = tol_ * first_;
    return violations <= allowed ? 0.0 : violations / allowed;
  }

  SvmSolution solution() const override {
    const double v = task_.constant != 0.0 ? w_[X_.cols()] : 0.0;
    return {w_.head(X_.cols()), v * task_.constant};
  }

 private:
  /// Calls `use(i, xᵢⱼ)` for the rows of column j that are not 0.
  template <class Use>
  void each_of_column(Index j, const Use& use) const {
    if (j == X_.cols()) {
      for (Index i = 0; i < X_.rows(); ++i) use(i, task_.constant);
    } else if (X_.is_sparse()) {
      for (Columns::InnerIterator it(columns_, j); it; ++it) use(it.row(), it.value());
    } else {
      const double* const x = X_.dense().col(j).data();
      for (Index i = 0; i < X_.rows(); ++i) use(i, x[i]);
    }
  }

  /// Returns by how much the optimality condition of coefficient j was violated.
  double update(Index j) {
    double gradient = 0.0, curvature = 1e-12;
    each_of_column(j, [&](Index i, double x) {
      const double slack = task_.signed_slack(i, f_[i]);
      gradient -= 2.0 * task_.cost[i] * slack * x;
      curvature += slack != 0.0 ? 2.0 * task_.cost[i] * x * x : 0.0;
    });
    const double w = w_[j];
    const double violation = w > 0.0   ? std::abs(gradient + 1.0)
                             : w < 0.0 ? std::abs(gradient - 1.0)
                                       : std::max(0.0, std::abs(gradient) - 1.0);
    const double free = w - gradient / curvature;
    double step = std::copysign(std::max(0.0, std::abs(free) - 1.0 / curvature), free) - w;
    if (std::abs(step) < 1e-12 * std::max(1.0, std::abs(w))) return violation;
    for (int halvings = 0; halvings < 30; ++halvings, step *= 0.5) {
      const double growth = std::abs(w + step) - std::abs(w);
      double change = 0.0;
      each_of_column(j, [&](Index i, double x) {
        const double before = task_.signed_slack(i, f_[i]);
        const double after = task_.signed_slack(i, f_[i] + step * x);
        // of two slacks the difference is known without their digits
        const double difference = before != 0.0 && after != 0.0 ? -step * x : after - before;
        change += task_.cost[i] * difference * (after + before);
      });
      if (growth + change > 0.01 * (gradient * step + growth)) continue;
      w_[j] += step;
      each_of_column(j, [&](Index i, double x) { f_[i] += step * x; });
      break;
    }
    return violation;
  }

  using Columns = Eigen::SparseMatrix<double>;
  const Features& X_;
  const SvmTask& task_;
  double tol_;
  Random random_;
  Columns columns_;  // of a sparse X
  Vector w_;         // with v at the end, if there is a constant
  Vector f_;         // f(xᵢ)
  std::vector<Index> order_;
  double first_ = -1.0;
};

}  // namespace

std::unique_ptr<SvmRun> l1_svm(const Features& X, const SvmTask& task, const SvmOptions& options) {
  return std::make_unique<L1Svm>(X, task, options);
}

}  // namespace espalier::detail
