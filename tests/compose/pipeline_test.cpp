// SPDX-License-Identifier: BSD-3-Clause
#include <espalier/compose/pipeline.hpp>

#include <algorithm>

#include <gtest/gtest.h>

#include <espalier/cluster/kmeans.hpp>
#include <espalier/linear_model/ridge.hpp>
#include <espalier/preprocessing/standard_scaler.hpp>
#include "support/expect_error.hpp"
#include "support/toy_estimators.hpp"

namespace espalier {
namespace {

using namespace testing_support;

const Matrix X = 5.0 * Matrix::Random(40, 3).array() + 2.0;
const Vector y = X.col(0) - X.col(2);

TEST(Pipeline, TakesItsRoleFromTheLastStep) {
  static_assert(std::is_same_v<decltype(Pipeline(StandardScaler(), Ridge())), Pipeline<Regressor>>);
  static_assert(
      std::is_same_v<decltype(StandardScaler() | StandardScaler()), Pipeline<Transformer>>);
  static_assert(std::is_same_v<decltype(StandardScaler() | Ridge()), Pipeline<Regressor>>);
  const Pipeline pipe(step("scale", StandardScaler()), step("model", Ridge()));
  EXPECT_EQ(pipe.steps()[1].name, "model");
}

TEST(Pipeline, EqualsItsStepsByHand) {
  const auto pipe = Pipeline(StandardScaler(), Ridge()).fit(X, y);
  StandardScaler scaler;
  const Features scaled = scaler.fit_transform(X);
  const Ridge ridge = Ridge().fit(scaled, y);
  EXPECT_EQ(pipe.predict(X), ridge.predict(scaled));
  EXPECT_EQ(pipe.fitted_step<Ridge>("ridge").coef(), ridge.coef());
}

TEST(Pipeline, EndsInAClusterer) {
  Pipeline pipe{StandardScaler(), KMeans({.n_clusters = 4, .random_state = 0})};
  static_assert(std::is_same_v<decltype(pipe), Pipeline<Clusterer>>);
  const Vector weights = Vector::LinSpaced(40, 0.0, 2.0);
  const Labels labels = pipe.fit_predict(X, {.sample_weight = weights});
  StandardScaler scaler;
  const Features scaled = scaler.fit(X, {.sample_weight = weights}).transform(X);
  const KMeans alone =
      KMeans({.n_clusters = 4, .random_state = 0}).fit(scaled, {.sample_weight = weights});
  EXPECT_EQ(labels, alone.labels());
  EXPECT_EQ(pipe.labels(), alone.labels());
  EXPECT_EQ(pipe.predict(2.0 * X), alone.predict(scaler.transform(2.0 * X)));
  const auto& fitted = pipe.fitted_step<KMeans>("k_means");
  EXPECT_EQ(fitted.cluster_centers(), alone.cluster_centers());
  const auto loaded = load<Pipeline<Clusterer>>(to_cbor(pipe));
  EXPECT_EQ(loaded.labels(), labels);
  EXPECT_EQ(loaded.predict(X), pipe.predict(X));
  EXPECT_TRUE(throws<InvalidParameter>(
      [] {
        Pipeline<Clusterer>(std::vector<Step>{{"model", Ridge()}}).fit(X);
      },
      {"Pipeline<Clusterer>", "'model'", "Ridge", "role"}));
}

TEST(Pipeline, TheStepsGivenStayUnfitted) {
  const auto pipe = Pipeline(StandardScaler(), Ridge()).fit(X, y);
  for (const Step& s : pipe.steps()) EXPECT_FALSE(s.estimator->fitted());
  EXPECT_TRUE(throws<NotFitted>(
      [] { Pipeline(StandardScaler(), Ridge()).fitted_step<Ridge>("ridge"); }, {"Pipeline"}));
  EXPECT_TRUE(
      throws<InvalidParameter>([&] { pipe.fitted_step<Toy>("ridge"); }, {"'ridge'", "Ridge"}));
  EXPECT_TRUE(throws<InvalidParameter>([&] { pipe.fitted_step<Toy>("rigde"); },
                                       {"'rigde'", "standard_scaler"}));
}

TEST(Pipeline, NamesStepsInSnakeCaseAndNumbersDoubles) {
  EXPECT_EQ(detail::snake_case("HistGradientBoostingClassifier"),
            "hist_gradient_boosting_classifier");
  EXPECT_EQ(detail::snake_case("PCA"), "pca");
  EXPECT_EQ(detail::snake_case("LinearSVC"), "linear_svc");
  EXPECT_EQ(detail::snake_case("Pipeline<Transformer>"), "pipeline");
  const auto pipe = StandardScaler() | StandardScaler() | StandardScaler() | Ridge();
  std::vector<std::string> names;
  for (const Step& s : pipe.steps()) names.push_back(s.name);
  EXPECT_EQ(names, (std::vector<std::string>{"standard_scaler-1", "standard_scaler-2",
                                             "standard_scaler-3", "ridge"}));
}

TEST(Pipeline, ReachesParametersByPath) {
  Pipeline pipe{StandardScaler(), Ridge()};
  pipe.set_param("ridge__alpha", 2.0);
  EXPECT_EQ(pipe.get_param("ridge__alpha"), Value(2.0));
  EXPECT_EQ(pipe.to_string(),
            "Pipeline<Regressor>(standard_scaler=StandardScaler(), ridge=Ridge(alpha=2))");
  // Whole steps are set before their parameters, whatever the order.
  pipe.set_params({{"ridge__shift", 4.0}, {"ridge", Toy()}});
  EXPECT_EQ(pipe.get_param("ridge__shift"), Value(4.0));
  pipe.set_param("standard_scaler", "passthrough");
  pipe.fit(X, y);
  EXPECT_EQ(pipe.predict(X), Toy({.shift = 4.0}).fit(X, y).predict(X));
}

TEST(Pipeline, SetsSeveralInAnyOrderAtEveryDepth) {
  const Pipeline inner{StandardScaler(), Ridge()};
  const ParamList params{{"pipeline__ridge__shift", 4.0},
                         {"pipeline__ridge", Toy()},
                         {"pipeline__standard_scaler__with_mean", false},
                         {"pipeline", inner},
                         {"standard_scaler", "passthrough"}};
  for (int turn = 0; turn < 5; ++turn) {
    ParamList turned = params;
    std::rotate(turned.begin(), turned.begin() + turn, turned.end());
    Pipeline pipe{StandardScaler(), inner};
    pipe.set_params(turned);
    EXPECT_EQ(pipe.to_string(),
              "Pipeline<Regressor>(standard_scaler=passthrough, pipeline=Pipeline<Regressor>("
              "standard_scaler=StandardScaler(with_mean=false), ridge=Toy(shift=4)))");
  }
}

TEST(Pipeline, SetsAStepThatTheNewListOfStepsBrings) {
  const Value steps = Pipeline{step("a", StandardScaler()), step("b", Toy())}.get_param("steps");
  Pipeline pipe{StandardScaler(), Ridge()};
  pipe.set_params({{"b__shift", 2.0}, {"a", "passthrough"}, {"steps", steps}});
  EXPECT_EQ(pipe.to_string(), "Pipeline<Regressor>(a=passthrough, b=Toy(shift=2))");
}

TEST(Pipeline, SettingSeveralIsAllOrNoneAtEveryDepth) {
  Pipeline pipe{StandardScaler(), Pipeline{StandardScaler(), Ridge()}};
  const std::string before = pipe.to_string();
  for (const std::string path : {"pipeline__ridge__nope", "pipeline__nope__x", "zzz__x", "zzz"}) {
    EXPECT_THROW(pipe.set_params({{"standard_scaler", "passthrough"},
                                  {"pipeline__ridge__alpha", 5.0},
                                  {"pipeline__standard_scaler__with_mean", false},
                                  {path, 1}}),
                 InvalidParameter);
    EXPECT_EQ(pipe.to_string(), before) << path;
  }
}

TEST(Pipeline, PathErrorsNameTheStepsAndParameters) {
  Pipeline pipe{StandardScaler(), Ridge()};
  EXPECT_TRUE(throws<InvalidParameter>([&] { pipe.set_param("rigde__alpha", 1); },
                                       {"'rigde__alpha'", "ridge, standard_scaler, steps"}));
  EXPECT_TRUE(throws<InvalidParameter>([&] { pipe.set_param("ridge__alhpa", 1); },
                                       {"'alhpa'", "Ridge()", "alpha"}));
  EXPECT_TRUE(throws<InvalidParameter>([&] { pipe.set_param("ridge", 3); },
                                       {"'ridge'", "an estimator or 'passthrough'"}));
  pipe.set_param("standard_scaler", "passthrough");
  EXPECT_TRUE(throws<InvalidParameter>(
      [&] { pipe.set_param("standard_scaler__with_mean", false); },
      {"'standard_scaler' of Pipeline<Regressor> has no parameters of its own"}));
  EXPECT_TRUE(throws<InvalidParameter>([&] { pipe.set_param("ridge__", 1); }, {"'ridge__'"}));
}

TEST(Pipeline, CopiesAreIndependent) {
  Pipeline a{StandardScaler(), Ridge()};
  Pipeline b = a;
  b.set_param("ridge__alpha", 9.0);
  EXPECT_EQ(a.get_param("ridge__alpha"), Value(1.0));
}

TEST(Pipeline, ChecksItsStepsAtFit) {
  const auto fit = [](std::vector<Step> steps) { Pipeline<Regressor>(std::move(steps)).fit(X, y); };
  EXPECT_TRUE(throws<InvalidParameter>([&] { fit({}); }, {"'steps'", "empty"}));
  EXPECT_TRUE(throws<InvalidParameter>(
      [&] {
        fit({{"a", StandardScaler()}, {"a", Ridge()}});
      },
      {"'a'", "twice"}));
  EXPECT_TRUE(throws<InvalidParameter>([&] { fit({{"a__b", Ridge()}}); }, {"__", "'a__b'"}));
  EXPECT_TRUE(throws<InvalidParameter>(
      [&] {
        fit({{"steps", Ridge()}});
      },
      {"'steps'", "parameter"}));
  EXPECT_TRUE(throws<InvalidParameter>(
      [&] {
        fit({{"a", Ridge()}, {"b", Ridge()}});
      },
      {"'a'", "transformer"}));
  EXPECT_TRUE(throws<InvalidParameter>(
      [&] {
        fit({{"a", StandardScaler()}});
      },
      {"'a'", "StandardScaler", "role"}));
}

TEST(Pipeline, WeightsReachWhoTakesThemAndAreRefusedWhereNobodyDoes) {
  Vector w = Vector::LinSpaced(40, 0.5, 2.0);
  const auto pipe = Pipeline(StandardScaler(), Toy()).fit(X, y, {.sample_weight = w});
  const StandardScaler scaler = StandardScaler().fit(X, {.sample_weight = w});
  EXPECT_EQ(pipe.fitted_step<StandardScaler>("standard_scaler").mean(), scaler.mean());
  EXPECT_DOUBLE_EQ(pipe.fitted_step<Toy>("toy").state().weight, w.sum());
}

TEST(Pipeline, FailuresInsideLeaveItAsItWas) {
  Pipeline pipe{StandardScaler(), Toy()};
  pipe.fit(X, y);
  const Vector before = pipe.predict(X);
  pipe.set_param("toy__mode", "fail");
  EXPECT_THROW(pipe.fit(2.0 * X, y), InvalidInput);
  EXPECT_EQ(pipe.predict(X), before);
}

TEST(Pipeline, InvertsWhatItTransforms) {
  auto pipe = StandardScaler() | StandardScaler({.with_mean = false});
  const Features out = pipe.fit_transform(DataFrame::from_matrix(X, {"a", "b", "c"}));
  EXPECT_EQ(out.names(), (std::vector<std::string>{"a", "b", "c"}));
  EXPECT_TRUE(pipe.inverse_transform(out).dense().isApprox(X));
}

TEST(Pipeline, SavesAndLoadsWithItsSteps) {
  const auto pipe = Pipeline(StandardScaler(), Ridge()).fit(X, y);
  EXPECT_EQ(load<Pipeline<Regressor>>(to_cbor(pipe)).predict(X), pipe.predict(X));
  std::string text = to_json(pipe);
  // A fitted pipeline whose last step is no regressor.
  text.replace(text.rfind("\"class\":\"Ridge\""), 15, "\"class\":\"Rodge\"");
  EXPECT_THROW(from_json(text), FormatError);
}

}  // namespace
}  // namespace espalier
