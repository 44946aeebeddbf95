// SPDX-License-Identifier: BSD-3-Clause
#include "neural_network/mlp_network.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <optional>

#include <espalier/core/errors.hpp>
#include <espalier/core/parallel.hpp>
#include <espalier/loss/half_binomial.hpp>
#include <espalier/loss/half_multinomial.hpp>
#include <espalier/neural_network/activations.hpp>
#include <espalier/neural_network/batch_norm.hpp>
#include <espalier/neural_network/dense.hpp>
#include <espalier/neural_network/dropout.hpp>
#include <espalier/neural_network/embedding.hpp>

namespace espalier::mlp {
namespace {

constexpr Index rows_per_block = 64;

/// On the stack, for one row.
constexpr Index most_numbers_of_a_row = 1 << 16;

/// Calls `dense(weight, bias)` for each dense layer and `other(numbers)` for what the others know.
template <class T, class Dense, class Other>
void visit(nn::Sequential<T>& layers, const Dense& dense, const Other& other) {
  for (Index i = 0; i < layers.size(); ++i) {
    nn::Layer<T>& layer = layers.layer(i);
    const std::vector<nn::Parameter<T>*> parameters = layer.parameters();
    if (layer.name() == nn::Dense<T>::type_name) {
      dense(parameters[0]->value, parameters[1]->value);
      continue;
    }
    std::vector<nn::Parameter<T>*> values = parameters;
    for (nn::Parameter<T>* p : layer.statistics()) values.push_back(p);
    for (nn::Parameter<T>* p : values) other(p->value);
  }
}

/// Rows [begin, begin + to.rows()) of X, which is dense or sparse.
template <class T>
void read_rows(const Features& X, Index begin, nn::Rows<T>& to) {
  if (X.is_float32())
    to = X.dense32().middleRows(begin, to.rows()).template cast<T>();
  else if (X.is_sparse())
    to = Matrix(X.sparse().middleRows(begin, to.rows())).template cast<T>();
  else
    to = X.dense().middleRows(begin, to.rows()).template cast<T>();
}

}  // namespace

Index Architecture::embedded_inputs() const {
  Index inputs_now = inputs;
  for (const MLPEmbedding& embedding : embeddings) inputs_now += embedding.dimension - 1;
  return inputs_now;
}

Architecture architecture_of(const MLPNetwork& network, Index inputs) {
  Architecture result{.inputs = inputs,
                      .activation = network.activation,
                      .batch_norm = network.batch_norm,
                      .linear_layer = network.linear_layer,
                      .embeddings = network.embeddings};
  for (const Matrix& coef : network.coefs) result.widths.push_back(coef.cols());
  return result;
}

template <class T>
nn::Sequential<T> build(const Architecture& a) {
  nn::Sequential<T> layers;
  if (!a.embeddings.empty()) {
    std::vector<nn::EmbeddedColumn> columns;
    for (const MLPEmbedding& e : a.embeddings)
      columns.push_back({e.column, static_cast<Index>(e.categories.size()), e.dimension});
    layers.add(nn::Embedding<T>(a.inputs, columns));
  }
  Index width = a.embedded_inputs();
  for (std::size_t i = 0; i < a.widths.size(); ++i) {
    layers.add(nn::Dense<T>(width, a.widths[i]));
    width = a.widths[i];
    if (i + 1 == a.widths.size() || static_cast<Index>(i) == a.linear_layer) continue;
    if (a.batch_norm) layers.add(nn::BatchNorm<T>(width));
    if (a.activation != nn::Activation::identity) layers.add(nn::make_activation<T>(a.activation));
    if (a.dropout > 0.0) layers.add(nn::Dropout<T>(a.dropout));
  }
  return layers;
}

template <class T>
void take_values(nn::Sequential<T>& layers, MLPNetwork& network) {
  network.coefs.clear();
  network.intercepts.clear();
  network.layer_values.clear();
  visit(
      layers,
      [&](const nn::Rows<T>& weight, const nn::Rows<T>& bias) {
        network.coefs.push_back(weight.template cast<double>());
        network.intercepts.push_back(bias.row(0).transpose().template cast<double>());
      },
      [&](const nn::Rows<T>& values) {
        network.layer_values.push_back(values.template cast<double>());
      });
}

template <class T>
void put_values(const MLPNetwork& network, nn::Sequential<T>& layers) {
  auto coef = network.coefs.begin();
  auto intercept = network.intercepts.begin();
  auto other = network.layer_values.begin();
  visit(
      layers,
      [&](nn::Rows<T>& weight, nn::Rows<T>& bias) {
        weight = (coef++)->template cast<T>();
        bias = (intercept++)->transpose().template cast<T>();
      },
      [&](nn::Rows<T>& values) { values = (other++)->template cast<T>(); });
}

template <class T>
nn::Sequential<T> layers_of(const MLPNetwork& network, Index inputs) {
  nn::Sequential<T> layers = build<T>(architecture_of(network, inputs));
  put_values(network, layers);
  return layers;
}

MLPNetwork part_of(const MLPNetwork& network, Index first, Index last) {
  MLPNetwork part = network;
  part.coefs.assign(network.coefs.begin() + first, network.coefs.begin() + last);
  part.intercepts.assign(network.intercepts.begin() + first, network.intercepts.begin() + last);
  part.linear_layer = network.linear_layer - first;
  part.layer_values.clear();
  if (!network.batch_norm) return part;
  // Four a hidden layer that has an activation.
  const auto values_before = [&](Index layer) {
    return 4 * (layer - (network.linear_layer >= 0 && network.linear_layer < layer ? 1 : 0));
  };
  part.layer_values.assign(network.layer_values.begin() + values_before(first),
                           network.layer_values.begin() + values_before(last - 1));
  return part;
}

std::vector<MLPEmbedding> embeddings_of(const Features& X, std::optional<int> dimension) {
  std::vector<MLPEmbedding> result;
  if (!X.is_table()) return result;
  for (Index j = 0; j < X.cols(); ++j) {
    const Column* column = X.column(j).categorical;
    if (column == nullptr) continue;
    const Dictionary& texts = column->dictionary();
    std::vector<bool> occurs(texts.size(), false);
    for (const std::int32_t code : column->codes())
      if (code >= 0) occurs[static_cast<std::size_t>(code)] = true;
    MLPEmbedding embedding{j, {}, 0};
    for (std::size_t k = 0; k < texts.size(); ++k)
      if (occurs[k]) embedding.categories.push_back(texts[k]);
    std::sort(embedding.categories.begin(), embedding.categories.end());
    const auto n = static_cast<Index>(embedding.categories.size());
    embedding.dimension = dimension ? *dimension : std::min<Index>(50, (n + 1) / 2);
    result.push_back(std::move(embedding));
  }
  return result;
}

Features encoded(const Features& X, const std::vector<MLPEmbedding>& embeddings) {
  if (!X.is_table()) return X;
  if (embeddings.empty()) return X.to_dense();
  Matrix numbers(X.rows(), X.cols());
  auto embedding = embeddings.begin();
  for (Index j = 0; j < X.cols(); ++j) {
    const FeatureColumn column = X.column(j);
    if (embedding == embeddings.end() || embedding->column != j) {
      numbers.col(j) = Eigen::Map<const Vector>(column.numbers.data(), X.rows());
      continue;
    }
    const std::vector<std::int32_t> codes = recode(*column.categorical, embedding->categories);
    for (Index i = 0; i < X.rows(); ++i)
      numbers(i, j) = std::max(codes[static_cast<std::size_t>(i)], -1);
    ++embedding;
  }
  return Features(std::move(numbers));
}

template <class T>
Matrix predict_layers(const nn::Sequential<T>& layers, const Features& X) {
  const Index n = X.rows(), p = X.cols(), outputs = layers.outputs(p);
  Matrix result(n, outputs);
  const auto numbers = static_cast<double>(layers.scratch_size(1, p) + p);
  const double work = static_cast<double>(n) * numbers * static_cast<double>(layers.size());
  parallel_for_blocks({n, rows_per_block}, work, [&](Index begin, Index end) {
    nn::Rows<T> x(end - begin, p), z(end - begin, outputs);
    read_rows(X, begin, x);
    std::vector<T> scratch(static_cast<std::size_t>(layers.scratch_size(end - begin, p)));
    layers.predict(nn::view(x), nn::mutable_view(z), scratch.data());
    result.middleRows(begin, end - begin) = z.template cast<double>();
  });
  return result;
}

Matrix predict_raw(const MLPNetwork& network, const Features& X) {
  const Features numbers = encoded(X, network.embeddings);
  if (network.float32) return predict_layers(layers_of<float>(network, X.cols()), numbers);
  return predict_layers(layers_of<double>(network, X.cols()), numbers);
}

void to_probabilities(const double* raw, Index outputs, double* probabilities) {
  if (outputs == 1) {
    probabilities[1] = HalfBinomial::inverse_link(raw[0]);
    probabilities[0] = 1.0 - probabilities[1];
    return;
  }
  const auto k = static_cast<std::size_t>(outputs);
  HalfMultinomial::inverse_link({raw, k}, {probabilities, k});
}

void to_values(MLPOutput out_activation, double* raw, Index n) {
  if (out_activation == MLPOutput::exp)
    for (Index i = 0; i < n; ++i) raw[i] = std::exp(raw[i]);
  else if (out_activation == MLPOutput::logistic)
    for (Index i = 0; i < n; ++i) raw[i] = HalfBinomial::inverse_link(raw[i]);
}

NetworkRow::NetworkRow(RowBuilder& builder, const MLPNetwork& network, std::string_view owner,
                       bool classifies)
    : out_activation_(network.out_activation),
      outputs_(network.outputs()),
      classifies_(classifies) {
  const std::vector<RowColumn>& columns = builder.columns();
  const auto p = static_cast<Index>(columns.size());
  for (const RowColumn& column : columns) inputs_.push_back({column.slot, nullptr});
  for (const MLPEmbedding& e : network.embeddings) {
    const auto j = static_cast<std::size_t>(e.column);
    inputs_[j].categories =
        std::make_shared<RowCategories>(columns[j], std::span<const std::string>(e.categories));
  }
  if (network.float32) {
    layers32_ = std::make_shared<nn::Sequential<float>>(layers_of<float>(network, p));
    scratch_ = layers32_->scratch_size(1, p);
  } else {
    layers_ = std::make_shared<nn::Sequential<double>>(layers_of<double>(network, p));
    scratch_ = layers_->scratch_size(1, p);
  }
  if (p + outputs_ + scratch_ > most_numbers_of_a_row)
    throw NotSupported(fmt::format(
        "{}: a row and the values of the two widest layers are {} numbers; a predictor takes at "
        "most {}.",
        owner, p + outputs_ + scratch_, most_numbers_of_a_row));
}

template <class T>
void NetworkRow::run(const nn::Sequential<T>& layers, const double* registers,
                     double* out) const noexcept {
  const auto p = static_cast<Index>(inputs_.size());
  auto* const x = static_cast<T*>(
      __builtin_alloca(static_cast<std::size_t>(p + outputs_ + scratch_) * sizeof(T)));
  for (Index j = 0; j < p; ++j) {
    const Input& input = inputs_[static_cast<std::size_t>(j)];
    x[j] = static_cast<T>(input.categories ? std::max((*input.categories)(registers), -1)
                                           : registers[input.slot]);
  }
  T* const z = x + p;
  layers.predict({x, 1, p}, {z, 1, outputs_}, z + outputs_);
  std::copy_n(z, outputs_, out);
  if (!classifies_) to_values(out_activation_, out, outputs_);
}

RowStatus NetworkRow::raw(const double* registers, double* out) const noexcept {
  if (layers32_)
    run(*layers32_, registers, out);
  else
    run(*layers_, registers, out);
  return RowStatus::ok;
}

bool NetworkRow::has_probabilities() const noexcept { return classifies_; }

bool NetworkRow::probabilities(const double* raw, double* out) const noexcept {
  if (has_probabilities()) to_probabilities(raw, outputs_, out);
  return has_probabilities();
}

template nn::Sequential<float> build(const Architecture&);
template nn::Sequential<double> build(const Architecture&);
template void take_values(nn::Sequential<float>&, MLPNetwork&);
template void take_values(nn::Sequential<double>&, MLPNetwork&);
template void put_values(const MLPNetwork&, nn::Sequential<float>&);
template void put_values(const MLPNetwork&, nn::Sequential<double>&);
template nn::Sequential<float> layers_of(const MLPNetwork&, Index);
template nn::Sequential<double> layers_of(const MLPNetwork&, Index);
template Matrix predict_layers(const nn::Sequential<float>&, const Features&);
template Matrix predict_layers(const nn::Sequential<double>&, const Features&);

}  // namespace espalier::mlp
