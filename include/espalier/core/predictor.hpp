// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <espalier/core/column.hpp>
#include <espalier/core/features.hpp>
#include <espalier/core/row_program.hpp>
#include <espalier/core/types.hpp>

namespace espalier {

class Estimator;
class Row;

/// A fitted model or pipeline compiled for scoring: what `model.predictor()` returns.
///
///     const Predictor scorer = model.predictor();
///     const Index age = scorer.column("age"), plan = scorer.column("plan");
///     Row row = scorer.make_row();           // once a thread
///     row.set(age, 42.0);
///     row.set(plan, "premium");
///     double p[2];
///     if (scorer.predict_proba(row, p) == RowStatus::ok) use(p[1]);
///
/// Immutable; copies share everything; all methods may be called from many threads at once. Results
/// have the bits of the estimator's own `predict`, `predict_proba` and `decision_function`, however
/// many rows are scored together. It does not follow later changes of the model.
///
/// The methods for one row allocate nothing, start no thread, take no lock and throw nothing. A row
/// is a span of `n_features_in()` numbers in the order of the columns at fit; NaN is missing. In a
/// categorical column the number is what `code` gives for a text. Row is such a span with names and
/// texts. Where a batch would throw, a status other than `ok` is returned and the result is NaN.
class Predictor {
 public:
  /// Of a fitted estimator; `estimator.predictor()` is the same.
  /// @throws NotFitted;  NotSupported  naming a class that cannot be compiled
  explicit Predictor(const Estimator& estimator);

  Index n_features_in() const noexcept;
  /// The names of the columns at fit, or x0, x1, …
  const std::vector<std::string>& feature_names() const noexcept;
  ColumnType type(Index column) const;  ///< @throws InvalidInput  out of range
  /// The position of a column. @throws InvalidInput  there is none of that name
  Index column(std::string_view name) const;
  /// What stands for `text` in a row's categorical column; another number for a text that the model
  /// does not know, or where the column is none or numeric. O(1).
  double code(Index column, std::string_view text) const noexcept;
  /// A row whose values are all missing.
  Row make_row() const;

  /// Raw values a row: those of the regressor; 1 for two classes, else 1 a class.
  Index n_outputs() const noexcept;
  const Labels& classes() const noexcept;  ///< ascending; empty for a regressor
  bool has_predict_proba() const noexcept;

  /// Regressor: the predictions. Classifier: the decision values. `raw` has n_outputs() values.
  RowStatus predict_raw(std::span<const double> row, std::span<double> raw) const noexcept;
  /// One probability a class, in the order of classes(). Without probabilities: wrong_width.
  RowStatus predict_proba(std::span<const double> row,
                          std::span<double> probabilities) const noexcept;
  /// The value, or the label of the class. With several outputs of a regressor: wrong_width.
  RowStatus predict(std::span<const double> row, double& prediction) const noexcept;

  /// Many rows, in parallel: n × n_outputs(). X as the estimator takes it.
  /// @throws InvalidInput  as the estimator's own methods
  Matrix predict_raw(const Features& X) const;
  /// n × classes. @throws NotSupported  a model without probabilities
  Matrix predict_proba(const Features& X) const;
  /// n values, or labels.
  Vector predict(const Features& X) const;

 private:
  struct Compiled;
  std::shared_ptr<const Compiled> compiled_;
};

/// The values of one row, for a Predictor. Setting one allocates nothing.
class Row {
 public:
  /// All values are missing. O(n_features_in).
  explicit Row(Predictor predictor);

  /// A number; NaN is missing. Of a categorical column: what Predictor::code gave.
  /// @throws InvalidInput  no such column
  void set(Index column, double value) { values_[checked(column)] = value; }
  /// A text of a categorical column. @throws InvalidInput  no such column, or a numeric one
  void set(Index column, std::string_view text);
  void set(Index column, const char* text) { set(column, std::string_view(text)); }
  /// The same by name, which costs a search.
  template <class T>
  void set(std::string_view name, const T& value) {
    set(predictor_.column(name), value);
  }
  void set_missing(Index column);
  void clear();  ///< all values are missing again

  std::span<const double> values() const { return values_; }
  operator std::span<const double>() const { return values_; }

 private:
  std::size_t checked(Index column) const;

  Predictor predictor_;
  std::vector<double> values_;
};

}  // namespace espalier
