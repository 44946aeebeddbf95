// SPDX-License-Identifier: BSD-3-Clause
#include <espalier/core/archive.hpp>

#include <fcntl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

#include <gtest/gtest.h>

#include <espalier/compose/pipeline.hpp>
#include <espalier/core/registry.hpp>
#include <espalier/linear_model/ridge.hpp>
#include <espalier/preprocessing/one_hot_encoder.hpp>
#include <espalier/preprocessing/standard_scaler.hpp>
#include "core/json.hpp"
#include "core/utf8.hpp"
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

TEST_F(Archive, SavesBehindASymbolicLinkAndKeepsTheLink) {
  fs::create_directories(folder / "models");
  fs::create_symlink("models/v1.esp", folder / "hop.esp");
  fs::create_symlink("hop.esp", folder / "current.esp");
  for (const double alpha : {1.0, 2.0}) {  // first nothing is behind the links, then a file
    save(Ridge({.alpha = alpha}), folder / "current.esp");
    EXPECT_TRUE(fs::is_symlink(folder / "current.esp"));
    EXPECT_TRUE(fs::is_symlink(folder / "hop.esp"));
    EXPECT_EQ(load<Ridge>(folder / "models" / "v1.esp").params().alpha, alpha);
  }
  EXPECT_EQ(std::distance(fs::directory_iterator(folder / "models"), {}), 1);

  fs::create_symlink("loop.esp", folder / "loop.esp");
  EXPECT_TRUE(throws<IoError>([&] { save(Ridge(), folder / "loop.esp"); }, {"cannot be written"}));
  EXPECT_TRUE(fs::is_symlink(folder / "loop.esp"));
}

TEST_F(Archive, WritesIntoAPipeInsteadOfReplacingIt) {
  const fs::path pipe = folder / "pipe.esp";
  ASSERT_EQ(::mkfifo(pipe.c_str(), 0600), 0);
  const int reader = ::open(pipe.c_str(), O_RDONLY | O_NONBLOCK);
  save(Ridge(), pipe);
  EXPECT_TRUE(fs::is_fifo(pipe));
  std::vector<std::uint8_t> read(65536);
  const auto size = ::read(reader, read.data(), read.size());
  ::close(reader);
  ASSERT_GT(size, 0);
  read.resize(static_cast<std::size_t>(size));
  EXPECT_EQ(read, to_cbor(Ridge()));
}

TEST_F(Archive, ReplacingAFileKeepsItsPermissions) {
  const fs::path path = folder / "secret.esp";
  save(Ridge(), path);
  for (const fs::perms mode : {fs::perms{0600}, fs::perms{0664}}) {
    fs::permissions(path, mode);
    save(Ridge(), path);
    EXPECT_EQ(fs::status(path).permissions(), mode);
  }
}

TEST_F(Archive, TheLongestNameCanBeSavedAndALongerOneIsAnError) {
  const fs::path longest = folder / (std::string(251, 'n') + ".esp");
  save(Ridge(), longest);
  EXPECT_FALSE(load<Ridge>(longest).fitted());
  EXPECT_TRUE(throws<IoError>([&] { save(Ridge(), folder / std::string(256, 'n')); },
                              {"cannot be written", "too long"}));
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
  EXPECT_TRUE(throws<FormatError>([&] { load_any(write("{hello")); }, {"damaged", "byte"}));
  for (const char* other : {"hello", "age,town\n1,Oslo\n", " ", "[]"})
    EXPECT_TRUE(throws<FormatError>([&] { load_any(write(other)); }, {"not an espalier model"}));
  EXPECT_TRUE(throws<FormatError>([&] { load_any(write("{}")); }, {"not an espalier model"}));
  std::string text = to_json(Ridge());
  EXPECT_TRUE(throws<FormatError>([&] { load<StandardScaler>(write(text)); },
                                  {"expected a StandardScaler", "Ridge"}));
}

TEST(Archives, ANewerFormatIsRefusedByItsVersionWhateverItHolds) {
  const auto read = [](std::string members) {
    return [members] { from_json("{\"format\":\"espalier\"" + members + "}"); };
  };
  EXPECT_TRUE(throws<FormatError>(
      read(R"(,"format_version":9,"library_version":"3.1","new":1,"estimator":7)"),
      {"format version 9", "espalier '3.1'", "up to 1"}));
  EXPECT_TRUE(throws<FormatError>(read(R"(,"format_version":9000000000)"),
                                  {"format version 9000000000", "up to 1"}));
  EXPECT_TRUE(throws<FormatError>(read(R"(,"format_version":0)"), {"format version 0"}));
  EXPECT_TRUE(throws<FormatError>(read(R"(,"format_version":"1")"),
                                  {"format_version", "an integer", "'1'"}));
  EXPECT_TRUE(throws<FormatError>(read(""), {"format_version"}));
  EXPECT_TRUE(throws<FormatError>(read(R"(,"format_version":1)"), {"library_version"}));
}

TEST_F(Archive, LoadsByRoleWhenTheClassIsNotKnown) {
  const Ridge model = Ridge().fit(X, y);
  save(model, folder / "model.esp");
  const std::unique_ptr<Regressor> by_path = load<Regressor>(folder / "model.esp");
  EXPECT_EQ(by_path->predict(X), model.predict(X));
  const std::unique_ptr<Regressor> by_bytes = load<Regressor>(to_cbor(model));
  EXPECT_EQ(by_bytes->predict(X), model.predict(X));
  EXPECT_TRUE(throws<FormatError>([&] { load<Classifier>(folder / "model.esp"); },
                                  {"expected a Classifier", "Ridge"}));
  static_assert(std::is_same_v<decltype(load<Ridge>(folder)), Ridge>);
}

TEST(Archives, ATextThatIsNotUtf8IsKeptInCborAndRefusedInJson) {
  const DataFrame table{Column::categorical("c", std::vector<std::string>{"\xff", "\xfe"})};
  const OneHotEncoder encoder = OneHotEncoder().fit(table);
  EXPECT_TRUE(throws<InvalidInput>([&] { to_json(encoder); }, {"UTF-8", "\\xf", "CBOR"}));
  EXPECT_EQ(load<OneHotEncoder>(to_cbor(encoder)).transform(table).to_matrix(),
            encoder.transform(table).to_matrix());
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
  // Texts and bytes in chunks: a chunk may come in chunks, which the parser follows by recursion.
  for (const int chunks : {0x7f, 0x5f}) {
    std::vector<std::uint8_t> bytes(1'000'000, static_cast<std::uint8_t>(chunks));
    bytes[0] = 0xa1;
    EXPECT_TRUE(throws<FormatError>([&] { load_any(bytes); }, {"byte 1:", "indefinite length"}));
  }
  // Not where a text only looks like one, behind a head of any width.
  for (const std::size_t n : {1U, 23U, 24U, 255U, 256U, 65535U, 65536U}) {
    const Value text = std::string(n, '\x7f');
    EXPECT_EQ(detail::read_cbor(detail::write_cbor(text)), text);
  }
}

/// By how much the most memory that this process ever held grows while `call` runs.
template <class Call>
double peak_growth_in_mb(const Call& call) {
  const auto peak = [] {
    rusage usage{};
    ::getrusage(RUSAGE_SELF, &usage);
    return static_cast<double>(usage.ru_maxrss) / 1024;
  };
  const double before = peak();
  call();
  return peak() - before;
}

TEST(Archives, NestedListsAreNotCopiedAtEachLevel) {
  // Pipelines within pipelines; the innermost has a million nulls for steps.
  std::string text;
  for (int depth = 0; depth < 10; ++depth)
    text += R"({"class":"Pipeline<Regressor>","fitted":null,"params":{"steps":[)"
            R"({"name":"r","estimator":)";
  text.resize(text.size() - std::string_view(R"({"name":"r","estimator":)").size());
  for (int i = 0; i < 1'000'000; ++i) text += "null,";
  text.back() = ']';
  text += "}}";
  for (int depth = 1; depth < 10; ++depth) text += "}]}}";
  const Value value = detail::read_json(text);
  EXPECT_LT(peak_growth_in_mb([&] {
              EXPECT_TRUE(throws<FormatError>([&] { detail::estimator_from_value(value); },
                                              {"steps", "got none"}));
            }),
            100);
}

TEST(Archives, ASparseMatrixTakesMemoryByItsValuesNotByItsClaims) {
  Value::Object object{{"rows", 2},
                       {"cols", 300'000'000},
                       {"starts", Value::Integers{0, 2, 3}},
                       {"columns", Value::Integers{5, 299'999'999, 0}},
                       {"values", Value::Numbers{1.0, 2.0, 3.0}}};
  EXPECT_LT(peak_growth_in_mb([&] {
              const SparseMatrix S = Codec<SparseMatrix>::decode(object);
              EXPECT_EQ(S.coeff(0, 299'999'999), 2.0);
              EXPECT_EQ(S.coeff(1, 0), 3.0);
              EXPECT_EQ(S.nonZeros(), 3);
            }),
            100);
  for (const Value::Integers& columns : {Value::Integers{5, 5, 0}, Value::Integers{5, 4, 0}}) {
    object[3].second = columns;
    EXPECT_TRUE(throws<FormatError>([&] { Codec<SparseMatrix>::decode(object); }, {"ascend"}));
  }
}

TEST(Archives, AMatrixHasItsMembersOnceAndNoOthers) {
  const Value::Object matrix{{"rows", 1}, {"cols", 1}, {"values", Value::Numbers{2.0}}};
  EXPECT_EQ(Codec<Matrix>::decode(matrix)(0, 0), 2.0);
  for (const char* extra : {"junk", "rows"}) {
    Value::Object more = matrix;
    more.insert(more.begin(), {extra, 1});
    EXPECT_TRUE(throws<FormatError>([&] { Codec<Matrix>::decode(more); }, {"matrix", extra}));
    more = Codec<SparseMatrix>::encode(SparseMatrix(1, 1)).visit([](const auto& v) {
      if constexpr (std::is_same_v<decltype(v), const Value::Object&>) return v;
      return Value::Object{};
    });
    more.insert(more.begin(), {extra, 1});
    EXPECT_TRUE(
        throws<FormatError>([&] { Codec<SparseMatrix>::decode(more); }, {"sparse matrix", extra}));
  }
}

TEST(Archives, APackedArrayStandsAlone) {
  const std::string packed = "\x64$f64\x48" + std::string(8, '\0');  // "$f64": eight bytes
  const auto read = [](const std::string& cbor) {
    return detail::read_cbor(std::vector<std::uint8_t>(cbor.begin(), cbor.end()));
  };
  EXPECT_EQ(read("\xa1" + packed), Value(Value::Numbers{0.0}));
  for (const std::string& cbor :
       {"\xa2" + packed + "\x61x\x01", "\xa2\x61x\x01" + packed, "\xa2" + packed + packed})
    EXPECT_TRUE(throws<FormatError>([&] { read(cbor); }, {"packed array"}));
}

TEST(Archives, UnsignedIntegersBeyondTheSignedAreRefused) {
  using Codec64 = Codec<std::uint64_t>;
  const std::uint64_t largest = std::numeric_limits<std::int64_t>::max();
  EXPECT_EQ(Codec64::decode(Codec64::encode(largest)), largest);
  EXPECT_TRUE(throws<InvalidParameter>([&] { Codec64::encode(largest + 1); },
                                       {"9223372036854775808", "9223372036854775807"}));
  EXPECT_THROW(Codec<std::vector<std::uint64_t>>::encode({1, largest + 1}), InvalidParameter);
  EXPECT_EQ(Value(largest + 1), Value(9223372036854775808.0));
}

TEST(Messages, ShowAValueShortAndInWholeCharacters) {
  std::string euros;
  for (int i = 0; i < 50; ++i) euros += "€";
  for (const std::string padding : {"", "x", "xx"}) {
    const std::string text = padding + euros;
    try {
      Codec<double>::decode(text);
      FAIL();
    } catch (const FormatError& error) {
      const std::string message = error.what();
      EXPECT_EQ(detail::valid_utf8(message), message.size()) << message;
      EXPECT_TRUE(message.ends_with("€…")) << message;
      EXPECT_LT(message.size(), 120U);
    }
  }
  EXPECT_TRUE(throws<FormatError>([] { Codec<double>::decode("a\xff\n"); }, {"got 'a\\xff\\x0a'"}));
  Toy toy;
  try {
    toy.set_param("shift", std::string(1000, 'y'));
    FAIL();
  } catch (const InvalidParameter& error) {
    EXPECT_LT(std::string(error.what()).size(), 200U);
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
  EXPECT_EQ(Value::parse("+5"), Value(5));
  EXPECT_EQ(Value::parse("+-5"), Value("+-5"));
  EXPECT_EQ(Value::parse("+"), Value("+"));
  EXPECT_EQ(Value::parse("1e400"), Value(infinity));  // as in a CSV file
  EXPECT_EQ(Value::parse("99999999999999999999"), Value(1e20));
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
