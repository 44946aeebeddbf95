// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <espalier/core/implements.hpp>
#include <espalier/decomposition/number_of_components.hpp>

namespace espalier {

/// How PCA finds the components of X̃, the centred X, with L = max(n, p) and s = min(n, p):
///
/// - `full`: a QR decomposition of X̃ and the singular values of its triangle. O(L·s²), and several
///   times slower than `covariance_eigh`, but accurate for the smallest components too.
/// - `covariance_eigh`: eigenvectors of X̃ᵀX̃ or, for p > n, of X̃X̃ᵀ. O(L·s²), the quickest unless
///   s is some thousands. It squares the condition number: a component whose deviation is below
///   1e-7 (float: 1e-3) of the first one's is mostly rounding.
/// - `arpack`: block Lanczos on X̃ᵀX̃ without forming it, until `tol`. O(L·s·k) a few times over, or
///   the nonzeros of a sparse X instead of L·s. (The name is scikit-learn's; no ARPACK is used.)
/// - `randomized`: `iterated_power` power iterations on a random subspace. O(L·s·k) as well, and
///   approximate where the variances decay slowly.
/// - `automatic`: the quickest of those that are accurate. `full` for a dense X that is small
///   (L·s² ≤ 10⁸); `covariance_eigh` while s ≤ 3000 or many components are wanted, and then again
///   with `full` should the smallest component lie too low; `arpack` beyond. scikit-learn takes
///   `randomized` for most of these, which is slower here and less accurate.
enum class PCASolver { automatic, full, covariance_eigh, arpack, randomized };

constexpr auto names_of(PCASolver) {
  return std::array<std::string_view, 5>{"auto", "full", "covariance_eigh", "arpack", "randomized"};
}

struct PCAParams {
  NumberOfComponents n_components = {};
  bool whiten = false;
  PCASolver svd_solver = PCASolver::automatic;
  double tol = 0.0;
  std::optional<int> iterated_power = {};
  int n_oversamples = 10;
  std::optional<std::int64_t> random_state = {};

  static constexpr auto fields() {
    using P = PCAParams;
    return Fields{
        field("n_components", &P::n_components,
              "components to keep: a count, the share of the variance that they must explain, "
              "'mle' (Minka's estimate of the dimension), or none: min(n, p)"),
        field("whiten", &P::whiten, "divide transformed columns by their deviation"),
        field("svd_solver", &P::svd_solver, "how the components are found"),
        field("tol", &P::tol, at_least(0.0),
              "arpack: relative size of residuals at which it stops; 0: what rounding allows"),
        field("iterated_power", &P::iterated_power, at_least(0),
              "randomized: power iterations; none: 7 where n_components < min(n, p) / 10, else 4"),
        field("n_oversamples", &P::n_oversamples, at_least(0),
              "randomized: vectors of the random subspace beyond n_components"),
        field("random_state", &P::random_state, at_least(0),
              "arpack, randomized: seed of the first vectors; none: another each time")};
  }
};

/// What PCA learns. Shapes: p features, k components.
struct PCAState {
  Vector mean;                      // p
  Matrix components;                // k × p, orthonormal rows
  Vector explained_variance;        // k, descending
  Vector explained_variance_ratio;  // k
  Vector singular_values;           // k
  double noise_variance = 0.0;
  double n_samples = 0.0;
  PCASolver svd_solver = PCASolver::full;

  static constexpr auto fields() {
    using S = PCAState;
    return Fields{field("mean", &S::mean),
                  field("components", &S::components),
                  field("explained_variance", &S::explained_variance),
                  field("explained_variance_ratio", &S::explained_variance_ratio),
                  field("singular_values", &S::singular_values),
                  field("noise_variance", &S::noise_variance),
                  field("n_samples", &S::n_samples),
                  field("svd_solver", &S::svd_solver)};
  }
  void check(const Schema& schema) const;
};

/// Principal component analysis: the k orthogonal directions along which X varies most.
///
/// The components are the first right singular vectors of the centred X, X − x̄ = U·S·Vᵀ, and the
/// variances along them λ = S² / (n − 1). `transform` gives (x − x̄)·V, divided by √λ if `whiten`.
/// Each component has the sign that makes its entry of largest magnitude positive (the first of
/// several), whatever the solver, as scikit-learn since 1.5.
///
///     PCA pca({.n_components = 0.95});
///     const Matrix Z = pca.fit_transform(X).to_matrix();   // n × k
///     const Matrix back = pca.inverse_transform(Z).to_matrix();
///
/// Columns with larger numbers weigh more: scale columns of different units first
/// (`StandardScaler() | PCA()`). A sparse X is centred without filling its zeros; `full` fills some
/// thousand rows at a time. Memory is O(min(n, p)²) beside the data, O(min(n, p)·k) with `arpack`
/// and `randomized`.
///
/// With sample weights, which scikit-learn's PCA does not take, the mean and the covariance are
/// weighted ones and n − 1 is Σw − 1: weight k is k copies of a row.
///
/// It is also a Gaussian model whose covariance is V·diag(λ − σ²)·Vᵀ + σ²·I, where the noise σ² is
/// the mean of the variances left out: see `score_samples`. (Its covariance does not depend on
/// `whiten`; in scikit-learn 1.9 it does.)
///
/// Differences: any number of components up to min(n, p) is possible, and the default, with every
/// solver and a sparse X, where scikit-learn leaves one out or refuses. explained_variance_ratio is
/// 0 for a constant X. Not there: n_components = 0; power_iteration_normalizer, since QR is always
/// used; copy, since X is never changed.
///
/// @throws InvalidParameter  a parameter is outside its range; n_components is more than min(n, p),
///                           or a share or "mle" for a solver that finds leading components only,
///                           or "mle" for n < p
/// @throws InvalidInput      less than 2 rows (weights that do not sum to more than 1), or numbers
///                           whose squares overflow
/// @see Halko, Martinsson & Tropp, SIAM Review 53 (2011) 217–288, for `randomized`;
///      Tipping & Bishop, J. R. Statist. Soc. B 61 (1999) 611–622, for the model;
///      Minka, NIPS 13 (2000) 598–604, for "mle"
class PCA : public Implements<PCA, Transformer, PCAParams, PCAState> {
 public:
  using Implements::Implements;
  static constexpr std::string_view type_name = "PCA";
  static constexpr Tags tags{
      .sparse = true, .float32 = true, .sample_weight = true, .requires_y = false};

  const Vector& mean() const { return state().mean; }              ///< p: what is subtracted
  const Matrix& components() const { return state().components; }  ///< k × p
  Index n_components() const { return state().components.rows(); }
  /// k variances of the transformed columns (before whitening), descending.
  const Vector& explained_variance() const { return state().explained_variance; }
  /// The same as shares of the variance of X.
  const Vector& explained_variance_ratio() const { return state().explained_variance_ratio; }
  const Vector& singular_values() const { return state().singular_values; }  ///< k, of X − x̄
  /// The mean of the min(n, p) − k variances that were left out; 0 where there is none.
  double noise_variance() const { return state().noise_variance; }
  /// The number of training rows, or the sum of their weights.
  double n_samples() const { return state().n_samples; }
  /// The solver that was used; never `automatic`.
  PCASolver svd_solver() const { return state().svd_solver; }

  Matrix get_covariance() const;  ///< p × p, of the Gaussian model
  /// Its inverse. @throws InvalidInput  the covariance is singular
  Matrix get_precision() const;
  /// The log-likelihood of each row of X under the Gaussian model, n. O(npk).
  /// @throws InvalidInput  the covariance is singular
  Vector score_samples(const Features& X) const;
  /// Their mean.
  double score(const Features& X) const;

 private:
  friend Implements;
  void do_validate() const;
  State do_fit(const Features& X, const FitContext& context) const;
  Features do_transform(const State& state, const Features& X) const;
  Features do_inverse_transform(const State& state, const Features& X) const;
  std::vector<std::string> do_feature_names_out(const State& state, const Schema& schema) const;
  void do_compile(const State& state, RowBuilder& builder) const;
};

extern template class Implements<PCA, Transformer, PCAParams, PCAState>;

}  // namespace espalier
