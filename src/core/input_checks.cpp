// SPDX-License-Identifier: BSD-3-Clause
#include "core/input_checks.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <unordered_set>

#include <espalier/core/parallel.hpp>

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

/// What may stand in X is said by the first row of [0, n) that breaks the rules, or n.
template <class Scalar>
Index first_refused(const Tags& tags, const Scalar* values, Index n) {
  constexpr Index step = 4096;
  for (Index begin = 0; begin < n; begin += step) {
    const Index size = std::min(step, n - begin);
    const Eigen::Map<const Eigen::Array<Scalar, Eigen::Dynamic, 1>> part(values + begin, size);
    // Without branches first: a sum of x·0 is NaN exactly if some x is NaN or infinite.
    const bool finite = (part * Scalar(0)).sum() == Scalar(0);
    if (finite && !(tags.positive_only && (part < Scalar(0)).any())) continue;
    for (Index i = begin; i < begin + size; ++i) {
      const Scalar v = values[i];
      if (std::isinf(v) || (std::isnan(v) && !tags.allow_nan) || (tags.positive_only && v < 0))
        return i;
    }
  }
  return n;
}

/// Columns side by side: on large tables this pass costs as much as a simple estimator's own.
template <class Column>
void check_columns(const Estimator& e, const Tags& tags, const Features& X, const Column& column) {
  std::vector<Index> refused(static_cast<std::size_t>(X.cols()), X.rows());
  const double work = 0.5 * static_cast<double>(X.rows()) * static_cast<double>(X.cols());
  parallel_for(X.cols(), work, [&](Index j) {
    if (const auto* const values = column(j))
      refused[static_cast<std::size_t>(j)] = first_refused(tags, values, X.rows());
  });
  for (Index j = 0; j < X.cols(); ++j) {
    const Index i = refused[static_cast<std::size_t>(j)];
    if (i == X.rows()) continue;
    const auto value = static_cast<double>(column(j)[i]);
    const std::string name = X.names_or_default()[static_cast<std::size_t>(j)];
    if (std::isfinite(value)) refuse_negative(e, name, i, value);
    refuse_value(e, name, i, value);
  }
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
  if (X.is_float32())
    return check_columns(e, tags, X, [&](Index j) { return X.dense32().col(j).data(); });
  if (X.is_dense())
    return check_columns(e, tags, X, [&](Index j) { return X.dense().col(j).data(); });
  for (const Column& column : X.table().columns())
    if (!tags.allow_nan && column.is_categorical() && column.count_missing() > 0)
      throw InvalidInput(
          fmt::format("{}: column '{}' has {} missing categories. It does not accept missing "
                      "values: impute them first (SimpleImputer with strategy most_frequent or "
                      "constant).",
                      e.class_name(), column.name(), column.count_missing()));
  check_columns(e, tags, X, [&](Index j) -> const double* {
    const Column& column = X.table().columns()[static_cast<std::size_t>(j)];
    return column.is_numeric() ? column.values().data() : nullptr;
  });
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
  return in_taken_precision(tags, X);
}

/// The validation set in the same precision as X.
std::shared_ptr<const FitContext> convert(const Tags& tags, const FitContext& context) {
  if (!context.validation || !context.validation->X.is_float32() || tags.float32)
    return std::shared_ptr<const FitContext>(&context, [](const FitContext*) {});
  auto converted = std::make_shared<FitContext>(context);
  converted->validation->X = context.validation->X.to_dense();
  return converted;
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
    const Matrix& values = y->values();
    for (Index k = 0; k < values.cols(); ++k) {
      const Index i = first_refused(Tags{}, values.col(k).data(), values.rows());
      if (i < values.rows())
        throw InvalidInput(fmt::format("{}: y contains {} in row {}.", e.class_name(),
                                       std::isnan(values(i, k)) ? "NaN" : "infinity", i));
    }
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

Features in_taken_precision(const Tags& tags, const Features& X) {
  return X.is_float32() && !tags.float32 ? X.to_dense() : X;
}

void refuse_classes_to_regressors(const Estimator& e, const Target& y, std::string_view what) {
  if (e.role() != RoleKind::regressor || y.class_names().empty()) return;
  throw InvalidInput(
      fmt::format("{}: {} is categorical ('{}' is one of its values), but a regressor needs "
                  "numbers. Use a classifier, or a numeric target.",
                  e.class_name(), what, y.class_names().front()));
}

void check_input_values(const Estimator& e, const Features& X) { check_values(e, e.get_tags(), X); }

void refuse_too_large(std::string_view owner, const Features& X, Index column) {
  throw InvalidInput(
      fmt::format("{}: X is too large, in column '{}': the squares of its values are not "
                  "finite. Divide it by a constant.",
                  owner, X.names_or_default()[static_cast<std::size_t>(column)]));
}

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
  FitInput input{convert(e, tags, X), y, convert(tags, context)};
  check_values(e, tags, input.X);
  const bool rows_may_go = e.role() != RoleKind::clusterer &&
                           e.role() != RoleKind::outlier_detector && !tags.keeps_zero_weights;
  return context.has_weights() && rows_may_go ? without_zero_weights(std::move(input)) : input;
}

Features check_predict_input(const Estimator& e, const Features& X) {
  const Schema& schema = e.schema();
  const Tags tags = e.get_tags();
  check_shape(e, X);
  if (tags.selects_columns) return in_taken_precision(tags, X);
  const Features conformed = schema.conform(X, e.class_name());
  Features converted = convert(e, tags, conformed);
  check_values(e, tags, converted);
  return converted;
}

}  // namespace espalier::detail
