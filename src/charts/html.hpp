// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <string>
#include <string_view>

namespace espalier::detail {

/// `text` with the characters that mean something in HTML and XML replaced: & < > " '.
std::string escape_html(std::string_view text);

}  // namespace espalier::detail
