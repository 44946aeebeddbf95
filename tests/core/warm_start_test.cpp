// SPDX-License-Identifier: BSD-3-Clause
// What Implements does for estimators that can go on from what they learned before.
#include <string>

#include <gtest/gtest.h>

#include <espalier/core/implements.hpp>

#include "support/expect_error.hpp"

namespace espalier {
namespace {

using testing_support::throws;

struct WarmParams {
  bool warm_start = false;
  bool fail = false;
  static constexpr auto fields() {
    return Fields{field("warm_start", &WarmParams::warm_start, "go on"),
                  field("fail", &WarmParams::fail, "throw")};
  }
};

struct CountState {
  Labels classes;
  Index rows = 0;
  static constexpr auto fields() {
    return Fields{field("classes", &CountState::classes), field("rows", &CountState::rows)};
  }
};

/// Counts the rows of all its fits; predicts the class of its last row.
class Counter : public Implements<Counter, Classifier, WarmParams, CountState> {
 public:
  using Implements::Implements;
  static constexpr std::string_view type_name = "Counter";
  static constexpr Tags tags{.categorical = true};

 private:
  friend Implements;
  State do_fit(const Features& X, const Target& y, const FitContext&, const State* before) const {
    if (params().fail) throw InvalidInput("Counter: told to fail");
    if (before == nullptr) return {encode_labels(y.labels()).classes, X.rows()};
    return {before->classes, before->rows + X.rows()};
  }
  Labels do_predict(const State& state, const Features& X) const {
    return Labels::Constant(X.rows(), state.classes[0]);
  }
};

/// The same without a target, and without the parameter.
struct NoParams {
  static constexpr auto fields() { return Fields{}; }
};
struct RowsState {
  Index rows = 0;
  static constexpr auto fields() { return Fields{field("rows", &RowsState::rows)}; }
};
class RowCounter : public Implements<RowCounter, Transformer, NoParams, RowsState> {
 public:
  using Implements::Implements;
  static constexpr std::string_view type_name = "RowCounter";
  static constexpr Tags tags{.requires_y = false};

 private:
  friend Implements;
  State do_fit(const Features& X, const FitContext&, const State* before) const {
    return {X.rows() + (before == nullptr ? 0 : before->rows)};
  }
  Features do_transform(const State&, const Features& X) const { return X; }
};

const Matrix three_rows{{1.0, 2.0}, {3.0, 4.0}, {5.0, 6.0}};
const Labels two_classes{{0, 2, 2}};

Target texts(const Dictionary& dictionary, const std::vector<std::int32_t>& codes) {
  return Column::categorical("y", codes, dictionary);
}

TEST(WarmStart, GoesOnFromTheStateBefore) {
  Counter model({.warm_start = true});
  EXPECT_EQ(model.fit(three_rows, two_classes).state().rows, 3) << "there is nothing before";
  EXPECT_EQ(model.fit(three_rows, two_classes).state().rows, 6);
  model.params().warm_start = false;
  EXPECT_EQ(model.fit(three_rows, two_classes).state().rows, 3);
}

TEST(WarmStart, IsForWhoHasTheParameter) {
  RowCounter model;
  model.fit(three_rows);
  EXPECT_EQ(model.fit(three_rows).state().rows, 3);
}

TEST(WarmStart, GoesOnFromWhatWasSavedAndFromACopyButNotFromAClone) {
  const Counter model = Counter({.warm_start = true}).fit(three_rows, two_classes);
  Counter loaded({.warm_start = true});
  loaded.decode_fitted(model.encode_fitted());
  EXPECT_EQ(loaded.fit(three_rows, two_classes).state().rows, 6);
  Counter copy = model;
  EXPECT_EQ(copy.fit(three_rows, two_classes).state().rows, 6);
  const auto clone = model.clone();
  EXPECT_FALSE(clone->fitted());
}

TEST(WarmStart, AFailureLeavesTheModelAsItWas) {
  Counter model({.warm_start = true});
  model.fit(three_rows, two_classes);
  model.params().fail = true;
  EXPECT_THROW(model.fit(three_rows, two_classes), InvalidInput);
  EXPECT_EQ(model.state().rows, 3);
}

TEST(WarmStart, KeepsTheSchemaOfTheFirstFit) {
  const auto table = [](const char* a, const char* b) {
    return DataFrame({Column::numeric(a, std::vector<double>{1.0, 2.0, 3.0}),
                      Column::numeric(b, std::vector<double>{1.0, 2.0, 3.0})});
  };
  Counter model({.warm_start = true});
  model.fit(table("a", "b"), two_classes);
  EXPECT_TRUE(throws<InvalidInput>([&] { model.fit(table("a", "c"), two_classes); },
                                   {"Counter", "- c", "- b"}));
  EXPECT_TRUE(throws<InvalidInput>([&] { model.fit(Matrix(three_rows.leftCols(1)), two_classes); },
                                   {"1 features", "Counter", "2 features"}));
  const DataFrame texts_in_b =
      table("a", "b").with(Column::categorical("b", {0, 1, 0}, Dictionary{"x", "y"}));
  EXPECT_TRUE(throws<InvalidInput>([&] { model.fit(texts_in_b, two_classes); },
                                   {"Counter", "'b'", "numeric", "categorical"}));
  EXPECT_EQ(model.state().rows, 3);
  model.fit(three_rows, two_classes);  // without names
  EXPECT_EQ(model.feature_names_in(), (std::vector<std::string>{"a", "b"}));
}

TEST(WarmStart, RefusesAClassThatWasNotThere) {
  Counter model({.warm_start = true});
  model.fit(three_rows, two_classes);
  EXPECT_TRUE(throws<InvalidInput>(
      [&] {
        model.fit(three_rows, Labels{{0, 1, 2}});
      },
      {"Counter", "class 1", "row 1", "warm_start"}));
}

TEST(WarmStart, MatchesClassesByText) {
  Counter model({.warm_start = true});
  model.fit(three_rows, texts({"no", "unused", "yes"}, {0, 2, 2}));
  EXPECT_EQ(model.classes(), (Labels{{0, 2}}));
  model.fit(three_rows, texts({"yes", "no"}, {0, 1, 0}));
  EXPECT_EQ(model.classes(), (Labels{{0, 2}}));
  EXPECT_EQ(model.class_names(), (std::vector<std::string>{"no", "yes"}));
  EXPECT_TRUE(throws<InvalidInput>(
      [&] {
        model.fit(three_rows, texts({"yes", "perhaps"}, {0, 1, 0}));
      },
      {"Counter", "'perhaps'", "row 1"}));
}

}  // namespace
}  // namespace espalier
