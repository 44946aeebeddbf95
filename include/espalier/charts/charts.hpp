// SPDX-License-Identifier: BSD-3-Clause
/// @file
/// Charts as SVG text: no script, no font or file from elsewhere, light or dark as the reader's
/// system is, told apart by dashes as well as by colour. Save one as a file, or put it into an
/// HtmlReport.
///
///     LineChart chart{.title = "Learning curve", .x_label = "rows", .y_label = "accuracy"};
///     chart.series.push_back({.name = "train", .x = rows, .y = train});
///     chart.series.push_back({.name = "test", .x = rows, .y = test});
///     std::string svg = to_svg(chart);
///
/// Texts are escaped; one that is too long is cut and shown whole as a tooltip. All functions throw
/// InvalidInput, naming the chart, when there is nothing to draw, lengths differ or a number is not
/// finite.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include <espalier/core/types.hpp>

namespace espalier {

/// The numbers that an axis covers at least.
struct AxisRange {
  double low;
  double high;
};

/// One line of a LineChart.
struct LineSeries {
  std::string name;       ///< in the legend; empty: no entry
  std::string note = {};  ///< at the right of the legend: a number that sums the line up
  Vector x = {};
  Vector y = {};
  bool steps = false;       ///< keep y up to the next x and jump there
  Vector marker_size = {};  ///< in [0, 1], a round mark of that area at each point; empty: no marks
  bool reference = false;   ///< drawn thin, dashed and grey, behind the others
};

/// Lines over two numeric axes. A line of many points is thinned to what can be seen.
struct LineChart {
  std::string title;
  std::string x_label = {};
  std::string y_label = {};
  std::vector<LineSeries> series = {};
  std::optional<AxisRange> x_range = {};  ///< nothing: what the data need
  std::optional<AxisRange> y_range = {};
  bool square = false;  ///< both axes equally long
};

/// One horizontal bar a value, from top to bottom; zero is on the axis.
struct BarChart {
  std::string title;
  std::string x_label = {};
  std::vector<std::string> names = {};
  Vector values = {};
};

/// A confusion matrix as coloured cells with counts, and, where there is room, shares of the row. A
/// cell is the darker, the greater its share of the row.
struct ConfusionChart {
  std::string title;
  std::vector<std::string> class_names = {};
  Matrix counts = {};  ///< k × k, true classes in rows (see confusion_matrix)
};

/// A complete SVG document of 480 units' width.
std::string to_svg(const LineChart& chart);
/// Charts one below the other, in one document. @throws InvalidInput  there are none
std::string to_svg(const std::vector<LineChart>& charts);
std::string to_svg(const BarChart& chart);
std::string to_svg(const ConfusionChart& chart);

}  // namespace espalier
