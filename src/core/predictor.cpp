// SPDX-License-Identifier: BSD-3-Clause
#include <espalier/core/predictor.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <unordered_map>

#include <espalier/core/estimator.hpp>
#include <espalier/core/implements.hpp>
#include <espalier/core/parallel.hpp>

#include "core/input_checks.hpp"

namespace espalier {
namespace {

constexpr double nan = std::numeric_limits<double>::quiet_NaN();
/// Registers live on the stack: 128 KiB.
constexpr Index most_registers = 16'384;

/// Refuses what an estimator refuses: infinite numbers, and missing values unless it takes them.
class CheckStep : public RowStep {
 public:
  CheckStep(const std::vector<RowColumn>& columns, bool allow_missing)
      : allow_missing_(allow_missing) {
    for (const RowColumn& column : columns) {
      if (column.is_finite) continue;
      (column.is_categorical() ? categories_ : numbers_).push_back(column.slot);
    }
    if (allow_missing) categories_.clear();
  }
  bool empty() const { return numbers_.empty() && categories_.empty(); }

  RowStatus run(double* registers) const noexcept override {
    for (const Index slot : categories_)
      if (std::isnan(registers[slot]) || registers[slot] == -1.0) return RowStatus::missing_value;
    double poison = 0.0;
    for (const Index slot : numbers_) poison += registers[slot] * 0.0;
    if (poison == 0.0) return RowStatus::ok;
    for (const Index slot : numbers_) {
      if (std::isinf(registers[slot])) return RowStatus::not_finite;
      if (!allow_missing_ && std::isnan(registers[slot])) return RowStatus::missing_value;
    }
    return RowStatus::ok;
  }

 private:
  std::vector<Index> numbers_;
  std::vector<Index> categories_;
  bool allow_missing_;
};

}  // namespace

struct Predictor::Compiled {
  std::unique_ptr<Estimator> estimator;
  std::vector<std::string> names;
  std::unordered_map<std::string_view, Index> positions;  // into names
  std::vector<std::shared_ptr<RowTexts>> texts;           // by column; null: numeric
  std::vector<std::shared_ptr<const RowStep>> steps;
  std::shared_ptr<const RowModel> model;
  Index n_registers = 0;
  bool stands_alone = false;  // the estimator has no parts: it is the model
  Labels classes;

  bool raw_rows(const Features& X, Matrix& out) const;

  Index width() const noexcept { return static_cast<Index>(names.size()); }

  RowStatus raw(std::span<const double> row, double* out) const noexcept {
    if (static_cast<Index>(row.size()) != width()) return RowStatus::wrong_width;
    auto* const registers = static_cast<double*>(
        __builtin_alloca(static_cast<std::size_t>(n_registers) * sizeof(double)));
    std::copy(row.begin(), row.end(), registers);
    for (const auto& step : steps)
      if (const RowStatus status = step->run(registers); status != RowStatus::ok) return status;
    return model->raw(registers, out);
  }

  /// The raw values in a place of their own.
  template <class Use>
  RowStatus with_raw(std::span<const double> row, const Use& use) const noexcept {
    auto* const raw_values = static_cast<double*>(
        __builtin_alloca(static_cast<std::size_t>(model->outputs()) * sizeof(double)));
    const RowStatus status = raw(row, raw_values);
    if (status == RowStatus::ok) use(raw_values);
    return status;
  }

  /// Position of the class that raw values stand for, as detail::largest_column.
  Index best_class(const double* values) const noexcept {
    const Index n = model->outputs();
    if (n == 1) return values[0] > 0.0 ? 1 : 0;
    return std::max_element(values, values + n) - values;
  }
};

Predictor::Predictor(const Estimator& estimator) {
  if (!estimator.fitted())
    throw NotFitted(fmt::format("This {} instance is not fitted yet. Call 'fit' before using it.",
                                estimator.class_name()));
  auto compiled = std::make_shared<Compiled>();
  compiled->estimator = estimator.copy();
  const Schema& schema = estimator.schema();
  RowBuilder builder(schema);
  for (const RowColumn& column : builder.columns()) {
    compiled->names.push_back(column.name);
    compiled->texts.push_back(column.texts);
  }
  for (Index j = 0; j < compiled->width(); ++j)
    compiled->positions.emplace(compiled->names[static_cast<std::size_t>(j)], j);
  estimator.compile(builder);
  if (builder.model() == nullptr)
    throw NotSupported(fmt::format(
        "{} does not predict: a predictor is made of a classifier or a regressor, or of a "
        "pipeline that ends in one.",
        estimator.class_name()));
  const Index on_stack = builder.n_registers() + builder.model()->outputs();
  if (on_stack > most_registers)
    throw NotSupported(fmt::format(
        "{}: a row has {} values, intermediate and final results; a predictor takes at most {}.",
        estimator.class_name(), on_stack, most_registers));
  compiled->steps = builder.steps();
  compiled->model = builder.model();
  compiled->stands_alone = estimator.parts().empty();
  compiled->n_registers = builder.n_registers();
  if (const auto* classifier = dynamic_cast<const Classifier*>(&estimator))
    compiled->classes = classifier->classes();
  compiled_ = std::move(compiled);
}

Index Predictor::n_features_in() const noexcept { return compiled_->width(); }
const std::vector<std::string>& Predictor::feature_names() const noexcept {
  return compiled_->names;
}

ColumnType Predictor::type(Index column) const {
  if (column < 0 || column >= n_features_in())
    throw InvalidInput(
        fmt::format("Predictor: there is no column {}; there are {}.", column, n_features_in()));
  return compiled_->texts[static_cast<std::size_t>(column)] ? ColumnType::categorical
                                                            : ColumnType::numeric;
}

Index Predictor::column(std::string_view name) const {
  const auto at = compiled_->positions.find(name);
  if (at == compiled_->positions.end())
    throw InvalidInput(fmt::format("Predictor: there is no column '{}'.", name));
  return at->second;
}

double Predictor::code(Index column, std::string_view text) const noexcept {
  if (column < 0 || column >= n_features_in()) return unseen_code;
  const RowTexts* texts = compiled_->texts[static_cast<std::size_t>(column)].get();
  return texts != nullptr ? texts->find(text) : unseen_code;
}

Row Predictor::make_row() const { return Row(*this); }

Index Predictor::n_outputs() const noexcept { return compiled_->model->outputs(); }
const Labels& Predictor::classes() const noexcept { return compiled_->classes; }
bool Predictor::has_predict_proba() const noexcept { return compiled_->model->has_probabilities(); }

RowStatus Predictor::predict_raw(std::span<const double> row,
                                 std::span<double> raw) const noexcept {
  RowStatus status = RowStatus::wrong_width;
  if (static_cast<Index>(raw.size()) == n_outputs()) status = compiled_->raw(row, raw.data());
  if (status != RowStatus::ok) std::fill(raw.begin(), raw.end(), nan);
  return status;
}

RowStatus Predictor::predict_proba(std::span<const double> row,
                                   std::span<double> probabilities) const noexcept {
  RowStatus status = RowStatus::wrong_width;
  const Compiled& c = *compiled_;
  if (has_predict_proba() && static_cast<Index>(probabilities.size()) == c.classes.size())
    status = c.with_raw(
        row, [&](const double* raw) { c.model->probabilities(raw, probabilities.data()); });
  if (status != RowStatus::ok) std::fill(probabilities.begin(), probabilities.end(), nan);
  return status;
}

RowStatus Predictor::predict(std::span<const double> row, double& prediction) const noexcept {
  const Compiled& c = *compiled_;
  prediction = nan;
  if (c.classes.size() == 0 && n_outputs() != 1) return RowStatus::wrong_width;
  return c.with_raw(row, [&](const double* raw) {
    prediction = c.classes.size() == 0 ? raw[0] : c.classes[c.best_class(raw)];
  });
}

/// Raw values of many rows by the compiled model itself, if it is one that stands alone.
bool Predictor::Compiled::raw_rows(const Features& X, Matrix& out) const {
  return stands_alone && model->raw_rows(detail::check_predict_input(*estimator, X), out);
}

Matrix Predictor::predict_raw(const Features& X) const {
  const Compiled& c = *compiled_;
  Matrix raw;
  if (c.raw_rows(X, raw)) return raw;
  if (const auto* classifier = dynamic_cast<const Classifier*>(c.estimator.get()))
    return classifier->decision_function(X);
  return dynamic_cast<const Regressor&>(*c.estimator).predict_multi(X);
}

Matrix Predictor::predict_proba(const Features& X) const {
  const Compiled& c = *compiled_;
  const auto* classifier = dynamic_cast<const Classifier*>(c.estimator.get());
  if (classifier == nullptr)
    throw NotSupported(
        fmt::format("{} has no predict_proba: it is a regressor.", c.estimator->class_name()));
  Matrix raw;
  if (!has_predict_proba() || !c.raw_rows(X, raw)) return classifier->predict_proba(X);
  Matrix result(raw.rows(), c.classes.size());
  const double work = 20.0 * static_cast<double>(result.size());
  parallel_for_blocks({raw.rows(), 1024}, work, [&](Index begin, Index end) {
    Vector row(raw.cols()), probabilities(result.cols());
    for (Index i = begin; i < end; ++i) {
      row = raw.row(i);
      c.model->probabilities(row.data(), probabilities.data());
      result.row(i) = probabilities;
    }
  });
  return result;
}

Vector Predictor::predict(const Features& X) const {
  const Compiled& c = *compiled_;
  Matrix raw;
  if (const auto* classifier = dynamic_cast<const Classifier*>(c.estimator.get())) {
    if (!c.raw_rows(X, raw)) return classifier->predict(X).cast<double>();
    return detail::largest_column(raw, c.classes).cast<double>();
  }
  if (c.raw_rows(X, raw) && raw.cols() == 1) return raw.col(0);
  return dynamic_cast<const Regressor&>(*c.estimator).predict(X);
}

// Row

Row::Row(Predictor predictor)
    : predictor_(std::move(predictor)),
      values_(static_cast<std::size_t>(predictor_.n_features_in()), nan) {}

std::size_t Row::checked(Index column) const {
  if (column < 0 || column >= static_cast<Index>(values_.size()))
    throw InvalidInput(
        fmt::format("Row: there is no column {}; there are {}.", column, values_.size()));
  return static_cast<std::size_t>(column);
}

void Row::set(Index column, std::string_view text) {
  double& value = values_[checked(column)];
  if (predictor_.type(column) == ColumnType::numeric)
    throw InvalidInput(fmt::format("Row: column '{}' holds numbers, and '{}' is a text.",
                                   predictor_.feature_names()[static_cast<std::size_t>(column)],
                                   text));
  value = predictor_.code(column, text);
}

void Row::set_missing(Index column) { values_[checked(column)] = nan; }
void Row::clear() { std::fill(values_.begin(), values_.end(), nan); }

// Estimator

Predictor Estimator::predictor() const { return Predictor(*this); }

void Estimator::compile(RowBuilder& builder) const {
  const Schema& seen = schema();
  const Tags tags = get_tags();
  if (static_cast<Index>(builder.columns().size()) != seen.n_features)
    throw InvalidInput(fmt::format("X has {} features, but {} is expecting {} features as input.",
                                   builder.columns().size(), class_name(), seen.n_features));
  for (const RowColumn& column : builder.columns())
    if (column.is_categorical() && !tags.categorical)
      throw InvalidInput(fmt::format("{}: column '{}' is categorical, but numbers are needed.",
                                     class_name(), column.name));
  if (!tags.selects_columns) builder.add_check(tags.allow_nan);
  compile_impl(builder);
}

void Estimator::compile_impl(RowBuilder&) const {
  throw NotSupported(fmt::format(
      "{} cannot be compiled for scoring single rows; its own methods can be used.", class_name()));
}

void RowBuilder::add_check(bool allow_missing) {
  CheckStep check(columns_, allow_missing);
  if (!check.empty()) add(std::move(check));
}

}  // namespace espalier
