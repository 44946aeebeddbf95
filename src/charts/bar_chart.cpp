// SPDX-License-Identifier: BSD-3-Clause
#include <fmt/format.h>

#include <algorithm>

#include <espalier/core/errors.hpp>
#include "charts/svg.hpp"

namespace espalier::detail {

Drawing draw(const BarChart& chart) {
  const auto n = static_cast<Index>(chart.names.size());
  if (n == 0 || n != chart.values.size())
    throw InvalidInput(fmt::format("chart '{}': there are {} names and {} values", chart.title, n,
                                   chart.values.size()));
  check_drawable(fmt::format("chart '{}'", chart.title), chart.values);

  constexpr double left = 180.0;
  constexpr double right = 72.0;  // room for the longest bar's value
  constexpr double row = 26.0;
  constexpr double thickness = 16.0;
  constexpr double width = chart_width - left - right;
  const double top = content_top(chart.title);
  const double bottom = top + row * static_cast<double>(n);
  const double low = std::min(0.0, chart.values.minCoeff());
  const double high = std::max(0.0, chart.values.maxCoeff());
  const double span = high > low ? high - low : 1.0;
  const auto at = [&](double value) { return left + (value - low) / span * width; };
  const Ticks ticks = make_ticks(low, low + span, 5);

  std::string svg;
  for (const double tick : ticks.at) {
    if (tick < low || tick > low + span) continue;
    svg +=
        fmt::format("<path class=\"grid\" d=\"M{:.2f} {:.2f}V{:.2f}\"/>\n", at(tick), top, bottom);
    svg += svg_text(at(tick), bottom + 18, "class=\"soft small middle\"", ticks.text(tick), 12);
  }
  for (Index i = 0; i < n; ++i) {
    const double value = chart.values[i];
    const double y = top + row * static_cast<double>(i) + (row - thickness) / 2;
    const double begin = std::min(at(0.0), at(value));
    const double end = std::max(at(0.0), at(value));
    svg += svg_text(left - 10, y + 12.5, "class=\"end\"", chart.names[static_cast<std::size_t>(i)],
                    21);
    svg += fmt::format(
        "<rect class=\"bar\" x=\"{:.2f}\" y=\"{:.2f}\" width=\"{:.2f}\" height=\"{:.2f}\" "
        "rx=\"2\"/>\n",
        begin, y, end - begin, thickness);
    svg += svg_text(end + 6, y + 12.5, "class=\"small\"", readable(value), 12);
  }
  svg += fmt::format("<path class=\"axis\" d=\"M{:.2f} {:.2f}V{:.2f}\"/>\n", at(0.0), top, bottom);
  svg += svg_text(left + width / 2, bottom + 38, "class=\"soft middle\"", chart.x_label, 40);
  return {chart.title, bottom + (chart.x_label.empty() ? 32.0 : 52.0), svg};
}

}  // namespace espalier::detail
