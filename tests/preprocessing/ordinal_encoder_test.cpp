// SPDX-License-Identifier: BSD-3-Clause
#include <espalier/preprocessing/ordinal_encoder.hpp>

#include <limits>
#include <map>

#include <gtest/gtest.h>

#include <espalier/core/archive.hpp>

#include "preprocessing/golden_table.hpp"
#include "support/expect_error.hpp"
#include "support/near.hpp"

namespace espalier {
namespace {

using namespace testing_support;

constexpr double nan = std::numeric_limits<double>::quiet_NaN();
const std::vector<std::string> columns{"Home", "Marital", "Records", "Job"};

using P = OrdinalEncoderParams;
constexpr auto use_value = OrdinalUnknown::use_encoded_value;

const nlohmann::json& golden_encoders() {
  static const nlohmann::json content = golden("preprocessing_encoders.json");
  return content;
}

DataFrame credit() { return to_text_table(golden_encoders()["C"], columns); }
DataFrame strange() { return to_text_table(golden_encoders()["strange"], columns); }

TEST(OrdinalEncoder, MatchesScikitLearnOnCreditDataWithEveryOption) {
  const std::map<std::string, P> params{
      {"plain", {}},
      {"missing_-1", P{.encoded_missing_value = -1}},
      {"unknown_-2", P{.handle_unknown = use_value, .unknown_value = -2}},
      {"unknown_nan_min_10",
       P{.handle_unknown = use_value, .unknown_value = nan, .min_frequency = 10}},
      {"max_3", P{.encoded_missing_value = 99, .max_categories = 3}},
      {"max_1", P{.max_categories = 1}},
      {"min_5_percent", P{.min_frequency = 0.05}}};
  ASSERT_EQ(params.size(), golden_encoders()["ordinal"].size());
  for (const auto& [name, p] : params) {
    SCOPED_TRACE(name);
    const auto& e = golden_encoders()["ordinal"][name];
    const OrdinalEncoder encoder = OrdinalEncoder(p).fit(credit());
    EXPECT_EQ(encoder.get_feature_names_out(), e["names"].get<std::vector<std::string>>());
    const DataFrame X = p.unknown_value ? strange() : credit().head(30);
    EXPECT_TRUE(near(encoder.transform(X).to_matrix(), to_matrix(e["transformed"])));
  }
}

TEST(OrdinalEncoder, MatchesScikitLearnOnNumbers) {
  const Matrix X = to_matrix(golden_encoders()["numbers"]),
               foreign = to_matrix(golden_encoders()["foreign"]);
  const auto& expected = golden_encoders()["ordinal_numbers"];
  EXPECT_TRUE(near(OrdinalEncoder().fit(X).transform(Matrix(X.topRows(20))).to_matrix(),
                   to_matrix(expected["plain"]["transformed"])));
  EXPECT_TRUE(near(
      OrdinalEncoder({.max_categories = 3}).fit(X).transform(Matrix(X.topRows(20))).to_matrix(),
      to_matrix(expected["max_3"]["transformed"])));
  EXPECT_TRUE(near(OrdinalEncoder({.handle_unknown = use_value, .unknown_value = -1})
                       .fit(X)
                       .transform(foreign)
                       .to_matrix(),
                   to_matrix(expected["unknown_-1"]["transformed"])));
}

TEST(OrdinalEncoder, InverseTransformGivesBackTheCells) {
  OrdinalEncoder texts({.encoded_missing_value = -1});
  EXPECT_TRUE(same_texts(texts.inverse_transform(texts.fit_transform(credit())).table(), credit()));
  const Matrix X = to_matrix(golden_encoders()["numbers"]);
  OrdinalEncoder numbers;
  EXPECT_TRUE(near(numbers.inverse_transform(numbers.fit_transform(X)).to_matrix(), X));
}

TEST(OrdinalEncoder, InverseTransformMarksInfrequentAndUnknownCategories) {
  const DataFrame X{Column::categorical("t", Cells{"a", "a", "b", "c", std::nullopt})};
  OrdinalEncoder encoder({.handle_unknown = use_value, .unknown_value = 7, .max_categories = 2});
  const Features encoded = encoder.fit(X).transform(
      DataFrame{Column::categorical("t", Cells{"a", "c", "z", std::nullopt})});
  EXPECT_TRUE(near(encoded.to_matrix(), (Matrix(4, 1) << 0, 1, 7, nan).finished()));
  EXPECT_EQ(cells_of(encoder.inverse_transform(encoded).table().column(0)),
            (Cells{"a", "infrequent_sklearn", std::nullopt, std::nullopt}));
}

TEST(OrdinalEncoder, GivenCategoriesKeepTheirOrder) {
  const DataFrame X{Column::categorical("size", {"small", "large", "medium"})};
  OrdinalEncoder encoder({.categories = {{"small", "medium", "large"}}});
  EXPECT_EQ(encoder.fit_transform(X).to_matrix(), (Matrix(3, 1) << 0, 2, 1).finished());
}

TEST(OrdinalEncoder, UnknownCategoriesMayJoinTheInfrequentGroup) {
  const DataFrame X{Column::categorical("t", {"a", "a", "b", "c"})};
  const OrdinalEncoder encoder =
      OrdinalEncoder({.handle_unknown = use_value, .unknown_value = 1, .max_categories = 2}).fit(X);
  EXPECT_EQ(encoder.transform(DataFrame{Column::categorical("t", {"z", "b"})}).to_matrix(),
            (Matrix(2, 1) << 1, 1).finished());
}

TEST(OrdinalEncoder, UnknownCategoriesAreNamedWithTheirColumn) {
  const OrdinalEncoder encoder = OrdinalEncoder().fit(credit());
  EXPECT_TRUE(throws<InvalidInput>([&] { encoder.transform(strange()); },
                                   {"OrdinalEncoder", "'castle'", "'Home'", "use_encoded_value"}));
}

TEST(OrdinalEncoder, RefusesCodesThatAreTakenOrMissing) {
  const auto refuses = [](P params, std::initializer_list<std::string_view> parts) {
    return throws<InvalidParameter>([&] { OrdinalEncoder(params).fit(credit()); }, parts);
  };
  EXPECT_TRUE(refuses({.handle_unknown = use_value}, {"unknown_value", "none"}));
  EXPECT_TRUE(refuses({.unknown_value = 3}, {"unknown_value", "handle_unknown"}));
  EXPECT_TRUE(
      refuses({.handle_unknown = use_value, .unknown_value = 0.5}, {"unknown_value", "0.5"}));
  EXPECT_TRUE(
      refuses({.handle_unknown = use_value, .unknown_value = 1}, {"unknown_value", "'Home'"}));
  EXPECT_TRUE(refuses({.encoded_missing_value = 2}, {"encoded_missing_value", "'Home'"}));
  EXPECT_TRUE(refuses({.encoded_missing_value = 0.5}, {"encoded_missing_value", "0.5"}));
  EXPECT_TRUE(refuses({.min_frequency = 0}, {"min_frequency"}));
  EXPECT_TRUE(refuses({.max_categories = 0}, {"max_categories"}));
}

TEST(OrdinalEncoder, InverseTransformRefusesWhatIsNoCode) {
  const OrdinalEncoder encoder =
      OrdinalEncoder().fit(DataFrame{Column::categorical("t", {"a", "b"})});
  for (const double wrong : {2.0, -1.0, 0.5, nan})
    EXPECT_TRUE(throws<InvalidInput>(
        [&] { encoder.inverse_transform(Matrix::Constant(1, 1, wrong)); }, {"row 0", "'t'"}));
}

TEST(OrdinalEncoder, ALoadedEncoderEncodesTheSame) {
  const OrdinalEncoder encoder = OrdinalEncoder({.min_frequency = 10}).fit(credit());
  const auto loaded = load<OrdinalEncoder>(std::span<const std::uint8_t>(to_cbor(encoder)));
  EXPECT_TRUE(
      near(loaded.transform(credit()).to_matrix(), encoder.transform(credit()).to_matrix(), 0.0));
}

TEST(OrdinalEncoder, RefusesADamagedState) {
  const DataFrame X{Column::categorical("t", Cells{"a", "a", "b", std::nullopt})};
  std::string text = to_json(OrdinalEncoder({.max_categories = 2}).fit(X));
  const std::string_view infrequent = R"("infrequent":[[1]])";
  ASSERT_NE(text.find(infrequent), std::string::npos);
  text.replace(text.find(infrequent), infrequent.size(), R"("infrequent":[[2]])");
  EXPECT_TRUE(throws<FormatError>([&] { from_json(text); }, {"OrdinalEncoder"}));
}

}  // namespace
}  // namespace espalier
