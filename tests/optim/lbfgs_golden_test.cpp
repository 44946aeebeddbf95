// SPDX-License-Identifier: BSD-3-Clause
// minimize_lbfgs beside scipy's L-BFGS-B without bounds; see tests/golden/make_optim_lbfgs.py.
#include <espalier/optim/lbfgs.hpp>

#include <cmath>
#include <map>
#include <string>

#include <gtest/gtest.h>

#include "support/golden.hpp"

namespace espalier {
namespace {

using testing_support::golden;
using testing_support::to_vector;

double rosenbrock(const Vector& x, Vector& gradient) {
  const Index n = x.size() - 1;
  const Eigen::ArrayXd a = x.head(n).array(), b = x.tail(n).array(), up = b - a.square();
  gradient.setZero();
  gradient.head(n).array() = -400.0 * a * up - 2.0 * (1.0 - a);
  gradient.tail(n).array() += 200.0 * up;
  return (100.0 * up.square() + (1.0 - a).square()).sum();
}

double waves(const Vector& x, Vector& gradient) {
  double value = 0.0;
  for (Index i = 0; i < x.size(); ++i) {
    const double k = static_cast<double>(i + 1);
    value += 0.01 * std::pow(x[i], 4) + std::sin(k * x[i]) / k;
    gradient[i] = 0.04 * std::pow(x[i], 3) + std::cos(k * x[i]);
  }
  return value;
}

double quadratic(const Vector& x, Vector& gradient) {
  const Eigen::ArrayXd d = (std::log(10.0) * Eigen::ArrayXd::LinSpaced(x.size(), 0.0, 3.0)).exp();
  gradient = d * (x.array() - 1.0);
  return 0.5 * (d * (x.array() - 1.0).square()).sum();
}

double slow(const Vector& x, Vector& gradient) {
  const Eigen::ArrayXd u = (0.05 * x.array()).square();
  gradient = -1e-3 * (1.0 - u) / (1.0 + u).square();
  return -(1e-3 * x.array() / (1.0 + u)).sum();
}

TEST(LbfgsGolden, TakesTheStepsOfScipy) {
  const std::map<std::string, SmoothFunction> functions{
      {"rosenbrock", rosenbrock}, {"waves", waves}, {"quadratic", quadratic}, {"slow", slow}};
  for (const auto& c : golden("optim_lbfgs.json")) {
    const auto name = c["function"].get<std::string>();
    const Index n = c["n"].get<Index>();
    SCOPED_TRACE(name + " of " + std::to_string(n));
    const Vector x0 = (name == "slow" ? 0.5 : 3.0) *
                      Eigen::ArrayXd::LinSpaced(n, 1.0, static_cast<double>(n)).sin();
    const OptimResult result = minimize_lbfgs(functions.at(name), x0,
                                              {.max_iter = c["max_iter"].get<int>(),
                                               .gtol = c["gtol"].get<double>(),
                                               .ftol = c["ftol"].get<double>(),
                                               .history = c["history"].get<int>()});
    EXPECT_EQ(result.n_iter, c["n_iter"].get<int>());
    EXPECT_EQ(result.n_evaluations, c["n_evaluations"].get<int>());
    EXPECT_NEAR(result.value, c["value"].get<double>(), 1e-9);
    EXPECT_LE((result.x - to_vector(c["x"])).lpNorm<Eigen::Infinity>(), 1e-7);
  }
}

}  // namespace
}  // namespace espalier
