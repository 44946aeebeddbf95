#include <iostream>
#include <espalier/espalier.hpp>
using namespace espalier;

int main() {
  auto [X, y] = read_csv_dataset("examples/data/credit_data.csv", "Status");
  auto [X_train, X_test, y_train, y_test] =
      train_test_split(X, y, {.random_state = 0, .stratify = true});

  ColumnTransformer prepare{
      {"numbers", SimpleImputer({.strategy = ImputeStrategy::median}) | StandardScaler(),
       ColumnType::numeric},
      {"categories", OneHotEncoder({.handle_unknown = OneHotUnknown::ignore}),
       ColumnType::categorical}};
  auto model = prepare | LogisticRegression();

  model.fit(X_train, y_train);
  std::cout << "accuracy " << model.score(X_test, y_test) << '\n' << text_diagram(model);
  save(model, "credit.esp");
}
