// SPDX-License-Identifier: BSD-3-Clause
/// @file
/// Parses a block of whole records into columns.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/text_index.hpp"
#include "io/csv_plan.hpp"
#include "io/csv_records.hpp"

namespace espalier::detail {

/// The cells of one field: numbers, or codes into `texts`.
struct CellBuffer {
  std::vector<double> numbers;
  std::vector<std::int32_t> codes;
  TextIndex texts;
  bool found_text = false;  // guessed numbers that were none; `numbers` has no meaning then
};

struct ParsedBlock {
  std::vector<CellBuffer> fields;
  Index records = 0;
  Index lines = 0;
  std::optional<CsvProblem> problem;  // the first one; what stands behind was not read
};

/// Parses `text`, whole records, into `block`, whose memory is used again.
void parse_block(std::string_view text, const CsvPlan& plan, ParsedBlock& block);

/// The text of a field without the doubling of its quotes; `buffer` holds it if that changes it.
std::string_view plain_text(const CsvField& field, const CsvDialect& dialect, std::string& buffer);

/// @throws CsvProblem  `text` holds a NUL byte or is not UTF-8
void check_text(std::string_view text, Index line, Index field);

}  // namespace espalier::detail
