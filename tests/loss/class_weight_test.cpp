// SPDX-License-Identifier: BSD-3-Clause
#include <espalier/loss/class_weight.hpp>

#include <gtest/gtest.h>

#include <espalier/core/errors.hpp>
#include <espalier/core/params.hpp>

#include "support/expect_error.hpp"
#include "support/near.hpp"

namespace espalier {
namespace {

using namespace testing_support;

struct SomeParams {
  double C = 1.0;
  ClassWeight class_weight = {};
};

const EncodedLabels three{Labels{{-1, 2, 5}}, Labels{{0, 1, 1, 2, 1, 0}}};

Vector weights_of(const ClassWeight& class_weight, const Vector& sample_weight = {},
                  const std::vector<std::string>& names = {}) {
  return class_weighted(class_weight, three, sample_weight, "Model", names);
}

TEST(ClassWeight, NoneLeavesSampleWeightsAlone) {
  EXPECT_EQ(weights_of({}).size(), 0);
  const Vector w = Vector::LinSpaced(6, 1.0, 2.0);
  EXPECT_EQ(weights_of({}, w), w);
}

TEST(ClassWeight, BalancedGivesEveryClassTheSameTotal) {
  const SomeParams params{.class_weight = balanced};
  EXPECT_TRUE(
      near(weights_of(params.class_weight), Vector{{1.0, 2.0 / 3, 2.0 / 3, 2.0, 2.0 / 3, 1.0}}));
  const Vector w{{1.0, 0.5, 0.25, 2.0, 0.25, 3.0}};  // totals 4, 1 and 2
  const Vector result = weights_of(params.class_weight, w);
  EXPECT_TRUE(near(result, Vector{{7.0 / 12, 7.0 / 6, 7.0 / 12, 7.0 / 3, 7.0 / 12, 7.0 / 4}}));
  EXPECT_NEAR(result.sum(), w.sum(), 1e-14);
}

TEST(ClassWeight, MultipliesTheWeightOfEveryRow) {
  const SomeParams params{.class_weight = {{-1, 3.0}, {5, 0.0}}};  // class 2 counts 1
  EXPECT_EQ(weights_of(params.class_weight), (Vector{{3.0, 1.0, 1.0, 0.0, 1.0, 3.0}}));
  const Vector w{{1.0, 2.0, 3.0, 4.0, 5.0, 6.0}};
  EXPECT_EQ(weights_of(params.class_weight, w), (Vector{{3.0, 2.0, 3.0, 0.0, 5.0, 18.0}}));
}

TEST(ClassWeight, ReadsNamesWhereTheTargetHasThem) {
  const SomeParams params{.class_weight = {{"b", 2.0}, {"c", 4.0}}};
  EXPECT_EQ(weights_of(params.class_weight, {}, {"a", "b", "c"}),
            (Vector{{1.0, 2.0, 2.0, 4.0, 2.0, 1.0}}));
}

TEST(ClassWeight, AcceptsAClassThatIsAbsentWhenAllOthersAreWeighted) {
  EXPECT_EQ(weights_of({{-1, 1.0}, {2, 2.0}, {5, 3.0}, {9, 9.0}})[3], 3.0);
}

TEST(ClassWeight, RefusesAKeyThatIsNoClass) {
  EXPECT_TRUE(throws<InvalidInput>(
      [] {
        weights_of({{-1, 1.0}, {3, 2.0}});
      },
      {"Model", "The classes, [2, 5], are not in class_weight", "'3'"}));
  EXPECT_TRUE(throws<InvalidInput>(
      [] {
        weights_of({{"yes", 2.0}}, {}, {"a", "b", "c"});
      },
      {"[a, b, c]", "'yes'"}));
}

TEST(ClassWeight, RefusesWeightsThatAreNone) {
  EXPECT_TRUE(throws<InvalidInput>([] { weights_of({{2, -1.0}}); }, {"Model", "class 2", "-1"}));
  EXPECT_TRUE(throws<InvalidInput>([] { weights_of({{5, infinity}}); }, {"class 5", "inf"}));
  EXPECT_TRUE(throws<InvalidInput>(
      [] {
        weights_of({{-1, 0.0}, {2, 0.0}, {5, 0.0}});
      },
      {"no row"}));
}

TEST(ClassWeight, ComesBackFromAValue) {
  for (const ClassWeight& original :
       {ClassWeight(), ClassWeight(balanced), ClassWeight{{-1, 3.0}, {5, 0.25}},
        ClassWeight{{"no", 1.0}}}) {
    const Value value = Codec<ClassWeight>::encode(original);
    EXPECT_EQ(Codec<ClassWeight>::encode(Codec<ClassWeight>::decode(value)), value);
  }
  EXPECT_EQ(Codec<ClassWeight>::encode(ClassWeight{{1, 2.0}}), (Value::Object{{"1", 2.0}}));
}

TEST(ClassWeight, ReadsWhatIsTypedOnACommandLine) {
  const auto of_text = [](const char* text) {
    return weights_of(Codec<ClassWeight>::decode(Value::parse(text)));
  };
  const Vector expected{{1.0, 2.5, 2.5, 4.0, 2.5, 1.0}};
  EXPECT_EQ(of_text("[[2, 2.5], [5, 4]]"), expected);
  EXPECT_EQ(of_text(R"({"2": 2.5, "5": 4})"), expected);
  EXPECT_EQ(of_text(R"([["2", 2.5], ["5", 4]])"), expected);
  EXPECT_EQ(of_text("none").size(), 0);
  EXPECT_TRUE(near(of_text("balanced")[0], 1.0));
}

TEST(ClassWeight, RefusesOtherValues) {
  for (const char* text :
       {"fair", "3", "[1, 2]", "[[1, 2, 3]]", R"({"1": "two"})", R"([[1.5, 2]])", "true"})
    EXPECT_TRUE(throws<FormatError>([&] { Codec<ClassWeight>::decode(Value::parse(text)); },
                                    {"'balanced'"}))
        << text;
}

}  // namespace
}  // namespace espalier
