// SPDX-License-Identifier: BSD-3-Clause
#include <espalier/inspection/html_report.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include <espalier/core/archive.hpp>
#include <espalier/core/errors.hpp>
#include <espalier/core/version.hpp>
#include "charts/svg.hpp"
#include "inspection/page.hpp"

namespace espalier {
namespace {

using namespace detail;

LineSeries reference_line(std::string name, std::string note, Vector x, Vector y) {
  return {.name = std::move(name),
          .note = std::move(note),
          .x = std::move(x),
          .y = std::move(y),
          .reference = true};
}

const Vector unit_interval = (Vector(2) << 0.0, 1.0).finished();

/// An empty chart on the unit square.
LineChart unit_chart(std::string title, std::string x_label, std::string y_label) {
  return {.title = std::move(title),
          .x_label = std::move(x_label),
          .y_label = std::move(y_label),
          .x_range = AxisRange{0.0, 1.0},
          .y_range = AxisRange{0.0, 1.0},
          .square = true};
}

void refuse_nan(const Vector& rates, std::string_view curve, std::string_view name,
                std::string_view lacks) {
  if (rates.hasNaN())
    throw InvalidInput(fmt::format("HtmlReport: the {} of '{}' is not defined: y_true has no {}",
                                   curve, name, lacks));
}

}  // namespace

HtmlReport::HtmlReport(std::string title, std::string subtitle)
    : title_(std::move(title)), subtitle_(std::move(subtitle)) {}

HtmlReport& HtmlReport::add_block(std::string html) {
  blocks_.push_back({.html = std::move(html)});
  return *this;
}

HtmlReport& HtmlReport::add_heading(std::string_view text) {
  add_block(fmt::format("<h2>{}</h2>\n", markup_text(text)));
  section_begin_ = blocks_.size();
  return *this;
}

HtmlReport& HtmlReport::add_text(std::string_view text) { return add_block(paragraphs(text)); }

HtmlReport& HtmlReport::add_preformatted(std::string_view text, std::string_view caption) {
  return add_block(card(caption, fmt::format("<pre>{}</pre>", markup_text(text))));
}

HtmlReport& HtmlReport::add_html(std::string_view html) { return add_block(card("", html)); }

HtmlReport& HtmlReport::add_scores(const std::vector<std::pair<std::string, double>>& scores) {
  std::string tiles;
  for (const auto& [name, value] : scores)
    tiles += fmt::format("<div class=\"tile\"><b>{}</b><span>{}</span></div>\n", readable(value),
                         markup_text(name));
  return add_block(fmt::format("<div class=\"tiles\">\n{}</div>\n", tiles));
}

HtmlReport& HtmlReport::add_table(const DataFrame& table, std::string_view caption,
                                  Index max_rows) {
  return add_block(card(caption, html_table(table, max_rows)));
}

HtmlReport& HtmlReport::add_table(const ClassificationReport& report, std::string_view caption) {
  return add_block(card(caption, html_table(report)));
}

HtmlReport& HtmlReport::add_chart(const LineChart& chart) {
  blocks_.push_back({.html = svg_element(draw(chart)), .is_chart = true});
  return *this;
}

HtmlReport& HtmlReport::add_chart(const BarChart& chart) {
  blocks_.push_back({.html = svg_element(draw(chart)), .is_chart = true});
  return *this;
}

HtmlReport& HtmlReport::add_chart(const ConfusionChart& chart) {
  blocks_.push_back({.html = svg_element(draw(chart)), .is_chart = true});
  return *this;
}

LineChart& HtmlReport::curve_chart(CurveKind kind, const LineChart& empty) {
  const auto same_kind = [&](const Block& block) { return block.kind == kind; };
  const auto open = std::find_if(blocks_.begin() + static_cast<std::ptrdiff_t>(section_begin_),
                                 blocks_.end(), same_kind);
  if (open != blocks_.end()) return open->curves;
  blocks_.push_back({.kind = kind, .curves = empty, .is_chart = true});
  return blocks_.back().curves;
}

HtmlReport& HtmlReport::add_roc_curve(std::string_view name, const Eigen::Ref<const Labels>& y_true,
                                      const Eigen::Ref<const Vector>& y_score,
                                      const RocCurveOptions& options) {
  RocCurve curve = roc_curve(y_true, y_score, options);
  refuse_nan(curve.fpr, "ROC curve", name, "negatives");
  refuse_nan(curve.tpr, "ROC curve", name, "positives");
  LineChart empty = unit_chart("ROC curve", "false positive rate", "true positive rate");
  empty.series.push_back(reference_line("guessing", "area 0.500", unit_interval, unit_interval));
  const double area = auc(curve.fpr, curve.tpr);
  curve_chart(CurveKind::roc, empty)
      .series.push_back({.name = std::string(name),
                         .note = fmt::format("area {:.3f}", area),
                         .x = std::move(curve.fpr),
                         .y = std::move(curve.tpr)});
  return *this;
}

HtmlReport& HtmlReport::add_precision_recall_curve(std::string_view name,
                                                   const Eigen::Ref<const Labels>& y_true,
                                                   const Eigen::Ref<const Vector>& y_score,
                                                   const PrecisionRecallCurveOptions& options) {
  PrecisionRecallCurve curve = precision_recall_curve(y_true, y_score, options);
  const Index points = curve.recall.size();
  // The lowest threshold takes every row for positive: its precision is their share.
  const double prevalence = curve.precision[0];
  if (prevalence == 0.0)
    throw InvalidInput(fmt::format(
        "HtmlReport: the precision-recall curve of '{}' is not defined: y_true has no positives",
        name));
  const double area = (curve.recall.head(points - 1) - curve.recall.tail(points - 1))
                          .dot(curve.precision.head(points - 1));
  LineChart& chart = curve_chart(CurveKind::precision_recall,
                                 unit_chart("Precision and recall", "recall", "precision"));
  const bool known =
      std::any_of(chart.series.begin(), chart.series.end(),
                  [&](const LineSeries& s) { return s.reference && s.y[0] == prevalence; });
  if (!known)
    chart.series.push_back(reference_line("guessing",
                                          fmt::format("share of positives {:.3f}", prevalence),
                                          unit_interval, Vector::Constant(2, prevalence)));
  chart.series.push_back({.name = std::string(name),
                          .note = fmt::format("average precision {:.3f}", area),
                          .x = std::move(curve.recall),
                          .y = std::move(curve.precision),
                          .steps = true});
  return *this;
}

HtmlReport& HtmlReport::add_calibration_curve(std::string_view name,
                                              const Eigen::Ref<const Labels>& y_true,
                                              const Eigen::Ref<const Vector>& y_prob,
                                              const CalibrationCurveOptions& options) {
  CalibrationCurve curve = calibration_curve(y_true, y_prob, options);
  const double brier = brier_score_loss(
      y_true, y_prob,
      {.sample_weight = options.sample_weight, .pos_label = options.pos_label.value_or(1)});
  LineChart empty = unit_chart("Calibration", "predicted probability; marks by share of rows",
                               "observed frequency");
  empty.series.push_back(reference_line("perfectly calibrated", "", unit_interval, unit_interval));
  curve_chart(CurveKind::calibration, empty)
      .series.push_back({.name = std::string(name),
                         .note = fmt::format("Brier score {:.3f}", brier),
                         .x = std::move(curve.prob_pred),
                         .y = std::move(curve.prob_true),
                         .marker_size = curve.support / curve.support.sum()});
  return *this;
}

HtmlReport& HtmlReport::add_confusion_matrix(std::string_view name,
                                             const Eigen::Ref<const Labels>& y_true,
                                             const Eigen::Ref<const Labels>& y_pred,
                                             const std::vector<std::string>& class_names,
                                             const ConfusionMatrixOptions& options) {
  ConfusionChart chart{.title = fmt::format("Confusion matrix: {}", name),
                       .class_names = class_names,
                       .counts = confusion_matrix(y_true, y_pred, options)};
  if (class_names.empty()) {
    const ClassScores scores =
        precision_recall_fscore_support(y_true, y_pred, {.labels = options.labels});
    for (const int label : scores.labels) chart.class_names.push_back(fmt::format("{}", label));
  }
  return add_chart(chart);
}

std::string HtmlReport::to_html() const {
  std::string body;
  bool in_grid = false;
  for (const Block& block : blocks_) {
    if (block.is_chart != in_grid) body += block.is_chart ? "<div class=\"charts\">\n" : "</div>\n";
    in_grid = block.is_chart;
    const std::string drawn =
        block.kind == CurveKind::other ? block.html : svg_element(draw(block.curves));
    body += block.is_chart ? fmt::format("<figure>{}</figure>\n", drawn) : drawn;
  }
  if (in_grid) body += "</div>\n";
  return page(title_, subtitle_, body);
}

void HtmlReport::save(const std::filesystem::path& path) const {
  write_file_atomically(path, to_html());
}

}  // namespace espalier
