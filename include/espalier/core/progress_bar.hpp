// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <iosfwd>
#include <memory>

#include <espalier/core/fit_context.hpp>

namespace espalier {

/// A ready-made callback: one line with a bar, the percentage, the loss and the time that is left.
///
///     model.fit(X, y, {.callback = ProgressBar(std::cerr)});
///
///     HistGradientBoostingClassifier  62% [############--------]  62/100  loss 0.312  ETA 0:04
///
/// The line is redrawn at most ten times a second. It ends with the last report and a line break
/// when the task has done all its iterations; when it stops earlier (converged, cancelled), then
/// with the next task or with the last copy of the bar: above, when the call returns. Copies share
/// one line. The time left is the elapsed time × (iterations left ÷ iterations done).
///
/// The stream must outlive the bar and its copies.
class ProgressBar {
 public:
  explicit ProgressBar(std::ostream& out, int width = 20);
  void operator()(const Progress& progress) const;

 private:
  class Line;
  std::shared_ptr<Line> line_;
};

}  // namespace espalier
