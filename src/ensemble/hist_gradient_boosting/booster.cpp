// SPDX-License-Identifier: BSD-3-Clause
#include "ensemble/hist_gradient_boosting/booster.hpp"

#include <algorithm>
#include <utility>

#include <espalier/core/parallel.hpp>
#include <espalier/core/random.hpp>

#include "ensemble/hist_gradient_boosting/binning.hpp"
#include "ensemble/hist_gradient_boosting/predictor.hpp"

namespace espalier::hgb {
namespace {

/// Far from the streams of the trees, which are counted from 1.
constexpr std::uint64_t first_sample_stream = std::uint64_t{1} << 62;

/// A share of n rows, one at least, each set of so many equally likely; ascending.
/// @see Knuth, The Art of Computer Programming 2, 3.4.2, algorithm S
std::vector<Row> draw_rows(Index n, double share, Random random) {
  auto wanted = std::max<Index>(1, static_cast<Index>(share * static_cast<double>(n)));
  std::vector<Row> rows;
  rows.reserve(static_cast<std::size_t>(wanted));
  for (Index i = 0; wanted > 0; ++i) {
    if (static_cast<double>(n - i) * random.uniform() >= static_cast<double>(wanted)) continue;
    rows.push_back(static_cast<Row>(i));
    --wanted;
  }
  return rows;
}

BoostedTrees without_trees(const Objective& objective, const LabelledTable& train) {
  BoostedTrees trees;
  trees.n_features = train.table.n_features();
  trees.baseline = objective.baseline(train.targets);
  return trees;
}

}  // namespace

Booster::Booster(const BoostingProblem& problem, const LabelledTable& train,
                 const BoostedTrees* start)
    : problem_(problem),
      train_(train),
      bins_(find_bins(train.table, problem.n_categories, train.targets.weights,
                      {problem.options.max_bins, problem.options.seed})),
      data_(train.table, bins_),
      grower_(data_, bins_, problem.options.grower),
      trees_(start != nullptr ? *start : without_trees(problem.objective, train)),
      raw_(predict_raw(trees_, train.table)),
      derivatives_(static_cast<std::size_t>(raw_.size())),
      constant_hessian_(problem.objective.constant_hessian() && train.targets.weights.empty()) {}

void Booster::advance() {
  const Objective& objective = problem_.objective;
  const BoosterOptions& options = problem_.options;
  const auto iteration = static_cast<std::uint64_t>(iterations());
  const auto outputs = static_cast<std::uint64_t>(objective.outputs());
  const Index n = train_.table.n_rows;
  const auto rows = static_cast<std::size_t>(n);
  derive();
  if (options.subsample < 1.0)
    grower_.draw(
        draw_rows(n, options.subsample, Random(options.seed, first_sample_stream + iteration)));
  for (Index k = 0; k < objective.outputs(); ++k) {  // all from the derivatives before any of them
    const Gradients gradients{{derivatives_.data() + k * n, rows}, constant_hessian_};
    Random random(options.seed, iteration * outputs + static_cast<std::uint64_t>(k) + 1);
    grower_.grow(gradients, random);
    if (objective.refits_leaves()) refit_leaves(raw_.col(k).data());
    grower_.append_to(trees_);
    grower_.add_to(raw_.col(k).data());
  }
}

/// The derivatives of all rows and outputs at the present raw predictions.
void Booster::derive() {
  constexpr Index rows_per_block = 2'048;  // what is computed stays in the cache until it is paired
  const Index n = train_.table.n_rows;
  const Index outputs = problem_.objective.outputs();
  const double work = work_per_row * static_cast<double>(n * outputs);
  parallel_for_blocks(Blocks{n, rows_per_block}, work, [&](Index begin, Index end) {
    const Index m = end - begin;
    std::vector<float> gradient(static_cast<std::size_t>(m * outputs));
    std::vector<float> hessian(constant_hessian_ ? 0 : gradient.size());
    problem_.objective.derivatives(train_.targets, raw_.data(), begin, end, gradient.data(),
                                   constant_hessian_ ? nullptr : hessian.data());
    for (Index k = 0; k < outputs; ++k)
      for (Index i = 0; i < m; ++i) {
        const auto at = static_cast<std::size_t>(k * m + i);
        derivatives_[static_cast<std::size_t>(k * n + begin + i)] = {
            gradient[at], constant_hessian_ ? 1.0F : hessian[at]};
      }
  });
}

/// Leaf values from the residuals of their rows.
void Booster::refit_leaves(const double* raw) {
  const Targets& targets = train_.targets;
  grower_.refit_leaves([&](std::span<const Row> rows) {
    std::vector<double> residuals;
    std::vector<double> weights;
    residuals.reserve(rows.size());
    for (const Row row : rows) {
      const auto i = static_cast<std::size_t>(row);
      residuals.push_back(targets.y[i] - raw[i]);
      if (!targets.weights.empty()) weights.push_back(targets.weights[i]);
    }
    return problem_.objective.leaf_value({residuals, weights});
  });
}

BoostedTrees Booster::take(Index iterations) && {
  trees_.truncate(iterations);
  return std::move(trees_);
}

}  // namespace espalier::hgb
