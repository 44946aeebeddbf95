// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <memory>
#include <span>
#include <vector>

#include "linear_model/elastic_net_problem.hpp"

namespace espalier::detail {

/// The second-order model of a loss around coefficients w₀, in some columns:
///
///     ½ Σᵢ hᵢ (Σⱼ xᵢⱼ(wⱼ − w₀ⱼ) + c)² − Σᵢ vᵢ (Σⱼ xᵢⱼ(wⱼ − w₀ⱼ) + c)
///
/// with the change c of the intercept taken at its minimum for every w, or 0 without an intercept.
class QuadraticModel {
 public:
  virtual ~QuadraticModel() = default;
  /// The numbers by which sweep() and is_zero() know the columns.
  virtual std::span<const int> coordinates() const = 0;
  virtual Sweep sweep(std::span<const int> order, const Penalty& penalty) = 0;
  virtual bool is_zero(int coordinate) const = 0;
  virtual Vector coef() const = 0;  ///< p; outside of the columns as at the start
  virtual double intercept_step() const = 0;
  virtual Vector raw_step() const = 0;  ///< n: Σⱼ xᵢⱼ(wⱼ − w₀ⱼ) + c
};

/// For a dense X; X, `set` and `h` must outlive it. The columns are multiplied with each other once,
/// if they are few; else sweeps read them.
template <class T>
std::unique_ptr<QuadraticModel> quadratic_model(const DesignColumns<T>& X,
                                                const std::vector<int>& set, const Vector& h,
                                                const Vector& v, const Vector& w,
                                                bool fit_intercept);

}  // namespace espalier::detail
