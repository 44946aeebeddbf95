// SPDX-License-Identifier: BSD-3-Clause
/// @file
/// From the numbers of an MLPNetwork to layers that compute, and back.
#pragma once

#include <memory>
#include <optional>
#include <string_view>
#include <vector>

#include <espalier/core/features.hpp>
#include <espalier/core/row_program.hpp>
#include <espalier/neural_network/mlp_state.hpp>
#include <espalier/neural_network/sequential.hpp>

namespace espalier::mlp {

/// What a network is built of, beside its numbers.
struct Architecture {
  Index inputs = 0;                ///< columns of X
  std::vector<Index> widths = {};  ///< of the dense layers, the outputs last
  nn::Activation activation = nn::Activation::relu;
  bool batch_norm = false;
  double dropout = 0.0;
  Index linear_layer = -1;
  std::vector<MLPEmbedding> embeddings = {};

  /// Numbers that enter the first dense layer.
  Index embedded_inputs() const;
};

Architecture architecture_of(const MLPNetwork& network, Index inputs);

template <class T>
nn::Sequential<T> build(const Architecture& architecture);

/// The numbers of `layers` into a network, whose other members stay.
template <class T>
void take_values(nn::Sequential<T>& layers, MLPNetwork& network);
/// And from it into layers of its architecture.
template <class T>
void put_values(const MLPNetwork& network, nn::Sequential<T>& layers);

/// The layers of a network for X of `inputs` columns, with their numbers.
template <class T>
nn::Sequential<T> layers_of(const MLPNetwork& network, Index inputs);

/// The dense layers [first, last) of a network without embeddings, as one of its own.
MLPNetwork part_of(const MLPNetwork& network, Index first, Index last);

/// The categorical columns of a table, with the categories that occur. `dimension`: of all; none: by
/// the number of categories.
std::vector<MLPEmbedding> embeddings_of(const Features& X, std::optional<int> dimension);

/// X as numbers, dense or sparse, where a category is its position in the embedding, and −1 if it is
/// not there.
Features encoded(const Features& X, const std::vector<MLPEmbedding>& embeddings);

/// The results of layers for encoded X, n × outputs, in blocks of rows.
template <class T>
Matrix predict_layers(const nn::Sequential<T>& layers, const Features& X);

/// The results of a network, n × outputs, before the output activation.
Matrix predict_raw(const MLPNetwork& network, const Features& X);

/// One row of raw results becomes probabilities of K classes (logistic: 1 becomes 2).
void to_probabilities(const double* raw, Index outputs, double* probabilities);

/// n raw results become what a regressor predicts, in place.
void to_values(MLPOutput out_activation, double* raw, Index n);

/// The same as predict_raw for one row, with the same bits. A regressor's raw values have passed the
/// output activation.
class NetworkRow : public RowModel {
 public:
  /// @throws NotSupported  naming `owner`: a layer is too wide for the stack
  NetworkRow(RowBuilder& builder, const MLPNetwork& network, std::string_view owner,
             bool classifies);
  Index outputs() const noexcept override { return outputs_; }
  RowStatus raw(const double* registers, double* out) const noexcept override;
  bool has_probabilities() const noexcept override;
  bool probabilities(const double* raw, double* out) const noexcept override;

 private:
  template <class T>
  void run(const nn::Sequential<T>& layers, const double* registers, double* out) const noexcept;

  struct Input {
    Index slot;
    std::shared_ptr<const RowCategories> categories;  // null: a number
  };
  std::vector<Input> inputs_;
  MLPOutput out_activation_;
  Index outputs_, scratch_;
  bool classifies_;
  std::shared_ptr<const nn::Sequential<float>> layers32_;  // one of the two
  std::shared_ptr<const nn::Sequential<double>> layers_;
};

}  // namespace espalier::mlp
