// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <string>
#include <vector>

#include <espalier/core/data_frame.hpp>
#include <espalier/core/types.hpp>

namespace espalier {

/// How much each feature of each row moved the raw prediction away from what the model expects:
/// for output k and row i,
///
///     expected_value[k] + values[k].row(i).sum() = raw prediction k of row i
///
/// up to rounding. The unit is that of the raw prediction: the target's for a squared error,
/// log-odds of the second class for two classes, and unnormalised log-probabilities, one output a
/// class, for more.
struct ShapValues {
  std::vector<std::string> names;  ///< the p features
  std::vector<Matrix> values;      ///< n × p, one matrix an output
  Vector expected_value;           ///< one an output

  Index outputs() const { return static_cast<Index>(values.size()); }
  Index rows() const { return values.empty() ? 0 : values.front().rows(); }

  /// The contributions to one row's raw prediction, from the largest to the smallest in size:
  /// columns `feature` and `contribution`.
  /// @throws InvalidInput  there is no such row or output
  DataFrame row_table(Index row, Index output = 0) const;

  /// The mean size of each feature's contribution over the rows, p numbers: how much the model uses
  /// it on this data.
  /// @throws InvalidInput  there is no such output, or there are no rows
  Vector mean_abs(Index output = 0) const;
};

}  // namespace espalier
