// SPDX-License-Identifier: BSD-3-Clause
#include "ensemble/hist_gradient_boosting/fit.hpp"

#include <cmath>
#include <limits>
#include <utility>

#include <fmt/format.h>

#include <espalier/core/errors.hpp>
#include <espalier/core/warnings.hpp>

#include "core/row_split.hpp"
#include "core/seed.hpp"
#include "ensemble/hist_gradient_boosting/feature_table.hpp"
#include "ensemble/hist_gradient_boosting/predictor.hpp"

namespace espalier::hgb {
namespace {

/// Rows of all targets that stand at some positions.
FitTargets take(const FitTargets& targets, const std::vector<Index>& rows) {
  return {targets.y(rows), targets.weights.size() > 0 ? Vector(targets.weights(rows)) : Vector()};
}

Index rows_to_hold_out(Index n, double fraction, std::string_view owner) {
  const double wanted = fraction < 1.0 ? std::ceil(fraction * static_cast<double>(n)) : fraction;
  if (wanted >= static_cast<double>(n))
    throw InvalidInput(
        fmt::format("{}: validation_fraction = {} of {} samples leaves none to learn from.", owner,
                    fraction, n));
  return static_cast<Index>(wanted);
}

void check_rows(Index n, std::string_view owner) {
  if (n > FixedPoint::most_rows)
    throw InvalidInput(fmt::format("{}: X has {} samples, but at most {} are possible.", owner, n,
                                   FixedPoint::most_rows));
}

Interactions interactions_of(const InteractionConstraints& constraints, const Features& X,
                             std::string_view owner) {
  if (constraints.is_none()) return {};
  if (constraints.is_pairwise()) return Interactions::pairwise(X.cols());
  return {X.cols(), constraints.groups(X, owner)};
}

/// Categories as codes; what is missing or unseen becomes NaN.
class CodeStep : public RowStep {
 public:
  struct Cell {
    RowCategories position;
    Index to;
  };
  explicit CodeStep(std::vector<Cell> cells) : cells_(std::move(cells)) {}

  RowStatus run(double* registers) const noexcept override {
    for (const Cell& cell : cells_) {
      const std::int32_t position = cell.position(registers);
      registers[cell.to] = position >= 0 ? position : std::numeric_limits<double>::quiet_NaN();
    }
    return RowStatus::ok;
  }

 private:
  std::vector<Cell> cells_;
};

/// What a validation set and folds exclude.
void check_validation(const FitProblem& problem, const FitOptions& options,
                      const HistGradientBoostingState* previous) {
  if (problem.validation && options.early_stopping.is_off())
    detail::refuse_param(options.owner, "early_stopping",
                         "true or 'auto' where a validation set is given, to stop by", false);
  if (!options.validation_folds) return;
  if (problem.validation)
    detail::refuse_param(options.owner, "validation_folds",
                         "none where a validation set is given (drop one of the two)",
                         *options.validation_folds);
  if (previous != nullptr)
    detail::refuse_param(options.owner, "validation_folds",
                         "none where warm_start goes on from trees, which have seen the rows of "
                         "every fold",
                         *options.validation_folds);
}

/// That the trees before suit the parameters of now.
void check_previous(const HistGradientBoostingState& previous, const Features& X,
                    const std::vector<bool>& chosen, const FitOptions& options) {
  if (options.stopping.max_iter < previous.n_iter)
    detail::refuse_param(
        options.owner, "max_iter",
        fmt::format("at least n_iter = {}, the iterations that warm_start goes on from",
                    previous.n_iter),
        options.stopping.max_iter);
  const std::vector<std::string> names = X.names_or_default();
  std::vector<bool> was_chosen(chosen.size(), false);
  for (const FeatureCategories& known : previous.categories)
    was_chosen[static_cast<std::size_t>(known.feature)] = true;
  for (std::size_t f = 0; f < chosen.size(); ++f)
    if (chosen[f] != was_chosen[f])
      throw InvalidInput(
          fmt::format("{}: column '{}' is {}categorical now, but it was {}at the fit that "
                      "warm_start goes on from.",
                      options.owner, names[f], chosen[f] ? "" : "not ", chosen[f] ? "not " : ""));
}

/// Some rows of the training data, which must outlive it.
struct Part {
  Part(const Table& all, const FitTargets& all_targets, std::vector<Index> positions)
      : rows(std::move(positions)),
        targets(take(all_targets, rows)),
        view{all.take(rows), targets.view()} {}
  Part(const Part&) = delete;
  Part& operator=(const Part&) = delete;

  std::vector<Index> rows;
  FitTargets targets;
  LabelledTable view;
};

void check_folds(Index n, std::span<const double> codes, int n_folds, std::string_view owner) {
  const detail::ClassSizes sizes = detail::class_sizes(n, codes);
  if (sizes.largest < n_folds)
    throw InvalidInput(fmt::format("{}: validation_folds = {}, but {} {} rows.", owner, n_folds,
                                   codes.empty() ? "there are" : "the largest class has",
                                   sizes.largest));
  if (sizes.smallest < n_folds)
    warn(WarningKind::data, std::string(owner),
         fmt::format("the smallest class of y has {} rows, fewer than validation_folds = {}; some "
                     "folds lack it.",
                     sizes.smallest, n_folds));
}

/// Trains as the options say: on all rows, scored on a given validation set or on themselves, on
/// some of the rows, scored on the others, or on folds.
BoostingResult boost(const Features& X, const std::vector<FeatureCategories>& categories,
                     const FitProblem& problem, const FitOptions& options,
                     const FitContext& context, const BoostedTrees* start) {
  const EncodedTable encoded = encode_features(X, categories);
  const LabelledTable all{encoded.table, problem.targets.view()};
  const std::vector<int> n_categories = category_counts(X.cols(), categories);
  const BoostingProblem boosting{*problem.objective, n_categories, options.booster};
  const Watch watch{*problem.objective, options.scoring, problem.view, options.owner};
  const BoostingTask task{boosting, watch, options.stopping, context};
  const std::span<const double> codes =
      options.stopping.stratify ? all.targets.y : std::span<const double>{};
  const auto part = [&](const std::vector<Index>& rows) {
    return std::make_unique<Part>(encoded.table, problem.targets, rows);
  };

  if (problem.validation) {
    const Features conformed = Schema::of(X).conform(context.validation->X, options.owner);
    const EncodedTable encoded_validation = encode_features(conformed, categories);
    return train_boosting(
        task, {all, LabelledTable{encoded_validation.table, problem.validation->view()}}, start);
  }
  if (options.validation_folds) {
    check_folds(X.rows(), codes, *options.validation_folds, options.owner);
    std::vector<std::unique_ptr<Part>> parts;
    std::vector<TrialRows> trials;
    for (const detail::RowSplit& split :
         detail::fold_splits(X.rows(), *options.validation_folds, codes, options.booster.seed)) {
      parts.push_back(part(split.train));
      parts.push_back(part(split.validation));
      trials.push_back({parts[parts.size() - 2]->view, parts.back()->view});
    }
    return train_cross_validated(task, trials, all);
  }
  if (options.stopping.early_stopping && options.validation_fraction) {
    const Index n_validation =
        rows_to_hold_out(X.rows(), *options.validation_fraction, options.owner);
    const detail::RowSplit split =
        detail::hold_out(X.rows(), n_validation, codes, options.booster.seed);
    const auto train = part(split.train);
    const auto watched = part(split.validation);
    return train_boosting(task, {train->view, watched->view}, start);
  }
  return train_boosting(task, {all}, start);
}

}  // namespace

void check_stopping(const FitOptions& options, RoleKind role) {
  const std::optional<double>& fraction = options.validation_fraction;
  if (fraction && *fraction >= 1.0 && (std::floor(*fraction) != *fraction || *fraction > 1e15))
    detail::refuse_param(options.owner, "validation_fraction",
                         "a share in the range (0, 1), a whole number of samples, or none",
                         *fraction);
  if (options.validation_folds && options.early_stopping.is_off())
    detail::refuse_param(options.owner, "early_stopping",
                         "true or 'auto' where validation_folds are given, to stop by", false);
  options.scoring.validate(options.owner, role);
}

HistGradientBoostingState fit_state(const Features& X, const FitProblem& problem,
                                    const FitOptions& options, const FitContext& context,
                                    const HistGradientBoostingState* previous) {
  check_rows(X.rows(), options.owner);
  check_validation(problem, options, previous);
  FitOptions used = options;
  used.stopping.early_stopping =
      problem.validation || options.validation_folds || options.early_stopping.applies(X.rows());
  used.booster.seed = previous != nullptr ? static_cast<std::uint64_t>(previous->random_seed)
                                          : detail::seed_of(options.random_state, options.owner);

  HistGradientBoostingState state;
  const std::vector<bool> chosen = options.categorical_features.choose(X, options.owner);
  used.booster.grower.split.monotonic = options.monotonic_cst.signs(X, chosen, options.owner);
  used.booster.grower.interactions = interactions_of(options.interaction_cst, X, options.owner);
  if (previous != nullptr) check_previous(*previous, X, chosen, options);
  state.categories = previous != nullptr ? previous->categories : find_categories(X, chosen);

  BoostingResult result = boost(X, state.categories, problem, used, context,
                                previous != nullptr ? &previous->trees : nullptr);
  state.trees = std::move(result.trees);
  state.early_stopping = used.stopping.early_stopping;
  state.n_iter = state.trees.n_iterations();
  if (state.early_stopping) state.score_names = options.scoring.names();
  state.train_scores = std::move(result.train_scores);
  state.validation_scores = std::move(result.validation_scores);
  state.random_seed = static_cast<std::int64_t>(used.booster.seed);
  return state;
}

Matrix predict_raw(const HistGradientBoostingState& state, const Features& X) {
  return predict_raw(state.trees, encode_features(X, state.categories).table);
}

BoostedRow::BoostedRow(RowBuilder& builder, const HistGradientBoostingState& state)
    : fitted_(std::make_shared<const Fitted>(Fitted{state.trees, state.categories})),
      compiled_(std::make_shared<const CompiledTrees>(state.trees, true)) {
  std::vector<RowColumn> columns = builder.columns();
  std::vector<CodeStep::Cell> cells;
  for (const FeatureCategories& known : state.categories) {
    RowColumn& column = columns[static_cast<std::size_t>(known.feature)];
    const Index to = builder.reserve(1);
    cells.push_back({column.is_categorical()
                         ? RowCategories(column, std::span<const std::string>(known.texts))
                         : RowCategories(column, std::span<const double>(known.values)),
                     to});
    column = {column.name, to};
  }
  if (!cells.empty()) builder.add(CodeStep(std::move(cells)));
  builder.set_columns(std::move(columns));
  first_ = builder.contiguous();
}

RowStatus BoostedRow::raw(const double* registers, double* out) const noexcept {
  if (compiled_->scores_rows())
    compiled_->predict_row(registers + first_, out);
  else
    predict_row(fitted_->trees, registers + first_, out);
  return RowStatus::ok;
}

bool BoostedRow::raw_rows(const Features& X, Matrix& out) const {
  const EncodedTable encoded = encode_features(X, fitted_->categories);
  out = compiled_->usable() ? compiled_->predict(encoded.table)
                            : predict_raw(fitted_->trees, encoded.table);
  return true;
}

}  // namespace espalier::hgb
