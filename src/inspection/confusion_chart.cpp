// SPDX-License-Identifier: BSD-3-Clause
#include <fmt/format.h>

#include <algorithm>

#include <espalier/core/errors.hpp>
#include "inspection/svg.hpp"

namespace espalier::detail {
namespace {

// Shades stay pale enough for the text on them, which then needs no second colour.
constexpr double palest = 0.05;
constexpr double darkest = 0.62;

constexpr double left = 120.0;
constexpr double right = 18.0;
constexpr double gap = 2.0;
constexpr double room_for_shares = 52.0;
constexpr double room_for_counts = 24.0;

void check(const ConfusionChart& chart) {
  const auto k = static_cast<Index>(chart.class_names.size());
  if (k == 0 || chart.counts.rows() != k || chart.counts.cols() != k)
    throw InvalidInput(fmt::format("chart '{}': {} class names for counts of {} × {}", chart.title, k,
                                   chart.counts.rows(), chart.counts.cols()));
  check_drawable(fmt::format("chart '{}'", chart.title), chart.counts);
}

std::string cell(double x, double y, double size, double height, double count, double row_sum) {
  const double share = row_sum > 0.0 ? std::clamp(count / row_sum, 0.0, 1.0) : 0.0;
  std::string svg = fmt::format(
      "<rect class=\"heat\" x=\"{:.2f}\" y=\"{:.2f}\" width=\"{:.2f}\" height=\"{:.2f}\" rx=\"4\" "
      "fill-opacity=\"{:.3f}\"/>\n",
      x, y, size - gap, height - gap, palest + (darkest - palest) * share);
  const double middle = x + (size - gap) / 2;
  const double center = y + (height - gap) / 2;
  if (std::min(size, height) >= room_for_shares) {
    svg += svg_text(middle, center, "class=\"strong middle\"", readable(count), 9);
    svg += svg_text(middle, center + 18, "class=\"small middle\"", fmt::format("{:.1f} %", 100.0 * share), 9);
  } else if (std::min(size, height) >= room_for_counts) {
    svg += svg_text(middle, center + 4, "class=\"small middle\"", readable(count), 6);
  }
  return svg;
}

}  // namespace

Drawing draw(const ConfusionChart& chart) {
  check(chart);
  const Index k = chart.counts.rows();
  const double size = (chart_width - left - right) / static_cast<double>(k);
  const double height = std::min(size, 110.0);
  const double top = content_top(chart.title);
  const double bottom = top + height * static_cast<double>(k);
  const bool turned = size < 64.0;  // the names of the columns need more room than a cell is wide
  const std::string small_if_many = size < 18.0 ? "small " : "";

  std::string svg;
  for (Index i = 0; i < k; ++i) {
    const std::string& name = chart.class_names[static_cast<std::size_t>(i)];
    const double y = top + height * static_cast<double>(i);
    const double x = left + size * static_cast<double>(i);
    const double row_sum = chart.counts.row(i).sum();
    for (Index j = 0; j < k; ++j)
      svg += cell(left + size * static_cast<double>(j), y, size, height, chart.counts(i, j), row_sum);
    svg += svg_text(left - 10, y + height / 2 + 3.5, fmt::format("class=\"{}end\"", small_if_many), name, 11);
    if (turned) {
      const double middle = x + size / 2 + 3.5;
      svg += svg_text(middle, bottom + 10,
                      fmt::format("class=\"{}end\" transform=\"rotate(-90 {:.2f} {:.2f})\"", small_if_many,
                                  middle, bottom + 10),
                      name, 11);
    } else {
      const auto room = static_cast<std::size_t>(size / 7.0);
      svg += svg_text(x + (size - gap) / 2, bottom + 18, "class=\"middle\"", name, room);
    }
  }
  const double below = bottom + (turned ? 104.0 : 42.0);
  svg += svg_text(left + (chart_width - left - right) / 2, below, "class=\"soft middle\"", "predicted class", 20);
  const double middle = (top + bottom) / 2;
  svg += svg_text(18, middle,
                  fmt::format("class=\"soft middle\" transform=\"rotate(-90 18 {:.2f})\"", middle),
                  "true class", 20);
  return {chart.title, below + 14, svg};
}

}  // namespace espalier::detail
