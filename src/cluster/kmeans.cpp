// SPDX-License-Identifier: BSD-3-Clause
#include <espalier/cluster/kmeans.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <mutex>

#include <espalier/core/warnings.hpp>

#include "cluster/kmeans/checks.hpp"
#include "cluster/kmeans/codebook.hpp"
#include "cluster/kmeans/seeding.hpp"
#include "core/clock.hpp"
#include "core/seed.hpp"

namespace espalier {
namespace {

using kmeans::CenterMatrix;
using kmeans::Codebook;

constexpr std::string_view name = KMeans::type_name;

/// What one start finds.
struct Start {
  Matrix centers;
  kmeans::Assignment assignment;
  int n_iter = 0;
  bool converged = false;
};

/// Whether two clusterings are the same up to the numbers of the clusters.
bool is_same_clustering(const std::vector<std::int32_t>& a, const std::vector<std::int32_t>& b,
                        int n_clusters) {
  std::vector<std::int32_t> to(static_cast<std::size_t>(n_clusters), -1);
  for (std::size_t i = 0; i < a.size(); ++i) {
    std::int32_t& other = to[static_cast<std::size_t>(a[i])];
    if (other < 0) other = b[i];
    if (other != b[i]) return false;
  }
  return true;
}

/// Tells the context how far the starts are, one thread at a time.
class Reports {
 public:
  Reports(const FitContext& context, int max_iter, int n_starts)
      : context_(context), max_iter_(max_iter), n_starts_(n_starts) {}

  void iteration(int n) const {
    if (!context_.callback) return check_stop();
    const std::lock_guard lock(mutex_);
    report(finished_ * max_iter_ + n);
  }
  void start_finished() {
    if (!context_.callback) return;
    const std::lock_guard lock(mutex_);
    ++finished_;
    if (finished_ < n_starts_) report(finished_ * max_iter_);
  }
  void check_stop() const { context_.check_stop(name); }

 private:
  void report(int iteration) const {
    context_.report({.task = name,
                     .iteration = iteration,
                     .total = static_cast<Index>(n_starts_) * max_iter_,
                     .elapsed = detail::seconds_since(began_)});
  }

  const FitContext& context_;
  int max_iter_, n_starts_;
  int finished_ = 0;
  std::chrono::steady_clock::time_point began_ = std::chrono::steady_clock::now();
  mutable std::mutex mutex_;
};

/// All starts of one fit.
template <class Rows>
class Starts {
 public:
  Starts(const Rows& rows, const KMeansParams& params, const Vector& offset, const Vector& weights,
         const FitContext& context, double tol)
      : rows_(rows),
        params_(params),
        offset_(offset),
        weights_(weights),
        tol_(tol),
        n_starts_(params.n_init.count(params.init, 10)),
        seed_(params.init.is_given() ? 0 : detail::seed_of(params.random_state, name)),
        reports_(context, params.max_iter, n_starts_) {}

  /// The best of them, the first among equals.
  Start best() {
    // Where one start has work for one thread only, several run side by side.
    if (kmeans::row_blocks(rows_.rows()).count() > 1 || n_starts_ == 1) {
      Start best = run(0, true);
      for (int s = 1; s < n_starts_; ++s) keep_better(best, run(s, true));
      return best;
    }
    std::vector<Start> starts(static_cast<std::size_t>(n_starts_));
    const double work = 20.0 * static_cast<double>(rows_.rows() * rows_.cols()) *
                        static_cast<double>(params_.n_clusters * n_starts_);
    parallel_for(n_starts_, work, [&](Index s) {
      starts[static_cast<std::size_t>(s)] = run(static_cast<int>(s), false);
    });
    for (std::size_t s = 1; s < starts.size(); ++s)
      keep_better(starts.front(), std::move(starts[s]));
    return std::move(starts.front());
  }

 private:
  Start run(int start, bool report_iterations) {
    kmeans::LloydOptions options{
        .algorithm = params_.algorithm, .max_iter = params_.max_iter, .tol = tol_};
    options.report = [&](int n) {
      report_iterations ? reports_.iteration(n) : reports_.check_stop();
    };
    kmeans::LloydResult found = kmeans::lloyd(rows_, weights_, first_centers(start), options);
    Start result{found.centers.rowwise() + offset_.transpose(), {}, found.n_iter, found.converged};
    // With the bits that predict() works with.
    result.assignment = kmeans::assign(rows_, weights_, kmeans::centered(result.centers, offset_));
    reports_.start_finished();
    return result;
  }

  CenterMatrix first_centers(int start) const {
    if (params_.init.is_given()) return kmeans::centered(params_.init.centers(), offset_);
    Random random(seed_, static_cast<std::uint64_t>(start));
    const Index k = params_.n_clusters;
    return kmeans::rows_as_centers(
        rows_, params_.init.start() == KMeansStart::random
                   ? kmeans::seed_by_weight(rows_.rows(), weights_, k, random)
                   : kmeans::seed_by_distance(rows_, weights_, k, kmeans::default_local_trials(k),
                                              random));
  }

  void keep_better(Start& best, Start other) const {
    // The same clustering may have another inertia by rounding.
    if (other.assignment.inertia < best.assignment.inertia &&
        !is_same_clustering(other.assignment.labels, best.assignment.labels, params_.n_clusters))
      best = std::move(other);
  }

  const Rows& rows_;
  const KMeansParams& params_;
  const Vector& offset_;
  const Vector& weights_;
  double tol_;
  int n_starts_;
  std::uint64_t seed_;
  Reports reports_;
};

}  // namespace

void KMeansState::check(const Schema& schema) const {
  kmeans::check_centers(name, cluster_centers, offset, labels, schema);
  if (n_iter < 1) throw FormatError(fmt::format("{}: {} iterations", name, n_iter));
}

void KMeans::do_validate() const { kmeans::check_starts(name, params().n_init); }

KMeansState KMeans::do_fit(const Features& X, const FitContext& context) const {
  const Vector weights = kmeans::without_ones(context.sample_weight);
  kmeans::check_start(name, params().init, params().n_clusters, X, weights);
  const Vector mean = kmeans::weighted_mean(X, weights);
  const Vector offset = X.is_sparse() ? Vector(Vector::Zero(X.cols())) : mean;
  Start best = kmeans::with_rows(X, 0, X.rows(), offset, [&](const auto& rows) {
    const double tol = params().tol * kmeans::mean_variance(rows, weights, mean - offset, name);
    return Starts(rows, params(), offset, weights, context, tol).best();
  });
  kmeans::warn_of_fewer_clusters(name, best.assignment.labels, params().n_clusters);
  return {std::move(best.centers), offset,      kmeans::as_labels(best.assignment.labels),
          best.assignment.inertia, best.n_iter, best.converged};
}

Labels KMeans::do_predict(const State& state, const Features& X) const {
  return Codebook(state.cluster_centers, state.offset).nearest(X);
}

Features KMeans::transform(const Features& X) const {
  const State& s = state();
  return Codebook(s.cluster_centers, s.offset)
      .distances(check_input(X))
      .with_names(get_feature_names_out());
}

Features KMeans::fit_transform(const Features& X, const FitContext& context) {
  return fit(X, context).transform(X);
}

std::vector<std::string> KMeans::get_feature_names_out() const {
  return kmeans::distance_names(name, state().cluster_centers.rows());
}

double KMeans::score(const Features& X, const Vector& sample_weight) const {
  const State& s = state();
  return kmeans::score(Codebook(s.cluster_centers, s.offset), check_input(X), sample_weight, name);
}

template class Implements<KMeans, Clusterer, KMeansParams, KMeansState>;

}  // namespace espalier
