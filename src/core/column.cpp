// SPDX-License-Identifier: BSD-3-Clause
#include <espalier/core/column.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <limits>
#include <unordered_map>
#include <utility>

#include <espalier/core/errors.hpp>

#include "core/number_text.hpp"
#include "core/text_index.hpp"

namespace espalier {
namespace {

using CodeOf = std::unordered_map<std::string_view, std::int32_t>;

const std::string* text_of(const std::string& value) { return &value; }
const std::string* text_of(const std::optional<std::string>& value) {
  return value ? &*value : nullptr;
}

template <class Text>
std::pair<std::vector<std::int32_t>, Dictionary> encode(const std::vector<Text>& values) {
  detail::TextIndex texts;
  std::vector<std::int32_t> codes(values.size(), Column::missing_code);
  for (std::size_t i = 0; i < values.size(); ++i) {
    if (const std::string* text = text_of(values[i])) codes[i] = texts.insert(*text).code;
  }
  detail::TextIndex::Sorted sorted = texts.sorted();
  for (std::int32_t& code : codes) {
    if (code >= 0) code = sorted.rank[static_cast<std::size_t>(code)];
  }
  return {std::move(codes), std::move(sorted.dictionary)};
}

CodeOf index(const Dictionary& dictionary) {
  CodeOf code_of;
  code_of.reserve(dictionary.size());
  for (const std::string& text : dictionary) {
    code_of.try_emplace(text, static_cast<std::int32_t>(code_of.size()));
  }
  return code_of;
}

void check_dictionary(const std::string& name, const Dictionary& dictionary) {
  if (dictionary.size() > static_cast<std::size_t>(std::numeric_limits<std::int32_t>::max())) {
    throw InvalidInput(fmt::format("Column '{}': {} categories are more than a code can count.",
                                   name, dictionary.size()));
  }
  if (std::adjacent_find(dictionary.begin(), dictionary.end(), std::greater_equal<>()) ==
      dictionary.end()) {
    return;  // in ascending order already
  }
  std::vector<std::string_view> sorted(dictionary.begin(), dictionary.end());
  std::sort(sorted.begin(), sorted.end());
  const auto twice = std::adjacent_find(sorted.begin(), sorted.end());
  if (twice != sorted.end()) {
    throw InvalidInput(fmt::format("Column '{}': the dictionary holds '{}' twice.", name, *twice));
  }
}

void check_codes(const std::string& name, const std::vector<std::int32_t>& codes,
                 std::size_t categories) {
  const auto n = static_cast<std::int32_t>(categories);
  for (std::size_t i = 0; i < codes.size(); ++i) {
    if (codes[i] < Column::missing_code || codes[i] >= n) {
      throw InvalidInput(
          fmt::format("Column '{}': the code of row {} is {}; with {} categories it must lie "
                      "between -1 and {}.",
                      name, i, codes[i], n, n - 1));
    }
  }
}

[[noreturn]] void throw_bad_row(const std::string& name, Index row, Index size) {
  throw InvalidInput(
      fmt::format("Column '{}': there is no row {}; it has {} rows.", name, row, size));
}

template <class T>
std::shared_ptr<const std::vector<T>> take_cells(const std::string& name,
                                                 const std::vector<T>& cells,
                                                 std::span<const Index> rows) {
  const auto size = static_cast<Index>(cells.size());
  auto taken = std::make_shared<std::vector<T>>(rows.size());
  for (std::size_t i = 0; i < rows.size(); ++i) {
    if (rows[i] < 0 || rows[i] >= size) throw_bad_row(name, rows[i], size);
    (*taken)[i] = cells[static_cast<std::size_t>(rows[i])];
  }
  return taken;
}

}  // namespace

Column::Column(std::string name, Data data) : name_(std::move(name)), data_(std::move(data)) {}

Column Column::numeric(std::string name, std::vector<double> values) {
  return Column(std::move(name), std::make_shared<const std::vector<double>>(std::move(values)));
}

Column Column::numeric(std::string name, const Eigen::Ref<const Vector>& values) {
  return numeric(std::move(name),
                 std::vector<double>(values.data(), values.data() + values.size()));
}

Column Column::categorical(std::string name, std::initializer_list<const char*> values) {
  return categorical(std::move(name), std::vector<std::string>(values.begin(), values.end()));
}

Column Column::categorical(std::string name, const std::vector<std::string>& values) {
  auto [codes, dictionary] = encode(values);
  return categorical(std::move(name), std::move(codes), std::move(dictionary));
}

Column Column::categorical(std::string name,
                           const std::vector<std::optional<std::string>>& values) {
  auto [codes, dictionary] = encode(values);
  return categorical(std::move(name), std::move(codes), std::move(dictionary));
}

Column Column::categorical(std::string name, std::vector<std::int32_t> codes,
                           Dictionary dictionary) {
  return categorical(std::move(name), std::move(codes),
                     std::make_shared<const Dictionary>(std::move(dictionary)));
}

Column Column::categorical(std::string name, std::vector<std::int32_t> codes,
                           std::shared_ptr<const Dictionary> dictionary) {
  if (dictionary == nullptr) {
    throw InvalidInput(
        fmt::format("Column '{}': a categorical column needs a dictionary; got none.", name));
  }
  check_dictionary(name, *dictionary);
  check_codes(name, codes, dictionary->size());
  auto shared_codes = std::make_shared<const std::vector<std::int32_t>>(std::move(codes));
  return Column(std::move(name), Categories{std::move(shared_codes), std::move(dictionary)});
}

const Column::Categories& Column::categories(std::string_view asked) const {
  if (const auto* categories = std::get_if<Categories>(&data_)) return *categories;
  throw InvalidInput(fmt::format("Column '{}' is numeric; it has no {}.", name_, asked));
}

void Column::check_row(Index row) const {
  if (row < 0 || row >= size()) throw_bad_row(name_, row, size());
}

Index Column::size() const {
  const auto* numbers = std::get_if<Numbers>(&data_);
  return static_cast<Index>(numbers != nullptr ? (*numbers)->size() : codes().size());
}

std::span<const double> Column::values() const {
  if (const auto* numbers = std::get_if<Numbers>(&data_)) return **numbers;
  throw InvalidInput(
      fmt::format("Column '{}' is categorical; it has codes and a dictionary, no numbers. Encode "
                  "it first (OneHotEncoder, OrdinalEncoder).",
                  name_));
}

std::span<const std::int32_t> Column::codes() const { return *categories("codes").codes; }
const Dictionary& Column::dictionary() const { return *categories("dictionary").dictionary; }

std::shared_ptr<const Dictionary> Column::shared_dictionary() const {
  return categories("dictionary").dictionary;
}

bool Column::is_missing(Index row) const {
  check_row(row);
  const auto i = static_cast<std::size_t>(row);
  return is_numeric() ? std::isnan(values()[i]) : codes()[i] == missing_code;
}

Index Column::count_missing() const {
  if (is_categorical()) return std::count(codes().begin(), codes().end(), missing_code);
  return std::count_if(values().begin(), values().end(),
                       [](double value) { return std::isnan(value); });
}

std::string Column::text(Index row) const {
  std::string text;
  if (is_missing(row)) return text;
  const auto i = static_cast<std::size_t>(row);
  if (is_categorical()) return dictionary()[static_cast<std::size_t>(codes()[i])];
  detail::append_number(text, values()[i]);
  return text;
}

Column Column::renamed(std::string name) const { return Column(std::move(name), data_); }

Column Column::take(std::span<const Index> rows) const {
  if (const auto* numbers = std::get_if<Numbers>(&data_)) {
    return Column(name_, take_cells(name_, **numbers, rows));
  }
  const Categories& all = categories("codes");
  return Column(name_, Categories{take_cells(name_, *all.codes, rows), all.dictionary});
}

std::vector<std::int32_t> recode(const Column& column, const Dictionary& dictionary) {
  std::vector<std::int32_t> codes(column.codes().begin(), column.codes().end());
  const Dictionary& own = column.dictionary();
  if (&own == &dictionary || own == dictionary) return codes;
  const CodeOf code_of = index(dictionary);
  std::vector<std::int32_t> renumbered(own.size(), unseen_code);
  for (std::size_t i = 0; i < own.size(); ++i) {
    const auto found = code_of.find(own[i]);
    if (found != code_of.end()) renumbered[i] = found->second;
  }
  for (std::int32_t& code : codes) {
    if (code >= 0) code = renumbered[static_cast<std::size_t>(code)];
  }
  return codes;
}

}  // namespace espalier
