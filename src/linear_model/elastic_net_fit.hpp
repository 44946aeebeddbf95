// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <optional>
#include <string_view>

#include <espalier/core/fit_context.hpp>
#include <espalier/linear_model/elastic_net.hpp>

#include "core/seed.hpp"
#include "linear_model/elastic_net_solver.hpp"

namespace espalier::detail {

/// ElasticNet's fit, for all that stand on it.
struct ElasticNetTask {
  std::string_view owner;  ///< for messages
  double alpha, l1_ratio;
  bool fit_intercept;
  ElasticNetControl control;  ///< without its report
};

template <class Params>
ElasticNetTask elastic_net_task(std::string_view owner, const Params& params, double alpha,
                                double l1_ratio) {
  ElasticNetTask task{owner, alpha, l1_ratio, params.fit_intercept, {}};
  task.control.tol = params.tol;
  task.control.max_iter = params.max_iter;
  task.control.positive = params.positive;
  task.control.random = params.selection == CoordinateSelection::random;
  if (task.control.random) task.control.seed = seed_of(params.random_state, owner);
  return task;
}

/// `start` may be null: from zero; else k × p coefficients.
/// @throws InvalidInput  squares of X or y overflow, or `start` has another number of outputs
ElasticNetState fit_elastic_net(const ElasticNetTask& task, const Features& X, const Matrix& y,
                                const FitContext& context, const Matrix* start);

/// X must outlive what `body` makes of it. Calls body(design_columns<T>(X)) with the T of X.
template <class Body>
auto with_design(const Features& X, const Body& body) {
  if (X.is_float32()) return body(design_columns<float>(X));
  return body(design_columns<double>(X));
}

/// @throws InvalidInput  naming `owner`: squares of X or y are not finite
void refuse_large(std::string_view owner, const Features& X, const Vector& squares,
                  const Vector& y);

/// @throws FormatError  the parts of the state do not fit together
void check_elastic_net(std::string_view owner, const ElasticNetState& state, const Schema& schema);

/// Whether reports reach anybody; else they need not be made.
bool is_watched(const FitContext& context);

void warn_gap(std::string_view owner, const ElasticNetResult& result);

}  // namespace espalier::detail
