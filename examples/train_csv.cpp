// SPDX-License-Identifier: BSD-3-Clause
// Trains on any CSV file, from the command line:
//
//     train_csv train data.csv --target churn --estimator LogisticRegression --set C=0.1 --cv 5
//     --save model.esp train_csv predict model.esp new.csv --output predictions.csv train_csv
//     estimators                # the names there are train_csv params Ridge              # their
//     parameters
//
// Estimators that take tables as they are receive the table; for the others numbers are imputed and
// scaled, and categories imputed and encoded. Parameters are set by path: --set model__C=0.1, or
// for short
// --set C=0.1; --set prepare__numbers__simple_imputer__strategy=median.
#include <iomanip>
#include <iostream>
#include <string>
#include <vector>

#include <espalier/espalier.hpp>

using namespace espalier;

namespace {

constexpr const char* usage =
    "usage: train_csv train FILE --target COLUMN [--estimator NAME] [--set PATH=VALUE]… "
    "[--categorical COLUMN]…\n"
    "                 [--cv FOLDS] [--scoring NAME] [--delimiter CHAR] [--save MODEL]\n"
    "       train_csv predict MODEL FILE [--output FILE] [--delimiter CHAR]\n"
    "       train_csv estimators\n"
    "       train_csv params NAME\n";

/// A mistake on the command line.
class UsageError : public Error {
 public:
  using Error::Error;
};

struct Arguments {
  std::vector<std::string> positional;
  std::vector<std::pair<std::string, std::string>> options;

  static Arguments parse(int argc, char** argv) {
    Arguments result;
    for (int i = 1; i < argc; ++i) {
      const std::string word = argv[i];
      if (!word.starts_with("--")) {
        result.positional.push_back(word);
      } else if (i + 1 < argc) {
        result.options.emplace_back(word.substr(2), argv[++i]);
      } else {
        throw UsageError(word + " needs a value");
      }
    }
    return result;
  }

  std::vector<std::string> all(const std::string& name) const {
    std::vector<std::string> values;
    for (const auto& [key, value] : options)
      if (key == name) values.push_back(value);
    return values;
  }
  std::string get(const std::string& name, const std::string& fallback = {}) const {
    const auto values = all(name);
    return values.empty() ? fallback : values.back();
  }
  void allow(const std::vector<std::string>& known) const {
    for (const auto& [key, value] : options)
      if (std::find(known.begin(), known.end(), key) == known.end())
        throw UsageError("there is no option --" + key);
  }
};

CsvOptions csv_options(const Arguments& arguments) {
  CsvOptions options;
  const std::string delimiter = arguments.get("delimiter", ",");
  options.delimiter = delimiter == "\\t" ? '\t' : delimiter.at(0);
  for (const std::string& column : arguments.all("categorical"))
    options.types[column] = ColumnType::categorical;
  return options;
}

/// The estimator alone if it takes tables with categories and missing values, else with
/// preparation.
template <class Role>
Pipeline<Role> with_preparation(const Estimator& estimator) {
  std::vector<Step> steps;
  const Tags tags = estimator.get_tags();
  if (!tags.categorical || !tags.allow_nan) {
    const ColumnTransformer prepare{
        {"numbers", SimpleImputer() | StandardScaler(), ColumnType::numeric},
        {"categories",
         SimpleImputer({.strategy = ImputeStrategy::most_frequent}) |
             OneHotEncoder({.handle_unknown = OneHotUnknown::ignore}),
         ColumnType::categorical}};
    steps.push_back({"prepare", prepare});
  }
  steps.push_back({"model", estimator});
  return Pipeline<Role>(std::move(steps));
}

void set_params(Estimator& model, const Arguments& arguments) {
  for (const std::string& assignment : arguments.all("set")) {
    const auto equals = assignment.find('=');
    if (equals == std::string::npos)
      throw UsageError("--set needs PATH=VALUE, not '" + assignment + "'");
    std::string path = assignment.substr(0, equals);
    if (path.find("__") == std::string::npos) path = "model__" + path;
    model.set_param(path, Value::parse(assignment.substr(equals + 1)));
  }
}

template <class Role>
void run_training(const Estimator& estimator, const Dataset& data, const Arguments& arguments) {
  Pipeline<Role> model = with_preparation<Role>(estimator);
  set_params(model, arguments);
  std::cout << text_diagram(model) << "\n";
  if (const std::string folds = arguments.get("cv"); !folds.empty()) {
    CrossValidateOptions options{.cv = std::stoi(folds), .callback = ProgressBar(std::cerr)};
    if (const std::string scoring = arguments.get("scoring"); !scoring.empty())
      options.scoring = scoring;
    std::cout << cross_validate(model, data.X, data.y, options) << "\n";
  }
  model.fit(data.X, data.y, {.callback = ProgressBar(std::cerr)});
  std::cout << "score on the training rows: " << model.score(data.X, data.y) << "\n";
  if (const std::string path = arguments.get("save"); !path.empty()) {
    save(model, path);
    std::cout << "saved as " << path << "\n";
  }
}

void train(const Arguments& arguments) {
  arguments.allow(
      {"target", "estimator", "set", "categorical", "cv", "scoring", "delimiter", "save"});
  if (arguments.positional.size() != 2 || arguments.get("target").empty())
    throw UsageError("train needs a file and --target");
  CsvOptions options = csv_options(arguments);
  options.drop_missing_target = true;
  const Dataset data = read_csv_dataset(arguments.positional[1], arguments.get("target"), options);
  std::cout << data.X.rows() << " rows × " << data.X.cols() << " columns, target '" << data.y.name()
            << "'\n";
  const bool classes = data.y.is_categorical();
  const auto estimator = registry().make(arguments.get(
      "estimator", classes ? "HistGradientBoostingClassifier" : "HistGradientBoostingRegressor"));
  if (estimator->role() == RoleKind::classifier)
    return run_training<Classifier>(*estimator, data, arguments);
  if (estimator->role() == RoleKind::regressor)
    return run_training<Regressor>(*estimator, data, arguments);
  throw UsageError("'" + std::string(estimator->class_name()) +
                   "' is neither a classifier nor a regressor");
}

void predict(const Arguments& arguments) {
  arguments.allow({"output", "delimiter"});
  if (arguments.positional.size() != 3) throw UsageError("predict needs a model and a file");
  const auto model = load_any(arguments.positional[1]);
  DataFrame table = read_csv(arguments.positional[2], csv_options(arguments));
  // Further columns (the target among them) are left aside; what is missing the model names.
  std::vector<std::string> wanted = model->feature_names_in();
  std::erase_if(wanted, [&](const std::string& name) { return !table.contains(name); });
  const DataFrame X = table.select(wanted);

  std::vector<Column> columns;
  if (const auto* classifier = dynamic_cast<const Classifier*>(model.get())) {
    columns.push_back(Column::categorical("prediction", classifier->predict_names(X)));
    if (classifier->has_predict_proba()) {
      const Matrix p = classifier->predict_proba(X);
      for (Index k = 0; k < p.cols(); ++k) {
        const auto& names = classifier->class_names();
        const std::string name = names.empty() ? std::to_string(classifier->classes()[k])
                                               : names[static_cast<std::size_t>(k)];
        columns.push_back(Column::numeric("probability_" + name, p.col(k)));
      }
    }
  } else if (const auto* regressor = dynamic_cast<const Regressor*>(model.get())) {
    columns.push_back(Column::numeric("prediction", regressor->predict(X)));
  } else {
    throw UsageError("the model does not predict");
  }
  const DataFrame result(std::move(columns));
  if (const std::string path = arguments.get("output"); !path.empty())
    write_csv(result, path);
  else
    std::cout << to_csv(result);
}

void list_params(const Arguments& arguments) {
  if (arguments.positional.size() != 2) throw UsageError("params needs the name of an estimator");
  for (const ParamInfo& info : registry().make(arguments.positional[1])->param_infos())
    std::cout << std::left << std::setw(24) << info.name << " " << info.doc << " (" << info.expects
              << "; default " << info.default_value.to_text() << ")\n";
}

}  // namespace

int main(int argc, char** argv) try {
  set_warning_handler(warnings_to(std::cerr));
  const Arguments arguments = Arguments::parse(argc, argv);
  const std::string command = arguments.positional.empty() ? "" : arguments.positional[0];
  if (command == "train") {
    train(arguments);
  } else if (command == "predict") {
    predict(arguments);
  } else if (command == "estimators") {
    for (const std::string& name : registry().names()) std::cout << name << "\n";
  } else if (command == "params") {
    list_params(arguments);
  } else {
    throw UsageError("no such command");
  }
  return 0;
} catch (const UsageError& error) {
  std::cerr << error.what() << "\n" << usage;
  return 2;
} catch (const std::exception& error) {
  std::cerr << error.what() << "\n";
  return 1;
}
