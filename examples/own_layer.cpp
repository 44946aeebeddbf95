// SPDX-License-Identifier: BSD-3-Clause
// A layer and a loss of one's own in a network for diabetes' progress. The layer has a slope to
// learn for each input below zero (PReLU); the loss forgives outliers (log cosh). Its backward pass
// is checked against differences before anything is trained.
#include <cmath>
#include <iomanip>
#include <iostream>

#include <espalier/espalier.hpp>

using namespace espalier;

/// y = x where x > 0, else a·x, with one a for each column.
template <class T>
class PReLU : public nn::LayerOf<PReLU<T>, T> {
 public:
  static constexpr std::string_view type_name = "PReLU";  // in messages and checkpoints

  explicit PReLU(Index inputs) : slope_{"slope", nn::Rows<T>::Constant(1, inputs, T(0.25))} {}

  void initialize(Random& /*random*/) override { slope_.value.setConstant(T(0.25)); }
  std::vector<nn::Parameter<T>*> parameters() override { return {&slope_}; }

  void forward(nn::ConstBatch<T> x, nn::Batch<T> y) const override {
    for (Index i = 0; i < x.rows(); ++i)
      y.row(i) = (x.row(i).array() > T(0))
                     .select(x.row(i).array(), slope_.value.row(0).array() * x.row(i).array());
  }

  // From the gradient of the loss by y to those by x and by the slopes.
  void backward(nn::ConstBatch<T> x, nn::ConstBatch<T> /*y*/, nn::ConstBatch<T> dy,
                nn::Batch<T> dx) override {
    slope_.gradient.setZero(1, x.cols());
    for (Index i = 0; i < x.rows(); ++i) {
      dx.row(i) = (x.row(i).array() > T(0))
                      .select(dy.row(i).array(), slope_.value.row(0).array() * dy.row(i).array());
      slope_.gradient += x.row(i).cwiseMin(T(0)).cwiseProduct(dy.row(i));
    }
  }

  const nn::Rows<T>& slope() const { return slope_.value; }

 private:
  nn::Parameter<T> slope_;
};

/// The weighted mean of log cosh (z − y): half the square of small errors, the size of large ones.
template <class T>
class LogCosh : public nn::LossOf<LogCosh<T>, T> {
 public:
  static constexpr std::string_view type_name = "LogCosh";

  double evaluate(nn::ConstBatch<T> z, nn::ConstBatch<T> y, std::span<const T> weights,
                  nn::Batch<T> dz) const override {
    double total = 0.0, total_weight = 0.0;
    for (Index i = 0; i < z.rows(); ++i) {
      const double weight = weights.empty() ? 1.0 : static_cast<double>(weights[i]);
      const double error = std::abs(static_cast<double>(z(i, 0) - y(i, 0)));
      total += weight * (error + std::log1p(std::exp(-2.0 * error)) - std::log(2.0));
      total_weight += weight;
      if (dz.size() > 0) dz(i, 0) = static_cast<T>(weight * std::tanh(z(i, 0) - y(i, 0)));
    }
    if (dz.size() > 0) dz /= static_cast<T>(total_weight);
    return total / total_weight;
  }
};

int main() try {
  const auto [table, y] = read_csv_dataset(ESPALIER_EXAMPLE_DATA "/diabetes.csv", "progression");
  const auto [X_rest, X_test, y_rest, y_test] =
      train_test_split(table, y, {.test_size = 0.2, .random_state = 0});
  const auto [X_train, X_val, y_train, y_val] =
      train_test_split(X_rest, y_rest, {.test_size = 0.2, .random_state = 0});

  // Before training: is the backward pass the derivative of the forward pass?
  Random random(0);
  nn::Rows<double> x(6, 5);
  for (double& value : x.reshaped()) value = random.normal();
  std::cout << "gradients of PReLU against differences: "
            << nn::check_gradients(PReLU<double>(5), x) << "\n";

  // Targets of the size of 1 suit the loss and the first weights.
  StandardScaler scale;
  const Features X = scale.fit_transform(X_train);
  const double centre = 150.0, unit = 75.0;
  const auto scaled = [&](const Column& column) {
    const Vector values = Target(column).vector();
    return Vector((values.array() - centre) / unit);
  };

  nn::Sequential net{nn::Dense(10, 32), PReLU<float>(32), nn::Dense(32, 1)};
  net.initialize(0);
  nn::DataLoader loader(X, scaled(y_train), {.batch_size = 32});
  nn::Trainer trainer(net, LogCosh<float>(), nn::Adam({.learning_rate = 0.003}),
                      {.epochs = 200,
                       .l2 = 1e-3,
                       .metrics = {"mean_absolute_error", "r2"},
                       .early_stopping = nn::EarlyStopping{.patience = 20}});
  trainer.fit(loader, {.validation = ValidationSet{scale.transform(X_val), scaled(y_val)}});

  std::cout << std::fixed << std::setprecision(3) << "epoch   loss  validation    r2\n";
  for (const nn::EpochRecord& e : trainer.history())
    if (e.epoch % 10 == 1 || e.epoch == trainer.best_epoch())
      std::cout << std::setw(5) << e.epoch << std::setw(7) << e.loss << std::setw(12)
                << e.validation_loss << std::setw(6) << e.validation_metrics[1]
                << (e.epoch == trainer.best_epoch() ? "  the best\n" : "\n");

  const auto& slope = dynamic_cast<const PReLU<float>&>(net.layer(1)).slope();
  std::cout << "slopes learned: from " << slope.minCoeff() << " to " << slope.maxCoeff() << "\n";
  nn::DataLoader held_out(scale.transform(X_test), scaled(y_test), {.shuffle = false});
  const nn::Evaluation result = trainer.evaluate(held_out);
  std::cout << "held out: mean absolute error " << std::setprecision(1) << unit * result.metrics[0]
            << ", R² " << std::setprecision(3) << result.metrics[1] << "\n";
  trainer.history().to_svg("own_layer.svg");
  return result.metrics[1] > 0.3 ? 0 : 1;
} catch (const Error& error) {
  std::cerr << error.what() << "\n";
  return 1;
}
