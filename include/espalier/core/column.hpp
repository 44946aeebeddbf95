// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <array>
#include <cstdint>
#include <initializer_list>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include <espalier/core/types.hpp>

namespace espalier {

/// What the cells of a column are.
enum class ColumnType { numeric, categorical };

constexpr auto names_of(ColumnType) {
  return std::array<std::string_view, 2>{"numeric", "categorical"};
}

/// The distinct strings of a categorical column; a code is a position in it.
using Dictionary = std::vector<std::string>;

/// A named, typed column: numbers (`double`, NaN is missing) or categories (`int32` codes into a
/// dictionary of strings, −1 is missing). The data are immutable and shared: copying a column, or
/// selecting columns of a table, copies no rows, and any number of threads may read it.
///
///     Column age = Column::numeric("age", {31, 54, std::nan("")});
///     Column town = Column::categorical("town", {"Lyon", "Oslo", "Lyon"});   // codes 0, 1, 0
///
/// Errors name the column.
class Column {
 public:
  static constexpr std::int32_t missing_code = -1;

  static Column numeric(std::string name, std::vector<double> values);
  static Column numeric(std::string name, const Eigen::Ref<const Vector>& values);

  /// Categories given as text. The dictionary holds the distinct texts, sorted by bytes (for UTF-8,
  /// by code points), as scikit-learn and pandas order categories. A `std::nullopt` is missing.
  /// O(n + k log k) for k distinct texts.
  static Column categorical(std::string name, std::initializer_list<const char*> values);
  static Column categorical(std::string name, const std::vector<std::string>& values);
  static Column categorical(std::string name,
                            const std::vector<std::optional<std::string>>& values);

  /// Codes with their dictionary, which keeps its order and may hold texts that no row has.
  /// @throws InvalidInput  a code is outside [−1, dictionary size), or a text stands twice
  static Column categorical(std::string name, std::vector<std::int32_t> codes,
                            Dictionary dictionary);
  static Column categorical(std::string name, std::vector<std::int32_t> codes,
                            std::shared_ptr<const Dictionary> dictionary);

  const std::string& name() const { return name_; }
  ColumnType type() const { return static_cast<ColumnType>(data_.index()); }
  bool is_numeric() const { return type() == ColumnType::numeric; }
  bool is_categorical() const { return type() == ColumnType::categorical; }
  Index size() const;

  std::span<const double> values() const;       ///< @throws InvalidInput  the column is categorical
  std::span<const std::int32_t> codes() const;  ///< @throws InvalidInput  the column is numeric
  const Dictionary& dictionary() const;         ///< @throws InvalidInput  the column is numeric
  std::shared_ptr<const Dictionary> shared_dictionary() const;  ///< @throws as dictionary()

  bool is_missing(Index row) const;  ///< @throws InvalidInput  the row is out of range
  Index count_missing() const;       ///< O(n)

  /// The cell as text, the shortest form that reads back as the same number; empty when missing.
  /// @throws InvalidInput  the row is out of range
  std::string text(Index row) const;

  Column renamed(std::string name) const;          ///< shares the data
  Column take(std::span<const Index> rows) const;  ///< @throws InvalidInput  a row is out of range

 private:
  using Numbers = std::shared_ptr<const std::vector<double>>;
  struct Categories {
    std::shared_ptr<const std::vector<std::int32_t>> codes;
    std::shared_ptr<const Dictionary> dictionary;
  };
  using Data = std::variant<Numbers, Categories>;  // in the order of ColumnType

  Column(std::string name, Data data);
  const Categories& categories(std::string_view asked) const;
  void check_row(Index row) const;

  std::string name_;
  Data data_;
};

/// What `recode` gives for a text that the other dictionary lacks.
inline constexpr std::int32_t unseen_code = -2;

/// The codes of `column` in terms of another dictionary (the one seen at fit): `missing_code`
/// stays, and a text that `dictionary` lacks becomes `unseen_code`. O(n + sizes of the
/// dictionaries), and one copy of the codes when the dictionaries are equal.
/// @throws InvalidInput  the column is numeric
std::vector<std::int32_t> recode(const Column& column, const Dictionary& dictionary);

}  // namespace espalier
