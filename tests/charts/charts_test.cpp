// SPDX-License-Identifier: BSD-3-Clause
#include <espalier/charts/charts.hpp>

#include <array>
#include <cmath>
#include <cstdio>
#include <limits>
#include <map>
#include <sstream>
#include <string>

#include <gtest/gtest.h>

#include <espalier/core/errors.hpp>
#include "charts/svg.hpp"
#include "charts/theme.hpp"
#include "support/expect_error.hpp"
#include "support/near.hpp"
#include "support/xml.hpp"

namespace espalier {
namespace {

using namespace testing_support;
using detail::Point;

/// The points of a path of M and L commands.
std::vector<Point> points_of(const std::string& path) {
  std::vector<Point> points;
  std::istringstream in(path);
  char command = 0;
  for (Point p{}; in >> command >> p.x >> p.y;) {
    EXPECT_TRUE(command == (points.empty() ? 'M' : 'L')) << path;
    points.push_back(p);
  }
  return points;
}

/// The lines of series, without legend samples (which are drawn with relative commands).
std::vector<std::vector<Point>> lines_of(const XmlDocument& svg,
                                         const std::string& css_class = "line") {
  std::vector<std::vector<Point>> lines;
  for (const XmlElement& path : svg.all("path", css_class))
    if (path["d"].find('h') == std::string::npos) lines.push_back(points_of(path["d"]));
  return lines;
}

LineChart unit_square(Vector x, Vector y) {
  LineChart chart{
      .title = "unit", .x_range = AxisRange{0, 1}, .y_range = AxisRange{0, 1}, .square = true};
  chart.series.push_back({.name = "line", .x = std::move(x), .y = std::move(y)});
  return chart;
}

TEST(LineChart, DrawsEveryPointInProportion) {
  const Vector x{{0.0, 0.25, 0.25, 1.0}};
  const Vector y{{0.0, 0.5, 0.75, 1.0}};
  const auto lines = lines_of(XmlDocument(to_svg(unit_square(x, y))));
  ASSERT_EQ(lines.size(), 1u);
  const std::vector<Point>& line = lines[0];
  ASSERT_EQ(line.size(), 4u);
  const double width = line[3].x - line[0].x;
  const double height = line[0].y - line[3].y;
  EXPECT_NEAR(width, height, 0.01);
  for (Index i = 0; i < 4; ++i) {
    const Point p = line[static_cast<std::size_t>(i)];
    EXPECT_NEAR(p.x, line[0].x + width * x[i], 0.01);
    EXPECT_NEAR(p.y, line[0].y - height * y[i], 0.01);
  }
}

TEST(LineChart, HoldsTheValueOfStepsUpToTheNextPoint) {
  LineChart chart = unit_square(Vector{{0.0, 0.5, 1.0}}, Vector{{0.0, 1.0, 0.5}});
  chart.series[0].steps = true;
  const auto lines = lines_of(XmlDocument(to_svg(chart)));
  ASSERT_EQ(lines.at(0).size(), 5u);
  const std::vector<Point>& line = lines[0];
  EXPECT_EQ(line[1].y, line[0].y);
  EXPECT_EQ(line[1].x, line[2].x);
  EXPECT_EQ(line[3].y, line[2].y);
  EXPECT_EQ(line[3].x, line[4].x);
}

TEST(LineChart, NamesEachSeriesInTheLegendWithItsNote) {
  LineChart chart = unit_square(Vector{{0.0, 1.0}}, Vector{{0.0, 1.0}});
  chart.series[0].note = "area 0.5";
  chart.series.push_back({.name = "other", .x = Vector{{0.0}}, .y = Vector{{1.0}}});
  chart.series.push_back(
      {.name = "chance", .x = Vector{{0.0, 1.0}}, .y = Vector{{1.0, 0.0}}, .reference = true});
  const XmlDocument svg(to_svg(chart));
  for (const char* text : {"unit", "line", "area 0.5", "other", "chance"})
    EXPECT_TRUE(svg.has_text("text", text)) << text;
  EXPECT_EQ(svg.all("path", "s1").size(), 2u);  // the line and its sample
  EXPECT_EQ(svg.all("path", "s2").size(), 2u);
  EXPECT_EQ(lines_of(svg, "reference").size(), 1u);
}

TEST(LineChart, SizesMarksByArea) {
  LineChart chart = unit_square(Vector{{0.0, 0.5, 1.0}}, Vector{{0.0, 1.0, 0.5}});
  chart.series[0].marker_size = Vector{{1.0, 0.25, 0.0}};
  const auto circles = XmlDocument(to_svg(chart)).all("circle");
  ASSERT_EQ(circles.size(), 3u);
  EXPECT_NEAR(std::stod(circles[1]["r"]), std::stod(circles[0]["r"]) / 2.0, 0.01);
  EXPECT_GT(std::stod(circles[2]["r"]), 1.0);  // still to be seen
}

TEST(LineChart, ThinsALineOfManyPoints) {
  const Index n = 200'000;
  const Vector x = Vector::LinSpaced(n, 0.0, 1.0);
  const std::string svg = to_svg(unit_square(x, x.array().square()));
  EXPECT_LT(svg.size(), 12'000u);
  EXPECT_GT(lines_of(XmlDocument(svg)).at(0).size(), 10u);
}

TEST(LineChart, RefusesWhatCannotBeDrawn) {
  EXPECT_TRUE(
      throws<InvalidInput>([] { to_svg(LineChart{.title = "empty"}); }, {"'empty'", "no series"}));
  EXPECT_TRUE(throws<InvalidInput>([] { to_svg(unit_square(Vector::Zero(3), Vector::Zero(2))); },
                                   {"'line'", "3 points", "2"}));
  EXPECT_TRUE(throws<InvalidInput>(
      [] { to_svg(unit_square(Vector::Zero(1), Vector::Constant(1, std::nan("")))); },
      {"'line'", "'unit'", "nan", "row 0"}));
}

TEST(BarChart, BarsBeginAtZero) {
  const XmlDocument svg(to_svg(BarChart{.title = "bars",
                                        .x_label = "gain",
                                        .names = {"a", "b", "c"},
                                        .values = Vector{{3.0, -1.0, 0.0}}}));
  const auto bars = svg.all("rect", "bar");
  ASSERT_EQ(bars.size(), 3u);
  const double zero = std::stod(bars[0]["x"]);
  const double unit = std::stod(bars[0]["width"]) / 3.0;
  EXPECT_NEAR(std::stod(bars[1]["x"]) + std::stod(bars[1]["width"]), zero, 0.02);
  EXPECT_NEAR(std::stod(bars[1]["width"]), unit, 0.02);
  EXPECT_EQ(std::stod(bars[2]["width"]), 0.0);
  EXPECT_TRUE(svg.has_text("text", "-1"));
  EXPECT_TRUE(svg.has_text("text", "gain"));
}

TEST(BarChart, RefusesNamesThatDoNotMatch) {
  EXPECT_TRUE(throws<InvalidInput>(
      [] { to_svg(BarChart{.title = "bars", .names = {"a"}, .values = Vector::Zero(2)}); },
      {"'bars'", "1 names", "2 values"}));
}

TEST(ConfusionChart, ShowsCountsAndSharesAndShadesByShare) {
  const ConfusionChart chart{.title = "m",
                             .class_names = {"no", "yes"},
                             .counts = (Matrix(2, 2) << 30, 10, 0, 5).finished()};
  const XmlDocument svg(to_svg(chart));
  for (const char* text :
       {"30", "10", "75.0 %", "25.0 %", "100.0 %", "no", "yes", "true class", "predicted class"})
    EXPECT_TRUE(svg.has_text("text", text)) << text;
  const auto cells = svg.all("rect", "heat");
  ASSERT_EQ(cells.size(), 4u);
  const auto shade = [&](std::size_t i) { return std::stod(cells[i]["fill-opacity"]); };
  EXPECT_GT(shade(3), shade(0));
  EXPECT_GT(shade(0), shade(1));
  EXPECT_GT(shade(1), shade(2));
}

TEST(ConfusionChart, DrawsManyClassesAndARowWithoutCounts) {
  Matrix counts = Matrix::Identity(40, 40) * 7.0;
  counts.row(3).setZero();
  ConfusionChart chart{.title = "many", .class_names = {}, .counts = counts};
  for (int k = 0; k < 40; ++k) chart.class_names.push_back("class " + std::to_string(k));
  EXPECT_EQ(XmlDocument(to_svg(chart)).all("rect", "heat").size(), 1600u);
}

TEST(ConfusionChart, RefusesNamesThatDoNotMatch) {
  EXPECT_TRUE(throws<InvalidInput>(
      [] {
        to_svg(ConfusionChart{.title = "m", .class_names = {"a"}, .counts = Matrix::Zero(2, 2)});
      },
      {"'m'", "1 class names", "2 × 2"}));
}

TEST(Charts, EscapeTextAndReplaceWhatXmlForbids) {
  const std::string nasty = "<b a=\"1\">&amp;'\x01\xFF ünï";
  const std::string shown = "<b a=\"1\">&amp;'\xEF\xBF\xBD\xEF\xBF\xBD ünï";
  LineChart line = unit_square(Vector{{0.0, 1.0}}, Vector{{0.0, 1.0}});
  line.title = line.x_label = line.y_label = line.series[0].name = line.series[0].note = nasty;
  const XmlDocument svg(to_svg(line));
  std::size_t found = 0;
  for (const XmlElement& e : svg.all("text")) found += e.text == shown ? 1 : 0;
  EXPECT_EQ(found, 5u);
  EXPECT_EQ(svg.elements()[0]["aria-label"], shown);

  const XmlDocument bars(
      to_svg(BarChart{.title = nasty, .names = {nasty}, .values = Vector::Ones(1)}));
  EXPECT_TRUE(bars.has_text("text", shown));
  const XmlDocument matrix(to_svg(
      ConfusionChart{.title = "m", .class_names = {"<\x02>"}, .counts = Matrix::Ones(1, 1)}));
  EXPECT_TRUE(matrix.has_text("text", "<\xEF\xBF\xBD>"));
}

TEST(Charts, CutLongTextsAndKeepThemAsTooltips) {
  LineChart chart = unit_square(Vector{{0.0, 1.0}}, Vector{{0.0, 1.0}});
  const std::string name = "än " + std::string(100, 'x');
  chart.series[0].name = name;
  const XmlDocument svg(to_svg(chart));
  EXPECT_TRUE(svg.has_text("title", name));
  EXPECT_TRUE(svg.has_text("text", "än " + std::string(42, 'x') + "…"));
}

TEST(Charts, AreSvgDocumentsThatNeedNothingElse) {
  const std::string svg = to_svg(unit_square(Vector{{0.0, 1.0}}, Vector{{0.0, 1.0}}));
  const XmlElement root = XmlDocument(svg).elements()[0];
  EXPECT_EQ(root.name, "svg");
  EXPECT_EQ(root["xmlns"], "http://www.w3.org/2000/svg");
  EXPECT_EQ(root["viewBox"].substr(0, 7), "0 0 480");
  for (const char* outside : {"url(", "@import", "href", "<script", "src="})
    EXPECT_EQ(svg.find(outside), std::string::npos) << outside;
}

TEST(MarkupText, ReplacesBrokenUtf8) {
  const std::string bad = "\xEF\xBF\xBD";
  EXPECT_EQ(detail::markup_text("a\xC3\xA9\xE2\x82\xAC\xF0\x9F\x8C\xB3z"),
            "a\xC3\xA9\xE2\x82\xAC\xF0\x9F\x8C\xB3z");
  EXPECT_EQ(detail::markup_text("\xC3"), bad);                      // cut off
  EXPECT_EQ(detail::markup_text("\xC0\xAF"), bad + bad);            // overlong
  EXPECT_EQ(detail::markup_text("\xED\xA0\x80"), bad + bad + bad);  // a surrogate
  EXPECT_EQ(detail::markup_text("\xEF\xBF\xBF"), bad + bad + bad);  // U+FFFF
  EXPECT_EQ(detail::markup_text("a\tb\nc"), "a\tb\nc");
}

TEST(Ticks, AreRoundNumbersThatCoverTheRange) {
  const detail::Ticks unit = detail::make_ticks(0.0, 1.0);
  ASSERT_EQ(unit.at.size(), 6u);
  EXPECT_EQ(unit.text(unit.at[3]), "0.6");
  const detail::Ticks odd = detail::make_ticks(-13.0, 47.0);
  EXPECT_EQ(odd.low, -20.0);
  EXPECT_EQ(odd.high, 50.0);
  EXPECT_EQ(odd.text(odd.at[2]), "0");
  const detail::Ticks small = detail::make_ticks(0.00012, 0.00031);
  EXPECT_LE(small.low, 0.00012);
  EXPECT_GE(small.high, 0.00031);
  EXPECT_EQ(small.text(0.0002), "0.00020");
  const detail::Ticks constant = detail::make_ticks(5.0, 5.0);
  EXPECT_LT(constant.low, 5.0);
  EXPECT_GT(constant.high, 5.0);
}

TEST(Simplified, StaysWithinTheTolerance) {
  std::vector<Point> line;
  for (int i = 0; i <= 1000; ++i) line.push_back({i * 0.4, 60.0 * std::sin(i * 0.02)});
  const std::vector<Point> thin = detail::simplified(line, 0.1);
  EXPECT_LT(thin.size(), 200u);
  std::size_t next = 1;
  for (const Point& p : line) {
    while (thin[next].x < p.x) ++next;
    const Point a = thin[next - 1];
    const Point b = thin[next];
    const double y = a.y + (b.y - a.y) * (p.x - a.x) / (b.x - a.x);
    EXPECT_LT(std::abs(y - p.y), 0.35);  // the distance is measured across the line
  }
}

TEST(Readable, KeepsFourSignificantDigitsOrSo) {
  EXPECT_EQ(detail::readable(0.87654321), "0.8765");
  EXPECT_EQ(detail::readable(12.3456), "12.35");
  EXPECT_EQ(detail::readable(1250.0), "1250");
  EXPECT_EQ(detail::readable(0.0), "0");
  EXPECT_EQ(detail::readable(0.0000123), "1.23e-05");
}

// Contrast by WCAG 2.2.

using Color = std::array<double, 3>;

double luminance(const Color& c) {
  const auto linear = [](double v) {
    return v <= 0.04045 ? v / 12.92 : std::pow((v + 0.055) / 1.055, 2.4);
  };
  return 0.2126 * linear(c[0]) + 0.7152 * linear(c[1]) + 0.0722 * linear(c[2]);
}

double contrast(const Color& a, const Color& b) {
  const double la = luminance(a);
  const double lb = luminance(b);
  return (std::max(la, lb) + 0.05) / (std::min(la, lb) + 0.05);
}

/// The variables --name:#rrggbb of a piece of the style sheet.
std::map<std::string, Color> colors_of(std::string_view css) {
  std::map<std::string, Color> colors;
  for (std::size_t at = css.find(":#"); at != std::string_view::npos; at = css.find(":#", at + 1)) {
    const std::size_t begin = css.rfind("--", at);
    const unsigned rgb =
        static_cast<unsigned>(std::stoul(std::string(css.substr(at + 2, 6)), nullptr, 16));
    const auto part = [&](int shift) { return static_cast<double>((rgb >> shift) & 0xFF) / 255.0; };
    colors[std::string(css.substr(begin, at - begin))] = {part(16), part(8), part(0)};
  }
  return colors;
}

TEST(Theme, ReachesTheContrastOfWcagInLightAndDark) {
  const std::string_view css = detail::theme_css();
  const std::size_t dark = css.find("@media(prefers-color-scheme:dark)");
  ASSERT_NE(dark, std::string_view::npos);
  for (const std::string_view part : {css.substr(0, dark), css.substr(dark)}) {
    const auto colors = colors_of(part);
    ASSERT_EQ(colors.size(), 15u);
    const Color& card = colors.at("--card");
    for (const char* text : {"--ink", "--soft", "--accent"})
      for (const char* ground : {"--card", "--page"})
        EXPECT_GE(contrast(colors.at(text), colors.at(ground)), 4.5) << text << " on " << ground;
    for (const char* line : {"--s1", "--s2", "--s3", "--s4", "--s5", "--s6", "--reference"})
      EXPECT_GE(contrast(colors.at(line), card), 3.0) << line;
    const Color& heat = colors.at("--heat");
    Color darkest;
    for (std::size_t i = 0; i < 3; ++i) darkest[i] = card[i] + 0.62 * (heat[i] - card[i]);
    EXPECT_GE(contrast(colors.at("--ink"), darkest), 4.5);
  }
}

}  // namespace
}  // namespace espalier
