// SPDX-License-Identifier: BSD-3-Clause
// The code of docs/neural_networks.md, in one program.
#include <cmath>
#include <filesystem>
#include <iostream>

#include <espalier/espalier.hpp>
using namespace espalier;

class Swish : public nn::LayerOf<Swish, float> {
 public:
  static constexpr std::string_view type_name = "Swish";
  void forward(nn::ConstBatch<float> x, nn::Batch<float> y) const override {
    y = x.array() / (1.0F + (-x.array()).exp());
  }
  void backward(nn::ConstBatch<float> x, nn::ConstBatch<float> y, nn::ConstBatch<float> dy,
                nn::Batch<float> dx) override {
    const auto s = 1.0F / (1.0F + (-x.array()).exp());
    dx = dy.array() * (s + y.array() * (1.0F - s));
  }
};

class Cauchy : public nn::LossOf<Cauchy, float> {
 public:
  static constexpr std::string_view type_name = "Cauchy";
  double evaluate(nn::ConstBatch<float> z, nn::ConstBatch<float> y, std::span<const float> weights,
                  nn::Batch<float> dz) const override {
    double total = 0.0, total_weight = 0.0;
    for (Index i = 0; i < z.rows(); ++i) {
      const float w = weights.empty() ? 1.0F : weights[i];
      const float error = z(i, 0) - y(i, 0);
      total += w * std::log1p(error * error);
      total_weight += w;
      if (dz.size() > 0) dz(i, 0) = w * 2.0F * error / (1.0F + error * error);
    }
    if (dz.size() > 0) dz /= static_cast<float>(total_weight);
    return total / total_weight;
  }
};

void a_loop_of_ones_own(nn::Sequential<float>& net, nn::DataLoader<float>& loader) {
  const nn::CrossEntropy loss;
  nn::Adam optimizer({.learning_rate = 0.01});
  nn::Rows<float> gradient;
  for (Index epoch = 0, step = 0; epoch < 5; ++epoch)
    for (const nn::MiniBatch<float>& batch : loader.epoch(epoch)) {
      loss(net.forward(batch.X, 0, step++), batch.y, gradient);
      net.backward(nn::view(gradient));
      nn::clip_by_norm<float>(net.parameters(), 1.0);
      optimizer.step(net.parameters());
    }
}

int main() {
  auto [table, y] = read_csv_dataset(ESPALIER_EXAMPLE_DATA "/breast_cancer.csv", "diagnosis");
  auto [X_train, X_val, y_train, y_val] =
      train_test_split(table, y, {.random_state = 0, .stratify = true});
  StandardScaler scale;
  const Features X = scale.fit_transform(X_train), X_held_out = scale.transform(X_val);

  nn::Sequential net{nn::Dense(30, 32), nn::ReLU(), nn::Dropout(0.2), nn::Dense(32, 2)};
  net.initialize(0);
  nn::DataLoader loader(X, y_train, {.batch_size = 32});
  nn::Trainer trainer(net, nn::CrossEntropy(), nn::Adam({.learning_rate = 0.01}), {.epochs = 20});
  trainer.fit(loader);

  nn::Rows<float> p = net.predict(X_held_out.to_matrix());
  nn::CrossEntropy().predict(nn::mutable_view(p));
  Index best = 0;
  p.row(0).maxCoeff(&best);
  std::cout << "the first row is " << Target(y_train).class_names()[loader.classes()[best]]
            << ", with probability " << p(0, best) << "\n";

  const auto calibration = [](const Matrix& predicted, const Matrix& target, const Vector&) {
    return std::abs(predicted.col(1).mean() - target.col(0).mean());
  };
  net.initialize(0);
  nn::Trainer watched(net, nn::CrossEntropy(), nn::AdamW({.learning_rate = 0.01}),
                      nn::CosineSchedule({.epochs = 60}),
                      {.epochs = 60,
                       .clip_norm = 1.0,
                       .metrics = {"accuracy", nn::Metric("calibration", calibration)},
                       .early_stopping = nn::EarlyStopping{.patience = 10}});
  const nn::History& history = watched.fit(
      loader, {.validation = ValidationSet{X_held_out, y_val}, .callback = ProgressBar(std::cerr)});
  std::cout << "best of " << history.size() << " epochs: " << watched.best_epoch() << "\n"
            << history.table().head(3);
  history.to_csv("training.csv");
  history.to_svg("training.svg");

  net.initialize(0);
  nn::Trainer callbacks(net, nn::CrossEntropy(), nn::Adam(), {.epochs = 100});
  callbacks.options().callbacks.on_epoch_end = [](const nn::EpochRecord& e) {
    return e.loss > 0.1;  // false ends the training
  };
  callbacks.fit(loader);

  const auto make_trainer = [&] {
    return nn::Trainer(net, nn::CrossEntropy(), nn::Adam(),
                       {.epochs = 30, .checkpoints = nn::Checkpoints{.path = "run.ckpt"}});
  };
  net.initialize(0);
  auto run = make_trainer();
  if (std::filesystem::exists("run.ckpt")) run.resume("run.ckpt");
  run.fit(loader);
  std::filesystem::remove("run.ckpt");

  nn::Sequential small{nn::Dense(30, 8), nn::Tanh(), nn::Dense(8, 2)};
  small.initialize(0);
  const OptimResult result = nn::train_lbfgs(small, nn::CrossEntropy(), loader, {.l2 = 1e-3});
  std::cout << result.message << "\n";
  a_loop_of_ones_own(net, loader);

  nn::Sequential own{nn::Dense(30, 8), Swish(), nn::Dense(8, 1)};
  own.initialize(0);
  nn::DataLoader numbers(X, Target(y_train).values());
  nn::Trainer fit(own, Cauchy(), nn::Adam({.learning_rate = 0.01}), {.epochs = 10});
  std::cout << "with a layer and a loss of one's own: " << fit.fit(numbers).back().loss << "\n";
}
