// SPDX-License-Identifier: BSD-3-Clause
#include "neural_network/mlp_fit.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <memory>
#include <optional>
#include <span>

#include <espalier/core/errors.hpp>
#include <espalier/core/random.hpp>
#include <espalier/core/warnings.hpp>
#include <espalier/metrics/classification.hpp>
#include <espalier/metrics/regression.hpp>
#include <espalier/neural_network/data_loader.hpp>
#include <espalier/neural_network/penalty.hpp>
#include <espalier/neural_network/schedule.hpp>
#include <espalier/optim/lbfgs.hpp>

#include "core/clock.hpp"
#include "core/row_split.hpp"
#include "core/seed.hpp"
#include "neural_network/mlp_network.hpp"
#include "neural_network/mlp_parts.hpp"
#include "neural_network/network_values.hpp"

namespace espalier::mlp {
namespace {

/// Of `adaptive`: the lowest learning rate, and by how much it is lowered.
constexpr double lowest_rate = 1e-6;
constexpr double rate_cut = 5.0;

/// scipy's defaults for L-BFGS-B, which scikit-learn takes.
constexpr double lbfgs_ftol = 2.220446049250313e-09;
constexpr int lbfgs_history = 10;

/// Ends minimize_lbfgs at max_fun evaluations.
struct Enough {};

/// Independent streams for what a fit draws.
struct Seeds {
  explicit Seeds(Random random)
      : weights(random()), order(random() >> 1), noise(random()), split(random()) {}
  std::uint64_t weights, order, noise, split;
};

struct Data {
  Features X;
  Matrix y;
  Vector weight;  // or empty
};

Data rows_of(const Features& X, const Problem& problem, const std::vector<Index>& rows) {
  const Vector& weight = problem.context.sample_weight;
  return {X.take(rows), problem.y(rows, Eigen::all),
          weight.size() > 0 ? Vector(weight(rows)) : Vector()};
}

detail::RowSplit split_rows(const Problem& problem, const Options& options, std::uint64_t seed) {
  const Index n = problem.X.rows();
  const auto wanted =
      static_cast<Index>(std::ceil(options.validation_fraction * static_cast<double>(n)));
  std::span<const double> codes;
  if (problem.classifies) codes = {problem.y.data(), static_cast<std::size_t>(n)};
  detail::RowSplit split;
  if (wanted < n) split = detail::hold_out(n, wanted, codes, seed);
  if (split.validation.size() < 2)
    throw InvalidInput(fmt::format(
        "{}: early_stopping needs at least 2 rows to score and others to learn from, but "
        "validation_fraction = {} of {} rows does not give them: increase validation_fraction or "
        "the number of rows.",
        problem.owner, options.validation_fraction, n));
  return split;
}

template <class T>
class Fit {
 public:
  Fit(const Problem& problem, const Options& options, const OptionalPrevious& previous,
      bool is_piece)
      : problem_(problem),
        options_(options),
        is_piece_(is_piece),
        seeds_(Random(detail::seed_of(options.random_state, problem.owner))),
        layers_(start<T>(problem, options, previous, seeds_.weights, trained_.network)),
        parameters_(layers_.parameters()),
        loss_(make_loss<T>(problem.out_activation)) {
    if (previous) trained_.training = previous->training;
    trained_.training.converged = false;
    const Features numbers = encoded(problem.X, trained_.network.embeddings);
    if (options.early_stopping && options.solver != MLPSolver::lbfgs) {
      const detail::RowSplit split = split_rows(problem, options, seeds_.split);
      validation_ = rows_of(numbers, problem, split.validation);
      const Data train = rows_of(numbers, problem, split.train);
      make_loader(train.X, train.y, train.weight);
    } else {
      make_loader(numbers, problem.y, problem.context.sample_weight);
    }
  }

  Trained run() {
    if (options_.solver == MLPSolver::lbfgs)
      run_lbfgs();
    else
      run_epochs();
    for (const nn::Parameter<T>* p : nn::learned(layers_))
      if (!p->value.allFinite()) refuse_overflow();
    take_values(layers_, trained_.network);
    return std::move(trained_);
  }

 private:
  [[noreturn]] void refuse_overflow() const {
    throw InvalidInput(fmt::format(
        "{}: solver {} produced weights that are not finite. Scale the columns of X (and y), or "
        "lower learning_rate_init.",
        problem_.owner, names_of(options_.solver)[static_cast<std::size_t>(options_.solver)]));
  }

  void make_loader(const Features& X, const Matrix& y, const Vector& weight) {
    const Index n = X.rows();
    Index size = options_.batch_size.value_or(200);
    if (options_.solver == MLPSolver::lbfgs) size = n;
    if (options_.batch_size && size > n)
      warn(WarningKind::data, std::string(problem_.owner),
           fmt::format("batch_size = {} is more than the {} rows there are, which is what a batch "
                       "has.",
                       size, n));
    size = std::min(size, n);
    if (options_.batch_norm && size == 1)
      throw InvalidInput(fmt::format(
          "{}: batch_norm needs mini-batches of at least 2 rows, but these have 1 of the "
          "{} there are.",
          problem_.owner, n));
    try {
      loader_.emplace(
          X, Target(y),
          nn::DataLoaderOptions{.batch_size = size,
                                .shuffle = options_.shuffle && options_.solver != MLPSolver::lbfgs,
                                .drop_last = options_.batch_norm && n % size == 1,
                                .random_state = static_cast<std::int64_t>(seeds_.order),
                                .sample_weight = weight});
    } catch (const InvalidInput&) {  // X, y and weights have been checked, as doubles
      throw InvalidInput(
          fmt::format("{}: X, y or sample_weight has numbers beyond the range of float32, in which "
                      "the network computes. Scale them, or set precision='float64'.",
                      problem_.owner));
    }
  }

  struct Losses {
    double minimised, reported;
  };

  /// The loss of a batch with the penalty; leaves its gradient in the parameters.
  Losses evaluate(const nn::MiniBatch<T>& batch, std::uint64_t step) {
    const nn::Rows<T>& z = layers_.forward(batch.X, seeds_.noise, step);
    gradient_.resize(z.rows(), z.cols());
    const double loss =
        loss_->evaluate(nn::view(z), batch.y, batch.weight, nn::mutable_view(gradient_));
    layers_.backward(nn::view(gradient_));
    const double penalty =
        nn::add_penalty<T>(parameters_, 0.0, options_.alpha / batch.total_weight());
    const bool is_mean = problem_.out_activation == MLPOutput::identity;
    const double reported = is_mean ? loss / static_cast<double>(problem_.outputs) : loss;
    return {loss + penalty, reported + penalty};
  }

  // sgd and adam.

  void run_epochs() {
    MLPTraining& training = trained_.training;
    start_optimizer();
    if (validation_ && std::isfinite(training.best_validation_score))
      best_values_ = nn::values_of(layers_);  // of the fit before, to come back if none is better
    const int most = is_piece_ ? 1 : options_.max_iter;
    for (int i = 1;; ++i) {
      trained_.n_iter = i;
      run_epoch(i - 1);
      const bool stalled = count_stalls();
      lower_rate_by_rows();
      report(i, most);
      if (stalled) {
        training.converged = !goes_on_slower();
        if (training.converged) break;
        training.stalls = 0;
      }
      if (is_piece_) break;
      if (i == most) {
        warn(WarningKind::convergence, std::string(problem_.owner),
             fmt::format("Stochastic Optimizer: Maximum iterations ({}) reached and the "
                         "optimization hasn't converged yet.",
                         most));
        break;
      }
    }
    if (is_piece_) {
      training.optimizer = optimizer_->save();
      ++training.pieces;
    }
    if (!best_values_.empty()) nn::set_values(layers_, best_values_);
  }

  void load_optimizer(const Value& memory) {
    try {
      optimizer_->load(memory);
    } catch (const FormatError& error) {
      throw FormatError(fmt::format("{}: {}", problem_.owner, error.what()));
    }
  }

  /// A new one, or in a further piece that of the one before, unless the parameters want another.
  void start_optimizer() {
    MLPTraining& training = trained_.training;
    optimizer_ = make_optimizer<T>(options_);
    const Value* const kind = training.optimizer.find("optimizer");
    if (is_piece_ && kind != nullptr && *kind == Value(optimizer_->name()))
      load_optimizer(training.optimizer);
    else
      training.pieces = 0;
    training.optimizer = {};
    schedule_ = make_schedule(options_);
    if (is_piece_ && schedule_ != nullptr && training.pieces >= options_.max_iter)
      warn(WarningKind::convergence, std::string(problem_.owner),
           fmt::format(
               "learning_rate = '{}' has come to its end after max_iter = {} pieces: this "
               "one changes next to nothing.",
               names_of(options_.learning_rate)[static_cast<std::size_t>(options_.learning_rate)],
               options_.max_iter));
  }

  void run_epoch(int epoch) {
    MLPTraining& training = trained_.training;
    const auto number = static_cast<Index>(training.loss_curve.size());
    double total = 0.0;
    Index rows = 0, step = 0;
    for (const nn::MiniBatch<T>& batch : loader_->epoch(number)) {
      problem_.context.check_stop(problem_.owner);
      if (schedule_ != nullptr) {
        const Index e = training.pieces + epoch, per_epoch = loader_->n_batches();
        optimizer_->set_learning_rate(options_.learning_rate_init *
                                      schedule_->factor({e * per_epoch + step, e, per_epoch}));
      }
      const auto stream = static_cast<std::uint64_t>(number * loader_->n_batches() + step++);
      total += evaluate(batch, stream).reported * static_cast<double>(batch.X.rows());
      rows += batch.X.rows();
      optimizer_->step(parameters_);
    }
    training.loss = total / static_cast<double>(rows);
    if (!std::isfinite(training.loss)) refuse_overflow();
    training.loss_curve.push_back(training.loss);
    training.t += rows;
  }

  /// Whether more than n_iter_no_change epochs in a row brought no progress.
  bool count_stalls() {
    MLPTraining& t = trained_.training;
    if (validation_) {
      const double score = validation_score();
      t.validation_scores.push_back(score);
      t.stalls = score < t.best_validation_score + options_.tol ? t.stalls + 1 : 0;
      if (score > t.best_validation_score || best_values_.empty())
        best_values_ = nn::values_of(layers_);
      t.best_validation_score = std::max(t.best_validation_score, score);
    } else {
      t.stalls = t.loss > t.best_loss - options_.tol ? t.stalls + 1 : 0;
      t.best_loss = std::min(t.best_loss, t.loss);
    }
    return t.stalls > options_.n_iter_no_change;
  }

  void lower_rate_by_rows() {
    if (options_.solver == MLPSolver::sgd && options_.learning_rate == MLPLearningRate::invscaling)
      optimizer_->set_learning_rate(
          options_.learning_rate_init /
          std::pow(static_cast<double>(trained_.training.t) + 1.0, options_.power_t));
  }

  bool goes_on_slower() {
    if (options_.solver != MLPSolver::sgd || options_.learning_rate != MLPLearningRate::adaptive ||
        optimizer_->learning_rate() <= lowest_rate)
      return false;
    optimizer_->set_learning_rate(optimizer_->learning_rate() / rate_cut);
    return true;
  }

  double validation_score() const {
    const Data& v = *validation_;
    Matrix z = predict_layers(layers_, v.X);
    if (!z.allFinite()) refuse_overflow();
    if (!problem_.classifies) {
      to_values(problem_.out_activation, z.data(), z.size());
      return score_of_values(problem_.out_activation, v.y, z, v.weight);
    }
    Labels guess(z.rows());
    for (Index i = 0; i < z.rows(); ++i) {
      Index k = z(i, 0) > 0.0 ? 1 : 0;
      if (z.cols() > 1) z.row(i).maxCoeff(&k);
      guess[i] = static_cast<int>(k);
    }
    return accuracy_score(v.y.col(0).cast<int>(), guess, {.sample_weight = v.weight});
  }

  void report(int iteration, int most) const {
    const MLPTraining& t = trained_.training;
    Progress progress{.task = problem_.owner,
                      .iteration = iteration,
                      .total = most,
                      .loss = t.loss,
                      .elapsed = detail::seconds_since(start_)};
    if (validation_) progress.validation_score = t.validation_scores.back();
    problem_.context.report(progress);
  }

  // lbfgs.

  void run_lbfgs() {
    const Vector x0 = nn::flat_values(parameters_);
    MLPTraining& training = trained_.training;
    double evaluated = 0.0;  // the loss to report, where it was evaluated last
    double reported = 0.0;   // the same, at the last point moved to
    int evaluations = 0;
    const nn::MiniBatch<T> all = *loader_->epoch(0).begin();
    const SmoothFunction f = [&](const Vector& x, Vector& gradient) {
      nn::set_flat_values(parameters_, x);
      const Losses losses = evaluate(all, 0);
      gradient.setZero();
      nn::add_flat_gradients(parameters_, gradient);
      evaluated = losses.reported;
      if (evaluations++ == 0) {
        if (!(std::isfinite(losses.minimised) && gradient.allFinite())) refuse_overflow();
        reported = evaluated;
      }
      return losses.minimised;
    };
    const OptimCallback callback = [&](const OptimIteration& it) {
      reported = evaluated;
      trained_.n_iter = it.iteration;
      training.loss = reported;
      training.loss_curve.push_back(reported);
      report(it.iteration, options_.max_iter);
      if (evaluations > options_.max_fun && it.iteration < options_.max_iter) throw Enough{};
    };
    std::string message = fmt::format("max_fun = {} evaluations of the loss", options_.max_fun);
    try {
      const OptimResult result =
          minimize_lbfgs(f, x0,
                         {.max_iter = options_.max_iter,
                          .gtol = options_.tol,
                          .ftol = lbfgs_ftol,
                          .history = lbfgs_history,
                          .precision = static_cast<double>(std::numeric_limits<T>::epsilon()),
                          .callback = callback});
      training.converged = result.converged;
      message = result.message;
      nn::set_flat_values(parameters_, result.x);
    } catch (const Enough&) {  // the parameters are those of the last point moved to
    }
    training.loss = reported;
    training.best_loss = std::min(training.best_loss, reported);
    training.optimizer = {};
    if (!training.converged)
      warn(WarningKind::convergence, std::string(problem_.owner),
           fmt::format("lbfgs failed to converge after {} iteration(s): {}. Increase max_iter, or "
                       "scale the data.",
                       trained_.n_iter, message));
  }

  const Problem& problem_;
  const Options& options_;
  bool is_piece_;
  std::chrono::steady_clock::time_point start_ = std::chrono::steady_clock::now();
  Seeds seeds_;
  Trained trained_;
  nn::Sequential<T> layers_;
  std::vector<nn::Parameter<T>*> parameters_;
  std::unique_ptr<nn::Loss<T>> loss_;
  std::optional<nn::DataLoader<T>> loader_;
  std::optional<Data> validation_;
  std::unique_ptr<nn::Optimizer<T>> optimizer_;
  std::unique_ptr<nn::Schedule> schedule_;
  nn::Rows<T> gradient_;
  std::vector<nn::Rows<T>> best_values_;
};

Trained run(const Problem& problem, const Options& options, const OptionalPrevious& previous,
            bool is_piece) {
  if (!std::isfinite(problem.context.sample_weight.sum()))
    throw InvalidInput(fmt::format(
        "{}: the sum of sample_weight is not finite. Divide it by a constant.", problem.owner));
  const bool as_input = options.precision == MLPPrecision::as_input;
  const bool is_float = !as_input  ? options.precision == MLPPrecision::float32
                        : previous ? previous->network.float32
                                   : problem.X.is_float32();
  if (is_float) return Fit<float>(problem, options, previous, is_piece).run();
  return Fit<double>(problem, options, previous, is_piece).run();
}

}  // namespace

void check_options(std::string_view owner, const Options& options) {
  const auto refuse = [&](std::string_view parameter, double value, std::string_view solver) {
    throw InvalidParameter(
        fmt::format("The '{}' parameter of {} must be 0 with solver='{}', got "
                    "{}.",
                    parameter, owner, solver, value));
  };
  if (options.solver == MLPSolver::lbfgs) {
    if (options.dropout > 0.0) refuse("dropout", options.dropout, "lbfgs");
    if (options.weight_decay > 0.0) refuse("weight_decay", options.weight_decay, "lbfgs");
    if (options.batch_norm)
      throw InvalidParameter(fmt::format(
          "The 'batch_norm' parameter of {} must be false with solver='lbfgs'.", owner));
  }
  if (options.solver == MLPSolver::sgd && options.weight_decay > 0.0)
    refuse("weight_decay", options.weight_decay, "sgd");
}

double score_of_values(MLPOutput out_activation, const Matrix& y, const Matrix& predicted,
                       const Vector& sample_weight) {
  const bool is_labels =
      out_activation == MLPOutput::logistic && (y.array() == 0.0 || y.array() == 1.0).all();
  if (!is_labels) return r2_score(y, predicted, {.sample_weight = sample_weight});
  const auto right = ((predicted.array() > 0.5) == (y.array() > 0.5)).rowwise().all();
  return accuracy_score(Labels::Ones(y.rows()), right.cast<int>().matrix(),
                        {.sample_weight = sample_weight});
}

Trained fit(const Problem& problem, const Options& options, const OptionalPrevious& previous) {
  return run(problem, options, previous, false);
}

Trained fit_piece(const Problem& problem, const Options& options,
                  const OptionalPrevious& previous) {
  return run(problem, options, previous, true);
}

}  // namespace espalier::mlp
