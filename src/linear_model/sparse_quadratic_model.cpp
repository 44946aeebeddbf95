// SPDX-License-Identifier: BSD-3-Clause
#include "linear_model/sparse_quadratic_model.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include <espalier/core/parallel.hpp>

#include "core/aligned_array.hpp"
#include "linear_model/extrapolation.hpp"

namespace espalier::detail {
namespace {

/// Below this many numbers a sweep is over before a second thread helps.
constexpr Index least_numbers = 1 << 16;

constexpr Index rows_at_once = 4096;

/// Of the square of a column, below which its spread is computed once more, in two passes.
constexpr double least_part = 1e-3;

/// What one thread changes in a sweep.
struct Half {
  AlignedArray<StepRow> rows;
  double sum = 0.0;  // Σ h·step
  std::vector<int> order;
  Sweep made;
};

class SparseQuadraticModel final : public QuadraticModel {
 public:
  SparseQuadraticModel(const SparseColumns& X, const std::vector<int>& set,
                       const Eigen::Matrix2Xd& rows, const SparseSlopes& slopes, const Vector& w,
                       bool fit_intercept)
      : X_(X), slopes_(slopes), start_(w), w_(w), fit_intercept_(fit_intercept) {
    v_sum_ = rows.row(0).sum();
    h_sum_ = rows.row(1).sum();
    gradient_ = slopes.with_v - v_sum_ * slopes.mean;
    for (const int j : set)
      if (slopes.norm[j] > 0.0) columns_.push_back(j);
    const Index n = rows.cols();
    for (Half& half : halves_)
      half.rows = AlignedArray<StepRow>::for_overwrite(static_cast<std::size_t>(n));
    step_.resize(n);
    parallel_for_blocks({n, rows_at_once}, 2.0 * static_cast<double>(n),
                        [&](Index begin, Index end) {
                          for (Index i = begin; i < end; ++i) {
                            step_[i] = 0.0;
                            for (Half& half : halves_) half.rows.data()[i] = {0.0, rows(1, i)};
                          }
                        });
    extrapolation_.push(*this);
  }

  std::span<const int> coordinates() const override { return columns_; }
  bool is_zero(int j) const override { return w_[j] == 0.0; }
  Vector coef() const override { return w_; }
  double intercept_step() const override { return fit_intercept_ ? (v_sum_ - sum_) / h_sum_ : 0.0; }
  Vector raw_step() const override { return step_.array() + intercept_step(); }

  void get(Vector& w, Vector& companion) const {
    w = w_(columns_);
    companion.resize(step_.size() + 1);
    companion << step_, sum_;
  }

  void set(const Vector& w, const Vector& companion) {
    w_(columns_) = w;
    sum_ = companion[step_.size()];
    step_ = companion.head(step_.size());
    for (Half& half : halves_)
      for (Index i = 0; i < step_.size(); ++i) half.rows.data()[i].step = step_[i];
  }

  double primal() const {
    double squares = 0.0;
    const StepRow* const rows = halves_[0].rows.data();
    for (Index i = 0; i < step_.size(); ++i) squares += rows[i].curvature * step_[i] * step_[i];
    double result = 0.5 * (squares - sum_ * sum_ / h_sum_);
    for (const int j : columns_)
      result += penalty_.l1 * std::abs(w_[j]) + 0.5 * penalty_.l2 * w_[j] * w_[j] -
                gradient_[j] * (w_[j] - start_[j]);
    return result;
  }

  Sweep sweep(std::span<const int> order, const Penalty& penalty) override {
    if (extrapolation_.is_full()) {  // only now: it makes zeros other than zero
      penalty_ = penalty;
      extrapolation_.attempt(*this);
      extrapolation_.push(*this);
    }
    deal(order);
    if (halves_[1].order.empty())
      sweep_one_by_one(penalty);
    else
      sweep_together(order, penalty);
    extrapolation_.push(*this);
    const Sweep &a = halves_[0].made, &b = halves_[1].made;
    return {std::max(a.largest_step, b.largest_step), std::max(a.largest_coef, b.largest_coef),
            a.fall + b.fall};
  }

 private:
  /// Halves of about as many numbers, the frequent columns in both; or all to the first.
  void deal(std::span<const int> order) {
    std::array<Index, 2> numbers{};
    for (Half& half : halves_) half.order.clear();
    for (const int j : order) {
      const std::size_t k = numbers[1] < numbers[0] ? 1 : 0;
      numbers[k] += X_.outerIndexPtr()[j + 1] - X_.outerIndexPtr()[j];
      halves_[k].order.push_back(j);
    }
    if (numbers[0] + numbers[1] >= least_numbers && !conflict_) return;
    halves_[0].order.assign(order.begin(), order.end());
    halves_[1].order.clear();
  }

  void sweep(Half& half, const Penalty& penalty) {
    SparseSteps steps{
        X_.valuePtr(),       X_.innerIndexPtr(),  X_.outerIndexPtr(), half.rows.data(), h_sum_,
        slopes_.mean.data(), slopes_.norm.data(), gradient_.data(),   w_.data(),        sum_};
    half.made =
        sparse_steps(steps, half.order.data(), static_cast<Count>(half.order.size()), penalty);
    half.sum = steps.sum;
  }

  void sweep_one_by_one(const Penalty& penalty) {
    sweep(halves_[0], penalty);
    halves_[1].made = {};
    sum_ = halves_[0].sum;
    for (Index i = 0; i < step_.size(); ++i)
      step_[i] = halves_[1].rows[static_cast<std::size_t>(i)].step =
          halves_[0].rows[static_cast<std::size_t>(i)].step;
  }

  void sweep_together(std::span<const int> order, const Penalty& penalty) {
    const Vector before = w_;
    parallel_for(2, 2.0 * static_cast<double>(least_numbers),
                 [&](Index k) { sweep(halves_[static_cast<std::size_t>(k)], penalty); });
    // Either half alone lets the objective fall by `fall` of it at least, both together by that
    // less `conflict`, and a part s of both by s·fall − s²·conflict.
    const double fall = halves_[0].made.fall + halves_[1].made.fall, conflict = this->conflict();
    conflict_ = conflict > 0.5 * fall;
    const double length = conflict_ ? 0.5 * fall / conflict : 1.0;
    add_up(length);
    if (!conflict_) return;
    for (const int j : order) w_[j] = before[j] + length * (w_[j] - before[j]);
  }

  /// The product of the steps of both halves in the curvature of the model.
  double conflict() const {
    const StepRow *const a = halves_[0].rows.data(), *const b = halves_[1].rows.data();
    const double product = reduce_blocks(
        Blocks{step_.size(), rows_at_once}, 4.0 * static_cast<double>(step_.size()), 0.0,
        [&](Index begin, Index end) {
          double sum = 0.0;
          for (Index i = begin; i < end; ++i)
            sum += a[i].curvature * (a[i].step - step_[i]) * (b[i].step - step_[i]);
          return sum;
        },
        [](double& total, double part) { total += part; });
    return product - (halves_[0].sum - sum_) * (halves_[1].sum - sum_) / h_sum_;
  }

  /// Takes a part of what both halves did.
  void add_up(double length) {
    StepRow *const a = halves_[0].rows.data(), *const b = halves_[1].rows.data();
    parallel_for_blocks({step_.size(), rows_at_once}, 4.0 * static_cast<double>(step_.size()),
                        [&](Index begin, Index end) {
                          for (Index i = begin; i < end; ++i) {
                            const double change = (a[i].step - step_[i]) + (b[i].step - step_[i]);
                            step_[i] += length * change;
                            a[i].step = b[i].step = step_[i];
                          }
                        });
    sum_ += length * ((halves_[0].sum - sum_) + (halves_[1].sum - sum_));
  }

  const SparseColumns& X_;
  const SparseSlopes& slopes_;
  Vector start_, w_;
  Penalty penalty_;
  Extrapolation extrapolation_;
  bool fit_intercept_;
  double v_sum_, h_sum_;
  double sum_ = 0.0;  // Σ h·step
  Vector gradient_;   // at the start
  Vector step_;       // of the raw values, without the intercept's
  std::vector<int> columns_;
  std::array<Half, 2> halves_;
  bool conflict_ = false;  // the halves undid each other's work
};

}  // namespace

SparseSlopes sparse_slopes(const SparseColumns& X, const Eigen::Matrix2Xd& rows,
                           bool fit_intercept) {
  const Index p = X.cols();
  const double total = rows.row(1).sum();
  SparseSlopes slopes{Vector(p), Vector::Zero(p), Vector(p)};
  const int* const starts = X.outerIndexPtr();
  const Index per_column = std::max<Index>(1, X.nonZeros() / std::max<Index>(1, p));
  const double work = 3.0 * static_cast<double>(X.nonZeros());
  const auto slopes_of = [&](Index j) {
    const double* const values = X.valuePtr() + starts[j];
    const int* const in_rows = X.innerIndexPtr() + starts[j];
    const Index count = starts[j + 1] - starts[j];
    const ColumnSums sums = sparse_column_sums(values, in_rows, count, rows.data());
    slopes.with_v[j] = sums.with_v;
    ColumnSpread spread{0.0, sums.second};
    if (fit_intercept) {
      spread.mean = sums.first / total;
      spread.norm = sums.second - spread.mean * sums.first;
      if (!(spread.norm > least_part * sums.second))  // too few digits are left
        spread =
            sparse_column_spread(values, in_rows, count, X.rows(), rows.data() + 1, 2, total, true);
    }
    slopes.mean[j] = spread.mean;
    slopes.norm[j] = spread.norm;
  };
  parallel_for_blocks({p, std::max<Index>(1, 65'536 / per_column)}, work,
                      [&](Index begin, Index end) {
                        for (Index j = begin; j < end; ++j) slopes_of(j);
                      });
  return slopes;
}

std::unique_ptr<QuadraticModel> sparse_quadratic_model(const SparseColumns& X,
                                                       const std::vector<int>& set,
                                                       const Eigen::Matrix2Xd& rows,
                                                       const SparseSlopes& slopes, const Vector& w,
                                                       bool fit_intercept) {
  return std::make_unique<SparseQuadraticModel>(X, set, rows, slopes, w, fit_intercept);
}

}  // namespace espalier::detail
