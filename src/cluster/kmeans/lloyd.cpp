// SPDX-License-Identifier: BSD-3-Clause
#include "cluster/kmeans/lloyd.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

#include "cluster/kmeans/bounds.hpp"
#include "cluster/kmeans/center_bounds.hpp"

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
    rows.add(i, sign * w, x.data() + cluster * x.cols());
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
  using Scalar = typename Rows::Scalar;

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
    const bool by_center = algorithm == KMeansAlgorithm::elkan;
    bool bounded = by_center || algorithm == KMeansAlgorithm::hamerly;
    if (algorithm == KMeansAlgorithm::automatic && share_changed_ <= 0.1) {
      // The bounds of a row cost about what the distances to so many centres do.
      constexpr Index enough_centers = 300;
      if (bounds_.active() && !bounds_are_new_ && share_searched_ > 0.5) rest_ = 5;
      bounded = centers_.rows() >= enough_centers && rest_ == 0;
      rest_ = std::max(0, rest_ - 1);
    }
    bounds_are_new_ = bounded && !bounds_.active();
    if (bounded == bounds_.active()) return;
    bounds_ = bounded ? RowBounds(labels_.size(), rounding()) : RowBounds();
    bounds_.centers_moved(Vector::Zero(centers_.rows()));
    if (by_center && Rows::measures_by_center)
      center_bounds_ = CenterBounds<Scalar>(rows_.rows(), centers_.rows());
  }

  /// What a product of p terms may be off by, relatively.
  double rounding() const {
    return 2.0 * std::numeric_limits<Scalar>::epsilon() * static_cast<double>(rows_.cols() + 4);
  }

  /// Whether a row has changed its cluster.
  bool assign_rows() {
    prepared_.assign(centers_);
    BlockChanges all{std::move(sums_)};
    if (blocks_.count() == 1)
      assign_block(0, rows_.rows(), all);
    else
      all = assign_blocks(std::move(all));
    sums_ = std::move(all.sums);
    const auto n = static_cast<double>(rows_.rows());
    share_changed_ = static_cast<double>(all.n_changed) / n;
    share_searched_ = static_cast<double>(all.n_searched) / n;
    return all.n_changed > 0;
  }

  BlockChanges assign_blocks(BlockChanges all) {
    const double k = static_cast<double>(centers_.rows());
    const double work = k * static_cast<double>(rows_.rows() * rows_.cols());
    const double partial_bytes = 8.0 * k * static_cast<double>(rows_.cols());
    const auto in_flight = static_cast<Index>(std::clamp(256e6 / partial_bytes, 4.0, 64.0));
    return reduce_blocks(
        blocks_, work, std::move(all),
        [&](Index begin, Index end) {
          BlockChanges changes;
          assign_block(begin, end, changes);
          return changes;
        },
        [](BlockChanges& total, const BlockChanges& block) { total += block; }, in_flight);
  }

  void assign_block(Index begin, Index end, BlockChanges& changes) {
    bounds_.active() ? assign_bounded(begin, end, changes) : assign_all(begin, end, changes);
  }

  void assign_all(Index begin, Index end, BlockChanges& changes) {
    std::int32_t found[tile_rows];
    for_tiles(begin, end, [&](Index first, Index count) {
      rows_.nearest(prepared_, first, count, found);
      if (std::equal(found, found + count, labels_.begin() + first)) return;
      for (Index i = 0; i < count; ++i) put(first + i, found[i], changes);
    });
    changes.n_searched += end - begin;
  }

  /// What searches of the same thread write to.
  struct Space {
    typename Rows::Scratch rows;
    std::vector<std::int32_t> groups = {};
    std::vector<Scalar> distances = {};
    std::vector<std::pair<Index, std::int32_t>> moves = {};  // rows and their new clusters
  };
  Space space() const {
    Space result{rows_.scratch()};
    if (!center_bounds_.active()) return result;
    result.groups.resize(static_cast<std::size_t>(center_bounds_.n_groups()) + 1);
    result.distances.resize(
        static_cast<std::size_t>(tile_rows * center_bounds_.n_groups() * group_size));
    return result;
  }

  /// Rows whose bounds do not decide are searched 64 at a time.
  void assign_bounded(Index begin, Index end, BlockChanges& changes) {
    Space space = this->space();
    Index waiting[tile_rows];
    Index n_waiting = 0;
    const auto search = [&] {
      std::int32_t found[tile_rows];
      double second[tile_rows], norm[tile_rows];
      rows_.two_nearest(prepared_, waiting, n_waiting, space.rows, found, second, norm);
      for (Index i = 0; i < n_waiting; ++i) {
        note(waiting[i], found[i], space);
        bounds_.set(waiting[i], distance_to(waiting[i], found[i]),
                    bounds_.at_least(second[i], norm[i]), norm[i]);
      }
      renew_center_bounds({waiting, static_cast<std::size_t>(n_waiting)}, found, space);
      changes.n_searched += n_waiting;
      n_waiting = 0;
    };
    for (Index i = begin; i < end; ++i) {
      const std::int32_t label = labels_[static_cast<std::size_t>(i)];
      if (label >= 0 && (bounds_.move(i, label) || bounds_.tighten(i, distance_to(i, label)) ||
                         search_undecided(i, label, space)))
        continue;
      waiting[n_waiting++] = i;
      if (n_waiting == tile_rows) search();
    }
    if (n_waiting > 0) search();
    // In the order in which assign_all adds them, for the same bits.
    std::sort(space.moves.begin(), space.moves.end());
    for (const auto& [i, found] : space.moves) put(i, found, changes);
  }

  /// Works out the distances of row i to the centres that its bounds do not rule out; whether it
  /// did: with many of them, or without a bound for each centre, a search of all is quicker.
  bool search_undecided(Index i, std::int32_t label, Space& space) {
    if constexpr (Rows::measures_by_center) {
      if (!center_bounds_.active()) return false;
      std::int32_t* groups = space.groups.data();
      double others = 0.0;
      Index n = center_bounds_.undecided(i, bounds_.reach(i), groups, others);
      if (n == 0) {
        bounds_.set_lower(i, others);
        return true;
      }
      if (2 * n > center_bounds_.n_groups()) return false;
      const std::int32_t own = label / group_size;
      std::int32_t* at = std::lower_bound(groups, groups + n, own);
      if (at == groups + n || *at != own) {
        std::copy_backward(at, groups + n, groups + n + 1);
        *at = own;
        ++n;
      }
      choose(i, label, {groups, static_cast<std::size_t>(n)}, others, space);
      return true;
    } else {
      static_cast<void>(i), static_cast<void>(label), static_cast<void>(space);
      return false;
    }
  }

  /// Row i goes to the nearest centre of these groups, its own among them; the centres of all other
  /// groups are at least `others` away.
  void choose(Index i, std::int32_t label, std::span<const std::int32_t> groups, double others,
              Space& space) {
    Scalar* score = space.distances.data();
    rows_.scores(prepared_, i, groups.data(), static_cast<Index>(groups.size()), score);
    const auto for_centers = [&](const auto& body) {
      for (const std::int32_t g : groups)
        for (std::int32_t c = g * group_size; c < (g + 1) * group_size && c < centers_.rows(); ++c)
          body(c);
    };
    std::int32_t found = label;
    Scalar least = std::numeric_limits<Scalar>::infinity();
    for_centers([&](std::int32_t c) {
      if (!(score[c] < least)) return;
      least = score[c];
      found = c;
    });
    const double norm = bounds_.norm(i);
    for_centers([&](std::int32_t c) {
      if (c == found) return center_bounds_.exclude(i, c);
      const double distance = bounds_.at_least(2.0 * static_cast<double>(score[c]) + norm, norm);
      center_bounds_.set(i, c, distance);
      others = std::min(others, distance);
    });
    note(i, found, space);
    bounds_.set(i, distance_to(i, found), others, norm);
  }

  /// After a search of all centres that has found these clusters for these rows.
  void renew_center_bounds(std::span<const Index> numbers, const std::int32_t* found,
                           Space& space) {
    if constexpr (Rows::measures_by_center) {
      if (!center_bounds_.active()) return;
      rows_.gathered_distances(prepared_, static_cast<Index>(numbers.size()), space.rows,
                               space.distances.data());
      for (std::size_t r = 0; r < numbers.size(); ++r) {
        const Index i = numbers[r];
        const double norm = bounds_.norm(i);
        const Scalar* distance = space.distances.data() + r;
        for (Index c = 0; c < centers_.rows(); ++c)
          center_bounds_.set(i, c,
                             bounds_.at_least(static_cast<double>(distance[tile_rows * c]), norm));
        center_bounds_.exclude(i, found[r]);
        center_bounds_.exclude_padding(i);
      }
    } else {
      static_cast<void>(numbers), static_cast<void>(found), static_cast<void>(space);
    }
  }

  double distance_to(Index i, std::int32_t label) const {
    return std::sqrt(rows_.squared_distance(i, centers_.row(label).data()));
  }

  /// Row i will go to cluster `found`.
  void note(Index i, std::int32_t found, Space& space) const {
    if (found != labels_[static_cast<std::size_t>(i)]) space.moves.emplace_back(i, found);
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
    CenterMatrix filled_x;  // the sums, when they must change for this step only
    Vector filled_weight;
    if (!empty.empty()) {
      filled_x = sums_.x;
      filled_weight = sums_.weight;
      fill_empty_clusters(empty, filled_x, filled_weight);
    }
    const CenterMatrix& sums = empty.empty() ? sums_.x : filled_x;
    const Vector& weight = empty.empty() ? sums_.weight : filled_weight;
    Index heaviest = 0;
    weight.maxCoeff(&heaviest);
    squared_shift_.resize(centers_.rows());
    for (Index c = 0; c < centers_.rows(); ++c) {
      const Index from = weight[c] > 0.0 ? c : heaviest;
      const double* sum = sums.data() + from * sums.cols();
      double* center = centers_.data() + c * centers_.cols();
      double square = 0.0;
      for (Index j = 0; j < centers_.cols(); ++j) {
        const double mean = sum[j] / weight[from];
        square += (mean - center[j]) * (mean - center[j]);
        center[j] = mean;
      }
      squared_shift_[c] = square;
    }
    if (bounds_.active()) {
      const Vector at_most = (1.0 + rounding()) * squared_shift_.cwiseSqrt();
      bounds_.centers_moved(at_most);
      if (center_bounds_.active()) center_bounds_.centers_moved(at_most);
    }
    return squared_shift_.sum();
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
    std::vector<Index> n_rows = sums_.n_rows;
    for (std::size_t e = 0; e < far.size(); ++e) {
      const Index i = far[e];
      const Index from = labels_[static_cast<std::size_t>(i)];
      const double w = weight_of(weights_, i);
      rows_.add(i, -w, x.row(from).data());
      // What rounding leaves of a weight is none.
      weight[from] = --n_rows[static_cast<std::size_t>(from)] > 0 ? weight[from] - w : 0.0;
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
    constexpr double epsilon = std::numeric_limits<Scalar>::epsilon();
    double largest = 0.0;  // of the centres that have rows; the others may be anywhere
    for (Index c = 0; c < centers_.rows(); ++c)
      if (sums_.n_rows[static_cast<std::size_t>(c)] > 0)
        largest = std::max(largest, centers_.row(c).squaredNorm());
    const double rounding = 16.0 * epsilon * epsilon * largest;
    if (distance[static_cast<std::size_t>(order.front())] <= rounding) return {};
    return order;
  }

  const Rows& rows_;
  const Vector& weights_;
  CenterMatrix centers_;
  typename Rows::Centers prepared_;  // the same, as the rows read them
  Vector squared_shift_;             // of the centres, in the last step
  std::vector<std::int32_t> labels_;
  Blocks blocks_;
  ClusterSums sums_;
  RowBounds bounds_;                    // inactive while all rows are searched
  CenterBounds<Scalar> center_bounds_;  // active beside them for elkan
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
  const double* w = weights.size() > 0 ? weights.data() : nullptr;
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
          inertia += weighted_sum(distance, w == nullptr ? w : w + first, count);
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
