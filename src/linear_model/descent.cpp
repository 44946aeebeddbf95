// SPDX-License-Identifier: BSD-3-Clause
#include "linear_model/descent.hpp"

#include <Eigen/Cholesky>

#include <algorithm>
#include <cmath>
#include <numeric>
#include <type_traits>
#include <utility>

#include <espalier/core/params.hpp>

#include "linear_model/extrapolation.hpp"

namespace espalier::detail {

void GapParts::add(double w, double g, const Penalty& penalty) {
  w_norm1 += w < 0.0 && penalty.positive ? infinity : std::abs(w);
  ww += w * w;
  const double shifted = g - penalty.l2 * w;
  dual_norm = std::max(dual_norm, penalty.positive ? shifted : std::abs(shifted));
  if (!penalty.positive || g > 0.0 || (penalty.l2 == 0.0 && w > 0.0)) gg += g * g;
}

double GapParts::primal(const Penalty& penalty) const {
  return 0.5 * (rr + penalty.l2 * ww) + penalty.l1 * w_norm1;
}

double GapParts::gap(const Penalty& penalty) const {
  if (penalty.l1 == 0.0)
    return penalty.l2 == 0.0 ? gg : rr + 0.5 * penalty.l2 * ww - ry + gg / (2.0 * penalty.l2);
  const double scale = dual_norm > penalty.l1 ? penalty.l1 / dual_norm : 1.0;
  return primal(penalty) + 0.5 * scale * scale * (rr + penalty.l2 * ww) - scale * ry;
}

int descend(RestrictedProblem& problem, const DescentControl& control) {
  std::vector<int> order(problem.coordinates().begin(), problem.coordinates().end());
  const double target = std::max(control.target_gap, control.target_part * problem.gap());
  Extrapolation extrapolation;
  extrapolation.push(problem);
  int next_newton = std::max(5, problem.newton_cost() / 2);
  for (int sweep = 1; sweep <= control.max_sweeps; ++sweep) {
    if (control.random != nullptr)
      for (int& j : order)
        j = problem.coordinates()[static_cast<std::size_t>(
            control.random->integer(static_cast<Index>(order.size())))];
    const Sweep made = problem.sweep(order);
    if (control.report) control.report(sweep, problem.primal());
    const bool still = made.largest_step == 0.0 && control.random == nullptr;
    if (still) return sweep;
    if (sweep % problem.sweeps_between_gaps() == 0 && problem.gap() <= target) return sweep;
    if (sweep >= next_newton && problem.newton_cost() > 0) {
      next_newton = sweep + std::max(5, problem.newton_cost() / 2);
      if (problem.newton_step()) {
        extrapolation = {};
        if (problem.gap() <= target) return sweep;
      }
    }
    extrapolation.push(problem);
    if (extrapolation.is_full()) {
      extrapolation.attempt(problem);
      extrapolation.push(problem);
    }
  }
  return control.max_sweeps;
}

template <class T>
GramProblem<T>::GramProblem(const GrowingGram<T>& gram, std::vector<int> coordinates,
                            const Vector& xy, double yy, const Penalty& penalty, Vector w)
    : gram_(gram),
      coordinates_(std::move(coordinates)),
      yy_(yy),
      penalty_(penalty),
      xy_(gram.size()),
      w_(std::move(w)) {
  for (Index k = 0; k < gram.size(); ++k) xy_[k] = xy[gram.columns()[static_cast<std::size_t>(k)]];
  gradient_ = gradient_at(w_);
}

template <class T>
Vector GramProblem<T>::gradient_at(const Vector& w) const {
  Vector gradient = xy_;
  for (Index k = 0; k < gram_.size(); ++k)
    if (w[k] != 0.0)
      add_scaled(-w[k], gram_.data() + k * gram_.stride(), gradient.data(), gram_.size());
  return gradient;
}

template <class T>
void GramProblem<T>::try_from(const Vector& w) {
  const double here = primal();
  Vector before = std::exchange(w_, w);
  Vector gradient_before = std::exchange(gradient_, gradient_at(w));
  if (primal() < here) return;
  w_ = std::move(before);
  gradient_ = std::move(gradient_before);
}

template <class T>
Sweep GramProblem<T>::sweep(std::span<const int> order) {
  return gram_sweep(gram_.data(), gram_.stride(), gram_.size(), order.data(),
                    static_cast<Count>(order.size()), penalty_, w_.data(), gradient_.data());
}

template <class T>
GapParts GramProblem<T>::parts() const {
  GapParts parts;
  parts.ry = yy_ - xy_.dot(w_);
  parts.rr = std::max(0.0, parts.ry - gradient_.dot(w_));
  for (const int k : coordinates_) parts.add(w_[k], gradient_[k], penalty_);
  return parts;
}

template <class T>
int GramProblem<T>::newton_cost() const {
  const auto nonzero = static_cast<double>((w_.array() != 0.0).count());
  return static_cast<int>(std::ceil(nonzero * nonzero / (20.0 * static_cast<double>(w_.size()))));
}

template <class T>
bool GramProblem<T>::newton_step() {
  std::vector<Index> support;
  for (const int k : coordinates_)
    if (w_[k] != 0.0) support.push_back(k);
  if (support.empty()) return false;
  const auto size = static_cast<Index>(support.size());
  const Eigen::Map<const Matrix, 0, Eigen::OuterStride<>> G(
      gram_.data(), gram_.size(), gram_.size(), Eigen::OuterStride<>(gram_.stride()));
  Matrix H(size, size);
  for (Index b = 0; b < size; ++b)
    for (Index a = b; a < size; ++a)
      H(a, b) = G(support[static_cast<std::size_t>(a)], support[static_cast<std::size_t>(b)]);
  H.diagonal().array() += penalty_.l2;
  Vector step(size);
  for (Index a = 0; a < size; ++a) {
    const Index k = support[static_cast<std::size_t>(a)];
    step[a] = gradient_[k] - penalty_.l2 * w_[k] - std::copysign(penalty_.l1, w_[k]);
  }
  const Eigen::LLT<Eigen::Ref<Matrix>> llt(H);
  if (llt.info() != Eigen::Success) return false;
  llt.solveInPlace(step);
  const bool keeps_signs = penalty_.l1 > 0.0 || penalty_.positive;
  const double before = primal();
  const Vector w = w_, gradient = gradient_;
  for (double length = 1.0; length > 0.05; length *= 0.5) {
    for (Index a = 0; a < size; ++a) {
      const Index k = support[static_cast<std::size_t>(a)];
      const double next = w[k] + length * step[a];
      w_[k] = keeps_signs && (next > 0.0) != (w[k] > 0.0) ? 0.0 : next;
    }
    gradient_ = gradient;
    for (const Index k : support)
      add_scaled(w[k] - w_[k], gram_.data() + k * gram_.stride(), gradient_.data(), gram_.size());
    if (primal() < before) return true;
  }
  w_ = w;
  gradient_ = gradient;
  return false;
}

template <class T>
void GramProblem<T>::get(Vector& w, Vector& companion) const {
  w = w_;
  companion = gradient_;
}

template <class T>
void GramProblem<T>::set(const Vector& w, const Vector& companion) {
  w_ = w;
  gradient_ = companion;
}

template <class T>
ColumnsProblem<T>::ColumnsProblem(const DesignColumns<T>& X, std::vector<int> coordinates,
                                  const Vector& s, const DesignMoments& moments, const Vector& y,
                                  const Vector& v, const Penalty& penalty, Vector& w)
    : X_(X),
      coordinates_(std::move(coordinates)),
      s_(s),
      moments_(moments),
      y_(y),
      penalty_(penalty),
      w_(w),
      s_sum_(s.size() > 0 ? s.sum() : static_cast<double>(X.rows)),
      v_(v.cast<T>()),
      typed_s_(s.cast<T>()) {}

template <class T>
Sweep ColumnsProblem<T>::sweep(std::span<const int> order) {
  const auto steps = static_cast<Count>(order.size());
  if (!X_.is_sparse()) {
    DenseModel<T> model{X_.dense,
                        X_.stride,
                        X_.rows,
                        s_.size() > 0 ? typed_s_.data() : nullptr,
                        moments_.mean.data(),
                        moments_.norm.data(),
                        w_.data(),
                        v_.data()};
    return dense_sweep(model, order.data(), steps, penalty_);
  }
  if constexpr (std::is_same_v<T, double>) {
    SparseModel model{X_.sparse.valuePtr(),
                      X_.sparse.innerIndexPtr(),
                      X_.sparse.outerIndexPtr(),
                      s_.size() > 0 ? s_.data() : nullptr,
                      s_sum_,
                      moments_.mean.data(),
                      moments_.norm.data(),
                      w_.data(),
                      v_.data(),
                      lazy_v_sum_};
    const Sweep made = sparse_sweep(model, order.data(), steps, penalty_);
    lazy_v_sum_ = model.v_sum;
    return made;
  }
  return {};
}

template <class T>
GapParts ColumnsProblem<T>::parts(bool with_gradient) const {
  GapParts parts;
  const Vector v = v_.template cast<double>();
  parts.ry = v.dot(y_);
  parts.rr = s_.size() > 0 ? v.cwiseQuotient(s_).dot(v) : v.squaredNorm();
  parts.rr -= lazy_v_sum_ * lazy_v_sum_ / s_sum_;
  Vector gradient;
  if (with_gradient) {
    gradient.resize(X_.cols);
    correlations(X_, moments_.mean, coordinates_, v, gradient);
  }
  for (const int j : coordinates_) parts.add(w_[j], with_gradient ? gradient[j] : 0.0, penalty_);
  return parts;
}

template <class T>
void ColumnsProblem<T>::get(Vector& w, Vector& companion) const {
  w = w_(coordinates_);
  companion.resize(X_.rows + 1);
  companion << v_.template cast<double>(), lazy_v_sum_;
}

template <class T>
void ColumnsProblem<T>::set(const Vector& w, const Vector& companion) {
  for (std::size_t k = 0; k < coordinates_.size(); ++k)
    w_[coordinates_[k]] = w[static_cast<Index>(k)];
  v_ = companion.head(X_.rows).template cast<T>();
  lazy_v_sum_ = companion[X_.rows];
}

template class GramProblem<double>;
template class GramProblem<float>;
template class ColumnsProblem<double>;
template class ColumnsProblem<float>;

}  // namespace espalier::detail
