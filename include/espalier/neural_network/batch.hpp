// SPDX-License-Identifier: BSD-3-Clause
/// @file
/// What passes through a network: rows of float (or double), one sample each.
#pragma once

#include <string>
#include <utility>

#include <espalier/core/types.hpp>

namespace espalier::nn {

/// Samples × features like every X, but row-major: a sample is contiguous, as a mini-batch of shuffled
/// rows wants it. Assigning a Matrix to it, or it to a Matrix, changes the order in memory.
template <class T>
using Rows = Eigen::Matrix<T, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;

/// Rows that somebody else owns: what a layer and a loss are handed. Copies refer to the same rows;
/// `y = expression` writes into them and keeps the shape.
template <class T>
using Batch = Eigen::Map<Rows<T>>;
template <class T>
using ConstBatch = Eigen::Map<const Rows<T>>;

template <class T>
ConstBatch<T> view(const Rows<T>& rows) {
  return {rows.data(), rows.rows(), rows.cols()};
}
template <class T>
ConstBatch<T> view(Batch<T> rows) {
  return {rows.data(), rows.rows(), rows.cols()};
}
template <class T>
Batch<T> mutable_view(Rows<T>& rows) {
  return {rows.data(), rows.rows(), rows.cols()};
}

/// Numbers that training changes, and the gradient of the loss by them.
template <class T>
struct Parameter {
  std::string name;  ///< "weight", "bias", …
  Rows<T> value;
  Rows<T> gradient = {};   ///< as large as the value, once a pass went back
  bool penalised = false;  ///< whether penalties and weight decay apply: weights yes, biases no

  Index size() const { return value.size(); }
};

}  // namespace espalier::nn
