// SPDX-License-Identifier: BSD-3-Clause
#include "neural_network/mlp_parts.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <cmath>
#include <limits>
#include <type_traits>

#include <espalier/core/errors.hpp>
#include <espalier/core/random.hpp>
#include <espalier/neural_network/adam.hpp>
#include <espalier/neural_network/dense.hpp>
#include <espalier/neural_network/losses.hpp>
#include <espalier/neural_network/sgd.hpp>

#include "neural_network/mlp_network.hpp"

namespace espalier::mlp {
namespace {

/// What `previous` has and the parameters ask for must be the same.
void check_same(const Architecture& wanted, const Architecture& there, std::string_view owner) {
  if (wanted.widths != there.widths)
    throw InvalidInput(fmt::format(
        "{}: what was learned before has layers of [{}] numbers, but hidden_layer_sizes and y make "
        "it [{}].",
        owner, fmt::join(there.widths, ", "), fmt::join(wanted.widths, ", ")));
  const auto name = [](nn::Activation a) { return names_of(a)[static_cast<std::size_t>(a)]; };
  if (wanted.activation != there.activation)
    throw InvalidInput(fmt::format("{}: what was learned before has activation='{}', not '{}'.",
                                   owner, name(there.activation), name(wanted.activation)));
  if (wanted.batch_norm != there.batch_norm)
    throw InvalidInput(fmt::format("{}: what was learned before has batch_norm={}, not {}.", owner,
                                   there.batch_norm, wanted.batch_norm));
  if (wanted.linear_layer != there.linear_layer)
    throw InvalidInput(
        fmt::format("{}: what was learned before has its code after layer {}, not {}.", owner,
                    there.linear_layer + 1, wanted.linear_layer + 1));
}

void check_same_dimension(const std::vector<MLPEmbedding>& embeddings,
                          const std::optional<int>& dimension, std::string_view owner) {
  for (const MLPEmbedding& e : embeddings)
    if (dimension && e.dimension != *dimension)
      throw InvalidInput(
          fmt::format("{}: what was learned before has embedding_dimension={} in "
                      "column {}, not {}.",
                      owner, e.dimension, e.column, *dimension));
}

/// Weights and intercepts, uniform between ±√(6 / (inputs + outputs)), with 2 for `logistic`.
template <class T>
void draw(nn::Dense<T>& layer, nn::Activation activation, Random& random) {
  const std::vector<nn::Parameter<T>*> parameters = layer.parameters();
  const auto numbers =
      static_cast<double>(layer.weight().rows()) + static_cast<double>(layer.weight().cols());
  const double bound = std::sqrt((activation == nn::Activation::logistic ? 2.0 : 6.0) / numbers);
  for (nn::Parameter<T>* p : parameters)
    for (T& v : p->value.reshaped()) v = static_cast<T>(random.uniform(-bound, bound));
}

template <class Initial, class T>
void check_shape(const Initial& initial, const nn::Rows<T>& value, std::string_view parameter,
                 std::size_t i, std::string_view owner) {
  if (initial.rows() != value.rows() || initial.cols() != value.cols())
    throw InvalidInput(fmt::format("{}: {}[{}] is {} × {}, but {} × {} are needed.", owner,
                                   parameter, i, initial.rows(), initial.cols(), value.rows(),
                                   value.cols()));
  if (!initial.allFinite())
    throw InvalidInput(fmt::format("{}: {}[{}] is not finite.", owner, parameter, i));
}

/// What the user gives instead of drawn numbers.
template <class T>
void set_initial(const std::vector<nn::Dense<T>*>& dense, const Options& options,
                 std::string_view owner) {
  const auto check_count = [&](std::size_t n, std::string_view parameter) {
    if (n != 0 && n != dense.size())
      throw InvalidInput(fmt::format("{}: {} has {} items, but there are {} layers.", owner,
                                     parameter, n, dense.size()));
  };
  check_count(options.coefs_init.size(), "coefs_init");
  check_count(options.intercepts_init.size(), "intercepts_init");
  for (std::size_t i = 0; i < options.coefs_init.size(); ++i) {
    nn::Rows<T>& weight = dense[i]->parameters()[0]->value;
    check_shape(options.coefs_init[i], weight, "coefs_init", i, owner);
    weight = options.coefs_init[i].template cast<T>();
  }
  for (std::size_t i = 0; i < options.intercepts_init.size(); ++i) {
    nn::Rows<T>& bias = dense[i]->parameters()[1]->value;
    check_shape(options.intercepts_init[i].transpose(), bias, "intercepts_init", i, owner);
    bias = options.intercepts_init[i].transpose().template cast<T>();
  }
}

}  // namespace

template <class T>
nn::Sequential<T> start(const Problem& problem, const Options& options,
                        const OptionalPrevious& previous, std::uint64_t seed, MLPNetwork& network) {
  Architecture wanted{.inputs = problem.X.cols(),
                      .activation = options.activation,
                      .batch_norm = options.batch_norm,
                      .dropout = options.dropout,
                      .linear_layer = problem.linear_layer};
  wanted.widths.assign(options.hidden_layer_sizes.begin(), options.hidden_layer_sizes.end());
  wanted.widths.push_back(problem.outputs);
  if (previous) {
    check_same(wanted, architecture_of(previous->network, problem.X.cols()), problem.owner);
    wanted.embeddings = previous->network.embeddings;
    check_same_dimension(wanted.embeddings, options.embedding_dimension, problem.owner);
  } else {
    wanted.embeddings = embeddings_of(problem.X, options.embedding_dimension);
  }
  network.activation = wanted.activation;
  network.out_activation = problem.out_activation;
  network.float32 = std::is_same_v<T, float>;
  network.batch_norm = wanted.batch_norm;
  network.linear_layer = wanted.linear_layer;
  network.embeddings = wanted.embeddings;
  nn::Sequential<T> layers = build<T>(wanted);
  if (previous) {
    put_values(previous->network, layers);
    return layers;
  }
  layers.initialize(seed);
  std::vector<nn::Dense<T>*> dense;
  for (Index i = 0; i < layers.size(); ++i)
    if (auto* layer = dynamic_cast<nn::Dense<T>*>(&layers.layer(i))) {
      Random random(seed, static_cast<std::uint64_t>(i));
      draw(*layer, options.activation, random);
      dense.push_back(layer);
    }
  set_initial(dense, options, problem.owner);
  return layers;
}

template <class T>
std::unique_ptr<nn::Loss<T>> make_loss(MLPOutput out_activation) {
  constexpr auto sum = nn::Reduction::sum;
  const double max_loss = -std::log(static_cast<double>(std::numeric_limits<T>::epsilon()));
  switch (out_activation) {
    case MLPOutput::identity:
      return nn::MSE<T>({.scale = 0.5, .reduction = sum}).clone();
    case MLPOutput::exp:
      return nn::PoissonLoss<T>({.reduction = sum}).clone();
    case MLPOutput::logistic:
      return nn::BinaryCrossEntropy<T>({.reduction = sum, .max_loss = max_loss}).clone();
    case MLPOutput::softmax:
      return nn::CrossEntropy<T>({.max_loss = max_loss}).clone();
  }
  throw InvalidParameter("no such output activation");
}

template <class T>
std::unique_ptr<nn::Optimizer<T>> make_optimizer(const Options& o) {
  if (o.solver == MLPSolver::sgd)
    return nn::SGD<T>({.learning_rate = o.learning_rate_init,
                       .momentum = o.momentum,
                       .nesterov = o.nesterovs_momentum})
        .clone();
  if (o.weight_decay > 0.0)
    return nn::AdamW<T>({.learning_rate = o.learning_rate_init,
                         .beta_1 = o.beta_1,
                         .beta_2 = o.beta_2,
                         .epsilon = o.epsilon,
                         .weight_decay = o.weight_decay})
        .clone();
  return nn::Adam<T>({.learning_rate = o.learning_rate_init,
                      .beta_1 = o.beta_1,
                      .beta_2 = o.beta_2,
                      .epsilon = o.epsilon})
      .clone();
}

std::unique_ptr<nn::Schedule> make_schedule(const Options& options) {
  if (options.learning_rate == MLPLearningRate::cosine)
    return nn::CosineSchedule({.epochs = options.max_iter}).clone();
  if (options.learning_rate == MLPLearningRate::one_cycle)
    return nn::OneCycle({.epochs = options.max_iter}).clone();
  return nullptr;
}

template nn::Sequential<float> start(const Problem&, const Options&, const OptionalPrevious&,
                                     std::uint64_t, MLPNetwork&);
template nn::Sequential<double> start(const Problem&, const Options&, const OptionalPrevious&,
                                      std::uint64_t, MLPNetwork&);
template std::unique_ptr<nn::Loss<float>> make_loss(MLPOutput);
template std::unique_ptr<nn::Loss<double>> make_loss(MLPOutput);
template std::unique_ptr<nn::Optimizer<float>> make_optimizer(const Options&);
template std::unique_ptr<nn::Optimizer<double>> make_optimizer(const Options&);

}  // namespace espalier::mlp
