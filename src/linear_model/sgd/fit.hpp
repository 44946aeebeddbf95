// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <optional>
#include <span>
#include <string_view>

#include <espalier/core/fit_context.hpp>
#include <espalier/core/schema.hpp>

#include "linear_model/sgd/epoch.hpp"

namespace espalier::detail {

/// How long and in which order the rows are gone through.
struct SgdSchedule {
  int max_iter;
  std::optional<double> tol;  ///< none: all of max_iter
  bool shuffle;
  bool early_stopping;
  double validation_fraction;
  int n_iter_no_change;
  std::uint64_t seed;
};

struct SgdProblem {
  std::string_view owner;
  const Features& X;
  std::vector<SgdTarget> targets;  ///< k
  Labels stratify;                 ///< n class codes, by which rows are set aside; empty: none
};

struct SgdResult {
  SGDCoefficients coefficients;
  int n_iter;
  bool converged;
};

/// Fits the k functions of a problem, each by itself but with the rows in the same order, at the
/// same time on several threads. Goes on from `start`.
/// @throws InvalidInput  naming the owner: the coefficients overflow, or too few rows to set aside
SgdResult fit_sgd(const SgdProblem& problem, const SgdRule& rule, const SgdSchedule& schedule,
                  SGDCoefficients start, const FitContext& context);

/// The params of SGDClassifier and SGDRegressor in common terms.
/// @throws InvalidParameter  naming `owner`: parameters that do not go together
template <class Params>
SgdRule sgd_rule(const Params& p, SgdLoss loss) {
  const double l1_ratio = p.penalty == SGDPenalty::elasticnet ? p.l1_ratio
                          : p.penalty == SGDPenalty::l1       ? 1.0
                                                              : 0.0;
  return {.loss = loss,
          .epsilon = p.epsilon,
          .penalty = p.penalty,
          .alpha = p.alpha,
          .l1_ratio = l1_ratio,
          .learning_rate = p.learning_rate,
          .eta0 = p.eta0,
          .power_t = p.power_t,
          .fit_intercept = p.fit_intercept,
          .average = p.average,
          .needs_objective = !p.early_stopping};
}

template <class Params>
SgdSchedule sgd_schedule(const Params& p, std::uint64_t seed) {
  return {p.max_iter,         p.tol, p.shuffle, p.early_stopping, p.validation_fraction,
          p.n_iter_no_change, seed};
}

/// @throws InvalidParameter  `optimal` without alpha, or a passive-aggressive rule for another loss
void check_sgd_params(std::string_view owner, SGDLearningRate learning_rate, double alpha,
                      bool loss_is_passive, std::string_view passive_loss);

/// Where to begin: zeros, or the state before. A new fit (warm start) takes the coefficients from it
/// and counts its steps anew, a `piece` (partial_fit) goes on with everything.
SGDCoefficients sgd_start(const SGDCoefficients* previous, Index k, Index p, bool piece);

void warn_sgd(std::string_view owner, int max_iter);  ///< that it did not converge
/// @throws InvalidParameter  a piece of the data has no rows to set aside
void refuse_early_stopping(std::string_view owner, bool early_stopping);

/// @throws FormatError  the shapes do not fit
void check_sgd_coefficients(std::string_view owner, const SGDCoefficients& coefficients,
                            const Schema& schema);

}  // namespace espalier::detail
