// SPDX-License-Identifier: BSD-3-Clause
#include <espalier/core/progress_bar.hpp>

#include <sstream>

#include <gtest/gtest.h>

#include <espalier/ensemble/hist_gradient_boosting_regressor.hpp>
#include <espalier/linear_model/logistic_regression.hpp>
#include "support/toy_estimators.hpp"

namespace espalier {
namespace {

using namespace testing_support;

const Matrix X = Matrix::Random(20, 3);
const Vector y = X.col(0) - 2.0 * X.col(1);

TEST(ProgressBar, ShowsShareLossAndTimeLeftAndEndsTheLine) {
  std::ostringstream out;
  const ProgressBar bar(out, 10);
  bar({.task = "Toy", .iteration = 5, .total = 10, .loss = 0.25, .elapsed = 61.0});
  EXPECT_EQ(out.str(), "\rToy  50% [#####-----] 5/10  loss 0.25  ETA 1:01");
  // Within a tenth of a second: not drawn.
  bar({.task = "Toy", .iteration = 6, .total = 10, .elapsed = 62.0});
  bar({.task = "Toy", .iteration = 10, .total = 10, .elapsed = 63.0});
  EXPECT_NE(out.str().find("100% [##########] 10/10  in 1:03"), std::string::npos);
  EXPECT_EQ(out.str().back(), '\n');
}

TEST(ProgressBar, IsACallback) {
  std::ostringstream out;
  Toy().fit(X, y, {.callback = ProgressBar(out)});
  EXPECT_NE(out.str().find("3/3"), std::string::npos);
}

/// The last line as it stands on a screen, and whether it is broken.
std::string last_line(const std::ostringstream& out) {
  const std::string text = out.str();
  return text.substr(text.rfind('\r') + 1);
}

TEST(ProgressBar, EndsWithTheLastReportOfATaskThatStopsEarly) {
  std::ostringstream out;
  {
    const ProgressBar bar(out, 10);
    const ProgressBar copy = bar;
    bar({.task = "Toy", .iteration = 1, .total = 10, .loss = 0.5, .elapsed = 1.0});
    copy({.task = "Toy", .iteration = 2, .total = 10, .loss = 0.25, .elapsed = 2.0});
    EXPECT_EQ(last_line(out), "Toy  10% [#---------] 1/10  loss 0.5  ETA 0:09");
  }
  EXPECT_EQ(last_line(out), "Toy  20% [##--------] 2/10  loss 0.25  in 0:02\n");
}

TEST(ProgressBar, BeginsALineForEveryTask) {
  std::ostringstream out;
  const ProgressBar bar(out, 1);
  bar({.task = "A", .iteration = 1, .total = 2});
  bar({.task = "B", .iteration = 2, .total = 3});
  bar({.task = "B", .iteration = 1, .total = 3, .elapsed = 1.0});  // once more
  EXPECT_EQ(out.str(),
            "\rA  50% [#] 1/2  ETA 0:00\rA  50% [#] 1/2  in 0:00 \n"
            "\rB  67% [#] 2/3  ETA 0:00\rB  67% [#] 2/3  in 0:00 \n"
            "\rB  33% [-] 1/3  ETA 0:02");
}

TEST(ProgressBar, WritesNothingWithoutAReport) {
  std::ostringstream out;
  ProgressBar{out};
  EXPECT_EQ(out.str(), "");
}

TEST(ProgressBar, EndsTheLineOfAFitThatConverges) {
  std::ostringstream out;
  const Labels labels = (X.col(0).array() > 0.0).cast<int>();
  const auto model = LogisticRegression().fit(X, labels, {.callback = ProgressBar(out)});
  ASSERT_LT(*model.iterations(), 100);
  EXPECT_NE(last_line(out).find(std::to_string(*model.iterations()) + "/100"), std::string::npos)
      << last_line(out);
  EXPECT_EQ(out.str().back(), '\n');
}

TEST(ProgressBar, EndsTheLineOfAFitThatStopsEarly) {
  std::ostringstream out;
  const Vector noise = Vector::Random(20);
  const auto model =
      HistGradientBoostingRegressor(
          {.max_iter = 200, .early_stopping = true, .n_iter_no_change = 2, .random_state = 1})
          .fit(X, noise, {.callback = ProgressBar(out)});
  const Index done = model.train_score().size() - 1;
  ASSERT_LT(done, 200);
  EXPECT_NE(last_line(out).find(std::to_string(done) + "/200"), std::string::npos)
      << last_line(out);
  EXPECT_EQ(out.str().back(), '\n');
}

}  // namespace
}  // namespace espalier
