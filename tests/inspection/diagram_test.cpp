// SPDX-License-Identifier: BSD-3-Clause
#include <espalier/inspection/diagram.hpp>

#include <gtest/gtest.h>

#include <espalier/compose.hpp>
#include <espalier/linear_model/ridge.hpp>
#include <espalier/preprocessing/standard_scaler.hpp>

namespace espalier {
namespace {

const auto model =
    ColumnTransformer{
        {"numbers", StandardScaler() | StandardScaler({.with_mean = false}), ColumnType::numeric},
        {"rest", ColumnAction::passthrough, {"a<b>"}}} |
    Ridge({.alpha = 0.3});

TEST(Diagram, TextShowsTheTreeWithChangedParameters) {
  EXPECT_EQ(text_diagram(model),
            "Pipeline<Regressor>\n"
            "├─ column_transformer: ColumnTransformer\n"
            "│  ├─ numbers: Pipeline<Transformer>  [numeric columns]\n"
            "│  │  ├─ standard_scaler-1: StandardScaler()\n"
            "│  │  └─ standard_scaler-2: StandardScaler(with_mean=false)\n"
            "│  └─ rest: passthrough: a<b>\n"
            "└─ ridge: Ridge(alpha=0.3)\n");
}

TEST(Diagram, HtmlIsSelfContainedAndEscaped) {
  const std::string html = html_diagram_page(model);
  EXPECT_EQ(html.find("a<b>"), std::string::npos);
  EXPECT_NE(html.find("a&lt;b&gt;"), std::string::npos);
  EXPECT_NE(html.find("prefers-color-scheme:dark"), std::string::npos);
  for (const char* external : {"http", "src=", "<script", "@import"})
    EXPECT_EQ(html.find(external), std::string::npos);
  for (const char* part : {"Pipeline&lt;Regressor&gt;", "standard_scaler-2", "Ridge", "L2 penalty"})
    EXPECT_NE(html.find(part), std::string::npos) << part;
  const auto count = [&](std::string_view tag) {
    std::size_t n = 0;
    for (auto at = html.find(tag); at != std::string::npos; at = html.find(tag, at + 1)) ++n;
    return n;
  };
  EXPECT_EQ(count("<div"), count("</div>"));
  EXPECT_EQ(count("<details"), count("</details>"));
}

TEST(Diagram, WrapsItsTextsWhateverThePageAroundItSays) {
  EXPECT_NE(html_diagram(model).find(".espalier-diagram td{white-space:normal;"),
            std::string::npos);
}

}  // namespace
}  // namespace espalier
