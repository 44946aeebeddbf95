// SPDX-License-Identifier: BSD-3-Clause
#include <espalier/neural_network/sequential.hpp>

#include <fmt/format.h>

#include <algorithm>

#include <espalier/core/codec.hpp>
#include <espalier/core/errors.hpp>
#include <espalier/core/parallel.hpp>
#include <espalier/core/params.hpp>

namespace espalier::nn {
namespace {

/// Rows that go through all layers together when many are predicted: their values stay in the cache.
constexpr Index rows_per_block = 64;

template <class T>
Value encode(const Parameter<T>& p) {
  const T* const data = p.value.data();
  return Value::Object{{"name", p.name},
                       {"rows", p.value.rows()},
                       {"cols", p.value.cols()},
                       {"values", Value::Numbers(data, data + p.value.size())}};
}

template <class T>
Rows<T> decode(const Value& value, const Parameter<T>& p) {
  detail::check_keys(value, {"name", "rows", "cols", "values"}, true, "a parameter");
  const std::string name = detail::decode_text(*value.find("name"));
  const Value::Numbers numbers = detail::decode_numbers(*value.find("values"));
  const auto most = std::numeric_limits<Index>::max();
  const Index rows = detail::decode_integer(*value.find("rows"), 0, most);
  const Index cols = detail::decode_integer(*value.find("cols"), 0, most);
  if (name != p.name || rows != p.value.rows() || cols != p.value.cols() ||
      static_cast<Index>(numbers.size()) != p.size())
    throw FormatError(fmt::format("expected {}, {} × {}, got {}, {} × {}, with {} values", p.name,
                                  p.value.rows(), p.value.cols(), name, rows, cols,
                                  numbers.size()));
  Rows<T> result(rows, cols);
  std::transform(numbers.begin(), numbers.end(), result.data(),
                 [](double v) { return static_cast<T>(v); });
  return result;
}

}  // namespace

template <class T>
Sequential<T>::Sequential(const Sequential& other) {
  for (const auto& layer : other.layers_) layers_.push_back(layer->clone());
}

template <class T>
Sequential<T>& Sequential<T>::operator=(const Sequential& other) {
  return *this = Sequential(other);
}

template <class T>
Sequential<T>& Sequential<T>::add(std::unique_ptr<Layer<T>> layer) {
  if (layer == nullptr) throw InvalidParameter("Sequential: a layer is null");
  layers_.push_back(std::move(layer));
  went_forward_ = false;
  return *this;
}

template <class T>
Index Sequential<T>::outputs(Index inputs) const {
  if (layers_.empty()) throw InvalidInput("Sequential: there are no layers");
  for (std::size_t i = 0; i < layers_.size(); ++i) try {
      inputs = layers_[i]->outputs(inputs);
    } catch (const InvalidInput& error) {
      throw InvalidInput(fmt::format("layer {}: {}", i, error.what()));
    }
  return inputs;
}

template <class T>
void Sequential<T>::initialize(std::uint64_t seed) {
  for (std::size_t i = 0; i < layers_.size(); ++i) {
    Random random(seed, i);
    layers_[i]->initialize(random);
  }
}

template <class T>
std::vector<Parameter<T>*> Sequential<T>::parameters() {
  std::vector<Parameter<T>*> all;
  for (const auto& layer : layers_)
    for (Parameter<T>* p : layer->parameters()) all.push_back(p);
  return all;
}

template <class T>
bool Sequential<T>::differs_in_training() const {
  return std::any_of(layers_.begin(), layers_.end(),
                     [](const auto& layer) { return layer->differs_in_training(); });
}

template <class T>
std::vector<Parameter<T>*> Sequential<T>::statistics() {
  std::vector<Parameter<T>*> all;
  for (const auto& layer : layers_)
    for (Parameter<T>* p : layer->statistics()) all.push_back(p);
  return all;
}

template <class T>
Index Sequential<T>::n_parameters() const {
  Index n = 0;
  for (const auto& layer : layers_)
    for (const Parameter<T>* p : layer->parameters()) n += p->size();
  return n;
}

template <class T>
const Rows<T>& Sequential<T>::forward(ConstBatch<T> x, std::uint64_t seed, std::uint64_t step) {
  outputs(x.cols());
  went_forward_ = false;
  input_ = x.data();
  n_inputs_ = x.cols();
  values_.resize(layers_.size());
  for (std::size_t i = 0; i < layers_.size(); ++i) {
    const ConstBatch<T> in = i == 0 ? x : view(values_[i - 1]);
    values_[i].resize(x.rows(), layers_[i]->outputs(in.cols()));
    Random random(seed, step * layers_.size() + i);
    layers_[i]->forward_training(in, mutable_view(values_[i]), random);
  }
  went_forward_ = true;
  return values_.back();
}

template <class T>
void Sequential<T>::backward(ConstBatch<T> gradient) {
  backward_to(gradient, nullptr);
}

template <class T>
void Sequential<T>::backward(ConstBatch<T> gradient, Batch<T> dx) {
  backward_to(gradient, &dx);
}

template <class T>
void Sequential<T>::backward_to(ConstBatch<T> gradient, Batch<T>* input_gradient) {
  if (!went_forward_ || layers_.empty()) throw InvalidInput("Sequential: backward before forward");
  const Rows<T>& result = values_.back();
  const auto check = [](std::string_view what, Index rows, Index cols, const auto& of_it) {
    if (of_it.rows() != rows || of_it.cols() != cols)
      throw InvalidInput(fmt::format("Sequential: the {} is {} × {}, the gradient {} × {}", what,
                                     rows, cols, of_it.rows(), of_it.cols()));
  };
  check("result", result.rows(), result.cols(), gradient);
  if (input_gradient != nullptr) check("input", result.rows(), n_inputs_, *input_gradient);
  ConstBatch<T> dy = gradient;
  for (std::size_t i = layers_.size(); i-- > 0;) {
    const ConstBatch<T> y = view(values_[i]);
    const ConstBatch<T> x =
        i == 0 ? ConstBatch<T>(input_, y.rows(), n_inputs_) : view(values_[i - 1]);
    if (i == 0 && input_gradient != nullptr) return layers_[0]->backward(x, y, dy, *input_gradient);
    if (i == 0 && layers_[0]->backward_parameters(x, y, dy)) return;
    next_gradient_.resize(x.rows(), x.cols());
    layers_[i]->backward(x, y, dy, mutable_view(next_gradient_));
    std::swap(gradient_, next_gradient_);
    new (&dy) ConstBatch<T>(gradient_.data(), gradient_.rows(), gradient_.cols());
  }
}

template <class T>
Index Sequential<T>::widest(Index inputs) const {
  Index result = 0, width = inputs;
  for (const auto& layer : layers_) result = std::max(result, width = layer->outputs(width));
  return result;
}

/// The values of two layers, and what a layer itself needs.
template <class T>
Index Sequential<T>::scratch_size(Index rows, Index inputs) const {
  Index own = 0, width = inputs;
  for (const auto& layer : layers_) {
    own = std::max(own, layer->scratch_size(rows, width));
    width = layer->outputs(width);
  }
  return 2 * rows * widest(inputs) + own;
}

template <class T>
void Sequential<T>::predict(ConstBatch<T> x, Batch<T> y, T* scratch) const {
  const ThreadLimit one(1);
  const Index half = x.rows() * widest(x.cols());
  const T* from = x.data();
  Index width = x.cols();
  for (std::size_t i = 0, done; i < layers_.size(); i = done) {
    const ConstBatch<T> in(from, x.rows(), width);
    width = layers_[i]->outputs(width);
    T* const other = scratch + (from == scratch ? half : 0);
    const auto place = [&] {
      return Batch<T>(done == layers_.size() ? y.data() : other, x.rows(), width);
    };
    done = i + 2;
    if (done > layers_.size() || !layers_[i]->forward_and(*layers_[i + 1], in, place())) {
      done = i + 1;
      layers_[i]->forward_with(in, place(), scratch + 2 * half);
    }
    from = place().data();
  }
}

template <class T>
Rows<T> Sequential<T>::predict_rows(const Rows<T>& X) const {
  Rows<T> result(X.rows(), outputs(X.cols()));
  const double work = static_cast<double>(X.rows()) * static_cast<double>(n_parameters());
  parallel_for_blocks({X.rows(), rows_per_block}, work, [&](Index begin, Index end) {
    std::vector<T> scratch(static_cast<std::size_t>(scratch_size(end - begin, X.cols())));
    predict({X.data() + begin * X.cols(), end - begin, X.cols()},
            {result.data() + begin * result.cols(), end - begin, result.cols()}, scratch.data());
  });
  return result;
}

template <class T>
Value Sequential<T>::save() const {
  Value::List layers;
  for (const auto& layer : layers_) {
    Value::List numbers;
    for (const Parameter<T>* p : layer->parameters()) numbers.push_back(encode(*p));
    for (const Parameter<T>* p : layer->statistics()) numbers.push_back(encode(*p));
    layers.push_back(Value::Object{{"layer", layer->name()}, {"parameters", std::move(numbers)}});
  }
  return layers;
}

template <class T>
void Sequential<T>::load(const Value& value) {
  Value::List unpacked;
  const Value::List& layers = detail::decode_list(value, unpacked);
  if (layers.size() != layers_.size())
    throw FormatError(
        fmt::format("Sequential: {} layers do not fit {}", layers.size(), layers_.size()));
  std::vector<std::pair<Parameter<T>*, Rows<T>>> loaded;
  for (std::size_t i = 0; i < layers.size(); ++i) {
    detail::check_keys(layers[i], {"layer", "parameters"}, true, "a layer");
    if (detail::decode_text(*layers[i].find("layer")) != layers_[i]->name())
      throw FormatError(fmt::format("Sequential: layer {} is a {}, not a {}", i, layers_[i]->name(),
                                    layers[i].find("layer")->to_text()));
    std::vector<Parameter<T>*> own = layers_[i]->parameters();
    for (Parameter<T>* p : layers_[i]->statistics()) own.push_back(p);
    Value::List unpacked_numbers;
    const Value::List& numbers =
        detail::decode_list(*layers[i].find("parameters"), unpacked_numbers);
    if (numbers.size() != own.size())
      throw FormatError(fmt::format("Sequential: {} parameters do not fit layer {}, a {} with {}",
                                    numbers.size(), i, layers_[i]->name(), own.size()));
    for (std::size_t p = 0; p < own.size(); ++p)
      loaded.emplace_back(own[p], decode(numbers[p], *own[p]));
  }
  for (auto& [parameter, numbers] : loaded) parameter->value = std::move(numbers);
}

template class Sequential<float>;
template class Sequential<double>;

}  // namespace espalier::nn
