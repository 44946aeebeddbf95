// SPDX-License-Identifier: BSD-3-Clause
#include <espalier/decomposition/pca.hpp>

#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "decomposition/data.hpp"
#include "support/expect_error.hpp"
#include "support/near.hpp"

namespace espalier {
namespace {

using namespace testing_support;
using nlohmann::json;

const json& golden_values() {
  static const json values = golden("decomposition.json");
  return values;
}

void expect_golden(const std::string& name, const Features& X, const PCAParams& params,
                   double tolerance = 1e-9) {
  SCOPED_TRACE(name);
  const json& expected = golden_values().at(name);
  const auto model = PCA(params).fit(X);
  expect_learned(model, X, expected, tolerance);
  EXPECT_LT(relative_difference(model.mean(), to_vector(expected["mean"])), tolerance);
  EXPECT_TRUE(near(model.noise_variance(), expected["noise_variance"].get<double>(), tolerance));
  if (!expected.contains("score")) return;
  const std::vector<Index> rows{0, 7, 20, 39};
  EXPECT_TRUE(near(model.score(X), expected["score"].get<double>(), tolerance));
  EXPECT_LT(
      relative_difference(model.score_samples(X.take(rows)), to_vector(expected["score_samples"])),
      tolerance);
  EXPECT_LT(relative_difference(model.get_covariance().row(0).transpose(),
                                to_vector(expected["covariance_row"])),
            tolerance);
  EXPECT_LT(relative_difference(model.get_precision().row(0).transpose(),
                                to_vector(expected["precision_row"])),
            tolerance);
}

TEST(PCA, MatchesScikitLearnOnIris) {
  expect_golden("iris", iris(), {});
  expect_golden("iris_2", iris(), {.n_components = 2});
  expect_golden("iris_whiten", iris(), {.n_components = 2, .whiten = true});
}

}  // namespace
}  // namespace espalier
