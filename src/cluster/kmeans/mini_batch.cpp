// SPDX-License-Identifier: BSD-3-Clause
#include "cluster/kmeans/mini_batch.hpp"

#include <algorithm>
#include <numeric>

#include "cluster/kmeans/seeding.hpp"

namespace espalier::kmeans {
namespace {

template <class Rows>
void update_means(const Rows& rows, const Vector& weights, const std::vector<std::int32_t>& labels,
                  BatchCenters& state) {
  CenterMatrix sums = state.centers.array().colwise() * state.counts.array();
  for (Index i = 0; i < rows.rows(); ++i) {
    const std::int32_t c = labels[static_cast<std::size_t>(i)];
    const double w = weights.size() > 0 ? weights[i] : 1.0;
    rows.add(i, w, sums.row(c).data());
    state.counts[c] += w;
  }
  for (Index c = 0; c < sums.rows(); ++c)
    if (state.counts[c] > 0.0) state.centers.row(c) = sums.row(c) / state.counts[c];
}

/// Centres that are used so little that they had better be elsewhere: those of the lowest counts, the
/// first of equals first.
std::vector<Index> rarely_used(const Vector& counts, double ratio, Index most) {
  const double limit = ratio * counts.maxCoeff();
  std::vector<Index> rare;
  for (Index c = 0; c < counts.size(); ++c)
    if (counts[c] < limit) rare.push_back(c);
  if (static_cast<Index>(rare.size()) > most) {
    std::stable_sort(rare.begin(), rare.end(),
                     [&](Index a, Index b) { return counts[a] < counts[b]; });
    rare.resize(static_cast<std::size_t>(most));
    std::sort(rare.begin(), rare.end());
  }
  return rare;
}

template <class Rows>
void move_rarely_used(const Rows& rows, double ratio, Random& random, BatchCenters& state) {
  const std::vector<Index> rare = rarely_used(state.counts, ratio, rows.rows() / 2);
  if (rare.empty()) return;
  const auto n_rare = static_cast<Index>(rare.size());
  state.centers(rare, Eigen::all) = rows_as_centers(rows, random.choice(rows.rows(), n_rare));
  // As much as the least used of the others, or they would move again at once.
  double least = state.counts.maxCoeff();
  for (Index c = 0; c < state.counts.size(); ++c)
    if (!std::binary_search(rare.begin(), rare.end(), c)) least = std::min(least, state.counts[c]);
  for (const Index c : rare) state.counts[c] = least;
}

}  // namespace

template <class Rows>
double take_in(const Rows& rows, const Vector& weights, double reassignment_ratio, Random& random,
               BatchCenters& state) {
  state.rows_since_moving += rows.rows();
  const bool moves =
      (state.counts.array() == 0.0).any() || state.rows_since_moving >= 10 * state.centers.rows();
  if (moves) state.rows_since_moving = 0;
  const Assignment found = assign(rows, weights, state.centers);
  update_means(rows, weights, found.labels, state);
  if (moves && reassignment_ratio > 0.0) move_rarely_used(rows, reassignment_ratio, random, state);
  return found.inertia;
}

#define ESPALIER_INSTANTIATE(Rows) \
  template double take_in(const Rows&, const Vector&, double, Random&, BatchCenters&);
ESPALIER_INSTANTIATE(DenseRows<float>)
ESPALIER_INSTANTIATE(DenseRows<double>)
ESPALIER_INSTANTIATE(SparseRows)

}  // namespace espalier::kmeans
