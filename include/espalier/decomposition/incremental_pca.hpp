// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <espalier/core/implements.hpp>

namespace espalier {

struct IncrementalPCAParams {
  std::optional<Index> n_components = {};
  bool whiten = false;
  std::optional<Index> batch_size = {};

  static constexpr auto fields() {
    using P = IncrementalPCAParams;
    return Fields{field("n_components", &P::n_components, at_least(1),
                        "components to keep; none: min(rows of the first batch, p)"),
                  field("whiten", &P::whiten, "divide transformed columns by their deviation"),
                  field("batch_size", &P::batch_size, at_least(1),
                        "rows that fit takes at a time; none: five times the number of features")};
  }
};

/// What IncrementalPCA learns. Shapes: p features, k components.
struct IncrementalPCAState {
  Vector mean;                      // p
  Vector var;                       // p, divided by n
  Matrix components;                // k × p, orthonormal rows
  Vector explained_variance;        // k, descending
  Vector explained_variance_ratio;  // k
  Vector singular_values;           // k
  double noise_variance = 0.0;
  Index n_samples_seen = 0;

  static constexpr auto fields() {
    using S = IncrementalPCAState;
    return Fields{field("mean", &S::mean),
                  field("var", &S::var),
                  field("components", &S::components),
                  field("explained_variance", &S::explained_variance),
                  field("explained_variance_ratio", &S::explained_variance_ratio),
                  field("singular_values", &S::singular_values),
                  field("noise_variance", &S::noise_variance),
                  field("n_samples_seen", &S::n_samples_seen)};
  }
  void check(const Schema& schema) const;
};

/// Principal components of data that come in batches, or do not fit into memory at once.
///
/// Each batch is centred and put below S·V of what was learned so far and one row more, which
/// stands for the shift of the mean; the k leading singular vectors of that matrix are the new
/// components. What a batch adds outside them is lost, so the result is that of PCA only where
/// k = p, and near it when the variances beyond the k-th are small. For data in memory PCA is
/// quicker and exact. Each batch costs O((k + b)·p·min(k + b, p)) for b rows.
///
///     IncrementalPCA pca({.n_components = 10});
///     while (read(batch)) pca.partial_fit(batch);
///
/// `fit` cuts X into batches of `batch_size` rows, the last of which joins the one before when it
/// has less than n_components. A sparse X is filled batch by batch. Signs are those of PCA, and so
/// is the Gaussian model of `get_covariance`. A batch of floats is computed in double, as in
/// scikit-learn from the second on; `transform` of floats gives floats.
///
/// Not there: sample weights; copy, since X is never changed.
///
/// @throws InvalidParameter  a parameter is outside its range; n_components exceeds p or the rows of
///                           the first batch, or differs from what partial_fit goes on from
/// @throws InvalidInput      the first batch is a single row, or numbers whose squares overflow
/// @see Ross, Lim, Lin & Yang, Int. J. Computer Vision 77 (2008) 125–141
class IncrementalPCA
    : public Implements<IncrementalPCA, Transformer, IncrementalPCAParams, IncrementalPCAState> {
 public:
  using Implements::Implements;
  static constexpr std::string_view type_name = "IncrementalPCA";
  static constexpr Tags tags{.sparse = true, .float32 = true, .requires_y = false};

  const Vector& mean() const { return state().mean; }              ///< p
  const Vector& var() const { return state().var; }                ///< p, divided by n
  const Matrix& components() const { return state().components; }  ///< k × p
  Index n_components() const { return state().components.rows(); }
  /// k variances of the transformed columns (before whitening), divided by n − 1.
  const Vector& explained_variance() const { return state().explained_variance; }
  const Vector& explained_variance_ratio() const { return state().explained_variance_ratio; }
  const Vector& singular_values() const { return state().singular_values; }  ///< k
  /// The mean of the variances that the last batch left out; 0 where there is none.
  double noise_variance() const { return state().noise_variance; }
  Index n_samples_seen() const { return state().n_samples_seen; }

  Matrix get_covariance() const;  ///< p × p, as PCA's
  /// Its inverse. @throws InvalidInput  the covariance is singular
  Matrix get_precision() const;

 private:
  friend Implements;
  State do_fit(const Features& X, const FitContext& context) const;
  State do_partial_fit(const Features& X, const FitContext& context, const State* previous) const;
  Features do_transform(const State& state, const Features& X) const;
  Features do_inverse_transform(const State& state, const Features& X) const;
  std::vector<std::string> do_feature_names_out(const State& state, const Schema& schema) const;
  void do_compile(const State& state, RowBuilder& builder) const;
};

extern template class Implements<IncrementalPCA, Transformer, IncrementalPCAParams,
                                 IncrementalPCAState>;

}  // namespace espalier
