// SPDX-License-Identifier: BSD-3-Clause
#include "ensemble/hist_gradient_boosting/fit.hpp"

#include <cmath>
#include <limits>
#include <random>
#include <utility>

#include <fmt/format.h>

#include <espalier/core/errors.hpp>

#include "ensemble/hist_gradient_boosting/early_stopping.hpp"
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

Vector to_vector(const std::vector<double>& values) {
  return Vector::Map(values.data(), static_cast<Index>(values.size()));
}

}  // namespace

std::uint64_t seed_of(const std::optional<std::int64_t>& random_state) {
  if (random_state) return static_cast<std::uint64_t>(*random_state);
  std::random_device device;
  return (static_cast<std::uint64_t>(device()) << 32) | device();
}

void check_validation_fraction(const std::optional<double>& fraction, std::string_view owner) {
  if (fraction && *fraction >= 1.0 && (std::floor(*fraction) != *fraction || *fraction > 1e15))
    detail::refuse_param(owner, "validation_fraction",
                         "a share in the range (0, 1), a whole number of samples, or none",
                         *fraction);
}

HistGradientBoostingState fit_state(const Features& X, const FitTargets& targets,
                                    const FitTargets* validation, const Objective& objective,
                                    bool stratify, const FitOptions& options,
                                    const FitContext& context) {
  check_rows(X.rows(), options.owner);
  if (validation != nullptr && options.early_stopping.is_off())
    detail::refuse_param(options.owner, "early_stopping",
                         "true or 'auto' where a validation set is given, to stop by", false);
  BoostingOptions boosting = options.boosting;
  boosting.early_stopping = validation != nullptr || options.early_stopping.applies(X.rows());

  HistGradientBoostingState state;
  const std::vector<bool> chosen = options.categorical_features.choose(X, options.owner);
  boosting.grower.split.monotonic = options.monotonic_cst.signs(X, chosen, options.owner);
  boosting.grower.interactions = interactions_of(options.interaction_cst, X, options.owner);
  state.categories = find_categories(X, chosen);
  const std::vector<int> n_categories = category_counts(X.cols(), state.categories);
  const EncodedTable encoded = encode_features(X, state.categories);

  BoostingResult result;
  if (validation != nullptr) {
    const Features conformed = Schema::of(X).conform(context.validation->X, options.owner);
    const EncodedTable encoded_validation = encode_features(conformed, state.categories);
    const LabelledTable watched{encoded_validation.table, validation->view()};
    result = train_boosting(objective, {encoded.table, targets.view()}, &watched, n_categories,
                            boosting, context, options.owner);
  } else if (boosting.early_stopping && options.validation_fraction) {
    const Index n_validation =
        rows_to_hold_out(X.rows(), *options.validation_fraction, options.owner);
    const RowSplit split =
        hold_out(X.rows(), n_validation, stratify ? targets.view().y : std::span<const double>{},
                 boosting.seed);
    const FitTargets train_targets = take(targets, split.train);
    const FitTargets watched_targets = take(targets, split.validation);
    const LabelledTable train{encoded.table.take(split.train), train_targets.view()};
    const LabelledTable watched{encoded.table.take(split.validation), watched_targets.view()};
    result =
        train_boosting(objective, train, &watched, n_categories, boosting, context, options.owner);
  } else {
    result = train_boosting(objective, {encoded.table, targets.view()}, nullptr, n_categories,
                            boosting, context, options.owner);
  }
  state.trees = std::move(result.trees);
  state.early_stopping = boosting.early_stopping;
  state.n_iter = state.trees.n_iterations();
  state.train_score = to_vector(result.train_score);
  state.validation_score = to_vector(result.validation_score);
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
  out = compiled_->usable() && !encoded.table.is_sparse()
            ? compiled_->predict(encoded.table)
            : predict_raw(fitted_->trees, encoded.table);
  return true;
}

}  // namespace espalier::hgb
