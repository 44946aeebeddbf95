// SPDX-License-Identifier: BSD-3-Clause
// The code of docs/import.md, in one program.
#include <iostream>
#include <espalier/espalier.hpp>
using namespace espalier;

int main() {
  DataFrame table = read_csv(ESPALIER_EXAMPLE_DATA "/credit_data.csv");
  DataFrame X = table.drop("Status");

  auto model =
      load_lightgbm<HistGradientBoostingClassifier>(ESPALIER_EXAMPLE_DATA "/credit_lightgbm.txt");
  std::cout << model.predict_proba(X.head(3)) << "\n";
  save(model, "credit.esp");  // from now on like any other model

  std::unique_ptr<Estimator> any = load_xgboost(ESPALIER_EXAMPLE_DATA "/credit_xgboost.json");
  std::cout << any->class_name() << " of " << any->n_features_in() << " features\n";
}
