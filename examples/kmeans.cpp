// SPDX-License-Identifier: BSD-3-Clause
// Groups the flowers of Fisher's iris data by their measurements alone, and then looks at what
// botanists call them:
//
//     examples/kmeans            from the build tree
#include <exception>
#include <iomanip>
#include <iostream>
#include <map>
#include <string>
#include <vector>

#include <espalier/cluster.hpp>
#include <espalier/io.hpp>
#include <espalier/preprocessing.hpp>

using namespace espalier;

namespace {

/// How much of the spread about one centre each number of clusters leaves.
void print_numbers_of_clusters(const Features& X) {
  std::cout << "clusters   spread left\n";
  double whole = 0.0;
  for (int k = 1; k <= 6; ++k) {
    const double left = KMeans({.n_clusters = k, .n_init = 20, .random_state = 0}).fit(X).inertia();
    if (k == 1) whole = left;
    std::cout << std::setw(8) << k << std::setw(13) << 100.0 * left / whole << " %\n";
  }
}

void print_centers(const KMeans& model, const StandardScaler& scaler) {
  const Matrix centers = scaler.inverse_transform(model.cluster_centers()).to_matrix();
  std::cout << "\nThe centres, in centimetres\n";
  for (const std::string& name : scaler.feature_names_in()) std::cout << std::setw(14) << name;
  for (Index c = 0; c < centers.rows(); ++c) {
    std::cout << "\n";
    for (Index j = 0; j < centers.cols(); ++j) std::cout << std::setw(14) << centers(c, j);
  }
}

void print_species(const KMeans& model, const Target& species) {
  std::cout << "\n\nFlowers of each species in each cluster\n";
  const std::vector<std::string>& names = species.class_names();
  Eigen::MatrixXi count =
      Eigen::MatrixXi::Zero(model.params().n_clusters, static_cast<Index>(names.size()));
  for (Index i = 0; i < species.rows(); ++i) ++count(model.labels()[i], species.labels()[i]);
  std::cout << "cluster";
  for (const std::string& name : names) std::cout << std::setw(12) << name;
  for (Index c = 0; c < count.rows(); ++c) {
    std::cout << "\n" << std::setw(7) << c;
    for (Index s = 0; s < count.cols(); ++s) std::cout << std::setw(12) << count(c, s);
  }
}

}  // namespace

int main() try {
  auto [table, y] = read_csv_dataset(ESPALIER_EXAMPLE_DATA "/iris.csv", "species");
  const Target species(y);
  StandardScaler scaler;
  const Features X = scaler.fit_transform(table);
  std::cout << std::fixed << std::setprecision(1);
  print_numbers_of_clusters(X);

  KMeans model({.n_clusters = 3, .n_init = 20, .random_state = 0});
  model.fit(X);
  print_centers(model, scaler);
  print_species(model, species);
  std::cout << "\n";
} catch (const std::exception& error) {
  std::cerr << error.what() << '\n';
  return 1;
}
