// SPDX-License-Identifier: BSD-3-Clause
#include <algorithm>
#include <cmath>
#include <limits>

#include <espalier/core/random.hpp>

#include "svm/svm_rows.hpp"

namespace espalier::detail {
namespace {

/// The dual in signed variables βᵢ, with w = Σ βᵢxᵢ: minimise over lowᵢ ≤ βᵢ ≤ highᵢ
///
///     ½‖Σ βᵢxᵢ‖² + ½ Σ Dᵢβᵢ² − Σ tᵢβᵢ + ε Σ|βᵢ|
///
/// where Dᵢ = 1/(2Cᵢ) and βᵢ is unbounded for squared losses, and D = 0, |βᵢ| ≤ Cᵢ otherwise; of
/// classes βᵢ has the sign of tᵢ. The minimum over one βᵢ is a soft threshold, cut at the bounds.
class DualSvm : public SvmRun {
 public:
  DualSvm(const SvmRows& rows, const SvmTask& task, const SvmOptions& options, std::uint64_t stream)
      : rows_(rows),
        task_(task),
        random_(options.seed, stream),
        w_(static_cast<std::size_t>(linalg::RowMatrix::padded(rows.cols()))),
        beta_(static_cast<std::size_t>(rows.rows())),
        allowed_(options.tol) {
    for (Index i = 0; i < rows.rows(); ++i)
      if (task.cost[i] > 0.0) active_.push_back(i);
  }

  double pass() override {
    random_.shuffle(std::span(active_).first(n_active_ = std::min(n_active_, active_.size())));
    double largest = 0.0;
    for (std::size_t k = 0; k < n_active_;) {
      const Index i = active_[k];
      const double violation = update(i);
      if (violation < 0.0) {
        std::swap(active_[k], active_[--n_active_]);
        continue;
      }
      largest = std::max(largest, violation);
      ++k;
    }
    if (!task_.classifies && is_first_) allowed_ *= largest;
    is_first_ = false;
    shrink_above_ = largest > 0.0 ? largest : std::numeric_limits<double>::infinity();
    if (largest <= allowed_ && n_active_ < active_.size()) {  // look at all rows once more
      n_active_ = active_.size();
      shrink_above_ = std::numeric_limits<double>::infinity();
      return 2.0;
    }
    return largest <= allowed_ ? 0.0 : largest / allowed_;
  }

  SvmSolution solution() const override {
    return {Eigen::Map<const Vector>(w_.data(), rows_.cols()), constant_ * task_.constant};
  }

 private:
  /// Minimises over βᵢ. Returns by how much it was away from its optimality condition; negative: it
  /// stays at its bound, or at 0, so surely that it is left out until the end.
  double update(Index i) {
    double& beta = beta_[static_cast<std::size_t>(i)];
    const double cost = task_.cost[i], epsilon = task_.epsilon;
    const double bound = task_.squared ? std::numeric_limits<double>::infinity() : cost;
    const double diagonal = task_.squared ? 0.5 / cost : 0.0;
    const double t = task_.target[i];
    const double low = task_.classifies && t > 0.0 ? 0.0 : -bound;
    const double high = task_.classifies && t < 0.0 ? 0.0 : bound;
    const double gradient =
        rows_.dot(i, w_.data()) + constant_ * task_.constant - t + diagonal * beta;
    const double to_right = gradient + (beta >= 0.0 ? epsilon : -epsilon);
    const double to_left = gradient + (beta > 0.0 ? epsilon : -epsilon);
    if ((beta == high || to_right > shrink_above_) && (beta == low || to_left < -shrink_above_))
      return -1.0;
    const double violation =
        std::max({0.0, beta < high ? -to_right : 0.0, beta > low ? to_left : 0.0});
    if (violation == 0.0) return 0.0;
    const double curvature = rows_.squared_norm(i) + task_.constant * task_.constant + diagonal;
    if (curvature == 0.0) {  // a row of zeros moves nothing but itself
      beta = to_right < 0.0 ? high : low;
      return 0.0;
    }
    const double free = beta - gradient / curvature;
    const double shrunk = std::copysign(std::max(0.0, std::abs(free) - epsilon / curvature), free);
    const double step = std::clamp(shrunk, low, high) - beta;
    beta += step;
    rows_.add(i, step, w_.data());
    constant_ += step * task_.constant;
    return violation;
  }

  const SvmRows& rows_;
  const SvmTask& task_;
  Random random_;
  std::vector<double> w_;
  double constant_ = 0.0;  // v
  std::vector<double> beta_;
  std::vector<Index> active_;  // the first n_active_ of them
  std::size_t n_active_ = std::numeric_limits<std::size_t>::max();
  double shrink_above_ = std::numeric_limits<double>::infinity();
  double allowed_;
  bool is_first_ = true;
};

}  // namespace

std::unique_ptr<SvmRun> dual_svm(const SvmRows& rows, const SvmTask& task,
                                 const SvmOptions& options, std::uint64_t stream) {
  return std::make_unique<DualSvm>(rows, task, options, stream);
}

}  // namespace espalier::detail
