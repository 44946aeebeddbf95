#include <iostream>
#include <espalier/espalier.hpp>
using namespace espalier;

int main() {
  auto [X, y] = read_csv_dataset(ESPALIER_EXAMPLE_DATA "/iris.csv", "species");
  auto [X_train, X_test, y_train, y_test] =
      train_test_split(X, y, {.random_state = 0, .stratify = true});
  nn::Sequential net{nn::Dense(4, 16), nn::ReLU(), nn::Dense(16, 3)};
  net.initialize(0);
  nn::DataLoader loader(X_train, y_train, {.batch_size = 16});
  nn::Trainer trainer(net, nn::CrossEntropy(), nn::Adam({.learning_rate = 0.01}), {.epochs = 100});
  for (const auto& e : trainer.fit(loader))
    if (e.epoch % 20 == 0) std::cout << "epoch " << e.epoch << "  loss " << e.loss << '\n';
  const nn::Rows<float> z = net.predict(X_test.to_matrix());
  int right = 0;
  for (Index i = 0; i < z.rows(); ++i) {
    Index k;
    z.row(i).maxCoeff(&k);
    right += loader.classes()[k] == Target(y_test).labels()[i];
  }
  std::cout << "accuracy " << double(right) / double(z.rows()) << '\n';
}
