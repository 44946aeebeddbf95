// SPDX-License-Identifier: BSD-3-Clause
#include "ensemble/hist_gradient_boosting/boosting.hpp"

#include <algorithm>
#include <chrono>
#include <limits>
#include <utility>

#include <espalier/core/parallel.hpp>
#include <espalier/core/random.hpp>

#include "ensemble/hist_gradient_boosting/binned_matrix.hpp"
#include "ensemble/hist_gradient_boosting/binning.hpp"
#include "ensemble/hist_gradient_boosting/early_stopping.hpp"
#include "ensemble/hist_gradient_boosting/predictor.hpp"

namespace espalier::hgb {
namespace {

/// Raw predictions of a table: n × outputs, column-major, starting from the baseline.
std::vector<double> raw_baseline(const Vector& baseline, Index n) {
  std::vector<double> raw;
  raw.reserve(static_cast<std::size_t>(n * baseline.size()));
  for (const double b : baseline) raw.insert(raw.end(), static_cast<std::size_t>(n), b);
  return raw;
}

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

/// Everything that lives from the first iteration to the last.
class Booster {
 public:
  Booster(const Objective& objective, const LabelledTable& train, const LabelledTable* validation,
          std::span<const int> n_categories, const BoostingOptions& options)
      : objective_(objective),
        train_(train),
        validation_(validation),
        options_(options),
        bins_(find_bins(train.table, n_categories, train.targets.weights,
                        {options.max_bins, options.seed})),
        data_(train.table, bins_),
        grower_(data_, bins_, options.grower) {
    BoostedTrees& trees = result_.trees;
    trees.n_features = train.table.n_features();
    trees.baseline = objective.baseline(train.targets);
    raw_ = raw_baseline(trees.baseline, train.table.n_rows);
    derivatives_.resize(raw_.size());
    constant_hessian_ = objective.constant_hessian() && train.targets.weights.empty();
    if (validation != nullptr)
      validation_raw_ = raw_baseline(trees.baseline, validation->table.n_rows);
  }

  BoostingResult run(const FitContext& context, std::string_view task) {
    const auto start = std::chrono::steady_clock::now();
    const bool scored = options_.early_stopping || context.callback;
    context.check_stop(task);
    if (options_.early_stopping) keep_scores(score());
    for (int iteration = 0; iteration < options_.max_iter; ++iteration) {
      grow_trees(iteration);
      const Scores scores = scored ? score() : Scores{};
      if (options_.early_stopping) keep_scores(scores);
      const std::chrono::duration<double> elapsed = std::chrono::steady_clock::now() - start;
      context.report({task, iteration + 1, options_.max_iter, -scores.train, scores.validation,
                      elapsed.count()});
      if (options_.early_stopping &&
          no_progress(deciding_scores(), options_.n_iter_no_change, options_.tol))
        break;
    }
    return std::move(result_);
  }

 private:
  struct Scores {
    double train = std::numeric_limits<double>::quiet_NaN();
    double validation = std::numeric_limits<double>::quiet_NaN();
  };

  /// One tree an output, all from the derivatives at the start of the iteration.
  void grow_trees(int iteration) {
    const Index n = train_.table.n_rows;
    const auto rows = static_cast<std::size_t>(n);
    derive();
    if (options_.subsample < 1.0)
      grower_.draw(draw_rows(
          n, options_.subsample,
          Random(options_.seed, first_sample_stream + static_cast<std::uint64_t>(iteration))));
    for (Index k = 0; k < objective_.outputs(); ++k) {
      const Gradients gradients{{derivatives_.data() + k * n, rows}, constant_hessian_};
      Random random(options_.seed,
                    static_cast<std::uint64_t>(iteration * objective_.outputs() + k + 1));
      grower_.grow(gradients, random);
      if (objective_.refits_leaves()) refit_leaves(raw_.data() + k * n);
      grower_.append_to(result_.trees);
      grower_.add_to(raw_.data() + k * n);
    }
    const Index n_trees = result_.trees.n_trees();
    if (validation_ != nullptr)
      add_predictions(result_.trees, n_trees - objective_.outputs(), n_trees, validation_->table,
                      validation_raw_.data());
  }

  /// The derivatives of all rows and outputs at the present raw predictions.
  void derive() {
    constexpr Index rows_per_block =
        2'048;  // what is computed stays in the cache until it is paired
    const Index n = train_.table.n_rows;
    const Index outputs = objective_.outputs();
    parallel_for_blocks(Blocks{n, rows_per_block}, 20.0 * static_cast<double>(n * outputs),
                        [&](Index begin, Index end) {
                          const Index m = end - begin;
                          std::vector<float> gradient(static_cast<std::size_t>(m * outputs));
                          std::vector<float> hessian(constant_hessian_ ? 0 : gradient.size());
                          objective_.derivatives(train_.targets, raw_.data(), begin, end,
                                                 gradient.data(),
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
  void refit_leaves(const double* raw) {
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
      return objective_.leaf_value({residuals, weights});
    });
  }

  Scores score() const {
    Scores scores;
    scores.train = -objective_.mean_loss(train_.targets, raw_.data());
    if (validation_ != nullptr)
      scores.validation = -objective_.mean_loss(validation_->targets, validation_raw_.data());
    return scores;
  }

  void keep_scores(const Scores& scores) {
    result_.train_score.push_back(scores.train);
    if (validation_ != nullptr) result_.validation_score.push_back(scores.validation);
  }

  std::span<const double> deciding_scores() const {
    return validation_ != nullptr ? result_.validation_score : result_.train_score;
  }

  const Objective& objective_;
  const LabelledTable& train_;
  const LabelledTable* validation_;
  const BoostingOptions& options_;
  std::vector<FeatureBins> bins_;
  BinnedMatrix data_;
  TreeGrower grower_;
  std::vector<double> raw_;
  std::vector<double> validation_raw_;
  std::vector<Derivative> derivatives_;  // n × outputs, column-major
  bool constant_hessian_ = false;
  BoostingResult result_;
};

}  // namespace

BoostingResult train_boosting(const Objective& objective, const LabelledTable& train,
                              const LabelledTable* validation, std::span<const int> n_categories,
                              const BoostingOptions& options, const FitContext& context,
                              std::string_view task) {
  return Booster(objective, train, validation, n_categories, options).run(context, task);
}

}  // namespace espalier::hgb
