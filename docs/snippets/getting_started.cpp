// SPDX-License-Identifier: BSD-3-Clause
// The code of docs/getting_started.md, in one program.
#include <iostream>
#include <espalier/espalier.hpp>
using namespace espalier;

int main() {
  set_warning_handler(warnings_to(std::cerr));

  DataFrame table = read_csv(ESPALIER_EXAMPLE_DATA "/credit_data.csv");
  std::cout << table.head() << table.describe();
  DataFrame X = table.drop("Status");
  Column y = table["Status"];

  auto [X_train, X_test, y_train, y_test] =
      train_test_split(X, y, {.test_size = 0.25, .random_state = 0, .stratify = true});

  HistGradientBoostingClassifier trees({.max_iter = 50, .random_state = 0});
  trees.fit(X_train, y_train);
  std::cout << trees << " has an accuracy of " << trees.score(X_test, y_test) << "\n";
  std::cout << trees.predict_names(X_test.take({0}))[0] << "\n";  // one row

  ColumnTransformer prepare{
      {"numbers", SimpleImputer() | StandardScaler(), ColumnType::numeric},
      {"categories",
       SimpleImputer({.strategy = ImputeStrategy::most_frequent}) | OneHotEncoder(),
       {"Home", "Job"}},
      {"rest", ColumnAction::drop, {"Marital", "Records"}}};
  Pipeline model{prepare, LogisticRegression({.C = 0.5})};
  model.fit(X_train, y_train);
  std::cout << model.fitted_step<LogisticRegression>("logistic_regression").coef().cols()
            << " coefficients\n";

  model.set_param("logistic_regression__C", 0.1);
  model.set_param("column_transformer__numbers__simple_imputer__strategy", "median");

  CrossValidation result =
      cross_validate(model, X_train, y_train, {.scoring = {"accuracy", "roc_auc"}, .cv = 5});
  std::cout << result;

  GridSearchCV search(model, {{"logistic_regression__C", {0.01, 0.1, 1.0}}},
                      {.scoring = "roc_auc"});
  search.fit(X_train, y_train, {.callback = ProgressBar(std::cerr)});
  std::cout << search.cv_results() << search.best_score() << "\n";

  Labels truth = search.align(y_test);
  std::cout << classification_report(truth, search.predict(X_test),
                                     {.target_names = search.class_names()});

  Vector weights = Vector::Ones(X_train.rows());
  trees.fit(X_train, y_train, {.sample_weight = weights, .n_threads = 1});

  save(search, "credit.esp");
  auto loaded = load<GridSearchCV<Classifier>>("credit.esp");
  std::cout << (loaded.predict(X_test) == search.predict(X_test)) << "\n";

  try {
    model.predict(X_test.drop("Income"));
  } catch (const InvalidInput& error) {
    std::cout << error.what()
              << "\n";  // ColumnTransformer: X has no column 'Income'; it has Seniority, …
  }
}
