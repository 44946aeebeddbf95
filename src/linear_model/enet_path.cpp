// SPDX-License-Identifier: BSD-3-Clause
#include <espalier/linear_model/enet_path.hpp>

#include <fmt/format.h>

#include <string>

#include "core/dense_view.hpp"
#include "linear_model/elastic_net_fit.hpp"

namespace espalier {
namespace {

void check(const EnetPathOptions& options, std::string_view owner) {
  const auto require = [&](std::string_view name, const Interval& range, double value) {
    if (!range.contains(value))
      detail::refuse_param(owner, name, "a number " + range.describe(), value);
  };
  options.alphas.validate(owner);
  const bool needs_l1 = !options.alphas.is_given();
  require("l1_ratio", needs_l1 ? above_up_to(0.0, 1.0) : between(0.0, 1.0), options.l1_ratio);
  require("eps", above_up_to(0.0, 1.0), options.eps);
  require("max_iter", at_least(1.0), options.max_iter);
  require("tol", at_least(0.0), options.tol);
}

void check(const Features& X, const Vector& y, std::string_view owner) {
  if (X.is_table()) throw InvalidInput(fmt::format("{}: X is a table; pass X.to_dense().", owner));
  if (X.rows() == 0 || X.cols() == 0)
    throw InvalidInput(fmt::format("{}: X is empty, {} × {}.", owner, X.rows(), X.cols()));
  if (X.rows() != y.size())
    throw InvalidInput(fmt::format("{}: X has {} rows and y has {}.", owner, X.rows(), y.size()));
  const bool finite =
      X.is_sparse() ? X.sparse().coeffs().allFinite()
                    : detail::with_dense(X, [](const auto& dense) { return dense.allFinite(); });
  if (!finite) throw InvalidInput(fmt::format("{}: X contains NaN or infinity.", owner));
  if (!y.allFinite()) throw InvalidInput(fmt::format("{}: y contains NaN or infinity.", owner));
}

EnetPath path(const Features& X, const Vector& y, const EnetPathOptions& options,
              std::string_view owner) {
  check(options, owner);
  check(X, y, owner);
  return detail::with_design(X, [&](const auto& columns) {
    detail::ElasticNetSolver solver(columns, y, Vector(), false);
    detail::refuse_large(owner, X, solver.squares(), y);
    const double largest =
        options.alphas.is_given() ? 0.0 : solver.alpha_max(options.l1_ratio, options.positive);
    const std::vector<double> alphas = options.alphas.from(largest, options.eps);
    const auto count = static_cast<Index>(alphas.size());
    EnetPath result{Vector::Map(alphas.data(), count), Matrix(X.cols(), count), Vector(count), {}};
    detail::ElasticNetControl control;
    control.tol = options.tol;
    control.max_iter = options.max_iter;
    control.positive = options.positive;
    for (Index k = 0; k < count; ++k) {
      const detail::ElasticNetResult solved =
          solver.solve(result.alphas[k], options.l1_ratio, control);
      if (!solved.converged()) detail::warn_gap(owner, solved);
      result.coefs.col(k) = solver.coef();
      result.dual_gaps[k] = solved.gap;
      result.n_iters.push_back(solved.n_iter);
    }
    return result;
  });
}

}  // namespace

EnetPath enet_path(const Features& X, const Vector& y, const EnetPathOptions& options) {
  return path(X, y, options, "enet_path");
}

EnetPath lasso_path(const Features& X, const Vector& y, const LassoPathOptions& options) {
  return path(X, y,
              {1.0, options.eps, options.alphas, options.positive, options.max_iter, options.tol},
              "lasso_path");
}

}  // namespace espalier
