// SPDX-License-Identifier: BSD-3-Clause
#include <espalier/neural_network/data_loader.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <numeric>

#include <espalier/core/errors.hpp>
#include <espalier/core/parallel.hpp>
#include <espalier/core/random.hpp>

namespace espalier::nn {
namespace {

/// The same numbers by rows, in tiles that stay in the cache.
template <class T, class From>
void copy_by_rows(const From& X, Rows<T>& rows) {
  rows.resize(X.rows(), X.cols());
  constexpr Index tile = 16;
  parallel_for_blocks({X.rows(), 1024}, static_cast<double>(X.size()), [&](Index begin, Index end) {
    for (Index i = begin; i < end; i += tile) {
      const Index n = std::min(tile, end - i);
      for (Index j = 0; j < X.cols(); ++j)
        for (Index r = i; r < i + n; ++r) rows(r, j) = static_cast<T>(X(r, j));
    }
  });
}

template <class T>
void gather(const Rows<T>& from, const Index* rows, Index n, Rows<T>& to) {
  to.resize(n, from.cols());
  for (Index i = 0; i < n; ++i)
    std::copy_n(from.data() + rows[i] * from.cols(), from.cols(), to.data() + i * from.cols());
}

}  // namespace

template <class T>
DataLoader<T>::DataLoader(const Features& X, const Target& y, DataLoaderOptions options)
    : options_(std::move(options)) {
  if (options_.batch_size < 1)
    throw InvalidParameter(fmt::format("DataLoader: the batch_size is a number of rows ≥ 1, got {}",
                                       options_.batch_size));
  const Index n = X.rows(), n_weights = options_.sample_weight.size();
  if (n == 0 || X.cols() == 0)
    throw InvalidInput(fmt::format("DataLoader: X has {} rows and {} columns", n, X.cols()));
  if (y.rows() != n)
    throw InvalidInput(fmt::format("DataLoader: X has {} rows, y {}", n, y.rows()));
  if (n_weights != 0 && n_weights != n)
    throw InvalidInput(
        fmt::format("DataLoader: X has {} rows, but there are {} weights", n, n_weights));
  if (X.is_float32())
    copy_by_rows(X.dense32(), X_);
  else
    copy_by_rows(X.to_dense().dense(), X_);
  if (y.is_labels()) {
    EncodedLabels encoded = encode_labels(y.labels());
    classes_ = std::move(encoded.classes);
    y_ = encoded.codes.template cast<T>();
  } else {
    y_ = y.values().template cast<T>();
  }
  for (Index i = 0; i < n_weights; ++i)
    weight_.push_back(static_cast<T>(options_.sample_weight[i]));
}

template <class T>
Index DataLoader<T>::n_batches() const {
  return options_.drop_last ? n_rows() / options_.batch_size
                            : Blocks{n_rows(), options_.batch_size}.count();
}

template <class T>
typename DataLoader<T>::Epoch DataLoader<T>::epoch(Index number) {
  if (options_.shuffle)
    order_ = Random(static_cast<std::uint64_t>(options_.random_state),
                    static_cast<std::uint64_t>(number))
                 .permutation(n_rows());
  return Epoch(this);
}

template <class T>
MiniBatch<T> DataLoader<T>::batch(Index i) {
  const Blocks blocks{n_rows(), options_.batch_size};
  const Index begin = blocks.begin(i), n = blocks.end(i) - begin;
  const auto weight = [&](const std::vector<T>& all, Index from) {
    return all.empty() ? std::span<const T>()
                       : std::span<const T>(all.data() + from, static_cast<std::size_t>(n));
  };
  if (order_.empty())
    return {{X_.data() + begin * X_.cols(), n, X_.cols()},
            {y_.data() + begin * y_.cols(), n, y_.cols()},
            weight(weight_, begin)};
  const Index* const rows = order_.data() + begin;
  gather(X_, rows, n, batch_X_);
  gather(y_, rows, n, batch_y_);
  if (!weight_.empty()) {
    batch_weight_.resize(static_cast<std::size_t>(n));
    for (Index r = 0; r < n; ++r)
      batch_weight_[static_cast<std::size_t>(r)] = weight_[static_cast<std::size_t>(rows[r])];
  }
  return {view(batch_X_), view(batch_y_), weight(batch_weight_, 0)};
}

template class DataLoader<float>;
template class DataLoader<double>;

}  // namespace espalier::nn
