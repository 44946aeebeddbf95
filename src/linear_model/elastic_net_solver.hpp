// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <cstdint>
#include <functional>
#include <vector>

#include "linear_model/descent.hpp"

namespace espalier::detail {

struct ElasticNetControl {
  double tol = 1e-4;
  int max_iter = 1000;
  bool positive = false;
  bool random = false;     ///< order of the coordinates
  std::uint64_t seed = 0;  ///< of that order
  /// Called after every sweep with their number so far and the objective (of scikit-learn's scale).
  std::function<void(int sweeps, double objective)> report = {};
};

struct ElasticNetResult {
  double gap = 0.0;        ///< duality gap, of scikit-learn's scale (divided by Σs)
  double tolerance = 0.0;  ///< tol·Σ s(y − mean)² / Σs, which the gap should not exceed
  int n_iter = 0;          ///< sweeps over working sets
  bool converged() const { return gap <= tolerance; }
};

/// Minimises, for one target,
///
///     1/(2Σs) Σᵢ sᵢ (yᵢ − xᵢw − b)² + alpha·l1_ratio ‖w‖₁ + ½ alpha (1 − l1_ratio) ‖w‖²
///
/// one alpha after the other, each from the coefficients of the one before, up to a duality gap.
///
/// A working set of columns grows by those that violate the optimality conditions most; the problem
/// restricted to it is solved by coordinate descent: for dense data with products of columns (as long
/// as these take less memory than X), so that a sweep does not touch X, else with the residual.
/// Columns of which the gap shows that their coefficients are zero are left out (gap-safe
/// screening). What touches all of X is one product with the residual for each growth of the set.
///
/// @see Massias, Gramfort & Salmon, ICML (2018); Fercoq, Gramfort & Salmon, ICML (2015);
///      Friedman, Hastie & Tibshirani, J. Stat. Softw. 33 (2010) 1
template <class T>
class ElasticNetSolver {
 public:
  /// X must outlive this object. `s` are weights of the rows, empty: ones.
  ElasticNetSolver(const DesignColumns<T>& X, const Vector& y, Vector s, bool fit_intercept);

  /// The smallest alpha for which all coefficients are zero; for l1_ratio > 0.
  double alpha_max(double l1_ratio, bool positive) const;
  /// Σ s·(x − mean)² of each column; not finite where its squares overflow.
  const Vector& squares() const { return moments_.norm; }

  /// Begins from given coefficients.
  void start(const Vector& coef);
  ElasticNetResult solve(double alpha, double l1_ratio, const ElasticNetControl& control);

  const Vector& coef() const { return w_; }  ///< p
  double intercept() const;

 private:
  void update_residual();
  void update_gradient(std::span<const int> columns);
  GapParts gap_parts(std::span<const int> columns, const Penalty& penalty) const;
  void screen(std::vector<int>& alive, const GapParts& parts, double gap,
              const Penalty& penalty) const;
  struct Growth {
    std::vector<int> columns;
    double l1 = 0.0;  ///< the penalty at which they are about to enter, at least the one sought
    bool is_last = false;  ///< the set need not grow any more, as far as is known
  };
  Growth growth(const std::vector<int>& alive, const std::vector<int>& last_added,
                const Penalty& penalty) const;
  std::vector<int> guesses(const std::vector<int>& alive, const Penalty& penalty) const;
  bool gram_is_worth_it(std::size_t columns) const;
  int descend_on(const std::vector<int>& alive, const Penalty& penalty,
                 const DescentControl& control);
  void join(const std::vector<int>& columns);

  const DesignColumns<T>& X_;
  Vector s_;
  bool fit_intercept_;
  double total_weight_, y_mean_;
  Vector y_;  // centred
  Vector v_;  // s∘(y − X̃w)
  double yy_;
  DesignMoments moments_;
  GrowingGram<T> gram_;
  Vector w_, gradient_;       // gradient = X̃ᵀv
  std::vector<char> in_set_;  // of the working set
  std::vector<int> set_;      // in the order of their coming
  double l1_before_ = 0.0;    // for which w_ is the solution; 0: none yet
  bool gradient_is_fresh_ = true;
};

}  // namespace espalier::detail
