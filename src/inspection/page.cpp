// SPDX-License-Identifier: BSD-3-Clause
#include "inspection/page.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include <espalier/core/version.hpp>
#include "charts/svg.hpp"
#include "charts/theme.hpp"

namespace espalier::detail {
namespace {

constexpr std::string_view page_css = R"(*{box-sizing:border-box}
body{margin:0;background:var(--page);color:var(--ink);font:16px/1.6 system-ui,-apple-system,"Segoe UI",sans-serif}
main{max-width:1120px;margin:0 auto;padding:40px 24px 32px}
header{margin-bottom:28px}
h1{font-size:32px;line-height:1.2;letter-spacing:-.01em;margin:0}
header p{margin:8px 0 0;color:var(--soft);max-width:70ch}
h2{font-size:21px;line-height:1.3;margin:40px 0 14px}
p{margin:0 0 14px;max-width:75ch}
.card,figure,.tile{background:var(--card);border:1px solid var(--rim);border-radius:10px}
.card{margin:0 0 20px;padding:16px;overflow-x:auto}
.card>h3{font-size:15px;line-height:1.4;margin:0 0 10px}
.charts{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(100%,420px),1fr));gap:20px;margin:0 0 20px;align-items:start}
figure{margin:0;max-width:600px;overflow:hidden}
.tiles{display:grid;grid-template-columns:repeat(auto-fit,minmax(150px,1fr));gap:14px;margin:0 0 20px}
.tile{padding:14px 16px}
.tile b{display:block;font-size:26px;line-height:1.2;font-weight:600;font-variant-numeric:tabular-nums;color:var(--accent)}
.tile span{color:var(--soft);font-size:14px}
table{border-collapse:collapse;font-size:14px;font-variant-numeric:tabular-nums}
th,td{padding:5px 12px;text-align:left;white-space:nowrap}
th{font-weight:600}
thead th{color:var(--soft);border-bottom:1px solid var(--rim)}
tbody tr+tr>*{border-top:1px solid var(--grid)}
tbody.averages>tr:first-child>*{border-top:1px solid var(--rim)}
.number{text-align:right}
.more{color:var(--soft);font-size:14px;margin:10px 0 0}
pre{margin:0;font:13px/1.5 ui-monospace,"Cascadia Mono",Menlo,Consolas,monospace}
footer{margin-top:40px;color:var(--soft);font-size:13px}
@media print{body{background:none}main{padding:0;max-width:none}.card,figure,.tile{break-inside:avoid}}
)";

std::string cell(std::string_view tag, bool number, std::string_view text) {
  return fmt::format("<{0}{1}>{2}</{0}>", tag, number ? " class=\"number\"" : "",
                     markup_text(text));
}

/// The decimals that show about four digits of the largest number of a column, as many as are
/// needed.
int decimals_for(std::span<const double> values) {
  double largest = 0.0;
  int needed = 0;
  for (const double v : values) {
    if (!std::isfinite(v)) continue;
    largest = std::max(largest, std::abs(v));
    while (needed < 4 &&
           std::abs(v * std::pow(10.0, needed) - std::round(v * std::pow(10.0, needed))) > 1e-6)
      ++needed;
  }
  const int room = largest >= 1000.0 ? 1 : largest >= 100.0 ? 2 : largest >= 10.0 ? 3 : 4;
  return std::min(needed, room);
}

/// The texts of the first `rows` cells of a column; what is missing is a dash.
std::vector<std::string> cell_texts(const Column& column, Index rows) {
  std::vector<std::string> texts;
  const bool numeric = column.is_numeric();
  const int decimals =
      numeric ? decimals_for(column.values().first(static_cast<std::size_t>(rows))) : 0;
  for (Index i = 0; i < rows; ++i) {
    if (column.is_missing(i)) {
      texts.emplace_back("–");
    } else if (numeric) {
      const double v = column.values()[static_cast<std::size_t>(i)];
      texts.push_back(std::abs(v) >= 1e12 ? fmt::format("{:.4g}", v)
                                          : fmt::format("{:.{}f}", v, decimals));
    } else {
      texts.push_back(column.text(i));
    }
  }
  return texts;
}

std::string rounded(double value) { return std::isnan(value) ? "–" : fmt::format("{:.3f}", value); }

std::string support_text(double value) {
  return fmt::format("{:.{}f}", value, value == std::floor(value) ? 0 : 2);
}

}  // namespace

std::string page(std::string_view title, std::string_view subtitle, std::string_view html) {
  std::string below;
  if (!subtitle.empty()) below = fmt::format("<p>{}</p>", markup_text(subtitle));
  return fmt::format(
      "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\"/>\n"
      "<meta name=\"viewport\" content=\"width=device-width,initial-scale=1\"/>\n"
      "<meta name=\"color-scheme\" content=\"light dark\"/>\n<title>{0}</title>\n<style>\n{1}{2}"
      "</style>\n</head>\n<body>\n<main>\n<header><h1>{0}</h1>{3}</header>\n{4}"
      "<footer>Made with espalier {5}</footer>\n</main>\n</body>\n</html>\n",
      markup_text(title), theme_css(), page_css, below, html, version);
}

std::string paragraphs(std::string_view text) {
  std::string result;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find("\n\n"), text.size());
    const std::string_view part = text.substr(0, end);
    if (part.find_first_not_of(" \t\r\n") != std::string_view::npos)
      result += fmt::format("<p>{}</p>\n", markup_text(part));
    text.remove_prefix(std::min(end + 2, text.size()));
  }
  return result;
}

std::string card(std::string_view caption, std::string_view html) {
  std::string heading;
  if (!caption.empty()) heading = fmt::format("<h3>{}</h3>\n", markup_text(caption));
  return fmt::format("<div class=\"card\">{}{}</div>\n", heading, html);
}

std::string html_table(const DataFrame& table, Index max_rows) {
  const Index rows = std::min(table.rows(), std::max<Index>(max_rows, 0));
  std::string head;
  std::vector<std::string> lines(static_cast<std::size_t>(rows));
  for (const Column& column : table.columns()) {
    head += cell("th", column.is_numeric(), column.name());
    const std::vector<std::string> texts = cell_texts(column, rows);
    for (std::size_t i = 0; i < lines.size(); ++i)
      lines[i] += cell("td", column.is_numeric(), texts[i]);
  }
  std::string body;
  for (const std::string& line : lines) body += fmt::format("<tr>{}</tr>\n", line);
  std::string more;
  if (table.rows() > rows)
    more = fmt::format("<p class=\"more\">… and {} more of {} rows</p>\n", table.rows() - rows,
                       table.rows());
  return fmt::format("<table>\n<thead><tr>{}</tr></thead>\n<tbody>\n{}</tbody>\n</table>\n{}", head,
                     body, more);
}

std::string html_table(const ClassificationReport& report) {
  using Row = ClassificationReport::Row;
  const auto line = [](const Row& row) {
    return fmt::format("<tr>{}{}{}{}{}</tr>\n", cell("th", false, row.name),
                       cell("td", true, rounded(row.precision)),
                       cell("td", true, rounded(row.recall)), cell("td", true, rounded(row.f1)),
                       cell("td", true, support_text(row.support)));
  };
  std::string classes;
  for (const Row& row : report.classes) classes += line(row);
  std::string averages;
  if (report.covers_all_labels) {
    averages += fmt::format("<tr>{}<td></td><td></td>{}{}</tr>\n", cell("th", false, "accuracy"),
                            cell("td", true, rounded(report.micro.f1)),
                            cell("td", true, support_text(report.micro.support)));
  } else {
    averages += line(report.micro);
  }
  averages += line(report.macro) + line(report.weighted);
  return fmt::format(
      "<table>\n<thead><tr><th></th>{}{}{}{}</tr></thead>\n<tbody>\n{}</tbody>\n"
      "<tbody class=\"averages\">\n{}</tbody>\n</table>\n",
      cell("th", true, "precision"), cell("th", true, "recall"), cell("th", true, "F1"),
      cell("th", true, "support"), classes, averages);
}

}  // namespace espalier::detail
