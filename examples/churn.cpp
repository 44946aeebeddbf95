// SPDX-License-Identifier: BSD-3-Clause
// The main job, end to end: from a CSV file of mixed, incomplete columns to a tuned, evaluated,
// saved and reloaded model. Which customers of a telephone company leave?
//
//     sh cmake/bootstrap.sh demo
#include <algorithm>
#include <chrono>
#include <iomanip>
#include <iostream>

#include <espalier/espalier.hpp>

using namespace espalier;

namespace {

/// The probability of leaving, from a fitted classifier.
Vector probability_of(const Classifier& model, const DataFrame& X, const std::string& name) {
  const auto& names = model.class_names();
  const auto k = std::find(names.begin(), names.end(), name) - names.begin();
  return model.predict_proba(X).col(k);
}

void print_scores(const std::string& title, const CrossValidation& result) {
  std::cout << std::left << std::setw(24) << title << std::fixed << std::setprecision(4);
  for (const auto& scores : result.scores)
    std::cout << "  " << scores.name << " " << result.mean(scores.name) << " ± "
              << result.std(scores.name);
  std::cout << std::defaultfloat << "\n";
}

void print_title(const std::string& title) { std::cout << "\n== " << title << " ==\n"; }

}  // namespace

int main() try {
  set_warning_handler(warnings_to(std::cerr));

  print_title("The table");
  const DataFrame table = read_csv(ESPALIER_EXAMPLE_DATA "/churn.csv");
  std::cout << table << "\n" << table.describe().to_string(table.cols(), 160);
  const DataFrame X = table.drop("churn");
  const Column y = table["churn"];
  const auto [X_train, X_test, y_train, y_test] =
      train_test_split(X, y, {.test_size = 0.25, .random_state = 7, .stratify = true});
  std::cout << X_train.rows() << " rows to learn from, " << X_test.rows() << " held out\n";

  print_title("Two models, cross-validated");
  const ColumnTransformer prepare{
      {"numbers", SimpleImputer({.strategy = ImputeStrategy::median}) | StandardScaler(),
       ColumnType::numeric},
      {"categories",
       SimpleImputer({.strategy = ImputeStrategy::most_frequent}) |
           OneHotEncoder({.handle_unknown = OneHotUnknown::ignore}),
       ColumnType::categorical}};
  const Pipeline logistic{prepare, LogisticRegression()};
  const Pipeline boosting{
      step("model", HistGradientBoostingClassifier({.random_state = 0}))};  // takes the raw table
  std::cout << text_diagram(logistic) << "\n";

  const CrossValidateOptions options{
      .scoring = {"roc_auc", "neg_log_loss"}, .cv = 5, .callback = ProgressBar(std::cerr)};
  const CrossValidation of_logistic = cross_validate(logistic, X_train, y_train, options);
  const CrossValidation of_boosting = cross_validate(boosting, X_train, y_train, options);
  print_scores("LogisticRegression", of_logistic);
  print_scores("HistGradientBoosting", of_boosting);

  print_title("The better one, tuned");
  const bool boosting_wins = of_boosting.mean("roc_auc") > of_logistic.mean("roc_auc");
  const ParameterGrid grid =
      boosting_wins ? ParameterGrid{{"model__learning_rate", {0.03, 0.1}},
                                    {"model__max_leaf_nodes", {4, 8, 16}},
                                    {"model__l2_regularization", {0.0, 10.0}}}
                    : ParameterGrid{{"logistic_regression__C", {0.01, 0.1, 1.0, 10.0}},
                                    {"logistic_regression__class_weight", {Value(), "balanced"}},
                                    {"column_transformer__numbers__simple_imputer__strategy",
                                     {"mean", "median"}}};
  GridSearchCV search(boosting_wins ? boosting : logistic, grid, {.scoring = "roc_auc", .cv = 5});
  search.fit(X_train, y_train, {.callback = ProgressBar(std::cerr)});
  std::cout << search.cv_results().to_string(5) << "\nBest:";
  for (const auto& [path, value] : search.best_params())
    std::cout << "  " << path << " = " << value.to_text();
  std::cout << "\n";

  print_title("On the held-out rows");
  const auto& model = search.best_estimator<Pipeline<Classifier>>();
  const Labels truth = model.align(y_test);
  const Labels predicted = model.predict(X_test);
  const Vector p_leave = probability_of(model, X_test, "Yes");
  std::cout << classification_report(truth, predicted, {.target_names = model.class_names()})
            << "ROC AUC " << roc_auc_score(truth, p_leave) << ", log loss "
            << log_loss(truth, model.predict_proba(X_test)) << "\n";

  HtmlReport report("Customer churn", "Held-out rows of a telephone company's customers");
  Pipeline other = boosting_wins ? logistic : boosting;
  const std::string other_name = boosting_wins ? "logistic regression" : "gradient boosting";
  const Vector p_other = probability_of(other.fit(X_train, y_train), X_test, "Yes");
  report.add_scores({{"ROC AUC", roc_auc_score(truth, p_leave)},
                     {"average precision", average_precision_score(truth, p_leave)},
                     {"accuracy", accuracy_score(truth, predicted)}});
  report.add_heading("The model").add_html(html_diagram(search));
  report.add_table(search.cv_results().to_table(), "Every candidate of the search");
  report.add_heading("How good it is")
      .add_roc_curve("tuned model", truth, p_leave)
      .add_roc_curve(other_name, truth, p_other);
  report.add_precision_recall_curve("tuned model", truth, p_leave)
      .add_precision_recall_curve(other_name, truth, p_other);
  report.add_calibration_curve("tuned model", truth, p_leave)
      .add_calibration_curve(other_name, truth, p_other);
  report.add_confusion_matrix("tuned model", truth, predicted, model.class_names());
  report.save("report.html");

  print_title("Saved and loaded");
  save(search, "churn.esp");
  const auto loaded = load<GridSearchCV<Classifier>>("churn.esp");
  const bool same_bits = loaded.predict_proba(X_test) == search.predict_proba(X_test);
  std::cout << "churn.esp holds the model; its predictions are "
            << (same_bits ? "the same, bit by bit" : "DIFFERENT") << "\n";

  print_title("New customers");
  // Another table, with its own dictionaries: a payment method never seen, and cells that are
  // missing.
  const DataFrame customers = parse_csv(
      "female,senior_citizen,partner,dependents,tenure,phone_service,multiple_lines,internet_"
      "service,online_security,"
      "online_backup,device_protection,tech_support,streaming_tv,streaming_movies,contract,"
      "paperless_billing,"
      "payment_method,monthly_charges,total_charges\n"
      "1,0,0,0,1,1,No,Fiber optic,No,No,No,No,Yes,Yes,Month-to-month,1,Electronic check,95.5,95.5\n"
      "0,0,1,1,60,1,Yes,DSL,Yes,Yes,Yes,Yes,No,No,Two year,0,Carrier pigeon,70.0,4200\n"
      "1,0,1,0,14,1,,Fiber optic,,No,,No,Yes,No,Month-to-month,1,,89.9,\n");
  const Vector p_new = probability_of(loaded, customers, "Yes");
  const std::vector<std::string> what{"new, month to month", "unseen payment method",
                                      "missing cells"};
  for (Index i = 0; i < p_new.size(); ++i)
    std::cout << std::left << std::setw(24) << what[static_cast<std::size_t>(i)] << std::fixed
              << std::setprecision(3) << p_new[i] << "  "
              << loaded.predict_names(customers)[static_cast<std::size_t>(i)] << "\n";
  std::cout << "\nreport.html has the curves.\n";
  return same_bits ? 0 : 1;
} catch (const Error& error) {
  std::cerr << error.what() << "\n";
  return 1;
}
