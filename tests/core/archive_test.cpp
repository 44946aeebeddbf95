// SPDX-License-Identifier: BSD-3-Clause
#include <espalier/core/archive.hpp>

#include <filesystem>
#include <fstream>

#include <gtest/gtest.h>

#include <espalier/core/registry.hpp>
#include <espalier/linear_model/ridge.hpp>
#include <espalier/preprocessing/standard_scaler.hpp>
#include "core/json.hpp"
#include "support/expect_error.hpp"
#include "support/toy_estimators.hpp"

namespace espalier {
namespace {

using namespace testing_support;
namespace fs = std::filesystem;

const Matrix X = Matrix::Random(30, 4);
const Vector y = X.col(0) + X.col(3);

class TemporaryFolder : public testing::Test {
 protected:
  void SetUp() override {
    const auto* info = testing::UnitTest::GetInstance()->current_test_info();
    folder = fs::temp_directory_path() /
             (std::string("espalier-") + info->test_suite_name() + "-" + info->name());
    fs::create_directories(folder);
  }
  void TearDown() override { fs::remove_all(folder); }
  fs::path folder;
};
using Archive = TemporaryFolder;

TEST_F(Archive, JsonAndCborGiveBackTheSameBits) {
  const Ridge model = Ridge({.alpha = 0.1}).fit(X, y);
  for (const char* name : {"model.json", "model.esp"}) {
    save(model, folder / name);
    const Ridge loaded = load<Ridge>(folder / name);
    EXPECT_EQ(loaded.predict(X), model.predict(X)) << name;
    EXPECT_EQ(loaded.params().alpha, 0.1);
    EXPECT_EQ(loaded.n_features_in(), 4);
  }
}

TEST_F(Archive, WritesWholeOrNotAtAll) {
  const fs::path path = folder / "model.esp";
  save(Ridge().fit(X, y), path);
  EXPECT_TRUE(throws<IoError>([&] { save(Ridge(), folder / "no" / "folder.esp"); },
                              {"folder.esp", "cannot be written"}));
  EXPECT_TRUE(throws<IoError>([&] { save(Ridge(), folder); }, {"directory"}));
  EXPECT_TRUE(load<Ridge>(path).fitted());
  EXPECT_EQ(std::distance(fs::directory_iterator(folder), {}), 1);  // no temporary file is left
}

TEST_F(Archive, SaysWhatIsWrongWithAFile) {
  const auto write = [&](std::string_view text) {
    std::ofstream(folder / "m.json") << text;
    return folder / "m.json";
  };
  EXPECT_TRUE(
      throws<IoError>([&] { load_any(folder / "missing.esp"); }, {"missing.esp", "No such file"}));
  EXPECT_TRUE(throws<IoError>([&] { load_any(folder); }, {"directory"}));
  EXPECT_TRUE(throws<FormatError>([&] { load_any(write("")); }, {"m.json", "empty"}));
  EXPECT_TRUE(throws<FormatError>([&] { load_any(write("hello")); }, {"damaged", "byte"}));
  EXPECT_TRUE(throws<FormatError>([&] { load_any(write("{}")); }, {"not an espalier model"}));
  std::string text = to_json(Ridge());
  EXPECT_TRUE(throws<FormatError>([&] { load<StandardScaler>(write(text)); },
                                  {"expected a StandardScaler", "Ridge"}));
  text.replace(text.find("\"format_version\":1"), 18, "\"format_version\":9");
  EXPECT_TRUE(throws<FormatError>([&] { load_any(write(text)); }, {"format version 9", "up to 1"}));
}

TEST(Archives, NameUnknownClassesAndParameters) {
  std::string text = to_json(Ridge());
  std::string other = text;
  other.replace(other.find("Ridge"), 5, "Rigde");
  EXPECT_TRUE(throws<FormatError>([&] { from_json(other); }, {"'Rigde'", "registry().add"}));
  other = text;
  other.replace(other.find("alpha"), 5, "alhpa");
  EXPECT_TRUE(throws<FormatError>([&] { from_json(other); }, {"'alhpa'"}));
  other = text;
  other.replace(other.find("\"alpha\":1.0"), 11, "\"alpha\":-1.");
  EXPECT_THROW(from_json(other), FormatError);
}

TEST(Archives, UnfittedEstimatorsAreSavedToo) {
  const auto loaded = from_json(to_json(Ridge({.alpha = 7.0})));
  EXPECT_FALSE(loaded->fitted());
  EXPECT_EQ(loaded->get_param("alpha"), Value(7.0));
}

TEST(Archives, AUsersClassLoadsOnceRegistered) {
  registry().add<Toy>();
  const Toy model = Toy({.shift = 2.0, .mode = ToyMode::slow}).fit(X, y);
  EXPECT_EQ(load<Toy>(to_cbor(model)).predict(X), model.predict(X));
}

TEST(Archives, ADefectiveStateIsRefusedByItsCheck) {
  registry().add<Toy>();
  std::string text = to_json(Toy().fit(X, y));
  text.replace(text.find("\"n_features\":4"), 14, "\"n_features\":5");
  EXPECT_TRUE(throws<FormatError>([&] { from_json(text); }, {"Toy"}));
}

/// Neither form may crash, hang or take more memory than a small multiple of its size.
template <class Read>
void expect_error_or_model(const Read& read) {
  std::unique_ptr<Estimator> loaded;
  try {
    loaded = read();
  } catch (const Error&) {
    return;
  }
  if (!loaded->fitted()) return;
  try {
    dynamic_cast<const Regressor&>(*loaded).predict_multi(X);
  } catch (const InvalidInput&) {  // the schema was altered: the width or a name
  }
}

TEST(Archives, EveryCutAndEveryAlteredByteIsSafe) {
  const Ridge model = Ridge().fit(X, y);
  const auto cbor = to_cbor(model);
  const std::string json = to_json(model);
  for (std::size_t n = 0; n < cbor.size(); ++n)
    EXPECT_THROW(load_any(std::span(cbor).first(n)), Error) << n;
  for (std::size_t n = 0; n < json.size(); ++n)
    EXPECT_THROW(from_json(json.substr(0, n)), Error) << n;
  for (std::size_t i = 0; i < cbor.size(); ++i)
    for (const int flip : {0x01, 0x20, 0x80, 0xff}) {
      auto altered = cbor;
      altered[i] = static_cast<std::uint8_t>(altered[i] ^ flip);
      expect_error_or_model([&] { return load_any(altered); });
    }
  for (std::size_t i = 0; i < json.size(); ++i)
    for (const char c : {'0', '9', '"', '{', ']', '-', '\0', '\xff'}) {
      std::string altered = json;
      altered[i] = c;
      expect_error_or_model([&] { return from_json(altered); });
    }
}

TEST(Archives, HostileNestingAndSizesAreRefused) {
  EXPECT_TRUE(
      throws<FormatError>([] { detail::read_json(std::string(1'000'000, '[')); }, {"64 levels"}));
  EXPECT_TRUE(throws<FormatError>(
      [] { detail::read_cbor(std::vector<std::uint8_t>(1'000'000, 0x81)); }, {"64 levels"}));
  EXPECT_THROW(detail::read_cbor(std::vector<std::uint8_t>(1'000'000, 0xc1)),
               FormatError);  // nested tags
  // An array, a text and bytes that claim 2⁶² items.
  for (const int kind : {0x9b, 0x7b, 0x5b, 0xbb}) {
    std::vector<std::uint8_t> bytes{static_cast<std::uint8_t>(kind), 0x40, 0, 0, 0, 0, 0, 0, 0};
    EXPECT_THROW(detail::read_cbor(bytes), FormatError) << kind;
  }
}

TEST(Archives, SpecialNumbersAndTextsSurvive) {
  const double nan = std::nan("");
  const Value value =
      Value::Object{{"numbers", Value::Numbers{0.1, -0.0, nan, infinity, -infinity, 5e-324}},
                    {"integers", Value::Integers{0, -1, std::int64_t{1} << 40}},
                    {"empty", Value::Numbers{}},
                    {"one", 1},
                    {"text", "a \"quoted\"\n ü"},
                    {"none", Value()}};
  for (const Value& back : {detail::read_json(detail::write_json(value, -1)),
                            detail::read_cbor(detail::write_cbor(value))}) {
    const auto numbers = detail::decode_numbers(*back.find("numbers"));
    ASSERT_EQ(numbers.size(), 6U);
    EXPECT_EQ(numbers[0], 0.1);
    EXPECT_TRUE(std::signbit(numbers[1]));
    EXPECT_TRUE(std::isnan(numbers[2]));
    EXPECT_EQ(numbers[3], infinity);
    EXPECT_EQ(numbers[5], 5e-324);
    EXPECT_EQ(*back.find("integers"), *value.find("integers"));
    EXPECT_TRUE(detail::decode_numbers(*back.find("empty")).empty());
    EXPECT_EQ(*back.find("text"), *value.find("text"));
  }
  const std::vector<std::string> words{"NaN", "Infinity", "x"};
  const Value list = Codec<std::vector<std::string>>::encode(words);
  EXPECT_EQ(
      Codec<std::vector<std::string>>::decode(detail::read_json(detail::write_json(list, -1))),
      words);
}

TEST(Value, ReadsCommandLineText) {
  EXPECT_EQ(Value::parse("3"), Value(3));
  EXPECT_EQ(Value::parse("1e-3"), Value(0.001));
  EXPECT_EQ(Value::parse("true"), Value(true));
  EXPECT_TRUE(Value::parse("none").is_none());
  EXPECT_EQ(Value::parse("lbfgs"), Value("lbfgs"));
  EXPECT_EQ(Value::parse("[1, 2]"), Value(Value::Integers{1, 2}));
  EXPECT_THROW(Value::parse("[1, 2"), FormatError);
}

TEST(Registry, MakesByNameAndListsWhatThereIs) {
  const auto model = registry().make("Ridge", {{"alpha", 2.0}});
  EXPECT_EQ(model->to_string(), "Ridge(alpha=2)");
  EXPECT_TRUE(throws<InvalidParameter>([] { registry().make("Rigde"); },
                                       {"'Rigde'", "Ridge", "registry().add"}));
  EXPECT_TRUE(throws<InvalidParameter>(
      [] {
        registry().make("Ridge", {{"beta", 1}});
      },
      {"'beta'"}));
  for (const std::string& name : registry().names())
    EXPECT_EQ(registry().make(name)->class_name(), name);
}

}  // namespace
}  // namespace espalier
