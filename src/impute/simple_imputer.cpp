// SPDX-License-Identifier: BSD-3-Clause
#include <espalier/impute/simple_imputer.hpp>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

#include <espalier/core/parallel.hpp>
#include <espalier/core/row_program.hpp>
#include <espalier/core/warnings.hpp>

namespace espalier {
namespace {

constexpr double nan = std::numeric_limits<double>::quiet_NaN();

/// Tells which cells are missing: NaN and the missing category, or the cells equal to a given
/// value.
class MissingMark {
 public:
  explicit MissingMark(const std::optional<Category>& value) {
    if (!value) return;
    if (value->number() != nullptr)
      number_ = *value->number();
    else
      text_ = value->text();
    standard_ = text_ == nullptr && std::isnan(number_);
  }

  bool standard() const { return standard_; }
  double number() const { return number_; }          ///< of a missing cell in a numeric column
  const std::string* text() const { return text_; }  ///< of one in a categorical column, or null
  bool operator()(double v) const { return standard_ ? std::isnan(v) : v == number_; }

  /// The code of a missing cell; unseen_code where there can be none.
  std::int32_t code(const Dictionary& dictionary) const {
    if (standard_) return Column::missing_code;
    if (text_ == nullptr) return unseen_code;
    const auto at = std::find(dictionary.begin(), dictionary.end(), *text_);
    return at == dictionary.end() ? unseen_code
                                  : static_cast<std::int32_t>(at - dictionary.begin());
  }

 private:
  double number_ = nan;
  const std::string* text_ = nullptr;  // in the parameters, which outlive this object
  bool standard_ = true;
};

/// The values of a numeric column that are there; `zeros` more zeros are not listed (a sparse
/// column).
struct Observed {
  std::vector<double> values;
  Index zeros = 0;

  Index size() const { return static_cast<Index>(values.size()) + zeros; }
};

Observed observed_values(std::span<const double> cells, const MissingMark& missing) {
  Observed result;
  result.values.reserve(cells.size());
  std::copy_if(cells.begin(), cells.end(), std::back_inserter(result.values),
               [&](double v) { return !missing(v); });
  return result;
}

double mean(const Observed& x) {
  const Vector::ConstMapType values(x.values.data(), static_cast<Index>(x.values.size()));
  return values.sum() / static_cast<double>(x.size());
}

double median(Observed x) {
  const Index negative =
      std::count_if(x.values.begin(), x.values.end(), [](double v) { return v < 0.0; });
  const auto at = [&](Index rank) {
    if (rank >= negative && rank < negative + x.zeros) return 0.0;
    const auto place = x.values.begin() + (rank < negative ? rank : rank - x.zeros);
    std::nth_element(x.values.begin(), place, x.values.end());
    return *place;
  };
  const double upper = at(x.size() / 2);
  return x.size() % 2 == 1 ? upper : std::midpoint(at(x.size() / 2 - 1), upper);
}

double most_frequent(Observed x) {
  std::sort(x.values.begin(), x.values.end());
  double best = 0.0;
  Index best_count = 0;
  const auto offer = [&](double value, Index count) {
    if (count > best_count || (count == best_count && value < best)) {
      best = value;
      best_count = count;
    }
  };
  bool zeros_counted = x.zeros == 0;
  for (auto run = x.values.begin(); run != x.values.end();) {
    const auto end = std::upper_bound(run, x.values.end(), *run);
    const bool zero = *run == 0.0;
    offer(*run, end - run + (zero ? x.zeros : 0));
    zeros_counted = zeros_counted || zero;
    run = end;
  }
  if (!zeros_counted) offer(0.0, x.zeros);
  return best;
}

std::optional<std::string> most_frequent(const Column& column, std::int32_t missing) {
  const Dictionary& dictionary = column.dictionary();
  std::vector<Index> counts(dictionary.size());
  for (const std::int32_t code : column.codes())
    if (code != missing) ++counts[static_cast<std::size_t>(code)];
  std::optional<std::size_t> best;
  for (std::size_t k = 0; k < counts.size(); ++k) {
    if (counts[k] == 0) continue;
    if (!best || counts[k] > counts[*best] ||
        (counts[k] == counts[*best] && dictionary[k] < dictionary[*best]))
      best = k;
  }
  return best ? std::optional(dictionary[*best]) : std::nullopt;
}

bool keeps(const SimpleImputerState& state, Index j) {
  return !std::isnan(state.statistics[j]) ||
         (!state.texts.empty() && state.texts[static_cast<std::size_t>(j)]);
}

std::vector<Index> kept_columns(const SimpleImputerState& state) {
  std::vector<Index> kept;
  for (Index j = 0; j < state.statistics.size(); ++j)
    if (keeps(state, j)) kept.push_back(j);
  return kept;
}

/// The work of one fit, with the parameters at hand.
class Fitter {
 public:
  Fitter(const SimpleImputerParams& params, const Features& X)
      : params_(params),
        X_(X),
        missing_(params.missing_values),
        has_missing_(static_cast<std::size_t>(X.cols())) {}

  SimpleImputerState run() {
    check_types();
    state_.statistics = Vector::Constant(X_.cols(), nan);
    if (X_.is_sparse()) {
      fit_sparse();
    } else {
      if (X_.is_table() && X_.table().select(ColumnType::categorical).cols() > 0)
        state_.texts.resize(static_cast<std::size_t>(X_.cols()));
      const double work = static_cast<double>(X_.rows()) * static_cast<double>(X_.cols());
      parallel_for(X_.cols(), work, [&](Index j) { fit_column(j); });
    }
    if (params_.add_indicator)
      for (Index j = 0; j < X_.cols(); ++j)
        if (has_missing_[static_cast<std::size_t>(j)] != 0) state_.indicators.push_back(j);
    warn_of_dropped();
    return std::move(state_);
  }

 private:
  void check_types() const {
    if (X_.is_sparse() && missing_(0.0))
      throw InvalidInput(
          "SimpleImputer: X is sparse, and with missing_values=0 all its zeros would be missing.");
    const bool constant = params_.strategy == ImputeStrategy::constant;
    for (Index j = 0; j < X_.cols(); ++j) {
      const bool categorical = X_.is_table() && X_.table().column(j).is_categorical();
      if (categorical && !constant && params_.strategy != ImputeStrategy::most_frequent)
        throw InvalidInput(
            fmt::format("SimpleImputer: column '{}' is categorical, but strategy '{}' needs "
                        "numbers. 'most_frequent' and 'constant' work for categories; a "
                        "ColumnTransformer gives each type of column its own imputer.",
                        name(j), strategy_name()));
      if (constant && params_.fill_value && categorical != (params_.fill_value->text() != nullptr))
        throw InvalidInput(fmt::format("SimpleImputer: column '{}' is {}, but fill_value is {}.",
                                       name(j), categorical ? "categorical" : "numeric",
                                       params_.fill_value->to_string()));
    }
  }

  void fit_column(Index j) {
    const FeatureColumn column = X_.column(j);
    const auto k = static_cast<std::size_t>(j);
    if (column.categorical == nullptr) {
      const Observed observed = observed_values(column.numbers, missing_);
      has_missing_[k] = observed.size() < X_.rows();
      state_.statistics[j] = statistic(observed);
      return;
    }
    const std::int32_t missing = missing_.code(column.categorical->dictionary());
    const auto n_missing = std::count(column.codes.begin(), column.codes.end(), missing);
    has_missing_[k] = n_missing > 0;
    const bool empty = n_missing == X_.rows();
    if (empty && !params_.keep_empty_features) return;
    state_.texts[k] = empty || params_.strategy == ImputeStrategy::constant
                          ? fill_text()
                          : most_frequent(*column.categorical, missing);
  }

  void fit_sparse() {
    const Eigen::SparseMatrix<double, Eigen::ColMajor> columns = X_.sparse();
    const double work = 10.0 * static_cast<double>(columns.nonZeros());
    parallel_for(X_.cols(), work, [&](Index j) {
      const auto begin = columns.outerIndexPtr()[j], end = columns.outerIndexPtr()[j + 1];
      const auto stored = static_cast<std::size_t>(end - begin);
      Observed observed = observed_values({columns.valuePtr() + begin, stored}, missing_);
      has_missing_[static_cast<std::size_t>(j)] = observed.values.size() < stored;
      observed.zeros = X_.rows() - static_cast<Index>(stored);
      state_.statistics[j] = statistic(observed);
    });
  }

  void warn_of_dropped() const {
    std::vector<std::string> dropped;
    for (Index j = 0; j < X_.cols(); ++j)
      if (!keeps(state_, j)) dropped.push_back(name(j));
    if (dropped.empty()) return;
    warn(WarningKind::data, "SimpleImputer",
         fmt::format(
             "dropping the columns without any value: '{}'. Strategy '{}' needs at least one; "
             "keep_empty_features=true keeps them.",
             fmt::join(dropped, "', '"), strategy_name()));
  }

  /// NaN: drop the column.
  double statistic(const Observed& observed) const {
    if (observed.size() == 0) return params_.keep_empty_features ? fill_number() : nan;
    switch (params_.strategy) {
      case ImputeStrategy::mean:
        return mean(observed);
      case ImputeStrategy::median:
        return median(observed);
      case ImputeStrategy::most_frequent:
        return most_frequent(observed);
      case ImputeStrategy::constant:
        return fill_number();
    }
    return nan;
  }

  bool fill_given() const {
    return params_.strategy == ImputeStrategy::constant && params_.fill_value.has_value();
  }
  double fill_number() const { return fill_given() ? *params_.fill_value->number() : 0.0; }
  std::string fill_text() const {
    return fill_given() ? *params_.fill_value->text() : "missing_value";
  }

  std::string name(Index j) const { return X_.names_or_default()[static_cast<std::size_t>(j)]; }
  std::string_view strategy_name() const {
    return names_of(params_.strategy)[static_cast<std::size_t>(params_.strategy)];
  }

  const SimpleImputerParams& params_;
  const Features& X_;
  MissingMark missing_;
  std::vector<char> has_missing_;  // written from many threads, so no vector<bool>
  SimpleImputerState state_;
};

std::string indicator_name(const std::string& column) { return "missingindicator_" + column; }

Matrix transform_dense(const SimpleImputerState& state, MatrixView X, const MissingMark& missing) {
  const std::vector<Index> kept = kept_columns(state);
  const auto q = static_cast<Index>(kept.size()),
             extra = static_cast<Index>(state.indicators.size());
  Matrix result(X.rows(), q + extra);
  const double work = static_cast<double>(X.rows()) * static_cast<double>(q + extra);
  parallel_for(q + extra, work, [&](Index c) {
    if (c < q) {
      const Index j = kept[static_cast<std::size_t>(c)];
      const double fill = state.statistics[j];
      result.col(c) = X.col(j).unaryExpr([&](double v) { return missing(v) ? fill : v; });
    } else {
      const Index j = state.indicators[static_cast<std::size_t>(c - q)];
      result.col(c) = X.col(j).unaryExpr([&](double v) { return missing(v) ? 1.0 : 0.0; });
    }
  });
  return result;
}

SparseMatrix transform_sparse(const SimpleImputerState& state, const SparseMatrix& X,
                              const MissingMark& missing) {
  const std::vector<Index> kept = kept_columns(state);
  const auto q = static_cast<Index>(kept.size());
  std::vector<Index> place(static_cast<std::size_t>(X.cols()), -1), indicator = place;
  for (std::size_t c = 0; c < kept.size(); ++c)
    place[static_cast<std::size_t>(kept[c])] = static_cast<Index>(c);
  for (std::size_t c = 0; c < state.indicators.size(); ++c)
    indicator[static_cast<std::size_t>(state.indicators[c])] = q + static_cast<Index>(c);
  SparseMatrix result(X.rows(), q + static_cast<Index>(state.indicators.size()));
  result.reserve(X.nonZeros());
  for (Index i = 0; i < X.rows(); ++i) {
    result.startVec(i);
    for (SparseMatrix::InnerIterator it(X, i); it; ++it) {
      const Index c = place[static_cast<std::size_t>(it.col())];
      if (c >= 0)
        result.insertBack(i, c) = missing(it.value()) ? state.statistics[it.col()] : it.value();
    }
    for (SparseMatrix::InnerIterator it(X, i); it; ++it) {
      const Index c = indicator[static_cast<std::size_t>(it.col())];
      if (c >= 0 && missing(it.value())) result.insertBack(i, c) = 1.0;
    }
  }
  result.finalize();
  return result;
}

/// The column with `fill` in its missing cells; the column itself when it has none.
Column impute(const Column& column, double fill, const MissingMark& missing) {
  const auto cells = column.values();
  if (std::none_of(cells.begin(), cells.end(), missing)) return column;
  std::vector<double> values(cells.begin(), cells.end());
  std::replace_if(values.begin(), values.end(), missing, fill);
  return Column::numeric(column.name(), std::move(values));
}

Column impute(const Column& column, const std::string& fill, const MissingMark& missing) {
  const Dictionary& dictionary = column.dictionary();
  std::vector<std::int32_t> codes(column.codes().begin(), column.codes().end());
  const std::int32_t missing_code = missing.code(dictionary);
  if (std::find(codes.begin(), codes.end(), missing_code) == codes.end()) return column;
  const auto at = std::find(dictionary.begin(), dictionary.end(), fill);
  std::replace(codes.begin(), codes.end(), missing_code,
               static_cast<std::int32_t>(at - dictionary.begin()));
  if (at != dictionary.end())
    return Column::categorical(column.name(), std::move(codes), column.shared_dictionary());
  Dictionary longer = dictionary;
  longer.push_back(fill);
  return Column::categorical(column.name(), std::move(codes), std::move(longer));
}

Column indicator_of(const Column& column, const MissingMark& missing) {
  std::vector<double> cells(static_cast<std::size_t>(column.size()));
  if (column.is_numeric())
    std::transform(column.values().begin(), column.values().end(), cells.begin(),
                   [&](double v) { return missing(v) ? 1.0 : 0.0; });
  else
    std::transform(column.codes().begin(), column.codes().end(), cells.begin(),
                   [code = missing.code(column.dictionary())](std::int32_t c) {
                     return c == code ? 1.0 : 0.0;
                   });
  return Column::numeric(indicator_name(column.name()), std::move(cells));
}

DataFrame transform_table(const SimpleImputerState& state, const DataFrame& X,
                          const MissingMark& missing) {
  const std::vector<Index> kept = kept_columns(state);
  const std::size_t q = kept.size();
  std::vector<std::optional<Column>> columns(q + state.indicators.size());
  const double work = static_cast<double>(X.rows()) * static_cast<double>(columns.size());
  parallel_for(static_cast<Index>(columns.size()), work, [&](Index i) {
    const auto c = static_cast<std::size_t>(i);
    const Index j = c < q ? kept[c] : state.indicators[c - q];
    const Column& column = X.column(j);
    if (c >= q)
      columns[c] = indicator_of(column, missing);
    else if (column.is_numeric())
      columns[c] = impute(column, state.statistics[j], missing);
    else
      columns[c] = impute(column, *state.texts[static_cast<std::size_t>(j)], missing);
  });
  if (columns.empty()) return X.select(std::span<const Index>{});
  std::vector<Column> result;
  for (auto& column : columns) result.push_back(std::move(*column));
  return DataFrame(std::move(result));
}

/// A column of `rows` missing cells.
Column missing_column(std::string name, ColumnType type, Index rows, const MissingMark& missing) {
  const auto n = static_cast<std::size_t>(rows);
  if (type == ColumnType::numeric)
    return Column::numeric(std::move(name), std::vector<double>(n, missing.number()));
  if (missing.text() != nullptr)
    return Column::categorical(std::move(name), std::vector<std::int32_t>(n, 0),
                               Dictionary{*missing.text()});
  return Column::categorical(std::move(name), std::vector<std::int32_t>(n, Column::missing_code),
                             Dictionary{});
}

/// The column with missing cells where `indicator` is not 0.
Column restore(const Column& column, std::span<const double> indicator,
               const MissingMark& missing) {
  if (column.is_numeric()) {
    std::vector<double> values(column.values().begin(), column.values().end());
    for (std::size_t i = 0; i < values.size(); ++i)
      if (indicator[i] != 0.0) values[i] = missing.number();
    return Column::numeric(column.name(), std::move(values));
  }
  Dictionary dictionary = column.dictionary();
  std::int32_t code = missing.code(dictionary);
  if (code == unseen_code) {
    code = static_cast<std::int32_t>(dictionary.size());
    dictionary.push_back(missing.text() == nullptr ? std::string() : *missing.text());
  }
  std::vector<std::int32_t> codes(column.codes().begin(), column.codes().end());
  for (std::size_t i = 0; i < codes.size(); ++i)
    if (indicator[i] != 0.0) codes[i] = code;
  return Column::categorical(column.name(), std::move(codes), std::move(dictionary));
}

/// The cells that are missing replaced; then 1 or 0 for each indicator.
class ImputeStep : public RowStep {
 public:
  struct Cell {
    Index from;
    bool nan_is_missing;  // NaN, and −1 among categories
    bool is_text;
    double mark;  // also missing: this value; NaN for none
    double fill;

    bool is_missing(const double* registers) const noexcept {
      const double x = registers[from];
      if (nan_is_missing) return std::isnan(x) || (is_text && x == Column::missing_code);
      return x == mark;
    }
  };
  ImputeStep(std::vector<Cell> cells, std::vector<Cell> indicators, Index to)
      : cells_(std::move(cells)), indicators_(std::move(indicators)), to_(to) {}

  RowStatus run(double* registers) const noexcept override {
    double* out = registers + to_;
    for (const Cell& cell : cells_)
      *out++ = cell.is_missing(registers) ? cell.fill : registers[cell.from];
    for (const Cell& cell : indicators_) *out++ = cell.is_missing(registers) ? 1.0 : 0.0;
    return RowStatus::ok;
  }

 private:
  std::vector<Cell> cells_;
  std::vector<Cell> indicators_;
  Index to_;
};

}  // namespace

void SimpleImputerState::check(const Schema& schema) const {
  const Index p = schema.n_features;
  bool fits = statistics.size() == p && (texts.empty() || static_cast<Index>(texts.size()) == p);
  for (Index j = 0; fits && j < p; ++j) {
    const bool has_text = !texts.empty() && texts[static_cast<std::size_t>(j)].has_value();
    fits = schema.type(j) == ColumnType::categorical ? std::isnan(statistics[j]) : !has_text;
  }
  if (!fits) throw FormatError("SimpleImputer: the statistics do not fit the columns");
  const bool ascending = std::adjacent_find(indicators.begin(), indicators.end(),
                                            std::greater_equal<>()) == indicators.end();
  if (!ascending || (!indicators.empty() && (indicators.front() < 0 || indicators.back() >= p)))
    throw FormatError("SimpleImputer: the indicators are not columns in ascending order");
}

Tags SimpleImputer::do_tags() const {
  return {.allow_nan = MissingMark(params().missing_values).standard(),
          .sparse = true,
          .categorical = true,
          .requires_y = false};
}

void SimpleImputer::do_validate() const {
  const auto& fill = params().fill_value;
  if (fill && fill->number() != nullptr && !std::isfinite(*fill->number()))
    detail::refuse_param(type_name, "fill_value", "a finite number, a text or none",
                         *fill->number());
}

SimpleImputerState SimpleImputer::do_fit(const Features& X, const FitContext&) const {
  return Fitter(params(), X).run();
}

Features SimpleImputer::do_transform(const State& state, const Features& X) const {
  const MissingMark missing(params().missing_values);
  if (X.is_table()) return transform_table(state, X.table(), missing);
  if (X.is_sparse()) return transform_sparse(state, X.sparse(), missing);
  return transform_dense(state, X.dense(), missing);
}

void SimpleImputer::do_compile(const State& state, RowBuilder& builder) const {
  const MissingMark missing(params().missing_values);
  const std::vector<RowColumn>& columns = builder.columns();
  const auto cell = [&](Index j) {
    const RowColumn& column = columns[static_cast<std::size_t>(j)];
    ImputeStep::Cell result{column.slot, missing.standard(), column.is_categorical(),
                            missing.number(), state.statistics[j]};
    if (!column.is_categorical()) {
      if (missing.text() != nullptr) result.mark = nan;
      return result;
    }
    result.mark = missing.text() != nullptr ? column.texts->add(*missing.text()) : nan;
    const auto& fill = state.texts[static_cast<std::size_t>(j)];
    if (fill) result.fill = column.texts->add(*fill);
    return result;
  };
  std::vector<RowColumn> out;
  std::vector<ImputeStep::Cell> cells, indicators;
  const std::vector<Index> kept = kept_columns(state);
  const auto width = static_cast<Index>(kept.size() + state.indicators.size());
  Index slot = builder.reserve(width);
  const Index first = slot;
  for (const Index j : kept) {
    cells.push_back(cell(j));
    out.push_back(columns[static_cast<std::size_t>(j)]);
    out.back().slot = slot++;
  }
  for (const Index j : state.indicators) {
    indicators.push_back(cell(j));
    out.push_back(
        {indicator_name(columns[static_cast<std::size_t>(j)].name), slot++, nullptr, true});
  }
  builder.add(ImputeStep(std::move(cells), std::move(indicators), first));
  builder.set_columns(std::move(out));
}

Features SimpleImputer::do_inverse_transform(const State& state, const Features& X) const {
  if (!params().add_indicator)
    throw NotSupported(
        "SimpleImputer: inverse_transform works only with add_indicator=true: nothing else tells "
        "which cells were missing.");
  const MissingMark missing(params().missing_values);
  const DataFrame given = X.to_table();
  const std::vector<double> none(static_cast<std::size_t>(X.rows()), 0.0);
  std::vector<Column> columns;
  Index next = 0, next_indicator = given.cols() - static_cast<Index>(state.indicators.size());
  for (Index j = 0; j < n_features_in(); ++j) {
    const bool indicated = std::binary_search(state.indicators.begin(), state.indicators.end(), j);
    const std::span<const double> indicator =
        indicated ? given.column(next_indicator++).values() : none;
    if (keeps(state, j))
      columns.push_back(
          restore(given.column(next++), indicator, missing).renamed(schema().name(j)));
    else
      columns.push_back(missing_column(schema().name(j), schema().type(j), X.rows(), missing));
  }
  DataFrame result(std::move(columns));
  return X.is_table() ? Features(std::move(result)) : Features(result.to_matrix());
}

std::vector<std::string> SimpleImputer::do_feature_names_out(const State& state,
                                                             const Schema& schema) const {
  std::vector<std::string> names;
  for (const Index j : kept_columns(state)) names.push_back(schema.name(j));
  for (const Index j : state.indicators) names.push_back(indicator_name(schema.name(j)));
  return names;
}

template class Implements<SimpleImputer, Transformer, SimpleImputerParams, SimpleImputerState>;

}  // namespace espalier
