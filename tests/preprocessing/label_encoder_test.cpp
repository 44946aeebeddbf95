// SPDX-License-Identifier: BSD-3-Clause
#include <espalier/preprocessing/label_encoder.hpp>

#include <gtest/gtest.h>

#include <espalier/core/archive.hpp>
#include <espalier/core/registry.hpp>

#include "preprocessing/golden_table.hpp"
#include "support/expect_error.hpp"

namespace espalier {
namespace {

using namespace testing_support;

using Texts = std::vector<std::string>;

Labels labels(std::initializer_list<int> values) {
  return Labels::Map(values.begin(), static_cast<Index>(values.size()));
}

TEST(LabelEncoder, MatchesScikitLearnOnTextsWithMissingOnes) {
  const nlohmann::json content = golden("preprocessing_encoders.json");
  const DataFrame table = to_text_table(content["C"], {"Home", "Marital", "Records", "Job"});
  LabelEncoder encoder;
  EXPECT_EQ(encoder.fit_transform(table["Job"]), to_labels(content["labels"]["codes"]));
  const auto& classes = content["labels"]["classes"];
  ASSERT_EQ(encoder.classes().size(), static_cast<Index>(classes.size()));
  EXPECT_TRUE(encoder.classes().has_missing());
  for (std::size_t k = 0; k + 1 < classes.size(); ++k)
    EXPECT_EQ(encoder.classes().texts()[k], classes[k]);
}

TEST(LabelEncoder, SortsTextsAndNumbers) {
  EXPECT_EQ(LabelEncoder().fit_transform(Texts{"good", "bad", "good"}), labels({1, 0, 1}));
  EXPECT_EQ(LabelEncoder().fit_transform(labels({20, 3, -7, 3})), labels({2, 1, 0, 1}));
  EXPECT_EQ(LabelEncoder().fit_transform(Column::numeric("y", {0.5, 2.5, 0.5})), labels({0, 1, 0}));
}

TEST(LabelEncoder, InverseTransformGivesBackTheLabels) {
  LabelEncoder encoder;
  const Column texts =
      encoder.inverse_transform(encoder.fit_transform(Texts{"good", "bad", "good"}));
  EXPECT_EQ(cells_of(texts), (Cells{"good", "bad", "good"}));
  const Column numbers = encoder.inverse_transform(encoder.fit_transform(labels({20, 3})));
  EXPECT_EQ(std::vector<double>(numbers.values().begin(), numbers.values().end()),
            (std::vector<double>{20, 3}));
}

TEST(LabelEncoder, TheColumnMayHaveAnotherNameAndDictionaryLater) {
  const LabelEncoder encoder = LabelEncoder().fit(Column::categorical("status", {"a", "b"}));
  EXPECT_EQ(encoder.transform(Column::categorical("state", {0, 1}, Dictionary{"b", "a"})),
            labels({1, 0}));
}

TEST(LabelEncoder, NoRowsGiveNoLabels) {
  const LabelEncoder encoder = LabelEncoder().fit(Texts{"a"});
  EXPECT_EQ(encoder.transform(Texts{}).size(), 0);
  EXPECT_EQ(encoder.inverse_transform(Labels(0)).size(), 0);
}

TEST(LabelEncoder, RefusesUnseenLabelsOtherTypesAndNothing) {
  const LabelEncoder encoder = LabelEncoder().fit(Texts{"a", "b"});
  EXPECT_TRUE(throws<InvalidInput>(
      [&] {
        encoder.transform(Texts{"a", "z"});
      },
      {"LabelEncoder", "'z'"}));
  EXPECT_TRUE(throws<InvalidInput>([&] { encoder.transform(labels({0})); },
                                   {"LabelEncoder", "categorical"}));
  EXPECT_TRUE(throws<InvalidInput>(
      [&] {
        encoder.inverse_transform(labels({0, 2}));
      },
      {"LabelEncoder", "2"}));
  EXPECT_TRUE(throws<InvalidInput>([&] { encoder.inverse_transform(labels({-1})); }, {"-1"}));
  EXPECT_TRUE(
      throws<InvalidInput>([&] { LabelEncoder().fit(Texts{}); }, {"LabelEncoder", "0 samples"}));
  EXPECT_TRUE(throws<NotFitted>([&] { LabelEncoder().transform(Texts{"a"}); }, {"LabelEncoder"}));
}

TEST(LabelEncoder, IsSavedLoadedAndMadeByName) {
  const LabelEncoder encoder = LabelEncoder().fit(Texts{"NaN", "a"});
  const auto loaded = load<LabelEncoder>(std::span<const std::uint8_t>(to_cbor(encoder)));
  EXPECT_EQ(loaded.classes(), encoder.classes());
  EXPECT_EQ(loaded.transform(Texts{"a", "NaN"}), labels({1, 0}));
  EXPECT_EQ(registry().make("LabelEncoder")->role(), RoleKind::other);
}

TEST(LabelEncoder, RefusesADamagedState) {
  std::string text = to_json(LabelEncoder().fit(Texts{"a", "b"}));
  const std::string_view classes = R"("classes":["a","b"])";
  ASSERT_NE(text.find(classes), std::string::npos);
  text.replace(text.find(classes), classes.size(), R"("classes":["a","a"])");
  EXPECT_TRUE(throws<FormatError>([&] { from_json(text); }, {"LabelEncoder"}));
}

}  // namespace
}  // namespace espalier
