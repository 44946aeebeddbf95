// SPDX-License-Identifier: BSD-3-Clause
#include "cluster/kmeans/lloyd.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

#include "cluster/kmeans/bounds.hpp"

namespace espalier::kmeans {
namespace {

double weight_of(const Vector& weights, Index i) { return weights.size() > 0 ? weights[i] : 1.0; }

/// Sums over the rows of each cluster.
struct ClusterSums {
  CenterMatrix x;             // Σ w·x
  Vector weight;              // Σ w
  std::vector<Index> n_rows;  // of positive weight

  bool empty() const { return n_rows.empty(); }
  void resize(Index k, Index p) {
    x.setZero(k, p);
    weight.setZero(k);
    n_rows.assign(static_cast<std::size_t>(k), 0);
  }
  template <class Rows>
  void add(const Rows& rows, Index i, double w, double sign, std::int32_t cluster) {
    if (w <= 0.0) return;
    rows.add(i, sign * w, x.row(cluster).data());
    weight[cluster] += sign * w;
    n_rows[static_cast<std::size_t>(cluster)] += sign > 0.0 ? 1 : -1;
  }
  void operator+=(const ClusterSums& other) {
    x += other.x;
    weight += other.weight;
    for (std::size_t c = 0; c < n_rows.size(); ++c) n_rows[c] += other.n_rows[c];
  }
};

/// What a block of rows changes in the sums; empty when no row changes its cluster.
struct BlockChanges {
  ClusterSums sums;
  Index n_changed = 0;   // rows, also those of weight 0
  Index n_searched = 0;  // rows for which all distances were worked out

  void operator+=(const BlockChanges& other) {
    if (!other.sums.empty()) sums += other.sums;
    n_changed += other.n_changed;
    n_searched += other.n_searched;
  }
};

template <class Rows>
class Lloyd {
 public:
  Lloyd(const Rows& rows, const Vector& weights, CenterMatrix centers)
      : rows_(rows),
        weights_(weights),
        centers_(std::move(centers)),
        labels_(static_cast<std::size_t>(rows.rows()), -1),
        blocks_(row_blocks(rows.rows())) {
    sums_.resize(centers_.rows(), centers_.cols());
  }

  LloydResult run(const LloydOptions& options) {
    LloydResult result;
    while (result.n_iter < options.max_iter && !result.converged) {
      choose_search(options.algorithm);
      const bool changed = assign_rows();
      const double shift = move_centers();
      ++result.n_iter;
      result.converged = !changed || shift <= options.tol;
      if (options.report) options.report(result.n_iter);
    }
    result.centers = std::move(centers_);
    result.labels = std::move(labels_);
    return result;
  }

 private:
  /// Whether the next assignment begins, goes on or ends with bounds.
  void choose_search(KMeansAlgorithm algorithm) {
    bool bounded = algorithm == KMeansAlgorithm::hamerly;
    if (algorithm == KMeansAlgorithm::automatic && share_changed_ <= 0.1) {
      // The bounds of a row cost about what the distances to so many centres do.
      constexpr Index enough_centers = 300;
      if (bounds_.active() && !bounds_are_new_ && share_searched_ > 0.5) rest_ = 5;
      bounded = centers_.rows() >= enough_centers && rest_ == 0;
      rest_ = std::max(0, rest_ - 1);
    }
    bounds_are_new_ = bounded && !bounds_.active();
    if (bounded == bounds_.active()) return;
    constexpr double epsilon = std::numeric_limits<typename Rows::Scalar>::epsilon();
    bounds_ = bounded
                  ? RowBounds(labels_.size(), 2.0 * epsilon * static_cast<double>(rows_.cols() + 4))
                  : RowBounds();
    bounds_.centers_moved(Vector::Zero(centers_.rows()));
  }

  /// Whether a row has changed its cluster.
  bool assign_rows() {
    const typename Rows::Centers centers(centers_);
    const double k = static_cast<double>(centers_.rows());
    const double work = k * static_cast<double>(rows_.rows() * rows_.cols());
    const double partial_bytes = 8.0 * k * static_cast<double>(rows_.cols());
    const auto in_flight = static_cast<Index>(std::clamp(256e6 / partial_bytes, 4.0, 64.0));
    BlockChanges all{std::move(sums_)};
    all = reduce_blocks(
        blocks_, work, std::move(all),
        [&](Index begin, Index end) {
          return bounds_.active() ? assign_bounded(centers, begin, end)
                                  : assign_all(centers, begin, end);
        },
        [](BlockChanges& total, const BlockChanges& block) { total += block; }, in_flight);
    sums_ = std::move(all.sums);
    const auto n = static_cast<double>(rows_.rows());
    share_changed_ = static_cast<double>(all.n_changed) / n;
    share_searched_ = static_cast<double>(all.n_searched) / n;
    return all.n_changed > 0;
  }

  BlockChanges assign_all(const typename Rows::Centers& centers, Index begin, Index end) {
    BlockChanges result;
    std::int32_t found[tile_rows];
    for_tiles(begin, end, [&](Index first, Index count) {
      rows_.nearest(centers, first, count, found);
      if (std::equal(found, found + count, labels_.begin() + first)) return;
      for (Index i = 0; i < count; ++i) put(first + i, found[i], result);
    });
    result.n_searched = end - begin;
    return result;
  }

  /// Rows whose bounds do not decide are searched 64 at a time.
  BlockChanges assign_bounded(const typename Rows::Centers& centers, Index begin, Index end) {
    BlockChanges result;
    typename Rows::Scratch scratch = rows_.scratch();
    Index waiting[tile_rows];
    Index n_waiting = 0;
    const auto search = [&] {
      std::int32_t found[tile_rows];
      double second[tile_rows], norm[tile_rows];
      rows_.two_nearest(centers, waiting, n_waiting, scratch, found, second, norm);
      for (Index i = 0; i < n_waiting; ++i) {
        put(waiting[i], found[i], result);
        bounds_.set(waiting[i], distance_to(waiting[i], found[i]), second[i], norm[i]);
      }
      result.n_searched += n_waiting;
      n_waiting = 0;
    };
    for (Index i = begin; i < end; ++i) {
      const std::int32_t label = labels_[static_cast<std::size_t>(i)];
      if (label >= 0 && (bounds_.move(i, label) || bounds_.tighten(i, distance_to(i, label))))
        continue;
      waiting[n_waiting++] = i;
      if (n_waiting == tile_rows) search();
    }
    if (n_waiting > 0) search();
    return result;
  }

  double distance_to(Index i, std::int32_t label) const {
    return std::sqrt(rows_.squared_distance(i, centers_.row(label).data()));
  }

  /// Row i goes to cluster `found`.
  void put(Index i, std::int32_t found, BlockChanges& changes) {
    std::int32_t& label = labels_[static_cast<std::size_t>(i)];
    if (found == label) return;
    if (changes.sums.empty()) changes.sums.resize(centers_.rows(), centers_.cols());
    const double w = weight_of(weights_, i);
    if (label >= 0) changes.sums.add(rows_, i, w, -1.0, label);
    changes.sums.add(rows_, i, w, 1.0, found);
    label = found;
    ++changes.n_changed;
  }

  /// Σ‖shift‖² of the centres.
  double move_centers() {
    const std::vector<Index> empty = empty_clusters();
    CenterMatrix x;  // the sums, when they must change for this step only
    Vector weight = sums_.weight;
    if (!empty.empty()) {
      x = sums_.x;
      fill_empty_clusters(empty, x, weight);
    }
    const CenterMatrix& sums = empty.empty() ? sums_.x : x;
    Index heaviest = 0;
    weight.maxCoeff(&heaviest);
    CenterMatrix moved(centers_.rows(), centers_.cols());
    for (Index c = 0; c < moved.rows(); ++c) {
      const Index from = weight[c] > 0.0 ? c : heaviest;
      moved.row(c) = sums.row(from) / weight[from];
    }
    const Vector shift = (moved - centers_).rowwise().norm();
    centers_ = std::move(moved);
    if (bounds_.active()) bounds_.centers_moved(shift);
    return shift.squaredNorm();
  }

  std::vector<Index> empty_clusters() {
    std::vector<Index> empty;
    for (Index c = 0; c < centers_.rows(); ++c) {
      if (sums_.n_rows[static_cast<std::size_t>(c)] > 0) continue;
      empty.push_back(c);
      sums_.x.row(c).setZero();  // what rounding has left of rows that came and went
      sums_.weight[c] = 0.0;
    }
    return empty;
  }

  /// Gives each empty cluster a row that is far from its centre, and takes it off its cluster.
  void fill_empty_clusters(const std::vector<Index>& empty, CenterMatrix& x, Vector& weight) {
    const std::vector<Index> far = farthest_rows(static_cast<Index>(empty.size()));
    for (std::size_t e = 0; e < far.size(); ++e) {
      const Index i = far[e];
      const Index from = labels_[static_cast<std::size_t>(i)];
      const double w = weight_of(weights_, i);
      rows_.add(i, -w, x.row(from).data());
      weight[from] -= w;
      x.row(empty[e]).setZero();
      rows_.add(i, w, x.row(empty[e]).data());
      weight[empty[e]] = w;
    }
  }

  /// The `count` rows farthest from their centres, in descending order, the first of equals first;
  /// none when no row is farther from its centre than rounding.
  std::vector<Index> farthest_rows(Index count) const {
    const Index n = rows_.rows();
    std::vector<double> distance(static_cast<std::size_t>(n));
    const double work = static_cast<double>(n * rows_.cols());
    parallel_for_blocks(blocks_, work, [&](Index begin, Index end) {
      for_tiles(begin, end, [&](Index first, Index in_tile) {
        rows_.distances_to(centers_, labels_.data() + first, first, in_tile,
                           distance.data() + first);
      });
    });
    if (weights_.size() > 0)
      for (Index i = 0; i < n; ++i)
        if (weights_[i] <= 0.0) distance[static_cast<std::size_t>(i)] = -1.0;
    std::vector<Index> order(static_cast<std::size_t>(n));
    std::iota(order.begin(), order.end(), Index{0});
    const auto farther = [&](Index a, Index b) {
      const double da = distance[static_cast<std::size_t>(a)];
      const double db = distance[static_cast<std::size_t>(b)];
      return da > db || (da == db && a < b);
    };
    count = std::min(count, n);
    std::partial_sort(order.begin(), order.begin() + count, order.end(), farther);
    order.resize(static_cast<std::size_t>(count));
    constexpr double epsilon = std::numeric_limits<typename Rows::Scalar>::epsilon();
    const double rounding = 16.0 * epsilon * epsilon * centers_.rowwise().squaredNorm().maxCoeff();
    if (distance[static_cast<std::size_t>(order.front())] <= rounding) return {};
    return order;
  }

  const Rows& rows_;
  const Vector& weights_;
  CenterMatrix centers_;
  std::vector<std::int32_t> labels_;
  Blocks blocks_;
  ClusterSums sums_;
  RowBounds bounds_;  // inactive while all rows are searched
  double share_changed_ = 1.0, share_searched_ = 1.0;
  bool bounds_are_new_ = false;
  int rest_ = 0;  // iterations until bounds are tried again
};

}  // namespace

template <class Rows>
LloydResult lloyd(const Rows& rows, const Vector& weights, CenterMatrix centers,
                  const LloydOptions& options) {
  return Lloyd<Rows>(rows, weights, std::move(centers)).run(options);
}

template <class Rows>
Assignment assign(const Rows& rows, const Vector& weights, const CenterMatrix& centers) {
  const Index n = rows.rows();
  Assignment result{std::vector<std::int32_t>(static_cast<std::size_t>(n)), 0.0};
  const typename Rows::Centers prepared(centers);
  const double work = static_cast<double>(n * rows.cols() * centers.rows());
  result.inertia = reduce_blocks(
      row_blocks(n), work, 0.0,
      [&](Index begin, Index end) {
        double inertia = 0.0;
        double distance[tile_rows];
        for_tiles(begin, end, [&](Index first, Index count) {
          std::int32_t* label = result.labels.data() + first;
          rows.nearest(prepared, first, count, label);
          rows.distances_to(centers, label, first, count, distance);
          for (Index i = 0; i < count; ++i) inertia += weight_of(weights, first + i) * distance[i];
        });
        return inertia;
      },
      [](double& total, double block) { total += block; });
  return result;
}

#define ESPALIER_INSTANTIATE(Rows)                                                           \
  template LloydResult lloyd(const Rows&, const Vector&, CenterMatrix, const LloydOptions&); \
  template Assignment assign(const Rows&, const Vector&, const CenterMatrix&);
ESPALIER_INSTANTIATE(DenseRows<float>)
ESPALIER_INSTANTIATE(DenseRows<double>)
ESPALIER_INSTANTIATE(SparseRows)

}  // namespace espalier::kmeans
