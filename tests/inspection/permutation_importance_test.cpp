// SPDX-License-Identifier: BSD-3-Clause
#include <sstream>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include <espalier/core/parallel.hpp>
#include <espalier/core/random.hpp>
#include <espalier/ensemble/hist_gradient_boosting_classifier.hpp>
#include <espalier/inspection/permutation_importance.hpp>
#include <espalier/linear_model/logistic_regression.hpp>
#include <espalier/linear_model/ridge.hpp>

#include "inspection/permutation_importance.hpp"
#include "support/expect_error.hpp"
#include "support/golden.hpp"

namespace espalier {
namespace {

using testing_support::throws;

Matrix normal_matrix(Index n, Index p) {
  Random random(11);
  return Matrix::NullaryExpr(n, p, [&](Index, Index) { return random.normal(); });
}

/// A table in which a number and a category decide, and another number does not.
struct Mixed {
  DataFrame X;
  Column y = Column::numeric("y", std::vector<double>{});

  Mixed() {
    Random random(5);
    std::vector<double> useless, number;
    std::vector<std::string> category, target;
    for (int i = 0; i < 400; ++i) {
      useless.push_back(random.normal());
      number.push_back(random.normal());
      category.push_back(std::string(1, "abc"[random.integer(3)]));
      target.push_back(number.back() + (category.back() == "b" ? 2.0 : 0.0) > 0.5 ? "yes" : "no");
    }
    X = DataFrame{Column::numeric("useless", useless), Column::numeric("number", number),
                  Column::categorical("category", category)};
    y = Column::categorical("y", target);
  }
};

TEST(PermutationImportance, IsScikitLearnsForTheSameOrders) {
  const nlohmann::json data = testing_support::golden("inspection_permutation.json");
  const Matrix X = testing_support::to_matrix(data["X"]);
  const Vector y = testing_support::to_vector(data["y"]);
  const auto orders = data["orders"].get<std::vector<std::vector<Index>>>();
  Ridge model({.alpha = 0.05});
  model.fit(X, y);
  for (const nlohmann::json& test : data["cases"]) {
    PermutationImportanceOptions options{.scoring = "r2",
                                         .n_repeats = static_cast<int>(orders.size())};
    if (test["weighted"].get<bool>())
      options.sample_weight = Vector::NullaryExpr(
          y.size(), [](Index i) { return 0.5 * static_cast<double>(1 + (3 * i) % 5); });
    const PermutationImportance got = detail::importance_by_orders(
        model, X, y, options,
        [&](Index, int repeat) { return orders[static_cast<std::size_t>(repeat)]; });
    const auto near = [](const Matrix& a, const Matrix& b) {
      return (a - b).cwiseAbs().maxCoeff() < 1e-12;
    };
    EXPECT_TRUE(near(got.importances, testing_support::to_matrix(test["importances"])));
    EXPECT_TRUE(near(got.importances_mean, testing_support::to_vector(test["mean"])));
    EXPECT_TRUE(near(got.importances_std, testing_support::to_vector(test["std"])));
  }
}

TEST(PermutationImportance, OfAConstantFeatureIsZero) {
  const Matrix X = normal_matrix(200, 3);
  Ridge model;
  model.fit(X, Vector(3.0 * X.col(1)));
  Matrix other = X;
  other.col(1).setZero();  // then nothing is left to shuffle
  const auto importance = permutation_importance(model, other, Vector(3.0 * X.col(1)));
  EXPECT_EQ(importance.importances.row(1), Matrix::Zero(1, 5));
  const auto real = permutation_importance(model, X, Vector(3.0 * X.col(1)), {.random_state = 0});
  EXPECT_GT(real.importances_mean[1], 1.0);
  EXPECT_LT(real.importances_mean[0], 1e-3);
  EXPECT_EQ(real.scorer, "score");
  EXPECT_EQ(real.score, model.score(X, Vector(3.0 * X.col(1))));
}

TEST(PermutationImportance, NamesTheColumnsOfATableAndShufflesCategories) {
  const Mixed data;
  HistGradientBoostingClassifier model({.max_iter = 20, .random_state = 0});
  model.fit(data.X, data.y);
  const auto importance = permutation_importance(
      model, data.X, data.y, {.scoring = "roc_auc", .n_repeats = 3, .random_state = 0});
  EXPECT_EQ(importance.names, data.X.names());
  EXPECT_EQ(importance.importances.cols(), 3);
  EXPECT_GT(importance.importances_mean[2], 0.05);
  EXPECT_GT(importance.importances_mean[1], importance.importances_mean[0] + 0.05);
  std::ostringstream out;
  out << importance;
  EXPECT_NE(out.str().find("roc_auc"), std::string::npos);
  EXPECT_NE(out.str().find("category"), std::string::npos);
  EXPECT_EQ(importance.table()["feature"].text(2), "useless");
}

TEST(PermutationImportance, HasTheSameBitsForAnyNumberOfThreads) {
  const Mixed data;
  HistGradientBoostingClassifier model({.max_iter = 20, .random_state = 0});
  model.fit(data.X, data.y);
  const auto importance = [&](int threads) {
    const ThreadLimit limit(threads);
    return permutation_importance(model, data.X, data.y,
                                  {.scoring = "neg_log_loss", .random_state = 7})
        .importances;
  };
  const Matrix one = importance(1);
  for (const int threads : {2, 4, 7}) EXPECT_EQ(one, importance(threads));
}

TEST(PermutationImportance, IsTheSameForSparseAndDenseAndTable) {
  const Matrix X = normal_matrix(150, 4).unaryExpr([](double x) { return x > 0.3 ? x : 0.0; });
  const Labels y =
      (X.col(0) - X.col(3)).unaryExpr([](double x) { return x > 0 ? 1.0 : 0.0; }).cast<int>();
  LogisticRegression model;
  model.fit(X, y);
  const PermutationImportanceOptions options{.scoring = "neg_log_loss", .random_state = 1};
  const auto dense = permutation_importance(model, X, y, options);
  const auto sparse = permutation_importance(model, SparseMatrix(X.sparseView()), y, options);
  EXPECT_LT((dense.importances - sparse.importances).cwiseAbs().maxCoeff(), 1e-12);
  model.fit(DataFrame::from_matrix(X), y);
  const auto table = permutation_importance(model, DataFrame::from_matrix(X), y, options);
  EXPECT_LT((dense.importances - table.importances).cwiseAbs().maxCoeff(), 1e-12);
  EXPECT_GT(dense.importances_mean[0], 0.1);
}

TEST(PermutationImportance, RefusesWhatItCannotDo) {
  const Matrix X = normal_matrix(20, 2);
  const Vector y = X.col(0);
  Ridge model;
  EXPECT_THROW(permutation_importance(model, X, y), NotFitted);
  model.fit(X, y);
  EXPECT_TRUE(
      throws<InvalidParameter>([&] { permutation_importance(model, X, y, {.n_repeats = 0}); },
                               {"permutation_importance", "n_repeats", "0"}));
  EXPECT_TRUE(throws<InvalidParameter>(
      [&] { permutation_importance(model, X, y, {.random_state = -1}); }, {"random_state"}));
  EXPECT_THROW(permutation_importance(model, X, y, {.scoring = "roc_auc"}), NotSupported);
}

}  // namespace
}  // namespace espalier
