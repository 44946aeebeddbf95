// SPDX-License-Identifier: BSD-3-Clause
#include <espalier/neural_network/history.hpp>

#include <cmath>
#include <filesystem>
#include <fstream>
#include <sstream>

#include <gtest/gtest.h>

#include <espalier/core/errors.hpp>
#include <espalier/io/csv.hpp>

#include "support/expect_error.hpp"
#include "support/xml.hpp"

namespace espalier::nn {
namespace {

using namespace testing_support;

/// Losses that fall; the validation loss rises again after epoch 4.
History example(bool validated) {
  History history({"accuracy"});
  for (int e = 1; e <= 6; ++e) {
    EpochRecord record{.epoch = e, .loss = 1.0 / e, .metrics = {0.1 * e}, .learning_rate = 0.01};
    if (validated) {
      record.validation_loss = 0.5 + 0.1 * std::abs(e - 4);
      record.validation_metrics = {0.09 * e};
    }
    history.add(record);
  }
  return history;
}

TEST(History, GivesEachSeriesByItsName) {
  const History history = example(true);
  EXPECT_EQ(history.size(), 6);
  EXPECT_EQ(history[3].epoch, 4);
  EXPECT_DOUBLE_EQ(history.training()[1], 0.5);
  EXPECT_DOUBLE_EQ(history.training("accuracy")[1], 0.2);
  EXPECT_DOUBLE_EQ(history.validation()[3], 0.5);
  EXPECT_DOUBLE_EQ(history.validation("accuracy")[3], 0.36);
  EXPECT_TRUE(example(false).validation().array().isNaN().all());
  EXPECT_TRUE(throws<InvalidParameter>([&] { history.training("r2"); }, {"r2", "loss, accuracy"}));
}

TEST(History, RefusesEpochsThatDoNotFollow) {
  History history = example(true);
  EXPECT_TRUE(throws<InvalidInput>([&] { history.add({.epoch = 6, .metrics = {1.0}}); },
                                   {"epoch 7", "epoch 6"}));
  EXPECT_THROW(history.add({.epoch = 7}), InvalidInput);
  EXPECT_THROW(history.add({.epoch = 7, .metrics = {1.0}, .validation_metrics = {1.0, 2.0}}),
               InvalidInput);
  EXPECT_EQ(history.size(), 6);
}

TEST(History, ATableAndAFileOfItHoldEverything) {
  const History history = example(true);
  const std::filesystem::path path =
      std::filesystem::path(testing::TempDir()) / "espalier_history.csv";
  history.to_csv(path);
  const DataFrame table = read_csv(path);
  std::filesystem::remove(path);
  const std::vector<std::string> names{
      "epoch",         "loss",   "validation_loss", "accuracy", "validation_accuracy",
      "learning_rate", "seconds"};
  EXPECT_EQ(table.names(), names);
  ASSERT_EQ(table.rows(), 6);
  EXPECT_EQ(table["loss"].values()[2], 1.0 / 3.0);
  EXPECT_EQ(table["validation_accuracy"].values()[3], history[3].validation_metrics[0]);
  EXPECT_EQ(table["epoch"].values()[5], 6.0);
}

TEST(History, ComesBackFromItsValue) {
  const History history = example(true);
  const History back = Codec<History>::decode(Codec<History>::encode(history));
  EXPECT_EQ(back.metric_names(), history.metric_names());
  EXPECT_EQ(back.validation("accuracy"), history.validation("accuracy"));
}

TEST(History, DrawsAChartForTheLossAndEachMetric) {
  const std::string svg = example(true).to_svg();
  EXPECT_EQ(XmlDocument(svg).all("path", "line").size(),
            8U);  // two lines a chart, and in its legend
  for (const char* const text : {"loss", "accuracy", "training", "validation", "epoch",
                                 "lowest 0.5 in epoch 4", "0.6 at the end"})
    EXPECT_NE(svg.find(text), std::string::npos) << text;
  EXPECT_EQ(example(false).to_svg().find("validation"), std::string::npos);
  EXPECT_THROW(History().to_svg(), InvalidInput);

  const std::filesystem::path path =
      std::filesystem::path(testing::TempDir()) / "espalier_history.svg";
  example(true).to_svg(path);
  std::ostringstream written;
  written << std::ifstream(path).rdbuf();
  std::filesystem::remove(path);
  EXPECT_EQ(written.str(), svg);
}

TEST(History, OneEpochIsAMark) {
  EXPECT_EQ(XmlDocument(example(true).to_svg()).all("circle", "mark").size(), 0U);
  History history;
  history.add({.epoch = 1, .loss = 0.5, .validation_loss = 0.75});
  EXPECT_EQ(XmlDocument(history.to_svg()).all("circle", "mark").size(), 2U);
}

TEST(History, LeavesOutEpochsWhoseMetricIsNoNumber) {
  History history({"r2"});
  history.add({.epoch = 1, .loss = 1.0, .metrics = {std::nan("")}});
  EXPECT_EQ(history.to_svg().find("r2"), std::string::npos);
  history.add({.epoch = 2, .loss = 0.5, .metrics = {0.25}});
  EXPECT_NE(history.to_svg().find("r2"), std::string::npos);
}

}  // namespace
}  // namespace espalier::nn
