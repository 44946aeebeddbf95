// SPDX-License-Identifier: BSD-3-Clause
#include "linear_model/elastic_net_solver.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <optional>

namespace espalier::detail {
namespace {

/// The restricted problem is solved until its gap is this part of what it was,
constexpr double inner_part = 0.3;
/// or for so many sweeps, as long as the working set grows.
constexpr int inner_sweeps = 10;

/// Up to so many columns the working set is all of them.
constexpr Index few_columns = 256;

/// Columns that a working set grows by at least, as long as there are candidates.
constexpr Index least_growth = 100;

double violation(double gradient, const Penalty& penalty) {
  return penalty.positive ? gradient : std::abs(gradient);
}

/// Weights with the mean 1, as scikit-learn takes them: what is bounded by a tolerance, or by
/// rounding, does not depend on their unit.
Vector with_mean_one(Vector s) {
  if (s.size() > 0) s /= s.mean();
  return s;
}

}  // namespace

template <class T>
ElasticNetSolver<T>::ElasticNetSolver(const DesignColumns<T>& X, const Vector& y, Vector s,
                                      bool fit_intercept)
    : X_(X),
      s_(with_mean_one(std::move(s))),
      fit_intercept_(fit_intercept),
      total_weight_(s_.size() > 0 ? s_.sum() : static_cast<double>(X.rows)),
      y_mean_(!fit_intercept  ? 0.0
              : s_.size() > 0 ? s_.dot(y) / total_weight_
                              : y.mean()),
      y_(y.array() - y_mean_),
      v_(s_.size() > 0 ? Vector(s_.cwiseProduct(y_)) : y_),
      yy_(v_.dot(y_)),
      moments_(design_moments(X, s_, v_, fit_intercept)),
      gram_(X, s_, moments_.mean),
      w_(Vector::Zero(X.cols)),
      gradient_(moments_.with_v),
      in_set_(static_cast<std::size_t>(X.cols)) {}

template <class T>
double ElasticNetSolver<T>::alpha_max(double l1_ratio, bool positive) const {
  const Vector& xy = moments_.with_v;
  const double largest = positive ? std::max(0.0, xy.maxCoeff()) : xy.cwiseAbs().maxCoeff();
  return largest / (total_weight_ * l1_ratio);
}

template <class T>
double ElasticNetSolver<T>::intercept() const {
  return fit_intercept_ ? y_mean_ - moments_.mean.dot(w_) : 0.0;
}

template <class T>
void ElasticNetSolver<T>::start(const Vector& coef) {
  w_ = coef;
  for (Index j = 0; j < w_.size(); ++j)
    if (moments_.norm[j] == 0.0) w_[j] = 0.0;
  update_residual();
  gradient_is_fresh_ = false;
  l1_before_ = 0.0;
  w_change_.resize(0);
}

template <class T>
void ElasticNetSolver<T>::update_residual() {
  std::vector<int> support;
  for (Index j = 0; j < w_.size(); ++j)
    if (w_[j] != 0.0) support.push_back(static_cast<int>(j));
  v_ = y_ - combination(X_, moments_.mean, support, w_);
  if (s_.size() > 0) v_ = v_.cwiseProduct(s_);
}

template <class T>
void ElasticNetSolver<T>::update_gradient(std::span<const int> columns) {
  correlations(X_, moments_.mean, columns, v_, gradient_);
  gradient_is_fresh_ = true;
}

template <class T>
GapParts ElasticNetSolver<T>::gap_parts(std::span<const int> columns,
                                        const Penalty& penalty) const {
  GapParts parts;
  parts.rr = s_.size() > 0 ? v_.cwiseQuotient(s_).dot(v_) : v_.squaredNorm();
  parts.ry = v_.dot(y_);
  for (const int j : columns) parts.add(w_[j], gradient_[j], penalty);
  return parts;
}

/// With the dual point r·scale, |xⱼᵀr|·scale + ‖xⱼ‖·√(2·gap) < l1 shows that wⱼ is zero.
template <class T>
void ElasticNetSolver<T>::screen(std::vector<int>& alive, const GapParts& parts, double gap,
                                 const Penalty& penalty) const {
  if (penalty.l1 == 0.0) return;
  const double scale = std::min(1.0, penalty.l1 / parts.dual_norm);
  const double radius = std::sqrt(2.0 * std::max(0.0, gap));
  std::erase_if(alive, [&](int j) {
    const double value = violation(gradient_[j] - penalty.l2 * w_[j], penalty) * scale;
    return w_[j] == 0.0 && value + std::sqrt(moments_.norm[j] + penalty.l2) * radius < penalty.l1;
  });
}

/// The columns that violate the optimality conditions most, about as many as there are
/// coefficients already; fewer if fewer violate them.
template <class T>
typename ElasticNetSolver<T>::Growth ElasticNetSolver<T>::growth(const std::vector<int>& alive,
                                                                 const std::vector<int>& last_added,
                                                                 const Penalty& penalty) const {
  std::vector<int> candidates;
  Index violating = 0;
  for (const int j : alive) {
    if (in_set_[static_cast<std::size_t>(j)] != 0) continue;
    violating += violation(gradient_[j], penalty) > penalty.l1 ? 1 : 0;
    candidates.push_back(j);
  }
  if (penalty.l1 == 0.0 || X_.cols <= few_columns) return {candidates, penalty.l1, true};
  const auto before = [&](int a, int b) {
    const double at_a = violation(gradient_[a], penalty), at_b = violation(gradient_[b], penalty);
    return at_a != at_b ? at_a > at_b : a < b;
  };
  const auto entered = static_cast<Index>(
      std::count_if(last_added.begin(), last_added.end(), [&](int j) { return w_[j] != 0.0; }));
  const Index most = std::max(least_growth, entered + entered / 2);
  const Index wanted = std::min<Index>({most, violating == 0 ? 0 : violating + violating / 2 + 10,
                                        static_cast<Index>(candidates.size())});
  const auto end = candidates.begin() + wanted;
  std::nth_element(candidates.begin(), end, candidates.end(), before);
  double l1 = penalty.l1;
  if (violating > wanted) l1 = std::max(l1, violation(gradient_[*end], penalty));
  candidates.erase(end, candidates.end());
  std::sort(candidates.begin(), candidates.end());
  return {candidates, l1, candidates.empty()};
}

/// What the solution for a larger l1 lets expect: gradients seldom grow more than l1 falls.
/// @see Tibshirani et al., J. R. Stat. Soc. B 74 (2012) 245–266: the sequential strong rule
template <class T>
std::vector<int> ElasticNetSolver<T>::guesses(const std::vector<int>& alive,
                                              const Penalty& penalty) const {
  std::vector<int> result;
  for (const int j : alive)
    if (in_set_[static_cast<std::size_t>(j)] == 0 &&
        (w_[j] != 0.0 ||
         (l1_before_ > 0.0 && violation(gradient_[j], penalty) >= 2.0 * penalty.l1 - l1_before_)))
      result.push_back(j);
  return result;
}

template <class T>
bool ElasticNetSolver<T>::gram_is_worth_it(std::size_t columns) const {
  const auto m = static_cast<double>(columns);
  const double numbers = static_cast<double>(X_.rows) * static_cast<double>(X_.cols);
  return !X_.is_sparse() && m * m <= std::max(numbers, 1024.0 * 1024.0);
}

template <class T>
void ElasticNetSolver<T>::join(const std::vector<int>& columns) {
  for (const int j : columns) in_set_[static_cast<std::size_t>(j)] = 1;
  set_.insert(set_.end(), columns.begin(), columns.end());
}

/// Solutions are nearly linear in l1 as long as the same coefficients are not zero: where the last
/// two point to, on the working set. Empty if there are none.
template <class T>
Vector ElasticNetSolver<T>::predicted(const Penalty& penalty) const {
  if (w_change_.size() == 0 || l1_change_ == 0.0) return {};
  const double length = (penalty.l1 - l1_before_) / l1_change_;
  const Vector now = w_(set_), next = now + length * w_change_(set_);
  return ((now.array() > 0.0) == (next.array() > 0.0) && now.array() != 0.0).select(next, 0.0);
}

/// Solves the problem restricted to the working set; returns the sweeps made.
template <class T>
int ElasticNetSolver<T>::descend_on(const std::vector<int>& alive, const Penalty& penalty,
                                    const DescentControl& control) {
  std::vector<char> is_alive(in_set_.size());
  for (const int j : alive) is_alive[static_cast<std::size_t>(j)] = 1;
  std::vector<int> coordinates;
  int sweeps = 0;
  if (gram_is_worth_it(set_.size())) {
    gram_.add(std::span(set_).subspan(static_cast<std::size_t>(gram_.size())));
    for (std::size_t k = 0; k < set_.size(); ++k)
      if (is_alive[static_cast<std::size_t>(set_[k])] != 0)
        coordinates.push_back(static_cast<int>(k));
    GramProblem<T> problem(gram_, std::move(coordinates), moments_.with_v, yy_, penalty, w_(set_));
    if (const Vector next = predicted(penalty); next.size() > 0) problem.try_from(next);
    sweeps = descend(problem, control);
    w_(set_) = problem.w();
  } else {
    for (const int j : set_)
      if (is_alive[static_cast<std::size_t>(j)] != 0) coordinates.push_back(j);
    ColumnsProblem<T> problem(X_, std::move(coordinates), s_, moments_, y_, v_, penalty, w_);
    sweeps = descend(problem, control);
  }
  update_residual();
  gradient_is_fresh_ = false;
  w_change_.resize(0);
  return sweeps;
}

template <class T>
ElasticNetResult ElasticNetSolver<T>::solve(double alpha, double l1_ratio,
                                            const ElasticNetControl& control) {
  const Penalty penalty{alpha * l1_ratio * total_weight_, alpha * (1.0 - l1_ratio) * total_weight_,
                        control.positive};
  const double tolerance = control.tol * yy_;
  const Vector w_before = w_;
  ElasticNetResult result;
  result.tolerance = tolerance / total_weight_;
  std::optional<Random> random;
  if (control.random) random.emplace(control.seed);

  std::vector<int> alive;
  for (Index j = 0; j < X_.cols; ++j)
    if (moments_.norm[j] > 0.0) alive.push_back(static_cast<int>(j));
  const auto run = [&](double l1, double target_part, int max_sweeps) {
    DescentControl inner{0.5 * tolerance,
                         target_part,
                         std::min(max_sweeps, control.max_iter - result.n_iter),
                         random ? &*random : nullptr,
                         {}};
    if (control.report)
      inner.report = [&](int sweeps, double primal) {
        control.report(result.n_iter + sweeps, primal / total_weight_);
      };
    result.n_iter += descend_on(alive, {l1, penalty.l2, penalty.positive}, inner);
  };
  if (l1_before_ > 0.0 || !gradient_is_fresh_) {
    join(guesses(alive, penalty));
    if (!set_.empty()) run(penalty.l1, 0.0, control.max_iter);
  }
  Growth more;
  bool stuck = false;
  while (true) {
    if (!gradient_is_fresh_) update_gradient(alive);
    const GapParts parts = gap_parts(alive, penalty);
    const double gap = parts.gap(penalty);
    result.gap = gap / total_weight_;
    if (gap <= tolerance || result.n_iter >= control.max_iter) break;
    screen(alive, parts, gap, penalty);
    more = growth(alive, more.columns, penalty);
    if (stuck && more.columns.empty()) break;
    const int before = result.n_iter;
    join(more.columns);
    if (more.is_last)
      run(penalty.l1, 0.0, control.max_iter);
    else
      run(more.l1, inner_part, inner_sweeps);
    stuck = more.is_last && result.n_iter == before + 1;  // nothing moves any more
  }
  w_change_ = l1_before_ > 0.0 ? Vector(w_ - w_before) : Vector();
  l1_change_ = penalty.l1 - l1_before_;
  l1_before_ = penalty.l1;
  return result;
}

template class ElasticNetSolver<double>;
template class ElasticNetSolver<float>;

}  // namespace espalier::detail
