// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <espalier/charts/charts.hpp>
#include <espalier/core/data_frame.hpp>
#include <espalier/core/types.hpp>
#include <espalier/metrics/classification.hpp>
#include <espalier/metrics/probability.hpp>
#include <espalier/metrics/ranking.hpp>
#include <espalier/metrics/report.hpp>

namespace espalier {

/// An evaluation as one HTML page: text, tables, diagrams and charts, in the order in which they
/// were added. The page needs nothing but itself (no script, no network), follows the reader's
/// light or dark setting, prints well and works for colour-blind readers and on small screens.
///
///     HtmlReport report("Churn");
///     report.add_text("Held-out rows: 1250.");
///     report.add_html(html_diagram(model));
///     report.add_roc_curve("logistic", y_test, p_logistic);
///     report.add_roc_curve("boosting", y_test, p_boosting);   // into the same chart
///     report.add_confusion_matrix("boosting", y_test, predicted, {"stays", "leaves"});
///     report.save("report.html");
///
/// Curves of one kind share a chart until the next heading. Charts that follow each other stand
/// side by side where the screen is wide enough. Each `add_…` returns the report, and throws what
/// its metric throws; the report is then as before.
class HtmlReport {
 public:
  explicit HtmlReport(std::string title, std::string subtitle = {});

  /// A heading; curves after it go into charts of their own.
  HtmlReport& add_heading(std::string_view text);
  /// Paragraphs, separated by empty lines.
  HtmlReport& add_text(std::string_view text);
  /// Text in a fixed-width font, with its line breaks and spaces: output of a program.
  HtmlReport& add_preformatted(std::string_view text, std::string_view caption = {});
  /// HTML as it is, without escaping: a pipeline's html_diagram, an SVG. It must come from you.
  HtmlReport& add_html(std::string_view html);

  /// Numbers that sum it up, each in large type above its name.
  HtmlReport& add_scores(const std::vector<std::pair<std::string, double>>& scores);
  /// The first `max_rows` rows. Numbers of a column have the same number of decimals.
  HtmlReport& add_table(const DataFrame& table, std::string_view caption = {}, Index max_rows = 50);
  HtmlReport& add_table(const ClassificationReport& report, std::string_view caption = {});

  HtmlReport& add_chart(const LineChart& chart);
  HtmlReport& add_chart(const BarChart& chart);
  HtmlReport& add_chart(const ConfusionChart& chart);

  /// A curve named `name`, with its area in the legend.
  /// @throws InvalidInput  also when `y_true` has one class only
  HtmlReport& add_roc_curve(std::string_view name, const Eigen::Ref<const Labels>& y_true,
                            const Eigen::Ref<const Vector>& y_score,
                            const RocCurveOptions& options = {});

  /// A curve, with its average precision in the legend; the share of positives, which is what
  /// guessing gets, as a dashed line.
  /// @throws InvalidInput  also when `y_true` has no positives
  HtmlReport& add_precision_recall_curve(std::string_view name,
                                         const Eigen::Ref<const Labels>& y_true,
                                         const Eigen::Ref<const Vector>& y_score,
                                         const PrecisionRecallCurveOptions& options = {});

  /// Observed against predicted frequency, with the Brier score in the legend. The area of a mark
  /// is the share of the rows in its bin.
  HtmlReport& add_calibration_curve(std::string_view name, const Eigen::Ref<const Labels>& y_true,
                                    const Eigen::Ref<const Vector>& y_prob,
                                    const CalibrationCurveOptions& options = {.n_bins = 10});

  /// A chart named `name`. Class names are in the order of the rows; empty: the labels as numbers.
  /// @throws InvalidInput  also when there are not as many names as classes
  HtmlReport& add_confusion_matrix(std::string_view name, const Eigen::Ref<const Labels>& y_true,
                                   const Eigen::Ref<const Labels>& y_pred,
                                   const std::vector<std::string>& class_names = {},
                                   const ConfusionMatrixOptions& options = {});

  std::string to_html() const;

  /// Writes the page, whole or not at all. @throws IoError  the file cannot be written
  void save(const std::filesystem::path& path) const;

 private:
  enum class CurveKind { other, roc, precision_recall, calibration };

  /// One part of the page: HTML over the whole width, or a chart; a chart of curves stays open for
  /// more.
  struct Block {
    std::string html = {};
    CurveKind kind = CurveKind::other;
    LineChart curves = {};
    bool is_chart = false;
  };

  HtmlReport& add_block(std::string html);
  /// The open chart of a kind since the last heading, or a new one.
  LineChart& curve_chart(CurveKind kind, const LineChart& empty);

  std::string title_;
  std::string subtitle_;
  std::vector<Block> blocks_;
  std::size_t section_begin_ = 0;  // the first block after the last heading
};

}  // namespace espalier
