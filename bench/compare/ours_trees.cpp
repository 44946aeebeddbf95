// SPDX-License-Identifier: BSD-3-Clause
// Trains one HistGradientBoosting model, predicts with it, and prints as one line of JSON what that
// took. suites/trees.py runs it beside the peers, which get the same job; see bench/compare/README.md.
//
//     ours_trees '{"train": "train.bin", "test": "test.bin", "task": "binary", …}'
#include <algorithm>
#include <exception>
#include <fstream>
#include <iostream>
#include <numeric>
#include <string>
#include <vector>

#include <espalier/compose/column_transformer.hpp>
#include <espalier/compose/pipeline.hpp>
#include <espalier/core/parallel.hpp>
#include <espalier/core/predictor.hpp>
#include <espalier/core/registry.hpp>
#include <espalier/core/version.hpp>
#include <espalier/ensemble/hist_gradient_boosting_classifier.hpp>
#include <espalier/ensemble/hist_gradient_boosting_regressor.hpp>
#include <espalier/impute/simple_imputer.hpp>
#include <espalier/preprocessing/one_hot_encoder.hpp>
#include <espalier/preprocessing/standard_scaler.hpp>

#include "ours.hpp"

namespace {

using namespace espalier;
using compare::get;

struct Job {
  std::string train, test, task, predictions;
  ParamList params;
  Index begin, rows;
  int threads, fits;
  bool predict, pipeline;

  explicit Job(const Value& json)
      : train(get<std::string>(json, "train", "")),
        test(get<std::string>(json, "test", "")),
        task(get<std::string>(json, "task", "")),
        predictions(get<std::string>(json, "predictions", "")),
        params(*json.find("params")->get_if<Value::Object>()),
        begin(get<std::int64_t>(json, "begin", 0)),
        rows(get<std::int64_t>(json, "rows", 0)),
        threads(static_cast<int>(get<std::int64_t>(json, "threads", 0))),
        fits(static_cast<int>(get<std::int64_t>(json, "fits", 1))),
        predict(get<bool>(json, "predict", true)),
        pipeline(get<bool>(json, "pipeline", false)) {
    params.emplace_back("early_stopping", false);
    params.emplace_back("random_state", 0);
  }
};

/// What users put before a model that takes numbers only.
Pipeline<Classifier> prepared(const HistGradientBoostingClassifier& model) {
  return Pipeline{
      ColumnTransformer{
          {"numbers", SimpleImputer({.strategy = ImputeStrategy::median}) | StandardScaler(),
           ColumnType::numeric},
          {"categories",
           SimpleImputer({.strategy = ImputeStrategy::most_frequent}) |
               OneHotEncoder({.sparse_output = false, .handle_unknown = OneHotUnknown::ignore}),
           ColumnType::categorical}},
      step("model", model)};
}

/// The n × k numbers that are scored.
Matrix predictions_of(const Predictor& model, const Features& X) {
  return model.has_predict_proba() ? model.predict_proba(X) : model.predict_raw(X);
}

/// The first n rows as Predictor takes them, one after the other.
std::vector<double> rows_of(const Predictor& model, const Features& all, Index n) {
  std::vector<Index> first(static_cast<std::size_t>(n));
  std::iota(first.begin(), first.end(), Index{0});
  const Features X = all.is_sparse() ? all.take(first).to_dense() : all.take(first);
  std::vector<double> rows(static_cast<std::size_t>(n * X.cols()));
  for (Index j = 0; j < X.cols(); ++j) {
    const FeatureColumn column = X.column(j);
    for (Index i = 0; i < n; ++i) {
      const auto at = static_cast<std::size_t>(i);
      double& cell = rows[static_cast<std::size_t>(i * X.cols() + j)];
      if (column.categorical == nullptr) {
        cell = column.numbers[at];
      } else {
        const std::int32_t code = column.categorical->codes()[at];
        cell = code < 0 ? std::numeric_limits<double>::quiet_NaN()
                        : model.code(
                              j, column.categorical->dictionary()[static_cast<std::size_t>(code)]);
      }
    }
  }
  return rows;
}

struct Latency {
  double median, p99;  // seconds
};

/// One row after the other, each of them ready in memory; less what reading the clock takes.
Latency one_row_latency(const Predictor& model, const Features& X) {
  const Index n = std::min<Index>(5'000, X.rows());
  const auto width = static_cast<std::size_t>(X.cols());
  const std::vector<double> rows = rows_of(model, X, n);
  std::vector<double> out(static_cast<std::size_t>(
      model.has_predict_proba() ? model.classes().size() : model.n_outputs()));
  std::vector<double> seconds, clock;
  for (int round = 0; round < 3; ++round) {  // the first one warms up
    if (round == 1) seconds.clear();
    for (std::size_t i = 0; i < static_cast<std::size_t>(n); ++i) {
      const std::span row(rows.data() + i * width, width);
      RowStatus status = RowStatus::ok;
      seconds.push_back(compare::seconds_of([&] {
        status =
            model.has_predict_proba() ? model.predict_proba(row, out) : model.predict_raw(row, out);
      }));
      if (status != RowStatus::ok) throw std::runtime_error("a row was not scored");
      clock.push_back(compare::seconds_of([] {}));
    }
  }
  const double reading = compare::quantile(clock, 0.5);
  return {compare::quantile(seconds, 0.5) - reading, compare::quantile(seconds, 0.99) - reading};
}

void write_predictions(const std::string& path, const Matrix& predictions) {
  std::ofstream file(path, std::ios::binary);
  file.write(reinterpret_cast<const char*>(predictions.data()),
             predictions.size() * static_cast<Index>(sizeof(double)));
  if (!file.flush()) throw std::runtime_error("cannot write " + path);
}

template <class Model>
void run(const Job& job, Model model) {
  compare::Dataset train = compare::DatasetFile(job.train).read(job.begin, job.rows);
  const bool densify = train.X.is_sparse() && !model.get_tags().sparse;
  const auto as_accepted = [&](Features X) { return densify ? X.to_dense() : X; };
  train.X = as_accepted(train.X);
  const Target y(train.y);

  const compare::PeakMemory memory;
  const double train_seconds =
      compare::median_seconds(job.fits, [&] { model.fit(train.X, y, {.n_threads = job.threads}); });
  std::cout << "{\"version\": \"" << library_version() << "\", \"train_seconds\": " << train_seconds
            << ", \"added_mb\": " << memory.added_megabytes()
            << ", \"densified\": " << (densify ? "true" : "false");
  if (job.predict) {
    const Features X = as_accepted(compare::DatasetFile(job.test).read(0, 0).X);
    const ThreadLimit limit(job.threads);
    const Predictor predictor = model.predictor();
    Matrix predictions;
    const double seconds =
        compare::median_seconds(3, [&] { predictions = predictions_of(predictor, X); });
    write_predictions(job.predictions, predictions);
    const Latency row = one_row_latency(predictor, X);
    std::cout << ", \"predict_seconds\": " << seconds << ", \"row_seconds\": " << row.median
              << ", \"row_p99_seconds\": " << row.p99;
  }
  std::cout << "}\n";
}

}  // namespace

int main(int argc, char** argv) try {
  if (argc != 2) throw std::runtime_error("usage: ours_trees JOB, a JSON object");
  const Job job(Value::parse(argv[1]));
  if (job.task == "regression") {
    HistGradientBoostingRegressor model;
    model.set_params(job.params);
    run(job, model);
    return 0;
  }
  HistGradientBoostingClassifier model;
  model.set_params(job.params);
  if (job.pipeline) {
    run(job, prepared(model));
  } else {
    run(job, model);
  }
} catch (const std::exception& error) {
  std::cerr << error.what() << '\n';
  return 1;
}
