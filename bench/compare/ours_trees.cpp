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
Matrix predictions_of(const Classifier& model, const Features& X) { return model.predict_proba(X); }
Matrix predictions_of(const Regressor& model, const Features& X) { return model.predict(X); }

struct Latency {
  double median, p99;  // seconds
};

/// One row after the other, each of them ready in memory.
template <class Model>
Latency one_row_latency(const Model& model, const Features& X) {
  constexpr Index n_rows = 5'000;
  const ThreadLimit one(1);
  std::vector<Features> rows;
  for (Index i = 0; i < std::min(n_rows, X.rows()); ++i) rows.push_back(X.take({&i, 1}));
  std::vector<double> seconds;
  double sum = 0;                            // keeps the calls
  for (int round = 0; round < 3; ++round) {  // the first one warms up
    if (round == 1) seconds.clear();
    for (const Features& row : rows)
      seconds.push_back(compare::seconds_of([&] { sum += predictions_of(model, row)(0, 0); }));
  }
  if (std::isnan(sum)) throw std::runtime_error("a prediction is NaN");
  return {compare::quantile(seconds, 0.5), compare::quantile(seconds, 0.99)};
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
    Matrix predictions;
    const double seconds =
        compare::median_seconds(3, [&] { predictions = predictions_of(model, X); });
    write_predictions(job.predictions, predictions);
    const Latency row = one_row_latency(model, X);
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
