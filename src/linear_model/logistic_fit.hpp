// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <espalier/linear_model/logistic_regression.hpp>

#include "linear_model/linear_solver.hpp"

namespace espalier::detail {

/// Classes as codes in [0, n_classes), of which each occurs, and weights that hold those of the
/// classes; empty: ones.
struct LogisticData {
  const Features& X;
  const Labels& codes;
  Index n_classes;
  const Vector& weights;
};

/// Fits logistic regression by `params`, whose class_weight and warm_start are not looked at.
/// Begins at `start` unless that is null. Messages and reports name `owner`.
LinearSolution fit_logistic(std::string_view owner, const LogisticData& data,
                            const LogisticRegressionParams& params, const LinearCoefficients* start,
                            const FitContext& context);

/// @throws InvalidParameter  naming `owner`: the solver does not do with the penalty
void check_logistic_solver(std::string_view owner, LogisticSolver solver, double C,
                           double l1_ratio);

/// n × 1 or n × K decisions to n × K probabilities.
Matrix logistic_probabilities(const Matrix& decisions);

/// What the rows of a predictor need; as the two above.
void compile_logistic(const Matrix& coef, const Vector& intercept, RowBuilder& builder);

/// @throws FormatError  the parts of a state do not fit together
void check_logistic_state(std::string_view owner, const Labels& classes, const Matrix& coef,
                          const Vector& intercept, const Schema& schema);

/// The classes of y.
/// @throws InvalidInput  naming `owner`: there is one only
EncodedLabels encode_classes(std::string_view owner, const Labels& y);

}  // namespace espalier::detail
