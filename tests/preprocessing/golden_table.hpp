// SPDX-License-Identifier: BSD-3-Clause
/// @file
/// Tables in golden files, and comparison of tables by what their cells say.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include <espalier/core/data_frame.hpp>

#include "support/golden.hpp"

namespace espalier::testing_support {

using Cells = std::vector<std::optional<std::string>>;

/// Categorical columns from a list of rows of texts; null is missing.
inline DataFrame to_text_table(const nlohmann::json& rows, const std::vector<std::string>& names) {
  std::vector<Column> columns;
  for (std::size_t j = 0; j < names.size(); ++j) {
    Cells cells;
    for (const auto& row : rows)
      cells.push_back(row[j].is_null() ? std::nullopt : std::optional(row[j].get<std::string>()));
    columns.push_back(Column::categorical(names[j], cells));
  }
  return DataFrame(std::move(columns));
}

/// What the cells of a categorical column say.
inline Cells cells_of(const Column& column) {
  Cells cells;
  for (const std::int32_t code : column.codes())
    cells.push_back(code < 0 ? std::nullopt
                             : std::optional(column.dictionary()[static_cast<std::size_t>(code)]));
  return cells;
}

/// Succeeds when both tables have categorical columns of the same names and contents.
inline testing::AssertionResult same_texts(const DataFrame& actual, const DataFrame& expected) {
  if (actual.names() != expected.names())
    return testing::AssertionFailure() << "other column names";
  for (Index j = 0; j < actual.cols(); ++j) {
    const Cells a = cells_of(actual.column(j)), b = cells_of(expected.column(j));
    if (a.size() != b.size()) return testing::AssertionFailure() << "other number of rows";
    for (std::size_t i = 0; i < a.size(); ++i)
      if (a[i] != b[i])
        return testing::AssertionFailure()
               << "column " << actual.column(j).name() << ", row " << i << ": got "
               << a[i].value_or("missing") << ", expected " << b[i].value_or("missing");
  }
  return testing::AssertionSuccess();
}

}  // namespace espalier::testing_support
