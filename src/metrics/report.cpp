// SPDX-License-Identifier: BSD-3-Clause
#include <espalier/metrics/report.hpp>

#include <fmt/format.h>

#include <ostream>

#include <algorithm>
#include <cmath>

#include <espalier/core/errors.hpp>
#include "metrics/class_counts.hpp"

namespace espalier {
namespace {

using namespace detail::metrics;

constexpr std::string_view function = "classification_report";

std::string support_text(double support, int digits) {
  return support == std::floor(support) ? fmt::format("{:.0f}", support)
                                        : fmt::format("{:.{}f}", support, digits);
}

/// Columns that a text takes: its code points (fmt pads by them too).
std::size_t width_of(const std::string& text) {
  return static_cast<std::size_t>(
      std::count_if(text.begin(), text.end(), [](char c) { return (c & 0xC0) != 0x80; }));
}

}  // namespace

ClassificationReport classification_report(const LabelsRef& y_true, const LabelsRef& y_pred,
                                           const ClassificationReportOptions& options) {
  check_rows(function, y_true.size(), "y_pred", y_pred.size());
  check_zero_division(function, options.zero_division);
  const Weights weights(function, options.sample_weight, y_true.size());
  const LabelIndex present = LabelIndex::of({&y_true, &y_pred});
  const ClassCounts counts =
      count_classes(function, y_true, y_pred, options.labels, present, weights);
  const Index k = counts.labels.size();
  if (!options.target_names.empty() && static_cast<Index>(options.target_names.size()) != k)
    throw InvalidInput(fmt::format("{}: {} target_names for {} labels {}", function,
                                   options.target_names.size(), k, describe(counts.labels)));

  const auto row = [](std::string name, const PrecisionRecallF& s, double support) {
    return ClassificationReport::Row{std::move(name), s.precision, s.recall, s.fscore, support};
  };
  const auto average_row = [&](std::string name, Average average) {
    return row(std::move(name), averaged(counts, average, 1.0, options.zero_division),
               counts.actual.sum());
  };
  const LabelIndex shown(function, counts.labels);
  ClassificationReport report{
      .classes = {},
      .micro = average_row("micro avg", Average::micro),
      .macro = average_row("macro avg", Average::macro),
      .weighted = average_row("weighted avg", Average::weighted),
      .covers_all_labels = std::all_of(present.labels().begin(), present.labels().end(),
                                       [&](int label) { return shown.find(label) >= 0; })};
  for (Index c = 0; c < k; ++c) {
    const PrecisionRecallF s = scores_of(counts.hits[c], counts.predicted[c], counts.actual[c], 1.0,
                                         options.zero_division);
    report.classes.push_back(row(options.target_names.empty()
                                     ? fmt::format("{}", counts.labels[c])
                                     : options.target_names[static_cast<std::size_t>(c)],
                                 s, counts.actual[c]));
  }
  return report;
}

std::string ClassificationReport::to_string(int digits) const {
  digits = std::max(digits, 0);
  std::size_t width =
      std::max(std::string_view("weighted avg").size(), static_cast<std::size_t>(digits));
  for (const Row& row : classes) width = std::max(width, width_of(row.name));

  std::string text = fmt::format("{:>{}}  {:>9} {:>9} {:>9} {:>9}\n\n", "", width, "precision",
                                 "recall", "f1-score", "support");
  const auto add = [&](const Row& row) {
    text +=
        fmt::format("{:>{}}  {:>9.{}f} {:>9.{}f} {:>9.{}f} {:>9}\n", row.name, width, row.precision,
                    digits, row.recall, digits, row.f1, digits, support_text(row.support, digits));
  };
  for (const Row& row : classes) add(row);
  text += '\n';
  if (covers_all_labels) {
    text += fmt::format("{:>{}}  {:>9} {:>9} {:>9.{}f} {:>9}\n", "accuracy", width, "", "",
                        micro.f1, digits, support_text(micro.support, digits));
  } else {
    add(micro);
  }
  add(macro);
  add(weighted);
  return text;
}

std::ostream& operator<<(std::ostream& out, const ClassificationReport& report) {
  return out << report.to_string();
}

}  // namespace espalier
