// SPDX-License-Identifier: BSD-3-Clause
// The code of docs/early_stopping.md, in one program.
#include <iostream>
#include <espalier/espalier.hpp>
using namespace espalier;

int main() {
  auto [X, y] = read_csv_dataset(ESPALIER_EXAMPLE_DATA "/credit_data.csv", "Status");
  auto [X_train, X_test, y_train, y_test] =
      train_test_split(X, y, {.random_state = 0, .stratify = true});

  HistGradientBoostingClassifier model({.learning_rate = 0.2,
                                        .max_iter = 500,
                                        .early_stopping = true,
                                        .scoring = {"roc_auc", "loss"},
                                        .random_state = 0});
  model.fit(X_train, y_train);
  std::cout << model.n_iter() << " iterations kept of " << model.validation_score().size() - 1
            << ", ROC AUC " << model.validation_score()[model.n_iter()] << "\n";

  const Matrix& history = model.validation_scores();
  std::cout << model.score_names()[1] << " fell from " << -history(0, 1) << " to "
            << -history(model.n_iter(), 1) << "\n";

  auto [X_fit, X_watch, y_fit, y_watch] =
      train_test_split(X_train, y_train, {.random_state = 0, .stratify = true});
  model.fit(X_fit, y_fit, {.validation = ValidationSet{X_watch, y_watch}});

  HistGradientBoostingClassifier folds({.learning_rate = 0.2,
                                        .max_iter = 500,
                                        .scoring = "roc_auc",
                                        .validation_folds = 5,
                                        .random_state = 0});
  folds.fit(X_train, y_train);
  std::cout << folds.n_iter() << " iterations, then on all rows\n";

  HistGradientBoostingClassifier growing({.max_iter = 50, .warm_start = true, .random_state = 0});
  growing.fit(X_train, y_train);
  growing.params().max_iter = 100;
  growing.fit(X_train, y_train);  // 50 more
  std::cout << growing.n_iter() << " iterations in all\n";
}
