// SPDX-License-Identifier: BSD-3-Clause
#include <espalier/neural_network/embedding.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <set>

#include <espalier/core/errors.hpp>
#include <espalier/core/parallel.hpp>

namespace espalier::nn {
namespace {

constexpr Index most_categories = Index{1} << 24;

/// The row of a table: the code, or the last row for what is none.
template <class T>
Index row_of(T code, const Rows<T>& table) {
  const Index other = table.rows() - 1;
  if (!(code >= T(0)) || !(code < static_cast<T>(other))) return other;
  const auto row = static_cast<Index>(code);
  return static_cast<T>(row) == code ? row : other;
}

void check(Index inputs, const std::vector<EmbeddedColumn>& columns) {
  if (columns.empty()) throw InvalidParameter("Embedding: there are no columns to embed");
  std::set<Index> seen;
  for (const EmbeddedColumn& c : columns) {
    if (c.column < 0 || c.column >= inputs)
      throw InvalidParameter(
          fmt::format("Embedding: there is no column {} among {} inputs", c.column, inputs));
    if (!seen.insert(c.column).second)
      throw InvalidParameter(fmt::format("Embedding: column {} is given twice", c.column));
    if (c.categories < 1 || c.categories > most_categories || c.dimension < 1)
      throw InvalidParameter(
          fmt::format("Embedding: column {} needs 1 to {} categories and a dimension ≥ 1, got {} "
                      "and {}",
                      c.column, most_categories, c.categories, c.dimension));
  }
}

}  // namespace

template <class T>
Embedding<T>::Embedding(Index inputs, std::vector<EmbeddedColumn> columns, EmbeddingOptions options)
    : columns_(std::move(columns)), options_(options), inputs_(inputs) {
  check(inputs, columns_);
  if (!(options.deviation >= 0.0) || !std::isfinite(options.deviation))
    throw InvalidParameter(
        fmt::format("Embedding: the deviation is a finite number ≥ 0, got {}", options.deviation));
  for (const EmbeddedColumn& c : columns_)
    tables_.push_back({fmt::format("embedding_{}", c.column),
                       Rows<T>::Zero(c.categories + 1, c.dimension),
                       {},
                       true});
  for (Index j = 0; j < inputs; ++j)
    if (std::none_of(columns_.begin(), columns_.end(),
                     [&](const EmbeddedColumn& c) { return c.column == j; }))
      numeric_.push_back(j);
}

template <class T>
Index Embedding<T>::outputs(Index inputs) const {
  if (inputs != inputs_)
    throw InvalidInput(
        fmt::format("Embedding expects rows of {} numbers, got {}", inputs_, inputs));
  auto result = static_cast<Index>(numeric_.size());
  for (const EmbeddedColumn& c : columns_) result += c.dimension;
  return result;
}

template <class T>
void Embedding<T>::initialize(Random& random) {
  for (Parameter<T>& table : tables_) {
    const Index n = table.size() - table.value.cols();
    for (Index i = 0; i < n; ++i)
      table.value.data()[i] = static_cast<T>(random.normal(0.0, options_.deviation));
    table.value.bottomRows(1).setZero();
  }
}

template <class T>
std::vector<Parameter<T>*> Embedding<T>::parameters() {
  std::vector<Parameter<T>*> all;
  for (Parameter<T>& table : tables_) all.push_back(&table);
  return all;
}

template <class T>
void Embedding<T>::forward(ConstBatch<T> x, Batch<T> y) const {
  for (Index i = 0; i < x.rows(); ++i) {
    const T* const in = x.data() + i * x.cols();
    T* out = y.data() + i * y.cols();
    for (const Index j : numeric_) *out++ = in[j];
    for (std::size_t k = 0; k < columns_.size(); ++k) {
      const Rows<T>& table = tables_[k].value;
      const T* const row = table.data() + row_of(in[columns_[k].column], table) * table.cols();
      out = std::copy_n(row, table.cols(), out);
    }
  }
}

template <class T>
bool Embedding<T>::backward_parameters(ConstBatch<T> x, ConstBatch<T> /*y*/, ConstBatch<T> dy) {
  auto from = static_cast<Index>(numeric_.size());
  for (std::size_t k = 0; k < columns_.size(); ++k) {
    Parameter<T>& table = tables_[k];
    table.gradient.setZero(table.value.rows(), table.value.cols());
    for (Index i = 0; i < x.rows(); ++i) {
      const T* const in = dy.data() + i * dy.cols() + from;
      T* const out = table.gradient.data() +
                     row_of(x(i, columns_[k].column), table.value) * table.value.cols();
      for (Index d = 0; d < table.value.cols(); ++d) out[d] += in[d];
    }
    from += table.value.cols();
  }
  return true;
}

template <class T>
void Embedding<T>::backward(ConstBatch<T> x, ConstBatch<T> y, ConstBatch<T> dy, Batch<T> dx) {
  backward_parameters(x, y, dy);
  dx.setZero();
  for (std::size_t k = 0; k < numeric_.size(); ++k)
    dx.col(numeric_[k]) = dy.col(static_cast<Index>(k));
}

template class Embedding<float>;
template class Embedding<double>;

}  // namespace espalier::nn
