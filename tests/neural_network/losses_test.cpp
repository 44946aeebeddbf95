// SPDX-License-Identifier: BSD-3-Clause
#include <cmath>
#include <functional>
#include <limits>
#include <map>
#include <memory>

#include <gtest/gtest.h>

#include <espalier/core/errors.hpp>
#include <espalier/core/parallel.hpp>
#include <espalier/core/random.hpp>
#include <espalier/neural_network/losses.hpp>

#include "support/expect_error.hpp"
#include "support/golden.hpp"
#include "support/near.hpp"

namespace espalier::nn {
namespace {

using namespace testing_support;

const nlohmann::json& golden_losses() { return golden("neural_network_losses.json"); }

template <class T>
Rows<T> rows(const nlohmann::json& values) {
  return to_matrix(values).template cast<T>();
}

template <template <class> class L, class T, class Options>
std::unique_ptr<Loss<T>> make(const nlohmann::json& options) {
  Options decoded;
  detail::decode_fields(Value::parse(options.dump()), decoded, false, "golden");
  return std::make_unique<L<T>>(decoded);
}

template <class T>
std::unique_ptr<Loss<T>> make_loss(const nlohmann::json& c) {
  using Make = std::function<std::unique_ptr<Loss<T>>(const nlohmann::json&)>;
  static const std::map<std::string, Make> makers{
      {"CrossEntropy", make<CrossEntropy, T, CrossEntropyOptions>},
      {"BinaryCrossEntropy", make<BinaryCrossEntropy, T, BinaryCrossEntropyOptions>},
      {"Focal", make<Focal, T, FocalOptions>},
      {"CategoricalFocal", make<CategoricalFocal, T, CategoricalFocalOptions>},
      {"MSE", make<MSE, T, MSEOptions>},
      {"MAE", make<MAE, T, MAEOptions>},
      {"HuberLoss", make<HuberLoss, T, HuberLossOptions>},
      {"Pinball", make<Pinball, T, PinballOptions>},
      {"PoissonLoss", make<PoissonLoss, T, PoissonLossOptions>},
      {"Hinge", make<Hinge, T, HingeOptions>}};
  return makers.at(c["loss"].get<std::string>())(c["options"]);
}

template <class T>
std::vector<T> weights_of(const nlohmann::json& c) {
  return c["weights"].get<std::vector<T>>();
}

/// Value and gradient of every case, to `relative` of the largest number in each.
template <class T>
void expect_golden(double relative) {
  for (const nlohmann::json& c : golden_losses()["cases"]) {
    SCOPED_TRACE(c["loss"].get<std::string>() + c["options"].dump());
    const std::unique_ptr<Loss<T>> loss = make_loss<T>(c);
    EXPECT_EQ(loss->name(), c["loss"].get<std::string>());
    const Rows<T> z = rows<T>(c["z"]), y = rows<T>(c["y"]);
    const std::vector<T> w = weights_of<T>(c);
    loss->check(view(y), z.cols());
    Rows<T> dz = Rows<T>::Constant(z.rows(), z.cols(), T(7));
    EXPECT_TRUE(near(loss->evaluate(view(z), view(y), w, mutable_view(dz)), c["value"], relative));
    const Matrix expected = to_matrix(c["gradient"]);
    const double scale = expected.cwiseAbs().maxCoeff();
    EXPECT_LE((dz.template cast<double>() - expected).cwiseAbs().maxCoeff(), relative * scale)
        << dz << "\nexpected\n"
        << expected;
    Rows<T> none;
    EXPECT_EQ(loss->evaluate(view(z), view(y), w, mutable_view(none)),
              loss->evaluate(view(z), view(y), w, mutable_view(dz)))
        << "the value depends on whether the gradient is wanted";
  }
}

TEST(Losses, ValuesAndGradientsArePyTorchs) { expect_golden<double>(1e-12); }

TEST(Losses, FloatsAreTheSameToTheirPrecision) { expect_golden<float>(1e-6); }

TEST(Losses, ValuesAreScikitLearns) {
  const nlohmann::json& g = golden_losses();
  const Rows<double> z = rows<double>(g["z"]);
  const std::vector<double> w = weights_of<double>(g);
  const auto value = [&](const Loss<double>& loss, const char* y) {
    Rows<double> none;
    const Rows<double> targets = rows<double>(g[y]);
    return loss.evaluate(view(z), view(targets), w, mutable_view(none));
  };
  const nlohmann::json& expected = g["scikit_learn"];
  EXPECT_TRUE(near(value(CrossEntropy<double>(), "numbers"), expected["log_loss"]));
  EXPECT_TRUE(near(value(BinaryCrossEntropy<double>({.reduction = Reduction::sum}), "bits"),
                   expected["binary_log_loss"]));
  EXPECT_TRUE(near(value(MSE<double>({.scale = 0.5}), "reals"), expected["squared_loss"]));
  EXPECT_TRUE(near(value(PoissonLoss<double>({.reduction = Reduction::sum}), "counts"),
                   expected["poisson_loss"]));
}

TEST(Losses, GradientsAreDifferencesOfValues) {
  for (const nlohmann::json& c : golden_losses()["cases"]) {
    SCOPED_TRACE(c["loss"].get<std::string>() + c["options"].dump());
    const std::unique_ptr<Loss<double>> loss = make_loss<double>(c)->clone();
    Rows<double> z = rows<double>(c["z"]), dz(z.rows(), z.cols()), none;
    if (z.cwiseAbs().maxCoeff() > 100.0 || c["loss"] == "MAE") continue;  // corners, overflow
    const Rows<double> y = rows<double>(c["y"]);
    const std::vector<double> w = weights_of<double>(c);
    loss->evaluate(view(z), view(y), w, mutable_view(dz));
    for (Index i = 0; i < z.size(); ++i) {
      const double h = 1e-5, at = z.data()[i];
      z.data()[i] = at + h;
      const double above = loss->evaluate(view(z), view(y), w, mutable_view(none));
      z.data()[i] = at - h;
      const double below = loss->evaluate(view(z), view(y), w, mutable_view(none));
      z.data()[i] = at;
      EXPECT_NEAR(dz.data()[i], (above - below) / (2.0 * h), 1e-8) << i;
    }
  }
}

TEST(Losses, AWeightOfTwoEqualsTwoCopies) {
  for (const nlohmann::json& c : golden_losses()["cases"]) {
    SCOPED_TRACE(c["loss"].get<std::string>() + c["options"].dump());
    const std::unique_ptr<Loss<double>> loss = make_loss<double>(c);
    const Rows<double> z = rows<double>(c["z"]), y = rows<double>(c["y"]);
    const Index n = z.rows();
    Rows<double> z_copies(n + 1, z.cols()), y_copies(n + 1, y.cols());
    z_copies << z, z.row(n - 1);
    y_copies << y, y.row(n - 1);
    std::vector<double> w(static_cast<std::size_t>(n), 1.0);
    w.back() = 2.0;
    Rows<double> dz(n, z.cols()), dz_copies;
    const double weighted = loss->evaluate(view(z), view(y), w, mutable_view(dz));
    EXPECT_TRUE(near(weighted, (*loss)(z_copies, view(y_copies), dz_copies), 1e-13));
    EXPECT_TRUE(near(dz.topRows(n - 1), dz_copies.topRows(n - 1), 1e-13));
    EXPECT_TRUE(near(dz.bottomRows(1), 2.0 * dz_copies.bottomRows(1), 1e-13));
  }
}

TEST(Losses, RowsWithoutWeightGiveNothing) {
  for (const nlohmann::json& c : golden_losses()["cases"]) {
    SCOPED_TRACE(c["loss"].get<std::string>());
    const std::unique_ptr<Loss<double>> loss = make_loss<double>(c);
    const Rows<double> z = rows<double>(c["z"]), y = rows<double>(c["y"]);
    Rows<double> dz = Rows<double>::Ones(z.rows(), z.cols());
    const std::vector<double> w(static_cast<std::size_t>(z.rows()), 0.0);
    EXPECT_EQ(loss->evaluate(view(z), view(y), w, mutable_view(dz)), 0.0);
    EXPECT_TRUE((dz.array() == 0.0).all());
  }
}

TEST(Losses, SameBitsForAnyNumberOfThreads) {
  Random random(3);
  const Index n = 20'000;
  const Rows<float> z =
      Rows<float>::NullaryExpr(n, 10, [&] { return static_cast<float>(3.0 * random.normal()); });
  const Rows<float> numbers =
      Rows<float>::NullaryExpr(n, 1, [&] { return static_cast<float>(random.integer(10)); });
  const Rows<float> bits =
      Rows<float>::NullaryExpr(n, 10, [&] { return static_cast<float>(random.integer(2)); });
  std::vector<float> w(static_cast<std::size_t>(n));
  for (float& x : w) x = static_cast<float>(random.uniform());
  const auto compare = [&](const Loss<float>& loss, const Rows<float>& y) {
    SCOPED_TRACE(loss.name());
    Rows<float> first(n, 10), predicted = z;
    double value = 0.0;
    for (const int threads : {1, 2, 4, 7}) {
      const ThreadLimit limit(threads);
      Rows<float> dz(n, 10), p = z;
      const double got = loss.evaluate(view(z), view(y), w, mutable_view(dz));
      loss.predict(mutable_view(p));
      if (threads == 1) {
        value = got;
        first = dz;
        predicted = p;
      }
      EXPECT_EQ(got, value);
      EXPECT_TRUE(dz == first);
      EXPECT_TRUE(p == predicted);
    }
  };
  compare(CrossEntropy(), numbers);
  compare(CategoricalFocal(), numbers);
  compare(Hinge(), numbers);
  compare(BinaryCrossEntropy(), bits);
  compare(Focal(), bits);
  compare(MSE(), bits);
  compare(PoissonLoss(), bits);
}

TEST(Losses, ARowIsTheSameAloneAndAmongOthers) {
  Random random(1);
  Rows<float> z(37, 3);
  for (Index i = 0; i < z.size(); ++i) z.data()[i] = static_cast<float>(5.0 * random.normal());
  const auto compare = [&](const Loss<float>& loss) {
    Rows<float> all = z;
    loss.predict(mutable_view(all));
    for (Index i = 0; i < z.rows(); ++i) {
      Rows<float> one = z.row(i);
      loss.predict(mutable_view(one));
      EXPECT_TRUE(one == all.row(i)) << loss.name() << ", row " << i;
    }
  };
  compare(CrossEntropy());
  compare(BinaryCrossEntropy());
  compare(PoissonLoss());
}

TEST(Losses, PredictGivesProbabilitiesAndMeans) {
  Rows<double> z(2, 2);
  z << 1.0, 1e4, -1e4, 2.0;
  Rows<double> p = z;
  CrossEntropy<double>().predict(mutable_view(p));
  EXPECT_TRUE(near(p, (Matrix(2, 2) << 0.0, 1.0, 0.0, 1.0).finished()));
  p = z;
  BinaryCrossEntropy<double>().predict(mutable_view(p));
  const Matrix expected =
      (Matrix(2, 2) << 1.0 / (1.0 + std::exp(-1.0)), 1.0, 0.0, 1.0 / (1.0 + std::exp(-2.0)))
          .finished();
  EXPECT_TRUE(near(p, expected));
  p = z;
  Focal<double>().predict(mutable_view(p));
  EXPECT_TRUE(near(p, expected));
  p << 0.0, 1.0, -1.0, 3.0;
  const Matrix means = p.array().exp();
  PoissonLoss<double>().predict(mutable_view(p));
  EXPECT_TRUE(near(p, means));
  p = z;
  MSE<double>().predict(mutable_view(p));
  Hinge<double>().predict(mutable_view(p));
  EXPECT_TRUE(p == z);
}

TEST(BinaryCrossEntropy, IsExactWhereTheProbabilityIsAlmostOne) {
  Rows<double> z(1, 1), y(1, 1), dz;
  y(0, 0) = 1.0;
  for (const double raw : {5.0, 20.0, 40.0, 300.0}) {
    z(0, 0) = raw;
    EXPECT_TRUE(
        near(BinaryCrossEntropy<double>()(z, view(y), dz), std::log1p(std::exp(-raw)), 1e-14));
    EXPECT_TRUE(near(dz(0, 0), -1.0 / (1.0 + std::exp(raw)), 1e-14));
  }
}

TEST(Losses, ALimitHoldsTheValueAndLeavesTheGradient) {
  Rows<double> z(3, 2), y(3, 1), dz, free_dz;
  z << 100.0, 0.0, 0.0, 100.0, 1.0, 2.0;
  y << 1.0, 1.0, 0.0;
  const double last = std::log1p(std::exp(1.0));
  EXPECT_TRUE(near(CrossEntropy<double>()(z, view(y), free_dz), (100.0 + last) / 3.0, 1e-14));
  const CrossEntropy<double> limited({.max_loss = 36.0});
  EXPECT_TRUE(near(limited(z, view(y), dz), (36.0 + last) / 3.0, 1e-14));
  EXPECT_TRUE(dz == free_dz);

  Rows<double> logit(4, 1), bit(4, 1);
  logit << -100.0, 100.0, 100.0, 1.0;
  bit << 1.0, 0.0, 1.0, 0.0;
  BinaryCrossEntropy<double>()(logit, view(bit), free_dz);
  const BinaryCrossEntropy<double> binary({.max_loss = 36.0});
  EXPECT_TRUE(near(binary(logit, view(bit), dz), (72.0 + last) / 4.0, 1e-14));
  EXPECT_TRUE(dz == free_dz);
}

TEST(Losses, NotANumberComesThrough) {
  const double nan = std::numeric_limits<double>::quiet_NaN();
  Rows<double> z = Rows<double>::Zero(2, 3), y = Rows<double>::Zero(2, 1), dz;
  z(1, 1) = nan;
  EXPECT_TRUE(std::isnan(CrossEntropy<double>()(z, view(y), dz)));
  EXPECT_TRUE(std::isnan(CategoricalFocal<double>()(z, view(y), dz)));
  const Rows<double> zeros = Rows<double>::Zero(2, 3);
  EXPECT_TRUE(std::isnan(BinaryCrossEntropy<double>()(z, view(zeros), dz)));
  EXPECT_TRUE(std::isnan(MSE<double>()(z, view(zeros), dz)));
  EXPECT_TRUE(std::isnan(PoissonLoss<double>()(z, view(zeros), dz)));
}

TEST(Losses, RefuseTargetsThatDoNotFit) {
  Rows<float> y(2, 1);
  y << 0, 3;
  const auto refused = [&](const Loss<float>& loss, Index outputs,
                           std::initializer_list<std::string_view> parts) {
    return throws<InvalidInput>([&] { loss.check(view(y), outputs); }, parts);
  };
  EXPECT_TRUE(refused(CrossEntropy(), 3, {"CrossEntropy", "class numbers from 0 to 2", "row 1"}));
  EXPECT_TRUE(refused(CategoricalFocal(), 3, {"CategoricalFocal", "from 0 to 2", "got 3"}));
  EXPECT_TRUE(refused(Hinge(), 3, {"Hinge", "from 0 to 2", "got 3"}));
  EXPECT_TRUE(refused(CrossEntropy(), 1, {"CrossEntropy", "at least 2 outputs", "got 1"}));
  EXPECT_TRUE(refused(CrossEntropy({.class_weight = {1.0, 2.0}}), 4, {"2 weights", "4 outputs"}));
  EXPECT_TRUE(refused(BinaryCrossEntropy(), 1, {"BinaryCrossEntropy", "probabilities", "got 3"}));
  EXPECT_TRUE(refused(BinaryCrossEntropy({.positive_weight = {1.0, 2.0}}), 1, {"2 weights"}));
  EXPECT_TRUE(refused(Focal(), 1, {"Focal", "0 or 1", "got 3 in row 1"}));
  EXPECT_TRUE(refused(Hinge(), 1, {"Hinge", "−1", "got 3 in row 1"}));
  EXPECT_TRUE(refused(MSE(), 2, {"MSE", "2 outputs", "1 columns"}));
  y(0, 0) = -1;
  EXPECT_TRUE(refused(PoissonLoss(), 1, {"PoissonLoss", "≥ 0", "got -1 in row 0"}));
  y(1, 0) = std::numeric_limits<float>::infinity();
  EXPECT_TRUE(refused(MAE(), 1, {"MAE", "finite", "inf in row 1"}));
}

TEST(Losses, RefuseShapesThatDoNotFit) {
  const Rows<float> z = Rows<float>::Zero(4, 3), y = Rows<float>::Zero(3, 1);
  Rows<float> dz;
  EXPECT_TRUE(throws<InvalidInput>([&] { CrossEntropy()(z, view(y), dz); },
                                   {"CrossEntropy", "4 × 3", "4 × 1", "got 3 × 1"}));
  EXPECT_TRUE(throws<InvalidInput>([&] { MSE()(z, view(y), dz); }, {"MSE", "4 × 3", "3 × 1"}));
  const Rows<float> numbers = Rows<float>::Zero(4, 1);
  const std::vector<float> w(2, 1.0F);
  dz.resize(4, 3);
  for (const bool multi : {false, true}) {
    const CrossEntropy cross_entropy;
    const Hinge hinge;
    const Loss<float>& loss = multi ? static_cast<const Loss<float>&>(cross_entropy) : hinge;
    EXPECT_TRUE(
        throws<InvalidInput>([&] { loss.evaluate(view(z), view(numbers), w, mutable_view(dz)); },
                             {loss.name(), "4 rows", "2 weights"}));
  }
  Rows<float> other(4, 2);
  EXPECT_TRUE(throws<InvalidInput>(
      [&] { CrossEntropy().evaluate(view(z), view(numbers), {}, mutable_view(other)); },
      {"gradient", "4 × 2"}));
}

TEST(Losses, RefuseOptionsOutOfRange) {
  EXPECT_TRUE(throws<InvalidParameter>([] { CrossEntropy({.label_smoothing = 1.5}); },
                                       {"CrossEntropy", "label_smoothing", "1.5"}));
  EXPECT_TRUE(throws<InvalidParameter>(
      [] {
        CrossEntropy({.class_weight = {1.0, -1.0}});
      },
      {"CrossEntropy", "class_weight"}));
  EXPECT_TRUE(throws<InvalidParameter>([] { CrossEntropy({.max_loss = 0.0}); },
                                       {"CrossEntropy", "max_loss"}));
  EXPECT_TRUE(throws<InvalidParameter>([] { HuberLoss({.delta = 0.0}); }, {"HuberLoss", "delta"}));
  EXPECT_TRUE(
      throws<InvalidParameter>([] { Pinball({.quantile = 1.0}); }, {"Pinball", "quantile"}));
  EXPECT_TRUE(throws<InvalidParameter>([] { Focal({.alpha = 2.0}); }, {"Focal", "alpha"}));
  EXPECT_TRUE(throws<InvalidParameter>([] { Focal({.gamma = -1.0}); }, {"Focal", "gamma"}));
}

}  // namespace
}  // namespace espalier::nn
