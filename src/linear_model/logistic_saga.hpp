// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <cstdint>
#include <string_view>

#include <espalier/core/features.hpp>

#include "linear_model/linear_solver.hpp"
#include "linear_model/logistic_descent.hpp"

namespace espalier::detail {

/// Logistic regression with any of the penalties, by SAGA: the objective of
/// logistic_coordinate_descent. `max_iter` is a number of epochs, each of as many steps as there
/// are rows.
///
/// A step takes one row and goes along an estimate of the gradient: the mean of the gradients that
/// all rows had when they were last taken, corrected by what this row's has changed; the L1 norm
/// comes in by its proximal operator. The correction vanishes at the optimum, so that steps of
/// constant length converge linearly.
///
/// Columns are scaled to curvature 1 at the start and, but for a sparse X with few numbers, taken
/// about their means where there is an intercept. A row is taken as often as a bound of its
/// curvature says, but a quarter of the steps are dealt out evenly; an epoch is a systematic
/// sample, shuffled. So the length of the steps depends on the mean curvature of the rows, not on
/// the largest. Between epochs all gradients are computed anew, in parallel, which gives the
/// objective, whether to stop, and the curvatures as they have become, which are far smaller where
/// classes are well separated. An epoch that these misled, so that the objective rose, is taken
/// back. Steps are sequential. All is computed in double, but the rows of an X of floats are kept as
/// floats.
///
/// Costs O(npk) an epoch, or O(nonzeros·k): steps on a sparse X reach the coefficients of the row's
/// columns only (see SparseSaga). A dense X is copied by rows, as is one of which a third or more
/// is stored; a sparse one once. The same bits for any number of threads.
///
/// `codes` are in [0, n_classes); `weights` may be empty: ones. `curvature` is an estimate of the
/// second derivative of the loss by one raw value.
///
/// @throws InvalidInput  naming `owner`: the squares of a column overflow
/// @see Defazio, Bach & Lacoste-Julien, NIPS (2014) 1646–1654; Schmidt et al., AISTATS (2015)
///      819–828; Gower, Richtárik & Bach, Math. Program. 188 (2021) 135–192
LogisticDescentResult logistic_saga(std::string_view owner, const Features& X, const Labels& codes,
                                    Index n_classes, const Vector& weights, double curvature,
                                    const LogisticDescentOptions& options, std::uint64_t seed,
                                    const LinearCoefficients& start);

}  // namespace espalier::detail
