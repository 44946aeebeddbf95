// SPDX-License-Identifier: BSD-3-Clause
#include "io/csv_records.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>
#include <vector>

#include "core/utf8.hpp"

namespace espalier::detail {
namespace {

constexpr std::size_t npos = std::string_view::npos;

constexpr bool is_line_end(char c) { return c == '\n' || c == '\r'; }
constexpr bool is_blank(char c) { return c == ' ' || c == '\t'; }

Index count_line_ends(std::string_view text) {
  Index count = std::count(text.begin(), text.end(), '\n');
  for (std::size_t i = text.find('\r'); i != npos; i = text.find('\r', i + 1)) {
    count += text.substr(i + 1, 1) == "\n" ? 0 : 1;
  }
  return count;
}

/// Whether the quote at `q` stands in a comment; all from `from` to it is outside quotes.
bool is_in_comment(std::string_view text, std::size_t from, std::size_t q,
                   const CsvDialect& dialect) {
  if (dialect.comment < 0) return false;
  const std::size_t line_end = text.substr(from, q - from).find_last_of("\r\n");
  if (line_end == npos && from > 0) return false;  // behind a quoted field of the same line
  return dialect.is_comment(text[line_end == npos ? 0 : from + line_end + 1]);
}

/// The next quote that opens a field, from `from`, a place outside quotes.
std::size_t find_opening_quote(std::string_view text, std::size_t from, const CsvDialect& dialect) {
  if (dialect.quote < 0) return npos;
  const auto quote = static_cast<char>(dialect.quote);
  for (std::size_t q = text.find(quote, from); q != npos; q = text.find(quote, q + 1)) {
    const char before = q == 0 ? '\n' : text[q - 1];
    if (before != dialect.delimiter && !is_line_end(before)) continue;
    if (!is_in_comment(text, from, q, dialect)) return q;
    q = std::min(text.find_first_of("\r\n", q), text.size()) - 1;
  }
  return npos;
}

/// The quote that closes a field whose text begins at `from`.
std::size_t find_closing_quote(std::string_view text, std::size_t from, char quote) {
  std::size_t q = text.find(quote, from);
  while (q != npos && q + 1 < text.size() && text[q + 1] == quote) q = text.find(quote, q + 2);
  return q;
}

}  // namespace

std::size_t last_record_end(std::string_view text, const CsvDialect& dialect) {
  if (text.ends_with('\r')) text.remove_suffix(1);           // LF may follow
  std::vector<std::pair<std::size_t, std::size_t>> outside;  // the stretches outside quotes
  for (std::size_t from = 0; from < text.size();) {
    const std::size_t open = find_opening_quote(text, from, dialect);
    outside.emplace_back(from, std::min(open, text.size()));
    if (open == npos) break;
    const std::size_t close = find_closing_quote(text, open + 1, static_cast<char>(dialect.quote));
    if (close == npos) break;
    from = close + 1;
  }
  while (!outside.empty()) {
    auto [from, to] = outside.back();
    while (to > from && !is_line_end(text[to - 1])) --to;
    if (to > from) return to;
    outside.pop_back();
  }
  return 0;
}

CsvRecords::CsvRecords(std::string_view text, const CsvDialect& dialect)
    : dialect_(dialect), next_(text.data()), end_(text.data() + text.size()) {
  for (const char c : {dialect.delimiter, '\n', '\r'})
    ends_field_[static_cast<unsigned char>(c)] = true;
}

bool CsvRecords::next_record() {
  while (next_ != end_) {
    const char* p = next_;
    while (is_blank(*p) && *p != dialect_.delimiter) ++p;
    if (!is_line_end(*p) && !dialect_.is_comment(*next_)) {
      record_line_ = line_;
      field_ = -1;
      more_fields_ = true;
      return true;
    }
    next_ = std::find_if(p, end_, is_line_end);
    skip_line_end();
  }
  return false;
}

CsvField CsvRecords::quoted_field() {
  const std::string_view rest(next_ + 1, static_cast<std::size_t>(end_ - next_ - 1));
  const std::size_t close = find_closing_quote(rest, 0, *next_);
  if (close == npos) throw CsvProblem{line_, field_, "the quote that opens here is never closed"};
  const std::string_view text = rest.substr(0, close);
  line_ += count_line_ends(text);
  const char quote = *next_;
  next_ = rest.data() + close + 1;
  while (is_blank(*next_) && *next_ != dialect_.delimiter) ++next_;
  if (!ends_field_[static_cast<unsigned char>(*next_)]) {
    const char* const end = std::find_if(
        next_, end_, [this](char c) { return ends_field_[static_cast<unsigned char>(c)]; });
    throw CsvProblem{
        line_, field_,
        fmt::format("{} follows the closing quote; a quote inside a quoted field is doubled",
                    shown({next_, static_cast<std::size_t>(end - next_)}))};
  }
  return {text, true, text.find(quote) != npos};
}

void CsvRecords::skip_line_end() {
  const bool two = *next_ == '\r' && end_ - next_ > 1 && next_[1] == '\n';
  next_ += two ? 2 : 1;
  ++line_;
}

}  // namespace espalier::detail
