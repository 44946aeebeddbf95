// SPDX-License-Identifier: BSD-3-Clause
#include <cmath>
#include <cstdint>
#include <functional>
#include <limits>
#include <map>
#include <memory>
#include <vector>

#include <gtest/gtest.h>

#include <espalier/core/errors.hpp>
#include <espalier/core/parallel.hpp>
#include <espalier/core/random.hpp>
#include <espalier/neural_network/adagrad.hpp>
#include <espalier/neural_network/adam.hpp>
#include <espalier/neural_network/rmsprop.hpp>
#include <espalier/neural_network/sgd.hpp>

#include "core/json.hpp"
#include "support/expect_error.hpp"
#include "support/golden.hpp"
#include "support/near.hpp"

namespace espalier::nn {
namespace {

using namespace testing_support;

template <class T>
struct Parameters {
  Parameter<T> weight, bias;
  std::vector<Parameter<T>*> all{&weight, &bias};

  Parameters(const Rows<T>& w, const Rows<T>& b)
      : weight{"weight", w, Rows<T>::Zero(w.rows(), w.cols()), true},
        bias{"bias", b, Rows<T>::Zero(b.rows(), b.cols())} {}
  Parameters(Index rows, Index cols)
      : Parameters(Rows<T>::Constant(rows, cols, T(0.5)), Rows<T>::Ones(1, cols)) {}
  Parameters(const Parameters&) = delete;

  /// Gradients that follow from the number of the step alone.
  void draw(std::uint64_t step) {
    Random random(9, step);
    for (Parameter<T>* p : all)
      for (Index i = 0; i < p->size(); ++i) p->gradient.data()[i] = static_cast<T>(random.normal());
  }
};

template <template <class> class O, class T, class Options>
std::unique_ptr<Optimizer<T>> make(const nlohmann::json& options) {
  Options decoded;
  detail::decode_fields(Value::parse(options.dump()), decoded, false, "golden");
  return std::make_unique<O<T>>(decoded);
}

template <class T>
std::unique_ptr<Optimizer<T>> make_optimizer(const nlohmann::json& c) {
  using Make = std::function<std::unique_ptr<Optimizer<T>>(const nlohmann::json&)>;
  static const std::map<std::string, Make> makers{{"SGD", make<SGD, T, SGDOptions>},
                                                  {"RMSprop", make<RMSprop, T, RMSpropOptions>},
                                                  {"Adagrad", make<Adagrad, T, AdagradOptions>},
                                                  {"Adam", make<Adam, T, AdamOptions>},
                                                  {"AdamW", make<AdamW, T, AdamWOptions>}};
  return makers.at(c["optimizer"].get<std::string>())(c["options"]);
}

const nlohmann::json& golden_optimizers() { return golden("neural_network_optimizers.json"); }

template <class T>
class Optimizers : public testing::Test {
 public:
  /// All optimisers with all options.
  template <class Check>
  void for_each(const Check& check) const {
    for (const nlohmann::json& c : golden_optimizers()["cases"]) {
      if (std::is_same_v<T, float> && c["options"].value("epsilon", 1.0) < 1e-20) continue;
      SCOPED_TRACE(c["optimizer"].get<std::string>() + c["options"].dump());
      check(*make_optimizer<T>(c), c);
    }
  }
};
using Scalars = testing::Types<float, double>;
TYPED_TEST_SUITE(Optimizers, Scalars);

template <class T>
Rows<T> rows(const nlohmann::json& values) {
  return to_matrix(values).template cast<T>();
}

TYPED_TEST(Optimizers, StepsArePyTorchsAndScikitLearns) {
  using T = TypeParam;
  const double tolerance = std::is_same_v<T, float> ? 1e-5 : 1e-12;
  const nlohmann::json& g = golden_optimizers();
  this->for_each([&](Optimizer<T>& optimizer, const nlohmann::json& c) {
    EXPECT_EQ(optimizer.name(), c["optimizer"].get<std::string>());
    Parameters<T> p(rows<T>(g["start"][0]), rows<T>(g["start"][1]));
    int compared = 0;
    for (std::size_t t = 1; t <= 20; ++t) {
      p.weight.gradient = rows<T>(g["gradients"][t - 1][0]);
      p.bias.gradient = rows<T>(g["gradients"][t - 1][1]);
      optimizer.step(p.all);
      optimizer.set_learning_rate(optimizer.learning_rate() * c["rate_decay"].get<double>());
      const auto state = c["states"].find(std::to_string(t));
      if (state == c["states"].end()) continue;
      ++compared;
      for (std::size_t k = 0; k < 2; ++k)
        EXPECT_LE((p.all[k]->value.template cast<double>() - to_matrix((*state)[k]))
                      .cwiseAbs()
                      .maxCoeff(),
                  tolerance)
            << p.all[k]->name << " after step " << t;
    }
    EXPECT_EQ(compared, 3);
    EXPECT_EQ(optimizer.n_steps(), 20);
  });
}

TYPED_TEST(Optimizers, WhatIsSavedGoesOnBitForBit) {
  using T = TypeParam;
  this->for_each([&](Optimizer<T>& whole, const nlohmann::json& c) {
    Parameters<T> p(17, 9), q(17, 9);
    const std::unique_ptr<Optimizer<T>> part = whole.clone(), rest = make_optimizer<T>(c);
    for (std::uint64_t step = 0; step < 12; ++step) {
      if (step == 5)
        rest->load(espalier::detail::read_json(espalier::detail::write_json(part->save(), -1)));
      if (step == 5) part->reset();  // what was loaded is its own
      const double rate = 0.01 / static_cast<double>(step + 1);
      p.draw(step);
      q.draw(step);
      whole.set_learning_rate(rate);
      whole.step(p.all);
      Optimizer<T>& other = step < 5 ? *part : *rest;
      other.set_learning_rate(rate);
      other.step(q.all);
    }
    EXPECT_TRUE(p.weight.value == q.weight.value);
    EXPECT_TRUE(p.bias.value == q.bias.value);
    EXPECT_EQ(rest->n_steps(), 12);
    EXPECT_EQ(rest->save(), whole.save());
    EXPECT_EQ(rest->learning_rate(), whole.learning_rate());
  });
}

TYPED_TEST(Optimizers, SameBitsForAnyNumberOfThreads) {
  using T = TypeParam;
  this->for_each([&](Optimizer<T>& optimizer, const nlohmann::json&) {
    Rows<T> first;
    for (const int threads : {1, 2, 4, 7}) {
      const ThreadLimit limit(threads);
      Parameters<T> p(301, 203);
      optimizer.reset();
      for (std::uint64_t step = 0; step < 3; ++step) {
        p.draw(step);
        optimizer.step(p.all);
      }
      if (threads == 1) first = p.weight.value;
      EXPECT_TRUE(p.weight.value == first) << threads;
    }
  });
}

TYPED_TEST(Optimizers, AFailedStepChangesNothing) {
  using T = TypeParam;
  this->for_each([&](Optimizer<T>& optimizer, const nlohmann::json&) {
    Parameters<T> p(3, 2), other(4, 2);
    p.draw(0);
    other.draw(0);
    const Rows<T> before = p.weight.value;
    p.bias.gradient.resize(0, 0);
    EXPECT_TRUE(throws<InvalidInput>([&] { optimizer.step(p.all); },
                                     {optimizer.name(), "parameter 1, bias", "gradient of 0"}));
    EXPECT_TRUE(p.weight.value == before);
    EXPECT_EQ(optimizer.n_steps(), 0);
    optimizer.step(other.all);  // the failed one is not the first
    p.bias.gradient.setOnes(1, 2);
    const Value memory = optimizer.save();
    if (detail::decode_list(*memory.find("slots")).empty()) return;  // it remembers no sizes
    EXPECT_TRUE(throws<InvalidInput>([&] { optimizer.step(p.all); },
                                     {"weight", "6 values", "8 in the first step"}));
    std::vector<Parameter<T>*> one{&other.weight};
    EXPECT_TRUE(throws<InvalidInput>([&] { optimizer.step(one); }, {"1 parameters", "2 in the"}));
    EXPECT_TRUE(p.weight.value == before);
    EXPECT_EQ(optimizer.save(), memory);
  });
}

TYPED_TEST(Optimizers, ARateOfZeroMovesNothing) {
  using T = TypeParam;
  this->for_each([&](Optimizer<T>& optimizer, const nlohmann::json&) {
    Parameters<T> p(3, 2);
    p.draw(0);
    const Rows<T> before = p.weight.value;
    optimizer.set_learning_rate(0.0);
    optimizer.step(p.all);
    EXPECT_TRUE(p.weight.value == before);
  });
}

TYPED_TEST(Optimizers, FindTheLowestPoint) {
  using T = TypeParam;
  this->for_each([&](Optimizer<T>& optimizer, const nlohmann::json& c) {
    if (c["options"].contains("weight_decay") || c["rate_decay"] != 1.0) return;
    Parameters<T> p(3, 2);
    const auto distance = [&] { return (p.weight.value.array() - T(0.2)).abs().maxCoeff(); };
    const T before = distance();
    for (int step = 0; step < 2000; ++step) {
      p.weight.gradient = p.weight.value.array() - T(0.2);
      p.bias.gradient = p.bias.value;
      optimizer.step(p.all);
    }
    EXPECT_LT(distance(), T(0.05) * before);
  });
}

TEST(OptimizerMemory, RefusesThatOfAnother) {
  Parameters<float> p(3, 2);
  p.draw(0);
  Adam adam;
  adam.step(p.all);
  const Value before = adam.save();
  EXPECT_TRUE(throws<FormatError>([&] { adam.load(AdamW().save()); }, {"Adam", "AdamW"}));
  SGD with({.momentum = 0.9}), without;
  with.step(p.all);
  EXPECT_TRUE(throws<FormatError>([&] { without.load(with.save()); }, {"SGD", "2 lists"}));

  const auto damaged = [&](const char* key, Value value) {
    Value::Object object = *before.get_if<Value::Object>();
    for (auto& [name, content] : object)
      if (name == key) content = std::move(value);
    return Value(std::move(object));
  };
  const auto refused = [&](const Value& value, std::initializer_list<std::string_view> parts) {
    return throws<FormatError>([&] { adam.load(value); }, parts);
  };
  EXPECT_TRUE(refused(damaged("learning_rate", -1.0), {"Adam", "-1", "learning rate"}));
  EXPECT_TRUE(refused(damaged("n_steps", -1), {"-1"}));
  EXPECT_TRUE(refused(damaged("n_steps", std::numeric_limits<std::int64_t>::max()),
                      {"9223372036854775807"}));
  EXPECT_TRUE(refused(damaged("slots", Value::List{Value(1)}), {"Adam", "1 lists"}));
  Value::List slots = detail::decode_list(*before.find("slots"));
  slots[1] = Codec<Matrix>::encode(Matrix::Ones(1, 1));
  EXPECT_TRUE(refused(damaged("slots", slots), {"Adam", "differ in size"}));
  EXPECT_TRUE(refused(Value(3), {"an object"}));
  EXPECT_EQ(adam.save(), before);
}

class TooMuchToRemember : public OptimizerOf<TooMuchToRemember, float> {
 public:
  static constexpr std::string_view type_name = "TooMuchToRemember";
  TooMuchToRemember() : OptimizerOf<TooMuchToRemember, float>(0.1) {}

 private:
  int n_slots() const override { return most_slots + 1; }
  void update(const Stretch& /*stretch*/) const override {}
};

TEST(OptimizerMemory, HoldsTwoNumbersOfAParameterAndNoMore) {
  Parameters<float> p(3, 2);
  TooMuchToRemember optimizer;
  EXPECT_TRUE(throws<InvalidParameter>([&] { optimizer.step(p.all); },
                                       {"TooMuchToRemember", "n_slots is 3", "at most 2"}));
}

TEST(OptimizerOptions, OutOfRangeAreRefused) {
  EXPECT_TRUE(throws<InvalidParameter>([] { Adam({.beta_1 = 1.0}); }, {"Adam", "beta_1", "1"}));
  EXPECT_TRUE(throws<InvalidParameter>([] { Adam({.epsilon = 0.0}); }, {"Adam", "epsilon"}));
  EXPECT_TRUE(throws<InvalidParameter>([] { AdamW({.weight_decay = -0.1}); },
                                       {"AdamW", "weight_decay", "-0.1"}));
  EXPECT_TRUE(throws<InvalidParameter>([] { SGD({.learning_rate = -1.0}); },
                                       {"SGD", "learning_rate", "-1"}));
  EXPECT_TRUE(throws<InvalidParameter>([] { SGD({.momentum = 1.5}); }, {"SGD", "momentum"}));
  EXPECT_TRUE(throws<InvalidParameter>([] { RMSprop({.alpha = 1.0}); }, {"RMSprop", "alpha"}));
  EXPECT_TRUE(throws<InvalidParameter>([] { Adagrad({.epsilon = -1.0}); }, {"Adagrad", "epsilon"}));
  SGD sgd;
  EXPECT_TRUE(throws<InvalidParameter>([&] { sgd.set_learning_rate(std::nan("")); }, {"nan"}));
  EXPECT_EQ(sgd.learning_rate(), 1e-2);
}

}  // namespace
}  // namespace espalier::nn
