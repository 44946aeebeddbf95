// SPDX-License-Identifier: BSD-3-Clause
// What Implements does for estimators that learn in pieces.
#include <filesystem>
#include <string>
#include <thread>

#include <gtest/gtest.h>

#include <espalier/core/implements.hpp>

#include "support/expect_error.hpp"

namespace espalier {
namespace {

using testing_support::throws;

struct NoParams {
  static constexpr auto fields() { return Fields{}; }
};

struct CountsState {
  Labels classes;
  Vector rows;  // of each class
  static constexpr auto fields() {
    return Fields{field("classes", &CountsState::classes), field("rows", &CountsState::rows)};
  }
};

/// Counts the rows of each class; predicts the most frequent one.
class Counter : public Implements<Counter, Classifier, NoParams, CountsState> {
 public:
  using Implements::Implements;
  static constexpr std::string_view type_name = "Counter";
  static constexpr Tags tags{.categorical = true, .sample_weight = true};

 private:
  friend Implements;
  State do_fit(const Features& X, const Target& y, const FitContext& context) const {
    return do_partial_fit(X, y, encode_labels(y.labels()).classes, context, nullptr);
  }
  State do_partial_fit(const Features&, const Target& y, const Labels& classes, const FitContext&,
                       const State* previous) const {
    State state = previous != nullptr ? *previous : State{classes, Vector::Zero(classes.size())};
    for (const int label : y.labels())
      state.rows[std::find(classes.begin(), classes.end(), label) - classes.begin()] += 1.0;
    return state;
  }
  Labels do_predict(const State& state, const Features& X) const {
    Index most = 0;
    state.rows.maxCoeff(&most);
    return Labels::Constant(X.rows(), state.classes[most]);
  }
};

/// Adds up the columns.
struct SumState {
  Vector sum;
  static constexpr auto fields() { return Fields{field("sum", &SumState::sum)}; }
};
class Sum : public Implements<Sum, Transformer, NoParams, SumState> {
 public:
  using Implements::Implements;
  static constexpr std::string_view type_name = "Sum";
  static constexpr Tags tags{.requires_y = false};

 private:
  friend Implements;
  State do_fit(const Features& X, const FitContext& context) const {
    return do_partial_fit(X, context, nullptr);
  }
  State do_partial_fit(const Features& X, const FitContext&, const State* previous) const {
    State state{X.dense().colwise().sum().transpose()};
    if (previous != nullptr) state.sum += previous->sum;
    return state;
  }
  Features do_transform(const State&, const Features& X) const { return X; }
};

/// Learns all at once.
class Whole : public Implements<Whole, Transformer, NoParams, SumState> {
 public:
  using Implements::Implements;
  static constexpr std::string_view type_name = "Whole";
  static constexpr Tags tags{.requires_y = false};

 private:
  friend Implements;
  State do_fit(const Features& X, const FitContext&) const { return {X.dense().row(0)}; }
  Features do_transform(const State&, const Features& X) const { return X; }
};

template <class T>
concept LearnsInPieces = requires(T model, const Features& X, const Target& y) {
  model.partial_fit(X, y);
};
static_assert(LearnsInPieces<Counter> && LearnsInPieces<Sum>);
static_assert(!LearnsInPieces<Whole>, "what the class does not have does not compile");

const Matrix three_rows{{1.0, 2.0}, {3.0, 4.0}, {5.0, 6.0}};
const Labels two_classes{{0, 2, 2}};

Target texts(const Dictionary& dictionary, const std::vector<std::int32_t>& codes) {
  return Column::categorical("y", codes, dictionary);
}

TEST(PartialFit, GoesOnFromThePieceBeforeAndFitForgets) {
  Sum model;
  EXPECT_EQ(model.partial_fit(three_rows).state().sum, (Vector{{9.0, 12.0}}));
  EXPECT_EQ(model.partial_fit(three_rows).state().sum, (Vector{{18.0, 24.0}}));
  EXPECT_EQ(model.fit(three_rows).state().sum, (Vector{{9.0, 12.0}}));
  EXPECT_EQ(model.partial_fit(three_rows.topRows(1)).state().sum, (Vector{{10.0, 14.0}}));
}

TEST(PartialFit, WorksThroughTheRole) {
  Counter counter;
  Classifier& role = counter;
  EXPECT_TRUE(role.has_partial_fit());
  EXPECT_EQ(&role.partial_fit(three_rows, two_classes, std::vector<int>{2, 1, 0}), &role);
  EXPECT_EQ(counter.state().rows, (Vector{{1.0, 0.0, 2.0}}));
  Whole whole;
  EXPECT_FALSE(whole.has_partial_fit());
  EXPECT_TRUE(
      throws<NotSupported>([&] { static_cast<Transformer&>(whole).partial_fit(three_rows); },
                           {"Whole has no partial_fit"}));
}

TEST(PartialFit, NeedsTheClassesAtFirst) {
  Counter model;
  EXPECT_TRUE(throws<InvalidInput>([&] { model.partial_fit(three_rows, two_classes); },
                                   {"Counter", "first call of partial_fit needs the classes"}));
  model.partial_fit(three_rows, two_classes, Labels{{2, 0, 5}});
  EXPECT_EQ(model.classes(), (Labels{{0, 2, 5}}));
  model.partial_fit(three_rows, Labels{{5, 5, 5}}).partial_fit(three_rows, Labels{{5, 0, 5}});
  EXPECT_EQ(model.state().rows, (Vector{{2.0, 2.0, 5.0}}));
  EXPECT_EQ(model.predict(three_rows)[0], 5);
  model.partial_fit(three_rows, two_classes, Labels{{0, 2, 5}});
  EXPECT_TRUE(throws<InvalidInput>(
      [&] {
        model.partial_fit(three_rows, two_classes, Labels{{0, 2}});
      },
      {"Counter", "not those that it has learned"}));
}

TEST(PartialFit, RefusesAClassThatWasNotAnnounced) {
  Counter model;
  const auto first = [&] { model.partial_fit(three_rows, Labels{{0, 1, 2}}, Labels{{0, 2}}); };
  EXPECT_TRUE(throws<InvalidInput>(first, {"Counter", "class 1", "row 1", "first partial_fit"}));
  EXPECT_FALSE(model.fitted());
  model.fit(three_rows, two_classes);
  EXPECT_TRUE(throws<InvalidInput>(
      [&] {
        model.partial_fit(three_rows, Labels{{0, 1, 2}});
      },
      {"class 1"}));
  EXPECT_EQ(model.state().rows, (Vector{{1.0, 2.0}}));
}

TEST(PartialFit, MatchesClassesByText) {
  Counter model;
  model.partial_fit(three_rows, texts({"no", "perhaps", "yes"}, {0, 2, 2}));
  EXPECT_EQ(model.class_names(), (std::vector<std::string>{"no", "perhaps", "yes"}));
  model.partial_fit(three_rows, texts({"yes", "no"}, {0, 0, 1}));
  EXPECT_EQ(model.state().rows, (Vector{{2.0, 0.0, 4.0}}));
  EXPECT_TRUE(throws<InvalidInput>(
      [&] {
        model.partial_fit(three_rows, texts({"never", "no"}, {0, 0, 1}));
      },
      {"Counter", "'never'", "row 0"}));
}

TEST(PartialFit, TakesTheClassesWithTheirNames) {
  Counter model;
  const Target classes(Labels{{0, 1, 2}}, {"cold", "mild", "warm"});
  model.partial_fit(three_rows, texts({"warm", "cold"}, {0, 0, 1}), classes);
  EXPECT_EQ(model.class_names(), (std::vector<std::string>{"cold", "mild", "warm"}));
  EXPECT_EQ(model.state().rows, (Vector{{1.0, 0.0, 2.0}}));
  model.partial_fit(three_rows, texts({"mild"}, {0, 0, 0}), classes);
  EXPECT_EQ(model.state().rows, (Vector{{1.0, 3.0, 2.0}}));
}

TEST(PartialFit, KeepsTheSchemaOfTheFirstPiece) {
  const auto table = [](const char* a, const char* b) {
    return DataFrame({Column::numeric(a, std::vector<double>{1.0, 2.0, 3.0}),
                      Column::numeric(b, std::vector<double>{1.0, 2.0, 3.0})});
  };
  Sum model;
  model.partial_fit(table("a", "b"));
  EXPECT_TRUE(
      throws<InvalidInput>([&] { model.partial_fit(table("a", "c")); }, {"Sum", "- c", "- b"}));
  EXPECT_TRUE(throws<InvalidInput>([&] { model.partial_fit(three_rows.leftCols(1)); },
                                   {"1 features", "Sum", "2 features"}));
  EXPECT_EQ(model.state().sum, (Vector{{6.0, 6.0}}));
}

TEST(PartialFit, LeavesOutRowsOfNoWeight) {
  Counter model;
  model.partial_fit(three_rows, two_classes, Labels{{0, 2}},
                    {.sample_weight = Vector{{1.0, 0.0, 1.0}}});
  EXPECT_EQ(model.state().rows, (Vector{{1.0, 1.0}}));
}

#ifdef __linux__
TEST(PartialFit, OnOneThreadStartsNoOther) {
  const auto count_threads = [] { return std::filesystem::hard_link_count("/proc/self/task"); };
  const Matrix X = Matrix::Ones(100'000, 4);  // enough for several threads to check
  std::uintmax_t before = 0, after = 0;
  std::thread([&] {  // whose helpers, if it has any, live as long as it does
    before = count_threads();
    Sum().partial_fit(X, {.n_threads = 1});
    after = count_threads();
  })
      .join();
  EXPECT_EQ(after, before);
}
#endif

}  // namespace
}  // namespace espalier
