// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <initializer_list>
#include <iosfwd>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include <espalier/core/column.hpp>
#include <espalier/core/types.hpp>

namespace espalier {

/// A table of named, typed columns of equal length; names are unique. Columns are shared, so
/// copying a table or selecting columns is cheap, and nothing changes behind the back of a copy.
///
///     DataFrame table = read_csv("people.csv");
///     std::cout << table.describe();
///     DataFrame X = table.drop("income");
///     std::span<const double> y = table["income"].values();
///     DataFrame first = table.select({"age", "town"}).head(3);
///
/// Every error is an InvalidInput that names the column, or lists those there are.
class DataFrame {
 public:
  DataFrame() = default;

  /// @throws InvalidInput  lengths differ, or a name stands twice
  explicit DataFrame(std::vector<Column> columns);
  DataFrame(std::initializer_list<Column> columns);

  /// One numeric column per column of `values` (rows × columns); names default to x0, x1, …
  /// @throws InvalidInput  as many names as columns are needed, and each once
  static DataFrame from_matrix(const Eigen::Ref<const Matrix>& values,
                               std::vector<std::string> names = {});

  Index rows() const { return rows_; }
  Index cols() const { return static_cast<Index>(columns_.size()); }
  bool empty() const { return rows_ == 0 || columns_.empty(); }

  std::vector<std::string> names() const;
  const std::vector<Column>& columns() const { return columns_; }
  bool contains(std::string_view name) const;

  /// The position of a column. O(1). @throws InvalidInput  there is no such column
  Index index_of(std::string_view name) const;
  const Column& operator[](std::string_view name) const {
    return columns_[static_cast<std::size_t>(index_of(name))];
  }
  const Column& column(Index j) const;  ///< @throws InvalidInput  out of range

  /// The columns asked for, by name or position, in the order asked; or all of one type, in the
  /// order they have. The number of rows stays, even when no column does.
  /// @throws InvalidInput  a column does not exist or is asked for twice
  DataFrame select(std::span<const std::string> names) const;
  DataFrame select(std::initializer_list<std::string> names) const;
  DataFrame select(std::span<const Index> columns) const;
  DataFrame select(std::initializer_list<Index> columns) const;
  DataFrame select(ColumnType type) const;

  /// All columns but these. @throws InvalidInput  a column does not exist
  DataFrame drop(std::span<const std::string> names) const;
  DataFrame drop(std::initializer_list<std::string> names) const;
  DataFrame drop(std::string_view name) const;
  DataFrame drop(std::span<const Index> columns) const;
  DataFrame drop(std::initializer_list<Index> columns) const;

  /// Rows by index, in any order, repeats allowed. Dictionaries are shared, so a category keeps its
  /// code even when its last row goes. @throws InvalidInput  a row is out of range
  DataFrame take(std::span<const Index> rows) const;
  DataFrame take(std::initializer_list<Index> rows) const;

  /// The rows whose entry in `mask` is true. @throws InvalidInput  the mask has not one entry a row
  DataFrame where(const std::vector<bool>& mask) const;

  /// The first or the last `n` rows, or all when there are fewer.
  DataFrame head(Index n = 5) const;
  DataFrame tail(Index n = 5) const;

  /// This table with `column` appended, or put in the place of the one of the same name.
  /// @throws InvalidInput  its length differs
  DataFrame with(Column column) const;
  /// This table with the columns of `other` appended.
  /// @throws InvalidInput  the numbers of rows differ, or a name stands in both
  DataFrame with(const DataFrame& other) const;
  /// This table with one column under another name.
  /// @throws InvalidInput  there is no `from`, or `to` is taken
  DataFrame renamed(std::string_view from, std::string to) const;

  /// The columns, which must all be numeric, as a matrix, rows × columns; missing is NaN.
  /// @throws InvalidInput  a column is categorical
  Matrix to_matrix() const;

  /// One row a column: column, type, count (of cells that are there), missing, mean, std (n − 1 in
  /// the denominator), min, 25%, 50%, 75%, max (linear interpolation), unique, top, freq. Cells
  /// that do not apply to the type are missing. The numbers are pandas'; among equally frequent
  /// categories `top` is the first of the dictionary, where pandas takes the first met.
  DataFrame describe() const;

  /// The table as aligned text: numbers to the right with a common number of decimals (about six
  /// significant digits), text to the left, missing cells as `–`, cells longer than 32 characters
  /// cut with `…`. Shows at most `max_rows` rows (the first and the last of a longer table);
  /// columns beyond `width` characters become a line "… k more columns: names". Ends with a line
  /// "n rows × p columns".
  std::string to_string(Index max_rows = 10, Index width = 120) const;
  void print(std::ostream& out, Index max_rows = 10, Index width = 120) const;

 private:
  DataFrame(std::vector<Column>&& columns, Index rows);

  std::vector<Column> columns_;
  std::unordered_map<std::string, Index> position_;
  Index rows_ = 0;
};

/// `table.to_string()`.
std::ostream& operator<<(std::ostream& out, const DataFrame& table);

}  // namespace espalier
