// SPDX-License-Identifier: BSD-3-Clause
/// @file
/// What all charts are made of. Units are those of the viewBox: about one CSS pixel.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include <espalier/charts/charts.hpp>
#include <espalier/core/types.hpp>

namespace espalier::detail {

inline constexpr double chart_width = 480.0;

/// Text for HTML and XML: special characters escaped; what XML forbids (control characters, bytes
/// that are not UTF-8) replaced by U+FFFD.
std::string markup_text(std::string_view text);

/// The number of characters of a UTF-8 text.
std::size_t character_count(std::string_view text);

/// The width in units that `characters` take in the charts' font, generously.
double text_width(std::size_t characters);

/// `text` cut to `length` characters with an ellipsis.
std::string shortened(std::string_view text, std::size_t length);

/// A <text> element. `attributes` are put into its tag; a text longer than `length` characters is
/// cut and becomes the element's tooltip. An empty one gives no element.
std::string svg_text(double x, double y, std::string_view attributes, std::string_view text,
                     std::size_t length);

/// A chart before it is put into its <svg> element.
struct Drawing {
  std::string title;
  double height;
  std::string elements;
  double width = chart_width;  ///< a wider one keeps its size, and the page scrolls
};

Drawing draw(const LineChart& chart);
Drawing draw(const BarChart& chart);
Drawing draw(const ConfusionChart& chart);

/// The <svg> element with title and background, for a page that has the style sheet of theme.hpp,
/// or with that style sheet.
std::string svg_element(const Drawing& drawing, std::string_view style = {});

/// The y at which the first element below the title may begin.
double content_top(std::string_view title);

/// An axis: its ends, and round numbers between them.
struct Ticks {
  double low;
  double high;
  double step;
  std::vector<double> at;

  std::string text(double value) const;  ///< with the decimals that `step` needs
};

/// Ticks that cover [low, high] in about `count` steps at most, each 1, 2 or 5 times a power of
/// ten.
Ticks make_ticks(double low, double high, int count = 6);

struct Point {
  double x;
  double y;
};

/// The points that are needed to draw the polyline within `tolerance` (Ramer, Douglas and Peucker).
std::vector<Point> simplified(const std::vector<Point>& line, double tolerance);

/// @throws InvalidInput  "<what>: …" when a value is not finite
void check_drawable(std::string_view what, const Eigen::Ref<const Matrix>& values);

/// A number for people: about four significant digits, no exponent where it can be helped.
std::string readable(double value);

}  // namespace espalier::detail
