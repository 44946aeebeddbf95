// SPDX-License-Identifier: BSD-3-Clause
// The code of docs/logistic_regression.md, in one program.
#include <iostream>
#include <espalier/espalier.hpp>
using namespace espalier;

int main() {
  auto [X, y] = read_csv_dataset(ESPALIER_EXAMPLE_DATA "/breast_cancer.csv", "diagnosis");

  LogisticRegression model({.C = 0.5});
  model.fit(X, y);
  std::cout << model.n_iter() << " iterations, accuracy " << model.score(X, y) << "\n";

  LogisticRegression sparse_model({.C = 0.5, .l1_ratio = 1.0});
  sparse_model.fit(X, y);
  std::cout << (sparse_model.coef().array() != 0.0).count()
            << " of 30 columns have a coefficient\n";

  LogisticRegressionCV chosen({.scoring = "neg_log_loss"});
  chosen.fit(X, y);
  std::cout << "the best C is " << chosen.C() << ", its log loss "
            << -chosen.scores().colwise().mean().maxCoeff() << "\n";

  LogisticRegression again({.warm_start = true});
  again.fit(X, y);
  again.params().C = 0.9;
  again.fit(X, y);  // from the coefficients for C = 1
  std::cout << again.n_iter() << " iterations more\n";

  auto [rows, progression] = read_csv_dataset(ESPALIER_EXAMPLE_DATA "/diabetes.csv", "progression");
  GammaRegressor amounts({.alpha = 0.0});
  amounts.fit(rows, progression);
  std::cout << "deviance explained: " << amounts.score(rows, progression) << "\n";
}
