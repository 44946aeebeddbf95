// SPDX-License-Identifier: BSD-3-Clause
// The main job, end to end: from a CSV file of mixed, incomplete columns to a tuned, evaluated,
// saved and reloaded model. Which customers of a telephone company leave?
//
//     sh cmake/bootstrap.sh demo
#include <algorithm>
#include <iomanip>
#include <iostream>
#include <string>
#include <string_view>
#include <vector>

#include <espalier/espalier.hpp>

using namespace espalier;

namespace {

// Another table, with its own dictionaries: a payment method never seen, and cells that are missing.
constexpr std::string_view new_customers =
    R"(female,senior_citizen,partner,dependents,tenure,phone_service,multiple_lines,internet_service,online_security,online_backup,device_protection,tech_support,streaming_tv,streaming_movies,contract,paperless_billing,payment_method,monthly_charges,total_charges
1,0,0,0,1,1,No,Fiber optic,No,No,No,No,Yes,Yes,Month-to-month,1,Electronic check,95.5,95.5
0,0,1,1,60,1,Yes,DSL,Yes,Yes,Yes,Yes,No,No,Two year,0,Carrier pigeon,70.0,4200
1,0,1,0,14,1,,Fiber optic,,No,,No,Yes,No,Month-to-month,1,,89.9,
)";

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

DataFrame table_of(const ParamList& params) {
  std::vector<std::string> paths, values;
  for (const auto& [path, value] : params) {
    paths.push_back(path);
    values.push_back(value.to_text());
  }
  return {Column::categorical("parameter", paths), Column::categorical("value", values)};
}

void print_title(const std::string& title) { std::cout << "\n== " << title << " ==\n"; }

}  // namespace

int main() try {
  set_warning_handler(warnings_to(std::cerr));

  print_title("The table");
  const DataFrame table = read_csv(ESPALIER_EXAMPLE_DATA "/churn.csv");
  std::cout << table << "\nIts columns, one a row:\n"
            << table.describe().to_string(table.cols(), 160) << "\n";
  const DataFrame X = table.drop("churn");
  const Column& y = table["churn"];
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
  std::cout << search.cv_results().to_string(5) << "\n\nThe best parameters:\n";
  for (const auto& [path, value] : search.best_params())
    std::cout << "  " << path << " = " << value.to_text() << "\n";

  print_title("On the held-out rows");
  const auto& model = search.best_estimator<Pipeline<Classifier>>();
  const Labels truth = model.align(y_test);
  const Labels predicted = model.predict(X_test);
  const Vector p_leave = probability_of(model, X_test, "Yes");
  std::cout << classification_report(truth, predicted, {.target_names = model.class_names()})
            << "\nROC AUC " << roc_auc_score(truth, p_leave) << ", log loss "
            << log_loss(truth, model.predict_proba(X_test)) << "\n";

  const std::string name = boosting_wins ? "gradient boosting" : "logistic regression";
  const std::string other_name = boosting_wins ? "logistic regression" : "gradient boosting";
  Pipeline other = boosting_wins ? logistic : boosting;
  const Vector p_other = probability_of(other.fit(X_train, y_train), X_test, "Yes");
  HtmlReport report("Customer churn", "Held-out rows of a telephone company's customers");
  report.add_scores({{"ROC AUC", roc_auc_score(truth, p_leave)},
                     {"average precision", average_precision_score(truth, p_leave)},
                     {"accuracy", accuracy_score(truth, predicted)}});
  report.add_heading("The model").add_html(html_diagram(model));
  report.add_table(table_of(search.best_params()), "What the search chose");
  report.add_table(search.cv_results().ranking(), "Every candidate of the search");
  report.add_heading("How good it is")
      .add_text("The tuned " + name + " beside " + other_name + " as it comes.")
      .add_roc_curve(name, truth, p_leave)
      .add_roc_curve(other_name, truth, p_other);
  report.add_precision_recall_curve(name, truth, p_leave)
      .add_precision_recall_curve(other_name, truth, p_other);
  report.add_calibration_curve(name, truth, p_leave)
      .add_calibration_curve(other_name, truth, p_other);
  report.add_confusion_matrix(name, truth, predicted, model.class_names());
  report.save("report.html");

  print_title("Saved and loaded");
  save(search, "churn.esp");
  const auto loaded = load<GridSearchCV<Classifier>>("churn.esp");
  const bool same_bits = loaded.predict_proba(X_test) == search.predict_proba(X_test);
  std::cout << "churn.esp holds the model; its predictions are "
            << (same_bits ? "the same, bit by bit" : "DIFFERENT") << "\n";

  print_title("New customers");
  const DataFrame customers = parse_csv(new_customers);
  const Vector p_new = probability_of(loaded, customers, "Yes");
  const std::vector<std::string> predictions = loaded.predict_names(customers);
  const std::vector<std::string> what{"new, month to month", "unseen payment method",
                                      "missing cells"};
  for (std::size_t i = 0; i < what.size(); ++i)
    std::cout << std::left << std::setw(24) << what[i] << std::fixed << std::setprecision(3)
              << p_new[static_cast<Index>(i)] << "  " << predictions[i] << "\n";
  std::cout << "\nreport.html has the curves.\n";
  return same_bits ? 0 : 1;
} catch (const Error& error) {
  std::cerr << error.what() << "\n";
  return 1;
}
