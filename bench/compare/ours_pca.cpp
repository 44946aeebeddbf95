// SPDX-License-Identifier: BSD-3-Clause
// Fits PCA or StandardScaler on a data file and prints as one line of JSON what that took;
// suites/pca.py runs it beside the peers.
//
//     ours_pca pca|scaler file.data float64|float32 components threads
#include <cstdlib>
#include <exception>
#include <iostream>
#include <string>

#include <espalier/core/parallel.hpp>
#include <espalier/decomposition/pca.hpp>
#include <espalier/preprocessing/standard_scaler.hpp>

#include "ours.hpp"

namespace {

using espalier::Features;
using espalier::Index;

constexpr Index warm_up_rows = 1000;

void run_pca(const Features& X, const Features& some, Index components, int n_threads) {
  espalier::PCA pca({.n_components = components, .random_state = 0});
  pca.fit(some, {.n_threads = n_threads});
  const double seconds = compare::seconds_of([&] { pca.fit(X, {.n_threads = n_threads}); });
  const espalier::Vector& variances = pca.explained_variance();
  std::cout << "{\"fit\": " << seconds << ", \"variances\": [";
  std::cout.precision(17);
  for (Index i = 0; i < variances.size(); ++i) std::cout << (i > 0 ? ", " : "") << variances[i];
  std::cout << "]}\n";
}

void run_scaler(const Features& X, const Features& some, int n_threads) {
  const espalier::ThreadLimit limit(n_threads);
  espalier::StandardScaler scaler;
  scaler.fit(some);
  scaler.transform(some);
  const double fit = compare::seconds_of([&] { scaler.fit(X); });
  const double transform = compare::seconds_of([&] { scaler.transform(X); });
  std::cout << "{\"fit\": " << fit << ", \"transform\": " << transform << "}\n";
}

}  // namespace

int main(int argc, char** argv) try {
  if (argc != 6)
    throw std::runtime_error("usage: ours_pca pca|scaler file float64|float32 components threads");
  Features X = compare::DatasetFile(argv[2]).read(0, 0).X;
  if (std::string(argv[3]) == "float32") X = Eigen::MatrixXf(X.dense().cast<float>());
  std::vector<Index> rows(static_cast<std::size_t>(std::min(warm_up_rows, X.rows())));
  for (std::size_t i = 0; i < rows.size(); ++i) rows[i] = static_cast<Index>(i);
  const Features some = X.take(rows);
  const int n_threads = std::atoi(argv[5]);
  if (std::string(argv[1]) == "pca")
    run_pca(X, some, std::atoi(argv[4]), n_threads);
  else
    run_scaler(X, some, n_threads);
} catch (const std::exception& error) {
  std::cerr << error.what() << '\n';
  return 1;
}
