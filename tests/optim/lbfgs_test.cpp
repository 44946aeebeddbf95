// SPDX-License-Identifier: BSD-3-Clause
#include <espalier/optim/lbfgs.hpp>

#include <cmath>
#include <limits>
#include <vector>

#include <gtest/gtest.h>

#include <espalier/core/errors.hpp>

#include "optim/line_search.hpp"
#include "support/expect_error.hpp"

namespace espalier {
namespace {

using namespace testing_support;

/// Σ 100(xᵢ₊₁ − xᵢ²)² + (1 − xᵢ)², with its minimum of 0 at ones.
double rosenbrock(const Vector& x, Vector& gradient) {
  gradient.setZero();
  double value = 0.0;
  for (Index i = 0; i + 1 < x.size(); ++i) {
    const double a = x[i + 1] - x[i] * x[i], b = 1.0 - x[i];
    value += 100.0 * a * a + b * b;
    gradient[i] += -400.0 * a * x[i] - 2.0 * b;
    gradient[i + 1] += 200.0 * a;
  }
  return value;
}

/// ½ Σ dᵢ(xᵢ − i)² + `constant`, with d from 1 to `condition`.
SmoothFunction quadratic(Index n, double condition, double constant = 0.0) {
  return [=](const Vector& x, Vector& gradient) {
    const auto d = Eigen::ArrayXd::LinSpaced(n, 0.0, std::log(condition)).exp();
    const Eigen::ArrayXd from_minimum =
        x.array() - Eigen::ArrayXd::LinSpaced(n, 0.0, static_cast<double>(n - 1));
    gradient = d * from_minimum;
    return 0.5 * (d * from_minimum.square()).sum() + constant;
  };
}

TEST(Lbfgs, FindsTheMinimumOfRosenbrock) {
  for (const Index n : {2, 10, 100}) {
    Vector x0 = Vector::Constant(n, 1.0);
    for (Index i = 0; i < n; i += 2) x0[i] = -1.2;
    const OptimResult result = minimize_lbfgs(rosenbrock, x0, {.gtol = 1e-10});
    EXPECT_TRUE(result.converged) << result.message;
    EXPECT_LE(result.gradient_norm, 1e-10);
    EXPECT_LT((result.x - Vector::Ones(n)).lpNorm<Eigen::Infinity>(), 1e-9);
    EXPECT_LT(result.n_evaluations, 2 * result.n_iter) << "most line searches take one evaluation";
  }
}

TEST(Lbfgs, TakesFewIterationsOnTheClassicProblem) {
  const OptimResult result = minimize_lbfgs(rosenbrock, Vector{{-1.2, 1.0}}, {.gtol = 1e-6});
  EXPECT_LT(result.n_iter, 50);
}

TEST(Lbfgs, FindsTheMinimumOfQuadratics) {
  for (const double condition : {1.0, 100.0, 1e6}) {
    const OptimResult result =
        minimize_lbfgs(quadratic(20, condition), Vector::Zero(20),
                       {.max_iter = 20'000, .gtol = 1e-9});  // a condition of 10⁶ takes thousands
    EXPECT_TRUE(result.converged) << result.message;
    for (Index i = 0; i < 20; ++i) EXPECT_NEAR(result.x[i], static_cast<double>(i), 1e-8);
  }
}

TEST(Lbfgs, ReachesGradientsBelowTheRoundingOfTheFunction) {
  // Around the minimum the value 1 hides all changes of x below 1e-8, but the gradient does not.
  const OptimResult result =
      minimize_lbfgs(quadratic(20, 1000.0, 1.0), Vector::Zero(20), {.gtol = 1e-13});
  EXPECT_TRUE(result.converged) << result.message;
  EXPECT_LE(result.gradient_norm, 1e-13);
}

TEST(Lbfgs, ATolerance0EndsAtTheLimitOfPrecision) {
  const OptimResult result = minimize_lbfgs(quadratic(20, 1000.0, 1e3), Vector::Zero(20),
                                            {.max_iter = 10'000, .gtol = 0.0});
  EXPECT_TRUE(result.converged) << result.message;
  EXPECT_LT(result.n_iter, 1000);
  EXPECT_LT(result.gradient_norm, 1e-8);
}

TEST(Lbfgs, StopsAtOnceAtTheMinimum) {
  const OptimResult result = minimize_lbfgs(rosenbrock, Vector::Ones(5));
  EXPECT_TRUE(result.converged);
  EXPECT_EQ(result.n_iter, 0);
  EXPECT_EQ(result.n_evaluations, 1);
  EXPECT_EQ(result.value, 0.0);
}

TEST(Lbfgs, StopsAtMaxIterAndSaysSo) {
  const OptimResult result = minimize_lbfgs(rosenbrock, Vector{{-1.2, 1.0}}, {.max_iter = 3});
  EXPECT_FALSE(result.converged);
  EXPECT_EQ(result.n_iter, 3);
  EXPECT_NE(result.message.find("max_iter = 3"), std::string::npos);
}

TEST(Lbfgs, StopsWhenTheFunctionFallsByLessThanFtol) {
  const OptimResult loose =
      minimize_lbfgs(rosenbrock, Vector{{-1.2, 1.0}}, {.gtol = 0.0, .ftol = 1e-3});
  const OptimResult strict =
      minimize_lbfgs(rosenbrock, Vector{{-1.2, 1.0}}, {.gtol = 0.0, .ftol = 1e-12});
  EXPECT_TRUE(loose.converged && strict.converged);
  EXPECT_NE(loose.message.find("ftol = 0.001"), std::string::npos);
  EXPECT_LT(loose.n_iter, strict.n_iter);
  EXPECT_LT(strict.value, 1e-12);
}

TEST(Lbfgs, CallsBackAfterEveryIteration) {
  std::vector<double> values;
  LbfgsOptions options;
  options.callback = [&](const OptimIteration& it) {
    values.push_back(it.value);
    EXPECT_EQ(it.iteration, static_cast<int>(values.size()));
  };
  const OptimResult result = minimize_lbfgs(rosenbrock, Vector{{-1.2, 1.0}}, options);
  ASSERT_EQ(values.size(), static_cast<std::size_t>(result.n_iter));
  EXPECT_TRUE(std::is_sorted(values.rbegin(), values.rend())) << "every iteration lowers the value";
  EXPECT_EQ(values.back(), result.value);
}

TEST(Lbfgs, AnExceptionOfTheCallbackEndsIt) {
  LbfgsOptions options;
  options.callback = [](const OptimIteration& it) {
    if (it.iteration == 2) throw Cancelled("stop");
  };
  EXPECT_THROW(minimize_lbfgs(rosenbrock, Vector{{-1.2, 1.0}}, options), Cancelled);
}

TEST(Lbfgs, BacksAwayFromWhereTheFunctionIsNotDefined) {
  // x − log x: infinite or NaN for x ≤ 0, where the first step from 0.01 along −gradient does not
  // lead, but the one from 30 in the scaled variable does.
  const SmoothFunction f = [](const Vector& x, Vector& gradient) {
    gradient[0] = 1.0 - 1.0 / x[0];
    return x[0] - std::log(x[0]);
  };
  for (const double start : {0.01, 0.5, 1.9, 30.0}) {
    const OptimResult result = minimize_lbfgs(f, Vector::Constant(1, start), {.gtol = 1e-10});
    EXPECT_TRUE(result.converged) << result.message;
    EXPECT_NEAR(result.x[0], 1.0, 1e-9) << "from " << start;
  }
}

TEST(Lbfgs, SaysThatTheGradientMayBeWrong) {
  const SmoothFunction wrong = [](const Vector& x, Vector& gradient) {
    gradient = -2.0 * x;  // of −‖x‖²
    return x.squaredNorm();
  };
  const OptimResult result = minimize_lbfgs(wrong, Vector{{1.0, 2.0}});
  EXPECT_FALSE(result.converged);
  EXPECT_NE(result.message.find("found no lower point"), std::string::npos);
  EXPECT_EQ(result.x, (Vector{{1.0, 2.0}}));
}

TEST(Lbfgs, EndsOnAFunctionWithoutMinimum) {
  const SmoothFunction slope = [](const Vector& x, Vector& gradient) {
    gradient.setConstant(-1.0);
    return -x.sum();
  };
  const OptimResult result = minimize_lbfgs(slope, Vector::Zero(2), {.max_iter = 20});
  EXPECT_FALSE(result.converged);
}

TEST(Lbfgs, GivesTheSameBitsTwice) {
  const Vector x0 = Vector::LinSpaced(50, -2.0, 2.0);
  const OptimResult a = minimize_lbfgs(rosenbrock, x0);
  const OptimResult b = minimize_lbfgs(rosenbrock, x0);
  EXPECT_EQ(a.x, b.x);
}

TEST(Lbfgs, MinimizesAFunctionOfNothing) {
  const OptimResult result = minimize_lbfgs([](const Vector&, Vector&) { return 7.0; }, Vector());
  EXPECT_TRUE(result.converged);
  EXPECT_EQ(result.value, 7.0);
}

TEST(Lbfgs, RefusesABadStartAndBadOptions) {
  const double nan = std::numeric_limits<double>::quiet_NaN();
  EXPECT_TRUE(throws<InvalidInput>(
      [&] {
        minimize_lbfgs(rosenbrock, Vector{{nan, 1.0}});
      },
      {"not finite", "start"}));
  const auto with = [](LbfgsOptions options) {
    minimize_lbfgs(rosenbrock, Vector::Zero(2), options);
  };
  EXPECT_TRUE(throws<InvalidParameter>([&] { with({.max_iter = -1}); }, {"max_iter", "-1"}));
  EXPECT_TRUE(throws<InvalidParameter>([&] { with({.gtol = nan}); }, {"gtol", "nan"}));
  EXPECT_TRUE(throws<InvalidParameter>([&] { with({.ftol = -0.5}); }, {"ftol", "-0.5"}));
  EXPECT_TRUE(throws<InvalidParameter>([&] { with({.history = 0}); }, {"history", "0"}));
  EXPECT_TRUE(
      throws<InvalidParameter>([&] { with({.max_line_search = 0}); }, {"max_line_search", "0"}));
}

// The line search alone, on functions of Moré & Thuente (1994), §5.

struct LineFunction {
  const char* name;
  double (*value)(double);
  double (*slope)(double);
  double minimum;  // where it is
};

double more_thuente_1(double a) { return -a / (a * a + 2.0); }
double more_thuente_1_slope(double a) { return (a * a - 2.0) / ((a * a + 2.0) * (a * a + 2.0)); }
double more_thuente_2(double a) { return std::pow(a + 0.004, 5) - 2.0 * std::pow(a + 0.004, 4); }
double more_thuente_2_slope(double a) {
  return 5.0 * std::pow(a + 0.004, 4) - 8.0 * std::pow(a + 0.004, 3);
}

TEST(WolfeSearch, FindsAStrongWolfePointOrTheMinimumFromAnyFirstStep) {
  for (const LineFunction& f :
       {LineFunction{"1", more_thuente_1, more_thuente_1_slope, std::sqrt(2.0)},
        LineFunction{"2", more_thuente_2, more_thuente_2_slope, 1.596}}) {
    const detail::LinePoint start{0.0, f.value(0.0), f.slope(0.0)};
    for (const double first : {1e-3, 1e-1, 1.0, 10.0, 1e3}) {
      int evaluations = 0;
      const auto found = detail::wolfe_search(
          [&](double a) {
            ++evaluations;
            return detail::LinePoint{a, f.value(a), f.slope(a)};
          },
          start, first, 50);
      ASSERT_TRUE(found.has_value()) << f.name << " from " << first;
      EXPECT_LE(found->value, start.value + 1e-3 * found->step * start.slope)
          << f.name << " from " << first;
      const bool is_flat = std::abs(found->slope) <= 0.9 * std::abs(start.slope);
      EXPECT_TRUE(is_flat || std::abs(found->step - f.minimum) <= 0.1 * f.minimum)
          << f.name << " from " << first << ": " << found->step;
      EXPECT_LE(evaluations, 20) << f.name << " from " << first;
    }
  }
}

TEST(WolfeSearch, FindsNothingWhereTheFunctionRises) {
  const auto rising = [](double a) { return detail::LinePoint{a, a, 1.0}; };
  EXPECT_FALSE(detail::wolfe_search(rising, {0.0, 0.0, -1.0}, 1.0, 30).has_value());
}

}  // namespace
}  // namespace espalier
