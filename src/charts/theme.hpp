// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <string_view>

namespace espalier::detail {

inline constexpr int series_colors = 6;

/// The colours of charts and pages as CSS variables, light and dark, and the classes of chart
/// elements. Text reaches a contrast of 4.5 : 1 and lines 3 : 1 against their ground (WCAG 2.2,
/// AA); a test computes them from this text.
std::string_view theme_css();

}  // namespace espalier::detail
