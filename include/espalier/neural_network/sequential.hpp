// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <concepts>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include <espalier/core/value.hpp>
#include <espalier/neural_network/layer.hpp>

namespace espalier::nn {

/// Layers one after the other.
///
///     nn::Sequential net{nn::Dense(4, 16), nn::ReLU(), nn::Dense(16, 3)};
///     net.initialize(0);
///     const nn::Rows<float> z = net.predict(X);     // n × 3
///
/// In training, `forward` keeps the values of all layers and `backward` goes back through them; see
/// Trainer for the loop. A copy has the same layers and values. `predict` is const and may be called
/// from many threads at once.
template <class T>
class Sequential {
 public:
  Sequential() = default;
  template <class... Layers>
  requires(sizeof...(Layers) > 0 &&
           (std::derived_from<Layers, Layer<T>> && ...)) explicit Sequential(Layers... layers) {
    (add(std::move(layers)), ...);
  }
  Sequential(const Sequential& other);
  Sequential& operator=(const Sequential& other);
  Sequential(Sequential&&) noexcept = default;
  Sequential& operator=(Sequential&&) noexcept = default;
  ~Sequential() = default;

  template <class L>
  requires std::derived_from<L, Layer<T>> Sequential& add(L layer) {
    return add(std::unique_ptr<Layer<T>>(std::make_unique<L>(std::move(layer))));
  }
  Sequential& add(std::unique_ptr<Layer<T>> layer);

  Index size() const { return static_cast<Index>(layers_.size()); }
  Layer<T>& layer(Index i) { return *layers_.at(static_cast<std::size_t>(i)); }
  const Layer<T>& layer(Index i) const { return *layers_.at(static_cast<std::size_t>(i)); }

  /// The width of the result for rows of width `inputs`. @throws InvalidInput  there are no layers, or
  /// one, which is named, wants another width
  Index outputs(Index inputs) const;

  /// Draws the values of all layers, each from its own stream.
  void initialize(std::uint64_t seed);

  std::vector<Parameter<T>*> parameters();
  std::vector<Parameter<T>*> statistics();
  bool differs_in_training() const;  ///< whether a layer does
  Index n_parameters() const;

  /// A training pass. `step` numbers the passes of a training, so that each has random numbers of
  /// its own. The result lives until the next call.
  const Rows<T>& forward(ConstBatch<T> x, std::uint64_t seed = 0, std::uint64_t step = 0);
  /// From the gradient of the loss by the result of the last `forward` to those by all parameters.
  /// x must still be there. @throws InvalidInput  another shape, or no `forward` that came to its end
  void backward(ConstBatch<T> gradient);
  /// The same, and to that by x, of its shape.
  void backward(ConstBatch<T> gradient, Batch<T> dx);

  /// The network applied to n rows: n × outputs.
  template <class Derived>
  Rows<T> predict(const Eigen::MatrixBase<Derived>& X) const {
    return predict_rows(X.template cast<T>());
  }
  Rows<T> predict_rows(const Rows<T>& X) const;
  /// The same for a few rows into a place for them, without threads and allocation; `scratch` has
  /// scratch_size(x.rows(), x.cols()) numbers.
  void predict(ConstBatch<T> x, Batch<T> y, T* scratch) const;
  Index scratch_size(Index rows, Index inputs) const;

  /// All parameters and statistics, layer by layer; `load` puts them into a network of the same
  /// layers. @throws FormatError  they do not fit; nothing is changed
  Value save() const;
  void load(const Value& value);

 private:
  Index widest(Index inputs) const;
  void backward_to(ConstBatch<T> gradient, Batch<T>* dx);

  std::vector<std::unique_ptr<Layer<T>>> layers_;
  // Of the last training pass.
  bool went_forward_ = false;  // through all layers
  const T* input_ = nullptr;
  Index n_inputs_ = 0;
  std::vector<Rows<T>> values_;       // what each layer gave
  Rows<T> gradient_, next_gradient_;  // on the way back
};

template <class L, class... Layers>
Sequential(L, Layers...) -> Sequential<typename L::Scalar>;

extern template class Sequential<float>;
extern template class Sequential<double>;

}  // namespace espalier::nn
