// SPDX-License-Identifier: BSD-3-Clause
#include "linear_model/logistic_saga.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <span>
#include <utility>
#include <vector>

#include <espalier/core/parallel.hpp>
#include <espalier/core/random.hpp>
#include <espalier/loss/half_binomial.hpp>
#include <espalier/loss/half_multinomial.hpp>

#include "linear_model/column_moments.hpp"
#include "linear_model/saga_design.hpp"
#include "linear_model/whitening.hpp"

namespace espalier::detail {
namespace {

/// The part of the chances of a row that does not depend on its curvature.
constexpr double even_part = 0.25;
/// Steps of one over this many times the largest curvature of a row, as often as it is taken.
constexpr double step_divisor = 3.0;
/// A sparse X of which this part is stored is quicker when it is filled.
constexpr double filled_part = 1.0 / 3.0;

/// The loss of a row by its raw values: that of its class, or, of the rows behind those of X, half
/// their square.
struct SagaLoss {
  const Labels& codes;
  Index outputs;
  const Vector& weights;  // maybe empty
  double total_weight;

  bool is_penalty(Index i) const { return i >= codes.size(); }
  /// Its part in the objective.
  double share(Index i) const {
    if (is_penalty(i)) return 1.0;
    return (weights.size() > 0 ? weights[i] : 1.0) / total_weight;
  }
  /// The largest second derivative that there can be.
  double curvature(Index i) const { return is_penalty(i) ? 1.0 : outputs == 1 ? 0.25 : 0.5; }

  void gradient(Index i, const double* raw, double* out) const {
    const auto k = static_cast<std::size_t>(outputs);
    if (is_penalty(i))
      std::copy_n(raw, k, out);
    else if (outputs == 1)
      out[0] = HalfBinomial::gradient(codes[i], raw[0]);
    else
      HalfMultinomial::gradient(codes[i], {raw, k}, {out, k});
  }
  double loss(Index i, const double* raw) const {
    const auto k = static_cast<std::size_t>(outputs);
    if (is_penalty(i)) return 0.5 * std::inner_product(raw, raw + k, raw, 0.0);
    if (outputs == 1) return HalfBinomial::loss(codes[i], raw[0]);
    return HalfMultinomial::loss(codes[i], {raw, k});
  }
};

/// The penalty on each variable, and whether there is an intercept.
struct SagaTerms {
  Vector l1, l2;           // p
  double intercept_value;  // what every row of X has in the intercept's place; 0: no intercept
};

/// What is summed over the rows: the losses, and the gradients by the variables and the intercept.
struct SagaSums {
  double loss = 0.0;
  std::vector<double> mean;
  Vector intercept;
};

template <class Design>
class Saga {
 public:
  Saga(const Design& design, const SagaLoss& loss, const SagaTerms& terms, Blocks blocks,
       std::uint64_t seed)
      : design_(design),
        loss_(loss),
        terms_(terms),
        blocks_(blocks),
        k_(loss.outputs),
        random_(seed),
        z_(design.size(k_)),
        intercept_(Vector::Zero(k_)),
        raw_(static_cast<std::size_t>(k_)),
        gradient_(raw_),
        along_row_(raw_),
        mean_change_(raw_),
        table_(static_cast<std::size_t>(design.rows() * k_)) {
    choose_chances();
  }

  /// Variables, p × k, and intercepts, in their own variable.
  void start(const Matrix& Z, const Vector& intercept) {
    for (Index c = 0; c < k_; ++c)
      for (Index j = 0; j < Z.rows(); ++j) z_[design_.at(j, c, k_)] = Z(j, c);
    if (terms_.intercept_value > 0.0) intercept_ = intercept;
    refresh();
  }

  Matrix variables() const {
    return Matrix::NullaryExpr(terms_.l1.size(), k_,
                               [&](Index j, Index c) { return z_[design_.at(j, c, k_)]; });
  }
  const Vector& intercept() const { return intercept_; }

  void epoch() {
    draw();
    for (std::size_t r = 0; r < order_.size(); ++r) {
      design_.prefetch(order_[std::min(r + 1, order_.size() - 1)]);
      step(order_[r]);
    }
    refresh();
  }

  double objective() const {
    double penalty = 0.0;
    for (Index c = 0; c < k_; ++c)
      for (Index j = 0; j < terms_.l1.size(); ++j) {
        const double z = z_[design_.at(j, c, k_)];
        penalty += terms_.l1[j] * std::abs(z) + 0.5 * terms_.l2[j] * z * z;
      }
    return sums_.loss + penalty;
  }

  /// The largest component of the smallest subgradient.
  double optimality() const {
    double worst = sums_.intercept.cwiseAbs().maxCoeff();
    for (Index c = 0; c < k_; ++c)
      for (Index j = 0; j < terms_.l1.size(); ++j) {
        const double z = z_[design_.at(j, c, k_)];
        const double g = sums_.mean[design_.at(j, c, k_)] + terms_.l2[j] * z;
        worst = std::max(worst, z == 0.0 ? std::abs(g) - terms_.l1[j]
                                         : std::abs(g + std::copysign(terms_.l1[j], z)));
      }
    return worst;
  }

 private:
  double intercept_value(Index i) const {
    return loss_.is_penalty(i) ? 0.0 : terms_.intercept_value;
  }

  void choose_chances() {
    const Index n = design_.rows();
    std::vector<double> curvature(static_cast<std::size_t>(n));
    double sum = 0.0, present = 0.0;
    for (Index i = 0; i < n; ++i) {
      double& bound = curvature[static_cast<std::size_t>(i)];
      const double one = intercept_value(i);
      bound = loss_.share(i) * loss_.curvature(i) * (design_.squared_norm(i) + one * one);
      sum += bound;
      present += loss_.share(i) > 0.0 ? 1.0 : 0.0;
    }
    if (sum == 0.0) sum = 1.0;
    chances_.resize(curvature.size());
    double largest = 0.0;
    for (Index i = 0; i < n; ++i) {
      const auto at = static_cast<std::size_t>(i);
      if (loss_.share(i) == 0.0) continue;
      chances_[at] = (1.0 - even_part) * curvature[at] / sum + even_part / present;
      largest = std::max(largest, curvature[at] / chances_[at]);
    }
    length_ = largest > 0.0 ? 1.0 / (step_divisor * largest) : 0.0;
    set_penalty();
  }

  void set_penalty() {
    const Vector reach = design_.reach(chances_);
    const std::size_t n = design_.size(1);
    penalty_ = {std::vector<double>(n, length_), std::vector<double>(n), std::vector<double>(n)};
    for (Index j = 0; j < terms_.l1.size(); ++j) {
      const auto at = static_cast<std::size_t>(j);
      const double length = reach[j] > 0.0 ? length_ / reach[j] : 0.0;
      penalty_.along_mean[at] = length;
      penalty_.threshold[at] = length * terms_.l1[j];
      penalty_.shrink[at] = 1.0 / (1.0 + length * terms_.l2[j]);
    }
  }

  /// A systematic sample of as many rows as there are, each by its chances, in random order.
  void draw() {
    const auto n = static_cast<double>(chances_.size());
    order_.clear();
    double sum = random_.uniform(), taken = 0.0;
    for (std::size_t i = 0; i < chances_.size(); ++i)
      for (sum += n * chances_[i]; taken + 1.0 <= sum; taken += 1.0)
        order_.push_back(static_cast<Index>(i));
    random_.shuffle(std::span(order_));
  }

  /// The raw values of a row.
  void raw(Index i, double* out) const {
    design_.products(i, z_.data(), k_, out);
    const double one = intercept_value(i);
    for (Index c = 0; c < k_; ++c) out[c] += one * intercept_[c];
  }

  void step(Index i) {
    raw(i, raw_.data());
    loss_.gradient(i, raw_.data(), gradient_.data());
    double* const before = table_.data() + i * k_;
    const double share = loss_.share(i), one = intercept_value(i);
    const double weight = length_ * share / chances_[static_cast<std::size_t>(i)];
    for (Index c = 0; c < k_; ++c) {
      const auto at = static_cast<std::size_t>(c);
      const double change = gradient_[at] - before[c];
      before[c] = gradient_[at];
      along_row_[at] = weight * change;
      mean_change_[at] = share * change;
      intercept_[c] -= along_row_[at] * one + length_ * sums_.intercept[c];
      sums_.intercept[c] += mean_change_[at] * one;
    }
    design_.step(i, along_row_.data(), mean_change_.data(), k_, penalty_, z_.data(),
                 sums_.mean.data());
  }

  /// Computes all gradients at the variables as they are.
  void refresh() {
    const SagaSums zero{0.0, std::vector<double>(z_.size()), Vector::Zero(k_)};
    const double work = 2.0 * static_cast<double>(blocks_.n) * 20.0 * static_cast<double>(k_);
    sums_ = reduce_blocks(
        blocks_, work, zero,
        [&](Index begin, Index end) {
          SagaSums sums = zero;
          for (Index i = begin; i < end; ++i) add_row(i, sums);
          return sums;
        },
        [](SagaSums& total, const SagaSums& part) {
          total.loss += part.loss;
          total.intercept += part.intercept;
          for (std::size_t j = 0; j < total.mean.size(); ++j) total.mean[j] += part.mean[j];
        });
  }

  void add_row(Index i, SagaSums& sums) {
    double* const of_row = table_.data() + i * k_;
    const double share = loss_.share(i), one = intercept_value(i);
    Vector values(k_);
    raw(i, values.data());
    sums.loss += share * loss_.loss(i, values.data());
    loss_.gradient(i, values.data(), of_row);
    for (Index c = 0; c < k_; ++c) {
      values[c] = share * of_row[c];
      sums.intercept[c] += values[c] * one;
    }
    design_.add(i, values.data(), k_, sums.mean.data());
  }

  const Design& design_;
  const SagaLoss& loss_;
  const SagaTerms& terms_;
  Blocks blocks_;
  Index k_;
  Random random_;
  std::vector<double> z_;
  Vector intercept_;
  std::vector<double> raw_, gradient_, along_row_, mean_change_;  // of the row of a step
  std::vector<double> table_;    // the gradient of each row by its raw values, when last taken
  std::vector<double> chances_;  // of each row
  double length_ = 0.0;
  SagaPenalty penalty_;
  SagaSums sums_;  // of the table; the loss is that of the last refresh
  std::vector<Index> order_;
};

/// The change of variables, C = T·Z and b = z₀·one − C·m.
struct SagaVariables {
  Vector mean;  // m, p; zero without an intercept, or where X is sparse
  Whitening whitening;
  double one;  // 1/√h; 0 without an intercept
};

template <class Design>
LogisticDescentResult run(const Design& design, const SagaLoss& loss, const SagaTerms& terms,
                          const SagaVariables& variables, Blocks blocks,
                          const LogisticDescentOptions& options, std::uint64_t seed,
                          const LinearCoefficients& start) {
  Saga<Design> saga(design, loss, terms, blocks, seed);
  const double one = variables.one > 0.0 ? variables.one : 1.0;
  saga.start(variables.whitening.from_coef(start.coef.transpose()),
             (start.intercept + start.coef * variables.mean) / one);
  LogisticDescentResult result;
  result.optimality = saga.optimality();
  while (!(result.optimality <= options.tol) && result.n_iter < options.max_iter) {
    saga.epoch();
    ++result.n_iter;
    result.optimality = saga.optimality();
    if (options.report) options.report(result.n_iter, saga.objective());
  }
  result.converged = result.optimality <= options.tol;
  result.objective = saga.objective();
  result.coef = variables.whitening.to_coef(saga.variables()).transpose();
  result.intercept = Vector::Zero(loss.outputs);
  if (options.fit_intercept)
    result.intercept = saga.intercept() * one - result.coef * variables.mean;
  return result;
}

}  // namespace

LogisticDescentResult logistic_saga(std::string_view owner, const Features& X, const Labels& codes,
                                    Index n_classes, const Vector& weights, double curvature,
                                    const LogisticDescentOptions& options, std::uint64_t seed,
                                    const LinearCoefficients& start) {
  const Index p = X.cols(), outputs = n_classes == 2 ? 1 : n_classes;
  const bool sparse = X.is_sparse() && numbers_in(X) < filled_part * static_cast<double>(X.rows()) *
                                                           static_cast<double>(p);
  const bool centre = options.fit_intercept && !sparse;
  const ColumnMoments moments = column_moments(X, weights);
  const SagaVariables variables{
      centre ? moments.mean : Vector::Zero(p),
      Whitening(X, weights, moments, centre, curvature, options.l2, sparse || options.l1 > 0.0),
      options.fit_intercept ? 1.0 / std::sqrt(curvature) : 0.0};
  const Vector& scale = variables.whitening.scale();
  refuse_overflow(owner, X, scale);

  const SagaLoss loss{codes, outputs, weights, moments.total_weight};
  SagaTerms terms{options.l1 * scale.cwiseInverse(), Vector::Zero(p), variables.one};
  if (variables.whitening.is_diagonal()) terms.l2 = options.l2 * scale.cwiseAbs2().cwiseInverse();
  const Index rows_at_once = sum_blocks(X, outputs).size;
  if (sparse)
    return run(SparseSaga(X.sparse(), scale), loss, terms, variables, {X.rows(), rows_at_once},
               options, seed, start);
  const DenseSaga design(X, variables.mean, variables.whitening, options.l2);
  return run(design, loss, terms, variables, {design.rows(), rows_at_once}, options, seed, start);
}

}  // namespace espalier::detail
