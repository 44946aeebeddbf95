// SPDX-License-Identifier: BSD-3-Clause
#include <espalier/neural_network/train_lbfgs.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include <espalier/core/errors.hpp>
#include <espalier/core/parallel.hpp>

#include "core/clock.hpp"
#include "neural_network/network_values.hpp"
#include "neural_network/training_context.hpp"

namespace espalier::nn {
namespace {

constexpr Index rows_per_block = 8192;

/// The objective as a function of all parameters, in double.
template <class T>
class FullBatch {
 public:
  FullBatch(Sequential<T>& network, const Loss<T>& loss, DataLoader<T>& loader, double l2)
      : network_(network),
        loss_(loss),
        loader_(loader),
        parameters_(network.parameters()),
        blocks_{loader.n_rows(), rows_per_block},
        l2_(l2) {
    const Index outputs = network.outputs(loader.n_features());
    check_target(loss, loader, outputs);
    z_.resize(loader.n_rows(), outputs);
    dz_.resize(loader.n_rows(), outputs);
  }

  Vector parameters() const { return flat_values(parameters_); }
  void set_parameters(const Vector& x) { set_flat_values(parameters_, x); }

  double operator()(const Vector& x, Vector& gradient) {
    set_parameters(x);
    for (Index b = 0; b < blocks_.count(); ++b)
      z_.middleRows(blocks_.begin(b), rows_of(b)) = forward(b);
    const double loss =
        loss_.evaluate(view(z_), view(loader_.y()), loader_.weight(), mutable_view(dz_));
    gradient.setZero();
    for (Index b = 0; b < blocks_.count(); ++b) {
      if (blocks_.count() > 1) forward(b);  // the layers keep the values of one block
      network_.backward({dz_.data() + blocks_.begin(b) * dz_.cols(), rows_of(b), dz_.cols()});
      add_flat_gradients(parameters_, gradient);
    }
    return loss + add_penalty_to(gradient, x);
  }

  /// @throws NotSupported  a layer says, or a pass of training shows, that it gives something else
  ///                       than `predict`
  void check_that_it_is_a_function() {
    if (!network_.differs_in_training()) {
      const Index n = std::min(loader_.n_rows(), rows_per_block);
      const MiniBatch<T> rows = loader_.rows(0, n);
      const Rows<T> applied = network_.predict(rows.X);
      const double difference =
          static_cast<double>((network_.forward(rows.X) - applied).cwiseAbs().maxCoeff());
      const double size = 1.0 + static_cast<double>(applied.cwiseAbs().maxCoeff());
      constexpr double rounding = 1e-3;  // generously, of float
      if (!(difference > rounding * size)) return;
    }
    throw NotSupported(
        "train_lbfgs: a layer acts otherwise in training than when it is applied (dropout, batch "
        "normalisation), so there is no function to minimise; train this network by a Trainer");
  }

 private:
  Index rows_of(Index b) const { return blocks_.end(b) - blocks_.begin(b); }
  const Rows<T>& forward(Index b) {
    return network_.forward(loader_.rows(blocks_.begin(b), blocks_.end(b)).X);
  }
  double add_penalty_to(Vector& gradient, const Vector& x) const {
    double squares = 0.0;
    for_each_place(parameters_, [&](const Parameter<T>& p, Index at) {
      if (!p.penalised) return;
      squares += x.segment(at, p.size()).squaredNorm();
      gradient.segment(at, p.size()) += l2_ * x.segment(at, p.size());
    });
    return 0.5 * l2_ * squares;
  }

  Sequential<T>& network_;
  const Loss<T>& loss_;
  DataLoader<T>& loader_;
  std::vector<Parameter<T>*> parameters_;
  Blocks blocks_;
  double l2_;
  Rows<T> z_, dz_;
};

}  // namespace

template <class T>
OptimResult train_lbfgs(Sequential<T>& network, const Loss<T>& loss, DataLoader<T>& loader,
                        const TrainLbfgsOptions& options, const FitContext& context) {
  if (!(options.l2 >= 0.0) || !std::isfinite(options.l2))
    throw InvalidParameter(fmt::format("train_lbfgs: expected l2 ≥ 0, got {}", options.l2));
  check_context(context, "train_lbfgs");
  if (context.validation) throw InvalidInput("train_lbfgs: there is no use for validation rows");
  const ThreadLimit threads(context.n_threads);
  FullBatch<T> objective(network, loss, loader, options.l2);
  objective.check_that_it_is_a_function();
  const auto start = std::chrono::steady_clock::now();
  LbfgsOptions solver = options.solver;
  solver.precision =
      std::max(solver.precision, static_cast<double>(std::numeric_limits<T>::epsilon()));
  solver.callback = [&](const OptimIteration& iteration) {
    if (options.solver.callback) options.solver.callback(iteration);
    context.report({.task = "train_lbfgs",
                    .iteration = iteration.iteration,
                    .total = options.solver.max_iter,
                    .loss = iteration.value,
                    .elapsed = detail::seconds_since(start)});
  };
  const std::vector<Rows<T>> before = values_of(network);
  try {
    OptimResult result =
        minimize_lbfgs([&](const Vector& x, Vector& gradient) { return objective(x, gradient); },
                       objective.parameters(), solver);
    objective.set_parameters(result.x);
    return result;
  } catch (...) {
    set_values(network, before);
    throw;
  }
}

template OptimResult train_lbfgs(Sequential<float>&, const Loss<float>&, DataLoader<float>&,
                                 const TrainLbfgsOptions&, const FitContext&);
template OptimResult train_lbfgs(Sequential<double>&, const Loss<double>&, DataLoader<double>&,
                                 const TrainLbfgsOptions&, const FitContext&);

}  // namespace espalier::nn
