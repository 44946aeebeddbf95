// SPDX-License-Identifier: BSD-3-Clause
// A network with four inputs, 16 hidden units and three classes: by hand with the core of
// neural_network, and as MLPClassifier. Prints the held-out accuracy of both over ten seeds.
#include <iomanip>
#include <iostream>

#include <espalier/espalier.hpp>

using namespace espalier;

namespace {

/// Layers, batches and a loop of one's own.
Labels by_hand(const Matrix& X, const Labels& y, const Matrix& X_test, int seed) {
  nn::Sequential net{nn::Dense(4, 16), nn::ReLU(), nn::Dense(16, 3)};
  net.initialize(static_cast<std::uint64_t>(seed));
  nn::DataLoader loader(X, y, {.batch_size = 16, .random_state = seed});
  nn::CrossEntropy loss;
  nn::Adam optimizer({.learning_rate = 0.01});
  const auto parameters = net.parameters();
  nn::Rows<float> gradient;
  for (Index epoch = 0; epoch < 100; ++epoch)
    for (const nn::MiniBatch<float>& batch : loader.epoch(epoch)) {
      loss(net.forward(batch.X), batch.y, gradient);
      net.backward(nn::view(gradient));
      optimizer.step(parameters);
    }
  const nn::Rows<float> logits = net.predict(X_test);
  Labels predicted(logits.rows());
  for (Index i = 0; i < logits.rows(); ++i) {
    Index k;
    logits.row(i).maxCoeff(&k);
    predicted[i] = loader.classes()[k];
  }
  return predicted;
}

Labels by_estimator(const Matrix& X, const Labels& y, const Matrix& X_test, int seed) {
  MLPClassifier model({.hidden_layer_sizes = {16},
                       .batch_size = 16,
                       .learning_rate_init = 0.01,
                       .max_iter = 100,
                       .random_state = seed});
  return model.fit(X, y).predict(X_test);
}

}  // namespace

int main() {
  auto [table, species] = read_csv_dataset(ESPALIER_EXAMPLE_DATA "/iris.csv", "species");
  const Matrix X = Features(table).to_matrix();
  const Labels y = Target(species).labels();
  std::cout << std::fixed << std::setprecision(3) << "seed  by hand  MLPClassifier\n";
  double least = 1.0;
  for (int seed = 0; seed < 10; ++seed) {
    auto [X_train, X_test, y_train, y_test] =
        train_test_split(X, y, {.random_state = seed, .stratify = true});
    const double hand = accuracy_score(y_test, by_hand(X_train, y_train, X_test, seed));
    const double model = accuracy_score(y_test, by_estimator(X_train, y_train, X_test, seed));
    std::cout << std::setw(4) << seed << std::setw(9) << hand << std::setw(15) << model << '\n';
    least = std::min({least, hand, model});
  }
  std::cout << "least " << least << '\n';
}
