// SPDX-License-Identifier: BSD-3-Clause
#include <espalier/neural_network/gradient_check.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include <espalier/core/errors.hpp>

namespace espalier::nn {
namespace {

/// A network as one layer.
class Whole : public LayerOf<Whole, double> {
 public:
  static constexpr std::string_view type_name = "Sequential";
  explicit Whole(const Sequential<double>& network) : network_(network) {}
  Index outputs(Index inputs) const override { return network_.outputs(inputs); }
  std::vector<Parameter<double>*> parameters() override { return network_.parameters(); }
  void forward(ConstBatch<double> x, Batch<double> y) const override {
    y = network_.predict_rows(x);
  }
  void forward_training(ConstBatch<double> x, Batch<double> y, Random& random) override {
    y = network_.forward(x, random());
  }
  void backward(ConstBatch<double> /*x*/, ConstBatch<double> /*y*/, ConstBatch<double> dy,
                Batch<double> dx) override {
    network_.backward(dy, dx);
  }
  bool backward_parameters(ConstBatch<double> /*x*/, ConstBatch<double> /*y*/,
                           ConstBatch<double> dy) override {
    network_.backward(dy);
    return true;
  }

 private:
  Sequential<double> network_;
};

class Check {
 public:
  Check(const Layer<double>& layer, const Rows<double>& x, GradientCheckOptions options)
      : options_(options), layer_(layer.clone()), x_(x), loss_(x.rows(), layer.outputs(x.cols())) {
    Random random(options_.seed, 0);
    for (Index i = 0; i < loss_.size(); ++i) loss_.data()[i] = random.normal();
  }

  std::vector<GradientDifference> run() {
    const std::vector<Parameter<double>*> parameters = layer_->parameters();
    std::vector<Compared> all(parameters.size() + 1);
    const Rows<double> y = forward();
    Rows<double> dx(x_.rows(), x_.cols());
    layer_->backward(view(x_), view(y), view(loss_), mutable_view(dx));
    all[0] = {"x", {dx}, {}};
    for (std::size_t p = 0; p < parameters.size(); ++p)
      all[p + 1] = {parameters[p]->name, {gradient_of(*parameters[p])}, {}};
    forward();
    if (layer_->backward_parameters(view(x_), view(y), view(loss_)))
      for (std::size_t p = 0; p < parameters.size(); ++p)
        all[p + 1].by_backward.push_back(gradient_of(*parameters[p]));
    all[0].by_differences = differences(x_);
    for (std::size_t p = 0; p < parameters.size(); ++p)
      all[p + 1].by_differences = differences(parameters[p]->value);
    return compare(all);
  }

 private:
  struct Compared {
    std::string by;
    std::vector<Rows<double>> by_backward;  // and by backward_parameters
    Rows<double> by_differences;
  };

  static const Rows<double>& gradient_of(const Parameter<double>& parameter) {
    const Rows<double>&value = parameter.value, &gradient = parameter.gradient;
    if (gradient.rows() != value.rows() || gradient.cols() != value.cols())
      throw InvalidInput(fmt::format(
          "check_gradients: the parameter {} is {} × {}, but backward set a gradient of {} × {}",
          parameter.name, value.rows(), value.cols(), gradient.rows(), gradient.cols()));
    return gradient;
  }

  Rows<double> forward() {
    Rows<double> y(loss_.rows(), loss_.cols());
    Random random(options_.seed, 1);
    layer_->forward_training(view(x_), mutable_view(y), random);
    return y;
  }

  Rows<double> differences(Rows<double>& numbers) {
    Rows<double> result(numbers.rows(), numbers.cols());
    for (Index i = 0; i < numbers.size(); ++i) {
      double& number = numbers.data()[i];
      const double before = number, above = before + options_.step, below = before - options_.step;
      number = above;
      const Rows<double> y_above = forward();
      number = below;
      const Rows<double> y_below = forward();
      number = before;
      result.data()[i] = loss_.cwiseProduct(y_above - y_below).sum() / (above - below);
    }
    return result;
  }

  static std::vector<GradientDifference> compare(const std::vector<Compared>& all) {
    double largest = 0.0;
    for (const Compared& c : all) {
      for (const Rows<double>& a : c.by_backward)
        if (a.size() > 0) largest = std::max(largest, a.cwiseAbs().maxCoeff());
      if (c.by_differences.size() > 0)
        largest = std::max(largest, c.by_differences.cwiseAbs().maxCoeff());
    }
    std::vector<GradientDifference> result;
    for (const Compared& c : all) {
      double worst = 0.0;
      for (const Rows<double>& a : c.by_backward)
        for (Index i = 0; i < a.size(); ++i)
          worst = std::max(worst, relative(a.data()[i], c.by_differences.data()[i], largest));
      result.push_back({c.by, worst});
    }
    return result;
  }

  static double relative(double a, double d, double largest) {
    if (!std::isfinite(a) || !std::isfinite(d)) return std::numeric_limits<double>::infinity();
    if (a == d) return 0.0;
    return std::abs(a - d) / std::max({std::abs(a), std::abs(d), 1e-3 * largest});
  }

  GradientCheckOptions options_;
  std::unique_ptr<Layer<double>> layer_;
  Rows<double> x_;
  Rows<double> loss_;  // its coefficients
};

}  // namespace

std::vector<GradientDifference> gradient_differences(const Layer<double>& layer,
                                                     const Rows<double>& x,
                                                     GradientCheckOptions options) {
  if (!(options.step > 0.0) || !std::isfinite(options.step))
    throw InvalidParameter(
        fmt::format("check_gradients: the step is a finite number > 0, got {}", options.step));
  return Check(layer, x, options).run();
}

double check_gradients(const Layer<double>& layer, const Rows<double>& x,
                       GradientCheckOptions options) {
  double worst = 0.0;
  for (const GradientDifference& d : gradient_differences(layer, x, options))
    worst = std::max(worst, d.relative);
  return worst;
}

double check_gradients(const Sequential<double>& network, const Rows<double>& x,
                       GradientCheckOptions options) {
  return check_gradients(Whole(network), x, options);
}

}  // namespace espalier::nn
