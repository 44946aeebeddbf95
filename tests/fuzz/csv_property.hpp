// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <string>
#include <string_view>

#include <espalier/core/archive.hpp>
#include <espalier/core/errors.hpp>
#include <espalier/io/csv.hpp>

#include "io/csv_reader.hpp"

namespace espalier::testing_support {

/// The table as CSV in which texts and missing cells cannot be confused, or the message of the
/// error.
inline std::string csv_outcome(std::string_view text, const CsvOptions& options,
                               std::size_t block_size) {
  try {
    detail::MemorySource source(text, "text");
    return to_csv(detail::read_csv_table(source, options, {}, block_size));
  } catch (const Error& error) {
    return std::string("error: ") + error.what();
  }
}

/// What reading `text` breaks of the promises: an espalier::Error or a table, the same for every
/// size of the blocks, and the same table again from what it is written as. Empty when all hold.
inline std::string broken_csv_promise(std::string_view text, const CsvOptions& options) {
  const std::string whole = csv_outcome(text, options, detail::csv_block_size);
  // Of several faults, the block in which they lie says which one is found first: both are errors.
  // Whether bytes are binary data is asked of each block, so skipped columns and comments matter.
  const bool is_binary = text.find('\0') != std::string_view::npos;
  const auto is_error = [](const std::string& outcome) { return outcome.starts_with("error: "); };
  for (const std::size_t block_size : {1u, 7u, 64u}) {
    const std::string other = csv_outcome(text, options, block_size);
    if (other != whole && !is_binary && !(is_error(other) && is_error(whole))) {
      return "blocks of " + std::to_string(block_size) + ":\n" + other + "\nnot\n" + whole;
    }
  }
  DataFrame table;
  try {
    table = parse_csv(text, options);
  } catch (const Error&) {
    return {};
  }
  CsvOptions again{.quoted_missing = false};
  for (const Column& column : table.columns()) again.types[column.name()] = column.type();
  const std::string written = to_csv(table);
  const std::string back = to_csv(parse_csv(written, again));
  return back == written ? "" : "written:\n" + written + "\nand again:\n" + back;
}

}  // namespace espalier::testing_support
