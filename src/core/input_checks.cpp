// SPDX-License-Identifier: BSD-3-Clause
#include "core/input_checks.hpp"

#include <fmt/format.h>

#include <cmath>
#include <span>
#include <unordered_set>

#include "core/labels_of.hpp"

namespace espalier::detail {
namespace {

[[noreturn]] void refuse_value(const Estimator& e, std::string_view column, Index row,
                               double value) {
  if (std::isnan(value))
    throw InvalidInput(
        fmt::format("{}: X contains NaN, in column '{}', row {}. It does not accept missing "
                    "values: impute them first (SimpleImputer), or use an estimator that does "
                    "(HistGradientBoostingClassifier, …Regressor).",
                    e.class_name(), column, row));
  throw InvalidInput(
      fmt::format("{}: X contains infinity, in column '{}', row {}.", e.class_name(), column, row));
}

[[noreturn]] void refuse_negative(const Estimator& e, std::string_view column, Index row,
                                  double value) {
  throw InvalidInput(
      fmt::format("{}: X contains a negative value ({}) in column '{}', row {}; it needs X ≥ 0.",
                  e.class_name(), value, column, row));
}

void check_numbers(const Estimator& e, const Tags& tags, std::span<const double> values,
                   std::string_view column) {
  // One pass without branches first: a sum of x·0 is NaN exactly if some x is NaN or infinite.
  double poison = 0.0;
  for (const double v : values) poison += v * 0.0;
  if (poison != 0.0 || std::isnan(poison)) {
    for (std::size_t i = 0; i < values.size(); ++i)
      if (std::isinf(values[i]) || (std::isnan(values[i]) && !tags.allow_nan))
        refuse_value(e, column, static_cast<Index>(i), values[i]);
  }
  if (tags.positive_only)
    for (std::size_t i = 0; i < values.size(); ++i)
      if (values[i] < 0.0) refuse_negative(e, column, static_cast<Index>(i), values[i]);
}

void check_sparse_values(const Estimator& e, const Tags& tags, const Features& X) {
  const SparseMatrix& S = X.sparse();
  for (Index i = 0; i < S.outerSize(); ++i)
    for (SparseMatrix::InnerIterator it(S, i); it; ++it) {
      const double v = it.value();
      if (std::isinf(v) || (std::isnan(v) && !tags.allow_nan))
        refuse_value(e, X.names_or_default()[static_cast<std::size_t>(it.col())], i, v);
      if (tags.positive_only && v < 0.0)
        refuse_negative(e, X.names_or_default()[static_cast<std::size_t>(it.col())], i, v);
    }
}

void check_values(const Estimator& e, const Tags& tags, const Features& X) {
  if (X.is_sparse()) return check_sparse_values(e, tags, X);
  for (Index j = 0; j < X.cols(); ++j) {
    const FeatureColumn column = X.column(j);
    if (column.categorical == nullptr) {
      check_numbers(e, tags, column.numbers, column.name);
    } else if (!tags.allow_nan && column.categorical->count_missing() > 0) {
      throw InvalidInput(
          fmt::format("{}: column '{}' has {} missing categories. It does not accept missing "
                      "values: impute them first (SimpleImputer with strategy most_frequent or "
                      "constant).",
                      e.class_name(), column.name, column.categorical->count_missing()));
    }
  }
}

/// X in a form that the class takes.
Features convert(const Estimator& e, const Tags& tags, const Features& X) {
  if (X.is_table() && !tags.categorical) {
    for (const Column& column : X.table().columns())
      if (column.is_categorical())
        throw InvalidInput(
            fmt::format("{}: column '{}' is categorical, but numbers are needed. Encode it first "
                        "(OneHotEncoder or OrdinalEncoder, in a ColumnTransformer), or drop it.",
                        e.class_name(), column.name()));
    return X.to_dense();
  }
  if (X.is_sparse() && !tags.sparse)
    throw InvalidInput(
        fmt::format("{}: X is sparse, but it takes dense data only. Convert it with X.to_dense() "
                    "if it fits into memory.",
                    e.class_name()));
  return X;
}

void check_shape(const Estimator& e, const Features& X) {
  if (X.rows() == 0)
    throw InvalidInput(fmt::format("{}: X has 0 samples (shape {} × {}); at least 1 is required.",
                                   e.class_name(), X.rows(), X.cols()));
  if (X.cols() == 0)
    throw InvalidInput(fmt::format("{}: X has 0 features (shape {} × {}); at least 1 is required.",
                                   e.class_name(), X.rows(), X.cols()));
}

void check_names(const Estimator& e, const Features& X) {
  if (X.is_table()) return;  // whose names are unique
  std::unordered_set<std::string_view> seen;
  for (const std::string& name : X.names())
    if (!seen.insert(name).second)
      throw InvalidInput(
          fmt::format("{}: two columns of X are called '{}'.", e.class_name(), name));
}

void check_target(const Estimator& e, const Tags& tags, const Features& X,
                  const OptionalTarget& y) {
  const RoleKind role = e.role();
  if (!y) {
    if (role == RoleKind::transformer && tags.requires_y)
      throw InvalidInput(fmt::format("{} requires y: call fit(X, y).", e.class_name()));
    return;
  }
  if (y->rows() != X.rows())
    throw InvalidInput(
        fmt::format("{}: X has {} samples, but y has {}.", e.class_name(), X.rows(), y->rows()));
  refuse_classes_to_regressors(e, *y, "the target");
  if (!y->is_labels()) {
    for (Index k = 0; k < y->outputs(); ++k)
      for (Index i = 0; i < y->rows(); ++i)
        if (!std::isfinite(y->values()(i, k)))
          throw InvalidInput(fmt::format("{}: y contains {} in row {}.", e.class_name(),
                                         std::isnan(y->values()(i, k)) ? "NaN" : "infinity", i));
  }
  if (role == RoleKind::classifier) {
    labels_of(*y, e.class_name());
    if (tags.binary_only && encode_labels(y->labels()).classes.size() > 2)
      throw InvalidInput(
          fmt::format("{}: only binary classification is supported, but y has {} classes.",
                      e.class_name(), encode_labels(y->labels()).classes.size()));
  } else if (y->outputs() > 1 && !tags.multi_output && role == RoleKind::regressor) {
    throw InvalidInput(fmt::format("{}: y has {} columns, but only one output is supported.",
                                   e.class_name(), y->outputs()));
  }
}

void check_weights(const Estimator& e, const Vector& w, Index rows) {
  if (w.size() != rows)
    throw InvalidInput(fmt::format("{}: X has {} samples, but sample_weight has {} values.",
                                   e.class_name(), rows, w.size()));
  for (Index i = 0; i < rows; ++i)
    if (!std::isfinite(w[i]) || w[i] < 0.0)
      throw InvalidInput(fmt::format(
          "{}: sample_weight contains {} in row {}; weights are finite and not negative.",
          e.class_name(), w[i], i));
  if ((w.array() == 0.0).all())
    throw InvalidInput(fmt::format(
        "{}: sample_weight is zero for every row; at least one non-zero weight is required.",
        e.class_name()));
}

void check_context(const Estimator& e, const Tags& tags, const Features& X,
                   const FitContext& context) {
  if (context.has_weights()) {
    if (!tags.sample_weight)
      throw InvalidInput(fmt::format(
          "{} does not use sample_weight; nothing is dropped in silence.", e.class_name()));
    check_weights(e, context.sample_weight, X.rows());
  }
  if (context.groups.size() > 0) {
    if (!tags.groups)
      throw InvalidInput(
          fmt::format("{} does not use groups; nothing is dropped in silence.", e.class_name()));
    if (context.groups.size() != X.rows())
      throw InvalidInput(fmt::format("{}: X has {} samples, but groups has {} values.",
                                     e.class_name(), X.rows(), context.groups.size()));
  }
  if (context.validation) {
    if (!tags.validation_set)
      throw InvalidInput(fmt::format(
          "{} does not use a validation set; nothing is dropped in silence.", e.class_name()));
    const ValidationSet& v = *context.validation;
    if (v.X.rows() == 0 || v.X.rows() != v.y.rows())
      throw InvalidInput(fmt::format("{}: the validation set has {} rows of X and {} of y.",
                                     e.class_name(), v.X.rows(), v.y.rows()));
    refuse_classes_to_regressors(e, v.y, "the target of the validation set");
    if (v.sample_weight.size() > 0) check_weights(e, v.sample_weight, v.X.rows());
  }
}

/// Weight 0 is no row at all: those rows are taken out here, once for all estimators.
FitInput without_zero_weights(FitInput input) {
  const Vector& w = input.context->sample_weight;
  std::vector<Index> rows;
  for (Index i = 0; i < w.size(); ++i)
    if (w[i] > 0.0) rows.push_back(i);
  if (static_cast<Index>(rows.size()) == w.size()) return input;
  auto context = std::make_shared<FitContext>(*input.context);
  context->sample_weight = w(rows);
  if (context->groups.size() > 0) context->groups = Labels(input.context->groups(rows));
  return {input.X.take(rows), input.y ? OptionalTarget(input.y->take(rows)) : std::nullopt,
          context};
}

}  // namespace

void refuse_classes_to_regressors(const Estimator& e, const Target& y, std::string_view what) {
  if (e.role() != RoleKind::regressor || y.class_names().empty()) return;
  throw InvalidInput(
      fmt::format("{}: {} is categorical ('{}' is one of its values), but a regressor needs "
                  "numbers. Use a classifier, or a numeric target.",
                  e.class_name(), what, y.class_names().front()));
}

void check_input_values(const Estimator& e, const Features& X) { check_values(e, e.get_tags(), X); }

void check_width(const Estimator& e, const Features& X, Index expected, std::string_view what) {
  if (X.cols() != expected)
    throw InvalidInput(fmt::format("X has {} features, but {} is expecting {} {}.", X.cols(),
                                   e.class_name(), expected, what));
}

FitInput check_fit_input(const Estimator& e, const Features& X, const OptionalTarget& y,
                         const FitContext& context) {
  const Tags tags = e.get_tags();
  check_shape(e, X);
  check_names(e, X);
  check_target(e, tags, X, y);
  check_context(e, tags, X, context);
  FitInput input{convert(e, tags, X), y,
                 std::shared_ptr<const FitContext>(&context, [](const FitContext*) {})};
  check_values(e, tags, input.X);
  const bool rows_may_go = e.role() != RoleKind::clusterer &&
                           e.role() != RoleKind::outlier_detector && !tags.keeps_zero_weights;
  return context.has_weights() && rows_may_go ? without_zero_weights(std::move(input)) : input;
}

Features check_predict_input(const Estimator& e, const Features& X) {
  const Schema& schema = e.schema();
  const Tags tags = e.get_tags();
  check_shape(e, X);
  if (tags.selects_columns) return X;
  const Features conformed = schema.conform(X, e.class_name());
  Features converted = convert(e, tags, conformed);
  check_values(e, tags, converted);
  return converted;
}

}  // namespace espalier::detail
