// SPDX-License-Identifier: BSD-3-Clause
#include "cluster/kmeans/seeding.hpp"

#include <cmath>

namespace espalier::kmeans {
namespace {

double weight_of(const Vector& weights, Index i) { return weights.size() > 0 ? weights[i] : 1.0; }

/// The row at which the sums of `mass(i)` over the rows exceed `target`; `block_mass` are the sums of
/// the blocks. Rows without mass are passed over, unless there is none with.
template <class Mass>
Index row_at(double target, const Blocks& blocks, const std::vector<double>& block_mass,
             const Mass& mass) {
  constexpr Index together = 8;  // rows whose sums do not wait for each other
  for (Index b = 0; b < blocks.count(); ++b) {
    const double of_block = block_mass[static_cast<std::size_t>(b)];
    if (target >= of_block && b + 1 < blocks.count()) {
      target -= of_block;
      continue;
    }
    Index i = blocks.begin(b);
    for (; i + together <= blocks.n; i += together) {
      const double sum = ((mass(i) + mass(i + 1)) + (mass(i + 2) + mass(i + 3))) +
                         ((mass(i + 4) + mass(i + 5)) + (mass(i + 6) + mass(i + 7)));
      if (sum > target) break;
      target -= sum;
    }
    for (; i < blocks.n; ++i) {
      const double m = mass(i);
      if (m > target) return i;
      target -= m;
    }
  }
  // Rounding has left a little.
  for (Index i = blocks.n; i-- > 0;)
    if (mass(i) > 0.0) return i;
  return 0;
}

/// The state of k-means++: squared distances to the nearest row chosen, and those that each candidate
/// would leave.
template <class Rows>
class Seeding {
 public:
  Seeding(const Rows& rows, const Vector& weights)
      : rows_(rows), weights_(weights), blocks_(row_blocks(rows.rows())) {}

  Index first(Random& random) {
    const Index n = rows_.rows();
    if (weights_.size() == 0) return random.integer(n);
    const auto mass = [&](Index i) { return weights_[i]; };
    std::vector<double> sums;
    for (Index b = 0; b < blocks_.count(); ++b)
      sums.push_back(weights_.segment(blocks_.begin(b), blocks_.end(b) - blocks_.begin(b)).sum());
    double total = 0.0;
    for (const double s : sums) total += s;
    return row_at(random.uniform() * total, blocks_, sums, mass);
  }

  /// Takes the best of these rows in: the one that leaves least.
  Index take_best(const std::vector<Index>& candidates) {
    const auto trials = static_cast<Index>(candidates.size());
    measure(candidates);
    Index best = 0;
    double least = 0.0;
    for (Index c = 0; c < trials; ++c) {
      double sum = 0.0;
      for (Index b = 0; b < blocks_.count(); ++b) sum += left_(b, c);
      if (c == 0 || sum < least) {
        least = sum;
        best = c;
      }
    }
    std::swap(nearest_, left_distances_[static_cast<std::size_t>(best)]);
    total_ = least;
    block_mass_.resize(static_cast<std::size_t>(blocks_.count()));
    for (Index b = 0; b < blocks_.count(); ++b)
      block_mass_[static_cast<std::size_t>(b)] = left_(b, best);
    return candidates[static_cast<std::size_t>(best)];
  }

  std::vector<Index> draw(Index trials, Random& random) const {
    std::vector<Index> drawn;
    const auto mass = [&](Index i) {
      return weight_of(weights_, i) * static_cast<double>(nearest_[static_cast<std::size_t>(i)]);
    };
    for (Index t = 0; t < trials; ++t)
      drawn.push_back(row_at(random.uniform() * total_, blocks_, block_mass_, mass));
    return drawn;
  }

 private:
  using T = typename Rows::Scalar;

  /// Works out left_distances_ and left_ for all candidates.
  void measure(const std::vector<Index>& candidates) {
    const auto trials = candidates.size();
    const auto n = static_cast<std::size_t>(rows_.rows());
    left_distances_.resize(std::max(trials, left_distances_.size()));
    for (std::size_t c = 0; c < trials; ++c) left_distances_[c].resize(n);
    left_.setZero(blocks_.count(), static_cast<Index>(trials));
    const typename Rows::Centers centers(rows_as_centers(rows_, candidates));
    const bool is_first = nearest_.empty();
    const double* w = weights_.size() > 0 ? weights_.data() : nullptr;
    const double work = static_cast<double>(rows_.rows() * rows_.cols() * centers.size());
    parallel_for(blocks_.count(), work, [&](Index b) {
      std::vector<T> buffer(static_cast<std::size_t>(tile_rows * centers.size()));
      for_tiles(blocks_.begin(b), blocks_.end(b), [&](Index begin, Index count) {
        rows_.squared_distances(centers, begin, count, buffer.data());
        for (std::size_t c = 0; c < trials; ++c) {
          const T* distance = buffer.data() + c * tile_rows;
          T* left = left_distances_[c].data() + begin;
          if (is_first) {
            std::copy_n(distance, count, left);
          } else {
            const T* before = nearest_.data() + begin;
            for (Index i = 0; i < count; ++i)
              left[i] = distance[i] < before[i] ? distance[i] : before[i];
          }
          left_(b, static_cast<Index>(c)) +=
              weighted_sum(left, w == nullptr ? w : w + begin, count);
        }
      });
    });
  }

  const Rows& rows_;
  const Vector& weights_;
  Blocks blocks_;
  std::vector<T> nearest_;
  std::vector<std::vector<T>> left_distances_;
  Matrix left_;  // blocks × candidates: Σ w·distance² that each would leave
  std::vector<double> block_mass_;
  double total_ = 0.0;
};

}  // namespace

template <class Rows>
CenterMatrix rows_as_centers(const Rows& rows, const std::vector<Index>& numbers) {
  CenterMatrix centers = CenterMatrix::Zero(static_cast<Index>(numbers.size()), rows.cols());
  for (Index c = 0; c < centers.rows(); ++c)
    rows.add(numbers[static_cast<std::size_t>(c)], 1.0, centers.row(c).data());
  return centers;
}

template <class Rows>
std::vector<Index> seed_by_distance(const Rows& rows, const Vector& weights, Index k,
                                    Index n_local_trials, Random& random) {
  Seeding<Rows> seeding(rows, weights);
  std::vector<Index> chosen{seeding.take_best({seeding.first(random)})};
  while (static_cast<Index>(chosen.size()) < k)
    chosen.push_back(seeding.take_best(seeding.draw(n_local_trials, random)));
  return chosen;
}

Index default_local_trials(Index k) {
  return 2 + static_cast<Index>(std::log(static_cast<double>(k)));
}

std::vector<Index> seed_by_weight(Index n, const Vector& weights, Index k, Random& random) {
  if (weights.size() == 0) return random.choice(n, k);
  return random.choice(std::span(weights.data(), static_cast<std::size_t>(n)), k);
}

#define ESPALIER_INSTANTIATE(Rows)                                               \
  template CenterMatrix rows_as_centers(const Rows&, const std::vector<Index>&); \
  template std::vector<Index> seed_by_distance(const Rows&, const Vector&, Index, Index, Random&);
ESPALIER_INSTANTIATE(DenseRows<float>)
ESPALIER_INSTANTIATE(DenseRows<double>)
ESPALIER_INSTANTIATE(SparseRows)

}  // namespace espalier::kmeans
