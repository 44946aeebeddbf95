// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <espalier/core/params.hpp>

namespace espalier::nn {

/// When a training ends before its last epoch: after `patience` epochs in a row in which what the
/// Trainer watches (`TrainerOptions::monitor`) was not better than at its best.
struct EarlyStopping {
  int patience = 10;         ///< epochs
  double min_delta = 0.0;    ///< what is better by this or less is not better
  bool restore_best = true;  ///< end with the weights of the best epoch, not with the last ones

  static constexpr auto fields() {
    return Fields{field("patience", &EarlyStopping::patience, at_least(1), "epochs"),
                  field("min_delta", &EarlyStopping::min_delta, at_least(0.0), "of the best"),
                  field("restore_best", &EarlyStopping::restore_best, "at the end")};
  }

  /// Whether `value` is better than `best`. NaN never is.
  bool improves(double value, double best, bool greater_is_better) const {
    return greater_is_better ? value > best + min_delta : value < best - min_delta;
  }
};

}  // namespace espalier::nn
