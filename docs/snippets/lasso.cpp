// SPDX-License-Identifier: BSD-3-Clause
// The code of docs/lasso.md, in one program.
#include <iostream>
#include <espalier/espalier.hpp>
using namespace espalier;

int main() {
  set_warning_handler(warnings_to(std::cerr));
  auto [X, y] = read_csv_dataset(ESPALIER_EXAMPLE_DATA "/diabetes.csv", "progression");

  auto lasso = Lasso({.alpha = 1.0}).fit(X, y);
  std::cout << "coefficients " << lasso.coef() << '\n'
            << "duality gap " << lasso.dual_gap() << " after " << lasso.n_iter() << " sweeps\n";

  auto search = StandardScaler() | LassoCV({.alphas = 50, .cv = 10});
  search.fit(X, y);
  std::cout << "R² " << search.score(X, y) << '\n';

  auto path = enet_path(Features(X).to_dense(), Target(y).vector(), {.l1_ratio = 0.8, .alphas = 5});
  for (Index k = 0; k < path.alphas.size(); ++k)
    std::cout << path.alphas[k] << ": " << (path.coefs.col(k).array() != 0.0).count()
              << " coefficients\n";
}
