// SPDX-License-Identifier: BSD-3-Clause
#include "linear_model/sgd/fit.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <limits>
#include <numeric>
#include <type_traits>
#include <variant>

#include <espalier/core/errors.hpp>
#include <espalier/core/parallel.hpp>
#include <espalier/core/random.hpp>
#include <espalier/core/warnings.hpp>

#include "core/clock.hpp"
#include "core/row_split.hpp"
#include "linalg/linear_predict.hpp"
#include "linear_model/column_moments.hpp"

namespace espalier::detail {
namespace {

/// Of `adaptive`: the shortest step, and by how much steps are shortened.
constexpr double shortest_step = 1e-6;
constexpr double step_cut = 5.0;

/// X as the epochs read it: a dense one by rows, in its own precision.
class SgdData {
 public:
  explicit SgdData(const Features& X) {
    if (X.is_sparse())
      rows_ = &X.sparse();
    else if (X.is_float32())
      rows_.emplace<linalg::RowMatrixOf<float>>(X.dense32());
    else
      rows_.emplace<linalg::RowMatrix>(X.dense());
    operations_ = numbers_in(X) + 16.0 * static_cast<double>(X.rows());
  }

  double epoch(const SgdRule& rule, const std::vector<Index>& order, const SgdTarget& target,
               SgdIterate& iterate) const {
    return std::visit(
        [&](const auto& rows) {
          if constexpr (std::is_pointer_v<std::decay_t<decltype(rows)>>)
            return sgd_epoch(rule, *rows, order, target, iterate);
          else
            return sgd_epoch(rule, rows, order, target, iterate);
        },
        rows_);
  }
  double operations() const { return operations_; }

 private:
  std::variant<const SparseMatrix*, linalg::RowMatrix, linalg::RowMatrixOf<float>> rows_;
  double operations_;
};

/// One linear function while it is fitted.
struct Output {
  SgdIterate iterate;
  double best = -std::numeric_limits<double>::infinity();  // score, or minus the mean objective
  int stalls = 0;
  double score = 0.0;  // of the last epoch
  int n_iter = 0;
  bool done = false;
};

SgdIterate iterate_of(const SGDCoefficients& start, Index k, const SgdRule& rule) {
  const bool averages = rule.average > 0;
  SgdIterate it(start.coef.cols(), averages,
                rule.penalty == SGDPenalty::l1 || rule.penalty == SGDPenalty::elasticnet);
  const bool goes_on = averages && start.plain_coef.size() > 0;
  const Matrix& coef = goes_on ? start.plain_coef : start.coef;
  for (Index j = 0; j < coef.cols(); ++j) it.w[static_cast<std::size_t>(j)] = coef(k, j);
  it.intercept = (goes_on ? start.plain_intercept : start.intercept)[k];
  if (goes_on) {
    for (Index j = 0; j < coef.cols(); ++j)
      it.sum[static_cast<std::size_t>(j)] = start.average_coef(k, j);
    it.average_intercept = start.average_intercept[k];
  }
  it.rescale();
  it.t = start.t;
  it.eta = rule.eta0;
  return it;
}

/// Rows that are learned from, and rows that are held out for early stopping.
RowSplit split_rows(const SgdProblem& problem, const SgdSchedule& schedule) {
  const Index n = problem.X.rows();
  RowSplit split;
  if (!schedule.early_stopping) {
    split.train.resize(static_cast<std::size_t>(n));
    std::iota(split.train.begin(), split.train.end(), Index{0});
    return split;
  }
  const auto wanted =
      static_cast<Index>(std::ceil(schedule.validation_fraction * static_cast<double>(n)));
  if (wanted >= n)
    throw InvalidInput(
        fmt::format("{}: validation_fraction = {} of {} samples leaves none to learn from.",
                    problem.owner, schedule.validation_fraction, n));
  const Vector codes = problem.stratify.cast<double>();
  split =
      hold_out(n, wanted, {codes.data(), static_cast<std::size_t>(codes.size())}, schedule.seed);
  if (split.validation.empty())
    throw InvalidInput(fmt::format(
        "{}: no sample can be set aside for early_stopping: each of {} is the last of its class.",
        problem.owner, n));
  return split;
}

/// The held-out rows, and how well a function does on them: the (weighted) share of the rows on the
/// right side of 0, or R².
class Validation {
 public:
  Validation(const SgdProblem& problem, const std::vector<Index>& rows)
      : rows_(rows), X_(problem.X.take(rows)) {}

  double score(const SgdTarget& target, const SgdIterate& it) const {
    const Vector coef = it.scale * Eigen::Map<const Vector>(it.w.data(), it.n_features);
    const Vector raw = linear_predict(X_, coef.transpose(), Vector::Constant(1, it.intercept));
    double weights = 0.0, right = 0.0, mean = 0.0;
    Vector y(raw.size()), weight(raw.size());
    for (Index r = 0; r < raw.size(); ++r) {
      const Index i = rows_[static_cast<std::size_t>(r)];
      y[r] = target.value(i);
      weight[r] = target.sample_weight == nullptr ? 1.0 : target.sample_weight[i];
      weights += weight[r];
      mean += weight[r] * y[r];
      right += (raw[r] > 0.0) == (y[r] > 0.0) ? weight[r] : 0.0;
    }
    if (target.values == nullptr) return right / weights;
    mean /= weights;
    const double squares = weight.dot((y - raw).cwiseAbs2());
    const double spread = weight.dot((y.array() - mean).square().matrix());
    return spread > 0.0 ? 1.0 - squares / spread : squares > 0.0 ? 0.0 : 1.0;
  }

 private:
  const std::vector<Index>& rows_;
  Features X_;
};

class SgdFit {
 public:
  SgdFit(const SgdProblem& problem, const SgdRule& rule, const SgdSchedule& schedule,
         const SGDCoefficients& start, const FitContext& context)
      : problem_(problem),
        rule_(rule),
        schedule_(schedule),
        context_(context),
        data_(problem.X),
        split_(split_rows(problem, schedule)),
        random_(schedule.seed, static_cast<std::uint64_t>(start.t)) {
    if (schedule.early_stopping) validation_.emplace(problem, split_.validation);
    for (Index k = 0; k < start.coef.rows(); ++k) outputs_.push_back({iterate_of(start, k, rule)});
  }

  void run() {
    std::vector<Index> order = std::move(split_.train), next;
    if (schedule_.shuffle) random_.shuffle(std::span(order));
    for (n_iter_ = 1;; ++n_iter_) {
      const bool last = n_iter_ == schedule_.max_iter;
      std::vector<Output*> active;
      for (Output& output : outputs_)
        if (!output.done) active.push_back(&output);
      run_epoch(active, order, !last && schedule_.shuffle ? &next : nullptr);
      report(active);
      const auto is_done = [](const Output& output) { return output.done; };
      if (last || std::all_of(outputs_.begin(), outputs_.end(), is_done)) return;
      if (schedule_.shuffle) std::swap(order, next);
    }
  }

  SgdResult result(const SGDCoefficients& start) {
    SgdResult result{start, n_iter_, true};
    SGDCoefficients& c = result.coefficients;
    c.t = start.t + static_cast<double>(n_iter_) * static_cast<double>(problem_.X.rows());
    const bool averages = rule_.average > 0;
    const Index p = start.coef.cols();
    if (averages) {
      c.average_coef = c.coef;
      c.average_intercept = c.intercept;
    }
    for (std::size_t k = 0; k < outputs_.size(); ++k) {
      SgdIterate& it = outputs_[k].iterate;
      it.rescale();
      const auto row = static_cast<Index>(k);
      c.coef.row(row) = Eigen::Map<const Vector>(it.w.data(), p).transpose();
      c.intercept[row] = it.intercept;
      if (averages) {
        c.average_coef.row(row) = Eigen::Map<const Vector>(it.sum.data(), p).transpose();
        c.average_intercept[row] = it.average_intercept;
      }
      result.converged = result.converged && outputs_[k].done;
    }
    if (averages) {
      c.plain_coef = c.coef;
      c.plain_intercept = c.intercept;
      if (static_cast<double>(rule_.average) <= c.t - 1.0) {
        c.coef = c.average_coef;
        c.intercept = c.average_intercept;
      }
    }
    return result;
  }

 private:
  /// The outputs at the same time, and beside them the order of the next epoch.
  void run_epoch(const std::vector<Output*>& active, const std::vector<Index>& order,
                 std::vector<Index>* next) {
    const auto tasks = static_cast<Index>(active.size()) + (next != nullptr ? 1 : 0);
    parallel_for(tasks, static_cast<double>(tasks) * data_.operations(), [&](Index task) {
      if (task == static_cast<Index>(active.size())) {
        *next = order;
        random_.shuffle(std::span(*next));
        return;
      }
      Output& output = *active[static_cast<std::size_t>(task)];
      const SgdTarget& target =
          problem_.targets[static_cast<std::size_t>(&output - outputs_.data())];
      const double objective = data_.epoch(rule_, order, target, output.iterate);
      output.score = validation_ ? validation_->score(target, output.iterate)
                                 : -objective / static_cast<double>(order.size());
    });
    for (Output* const output : active) {
      check_finite(*output);
      end_epoch(*output);
    }
  }

  void check_finite(const Output& output) const {
    const SgdIterate& it = output.iterate;
    double poison = it.intercept * 0.0 + it.scale * 0.0 + output.score * 0.0;
    for (const double w : it.w) poison += w * 0.0;
    if (poison != 0.0)
      throw InvalidInput(
          fmt::format("{}: numbers overflowed in epoch {}. Scale the columns of X first "
                      "(StandardScaler), and y where it is large; or take a smaller eta0.",
                      problem_.owner, n_iter_));
  }

  void end_epoch(Output& output) const {
    output.n_iter = n_iter_;
    const bool stalls = schedule_.tol && output.score < output.best + *schedule_.tol;
    output.stalls = stalls ? output.stalls + 1 : 0;
    output.best = std::max(output.best, output.score);
    if (output.stalls < schedule_.n_iter_no_change) return;
    double& eta = output.iterate.eta;
    if (rule_.learning_rate == SGDLearningRate::adaptive && eta > shortest_step) {
      eta /= step_cut;
      output.stalls = 0;
    } else {
      output.done = true;
    }
  }

  void report(const std::vector<Output*>& active) const {
    double sum = 0.0;
    for (const Output* const output : active) sum += output->score;
    const double mean = sum / static_cast<double>(active.size());
    Progress progress{.task = problem_.owner, .iteration = n_iter_, .total = schedule_.max_iter};
    (validation_ ? progress.validation_score : progress.loss) = validation_ ? mean : -mean;
    progress.elapsed = detail::seconds_since(began_);
    context_.report(progress);
  }

  const SgdProblem& problem_;
  const SgdRule& rule_;
  const SgdSchedule& schedule_;
  const FitContext& context_;
  SgdData data_;
  RowSplit split_;
  std::optional<Validation> validation_;
  std::vector<Output> outputs_;
  Random random_;
  int n_iter_ = 0;
  std::chrono::steady_clock::time_point began_ = std::chrono::steady_clock::now();
};

}  // namespace

SgdResult fit_sgd(const SgdProblem& problem, const SgdRule& rule, const SgdSchedule& schedule,
                  SGDCoefficients start, const FitContext& context) {
  SgdFit fit(problem, rule, schedule, start, context);
  fit.run();
  return fit.result(start);
}

void check_sgd_params(std::string_view owner, SGDLearningRate learning_rate, double alpha,
                      bool loss_is_passive, std::string_view passive_loss) {
  if (learning_rate == SGDLearningRate::optimal && alpha == 0.0)
    throw InvalidParameter(
        fmt::format("The 'alpha' parameter of {} must be above 0 with learning_rate = 'optimal', "
                    "whose steps it sets the length of. Got 0 instead.",
                    owner));
  const bool passive =
      learning_rate == SGDLearningRate::pa1 || learning_rate == SGDLearningRate::pa2;
  if (passive && !loss_is_passive)
    throw InvalidParameter(fmt::format(
        "The 'loss' parameter of {} must be '{}' with learning_rate = '{}'.", owner, passive_loss,
        names_of(learning_rate)[static_cast<std::size_t>(learning_rate)]));
}

SGDCoefficients sgd_start(const SGDCoefficients* previous, Index k, Index p, bool piece) {
  SGDCoefficients start;
  if (previous != nullptr && piece) return *previous;
  start.coef = previous != nullptr ? previous->coef : Matrix(Matrix::Zero(k, p));
  start.intercept = previous != nullptr ? previous->intercept : Vector(Vector::Zero(k));
  return start;
}

void warn_sgd(std::string_view owner, int max_iter) {
  warn(WarningKind::convergence, std::string(owner),
       fmt::format("did not converge in {} epochs. Allow more (max_iter), scale the columns of X "
                   "(StandardScaler), or take a greater tol.",
                   max_iter));
}

void refuse_early_stopping(std::string_view owner, bool early_stopping) {
  if (!early_stopping) return;
  throw InvalidParameter(
      fmt::format("The 'early_stopping' parameter of {} must be false in partial_fit, which makes "
                  "one pass over its rows.",
                  owner));
}

void check_sgd_coefficients(std::string_view owner, const SGDCoefficients& c,
                            const Schema& schema) {
  const auto fits = [&](const Matrix& coef, const Vector& intercept) {
    return coef.rows() == c.coef.rows() && coef.cols() == schema.n_features &&
           intercept.size() == c.coef.rows();
  };
  const bool averages = c.plain_coef.size() > 0 || c.average_coef.size() > 0;
  if (!fits(c.coef, c.intercept) || c.coef.rows() < 1 || !(c.t >= 1.0) || !std::isfinite(c.t) ||
      (averages &&
       (!fits(c.plain_coef, c.plain_intercept) || !fits(c.average_coef, c.average_intercept))))
    throw FormatError(
        fmt::format("{}: the coefficients ({} × {}) do not fit {} features, or each other", owner,
                    c.coef.rows(), c.coef.cols(), schema.n_features));
}

}  // namespace espalier::detail
