// SPDX-License-Identifier: BSD-3-Clause
#include <iostream>

#include <espalier/neural_network.hpp>

using namespace espalier;

int main() {
  // Two questions a row: is the sum positive, is the first number larger than the second?
  const Matrix X = Matrix::Random(500, 2);
  Matrix Y(500, 2);
  Y.col(0) = (X.rowwise().sum().array() > 0.0).cast<double>();
  Y.col(1) = (X.col(0).array() > X.col(1).array()).cast<double>();

  nn::Sequential net{nn::Dense(2, 16), nn::ReLU(), nn::Dense(16, 2)};
  net.initialize(0);
  nn::DataLoader loader(X, Y, {.batch_size = 32});
  const nn::BinaryCrossEntropy loss({.reduction = nn::Reduction::sum});
  nn::Trainer trainer(net, loss, nn::Adam({.learning_rate = 0.01}), {.epochs = 30});
  trainer.fit(loader);

  nn::Rows<float> probabilities = net.predict(X);
  loss.predict(nn::mutable_view(probabilities));
  const auto right = (probabilities.array() > 0.5F) == (Y.array() > 0.5);
  std::cout << "answers that are right: " << right.cast<double>().mean() << '\n';
}
