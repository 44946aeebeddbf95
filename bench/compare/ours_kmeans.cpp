// SPDX-License-Identifier: BSD-3-Clause
// Runs one job of k-means and prints as one line of JSON what it took; the centres found go to a file
// of doubles, row by row. suites/kmeans.py runs it beside the peers, which get the same job.
//
//     ours_kmeans '{"data": "blobs.bin", "centers": "ours.bin", "task": "fit", "k": 64, …}'
#include <exception>
#include <fstream>
#include <iostream>
#include <numeric>
#include <string>
#include <vector>

#include <espalier/cluster.hpp>
#include <espalier/core/parallel.hpp>

#include "ours.hpp"

namespace {

using namespace espalier;
using compare::get;

struct Job {
  explicit Job(const Value& json)
      : data(get<std::string>(json, "data", "")),
        centers(get<std::string>(json, "centers", "")),
        task(get<std::string>(json, "task", "fit")),
        float32(get<bool>(json, "float32", false)),
        k(static_cast<int>(get<std::int64_t>(json, "k", 8))),
        max_iter(static_cast<int>(get<std::int64_t>(json, "max_iter", 300))),
        tol(get<double>(json, "tol", 1e-4)),
        repeats(static_cast<int>(get<std::int64_t>(json, "repeats", 1))),
        threads(static_cast<int>(get<std::int64_t>(json, "threads", 0))) {}

  std::string data, centers, task;
  bool float32;
  int k, max_iter;
  double tol;
  int repeats, threads;
};

void write_centers(const std::string& path, const Matrix& centers) {
  const Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor> rows = centers;
  std::ofstream(path, std::ios::binary)
      .write(reinterpret_cast<const char*>(rows.data()),
             static_cast<std::streamsize>(rows.size() * 8));
}

/// Seconds of the task; the centres go to `centers`.
double run(const Job& job, const Features& X, Matrix& centers, int& n_iter) {
  std::vector<Index> first(static_cast<std::size_t>(job.k));
  std::iota(first.begin(), first.end(), Index{0});
  const Matrix init = X.take(first).to_matrix();
  const ThreadLimit limit(job.threads);
  if (job.task == "seed")
    return compare::median_seconds(
        job.repeats, [&] { centers = kmeans_plusplus(X, job.k, {.random_state = 0}).centers; });
  if (job.task == "batches") {
    MiniBatchKMeans model({.n_clusters = job.k,
                           .init = init,
                           .max_iter = job.max_iter,
                           .random_state = 0,
                           .max_no_improvement = std::nullopt});
    const double seconds = compare::median_seconds(job.repeats, [&] { model.fit(X); });
    centers = model.cluster_centers();
    n_iter = model.n_iter();
    return seconds;
  }
  KMeans model({.n_clusters = job.k, .init = init, .max_iter = job.max_iter, .tol = job.tol});
  if (job.task == "default") model = KMeans({.n_clusters = job.k, .random_state = 0});
  double seconds = compare::median_seconds(job.repeats, [&] { model.fit(X); });
  centers = model.cluster_centers();
  n_iter = model.n_iter();
  if (job.task == "predict")
    seconds = compare::median_seconds(job.repeats, [&] { model.predict(X); });
  return seconds;
}

}  // namespace

int main(int argc, char** argv) try {
  if (argc != 2) throw std::runtime_error("usage: ours_kmeans JOB");
  const Job job(Value::parse(argv[1]));
  Features X = compare::DatasetFile(job.data).read(0, 0).X;
  if (job.float32) X = Matrix32(X.dense().cast<float>());
  Matrix centers;
  int n_iter = 0;
  const double seconds = run(job, X, centers, n_iter);
  write_centers(job.centers, centers);
  std::cout << "{\"seconds\": " << seconds << ", \"n_iter\": " << n_iter << "}\n";
} catch (const std::exception& error) {
  std::cerr << error.what() << '\n';
  return 1;
}
