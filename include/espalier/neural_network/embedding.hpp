// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <vector>

#include <espalier/neural_network/layer.hpp>

namespace espalier::nn {

/// A column of codes 0 … categories − 1, each of which gets a vector of `dimension` numbers. A rule of
/// thumb for the dimension is min(50, (categories + 1) / 2).
struct EmbeddedColumn {
  Index column;
  Index categories;
  Index dimension;
};

struct EmbeddingOptions {
  /// Of the normal distribution that the vectors begin with, around 0. Small, so that a rare category
  /// stays near what is true of all of them (PyTorch draws with 1).
  double deviation = 0.05;
};

/// Categories as vectors that are learned: y is the columns of x that are not embedded, in order,
/// followed by the vectors of the embedded ones, in the order in which they were given.
///
///     nn::Embedding embedding(5, {{.column = 2, .categories = 7, .dimension = 4}});   // 5 → 8
///
/// Each table has a row more, for anything that is no code: NaN, −1 (how a DataFrame marks what is
/// missing, and how rows of a DataLoader say it, which refuses NaN), a category that training has never
/// met. It begins at 0 and is learned from the rows of the training that have such values; without any
/// it stays 0. A pass back writes the rows of a table that occur and 0 elsewhere; the gradient by a
/// column of codes is 0.
///
/// @see Guo & Berkhahn, arXiv:1604.06737 (2016)
template <class T = float>
class Embedding : public LayerOf<Embedding<T>, T> {
 public:
  static constexpr std::string_view type_name = "Embedding";

  /// @throws InvalidParameter  there are no columns; one of them is not below `inputs` or given twice;
  ///         categories or dimension is less than 1; more than 2²⁴ categories, beyond which a float
  ///         tells no two codes apart
  Embedding(Index inputs, std::vector<EmbeddedColumn> columns, EmbeddingOptions options = {});

  Index outputs(Index inputs) const override;
  void initialize(Random& random) override;
  /// A table a column: "embedding_<column>", (categories + 1) × dimension, penalised.
  std::vector<Parameter<T>*> parameters() override;
  void forward(ConstBatch<T> x, Batch<T> y) const override;
  void backward(ConstBatch<T> x, ConstBatch<T> y, ConstBatch<T> dy, Batch<T> dx) override;
  bool backward_parameters(ConstBatch<T> x, ConstBatch<T> y, ConstBatch<T> dy) override;

  const std::vector<EmbeddedColumn>& columns() const { return columns_; }
  /// The vectors of columns()[i], a row a code; the last row is that of anything else.
  const Rows<T>& table(Index i) const { return tables_.at(static_cast<std::size_t>(i)).value; }

 private:
  std::vector<EmbeddedColumn> columns_;
  EmbeddingOptions options_;
  Index inputs_;
  std::vector<Index> numeric_;  // the columns that are not embedded
  std::vector<Parameter<T>> tables_;
};

extern template class Embedding<float>;
extern template class Embedding<double>;

}  // namespace espalier::nn
