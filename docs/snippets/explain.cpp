// SPDX-License-Identifier: BSD-3-Clause
// The code of docs/explain.md, in one program.
#include <fstream>
#include <iostream>
#include <espalier/espalier.hpp>
using namespace espalier;

int main() {
  DataFrame table = read_csv(ESPALIER_EXAMPLE_DATA "/credit_data.csv");
  DataFrame X = table.drop("Status");
  auto [X_train, X_test, y_train, y_test] =
      train_test_split(X, table["Status"], {.random_state = 0, .stratify = true});
  HistGradientBoostingClassifier model({.max_iter = 40, .random_state = 0});
  model.fit(X_train, y_train);

  Vector gain = model.feature_importances();
  Vector splits = model.split_counts();
  PermutationImportance importance = permutation_importance(
      model, X_test, y_test, {.scoring = "roc_auc", .n_repeats = 10, .random_state = 0});
  std::cout << importance;

  ShapValues shap = model.shap_values(X_test);
  double raw = shap.expected_value[0] + shap.values[0].row(5).sum();
  std::cout << raw << " = " << model.decision_function(X_test)(5, 0) << "\n"
            << shap.row_table(5) << shap.mean_abs() << "\n";

  Labels truth = model.align(y_test);
  model.staged_predict_proba(X_test, [&](Index iteration, const Matrix& proba) {
    double auc = roc_auc_score(truth, proba.col(1));
    if (iteration % 10 == 9) std::cout << iteration + 1 << " iterations: " << auc << "\n";
  });
  std::vector<Labels> stages = model.staged_predict(X_test);
  Eigen::MatrixXi leaves = model.apply(X_test);

  std::cout << export_text(model, 0, {.max_depth = 2});
  std::ofstream("tree.svg") << export_svg(model, 0);
  std::ofstream("tree.dot") << export_graphviz(model, 0);
  std::ofstream("trees.json") << export_json(model);

  std::cout << gain.sum() << " " << splits.sum() << " " << stages.size() << " " << leaves.cols()
            << "\n";
}
