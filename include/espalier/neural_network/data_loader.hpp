// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <cstdint>
#include <iterator>
#include <span>
#include <vector>

#include <espalier/core/features.hpp>
#include <espalier/core/target.hpp>
#include <espalier/neural_network/batch.hpp>

namespace espalier::nn {

struct DataLoaderOptions {
  Index batch_size = 32;          ///< rows; the last batch of an epoch may have fewer
  bool shuffle = true;            ///< a new order in every epoch
  bool drop_last = false;         ///< leaves out a last batch that is short
  std::int64_t random_state = 0;  ///< of the orders
  Vector sample_weight = {};      ///< empty: ones; rows of weight 0 are left out
  Labels classes = {};            ///< that number the labels, ascending; empty: those that y has
};

/// Rows of a training, a few at a time. Refers to memory of the loader, until the next one.
template <class T>
struct MiniBatch {
  ConstBatch<T> X;
  ConstBatch<T> y;
  std::span<const T> weight;  ///< empty: ones

  /// The sum of the weights.
  double total_weight() const {
    if (weight.empty()) return static_cast<double>(X.rows());
    double sum = 0.0;
    for (const T w : weight) sum += static_cast<double>(w);
    return sum;
  }
};

/// Cuts data into mini-batches.
///
///     nn::DataLoader loader(X, y, {.batch_size = 128});
///     for (const nn::MiniBatch<float>& batch : loader.epoch(0)) …
///
/// X and y are copied once, X by rows, as T; from a float matrix without a detour through double. A
/// sparse X stays sparse, and the rows of a batch are filled with their zeros. Labels become class
/// numbers 0 … K−1, a column; real values stay. The order of an epoch follows from random_state and
/// the epoch's number alone.
///
/// Rows of validation want the numbers of the classes that are trained on, whichever they have:
///
///     nn::DataLoader validation(X_val, y_val, {.classes = loader.classes()});
template <class T = float>
class DataLoader {
 public:
  /// @throws InvalidInput      X and y differ in length, are empty or hold NaN or infinity (as T);
  ///                           a weight is negative or none is positive; X has categorical columns;
  ///                           a label is not among the classes; or drop_last leaves no batch
  /// @throws InvalidParameter  batch_size is less than 1, random_state negative
  DataLoader(const Features& X, const Target& y, DataLoaderOptions options = {});

  Index n_rows() const { return y_.rows(); }
  Index n_features() const { return is_sparse() ? sparse_.cols() : X_.cols(); }
  Index n_batches() const;
  const Labels& classes() const { return classes_; }  ///< ascending; empty for real values
  const DataLoaderOptions& options() const { return options_; }

  bool is_sparse() const { return sparse_.cols() > 0; }
  const Rows<T>& X() const { return X_; }  ///< empty where X is sparse: see `rows`
  const Rows<T>& y() const { return y_; }
  std::span<const T> weight() const { return weight_; }  ///< empty: ones

  class Iterator {
   public:
    using value_type = MiniBatch<T>;
    using difference_type = std::ptrdiff_t;
    MiniBatch<T> operator*() const { return loader_->batch(i_); }
    Iterator& operator++() {
      ++i_;
      return *this;
    }
    bool operator==(const Iterator& other) const { return i_ == other.i_; }

   private:
    friend DataLoader;
    Iterator(DataLoader* loader, Index i) : loader_(loader), i_(i) {}
    DataLoader* loader_;
    Index i_;
  };
  class Epoch {
   public:
    Iterator begin() const { return {loader_, 0}; }
    Iterator end() const { return {loader_, loader_->n_batches()}; }

   private:
    friend DataLoader;
    explicit Epoch(DataLoader* loader) : loader_(loader) {}
    DataLoader* loader_;
  };

  /// All batches of epoch 0, 1, … One epoch at a time.
  Epoch epoch(Index number);

  /// Rows [begin, end) as they stand, whatever the order of the epoch.
  MiniBatch<T> rows(Index begin, Index end);

 private:
  void set_rows(const Features& X);
  void set_target(const Target& y);
  MiniBatch<T> batch(Index i);

  DataLoaderOptions options_;
  Labels classes_;
  Rows<T> X_, y_;
  Eigen::SparseMatrix<T, Eigen::RowMajor> sparse_;  // where X is sparse
  std::vector<T> weight_;
  std::vector<Index> order_;  // of this epoch; empty: as they stand
  Rows<T> batch_X_, batch_y_;
  std::vector<T> batch_weight_;
};

extern template class DataLoader<float>;
extern template class DataLoader<double>;

}  // namespace espalier::nn
