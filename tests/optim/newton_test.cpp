// SPDX-License-Identifier: BSD-3-Clause
#include <cmath>
#include <vector>

#include <gtest/gtest.h>

#include <espalier/core/errors.hpp>
#include <espalier/core/random.hpp>
#include <espalier/optim/newton_cg.hpp>
#include <espalier/optim/newton_cholesky.hpp>

#include "support/expect_error.hpp"

namespace espalier {
namespace {

using namespace testing_support;

/// Σᵢ log(1 + e^aᵢᵀx) − bᵀx + ½ l2 ‖x‖²: convex, and smooth everywhere.
struct Logistic {
  Matrix A;
  Vector b;
  double l2;

  Logistic(Index n, Index p, double penalty) : l2(penalty) {
    Random random(4);
    A = Matrix::NullaryExpr(n, p, [&](Index, Index j) {
      return random.normal() * std::pow(10.0, static_cast<double>(j % 3));
    });
    b = A.transpose() * Vector::NullaryExpr(n, [&](Index) { return random.uniform(); });
  }
  Vector probabilities(const Vector& x) const { return (1.0 + (-(A * x).array()).exp()).inverse(); }
  double value(const Vector& x, Vector& gradient) const {
    gradient = A.transpose() * probabilities(x) - b + l2 * x;
    return (A * x)
               .unaryExpr(
                   [](double r) { return std::max(r, 0.0) + std::log1p(std::exp(-std::abs(r))); })
               .sum() -
           b.dot(x) + 0.5 * l2 * x.squaredNorm();
  }
  Matrix hessian(const Vector& x) const {
    const Vector p = probabilities(x);
    const Vector w = p.array() * (1.0 - p.array());
    return A.transpose() * w.asDiagonal() * A + l2 * Matrix::Identity(A.cols(), A.cols());
  }
};

TwiceSmoothFunction with_hessian(const Logistic& f) {
  return [&f](const Vector& x, Vector& gradient, Matrix& hessian) {
    hessian = f.hessian(x);
    return f.value(x, gradient);
  };
}

TEST(NewtonCholesky, FindsAPointWithoutGradientInFewSteps) {
  const Logistic f(200, 8, 0.1);
  const OptimResult result =
      minimize_newton_cholesky(with_hessian(f), Vector::Zero(8), {.tol = 1e-9});
  EXPECT_TRUE(result.converged) << result.message;
  EXPECT_LE(result.n_iter, 10);
  EXPECT_LE(result.gradient_norm, 1e-9);
  Vector gradient(8);
  EXPECT_EQ(f.value(result.x, gradient), result.value);
  EXPECT_LT(gradient.lpNorm<Eigen::Infinity>(), 1e-7);
}

TEST(NewtonCholesky, DoesNotMindDirectionsWithoutCurvature) {
  Logistic f(200, 4, 0.0);
  f.A.col(3) = 2.0 * f.A.col(0);
  f.b[3] = 2.0 * f.b[0];
  const OptimResult result = minimize_newton_cholesky(with_hessian(f), Vector::Zero(4));
  EXPECT_TRUE(result.converged) << result.message;
  Vector gradient(4);
  f.value(result.x, gradient);
  EXPECT_LT(gradient.lpNorm<Eigen::Infinity>(), 1e-3);
}

TEST(NewtonCholesky, GoesBackWhereTheFullStepIsTooLong) {
  const auto f = [](const Vector& x, Vector& gradient, Matrix& hessian) {
    const double root = std::sqrt(1.0 + x[0] * x[0]);  // Newton's full steps diverge beyond 1
    gradient[0] = x[0] / root;
    hessian(0, 0) = 1.0 / (root * root * root);
    return root;
  };
  const OptimResult result = minimize_newton_cholesky(f, Vector::Constant(1, 5.0));
  EXPECT_TRUE(result.converged) << result.message;
  EXPECT_NEAR(result.x[0], 0.0, 1e-6);
  EXPECT_GT(result.n_evaluations, result.n_iter + 1);
}

TEST(NewtonCholesky, EndsAtMaxIterAndReports) {
  const Logistic f(200, 8, 0.1);
  std::vector<int> iterations;
  const OptimResult result = minimize_newton_cholesky(
      with_hessian(f), Vector::Zero(8),
      {.max_iter = 2, .tol = 0.0, .callback = [&](const OptimIteration& it) {
         iterations.push_back(it.iteration);
       }});
  EXPECT_FALSE(result.converged);
  EXPECT_EQ(result.n_iter, 2);
  EXPECT_EQ(iterations, (std::vector<int>{1, 2}));
  EXPECT_NE(result.message.find("max_iter = 2"), std::string::npos);
}

TEST(NewtonCholesky, RefusesAStartThatIsNotFinite) {
  const auto f = [](const Vector&, Vector& gradient, Matrix& hessian) {
    gradient.setZero();
    hessian.setIdentity();
    return std::nan("");
  };
  EXPECT_TRUE(throws<InvalidInput>([&] { minimize_newton_cholesky(f, Vector::Zero(2)); },
                                   {"minimize_newton_cholesky", "not finite"}));
  EXPECT_TRUE(throws<InvalidParameter>(
      [&] { minimize_newton_cholesky(f, Vector::Zero(2), {.tol = -1.0}); }, {"tol", "-1"}));
}

CurvedFunction with_products(const Logistic& f, Matrix& hessian) {
  return {[&](const Vector& x, Vector& gradient) {
            hessian = f.hessian(x);
            return f.value(x, gradient);
          },
          [&](const Vector& v, Vector& product) { product = hessian * v; }};
}

TEST(NewtonCg, FindsWhatNewtonCholeskyFinds) {
  const Logistic f(300, 12, 0.3);
  Matrix hessian;
  const OptimResult expected =
      minimize_newton_cholesky(with_hessian(f), Vector::Zero(12), {.tol = 1e-9});
  const OptimResult result =
      minimize_newton_cg(with_products(f, hessian), Vector::Zero(12), {.gtol = 1e-8});
  EXPECT_TRUE(result.converged) << result.message;
  EXPECT_LE(result.gradient_norm, 1e-8);
  EXPECT_LT((result.x - expected.x).norm() / expected.x.norm(), 1e-7);
}

TEST(NewtonCg, EndsAtMaxIterAndRefusesBadOptions) {
  const Logistic f(100, 5, 0.3);
  Matrix hessian;
  const CurvedFunction curved = with_products(f, hessian);
  const OptimResult result =
      minimize_newton_cg(curved, Vector::Zero(5), {.max_iter = 1, .gtol = 0.0});
  EXPECT_FALSE(result.converged);
  EXPECT_EQ(result.n_iter, 1);
  EXPECT_TRUE(throws<InvalidParameter>(
      [&] { minimize_newton_cg(curved, Vector::Zero(5), {.max_inner_iter = 0}); },
      {"minimize_newton_cg", "max_inner_iter"}));
}

}  // namespace
}  // namespace espalier
