// SPDX-License-Identifier: BSD-3-Clause
#include <espalier/preprocessing/standard_scaler.hpp>

#include <cmath>
#include <limits>

#include <gtest/gtest.h>

#include <espalier/core/archive.hpp>
#include <espalier/core/parallel.hpp>
#include <espalier/core/random.hpp>

#include "support/expect_error.hpp"
#include "support/golden.hpp"
#include "support/near.hpp"

namespace espalier {
namespace {

using namespace testing_support;

constexpr double nan = std::numeric_limits<double>::quiet_NaN();

const nlohmann::json& golden_scaler() {
  static const nlohmann::json content = golden("preprocessing_scaler.json");
  return content;
}

Matrix wine() { return to_matrix(golden_scaler()["holes"]); }  // with missing values

void expect_learned(const StandardScaler& scaler, const nlohmann::json& expected,
                    double tolerance = 1e-12) {
  EXPECT_TRUE(near(scaler.mean(), to_vector(expected["mean"]), tolerance));
  EXPECT_TRUE(near(scaler.var(), to_vector(expected["var"]), tolerance));
  EXPECT_TRUE(near(scaler.scale(), to_vector(expected["scale"]), tolerance));
  EXPECT_TRUE(near(scaler.n_samples_seen(), to_vector(expected["n_samples_seen"]), tolerance));
}

/// Differences are relative to the unit deviation of the output, not to values near 0.
testing::AssertionResult close(const Matrix& actual, const Matrix& expected, double absolute) {
  if (actual.rows() != expected.rows() || actual.cols() != expected.cols())
    return testing::AssertionFailure() << "other shape";
  for (Index j = 0; j < actual.cols(); ++j)
    for (Index i = 0; i < actual.rows(); ++i) {
      const double a = actual(i, j), e = expected(i, j);
      if (!(std::isnan(a) && std::isnan(e)) && !(std::abs(a - e) <= absolute))
        return testing::AssertionFailure()
               << "at (" << i << ", " << j << "): " << a << ", expected " << e;
    }
  return testing::AssertionSuccess();
}

TEST(StandardScaler, MatchesScikitLearnOnWineWithMissingValues) {
  const Matrix X = wine();
  const StandardScaler scaler = StandardScaler().fit(X);
  expect_learned(scaler, golden_scaler()["wine_holes"]);
  EXPECT_TRUE(close(scaler.transform(X.topRows(8)).to_matrix(),
                    to_matrix(golden_scaler()["wine_holes"]["transformed"]), 1e-11));
}

TEST(StandardScaler, MatchesScikitLearnWithWeights) {
  const Matrix X = wine();
  const StandardScaler scaler =
      StandardScaler().fit(X, {.sample_weight = to_vector(golden_scaler()["weight"])});
  expect_learned(scaler, golden_scaler()["wine_holes_weighted"]);
  EXPECT_TRUE(close(scaler.transform(X.topRows(8)).to_matrix(),
                    to_matrix(golden_scaler()["wine_holes_weighted"]["transformed"]), 1e-11));
}

TEST(StandardScaler, MatchesScikitLearnOnSparse) {
  const SparseMatrix X = to_matrix(golden_scaler()["sparse"]["X"]).sparseView();
  const Vector weight = to_vector(golden_scaler()["weight"]).head(X.rows());
  StandardScaler scaler({.with_mean = false});
  scaler.fit(X);
  expect_learned(scaler, golden_scaler()["sparse"]);
  const Features scaled = scaler.transform(SparseMatrix(X.topRows(8)));
  EXPECT_TRUE(scaled.is_sparse());
  EXPECT_TRUE(
      close(scaled.to_matrix(), to_matrix(golden_scaler()["sparse"]["transformed"]), 1e-11));
  scaler.fit(X, {.sample_weight = weight});
  expect_learned(scaler, golden_scaler()["sparse_weighted"]);
}

TEST(StandardScaler, SeesConstantAndNearlyConstantColumnsAsScikitLearnDoes) {
  const nlohmann::json& expected = golden_scaler()["hard"];
  const Matrix X = to_matrix(expected["X"]);
  const StandardScaler scaler = StandardScaler().fit(X);
  EXPECT_TRUE(near(scaler.mean(), to_vector(expected["mean"]), 1e-12));
  EXPECT_TRUE(near(scaler.scale(), to_vector(expected["scale"]), 1e-9));
}

TEST(StandardScaler, SparseAndDenseAgree) {
  const Matrix X = to_matrix(golden_scaler()["sparse"]["X"]);
  const StandardScaler dense = StandardScaler({.with_mean = false}).fit(X);
  const StandardScaler sparse =
      StandardScaler({.with_mean = false}).fit(SparseMatrix(X.sparseView()));
  EXPECT_TRUE(near(dense.mean(), sparse.mean()));
  EXPECT_TRUE(near(dense.var(), sparse.var()));
  EXPECT_TRUE(near(dense.n_samples_seen(), sparse.n_samples_seen()));
}

TEST(StandardScaler, StoredMissingValuesOfASparseMatrixAreLeftOutAndKept) {
  Matrix X(4, 2);
  X << 0, 1, nan, 0, 3, nan, 0, 5;
  const StandardScaler dense = StandardScaler({.with_mean = false}).fit(X);
  const StandardScaler sparse =
      StandardScaler({.with_mean = false}).fit(SparseMatrix(X.sparseView()));
  EXPECT_TRUE(near(dense.var(), sparse.var()));
  EXPECT_TRUE(near(dense.transform(X).to_matrix(),
                   sparse.transform(SparseMatrix(X.sparseView())).to_matrix()));
}

TEST(StandardScaler, WithoutMeanOrDeviationLeavesThemOut) {
  Matrix X(2, 1);
  X << 10, 14;
  EXPECT_EQ(StandardScaler({.with_mean = false}).fit_transform(X).to_matrix(),
            (Matrix(2, 1) << 5, 7).finished());
  const StandardScaler centred = StandardScaler({.with_std = false}).fit(X);
  EXPECT_EQ(centred.transform(X).to_matrix(), (Matrix(2, 1) << -2, 2).finished());
  EXPECT_EQ(centred.var().size(), 0);
  EXPECT_EQ(StandardScaler({.with_mean = false, .with_std = false}).fit_transform(X).to_matrix(),
            X);
}

TEST(StandardScaler, InverseTransformGivesBackTheValues) {
  const Matrix X = wine();
  StandardScaler scaler;
  EXPECT_TRUE(near(scaler.inverse_transform(scaler.fit_transform(X)).to_matrix(), X, 1e-12));
  const SparseMatrix S = to_matrix(golden_scaler()["sparse"]["X"]).sparseView();
  StandardScaler sparse({.with_mean = false});
  const Features back = sparse.inverse_transform(sparse.fit_transform(S));
  EXPECT_TRUE(back.is_sparse());
  EXPECT_TRUE(near(back.to_matrix(), Matrix(S), 1e-12));
}

TEST(StandardScaler, RefusesToCentreASparseMatrixAndSaysWhatToDo) {
  const SparseMatrix X = Matrix::Identity(3, 3).sparseView();
  EXPECT_TRUE(throws<InvalidInput>([&] { StandardScaler().fit(X); },
                                   {"StandardScaler", "sparse", "with_mean=false"}));
  StandardScaler fitted = StandardScaler().fit(Matrix::Random(3, 3));
  EXPECT_TRUE(throws<InvalidInput>([&] { fitted.transform(X); }, {"sparse", "with_mean=false"}));
}

TEST(StandardScaler, RefusesColumnsWhoseSquaresOverflowByName) {
  for (const Vector& huge : {Vector{{1e200, 2e200, 4e200}}, Vector{{1e200, -1e200, 1e200}},
                             Vector{{1e308, 1e308, 1.5e308}}}) {
    Matrix X = Matrix::Random(3, 2);
    X.col(1) = huge;
    EXPECT_TRUE(throws<InvalidInput>([&] { StandardScaler().fit(X); }, {"StandardScaler", "'x1'"}));
    EXPECT_TRUE(throws<InvalidInput>(
        [&] { StandardScaler({.with_mean = false}).fit(SparseMatrix(X.sparseView())); }, {"'x1'"}));
  }
  const Matrix large = Matrix::Random(3, 2) * 1e150;
  EXPECT_NEAR(StandardScaler().fit_transform(large).dense().col(0).squaredNorm(), 3.0, 1e-12);
}

TEST(StandardScaler, GivesTheSameBitsForAnyNumberOfThreads) {
  Random random(1);
  const Matrix X = Matrix::NullaryExpr(20'000, 5, [&] { return random.normal(); });
  const StandardScaler one = StandardScaler().fit(X, {.n_threads = 1});
  const StandardScaler many = StandardScaler().fit(X, {.n_threads = 4});
  EXPECT_EQ(one.mean(), many.mean());
  EXPECT_EQ(one.var(), many.var());
}

TEST(StandardScaler, ScalesFloatsIntoFloatsByMomentsInDouble) {
  const Matrix32 X = wine().cast<float>();
  const StandardScaler scaler = StandardScaler().fit(X);
  const StandardScaler of_doubles = StandardScaler().fit(Matrix(X.cast<double>()));
  EXPECT_TRUE(near(scaler.mean(), of_doubles.mean(), 1e-14));
  EXPECT_TRUE(near(scaler.var(), of_doubles.var(), 1e-13));
  const Features scaled = scaler.transform(X);
  ASSERT_TRUE(scaled.is_float32());
  EXPECT_TRUE(
      close(scaled.to_matrix(), of_doubles.transform(Matrix(X.cast<double>())).to_matrix(), 1e-6));
  const Features back = scaler.inverse_transform(scaled);
  ASSERT_TRUE(back.is_float32());
  EXPECT_TRUE(near(back.to_matrix(), X.cast<double>(), 1e-5));
}

TEST(StandardScaler, TransformsManyRowsAsItTransformsOne) {
  const Matrix X = Matrix::Random(600'000, 2);  // more than one block of a column
  const StandardScaler scaler = StandardScaler().fit(X);
  const Matrix all = scaler.transform(X).to_matrix();
  for (const Index i : {Index{0}, Index{262'143}, Index{262'144}, Index{599'999}})
    EXPECT_EQ(scaler.transform(X.row(i)).to_matrix(), all.row(i));
}

TEST(StandardScaler, RefusesALoadedStateOfTheWrongShape) {
  std::string text = to_json(StandardScaler().fit(Matrix::Random(4, 2)));
  const auto at = text.find("\"scale\":[");
  ASSERT_NE(at, std::string::npos);
  text.insert(at + 9, "1.0,");
  EXPECT_TRUE(throws<FormatError>([&] { from_json(text); }, {"StandardScaler"}));
}

}  // namespace
}  // namespace espalier
