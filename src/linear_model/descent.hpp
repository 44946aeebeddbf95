// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <functional>
#include <span>
#include <vector>

#include <espalier/core/random.hpp>

#include "linear_model/elastic_net_problem.hpp"

namespace espalier::detail {

/// What the duality gap of ½‖r‖² + l1‖w‖₁ + ½l2‖w‖² needs, where r = y − Xw and g = Xᵀr.
struct GapParts {
  double rr = 0.0, ry = 0.0;  ///< rᵀr, rᵀy
  double w_norm1 = 0.0, ww = 0.0;
  double dual_norm = 0.0;  ///< max |g − l2·w|, or without the absolute value if w ≥ 0
  double gg = 0.0;         ///< Σ g²; if w ≥ 0, of the g that could lower the objective

  void add(double w, double g, const Penalty& penalty);
  double primal(const Penalty& penalty) const;
  /// As scikit-learn: of the dual point r·min(1, l1 / dual_norm); for l1 = 0 of the dual without
  /// constraints, and for l1 = l2 = 0 the squared gradient in its place.
  double gap(const Penalty& penalty) const;
};

/// The problem restricted to a few columns, as coordinate descent sees it.
class RestrictedProblem {
 public:
  virtual ~RestrictedProblem() = default;
  virtual Sweep sweep(std::span<const int> order) = 0;
  virtual std::span<const int> coordinates() const = 0;
  virtual double primal() const = 0;
  virtual double gap() const = 0;
  virtual int sweeps_between_gaps() const = 0;

  /// How many sweeps a call of newton_step() costs; 0: there is none.
  virtual int newton_cost() const { return 0; }
  /// Towards the minimiser for the signs that the coefficients have; whether the objective fell.
  virtual bool newton_step() { return false; }

  /// The coefficients and a vector that depends on them affinely, from which all else follows.
  virtual void get(Vector& w, Vector& companion) const = 0;
  virtual void set(const Vector& w, const Vector& companion) = 0;
};

struct DescentControl {
  double target_gap = 0.0;   ///< absolute
  double target_part = 0.0;  ///< or of the gap at the start
  int max_sweeps = 1000;
  Random* random = nullptr;  ///< null: cyclic; else coordinates are drawn
  std::function<void(int sweeps, double primal)> report = {};
};

/// Sweeps until the gap is at the target, nothing moves any more, or all sweeps are made; returns
/// how many were made. Every fifth is followed by an attempt of Anderson's extrapolation, which is
/// taken where it lowers the objective.
int descend(RestrictedProblem& problem, const DescentControl& control);

/// By products of columns: a coordinate that does not move costs O(1).
template <class T>
class GramProblem final : public RestrictedProblem {
 public:
  /// `xy` = Xᵀy of all p columns, `w` the coefficients of those of the Gram matrix, of which
  /// `coordinates` may move.
  GramProblem(const GrowingGram<T>& gram, std::vector<int> coordinates, const Vector& xy, double yy,
              const Penalty& penalty, Vector w);
  const Vector& w() const { return w_; }
  /// Goes to these coefficients if the objective is lower there.
  void try_from(const Vector& w);

  Sweep sweep(std::span<const int> order) override;
  std::span<const int> coordinates() const override { return coordinates_; }
  double primal() const override { return parts().primal(penalty_); }
  double gap() const override { return parts().gap(penalty_); }
  int sweeps_between_gaps() const override { return 1; }
  int newton_cost() const override;
  bool newton_step() override;
  void get(Vector& w, Vector& companion) const override;
  void set(const Vector& w, const Vector& companion) override;

 private:
  GapParts parts() const;
  Vector gradient_at(const Vector& w) const;

  const GrowingGram<T>& gram_;
  std::vector<int> coordinates_;
  double yy_;
  Penalty penalty_;
  Vector xy_, w_, gradient_;
};

/// By the columns themselves and the residual: O(rows) or O(nonzeros) a coordinate.
template <class T>
class ColumnsProblem final : public RestrictedProblem {
 public:
  /// `v` = s∘(y − X̃w); all of p or n must outlive this object, and `w` is changed.
  ColumnsProblem(const DesignColumns<T>& X, std::vector<int> coordinates, const Vector& s,
                 const DesignMoments& moments, const Vector& y, const Vector& v,
                 const Penalty& penalty, Vector& w);

  Sweep sweep(std::span<const int> order) override;
  std::span<const int> coordinates() const override { return coordinates_; }
  double primal() const override { return parts(false).primal(penalty_); }
  double gap() const override { return parts(true).gap(penalty_); }
  int sweeps_between_gaps() const override { return 10; }
  void get(Vector& w, Vector& companion) const override;
  void set(const Vector& w, const Vector& companion) override;

 private:
  GapParts parts(bool with_gradient) const;
  double v_sum() const;

  const DesignColumns<T>& X_;
  std::vector<int> coordinates_;
  const Vector& s_;
  const DesignMoments& moments_;
  const Vector& y_;
  Penalty penalty_;
  Vector& w_;
  double s_sum_;
  Eigen::Matrix<T, Eigen::Dynamic, 1> v_, typed_s_;
  double lazy_v_sum_ = 0.0;
};

}  // namespace espalier::detail
