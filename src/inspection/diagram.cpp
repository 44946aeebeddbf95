// SPDX-License-Identifier: BSD-3-Clause
#include <espalier/inspection/diagram.hpp>

#include <fmt/format.h>

#include <string_view>

#include "charts/html.hpp"

namespace espalier {
namespace {

/// Own parameters, without those that hold the parts.
std::vector<std::pair<ParamInfo, Value>> plain_params(const Estimator& e) {
  std::vector<std::pair<ParamInfo, Value>> result;
  const bool composed = e.part_layout() != PartLayout::none;
  for (ParamInfo& info : e.param_infos()) {
    Value value = e.get_param(info.name);
    const bool holds_parts = composed && (info.default_value == Value(Value::List{}) ||
                                          value.get_if<Value::EstimatorPtr>() != nullptr);
    if (!holds_parts) result.emplace_back(std::move(info), std::move(value));
  }
  return result;
}

std::string one_line(const Estimator& e) {
  if (e.part_layout() == PartLayout::none) return e.to_string();
  std::string changed;
  for (const auto& [info, value] : plain_params(e))
    if (value != info.default_value)
      changed += (changed.empty() ? "" : ", ") + info.name + "=" + value.to_text();
  return std::string(e.class_name()) + (changed.empty() ? "" : "(" + changed + ")");
}

void add_text(std::string& out, const Estimator& e, const std::string& indent) {
  const auto parts = e.parts();
  for (std::size_t i = 0; i < parts.size(); ++i) {
    const EstimatorPart& part = parts[i];
    const bool last = i + 1 == parts.size();
    out += fmt::format("{}{}{}: ", indent, last ? "└─ " : "├─ ", part.name);
    if (part.estimator == nullptr) {
      out += part.note + "\n";
      continue;
    }
    out += one_line(*part.estimator);
    if (!part.note.empty()) out += "  [" + part.note + "]";
    out += "\n";
    add_text(out, *part.estimator, indent + (last ? "   " : "│  "));
  }
}

std::string param_table(const Estimator& e) {
  std::string rows;
  for (const auto& [info, value] : plain_params(e))
    rows += fmt::format("<tr{}><th>{}</th><td>{}</td><td>{}</td></tr>",
                        value == info.default_value ? "" : " class=\"set\"",
                        detail::escape_html(info.name), detail::escape_html(value.to_text()),
                        detail::escape_html(info.doc));
  return rows.empty() ? rows : "<table>" + rows + "</table>";
}

/// A box: the name of the part, its class, and behind a click its parameters.
std::string box(const std::string& name, const std::string& title, const std::string& note,
                const std::string& body) {
  std::string head;
  if (!name.empty())
    head += fmt::format("<span class=\"name\">{}</span>", detail::escape_html(name));
  if (!title.empty())
    head += fmt::format("<span class=\"class\">{}</span>", detail::escape_html(title));
  if (!note.empty())
    head += fmt::format("<span class=\"note\">{}</span>", detail::escape_html(note));
  if (body.empty()) return "<div class=\"box plain\">" + head + "</div>";
  return "<details class=\"box\"><summary>" + head + "</summary>" + body + "</details>";
}

std::string html_tree(const Estimator& e, const std::string& name, const std::string& note) {
  std::string html = box(name, std::string(e.class_name()), note, param_table(e));
  const auto parts = e.parts();
  if (parts.empty()) return html;
  std::string inner;
  for (const EstimatorPart& part : parts)
    inner += "<div class=\"part\">" +
             (part.estimator ? html_tree(*part.estimator, part.name, part.note)
                             : box(part.name, "", part.note, "")) +
             "</div>";
  const std::string_view layout = e.part_layout() == PartLayout::side_by_side ? "beside" : "below";
  return fmt::format("<div class=\"group\">{}<div class=\"{}\">{}</div></div>", html, layout,
                     inner);
}

constexpr std::string_view style = R"(<style>
.espalier-diagram{--ink:#1d2733;--soft:#5b6875;--line:#9fb0bf;--box:#f3f6f9;--rim:#c6d1db;--group:#fbfcfd;--accent:#2f6f4f;
font:14px/1.45 system-ui,sans-serif;color:var(--ink);overflow-x:auto;padding:4px}
@media(prefers-color-scheme:dark){.espalier-diagram{--ink:#e3e9ef;--soft:#9aa8b5;--line:#5c6b79;--box:#212a33;--rim:#3a4753;--group:#181f26;--accent:#7fc8a0}}
.espalier-diagram .group{display:inline-block;min-width:12em;border:1px dashed var(--rim);border-radius:8px;padding:8px;background:var(--group)}
.espalier-diagram .box{border:1px solid var(--rim);border-radius:6px;background:var(--box);padding:4px 10px;text-align:center}
.espalier-diagram summary{cursor:pointer;list-style:none}
.espalier-diagram summary::-webkit-details-marker{display:none}
.espalier-diagram summary:focus-visible{outline:2px solid var(--accent);outline-offset:3px;border-radius:4px}
.espalier-diagram summary .class::after{content:" ▸";color:var(--soft)}
.espalier-diagram details[open]>summary .class::after{content:" ▾"}
.espalier-diagram .name{display:block;font-size:12px;color:var(--accent)}
.espalier-diagram .class{display:block;font-weight:600}
.espalier-diagram .note{display:block;font-size:12px;color:var(--soft);max-width:26em;margin:0 auto;overflow-wrap:anywhere}
.espalier-diagram .below{display:flex;flex-direction:column;align-items:center}
.espalier-diagram .below>.part{display:flex;flex-direction:column;align-items:center}
.espalier-diagram .below>.part::before,.espalier-diagram .beside>.part::before{content:"";display:block;width:1px;height:12px;margin:0 auto;background:var(--line)}
.espalier-diagram .beside{display:flex;gap:12px;align-items:flex-start;justify-content:center}
.espalier-diagram table{border-collapse:collapse;margin:6px auto 4px;font-size:12px;text-align:left}
.espalier-diagram th,.espalier-diagram td{padding:2px 8px;border-top:1px solid var(--rim);font-weight:400;vertical-align:top;white-space:nowrap}
.espalier-diagram td{white-space:normal;overflow-wrap:break-word;max-width:16em}
.espalier-diagram td:last-child{color:var(--soft);min-width:12em;max-width:24em}
.espalier-diagram tr.set th,.espalier-diagram tr.set td:nth-child(2){font-weight:600;color:var(--accent)}
</style>)";

}  // namespace

std::string text_diagram(const Estimator& estimator) {
  std::string out = one_line(estimator) + "\n";
  add_text(out, estimator, "");
  return out;
}

std::string html_diagram(const Estimator& estimator) {
  return fmt::format("<div class=\"espalier-diagram\">{}{}</div>", style,
                     html_tree(estimator, "", ""));
}

std::string html_diagram_page(const Estimator& estimator) {
  return fmt::format(
      "<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"><meta name=\"viewport\" "
      "content=\"width=device-width,initial-scale=1\"><meta name=\"color-scheme\" content=\"light "
      "dark\">"
      "<title>{}</title></head>\n<body>{}</body></html>\n",
      detail::escape_html(estimator.class_name()), html_diagram(estimator));
}

}  // namespace espalier
