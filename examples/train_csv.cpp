// SPDX-License-Identifier: BSD-3-Clause
// Trains on any CSV file, and predicts, from the command line; the text below says how.
//
// Estimators that take tables as they are receive the table. For the others, numbers are imputed
// and scaled, and categories imputed and encoded.
#include <algorithm>
#include <charconv>
#include <filesystem>
#include <iomanip>
#include <iostream>
#include <optional>
#include <string>
#include <vector>

#include <espalier/espalier.hpp>

using namespace espalier;

namespace {

constexpr const char* usage = R"(usage:
  train_csv train FILE --target COLUMN [options]
      --estimator NAME      default: HistGradientBoostingClassifier or …Regressor
      --set PATH=VALUE      a parameter: C=0.1 of the estimator, or by its path:
                            prepare__numbers__simple_imputer__strategy=median; repeatable
      --categorical COLUMN  its numbers are names, as of a zip code; repeatable
      --cv FOLDS            cross-validate first, on so many folds
      --scoring NAME        of --cv; default: accuracy or r2
      --delimiter CHAR      default: a comma; \t is a tab
      --save MODEL          write the fitted model
  train_csv predict MODEL FILE [--output FILE] [--delimiter CHAR]
  train_csv estimators      the names there are
  train_csv params NAME     the parameters of one

A target of texts is predicted as classes, and a target of numbers by regression:
--categorical makes classes of numbers, of 0 and 1 for instance. A classifier that
--estimator names takes whole numbers as classes too.

predict reads the columns that the model was trained on, by name and with the types
that they had then; it leaves others aside. Without --output it prints.
)";

/// A mistake on the command line.
class UsageError : public Error {
 public:
  using Error::Error;
};

struct Arguments {
  std::vector<std::string> positional;
  std::vector<std::pair<std::string, std::string>> options;

  static Arguments parse(const std::vector<std::string>& words) {
    Arguments result;
    for (std::size_t i = 0; i < words.size(); ++i) {
      if (!words[i].starts_with("--")) {
        result.positional.push_back(words[i]);
      } else if (i + 1 < words.size()) {
        result.options.emplace_back(words[i].substr(2), words[i + 1]);
        ++i;
      } else {
        throw UsageError(words[i] + " needs a value");
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
  std::optional<std::string> get(const std::string& name) const {
    const auto values = all(name);
    return values.empty() ? std::nullopt : std::optional(values.back());
  }
  void allow(const std::vector<std::string>& known) const {
    for (const auto& [key, value] : options)
      if (std::find(known.begin(), known.end(), key) == known.end())
        throw UsageError("there is no option --" + key);
  }
};

char delimiter_of(const Arguments& arguments) {
  const std::string text = arguments.get("delimiter").value_or(",");
  if (text == "\\t") return '\t';
  if (text.size() != 1) throw UsageError("--delimiter is one character, not '" + text + "'");
  return text.front();
}

int folds_of(const std::string& text) {
  int folds = 0;
  const char* end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, folds);
  if (error != std::errc() || stop != end || folds < 2)
    throw UsageError("--cv is a whole number of folds, at least 2, not '" + text + "'");
  return folds;
}

/// What takes an hour to make must have a place to go; said before, not after.
void check_folder(const std::optional<std::string>& path, const std::string& option) {
  if (!path) return;
  const auto folder = std::filesystem::absolute(*path).parent_path();
  if (!std::filesystem::is_directory(folder))
    throw IoError("--" + option + " " + *path + ": there is no folder " + folder.string());
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

struct Job {
  std::optional<int> folds;
  std::optional<std::string> scoring, save;
};

template <class Role>
void run_training(const Estimator& estimator, const Dataset& data, const Job& job,
                  const Arguments& arguments) {
  Pipeline<Role> model = with_preparation<Role>(estimator);
  set_params(model, arguments);
  std::cout << text_diagram(model) << "\n";
  if (job.folds) {
    CrossValidateOptions options{.cv = *job.folds, .callback = ProgressBar(std::cerr)};
    if (job.scoring) options.scoring = *job.scoring;
    std::cout << cross_validate(model, data.X, data.y, options) << "\n";
  }
  model.fit(data.X, data.y, {.callback = ProgressBar(std::cerr)});
  std::cout << "score on the training rows: " << model.score(data.X, data.y) << "\n";
  if (job.save) {
    save(model, *job.save);
    std::cout << "saved as " << *job.save << "\n";
  }
}

/// What the target is taken for; the type of its column decides it.
std::string decision(const Column& y, const Estimator& estimator) {
  const std::string target = "target '" + y.name() + "': ";
  const bool classifies = estimator.role() == RoleKind::classifier;
  if (y.is_categorical())
    return target + "categorical" +
           (classifies ? ", so its " + std::to_string(y.dictionary().size()) + " texts are classes"
                       : "");
  if (classifies)
    return target + "numeric, but " + std::string(estimator.class_name()) +
           " takes its numbers as classes";
  return target + "numeric, so regression; use --categorical " + y.name() + " for classes";
}

void train(const Arguments& arguments) {
  arguments.allow(
      {"target", "estimator", "set", "categorical", "cv", "scoring", "delimiter", "save"});
  const auto target = arguments.get("target");
  if (arguments.positional.size() != 2 || !target)
    throw UsageError("train needs a file and --target");
  Job job{.folds = {}, .scoring = arguments.get("scoring"), .save = arguments.get("save")};
  if (const auto folds = arguments.get("cv")) job.folds = folds_of(*folds);
  if (job.scoring && !job.folds)
    throw UsageError("--scoring says how --cv scores; there is no --cv");
  check_folder(job.save, "save");

  CsvOptions options{.delimiter = delimiter_of(arguments), .drop_missing_target = true};
  for (const std::string& column : arguments.all("categorical"))
    options.types[column] = ColumnType::categorical;
  const Dataset data = read_csv_dataset(arguments.positional[1], *target, options);
  std::cout << data.X.rows() << " rows × " << data.X.cols() << " columns\n";
  const auto estimator =
      registry().make(arguments.get("estimator")
                          .value_or(data.y.is_categorical() ? "HistGradientBoostingClassifier"
                                                            : "HistGradientBoostingRegressor"));
  std::cout << decision(data.y, *estimator) << "\n";
  if (estimator->role() == RoleKind::classifier)
    return run_training<Classifier>(*estimator, data, job, arguments);
  if (estimator->role() == RoleKind::regressor)
    return run_training<Regressor>(*estimator, data, job, arguments);
  throw UsageError("'" + std::string(estimator->class_name()) +
                   "' is neither a classifier nor a regressor");
}

/// The columns that the model was trained on, with the types that they had: a zip code is a category
/// here too, and a column without a value is what it was.
DataFrame read_columns_of(const Estimator& model, const std::string& path, CsvOptions options) {
  DataFrame table = read_csv(path, options);
  const Schema& schema = model.schema();
  if (schema.names.empty()) return table;  // trained on a matrix
  std::string missing;
  for (const std::string& name : schema.names)
    if (!table.contains(name)) missing += (missing.empty() ? "'" : ", '") + name + "'";
  if (!missing.empty())
    throw InvalidInput(path + " lacks columns that the model was trained on: " + missing);
  bool same_types = true;
  for (Index j = 0; j < schema.n_features; ++j) {
    options.types[schema.name(j)] = schema.type(j);
    same_types = same_types && table[schema.name(j)].type() == schema.type(j);
  }
  if (same_types) return table.select(schema.names);
  options.columns = schema.names;
  return read_csv(path, options);
}

void predict(const Arguments& arguments) {
  arguments.allow({"output", "delimiter"});
  if (arguments.positional.size() != 3) throw UsageError("predict needs a model and a file");
  const auto output = arguments.get("output");
  check_folder(output, "output");
  const auto model = load_any(arguments.positional[1]);
  const DataFrame X =
      read_columns_of(*model, arguments.positional[2], {.delimiter = delimiter_of(arguments)});

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
  if (output)
    write_csv(result, *output);
  else
    std::cout << to_csv(result);
}

void list_params(const Arguments& arguments) {
  if (arguments.positional.size() != 2) throw UsageError("params needs the name of an estimator");
  for (const ParamInfo& info : registry().make(arguments.positional[1])->param_infos())
    std::cout << std::left << std::setw(24) << info.name << " " << info.doc << " (" << info.expects
              << "; default " << info.default_value.to_text() << ")\n";
}

void run(const Arguments& arguments) {
  const std::string command = arguments.positional.empty() ? "" : arguments.positional[0];
  if (command == "train") return train(arguments);
  if (command == "predict") return predict(arguments);
  if (command == "params") return list_params(arguments);
  if (command != "estimators") throw UsageError("there is no command '" + command + "'");
  for (const std::string& name : registry().names()) std::cout << name << "\n";
}

}  // namespace

int main(int argc, char** argv) try {
  const std::vector<std::string> words(argv + 1, argv + argc);
  const auto asks = [](const std::string& word) { return word == "--help" || word == "-h"; };
  if (std::any_of(words.begin(), words.end(), asks)) {
    std::cout << usage;
    return 0;
  }
  if (words.empty()) {
    std::cerr << usage;
    return 2;
  }
  set_warning_handler(warnings_to(std::cerr));
  run(Arguments::parse(words));
  return 0;
} catch (const UsageError& error) {
  std::cerr << error.what() << "\ntrain_csv --help says how to use it\n";
  return 2;
} catch (const std::exception& error) {
  std::cerr << error.what() << "\n";
  return 1;
}
