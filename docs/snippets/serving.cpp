// SPDX-License-Identifier: BSD-3-Clause
// The code of docs/serving.md, in one program.
#include <iostream>
#include <espalier/espalier.hpp>
using namespace espalier;

int main() {
  auto [X, y] = read_csv_dataset(ESPALIER_EXAMPLE_DATA "/credit_data.csv", "Status");
  Pipeline model{
      ColumnTransformer{{"numbers", SimpleImputer() | StandardScaler(), ColumnType::numeric},
                        {"categories", OneHotEncoder({.handle_unknown = OneHotUnknown::ignore}),
                         ColumnType::categorical}},
      LogisticRegression()};
  model.fit(X, y);

  const Predictor scorer = model.predictor();  // once; may be shared by all threads
  const Index age = scorer.column("Age");      // once
  const Index job = scorer.column("Job");

  Row row = scorer.make_row();  // once a thread
  row.set(age, 42.0);
  row.set(job, "freelance");
  double p[2];
  if (scorer.predict_proba(row, p) == RowStatus::ok) std::cout << p[1] << "\n";

  HistGradientBoostingRegressor trees({.max_iter = 50, .random_state = 0});
  Matrix numbers = Matrix::Random(1000, 5);
  trees.fit(numbers, Vector(numbers.rowwise().sum()));
  const Predictor fast = trees.predictor();
  const double values[] = {0.1, 0.2, 0.3, 0.4, 0.5};
  double value = 0.0;
  const RowStatus status = fast.predict(values, value);
  const Vector many = fast.predict(numbers);

  std::cout << (status == RowStatus::ok) << " " << value << " " << many.size() << "\n";
}
