// SPDX-License-Identifier: BSD-3-Clause
#include <espalier/dummy/dummy_classifier.hpp>

#include <limits>

#include <gtest/gtest.h>

#include <espalier/core/archive.hpp>

#include "support/expect_error.hpp"
#include "support/golden.hpp"
#include "support/near.hpp"

namespace espalier {
namespace {

using namespace testing_support;
using Strategy = DummyClassifierStrategy;

/// The classes of the wine data under the names 3, 7, 20: 59, 71 and 48 rows.
Labels wine() {
  Labels y(178);
  y << Labels::Constant(59, 3), Labels::Constant(71, 7), Labels::Constant(48, 20);
  return y;
}

const Matrix X = Matrix::Zero(178, 1);

TEST(DummyClassifier, MatchesScikitLearnWithAndWithoutWeights) {
  const nlohmann::json content = golden("preprocessing_dummies.json")["classifier"];
  for (const std::string key : {"unweighted", "weighted"})
    for (const auto& [name, strategy] : {std::pair{"prior", Strategy::prior},
                                         {"most_frequent", Strategy::most_frequent},
                                         {"uniform", Strategy::uniform},
                                         {"constant", Strategy::constant}}) {
      SCOPED_TRACE(key + " " + name);
      DummyClassifier model({.strategy = strategy, .random_state = 0, .constant = 20});
      FitContext context;
      if (key == "weighted") context.sample_weight = to_vector(content["weight"]);
      model.fit(X, wine(), context);
      const auto& expected = content[key][name];
      EXPECT_TRUE(near(model.class_prior(), to_vector(expected["prior"])));
      EXPECT_TRUE(near(model.predict_proba(X.topRows(2)), to_matrix(expected["proba"])));
      if (strategy == Strategy::uniform) continue;  // draws
      EXPECT_EQ(model.predict(X.topRows(2)), to_labels(expected["predicted"]));
    }
}

TEST(DummyClassifier, LogProbabilitiesAreTheLogarithmsOfTheProbabilities) {
  const DummyClassifier prior = DummyClassifier().fit(X, wine());
  EXPECT_EQ(prior.predict_log_proba(X), Matrix(prior.predict_proba(X).array().log()));
  const DummyClassifier sure =
      DummyClassifier({.strategy = Strategy::constant, .constant = 7}).fit(X, wine());
  EXPECT_EQ(sure.predict_log_proba(X.topRows(1)),
            (Matrix(1, 3) << -infinity, 0.0, -infinity).finished());
}

TEST(DummyClassifier, DrawsFollowTheProbabilities) {
  const Matrix many = Matrix::Zero(100'000, 1);
  const auto shares = [&](Strategy strategy) {
    const DummyClassifier model =
        DummyClassifier({.strategy = strategy, .random_state = 3}).fit(X, wine());
    const Labels y = model.predict(many);
    const auto share = [&](int label) {
      return static_cast<double>((y.array() == label).count()) / 1e5;
    };
    return Vector((Vector(3) << share(3), share(7), share(20)).finished());
  };
  EXPECT_LT((shares(Strategy::stratified) - (Vector(3) << 59, 71, 48).finished() / 178)
                .cwiseAbs()
                .maxCoeff(),
            0.006);
  EXPECT_LT((shares(Strategy::uniform) - Vector::Constant(3, 1.0 / 3)).cwiseAbs().maxCoeff(),
            0.006);
}

TEST(DummyClassifier, DrawsDependOnlyOnSeedAndRow) {
  for (const Strategy strategy : {Strategy::stratified, Strategy::uniform}) {
    DummyClassifier model({.strategy = strategy, .random_state = 5});
    model.fit(X, wine());
    const Labels y = model.predict(X);
    EXPECT_EQ(model.predict(X), y);
    EXPECT_EQ(model.predict(X.topRows(50)), y.head(50));
    EXPECT_EQ(DummyClassifier(model.params()).fit(X, wine()).predict(X), y);
    DummyClassifier other({.strategy = strategy, .random_state = 6});
    EXPECT_NE(other.fit(X, wine()).predict(X), y);
    DummyClassifier unseeded({.strategy = strategy});
    unseeded.fit(X, wine());
    EXPECT_EQ(unseeded.predict(X), unseeded.predict(X));
    EXPECT_EQ(load<DummyClassifier>(std::span<const std::uint8_t>(to_cbor(unseeded))).predict(X),
              unseeded.predict(X));
  }
}

TEST(DummyClassifier, StratifiedProbabilitiesAreItsDraws) {
  const DummyClassifier model =
      DummyClassifier({.strategy = Strategy::stratified, .random_state = 1}).fit(X, wine());
  const Matrix p = model.predict_proba(X);
  EXPECT_EQ(p.rowwise().sum(), Vector::Ones(178));
  const Labels y = model.predict(X);
  for (Index i = 0; i < 178; ++i)
    for (Index k = 0; k < 3; ++k) EXPECT_EQ(p(i, k), y[i] == model.classes()[k] ? 1.0 : 0.0);
}

TEST(DummyClassifier, ConstantMayBeNamed) {
  const Column y = Column::categorical("status", {"good", "bad", "good"});
  const DummyClassifier model = DummyClassifier({.strategy = Strategy::constant, .constant = "bad"})
                                    .fit(Matrix::Zero(3, 1), y);
  EXPECT_EQ(model.predict_names(Matrix::Zero(1, 1)), std::vector<std::string>{"bad"});
}

TEST(DummyClassifier, RefusesAConstantThatIsNoClass) {
  const auto fit = [](DummyClassifierParams params) { DummyClassifier(params).fit(X, wine()); };
  EXPECT_TRUE(throws<InvalidParameter>([&] { fit({.strategy = Strategy::constant}); },
                                       {"constant", "DummyClassifier"}));
  EXPECT_TRUE(
      throws<InvalidParameter>([&] { fit({.strategy = Strategy::constant, .constant = 4}); },
                               {"constant", "4", "3, 7, 20"}));
  EXPECT_TRUE(throws<InvalidParameter>(
      [&] { fit({.strategy = Strategy::constant, .constant = "bad"}); }, {"'bad'"}));
}

TEST(DummyClassifier, RefusesAConstantThatIsNoClassByTheNamesOfTheClasses) {
  const Column y = Column::categorical("status", {"good", "bad", "good"});
  EXPECT_TRUE(throws<InvalidParameter>(
      [&] {
        DummyClassifier({.strategy = Strategy::constant, .constant = "maybe"})
            .fit(Matrix::Zero(3, 1), y);
      },
      {"'maybe'", "'bad', 'good'"}));
}

TEST(DummyClassifier, TakesAnyX) {
  const DataFrame table{
      Column::categorical("c", std::vector<std::optional<std::string>>{"a", std::nullopt}),
      Column::numeric("n", {1.0, std::numeric_limits<double>::quiet_NaN()})};
  const Labels y = (Labels(2) << 0, 1).finished();
  EXPECT_EQ(DummyClassifier().fit(table, y).predict(table), (Labels(2) << 0, 0).finished());
  const SparseMatrix sparse = Matrix::Identity(2, 2).sparseView();
  EXPECT_EQ(DummyClassifier().fit(sparse, y).predict(sparse), (Labels(2) << 0, 0).finished());
}

TEST(DummyClassifier, RefusesADamagedState) {
  std::string text = to_json(DummyClassifier().fit(X, wine()));
  const std::string_view constant = R"("constant":0)";
  ASSERT_NE(text.find(constant), std::string::npos);
  text.replace(text.find(constant), constant.size(), R"("constant":3)");
  EXPECT_TRUE(throws<FormatError>([&] { from_json(text); }, {"DummyClassifier"}));
}

}  // namespace
}  // namespace espalier
