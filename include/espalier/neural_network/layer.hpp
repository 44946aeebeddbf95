// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <memory>
#include <string_view>
#include <vector>

#include <espalier/core/random.hpp>
#include <espalier/neural_network/batch.hpp>

namespace espalier::nn {

/// One step of a network: y = f(x), row by row (or, in training, over the rows of a mini-batch).
///
/// A layer of one's own derives from LayerOf and writes `forward` and `backward`; with numbers to
/// learn also `parameters` and `initialize`:
///
///     class Scale : public nn::LayerOf<Scale, float> {
///      public:
///       static constexpr std::string_view type_name = "Scale";
///       void forward(nn::ConstBatch<float> x, nn::Batch<float> y) const override {
///         y = 2.0F * x;
///       }
///       void backward(nn::ConstBatch<float>, nn::ConstBatch<float>, nn::ConstBatch<float> dy,
///                     nn::Batch<float> dx) override {
///         dx = 2.0F * dy;
///       }
///     };
///
/// `check_gradients` (gradient_check.hpp) compares a backward pass with differences of the forward
/// one. `forward` is const and called by many threads at once; the functions of training are called
/// by one. T is float or double.
template <class T>
class Layer {
 public:
  using Scalar = T;

  virtual ~Layer() = default;
  virtual std::string_view name() const = 0;
  virtual std::unique_ptr<Layer> clone() const = 0;

  /// The width of y for an x of width `inputs`. @throws InvalidInput  the layer wants another width
  virtual Index outputs(Index inputs) const { return inputs; }

  /// Draws new values for the parameters and forgets what training gathered.
  virtual void initialize(Random& /*random*/) {}

  /// What training changes. The pointers live as long as the layer.
  virtual std::vector<Parameter<T>*> parameters() { return {}; }

  /// What else a trained layer knows (running means, say): stored with the parameters.
  virtual std::vector<Parameter<T>*> statistics() { return {}; }

  /// y = f(x) as it is applied after training. y has its shape and holds nothing of use. Allocates
  /// nothing, unless scratch_size says that it needs memory.
  virtual void forward(ConstBatch<T> x, Batch<T> y) const = 0;

  /// The same for a layer that needs memory on the way (a residual block): `scratch` has
  /// scratch_size(x.rows(), x.cols()) numbers, of which most layers need none.
  virtual void forward_with(ConstBatch<T> x, Batch<T> y, T* /*scratch*/) const { forward(x, y); }
  virtual Index scratch_size(Index /*rows*/, Index /*inputs*/) const { return 0; }

  /// y = next(f(x)) in one pass, if this layer can do that with an activation that follows it. False:
  /// not done.
  virtual bool forward_and(const Layer& /*next*/, ConstBatch<T> /*x*/, Batch<T> /*y*/) const {
    return false;
  }

  /// Whether forward_training may give something else than `forward` (dropout, batch normalisation).
  virtual bool differs_in_training() const { return false; }

  /// y = f(x) in training, where it may differ. What `backward` needs beside x and y the layer keeps.
  /// `random` is a fresh stream for this layer and step.
  virtual void forward_training(ConstBatch<T> x, Batch<T> y, Random& /*random*/) { forward(x, y); }

  /// From dy, the gradient of the loss by y, to dx, that by x, both after a forward_training(x, y);
  /// and sets (does not add to) the gradients of the parameters.
  virtual void backward(ConstBatch<T> x, ConstBatch<T> y, ConstBatch<T> dy, Batch<T> dx) = 0;

  /// As `backward` where nobody wants dx, in the first layer. False: not done, call `backward`.
  virtual bool backward_parameters(ConstBatch<T> /*x*/, ConstBatch<T> /*y*/, ConstBatch<T> /*dy*/) {
    return false;
  }

 protected:
  Layer() = default;
  Layer(const Layer&) = default;
  Layer& operator=(const Layer&) = default;
};

/// Writes `name` and `clone` of a layer whose class has a `type_name`.
template <class Derived, class T>
class LayerOf : public Layer<T> {
 public:
  std::string_view name() const override { return Derived::type_name; }
  std::unique_ptr<Layer<T>> clone() const override {
    return std::make_unique<Derived>(static_cast<const Derived&>(*this));
  }
};

}  // namespace espalier::nn
