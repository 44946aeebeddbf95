// SPDX-License-Identifier: BSD-3-Clause
#include "io/csv_block.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "core/counted.hpp"
#include "core/number_text.hpp"
#include "core/utf8.hpp"

namespace espalier::detail {
namespace {

/// Parses the records of one block.
class BlockParser {
 public:
  BlockParser(std::string_view text, const CsvPlan& plan, ParsedBlock& block)
      : plan_(plan), block_(block), records_(text, plan.dialect) {}

  void run() {
    try {
      while (records_.next_record()) {
        parse_record();
        ++block_.records;
      }
    } catch (CsvProblem& problem) {
      block_.problem = std::move(problem);
    }
    block_.lines = records_.lines();
  }

 private:
  void parse_record() {
    const std::size_t expected = plan_.fields.size();
    std::size_t count = 0;
    CsvField field;
    for (;; ++count) {
      if (count < expected && takes_plain_numbers(count)) {
        double value = 0;
        if (records_.next_number(value)) {
          block_.fields[count].numbers.push_back(value);
          continue;
        }
      }
      if (!records_.next_field(field)) break;
      if (count < expected) parse_cell(field, count);
    }
    if (count != expected) {  // the first field that is missing, or one too many
      throw problem(std::min(count, expected),
                    fmt::format("expected {}, got {}",
                                counted(static_cast<Index>(expected), "field"), count));
    }
  }

  bool takes_plain_numbers(std::size_t j) const {
    const CellKind kind = plan_.fields[j].kind;
    return plan_.plain_numbers && (kind == CellKind::number || kind == CellKind::guessed) &&
           !block_.fields[j].found_text;
  }

  void parse_cell(const CsvField& field, std::size_t j) {
    const CellKind kind = plan_.fields[j].kind;
    if (kind == CellKind::skipped) return;
    const std::string_view text = plain_text(field, plan_.dialect, unescaped_);
    const bool missing_allowed = plan_.quoted_missing || !field.quoted;
    const bool is_missing = kind == CellKind::category
                                ? parse_category(text, missing_allowed, j)
                                : parse_number_cell(text, missing_allowed, j);
    if (is_missing && plan_.fields[j].required) {
      throw problem(j, "the target is missing; drop_missing_target leaves such rows out");
    }
  }

  /// Both return whether the cell is missing.
  bool parse_category(std::string_view text, bool missing_allowed, std::size_t j) {
    CellBuffer& cells = block_.fields[j];
    // No text among those met means "missing", if quotes make no difference.
    const std::int32_t code = plan_.quoted_missing ? cells.texts.find(text) : -1;
    if (code >= 0) {
      cells.codes.push_back(code);
      return false;
    }
    if (missing_allowed && plan_.missing.contains(trimmed(text))) {
      cells.codes.push_back(Column::missing_code);
      return true;
    }
    const TextIndex::Found found = cells.texts.insert(text);
    if (found.is_new) check_text(text, records_.record_line(), static_cast<Index>(j));
    cells.codes.push_back(found.code);
    return false;
  }

  bool parse_number_cell(std::string_view text, bool missing_allowed, std::size_t j) {
    CellBuffer& cells = block_.fields[j];
    if (cells.found_text) return false;
    text = trimmed(text);
    const auto is_missing = [&] { return missing_allowed && plan_.missing.contains(text); };
    double value = 0;
    if ((plan_.missing.has_numbers() && is_missing()) || !parse_number(text, value)) {
      if (!is_missing()) {
        if (plan_.fields[j].kind == CellKind::number) {
          throw problem(j, shown(text) + " is not a number, and the column was given as numeric");
        }
        cells.found_text = true;
        return false;
      }
      value = std::numeric_limits<double>::quiet_NaN();
    }
    cells.numbers.push_back(value);
    return std::isnan(value);
  }

  CsvProblem problem(std::size_t j, std::string what) const {
    return {records_.record_line(), static_cast<Index>(j), std::move(what)};
  }

  const CsvPlan& plan_;
  ParsedBlock& block_;
  CsvRecords records_;
  std::string unescaped_;
};

}  // namespace

void parse_block(std::string_view text, const CsvPlan& plan, ParsedBlock& block) {
  block.fields.resize(plan.fields.size());
  for (CellBuffer& cells : block.fields) {
    cells.numbers.clear();
    cells.codes.clear();
    cells.texts.clear();
    cells.found_text = false;
  }
  block.records = 0;
  block.problem.reset();
  BlockParser(text, plan, block).run();
}

std::string_view plain_text(const CsvField& field, const CsvDialect& dialect, std::string& buffer) {
  if (!field.escaped) return field.text;
  buffer.clear();
  for (std::size_t i = 0; i < field.text.size(); ++i) {
    buffer += field.text[i];
    if (dialect.is_quote(field.text[i])) ++i;
  }
  return buffer;
}

void check_text(std::string_view text, Index line, Index field) {
  const std::size_t valid = std::min(valid_utf8(text), text.find('\0'));
  if (valid == text.size()) return;
  const auto byte = static_cast<unsigned char>(text[valid]);
  throw CsvProblem{line, field,
                   byte == 0
                       ? "a NUL byte: this is binary, not text"
                       : fmt::format("byte 0x{:02X} is not UTF-8; iconv converts a file", byte)};
}

}  // namespace espalier::detail
