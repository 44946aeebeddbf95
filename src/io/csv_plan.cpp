// SPDX-License-Identifier: BSD-3-Clause
#include "io/csv_plan.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <numeric>
#include <optional>
#include <unordered_map>

#include <espalier/core/errors.hpp>

#include "core/counted.hpp"
#include "core/number_text.hpp"

namespace espalier::detail {
namespace {

/// The columns by name.
class FieldNames {
 public:
  FieldNames(const std::string& source, const std::vector<FieldPlan>& fields)
      : source_(source), fields_(fields) {
    for (std::size_t j = 0; j < fields.size(); ++j) {
      const auto [other, is_new] = position_.try_emplace(fields[j].name, j);
      if (!is_new) {
        throw FormatError(fmt::format("{}: columns {} and {} are both called '{}'.", source,
                                      other->second + 1, j + 1, fields[j].name));
      }
    }
  }

  std::size_t find(const std::string& name, std::string_view asked_by) const {
    const auto found = position_.find(name);
    if (found != position_.end()) return found->second;
    constexpr std::size_t longest = 20;
    std::string names;
    for (std::size_t j = 0; j < std::min(longest, fields_.size()); ++j) {
      names += fmt::format("{}'{}'", j == 0 ? "" : ", ", fields_[j].name);
    }
    if (fields_.size() > longest) names += fmt::format(", … {} more", fields_.size() - longest);
    throw InvalidInput(fmt::format("{}: there is no column '{}' ({}); there are {}.", source_, name,
                                   asked_by, names));
  }

 private:
  const std::string& source_;
  const std::vector<FieldPlan>& fields_;
  std::unordered_map<std::string_view, std::size_t> position_;
};

std::vector<FieldPlan> name_fields(const std::string& source, std::vector<std::string> first,
                                   const CsvOptions& options) {
  if (first.empty()) {
    throw FormatError(fmt::format("{}: it is empty; expected {}.", source,
                                  options.header ? "a header line" : "records"));
  }
  for (std::size_t j = 0; j < first.size(); ++j) {
    if (!options.header) {
      first[j] = fmt::format("x{}", j);
    } else if (first[j].empty()) {
      first[j] = fmt::format("Unnamed: {}", j);
    }
  }
  if (!options.names.empty()) {
    if (options.names.size() != first.size()) {
      throw InvalidInput(fmt::format("{}: CsvOptions::names has {} for {}.", source,
                                     counted(static_cast<Index>(options.names.size()), "name"),
                                     counted(static_cast<Index>(first.size()), "column")));
    }
    first = options.names;
  }
  std::vector<FieldPlan> fields;
  fields.reserve(first.size());
  for (std::string& name : first) fields.push_back({.name = std::move(name)});
  return fields;
}

std::vector<std::size_t> select_fields(const std::string& source, std::vector<FieldPlan>& fields,
                                       const FieldNames& names,
                                       const std::vector<std::string>& columns) {
  std::vector<std::size_t> selected(fields.size());
  std::iota(selected.begin(), selected.end(), std::size_t{0});
  if (columns.empty()) return selected;
  selected.clear();
  std::vector<bool> is_selected(fields.size(), false);
  for (const std::string& name : columns) {
    const std::size_t j = names.find(name, "CsvOptions::columns");
    if (is_selected[j]) {
      throw InvalidInput(fmt::format("{}: CsvOptions::columns has '{}' twice.", source, name));
    }
    is_selected[j] = true;
    selected.push_back(j);
  }
  for (std::size_t j = 0; j < fields.size(); ++j) {
    if (!is_selected[j]) fields[j].kind = CellKind::skipped;
  }
  return selected;
}

}  // namespace

void MissingTexts::insert(std::string_view text) {
  text = trimmed(text);
  double number = 0;
  has_numbers_ = has_numbers_ || (parse_number(text, number) && !std::isnan(number));
  sizes_[text.empty() ? 0 : static_cast<unsigned char>(text[0])] |=
      std::uint32_t{1} << std::min<std::size_t>(text.size(), 31);
  texts_.emplace_back(text);
}

CsvDialect dialect_of(const CsvOptions& options) {
  const auto code = [](std::optional<char> c) { return c ? static_cast<unsigned char>(*c) : -1; };
  const CsvDialect dialect{options.delimiter, code(options.quote), code(options.comment)};
  for (const int c : {code(options.delimiter), dialect.quote, dialect.comment}) {
    if (c == '\n' || c == '\r') {
      throw InvalidParameter("CsvOptions: delimiter, quote and comment cannot be a line end.");
    }
  }
  if (dialect.is_quote(options.delimiter) || dialect.is_comment(options.delimiter) ||
      (dialect.quote >= 0 && dialect.quote == dialect.comment)) {
    throw InvalidParameter(
        "CsvOptions: delimiter, quote and comment must be three different characters.");
  }
  return dialect;
}

CsvPlan plan_csv(const std::string& source, std::vector<std::string> first,
                 const CsvOptions& options, const std::string& target) {
  CsvPlan plan;
  plan.dialect = dialect_of(options);
  plan.quoted_missing = options.quoted_missing;
  for (const std::string& text : options.missing_values) plan.missing.insert(text);
  if (options.default_missing_values) {
    for (const std::string_view text : default_csv_missing_values()) plan.missing.insert(text);
  }
  constexpr std::string_view of_numbers = "0123456789.-";
  plan.plain_numbers =
      !plan.missing.has_numbers() && of_numbers.find(options.delimiter) == std::string_view::npos &&
      !(options.quote && of_numbers.find(*options.quote) != std::string_view::npos);
  plan.fields = name_fields(source, std::move(first), options);
  const FieldNames names(source, plan.fields);
  for (const auto& [name, type] : options.types) {
    plan.fields[names.find(name, "CsvOptions::types")].kind =
        type == ColumnType::numeric ? CellKind::number : CellKind::category;
  }
  std::vector<std::string> columns = options.columns;
  if (!target.empty()) {
    plan.fields[names.find(target, "the target")].required = !options.drop_missing_target;
    const bool named = std::find(columns.begin(), columns.end(), target) != columns.end();
    if (!columns.empty() && !named) columns.push_back(target);
  }
  plan.selected = select_fields(source, plan.fields, names, columns);
  return plan;
}

}  // namespace espalier::detail
