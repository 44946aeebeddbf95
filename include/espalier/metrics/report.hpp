// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <iosfwd>
#include <string>
#include <vector>

#include <espalier/core/types.hpp>

namespace espalier {

struct ClassificationReportOptions {
  Labels labels = {};  ///< the classes shown, in this order; empty: all, sorted
  std::vector<std::string> target_names = {};  ///< their names; empty: the labels as numbers
  Vector sample_weight = {};
  double zero_division = 0.0;  ///< the value of 0 / 0: 0, 1 or NaN
};

/// Precision, recall, F1 and support of every class and their averages, as numbers and as a table.
struct ClassificationReport {
  struct Row {
    std::string name;
    double precision;
    double recall;
    double f1;
    double support;  ///< the weight of the rows of the class in `y_true`; in the averages, of all
                     ///< classes
  };

  std::vector<Row> classes;
  Row micro;               ///< all three scores are the accuracy when `covers_all_labels`
  Row macro;               ///< mean over the classes
  Row weighted;            ///< mean over the classes weighted by support
  bool covers_all_labels;  ///< no label of the data was left out

  /// The table that scikit-learn prints: one line a class, then accuracy (or the micro average,
  /// when labels were left out), macro and weighted averages. `digits` follow the point, also that
  /// of a support that is no whole number; a whole one has no point. (With weights scikit-learn
  /// prints all digits of a support: 13.0, not 13.)
  std::string to_string(int digits = 2) const;
};

/// Builds a ClassificationReport.
///
///     classification_report(y_true, y_pred, {.target_names = {"stays", "leaves"}}).to_string();
///
/// @throws InvalidInput      as precision_score with an average; also when `target_names` are given
///                           and are not as many as the labels
/// @throws InvalidParameter  `zero_division` is none of 0, 1 and NaN
ClassificationReport classification_report(const Eigen::Ref<const Labels>& y_true,
                                           const Eigen::Ref<const Labels>& y_pred,
                                           const ClassificationReportOptions& options = {});

/// `report.to_string()`.
std::ostream& operator<<(std::ostream& out, const ClassificationReport& report);

}  // namespace espalier
