// SPDX-License-Identifier: BSD-3-Clause
#include <espalier/core/schema.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include <espalier/core/errors.hpp>

namespace espalier {
namespace {

bool contains(const std::vector<std::string>& names, const std::string& name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

/// "- a\n- b\n", at most five, of those in `names` that are not in `others`.
std::string list_missing(const std::vector<std::string>& names,
                         const std::vector<std::string>& others) {
  std::string text;
  int shown = 0;
  for (const std::string& name : names) {
    if (contains(others, name)) continue;
    if (++shown > 5) return text + "- …\n";
    text += "- " + name + "\n";
  }
  return text;
}

void check_names(const std::vector<std::string>& expected, const std::vector<std::string>& got,
                 std::string_view owner) {
  if (expected == got) return;
  std::string message =
      fmt::format("{}: the feature names should match those that were passed during fit.\n", owner);
  const std::string unseen = list_missing(got, expected);
  const std::string missing = list_missing(expected, got);
  if (!unseen.empty()) message += "Feature names unseen at fit time:\n" + unseen;
  if (!missing.empty()) message += "Feature names seen at fit time, yet now missing:\n" + missing;
  if (unseen.empty() && missing.empty())
    message += "Feature names must be in the same order as they were in fit.\n";
  throw InvalidInput(message);
}

bool has_doubles(std::vector<std::string> texts) {
  std::sort(texts.begin(), texts.end());
  return std::adjacent_find(texts.begin(), texts.end()) != texts.end();
}

}  // namespace

Column as_type_if_empty(const Column& column, ColumnType type) {
  if (column.type() == type || column.count_missing() < column.size()) return column;
  const auto n = static_cast<std::size_t>(column.size());
  if (type == ColumnType::numeric)
    return Column::numeric(column.name(),
                           std::vector<double>(n, std::numeric_limits<double>::quiet_NaN()));
  return Column::categorical(column.name(), std::vector<std::int32_t>(n, Column::missing_code),
                             Dictionary{});
}

Schema Schema::of(const Features& X) {
  Schema schema;
  schema.n_features = X.cols();
  schema.names = X.names();
  if (!X.is_table() || X.table().select(ColumnType::categorical).cols() == 0) return schema;
  for (const Column& column : X.table().columns()) {
    schema.types.push_back(column.type());
    schema.categories.push_back(column.is_categorical() ? column.dictionary() : Dictionary{});
  }
  return schema;
}

ColumnType Schema::type(Index j) const {
  return types.empty() ? ColumnType::numeric : types.at(static_cast<std::size_t>(j));
}

std::string Schema::name(Index j) const {
  return names.empty() ? "x" + std::to_string(j) : names.at(static_cast<std::size_t>(j));
}

std::vector<std::string> Schema::names_or_default() const {
  return names.empty() ? default_names(n_features) : names;
}

Features Schema::conform(const Features& X, std::string_view owner) const {
  if (!names.empty() && X.has_names()) check_names(names, X.names(), owner);
  if (X.cols() != n_features)
    throw InvalidInput(fmt::format("X has {} features, but {} is expecting {} features as input.",
                                   X.cols(), owner, n_features));
  if (!X.is_table()) {
    for (Index j = 0; j < n_features; ++j)
      if (type(j) == ColumnType::categorical)
        throw InvalidInput(
            fmt::format("{}: column '{}' was categorical at fit, but X is a matrix of numbers; "
                        "pass a DataFrame.",
                        owner, name(j)));
    return X;
  }
  std::vector<Column> columns;
  bool changed = false;
  for (Index j = 0; j < n_features; ++j) {
    const Column& given = X.table().column(j);
    columns.push_back(as_type_if_empty(given, type(j)));
    changed = changed || given.type() != columns.back().type();
    if (columns.back().type() != type(j)) {
      const auto type_names = names_of(ColumnType{});
      throw InvalidInput(fmt::format("{}: column '{}' was {} at fit and is {} now.", owner, name(j),
                                     type_names[static_cast<std::size_t>(type(j))],
                                     type_names[static_cast<std::size_t>(given.type())]));
    }
  }
  return changed ? Features(DataFrame(std::move(columns))) : X;
}

Schema Schema::select(std::span<const Index> columns) const {
  Schema result;
  result.n_features = static_cast<Index>(columns.size());
  for (const Index c : columns) {
    const auto j = static_cast<std::size_t>(c);
    if (!names.empty()) result.names.push_back(names.at(j));
    if (!types.empty()) result.types.push_back(types.at(j));
    if (!categories.empty()) result.categories.push_back(categories.at(j));
  }
  return result;
}

void Schema::check() const {
  const auto n = static_cast<std::size_t>(n_features);
  const bool fits = n_features >= 1 && (names.empty() || names.size() == n) &&
                    (types.empty() || types.size() == n) && categories.size() == types.size();
  if (!fits)
    throw FormatError("the schema's names, types and categories do not fit its number of features");
  if (has_doubles(names)) throw FormatError("the schema has a name twice");
  if (std::any_of(categories.begin(), categories.end(), has_doubles))
    throw FormatError("the schema has a category twice");
}

}  // namespace espalier
