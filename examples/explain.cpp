// SPDX-License-Identifier: BSD-3-Clause
// Why does the model say that this customer leaves? Reads a boosted model of a telephone company's
// customers: what it uses, what decided for one customer, and a tree to look at.
#include <algorithm>
#include <fstream>
#include <iomanip>
#include <iostream>

#include <espalier/espalier.hpp>

using namespace espalier;

int main() try {
  const DataFrame table = read_csv(ESPALIER_EXAMPLE_DATA "/churn.csv");
  const DataFrame X = table.drop("churn");
  const Column& y = table["churn"];
  const auto [X_train, X_test, y_train, y_test] =
      train_test_split(X, y, {.test_size = 0.25, .random_state = 7, .stratify = true});

  HistGradientBoostingClassifier model({.learning_rate = 0.1,
                                        .max_iter = 60,
                                        .max_leaf_nodes = 8,
                                        .l2_regularization = 10.0,
                                        .random_state = 0});
  model.fit(X_train, y_train);

  std::cout << "== What the model uses ==\n"
            << permutation_importance(model, X_test, y_test,
                                      {.scoring = "roc_auc", .random_state = 0});

  // The customer of whom the model is surest.
  const Vector leaves = model.predict_proba(X_test).col(1);
  Index customer = 0;
  leaves.maxCoeff(&customer);
  const DataFrame row = X_test.take({customer});
  const ShapValues shap = model.shap_values(row);

  std::cout << "\n== Why customer " << customer << " leaves with probability " << std::fixed
            << std::setprecision(3) << leaves[customer] << " ==\n"
            << "log-odds " << shap.expected_value[0] << " on average, here "
            << model.decision_function(row)(0, 0) << ":\n";
  const DataFrame reasons = shap.row_table(0).head(8);
  for (Index i = 0; i < reasons.rows(); ++i) {
    const std::string feature = reasons["feature"].text(i);
    std::cout << std::showpos << std::setw(8) << reasons["contribution"].values()[i]
              << std::noshowpos << "  " << feature << " = " << row[feature].text(0) << "\n";
  }

  const Vector mean_abs = model.shap_values(X_test).mean_abs();
  Index strongest = 0;
  mean_abs.maxCoeff(&strongest);
  std::cout << "Over all held-out customers " << X.names()[strongest]
            << " moves the log-odds most, by " << mean_abs[strongest] << " on average.\n";

  // Would fewer iterations have done?
  std::size_t best = 0;
  double best_auc = 0.0;
  const Labels truth = model.align(y_test);
  model.staged_predict_proba(X_test, [&](Index iteration, const Matrix& proba) {
    const double auc = roc_auc_score(truth, proba.col(1));
    if (auc <= best_auc) return;
    best_auc = auc;
    best = static_cast<std::size_t>(iteration) + 1;
  });
  std::cout << "\nROC AUC is best after " << best << " of " << model.n_iter()
            << " iterations: " << best_auc << "\n\n";

  std::cout << export_text(model, 0, {.max_depth = 2});
  std::ofstream("tree.svg") << export_svg(model, 0);
  std::ofstream("tree.dot") << export_graphviz(model, 0);
  std::ofstream("trees.json") << export_json(model);
} catch (const Error& error) {
  std::cerr << error.what() << "\n";
  return 1;
}
