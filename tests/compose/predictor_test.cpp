// SPDX-License-Identifier: BSD-3-Clause
#include <espalier/core/predictor.hpp>

#include <atomic>
#include <cmath>
#include <cstdlib>
#include <limits>
#include <new>
#include <string>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

#include <espalier/compose/column_transformer.hpp>
#include <espalier/compose/pipeline.hpp>
#include <espalier/core/random.hpp>
#include <espalier/dummy/dummy_classifier.hpp>
#include <espalier/ensemble/hist_gradient_boosting_classifier.hpp>
#include <espalier/ensemble/hist_gradient_boosting_regressor.hpp>
#include <espalier/impute/simple_imputer.hpp>
#include <espalier/io/csv.hpp>
#include <espalier/linear_model/logistic_regression.hpp>
#include <espalier/linear_model/ridge.hpp>
#include <espalier/preprocessing/one_hot_encoder.hpp>
#include <espalier/preprocessing/ordinal_encoder.hpp>
#include <espalier/preprocessing/standard_scaler.hpp>

#include "support/expect_error.hpp"

// Counts the allocations of this program; not under the sanitizers, which have such functions.
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define ESPALIER_COUNTS_ALLOCATIONS 0
#elif defined(__has_feature)
#define ESPALIER_COUNTS_ALLOCATIONS \
  !(__has_feature(address_sanitizer) || __has_feature(thread_sanitizer))
#else
#define ESPALIER_COUNTS_ALLOCATIONS 1
#endif

namespace {
std::atomic<long> n_allocations{0};
}  // namespace

#if ESPALIER_COUNTS_ALLOCATIONS
#if !defined(__clang__)
#pragma GCC diagnostic ignored "-Wmismatched-new-delete"
#endif
namespace {
void* allocate(std::size_t size, std::size_t alignment) {
  ++n_allocations;
  void* p = nullptr;
  if (posix_memalign(&p, std::max(alignment, sizeof(void*)), std::max<std::size_t>(size, 1)) != 0)
    throw std::bad_alloc();
  return p;
}
}  // namespace

void* operator new(std::size_t size) { return allocate(size, alignof(std::max_align_t)); }
void* operator new(std::size_t size, std::align_val_t a) {
  return allocate(size, static_cast<std::size_t>(a));
}
void operator delete(void* p) noexcept { std::free(p); }
void operator delete(void* p, std::size_t) noexcept { std::free(p); }
void operator delete(void* p, std::align_val_t) noexcept { std::free(p); }
void operator delete(void* p, std::size_t, std::align_val_t) noexcept { std::free(p); }
#endif

namespace espalier {
namespace {

using testing_support::throws;

constexpr double nan = std::numeric_limits<double>::quiet_NaN();

/// Real data: credit applications, numbers with holes and categories.
struct Credit {
  DataFrame X, train, test;
  Column y;
  Labels three;
  Vector amount;

  Credit() : y(Column::numeric("y", std::vector<double>{})) {
    const DataFrame table = read_csv(ESPALIER_EXAMPLE_DATA "/credit_data.csv");
    X = table.drop({"Status", "Amount"});
    const Column& all = table["Status"];
    std::vector<Index> seen, rest;
    const auto codes = X["Job"].codes();
    const auto unusual = X["Job"].dictionary().size() - 1;  // a job that training has never met
    for (Index i = 0; i < table.rows(); ++i)
      (i % 3 != 0 && codes[static_cast<std::size_t>(i)] != static_cast<int>(unusual) ? seen : rest)
          .push_back(i);
    train = X.take(seen);
    test = X.take(rest);
    y = all.take(seen);
    three.resize(train.rows());
    amount.resize(train.rows());
    for (Index i = 0; i < train.rows(); ++i) {
      three[i] = static_cast<int>(seen[static_cast<std::size_t>(i)] * 7919 % 3) * 10;
      amount[i] =
          table["Amount"].values()[static_cast<std::size_t>(seen[static_cast<std::size_t>(i)])];
    }
  }
};

const Credit& credit() {
  static const Credit data;
  return data;
}

ColumnTransformer encoded() {
  return {{"numbers", SimpleImputer({.strategy = ImputeStrategy::median}) | StandardScaler(),
           ColumnType::numeric},
          {"categories",
           SimpleImputer({.strategy = ImputeStrategy::constant}) |
               OneHotEncoder({.handle_unknown = OneHotUnknown::ignore}),
           ColumnType::categorical}};
}

ColumnTransformer ordinal() {
  return ColumnTransformer(
      {{"categories",
        OrdinalEncoder({.handle_unknown = OrdinalUnknown::use_encoded_value, .unknown_value = -1}),
        ColumnType::categorical},
       {"home",
        OneHotEncoder({.handle_unknown = OneHotUnknown::infrequent_if_exist, .max_categories = 3}),
        {"Home"}},
       {"filled", SimpleImputer({.add_indicator = true}), {"Income", "Assets"}}},
      {.remainder = ColumnAction::passthrough});
}

void fill(Row& row, const DataFrame& table, Index i) {
  row.clear();
  for (Index j = 0; j < table.cols(); ++j) {
    const Column& column = table.column(j);
    if (column.is_missing(i)) continue;
    if (column.is_numeric())
      row.set(column.name(), column.values()[static_cast<std::size_t>(i)]);
    else
      row.set(column.name(), column.text(i));
  }
}

/// Every row alone, and all rows together, with the bits of the model's own methods.
void expect_same(const Classifier& model, const DataFrame& table) {
  const Predictor predictor = model.predictor();
  const Matrix raw = model.decision_function(table), proba = model.predict_proba(table);
  const Labels labels = model.predict(table);
  EXPECT_EQ(predictor.predict_raw(table), raw);
  EXPECT_EQ(predictor.predict_proba(table), proba);
  EXPECT_EQ(predictor.predict(table), labels.cast<double>());
  EXPECT_EQ(predictor.classes(), model.classes());
  Row row = predictor.make_row();
  std::vector<double> raw_row(static_cast<std::size_t>(raw.cols()));
  std::vector<double> proba_row(static_cast<std::size_t>(proba.cols()));
  double label = 0.0;
  for (Index i = 0; i < table.rows(); ++i) {
    fill(row, table, i);
    ASSERT_EQ(predictor.predict_raw(row, raw_row), RowStatus::ok);
    ASSERT_EQ(predictor.predict_proba(row, proba_row), RowStatus::ok);
    ASSERT_EQ(predictor.predict(row, label), RowStatus::ok);
    ASSERT_EQ(Vector::Map(raw_row.data(), raw.cols()).transpose(), raw.row(i)) << i;
    ASSERT_EQ(Vector::Map(proba_row.data(), proba.cols()).transpose(), proba.row(i)) << i;
    ASSERT_EQ(label, labels[i]);
  }
}

void expect_same(const Regressor& model, const DataFrame& table) {
  const Predictor predictor = model.predictor();
  const Vector values = model.predict(table);
  EXPECT_EQ(predictor.predict(table), values);
  EXPECT_EQ(predictor.predict_raw(table), values);
  Row row = predictor.make_row();
  double value = 0.0;
  for (Index i = 0; i < table.rows(); ++i) {
    fill(row, table, i);
    ASSERT_EQ(predictor.predict(row, value), RowStatus::ok);
    ASSERT_EQ(value, values[i]) << i;
  }
}

TEST(Predictor, OfTreesTakesTablesWithHolesAndUnseenCategories) {
  const Credit& data = credit();
  HistGradientBoostingClassifier binary({.max_iter = 40, .random_state = 0});
  expect_same(binary.fit(data.train, data.y), data.test);
  HistGradientBoostingClassifier three(
      {.max_iter = 15, .max_leaf_nodes = 100, .min_samples_leaf = 5, .random_state = 0});
  expect_same(three.fit(data.train, data.three), data.test);
  HistGradientBoostingRegressor regressor({.max_iter = 30, .random_state = 0});
  expect_same(regressor.fit(data.train, data.amount), data.test);
  HistGradientBoostingRegressor large(
      {.max_iter = 3, .max_leaf_nodes = {}, .min_samples_leaf = 1, .random_state = 0});
  expect_same(large.fit(data.train, data.amount), data.test);
}

TEST(Predictor, OfARegressorAppliesTheLinkOfItsLoss) {
  const Credit& data = credit();
  for (const auto loss : {RegressionLoss::poisson, RegressionLoss::cross_entropy}) {
    const Vector y = loss == RegressionLoss::poisson ? data.amount
                                                     : Vector(data.amount / data.amount.maxCoeff());
    HistGradientBoostingRegressor model({.loss = loss, .max_iter = 10, .random_state = 0});
    expect_same(model.fit(data.train, y), data.test);
  }
}

TEST(Predictor, OfAPipelineTakesTheTable) {
  const Credit& data = credit();
  expect_same((encoded() | LogisticRegression()).fit(data.train, data.y), data.test);
  expect_same((encoded() | LogisticRegression()).fit(data.train, data.three), data.test);
  expect_same((encoded() | Ridge()).fit(data.train, data.amount), data.test);
  expect_same((ordinal() | HistGradientBoostingRegressor({.max_iter = 20, .random_state = 0}))
                  .fit(data.train, data.amount),
              data.test);
  expect_same((ordinal() | HistGradientBoostingClassifier({.max_iter = 20, .random_state = 0}))
                  .fit(data.train, data.y),
              data.test);
}

TEST(Predictor, OfTreesBehindSparseIndicatorsTakesTheTable) {
  const auto trees_behind = [](bool sparse) {
    auto pipeline =
        ColumnTransformer(
            {{"categories",
              OneHotEncoder({.sparse_output = sparse, .handle_unknown = OneHotUnknown::ignore}),
              ColumnType::categorical}}) |
        HistGradientBoostingClassifier({.max_iter = 20, .random_state = 0});
    pipeline.fit(credit().train, credit().y);
    return pipeline;
  };
  const auto sparse = trees_behind(true);
  const Features indicators =
      OneHotEncoder().fit_transform(credit().train.select(ColumnType::categorical));
  ASSERT_TRUE(indicators.is_sparse());
  EXPECT_EQ(sparse.predict_proba(credit().test), trees_behind(false).predict_proba(credit().test));
  expect_same(sparse, credit().test);
}

TEST(Predictor, OfANestedPipelineTakesNumbers) {
  Random random(1);
  Matrix X(400, 70);  // more features than a register looks up
  for (double& x : X.reshaped()) x = random.uniform() < 0.1 ? nan : random.normal();
  const Vector y = X.unaryExpr([](double x) { return std::isnan(x) ? 1.0 : x; }).rowwise().sum();
  const DataFrame table = Features(X).to_table();
  expect_same((SimpleImputer() | (StandardScaler() | Ridge())).fit(table, y), table);
  expect_same(
      HistGradientBoostingRegressor({.max_iter = 12, .min_samples_leaf = 2, .random_state = 0})
          .fit(table, y),
      table);
}

TEST(Predictor, AllocatesNothingForARow) {
  if (!ESPALIER_COUNTS_ALLOCATIONS) GTEST_SKIP() << "a sanitizer allocates instead";
  const Credit& data = credit();
  const auto linear = (encoded() | LogisticRegression()).fit(data.train, data.y);
  const auto trees =
      (ordinal() | HistGradientBoostingClassifier({.max_iter = 20, .random_state = 0}))
          .fit(data.train, data.y);
  for (const Classifier* model :
       {static_cast<const Classifier*>(&linear), static_cast<const Classifier*>(&trees)}) {
    const Predictor predictor = model->predictor();
    Row row = predictor.make_row();
    const Index age = predictor.column("Age"), job = predictor.column("Job");
    double p[2] = {}, label = 0.0;
    const long before = n_allocations;
    for (int i = 0; i < 100; ++i) {
      row.set(age, 20.0 + i);
      row.set(job, i % 2 == 0 ? "freelance" : "an occupation that nobody has ever heard of");
      row.set("Home", "rent");
      ASSERT_EQ(predictor.predict_proba(row, p), RowStatus::ok);
      ASSERT_EQ(predictor.predict(row, label), RowStatus::ok);
    }
    EXPECT_EQ(n_allocations, before);
  }
  {
    const std::vector<double> counted(1000);
    EXPECT_GT(n_allocations, 0);
  }
}

TEST(Predictor, ServesManyThreads) {
  const Credit& data = credit();
  const auto model = (encoded() | LogisticRegression()).fit(data.train, data.y);
  const Predictor predictor = model.predictor();
  const Matrix expected = model.predict_proba(data.test);
  std::atomic<int> wrong{0};
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t)
    threads.emplace_back([&] {
      Row row = predictor.make_row();
      double p[2];
      for (Index i = 0; i < data.test.rows(); ++i) {
        fill(row, data.test, i);
        if (predictor.predict_proba(row, p) != RowStatus::ok || p[1] != expected(i, 1)) ++wrong;
      }
    });
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(wrong, 0);
}

TEST(Predictor, OutlivesItsModel) {
  const Credit& data = credit();
  auto model = (encoded() | LogisticRegression()).fit(data.train, data.y);
  const Matrix expected = model.predict_proba(data.test);
  const Predictor predictor = model.predictor();
  model.set_param("logistic_regression__C", 1e-3);
  model.fit(data.train, data.y);
  EXPECT_EQ(predictor.predict_proba(data.test), expected);
}

TEST(Predictor, SaysWhatIsWrongWithARow) {
  const Matrix X = Matrix::Random(50, 3);
  const auto model = Ridge().fit(X, Vector(X.col(0)));
  const Predictor predictor = model.predictor();
  double value = 0.0;
  const double short_row[2] = {1, 2}, with_nan[3] = {1, nan, 2};
  const double infinite[3] = {1, 2, std::numeric_limits<double>::infinity()};
  EXPECT_EQ(predictor.predict(short_row, value), RowStatus::wrong_width);
  EXPECT_TRUE(std::isnan(value));
  EXPECT_EQ(predictor.predict(with_nan, value), RowStatus::missing_value);
  EXPECT_EQ(predictor.predict(infinite, value), RowStatus::not_finite);
  EXPECT_TRUE(std::isnan(value));
  double two[2] = {0, 0};
  const double good[3] = {1, 2, 3};
  EXPECT_EQ(predictor.predict_raw(good, two), RowStatus::wrong_width);
  EXPECT_TRUE(std::isnan(two[1]));
  EXPECT_EQ(predictor.predict_proba(good, two), RowStatus::wrong_width);

  const Credit& data = credit();
  const auto strict = (ColumnTransformer{{"job", OneHotEncoder(), {"Job"}}} | LogisticRegression())
                          .fit(data.train, data.y);
  Row row = strict.predictor().make_row();
  double p[2];
  row.set("Job", "astronaut");
  EXPECT_EQ(strict.predictor().predict_proba(row, p), RowStatus::unknown_category);
  row.set("Job", "fixed");
  EXPECT_EQ(strict.predictor().predict_proba(row, p), RowStatus::ok);
}

TEST(Predictor, RefusesWhatCannotBeCompiled) {
  EXPECT_TRUE(throws<NotFitted>([] { Ridge().predictor(); }, {"Ridge", "not fitted"}));
  const Matrix X = Matrix::Random(50, 3);
  const Labels y = (X.col(0).array() > 0.0).cast<int>();
  EXPECT_TRUE(throws<NotSupported>([&] { DummyClassifier().fit(X, y).predictor(); },
                                   {"DummyClassifier cannot be compiled"}));
  EXPECT_TRUE(
      throws<NotSupported>([&] { (StandardScaler() | DummyClassifier()).fit(X, y).predictor(); },
                           {"DummyClassifier cannot be compiled"}));
  EXPECT_TRUE(throws<NotSupported>([&] { StandardScaler().fit(X).predictor(); },
                                   {"StandardScaler does not predict"}));
}

TEST(Predictor, RefusesWrongUseOfARow) {
  const Credit& data = credit();
  const auto model = (encoded() | LogisticRegression()).fit(data.train, data.y);
  const Predictor predictor = model.predictor();
  Row row = predictor.make_row();
  EXPECT_TRUE(throws<InvalidInput>([&] { row.set("Colour", 1.0); }, {"no column 'Colour'"}));
  EXPECT_TRUE(
      throws<InvalidInput>([&] { row.set("Age", "old"); }, {"'Age' holds numbers", "'old'"}));
  EXPECT_TRUE(throws<InvalidInput>([&] { row.set(Index{99}, 1.0); }, {"no column 99"}));
  EXPECT_EQ(predictor.type(predictor.column("Job")), ColumnType::categorical);
  EXPECT_EQ(predictor.code(predictor.column("Age"), "old"), unseen_code);
  EXPECT_TRUE(throws<InvalidInput>([&] { predictor.predict(data.test.drop("Age")); }, {"Age"}));
}

}  // namespace
}  // namespace espalier
