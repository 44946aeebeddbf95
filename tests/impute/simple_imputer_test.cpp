// SPDX-License-Identifier: BSD-3-Clause
#include <espalier/impute/simple_imputer.hpp>

#include <cmath>
#include <limits>

#include <gtest/gtest.h>

#include <espalier/core/archive.hpp>
#include <espalier/core/warnings.hpp>

#include "preprocessing/golden_table.hpp"
#include "support/expect_error.hpp"
#include "support/near.hpp"

namespace espalier {
namespace {

using namespace testing_support;
using Strategy = ImputeStrategy;
using P = SimpleImputerParams;

constexpr double nan = std::numeric_limits<double>::quiet_NaN();
const std::vector<std::string> columns{"Home", "Marital", "Records", "Job"};
constexpr std::array strategies{Strategy::mean, Strategy::median, Strategy::most_frequent,
                                Strategy::constant};

const nlohmann::json& golden_imputer() {
  static const nlohmann::json content = golden("preprocessing_imputer.json");
  return content;
}

Matrix credit_numbers() { return to_matrix(golden_imputer()["X"]); }
DataFrame credit_texts() { return to_text_table(golden_imputer()["C"], columns); }

std::string name_of(Strategy s) { return std::string(names_of(s)[static_cast<std::size_t>(s)]); }

/// Fits `params` on X and compares all that is learned, and the first rows.
void expect_same(const P& params, const Features& X, const nlohmann::json& expected) {
  const SimpleImputer imputer = SimpleImputer(params).fit(X);
  EXPECT_TRUE(near(imputer.statistics(), to_vector(expected["statistics"])));
  EXPECT_EQ(imputer.get_feature_names_out(), expected["names"].get<std::vector<std::string>>());
  const Matrix rows = to_matrix(expected["transformed"]);
  std::vector<Index> first(static_cast<std::size_t>(rows.rows()));
  for (std::size_t i = 0; i < first.size(); ++i) first[i] = static_cast<Index>(i);
  const Features transformed = imputer.transform(X.take(first));
  EXPECT_EQ(transformed.kind(), X.kind());
  EXPECT_TRUE(near(transformed.to_matrix(), rows));
}

TEST(SimpleImputer, MatchesScikitLearnOnNumbers) {
  for (const Strategy s : strategies)
    for (const bool indicator : {false, true}) {
      SCOPED_TRACE(name_of(s));
      const auto& expected =
          golden_imputer()["numeric"][name_of(s) + (indicator ? "_indicator" : "")];
      expect_same({.strategy = s, .add_indicator = indicator}, credit_numbers(), expected);
    }
  expect_same({.strategy = Strategy::constant, .fill_value = -1}, credit_numbers(),
              golden_imputer()["numeric"]["fill_-1"]);
}

TEST(SimpleImputer, MatchesScikitLearnOnColumnsWithoutValues) {
  Matrix X(credit_numbers().rows(), credit_numbers().cols() + 1);
  X << credit_numbers(), Vector::Constant(X.rows(), nan);
  for (const Strategy s : strategies)
    for (const bool indicator : {false, true})
      for (const bool keep : {false, true}) {
        SCOPED_TRACE(name_of(s));
        const auto& expected =
            golden_imputer()["empty"]
                            [name_of(s) + (indicator ? "_indicator" : "") + (keep ? "_kept" : "")];
        expect_same({.strategy = s, .add_indicator = indicator, .keep_empty_features = keep}, X,
                    expected);
      }
}

TEST(SimpleImputer, MatchesScikitLearnOnSparse) {
  const Matrix X = to_matrix(golden_imputer()["sparse"]["X"]);
  for (const Strategy s : strategies) {
    SCOPED_TRACE(name_of(s));
    const SparseMatrix used = X.leftCols(s == Strategy::constant ? 4 : 5).sparseView();
    expect_same({.strategy = s, .add_indicator = true}, used,
                golden_imputer()["sparse"][name_of(s)]);
  }
}

TEST(SimpleImputer, ASparseColumnOfZerosIsNotEmpty) {
  SparseMatrix X(3, 1);
  X.insert(1, 0) = nan;
  for (const Strategy s : strategies)
    EXPECT_EQ(SimpleImputer({.strategy = s}).fit_transform(X).to_matrix(), Matrix::Zero(3, 1));
}

TEST(SimpleImputer, MatchesScikitLearnWhenZeroMeansMissing) {
  const Matrix X = credit_numbers().unaryExpr([](double v) { return std::isnan(v) ? 0.0 : v; });
  expect_same({.missing_values = 0, .add_indicator = true}, X, golden_imputer()["zero_is_missing"]);
}

TEST(SimpleImputer, MatchesScikitLearnOnCategories) {
  const std::map<std::string, P> params{
      {"most_frequent", P{.strategy = Strategy::most_frequent, .add_indicator = true}},
      {"constant", P{.strategy = Strategy::constant}},
      {"fill", P{.strategy = Strategy::constant, .fill_value = "unknown"}}};
  for (const auto& [key, p] : params) {
    SCOPED_TRACE(key);
    const auto& expected = golden_imputer()["categorical"][key];
    const SimpleImputer imputer = SimpleImputer(p).fit(credit_texts());
    for (std::size_t j = 0; j < columns.size(); ++j)
      EXPECT_EQ(imputer.text_statistics()[j], expected["statistics"][j].get<std::string>());
    EXPECT_EQ(imputer.get_feature_names_out(), expected["names"].get<std::vector<std::string>>());
    const DataFrame imputed = imputer.transform(credit_texts().head(25)).table();
    EXPECT_TRUE(
        same_texts(imputed.select(columns), to_text_table(expected["transformed"], columns)));
    for (Index j = 4; j < imputed.cols(); ++j)
      for (std::size_t i = 0; i < 25; ++i)
        EXPECT_EQ(imputed.column(j).values()[i],
                  expected["transformed"][i][static_cast<std::size_t>(j)]);
  }
}

TEST(SimpleImputer, AMixedTableStaysATable) {
  const DataFrame X{Column::numeric("age", {30, nan, 30, 50}),
                    Column::categorical("town", Cells{"Oslo", "Lyon", std::nullopt, "Oslo"})};
  const DataFrame imputed =
      SimpleImputer({.strategy = Strategy::most_frequent}).fit_transform(X).table();
  EXPECT_EQ(imputed["age"].values()[1], 30.0);
  EXPECT_EQ(cells_of(imputed["town"]), (Cells{"Oslo", "Lyon", "Oslo", "Oslo"}));
  const DataFrame filled = SimpleImputer({.strategy = Strategy::constant}).fit_transform(X).table();
  EXPECT_EQ(filled["age"].values()[1], 0.0);
  EXPECT_EQ(filled["town"].text(2), "missing_value");
}

TEST(SimpleImputer, OfEquallyFrequentValuesTheSmallestIsTaken) {
  const DataFrame X{
      Column::numeric("n", {5, -1, 5, -1, nan}),
      Column::categorical("t", {0, 1, 1, 0, Column::missing_code}, Dictionary{"b", "a"})};
  const SimpleImputer imputer = SimpleImputer({.strategy = Strategy::most_frequent}).fit(X);
  EXPECT_EQ(imputer.statistics()[0], -1.0);
  EXPECT_EQ(imputer.text_statistics()[1], "a");
}

TEST(SimpleImputer, CategoriesThatWereNotThereInFitSurvive) {
  const SimpleImputer imputer = SimpleImputer({.strategy = Strategy::most_frequent})
                                    .fit(DataFrame{Column::categorical("t", {"a", "a", "b"})});
  const DataFrame later{Column::categorical("t", Cells{"z", std::nullopt, "y"})};
  const DataFrame imputed = imputer.transform(later).table();
  EXPECT_EQ(cells_of(imputed.column(0)), (Cells{"z", "a", "y"}));
  EXPECT_EQ(imputed.column(0).dictionary(), (Dictionary{"y", "z", "a"}));
}

TEST(SimpleImputer, ColumnsWithoutMissingCellsAreSharedNotCopied) {
  const DataFrame X{Column::numeric("n", {1, 2}), Column::categorical("t", {"a", "b"})};
  const DataFrame imputed =
      SimpleImputer({.strategy = Strategy::most_frequent}).fit_transform(X).table();
  EXPECT_EQ(imputed.column(0).values().data(), X.column(0).values().data());
  EXPECT_EQ(imputed.column(1).codes().data(), X.column(1).codes().data());
}

TEST(SimpleImputer, ATextMayMeanMissing) {
  const DataFrame X{Column::categorical("t", {"?", "a", "a", "?"})};
  SimpleImputer imputer(
      {.strategy = Strategy::most_frequent, .missing_values = "?", .add_indicator = true});
  const DataFrame imputed = imputer.fit_transform(X).table();
  EXPECT_EQ(cells_of(imputed.column(0)), (Cells{"a", "a", "a", "a"}));
  EXPECT_EQ(imputed.column(1).values()[3], 1.0);
  EXPECT_TRUE(same_texts(imputer.inverse_transform(imputed).table(), X));
}

TEST(SimpleImputer, WithAnotherMarkNaNIsRefused) {
  EXPECT_TRUE(
      throws<InvalidInput>([] { SimpleImputer({.missing_values = -1}).fit(credit_numbers()); },
                           {"SimpleImputer", "NaN"}));
}

TEST(SimpleImputer, InverseTransformPutsMissingCellsBack) {
  const Matrix X = credit_numbers();
  SimpleImputer numbers({.strategy = Strategy::median, .add_indicator = true});
  EXPECT_TRUE(near(numbers.inverse_transform(numbers.fit_transform(X)).to_matrix(), X));
  EXPECT_TRUE(near(numbers.inverse_transform(numbers.transform(X.topRows(15))).to_matrix(),
                   to_matrix(golden_imputer()["inverse"])));
  SimpleImputer texts({.strategy = Strategy::constant, .add_indicator = true});
  EXPECT_TRUE(same_texts(texts.inverse_transform(texts.fit_transform(credit_texts())).table(),
                         credit_texts()));
  Matrix with_empty(3, 2);
  with_empty << nan, 1, nan, nan, nan, 3;
  SimpleImputer dropping({.add_indicator = true});
  EXPECT_TRUE(
      near(dropping.inverse_transform(dropping.fit_transform(with_empty)).to_matrix(), with_empty));
  SimpleImputer blind;
  blind.fit(X);
  EXPECT_TRUE(throws<NotSupported>([&] { blind.inverse_transform(X); },
                                   {"SimpleImputer", "add_indicator"}));
}

TEST(SimpleImputer, WarnsOfTheColumnsItDrops) {
  std::vector<Warning> seen;
  const WarningHandler before = set_warning_handler([&](const Warning& w) { seen.push_back(w); });
  const DataFrame X{Column::numeric("full", {1, 2}), Column::numeric("empty", {nan, nan}),
                    Column::categorical("blank", Cells{std::nullopt, std::nullopt})};
  SimpleImputer imputer({.strategy = Strategy::most_frequent});
  EXPECT_EQ(imputer.fit_transform(X).names(), std::vector<std::string>{"full"});
  SimpleImputer keeping({.strategy = Strategy::most_frequent, .keep_empty_features = true});
  EXPECT_EQ(keeping.fit_transform(X).table()["blank"].text(0), "missing_value");
  set_warning_handler(before);
  ASSERT_EQ(seen.size(), 1u);
  EXPECT_EQ(seen[0].kind, WarningKind::data);
  EXPECT_EQ(seen[0].source, "SimpleImputer");
  EXPECT_NE(seen[0].message.find("'empty', 'blank'"), std::string::npos);
}

TEST(SimpleImputer, AColumnThatIsEmptyLaterIsFilled) {
  const SimpleImputer imputer = SimpleImputer({.strategy = Strategy::most_frequent})
                                    .fit(DataFrame{Column::categorical("t", {"a", "b", "a"})});
  const DataFrame empty{
      Column::numeric("t", {nan, nan})};  // what a small file has to say of its type
  EXPECT_EQ(cells_of(imputer.transform(empty).table().column(0)), (Cells{"a", "a"}));
}

TEST(SimpleImputer, RefusesWhatDoesNotFitTheTypeOfAColumn) {
  const auto refuses = [](const P& params, const Features& X,
                          std::initializer_list<std::string_view> parts) {
    return throws<InvalidInput>([&] { SimpleImputer(params).fit(X); }, parts);
  };
  for (const Strategy s : {Strategy::mean, Strategy::median})
    EXPECT_TRUE(refuses({.strategy = s}, credit_texts(),
                        {"'Home'", name_of(s), "most_frequent", "constant"}));
  EXPECT_TRUE(refuses({.strategy = Strategy::constant, .fill_value = 0}, credit_texts(),
                      {"'Home'", "categorical", "0"}));
  EXPECT_TRUE(refuses({.strategy = Strategy::constant, .fill_value = "x"}, credit_numbers(),
                      {"'x0'", "numeric", "'x'"}));
  const SparseMatrix sparse = Matrix::Identity(2, 2).sparseView();
  EXPECT_TRUE(refuses({.missing_values = 0}, sparse, {"sparse", "missing_values=0"}));
  EXPECT_TRUE(
      refuses({.strategy = Strategy::constant, .fill_value = "x"}, sparse, {"'x0'", "'x'"}));
  for (const double wrong : {nan, HUGE_VAL})
    EXPECT_TRUE(throws<InvalidParameter>(
        [&] {
          SimpleImputer({.strategy = Strategy::constant, .fill_value = wrong})
              .fit(credit_numbers());
        },
        {"fill_value", "finite"}));
}

TEST(SimpleImputer, TheMiddleOfHugeValuesDoesNotOverflow) {
  const double huge = std::numeric_limits<double>::max();
  Matrix X(3, 1);
  X << huge, huge, nan;
  EXPECT_EQ(SimpleImputer({.strategy = Strategy::median}).fit(X).statistics()[0], huge);
}

TEST(SimpleImputer, ALoadedImputerFillsTheSame) {
  const SimpleImputer texts =
      SimpleImputer({.strategy = Strategy::constant, .fill_value = "NaN", .add_indicator = true})
          .fit(credit_texts());
  for (const auto& loaded : {from_json(to_json(texts)), load_any(to_cbor(texts))}) {
    const auto& same = dynamic_cast<const SimpleImputer&>(*loaded);
    EXPECT_EQ(same.text_statistics(), texts.text_statistics());
    EXPECT_EQ(*same.params().fill_value, Category("NaN"));
    EXPECT_EQ(to_json(same), to_json(texts));
  }
  const SimpleImputer numbers = SimpleImputer().fit(credit_numbers());
  EXPECT_EQ(load<SimpleImputer>(std::span<const std::uint8_t>(to_cbor(numbers))).statistics(),
            numbers.statistics());
}

TEST(SimpleImputer, RefusesADamagedState) {
  const DataFrame X{Column::numeric("n", {1, nan}),
                    Column::categorical("t", Cells{"a", std::nullopt})};
  const std::string good =
      to_json(SimpleImputer({.strategy = Strategy::most_frequent, .add_indicator = true}).fit(X));
  const auto damaged = [&](std::string_view from, std::string_view to) {
    std::string text = good;
    const auto at = text.rfind(from);
    if (at == std::string::npos)
      return testing::AssertionFailure() << from << " is not in " << text;
    text.replace(at, from.size(), to);
    return throws<FormatError>([&] { from_json(text); }, {"SimpleImputer"});
  };
  EXPECT_TRUE(damaged(R"("texts":[null,"a"])", R"("texts":["a","a"])"));
  EXPECT_TRUE(damaged(R"("texts":[null,"a"])", R"("texts":["a"])"));
  EXPECT_TRUE(damaged(R"("statistics":[1.0,"NaN"])", R"("statistics":[1.0,2.0])"));
  EXPECT_TRUE(damaged(R"("indicators":[0,1])", R"("indicators":[0,2])"));
  EXPECT_TRUE(damaged(R"("indicators":[0,1])", R"("indicators":[1,0])"));
}

}  // namespace
}  // namespace espalier
