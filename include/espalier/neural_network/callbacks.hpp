// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <functional>

#include <espalier/neural_network/history.hpp>

namespace espalier::nn {

/// One step of a training.
struct BatchRecord {
  int epoch;        ///< 1, 2, …
  Index batch;      ///< 1, 2, … in the epoch
  Index n_batches;  ///< of the epoch
  double loss;      ///< before the step
  double learning_rate;
};

/// Called by the training loop, on the thread that called `fit`. One that returns false ends the
/// training: after the epoch, or at once after a batch, whose epoch is then not recorded. An
/// exception that one throws comes out of `fit`.
struct Callbacks {
  std::function<bool(const EpochRecord&)> on_epoch_end = {};
  std::function<bool(const BatchRecord&)> on_batch_end = {};
};

}  // namespace espalier::nn
