// SPDX-License-Identifier: BSD-3-Clause
#include <espalier/core/data_frame.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <numeric>
#include <utility>

#include <espalier/core/errors.hpp>

#include "core/counted.hpp"

namespace espalier {
namespace {

std::string list_names(const std::vector<Column>& columns) {
  constexpr std::size_t shown = 20;
  std::string text;
  for (std::size_t j = 0; j < std::min(shown, columns.size()); ++j) {
    text += fmt::format("{}'{}'", j == 0 ? "" : ", ", columns[j].name());
  }
  if (columns.size() > shown) text += fmt::format(", … {} more", columns.size() - shown);
  return columns.empty() ? "the table has no columns" : "there are " + text;
}

void check_length(const Column& column, Index rows) {
  if (column.size() != rows) {
    throw InvalidInput(fmt::format("DataFrame: column '{}' has {} where the table has {}.",
                                   column.name(), detail::counted(column.size(), "row"), rows));
  }
}

void check_position(Index j, Index cols) {
  if (j < 0 || j >= cols) {
    throw InvalidInput(
        fmt::format("DataFrame: there is no column number {}; the table has {}.", j, cols));
  }
}

bool holds_nothing(const DataFrame& table) { return table.rows() == 0 && table.cols() == 0; }

}  // namespace

DataFrame::DataFrame(std::vector<Column>&& columns, Index rows)
    : columns_(std::move(columns)), rows_(rows) {
  position_.reserve(columns_.size());
  for (const Column& column : columns_) {
    check_length(column, rows_);
    if (!position_.try_emplace(column.name(), static_cast<Index>(position_.size())).second) {
      throw InvalidInput(fmt::format("DataFrame: two columns are called '{}'.", column.name()));
    }
  }
}

DataFrame::DataFrame(std::vector<Column> columns)
    : DataFrame(std::move(columns), columns.empty() ? 0 : columns.front().size()) {}

DataFrame::DataFrame(std::initializer_list<Column> columns)
    : DataFrame(std::vector<Column>(columns)) {}

DataFrame DataFrame::from_matrix(const Eigen::Ref<const Matrix>& values,
                                 std::vector<std::string> names) {
  if (names.empty()) {
    for (Index j = 0; j < values.cols(); ++j) names.push_back(fmt::format("x{}", j));
  }
  if (static_cast<Index>(names.size()) != values.cols()) {
    throw InvalidInput(fmt::format("DataFrame::from_matrix: {} names for {} columns.", names.size(),
                                   values.cols()));
  }
  std::vector<Column> columns;
  columns.reserve(names.size());
  for (Index j = 0; j < values.cols(); ++j) {
    columns.push_back(
        Column::numeric(std::move(names[static_cast<std::size_t>(j)]), values.col(j)));
  }
  return DataFrame(std::move(columns), values.rows());
}

std::vector<std::string> DataFrame::names() const {
  std::vector<std::string> names;
  names.reserve(columns_.size());
  for (const Column& column : columns_) names.push_back(column.name());
  return names;
}

bool DataFrame::contains(std::string_view name) const {
  return position_.contains(std::string(name));
}

Index DataFrame::index_of(std::string_view name) const {
  const auto found = position_.find(std::string(name));
  if (found != position_.end()) return found->second;
  throw InvalidInput(
      fmt::format("DataFrame: there is no column '{}'; {}.", name, list_names(columns_)));
}

const Column& DataFrame::column(Index j) const {
  check_position(j, cols());
  return columns_[static_cast<std::size_t>(j)];
}

DataFrame DataFrame::select(std::span<const std::string> names) const {
  std::vector<Column> chosen;
  chosen.reserve(names.size());
  for (const std::string& name : names) chosen.push_back((*this)[name]);
  return DataFrame(std::move(chosen), rows_);
}

DataFrame DataFrame::select(std::initializer_list<std::string> names) const {
  return select(std::span(names.begin(), names.size()));
}

DataFrame DataFrame::select(std::span<const Index> columns) const {
  std::vector<Column> chosen;
  chosen.reserve(columns.size());
  for (const Index j : columns) chosen.push_back(column(j));
  return DataFrame(std::move(chosen), rows_);
}

DataFrame DataFrame::select(std::initializer_list<Index> columns) const {
  return select(std::span(columns.begin(), columns.size()));
}

DataFrame DataFrame::select(ColumnType type) const {
  std::vector<Column> chosen;
  std::copy_if(columns_.begin(), columns_.end(), std::back_inserter(chosen),
               [type](const Column& column) { return column.type() == type; });
  return DataFrame(std::move(chosen), rows_);
}

DataFrame DataFrame::drop(std::span<const std::string> names) const {
  std::vector<Index> columns;
  for (const std::string& name : names) columns.push_back(index_of(name));
  return drop(columns);
}

DataFrame DataFrame::drop(std::initializer_list<std::string> names) const {
  return drop(std::span(names.begin(), names.size()));
}

DataFrame DataFrame::drop(std::string_view name) const { return drop({index_of(name)}); }

DataFrame DataFrame::drop(std::span<const Index> columns) const {
  std::vector<bool> dropped(columns_.size(), false);
  for (const Index j : columns) {
    check_position(j, cols());
    dropped[static_cast<std::size_t>(j)] = true;
  }
  std::vector<Column> kept;
  for (std::size_t j = 0; j < columns_.size(); ++j) {
    if (!dropped[j]) kept.push_back(columns_[j]);
  }
  return DataFrame(std::move(kept), rows_);
}

DataFrame DataFrame::drop(std::initializer_list<Index> columns) const {
  return drop(std::span(columns.begin(), columns.size()));
}

DataFrame DataFrame::take(std::span<const Index> rows) const {
  std::vector<Column> taken;
  taken.reserve(columns_.size());
  for (const Column& column : columns_) taken.push_back(column.take(rows));
  return DataFrame(std::move(taken), static_cast<Index>(rows.size()));
}

DataFrame DataFrame::take(std::initializer_list<Index> rows) const {
  return take(std::span(rows.begin(), rows.size()));
}

DataFrame DataFrame::where(const std::vector<bool>& mask) const {
  if (static_cast<Index>(mask.size()) != rows_) {
    throw InvalidInput(
        fmt::format("DataFrame::where: the mask has {} entries for {} rows.", mask.size(), rows_));
  }
  std::vector<Index> rows;
  for (std::size_t i = 0; i < mask.size(); ++i) {
    if (mask[i]) rows.push_back(static_cast<Index>(i));
  }
  return take(rows);
}

DataFrame DataFrame::head(Index n) const {
  std::vector<Index> rows(static_cast<std::size_t>(std::clamp<Index>(n, 0, rows_)));
  std::iota(rows.begin(), rows.end(), Index{0});
  return take(rows);
}

DataFrame DataFrame::tail(Index n) const {
  const Index count = std::clamp<Index>(n, 0, rows_);
  std::vector<Index> rows(static_cast<std::size_t>(count));
  std::iota(rows.begin(), rows.end(), rows_ - count);
  return take(rows);
}

DataFrame DataFrame::with(Column column) const {
  const Index rows = holds_nothing(*this) ? column.size() : rows_;
  std::vector<Column> columns = columns_;
  const auto found = position_.find(column.name());
  if (found != position_.end()) {
    columns[static_cast<std::size_t>(found->second)] = std::move(column);
  } else {
    columns.push_back(std::move(column));
  }
  return DataFrame(std::move(columns), rows);
}

DataFrame DataFrame::with(const DataFrame& other) const {
  if (holds_nothing(*this)) return other;
  if (holds_nothing(other)) return *this;
  if (other.rows_ != rows_) {
    throw InvalidInput(fmt::format("DataFrame::with: the other table has {} where this one has {}.",
                                   detail::counted(other.rows_, "row"), rows_));
  }
  std::vector<Column> columns = columns_;
  columns.insert(columns.end(), other.columns_.begin(), other.columns_.end());
  return DataFrame(std::move(columns), rows_);
}

DataFrame DataFrame::renamed(std::string_view from, std::string to) const {
  std::vector<Column> columns = columns_;
  Column& column = columns[static_cast<std::size_t>(index_of(from))];
  column = column.renamed(std::move(to));
  return DataFrame(std::move(columns), rows_);
}

Matrix DataFrame::to_matrix() const {
  Matrix matrix(rows_, cols());
  for (Index j = 0; j < cols(); ++j) {
    const std::span<const double> values = columns_[static_cast<std::size_t>(j)].values();
    std::copy(values.begin(), values.end(), matrix.col(j).data());
  }
  return matrix;
}

}  // namespace espalier
