// SPDX-License-Identifier: BSD-3-Clause
// Fits one linear model, writes its coefficients to a file, and prints as one line of JSON what that
// took. suites/linear.py runs it beside the peers, which get the same job; see
// bench/compare/README.md.
//
//     ours_linear '{"train": "train.bin", "estimator": "Ridge", "params": {"alpha": 1}, …}'
#include <exception>
#include <fstream>
#include <iostream>
#include <string>
#include <vector>

#include <espalier/core/parallel.hpp>
#include <espalier/linear_model.hpp>

#include "ours.hpp"

namespace {

using namespace espalier;
using compare::get;

struct Job {
  std::string train, estimator, task, coefs;
  ParamList params;
  std::vector<double> alphas;
  int threads, fits;
  bool predict;

  explicit Job(const Value& json)
      : train(get<std::string>(json, "train", "")),
        estimator(get<std::string>(json, "estimator", "")),
        task(get<std::string>(json, "task", "")),
        coefs(get<std::string>(json, "coefs", "")),
        params(*json.find("params")->get_if<Value::Object>()),
        threads(static_cast<int>(get<std::int64_t>(json, "threads", 0))),
        fits(static_cast<int>(get<std::int64_t>(json, "fits", 1))),
        predict(get<bool>(json, "predict", false)) {
    const Value* const list = json.find("alphas");
    if (const auto* const numbers = list ? list->get_if<Value::Numbers>() : nullptr)
      alphas.assign(numbers->begin(), numbers->end());
  }
};

/// `coef` of k × p row by row, and k intercepts.
void write_coefs(const Job& job, const Matrix& coef, const Vector& intercept) {
  std::ofstream file(job.coefs, std::ios::binary);
  const Matrix by_row = coef.transpose();
  const auto write = [&](const double* numbers, Index n) {
    file.write(reinterpret_cast<const char*>(numbers), n * static_cast<Index>(sizeof(double)));
  };
  write(by_row.data(), by_row.size());
  write(intercept.data(), intercept.size());
  if (!file.flush()) throw std::runtime_error("cannot write " + job.coefs);
}

template <class Model>
void run(const Job& job, const compare::Dataset& train) {
  Model model;
  model.set_params(job.params);
  const Target y =
      job.task == "binary" ? Target(Labels((train.y.array() > 0.0).cast<int>())) : Target(train.y);
  const double seconds =
      compare::median_seconds(job.fits, [&] { model.fit(train.X, y, {.n_threads = job.threads}); });
  std::cout << "{\"seconds\": " << seconds;
  if (job.predict) {
    const ThreadLimit limit(job.threads);
    std::cout << ", \"predict_seconds\": "
              << compare::median_seconds(job.fits, [&] { model.predict(train.X); });
  }
  std::cout << "}\n";
  write_coefs(job, model.coef(), model.intercept());
}

void run_path(const Job& job, const compare::Dataset& train) {
  LassoPathOptions options;
  options.alphas = job.alphas;
  for (const auto& [name, value] : job.params) {
    if (name == "tol") options.tol = *value.get_if<double>();
    if (name == "max_iter") options.max_iter = static_cast<int>(*value.get_if<std::int64_t>());
  }
  const ThreadLimit limit(job.threads);
  EnetPath path;
  const double seconds =
      compare::median_seconds(job.fits, [&] { path = lasso_path(train.X, train.y, options); });
  std::cout << "{\"seconds\": " << seconds << "}\n";
  write_coefs(job, path.coefs.transpose(), Vector::Zero(path.coefs.cols()));
}

}  // namespace

int main(int argc, char** argv) try {
  if (argc != 2) throw std::runtime_error("usage: ours_linear JOB, a JSON object");
  const Job job(Value::parse(argv[1]));
  const compare::Dataset train = compare::DatasetFile(job.train).read(0, 0);
  if (job.estimator == "lasso_path")
    run_path(job, train);
  else if (job.estimator == "Ridge")
    run<Ridge>(job, train);
  else if (job.estimator == "LinearRegression")
    run<LinearRegression>(job, train);
  else if (job.estimator == "Lasso")
    run<Lasso>(job, train);
  else if (job.estimator == "LogisticRegression")
    run<LogisticRegression>(job, train);
  else if (job.estimator == "SGDClassifier")
    run<SGDClassifier>(job, train);
  else if (job.estimator == "PoissonRegressor")
    run<PoissonRegressor>(job, train);
  else
    throw std::runtime_error("no such estimator here: " + job.estimator);
} catch (const std::exception& error) {
  std::cerr << error.what() << '\n';
  return 1;
}
