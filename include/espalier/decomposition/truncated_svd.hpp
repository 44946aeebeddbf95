// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <espalier/core/implements.hpp>

namespace espalier {

/// How TruncatedSVD finds the singular vectors: by `n_iter` power iterations on a random subspace,
/// or by block Lanczos until `tol`. (The second one's name is scikit-learn's; no ARPACK is used.)
enum class SVDAlgorithm { arpack, randomized };

constexpr auto names_of(SVDAlgorithm) {
  return std::array<std::string_view, 2>{"arpack", "randomized"};
}

struct TruncatedSVDParams {
  Index n_components = 2;
  SVDAlgorithm algorithm = SVDAlgorithm::randomized;
  int n_iter = 5;
  int n_oversamples = 10;
  std::optional<std::int64_t> random_state = {};
  double tol = 0.0;

  static constexpr auto fields() {
    using P = TruncatedSVDParams;
    return Fields{
        field("n_components", &P::n_components, at_least(1), "singular vectors to keep"),
        field("algorithm", &P::algorithm, "how they are found"),
        field("n_iter", &P::n_iter, at_least(0), "randomized: power iterations"),
        field("n_oversamples", &P::n_oversamples, at_least(0),
              "randomized: vectors of the random subspace beyond n_components"),
        field("random_state", &P::random_state, at_least(0),
              "seed of the first vectors; none: another each time"),
        field("tol", &P::tol, at_least(0.0),
              "arpack: relative size of residuals at which it stops; 0: what rounding allows")};
  }
};

/// What TruncatedSVD learns. Shapes: p features, k components.
struct TruncatedSVDState {
  Matrix components;                // k × p, orthonormal rows
  Vector explained_variance;        // k
  Vector explained_variance_ratio;  // k
  Vector singular_values;           // k, descending

  static constexpr auto fields() {
    using S = TruncatedSVDState;
    return Fields{field("components", &S::components),
                  field("explained_variance", &S::explained_variance),
                  field("explained_variance_ratio", &S::explained_variance_ratio),
                  field("singular_values", &S::singular_values)};
  }
  void check(const Schema& schema) const;
};

/// The k leading singular vectors of X as it is: principal components without centring, also known
/// as latent semantic analysis when X counts words.
///
/// X ≈ U·S·Vᵀ of rank k with the least squared error; `transform` gives x·V. Nothing is subtracted,
/// so a sparse X stays sparse throughout; the first component often shows the mean. Signs are those
/// of PCA. O(n·p·k), or O(nonzeros·k), a few times over; memory O((n + p)·k), and a sparse X twice.
///
///     TruncatedSVD svd({.n_components = 100, .random_state = 0});
///     const Features Z = svd.fit_transform(counts);   // counts: a SparseMatrix
///
/// With sample weights, which scikit-learn does not take, the squared errors of the rows are
/// weighted: weight k is k copies.
///
/// Not there: power_iteration_normalizer, since QR is always used.
///
/// @throws InvalidParameter  a parameter is outside its range; n_components exceeds min(n, p)
/// @throws InvalidInput      numbers whose squares overflow
/// @see Halko, Martinsson & Tropp, SIAM Review 53 (2011) 217–288
class TruncatedSVD
    : public Implements<TruncatedSVD, Transformer, TruncatedSVDParams, TruncatedSVDState> {
 public:
  using Implements::Implements;
  static constexpr std::string_view type_name = "TruncatedSVD";
  static constexpr Tags tags{
      .sparse = true, .float32 = true, .sample_weight = true, .requires_y = false};

  const Matrix& components() const { return state().components; }  ///< k × p
  /// The variances of the k transformed columns, about their means, divided by n.
  const Vector& explained_variance() const { return state().explained_variance; }
  /// The same as shares of the sum of the variances of X's columns.
  const Vector& explained_variance_ratio() const { return state().explained_variance_ratio; }
  const Vector& singular_values() const { return state().singular_values; }  ///< k, of X

 private:
  friend Implements;
  State do_fit(const Features& X, const FitContext& context) const;
  Features do_transform(const State& state, const Features& X) const;
  Features do_inverse_transform(const State& state, const Features& X) const;
  std::vector<std::string> do_feature_names_out(const State& state, const Schema& schema) const;
  void do_compile(const State& state, RowBuilder& builder) const;
};

extern template class Implements<TruncatedSVD, Transformer, TruncatedSVDParams, TruncatedSVDState>;

}  // namespace espalier
