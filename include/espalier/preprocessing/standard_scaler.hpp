// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <espalier/core/implements.hpp>

namespace espalier {

struct StandardScalerParams {
  bool with_mean = true;
  bool with_std = true;

  static constexpr auto fields() {
    return Fields{
        field("with_mean", &StandardScalerParams::with_mean, "subtract the mean of each column"),
        field("with_std", &StandardScalerParams::with_std,
              "divide by the deviation of each column")};
  }
};

/// What StandardScaler learns, one value a column.
struct StandardScalerState {
  Vector mean;
  Vector var;             // biased: divided by n; empty without with_std
  Vector scale;           // what transform divides by; 1 for constant columns and without with_std
  Vector n_samples_seen;  // sum of the weights of the values that were not missing

  static constexpr auto fields() {
    using S = StandardScalerState;
    return Fields{field("mean", &S::mean), field("var", &S::var), field("scale", &S::scale),
                  field("n_samples_seen", &S::n_samples_seen)};
  }
  void check(const Schema& schema) const;
};

/// Brings each column to mean 0 and variance 1: (x − mean) / scale.
///
/// The variance is the biased one (divided by n, or by the sum of the weights): about the mean of
/// each block of rows, and the blocks combined (Chan, Golub & LeVeque, Am. Stat. 37 (1983) 242–247). Missing values (NaN) are
/// left out when learning and stay missing. A column that is constant up to rounding is centred
/// and divided by 1. A sparse X cannot be centred, since that would fill its zeros: set with_mean
/// to false.
///
/// A dense X of `float` is transformed into one of `float`; what is learned from it is in double, and
/// each number is rounded once (scikit-learn rounds after each of the two operations).
///
/// Costs O(np) once over the data for `fit` and once for `transform`, both in parallel.
///
/// Not there: partial_fit; copy, since X is never changed.
///
/// @throws InvalidInput  X is sparse and with_mean is set; or a column is so large (beyond some
///                       1e150) that its variance is not finite, where scikit-learn scales by inf
class StandardScaler
    : public Implements<StandardScaler, Transformer, StandardScalerParams, StandardScalerState> {
 public:
  using Implements::Implements;
  static constexpr std::string_view type_name = "StandardScaler";
  static constexpr Tags tags{.allow_nan = true,
                             .keeps_missing = true,
                             .sparse = true,
                             .float32 = true,
                             .sample_weight = true,
                             .requires_y = false};

  const Vector& mean() const { return state().mean; }
  const Vector& var() const { return state().var; }
  const Vector& scale() const { return state().scale; }
  /// The number of values (the sum of their weights) that each column's moments stand on.
  const Vector& n_samples_seen() const { return state().n_samples_seen; }

 private:
  friend Implements;
  State do_fit(const Features& X, const FitContext& context) const;
  Features do_transform(const State& state, const Features& X) const;
  void do_compile(const State& state, RowBuilder& builder) const;
  Features do_inverse_transform(const State& state, const Features& X) const;
  void refuse_sparse_centring(const Features& X) const;
};

extern template class Implements<StandardScaler, Transformer, StandardScalerParams,
                                 StandardScalerState>;

}  // namespace espalier
