// SPDX-License-Identifier: BSD-3-Clause
#include "linear_model/logistic_saga.hpp"

#include <algorithm>
#include <cmath>
#include <span>
#include <utility>
#include <vector>

#include <espalier/core/parallel.hpp>
#include <espalier/core/random.hpp>
#include <espalier/loss/half_binomial.hpp>
#include <espalier/loss/half_multinomial.hpp>

#include "linear_model/column_moments.hpp"
#include "linear_model/saga_design.hpp"

namespace espalier::detail {
namespace {

/// The part of the chances of a row that does not depend on its curvature.
constexpr double even_part = 0.25;
/// A row's curvature may become so many times what it was at the begin of an epoch. If the
/// objective does not fall, the epoch is taken back and this grows by that factor.
constexpr double first_caution = 2.0, caution_growth = 4.0;
/// From here on steps go by bounds that hold everywhere, and are a third as long: the 1/(3L) of the
/// theory instead of 1/L.
constexpr double largest_caution = 100.0, careful_divisor = 3.0;
/// Curvatures below this part of the largest possible are taken as that.
constexpr double least_curvature = 1e-6;
/// Objectives that differ by this part may be equal but for the rounding of their sums.
constexpr double rounding = 1e-14;
/// A sparse X of which this part is stored is quicker when it is filled.
constexpr double filled_part = 1.0 / 3.0;

/// The loss of a row by its raw values.
struct SagaLoss {
  const Labels& codes;
  Index outputs;
  const Vector& weights;  // maybe empty
  double total_weight;

  /// Its part in the objective.
  double share(Index i) const { return (weights.size() > 0 ? weights[i] : 1.0) / total_weight; }
  /// The largest second derivative that there can be.
  double largest_curvature() const { return outputs == 1 ? 0.25 : 0.5; }
  /// A bound of the second derivatives where the gradient is this: its components are p or p − 1.
  double curvature(const double* gradient) const {
    double largest = 0.0;
    for (Index c = 0; c < outputs; ++c) {
      const double p = std::abs(gradient[c]);
      largest = std::max(largest, p * (1.0 - p));
    }
    return outputs == 1 ? largest : 2.0 * largest;
  }

  void gradient(Index i, const double* raw, double* out) const {
    const auto k = static_cast<std::size_t>(outputs);
    if (outputs == 1)
      out[0] = HalfBinomial::gradient(codes[i], raw[0]);
    else
      HalfMultinomial::gradient(codes[i], {raw, k}, {out, k});
  }
  double loss(Index i, const double* raw) const {
    const auto k = static_cast<std::size_t>(outputs);
    if (outputs == 1) return HalfBinomial::loss(codes[i], raw[0]);
    return HalfMultinomial::loss(codes[i], {raw, k});
  }
};

/// The penalty on each variable, and whether there is an intercept.
struct SagaTerms {
  Vector l1, l2;           // p
  double intercept_value;  // what every row has in the intercept's place; 0: no intercept
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
    for (Index i = 0; i < design.rows(); ++i) {
      const double one = terms_.intercept_value;
      weighted_squares_.push_back(loss.share(i) * (design.squared_norm(i) + one * one));
      present_ += loss.share(i) > 0.0 ? 1.0 : 0.0;
    }
  }

  /// Variables, k × p, and intercepts, in their own variable.
  void start(const Matrix& Z, const Vector& intercept) {
    for (Index c = 0; c < k_; ++c)
      for (Index j = 0; j < Z.cols(); ++j) z_[design_.at(j, c, k_)] = Z(c, j);
    if (terms_.intercept_value > 0.0) intercept_ = intercept;
    refresh();
    choose_chances();
  }

  Matrix variables() const {
    return Matrix::NullaryExpr(k_, terms_.l1.size(),
                               [&](Index c, Index j) { return z_[design_.at(j, c, k_)]; });
  }
  const Vector& intercept() const { return intercept_; }

  void epoch() {
    const double before = objective();
    const std::vector<double> z = z_;
    const Vector intercept = intercept_;
    draw();
    for (std::size_t r = 0; r < order_.size(); ++r) {
      design_.prefetch(order_[std::min(r + 1, order_.size() - 1)]);
      step(order_[r]);
    }
    refresh();
    if (caution_ < largest_caution && !(objective() <= before + rounding * std::abs(before))) {
      z_ = z;
      intercept_ = intercept;
      caution_ *= caution_growth;
      refresh();
    }
    choose_chances();
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
  double curvature_bound(Index i) const {
    const double largest = loss_.largest_curvature();
    if (caution_ >= largest_caution) return largest;
    const double now = loss_.curvature(table_.data() + i * k_);
    return std::clamp(caution_ * now, least_curvature * largest, largest);
  }

  void choose_chances() {
    const Index n = design_.rows();
    chances_.resize(static_cast<std::size_t>(n));
    std::vector<double> bounds(chances_.size());
    double sum = 0.0, largest = 0.0;
    for (Index i = 0; i < n; ++i) {
      const auto at = static_cast<std::size_t>(i);
      bounds[at] = weighted_squares_[at] * curvature_bound(i);
      sum += bounds[at];
    }
    for (Index i = 0; i < n; ++i) {
      const auto at = static_cast<std::size_t>(i);
      if (loss_.share(i) == 0.0) continue;
      chances_[at] =
          even_part / present_ + (sum > 0.0 ? (1.0 - even_part) * bounds[at] / sum : 0.0);
      largest = std::max(largest, bounds[at] / chances_[at]);
    }
    const double divisor = caution_ < largest_caution ? 1.0 : careful_divisor;
    length_ = largest > 0.0 ? 1.0 / (divisor * largest) : 0.0;
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
    const double one = terms_.intercept_value;
    for (Index c = 0; c < k_; ++c) out[c] += one * intercept_[c];
  }

  void step(Index i) {
    raw(i, raw_.data());
    loss_.gradient(i, raw_.data(), gradient_.data());
    double* const before = table_.data() + i * k_;
    const double share = loss_.share(i), one = terms_.intercept_value;
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
    const double rows = static_cast<double>(design_.rows());
    const double work = 2.0 * static_cast<double>(k_) * (design_.numbers() + 20.0 * rows);
    sums_ = reduce_blocks(
        blocks_, work, zero,
        [&](Index begin, Index end) {
          SagaSums sums = zero;
          Vector values(k_);
          for (Index i = begin; i < end; ++i) add_row(i, values, sums);
          return sums;
        },
        [](SagaSums& total, const SagaSums& part) {
          total.loss += part.loss;
          total.intercept += part.intercept;
          for (std::size_t j = 0; j < total.mean.size(); ++j) total.mean[j] += part.mean[j];
        });
  }

  void add_row(Index i, Vector& values, SagaSums& sums) {
    double* const of_row = table_.data() + i * k_;
    const double share = loss_.share(i), one = terms_.intercept_value;
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
  std::vector<double> table_;  // the gradient of each row by its raw values, when last taken
  std::vector<double> weighted_squares_;  // of each row, times its share
  double present_ = 0.0;                  // rows that have a share
  double caution_ = first_caution;
  std::vector<double> chances_;  // of each row
  double length_ = 0.0;
  SagaPenalty penalty_;
  SagaSums sums_;  // of the table; the loss is that of the last refresh
  std::vector<Index> order_;
};

/// The change of variables: coef = Z/scale, intercept = z₀·one − coef·mean.
struct SagaVariables {
  Vector mean;    // p; zero without an intercept, or where X is sparse
  Vector scale;   // p
  Vector varies;  // p; 0 for a column of equal numbers, which has no coefficient, else 1
  double one;     // 1/√curvature
};

template <class Design>
LogisticDescentResult run(const Design& design, const SagaLoss& loss, const SagaTerms& terms,
                          const SagaVariables& variables, Blocks blocks,
                          const LogisticDescentOptions& options, std::uint64_t seed,
                          const LinearCoefficients& start) {
  Saga<Design> saga(design, loss, terms, blocks, seed);
  saga.start(start.coef * variables.scale.cwiseProduct(variables.varies).asDiagonal(),
             (start.intercept + start.coef * variables.mean) / variables.one);
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
  result.coef = saga.variables() * variables.scale.cwiseInverse().asDiagonal();
  result.intercept = Vector::Zero(loss.outputs);
  if (options.fit_intercept)
    result.intercept = saga.intercept() * variables.one - result.coef * variables.mean;
  return result;
}

}  // namespace

LogisticDescentResult logistic_saga(std::string_view owner, const Features& X, const Labels& codes,
                                    Index n_classes, const Vector& weights, double curvature,
                                    const LogisticDescentOptions& options, std::uint64_t seed,
                                    const LinearCoefficients& start) {
  const Index p = X.cols(), outputs = n_classes == 2 ? 1 : n_classes;
  const double cells = static_cast<double>(X.rows()) * static_cast<double>(p);
  const bool sparse = X.is_sparse() && numbers_in(X) < filled_part * cells;
  const bool centre = options.fit_intercept && !sparse;

  const ColumnMoments moments = column_moments(X, weights);
  Vector squares = moments.variance;
  if (!centre) squares += moments.mean.cwiseAbs2();
  refuse_overflow(owner, X, squares);
  const Vector varies = (squares.array() > 0.0).cast<double>();
  const Vector scale =
      (varies.array() > 0.0).select((curvature * squares.array() + options.l2).sqrt(), 1.0);
  const SagaVariables variables{centre ? moments.mean : Vector::Zero(p), scale, varies,
                                1.0 / std::sqrt(curvature)};

  const SagaLoss loss{codes, outputs, weights, moments.total_weight};
  const SagaTerms terms{options.l1 * scale.cwiseInverse(),
                        options.l2 * scale.cwiseAbs2().cwiseInverse(),
                        options.fit_intercept ? variables.one : 0.0};
  const Blocks blocks{X.rows(), sum_blocks(X, outputs).size};
  const auto solve = [&](const auto& design) {
    return run(design, loss, terms, variables, blocks, options, seed, start);
  };
  if (sparse) return solve(SparseSaga(X.sparse(), scale));
  if (X.is_float32()) return solve(DenseSaga<float>(X, variables.mean, scale));
  return solve(DenseSaga<double>(X, variables.mean, scale));
}

}  // namespace espalier::detail
