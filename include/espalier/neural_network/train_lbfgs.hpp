// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <espalier/core/fit_context.hpp>
#include <espalier/neural_network/data_loader.hpp>
#include <espalier/neural_network/loss.hpp>
#include <espalier/neural_network/sequential.hpp>
#include <espalier/optim/lbfgs.hpp>

namespace espalier::nn {

struct TrainLbfgsOptions {
  double l2 = 0.0;           ///< adds ½·l2·‖W‖² over penalised weights W; L1 is not smooth
  LbfgsOptions solver = {};  ///< for float networks `precision` is at least that of a float
};

/// Trains a network on all rows at once by L-BFGS: the mean loss and the penalty as a function of
/// all parameters. For few rows and parameters it takes fewer passes than steps on mini-batches,
/// and no learning rate; it ends in a minimum, up to `solver.gtol`.
///
///     const OptimResult result = nn::train_lbfgs(net, nn::CrossEntropy(), loader, {.l2 = 1e-4});
///
/// Begins at the parameters the network has, and leaves those of the lowest loss in it (and in
/// `result.x`, one parameter after the other). The loader's weights count; its order and batch size
/// do not. Each evaluation is a pass forward and one back; with more than 8192 rows these go by
/// blocks, whose values are computed a second time instead of being kept. The context's callback,
/// stop token and n_threads are taken. Same bits for any number of threads. When it throws, the
/// network is as before.
///
/// @throws InvalidInput      X or y do not fit, or the loss is not finite at the start
/// @throws NotSupported      the network acts otherwise in training (dropout, batch normalisation)
/// @throws InvalidParameter  an option is out of range
/// @throws Cancelled         the stop token was triggered
/// @see minimize_lbfgs
template <class T>
OptimResult train_lbfgs(Sequential<T>& network, const Loss<T>& loss, DataLoader<T>& loader,
                        const TrainLbfgsOptions& options = {}, const FitContext& context = {});

extern template OptimResult train_lbfgs(Sequential<float>&, const Loss<float>&, DataLoader<float>&,
                                        const TrainLbfgsOptions&, const FitContext&);
extern template OptimResult train_lbfgs(Sequential<double>&, const Loss<double>&,
                                        DataLoader<double>&, const TrainLbfgsOptions&,
                                        const FitContext&);

}  // namespace espalier::nn
