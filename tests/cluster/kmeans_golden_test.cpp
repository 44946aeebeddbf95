// SPDX-License-Identifier: BSD-3-Clause
// From the same centres KMeans finds what scikit-learn finds.
#include <gtest/gtest.h>

#include <espalier/cluster/kmeans.hpp>

#include "cluster/data.hpp"
#include "support/near.hpp"

namespace espalier {
namespace {

using namespace testing_support;
using nlohmann::json;

class KMeansGolden : public testing::TestWithParam<std::string> {
 protected:
  KMeansGolden() : expected(golden("cluster_kmeans.json")[GetParam()]) {
    X = cluster_data(expected["data"].get<std::string>());
    const auto rows = expected["rows"].get<std::vector<Index>>();
    Matrix init = X(rows, Eigen::all);
    init.row(init.rows() - 1).array() += expected["shift"].get<double>();
    model = KMeans({.n_clusters = static_cast<int>(rows.size()), .init = init});
    for (const auto& [name, value] : expected["params"].items())
      model.set_param(name, value.is_number_integer() ? Value(value.get<std::int64_t>())
                                                      : Value(value.get<double>()));
  }

  Features form(const Matrix& dense) const {
    if (expected["form"] == "sparse") return SparseMatrix(dense.sparseView());
    if (expected["form"] == "float32") return Matrix32(dense.cast<float>());
    return dense;
  }

  const json& expected;
  Matrix X;
  KMeans model;
};

TEST_P(KMeansGolden, MatchesScikitLearn) {
  FitContext context;
  if (expected["weighted"].get<bool>()) context.sample_weight = golden_weights(X.rows());
  const Features given = form(X);
  model.fit(given, context);
  // Single precision: sums of ours are double, scikit-learn's are float.
  const double tolerance = expected["form"] == "float32" ? 2e-5 : 1e-9;
  EXPECT_EQ(model.labels(), to_labels(expected["labels"]));
  EXPECT_EQ(model.n_iter(), expected["n_iter"].get<int>());
  EXPECT_TRUE(near(model.inertia(), to_number(expected["inertia"]), tolerance));
  const Matrix centers = to_matrix(expected["centers"]);
  EXPECT_LE((model.cluster_centers() - centers).cwiseAbs().maxCoeff(),
            tolerance * centers.cwiseAbs().maxCoeff());
  const Matrix distances = model.transform(form(X.topRows(3))).to_matrix();
  EXPECT_TRUE(near(distances, to_matrix(expected["distances"]), 10.0 * tolerance));
  EXPECT_TRUE(near(model.score(form(X.topRows(50))), to_number(expected["score"]), tolerance));
  EXPECT_EQ(model.predict(given), model.labels());
}

std::vector<std::string> names() {
  std::vector<std::string> result;
  for (const auto& [name, value] : golden("cluster_kmeans.json").items())
    if (value.contains("labels")) result.push_back(name);
  return result;
}

INSTANTIATE_TEST_SUITE_P(Cases, KMeansGolden, testing::ValuesIn(names()),
                         [](const auto& test) { return test.param; });

}  // namespace
}  // namespace espalier
