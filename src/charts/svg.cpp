// SPDX-License-Identifier: BSD-3-Clause
#include "charts/svg.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <utility>

#include <espalier/core/errors.hpp>
#include "charts/html.hpp"
#include "charts/theme.hpp"
#include "core/utf8.hpp"

namespace espalier::detail {
namespace {

constexpr std::string_view replacement = "\xEF\xBF\xBD";  // U+FFFD

/// The length of the character that begins `text`, or 0 if its bytes are not UTF-8 or XML forbids
/// it: control characters, U+FFFE and U+FFFF.
std::size_t character_length(std::string_view text) {
  const std::size_t length = utf8_length(text);
  const bool control = text[0] >= 0 && text[0] < 0x20;
  const bool white = text[0] == '\t' || text[0] == '\n' || text[0] == '\r';
  const std::string_view character = text.substr(0, length);
  const bool forbidden = character == "\xEF\xBF\xBE" || character == "\xEF\xBF\xBF";
  return (control && !white) || forbidden ? 0 : length;
}

double distance_to_line(Point p, Point a, Point b) {
  const double dx = b.x - a.x;
  const double dy = b.y - a.y;
  const double length = std::hypot(dx, dy);
  if (length == 0.0) return std::hypot(p.x - a.x, p.y - a.y);
  return std::abs(dx * (a.y - p.y) - dy * (a.x - p.x)) / length;
}

}  // namespace

std::string markup_text(std::string_view text) {
  std::string clean;
  while (!text.empty()) {
    const std::size_t length = character_length(text);
    clean += length == 0 ? replacement : text.substr(0, length);
    text.remove_prefix(std::max<std::size_t>(length, 1));
  }
  return escape_html(clean);
}

std::size_t character_count(std::string_view text) {
  return static_cast<std::size_t>(std::count_if(text.begin(), text.end(), [](char c) {
    return (static_cast<unsigned char>(c) & 0xC0) != 0x80;
  }));
}

double text_width(std::size_t characters) { return 7.0 * static_cast<double>(characters); }

std::string shortened(std::string_view text, std::size_t length) {
  if (character_count(text) <= length) return std::string(text);
  std::size_t end = text.size();
  while (character_count(text.substr(0, end)) >= length) --end;
  return std::string(text.substr(0, end)) + "…";
}

std::string svg_text(double x, double y, std::string_view attributes, std::string_view text,
                     std::size_t length) {
  if (text.empty()) return {};
  const std::string shown = shortened(text, length);
  const std::string tooltip =
      shown == text ? std::string() : fmt::format("<title>{}</title>", markup_text(text));
  return fmt::format("<text x=\"{:.2f}\" y=\"{:.2f}\" {}>{}{}</text>\n", x, y, attributes, tooltip,
                     markup_text(shown));
}

double content_top(std::string_view title) { return title.empty() ? 16.0 : 44.0; }

std::string svg_element(const Drawing& drawing, std::string_view style) {
  const std::string size =
      drawing.width > chart_width ? fmt::format(" style=\"width:{:.0f}px\"", drawing.width) : "";
  return fmt::format(
      "<svg xmlns=\"http://www.w3.org/2000/svg\" class=\"espalier-chart\" role=\"img\" "
      "aria-label=\"{}\" viewBox=\"0 0 {:.0f} {:.0f}\"{}>\n{}"
      "<rect class=\"ground\" width=\"100%\" height=\"100%\" rx=\"10\"/>\n{}{}</svg>\n",
      markup_text(drawing.title), drawing.width, drawing.height, size, style,
      svg_text(16, 26, "class=\"title\"", drawing.title, 56), drawing.elements);
}

std::string Ticks::text(double value) const {
  if (std::abs(value) < step * 1e-9) value = 0.0;  // no −0
  const double decimals = std::ceil(-std::log10(step) - 1e-9);
  if (decimals > 6.0 || std::max(std::abs(low), std::abs(high)) >= 1e7)
    return fmt::format("{:.3g}", value);
  return fmt::format("{:.{}f}", value, static_cast<int>(std::max(0.0, decimals)));
}

Ticks make_ticks(double low, double high, int count) {
  // A span that rounding could have made counts as none.
  if (!(high - low > 1e-9 * std::max(std::abs(low), std::abs(high)))) {
    const double margin = low == 0.0 ? 1.0 : std::abs(low) * 0.1;
    low -= margin;
    high += margin;
  }
  const double rough = (high - low) / count;
  const double power = std::pow(10.0, std::floor(std::log10(rough)));
  const double digit = rough / power - 1e-9;
  const double step = power * (digit <= 1.0 ? 1.0 : digit <= 2.0 ? 2.0 : digit <= 5.0 ? 5.0 : 10.0);
  const double first = std::floor(low / step + 1e-9);
  const double last = std::ceil(high / step - 1e-9);
  Ticks ticks{first * step, last * step, step, {}};
  const int steps = static_cast<int>(last - first);
  for (int k = 0; k <= steps; ++k) ticks.at.push_back((first + k) * step);
  return ticks;
}

std::vector<Point> simplified(const std::vector<Point>& line, double tolerance) {
  if (line.size() < 3) return line;
  std::vector<bool> kept(line.size(), false);
  kept.front() = kept.back() = true;
  std::vector<std::pair<std::size_t, std::size_t>> spans{{0, line.size() - 1}};
  while (!spans.empty()) {
    const auto [begin, end] = spans.back();
    spans.pop_back();
    std::size_t farthest = begin;
    double distance = tolerance;
    for (std::size_t i = begin + 1; i < end; ++i) {
      const double d = distance_to_line(line[i], line[begin], line[end]);
      if (d > distance) {
        distance = d;
        farthest = i;
      }
    }
    if (farthest == begin) continue;
    kept[farthest] = true;
    spans.emplace_back(begin, farthest);
    spans.emplace_back(farthest, end);
  }
  std::vector<Point> result;
  for (std::size_t i = 0; i < line.size(); ++i)
    if (kept[i]) result.push_back(line[i]);
  return result;
}

void check_drawable(std::string_view what, const Eigen::Ref<const Matrix>& values) {
  for (Index j = 0; j < values.cols(); ++j)
    for (Index i = 0; i < values.rows(); ++i)
      if (!std::isfinite(values(i, j)))
        throw InvalidInput(
            fmt::format("{}: got {} in row {}; expected finite numbers", what, values(i, j), i));
}

std::string readable(double value) {
  const double size = std::abs(value);
  if (size != 0.0 && (size < 1e-4 || size >= 1e15)) return fmt::format("{:.3g}", value);
  if (value == std::floor(value)) return fmt::format("{:.0f}", value);
  const int decimals = size >= 100.0 ? 1 : size >= 10.0 ? 2 : size >= 1.0 ? 3 : 4;
  return fmt::format("{:.{}f}", value, decimals);
}

}  // namespace espalier::detail

namespace espalier {
namespace {

std::string document(const detail::Drawing& drawing) {
  return detail::svg_element(drawing, fmt::format("<style>{}</style>\n", detail::theme_css()));
}

}  // namespace

std::string to_svg(const LineChart& chart) { return document(detail::draw(chart)); }
std::string to_svg(const std::vector<LineChart>& charts) {
  if (charts.empty()) throw InvalidInput("to_svg: there are no charts");
  detail::Drawing all = detail::draw(charts.front());
  for (std::size_t i = 1; i < charts.size(); ++i) {
    const detail::Drawing below = detail::draw(charts[i]);
    all.elements +=
        fmt::format("<g transform=\"translate(0 {:.2f})\">\n{}{}</g>\n", all.height,
                    detail::svg_text(16, 26, "class=\"title\"", below.title, 56), below.elements);
    all.height += below.height;
  }
  return document(all);
}
std::string to_svg(const BarChart& chart) { return document(detail::draw(chart)); }
std::string to_svg(const ConfusionChart& chart) { return document(detail::draw(chart)); }

}  // namespace espalier
