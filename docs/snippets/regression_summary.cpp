// SPDX-License-Identifier: BSD-3-Clause
// The code of docs/regression_summary.md, in one program.
#include <iostream>
#include <espalier/espalier.hpp>
using namespace espalier;

int main() {
  auto [X, y] = read_csv_dataset(ESPALIER_EXAMPLE_DATA "/diabetes.csv", "progression");

  LinearRegression model;
  model.fit(X, y);
  const RegressionSummary s = summary(model, X, y);
  std::cout << s;

  for (const CoefficientSummary& c : s.coefficients)
    if (c.p_value < 0.01) std::cout << c.name << ": " << c.low << " to " << c.high << "\n";

  auto [tumours, diagnosis] =
      read_csv_dataset(ESPALIER_EXAMPLE_DATA "/breast_cancer.csv", "diagnosis");
  const DataFrame some = tumours.select({"mean_texture", "mean_smoothness", "mean_symmetry"});
  LogisticRegression logistic({.C = infinity, .max_iter = 1000});
  logistic.fit(some, diagnosis);
  std::cout << summary(logistic, some, diagnosis, {.confidence_level = 0.99});
}
