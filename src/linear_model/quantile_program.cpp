// SPDX-License-Identifier: BSD-3-Clause
#include "linear_model/quantile_program.hpp"

#include <Eigen/Cholesky>
#include <Eigen/QR>

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <vector>

namespace espalier::detail {
namespace {

constexpr int most_iterations = 200;
constexpr int most_stalls = 8;
constexpr double enough = 1e-11;  // relative gap
constexpr double promised = 1e-9;
/// Mean losses below this are small beside a y of about 1; the gap is then compared with it.
constexpr double small_loss = 1e-4;
constexpr double to_boundary = 0.9995;

/// The observations of the data, and below them those of the penalty: B = [A; 2·diag(λ)] without the
/// rows in which λ is 0.
class Observations {
 public:
  explicit Observations(const QuantileProgram& program) : program_(program) {
    for (Index j = 0; j < program.penalty.size(); ++j)
      if (program.penalty[j] > 0.0) penalised_.push_back(j);
    const Index n = program.y.size(), extra = static_cast<Index>(penalised_.size());
    y_ = Vector::Zero(n + extra);
    y_.head(n) = program.y;
    upper_ = Vector::Ones(n + extra);
    upper_.head(n) = program.weights;
    quantile_ = Vector::Constant(n + extra, 0.5);
    quantile_.head(n).setConstant(program.quantile);
  }

  Index size() const { return y_.size(); }
  Index n_data() const { return program_.y.size(); }
  Index cols() const { return program_.design.cols(); }
  const Vector& y() const { return y_; }
  const Vector& upper() const { return upper_; }
  const Vector& quantile() const { return quantile_; }

  Vector times(const Vector& beta) const {  // B·β
    const Index n = program_.y.size();
    Vector result(size());
    result.head(n) = program_.design.times(beta);
    for (std::size_t k = 0; k < penalised_.size(); ++k)
      result[n + static_cast<Index>(k)] = factor(k) * beta[penalised_[k]];
    return result;
  }
  Vector transposed_times(const Vector& v) const {  // Bᵀ·v
    const Index n = program_.y.size();
    Vector result = program_.design.transposed_times(v.head(n));
    for (std::size_t k = 0; k < penalised_.size(); ++k)
      result[penalised_[k]] += factor(k) * v[n + static_cast<Index>(k)];
    return result;
  }
  Matrix gram(const Vector& q) const {  // Bᵀ·diag(q)·B, lower triangle
    const Index n = program_.y.size();
    Matrix result = program_.design.gram(q.head(n));
    for (std::size_t k = 0; k < penalised_.size(); ++k)
      result(penalised_[k], penalised_[k]) += q[n + static_cast<Index>(k)] * factor(k) * factor(k);
    return result;
  }
  Vector row(Index i) const {
    const Index n = program_.y.size();
    if (i < n) return program_.design.row(i);
    const auto k = static_cast<std::size_t>(i - n);
    Vector result = Vector::Zero(cols());
    result[penalised_[k]] = factor(k);
    return result;
  }
  /// Of an observation of the penalty.
  Index coefficient(Index i) const { return penalised_[static_cast<std::size_t>(i - n_data())]; }
  double objective(const Vector& beta) const {
    const Vector r = y_ - times(beta);
    return (r.array() * upper_.array() *
            (r.array() >= 0.0).select(quantile_.array(), quantile_.array() - 1.0))
        .sum();
  }

 private:
  double factor(std::size_t k) const { return 2.0 * program_.penalty[penalised_[k]]; }
  const QuantileProgram& program_;
  std::vector<Index> penalised_;
  Vector y_, upper_, quantile_;
};

/// Solves systems with Bᵀ·diag(q)·B, which is nearly singular where columns depend on each other.
class NormalEquations {
 public:
  NormalEquations(const Observations& rows, const Vector& q) {
    Matrix gram = rows.gram(q);
    scale_ = gram.diagonal().cwiseSqrt();
    scale_ = (scale_.array() > 0.0).select(scale_.cwiseInverse(), 1.0);
    gram = scale_.asDiagonal() * gram * scale_.asDiagonal();
    gram.diagonal().array() += 1e-14;
    factor_.compute(gram.selfadjointView<Eigen::Lower>());
  }
  Vector solve(const Vector& rhs) const {
    return scale_.cwiseProduct(factor_.solve(scale_.cwiseProduct(rhs)));
  }

 private:
  Vector scale_;
  Eigen::LDLT<Matrix> factor_;
};

/// The largest step in [0, 1] that keeps `v` above 0.
double longest_step(const Vector& v, const Vector& direction) {
  double longest = 1.0 / to_boundary;
  for (Index i = 0; i < v.size(); ++i)
    if (direction[i] < 0.0) longest = std::min(longest, -v[i] / direction[i]);
  return std::min(1.0, to_boundary * longest);
}

/// The point of the iteration: d and its distance s from the upper bound, and the duals z and v of
/// both bounds, with y − Bβ = v − z.
struct Point {
  Vector d, s, beta, z, v;

  double gap() const { return d.dot(z) + s.dot(v); }
};

Point first_point(const Observations& rows) {
  Point p;
  p.d = rows.upper().cwiseProduct((1.0 - rows.quantile().array()).matrix());
  p.s = rows.upper() - p.d;
  p.beta = NormalEquations(rows, rows.upper())
               .solve(rows.transposed_times(rows.upper().cwiseProduct(rows.y())));
  const Vector r = rows.y() - rows.times(p.beta);
  const double margin = std::max(1e-3 * r.cwiseAbs().mean(), 1e-10);
  p.v = r.cwiseMax(0.0).array() + margin;
  p.z = (-r).cwiseMax(0.0).array() + margin;
  return p;
}

/// One step of Mehrotra's predictor and corrector.
void advance(const Observations& rows, Point& p) {
  const Vector q = (p.z.cwiseQuotient(p.d) + p.v.cwiseQuotient(p.s)).cwiseInverse();
  const NormalEquations equations(rows, q);
  const Vector zero = Vector::Zero(rows.size());
  // The dual residual (rounding) is taken out with each step.
  const Vector residual = rows.y() - rows.times(p.beta) - p.v + p.z;
  Vector dd, dbeta, dz, dv;
  const auto solve = [&](const Vector& of_z, const Vector& of_v) {
    // z + dz = of_z − (z/d)·dd and v + dv = of_v + (v/s)·dd, put into B·dβ = residual + dz − dv
    const Vector rhs = residual + of_z - of_v - p.z + p.v;
    dbeta = equations.solve(rows.transposed_times(q.cwiseProduct(rhs)));
    dd = q.cwiseProduct(rhs - rows.times(dbeta));
    dz = of_z - p.z - p.z.cwiseQuotient(p.d).cwiseProduct(dd);
    dv = of_v - p.v + p.v.cwiseQuotient(p.s).cwiseProduct(dd);
  };
  solve(zero, zero);
  const double primal = std::min(longest_step(p.d, dd), longest_step(p.s, -dd));
  const double dual = std::min(longest_step(p.z, dz), longest_step(p.v, dv));
  const double before = p.gap();
  const double after =
      (p.d + primal * dd).dot(p.z + dual * dz) + (p.s - primal * dd).dot(p.v + dual * dv);
  const double shrink = std::pow(after / before, 3.0);
  const double mu = shrink * before / static_cast<double>(2 * rows.size());
  const Vector of_z = (mu - dd.array() * dz.array()) / p.d.array();
  const Vector of_v = (mu + dd.array() * dv.array()) / p.s.array();
  solve(of_z, of_v);
  const double primal_step = std::min(longest_step(p.d, dd), longest_step(p.s, -dd));
  const double dual_step = std::min(longest_step(p.z, dz), longest_step(p.v, dv));
  p.d += primal_step * dd;
  p.s -= primal_step * dd;
  p.beta += dual_step * dbeta;
  p.z += dual_step * dz;
  p.v += dual_step * dv;
}

/// β with zeros for the coefficients whose observation of the penalty is well inside its bounds.
Vector with_zeros(const Observations& rows, const Point& p) {
  constexpr double well_inside = 1e-3;
  Vector beta = p.beta;
  for (Index i = rows.n_data(); i < rows.size(); ++i)
    if (std::min(p.d[i], p.s[i]) > well_inside) beta[rows.coefficient(i)] = 0.0;
  return beta;
}

/// The vertex near the end of the iterations: the plane through the rows whose d is farthest from
/// both bounds, as many as there are unknowns.
Vector vertex(const Observations& rows, const Point& p) {
  const Index m = rows.cols();
  if (rows.size() < m) return p.beta;
  const Vector inside = p.d.cwiseMin(p.s).cwiseQuotient(rows.upper());
  std::vector<Index> order(static_cast<std::size_t>(rows.size()));
  std::iota(order.begin(), order.end(), Index{0});
  std::partial_sort(order.begin(), order.begin() + m, order.end(), [&](Index a, Index b) {
    return inside[a] != inside[b] ? inside[a] > inside[b] : a < b;
  });
  Matrix A(m, m);
  Vector b(m);
  for (Index k = 0; k < m; ++k) {
    const Index i = order[static_cast<std::size_t>(k)];
    A.row(k) = rows.row(i).transpose();
    b[k] = rows.y()[i];
  }
  const Eigen::ColPivHouseholderQR<Matrix> qr(A);
  if (qr.rank() < m) return p.beta;
  Vector beta = qr.solve(b);
  for (Index k = 0; k < m; ++k) {  // an observation of the penalty in it: exactly 0
    const Index i = order[static_cast<std::size_t>(k)];
    if (i < rows.n_data()) continue;
    beta[rows.coefficient(i)] = 0.0;
  }
  return beta;
}

}  // namespace

QuantileSolution solve_quantile(const QuantileProgram& program,
                                const std::function<void(int, double)>& report) {
  const Observations rows(program);
  Point p = first_point(rows);
  QuantileSolution solution;
  Point best = p;
  int stalls = 0;
  double best_gap = std::numeric_limits<double>::infinity();
  for (solution.n_iter = 1; solution.n_iter <= most_iterations; ++solution.n_iter) {
    advance(rows, p);
    const double objective = rows.objective(p.beta);
    const double gap = p.gap() / std::max(objective, small_loss * program.weights.sum());
    report(solution.n_iter, objective);
    stalls = gap < best_gap ? 0 : stalls + 1;
    if (stalls == most_stalls || !std::isfinite(gap)) break;  // rounding
    if (stalls > 0) continue;
    best = p;
    best_gap = gap;
    if (gap <= enough) break;
  }
  solution.n_iter = std::min(solution.n_iter, most_iterations);
  solution.converged = best_gap <= promised;
  constexpr double rounding = 1e-12;
  const double allowed = (1.0 + rounding) * rows.objective(best.beta);
  solution.beta = best.beta;
  for (const Vector& beta : {with_zeros(rows, best), vertex(rows, best)})
    if (rows.objective(beta) <= allowed) solution.beta = beta;
  return solution;
}

}  // namespace espalier::detail
