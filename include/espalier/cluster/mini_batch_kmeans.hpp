// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <cstdint>
#include <optional>

#include <espalier/cluster/kmeans_init.hpp>
#include <espalier/core/implements.hpp>

namespace espalier {

struct MiniBatchKMeansParams {
  int n_clusters = 8;
  KMeansInit init = {};
  int max_iter = 100;
  int batch_size = 1024;
  bool compute_labels = true;
  std::optional<std::int64_t> random_state = {};
  double tol = 0.0;
  std::optional<int> max_no_improvement = 10;
  std::optional<int> init_size = {};
  KMeansStarts n_init = {};
  double reassignment_ratio = 0.01;

  static constexpr auto fields() {
    using P = MiniBatchKMeansParams;
    return Fields{
        field("n_clusters", &P::n_clusters, at_least(1), "how many clusters"),
        field("init", &P::init, "the centres to begin with"),
        field("max_iter", &P::max_iter, at_least(1), "so many times the rows are drawn at most"),
        field("batch_size", &P::batch_size, at_least(1), "rows of a batch"),
        field("compute_labels", &P::compute_labels,
              "whether labels and inertia of all rows are worked out at the end"),
        field("random_state", &P::random_state, at_least(0),
              "seed of the draws; none: another one each time"),
        field(
            "tol", &P::tol, at_least(0.0),
            "squared shift of the centres, by the mean variance of the columns, at which to stop; "
            "0: no such test"),
        field("max_no_improvement", &P::max_no_improvement, at_least(0),
              "batches in a row without a better smoothed inertia at which to stop; none: no such "
              "test"),
        field(
            "init_size", &P::init_size, at_least(1),
            "rows drawn for a start; none, or less than n_clusters: three batches or 3·n_clusters"),
        field("n_init", &P::n_init, "how many starts are drawn; the best is gone on with"),
        field("reassignment_ratio", &P::reassignment_ratio, at_least(0.0),
              "centres with less than this part of the largest count move elsewhere")};
  }
};

/// What MiniBatchKMeans learns. Shapes: n rows, p features, k clusters.
struct MiniBatchKMeansState {
  Matrix cluster_centers;  // k × p
  Vector offset;           // p; taken off rows and centres before distances are worked out
  Vector counts;           // k: Σ w of the rows that each centre has taken in
  Labels labels;           // n, of the last fit or partial_fit; empty without compute_labels
  double inertia = 0.0;
  int n_iter = 0;
  std::int64_t n_steps = 0;
  std::int64_t rows_since_moving = 0;
  std::int64_t random_seed = 0;

  static constexpr auto fields() {
    using S = MiniBatchKMeansState;
    return Fields{field("cluster_centers", &S::cluster_centers),
                  field("offset", &S::offset),
                  field("counts", &S::counts),
                  field("labels", &S::labels),
                  field("inertia", &S::inertia),
                  field("n_iter", &S::n_iter),
                  field("n_steps", &S::n_steps),
                  field("rows_since_moving", &S::rows_since_moving),
                  field("random_seed", &S::random_seed)};
  }
  void check(const Schema& schema) const;
};

/// k-means by batches: for many rows, or rows that come in pieces.
///
/// Looks for the least inertia as KMeans does, but every step draws `batch_size` rows (by weight, with
/// replacement) and moves each centre to the mean of all rows that it has ever taken in. It ends after
/// max_iter·n / batch_size steps, or when `max_no_improvement` batches in a row have not lowered the
/// smoothed inertia, or the centres hardly move (`tol`). The result is a little worse than KMeans's,
/// and takes a fraction of its time where there are many rows; with few, KMeans is better and as fast.
///
/// Centres that took in few rows (`reassignment_ratio`) move to random rows now and then. A start is
/// k-means++ on `init_size` drawn rows; of several, the one of least inertia on as many others is kept.
///
/// `partial_fit(X, {.sample_weight = w})` takes one batch in, as it is; the first call needs as many
/// rows as there are clusters and chooses the start among them. labels() are then those of that batch.
/// Batches of `float` and of `double` may follow each other.
///
/// O(batch_size·p·k) a step, on several threads; O(n·p·k) for the labels of all rows. X may be sparse.
/// The same seed gives the same bits for any number of threads; the draws differ from scikit-learn's,
/// the rules are the same. Rows of weight 0 are not drawn.
///
/// Not there: `init` by a function (give the centres) and verbose (the callback of the FitContext).
///
/// @throws InvalidParameter  a parameter is outside its range, given centres have another shape, or
///                           n_clusters is not that of the fit that partial_fit goes on from
/// @throws InvalidInput      X is empty or not finite, or has fewer rows (of positive weight) than
///                           there are clusters, or squared distances overflow
/// @see Sculley, WWW (2010) 1177–1178
class MiniBatchKMeans
    : public Implements<MiniBatchKMeans, Clusterer, MiniBatchKMeansParams, MiniBatchKMeansState> {
 public:
  using Implements::Implements;
  static constexpr std::string_view type_name = "MiniBatchKMeans";
  static constexpr Tags tags{
      .sparse = true, .float32 = true, .sample_weight = true, .weights_are_copies = false};

  const Matrix& cluster_centers() const { return state().cluster_centers; }  ///< k × p
  const Vector& counts() const { return state().counts; }  ///< k: Σ w that each centre has taken in
  /// Σ w·‖x − c‖² of the rows; without compute_labels what the batches make of it.
  double inertia() const { return state().inertia; }
  int n_iter() const { return state().n_iter; }  ///< how often the rows were drawn, rounded up
  std::int64_t n_steps() const { return state().n_steps; }  ///< batches taken in

  /// n × k distances to the centres, in columns minibatchkmeans0, minibatchkmeans1, …
  /// @throws NotFitted, InvalidInput
  Features transform(const Features& X) const;
  Features fit_transform(const Features& X, const FitContext& context = {});
  /// The names of transform's columns. @throws NotFitted
  std::vector<std::string> get_feature_names_out() const;
  /// Minus the inertia of X: the greater, the nearer. @throws NotFitted, InvalidInput
  double score(const Features& X, const Vector& sample_weight = {}) const;

 private:
  friend Implements;
  void do_validate() const;
  State do_fit(const Features& X, const FitContext& context) const;
  State do_partial_fit(const Features& X, const FitContext& context, const State* previous) const;
  Labels do_predict(const State& state, const Features& X) const;
};

extern template class Implements<MiniBatchKMeans, Clusterer, MiniBatchKMeansParams,
                                 MiniBatchKMeansState>;

}  // namespace espalier
