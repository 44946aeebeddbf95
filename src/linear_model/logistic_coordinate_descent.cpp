// SPDX-License-Identifier: BSD-3-Clause
#include "linear_model/logistic_coordinate_descent.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <utility>
#include <vector>

#include <espalier/core/parallel.hpp>

#include "linalg/linear_predict.hpp"
#include "linear_model/elastic_net_fit.hpp"
#include "linear_model/quadratic_model.hpp"
#include "linear_model/sparse_quadratic_model.hpp"

namespace espalier::detail {
namespace {

/// A model of the loss is solved until the largest step of a sweep is this part of that of the
/// first sweep,
constexpr double inner_part = 0.1;
/// or for so many sweeps.
constexpr int inner_sweeps = 20;

/// Curvatures p(1 − p) below this are taken as this, lest a row without any makes steps infinite.
constexpr double least_curvature = 1e-8;

/// Objectives that differ by this part may be equal but for the rounding of their sums.
constexpr double rounding = 1e-14;

constexpr Index rows_at_once = 4096;

/// log(eᵃ + eᵇ)
double log_of_sum(double a, double b) {
  return std::max(a, b) + std::log1p(std::exp(-std::abs(a - b)));
}

/// What a pass over the rows gives for one class: derivatives of the loss by its raw values.
struct Derivatives {
  Eigen::Matrix2Xd rows;  // of each row the gradient, negative, and the curvature
  double loss = 0.0;      // Σ s·loss, up to what does not depend on these raw values
};

/// The problem of one class against the others, whose raw values are fixed: its loss is that of a
/// binary regression with raw values r − A, where A is log Σ exp of the raw values of the others.
template <class T>
class ClassProblem {
 public:
  struct Data {
    const DesignColumns<T>& columns;
    const Vector& weights;
    double total_weight;
    const Vector& scale;  // of the columns; 0: constant
    double intercept_scale;
    const LogisticDescentOptions& options;
  };

  /// `target` is 1 for the rows of the class; `w`, `b` and `raw` are changed by step().
  ClassProblem(const Data& data, const Vector& target, Vector& w, double& b, Vector& raw)
      : data_(data), target_(target), w_(w), b_(b), raw_(raw) {}

  /// One step of Newton's method; returns how far from optimal the coefficients were before.
  double step(const Vector& others) {
    const Derivatives now = derivatives(raw_, others, true);
    const DesignColumns<T>& X = data_.columns;
    const bool fit_intercept = data_.options.fit_intercept;
    std::vector<int> set;
    if (X.is_sparse()) {
      const SparseSlopes slopes = sparse_slopes(X.sparse, now.rows, fit_intercept);
      const double optimality = violations(now, slopes.with_v, set);
      if (optimality > data_.options.tol)
        move(now, *sparse_quadratic_model(X.sparse, set, now.rows, slopes, w_, fit_intercept),
             others);
      return optimality;
    }
    const Vector v = now.rows.row(0), h = now.rows.row(1);
    Vector with_v(w_.size());
    std::vector<int> all(static_cast<std::size_t>(w_.size()));
    std::iota(all.begin(), all.end(), 0);
    correlations(X, Vector(Vector::Zero(w_.size())), all, v, with_v);
    const double optimality = violations(now, with_v, set);
    if (optimality > data_.options.tol)
      move(now, *quadratic_model(X, set, h, v, w_, fit_intercept), others);
    return optimality;
  }

  double loss(const Vector& raw, const Vector& others) const {
    return derivatives(raw, others, false).loss;
  }

  double penalty(const Vector& w) const {
    return data_.total_weight *
           (data_.options.l1 * w.lpNorm<1>() + 0.5 * data_.options.l2 * w.squaredNorm());
  }

 private:
  Derivatives derivatives(const Vector& raw, const Vector& others, bool with_slopes) const {
    const Index n = raw.size();
    Derivatives result;
    if (with_slopes) result.rows.resize(2, n);
    result.loss = reduce_blocks(
        {n, rows_at_once}, 40.0 * static_cast<double>(n), 0.0,
        [&](Index begin, Index end) {
          double sum = 0.0;
          for (Index i = begin; i < end; ++i) {
            const double r = raw[i] - (others.size() > 0 ? others[i] : 0.0);
            const double s = data_.weights.size() > 0 ? data_.weights[i] : 1.0;
            const double e = std::exp(-std::abs(r)), smaller = e / (1.0 + e);
            sum += s * (std::max(r, 0.0) + std::log1p(e) - target_[i] * r);
            if (!with_slopes) continue;
            const double p = r > 0.0 ? 1.0 - smaller : smaller;
            result.rows(0, i) = s * (target_[i] - p);
            result.rows(1, i) = s * std::max(smaller * (1.0 - smaller), least_curvature);
          }
          return sum;
        },
        [](double& total, double part) { total += part; });
    return result;
  }

  /// Collects the working set: what is not zero, and what should not be. `with_v` is minus the
  /// gradient of the loss.
  double violations(const Derivatives& now, const Vector& with_v, std::vector<int>& set) const {
    const LogisticDescentOptions& options = data_.options;
    double worst = 0.0;
    if (options.fit_intercept)
      worst = std::abs(now.rows.row(0).sum()) / (data_.total_weight * data_.intercept_scale);
    for (Index j = 0; j < w_.size(); ++j) {
      if (data_.scale[j] == 0.0) continue;
      const double g = options.l2 * w_[j] - with_v[j] / data_.total_weight;
      const double excess = w_[j] == 0.0 ? std::max(0.0, std::abs(g) - options.l1)
                                         : std::abs(g + std::copysign(options.l1, w_[j]));
      worst = std::max(worst, excess / data_.scale[j]);
      if (w_[j] != 0.0 || excess > 0.0) set.push_back(static_cast<int>(j));
    }
    return worst;
  }

  void move(const Derivatives& now, QuadraticModel& model, const Vector& others) {
    const LogisticDescentOptions& options = data_.options;
    const Penalty penalty{options.l1 * data_.total_weight, options.l2 * data_.total_weight, false};
    std::vector<int> order(model.coordinates().begin(), model.coordinates().end());
    double first = 0.0;
    for (int sweep = 0; sweep < inner_sweeps; ++sweep) {
      const Sweep made = model.sweep(order, penalty);
      if (sweep == 0) {
        first = made.largest_step;
        std::erase_if(order, [&](int k) { return model.is_zero(k); });
      }
      if (made.largest_step <= inner_part * first && sweep > 0) break;
    }
    search(now, model, others);
  }

  /// Goes to the model's minimiser, or part of the way if the objective does not fall as it should.
  void search(const Derivatives& now, const QuadraticModel& model, const Vector& others) {
    const Vector w = model.coef(), raw_step = model.raw_step(), step = w - w_;
    const double before = now.loss + penalty(w_);
    const double expected = penalty(w) - penalty(w_) - now.rows.row(0) * raw_step;
    double length = 1.0;
    for (int attempt = 0; attempt < 30; ++attempt, length *= 0.5) {
      Vector next = length == 1.0 ? w : Vector(w_ + length * step);
      Vector raw = raw_ + length * raw_step;
      const double after = loss(raw, others) + penalty(next);
      if (after <= before + 1e-3 * length * std::min(expected, 0.0) + rounding * std::abs(before)) {
        b_ += length * model.intercept_step();
        w_ = std::move(next);
        raw_ = std::move(raw);
        return;
      }
    }
  }

  Data data_;
  const Vector& target_;
  Vector& w_;
  double& b_;
  Vector& raw_;
};

/// log Σ exp of the raw values of all classes but one; nothing for two classes, where it is 0.
Vector log_sum_of_others(const Matrix& raw, Index k) {
  if (raw.cols() == 1) return {};
  Vector result(raw.rows());
  parallel_for_blocks({raw.rows(), rows_at_once}, 20.0 * static_cast<double>(raw.size()),
                      [&](Index begin, Index end) {
                        for (Index i = begin; i < end; ++i) {
                          double sum = -infinity;
                          for (Index c = 0; c < raw.cols(); ++c)
                            if (c != k) sum = log_of_sum(sum, raw(i, c));
                          result[i] = sum;
                        }
                      });
  return result;
}

/// Σ s·loss of all classes.
double loss_of(const Matrix& raw, const Matrix& targets, const Vector& weights) {
  return reduce_blocks(
      {raw.rows(), rows_at_once}, 20.0 * static_cast<double>(raw.size()), 0.0,
      [&](Index begin, Index end) {
        double sum = 0.0;
        for (Index i = begin; i < end; ++i) {
          double all = raw.cols() == 1 ? 0.0 : -infinity, own = 0.0;
          for (Index k = 0; k < raw.cols(); ++k) {
            all = log_of_sum(all, raw(i, k));
            own += targets(i, k) * raw(i, k);
          }
          sum += (weights.size() > 0 ? weights[i] : 1.0) * (all - own);
        }
        return sum;
      },
      [](double& total, double part) { total += part; });
}

constexpr double smallest_share = 1e-12;

/// The largest curvature of the loss by a raw value at the constant model, over the classes.
double curvature_of(const Vector& share) {
  return share.size() == 1 ? share[0] * (1.0 - share[0])
                           : (share.array() * (1.0 - share.array())).maxCoeff();
}

template <class T>
LogisticDescentResult solve(const Features& X, const Labels& codes, Index n_classes,
                            const Vector& weights, const LogisticDescentOptions& options,
                            const LogisticDescentResult* start) {
  const Index n = X.rows(), p = X.cols(), outputs = n_classes == 2 ? 1 : n_classes;
  const DesignColumns<T> columns = design_columns<T>(X);
  const double total = weights.size() > 0 ? weights.sum() : static_cast<double>(n);
  Matrix targets(n, outputs);
  for (Index k = 0; k < outputs; ++k)
    targets.col(k) = (codes.array() == static_cast<int>(outputs == 1 ? 1 : k)).cast<double>();
  // Of the classes; one without weight has a share that is only nearly 0.
  const Vector share = (weights.size() > 0 ? Vector(targets.transpose() * weights / total)
                                           : Vector(targets.colwise().sum().transpose() / total))
                           .cwiseMax(smallest_share)
                           .cwiseMin(1.0 - smallest_share);
  const double curvature = curvature_of(share);
  const DesignMoments moments =
      design_moments(columns, weights, Vector(Vector::Zero(n)), options.fit_intercept);
  const Vector scale =
      (moments.norm.array() > 0.0)
          .select((curvature * moments.norm.array() / total + options.l2).sqrt(), 0.0);

  LogisticDescentResult result{Matrix::Zero(outputs, p), Vector::Zero(outputs)};
  if (start != nullptr) {
    result.coef = start->coef;
    result.intercept = start->intercept;
  } else if (options.fit_intercept) {
    result.intercept = share.array().log();
    if (outputs == 1) result.intercept.array() -= std::log1p(-share[0]);
  }
  Matrix raw = start != nullptr ? linear_predict(X, result.coef, result.intercept)
                                : Matrix(result.intercept.transpose().replicate(n, 1));

  const typename ClassProblem<T>::Data data{columns, weights, total, scale, std::sqrt(curvature),
                                            options};
  bool moves = true;
  while (moves && result.n_iter < options.max_iter && !result.converged) {
    double worst = 0.0, penalties = 0.0;
    moves = false;
    for (Index k = 0; k < outputs; ++k) {
      const Vector others = log_sum_of_others(raw, k), target = targets.col(k);
      Vector w = result.coef.row(k).transpose(), r = raw.col(k);
      ClassProblem<T> problem(data, target, w, result.intercept[k], r);
      worst = std::max(worst, problem.step(others));
      moves = moves || raw.col(k) != r;
      result.coef.row(k) = w.transpose();
      raw.col(k) = r;
      penalties += problem.penalty(w);
    }
    result.optimality = worst;
    result.objective = (loss_of(raw, targets, weights) + penalties) / total;
    result.converged = worst <= options.tol;
    if (!result.converged) ++result.n_iter;
    if (options.report && !result.converged) options.report(result.n_iter, result.objective);
  }
  if (outputs > 1 && options.fit_intercept) result.intercept.array() -= result.intercept.mean();
  return result;
}

}  // namespace

LogisticDescentResult logistic_coordinate_descent(const Features& X, const Labels& codes,
                                                  Index n_classes, const Vector& weights,
                                                  const LogisticDescentOptions& options,
                                                  const LogisticDescentResult* start) {
  return X.is_float32() ? solve<float>(X, codes, n_classes, weights, options, start)
                        : solve<double>(X, codes, n_classes, weights, options, start);
}

}  // namespace espalier::detail
