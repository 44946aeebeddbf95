// SPDX-License-Identifier: BSD-3-Clause
#include <fmt/format.h>

#include <algorithm>

#include <espalier/core/errors.hpp>
#include "charts/svg.hpp"

namespace espalier::detail {
namespace {

// Shades stay pale enough for the text on them, which then needs no second colour.
constexpr double palest = 0.05;
constexpr double darkest = 0.62;

constexpr double right = 18.0;
constexpr double tallest_cell = 150.0;
constexpr std::size_t longest_name = 18;  // characters
constexpr double gap = 2.0;
constexpr double room_for_shares = 52.0;
constexpr double room_for_counts = 24.0;

void check(const ConfusionChart& chart) {
  const auto k = static_cast<Index>(chart.class_names.size());
  if (k == 0 || chart.counts.rows() != k || chart.counts.cols() != k)
    throw InvalidInput(fmt::format("chart '{}': {} class names for counts of {} × {}", chart.title,
                                   k, chart.counts.rows(), chart.counts.cols()));
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
    svg += svg_text(middle, center + 18, "class=\"small middle\"",
                    fmt::format("{:.1f} %", 100.0 * share), 9);
  } else if (std::min(size, height) >= room_for_counts) {
    svg += svg_text(middle, center + 4, "class=\"small middle\"", readable(count), 6);
  }
  return svg;
}

}  // namespace

Drawing draw(const ConfusionChart& chart) {
  check(chart);
  const Index k = chart.counts.rows();
  std::size_t name_length = 0;
  for (const std::string& name : chart.class_names)
    name_length = std::max(name_length, std::min(longest_name, character_count(name)));
  const double name_width = text_width(name_length);
  const double left = 44.0 + name_width;
  const double width = chart_width - left - right;
  const double size = width / static_cast<double>(k);
  const double height = std::min(size, tallest_cell);
  const double top = content_top(chart.title);
  const double bottom = top + height * static_cast<double>(k);
  const bool turned =
      name_width > size;  // the names of the columns need more room than a cell is wide
  const std::string_view font = size < 18.0 ? "tiny " : "";

  std::string svg;
  for (Index i = 0; i < k; ++i) {
    const std::string& name = chart.class_names[static_cast<std::size_t>(i)];
    const double y = top + height * static_cast<double>(i);
    const double row_sum = chart.counts.row(i).sum();
    for (Index j = 0; j < k; ++j)
      svg +=
          cell(left + size * static_cast<double>(j), y, size, height, chart.counts(i, j), row_sum);
    svg += svg_text(left - 10, y + height / 2 + 3.5, fmt::format("class=\"{}end\"", font), name,
                    longest_name);
    const double middle = left + size * (static_cast<double>(i) + 0.5) - gap / 2;
    const std::string turn =
        fmt::format("transform=\"rotate(-90 {0:.2f} {1:.2f})\"", middle + 4, bottom + 10);
    svg += turned ? svg_text(middle + 4, bottom + 10, fmt::format("class=\"{}end\" {}", font, turn),
                             name, longest_name)
                  : svg_text(middle, bottom + 18, fmt::format("class=\"{}middle\"", font), name,
                             longest_name);
  }
  const double label_y = bottom + (turned ? name_width + 30.0 : 42.0);
  const double middle = (top + bottom) / 2;
  svg += svg_text(left + width / 2, label_y, "class=\"soft middle\"", "predicted class", 20);
  svg += svg_text(18, middle,
                  fmt::format("class=\"soft middle\" transform=\"rotate(-90 18 {:.2f})\"", middle),
                  "true class", 20);
  return {chart.title, label_y + 16, svg};
}

}  // namespace espalier::detail
