// SPDX-License-Identifier: BSD-3-Clause
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <ostream>

#include <espalier/core/data_frame.hpp>

#include "core/counted.hpp"

namespace espalier {
namespace {

constexpr std::size_t longest_cell = 32;  // characters
constexpr std::string_view missing_cell = "–";

bool starts_character(char byte) { return (static_cast<unsigned char>(byte) & 0xC0) != 0x80; }

std::size_t width_of(std::string_view text) {
  return static_cast<std::size_t>(std::count_if(text.begin(), text.end(), starts_character));
}

/// `text` on one line, cut to `limit` characters.
std::string shortened(std::string_view text, std::size_t limit) {
  const bool fits = width_of(text) <= limit;
  std::string cell;
  std::size_t characters = 0;
  for (const char byte : text) {
    if (starts_character(byte) && ++characters == limit && !fits) return cell + "…";
    cell += static_cast<unsigned char>(byte) < 0x20 ? ' ' : byte;
  }
  return cell;
}

/// How many decimals show `value` to six significant digits, without trailing zeros.
int decimals_of(double value) {
  const std::string text = fmt::format("{:.5e}", value);  // d.ddddde±xx
  const std::size_t e = text.find('e');
  const std::size_t last = text.find_last_not_of('0', e - 1);
  const auto digits = static_cast<int>(last - text.find('.'));
  return std::max(0, digits - std::stoi(text.substr(e + 1)));
}

/// Numbers with a common number of decimals, or in scientific notation where that would lose them.
std::vector<std::string> number_cells(const std::vector<double>& values) {
  int decimals = 0;
  double largest = 0;
  double smallest = 1;
  for (const double value : values) {
    if (!std::isfinite(value) || value == 0) continue;
    largest = std::max(largest, std::abs(value));
    smallest = std::min(smallest, std::abs(value));
    decimals = std::max(decimals, decimals_of(value));
  }
  const bool fixed = largest < 1e15 && smallest >= 1e-4;
  decimals = std::min(decimals, largest < 1 ? 6 : 4);
  std::vector<std::string> cells;
  cells.reserve(values.size());
  for (const double value : values) {
    cells.push_back(std::isnan(value) ? std::string(missing_cell)
                    : fixed           ? fmt::format("{:.{}f}", value, decimals)
                                      : fmt::format("{:.6g}", value));
  }
  return cells;
}

struct PrintedColumn {
  std::string header;
  std::vector<std::string> cells;
  bool to_the_right;
  std::size_t width;

  void append(std::string& line, std::string_view cell) const {
    const std::size_t padding = width - width_of(cell);
    if (to_the_right) line.append(padding, ' ');
    line += cell;
    if (!to_the_right) line.append(padding, ' ');
  }
};

PrintedColumn print_column(const Column& column, std::span<const Index> rows) {
  PrintedColumn printed{shortened(column.name(), longest_cell), {}, column.is_numeric(), 0};
  if (column.is_numeric()) {
    std::vector<double> values;
    for (const Index row : rows) values.push_back(column.values()[static_cast<std::size_t>(row)]);
    printed.cells = number_cells(values);
  } else {
    for (const Index row : rows) {
      printed.cells.push_back(column.is_missing(row) ? std::string(missing_cell)
                                                     : shortened(column.text(row), longest_cell));
    }
  }
  printed.width = width_of(printed.header);
  for (const std::string& cell : printed.cells)
    printed.width = std::max(printed.width, width_of(cell));
  return printed;
}

template <class CellOf>
void append_line(std::string& text, const std::vector<PrintedColumn>& columns,
                 const CellOf& cell_of) {
  std::string line;
  for (const PrintedColumn& column : columns) {
    if (&column != &columns.front()) line += "  ";
    column.append(line, cell_of(column));
  }
  text.append(line, 0, line.find_last_not_of(' ') + 1);
  text += '\n';
}

}  // namespace

std::string DataFrame::to_string(Index max_rows, Index width) const {
  const Index shown = std::clamp<Index>(max_rows, 0, rows_);
  const Index from_top = (shown + 1) / 2;
  std::vector<Index> rows(static_cast<std::size_t>(shown));
  for (Index i = 0; i < shown; ++i) {
    rows[static_cast<std::size_t>(i)] = i < from_top ? i : rows_ - shown + i;
  }

  std::vector<PrintedColumn> printed;
  Index used = 0;
  for (const Column& column : columns_) {
    PrintedColumn next = print_column(column, rows);
    used += static_cast<Index>(next.width) + (printed.empty() ? 0 : 2);
    if (!printed.empty() && used > width) break;
    printed.push_back(std::move(next));
  }

  std::string text;
  if (!printed.empty()) {
    append_line(text, printed, [](const PrintedColumn& column) { return column.header; });
  }
  for (Index i = 0; i < shown; ++i) {
    append_line(text, printed, [i](const PrintedColumn& column) {
      return column.cells[static_cast<std::size_t>(i)];
    });
    if (i + 1 == from_top && shown < rows_) text += "…\n";
  }
  if (printed.size() < columns_.size()) {
    const Index more = cols() - static_cast<Index>(printed.size());
    std::string rest = fmt::format("… {}: ", detail::counted(more, "more column"));
    for (std::size_t j = printed.size(); j < columns_.size(); ++j) {
      rest += columns_[j].name() + (j + 1 < columns_.size() ? ", " : "");
    }
    text += shortened(rest, static_cast<std::size_t>(std::max<Index>(width, 40))) + '\n';
  }
  text +=
      fmt::format("{} × {}\n", detail::counted(rows_, "row"), detail::counted(cols(), "column"));
  return text;
}

void DataFrame::print(std::ostream& out, Index max_rows, Index width) const {
  out << to_string(max_rows, width);
}

std::ostream& operator<<(std::ostream& out, const DataFrame& table) {
  return out << table.to_string();
}

}  // namespace espalier
