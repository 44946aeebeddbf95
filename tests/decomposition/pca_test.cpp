// SPDX-License-Identifier: BSD-3-Clause
#include <espalier/decomposition/pca.hpp>

#include <cmath>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include <espalier/compose/pipeline.hpp>
#include <espalier/core/predictor.hpp>
#include <espalier/linear_model/logistic_regression.hpp>

#include "decomposition/data.hpp"
#include "linalg/decompositions.hpp"
#include "support/expect_error.hpp"
#include "support/near.hpp"

namespace espalier {
namespace {

using namespace testing_support;
using nlohmann::json;

const json& golden_values() {
  static const json values = golden("decomposition.json");
  return values;
}

void expect_golden(const std::string& name, const Features& X, const PCAParams& params,
                   double tolerance = 1e-9) {
  SCOPED_TRACE(name);
  const json& expected = golden_values().at(name);
  const auto model = PCA(params).fit(X);
  expect_learned(model, X, expected, tolerance);
  EXPECT_LT((model.mean() - to_vector(expected["mean"])).cwiseAbs().maxCoeff(), tolerance);
  EXPECT_TRUE(near(model.noise_variance(), expected["noise_variance"].get<double>(), tolerance));
  if (!expected.contains("score")) return;
  const std::vector<Index> rows{0, 7, 20, 39};
  EXPECT_TRUE(near(model.score(X), expected["score"].get<double>(), tolerance));
  EXPECT_LT(
      relative_difference(model.score_samples(X.take(rows)), to_vector(expected["score_samples"])),
      tolerance);
  EXPECT_LT(relative_difference(model.get_covariance().row(0).transpose(),
                                to_vector(expected["covariance_row"])),
            tolerance);
  EXPECT_LT(relative_difference(model.get_precision().row(0).transpose(),
                                to_vector(expected["precision_row"])),
            tolerance);
}

/// n × p with these singular values, between random orthonormal vectors orthogonal to 1, so that
/// centring changes nothing; then a mean of `shift`.
Matrix with_singular_values(Index n, Index p, const Vector& values, double shift = 0.0) {
  const Index k = values.size();
  Matrix left = random_matrix(n, k, 1);
  left.rowwise() -= left.colwise().mean().eval();
  const Matrix U = linalg::orthonormalised<Matrix>(left);
  const Matrix V = linalg::orthonormalised<Matrix>(random_matrix(p, k, 2));
  Matrix X = U * values.asDiagonal() * V.transpose();
  X.array() += shift;
  return X;
}

/// k values from 1 down to 10^−decades.
Vector decaying(Index k, double decades) {
  return Vector::NullaryExpr(k, [&](Index i) {
    return std::pow(10.0, -decades * static_cast<double>(i) / static_cast<double>(k - 1));
  });
}

const std::vector<PCASolver> solvers{PCASolver::full, PCASolver::covariance_eigh, PCASolver::arpack,
                                     PCASolver::randomized};

TEST(PCA, MatchesScikitLearnOnIris) {
  expect_golden("iris", iris(), {});
  expect_golden("iris_2", iris(), {.n_components = 2});
  expect_golden("iris_whiten", iris(), {.n_components = 2, .whiten = true});
  expect_golden("iris_covariance", iris(),
                {.n_components = 3, .svd_solver = PCASolver::covariance_eigh});
}

TEST(PCA, ChoosesTheNumberOfComponentsAsScikitLearn) {
  expect_golden("iris_0.95", iris(), {.n_components = 0.95});
  expect_golden("iris_0.999", iris(), {.n_components = 0.999});
  expect_golden("iris_mle", iris(), {.n_components = "mle"});
  expect_golden("cancer_scaled_0.9", scaled_cancer(), {.n_components = 0.9});
  expect_golden("cancer_scaled_mle", scaled_cancer(), {.n_components = "mle"});
}

TEST(PCA, MatchesScikitLearnOnBreastCancer) {
  expect_golden("cancer_scaled_10", scaled_cancer(), {.n_components = 10});
  // Unscaled, the fifth component has 1e-6 of the variance of the first.
  expect_golden("cancer_5", cancer(), {.n_components = 5});
}

TEST(PCA, EverySolverMatchesScikitLearnOnDigits) {
  for (const PCASolver solver : solvers) {
    SCOPED_TRACE(names_of(solver)[static_cast<std::size_t>(solver)]);
    const PCAParams params{
        .n_components = 10, .svd_solver = solver, .iterated_power = 40, .random_state = 0};
    expect_golden("digits_10", digits(), params, 1e-8);
    expect_golden("digits_wide", Matrix(digits().topRows(40)), params, 1e-8);
  }
}

TEST(PCA, MatchesScikitLearnOnSparseData) {
  for (const PCASolver solver : solvers) {
    SCOPED_TRACE(names_of(solver)[static_cast<std::size_t>(solver)]);
    expect_golden(
        "sparse_5", sparse_cancer(),
        {.n_components = 5, .svd_solver = solver, .iterated_power = 60, .random_state = 0}, 1e-8);
  }
}

TEST(PCA, SparseAndDenseAgreeWithMoreColumnsThanRows) {
  const SparseMatrix S = SparseMatrix(sparse_cancer().transpose()).middleRows(0, 30);
  for (const PCASolver solver : solvers) {
    SCOPED_TRACE(names_of(solver)[static_cast<std::size_t>(solver)]);
    const PCAParams params{
        .n_components = 4, .svd_solver = solver, .iterated_power = 60, .random_state = 0};
    const auto sparse = PCA(params).fit(S), dense = PCA(params).fit(Matrix(S));
    EXPECT_LT(relative_difference(sparse.components(), dense.components()), 1e-8);
    EXPECT_LT(relative_difference(sparse.explained_variance(), dense.explained_variance()), 1e-9);
    EXPECT_TRUE(near(sparse.noise_variance(), dense.noise_variance(), 1e-8));
  }
}

TEST(PCA, AutoTakesTheQuickestThatIsAccurate) {
  EXPECT_EQ(PCA().fit(iris()).svd_solver(), PCASolver::full);
  EXPECT_EQ(PCA({.n_components = 3}).fit(sparse_cancer()).svd_solver(), PCASolver::covariance_eigh);
  const Matrix tall = with_singular_values(20'000, 80, decaying(80, 3.0));
  EXPECT_EQ(PCA({.n_components = 5}).fit(tall).svd_solver(), PCASolver::covariance_eigh);
  EXPECT_EQ(PCA({.n_components = 0.9}).fit(tall).svd_solver(), PCASolver::covariance_eigh);
}

// The Gram matrix squares the condition number: what lies 1e-8 below the first component is lost.
TEST(PCA, FindsTinyComponentsThatTheGramMatrixLoses) {
  const Vector values = decaying(80, 10.0);
  const Matrix X = with_singular_values(20'000, 80, values);
  const auto model = PCA().fit(X);
  EXPECT_EQ(model.svd_solver(), PCASolver::full);
  for (Index i = 0; i < 80; ++i)
    EXPECT_LT(std::abs(model.singular_values()[i] - values[i]), 1e-14) << i;
  const auto gram = PCA({.svd_solver = PCASolver::covariance_eigh}).fit(X);
  EXPECT_GT(std::abs(gram.singular_values()[79] - values[79]), 1e-11);
}

TEST(PCA, ALargeMeanCostsNoDigits) {
  const Vector values = decaying(12, 2.0);
  const Matrix X = with_singular_values(4000, 12, values), shifted = (X.array() + 1e6).matrix();
  for (const PCASolver solver : solvers) {
    SCOPED_TRACE(names_of(solver)[static_cast<std::size_t>(solver)]);
    const PCAParams params{.n_components = 12, .svd_solver = solver, .random_state = 0};
    const auto model = PCA(params).fit(shifted);
    EXPECT_LT((model.singular_values() - values).cwiseAbs().maxCoeff(), 1e-8);
  }
}

TEST(PCA, EqualVariancesGiveTheirSubspace) {
  Vector values(40);
  values << Vector::Constant(20, 2.0), Vector::Constant(20, 1.0);
  const Matrix X = with_singular_values(3000, 60, values);
  Matrix first;
  for (const PCASolver solver : solvers) {
    SCOPED_TRACE(names_of(solver)[static_cast<std::size_t>(solver)]);
    const auto model =
        PCA({.n_components = 20, .svd_solver = solver, .iterated_power = 30, .random_state = 0})
            .fit(X);
    const Matrix projector = model.components().transpose() * model.components();
    if (first.size() == 0) first = projector;
    EXPECT_LT((projector - first).cwiseAbs().maxCoeff(), 1e-9);
    EXPECT_TRUE(near(model.singular_values(), Vector(Vector::Constant(20, 2.0)), 1e-9));
  }
}

TEST(PCA, ComponentsOfDummyVariablesAreRight) {
  // Two crossed factors: singular, and each variance is there many times.
  Matrix X = Matrix::Zero(12 * 17, 12 + 17);
  for (Index i = 0; i < X.rows(); ++i) X(i, i % 12) = X(i, 12 + i / 12) = 1.0;
  const Matrix centred = X.rowwise() - X.colwise().mean();
  const Matrix covariance = centred.transpose() * centred / 203.0;
  for (const PCASolver solver : solvers) {
    SCOPED_TRACE(names_of(solver)[static_cast<std::size_t>(solver)]);
    const auto model = PCA({.svd_solver = solver, .random_state = 0}).fit(X);
    EXPECT_LT((model.get_covariance() - covariance).cwiseAbs().maxCoeff(), 1e-13);
  }
}

TEST(PCA, RankDeficientDataKeepOrthonormalComponents) {
  const Matrix tall = with_singular_values(500, 30, decaying(5, 1.0), 3.0);
  const Matrix wide = with_singular_values(30, 500, decaying(5, 1.0), 3.0);
  for (const Matrix* X : {&tall, &wide})
    for (const PCASolver solver : solvers) {
      SCOPED_TRACE(names_of(solver)[static_cast<std::size_t>(solver)]);
      const auto model = PCA({.n_components = 20, .svd_solver = solver, .random_state = 0}).fit(*X);
      const Matrix products = model.components() * model.components().transpose();
      EXPECT_LT((products - Matrix::Identity(20, 20)).cwiseAbs().maxCoeff(), 1e-12);
      EXPECT_LT(model.singular_values()[6], 1e-6);
      EXPECT_TRUE(PCA({.n_components = 20, .whiten = true, .svd_solver = solver, .random_state = 0})
                      .fit_transform(*X)
                      .to_matrix()
                      .allFinite());
    }
}

TEST(PCA, EachComponentsLargestEntryIsPositive) {
  for (const PCASolver solver : solvers) {
    const auto model =
        PCA({.n_components = 8, .svd_solver = solver, .random_state = 3}).fit(digits());
    for (Index c = 0; c < 8; ++c) {
      Index largest = 0;
      model.components().row(c).cwiseAbs().maxCoeff(&largest);
      EXPECT_GT(model.components()(c, largest), 0.0);
    }
  }
}

TEST(PCA, EveryNumberOfThreadsGivesTheSameBits) {
  const Matrix X = random_matrix(6000, 40, 5);
  const Matrix wide = random_matrix(40, 6000, 6);
  for (const Matrix* data : {&X, &wide})
    for (const PCASolver solver : solvers) {
      SCOPED_TRACE(names_of(solver)[static_cast<std::size_t>(solver)]);
      const PCAParams params{.n_components = 6, .svd_solver = solver, .random_state = 0};
      const auto one = PCA(params).fit(*data, {.n_threads = 1});
      for (const int n_threads : {2, 4, 7}) {
        const auto many = PCA(params).fit(*data, {.n_threads = n_threads});
        EXPECT_EQ(many.components(), one.components());
        EXPECT_EQ(many.explained_variance(), one.explained_variance());
      }
    }
}

TEST(PCA, WeightTwoEqualsTwoCopiesWithEverySolver) {
  const Matrix X = digits().leftCols(20);
  Matrix twice(2 * X.rows(), X.cols());
  twice << X, X;
  for (const PCASolver solver : solvers) {
    SCOPED_TRACE(names_of(solver)[static_cast<std::size_t>(solver)]);
    const PCAParams params{
        .n_components = 5, .svd_solver = solver, .iterated_power = 50, .random_state = 0};
    const auto weighted = PCA(params).fit(X, {.sample_weight = Vector::Constant(X.rows(), 2.0)});
    const auto copies = PCA(params).fit(twice);
    EXPECT_LT(relative_difference(weighted.components(), copies.components()), 1e-8);
    EXPECT_TRUE(near(weighted.explained_variance(), copies.explained_variance(), 1e-9));
    EXPECT_TRUE(near(weighted.noise_variance(), copies.noise_variance(), 1e-9));
    EXPECT_EQ(weighted.n_samples(), copies.n_samples());
  }
}

TEST(PCA, FloatsAreComputedAndReturnedAsFloats) {
  const Matrix X = scaled_cancer();
  const Eigen::MatrixXf single = X.cast<float>();
  for (const PCASolver solver : solvers) {
    SCOPED_TRACE(names_of(solver)[static_cast<std::size_t>(solver)]);
    const PCAParams params{
        .n_components = 5, .svd_solver = solver, .iterated_power = 40, .random_state = 0};
    const auto floats = PCA(params).fit(single);
    const auto doubles = PCA(params).fit(X);
    EXPECT_LT(relative_difference(floats.components(), doubles.components()), 1e-4);
    EXPECT_LT(relative_difference(floats.explained_variance(), doubles.explained_variance()), 1e-5);
    const Features transformed = floats.transform(single);
    ASSERT_TRUE(transformed.is_float32());
    EXPECT_LT(relative_difference(transformed.to_matrix(), doubles.transform(X).to_matrix()), 1e-4);
    EXPECT_TRUE(floats.inverse_transform(transformed).is_float32());
  }
}

TEST(PCA, LargeAndSmallNumbersKeepTheirDigits) {
  const Vector values = decaying(30, 1.0);
  for (const auto& [n, p] : std::vector<std::pair<Index, Index>>{{400, 30}, {31, 400}}) {
    const Matrix X = with_singular_values(n, p, values);
    for (const PCASolver solver : solvers) {
      SCOPED_TRACE(names_of(solver)[static_cast<std::size_t>(solver)]);
      const PCAParams params{
          .n_components = 4, .svd_solver = solver, .iterated_power = 40, .random_state = 0};
      const auto found = [&](const Features& scaled) { return PCA(params).fit(scaled); };
      const auto expect_scaled = [&](const PCA& model, double scale, double tolerance) {
        SCOPED_TRACE(scale);
        const Vector wanted = scale * values.head(4);
        EXPECT_LT(relative_difference(model.singular_values(), wanted), tolerance);
      };
      for (const double scale : {1e-12, 1e12})
        expect_scaled(found(Eigen::MatrixXf((scale * X).cast<float>())), scale, 1e-5);
      for (const double scale : {1e-140, 1e140}) {
        expect_scaled(found(Matrix(scale * X)), scale, 1e-10);
        expect_scaled(found(SparseMatrix((scale * X).sparseView())), scale, 1e-10);
      }
    }
  }
}

TEST(PCA, ALargeMeanOfFloatsCostsNoDigits) {
  for (const auto& [n, p] : std::vector<std::pair<Index, Index>>{{4000, 12}, {13, 4000}}) {
    const Matrix X = with_singular_values(n, p, 100.0 * decaying(12, 1.0));
    const Eigen::MatrixXf shifted = (X.array() + 123'456.7).cast<float>();
    const Vector weights =
        Vector::NullaryExpr(n, [](Index i) { return static_cast<double>(1 + i % 2); });
    for (const Vector& w : {Vector(), weights})
      for (const PCASolver solver : solvers) {
        SCOPED_TRACE(names_of(solver)[static_cast<std::size_t>(solver)]);
        const PCAParams params{
            .n_components = 6, .svd_solver = solver, .iterated_power = 40, .random_state = 0};
        const auto expected = PCA(params).fit(Matrix(shifted.cast<double>()), {.sample_weight = w});
        const auto model = PCA(params).fit(shifted, {.sample_weight = w});
        EXPECT_LT(relative_difference(model.singular_values(), expected.singular_values()), 1e-5);
      }
  }
}

TEST(PCA, ALargeMeanOfSparseColumnsCostsTheirVarianceNoDigits) {
  const Matrix X = random_matrix(200, 5, 3).array() + 1e6;
  const Vector weights =
      Vector::NullaryExpr(200, [](Index i) { return 0.5 * static_cast<double>(1 + i % 3); });
  const PCAParams params{.n_components = 2, .svd_solver = PCASolver::full};
  for (const Vector& w : {Vector(), weights}) {
    const auto dense = PCA(params).fit(X, {.sample_weight = w});
    const auto sparse = PCA(params).fit(SparseMatrix(X.sparseView()), {.sample_weight = w});
    EXPECT_LT(
        relative_difference(sparse.explained_variance_ratio(), dense.explained_variance_ratio()),
        1e-8);
  }
}

TEST(PCA, WhiteningDoesNotChangeTheModelOfTheData) {
  const auto plain = PCA({.n_components = 2}).fit(iris());
  const auto white = PCA({.n_components = 2, .whiten = true}).fit(iris());
  EXPECT_EQ(plain.get_covariance(), white.get_covariance());
  EXPECT_EQ(plain.score(iris()), white.score(iris()));
  const Matrix Z = white.transform(iris()).to_matrix();
  EXPECT_TRUE(near(Z.col(1).squaredNorm() / 149.0, 1.0, 1e-12));
}

TEST(PCA, PrecisionIsTheInverseOfTheCovariance) {
  for (const Index k : {2, 4}) {
    const auto model = PCA({.n_components = k}).fit(iris());
    const Matrix product = model.get_precision() * model.get_covariance();
    EXPECT_LT((product - Matrix::Identity(4, 4)).cwiseAbs().maxCoeff(), 1e-12);
  }
}

TEST(PCA, RefusesTheLikelihoodOfASingularModel) {
  const auto model = PCA().fit(Matrix(iris().topRows(3)));
  EXPECT_TRUE(throws<InvalidInput>([&] { model.score(iris()); }, {"PCA", "singular"}));
  EXPECT_TRUE(throws<NotFitted>([] { PCA().score(iris()); }, {"PCA"}));
}

TEST(PCA, RefusesWhatItCannotFind) {
  const auto refuses = [](const PCAParams& params, std::initializer_list<std::string_view> parts) {
    return throws<InvalidParameter>([&] { PCA(params).fit(Matrix(iris().topRows(3))); }, parts);
  };
  EXPECT_TRUE(refuses({.n_components = 4}, {"n_components is 4", "3 samples and 4 features"}));
  EXPECT_TRUE(refuses({.n_components = 0}, {"n_components", "PCA", "0"}));
  EXPECT_TRUE(refuses({.n_components = 1.5}, {"n_components", "1.5"}));
  EXPECT_TRUE(refuses({.n_components = "most"}, {"n_components", "most"}));
  EXPECT_TRUE(refuses({.n_components = "mle"}, {"mle", "at least as many samples"}));
  EXPECT_TRUE(
      refuses({.n_components = 0.5, .svd_solver = PCASolver::arpack}, {"n_components", "arpack"}));
  EXPECT_TRUE(throws<InvalidInput>([] { PCA().fit(Matrix(iris().topRows(1))); },
                                   {"2 samples", "X has 1 sample"}));
  EXPECT_TRUE(throws<InvalidInput>(
      [] { PCA().fit(iris(), {.sample_weight = Vector::Constant(150, 0.005)}); },
      {"X has 150 samples, whose weights sum to 0.75"}));
  Matrix huge = iris();
  huge(3, 2) = 1e200;
  EXPECT_TRUE(throws<InvalidInput>([&] { PCA().fit(huge); }, {"PCA", "x2", "too large"}));
}

TEST(PCA, ParametersAreSetByText) {
  PCA model;
  model.set_param("n_components", 0.9);
  EXPECT_EQ(model.get_param("n_components"), Value(0.9));
  model.set_param("n_components", "mle");
  model.set_param("svd_solver", "covariance_eigh");
  EXPECT_EQ(model.fit(iris()).n_components(), 3);
  EXPECT_EQ(model.to_string(), "PCA(n_components='mle', svd_solver='covariance_eigh')");
}

TEST(PCA, OneRowIsProjectedByAPredictor) {
  const Matrix X = scaled_cancer();
  Labels y(X.rows());
  for (Index i = 0; i < X.rows(); ++i) y[i] = X(i, 0) > 0.0 ? 1 : 0;
  Pipeline<Classifier> model{PCA({.n_components = 4, .whiten = true}), LogisticRegression()};
  model.fit(X, y);
  const Predictor predictor = model.predictor();
  const Matrix expected = model.predict_proba(X);
  std::vector<double> row(static_cast<std::size_t>(X.cols())), out(2);
  for (const Index i : {0, 5, 100}) {
    for (Index j = 0; j < X.cols(); ++j) row[static_cast<std::size_t>(j)] = X(i, j);
    ASSERT_EQ(predictor.predict_proba(row, out), RowStatus::ok);
    EXPECT_TRUE(near(out[1], expected(i, 1), 1e-12));
  }
}

}  // namespace
}  // namespace espalier
