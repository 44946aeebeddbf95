// SPDX-License-Identifier: BSD-3-Clause
#include "linear_model/coordinate_kernels.hpp"

#include <gtest/gtest.h>

#include <numeric>
#include <vector>

#include <espalier/core/random.hpp>

#include "reference/coordinate_descent_naive.hpp"

namespace espalier::detail {
namespace {

Matrix random_matrix(Index n, Index p, std::uint64_t seed) {
  Random random(seed);
  return Matrix::NullaryExpr(n, p, [&](Index, Index) { return random.normal(); });
}

std::vector<int> all(Index n) {
  std::vector<int> order(static_cast<std::size_t>(n));
  std::iota(order.begin(), order.end(), 0);
  return order;
}

TEST(CoordinateKernels, SpreadOfASparseColumnKeepsItsDigits) {
  const Index n = 200;
  Vector x = random_matrix(n, 1, 4).col(0).array() + 1e7;
  const Vector s = random_matrix(n, 1, 5).col(0).cwiseAbs().array() + 0.1;
  for (const Index zeros : {0, 50}) {
    x.head(zeros).setZero();
    std::vector<double> values;
    std::vector<int> rows;
    for (Index i = 0; i < n; ++i)
      if (x[i] != 0.0) values.push_back(x[i]), rows.push_back(static_cast<int>(i));
    const auto stored = static_cast<Count>(values.size());
    const double mean = s.dot(x) / s.sum();
    const double norm = s.dot((x.array() - mean).square().matrix());
    const ColumnSpread spread =
        sparse_column_spread(values.data(), rows.data(), stored, n, s.data(), 1, s.sum(), true);
    EXPECT_NEAR(spread.mean, mean, 1e-14 * mean);
    EXPECT_NEAR(spread.norm, norm, 1e-7 * norm);
    EXPECT_NEAR(
        sparse_column_spread(values.data(), rows.data(), stored, n, nullptr, 1, 1.0 * n, false)
            .norm,
        x.squaredNorm(), 1e-12 * x.squaredNorm());
  }
  const std::vector<double> constant(7, 0.1);
  const std::vector<int> rows{0, 1, 2, 3, 4, 5, 6};
  EXPECT_EQ(sparse_column_spread(constant.data(), rows.data(), 7, 7, nullptr, 1, 7.0, true).norm,
            0.0);
}

TEST(CoordinateKernels, SumsAreThoseOfTheNaiveLoopsForAnyLength) {
  for (const Index n : {1, 2, 7, 8, 31, 32, 33, 64, 100, 1025}) {
    const Vector x = random_matrix(n, 1, 1).col(0).array() + 3.0, v = random_matrix(n, 1, 2).col(0);
    const Vector s = random_matrix(n, 1, 3).col(0).cwiseAbs(), ones = Vector::Ones(n);
    const Eigen::VectorXf x32 = x.cast<float>(), v32 = v.cast<float>();
    const double size = x.norm() * v.norm();
    EXPECT_NEAR(dot(x.data(), v.data(), n), x.dot(v), 1e-14 * size) << n;
    EXPECT_NEAR(dot(x32.data(), v32.data(), n), x.dot(v), 1e-6 * size) << n;
    for (const Vector& weights : {Vector(), s}) {
      const ColumnSums sums =
          column_sums(x.data(), weights.size() > 0 ? weights.data() : nullptr, v.data(), n);
      const Vector expected = reference::column_sums(x, weights.size() > 0 ? weights : ones, v);
      EXPECT_NEAR(sums.first, expected[0], 1e-12 * static_cast<double>(n));
      EXPECT_NEAR(sums.second, expected[1], 1e-12 * static_cast<double>(n));
      EXPECT_NEAR(sums.with_v, expected[2], 1e-12 * static_cast<double>(n));
    }
    const ColumnSums sums32 = column_sums(x32.data(), s.data(), v.data(), n);
    const Vector expected = reference::column_sums(x, s, v);
    EXPECT_NEAR(sums32.second, expected[1], 1e-5 * static_cast<double>(n));
    Vector y = v;
    add_scaled(0.3, x.data(), y.data(), n);
    EXPECT_LT((y - v - 0.3 * x).cwiseAbs().maxCoeff(), 1e-14);
  }
}

/// A problem whose columns are centred by the weights, and its naive solution after two sweeps.
struct SweepCase {
  Index n = 67, p = 9;
  Matrix X = random_matrix(n, p, 4);
  Vector s, mean, norm, y = random_matrix(n, 1, 6).col(0), w = Vector::Zero(p);
  Penalty penalty;
  Vector expected;

  SweepCase(bool weighted, bool positive) : penalty{9.0, 2.0, positive} {
    s = weighted ? Vector(random_matrix(n, 1, 5).col(0).cwiseAbs()) : Vector::Ones(n);
    X = X.cwiseMax(0.0);
    mean = X.transpose() * s / s.sum();
    y.array() -= s.dot(y) / s.sum();
    const Matrix centred = X.rowwise() - mean.transpose();
    norm = (centred.cwiseAbs2().transpose() * s);
    w[1] = 0.7;
    w[2] = positive ? 0.1 : -0.4;
    y += centred * w;  // so that both begin with the residual y − X̃w = the y before
    expected = reference::coordinate_descent(centred, y, s, penalty.l1, penalty.l2, positive, 2, w);
    y -= centred * w;
  }
};

TEST(CoordinateKernels, SumsOfSparseColumnsAreThoseOfTheNaiveLoops) {
  const Index n = 50;
  const Matrix rows = random_matrix(2, n, 7);  // v and s
  for (const int nonzeros : {0, 1, 2, 5, 24}) {
    Vector x = Vector::Zero(n);
    for (int k = 0; k < nonzeros; ++k) x[2 * k + 1] = 1.0 + k;
    const Eigen::SparseMatrix<double> S = Matrix(x).sparseView();
    const ColumnSums sums =
        sparse_column_sums(S.valuePtr(), S.innerIndexPtr(), S.nonZeros(), rows.data());
    EXPECT_NEAR(sums.with_v, rows.row(0) * x, 1e-11);
    EXPECT_NEAR(sums.first, rows.row(1) * x, 1e-11);
    EXPECT_NEAR(sums.second, rows.row(1) * x.cwiseAbs2(), 1e-10);
  }
}

TEST(CoordinateKernels, SweepsAreThoseOfTheNaiveLoop) {
  for (const bool weighted : {false, true})
    for (const bool positive : {false, true}) {
      SCOPED_TRACE(testing::Message() << weighted << positive);
      const std::vector<int> order = all(9);

      SweepCase dense(weighted, positive);
      Vector v = dense.s.cwiseProduct(dense.y);
      DenseModel<double> columns{
          dense.X.data(),    dense.n,           dense.n,        weighted ? dense.s.data() : nullptr,
          dense.mean.data(), dense.norm.data(), dense.w.data(), v.data()};
      Sweep made;
      for (int k = 0; k < 2; ++k) made = dense_sweep(columns, order.data(), 9, dense.penalty);
      EXPECT_LT((dense.w - dense.expected).cwiseAbs().maxCoeff(), 1e-13);
      EXPECT_EQ(made.largest_coef, dense.w.cwiseAbs().maxCoeff());

      SweepCase sparse(weighted, positive);
      const Eigen::SparseMatrix<double> S = sparse.X.sparseView();
      v = sparse.s.cwiseProduct(sparse.y);
      SparseModel model{S.valuePtr(),       S.innerIndexPtr(),
                        S.outerIndexPtr(),  sparse.s.data(),
                        sparse.s.sum(),     sparse.mean.data(),
                        sparse.norm.data(), sparse.w.data(),
                        v.data(),           v.sum()};
      for (int k = 0; k < 2; ++k) sparse_sweep(model, order.data(), 9, sparse.penalty);
      EXPECT_LT((sparse.w - sparse.expected).cwiseAbs().maxCoeff(), 1e-13);
      EXPECT_NEAR(model.v_sum, v.sum(), 1e-12);

      if (!positive) {
        SweepCase steps(weighted, positive);
        const Matrix centred_columns = steps.X.rowwise() - steps.mean.transpose();
        const Vector gradient = centred_columns.transpose() * steps.s.cwiseProduct(steps.y);
        std::vector<StepRow> rows;
        for (const double s : steps.s) rows.push_back({0.0, s});
        SparseSteps of_steps{
            S.valuePtr(),      S.innerIndexPtr(), S.outerIndexPtr(), rows.data(),    steps.s.sum(),
            steps.mean.data(), steps.norm.data(), gradient.data(),   steps.w.data(), 0.0};
        const Vector start = steps.w;
        double fall = 0.0;
        for (int k = 0; k < 2; ++k)
          fall += sparse_steps(of_steps, order.data(), 9, steps.penalty).fall;
        EXPECT_LT((steps.w - steps.expected).cwiseAbs().maxCoeff(), 1e-13);
        const Vector step = steps.X * (steps.w - start);
        double sum = 0.0;
        for (Index i = 0; i < step.size(); ++i) {
          EXPECT_NEAR(rows[static_cast<std::size_t>(i)].step, step[i], 1e-13);
          sum += steps.s[i] * step[i];
        }
        EXPECT_NEAR(of_steps.sum, sum, 1e-11);
        const auto objective = [&](const Vector& w) {
          const Vector r = steps.y - centred_columns * (w - start);
          return 0.5 * steps.s.dot(r.cwiseAbs2()) + steps.penalty.l1 * w.lpNorm<1>() +
                 0.5 * steps.penalty.l2 * w.squaredNorm();
        };
        const double fell = objective(start) - objective(steps.w);
        EXPECT_GT(fall, 0.0);
        EXPECT_GE(fell, fall * (1.0 - 1e-12));
      }

      SweepCase gram(weighted, positive);
      const Matrix centred = gram.X.rowwise() - gram.mean.transpose();
      const Matrix G = centred.transpose() * gram.s.asDiagonal() * centred;
      Vector g = centred.transpose() * gram.s.cwiseProduct(gram.y);
      for (int k = 0; k < 2; ++k)
        gram_sweep(G.data(), 9, 9, order.data(), 9, gram.penalty, gram.w.data(), g.data());
      EXPECT_LT((gram.w - gram.expected).cwiseAbs().maxCoeff(), 1e-13);
    }
}

}  // namespace
}  // namespace espalier::detail
