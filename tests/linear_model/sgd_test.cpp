// SPDX-License-Identifier: BSD-3-Clause
// SGDClassifier and SGDRegressor.
#include <espalier/linear_model/sgd_classifier.hpp>
#include <espalier/linear_model/sgd_regressor.hpp>

#include <gtest/gtest.h>

#include <espalier/core/random.hpp>
#include <espalier/core/warnings.hpp>

#include "linear_model/data.hpp"
#include "support/expect_error.hpp"
#include "support/near.hpp"

namespace espalier {
namespace {

using namespace testing_support;
using nlohmann::json;

const json& golden_values() {
  static const json values = golden("linear_model_sgd.json");
  return values;
}

/// Columns scaled; the target of the diabetes data too.
LinearData data_of(const json& expected) {
  const std::string name = expected["data"];
  LinearData data = name == "cancer" ? cancer() : name == "iris" ? iris() : diabetes();
  data.X = scaled(data.X);
  if (name == "diabetes") data.y = Target(Vector(scaled(data.y.values())));
  return data;
}

template <class Model>
void expect_golden(const std::string& name) {
  SCOPED_TRACE(name);
  const json& expected = golden_values().at(name);
  const LinearData data = data_of(expected);
  const SparseMatrix sparse = data.X.cwiseMax(0.0).sparseView();
  const Features X = expected["sparse"].get<bool>() ? Features(sparse) : Features(data.X);
  const Index n = data.X.rows();
  FitContext context;
  if (expected["weighted"].get<bool>()) context.sample_weight = golden_weights(n);
  Model model({.shuffle = false});
  for (const auto& [key, value] : expected["params"].items())
    model.set_param(key, Value::parse(value == true ? "1" : value.dump()));
  const auto pieces = expected["pieces"].get<Index>();
  if (pieces == 0) {
    model.fit(X, data.y, context);
  } else {
    for (Index piece = 0, begin = 0; piece < pieces; ++piece) {  // the first are longer by a row
      std::vector<Index> rows(static_cast<std::size_t>(n / pieces + (piece < n % pieces ? 1 : 0)));
      for (Index& row : rows) row = begin++;
      if constexpr (std::is_same_v<Model, SGDClassifier>)
        model.partial_fit(X.take(rows), data.y.take(rows), data.y);
      else
        model.partial_fit(X.take(rows), data.y.take(rows));
    }
  }
  EXPECT_EQ(model.n_iter(), expected["n_iter"].get<int>());
  EXPECT_EQ(model.t(), expected["t"].get<double>());
  const Matrix coef = to_matrix(expected["coef"]);
  const Vector intercept = to_vector(expected["intercept"]);
  const double size = std::max(coef.cwiseAbs().maxCoeff(), intercept.cwiseAbs().maxCoeff());
  // (Where coefficients shrink by nine digits, their averages lose as many in the difference of two
  // sums, here and there.)
  const double tolerance = (name == "classifier_average_strong" ? 1e-7 : 1e-9) * size;
  EXPECT_LT((model.state().linear.coef - coef).cwiseAbs().maxCoeff(), tolerance);
  EXPECT_LT((model.state().linear.intercept - intercept).cwiseAbs().maxCoeff(), tolerance);
}

TEST(Sgd, MatchesScikitLearnOnRowsInTheirOrder) {
  Index cases = 0;
  for (const auto& [name, expected] : golden_values().items()) {
    ++cases;
    if (name.starts_with("classifier"))
      expect_golden<SGDClassifier>(name);
    else
      expect_golden<SGDRegressor>(name);
  }
  EXPECT_EQ(cases, 37);
}

}  // namespace
}  // namespace espalier
