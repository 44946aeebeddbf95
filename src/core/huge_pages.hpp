// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <cstddef>

namespace espalier::detail {

/// Asks the system to back fresh memory, which nobody has written to yet, with huge pages, where it
/// is large enough (4 MiB) to gain from them: the first touch of 224 MB in pages of 4 KiB takes
/// longer than computing what is written there. Advice only; on systems other than Linux nothing.
void advise_huge_pages(void* data, std::size_t bytes);

}  // namespace espalier::detail
