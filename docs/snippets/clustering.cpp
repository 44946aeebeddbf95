// SPDX-License-Identifier: BSD-3-Clause
// The code of docs/clustering.md, in one program.
#include <iostream>
#include <espalier/espalier.hpp>
using namespace espalier;

int main() {
  auto [table, species] = read_csv_dataset(ESPALIER_EXAMPLE_DATA "/iris.csv", "species");
  const Features X = StandardScaler().fit_transform(table);

  KMeans model({.n_clusters = 3, .n_init = 10, .random_state = 0});
  model.fit(X);
  std::cout << "inertia " << model.inertia() << " after " << model.n_iter() << " iterations\n";
  const Labels clusters = model.predict(X);         // 0, 1 or 2 for each row
  const Features distances = model.transform(X);    // n × 3: to each centre
  const Matrix& centers = model.cluster_centers();  // 3 × p
  std::cout << clusters.size() << " rows, " << distances.cols() << " distances each, "
            << centers.rows() << " centres\n";

  for (int k = 1; k <= 6; ++k)
    std::cout << k << ": "
              << KMeans({.n_clusters = k, .n_init = 10, .random_state = 0}).fit(X).inertia()
              << "\n";

  const KMeansPlusPlusResult start = kmeans_plusplus(X, 3, {.random_state = 1});
  KMeans from_there({.n_clusters = 3, .init = start.centers});
  from_there.fit(X);

  MiniBatchKMeans stream({.n_clusters = 3, .random_state = 0});
  const Matrix rows = X.to_matrix();
  for (Index begin = 0; begin < rows.rows(); begin += 50)
    stream.partial_fit(rows.middleRows(begin, 50));
  std::cout << "in batches: " << -stream.score(X) << "\n";

  Pipeline scaled{StandardScaler(), KMeans({.n_clusters = 3, .random_state = 0})};
  const Labels found = scaled.fit_predict(table);
  std::cout << "from the table: " << found.maxCoeff() + 1 << " clusters\n";
}
