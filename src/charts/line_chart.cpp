// SPDX-License-Identifier: BSD-3-Clause
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include <espalier/core/errors.hpp>
#include "charts/svg.hpp"
#include "charts/theme.hpp"

namespace espalier::detail {
namespace {

constexpr double left = 62.0;
constexpr double right = 24.0;
constexpr double legend_row = 22.0;
constexpr double smallest_mark = 3.0;  // radii
constexpr double largest_mark = 9.0;

/// A position of numbers on the page.
struct Scale {
  Ticks ticks;
  double from;  // where ticks.low lies
  double to;    // where ticks.high lies
  double operator()(double value) const {
    return from + (value - ticks.low) / (ticks.high - ticks.low) * (to - from);
  }
};

void check(const LineChart& chart) {
  if (chart.series.empty())
    throw InvalidInput(fmt::format("chart '{}': there is no series to draw", chart.title));
  for (const LineSeries& s : chart.series) {
    const std::string what = fmt::format("series '{}' of chart '{}'", s.name, chart.title);
    if (s.x.size() == 0 || s.x.size() != s.y.size())
      throw InvalidInput(
          fmt::format("{}: x has {} points and y has {}", what, s.x.size(), s.y.size()));
    if (s.marker_size.size() != 0 && s.marker_size.size() != s.x.size())
      throw InvalidInput(
          fmt::format("{}: {} marker sizes for {} points", what, s.marker_size.size(), s.x.size()));
    for (const Vector* values : {&s.x, &s.y, &s.marker_size}) check_drawable(what, *values);
  }
}

Ticks axis_ticks(const LineChart& chart, Vector LineSeries::*values,
                 std::optional<AxisRange> range) {
  double low = range ? range->low : std::numeric_limits<double>::infinity();
  double high = range ? range->high : -std::numeric_limits<double>::infinity();
  for (const LineSeries& s : chart.series) {
    low = std::min(low, (s.*values).minCoeff());
    high = std::max(high, (s.*values).maxCoeff());
  }
  return make_ticks(low, high);
}

std::string axes(const LineChart& chart, const Scale& x, const Scale& y) {
  std::string svg;
  for (const double tick : y.ticks.at) {
    svg +=
        fmt::format("<path class=\"grid\" d=\"M{:.2f} {:.2f}H{:.2f}\"/>\n", x.from, y(tick), x.to);
    svg += svg_text(x.from - 8, y(tick) + 4, "class=\"soft small end\"", y.ticks.text(tick), 12);
  }
  for (const double tick : x.ticks.at) {
    svg +=
        fmt::format("<path class=\"grid\" d=\"M{:.2f} {:.2f}V{:.2f}\"/>\n", x(tick), y.from, y.to);
    svg += svg_text(x(tick), y.from + 18, "class=\"soft small middle\"", x.ticks.text(tick), 12);
  }
  svg += fmt::format("<path class=\"axis\" d=\"M{:.2f} {:.2f}V{:.2f}H{:.2f}\"/>\n", x.from, y.to,
                     y.from, x.to);
  svg += svg_text((x.from + x.to) / 2, y.from + 38, "class=\"soft middle\"", chart.x_label, 56);
  const double middle = (y.from + y.to) / 2;
  const std::string turned =
      fmt::format("class=\"soft middle\" transform=\"rotate(-90 18 {:.2f})\"", middle);
  return svg + svg_text(18, middle, turned, chart.y_label, 40);
}

std::string path_of(const LineSeries& series, const Scale& x, const Scale& y) {
  std::vector<Point> points;
  for (Index i = 0; i < series.x.size(); ++i) {
    const Point next{x(series.x[i]), y(series.y[i])};
    if (series.steps && i > 0) points.push_back({next.x, points.back().y});
    points.push_back(next);
  }
  constexpr double invisible = 0.1;
  std::string path;
  for (const Point& p : simplified(points, invisible))
    path += fmt::format("{}{:.2f} {:.2f}", path.empty() ? 'M' : 'L', p.x, p.y);
  return path;
}

std::string marks_of(const LineSeries& series, const Scale& x, const Scale& y, int color) {
  std::string svg;
  for (Index i = 0; i < series.marker_size.size(); ++i) {
    const double share = std::clamp(series.marker_size[i], 0.0, 1.0);
    const double radius = std::max(smallest_mark, largest_mark * std::sqrt(share));
    svg += fmt::format("<circle class=\"mark f{}\" cx=\"{:.2f}\" cy=\"{:.2f}\" r=\"{:.2f}\"/>\n",
                       color, x(series.x[i]), y(series.y[i]), radius);
  }
  return svg;
}

/// "line s1", or "reference"; colours go round.
std::string line_class(const LineSeries& series, int color) {
  return series.reference ? "reference" : fmt::format("line s{}", color);
}

struct Legend {
  double y;  // of the next entry
  std::string svg;

  void add(const LineSeries& series, int color) {
    if (series.name.empty()) return;
    constexpr std::size_t room = 46;  // characters of name and note
    svg += fmt::format("<path class=\"{}\" d=\"M{:.2f} {:.2f}h30\"/>\n", line_class(series, color),
                       left, y - 4);
    const std::string note = shortened(series.note, 30);
    svg += svg_text(left + 40, y, "", series.name, room - character_count(note));
    svg += svg_text(chart_width - right, y, "class=\"soft end\"", note, 30);
    y += legend_row;
  }
};

}  // namespace

Drawing draw(const LineChart& chart) {
  check(chart);
  const double top = content_top(chart.title);
  const double width = chart_width - left - right;
  const double bottom = top + (chart.square ? width : 0.66 * width);
  const Scale x{axis_ticks(chart, &LineSeries::x, chart.x_range), left, left + width};
  const Scale y{axis_ticks(chart, &LineSeries::y, chart.y_range), bottom, top};

  std::string behind;
  std::string before;
  Legend legend{bottom + (chart.x_label.empty() ? 46.0 : 66.0), {}};
  int drawn = 0;
  for (const LineSeries& series : chart.series) {
    const int color = series.reference ? 0 : drawn++ % series_colors + 1;
    (series.reference ? behind : before) +=
        fmt::format("<path class=\"{}\" d=\"{}\"><title>{}</title></path>\n",
                    line_class(series, color), path_of(series, x, y), markup_text(series.name)) +
        marks_of(series, x, y, color);
    if (!series.reference) legend.add(series, color);
  }
  for (const LineSeries& series : chart.series)
    if (series.reference) legend.add(series, 0);
  return {chart.title, legend.y - 4, axes(chart, x, y) + behind + before + legend.svg};
}

}  // namespace espalier::detail
