// SPDX-License-Identifier: BSD-3-Clause
/// @file
/// CSV text as records and fields.
#pragma once

#ifdef __SSE2__
#include <emmintrin.h>
#endif

#include <array>
#include <bit>
#include <cstddef>
#include <string>
#include <string_view>

#include <espalier/core/types.hpp>

#include "core/number_text.hpp"

namespace espalier::detail {

/// The characters that have a meaning; −1 stands for none.
struct CsvDialect {
  char delimiter = ',';
  int quote = '"';
  int comment = -1;

  bool is_quote(char c) const { return static_cast<unsigned char>(c) == quote; }
  bool is_comment(char c) const { return static_cast<unsigned char>(c) == comment; }
};

/// What is wrong with a text, and where: thrown inside the reader, which knows the file and the
/// name of the column and turns it into a FormatError.
struct CsvProblem {
  Index line;   // from 1, counted from the beginning of the text
  Index field;  // from 0; −1: the whole record
  std::string what;
};

/// A field as it stands in the text, without its quotes.
struct CsvField {
  std::string_view text;
  bool quoted;
  bool escaped;  // quotes inside are still doubled
};

/// Where the last whole record of `text` ends, 0 if there is none. `text` begins with a record and
/// may stop anywhere.
std::size_t last_record_end(std::string_view text, const CsvDialect& dialect);

/// Walks over the records of a text, which is empty or ends with a line end.
class CsvRecords {
 public:
  CsvRecords(std::string_view text, const CsvDialect& dialect);

  /// Moves to the next record, over blank lines and comments; false at the end.
  bool next_record();

  /// The next field of this record; false after its last.
  /// @throws CsvProblem  a quote is never closed, or text follows the closing one
  bool next_field(CsvField& field) {
    if (!more_fields_) return false;
    ++field_;
    if (dialect_.is_quote(*next_)) {
      field = quoted_field();
    } else {
      const char* const begin = next_;
      next_ = field_end(begin);
      field = {{begin, static_cast<std::size_t>(next_ - begin)}, false, false};
    }
    leave_field();
    return true;
  }

  /// The next field if it is a plain number, as most are: without a search for its end. Else false,
  /// and it is still the next.
  bool next_number(double& value) {
    if (!more_fields_) return false;
    const char* const number_end = parse_plain_number(next_, end_, value);
    if (number_end == nullptr || !ends_field_[static_cast<unsigned char>(*number_end)])
      return false;
    ++field_;
    next_ = number_end;
    leave_field();
    return true;
  }

  Index record_line() const { return record_line_; }  ///< where this record began, from 1
  Index lines() const { return line_ - 1; }           ///< how many lines lie behind
  const char* position() const { return next_; }

 private:
  /// The first delimiter or line end from `p` on.
  const char* field_end(const char* p) const {
#ifdef __SSE2__
    const __m128i delimiter = _mm_set1_epi8(dialect_.delimiter);
    const __m128i lf = _mm_set1_epi8('\n');
    const __m128i cr = _mm_set1_epi8('\r');
    for (; end_ - p >= 16; p += 16) {
      const __m128i bytes = _mm_loadu_si128(reinterpret_cast<const __m128i*>(p));
      const __m128i found =
          _mm_or_si128(_mm_cmpeq_epi8(bytes, delimiter),
                       _mm_or_si128(_mm_cmpeq_epi8(bytes, lf), _mm_cmpeq_epi8(bytes, cr)));
      const auto mask = static_cast<unsigned>(_mm_movemask_epi8(found));
      if (mask != 0) return p + std::countr_zero(mask);
    }
#endif
    while (!ends_field_[static_cast<unsigned char>(*p)]) ++p;
    return p;
  }
  CsvField quoted_field();
  void skip_line_end();
  /// Over what ends the field that was read.
  void leave_field() {
    if (*next_ == dialect_.delimiter) {
      ++next_;
    } else {
      skip_line_end();
      more_fields_ = false;
    }
  }

  CsvDialect dialect_;
  std::array<bool, 256> ends_field_{};  // delimiter and line ends
  const char* next_;
  const char* end_;
  Index line_ = 1;
  Index record_line_ = 1;
  Index field_ = -1;
  bool more_fields_ = false;
};

/// `text` without the spaces and tabs around it.
inline std::string_view trimmed(std::string_view text) {
  constexpr auto is_blank = [](char c) { return c == ' ' || c == '\t'; };
  while (!text.empty() && is_blank(text.front())) text.remove_prefix(1);
  while (!text.empty() && is_blank(text.back())) text.remove_suffix(1);
  return text;
}

}  // namespace espalier::detail
