// SPDX-License-Identifier: BSD-3-Clause
#include <espalier/preprocessing/one_hot_encoder.hpp>

#include <cmath>
#include <limits>
#include <map>

#include <gtest/gtest.h>

#include <espalier/core/archive.hpp>
#include <espalier/core/warnings.hpp>

#include "preprocessing/golden_table.hpp"
#include "support/expect_error.hpp"
#include "support/near.hpp"

namespace espalier {
namespace {

using namespace testing_support;

constexpr double nan = std::numeric_limits<double>::quiet_NaN();
const std::vector<std::string> columns{"Home", "Marital", "Records", "Job"};

const nlohmann::json& golden_encoders() {
  static const nlohmann::json content = golden("preprocessing_encoders.json");
  return content;
}

DataFrame credit() { return to_text_table(golden_encoders()["C"], columns); }
DataFrame strange() { return to_text_table(golden_encoders()["strange"], columns); }

/// For each row the outputs that are 1; any other value but 0 gives a wrong answer.
std::vector<std::vector<Index>> places(const Features& X) {
  const Matrix dense = X.to_matrix();
  std::vector<std::vector<Index>> result(static_cast<std::size_t>(dense.rows()));
  for (Index i = 0; i < dense.rows(); ++i)
    for (Index j = 0; j < dense.cols(); ++j) {
      if (dense(i, j) != 0.0)
        result[static_cast<std::size_t>(i)].push_back(dense(i, j) == 1.0 ? j : -1);
    }
  return result;
}

using P = OneHotEncoderParams;

const std::map<std::string, P>& golden_params() {
  using D = OneHotDrop;
  using U = OneHotUnknown;
  static const std::map<std::string, P> params{
      {"plain", {}},
      {"drop_first", P{.drop = D::first}},
      {"drop_if_binary", P{.drop = D::if_binary}},
      {"drop_chosen", P{.drop_categories = {"rent", "single", "yes", std::nullopt}}},
      {"min_10", P{.min_frequency = 10}},
      {"min_5_percent", P{.min_frequency = 0.05}},
      {"max_3", P{.max_categories = 3}},
      {"max_1", P{.max_categories = 1}},
      {"min_10_max_3_drop_first", P{.drop = D::first, .min_frequency = 10, .max_categories = 3}},
      {"max_2_drop_if_binary", P{.drop = D::if_binary, .max_categories = 2}},
      {"max_1_drop_first", P{.drop = D::first, .max_categories = 1}},
      {"ignore", P{.handle_unknown = U::ignore}},
      {"ignore_drop_first", P{.drop = D::first, .handle_unknown = U::ignore}},
      {"ignore_max_3", P{.handle_unknown = U::ignore, .max_categories = 3}},
      {"infrequent_max_3", P{.handle_unknown = U::infrequent_if_exist, .max_categories = 3}},
      {"infrequent_min_10", P{.handle_unknown = U::infrequent_if_exist, .min_frequency = 10}},
      {"infrequent_min_10_drop_first",
       P{.drop = D::first, .handle_unknown = U::infrequent_if_exist, .min_frequency = 10}},
      {"warn_min_10", P{.handle_unknown = U::warn, .min_frequency = 10}},
      {"given", P{.categories = {{"rent", "owner", "priv", "parents", "other", "ignore", "castle"},
                                 {"single", "married", "separated", "widow", "divorced"},
                                 {"yes", "no"},
                                 {"partime", "freelance", "fixed", "others"}},
                  .handle_unknown = U::ignore}}};
  return params;
}

TEST(OneHotEncoder, MatchesScikitLearnOnCreditDataWithEveryOption) {
  const auto& expected = golden_encoders()["one_hot"];
  ASSERT_EQ(expected.size(), golden_params().size());
  for (const auto& [name, params] : golden_params()) {
    SCOPED_TRACE(name);
    const auto& e = expected[name];
    const OneHotEncoder encoder = OneHotEncoder(params).fit(credit());
    EXPECT_EQ(encoder.get_feature_names_out(), e["names"].get<std::vector<std::string>>());
    const DataFrame X =
        params.handle_unknown == OneHotUnknown::error ? credit().head(30) : strange();
    const Features encoded = encoder.transform(X);
    EXPECT_TRUE(encoded.is_sparse());
    EXPECT_EQ(places(encoded), e["places"].get<std::vector<std::vector<Index>>>());
    const std::vector<Index> nothing(columns.size(), -1);
    EXPECT_EQ(encoder.drop_idx(),
              e["drop_idx"].is_null() ? nothing : e["drop_idx"].get<std::vector<Index>>());
    if (e["inverse"] == "error") continue;
    EXPECT_TRUE(same_texts(encoder.inverse_transform(encoded).table(),
                           to_text_table(e["inverse"], columns)));
  }
}

TEST(OneHotEncoder, MatchesScikitLearnOnNumbers) {
  const std::map<std::string, P> params{
      {"plain", {}},
      {"drop_first", P{.drop = OneHotDrop::first}},
      {"max_3", P{.max_categories = 3}},
      {"infrequent_min_20",
       P{.handle_unknown = OneHotUnknown::infrequent_if_exist, .min_frequency = 20}},
      {"ignore", P{.handle_unknown = OneHotUnknown::ignore}}};
  const Matrix X = to_matrix(golden_encoders()["numbers"]),
               foreign = to_matrix(golden_encoders()["foreign"]);
  for (const auto& [name, p] : params) {
    SCOPED_TRACE(name);
    const auto& e = golden_encoders()["one_hot_numbers"][name];
    const OneHotEncoder encoder = OneHotEncoder(p).fit(X);
    EXPECT_EQ(encoder.get_feature_names_out(), e["names"].get<std::vector<std::string>>());
    const Features encoded = encoder.transform(
        p.handle_unknown == OneHotUnknown::error ? Matrix(X.topRows(20)) : foreign);
    EXPECT_EQ(places(encoded), e["places"].get<std::vector<std::vector<Index>>>());
    nlohmann::json inverse = e["inverse"];
    for (auto& row : inverse)
      for (auto& cell : row)
        if (cell == "infrequent_sklearn") cell = nullptr;  // no number says that
    const Features back = encoder.inverse_transform(encoded);
    EXPECT_TRUE(back.is_dense());
    EXPECT_TRUE(near(back.to_matrix(), to_matrix(inverse)));
  }
}

TEST(OneHotEncoder, DenseOutputHasTheSameNumbers) {
  const Features sparse = OneHotEncoder().fit_transform(credit());
  const Features dense = OneHotEncoder({.sparse_output = false}).fit_transform(credit());
  EXPECT_TRUE(dense.is_dense());
  EXPECT_EQ(dense.to_matrix(), sparse.to_matrix());
  EXPECT_EQ(dense.names(), sparse.names());
}

TEST(OneHotEncoder, EncodesTheNumericColumnsOfATableToo) {
  const DataFrame X{Column::numeric("rooms", {2, 3, nan}),
                    Column::categorical("town", {"Oslo", "Lyon", "Oslo"})};
  OneHotEncoder encoder;
  const Features encoded = encoder.fit_transform(X);
  EXPECT_EQ(encoded.names(), (std::vector<std::string>{"rooms_2.0", "rooms_3.0", "rooms_nan",
                                                       "town_Lyon", "town_Oslo"}));
  const DataFrame back = encoder.inverse_transform(encoded).table();
  EXPECT_TRUE(near(back.column(0).values()[1], 3.0));
  EXPECT_TRUE(back.column(0).is_missing(2));
  EXPECT_EQ(back.column(1).text(1), "Lyon");
}

TEST(OneHotEncoder, OnlyCategoriesThatSomeRowHasCount) {
  const Column town = Column::categorical("town", {2, 0, 2}, Dictionary{"Paris", "Nice", "Lyon"});
  const OneHotEncoder encoder = OneHotEncoder().fit(DataFrame{town});
  EXPECT_EQ(encoder.categories()[0].texts(), (Dictionary{"Lyon", "Paris"}));
}

TEST(OneHotEncoder, CodesOfAnotherDictionaryAreMatchedByText) {
  const OneHotEncoder encoder =
      OneHotEncoder().fit(DataFrame{Column::categorical("town", {"a", "b", "c"})});
  const DataFrame other{Column::categorical("town", {0, 1}, Dictionary{"c", "a", "unused"})};
  EXPECT_EQ(places(encoder.transform(other)), (std::vector<std::vector<Index>>{{2}, {0}}));
}

TEST(OneHotEncoder, UnknownCategoriesAreNamedWithTheirColumn) {
  const OneHotEncoder encoder = OneHotEncoder().fit(credit());
  EXPECT_TRUE(throws<InvalidInput>([&] { encoder.transform(strange()); },
                                   {"OneHotEncoder", "'castle'", "'Home'", "handle_unknown"}));
  const DataFrame missing{Column::categorical("town", Cells{"a", std::nullopt})};
  const OneHotEncoder towns =
      OneHotEncoder().fit(DataFrame{Column::categorical("town", {"a", "b"})});
  EXPECT_TRUE(throws<InvalidInput>([&] { towns.transform(missing); }, {"[nan]", "'town'"}));
  const OneHotEncoder given({.categories = {{"a"}}});
  EXPECT_TRUE(throws<InvalidInput>(
      [&] {
        OneHotEncoder(given).fit(DataFrame{Column::categorical("town", {"a", "b"})});
      },
      {"'b'", "'town'", "during fit"}));
  const OneHotEncoder numbers = OneHotEncoder().fit(Matrix::Identity(2, 2));
  EXPECT_TRUE(throws<InvalidInput>([&] { numbers.transform(Matrix::Constant(1, 2, 7.5)); },
                                   {"[7.5]", "'x0'"}));
}

TEST(OneHotEncoder, WarnsOfUnknownCategoriesWhenAskedTo) {
  std::vector<Warning> seen;
  const WarningHandler before = set_warning_handler([&](const Warning& w) { seen.push_back(w); });
  OneHotEncoder({.handle_unknown = OneHotUnknown::ignore}).fit(credit()).transform(strange());
  const std::size_t without = seen.size();
  OneHotEncoder({.handle_unknown = OneHotUnknown::warn}).fit(credit()).transform(strange());
  const std::size_t with = seen.size();
  OneHotEncoder({.drop = OneHotDrop::first, .handle_unknown = OneHotUnknown::ignore})
      .fit(credit())
      .transform(strange());
  set_warning_handler(before);
  EXPECT_EQ(without, 0u);
  EXPECT_EQ(with, 1u);
  ASSERT_EQ(seen.size(), 2u);
  EXPECT_EQ(seen[0].source, "OneHotEncoder");
  EXPECT_NE(seen[0].message.find("['castle'] in column 'Home'"), std::string::npos);
}

TEST(OneHotEncoder, MinFrequencyTellsCountsFromSharesByType) {
  OneHotEncoder encoder;
  encoder.set_param("min_frequency", 10);
  EXPECT_EQ(encoder.get_param("min_frequency"), Value(10));
  encoder.set_param("min_frequency", 0.01);
  EXPECT_EQ(encoder.get_param("min_frequency"), Value(0.01));
  EXPECT_EQ(encoder.to_string(), "OneHotEncoder(min_frequency=0.01)");
  for (const Value& wrong : {Value(0), Value(-3), Value(0.0), Value(1.0), Value(1.5), Value(nan)}) {
    encoder.set_param("min_frequency", wrong);
    EXPECT_TRUE(throws<InvalidParameter>([&] { encoder.fit(credit()); },
                                         {"min_frequency", "OneHotEncoder"}));
  }
}

TEST(OneHotEncoder, ListsInParametersMayComeAsText) {
  OneHotEncoder encoder;
  encoder.set_param("categories", Value::parse(R"([["b", "a", null], [1, 2.5, "NaN"]])"));
  const DataFrame X{Column::categorical("t", Cells{"a", std::nullopt}),
                    Column::numeric("n", {1, nan})};
  EXPECT_EQ(places(encoder.fit_transform(X)), (std::vector<std::vector<Index>>{{1, 3}, {2, 5}}));
}

TEST(OneHotEncoder, RefusesListsOfCategoriesThatDoNotFit) {
  const DataFrame X{Column::categorical("t", {"a", "b"}), Column::numeric("n", {1, 2})};
  const auto refuses = [&](std::vector<Categories> given,
                           std::initializer_list<std::string_view> parts) {
    return throws<InvalidParameter>([&] { OneHotEncoder({.categories = given}).fit(X); }, parts);
  };
  EXPECT_TRUE(refuses({{"a", "b"}}, {"1 columns", "2"}));
  EXPECT_TRUE(refuses({{"a", "b"}, {2, 1}}, {"'n'", "ascend"}));
  EXPECT_TRUE(refuses({{"a", "b", "a"}, {1, 2}}, {"'t'", "twice"}));
  EXPECT_TRUE(refuses({{1, 2}, {1, 2}}, {"'t'", "categorical"}));
  EXPECT_TRUE(refuses({{"a", "b"}, {"a"}}, {"'n'", "numeric"}));
  EXPECT_TRUE(refuses({{"a", "b"}, Categories()}, {"'n'", "empty"}));
}

TEST(OneHotEncoder, RefusesToDropWhatIsNotThere) {
  const DataFrame X{Column::categorical("t", {"a", "b", "a", "a"})};
  EXPECT_TRUE(throws<InvalidInput>([&] { OneHotEncoder({.drop_categories = {"z"}}).fit(X); },
                                   {"'z'", "'t'"}));
  EXPECT_TRUE(
      throws<InvalidInput>([&] { OneHotEncoder({.drop_categories = {1}}).fit(X); }, {"1", "'t'"}));
  EXPECT_TRUE(throws<InvalidInput>(
      [&] { OneHotEncoder({.drop_categories = {std::nullopt}}).fit(X); }, {"nan", "'t'"}));
  EXPECT_TRUE(throws<InvalidInput>(
      [&] { OneHotEncoder({.drop_categories = {"b"}, .min_frequency = 2}).fit(X); },
      {"b", "'t'", "infrequent"}));
  EXPECT_TRUE(throws<InvalidParameter>(
      [&] {
        OneHotEncoder({.drop_categories = {"a", "b"}}).fit(X);
      },
      {"2", "1"}));
  EXPECT_TRUE(throws<InvalidParameter>(
      [&] { OneHotEncoder({.drop = OneHotDrop::first, .drop_categories = {"a"}}).fit(X); },
      {"drop_categories"}));
}

TEST(OneHotEncoder, RowsOfZerosCannotBeInvertedWithoutADroppedCategory) {
  const OneHotEncoder encoder = OneHotEncoder().fit(credit());
  const Matrix zeros = Matrix::Zero(1, static_cast<Index>(encoder.get_feature_names_out().size()));
  EXPECT_TRUE(throws<InvalidInput>([&] { encoder.inverse_transform(zeros); },
                                   {"row 0", "'Home'", "zeros"}));
}

TEST(OneHotEncoder, InverseTakesTheLargestOutput) {
  const OneHotEncoder encoder =
      OneHotEncoder().fit(DataFrame{Column::categorical("t", {"a", "b", "c"})});
  Matrix outputs(2, 3);
  outputs << 0.2, 0.5, 0.3, -1.0, -3.0, -2.0;
  EXPECT_EQ(cells_of(encoder.inverse_transform(outputs).table().column(0)), (Cells{"b", "a"}));
}

TEST(OneHotEncoder, ALoadedEncoderEncodesTheSame) {
  for (const auto& [name, params] : golden_params()) {
    SCOPED_TRACE(name);
    const OneHotEncoder encoder = OneHotEncoder(params).fit(credit());
    const auto loaded = load<OneHotEncoder>(std::span<const std::uint8_t>(to_cbor(encoder)));
    EXPECT_EQ(loaded.get_feature_names_out(), encoder.get_feature_names_out());
    EXPECT_EQ(places(loaded.transform(credit().head(9))),
              places(encoder.transform(credit().head(9))));
    EXPECT_EQ(to_json(*from_json(to_json(encoder))), to_json(encoder));
  }
}

TEST(OneHotEncoder, CategoriesThatLookLikeNumbersSurviveAFile) {
  const DataFrame X{Column::categorical("a", {"NaN", "NaN"}),
                    Column::categorical("b", {"Infinity", "1"}),
                    Column::categorical("c", Cells{"NaN", std::nullopt})};
  const OneHotEncoder encoder = OneHotEncoder().fit(X);
  for (const auto& loaded : {from_json(to_json(encoder)), load_any(to_cbor(encoder))}) {
    const auto& same = dynamic_cast<const OneHotEncoder&>(*loaded);
    EXPECT_EQ(same.categories(), encoder.categories());
    EXPECT_EQ(places(same.transform(X)), places(encoder.transform(X)));
  }
}

TEST(OneHotEncoder, RefusesADamagedState) {
  const std::string good =
      to_json(OneHotEncoder({.max_categories = 2})
                  .fit(DataFrame{Column::categorical("t", {"a", "b", "c", "a"})}));
  const auto damaged = [&](std::string_view from, std::string_view to) {
    std::string text = good;
    const auto at = text.rfind(from);
    if (at == std::string::npos)
      return testing::AssertionFailure() << from << " is not in " << text;
    text.replace(at, from.size(), to);
    return throws<FormatError>([&] { from_json(text); }, {"OneHotEncoder"});
  };
  EXPECT_TRUE(damaged(R"("drop_idx":[-1])", R"("drop_idx":[3])"));
  EXPECT_TRUE(damaged(R"("drop_idx":[-1])", R"("drop_idx":[])"));
  EXPECT_TRUE(damaged(R"("infrequent":[[1,2]])", R"("infrequent":[[1,3]])"));
  EXPECT_TRUE(damaged(R"("infrequent":[[1,2]])", R"("infrequent":[[2,1]])"));
  EXPECT_TRUE(damaged(R"("categories":[["a","b","c"]],"infrequent")",
                      R"("categories":[["a","b","b"]],"infrequent")"));
  EXPECT_TRUE(damaged(R"("categories":[["a","b","c"]],"infrequent")",
                      R"("categories":[[1,2,3]],"infrequent")"));
  EXPECT_TRUE(
      damaged(R"("categories":[["a","b","c"]],"infrequent")", R"("categories":[],"infrequent")"));
}

}  // namespace
}  // namespace espalier
