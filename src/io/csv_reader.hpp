// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <cstddef>
#include <string>

#include <espalier/io/csv.hpp>

#include "io/csv_source.hpp"

namespace espalier::detail {

/// Large enough that the cost of a block does not show, small enough for a core's cache.
inline constexpr std::size_t csv_block_size = std::size_t{256} << 10;

/// Where a quote is never closed, the rest of the text is one record; nobody should wait for it.
inline constexpr std::size_t longest_csv_record = std::size_t{256} << 20;

/// Reads a table, with the column `target` (empty: none) among the others; there a missing cell is
/// an error unless the options say otherwise. The table does not depend on the size of the blocks.
DataFrame read_csv_table(ByteSource& source, const CsvOptions& options,
                         const std::string& target = {}, std::size_t block_size = csv_block_size,
                         std::size_t longest_record = longest_csv_record);

}  // namespace espalier::detail
