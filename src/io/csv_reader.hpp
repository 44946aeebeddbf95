// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <cstddef>
#include <string>

#include <espalier/io/csv.hpp>

#include "io/csv_source.hpp"

namespace espalier::detail {

/// Large enough that the cost of a block does not show, small enough for a core's cache.
inline constexpr std::size_t csv_block_size = std::size_t{256} << 10;

/// Reads a table; a missing cell in the column `required` (empty: none) is an error. The table does
/// not depend on the size of the blocks.
DataFrame read_csv_table(ByteSource& source, const CsvOptions& options,
                         const std::string& required = {}, std::size_t block_size = csv_block_size);

}  // namespace espalier::detail
