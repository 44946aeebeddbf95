// SPDX-License-Identifier: BSD-3-Clause
#include <espalier/neural_network/trainer.hpp>

#include "core/clock.hpp"

namespace espalier::nn {

template <class T>
Trainer<T>::Trainer(Sequential<T>& network, const Loss<T>& loss, const Optimizer<T>& optimizer,
                    TrainerOptions options)
    : network_(network),
      loss_(loss.clone()),
      optimizer_(optimizer.clone()),
      options_(options),
      parameters_(network.parameters()) {}

template <class T>
double Trainer<T>::train_batch(const MiniBatch<T>& batch) {
  const Rows<T>& z = network_.forward(batch.X, static_cast<std::uint64_t>(options_.random_state),
                                      static_cast<std::uint64_t>(optimizer_->n_steps()));
  gradient_.resize(z.rows(), z.cols());
  const double loss = loss_->evaluate(view(z), batch.y, batch.weight, mutable_view(gradient_));
  network_.backward(view(gradient_));
  optimizer_->step(parameters_);
  return loss;
}

template <class T>
const std::vector<EpochRecord>& Trainer<T>::fit(DataLoader<T>& loader, const FitContext& context) {
  loss_->check(view(loader.y()), network_.outputs(loader.n_features()));
  const auto start = std::chrono::steady_clock::now();
  for (int i = 0; i < options_.epochs; ++i) {
    const auto epoch = static_cast<int>(history_.size());
    double total = 0.0;
    for (const MiniBatch<T>& batch : loader.epoch(epoch))
      total += train_batch(batch) * static_cast<double>(batch.X.rows());
    history_.push_back({epoch + 1, total / static_cast<double>(loader.n_rows())});
    context.report({.task = "Trainer",
                    .iteration = i + 1,
                    .total = options_.epochs,
                    .loss = history_.back().loss,
                    .elapsed = detail::seconds_since(start)});
  }
  return history_;
}

template class Trainer<float>;
template class Trainer<double>;

}  // namespace espalier::nn
