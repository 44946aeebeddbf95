// SPDX-License-Identifier: BSD-3-Clause
// The code of docs/decomposition.md, in one program.
#include <iostream>
#include <espalier/espalier.hpp>
using namespace espalier;

int main() {
  auto [X, y] = read_csv_dataset(ESPALIER_EXAMPLE_DATA "/breast_cancer.csv", "diagnosis");
  Pipeline model{StandardScaler(), PCA({.n_components = 0.95}), LogisticRegression()};
  model.fit(X, y);
  std::cout << "accuracy " << model.score(X, y) << '\n';

  const Features scaled = StandardScaler().fit_transform(X);
  PCA pca({.n_components = 2});
  const Matrix plane = pca.fit_transform(scaled).to_matrix();  // n × 2, to draw
  std::cout << plane.rows() << " points show " << pca.explained_variance_ratio().sum()
            << " of the variance\n";
}
