// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <cstdint>

#include <espalier/cluster/kmeans_init.hpp>
#include <espalier/core/implements.hpp>

namespace espalier {

/// How the nearest centres are found; the result is the same, bit for bit. `lloyd`: all distances.
/// `hamerly`: two bounds a row (24 bytes), and all distances of a row only where they do not decide.
/// `elkan`: beside these a bound for each row and centre (n·k numbers of X's precision), and where
/// they leave few centres, only the distances to these. Since a search of all centres takes 64 rows at
/// a time and this one takes one, it pays only with some hundreds of features and of centres. Sparse
/// rows, which meet all centres at once, are left to `hamerly`.
/// `automatic`: `hamerly` for 300 centres and more, once no more than a tenth of the rows changes its
/// cluster, as long as the bounds spare half of the rows; else `lloyd`.
enum class KMeansAlgorithm { automatic, lloyd, hamerly, elkan };

constexpr auto names_of(KMeansAlgorithm) {
  return std::array<std::string_view, 4>{"auto", "lloyd", "hamerly", "elkan"};
}

struct KMeansParams {
  int n_clusters = 8;
  KMeansInit init = {};
  KMeansStarts n_init = {};
  int max_iter = 300;
  double tol = 1e-4;
  std::optional<std::int64_t> random_state = {};
  KMeansAlgorithm algorithm = KMeansAlgorithm::automatic;

  static constexpr auto fields() {
    using P = KMeansParams;
    return Fields{
        field("n_clusters", &P::n_clusters, at_least(1), "how many clusters"),
        field("init", &P::init, "the centres to begin with"),
        field("n_init", &P::n_init, "how many starts; the one of least inertia is kept"),
        field("max_iter", &P::max_iter, at_least(1), "iterations of a start at most"),
        field(
            "tol", &P::tol, at_least(0.0),
            "squared shift of the centres, by the mean variance of the columns, at which to stop"),
        field("random_state", &P::random_state, at_least(0),
              "seed of the draws; none: another one each time"),
        field("algorithm", &P::algorithm, "how the nearest centres are found")};
  }
};

/// What KMeans learns. Shapes: n rows, p features, k clusters.
struct KMeansState {
  Matrix cluster_centers;  // k × p
  Vector offset;           // p; taken off rows and centres before distances are worked out
  Labels labels;           // n
  double inertia = 0.0;
  int n_iter = 0;
  bool converged = false;

  static constexpr auto fields() {
    using S = KMeansState;
    return Fields{field("cluster_centers", &S::cluster_centers),
                  field("offset", &S::offset),
                  field("labels", &S::labels),
                  field("inertia", &S::inertia),
                  field("n_iter", &S::n_iter),
                  field("converged", &S::converged)};
  }
  void check(const Schema& schema) const;
};

/// k-means: k centres such that the rows are near them.
///
/// Looks for the least inertia, Σᵢ wᵢ·min_c ‖xᵢ − c‖², where w are the sample weights, by Lloyd's
/// algorithm: every row goes to its nearest centre (the lowest of equals), every centre to the mean of
/// its rows, again and again. It ends when no row changes its cluster, when Σ‖shift of a centre‖² ≤
/// tol · (mean variance of the columns), or after max_iter iterations; labels() and inertia() are then
/// those of the final centres. What is found is a local minimum, which depends on the start: several
/// starts (`n_init`) find better ones. Columns should be scaled alike (StandardScaler).
///
/// A start draws its rows by greedy k-means++: of 2 + ⌊log k⌋ candidates, drawn by weight times squared
/// distance to the rows chosen so far, the one that leaves least inertia. The draws differ from
/// scikit-learn's; from the same centres the labels are the same. A cluster that loses its rows goes on
/// at the row that is farthest from its centre. With fewer distinct rows than clusters some clusters
/// stay empty, and a convergence warning says so.
///
/// Dense rows are centred first, for accuracy. A `float` matrix is worked on in single precision, its
/// sums in double. X may be sparse and stays so. The same bits for any number of threads.
///
/// O(n·p·k) an iteration; memory n·p beside X, which is copied into tiles that suit the processor,
/// and n·k with the algorithm elkan.
/// Distances and the choice of the nearest centre are one pass in registers; with many centres, late
/// iterations skip most of them (`algorithm`).
///
/// Differences on purpose from scikit-learn: the variance that `tol` refers to is weighted, so that
/// weight k is k copies of a row; rows of weight 0 do not fill empty clusters, which are filled in
/// descending order of distance; starts are independent random streams. Not there: `init` by a
/// function (give the centres), copy_x (X is never changed), verbose (the callback of the FitContext).
///
/// @throws InvalidParameter  a parameter is outside its range, or given centres have another shape
/// @throws InvalidInput      X is empty or not finite, or has fewer rows (of positive weight) than
///                           there are clusters, or squared distances overflow
/// @see Lloyd, IEEE Trans. Inf. Theory 28 (1982) 129–137; Arthur & Vassilvitskii, SODA (2007)
///      1027–1035; Hamerly, SDM (2010) 130–140; Elkan, ICML (2003) 147–153
class KMeans : public Implements<KMeans, Clusterer, KMeansParams, KMeansState> {
 public:
  using Implements::Implements;
  static constexpr std::string_view type_name = "KMeans";
  static constexpr Tags tags{
      .sparse = true, .float32 = true, .sample_weight = true, .weights_are_copies = false};

  const Matrix& cluster_centers() const { return state().cluster_centers; }  ///< k × p
  double inertia() const { return state().inertia; }  ///< Σ w·‖x − c‖² of the training rows
  int n_iter() const { return state().n_iter; }       ///< of the start that was kept
  bool converged() const { return state().converged; }  ///< false: ended at max_iter

  /// n × k distances to the centres (not squared), in columns kmeans0, kmeans1, …
  /// @throws NotFitted, InvalidInput
  Features transform(const Features& X) const;
  Features fit_transform(const Features& X, const FitContext& context = {});
  /// kmeans0, kmeans1, …: the names of transform's columns. @throws NotFitted
  std::vector<std::string> get_feature_names_out() const;
  /// Minus the inertia of X: the greater, the nearer. `sample_weight` may be empty: ones.
  /// @throws NotFitted, InvalidInput
  double score(const Features& X, const Vector& sample_weight = {}) const;

 private:
  friend Implements;
  void do_validate() const;
  State do_fit(const Features& X, const FitContext& context) const;
  Labels do_predict(const State& state, const Features& X) const;
};

extern template class Implements<KMeans, Clusterer, KMeansParams, KMeansState>;

}  // namespace espalier
