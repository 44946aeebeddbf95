// SPDX-License-Identifier: BSD-3-Clause
#include <espalier/inspection/html_report.hpp>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>

#include <gtest/gtest.h>

#include <espalier/core/errors.hpp>
#include "support/expect_error.hpp"
#include "support/golden.hpp"
#include "support/xml.hpp"

namespace espalier {
namespace {

using namespace testing_support;

struct Data {
  Labels y{{0, 0, 1, 1, 0, 1}};
  Vector p{{0.1, 0.4, 0.35, 0.8, 0.2, 0.9}};
  Vector q{{0.2, 0.1, 0.5, 0.6, 0.7, 0.3}};
  Labels predicted{{0, 0, 0, 1, 0, 1}};
};

std::size_t charts_titled(const XmlDocument& page, const std::string& title) {
  std::size_t count = 0;
  for (const XmlElement& e : page.all("text", "title")) count += e.text == title ? 1 : 0;
  return count;
}

TEST(HtmlReport, HasEveryPartInOrderAndIsWellFormed) {
  const Data data;
  const DataFrame table{
      Column::numeric("x", std::vector<double>{1.5, 2.25, std::nan("")}),
      Column::categorical("town", std::vector<std::string>{"Oslo", "Lyon <3", "Bern"})};
  HtmlReport report("Churn & more", "half <of> the rows");
  report.add_scores({{"accuracy", 0.83333}})
      .add_heading("Data")
      .add_text("one\n\ntwo")
      .add_table(table, "towns")
      .add_preformatted("a\n  b", "tree")
      .add_html("<em>kept</em>")
      .add_heading("Result")
      .add_roc_curve("boosting", data.y, data.p)
      .add_precision_recall_curve("boosting", data.y, data.p)
      .add_calibration_curve("boosting", data.y, data.p)
      .add_confusion_matrix("boosting", data.y, data.predicted, {"stays", "leaves"})
      .add_table(classification_report(data.y, data.predicted));
  const XmlDocument page(report.to_html());
  EXPECT_TRUE(page.has_text("title", "Churn & more"));
  EXPECT_TRUE(page.has_text("h1", "Churn & more"));
  EXPECT_TRUE(page.has_text("p", "half <of> the rows"));
  EXPECT_TRUE(page.has_text("b", "0.8333"));
  EXPECT_TRUE(page.has_text("p", "one"));
  EXPECT_TRUE(page.has_text("p", "two"));
  EXPECT_TRUE(page.has_text("pre", "a\n  b"));
  EXPECT_TRUE(page.has_text("em", "kept"));
  EXPECT_TRUE(page.has_text("td", "2.25"));
  EXPECT_TRUE(page.has_text("td", "1.50"));
  EXPECT_TRUE(page.has_text("td", "–"));
  EXPECT_TRUE(page.has_text("td", "Lyon <3"));
  EXPECT_TRUE(page.has_text("text", "Confusion matrix: boosting"));
  EXPECT_TRUE(page.has_text("th", "weighted avg"));
  const auto headings = page.all("h2");
  ASSERT_EQ(headings.size(), 2u);
  EXPECT_EQ(headings[0].text, "Data");
  EXPECT_EQ(page.all("svg").size(), 4u);
  EXPECT_EQ(page.all("div", "charts").size(), 1u);
}

TEST(HtmlReport, NeedsNothingButItself) {
  const Data data;
  HtmlReport report("r");
  report.add_roc_curve("m", data.y, data.p).add_confusion_matrix("m", data.y, data.predicted);
  std::string html = report.to_html();
  for (const char* outside : {"<script", "src=", "href", "url(", "@import", "<link", "<iframe"})
    EXPECT_EQ(html.find(outside), std::string::npos) << outside;
  EXPECT_NE(html.find("prefers-color-scheme:dark"), std::string::npos);
  EXPECT_EQ(XmlDocument(html).all("style").size(), 1u);
}

TEST(HtmlReport, DrawsThePointsOfTheRocCurve) {
  const Data data;
  HtmlReport report("r");
  report.add_roc_curve("m", data.y, data.p);
  // (0, 0), (0, 2/3), (1/3, 2/3), (1/3, 1), (1, 1) in a square of 394 units whose corner is (62,
  // 438)
  EXPECT_NE(report.to_html().find(
                "d=\"M62.00 438.00L62.00 175.33L193.33 175.33L193.33 44.00L456.00 44.00\""),
            std::string::npos)
      << report.to_html();
  EXPECT_TRUE(XmlDocument(report.to_html()).has_text("text", "area 0.889"));
}

TEST(HtmlReport, DrawsCurvesOfAKindIntoOneChartUntilTheNextHeading) {
  const Data data;
  HtmlReport report("r");
  report.add_roc_curve("first", data.y, data.p)
      .add_precision_recall_curve("first", data.y, data.p)
      .add_calibration_curve("first", data.y, data.p)
      .add_roc_curve("second", data.y, data.q)
      .add_precision_recall_curve("second", data.y, data.q)
      .add_calibration_curve("second", data.y, data.q);
  const XmlDocument one(report.to_html());
  EXPECT_EQ(one.all("svg").size(), 3u);
  EXPECT_EQ(one.all("path", "s2").size(), 6u);  // three lines and their samples in the legends
  report.add_heading("others").add_roc_curve("third", data.y, data.q);
  const XmlDocument two(report.to_html());
  EXPECT_EQ(charts_titled(two, "ROC curve"), 2u);
  EXPECT_EQ(charts_titled(two, "Calibration"), 1u);
}

TEST(HtmlReport, ShowsThePrevalenceOncePerTarget) {
  const Data data;
  HtmlReport report("r");
  report.add_precision_recall_curve("a", data.y, data.p)
      .add_precision_recall_curve("b", data.y, data.q)
      .add_precision_recall_curve("c", data.y.head(5), data.q.head(5));
  const XmlDocument page(report.to_html());
  std::size_t halves = 0;
  for (const XmlElement& e : page.all("text"))
    halves += e.text == "share of positives 0.500" ? 1 : 0;
  EXPECT_EQ(halves, 1u);
  EXPECT_TRUE(page.has_text("text", "share of positives 0.400"));
}

TEST(HtmlReport, NotesAreTheMetrics) {
  const Data data;
  HtmlReport report("r");
  report.add_precision_recall_curve("a", data.y, data.p).add_calibration_curve("a", data.y, data.p);
  const XmlDocument page(report.to_html());
  const auto rounded = [](double v) {
    return std::to_string(std::round(v * 1000.0) / 1000.0).substr(0, 5);
  };
  EXPECT_TRUE(page.has_text(
      "text", "average precision " + rounded(average_precision_score(data.y, data.p))));
  EXPECT_TRUE(page.has_text("text", "Brier score " + rounded(brier_score_loss(data.y, data.p))));
  EXPECT_TRUE(page.has_text("text", "predicted probability; marks by share of rows"));
}

TEST(HtmlReport, StaysAsItIsWhenSomethingCannotBeDrawn) {
  const Data data;
  HtmlReport report("r");
  report.add_text("before");
  const std::string before = report.to_html();
  const Labels one_class = Labels::Zero(6);
  EXPECT_TRUE(throws<InvalidInput>([&] { report.add_roc_curve("m", one_class, data.p); },
                                   {"'m'", "no positives"}));
  EXPECT_TRUE(throws<InvalidInput>([&] { report.add_roc_curve("m", Labels::Ones(6), data.p); },
                                   {"no negatives"}));
  EXPECT_TRUE(throws<InvalidInput>(
      [&] { report.add_precision_recall_curve("m", one_class, data.p); }, {"'m'", "no positives"}));
  EXPECT_TRUE(throws<InvalidInput>([&] { report.add_calibration_curve("m", data.y, 2.0 * data.p); },
                                   {"calibration_curve", "[0, 1]"}));
  EXPECT_TRUE(throws<InvalidInput>(
      [&] { report.add_confusion_matrix("m", data.y, data.predicted, {"a"}); }, {"1 class names"}));
  EXPECT_TRUE(
      throws<InvalidInput>([&] { report.add_chart(LineChart{.title = "none"}); }, {"'none'"}));
  EXPECT_EQ(report.to_html(), before);
}

TEST(HtmlReport, CutsLongTables) {
  HtmlReport report("r");
  report.add_table(DataFrame::from_matrix(Matrix::Ones(60, 2)), "ones", 10);
  const XmlDocument page(report.to_html());
  EXPECT_EQ(page.all("tr").size(), 11u);
  EXPECT_TRUE(page.has_text("p", "… and 50 more of 60 rows"));
}

TEST(HtmlReport, LabelsStandInForClassNames) {
  HtmlReport report("r");
  report.add_confusion_matrix("m", Labels{{7, -3}}, Labels{{7, 7}}, {},
                              {.labels = Labels{{7, -3}}});
  const XmlDocument page(report.to_html());
  EXPECT_TRUE(page.has_text("text", "-3"));
  EXPECT_TRUE(page.has_text("text", "7"));
}

TEST(HtmlReport, SavesThePageWholeAndReplacesAnOlderOne) {
  const auto folder = std::filesystem::temp_directory_path() / "espalier_html_report_test";
  std::filesystem::create_directories(folder);
  const auto path = folder / "report.html";
  HtmlReport("first").save(path);
  HtmlReport second("second");
  second.save(path);
  std::ifstream in(path, std::ios::binary);
  const std::string content{std::istreambuf_iterator<char>(in), {}};
  EXPECT_EQ(content, second.to_html());
  EXPECT_EQ(std::distance(std::filesystem::directory_iterator(folder), {}),
            1);  // nothing temporary stays
  EXPECT_TRUE(throws<IoError>([&] { second.save(folder / "missing" / "r.html"); }, {"r.html"}));
  std::filesystem::remove_all(folder);
}

}  // namespace
}  // namespace espalier
