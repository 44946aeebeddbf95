// SPDX-License-Identifier: BSD-3-Clause
#include <espalier/core/estimator.hpp>

#include <algorithm>
#include <cstdint>
#include <initializer_list>
#include <sstream>
#include <stop_token>

#include <gtest/gtest.h>

#include <espalier/core/parallel.hpp>
#include <espalier/linear_model/ridge.hpp>
#include <espalier/preprocessing/standard_scaler.hpp>
#include "support/expect_error.hpp"
#include "support/toy_estimators.hpp"

namespace espalier {
namespace {

using namespace testing_support;

const Matrix X = Matrix::Random(20, 3);
const Vector y = X.col(0) - 2.0 * X.col(1);

TEST(Estimator, RefusesUseBeforeFitByName) {
  EXPECT_TRUE(throws<NotFitted>([] { Toy().predict(X); },
                                {"This Toy instance is not fitted yet", "'fit'"}));
  EXPECT_TRUE(throws<NotFitted>([] { Toy().n_features_in(); }, {"Toy"}));
}

TEST(Estimator, FitReturnsTheObjectAndATemporaryByValue) {
  Toy model;
  EXPECT_EQ(&model.fit(X, y), &model);
  const Toy made = Toy({.shift = 1.0}).fit(X, y);
  EXPECT_TRUE(made.fitted());
  EXPECT_EQ(made.n_features_in(), 3);
}

TEST(Estimator, WrongWidthSaysBothWidths) {
  const Toy model = Toy().fit(X, y);
  EXPECT_TRUE(throws<InvalidInput>([&] { model.predict(X.leftCols(2)); },
                                   {"X has 2 features", "Toy is expecting 3 features"}));
}

TEST(Estimator, TransposedInputIsAnErrorNotASilentAnswer) {
  const Toy model = Toy().fit(X, y);
  EXPECT_TRUE(throws<InvalidInput>([&] { model.predict(Matrix(X.transpose())); }, {"20 features"}));
}

TEST(Estimator, BadInputNamesColumnAndRow) {
  Matrix bad = X;
  bad(7, 1) = std::nan("");
  EXPECT_TRUE(throws<InvalidInput>([&] { Toy().fit(bad, y); },
                                   {"Toy", "NaN", "'x1'", "row 7", "SimpleImputer"}));
  bad(7, 1) = infinity;
  EXPECT_TRUE(throws<InvalidInput>([&] { Toy().fit(bad, y); }, {"infinity", "'x1'", "row 7"}));
  EXPECT_TRUE(throws<InvalidInput>([&] { Toy().fit(Matrix(0, 3), Vector()); },
                                   {"Toy", "0 samples", "0 × 3"}));
  EXPECT_TRUE(throws<InvalidInput>([&] { Toy().fit(Matrix(20, 0), y); }, {"0 features", "20 × 0"}));
  EXPECT_TRUE(throws<InvalidInput>([&] { Toy().fit(X, y.head(19)); }, {"20 samples", "y has 19"}));
  EXPECT_TRUE(
      throws<InvalidInput>([&] { Toy().fit(SparseMatrix(X.sparseView()), y); }, {"Toy", "sparse"}));
}

TEST(Estimator, RefusesTwoColumnsOfOneName) {
  EXPECT_TRUE(throws<InvalidInput>(
      [] {
        Toy().fit(Features(X).with_names({"a", "b", "a"}), y);
      },
      {"Toy: two columns of X are called 'a'."}));
}

TEST(Estimator, CategoricalColumnIsNamedWithTheEncoders) {
  const DataFrame table{Column::numeric("age", {1, 2}), Column::categorical("plan", {"a", "b"})};
  EXPECT_TRUE(throws<InvalidInput>(
      [&] {
        Toy().fit(table, std::vector{1.0, 2.0});
      },
      {"'plan'", "OneHotEncoder"}));
}

TEST(Estimator, WeightsAreChecked) {
  const auto fit = [](Vector w) { Toy().fit(X, y, {.sample_weight = std::move(w)}); };
  EXPECT_TRUE(throws<InvalidInput>([&] { fit(Vector::Ones(5)); }, {"20 samples", "5 values"}));
  EXPECT_TRUE(throws<InvalidInput>([&] { fit(Vector::Zero(20)); }, {"zero for every row"}));
  EXPECT_TRUE(throws<InvalidInput>([&] { fit(-Vector::Ones(20)); }, {"-1", "row 0"}));
  EXPECT_TRUE(throws<InvalidInput>([&] { Toy().fit(X, y, {.groups = Labels::Zero(20)}); },
                                   {"Toy", "groups"}));
}

TEST(Estimator, RowsOfWeightZeroAreNotSeen) {
  Vector w = Vector::Ones(20);
  w.head(5).setZero();
  const Toy weighted = Toy().fit(X, y, {.sample_weight = w});
  const Toy shorter = Toy().fit(X.bottomRows(15), y.tail(15), {.sample_weight = Vector::Ones(15)});
  EXPECT_TRUE(weighted.state().mean.isApprox(shorter.state().mean, 1e-14));
  EXPECT_EQ(weighted.state().weight, 15.0);
}

TEST(Estimator, FailedFitLeavesTheModelAsItWas) {
  Toy model = Toy().fit(X, y);
  const Vector before = model.predict(X);
  model.params().mode = ToyMode::fail;
  EXPECT_THROW(model.fit(2.0 * X, y), InvalidInput);
  EXPECT_EQ(model.predict(X), before);
}

TEST(Estimator, CancelledFitLeavesTheModelAsItWas) {
  Toy model = Toy().fit(X, y);
  const Vector before = model.predict(X);
  std::stop_source source;
  int calls = 0;
  const auto stop_at_second = [&](const Progress& p) {
    ++calls;
    if (p.iteration == 2) source.request_stop();
  };
  EXPECT_TRUE(throws<Cancelled>(
      [&] { model.fit(2.0 * X, y, {.callback = stop_at_second, .stop = source.get_token()}); },
      {"Toy", "cancelled"}));
  EXPECT_EQ(calls, 2);
  EXPECT_EQ(model.predict(X), before);
}

TEST(Estimator, NamesAreCheckedByNameAndOrder) {
  const DataFrame table = DataFrame::from_matrix(X, {"a", "b", "c"});
  const Toy model = Toy().fit(table, y);
  EXPECT_EQ(model.feature_names_in(), (std::vector<std::string>{"a", "b", "c"}));
  EXPECT_EQ(model.predict(table), model.predict(X));  // nameless numbers are taken as they come
  EXPECT_TRUE(throws<InvalidInput>(
      [&] {
        model.predict(table.select({"c", "b", "a"}));
      },
      {"same order"}));
  EXPECT_TRUE(throws<InvalidInput>([&] { model.predict(table.renamed("b", "z")); },
                                   {"unseen at fit time:\n- z", "now missing:\n- b"}));
}

TEST(Estimator, LayoutsOfTheSameNumbersAgree) {
  const Toy model = Toy().fit(X, y);
  const Vector expected = model.predict(X);
  using RowMajor = Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;
  const RowMajor by_rows = X;
  Matrix larger = Matrix::Zero(30, 5);
  larger.block(4, 1, 20, 3) = X;
  EXPECT_EQ(model.predict(by_rows), expected);
  EXPECT_EQ(model.predict(larger.block(4, 1, 20, 3)), expected);
  EXPECT_EQ(model.predict(Eigen::Map<const Matrix>(X.data(), 20, 3)), expected);
  EXPECT_EQ(model.predict(X.row(3))[0], expected[3]);
  EXPECT_TRUE(model.predict(X.cast<float>()).isApprox(expected, 1e-6));
}

TEST(Params, GetSetAndListByName) {
  Toy model;
  model.set_param("shift", 2);  // an integer is a number
  model.set_param("mode", "slow");
  model.set_param("limit", 0.5);
  EXPECT_EQ(model.params().shift, 2.0);
  EXPECT_EQ(model.get_param("mode"), Value("slow"));
  EXPECT_EQ(model.get_params().size(), 5U);
  EXPECT_EQ(model.to_string(), "Toy(shift=2, mode='slow', limit=0.5)");
  model.set_param("limit", Value());
  EXPECT_FALSE(model.params().limit.has_value());
}

TEST(Params, RefusalsNameParameterExpectationAndValue) {
  Toy model;
  EXPECT_TRUE(throws<InvalidParameter>(
      [&] { model.set_param("shift", "x"); },
      {"The 'shift' parameter of Toy must be a number in the range [-10, 10]", "'x'"}));
  EXPECT_TRUE(throws<InvalidParameter>([&] { model.set_param("max_iter", 2.5); },
                                       {"'max_iter'", "an integer", "2.5"}));
  EXPECT_TRUE(throws<InvalidParameter>([&] { model.set_param("mode", "fast"); },
                                       {"'plain', 'fail', 'slow'", "'fast'"}));
  EXPECT_TRUE(throws<InvalidParameter>(
      [&] { model.set_param("shfit", 1); },
      {"Invalid parameter 'shfit'", "grid, limit, max_iter, mode, shift"}));
  EXPECT_TRUE(throws<InvalidParameter>(
      [&] { model.set_param("shift__x", 1); },
      {"Invalid parameter 'shift__x'", "'shift' of Toy has no parameters of its own"}));
  EXPECT_TRUE(throws<InvalidParameter>([&] { model.get_param("shift__x"); }, {"'shift__x'"}));
  EXPECT_TRUE(throws<InvalidParameter>(
      [&] {
        model.set_params({{"shift__x", 1}});
      },
      {"Invalid parameter 'shift__x'"}));
  model.params().max_iter = 0;  // stored in silence, refused by fit, as scikit-learn does
  EXPECT_TRUE(
      throws<InvalidParameter>([&] { model.fit(X, y); }, {"'max_iter'", "[1, inf)", "Got 0"}));
  EXPECT_TRUE(throws<InvalidParameter>([&] { Toy({.shift = std::nan("")}).fit(X, y); },
                                       {"'shift'", "nan"}));
  EXPECT_TRUE(throws<InvalidParameter>([&] { Toy({.grid = {1.0, -1.0}}).fit(X, y); }, {"'grid'"}));
}

TEST(Params, SettingSeveralIsAllOrNone) {
  Toy model;
  EXPECT_THROW(model.set_params({{"shift", 3.0}, {"nonsense", 1}}), InvalidParameter);
  EXPECT_EQ(model.params().shift, 0.0);
}

TEST(Estimator, PrintsAsItsText) {
  std::ostringstream text;
  text << Ridge({.alpha = 2.0}) << " " << Toy() << " " << Value(0.1) << " " << Value("a");
  EXPECT_EQ(text.str(), "Ridge(alpha=2) Toy() 0.1 'a'");
}

TEST(Estimator, CloneForgetsAndCopyRemembers) {
  const Toy model = Toy({.shift = 2.0}).fit(X, y);
  const auto clone = model.clone();
  const auto copy = model.copy();
  EXPECT_FALSE(clone->fitted());
  EXPECT_TRUE(copy->fitted());
  EXPECT_EQ(clone->get_param("shift"), Value(2.0));
  clone->set_param("shift", 1.0);
  EXPECT_EQ(model.params().shift, 2.0);
}

TEST(Classifier, TargetFromACategoricalColumnGivesNames) {
  const Target target = Column::categorical("churn", {"yes", "no", "yes"});
  EXPECT_TRUE(target.is_labels());
  EXPECT_EQ(target.labels(), (Labels(3) << 1, 0, 1).finished());
  EXPECT_EQ(target.class_names(), (std::vector<std::string>{"no", "yes"}));
}

TEST(Target, ConvertsBothWaysWhereItCan) {
  EXPECT_EQ(Target(Vector(Vector::LinSpaced(3, 0, 2))).labels(), (Labels(3) << 0, 1, 2).finished());
  EXPECT_EQ(Target(std::vector{3, 1}).vector(), (Vector(2) << 3, 1).finished());
  EXPECT_TRUE(throws<InvalidInput>([] { Target(std::vector{0.5, 1.0}).labels(); }, {"continuous"}));
  EXPECT_TRUE(throws<InvalidInput>([] { Target(Matrix::Zero(3, 2)).labels(); }, {"2 columns"}));
  const auto missing =
      Column::categorical("y", std::vector<std::optional<std::string>>{"a", std::nullopt});
  EXPECT_TRUE(throws<InvalidInput>([&] { Target{missing}; }, {"'y'", "row 1"}));
}

template <class Integer>
Target target_of(std::initializer_list<Integer> labels) {
  Eigen::Matrix<Integer, Eigen::Dynamic, 1> vector(static_cast<Index>(labels.size()));
  std::copy(labels.begin(), labels.end(), vector.begin());
  return vector;
}

TEST(Target, TakesIntegersOfEveryTypeThatFitIntoAnInt) {
  const Labels expected = (Labels(3) << 3, 0, 1).finished();
  EXPECT_EQ(target_of<std::int64_t>({3, 0, 1}).labels(), expected);
  EXPECT_EQ(target_of<std::uint64_t>({3, 0, 1}).labels(), expected);
  EXPECT_EQ(target_of<unsigned>({3, 0, 1}).labels(), expected);
  EXPECT_EQ(target_of<std::int8_t>({3, 0, 1}).labels(), expected);
  EXPECT_EQ(target_of<bool>({true, false}).labels(), (Labels(2) << 1, 0).finished());
  EXPECT_EQ(target_of<std::int64_t>({-2147483648, 2147483647}).labels()[0], -2147483648);
  const Eigen::Matrix<std::int64_t, 1, 3> row(3, 0, 1);
  EXPECT_EQ(Target(row).labels(), expected);
}

TEST(Target, RefusesALabelThatAnIntDoesNotHold) {
  EXPECT_TRUE(throws<InvalidInput>(
      [] {
        target_of<std::int64_t>({1, 4294967297, 2, 1});
      },
      {"4294967297", "row 1"}));
  EXPECT_TRUE(throws<InvalidInput>([] { target_of<std::int64_t>({-2147483649}); }, {"row 0"}));
  EXPECT_TRUE(throws<InvalidInput>(
      [] {
        target_of<std::uint64_t>({1, ~std::uint64_t{0}});
      },
      {"18446744073709551615", "row 1"}));
  EXPECT_TRUE(throws<InvalidInput>([] { target_of<unsigned>({2147483648U}); }, {"2147483648"}));
}

TEST(Transformer, NamesItsOutput) {
  StandardScaler scaler;
  EXPECT_THROW(scaler.get_feature_names_out(), NotFitted);
  const Features out = scaler.fit_transform(DataFrame::from_matrix(X, {"a", "b", "c"}));
  EXPECT_EQ(out.names(), scaler.get_feature_names_out());
  EXPECT_EQ(out.names().back(), "c");
  EXPECT_TRUE(scaler.inverse_transform(out).dense().isApprox(X));
}

TEST(Regressor, SeveralOutputsNeedPredictMulti) {
  Matrix both(20, 2);
  both << y, -y;
  const Ridge model = Ridge().fit(X, both);
  EXPECT_EQ(model.predict_multi(X).cols(), 2);
  EXPECT_TRUE(throws<NotSupported>([&] { model.predict(X); }, {"2 outputs", "predict_multi"}));
  EXPECT_TRUE(throws<InvalidInput>([&] { Toy().fit(X, both); }, {"Toy", "2 columns"}));
}

TEST(Regressor, RefusesTextsInsteadOfFittingTheirCodes) {
  const Column town = Column::categorical("town", std::vector<std::string>(20, "Oslo"));
  EXPECT_TRUE(throws<InvalidInput>([&] { Toy().fit(X, town); },
                                   {"Toy", "target", "categorical", "'Oslo'", "classifier"}));
  EXPECT_NO_THROW(Toy().fit(X, Labels::Ones(20)));  // integers are numbers
}

}  // namespace
}  // namespace espalier
