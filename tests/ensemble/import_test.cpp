// SPDX-License-Identifier: BSD-3-Clause
#include <espalier/ensemble/import.hpp>

#include <algorithm>
#include <bit>
#include <cmath>
#include <functional>
#include <limits>
#include <optional>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include <espalier/core/data_frame.hpp>

#include "ensemble/import/float_threshold.hpp"
#include "support/expect_error.hpp"
#include "support/golden.hpp"

namespace espalier {
namespace {

using nlohmann::json;
using testing_support::golden;
using testing_support::throws;
using testing_support::to_matrix;
using testing_support::to_number;
using testing_support::to_vector;

const std::string folder = std::string(ESPALIER_GOLDEN_DIR) + "/import/";

const json& predictions() {
  static const json content = golden("import/predictions.json");
  return content;
}

Features table(const std::string& name) {
  const json& content = predictions()[name];
  if (name != "table") {
    Matrix rows = to_matrix(content["rows"]);
    const auto names = content["names"].get<std::vector<std::string>>();
    return names.empty() ? Features(std::move(rows))
                         : Features(DataFrame::from_matrix(rows, names));
  }
  // JSON objects are sorted by name; the model knows the order.
  std::vector<Column> columns;
  for (const char* column : {"Seniority", "Home", "Time", "Age", "Marital", "Records", "Job",
                             "Expenses", "Income", "Assets", "Debt"}) {
    const json& cells = content[column];
    if (cells.contains("numbers")) {
      const Vector v = to_vector(cells["numbers"]);
      columns.push_back(Column::numeric(column, std::vector<double>(v.begin(), v.end())));
      continue;
    }
    std::vector<std::optional<std::string>> texts;
    for (const json& cell : cells["texts"])
      texts.push_back(cell.is_null() ? std::nullopt : std::optional(cell.get<std::string>()));
    columns.push_back(Column::categorical(column, texts));
  }
  return DataFrame(columns);
}

std::unique_ptr<Estimator> load_model(const std::string& file) {
  return file.ends_with(".txt") ? load_lightgbm(folder + file) : load_xgboost(folder + file);
}

/// Probabilities, in the first column alone those of the second of two classes; or predictions.
Matrix predict(const Estimator& e, const Features& X, Index columns) {
  if (const auto* regressor = dynamic_cast<const Regressor*>(&e)) return regressor->predict(X);
  const Matrix proba = dynamic_cast<const Classifier&>(e).predict_proba(X);
  return columns == 1 ? Matrix(proba.col(1)) : proba;
}

void expect_equal(const Matrix& got, const Matrix& expected) {
  ASSERT_EQ(got.rows(), expected.rows());
  ASSERT_EQ(got.cols(), expected.cols());
  for (Index i = 0; i < got.rows(); ++i)
    for (Index j = 0; j < got.cols(); ++j)
      ASSERT_NEAR(got(i, j), expected(i, j), 1e-6 * std::max(1.0, std::abs(expected(i, j))))
          << "row " << i << ", column " << j;
}

class ImportedModels : public testing::TestWithParam<std::size_t> {
 protected:
  const json& model_case() const { return predictions()["cases"][GetParam()]; }
};

TEST_P(ImportedModels, PredictWhatTheOriginalPredicts) {
  const auto model = load_model(model_case()["file"]);
  const Matrix expected = to_matrix(model_case()["predictions"]);
  expect_equal(predict(*model, table(model_case()["table"]), expected.cols()), expected);
}

TEST_P(ImportedModels, ComeBackFromOurFormatBitForBit) {
  const auto model = load_model(model_case()["file"]);
  const Features X = table(model_case()["table"]);
  const Matrix before = predict(*model, X, 1);
  EXPECT_EQ(predict(*load_any(to_cbor(*model)), X, 1), before);
  EXPECT_EQ(predict(*from_json(to_json(*model)), X, 1), before);
}

INSTANTIATE_TEST_SUITE_P(, ImportedModels,
                         testing::Range(std::size_t{0}, predictions()["cases"].size()),
                         [](const auto& which) {
                           std::string name = predictions()["cases"][which.param]["file"];
                           std::replace(name.begin(), name.end(), '.', '_');
                           return name;
                         });

std::string read(const std::string& file) { return detail::read_file(folder + file); }

std::string replaced(std::string text, std::string_view from, std::string_view to) {
  const std::size_t at = text.find(from);
  if (at == std::string::npos) throw std::logic_error("not in the text: " + std::string(from));
  return text.replace(at, from.size(), to);
}

TEST(Import, GivesTheClassAskedFor) {
  const auto model = load_xgboost<HistGradientBoostingClassifier>(folder + "xgb_multiclass.ubj");
  EXPECT_EQ(model.classes(), (Labels{{0, 1, 2}}));
  EXPECT_NO_THROW(load_lightgbm<HistGradientBoostingRegressor>(folder + "lgb_poisson.txt"));
  EXPECT_TRUE(throws<FormatError>(
      [] { load_lightgbm<HistGradientBoostingRegressor>(folder + "lgb_binary.txt"); },
      {"HistGradientBoostingRegressor", "HistGradientBoostingClassifier"}));
  EXPECT_TRUE(throws<IoError>([] { load_xgboost(folder + "none.json"); }, {"none.json"}));
}

TEST(Import, KnowsTheNamesOfFeatures) {
  for (const char* file : {"lgb_binary.txt", "xgb_binary.json"}) {
    const auto model = load_model(file);
    const Features X = table("codes");
    EXPECT_EQ(model->schema().names, X.names());
    const DataFrame other = X.table().drop("Age").with(
        Column::numeric("age", std::vector<double>(static_cast<std::size_t>(X.rows()), 1.0)));
    EXPECT_TRUE(throws<InvalidInput>([&] { predict(*model, other, 1); }, {"Age", "age"}));
  }
  EXPECT_TRUE(load_model("xgb_boundaries.json")->schema().names.empty());
  const std::string text =
      replaced(read("lgb_binary.txt"),
               "feature_names=Seniority Home Time Age Marital Records Job "
               "Expenses Income Assets Debt Many",
               "feature_names=Column_0 Column_1 Column_2 Column_3 Column_4 Column_5 Column_6 "
               "Column_7 Column_8 Column_9 Column_10 Column_11");
  EXPECT_TRUE(parse_lightgbm(text)->schema().names.empty());
}

TEST(Import, TakesCodesInsteadOfCategoriesWhenAsked) {
  const DataFrame texts = table("table").table();
  DataFrame codes = texts;
  for (const Column& column : texts.columns()) {
    if (!column.is_categorical()) continue;
    std::vector<std::string> known = column.dictionary();
    std::sort(known.begin(), known.end(), std::greater<>());
    std::vector<double> numbers;
    for (Index i = 0; i < column.size(); ++i) {
      const auto code = column.codes()[static_cast<std::size_t>(i)];
      numbers.push_back(
          code < 0
              ? std::numeric_limits<double>::quiet_NaN()
              : static_cast<double>(std::find(known.begin(), known.end(),
                                              column.dictionary()[static_cast<std::size_t>(code)]) -
                                    known.begin()));
    }
    codes = codes.with(Column::numeric(column.name(), numbers));
  }
  // The rows of the table happen to have every category of every column.
  for (const char* file : {"lgb_binary_table.txt", "xgb_binary_table.json"}) {
    const std::string text = read(file);
    const auto named = load_model(file);
    const auto coded = file[0] == 'l' ? parse_lightgbm(text, {.category_names = false})
                                      : parse_xgboost(text, {.category_names = false});
    EXPECT_EQ(predict(*named, table("table"), 1), predict(*coded, codes, 1)) << file;
  }
}

TEST(Import, UnseenCategoriesOfATableCountAsMissing) {
  const auto with = [](std::optional<std::string> home) {
    const DataFrame X = table("table").table();
    return X.with(Column::categorical(
        "Home", std::vector<std::optional<std::string>>(static_cast<std::size_t>(X.rows()), home)));
  };
  for (const char* file : {"lgb_binary_table.txt", "xgb_binary_table.ubj"}) {
    const auto model = load_model(file);
    EXPECT_EQ(predict(*model, with("castle"), 1), predict(*model, with(std::nullopt), 1));
  }
}

TEST(Import, ReadsTheBaseScoreOfOlderFiles) {
  const std::string text = read("xgb_base_score.json");
  const Features X = table("codes");
  EXPECT_EQ(predict(*parse_xgboost(replaced(text, "\"[2E-1]\"", "\"2E-1\"")), X, 1),
            predict(*parse_xgboost(text), X, 1));
  for (const char* damaged :
       {"\"[2E-1,]\"", "\"\"", "\"[]\"", "\"[2E-1,3E-1]\"", "\"1\"", "\"-1\""})
    EXPECT_TRUE(throws<FormatError>([&] { parse_xgboost(replaced(text, "\"[2E-1]\"", damaged)); },
                                    {"base"}))
        << damaged;
}

TEST(Import, SaysWhatIsNotSupported) {
  const std::string text = read("lgb_regression.txt");
  const auto lightgbm = [&](std::string_view from, std::string_view to) {
    return [&, from, to] { parse_lightgbm(replaced(text, from, to)); };
  };
  EXPECT_TRUE(throws<FormatError>(lightgbm("=regression", "=lambdarank"),
                                  {"LightGBM model", "'lambdarank' is not supported", "poisson"}));
  EXPECT_TRUE(throws<FormatError>(lightgbm("=regression", "=regression sqrt"), {"reg_sqrt"}));
  EXPECT_TRUE(throws<FormatError>(lightgbm("is_linear=0", "is_linear=1"),
                                  {"tree 0", "linear trees are not supported"}));
  EXPECT_TRUE(throws<FormatError>(lightgbm("version=v4", "version=v9"), {"v9"}));
  const std::string document = read("xgb_squarederror.json");
  const auto xgboost = [&](std::string_view from, std::string_view to) {
    return [&, from, to] { parse_xgboost(replaced(document, from, to)); };
  };
  EXPECT_TRUE(throws<FormatError>(xgboost("reg:squarederror", "survival:cox"),
                                  {"XGBoost model", "'survival:cox' is not supported", "gamma"}));
  EXPECT_TRUE(throws<FormatError>(xgboost("\"gbtree\"}", "\"gblinear\"}"), {"'gblinear'", "dart"}));
  EXPECT_TRUE(throws<FormatError>(xgboost("\"num_target\":\"1\"", "\"num_target\":\"2\""),
                                  {"several targets"}));
  EXPECT_TRUE(throws<FormatError>([] { parse_xgboost("binf"); }, {"save_model"}));
  EXPECT_TRUE(throws<FormatError>([] { parse_lightgbm("{}"); }, {"tree"}));
}

TEST(Import, RefusesTreesThatAreNone) {
  const std::string text = read("lgb_regression.txt");
  const auto damaged = [&](const std::string& line_start, const std::string& line) {
    const std::size_t at = text.find("\n" + line_start) + 1;
    return std::string(text).replace(at, text.find('\n', at) - at, line);
  };
  for (const auto& [start, line] : std::vector<std::pair<std::string, std::string>>{
           {"left_child=", "left_child=0 1 2 3 4 5"},
           {"left_child=", "left_child=9 -1 -2 -3 -4 -5"},
           {"left_child=", "left_child=-99 -1 -2 -3 -4 -5"},
           {"left_child=", "left_child=1 2"},
           {"left_child=", "left_child=-2147483648 -1 -2 -3 -4 -5"},
           {"leaf_value=", "leaf_value=nan 1 2 3 4 5 6"},
           {"leaf_value=", "leaf_value=1 2 3 4 5 6 x"},
           {"threshold=", "threshold=nan nan nan nan nan nan"},
           {"split_feature=", "split_feature=99 0 0 0 0 0"},
           {"split_feature=", "split_feature=-1 0 0 0 0 0"},
           {"decision_type=", "decision_type=1 1 1 1 1 1"},
           {"decision_type=", "decision_type=14 14 14 14 14 14"},
           {"num_leaves=", "num_leaves=2147483647"},
           {"num_leaves=", "num_leaves=0"},
           {"max_feature_idx=", "max_feature_idx=9223372036854775807"},
           {"max_feature_idx=", "max_feature_idx=1"},
           {"num_tree_per_iteration=", "num_tree_per_iteration=0"},
           {"num_class=", "num_class=1\nnum_class=1"}}) {
    const std::string bad = damaged(start, line);
    ASSERT_NE(bad, text) << line;
    EXPECT_TRUE(throws<FormatError>([&] { parse_lightgbm(bad); }, {"LightGBM model"})) << line;
  }
}

TEST(Import, BoundsTheMemoryOfHostileFiles) {
  // UBJSON: an array of 2^62 nulls, and nesting.
  const std::string nulls = "{U\1a[$Z#L\x40" + std::string(7, '\0');
  EXPECT_TRUE(throws<FormatError>([&] { parse_xgboost(nulls); }, {"more values than bytes"}));
  EXPECT_TRUE(
      throws<FormatError>([] { parse_xgboost("{U\1a" + std::string(100000, '[')); }, {"nested"}));
  EXPECT_TRUE(
      throws<FormatError>([] { parse_xgboost("{\"a\":" + std::string(100000, '[')); }, {"nested"}));
  // A set with one large category takes 2 MB: 33 of them are too much.
  std::string nodes, sizes, starts, left, right, zeros, ones, categories;
  const int n = 40;
  for (int i = 0; i < 2 * n + 1; ++i) {
    const std::string comma = i > 0 ? "," : "";
    const bool inner = i % 2 == 0 && i < 2 * n;
    left += comma + (inner ? std::to_string(i + 1) : "-1");
    right += comma + (inner ? std::to_string(i + 2) : "-1");
    zeros += comma + "0";
    ones += comma + (inner ? "1" : "0");
    if (inner) {
      nodes += comma + std::to_string(i);
      sizes += comma + "1";
      starts += comma + std::to_string(i / 2);
      categories += comma + "16777215";
    }
  }
  const std::string document =
      R"({"learner":{"learner_model_param":{"base_score":"0","num_feature":"1","num_class":"0"},)"
      R"("objective":{"name":"reg:squarederror"},"gradient_booster":{"name":"gbtree","model":{)"
      R"("tree_info":[0],"trees":[{"left_children":[)" +
      left + R"(],"right_children":[)" + right + R"(],"split_indices":[)" + zeros +
      R"(],"split_conditions":[)" + zeros + R"(],"default_left":[)" + zeros +
      R"(],"loss_changes":[)" + zeros + R"(],"sum_hessian":[)" + zeros + R"(],"split_type":[)" +
      ones + R"(],"categories":[)" + categories + R"(],"categories_nodes":[)" + nodes +
      R"(],"categories_sizes":[)" + sizes + R"(],"categories_segments":[)" + starts + "]}]}}}}";
  EXPECT_TRUE(throws<FormatError>([&] { parse_xgboost(document); }, {"more than 64 MB"}));
  std::string small = document;
  while (small.find("16777215") != std::string::npos) small = replaced(small, "16777215", "7");
  EXPECT_NO_THROW(parse_xgboost(small));
}

/// Reads a damaged model: an Error, or a model that predicts.
void use(const std::string& bytes, bool is_lightgbm) {
  try {
    const auto model = is_lightgbm ? parse_lightgbm(bytes) : parse_xgboost(bytes);
    Matrix X = Matrix::Random(3, std::min<Index>(model->n_features_in(), 1000));
    X(1, 0) = std::numeric_limits<double>::quiet_NaN();
    predict(*model, X, 0);
  } catch (const Error&) {
  }
}

TEST(Import, SurvivesDamage) {
  for (const std::string file :
       {"lgb_binary_table.txt", "xgb_base_score.json", "xgb_binary_table.ubj"}) {
    const bool is_lightgbm = file.ends_with(".txt");
    const std::string bytes = read(file);
    const std::size_t end = is_lightgbm
                                ? bytes.find("end of trees") + std::string("end of trees").size()
                                : bytes.size();
    for (std::size_t length = 0; length < bytes.size(); ++length) {
      const std::string cut = bytes.substr(0, length);
      if (length < end)
        EXPECT_THROW(is_lightgbm ? parse_lightgbm(cut) : parse_xgboost(cut), FormatError)
            << file << " cut at " << length;
      else
        use(cut, is_lightgbm);
    }
    for (std::size_t i = 0; i < end; i += 7)
      for (const char c : {'\0', '-', '9', '\xff', ' '}) {
        std::string altered = bytes;
        altered[i] = c;
        use(altered, is_lightgbm);
      }
  }
}

TEST(FloatThreshold, IsTheLastDoubleThatRoundsBelow) {
  const float inf = std::numeric_limits<float>::infinity();
  const double double_inf = std::numeric_limits<double>::infinity();
  std::vector<float> thresholds{0.0F, -0.0F, 1.0F, -1.0F, 0.1F, 16777216.0F, 16777218.0F};
  for (const float edge : {std::numeric_limits<float>::min(), std::numeric_limits<float>::max(),
                           std::numeric_limits<float>::denorm_min()})
    thresholds.insert(thresholds.end(), {edge, -edge, 2.0F * edge, -2.0F * edge});
  std::uint32_t bits = 12345;  // all exponents, any mantissa
  for (int i = 0; i < 200000; ++i) {
    bits = bits * 1664525U + 1013904223U;
    thresholds.push_back(std::bit_cast<float>(bits));
  }
  for (const float t : thresholds) {
    if (std::isnan(t) || t == -inf) continue;
    const double last = imports::last_below(t);
    const double next = std::nextafter(last, double_inf);
    ASSERT_LT(static_cast<float>(last), t);
    ASSERT_GE(static_cast<float>(next), t);
    for (const float near : {std::nextafter(t, -inf), t, std::nextafter(t, inf)})
      for (const double x :
           {std::nextafter(static_cast<double>(near), -double_inf), static_cast<double>(near),
            std::nextafter(static_cast<double>(near), double_inf),
            0.5 * (static_cast<double>(near) + static_cast<double>(t))})
        ASSERT_TRUE(std::isinf(x) || (x <= last) == (static_cast<float>(x) < t)) << x << " " << t;
  }
  EXPECT_EQ(imports::last_below(-inf), -double_inf);
  EXPECT_LT(imports::last_below(inf), double_inf);
}

}  // namespace
}  // namespace espalier
