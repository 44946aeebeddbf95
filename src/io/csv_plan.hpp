// SPDX-License-Identifier: BSD-3-Clause
/// @file
/// From CsvOptions and a header to what the parser needs to know.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include <espalier/io/csv.hpp>

#include "io/csv_records.hpp"

namespace espalier::detail {

/// The texts that mean "missing".
class MissingTexts {
 public:
  void insert(std::string_view text);
  bool contains(std::string_view text) const {
    const std::uint32_t sizes = sizes_[text.empty() ? 0 : static_cast<unsigned char>(text[0])];
    return (sizes >> std::min<std::size_t>(text.size(), 31) & 1) != 0 && find(text);
  }
  bool has_numbers() const { return has_numbers_; }  ///< −999, say: looked up before parsing

 private:
  bool find(std::string_view text) const {
    return std::find(texts_.begin(), texts_.end(), text) != texts_.end();
  }

  std::vector<std::string> texts_;
  std::array<std::uint32_t, 256> sizes_{};  // by first byte: bit n for texts of n bytes
  bool has_numbers_ = false;
};

/// What becomes of the cells of a field.
enum class CellKind {
  skipped,
  number,   // given: a text is an error
  guessed,  // numbers so far: a text ends it
  category,
};

struct FieldPlan {
  std::string name;
  CellKind kind = CellKind::guessed;
  bool required = false;  // a missing cell is an error
};

/// How to parse; the same for all blocks of a pass.
struct CsvPlan {
  CsvDialect dialect;
  MissingTexts missing;
  bool quoted_missing = true;
  bool plain_numbers = true;  // what looks like a number is one: no number means "missing", and no
                              // digit, point or sign ends a field
  std::vector<FieldPlan> fields;
  std::vector<std::size_t> selected;  // the columns of the table: positions in `fields`
};

/// @throws InvalidParameter  the characters are not different
CsvDialect dialect_of(const CsvOptions& options);

/// The plan for a text whose first record is `first`. `source` names the text in messages. The
/// column `target`, unless that is empty, is read whether the options name it or not, and may have
/// no missing cell unless they say so.
/// @throws FormatError   there is no record, or a name stands twice
/// @throws InvalidInput  the options name a column that is not there
CsvPlan plan_csv(const std::string& source, std::vector<std::string> first,
                 const CsvOptions& options, const std::string& target);

}  // namespace espalier::detail
