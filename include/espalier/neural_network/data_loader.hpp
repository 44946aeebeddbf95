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
  Index batch_size = 32;   ///< rows; the last batch of an epoch may have fewer
  bool shuffle = true;     ///< a new order in every epoch
  bool drop_last = false;  ///< leaves out a last batch that is short
  std::int64_t random_state = 0;
  Vector sample_weight = {};  ///< empty: ones
};

/// Rows of a training, a few at a time. Refers to memory of the loader, until the next one.
template <class T>
struct MiniBatch {
  ConstBatch<T> X;
  ConstBatch<T> y;
  std::span<const T> weight;  ///< empty: ones
};

/// Cuts data into mini-batches.
///
///     nn::DataLoader loader(X, y, {.batch_size = 128});
///     for (const nn::MiniBatch<float>& batch : loader.epoch(0)) …
///
/// X and y are copied once, X by rows. Labels become class numbers 0 … K−1, a column; real values
/// stay. The order of an epoch follows from random_state and the epoch's number alone.
template <class T = float>
class DataLoader {
 public:
  /// @throws InvalidInput      X and y differ in length, are empty, or X has categories
  /// @throws InvalidParameter  batch_size is less than 1
  DataLoader(const Features& X, const Target& y, DataLoaderOptions options = {});

  Index n_rows() const { return X_.rows(); }
  Index n_features() const { return X_.cols(); }
  Index n_batches() const;
  const Labels& classes() const { return classes_; }  ///< ascending; empty for real values
  const DataLoaderOptions& options() const { return options_; }
  const Rows<T>& X() const { return X_; }
  const Rows<T>& y() const { return y_; }

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

 private:
  MiniBatch<T> batch(Index i);

  DataLoaderOptions options_;
  Labels classes_;
  Rows<T> X_, y_;
  std::vector<T> weight_;
  std::vector<Index> order_;  // of this epoch; empty: as they stand
  Rows<T> batch_X_, batch_y_;
  std::vector<T> batch_weight_;
};

extern template class DataLoader<float>;
extern template class DataLoader<double>;

}  // namespace espalier::nn
