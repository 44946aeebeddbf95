// SPDX-License-Identifier: BSD-3-Clause
// Runs one job of neural networks and prints as one line of JSON what it took; the probabilities of
// the rows held out go to a file of doubles, row by row. suites/mlp.py runs it beside the peers,
// which get the same job.
//
//     ours_mlp '{"data": "images.bin", "rows": 60000, "task": "epoch", "layers": [784, 128, 10], …}'
#include <array>
#include <exception>
#include <fstream>
#include <iostream>
#include <string>
#include <vector>

#include <espalier/core/parallel.hpp>
#include <espalier/neural_network.hpp>

#include "ours.hpp"
#include "peak.hpp"

namespace {

using namespace espalier;
using compare::get;

struct Job {
  explicit Job(const Value& json)
      : data(get<std::string>(json, "data", "")),
        proba(get<std::string>(json, "proba", "")),
        task(get<std::string>(json, "task", "epoch")),
        layers(get<Value::Integers>(json, "layers", {})),
        rows(get<std::int64_t>(json, "rows", 0)),
        batch(get<std::int64_t>(json, "batch", 32)),
        epochs(static_cast<int>(get<std::int64_t>(json, "epochs", 1))),
        learning_rate(get<double>(json, "learning_rate", 1e-3)),
        repeats(static_cast<int>(get<std::int64_t>(json, "repeats", 1))),
        threads(static_cast<int>(get<std::int64_t>(json, "threads", 0))),
        seed(get<std::int64_t>(json, "seed", 0)) {}

  bool has_one_output() const { return layers.back() == 1; }

  std::string data, proba, task;
  Value::Integers layers;
  Index rows, batch;
  int epochs;
  double learning_rate;
  int repeats, threads;
  std::int64_t seed;
};

struct Data {
  Matrix32 X, held_out;
  Labels y;
};

Data read(const Job& job) {
  const compare::Dataset all = compare::DatasetFile(job.data).read(0, 0);
  const MatrixView X = all.X.dense();
  return {X.topRows(job.rows).cast<float>(), X.bottomRows(X.rows() - job.rows).cast<float>(),
          all.y.head(job.rows).cast<int>()};
}

void write(const std::string& path, const nn::Rows<double>& numbers) {
  std::ofstream(path, std::ios::binary)
      .write(reinterpret_cast<const char*>(numbers.data()),
             static_cast<std::streamsize>(numbers.size() * 8));
}

/// By hand, with the parts of the core.
class Network {
 public:
  explicit Network(const Job& job) : learning_rate_(job.learning_rate) {
    for (std::size_t i = 0; i + 1 < job.layers.size(); ++i) {
      if (i > 0) net_.add(nn::ReLU());
      net_.add(nn::Dense(job.layers[i], job.layers[i + 1]));
    }
    net_.initialize(static_cast<std::uint64_t>(job.seed));
    if (job.has_one_output())
      loss_ = std::make_unique<nn::BinaryCrossEntropy<float>>();
    else
      loss_ = std::make_unique<nn::CrossEntropy<float>>();
  }

  /// Seconds of every epoch.
  std::vector<double> train(nn::DataLoader<float>& loader, int epochs) {
    nn::Adam adam({.learning_rate = learning_rate_});
    const std::vector<nn::Parameter<float>*> parameters = net_.parameters();
    nn::Rows<float> gradient;
    std::vector<double> seconds;
    for (int epoch = 0; epoch < epochs; ++epoch)
      seconds.push_back(compare::seconds_of([&] {
        for (const nn::MiniBatch<float>& batch : loader.epoch(epoch)) {
          (*loss_)(net_.forward(batch.X), batch.y, gradient);
          net_.backward(nn::view(gradient));
          adam.step(parameters);
        }
      }));
    return seconds;
  }

  nn::Rows<double> predict_proba(const Matrix32& X) const {
    nn::Rows<float> z = net_.predict(X);
    loss_->predict(nn::mutable_view(z));
    return z.cast<double>();
  }

  /// µs of one row, which is ready in memory.
  double microseconds_a_row(const Matrix32& X) const {
    const nn::Rows<float> rows = X;
    nn::Rows<float> out(1, net_.outputs(rows.cols()));
    std::vector<float> scratch(static_cast<std::size_t>(net_.scratch_size(1, rows.cols())));
    std::vector<double> seconds;
    for (Index i = 0; i < 2200; ++i)
      seconds.push_back(compare::seconds_of([&] {
        net_.predict({rows.data() + i % 500 * rows.cols(), 1, rows.cols()}, nn::mutable_view(out),
                     scratch.data());
      }));
    seconds.erase(seconds.begin(), seconds.begin() + 200);
    return 1e6 * compare::quantile(std::move(seconds), 0.5);
  }

 private:
  double learning_rate_;
  nn::Sequential<float> net_;
  std::unique_ptr<nn::Loss<float>> loss_;
};

nn::DataLoader<float> loader_of(const Job& job, const Data& data) {
  return {data.X, data.y, {.batch_size = job.batch, .random_state = job.seed}};
}

double run(const Job& job) {
  const Data data = read(job);
  if (job.task == "estimator") {
    Vector hidden(static_cast<Index>(job.layers.size()) - 2);
    for (Index i = 0; i < hidden.size(); ++i)
      hidden[i] = static_cast<double>(job.layers[static_cast<std::size_t>(i) + 1]);
    MLPClassifier model({.hidden_layer_sizes = {hidden.begin(), hidden.end()},
                         .alpha = 0.0,
                         .batch_size = job.batch,
                         .learning_rate_init = job.learning_rate,
                         .max_iter = job.epochs,
                         .random_state = job.seed,
                         .n_iter_no_change = job.epochs});
    const double seconds = compare::median_seconds(job.repeats, [&] { model.fit(data.X, data.y); });
    write(job.proba, model.predict_proba(data.held_out));
    return seconds;
  }
  nn::DataLoader<float> loader = loader_of(job, data);
  Network network(job);
  double figure = 0.0;
  if (job.task == "fit") {
    figure = compare::median_seconds(job.repeats, [&] {
      nn::DataLoader<float> own = loader_of(job, data);
      network = Network(job);
      network.train(own, job.epochs);
    });
  } else {
    figure = compare::quantile(network.train(loader, job.epochs), 0.5);
  }
  if (job.task == "row") return network.microseconds_a_row(data.X);
  write(job.proba, network.predict_proba(data.held_out));
  return figure;
}

/// Seconds of a dense layer with 1024 inputs and outputs on 512 rows, forward and back, times the
/// machine's peak, by its operations.
double beyond_peak(double peak) {
  constexpr Index rows = 512, width = 1024;
  nn::Dense layer(width, width);
  Random random(0);
  layer.initialize(random);
  const nn::Rows<float> x = nn::Rows<float>::Random(rows, width), dy = x;
  nn::Rows<float> y(rows, width), dx(rows, width);
  const double seconds = compare::median_seconds(50, [&] {
    layer.forward(nn::view(x), nn::mutable_view(y));
    layer.backward(nn::view(x), nn::view(y), nn::view(dy), nn::mutable_view(dx));
  });
  return seconds * peak / (3.0 * 2.0 * rows * width * width);
}

}  // namespace

int main(int argc, char** argv) try {
  if (argc != 2) throw std::runtime_error("usage: ours_mlp JOB");
  const Job job(Value::parse(argv[1]));
  const ThreadLimit limit(job.threads);
  if (job.task == "peak") {
    const double peak = compare::peak_of_floats(job.threads);
    std::cout << "{\"figure\": " << beyond_peak(peak) << ", \"peak\": " << peak << "}\n";
  } else {
    std::cout << "{\"figure\": " << run(job) << "}\n";
  }
} catch (const std::exception& error) {
  std::cerr << error.what() << '\n';
  return 1;
}
