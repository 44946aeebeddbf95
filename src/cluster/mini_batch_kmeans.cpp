// SPDX-License-Identifier: BSD-3-Clause
#include <espalier/cluster/mini_batch_kmeans.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <limits>
#include <numeric>

#include "cluster/kmeans/checks.hpp"
#include "cluster/kmeans/codebook.hpp"
#include "cluster/kmeans/mini_batch.hpp"
#include "cluster/kmeans/seeding.hpp"
#include "core/clock.hpp"
#include "core/seed.hpp"

namespace espalier {
namespace {

using kmeans::BatchCenters;
using kmeans::CenterMatrix;
using kmeans::Codebook;

constexpr std::string_view name = MiniBatchKMeans::type_name;

// Random streams: one for the rows that judge the starts, one a start, one a batch.
constexpr std::uint64_t judging_stream = 0, first_start = 1, first_batch = std::uint64_t{1} << 32;

/// The rows of positive weight and their weights, which are empty where all are 1.
struct WeightedRows {
  Features X;
  Vector weights;

  WeightedRows(const Features& all, const Vector& w) : X(all), weights(kmeans::without_ones(w)) {
    if ((w.array() > 0.0).all()) return;
    std::vector<Index> rows;
    for (Index i = 0; i < w.size(); ++i)
      if (w[i] > 0.0) rows.push_back(i);
    X = all.take(rows);
    weights = Vector(w(rows));
  }
  WeightedRows take(const std::vector<Index>& rows) const {
    return {X.take(rows), weights.size() > 0 ? Vector(weights(rows)) : Vector()};
  }
};

Vector offset_for(const WeightedRows& data) {
  if (data.X.is_sparse()) return Vector::Zero(data.X.cols());
  return kmeans::weighted_mean(data.X, data.weights);
}

Index init_size(const MiniBatchKMeansParams& params, Index n) {
  const Index k = params.n_clusters;
  const Index batch = std::min<Index>(params.batch_size, n);
  Index size = params.init_size ? *params.init_size : 3 * batch;
  if (size < k) size = 3 * k;
  return std::min(size, n);
}

CenterMatrix draw_start(const MiniBatchKMeansParams& params, const WeightedRows& data,
                        const Vector& offset, Random& random) {
  const Index n = data.X.rows(), size = init_size(params, n), k = params.n_clusters;
  const WeightedRows drawn = size < n ? data.take(random.choice(n, size, true)) : data;
  return kmeans::with_rows(drawn.X, 0, drawn.X.rows(), offset, [&](const auto& rows) {
    return kmeans::rows_as_centers(
        rows, params.init.start() == KMeansStart::random
                  ? kmeans::seed_by_weight(rows.rows(), drawn.weights, k, random)
                  : kmeans::seed_by_distance(rows, drawn.weights, k,
                                             kmeans::default_local_trials(k), random));
  });
}

/// The centres to begin with, less the offset.
CenterMatrix first_centers(const MiniBatchKMeansParams& params, const WeightedRows& data,
                           const Vector& offset, std::uint64_t seed) {
  if (params.init.is_given()) return kmeans::centered(params.init.centers(), offset);
  const int n_starts = params.n_init.count(params.init, 3);
  Random judging(seed, judging_stream);
  const Index n = data.X.rows();
  const auto judges = n_starts > 1
                          ? std::optional(data.take(judging.choice(n, init_size(params, n), true)))
                          : std::nullopt;
  CenterMatrix best;
  double least = std::numeric_limits<double>::infinity();
  for (int s = 0; s < n_starts; ++s) {
    Random random(seed, first_start + static_cast<std::uint64_t>(s));
    CenterMatrix centers = draw_start(params, data, offset, random);
    const double inertia =
        judges ? kmeans::with_rows(judges->X, 0, judges->X.rows(), offset,
                                   [&](const auto& rows) {
                                     return kmeans::assign(rows, judges->weights, centers).inertia;
                                   })
               : 0.0;
    if (s > 0 && inertia >= least) continue;
    least = inertia;
    best = std::move(centers);
  }
  return best;
}

/// Draws batches of rows, by weight and with replacement.
class Batches {
 public:
  Batches(const WeightedRows& data, Index size, std::uint64_t seed)
      : data_(data), size_(size), seed_(seed), cumulative_(data.weights) {
    std::partial_sum(cumulative_.begin(), cumulative_.end(), cumulative_.begin());
  }
  Random random(std::int64_t step) const {
    return Random(seed_, first_batch + static_cast<std::uint64_t>(step));
  }
  Features draw(Random& random) const {
    const Index n = data_.X.rows();
    if (cumulative_.size() == 0) return data_.X.take(random.choice(n, size_, true));
    std::vector<Index> rows(static_cast<std::size_t>(size_));
    for (Index& row : rows) {
      const double target = random.uniform() * cumulative_[n - 1];
      const auto at = std::upper_bound(cumulative_.begin(), cumulative_.end(), target);
      row = std::min<Index>(at - cumulative_.begin(), n - 1);
    }
    return data_.X.take(rows);
  }

 private:
  const WeightedRows& data_;
  Index size_;
  std::uint64_t seed_;
  Vector cumulative_;  // of the weights; empty if there are none
};

/// When to stop: after a shift of no more than `tol`, or some batches without a better mean.
class Convergence {
 public:
  Convergence(double tol, std::optional<int> patience, double share_of_batch)
      : tol_(tol), patience_(patience), alpha_(std::min(1.0, 2.0 * share_of_batch)) {}

  double smoothed_inertia() const { return smoothed_; }

  bool reached(std::int64_t step, double mean_inertia, double shift) {
    // The first batch tells of the start only.
    if (step == 0) {
      smoothed_ = mean_inertia;
      return false;
    }
    smoothed_ = step == 1 ? mean_inertia : smoothed_ * (1.0 - alpha_) + mean_inertia * alpha_;
    if (tol_ > 0.0 && shift <= tol_) return true;
    without_improvement_ = smoothed_ < least_ ? 0 : without_improvement_ + 1;
    least_ = std::min(least_, smoothed_);
    return patience_ && without_improvement_ >= *patience_;
  }

 private:
  double tol_;
  std::optional<int> patience_;
  double alpha_;
  double smoothed_ = 0.0;
  double least_ = std::numeric_limits<double>::infinity();
  int without_improvement_ = 0;
};

/// @throws InvalidInput  squared distances would overflow
double tolerance(const MiniBatchKMeansParams& params, const WeightedRows& data,
                 const Vector& offset) {
  const Vector mean = kmeans::weighted_mean(data.X, data.weights);
  return params.tol * kmeans::with_rows(data.X, 0, data.X.rows(), offset, [&](const auto& rows) {
           return kmeans::mean_variance(rows, data.weights, mean - offset, name);
         });
}

/// The state that says what `learned` knows, with the labels and the inertia of X.
MiniBatchKMeansState state_of(const BatchCenters& learned, const Vector& offset, const Features& X,
                              const FitContext& context, bool compute_labels) {
  MiniBatchKMeansState state;
  state.cluster_centers = learned.centers.rowwise() + offset.transpose();
  state.offset = offset;
  state.counts = learned.counts;
  state.rows_since_moving = learned.rows_since_moving;
  if (compute_labels) {
    const kmeans::Assignment found =
        Codebook(state.cluster_centers, offset).assign(X, context.sample_weight);
    state.labels = kmeans::as_labels(found.labels);
    state.inertia = found.inertia;
  }
  return state;
}

}  // namespace

void MiniBatchKMeansState::check(const Schema& schema) const {
  kmeans::check_centers(name, cluster_centers, offset, labels, schema);
  if (counts.size() != cluster_centers.rows() || !(counts.array() >= 0.0).all() || n_iter < 0 ||
      n_steps < 0 || rows_since_moving < 0 || random_seed < 0)
    throw FormatError(fmt::format("{}: the counts do not fit {} clusters, or are negative", name,
                                  cluster_centers.rows()));
}

void MiniBatchKMeans::do_validate() const { kmeans::check_starts(name, params().n_init); }

MiniBatchKMeansState MiniBatchKMeans::do_fit(const Features& X, const FitContext& context) const {
  const auto began = std::chrono::steady_clock::now();
  kmeans::check_start(name, params().init, params().n_clusters, X, context.sample_weight);
  const WeightedRows data(X, context.sample_weight);
  const Index n = data.X.rows(), batch = std::min<Index>(params().batch_size, n);
  const Vector offset = offset_for(data);
  const std::uint64_t seed = detail::seed_of(params().random_state, name);
  BatchCenters learned{first_centers(params(), data, offset, seed),
                       Vector::Zero(params().n_clusters)};
  const Batches batches(data, batch, seed);
  const double rows_of_batch = static_cast<double>(batch);
  Convergence convergence(tolerance(params(), data, offset), params().max_no_improvement,
                          rows_of_batch / static_cast<double>(n + 1));
  const std::int64_t most_steps = static_cast<std::int64_t>(params().max_iter) * n / batch;
  std::int64_t step = 0;
  for (bool done = false; !done && step < most_steps; ++step) {
    Random random = batches.random(step);
    const CenterMatrix before = learned.centers;
    const double inertia =
        kmeans::with_rows(batches.draw(random), 0, batch, offset, [&](const auto& rows) {
          return kmeans::take_in(rows, {}, params().reassignment_ratio, random, learned);
        });
    done = convergence.reached(step, inertia / rows_of_batch,
                               (learned.centers - before).squaredNorm());
    context.report({.task = name,
                    .iteration = step + 1,
                    .total = most_steps,
                    .loss = convergence.smoothed_inertia(),
                    .elapsed = detail::seconds_since(began)});
  }
  State state = state_of(learned, offset, X, context, params().compute_labels);
  state.n_steps = step;
  state.n_iter = static_cast<int>((step * batch + n - 1) / n);
  state.random_seed = static_cast<std::int64_t>(seed);
  if (!params().compute_labels) {
    const double total = data.weights.size() > 0 ? data.weights.sum() : static_cast<double>(n);
    state.inertia = convergence.smoothed_inertia() * total;
  }
  return state;
}

MiniBatchKMeansState MiniBatchKMeans::do_partial_fit(const Features& X, const FitContext& context,
                                                     const State* previous) const {
  const WeightedRows data(X, context.sample_weight);
  BatchCenters learned;
  Vector offset;
  std::uint64_t seed = 0;
  if (previous == nullptr) {
    kmeans::check_start(name, params().init, params().n_clusters, X, context.sample_weight);
    seed = detail::seed_of(params().random_state, name);
    offset = offset_for(data);
    learned = {first_centers(params(), data, offset, seed), Vector::Zero(params().n_clusters)};
  } else {
    const Index k = previous->cluster_centers.rows();
    if (k != params().n_clusters)
      throw InvalidParameter(fmt::format(
          "The 'n_clusters' parameter of {} is {}, but partial_fit goes on from {} clusters.", name,
          params().n_clusters, k));
    seed = static_cast<std::uint64_t>(previous->random_seed);
    // Sparse rows are not moved by an offset.
    offset = X.is_sparse() ? Vector(Vector::Zero(X.cols())) : previous->offset;
    learned = {kmeans::centered(previous->cluster_centers, offset), previous->counts,
               previous->rows_since_moving};
  }
  tolerance(params(), data, offset);  // for its check
  const std::int64_t step = previous == nullptr ? 0 : previous->n_steps;
  Random random(seed, first_batch + static_cast<std::uint64_t>(step));
  const double inertia = kmeans::with_rows(data.X, 0, data.X.rows(), offset, [&](const auto& rows) {
    return kmeans::take_in(rows, data.weights, params().reassignment_ratio, random, learned);
  });
  State state = state_of(learned, offset, X, context, params().compute_labels);
  state.n_steps = step + 1;
  state.n_iter = previous == nullptr ? 0 : previous->n_iter;
  state.random_seed = static_cast<std::int64_t>(seed);
  if (!params().compute_labels) state.inertia = inertia;
  return state;
}

Labels MiniBatchKMeans::do_predict(const State& state, const Features& X) const {
  return Codebook(state.cluster_centers, state.offset).nearest(X);
}

Features MiniBatchKMeans::transform(const Features& X) const {
  const State& s = state();
  return Codebook(s.cluster_centers, s.offset)
      .distances(check_input(X))
      .with_names(get_feature_names_out());
}

Features MiniBatchKMeans::fit_transform(const Features& X, const FitContext& context) {
  return fit(X, context).transform(X);
}

std::vector<std::string> MiniBatchKMeans::get_feature_names_out() const {
  return kmeans::distance_names(name, state().cluster_centers.rows());
}

double MiniBatchKMeans::score(const Features& X, const Vector& sample_weight) const {
  const State& s = state();
  return kmeans::score(Codebook(s.cluster_centers, s.offset), check_input(X), sample_weight, name);
}

template class Implements<MiniBatchKMeans, Clusterer, MiniBatchKMeansParams, MiniBatchKMeansState>;

}  // namespace espalier
